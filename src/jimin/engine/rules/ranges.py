"""Every value of a city's tables within its declared range: the overflow proof rests on that.

A Parquet file says itself between which values each part of a column lies; only where it does not
are the values read.
"""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from .errors import PolicyError
from .facts import Choice, Day, Fact, Money, Month, Whole
from .policy import PolicyMonth
from .relations import Relation, first_row
from .sql import literal, quoted

Ends: TypeAlias = "tuple[Any, Any]"
"""The smallest and the largest value, or twice None where there is no value."""


def check_ranges(
    db: Any,
    relation: Relation,
    source: str,
    facts: Mapping[str, Fact],
    needed: Iterable[str],
    month: PolicyMonth,
) -> None:
    """Refuses the first value that is outside, by the number of its group."""
    allowed = {name: found for name in needed if (found := limits(facts[name], month))}
    for name, (least, most) in _ends(db, relation, source, allowed).items():
        low, high = allowed[name]
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


def limits(fact: Fact, month: PolicyMonth) -> Ends | None:
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


def _ends(db: Any, relation: Relation, source: str, allowed: Mapping[str, Ends]) -> dict[str, Ends]:
    known = _said(db, relation, allowed) if isinstance(relation, (str, Path)) else {}
    asked = [name for name in allowed if name not in known]
    columns = ", ".join(f"MIN({quoted(name)}), MAX({quoted(name)})" for name in asked)
    read = first_row(db, f"SELECT {columns} FROM {source}") if asked else ()
    return known | {
        name: (read[2 * place], read[2 * place + 1]) for place, name in enumerate(asked)
    }


def _said(db: Any, relation: str | Path, allowed: Mapping[str, Ends]) -> dict[str, Ends]:
    """What Parquet files say of the columns; a column of which a part says nothing is left out."""
    found: dict[str, list[Any]] = {name: [] for name in allowed}
    silent: set[str] = set()
    query = (
        "SELECT path_in_schema, stats_min_value, stats_max_value "
        f"FROM parquet_metadata({literal(str(relation))}) "
        "WHERE num_values IS DISTINCT FROM stats_null_count"
    )
    for name, *ends in db.execute(query).fetchall():
        if name in found:
            read = type(allowed[name][0])
            try:
                found[name] += [_read(read, end) for end in ends]
            except (TypeError, ValueError):
                silent.add(name)
    return {
        name: (min(values, default=None), max(values, default=None))
        for name, values in found.items()
        if name not in silent
    }


def _read(kind: type, text: str) -> Any:
    return date.fromisoformat(text) if kind is date else int(text)


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
    columns = f"{quoted(entities.group)}, {quoted(name)}"
    query = f"SELECT {columns} FROM {source} WHERE {condition} LIMIT 1"
    found = first_row(db, query, values)
    if found is not None:
        raise PolicyError(
            f"{entities.group_label} {found[0]}：{fact.label} {found[1]} 超出允许范围，请核对。"
        )
