"""A whole city in one DuckDB statement, and the check of its result against the interpreter."""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from .decision import Decision
from .errors import PolicyError, PolicyMismatch
from .expressions import Scope
from .facts import Choice, Day, Fact, Money, Month, Whole
from .policy import Policy, PolicyMonth
from .sql import literal, needed_columns, quoted, statement

Relation: TypeAlias = "str | Path | Any"
"""A Parquet file (or a glob of several) or an Arrow table."""

INTEGERS: Final = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
)
Reassess: TypeAlias = (
    "Callable[[Mapping[str, object], Sequence[Mapping[str, object]]], dict[str, Any]]"
)


def run_city(
    policy: Policy,
    decision: Decision,
    month: str,
    households: Relation,
    members: Relation,
    out: str | Path | None = None,
    *,
    memory_limit: str = "1GB",
    threads: int | None = None,
    trace: tuple[str, ...] = (),
) -> Any:
    """Assesses every household; writes Parquet to `out`, or returns an Arrow table without one.

    The result has one row per household, in no particular order. NULL means unknown. `trace`
    names further rules about the group to be shown beside it, exactly.
    """
    bound = policy.at(month)
    with _connection(memory_limit, threads) as db, _explained():
        needed = needed_columns(bound, decision, trace)
        key = bound.book.entities.group
        sources: dict[Scope, str] = {
            "group": _attach(db, "households", households, key, needed["group"]),
            "member": _attach(db, "members", members, key, needed["member"]),
        }
        for scope, source in sources.items():
            _check_ranges(db, source, bound.book.facts[scope], needed[scope], bound)
        query = statement(bound, decision, sources["group"], sources["member"], trace=trace)
        if out is None:
            table = db.sql(query).to_arrow_table()
            written = "result"
            db.register(written, table)
        else:
            written = f"read_parquet({literal(str(out))})"
            db.execute(f"COPY ({query}) TO {literal(str(out))} (FORMAT parquet)")
            table = None
        _check_counts(db, written, sources, bound)
        return table


def verify_sample(
    policy: Policy,
    decision: Decision,
    month: str,
    households: Relation,
    members: Relation,
    result: Relation,
    reassess: Reassess,
    *,
    sample: int = 10_000,
    boundary: str = "FALSE",
    seed: int = 0,
) -> int:
    """Assesses sampled households again, one by one; returns how many.

    Half of the sample are households for which the SQL condition `boundary` holds, as far as
    there are any. Raises PolicyMismatch on the first difference.
    """
    bound = policy.at(month)
    with _connection("1GB", None) as db, _explained():
        needed = needed_columns(bound, decision)
        entities = bound.book.entities
        key = entities.group
        groups = _attach(db, "households", households, key, needed["group"])
        people = _attach(db, "members", members, key, needed["member"])
        results = _attach(db, "results", result, key, {})
        order = f"hash({quoted(key)}, {int(seed)}), {quoted(key)}"
        db.execute(
            f"CREATE TEMP TABLE picked AS WITH near AS (SELECT {quoted(key)} FROM {results} "
            f"WHERE {boundary} ORDER BY {order} LIMIT {int(sample) // 2}), "
            f"others AS (SELECT {quoted(key)} FROM {results} WHERE {quoted(key)} NOT IN "
            f"(FROM near) ORDER BY {order} LIMIT {int(sample)} - (SELECT COUNT(*) FROM near)) "
            "FROM near UNION ALL FROM others"
        )
        chosen = f"WHERE {quoted(key)} IN (FROM picked)"
        found = {row[key]: row for row in _rows(db, f"SELECT * FROM {results} {chosen}")}
        facts = bound.book.facts
        stated = {
            row.pop(key): _stated(facts["group"], row)
            for row in _rows(db, _columns(groups, key, needed["group"], chosen))
        }
        belonging: dict[object, list[dict[str, object]]] = {number: [] for number in found}
        for row in _rows(db, _columns(people, key, needed["member"], chosen)):
            belonging[row.pop(key)].append(_stated(facts["member"], row))
    for number, row in found.items():
        expected = reassess(stated[number], belonging[number])
        for name in decision.columns():
            if row[name] != expected[name]:
                raise PolicyMismatch(
                    f"{entities.group_label} {number} 的 {name}："
                    f"批量结果 {row[name]}，逐户复算 {expected[name]}。"
                    "本次结果不能公布，请联系系统管理员。"
                )
    return len(found)


@contextmanager
def _explained() -> Iterator[None]:
    """Turns DuckDB's refusals into ours."""
    import duckdb

    try:
        yield
    except duckdb.InvalidInputException as error:
        raise PolicyError(str(error).removeprefix("Invalid Input Error: ") + "。") from error
    except duckdb.OutOfRangeException as error:
        raise PolicyError(f"批量计算溢出，没有得出结果：{error}") from error
    except duckdb.IOException as error:
        raise PolicyError(f"读不了或写不了文件：{error}") from error


@contextmanager
def _connection(memory_limit: str, threads: int | None) -> Iterator[Any]:
    """A database of its own; what does not fit into memory goes to a folder nobody else reads."""
    import duckdb

    with TemporaryDirectory(prefix="jimin-") as folder:
        config: dict[str, Any] = {"memory_limit": memory_limit, "temp_directory": folder}
        with duckdb.connect(config=config) as db:
            db.execute("SET preserve_insertion_order = false")
            if threads is not None:
                db.execute(f"SET threads = {int(threads)}")
            yield db


