"""Two assessments of one group side by side: what changed, and what each change did to the amount.

The first case is turned into the second one change at a time - the month passes, then the figures,
the facts, who belongs to it and last the rules - and assessed after each. So the differences add
up to the whole, exactly. In another order a change may weigh differently; this order is fixed.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from typing import Final, Literal

from .book import Rule
from .counterfactual import conclusion_of, stated
from .decision import Decision
from .errors import PolicyError
from .expressions import Expression, Scope
from .interpreter import Case, Place, Unknown, Value
from .language import CHINESE, Language
from .policy import PolicyMonth
from .words import Step, Words, figure_text

MOST_NAMED: Final = 8
"""How many changed rules are named before the rest are only counted."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One change of what goes in, and the result after it. None: not determined."""

    kind: Literal["month", "figure", "fact", "member", "rules"]
    text: str
    conclusion_before: str
    conclusion: str
    amount_before: Fraction | None
    amount: Fraction | None
    language: Language = CHINESE

    @property
    def difference(self) -> Fraction | None:
        if self.amount is None or self.amount_before is None:
            return None
        return self.amount - self.amount_before

    def sentence(self, amount_label: str) -> str:
        """The change and its effect."""
        effect = _effect(self, amount_label)
        return self.language.sentence(
            self.language.say("{change}，{effect}。", change=self.text, effect=effect)
        )


@dataclass(frozen=True, slots=True)
class StepChange:
    """A step whose result is another; `before` or `after` is None where it was not needed."""

    before: Step | None
    after: Step | None
    language: Language = CHINESE

    def sentence(self) -> str:
        language = self.language
        step = self.after or self.before
        assert step is not None
        label = step.label
        if step.member:
            label = language.say("{label}（{member}）", label=label, member=step.member)
        was, now = self.before, self.after
        if was is None or now is None:
            return language.say(
                "{label}这次才用到：{formula}＝{value}。"
                if was is None
                else "{label}这次不再用到：{formula}＝{value}。",
                label=label,
                formula=step.formula,
                value=self._known(step),
            )
        moved = _moved(language, label, self._known(was), self._known(now), was.exact, now.exact)
        return language.say(
            "{moved}：原为 {was}，现为 {now}。", moved=moved, was=was.formula, now=now.formula
        )

    def _known(self, step: Step) -> str:
        return self.language.text("未知") if step.value is None else step.value


@dataclass(frozen=True, slots=True)
class Comparison:
    """`causes` lead from the first result to the second; `steps` are those that differ."""

    label: str
    conclusion_before: str
    conclusion: str
    amount_before: Fraction | None
    amount: Fraction | None
    causes: tuple[Cause, ...]
    steps: tuple[StepChange, ...]
    language: Language = CHINESE

    @property
    def difference(self) -> Fraction | None:
        if self.amount is None or self.amount_before is None:
            return None
        return self.amount - self.amount_before

    def sentences(self) -> tuple[str, ...]:
        """The whole difference, then each cause with its part of it."""
        language = self.language
        first = _conclusions(language, self.conclusion_before, self.conclusion)
        was, now = (
            language.text("未知") if value is None else language.money(value)
            for value in (self.amount_before, self.amount)
        )
        if was == now:
            amount = language.say("{label}都是 {amount}", label=self.label, amount=now)
        else:
            amount = _moved(language, self.label, was, now, self.amount_before, self.amount)
        whole = language.say("{change}，{effect}。", change=first, effect=amount)
        return (
            language.sentence(whole),
            *(cause.sentence(self.label) for cause in self.causes),
        )


def compare(
    before: Case,
    after: Case,
    decision: Decision,
    *,
    amount: str = "",
    language: Language = CHINESE,
) -> Comparison:
    """The difference between two cases of one group: months, policy versions or facts.

    `amount` names the rule whose result is accounted for; the last of the decision otherwise.
    Members are the same where their names are, as long as no name comes twice.
    """
    amount = amount or decision.amounts[-1]
    path = _Path(before, after, decision, amount, language)
    path.walk()
    first, last = _result(before, decision, amount), _result(after, decision, amount)
    label = language.text(after.month.rule(amount).label)
    return Comparison(
        label, first[0], last[0], first[1], last[1],
        tuple(path.causes), tuple(_steps(before, after, path.names, language)), language,
    )  # fmt: skip


