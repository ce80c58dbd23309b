"""Cases worked by hand, in YAML a policy officer can read: facts, expected results, a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from jimin.engine.rules import Day, Fact, Flag, Money, Policy, PolicyError, Whole
from jimin.engine.rules.parameters import read_yaml

from .dibao import assess_household

UNKNOWN: Final = "unknown"
FIGURES: Final = ("per_capita", "standard", "topup", "category", "amount")
EXPECTED: Final = ("conclusion", "size", "reason", *FIGURES)


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """`expected` and what the rules give are compared as the texts people see."""

    sentence: str
    month: str
    household: Mapping[str, object]
    members: tuple[Mapping[str, object], ...]
    expected: Mapping[str, str]

    def differences(self, policy: Policy) -> tuple[str, ...]:
        """What comes out differently, one line each; nothing if all is as expected."""
        found = assess_household(policy, self.month, self.household, self.members).as_json("")
        lines = []
        for name, expected in self.expected.items():
            actual = UNKNOWN if found[name] is None else str(found[name])
            if actual != expected:
                lines.append(f"{self.sentence} {name}：应当是 {expected}，算出 {actual}")
        return tuple(lines)


def worked_cases(policy: Policy) -> tuple[WorkedCase, ...]:
    """The cases that come with a policy."""
    return tuple(read_cases(policy, Path(__file__).parent / policy.name / "cases" / "dibao.yaml"))


def read_cases(policy: Policy, path: Path) -> Iterator[WorkedCase]:
    """The cases of a file; PolicyError says which one is written wrongly."""
    content = read_yaml(path)
    usual = content["unless_stated"]
    facts = policy.book.facts
    for number, case in enumerate(content["cases"], 1):
        where = f"{path.name} 第 {number} 个案例"
        sentence = case.get("sentence")
        if not sentence or not case.get("members") or not case.get("expected"):
            raise PolicyError(f"{where}：sentence、members、expected 都要写。")
        for name in case["expected"]:
            if name not in EXPECTED:
                raise PolicyError(
                    f"{where}：expected 里不认识 {name}，可写 {'、'.join(EXPECTED)}。"
                )
        household = {**usual["household"], **case.get("household", {})}
        members = [{**usual["member"], **member} for member in case["members"]]
        yield WorkedCase(
            sentence,
            case.get("month", usual["month"]),
            _facts(where, facts["group"], household),
            tuple(_facts(where, facts["member"], member) for member in members),
            case["expected"],
        )


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
            return {"是": True, "否": False}[text]
        case Day():
            return date.fromisoformat(text)
    return text
