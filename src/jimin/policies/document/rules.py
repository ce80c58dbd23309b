"""The rules, facts and graph of one book as its page shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from jimin.engine.rules import Choice, Day, Fact, Flag, Money, Month, Policy, Rule, RuleBook, Whole
from jimin.engine.rules.book import PLACE
from jimin.engine.rules.document.graph import drawn, uses
from jimin.engine.rules.document.mathematics import Mathematics
from jimin.engine.rules.document.wording import Reference, Said, Wording, unknowns
from jimin.engine.rules.expressions import Expression, FactValue, ParameterValue, Scope
from jimin.engine.rules.language import Language
from jimin.engine.rules.units import PLAIN, Unit
from jimin.engine.rules.walk import walk
from jimin.engine.rules.words import shown
from jimin.policies.benefits import Benefit

KINDS: Final = {"truth": "是或否", "code": "选项", "day": "日期", "month": "月份"}
UNITS: Final = {
    Unit(yuan=1): "元",
    Unit(yuan=1, month=-1): "元/月",
    Unit(yuan=1, year=-1): "元/年",
    Unit(month=1): "月",
    Unit(year=1): "岁",
}


@dataclass(frozen=True, slots=True)
class VersionView:
    """A rule in one version: when it is in force, and its formula three ways."""

    period: str
    cite: str
    unmet: str
    equation: str
    said: Said
    unknowns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    anchor: str
    name: str
    label: str
    whose: str
    kind: str
    place: str
    is_result: bool
    versions: tuple[VersionView, ...]
    parameters: tuple[Reference, ...]
    used_by: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class FactView:
    anchor: str
    name: str
    label: str
    whose: str
    kind: str
    empty: str
    used_by: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class EditionView:
    """One book: a regulation from the day it came into force to the day it was replaced."""

    anchor: str
    period: str
    graph: str
    rules: tuple[RuleView, ...]
    facts: tuple[FactView, ...]


class Edition:
    """Renders one book; `anchor` begins the address of everything in it."""

    def __init__(
        self, benefit: str, number: int, book: RuleBook, decision: Benefit, language: Language
    ) -> None:
        self.benefit = benefit
        self.anchor = f"{benefit}-{number}"
        self.book = book
        self.language = language
        self.results = (decision.decision.conclusion, *decision.decision.amounts)
        self.wording = Wording(book, language)
        self.mathematics = Mathematics(book, language)
        self.users = _users(book)

    def address(self, reference: Reference) -> str:
        """Where on the page a rule, fact or parameter stands."""
        if reference.kind == "parameter":
            return f"#{self.benefit}-parameter-{reference.name}"
        return f"#{self.anchor}-{reference.kind}-{reference.name}"

    def view(self, since: date | None, until: date | None) -> EditionView:
        return EditionView(
            self.anchor,
            period(since, until, self.language),
            drawn(self.book, self.language, self.address, self.results),
            tuple(self._rule(name, since, until) for name in self.book.versions),
            tuple(self._facts()),
        )

    def _rule(self, name: str, since: date | None, until: date | None) -> RuleView:
        versions = self.book.versions[name]
        newest = versions[-1]
        return RuleView(
            self.address(self._reference(name))[1:],
            name,
            self.language.text(newest.label),
            self._whose(newest.scope),
            self._kind(newest.expression),
            newest.place,
            name in self.results,
            tuple(self._version(rule, since, until) for rule in versions),
            tuple(self._parameters(versions)),
            self._named(self.users.get(("rule", name), {})),
        )

    def _version(self, rule: Rule, since: date | None, until: date | None) -> VersionView:
        first = max((day for day in (rule.since, since) if day), default=None)
        last = min((day for day in (rule.until, until) if day), default=None)
        told = self.language.text(rule.unmet)
        return VersionView(
            period(first, last, self.language),
            self.language.text(rule.cite),
            PLACE.sub(lambda place: self._label(place[1]), told),
            self.mathematics.equation(rule),
            self.wording.said(rule.expression),
            tuple(map(self.language.text, unknowns(rule.expression))),
        )

    def _label(self, name: str) -> str:
        """The label of whatever a sentence names."""
        if name in self.book.versions:
            label = self.book.versions[name][-1].label
        elif name in self.book.parameters:
            label = self.book.parameters[name].label
        else:
            label = self.book.facts["group"][name].label
        return self.language.say("〔{label}〕", label=self.language.text(label))

    def _reference(self, name: str) -> Reference:
        rule = self.book.versions[name][-1]
        return Reference("rule", rule.scope, name, self.language.text(rule.label))

    def _named(self, names: Mapping[str, None]) -> tuple[Reference, ...]:
        return tuple(self._reference(name) for name in names)

    def _parameters(self, versions: tuple[Rule, ...]) -> Iterator[Reference]:
        found = dict.fromkeys(
            part.name
            for rule in versions
            for part in walk(rule.expression)
            if isinstance(part, ParameterValue)
        )
        for name in found:
            label = self.language.text(self.book.parameters[name].label)
            yield Reference("parameter", "", name, label)

    def _whose(self, scope: Scope) -> str:
        return self.language.text(self.book.entities.label(scope))

    def _kind(self, expression: Expression) -> str:
        """What a result is: a unit, or what else it can be."""
        if expression.kind != "number":
            return self.language.text(KINDS[expression.kind])
        unit = expression.unit or PLAIN
        return self.language.text(UNITS.get(unit, "数"))

    def _facts(self) -> Iterator[FactView]:
        scopes: tuple[Scope, ...] = ("group", "member")
        for scope in scopes:
            for name, fact in self.book.facts[scope].items():
                yield FactView(
                    f"{self.anchor}-fact-{name}",
                    name,
                    self.language.text(fact.label),
                    self._whose(scope),
                    self._range(fact),
                    self._empty(fact),
                    self._named(self.users.get(("fact", name), {})),
                )

    def _range(self, fact: Fact) -> str:
        """What may be stated."""
        language = self.language
        match fact:
            case Choice():
                return language.joined(map(language.text, fact.choices.values()))
            case Flag() | Day() | Month():
                return language.text(KINDS[fact.kind])
            case Money() | Whole():
                unit = language.text(UNITS.get(fact.unit or PLAIN, "整数"))
                return language.say(
                    "{unit}，{lowest} 至 {highest}",
                    unit=unit,
                    lowest=language.round_number(fact.lowest),
                    highest=language.round_number(fact.highest),
                )
        return language.text(KINDS.get(fact.kind, "数"))

    def _empty(self, fact: Fact) -> str:
        """What an empty fact means."""
        if fact.default is not None:
            value = fact.default
            if isinstance(fact, Choice):
                value = fact.choices[str(value)]
            return self.language.say("空着按“{value}”", value=shown(value, PLAIN, self.language))
        return self.language.text("空着表示没有" if fact.optional else "空着为未知")


def _users(book: RuleBook) -> dict[tuple[str, str], dict[str, None]]:
    """The rules that use a rule or fact."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for name, versions in book.versions.items():
        for other in uses(versions):
            found.setdefault(("rule", other), {})[name] = None
        for rule in versions:
            for part in walk(rule.expression):
                if isinstance(part, FactValue):
                    found.setdefault(("fact", part.name), {})[name] = None
    return found


def period(since: date | None, until: date | None, language: Language) -> str:
    """From when to when something is in force."""
    if since is None and until is None:
        return language.text("一直施行")
    if since is None:
        assert until is not None
        return language.say("至 {until} 止", until=language.day(until))
    if until is None:
        return language.say("自 {since} 起", since=language.day(since))
    return language.say(
        "自 {since} 起至 {until} 止", since=language.day(since), until=language.day(until)
    )


def editions_of(policy: Policy) -> Iterator[tuple[Policy, date | None, date | None]]:
    """Each book of a benefit with the days it is in force."""
    later = [since for since, _ in reversed(policy._later)]
    starts: list[date | None] = [None, *later]
    ends: list[date | None] = [*(since - timedelta(days=1) for since in later), None]
    yield from zip(policy.editions, starts, ends, strict=True)
