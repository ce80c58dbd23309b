"""Decisions in one Parquet file, and their recomputation years later.

A row is a case: `benefit`, `policy`, `version`, `month`, its number, the facts of the group, its
`members` as a list, the result and, if it was asked for, every rule about the group. So a file
says by itself which rules were applied to what; several files put together remain one.
"""

# ruff: noqa: S608 (names and literals are quoted; the file is the caller's own)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from jimin.engine.rules import Decision, Policy, PolicyError, PolicyMonth
from jimin.engine.rules.language import Language
from jimin.engine.rules.relations import Relation, opened
from jimin.engine.rules.sql import literal, quoted, trace_columns, traceable

from .benefits import assess_all, benefit_of
from .city import verify
from .languages import language_of

HEAD: Final = ("benefit", "policy", "version", "month")
MOST_SHOWN: Final = 100


@dataclass(slots=True)
class Replayed:
    """The rows of one version and month, computed again. `differences` are sentences.

    `differing` counts all rows that came out differently, also those not shown; `exact` those
    that the interpreter computed besides the statement for all.
    """

    benefit: str
    policy: str
    label: str
    version: str
    month: str
    compared: int
    exact: int
    differing: int = 0
    differences: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def write_decisions(
    policy: Policy,
    benefit: str,
    month: str,
    groups: Relation,
    members: Relation,
    result: Relation,
    out: str | Path,
) -> None:
    """Facts and result of every case as one file, in the order of their numbers."""
    key = policy.benefit(benefit).at(month).book.entities.group
    head = (benefit, policy.name, policy.version, month)
    said = ", ".join(f"{literal(v)} AS {quoted(n)}" for n, v in zip(HEAD, head, strict=True))
    # One thread, so that members stay in their order.
    with opened(groups=groups, members=members, result=result, threads=1) as (db, names):
        people = [name for name in _names(db, names["members"]) if name != key]
        one = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in people)
        db.execute(
            f"COPY (SELECT {said}, g.*, m.members, r.* EXCLUDE ({quoted(key)}) "
            f"FROM {names['groups']} AS g "
            f"JOIN (SELECT {quoted(key)}, list(struct_pack({one})) AS members "
            f"FROM {names['members']} GROUP BY {quoted(key)}) AS m USING ({quoted(key)}) "
            f"JOIN {names['result']} AS r USING ({quoted(key)}) ORDER BY g.{quoted(key)}) "
            f"TO {literal(str(out))} (FORMAT parquet, COMPRESSION zstd)"
        )


@contextmanager
def caseload_of(
    path: Path, policy: Policy, benefit: str, month: str
) -> Iterator[tuple[Path, Path]]:
    """The groups and members of a benefit in a file, as the two tables it is assessed by.

    A folder stands for all files in it. Results are left out. Of several months those of `month`
    are taken, since a family would otherwise be counted several times; PolicyError without them.
    """
    files = path / "**" / "*.parquet" if path.is_dir() else path
    versions_in(files)  # refuses what is no file of decisions
    key = quoted(policy.benefit(benefit).book.entities.group)
    with TemporaryDirectory(prefix="jimin-") as name, opened(rows=files) as (db, names):
        rows = f"(FROM {names['rows']} WHERE benefit = {literal(benefit)})"
        found = db.execute(f"SELECT DISTINCT month FROM {rows} ORDER BY 1").fetchall()
        months = tuple(row[0] for row in found)
        if month not in months and len(months) != 1:
            raise PolicyError(
                "“{file}”里没有 {month} 的{benefit}，不知道用哪个月的家庭；有：{months}。",
                file=path.name,
                month=month,
                benefit=benefit_of(benefit).label,
                months=months,
            )
        taken = month if month in months else months[0]
        rows = f"(FROM {rows} WHERE month = {literal(taken)})"
        book = policy.benefit(benefit).edition(taken).book
        facts = [fact for fact in book.facts["group"] if fact in _names(db, rows)]
        yield _split(db, rows, key, facts, Path(name))


def _split(db: Any, rows: str, key: str, facts: Sequence[str], folder: Path) -> tuple[Path, Path]:
    """Writes the groups of some rows, with these facts, and their members."""
    groups, members = folder / "groups.parquet", folder / "members.parquet"
    for query, file in (
        (f"SELECT {', '.join((key, *map(quoted, facts)))} FROM {rows}", groups),
        (f"SELECT {key}, m.* FROM (SELECT {key}, unnest(members) AS m FROM {rows})", members),
    ):
        db.execute(f"COPY ({query}) TO {literal(str(file))} (FORMAT parquet)")
    return groups, members


def versions_in(path: Path) -> tuple[tuple[str, str], ...]:
    """The policies and versions by which the rows of a file were decided."""
    import duckdb

    wrong = PolicyError(
        "“{file}”不是决定文件（Parquet，有 {columns} 各列）；请核对文件。",
        file=path.name,
        columns=HEAD,
    )
    with opened(rows=path) as (db, names):
        try:
            columns = _names(db, names["rows"])
        except duckdb.Error as error:
            raise wrong from error
        if not {*HEAD, "members"} <= set(columns):
            raise wrong
        found = db.execute(f"SELECT DISTINCT policy, version FROM {names['rows']}").fetchall()
        unsaid = " OR ".join(f"{quoted(name)} IS NULL" for name in HEAD)
        [(lost,)] = db.execute(f"SELECT COUNT(*) FROM {names['rows']} WHERE {unsaid}").fetchall()
    if lost:
        raise PolicyError(
            "“{file}”有 {lost} 行没有写明政策、版本或月份，不能复算。", file=path.name, lost=lost
        )
    return tuple(sorted(found))


