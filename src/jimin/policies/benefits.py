"""One case of any benefit, assessed with its reason and every step.

A benefit is a book of rules and a `Benefit` that says which of them decide. A case is a group of
facts with its members: a family and its people, a patient and the bills, an enterprise and its
staff.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final

from jimin.engine.rules import Case, Decision, MissingFact, Policy, Step, Unknown, Words
from jimin.engine.rules.city import run_city
from jimin.engine.rules.language import CHINESE, Language
from jimin.engine.rules.relations import Relation

ELIGIBLE: Final = "符合"
NOT_ELIGIBLE: Final = "不符合"
REVIEW: Final = "待人工核实"


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """Which rules of a book decide, and how a conclusion is explained.

    `conditions` stand in the order in which a refusal names them, those of every edition of the
    book; `reasons` holds a sentence for each conclusion that is no refusal, with `{name}` for a
    number. `remarks` holds what is told besides where a rule about the case was asked and holds.
    `each` names what every member receives.
    """

    label: str
    decision: Decision
    conditions: tuple[str, ...]
    reasons: Mapping[str, str]
    each: tuple[str, ...] = ()
    remarks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rules propose for a case in a month. None: not determined.

    Amounts are exact yuan. A person decides; this only proposes.
    """

    conclusion: str
    figures: Mapping[str, Fraction | None]
    each: tuple[Mapping[str, Fraction | None], ...]
    reason: str
    unknown_facts: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def example_figures(self) -> tuple[str, ...]:
        """Labels of the figures used that no document confirms: no basis for a real decision."""
        return example_figures(self.steps)


@cache
def benefit_of(name: str) -> Benefit:
    """How a benefit decides, the same in every city."""
    found: Benefit = importlib.import_module(f"jimin.policies.national.{name}").BENEFIT
    return found


def assess(
    policy: Policy,
    name: str,
    month: str,
    group: Mapping[str, object],
    members: Sequence[Mapping[str, object]],
    language: Language = CHINESE,
) -> Outcome:
    """Applies the rules of a benefit to one case; raises PolicyError for facts that cannot be.

    Money is Decimal yuan; an absent or None fact is unknown unless its declaration says what
    nothing means. A member's `name` serves the explanation only, and only what explains is in
    `language`: the conclusion is the same word in every one.
    """
    benefit = benefit_of(name)
    case = open_case(policy.benefit(name), month, group, members)
    conclusion, figures, missing = decide(case, benefit.decision)
    each = tuple(
        {rule: exact(case.value(rule, place)) for rule in benefit.each}
        for place in range(len(case.members))
    )
    words = Words(case, language)
    steps = ordered_steps(case, words, benefit, conclusion)
    return Outcome(
        conclusion,
        figures,
        each,
        reason(case, words, benefit, conclusion, missing),
        tuple(fact_name(words, fact) for fact in missing),
        steps,
    )


def assess_all(
    policy: Policy,
    name: str,
    month: str,
    groups: Relation,
    members: Relation,
    out: str | Path | None = None,
    **limits: Any,
) -> Any:
    """Every case of two relations at once, one row each, as `assess_city` does it for dibao.

    The columns are those the rules need in the month, named as the facts are; the case's own
    column is called `household` for every benefit.
    """
    decision = benefit_of(name).decision
    return run_city(policy.benefit(name), decision, month, groups, members, out, **limits)


def open_case(
    policy: Policy,
    month: str,
    group: Mapping[str, object],
    members: Sequence[Mapping[str, object]],
) -> Case:
    names = [str(member.get("name") or f"成员{n}") for n, member in enumerate(members, 1)]
    facts = [{name: member[name] for name in member if name != "name"} for member in members]
    return Case(policy.at(month), group, facts, names)


def decide(
    case: Case, decision: Decision
) -> tuple[str, dict[str, Fraction | None], list[MissingFact]]:
    """Conclusion, figures and the missing facts that keep it from being decided.

    A conclusion stands only when its amounts stand too: otherwise the case goes to a person.
    """
    outcome = case.value(decision.conclusion)
    figures = {name: case.value(name) for name in (*decision.shown, *decision.amounts)}
    deciding = [outcome, *(figures[name] for name in decision.amounts)]
    unknown = [value for value in deciding if isinstance(value, Unknown)]
    if unknown:
        figures.update(dict.fromkeys(decision.amounts, unknown[0]))
    declared = [name for facts in case.month.book.facts.values() for name in facts]
    missing = sorted(
        {fact for value in unknown for fact in value.facts},
        key=lambda fact: (-1 if fact.member is None else fact.member, declared.index(fact.name)),
    )
    conclusion = decision.review if unknown else str(outcome)
    return conclusion, {name: exact(value) for name, value in figures.items()}, missing


def reason(
    case: Case, words: Words, benefit: Benefit, conclusion: str, missing: list[MissingFact]
) -> str:
    """Why the conclusion is what it is, in one sentence."""
    if conclusion == benefit.decision.review:
        open_ = words.language.text("未填写")
        return words.language.joined(
            (f"{fact_name(words, fact)} {open_}" for fact in missing), "；"
        )
    sentence = benefit.reasons.get(conclusion)
    if sentence is not None:
        remarks = (told for rule, told in benefit.remarks.items() if _was_found(case, rule))
        return words.language.joined((words.fill(told) for told in (sentence, *remarks)), "；")
    rules = case.month.rules
    conditions = (name for name in benefit.conditions if name in rules)
    return words.reason(next(rules[name] for name in conditions if case.value(name) is False))


def ordered_steps(case: Case, words: Words, benefit: Benefit, conclusion: str) -> tuple[Step, ...]:
    """Every rule that was applied; in a refusal what is not met comes first."""
    keys = list(case.evaluated)
    if conclusion != ELIGIBLE:
        keys.sort(key=lambda key: _rank(benefit, case, *key))
    return tuple(words.step(name, member) for name, member in keys)


def fact_name(words: Words, fact: MissingFact) -> str:
    facts = words.book.facts["group" if fact.member is None else "member"]
    label = words.language.text(facts[fact.name].label)
    if fact.member is None:
        return label
    return words.language.say("{member}：{label}", member=words.member(fact.member), label=label)


def example_figures(steps: Sequence[Step]) -> tuple[str, ...]:
    labels = [
        figure.label for step in steps for figure in step.parameters if figure.status == "example"
    ]
    return tuple(dict.fromkeys(labels))


def _was_found(case: Case, rule: str) -> bool:
    return case.evaluated.get((rule, None)) is True


def exact(value: object) -> Fraction | None:
    return Fraction(value) if isinstance(value, (int, Fraction)) else None


def _rank(benefit: Benefit, case: Case, name: str, member: int | None) -> int:
    if member is not None or name not in benefit.conditions:
        return 2
    value = case.value(name)
    return 2 if value is True else 0 if value is False else 1