def outline(expression: object) -> str:
    """A formula as text without any numbers of a case: equal for formulas that are alike."""
    if isinstance(expression, Expression) and is_dataclass(expression):
        inside = (
            outline(getattr(expression, part.name))
            for part in fields(expression)
            if part.name not in ("unit", "kind", "scope", "key_names", "choices", "is_share")
        )
        return f"{type(expression).__name__}({', '.join(inside)})"
    if isinstance(expression, tuple):
        return f"[{', '.join(map(outline, expression))}]"
    return str(expression)


def is_same_rule(one: Rule, other: Rule) -> bool:
    """Whether two rules say the same, wherever they are written."""
    if one is other:
        return True
    about = (one.label, one.cite, one.scope, one.unmet)
    return about == (other.label, other.cite, other.scope, other.unmet) and outline(
        one.expression
    ) == outline(other.expression)


@dataclass(slots=True)
class _Person:
    name: str
    facts: dict[str, object]


@dataclass(slots=True)
class _Path:
    """The way from one case to the other, with what is in force and stated so far."""

    before: Case
    after: Case
    decision: Decision
    amount: str
    language: Language
    causes: list[Cause] = field(default_factory=list)
    month: PolicyMonth = field(init=False)
    group: dict[str, object] = field(init=False)
    people: list[_Person] = field(init=False)
    result: tuple[str, Fraction | None] = field(init=False)
    names: tuple[list[str], list[str]] = field(init=False)
    untold: list[str] = field(default_factory=list)

    def walk(self) -> None:
        before, after = self.before, self.after
        self.month = copy(before.month)
        self.group = _facts(before, None)
        self.names = _names(before, after)
        self.people = [
            _Person(name, _facts(before, place)) for place, name in enumerate(self.names[0])
        ]
        self.result = _result(before, self.decision, self.amount)
        _result(after, self.decision, self.amount)
        if after.month.number > before.month.number:
            self._pass_time()
        self._change_figures()
        self._change_facts()
        self._change_members()
        self._change_rules()

    def _pass_time(self) -> None:
        later = self.after.month
        text = self.language.say(
            "月份由 {before} 到 {after}，年龄和期限按新的月份计算",
            before=self.language.month(self.month.number),
            after=self.language.month(later.number),
        )
        self.month.number, self.month.text = later.number, later.text
        self.month.first_day, self.month.last_day = later.first_day, later.last_day
        self._assess("month", text, is_told=False)

    def _change_figures(self) -> None:
        old, new = self.before.month, self.after.month
        used = _used(self.before, self.after)
        for name, parameter in old.book.parameters.items():
            other = new.book.parameters.get(name)
            if other is None or (parameter.unit, parameter.threshold_unit) != (
                other.unit, other.threshold_unit,
            ):  # fmt: skip
                continue
            if not (old._figures[name] and new._figures[name]):
                continue  # it comes or goes with the rules that ask for it
            keys = used.get(name, ())
            changed = [key for key in keys if _number(old, name, key) != _number(new, name, key)]
            if changed:
                self.month._figures = {**self.month._figures, name: new._figures[name]}
                several = len(keys) > 1
                said = (self._figure_change(old, new, name, key, several) for key in changed)
                self._assess("figure", self.language.joined(said, "，"))

    def _change_facts(self) -> None:
        for name in self.group:
            self._change_fact(name, self.group, None, None, "")
        places = self._places()
        for old, person in enumerate(self.people):
            new = places.get(person.name)
            for name in person.facts if new is not None else ():
                self._change_fact(name, person.facts, old, new, person.name)

    def _change_fact(
        self, name: str, facts: dict[str, object], old: Place, new: Place, whose: str
    ) -> None:
        scope: Scope = "group" if old is None else "member"
        if name not in self.after.month.book.facts[scope]:
            return
        was, now = self.before.fact(name, old), self.after.fact(name, new)
        if _plain(was) == _plain(now):
            return
        facts[name] = stated(self.after, name, new)
        language = self.language
        label = language.text(self.before.month.book.facts[scope][name].label)
        if whose:
            label = language.say("{member}的{label}", member=language.member(whose), label=label)
        texts = (
            Words(self.before, language).stated(name, old),
            Words(self.after, language).stated(name, new),
        )
        self._assess("fact", _moved(language, label, *texts, was, now))

    def _change_members(self) -> None:
        places = self._places()
        names = {person.name for person in self.people}
        known = self.before.month.book.facts["member"]
        for name in [name for name in places if name not in names]:
            facts = _facts(self.after, places[name])
            facts = {fact: value for fact, value in facts.items() if fact in known}
            self.people.append(_Person(name, facts))
            self._assess("member", self._membership("增加{member} {name}", name))
        for person in [person for person in self.people if person.name not in places]:
            self.people.remove(person)
            self._assess("member", self._membership("减少{member} {name}", person.name))

    def _change_rules(self) -> None:
        """Everything that is left: the rules, facts only they ask for, and a month before."""
        old, new = self.before.month.rules, self.after.month.rules
        asked = dict.fromkeys(name for name, _ in (*self.after.evaluated, *self.before.evaluated))
        changed = [
            self.language.text((new.get(name) or old[name]).label)
            for name in asked
            if name not in old or name not in new or not is_same_rule(old[name], new[name])
        ]
        last = _result(self.after, self.decision, self.amount)
        if not changed and last == self.result and not self.untold:
            return
        language = self.language
        if changed:
            named = language.joined(changed[:MOST_NAMED])
            more = len(changed) > MOST_NAMED
            text = language.say(
                "规则改变：{rules}等 {count} 条" if more else "规则改变：{rules}",
                rules=named,
                count=len(changed),
            )
        else:
            text = language.say(
                "月份由 {before} 到 {after}",
                before=language.month(self.before.month.number),
                after=language.month(self.after.month.number),
            )
        self._tell("rules" if changed else "month", text, last)

    def _membership(self, phrase: str, name: str) -> str:
        label = self.before.month.book.entities.member_label
        return self.language.say(
            phrase, member=self.language.text(label), name=self.language.member(name)
        )

    def _figure_change(
        self, old: PolicyMonth, new: PolicyMonth, name: str, key: tuple[str, ...], several: bool
    ) -> str:
        """How a figure moved; of several of a parameter it is said which."""
        language = self.language
        label = language.text(old.book.parameters[name].label)
        if several:
            codes = old.book.choice_labels()
            which = language.joined(language.text(codes.get(part, part)) for part in key)
            label = language.say("{label}（{member}）", label=label, member=which)
        was, now = (self._figure_shown(month, name, key) for month in (old, new))
        return _moved(language, label, was, now, _number(old, name, key), _number(new, name, key))

    def _figure_shown(self, month: PolicyMonth, name: str, key: tuple[str, ...]) -> str:
        found = month._figures[name].get(key)
        if found is None:
            return self.language.text("无")
        return figure_text(month.book.parameters[name], found, self.language)

    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names[1])}

    def _assess(
        self, kind: Literal["month", "figure", "fact", "member"], text: str, *, is_told: bool = True
    ) -> None:
        """The result so far. What cannot stand alone is told together with what follows."""
        try:
            case = Case(
                self.month,
                self.group,
                [person.facts for person in self.people],
                [person.name for person in self.people],
            )
            result = _result(case, self.decision, self.amount)
        except PolicyError:
            self.untold.append(text)
            return
        if is_told or result != self.result:
            self._tell(kind, text, result)

    def _tell(
        self,
        kind: Literal["month", "figure", "fact", "member", "rules"],
        text: str,
        result: tuple[str, Fraction | None],
    ) -> None:
        text = self.language.joined((*self.untold, text), "；")
        self.untold.clear()
        self.causes.append(
            Cause(kind, text, self.result[0], result[0], self.result[1], result[1], self.language)
        )
        self.result = result


