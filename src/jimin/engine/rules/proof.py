"""What was proven about the size of numbers, to be shown beside the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from .dialects import DUCKDB, SPARK
from .expressions import Kind
from .integers import Term, inner_terms
from .lowering import Lowered, Number, lower_everything
from .policy import Policy, PolicyMonth
from .units import Unit


@dataclass(frozen=True, slots=True)
class Proof:
    """What a rule's results and the whole numbers it works with in a city can be.

    `low` and `high` are exact, None for what is no number; `largest` is the largest absolute whole
    number on the way. A wide rule works with 38 digits, as 64 bits may not do.
    """

    rule: str
    label: str
    place: str
    kind: Kind
    unit: Unit | None
    low: Fraction | None
    high: Fraction | None
    largest: int
    is_wide: bool

    @property
    def duckdb_type(self) -> str:
        return DUCKDB.wide if self.is_wide else "BIGINT"

    @property
    def spark_type(self) -> str:
        return SPARK.wide if self.is_wide else "BIGINT"


def proofs(month: PolicyMonth) -> tuple[Proof, ...]:
    """For every rule in force in a month; a rule that cannot be proven raises DefinitionError."""
    lowering = lower_everything(month)
    found = []
    for name, rule in month.rules.items():
        lowered = lowering.rules[name]
        terms = _all_terms(_roots(lowered))
        low, high = _ends(lowered)
        found.append(
            Proof(
                rule=name,
                label=rule.label,
                place=rule.place,
                kind=rule.expression.kind,
                unit=rule.expression.unit,
                low=low,
                high=high,
                largest=max(term.reach for term in terms),
                is_wide=any(term.works_wide for term in terms),
            )
        )
    return tuple(found)


def proofs_of_all_months(policy: Policy) -> tuple[Proof, ...]:
    """For every rule there ever is in a book: what holds in whatever month it is in force."""
    found: dict[str, Proof] = {}
    for edition in policy.editions:
        for month in edition.months_of_change():
            if policy.edition(month) is edition:
                for proof in proofs(edition.at(month)):
                    before = found.get(proof.rule)
                    found[proof.rule] = proof if before is None else _together(before, proof)
    return tuple(found.values())


def _together(one: Proof, other: Proof) -> Proof:
    ends = [end for proof in (one, other) for end in (proof.low, proof.high) if end is not None]
    return replace(
        other,
        low=min(ends, default=None),
        high=max(ends, default=None),
        largest=max(one.largest, other.largest),
        is_wide=one.is_wide or other.is_wide,
    )


def _roots(lowered: Lowered) -> list[Term]:
    if isinstance(lowered, Term):
        return [lowered]
    return [lowered.term] if lowered.divisor is None else [lowered.term, lowered.divisor]


def _ends(lowered: Lowered) -> tuple[Fraction | None, Fraction | None]:
    if not isinstance(lowered, Number):
        return None, None
    divisors = [1]
    if lowered.divisor is not None:
        divisors = [lowered.divisor.low, lowered.divisor.high]
    corners = [
        Fraction(end, lowered.scale * divisor)
        for end in (lowered.term.low, lowered.term.high)
        for divisor in divisors
    ]
    return min(corners), max(corners)


def _all_terms(roots: Iterable[Term]) -> set[Term]:
    found: set[Term] = set()
    waiting = list(roots)
    while waiting:
        term = waiting.pop()
        if term not in found:
            found.add(term)
            waiting.extend(inner_terms(term))
    return found
