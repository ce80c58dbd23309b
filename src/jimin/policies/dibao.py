"""One household's assessment for dibao, with its reason and every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from jimin.engine.rules import Case, Decision, MissingFact, Policy, Step, Unknown, Words, money

ELIGIBLE: Final = "符合"
GRADUAL_EXIT: Final = "渐退"
NOT_ELIGIBLE: Final = "不符合"
REVIEW: Final = "待人工核实"

CONDITIONS: Final = (
    "income_below_standard",
    "assets_within_limit",
    "vehicles_within_limit",
    "dwellings_within_limit",
)
DECISION: Final = Decision(
    conclusion="conclusion",
    review=REVIEW,
    size="size",
    shown=("per_capita", "standard"),
    amounts=("topup", "category", "amount"),
)


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
        labels = [
            figure.label
            for step in self.steps
            for figure in step.parameters
            if figure.status == "example"
        ]
        return tuple(dict.fromkeys(labels))

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
) -> Assessment:
    """Applies the rules to one household; raises PolicyError for facts that cannot be.

    Money is Decimal yuan; an absent or None fact is unknown, except 残疾等级 and 上月低保金
    (nothing) and 超标起始月 (there is none). A member's `name` serves the explanation only.
    """
    case = open_case(policy, month, household, members)
    conclusion, found, missing = decide(case)
    words = Words(case)
    keys = list(case.evaluated)
    if conclusion != ELIGIBLE:
        # What is not met comes first, so that the reason is read first.
        keys.sort(key=lambda key: _rank(key[0], case.value(key[0])) if key[1] is None else 2)
    return Assessment(
        conclusion,
        len(case.members),
        found["per_capita"],
        found["standard"],
        found["topup"],
        found["category"],
        found["amount"],
        _reason(case, words, conclusion, missing),
        tuple(_fact_name(case, fact) for fact in missing),
        tuple(words.step(name, member) for name, member in keys),
    )


def open_case(
    policy: Policy,
    month: str,
    household: Mapping[str, object],
    members: Sequence[Mapping[str, object]],
) -> Case:
    names = [str(member.get("name") or f"成员{n}") for n, member in enumerate(members, 1)]
    facts = [{name: member[name] for name in member if name != "name"} for member in members]
    return Case(policy.at(month), household, facts, names)


def decide(case: Case) -> tuple[str, dict[str, Fraction | None], list[MissingFact]]:
    """Conclusion, figures and the missing facts that keep it from being decided.

    A conclusion stands only when its amounts stand too: otherwise the case goes to a person.
    """
    outcome = case.value("conclusion")
    figures = {name: case.value(name) for name in (*DECISION.shown, *DECISION.amounts)}
    deciding = [outcome, *(figures[name] for name in DECISION.amounts)]
    unknown = [value for value in deciding if isinstance(value, Unknown)]
    if unknown:
        figures.update(dict.fromkeys(DECISION.amounts, unknown[0]))
    exact = {name: _exact(value) for name, value in figures.items()}
    declared = [name for facts in case.month.book.facts.values() for name in facts]
    missing = sorted(
        {fact for value in unknown for fact in value.facts},
        key=lambda fact: (-1 if fact.member is None else fact.member, declared.index(fact.name)),
    )
    return (REVIEW if unknown else str(outcome)), exact, missing


def _reason(case: Case, words: Words, conclusion: str, missing: list[MissingFact]) -> str:
    if conclusion == REVIEW:
        return "；".join(f"{_fact_name(case, fact)} 未填写" for fact in missing)
    if conclusion == NOT_ELIGIBLE:
        rules = case.month.book.rules
        failed = next(rules[name] for name in CONDITIONS if case.value(name) is False)
        return words.reason(failed)
    if conclusion == GRADUAL_EXIT:
        return words.fill(
            "人均月收入 {per_capita} 元，达到标准 {standard} 元但低于 {exit_ceiling} 元，"
            "自 {over_since} 起未满 {exit_months} 个月，续发上月低保金"
        )
    return words.fill("人均月收入 {per_capita} 元，低于标准 {standard} 元，家庭财产符合规定")


def _fact_name(case: Case, fact: MissingFact) -> str:
    facts = case.month.book.facts["group" if fact.member is None else "member"]
    whose = "" if fact.member is None else f"{case.names[fact.member]}："
    return f"{whose}{facts[fact.name].label}"


def _rank(name: str, value: object) -> int:
    if name not in CONDITIONS or value is True:
        return 2
    return 0 if value is False else 1


def _exact(value: object) -> Fraction | None:
    return Fraction(value) if isinstance(value, (int, Fraction)) else None


def _text(value: Fraction | None) -> str | None:
    return None if value is None else money(value)
