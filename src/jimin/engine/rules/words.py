"""A formula in Chinese with its numbers, as it stands beside the article in an explanation."""

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
from .parameters import DatedValue
from .units import Unit

SIGNS: Final = {
    "+": "+", "-": "−", "*": "×", "/": "÷", "<": "<", "<=": "≤", ">": ">", ">=": "≥",
    "==": "=", "!=": "≠", "and": "且", "or": "或",
}  # fmt: skip
STEPS: Final = {Fraction(1): "元", Fraction(1, 10): "角", Fraction(1, 100): "分"}
MODES: Final = {"up": "向上取到", "half_up": "四舍五入到", "down": "向下取到"}


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
    fen = (200 * amount.numerator + amount.denominator) // (2 * amount.denominator)
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


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


def shown(value: Value, unit: Unit | None) -> str:
    """A value as people read it."""
    if isinstance(value, Unknown):
        return "未知"
    if value is True or value is False:
        return "是" if value else "否"
    if isinstance(value, (int, Fraction)):
        if unit is not None and unit.yuan:
            return money(value)
        return plain(value, as_share=isinstance(value, Fraction))
    return str(value)


def month_text(value: Value) -> str:
    return f"{value // 12:04d}-{value % 12 + 1:02d}" if isinstance(value, int) else "未知"


