"""A whole city in one DuckDB statement."""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from .absent import absent_columns, completed, without
from .decision import Decision
from .errors import PolicyError
from .expressions import Scope
from .policy import Policy, PolicyMonth
from .ranges import check_ranges
from .relations import Relation, first_row, opened, require_columns, types_of
from .sql import literal, needed_columns, statement

# Conclusions repeat and are kept as a dictionary; for amounts it is given up early, and version 2
# keeps them by their differences: half the file, in less time.
PARQUET: Final = "FORMAT parquet, PARQUET_VERSION V2, DICTIONARY_SIZE_LIMIT 1000"


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
        absent = {
            scope: absent_columns(types_of(db, source), bound.book.facts[scope], needed[scope])
            for scope, source in sources.items()
        }
        bound = without(bound, absent)
        needed = needed_columns(bound, decision, trace)
        for scope, given in sources.items():
            still = {name: kind for name, kind in absent[scope].items() if name in needed[scope]}
            source = sources[scope] = completed(given, still)
            facts = bound.book.facts[scope]
            require_columns(db, source, relations[scope], key, needed[scope])
            check_ranges(db, relations[scope], source, facts, needed[scope], bound)
        query = statement(bound, decision, sources["group"], sources["member"], trace=trace)
        if out is None:
            table = db.sql(query).to_arrow_table()
            db.register("result", table)
            _check_counts(db, "result", sources, bound)
            return table
        # A file that fails a check never stands under its name.
        part = Path(out).with_name(f".{Path(out).name}.part")
        try:
            db.execute(f"COPY ({query}) TO {literal(str(part))} ({PARQUET})")
            _check_counts(db, f"read_parquet({literal(str(part))})", sources, bound)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
        return None


def _check_counts(db: Any, written: str, sources: Mapping[Scope, str], month: PolicyMonth) -> None:
    """A household listed twice would count its members twice."""
    counted, people = first_row(
        db,
        f"SELECT (SELECT SUM(size) FROM {written}), (SELECT COUNT(*) FROM {sources['member']})",
    )
    if (counted or 0) != people:
        label = month.book.entities.group_label
        raise PolicyError(f"{label}表里有重复的{label}编号，请去掉重复后再计算。")