def replay(path: Path, policy: Policy, code: str = "zh") -> list[Replayed]:
    """Computes again what the policy, in this very version, decided in a file.

    The differences are told in the language with the code.

    All rows by the statement for a city; 10,000 of them, those on an edge among them, by the exact
    interpreter too.
    """
    found = []
    language = language_of(policy.name, code)
    with TemporaryDirectory(prefix="jimin-") as name, opened(rows=path) as (db, names):
        where = f"WHERE policy = {literal(policy.name)} AND version = {literal(policy.version)}"
        runs = db.execute(
            f"SELECT DISTINCT benefit, month FROM {names['rows']} {where} ORDER BY ALL"
        ).fetchall()
        for place, (benefit, month) in enumerate(runs):
            folder = Path(name) / str(place)
            folder.mkdir()
            rows = f"(FROM {names['rows']} {where} AND benefit = {literal(benefit)} AND month = "
            of_month = f"{rows}{literal(month)})"
            found.append(_replay(db, of_month, policy.benefit(benefit), month, folder, language))
    return found


def _replay(
    db: Any, rows: str, policy: Policy, month: str, folder: Path, language: Language
) -> Replayed:
    benefit = policy.book.name
    decision = benefit_of(benefit).decision
    bound = policy.at(month)
    key = quoted(bound.book.entities.group)
    given, now = (folder / f"{part}.parquet" for part in ("given", "now"))
    names = _names(db, rows)
    facts = [name for name in bound.book.facts["group"] if name in names]
    traced = [
        rule
        for rule in traceable(bound, decision)
        if all(column in names for column in trace_columns(bound, rule))
    ]
    columns = [*decision.columns(), *(c for rule in traced for c in trace_columns(bound, rule))]
    for column in (bound.book.entities.group, *columns):
        if column not in names:
            raise PolicyError("决定文件缺少列 {column}，不能复算。", column=column)
    groups, members = _split(db, rows, key, facts, folder)
    query = f"SELECT {key}, {', '.join(map(quoted, columns))} FROM {rows}"
    db.execute(f"COPY ({query}) TO {literal(str(given))} (FORMAT parquet)")
    assess_all(policy, benefit, month, groups, members, now, trace=tuple(traced))
    found = Replayed(benefit, policy.name, policy.label, policy.version, month, 0, 0)
    found.exact = verify(policy, benefit, month, groups, members, now)
    _compare(db, found, bound, decision, columns, given, now, language)
    return found


def _compare(
    db: Any,
    found: Replayed,
    month: PolicyMonth,
    decision: Decision,
    columns: Sequence[str],
    given: Path,
    now: Path,
    language: Language,
) -> None:
    key = quoted(month.book.entities.group)
    before, after = (f"read_parquet({literal(str(path))})" for path in (given, now))
    [(found.compared,)] = db.execute(f"SELECT COUNT(*) FROM {before}").fetchall()
    differs = " OR ".join(f"b.{quoted(c)} IS DISTINCT FROM a.{quoted(c)}" for c in columns)
    both = f"{before} AS b JOIN {after} AS a ON b.{key} = a.{key} WHERE {differs}"
    [(found.differing,)] = db.execute(f"SELECT COUNT(*) FROM {both}").fetchall()
    pairs = ", ".join(f"b.{quoted(c)}, a.{quoted(c)}" for c in columns)
    shown = f"SELECT b.{key}, {pairs} FROM {both} ORDER BY b.{key} LIMIT {MOST_SHOWN}"
    label = language.sentence(language.text(month.book.entities.group_label))
    for number, *values in db.execute(shown).fetchall():
        parts = [
            language.say(
                "{name} 原为 {old}，复算 {new}",
                name=_label(month, decision, column, language),
                old=_shown(column, old, language),
                new=_shown(column, new, language),
            )
            for column, old, new in zip(columns, values[::2], values[1::2], strict=True)
            if old != new
        ]
        told = language.joined(parts, "；")
        found.differences.append(
            language.say("{label} {number}：{parts}。", label=label, number=number, parts=told)
        )


def _label(month: PolicyMonth, decision: Decision, column: str, language: Language) -> str:
    """What a column of the result is called."""
    if column == "conclusion":
        return language.text("结论")
    of_rule = {"size": decision.size, column: column}[column]
    for ending in ("_fen", "_numerator", "_denominator"):
        of_rule = of_rule.removesuffix(ending)
    label = month.rules[of_rule].label if of_rule in month.rules else column
    return language.say("{label}（{column}）", label=language.text(label), column=column)


def _shown(column: str, value: object, language: Language) -> str:
    if value is None:
        return language.text("未知")
    if isinstance(value, bool):
        return language.text("是" if value else "否")
    if column.endswith("_fen") and isinstance(value, int):
        return language.say("{amount} 元", amount=language.money(Fraction(value, 100)))
    return language.text(str(value))


def _names(db: Any, relation: str) -> list[str]:
    return [row[0] for row in db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
