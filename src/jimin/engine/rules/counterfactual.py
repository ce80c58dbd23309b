"""What would have to be different: the smallest change of one fact that changes the conclusion.

Nothing here is guessed. For a number the whole range is searched outwards from what is stated:
stretches on which the conclusion provably stays (`spans`) are skipped, the rest is halved down to
single values, and those the interpreter assesses. The value found and the one just before it are
then assessed again as whole cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from .decision import Decision
from .errors import PolicyError, PolicyMismatch
from .expressions import Scope
from .facts import Choice, Exact, Fact, Flag, Money, Whole
from .interpreter import Case, Place, Unknown, Value
from .language import CHINESE, Language
from .spans import Numbers, Spans, Wide, rules_moved_by
from .words import month_text, shown

MOST_LOOKS: Final = 4_000
"""How many stretches are looked at for one fact before nothing is said about it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change after which the conclusion is another.

    `before` is None where nobody stated the fact. `beside` is the value next to `after` on the
    near side: with it, and with everything between, the conclusion is still the old one.
    For someone who joins or leaves there is no fact, and `label` says who.
    """

    kind: Literal["fact", "joins", "leaves"]
    fact: str
    member: Place
    label: str
    before: Exact | None
    after: Exact | None
    beside: Exact | None
    conclusion_before: str
    conclusion: str
    texts: tuple[str, str, str]
    language: Language = CHINESE

    @property
    def difference(self) -> Fraction | None:
        """How much the fact rises or, below zero, falls; None for what is no number."""
        if self.beside is None or self.before is None or self.after is None:
            return None
        return Fraction(self.after) - Fraction(self.before)  # type: ignore[arg-type]

    def sentence(self) -> str:
        """The change, with what it leads to."""
        language = self.language
        before, after, beside = self.texts
        leads = language.say(
            "结论由“{was}”变为“{now}”",
            was=language.text(self.conclusion_before),
            now=language.text(self.conclusion),
        )
        if self.kind != "fact":
            told = language.say("{change}，{effect}。", change=self.label, effect=leads)
        elif self.difference is None:
            phrase = "{label}由“{was}”改为“{now}”"
            moved = language.say(phrase, label=self.label, was=before, now=after)
            told = language.say("{change}，{effect}。", change=moved, effect=leads)
        else:
            rises = self.difference > 0
            size = abs(self.difference)
            if self.beside != self.before:
                phrase = (
                    "{leads}；增加到 {beside} 时还不变"
                    if rises
                    else "{leads}；减少到 {beside} 时还不变"
                )
                leads = language.say(phrase, leads=leads, beside=beside)
            told = language.say(
                "{label}由 {before} 增加 {size}，到 {after}，{leads}。"
                if rises
                else "{label}由 {before} 减少 {size}，到 {after}，{leads}。",
                label=self.label,
                before=before,
                size=language.money(size) if "." in after else str(size),
                after=after,
                leads=leads,
            )
        return language.sentence(told)


@dataclass(frozen=True, slots=True)
class Search:
    """The changes found, the smallest first, and the facts about which nothing could be said."""

    conclusion: str
    changes: tuple[Change, ...]
    open: tuple[str, ...]


class _NothingToSay(Exception):
    """The search was cut short, or led to a case the figures do not reach."""


def conclusion_of(case: Case, decision: Decision) -> str:
    """The conclusion, which stands only when its amounts stand too."""
    outcome = case.value(decision.conclusion)
    deciding = [outcome, *(case.value(name) for name in decision.amounts)]
    if any(isinstance(value, Unknown) for value in deciding):
        return decision.review
    return str(outcome)


def smallest_changes(
    case: Case,
    decision: Decision,
    *,
    newcomers: Sequence[tuple[str, Mapping[str, object]]] = (),
    language: Language = CHINESE,
) -> Search:
    """For each fact the nearest change upwards and downwards that changes the conclusion.

    Amounts, whole numbers, flags and choices are tried, for the group and for each member, and
    each member leaving. `newcomers` are people who might join, each with what they are called.
    Dates and months of life are facts nobody can change, so they are left alone.
    """
    search = _Search(case, decision, language)
    changes: list[Change] = []
    unsaid: list[str] = []
    places: list[Place] = [None, *range(len(case.members))]
    for place in places:
        for name, fact in case.month.book.facts[_scope(place)].items():
            try:
                changes.extend(search.of_fact(name, fact, place))
            except _NothingToSay:
                unsaid.append(search.label(fact, place))
    changes.extend(search.of_membership(newcomers))
    changes.sort(key=_size)
    return Search(search.conclusion, tuple(changes), tuple(unsaid))


def _size(change: Change) -> tuple[int, Fraction]:
    """Small amounts first, then smaller counts, then what is no number."""
    if change.difference is None:
        return (2 if change.kind == "fact" else 3, Fraction(0))
    return (0 if "." in change.texts[1] else 1, abs(change.difference))


class _Search:
    def __init__(self, case: Case, decision: Decision, language: Language) -> None:
        self.case = case
        self.language = language
        self.decision = decision
        self.group = {name: stated(case, name, None) for name in case.group}
        self.members = [
            {name: stated(case, name, place) for name in facts}
            for place, facts in enumerate(case.members)
        ]
        self.conclusion = self.assessed(self.group, self.members, case.names)

    def label(self, fact: Fact, place: Place) -> str:
        label = self.language.text(fact.label)
        return label if place is None else self._of("{member}的{label}", place, label=label)

    def _of(self, phrase: str, place: int, **places: str) -> str:
        member = self.language.member(self.case.names[place])
        return self.language.say(phrase, member=member, **places)

    def assessed(
        self,
        group: Mapping[str, object],
        members: Sequence[Mapping[str, object]],
        names: Sequence[str],
    ) -> str:
        return conclusion_of(Case(self.case.month, group, members, names), self.decision)

    def with_fact(self, name: str, place: Place, value: object) -> str:
        """The conclusion if one fact were another, from the interpreter."""
        group, members = self.group, list(self.members)
        if place is None:
            group = {**group, name: value}
        else:
            members[place] = {**members[place], name: value}
        try:
            return self.assessed(group, members, self.case.names)
        except PolicyError:  # a figure for this value is in force only later
            raise _NothingToSay from None

    def of_fact(self, name: str, fact: Fact, place: Place) -> Iterator[Change]:
        moved = rules_moved_by(self.case.month, name)
        if not moved & {self.decision.conclusion, *self.decision.amounts}:
            return
        before = self.case.fact(name, place)
        match fact:
            case Flag():
                yield from self._of_options(name, fact, place, before, (True, False))
            case Choice():
                yield from self._of_options(name, fact, place, before, tuple(fact.choices))
            case Money() | Whole():
                # Without a value stated there is nothing to be near to.
                if not isinstance(before, Unknown):
                    for upwards in (True, False):
                        yield from self._of_number(name, fact, place, before, moved, upwards)

    def _of_options(
        self, name: str, fact: Fact, place: Place, before: Value, options: Sequence[Exact]
    ) -> Iterator[Change]:
        for option in options:
            if option == before:
                continue
            conclusion = self.with_fact(name, place, option)
            if conclusion != self.conclusion:
                yield self._change(name, fact, place, before, option, None, conclusion)

    def _of_number(
        self,
        name: str,
        fact: Money | Whole,
        place: Place,
        before: object,
        moved: frozenset[str],
        upwards: bool,
    ) -> Iterator[Change]:
        """The nearest value on one side, counted in fen or in ones."""
        parts = 100 if isinstance(fact, Money) else 1
        here = Fraction(before) * parts  # type: ignore[call-overload]
        assert isinstance(here, Fraction)
        start = here.numerator
        end = (fact.highest if upwards else fact.lowest) * parts
        looks = 0

        def changes_at(step: int) -> bool:
            return self.with_fact(name, place, _exact(step, parts)) != self.conclusion

        def stays(near: int, far: int) -> bool:
            values = Numbers(_exact(min(near, far), parts), _exact(max(near, far), parts))
            try:
                possible = Spans(self.case, name, place, values, moved).conclusions(self.decision)
            except (Wide, PolicyError):
                return False
            return possible == {self.conclusion}

        one = 1 if upwards else -1
        waiting = [(start + one, end)] if (end - start) * one > 0 else []
        while waiting:
            near, far = waiting.pop()
            looks += 1
            if looks > MOST_LOOKS:
                raise _NothingToSay
            if near == far:
                if changes_at(near):
                    yield self._number(name, fact, place, before, near, one, parts)
                    return
            elif not stays(near, far):
                middle = near + (far - near) // 2 if upwards else near - (near - far) // 2
                waiting.append((middle + one, far))
                waiting.append((near, middle))

    def _number(
        self,
        name: str,
        fact: Fact,
        place: Place,
        before: object,
        found: int,
        one: int,
        parts: int,
    ) -> Change:
        """The change, after the value found and the one beside it are assessed again."""
        after, beside = _exact(found, parts), _exact(found - one, parts)
        conclusion = self.with_fact(name, place, after)
        if self.with_fact(name, place, beside) != self.conclusion:
            raise PolicyMismatch(
                f"{self.label(fact, place)}取 {beside} 时，结论的范围与逐户核定不一致。"
                "请联系系统管理员。"
            )
        return self._change(name, fact, place, before, after, beside, conclusion)

    def of_membership(
        self, newcomers: Sequence[tuple[str, Mapping[str, object]]]
    ) -> Iterator[Change]:
        names = list(self.case.names)
        for place in range(len(self.members) if len(self.members) > 1 else 0):
            fewer = [*self.members[:place], *self.members[place + 1 :]]
            conclusion = self.assessed(self.group, fewer, [*names[:place], *names[place + 1 :]])
            if conclusion != self.conclusion:
                label = self._of("不算{member}", place)
                yield self._membership("leaves", place, label, conclusion)
        if len(self.members) < self.case.month.book.most_members:
            for label, facts in newcomers:
                conclusion = self.assessed(self.group, [*self.members, facts], [*names, label])
                if conclusion != self.conclusion:
                    joins = self.language.say("增加{member}", member=self.language.text(label))
                    yield self._membership("joins", None, joins, conclusion)

    def _membership(
        self, kind: Literal["joins", "leaves"], place: Place, label: str, conclusion: str
    ) -> Change:
        return Change(
            kind, "", place, label, None, None, None, self.conclusion, conclusion, ("", "", ""),
            self.language,
        )  # fmt: skip

    def _change(
        self,
        name: str,
        fact: Fact,
        place: Place,
        before: object,
        after: Exact,
        beside: Exact | None,
        conclusion: str,
    ) -> Change:
        known = None if isinstance(before, Unknown) else before
        texts = tuple(
            self.language.text("未填写") if value is None else self._text(fact, value)
            for value in (known, after, beside)
        )
        return Change(
            "fact", name, place, self.label(fact, place), known, after, beside,  # type: ignore[arg-type]
            self.conclusion, conclusion, texts, self.language,  # type: ignore[arg-type]
        )  # fmt: skip

    def _text(self, fact: Fact, value: object) -> str:
        if isinstance(fact, Choice):
            return self.language.text(fact.choices[str(value)])
        return shown(value, fact.unit, self.language)  # type: ignore[arg-type]


def _scope(place: Place) -> Scope:
    return "group" if place is None else "member"


def _exact(steps: int, parts: int) -> int | Fraction:
    value = Fraction(steps, parts)
    return value.numerator if value.denominator == 1 else value


def stated(case: Case, name: str, place: Place) -> object:
    """A fact as a new case takes it."""
    value = case.fact(name, place)
    if isinstance(value, Unknown):
        return None
    fact = case.month.book.facts[_scope(place)][name]
    return month_text(value) if fact.kind == "month" else value
