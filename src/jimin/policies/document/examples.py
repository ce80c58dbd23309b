"""The worked cases of a benefit as its page shows them: what is usual once, then what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jimin.engine.rules import Choice, Fact, Policy
from jimin.engine.rules.expressions import Scope
from jimin.engine.rules.facts import Exact
from jimin.engine.rules.language import Language
from jimin.engine.rules.words import shown
from jimin.policies.benefits import assess
from jimin.policies.cases import UNKNOWN, WorkedCase, worked_cases


@dataclass(frozen=True, slots=True)
class PersonView:
    """A member, or several alike, with what is not usual."""

    name: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CaseView:
    anchor: str
    sentence: str
    month: str
    group: tuple[tuple[str, str], ...]
    members: tuple[PersonView, ...]
    expected: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CasesView:
    """The cases of one book. `usual` holds wherever a case says nothing else."""

    anchor: str
    usual_group: tuple[tuple[str, str], ...]
    usual_member: tuple[tuple[str, str], ...]
    cases: tuple[CaseView, ...]


class Examples:
    """Renders the cases that fall into the time of one book."""

    def __init__(
        self, anchor: str, number: int, edition: Policy, policy: Policy, language: Language
    ) -> None:
        self.anchor = anchor
        self.number = number
        self.edition = edition
        self.policy = policy
        self.book = edition.book
        self.language = language

    def view(self) -> CasesView:
        cases = [
            case
            for case in worked_cases(self.policy, self.book.name)
            if self.policy.edition(case.month) is self.edition
        ]
        group = _usual([case.household for case in cases])
        member = _usual([member for case in cases for member in case.members])
        return CasesView(
            self.anchor,
            self._told(group, {}, "group"),
            self._told(member, {}, "member"),
            tuple(self._case(place, case, group, member) for place, case in enumerate(cases, 1)),
        )

    def _case(
        self,
        place: int,
        case: WorkedCase,
        group: Mapping[str, object],
        member: Mapping[str, object],
    ) -> CaseView:
        return CaseView(
            f"{self.anchor}-{self.number}-case-{place}",
            case.sentence,
            self.language.month(int(case.month[:4]) * 12 + int(case.month[5:]) - 1),
            self._told(case.household, group, "group"),
            tuple(self._people(case.members, member)),
            tuple(self._expected(case)),
        )

    def _people(
        self, members: Sequence[Mapping[str, object]], usual: Mapping[str, object]
    ) -> Iterator[PersonView]:
        """The members in order, neighbours alike together."""
        word = self.language.text(self.book.entities.member_label)
        place = 0
        while place < len(members):
            end = place
            while end + 1 < len(members) and members[end + 1] == members[place]:
                end += 1
            name = str(members[place].get("name", ""))
            if not name:
                numbers = f"{place + 1}" if end == place else f"{place + 1}–{end + 1}"
                name = f"{word} {numbers}"
            yield PersonView(name, self._told(members[place], usual, "member"))
            place = end + 1

    def _told(
        self, facts: Mapping[str, object], usual: Mapping[str, object], scope: Scope
    ) -> tuple[tuple[str, str], ...]:
        """Facts with their labels, without those that are as usual."""
        known = self.book.facts[scope]
        return tuple(
            (self.language.text(fact.label), self._value(fact, facts.get(name)))
            for name, fact in known.items()
            if name in facts or name in usual
            if not usual or facts.get(name) != usual.get(name)
        )

    def _value(self, fact: Fact, value: object) -> str:
        language = self.language
        if value is None:
            return language.text("未填写")
        if isinstance(fact, Choice):
            return language.text(fact.choices[str(value)])
        if fact.kind == "month":
            year, month = str(value).split("-")
            return language.month(int(year) * 12 + int(month) - 1)
        exact: Exact = fact.read(value)
        if isinstance(value, Decimal) and not value % 1:
            return language.whole(int(value))
        return shown(exact, fact.unit, language)

    def _expected(self, case: WorkedCase) -> Iterator[tuple[str, str]]:
        rules = self.book.rules
        for name, value in case.expected.items():
            label = rules[name].label if name in rules else "理由"
            texts = [value] if isinstance(value, str) else value
            if name == "reason":
                given = (case.month, case.household, case.members)
                texts = [assess(self.policy, case.benefit, *given, self.language).reason]
            told = [self.language.text("未知" if text == UNKNOWN else text) for text in texts]
            yield self.language.text(label), self.language.joined(told)


def _usual(stated: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The value most cases have, for each fact that most cases state."""
    counts: dict[str, Counter[object]] = {}
    for facts in stated:
        for name, value in facts.items():
            if name != "name":
                counts.setdefault(name, Counter())[value] += 1
    found: dict[str, object] = {}
    for name, values in counts.items():
        value, often = values.most_common(1)[0]
        if often * 2 > len(stated):
            found[name] = value
    return found
