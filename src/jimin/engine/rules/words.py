"""A formula with its numbers, as it stands beside the article in an explanation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final

from .book import PLACE, Rule
from .expressions import (
    Age,
    Aggregate,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    Extreme,
    FactValue,
    HighestApplying,
    IsGiven,
    Logic,
    MemberExtreme,
    Monthly,
    MonthOf,
    MonthsSince,
    Not,
    Outer,
    ParameterValue,
    Rounded,
    RuleValue,
    Stepwise,
    When,
)
from .facts import Choice, Exact
from .interpreter import Case, Place, Unknown, Value, each_value, key_of
from .language import CHINESE, Counted, Language
from .parameters import DatedValue, Parameter
from .units import Unit

SIGNS: Final = {
    "+": "+", "-": "−", "*": "×", "/": "÷", "<": "<", "<=": "≤", ">": ">", ">=": "≥",
    "==": "=", "!=": "≠", "and": "且", "or": "或",
}  # fmt: skip
STEPS: Final = {Fraction(1): "元", Fraction(1, 10): "角", Fraction(1, 100): "分"}
MODES: Final = {
    "up": "{number} 向上取到{step}",
    "half_up": "{number} 四舍五入到{step}",
    "down": "{number} 向下取到{step}",
}
OF_MEMBERS: Final = {
    "total": "{label}合计({each})",
    "count": "{label}人数({each})",
    "any": "{label}有成员({each})",
    "all": "{label}全部成员({each})",
}
AMONG_MEMBERS: Final = {
    "highest": "{label}取成员中最高者({each})",
    "lowest": "{label}取成员中最低者({each})",
}


@dataclass(frozen=True, slots=True)
class UsedFigure:
    """A parameter as a step used it."""

    name: str
    label: str
    value: str
    since: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Step:
    """One rule as it was applied. `value` is None when the result is unknown."""

    rule: str
    label: str
    member: str
    formula: str
    value: str | None
    cite: str
    parameters: tuple[UsedFigure, ...]
    exact: Exact | None


def money(amount: int | Fraction) -> str:
    """Yuan with two decimals, half a fen rounded up."""
    return CHINESE.money(amount)


def plain(number: int | Fraction, *, as_share: bool) -> str:
    """A number that is no money: whole, per cent, decimal or, failing those, a fraction."""
    above, below = number.numerator, number.denominator
    if below == 1 and not (as_share and above):
        return str(above)
    if as_share and 10000 % below == 0:
        return _decimal(number * 100) + "%"
    return _decimal(number) if 10000 % below == 0 else f"{above}/{below}"


def _decimal(number: int | Fraction) -> str:
    parts = 10000 * number.numerator // number.denominator
    sign = "-" if parts < 0 else ""
    text = f"{abs(parts) // 10000}.{abs(parts) % 10000:04d}".rstrip("0").rstrip(".")
    return sign + text


def shown(value: Value, unit: Unit | None, language: Language = CHINESE) -> str:
    """A value as people read it."""
    if isinstance(value, Unknown):
        return language.text("未知")
    if value is True or value is False:
        return language.text("是" if value else "否")
    if isinstance(value, (int, Fraction)):
        if unit is not None and unit.yuan:
            return language.money(value)
        return plain(value, as_share=isinstance(value, Fraction))
    return language.day(value) if isinstance(value, date) else language.text(value)


def month_text(value: Value, language: Language = CHINESE) -> str:
    return language.month(value) if isinstance(value, int) else language.text("未知")


class Words:
    """Renders the formulas of one case and notes the figures they used."""

    def __init__(self, case: Case, language: Language = CHINESE) -> None:
        self.case = case
        self.language = language
        self.book = case.month.book
        self.rules = case.month.rules
        self.used: dict[tuple[str, str], UsedFigure] = {}
        self.choices = self.book.choice_labels()

    def step(self, name: str, member: Place) -> Step:
        rule = self.rules[name]
        self.used = {}
        value = self.case.evaluated[name, member]
        return Step(
            name,
            self.language.text(rule.label),
            "" if member is None else self.member(member),
            self.say(rule.expression, member, inside=False),
            None if isinstance(value, Unknown) else self.shown(value, rule.expression.unit),
            self.language.text(rule.cite),
            tuple(self.used.values()),
            None if isinstance(value, Unknown) else value,
        )

    def say(self, expression: Expression, member: Place, *, inside: bool = True) -> str:
        return SAY[type(expression)](self, expression, member, inside)

    def reason(self, rule: Rule) -> str:
        """Why a condition does not hold, with its numbers."""
        return self.fill(rule.unmet)

    def fill(self, sentence: str) -> str:
        """A sentence with the numbers of facts, figures and rules put in place of `{name}`."""
        told = self.language.text(sentence)
        return PLACE.sub(lambda place: self._named(place.group(1)), told).replace(" 约", "约")

    def shown(self, value: Value, unit: Unit | None) -> str:
        return shown(value, unit, self.language)

    def member(self, place: int) -> str:
        return self.language.member(self.case.names[place])

    def _named(self, name: str) -> str:
        if name in self.rules:
            value = self.case.value(name)
            unit = self.rules[name].expression.unit
            if (
                isinstance(value, Fraction)
                and unit is not None
                and unit.yuan
                and (value * 100).denominator != 1
            ):
                return self.language.say("约 {amount}", amount=self.language.money(value))
            return self.shown(value, unit)
        if name in self.book.parameters:
            return self._figure(name, ())
        return self.stated(name, None)

    def stated(self, name: str, member: Place) -> str:
        """A fact as the case states it."""
        fact = self.book.facts["group" if member is None else "member"][name]
        value = self.case.fact(name, member)
        if isinstance(value, Unknown):
            return self.language.text("未填写" if value.facts else "无")
        if isinstance(fact, Choice):
            return self.language.text(fact.choices[str(value)])
        if fact.kind == "month":
            return month_text(value, self.language)
        return self.shown(value, fact.unit)

    def _figure(self, name: str, key: tuple[str, ...]) -> str:
        return self._use(name, self.case.month.figure(name, key))

    def _use(self, name: str, dated: DatedValue) -> str:
        """A figure as text, noted as used."""
        parameter, language = self.book.parameters[name], self.language
        text = figure_text(parameter, dated, language)
        self.used[name, "/".join(dated.key)] = UsedFigure(
            name,
            language.text(parameter.label),
            text,
            language.day(dated.since),
            language.text(dated.source),
            dated.status,
        )
        return text

    def scale(self, name: str, key: tuple[str, ...]) -> str:
        """The steps of a scale, each noted as used."""
        unit = self.book.parameters[name].threshold_unit
        return self.language.joined(
            (
                self.language.say(
                    "{threshold} 起 {rate}",
                    threshold=self.shown(threshold, unit),
                    rate=self._use(name, dated),
                )
                for threshold, dated in self.case.month.steps(name, key)
            ),
            "；",
        )


def figure_text(parameter: Parameter, dated: DatedValue, language: Language = CHINESE) -> str:
    """A figure as people read it."""
    if parameter.unit.yuan:
        return language.money(dated.value)
    return plain(dated.value, as_share=parameter.unit_name == "比例")


def _constant(words: Words, expression: Constant, member: Place, inside: bool) -> str:
    value = expression.value
    if isinstance(value, date):
        return words.language.day(value)
    if isinstance(value, str):
        return words.language.text(words.choices.get(value, value))
    if expression.kind == "month":
        return month_text(value, words.language)
    if expression.unit is not None and expression.unit.yuan:
        return words.language.money(value)
    return plain(value, as_share=expression.is_share)


def _fact(words: Words, expression: FactValue, member: Place, inside: bool) -> str:
    facts = words.book.facts["group" if member is None else "member"]
    label = words.language.text(facts[expression.name].label)
    return f"{label} {words.stated(expression.name, member)}"


def _rule(words: Words, expression: RuleValue, member: Place, inside: bool) -> str:
    value = words.case.value(expression.name, member)
    label = words.language.text(words.rules[expression.name].label)
    return f"{label} {words.shown(value, expression.unit)}"


def _parameter(words: Words, expression: ParameterValue, member: Place, inside: bool) -> str:
    label = words.language.text(words.book.parameters[expression.name].label)
    key = key_of(words.case, expression, member)
    if isinstance(key, Unknown):
        return f"{label} {words.language.text('未知')}"
    return f"{label} {words._figure(expression.name, key)}"


def _outer(words: Words, expression: Outer, member: Place, inside: bool) -> str:
    return words.say(expression.inner, None, inside=inside)


def _stepwise(words: Words, expression: Stepwise, member: Place, inside: bool) -> str:
    scale = expression.scale.name
    key = key_of(words.case, expression.scale, member)
    return words.language.say(
        "{number} 按{scale}({steps})分段累进"
        if expression.which == "marginal"
        else "{number} 按{scale}({steps})取所在档",
        number=words.say(expression.inner, member),
        scale=words.language.text(words.book.parameters[scale].label),
        steps=words.language.text("未知") if isinstance(key, Unknown) else words.scale(scale, key),
    )


def _binary(
    words: Words, expression: Arithmetic | Comparison | Logic, member: Place, inside: bool
) -> str:
    left, right = expression.left, expression.right
    one = words.say(left, member, inside=not flows(expression, left, is_right=False))
    two = words.say(right, member, inside=not flows(expression, right, is_right=True))
    sign = SIGNS[expression.operator]
    if isinstance(expression, Logic):
        sign = words.language.text(sign)
    text = f"{one} {sign} {two}"
    return f"({text})" if inside else text


def flows(outer: Arithmetic | Comparison | Logic, part: Expression, *, is_right: bool) -> bool:
    """Whether a part needs no brackets inside a larger formula."""
    if isinstance(outer, Comparison):
        return isinstance(part, Arithmetic)
    if isinstance(outer, Logic):
        return isinstance(part, (Comparison, Not, IsGiven)) or (
            isinstance(part, Logic) and part.operator == outer.operator
        )
    if not isinstance(part, Arithmetic):
        return False
    if outer.operator == "+":
        return True
    if outer.operator == "-":
        return not is_right or part.operator in "*/"
    return not is_right and part.operator in "*/"


def _not(words: Words, expression: Not, member: Place, inside: bool) -> str:
    return words.language.say("非 {condition}", condition=words.say(expression.inner, member))


def _when(words: Words, expression: When, member: Place, inside: bool) -> str:
    condition = words.case.evaluate(expression.condition, member)
    why = words.say(expression.condition, member, inside=False)
    if isinstance(condition, Unknown):
        text = words.language.say(
            "{why} 未知；成立时 {then}，否则 {otherwise}",
            why=why,
            then=words.say(expression.then, member, inside=False),
            otherwise=words.say(expression.otherwise, member, inside=False),
        )
    else:
        branch = expression.then if condition else expression.otherwise
        phrase = "{why} 成立，取 {branch}" if condition else "{why} 不成立，取 {branch}"
        if isinstance(expression.condition, (FactValue, RuleValue)):
            phrase = "{why}，取 {branch}"
        said = words.say(branch, member, inside=False)
        text = words.language.say(phrase, why=why, branch=said)
    return f"({text})" if inside else text


def _extreme(words: Words, expression: Extreme, member: Place, inside: bool) -> str:
    items = (words.say(item, member, inside=False) for item in expression.items)
    return words.language.say(
        "取较大者({items})" if expression.which == "highest" else "取较小者({items})",
        items=words.language.joined(items, "；"),
    )


def _highest_applying(
    words: Words, expression: HighestApplying, member: Place, inside: bool
) -> str:
    applying = []
    for condition, number in expression.branches:
        applies = words.case.evaluate(condition, member)
        if applies is not False:
            open_ = isinstance(applies, Unknown)
            said = words.language.say(
                "{why}，可能适用 {number}" if open_ else "{why}，适用 {number}",
                why=words.say(condition, member, inside=False),
                number=words.say(number, member),
            )
            applying.append(said)
    if not applying:
        return words.language.text("各项均不适用，取 0")
    if len(applying) == 1:
        return applying[0]
    return words.language.say("只取最高一项({items})", items=words.language.joined(applying, "；"))


def _aggregate(words: Words, expression: Aggregate, member: Place, inside: bool) -> str:
    case, language, inner = words.case, words.language, expression.inner
    if inner is None:
        entities = words.book.entities
        return language.say(
            "{group}{member} {count} {measure}",
            group=language.text(entities.group_label),
            member=language.text(entities.member_label),
            count=len(case.members),
            measure=entities.measure,
        )
    each: list[str] = []
    for place in range(len(case.members)):
        where = expression.where
        if where is not None and case.evaluate(where, place) is False:
            continue
        value = words.shown(each_value(case, expression, place), inner.unit)
        each.append(f"{words.member(place)} {value}")
    joined = " + ".join(each) if expression.which == "total" else language.joined(each)
    label = words.rules[inner.name].label if isinstance(inner, RuleValue) else ""
    return language.say(
        OF_MEMBERS[expression.which],
        label=language.leading(label),
        each=joined or language.text("无"),
    )


def _member_extreme(words: Words, expression: MemberExtreme, member: Place, inside: bool) -> str:
    case, language, inner = words.case, words.language, expression.inner
    each: list[str] = []
    for place in range(len(case.members)):
        meant = True if expression.where is None else case.evaluate(expression.where, place)
        if meant is False:
            continue
        said = f"{words.member(place)} {words.shown(case.evaluate(inner, place), inner.unit)}"
        if isinstance(meant, Unknown):
            said = language.say("{each}（是否计入未知）", each=said)
        each.append(said)
    label = words.rules[inner.name].label if isinstance(inner, RuleValue) else ""
    if not each and expression.otherwise is not None:
        none = words.say(expression.otherwise, member)
        return language.say("没有这样的成员，取 {none}", none=none)
    return language.say(
        AMONG_MEMBERS[expression.which],
        label=language.leading(label),
        each=language.joined(each, "；"),
    )


def _rounded(words: Words, expression: Rounded, member: Place, inside: bool) -> str:
    step = STEPS.get(expression.step, str(expression.step))
    return words.language.say(
        MODES[expression.mode],
        number=words.say(expression.inner, member),
        step=words.language.text(step),
    )


def _monthly(words: Words, expression: Monthly, member: Place, inside: bool) -> str:
    text = f"{words.say(expression.inner, member)} ÷ 12"
    return f"({text})" if inside else text


def _age(words: Words, expression: Age, member: Place, inside: bool) -> str:
    language = words.language
    years = words.case.evaluate(expression, member)
    on = language.day(words.case.month.first_day)
    if expression.on is not None:
        on = words.say(expression.on, member)
    birth = words.say(expression.birth, member)
    if isinstance(years, int):
        phrase = "{birth} 至 {on} 满 {years} 周岁"
        return language.say(phrase, birth=birth, on=on, years=Counted(years))
    return language.say("{birth} 至 {on} 周岁未知", birth=birth, on=on)


def _month_of(words: Words, expression: MonthOf, member: Place, inside: bool) -> str:
    return words.language.say("{day} 所在月", day=words.say(expression.day, member))


def _months_since(words: Words, expression: MonthsSince, member: Place, inside: bool) -> str:
    language = words.language
    months = words.case.evaluate(expression, member)
    since = words.say(expression.since, member)
    until = language.month(words.case.month.number)
    if expression.until is not None:
        until = words.say(expression.until, member)
    if isinstance(months, int):
        phrase = "{since} 至 {until} 满 {months} 个月"
        return language.say(phrase, since=since, until=until, months=Counted(months))
    return language.say("{since} 至 {until} 满 未知 个月", since=since, until=until)


def _is_given(words: Words, expression: IsGiven, member: Place, inside: bool) -> str:
    return words.language.say("有 {fact}", fact=words.say(expression.fact, member))


SAY: Final[dict[type[Expression], Callable[[Words, Any, Place, bool], str]]] = {
    Constant: _constant,
    FactValue: _fact,
    RuleValue: _rule,
    ParameterValue: _parameter,
    Arithmetic: _binary,
    Comparison: _binary,
    Logic: _binary,
    Not: _not,
    When: _when,
    Extreme: _extreme,
    HighestApplying: _highest_applying,
    Aggregate: _aggregate,
    MemberExtreme: _member_extreme,
    Rounded: _rounded,
    Monthly: _monthly,
    Stepwise: _stepwise,
    Outer: _outer,
    Age: _age,
    MonthOf: _month_of,
    MonthsSince: _months_since,
    IsGiven: _is_given,
}