def _result(case: Case, decision: Decision, amount: str) -> tuple[str, Fraction | None]:
    conclusion = conclusion_of(case, decision)
    value = case.value(amount)
    if conclusion == decision.review or not isinstance(value, (int, Fraction)):
        return conclusion, None
    return conclusion, Fraction(value)


def _names(before: Case, after: Case) -> tuple[list[str], list[str]]:
    """What the members are told apart by: their names, or their places if two share a name."""
    given = (list(before.names), list(after.names))
    if all(len(set(names)) == len(names) for names in given):
        return given
    label = before.month.book.entities.member_label
    one, other = ([f"第 {n} 名{label}" for n in range(1, len(names) + 1)] for names in given)
    return one, other


def _facts(case: Case, place: Place) -> dict[str, object]:
    known = case.group if place is None else case.members[place]
    return {name: stated(case, name, place) for name in known}


def _plain(value: Value) -> object:
    """A value to be compared: what is unknown is the same whoever did not state it."""
    return ("unknown", bool(value.facts)) if isinstance(value, Unknown) else value


def _used(*cases: Case) -> dict[str, list[tuple[str, ...]]]:
    """The figures the steps of the cases rest on: name to keys."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for case in cases:
        words = Words(case)
        for rule, place in list(case.evaluated):
            words.step(rule, place)
            for name, joined in words.used:
                keys = found.setdefault(name, [])
                key = next(key for key in case.month.figures(name) if "/".join(key) == joined)
                if key not in keys:
                    keys.append(key)
    return found


def _number(month: PolicyMonth, name: str, key: tuple[str, ...]) -> int | Fraction | None:
    found = month._figures[name].get(key)
    return None if found is None else found.value


def _moved(
    language: Language, label: str, was: str, now: str, before: object, after: object
) -> str:
    """ "标准由 425.00 升至 460.00", or for what is no number "城乡类别由“城市”改为“农村”"."""
    phrase = "{label}由“{was}”改为“{now}”"
    numbers = [value for value in (before, after) if isinstance(value, (int, Fraction))]
    if len(numbers) == 2 and not any(isinstance(value, bool) for value in numbers):
        rises = numbers[0] < numbers[1]
        phrase = "{label}由 {was} 升至 {now}" if rises else "{label}由 {was} 降至 {now}"
    return language.say(phrase, label=label, was=was, now=now)


def _conclusions(language: Language, before: str, after: str) -> str:
    was, now = language.text(before), language.text(after)
    if before == after:
        return language.say("结论都是“{now}”", now=now)
    return language.say("结论由“{was}”变为“{now}”", was=was, now=now)


def _effect(cause: Cause, label: str) -> str:
    language, parts = cause.language, []
    if cause.conclusion != cause.conclusion_before:
        parts.append(_conclusions(language, cause.conclusion_before, cause.conclusion))
    if cause.amount is None:
        amount, phrase = "", "{label}不能确定"
    elif cause.difference is None:
        amount, phrase = language.money(cause.amount), "{label}为 {amount} 元"
    elif cause.difference == 0:
        amount, phrase = "", "{label}不变"
    else:
        amount = language.money(abs(cause.difference))
        rises = cause.difference > 0
        phrase = "{label}增加 {amount} 元" if rises else "{label}减少 {amount} 元"
    parts.append(language.say(phrase, label=label, amount=amount))
    return language.joined(parts, "，")


def _steps(
    before: Case, after: Case, names: tuple[list[str], list[str]], language: Language
) -> Iterator[StepChange]:
    """The steps with another result, those of the second case first and in its order."""
    found: list[dict[tuple[str, str], tuple[Step, Value]]] = []
    for case, called in zip((before, after), names, strict=True):
        words = Words(case, language)
        found.append(
            {
                (rule, "" if place is None else called[place]): (words.step(rule, place), value)
                for (rule, place), value in list(case.evaluated.items())
            }
        )
    old, new = found
    for key in dict.fromkeys((*new, *old)):
        was, now = old.get(key), new.get(key)
        if was is None or now is None or _plain(was[1]) != _plain(now[1]):
            yield StepChange(
                None if was is None else was[0], None if now is None else now[0], language
            )