def _attach(db: Any, name: str, relation: Relation, key: str, needed: Mapping[str, str]) -> str:
    """A relation's name in SQL, after checking that it has the columns the rules need."""
    if isinstance(relation, (str, Path)):
        source = f"read_parquet({literal(str(relation))})"
    else:
        db.register(name, relation)
        source = name
    described = db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    types = {row[0]: row[1] for row in described}
    for column in (key, *needed):
        if column not in types:
            raise PolicyError(f"{relation_name(relation)} 缺少列 {column}，请补上。")
    for column, wanted in needed.items():
        fits = types[column] in INTEGERS if wanted == "BIGINT" else types[column] == wanted
        if not fits and not (wanted == "VARCHAR" and types[column].startswith("ENUM")):
            raise PolicyError(
                f"{relation_name(relation)} 的列 {column} 类型是 {types[column]}，"
                f"应当是 {wanted}{'（金额以分为单位的整数）' if wanted == 'BIGINT' else ''}。"
            )
    return source


def relation_name(relation: Relation) -> str:
    return Path(relation).name if isinstance(relation, (str, Path)) else "数据表"


def _check_ranges(
    db: Any, source: str, facts: Mapping[str, Fact], needed: Iterable[str], month: PolicyMonth
) -> None:
    """The overflow proof rests on the declared ranges, so a value outside stops the run.

    Parquet answers the smallest and largest value of a column from its statistics.
    """
    ends_of = {name: found for name in needed if (found := limits(facts[name], month))}
    asked = [f"MIN({quoted(name)}), MAX({quoted(name)})" for name in ends_of]
    ends = _first(db, f"SELECT {', '.join(asked)} FROM {source}") if asked else ()
    for place, (name, (low, high)) in enumerate(ends_of.items()):
        least, most = ends[2 * place], ends[2 * place + 1]
        if least is not None and (least < low or most > high):
            outside = f"{quoted(name)} < ? OR {quoted(name)} > ?"
            _refuse_value(db, source, month, facts[name], name, outside, [low, high])
    for name in needed:
        fact = facts[name]
        if isinstance(fact, Choice):
            for (code,) in db.execute(f"SELECT DISTINCT {quoted(name)} FROM {source}").fetchall():
                if code is not None and code not in fact.choices:
                    unlisted = f"{quoted(name)} = ?"
                    _refuse_value(db, source, month, fact, name, unlisted, [code])


def limits(fact: Fact, month: PolicyMonth) -> tuple[Any, Any] | None:
    """The smallest and largest value a column may hold."""
    match fact:
        case Money():
            return fact.lowest * 100, fact.highest * 100
        case Whole():
            return fact.lowest, fact.highest
        case Day():
            return fact.earliest, month.last_day
        case Month():
            return date(fact.earliest // 12, 1, 1), date(fact.latest // 12, 12, 31)
    return None


def _refuse_value(
    db: Any,
    source: str,
    month: PolicyMonth,
    fact: Fact,
    name: str,
    condition: str,
    values: list[Any],
) -> None:
    """Names the first household for which the condition holds, if there is one."""
    entities = month.book.entities
    key = entities.group
    columns = f"{quoted(key)}, {quoted(name)}"
    query = f"SELECT {columns} FROM {source} WHERE {condition} LIMIT 1"
    found = _first(db, query, values)
    if found is not None:
        raise PolicyError(
            f"{entities.group_label} {found[0]}：{fact.label} {found[1]} 超出允许范围，请核对。"
        )


def _check_counts(db: Any, written: str, sources: Mapping[Scope, str], month: PolicyMonth) -> None:
    """A household listed twice would count its members twice."""
    counted, people = _first(
        db,
        f"SELECT (SELECT SUM(size) FROM {written}), (SELECT COUNT(*) FROM {sources['member']})",
    )
    if (counted or 0) != people:
        label = month.book.entities.group_label
        raise PolicyError(f"{label}表里有重复的{label}编号，请去掉重复后再计算。")


def _first(db: Any, query: str, values: Sequence[object] = ()) -> Any:
    """The first row, or None. The rest is fetched too: an open result blocks the connection."""
    rows = db.execute(query, list(values)).fetchall()
    return rows[0] if rows else None


def _columns(source: str, key: str, needed: Mapping[str, str], chosen: str) -> str:
    return f"SELECT {', '.join(map(quoted, (key, *needed)))} FROM {source} {chosen}"


def _rows(db: Any, query: str) -> list[dict[str, Any]]:
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _stated(facts: Mapping[str, Fact], row: Mapping[str, Any]) -> dict[str, object]:
    """A row of a city's table as the interpreter takes it: yuan, and months as text."""
    stated: dict[str, object] = {}
    for name, value in row.items():
        fact = facts[name]
        if value is not None and isinstance(fact, Money):
            value = Fraction(value, 100)
        elif isinstance(value, date) and isinstance(fact, Month):
            value = f"{value:%Y-%m}"
        stated[name] = value
    return stated


__all__ = ["Relation", "Scope", "run_city", "verify_sample"]