class Words:
    """Renders the formulas of one case and notes the figures they used."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.book = case.month.book
        self.rules = case.month.rules
        self.used: dict[tuple[str, str], UsedFigure] = {}
        self.choices = {
            code: label
            for facts in self.book.facts.values()
            for fact in facts.values()
            if isinstance(fact, Choice)
            for code, label in fact.choices.items()
        }

    def step(self, name: str, member: Place) -> Step:
        rule = self.rules[name]
        self.used = {}
        value = self.case.evaluated[name, member]
        return Step(
            name,
            rule.label,
            "" if member is None else self.case.names[member],
            self.say(rule.expression, member, inside=False),
            None if isinstance(value, Unknown) else shown(value, rule.expression.unit),
            rule.cite,
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
        return PLACE.sub(lambda place: self._named(place.group(1)), sentence).replace(" 约", "约")

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
                return f"约 {money(value)}"
            return shown(value, unit)
        if name in self.book.parameters:
            return self._figure(name, ())
        return self._stated(name, None)

    def _stated(self, name: str, member: Place) -> str:
        fact = self.book.facts["group" if member is None else "member"][name]
        value = self.case.fact(name, member)
        if isinstance(value, Unknown):
            return "未填写" if value.facts else "无"
        if isinstance(fact, Choice):
            return fact.choices[str(value)]
        if fact.kind == "month":
            return month_text(value)
        return shown(value, fact.unit)

    def _figure(self, name: str, key: tuple[str, ...]) -> str:
        return self._use(name, self.case.month.figure(name, key))

    def _use(self, name: str, dated: DatedValue) -> str:
        """A figure as text, noted as used."""
        parameter = self.book.parameters[name]
        text = (
            money(dated.value)
            if parameter.unit.yuan
            else plain(dated.value, as_share=parameter.unit_name == "比例")
        )
        self.used[name, "/".join(dated.key)] = UsedFigure(
            name, parameter.label, text, dated.since.isoformat(), dated.source, dated.status
        )
        return text

    def scale(self, name: str, key: tuple[str, ...]) -> str:
        """The steps of a scale, each noted as used."""
        unit = self.book.parameters[name].threshold_unit
        steps = [
            f"{shown(threshold, unit)} 起 {self._use(name, dated)}"
            for threshold, dated in self.case.month.steps(name, key)
        ]
        return "；".join(steps)


def _constant(words: Words, expression: Constant, member: Place, inside: bool) -> str:
    value = expression.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return words.choices.get(value, value)
    if expression.kind == "month":
        return month_text(value)
    if expression.unit is not None and expression.unit.yuan:
        return money(value)
    return plain(value, as_share=expression.is_share)


def _fact(words: Words, expression: FactValue, member: Place, inside: bool) -> str:
    facts = words.book.facts["group" if member is None else "member"]
    return f"{facts[expression.name].label} {words._stated(expression.name, member)}"


def _rule(words: Words, expression: RuleValue, member: Place, inside: bool) -> str:
    value = words.case.value(expression.name, member)
    return f"{words.rules[expression.name].label} {shown(value, expression.unit)}"


def _parameter(words: Words, expression: ParameterValue, member: Place, inside: bool) -> str:
    label = words.book.parameters[expression.name].label
    key = key_of(words.case, expression, member)
    if isinstance(key, Unknown):
        return f"{label} 未知"
    return f"{label} {words._figure(expression.name, key)}"


def _outer(words: Words, expression: Outer, member: Place, inside: bool) -> str:
    return words.say(expression.inner, None, inside=inside)


def _stepwise(words: Words, expression: Stepwise, member: Place, inside: bool) -> str:
    label = words.book.parameters[expression.scale.name].label
    key = key_of(words.case, expression.scale, member)
    steps = "未知" if isinstance(key, Unknown) else words.scale(expression.scale.name, key)
    how = "分段累进" if expression.which == "marginal" else "取所在档"
    return f"{words.say(expression.inner, member)} 按{label}({steps}){how}"


def _binary(
    words: Words, expression: Arithmetic | Comparison | Logic, member: Place, inside: bool
) -> str:
    left, right = expression.left, expression.right
    one = words.say(left, member, inside=not _flows(expression, left, is_right=False))
    two = words.say(right, member, inside=not _flows(expression, right, is_right=True))
    text = f"{one} {SIGNS[expression.operator]} {two}"
    return f"({text})" if inside else text


def _flows(outer: Arithmetic | Comparison | Logic, part: Expression, *, is_right: bool) -> bool:
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
    return f"非 {words.say(expression.inner, member)}"


def _when(words: Words, expression: When, member: Place, inside: bool) -> str:
    condition = words.case.evaluate(expression.condition, member)
    why = words.say(expression.condition, member, inside=False)
    if isinstance(condition, Unknown):
        then = words.say(expression.then, member, inside=False)
        otherwise = words.say(expression.otherwise, member, inside=False)
        text = f"{why} 未知；成立时 {then}，否则 {otherwise}"
    else:
        branch = expression.then if condition else expression.otherwise
        named = isinstance(expression.condition, (FactValue, RuleValue))
        verdict = "" if named else " 成立" if condition else " 不成立"
        text = f"{why}{verdict}，取 {words.say(branch, member, inside=False)}"
    return f"({text})" if inside else text


def _extreme(words: Words, expression: Extreme, member: Place, inside: bool) -> str:
    which = "较大者" if expression.which == "highest" else "较小者"
    return f"取{which}({'；'.join(words.say(i, member, inside=False) for i in expression.items)})"


def _highest_applying(
    words: Words, expression: HighestApplying, member: Place, inside: bool
) -> str:
    applying = []
    for condition, number in expression.branches:
        applies = words.case.evaluate(condition, member)
        if applies is not False:
            why = words.say(condition, member, inside=False)
            verb = "可能适用" if isinstance(applies, Unknown) else "适用"
            applying.append(f"{why}，{verb} {words.say(number, member)}")
    if not applying:
        return "各项均不适用，取 0"
    return f"只取最高一项({'；'.join(applying)})" if len(applying) > 1 else applying[0]


def _aggregate(words: Words, expression: Aggregate, member: Place, inside: bool) -> str:
    case, inner = words.case, expression.inner
    if inner is None:
        entities = words.book.entities
        return f"{entities.group_label}{entities.member_label} {len(case.members)} 人"
    label = words.rules[inner.name].label if isinstance(inner, RuleValue) else ""
    each: list[str] = []
    for place, name in enumerate(case.names):
        where = expression.where
        if where is not None and case.evaluate(where, place) is False:
            continue
        each.append(f"{name} {shown(each_value(case, expression, place), inner.unit)}")
    joined = (" + " if expression.which == "total" else "、").join(each)
    what = {"total": "合计", "count": "人数", "any": "有成员", "all": "全部成员"}[expression.which]
    return f"{label}{what}({joined or '无'})"


def _rounded(words: Words, expression: Rounded, member: Place, inside: bool) -> str:
    step = STEPS.get(expression.step, str(expression.step))
    return f"{words.say(expression.inner, member)} {MODES[expression.mode]}{step}"


def _monthly(words: Words, expression: Monthly, member: Place, inside: bool) -> str:
    text = f"{words.say(expression.inner, member)} ÷ 12"
    return f"({text})" if inside else text


def _age(words: Words, expression: Age, member: Place, inside: bool) -> str:
    years = words.case.evaluate(expression, member)
    full = "周岁未知" if isinstance(years, Unknown) else f"满 {years} 周岁"
    on = str(words.case.month.first_day)
    if expression.on is not None:
        on = words.say(expression.on, member)
    return f"{words.say(expression.birth, member)} 至 {on} {full}"


def _month_of(words: Words, expression: MonthOf, member: Place, inside: bool) -> str:
    return f"{words.say(expression.day, member)} 所在月"


def _months_since(words: Words, expression: MonthsSince, member: Place, inside: bool) -> str:
    months = words.case.evaluate(expression, member)
    passed = "未知" if isinstance(months, Unknown) else months
    until = words.case.month.text
    if expression.until is not None:
        until = words.say(expression.until, member)
    return f"{words.say(expression.since, member)} 至 {until} 满 {passed} 个月"


def _is_given(words: Words, expression: IsGiven, member: Place, inside: bool) -> str:
    return f"有 {words.say(expression.fact, member)}"


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
    Rounded: _rounded,
    Monthly: _monthly,
    Stepwise: _stepwise,
    Outer: _outer,
    Age: _age,
    MonthOf: _month_of,
    MonthsSince: _months_since,
    IsGiven: _is_given,
}
