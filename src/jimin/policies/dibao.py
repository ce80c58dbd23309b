"""One household's assessment for dibao, with its reason and every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from jimin.engine.rules import Policy, Step, money
from jimin.engine.rules.language import CHINESE, Language

from .benefits import assess, example_figures


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules propose for a household in a month. None: not determined.

    Amounts are exact yuan. A person decides; this only proposes.
    """

    conclusion: str
    size: int
    per_capita: Fraction | None
    standard: Fraction | None
    topup: Fraction | None
    category: Fraction | None
    amount: Fraction | None
    reason: str
    unknown_facts: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def example_figures(self) -> tuple[str, ...]:
        """Labels of the figures used that no document confirms: no basis for a real decision."""
        return example_figures(self.steps)

    def as_json(self, household_id: str) -> dict[str, Any]:
        """The household's object of `jimin assess --json`; None stands for unknown."""
        return {
            "household": household_id,
            "conclusion": self.conclusion,
            "size": self.size,
            "per_capita": _text(self.per_capita),
            "standard": _text(self.standard),
            "topup": _text(self.topup),
            "category": _text(self.category),
            "amount": _text(self.amount),
            "reason": self.reason,
            "steps": [
                {
                    "rule": step.rule,
                    "label": step.label,
                    "member": step.member,
                    "formula": step.formula,
                    "value": step.value,
                    "cite": step.cite,
                    "parameters": [
                        {
                            "name": figure.name,
                            "label": figure.label,
                            "value": figure.value,
                            "since": figure.since,
                            "source": figure.source,
                            "status": figure.status,
                        }
                        for figure in step.parameters
                    ],
                }
                for step in self.steps
            ],
        }


def assess_household(
    policy: Policy,
    month: str,
    household: Mapping[str, object],
    members: Sequence[Mapping[str, object]],
    language: Language = CHINESE,
) -> Assessment:
    """Applies the rules to one household; raises PolicyError for facts that cannot be.

    Money is Decimal yuan; an absent or None fact is unknown, except 残疾等级 and 上月低保金
    (nothing) and 超标起始月 (there is none). A member's `name` serves the explanation only.
    """
    found = assess(policy, "dibao", month, household, members, language)
    figures = found.figures
    return Assessment(
        found.conclusion,
        len(members),
        figures["per_capita"],
        figures["standard"],
        figures["topup"],
        figures["category"],
        figures["amount"],
        found.reason,
        found.unknown_facts,
        found.steps,
    )


def _text(value: Fraction | None) -> str | None:
    return None if value is None else money(value)
