"""Cases worked by hand, in YAML a policy officer can read: facts, expected results, a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from jimin.engine.rules import Case, Day, Fact, Flag, Money, Policy, PolicyError, RuleBook, Whole
from jimin.engine.rules.expressions import Scope
from jimin.engine.rules.language import CHINESE, Language
from jimin.engine.rules.parameters import read_yaml
from jimin.engine.rules.words import shown

from .benefits import assess, benefit_of, open_case

UNKNOWN: Final = "unknown"
YES_AND_NO: Final = {"是": True, "否": False}
KNOWN: Final = ("sentence", "month", "group", "household", "members", "expected")


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """`expected` and what the rules give are compared as the texts people see.

    A rule about members is expected as a list, one value for each.
    """

    sentence: str
    month: str
    household: Mapping[str, object]
    members: tuple[Mapping[str, object], ...]
    expected: Mapping[str, str | list[str]]
    benefit: str = "dibao"

    def differences(self, policy: Policy, language: Language = CHINESE) -> tuple[str, ...]:
        """What comes out differently, one line each; nothing if all is as expected."""
        found = self._found(policy)
        return tuple(
            language.say(
                "{sentence} {name}：应当是 {expected}，算出 {found}",
                sentence=self.sentence,
                name=name,
                expected=_listed(expected, language),
                found=_listed(found[name], language),
            )
            for name, expected in self.expected.items()
            if found[name] != expected
        )

    def _found(self, policy: Policy) -> dict[str, str | list[str]]:
        outcome = assess(policy, self.benefit, self.month, self.household, self.members)
        case = open_case(policy.benefit(self.benefit), self.month, self.household, self.members)
        amounts = benefit_of(self.benefit).decision.amounts
        found: dict[str, str | list[str]] = {}
        for name in self.expected:
            if name in ("conclusion", "reason"):
                found[name] = getattr(outcome, name)
            elif name in amounts and outcome.figures[name] is None:
                found[name] = UNKNOWN
            else:
                found[name] = _of_rule(case, name)
        return found


def _of_rule(case: Case, name: str) -> str | list[str]:
    rule = case.month.rule(name)
    places = [None] if rule.scope == "group" else list(range(len(case.members)))
    texts = [shown(case.value(name, place), rule.expression.unit) for place in places]
    texts = [UNKNOWN if text == "未知" else text for text in texts]
    return texts[0] if rule.scope == "group" else texts


def _listed(value: str | list[str], language: Language) -> str:
    if isinstance(value, str):
        return language.text(value)
    return language.joined(map(language.text, value))


def worked_cases(policy: Policy, benefit: str = "dibao") -> tuple[WorkedCase, ...]:
    """The cases that come with a policy for one of its benefits."""
    folder = Path(__file__).parent / policy.name / "cases"
    files = [folder / f"{benefit}.yaml", *sorted(folder.glob(f"{benefit}_[0-9]*.yaml"))]
    return tuple(case for file in files for case in read_cases(policy, file, benefit))


def read_cases(policy: Policy, path: Path, benefit: str = "dibao") -> Iterator[WorkedCase]:
    """The cases of a file; PolicyError says which one is written wrongly."""
    content = read_yaml(path)
    usual = content["unless_stated"]
    speaking = policy.benefit(benefit)
    books = [edition.book for edition in speaking.editions]
    group_word = "household" if "household" in usual else "group"
    for number, case in enumerate(content["cases"], 1):
        where = f"{path.name} 第 {number} 个案例"
        for name in case:
            if name not in KNOWN:
                raise PolicyError(f"{where}：不认识 {name}，可写 {'、'.join(KNOWN)}。")
        sentence = case.get("sentence")
        if not sentence or not case.get("members") or not case.get("expected"):
            raise PolicyError(f"{where}：sentence、members、expected 都要写。")
        month = case.get("month", usual["month"])
        book = speaking.edition(month).book
        known = ("conclusion", "reason", *book.rules)
        for name in case["expected"]:
            if name not in known:
                raise PolicyError(f"{where}：expected 里不认识 {name}，可写 {'、'.join(known)}。")
        usual_group = _of_edition(usual[group_word], "group", book, books)
        usual_member = _of_edition(usual["member"], "member", book, books)
        group = {**usual_group, **case.get(group_word, {})}
        members = [{**usual_member, **member} for member in _repeated(case["members"])]
        yield WorkedCase(
            sentence,
            month,
            _facts(where, book.facts["group"], group),
            tuple(_facts(where, book.facts["member"], member) for member in members),
            case["expected"],
            benefit,
        )


def _of_edition(
    usual: Mapping[str, str], scope: Scope, book: RuleBook, books: list[RuleBook]
) -> dict[str, str]:
    """What is usual, without the facts that only another edition of the book asks for."""
    elsewhere = {name for other in books for name in other.facts[scope]}
    return {
        name: text
        for name, text in usual.items()
        if name in book.facts[scope] or name not in elsewhere
    }


def _repeated(members: list[Mapping[str, str]]) -> Iterator[Mapping[str, str]]:
    """Members alike are written once, with `times`."""
    for member in members:
        alike = {name: text for name, text in member.items() if name != "times"}
        yield from [alike] * int(member.get("times", "1"))


def _facts(where: str, facts: Mapping[str, Fact], written: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, text in written.items():
        if name == "name":
            read[name] = text
        elif name not in facts:
            raise PolicyError(f"{where}：没有“{name}”这项情况；可写：{'、'.join(facts)}。")
        elif text != UNKNOWN:
            try:
                read[name] = _value(facts[name], text)
            except (ValueError, KeyError, InvalidOperation):
                raise PolicyError(f"{where}：{name} 的“{text}”看不懂，请改正。") from None
    return read


def _value(fact: Fact, text: str) -> object:
    match fact:
        case Money():
            return Decimal(text)
        case Whole():
            return int(text)
        case Flag():
            return YES_AND_NO[text]
        case Day():
            return date.fromisoformat(text)
    return text
