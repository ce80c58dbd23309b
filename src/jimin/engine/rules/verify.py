"""The check of a city's result against the interpreter, before anything is published."""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from .absent import absent_columns, completed
from .boundary import pick
from .decision import Decision
from .errors import PolicyMismatch
from .expressions import Scope
from .policy import Policy
from .relations import (
    Relation,
    first_row,
    opened,
    require_columns,
    rows_of,
    stated,
    types_of,
)
from .sql import needed_columns, quoted

Reassess: TypeAlias = (
    "Callable[[Mapping[str, object], Sequence[Mapping[str, object]]], dict[str, Any]]"
)
ADVICE = "本次结果不能公布，请联系系统管理员。"


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
    seed: int = 0,
    memory_limit: str = "1GB",
) -> int:
    """Assesses up to `sample` groups again, one by one; returns how many.

    Half of them are those on an edge (`boundary`), as far as there are any; the rest is drawn.
    Raises PolicyMismatch on the first difference, and when a group has no result or several.
    """
    bound = policy.at(month)
    entities = bound.book.entities
    key, label = entities.group, entities.group_label
    needed = needed_columns(bound, decision)
    with opened(
        memory_limit=memory_limit, households=households, members=members, results=result
    ) as (db, names):
        sources: dict[Scope, str] = {"group": names["households"], "member": names["members"]}
        for scope, source in sources.items():
            types, about = types_of(db, source), bound.book.facts[scope]
            sources[scope] = completed(source, absent_columns(types, about, needed[scope]))
        require_columns(db, sources["group"], households, key, needed["group"])
        require_columns(db, sources["member"], members, key, needed["member"])
        require_columns(db, names["results"], result, key, {})
        counted = f"SELECT COUNT(*), COUNT(DISTINCT {quoted(key)}) FROM {names['results']}"
        expected = first_row(db, f"SELECT COUNT(*), COUNT(*) FROM {sources['group']}")
        if first_row(db, counted) != expected:
            raise PolicyMismatch(f"批量结果的行数与{label}表不同。{ADVICE}")
        pick(db, bound, decision, sources, names["results"], sample=sample, seed=seed)
        chosen = f"WHERE {quoted(key)} IN (FROM picked)"
        found = {row[key]: row for row in rows_of(db, f"SELECT * FROM {names['results']} {chosen}")}
        facts: dict[Scope, list[dict[str, Any]]] = {}
        for scope, source in sources.items():
            columns = ", ".join(map(quoted, (key, *needed[scope])))
            facts[scope] = rows_of(db, f"SELECT {columns} FROM {source} {chosen}")
    belonging: dict[object, list[dict[str, object]]] = {}
    for row in facts["member"]:
        belonging.setdefault(row.pop(key), []).append(stated(bound.book.facts["member"], row))
    for row in facts["group"]:
        number = row.pop(key)
        exact = reassess(stated(bound.book.facts["group"], row), belonging[number])
        given = found.get(number)
        if given is None:
            raise PolicyMismatch(f"{label} {number} 没有批量结果。{ADVICE}")
        for name in decision.columns():
            if given[name] != exact[name]:
                raise PolicyMismatch(
                    f"{label} {number} 的 {name}："
                    f"批量结果 {given[name]}，逐户复算 {exact[name]}。{ADVICE}"
                )
    return len(facts["group"])
