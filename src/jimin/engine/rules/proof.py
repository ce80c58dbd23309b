"""What was proven about the size of numbers, to be shown beside the rules."""

from __future__ import annotations

from dataclasses import dataclass

from .integers import Term, inner_terms
from .lowering import Number, lower_everything
from .policy import PolicyMonth


@dataclass(frozen=True, slots=True)
class Proof:
    """The largest absolute whole number a rule works with in a city, and whether it is wide.

    A wide rule works with 38 digits (HUGEINT, in Spark DECIMAL(38,0)), as 64 bits may not do.
    """

    rule: str
    label: str
    place: str
    largest: int
    is_wide: bool


def proofs(month: PolicyMonth) -> tuple[Proof, ...]:
    """For every rule in force in a month; a rule that cannot be proven raises DefinitionError."""
    lowering = lower_everything(month)
    found = []
    for name, rule in month.rules.items():
        lowered = lowering.rules[name]
        roots = [lowered] if isinstance(lowered, Term) else [lowered.term]
        if isinstance(lowered, Number) and lowered.divisor is not None:
            roots.append(lowered.divisor)
        terms = _all_terms(roots)
        found.append(
            Proof(
                name,
                rule.label,
                rule.place,
                max(term.reach for term in terms),
                any(term.works_wide for term in terms),
            )
        )
    return tuple(found)


def _all_terms(roots: list[Term]) -> set[Term]:
    found: set[Term] = set()
    waiting = list(roots)
    while waiting:
        term = waiting.pop()
        if term not in found:
            found.add(term)
            waiting.extend(inner_terms(term))
    return found
