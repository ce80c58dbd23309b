"""Which groups are assessed again: those on an edge of the rules, and others by lot.

An edge is where a result could flip: the two sides of a comparison nearly or quite the same, two
amounts of which the higher counts nearly the same, the smallest and largest value of a fact, an
unknown one, every code, every conclusion, the smallest and the largest groups.
"""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from . import integers
from .decision import Decision
from .expressions import Scope
from .facts import Choice, Day, Fact, Flag
from .integers import Term
from .lowering import Lowering
from .policy import PolicyMonth
from .relations import first_row
from .sql import Plan, in_order, lowered_rules, quoted, result_terms

FAR: Final = integers.LARGEST


def pick(
    db: Any,
    month: PolicyMonth,
    decision: Decision,
    sources: Mapping[Scope, str],
    results: str,
    *,
    sample: int,
    seed: int,
) -> None:
    """Makes the table `picked` of the numbers of at most `sample` groups; of all, if so few."""
    key = quoted(month.book.entities.group)
    if first_row(db, f"SELECT COUNT(*) FROM {sources['group']}")[0] <= sample:
        db.execute(f"CREATE TEMP TABLE picked AS SELECT {key} FROM {sources['group']}")
        return
    lot = f"hash({key}, {int(seed)})"
    edges = list(_edges(month, decision, sources, results, lot))
    each = max(1, sample // 2 // max(1, sum(width for width, _ in edges)))
    queries = " UNION ALL ".join(query.format(each=each) for _, query in edges)
    db.execute(
        f"CREATE TEMP TABLE near AS SELECT DISTINCT unnest(numbers) AS {key} FROM ({queries})"
    )
    db.execute(f"DELETE FROM near WHERE {key} IS NULL")
    db.execute(
        f"CREATE TEMP TABLE picked AS (SELECT {key} FROM near ORDER BY {lot}, {key} "
        f"LIMIT {int(sample)}) UNION ALL (SELECT {key} FROM {sources['group']} "
        f"WHERE {key} NOT IN (FROM near) ORDER BY {lot}, {key} "
        f"LIMIT greatest(0, {int(sample)} - (SELECT COUNT(*) FROM near)))"
    )


def _edges(
    month: PolicyMonth,
    decision: Decision,
    sources: Mapping[Scope, str],
    results: str,
    lot: str,
) -> Iterator[tuple[int, str]]:
    """Queries that give lists `numbers` of `{{each}}` groups, and about how many lists each."""
    key = quoted(month.book.entities.group)
    lowering = lowered_rules(month, decision)
    distances = list(_distances(lowering, [term for _, term in result_terms(lowering, decision)]))
    if distances:
        plan = Plan(lowering, distances)
        steps = plan.steps(sources)
        body = ",\n".join(f"{name} AS (\n{query}\n)" for name, query in steps)
        columns = ", ".join(
            f"{plan.emitter.text(term)} AS {quoted(f'#{place}')}"
            for place, term in enumerate(distances)
        )
        lists = ", ".join(
            f"min_by({key}, {quoted(f'#{place}')}, {{each}})" for place in range(len(distances))
        )
        yield (
            len(distances),
            f"SELECT unnest([{lists}]) AS numbers FROM "
            f"(WITH {body}\nSELECT {key}, {columns}\nFROM {steps[-1][0]})",
        )
    for scope, source in sources.items():
        yield from _of_facts(source, lowering.facts[scope], key, lot)
    for size in ("min_by", "max_by"):
        yield 1, f"SELECT {size}({key}, size, {{each}}) AS numbers FROM {results}"
    by_lot = f"min_by({key}, {lot}, {{each}})"
    yield 4, f"SELECT {by_lot} AS numbers FROM {results} GROUP BY conclusion"


def _of_facts(
    source: str, facts: Mapping[str, Fact], key: str, lot: str
) -> Iterator[tuple[int, str]]:
    """The smallest, the largest and the unknown values, or every code there is."""
    for name, fact in facts.items():
        column = quoted(name)
        by_lot = f"min_by({key}, {lot}, {{each}})"
        if isinstance(fact, (Choice, Flag)):
            width = len(fact.choices) + 1 if isinstance(fact, Choice) else 3
            yield width, f"SELECT {by_lot} AS numbers FROM {source} GROUP BY {column}"
            continue
        yield (
            3,
            f"SELECT unnest([min_by({key}, {column}, {{each}}), max_by({key}, {column}, {{each}}),"
            f" {by_lot} FILTER (WHERE {column} IS NULL)]) AS numbers FROM {source}",
        )


def _distances(lowering: Lowering, results: list[Term]) -> Iterator[Term]:
    """For every place where the rules compare, how far its two sides are apart in a group."""
    plan = Plan(lowering, results)
    for term in in_order(results):
        for one, other in _sides(lowering, term):
            if plan.scope[one] == plan.scope[other] == "":
                continue
            apart = integers.apart(one, other)
            if "member" in (plan.scope[one], plan.scope[other]):
                # What is unknown for one member must not hide how near another is.
                known = integers.chosen(integers.given(apart), apart, integers.whole(FAR))
                apart = integers.gathered("lowest", known, 0, FAR)
            yield apart


def _sides(lowering: Lowering, term: Term) -> Iterator[tuple[Term, Term]]:
    if term.operation == "compared":
        _, one, other = term.parts
        if _is_ordered(lowering, one) and _is_ordered(lowering, other):
            yield one, other
    elif term.operation in ("highest", "lowest"):
        yield from combinations(term.parts, 2)


def _is_ordered(lowering: Lowering, term: Term) -> bool:
    """Whether a term is a number or a day; codes and truths are not apart from each other."""
    match term.operation:
        case "text":
            return False
        case "column":
            name, scope = term.parts
            fact = lowering.month.book.facts[scope][name]
            return isinstance(fact, Day) or not isinstance(fact, (Choice, Flag))
        case "chosen":
            return all(_is_ordered(lowering, part) for part in term.parts[1:])
        case "outer":
            return _is_ordered(lowering, term.parts[0])
    return True
