"""A whole city in one DuckDB statement."""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from .decision import Decision
from .errors import PolicyError
from .expressions import Scope
from .facts import Choice, Day, Fact, Money, Month, Whole
from .policy import Policy, PolicyMonth
from .relations import Relation, first_row, opened, require_columns
from .sql import literal, needed_columns, quoted, statement


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
    relations: dict[Scope, Relation] = {"group": households, "member": members}
    with opened(
        memory_limit=memory_limit, threads=threads, households=households, members=members
    ) as (db, names):
        needed = needed_columns(bound, decision, trace)
        key = bound.book.entities.group
        sources: dict[Scope, str] = {"group": names["households"], "member": names["members"]}
        for scope, source in sources.items():
            require_columns(db, source, relations[scope], key, needed[scope])
            _check_ranges(db, source, bound.book.facts[scope], needed[scope], bound)
        query = statement(bound, decision, sources["group"], sources["member"], trace=trace)
        if out is None:
            table = db.sql(query).to_arrow_table()
            db.register("result", table)
            _check_counts(db, "result", sources, bound)
            return table
        # A file that fails a check never stands under its name.
        part = Path(out).with_name(f".{Path(out).name}.part")
        try:
            db.execute(f"COPY ({query}) TO {literal(str(part))} (FORMAT parquet)")
            _check_counts(db, f"read_parquet({literal(str(part))})", sources, bound)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
        return None


def _check_ranges(
    db: Any, source: str, facts: Mapping[str, Fact], needed: Iterable[str], month: PolicyMonth
) -> None:
    """The overflow proof rests on the declared ranges, so a value outside stops the run.

    Parquet answers the smallest and largest value of a column from its statistics.
    """
    ends_of = {name: found for name in needed if (found := limits(facts[name], month))}
    asked = [f"MIN({quoted(name)}), MAX({quoted(name)})" for name in ends_of]
    ends = first_row(db, f"SELECT {', '.join(asked)} FROM {source}") if asked else ()
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
    found = first_row(db, query, values)
    if found is not None:
        raise PolicyError(
            f"{entities.group_label} {found[0]}：{fact.label} {found[1]} 超出允许范围，请核对。"
        )


def _check_counts(db: Any, written: str, sources: Mapping[Scope, str], month: PolicyMonth) -> None:
    """A household listed twice would count its members twice."""
    counted, people = first_row(
        db,
        f"SELECT (SELECT SUM(size) FROM {written}), (SELECT COUNT(*) FROM {sources['member']})",
    )
    if (counted or 0) != people:
        label = month.book.entities.group_label
        raise PolicyError(f"{label}表里有重复的{label}编号，请去掉重复后再计算。")
