"""A formula in mathematics, as MathML that browsers lay out without any script.

Names stand in full, marked by their kind; the words beside link them, for mathematics can hold no
links that everybody reaches. A line too long for a phone is broken before its signs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from typing import Any, Final, NamedTuple

from ..book import Rule, RuleBook
from ..expressions import (
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
from ..language import Language
from ..words import SIGNS, STEPS, flows, plain
from .wording import Reference, conditions, operands

LINE: Final = 21.0
"""How wide a line may be before it is broken, in Chinese characters."""


class Box(NamedTuple):
    """MathML, and about how wide it is in Chinese characters."""

    xml: str
    width: float


class Mathematics:
    def __init__(self, book: RuleBook, language: Language) -> None:
        self.book = book
        self.language = language
        self.codes = book.choice_labels()

    def equation(self, rule: Rule) -> str:
        """`label = formula` as a block."""
        name = self._text(rule.label)
        name = Box(f"{name.xml}{EQUALS}", name.width + 1)
        right = self.of(rule.expression)
        if name.width + right.width <= LINE:
            inner = f"<mrow>{name.xml}{right.xml}</mrow>"
        else:
            inner = _stacked([name.xml, right.xml])
        return f'<math displaystyle="true">{inner}</math>'

    def of(self, expression: Expression, *, inside: bool = False) -> Box:
        box = DRAW[type(expression)](self, expression)
        if inside and isinstance(expression, BRACKETED):
            return _row(_sign("("), box, _sign(")"))
        return box

    def _text(self, chinese: str) -> Box:
        told = self.language.text(chinese)
        return Box(f"<mtext>{escape(told)}</mtext>", _width(told))

    def _named(self, reference: Reference) -> Box:
        label = escape(reference.label)
        return Box(f'<mtext class="{reference.kind}">{label}</mtext>', _width(reference.label))

    def _function(self, name: str, *arguments: Box) -> Box:
        """`name(one; two)`."""
        parts: list[Box] = []
        for argument in arguments:
            parts.extend((_sign(";"), argument) if parts else (argument,))
        return _row(self._text(name), _sign("("), *parts, _sign(")"))

    def _constant(self, expression: Constant) -> Box:
        value = expression.value
        if isinstance(value, str):
            code = self.language.text(self.codes.get(value, value))
            return Box(f"<mtext>“{escape(code)}”</mtext>", _width(code) + 1)
        if isinstance(value, date):
            return self._text(self.language.day(value))
        if expression.kind == "month":
            assert isinstance(value, int)
            return self._text(self.language.month(value))
        text = plain(value, as_share=expression.is_share)
        return Box(f"<mn>{escape(text)}</mn>", _width(text))

    def _fact(self, expression: FactValue) -> Box:
        label = self.language.text(self.book.facts[expression.scope][expression.name].label)
        return self._named(Reference("fact", expression.scope, expression.name, label))

    def _rule(self, expression: RuleValue) -> Box:
        label = self.language.text(self.book.versions[expression.name][-1].label)
        return self._named(Reference("rule", expression.scope, expression.name, label))

    def _parameter(self, expression: ParameterValue) -> Box:
        label = self.language.text(self.book.parameters[expression.name].label)
        name = self._named(Reference("parameter", "", expression.name, label))
        if not expression.keys:
            return name
        parts: list[Box] = []
        for key in expression.keys:
            parts.extend((_sign(","), self.of(key)) if parts else (self.of(key),))
        keys = _row(*parts)
        return Box(f"<msub>{name.xml}{keys.xml}</msub>", name.width + keys.width * 0.7)

    def _outer(self, expression: Outer) -> Box:
        inner, group = self.of(expression.inner), self._text(self.book.entities.group_label)
        return Box(f"<msub><mrow>{inner.xml}</mrow>{group.xml}</msub>", inner.width + 1.4)

    def _arithmetic(self, expression: Arithmetic) -> Box:
        if expression.operator == "/":
            left, right = self.of(expression.left), self.of(expression.right)
            xml = f"<mfrac><mrow>{left.xml}</mrow><mrow>{right.xml}</mrow></mfrac>"
            return Box(xml, max(left.width, right.width))
        if expression.operator == "*":
            factors = operands(expression, "*")
            return _chain("×", [self._part(expression, part) for part in factors])
        parts = [self._part(expression, part) for part in _sum(expression)]
        return _signed(list(zip(_signs(expression), parts, strict=True)))

    def _part(self, outer: Arithmetic, part: Expression) -> Box:
        needs = not flows(outer, part, is_right=True) and _may_be_split(part)
        return self.of(part, inside=needs)

    def _comparison(self, expression: Comparison) -> Box:
        left, right = self.of(expression.left), self.of(expression.right)
        return _signed([("", left), (SIGNS[expression.operator], right)])

    def _logic(self, expression: Logic) -> Box:
        parts = [
            self.of(part, inside=isinstance(part, (Logic, Aggregate)))
            for part in conditions(expression)
        ]
        return _chain("∧" if expression.operator == "and" else "∨", parts)

    def _not(self, expression: Not) -> Box:
        inner = self.of(expression.inner, inside=not isinstance(expression.inner, NAMED))
        return _row(_sign("¬"), inner)

    def _when(self, expression: When) -> Box:
        rows: list[tuple[Box, Box]] = []
        rest: Expression = expression
        while isinstance(rest, When):
            rows.append((self.of(rest.then), self._if(rest.condition)))
            rest = rest.otherwise
        rows.append((self.of(rest), self._text("否则")))
        return _cases(rows)

    def _if(self, condition: Expression) -> Box:
        return _row(self._text("如果"), SPACE, self.of(condition))

    def _extreme(self, expression: Extreme) -> Box:
        name = "max" if expression.which == "highest" else "min"
        return self._of_several(name, [self.of(item) for item in expression.items])

    def _of_several(self, name: str, items: Sequence[Box]) -> Box:
        called = f"<mo>{name}</mo>"
        if sum(item.width for item in items) + 2 <= LINE:
            parts: list[Box] = []
            for item in items:
                parts.extend((_sign(","), item) if parts else (item,))
            return _row(Box(called, 1.8), _sign("("), *parts, _sign(")"))
        rows = "".join(f"<mtr><mtd>{item.xml}</mtd></mtr>" for item in items)
        table = f'<mtable class="several">{rows}</mtable>'
        return Box(f"<mrow>{called}{table}</mrow>", 3 + max(item.width for item in items))

    def _highest_applying(self, expression: HighestApplying) -> Box:
        rows = [(self.of(number), self._if(condition)) for condition, number in expression.branches]
        rows.append((Box("<mn>0</mn>", 0.6), self._text("都不适用")))
        table = _cases(rows)
        return Box(f"<mrow><mo>max</mo>{table.xml}</mrow>", table.width + 1.8)

    def _aggregate(self, expression: Aggregate) -> Box:
        member = self._text(self.book.entities.member_label)
        of = member
        if expression.where is not None:
            of = _row(member, _sign(":"), self.of(expression.where))
        if expression.inner is None:
            return _row(_sign("#"), _sign("{"), of, _sign("}"))
        inner = self.of(expression.inner, inside=isinstance(expression.inner, Arithmetic))
        if expression.which == "count":
            told = _row(member, _sign(":"), self.of(expression.inner))
            if expression.where is not None:
                told = _row(of, _sign("∧"), inner)
            return _row(_sign("#"), _sign("{"), told, _sign("}"))
        sign = {"total": "∑", "any": "∃", "all": "∀"}[expression.which]
        if expression.which == "total":
            xml = f'<munder><mo movablelimits="false">{sign}</mo><mrow>{of.xml}</mrow></munder>'
            return _row(Box(xml, max(1.2, of.width * 0.7)), inner)
        return _row(_sign(sign), of, _sign(":"), inner)

    def _member_extreme(self, expression: MemberExtreme) -> Box:
        name = "max" if expression.which == "highest" else "min"
        of = self._text(self.book.entities.member_label)
        if expression.where is not None:
            of = _row(of, _sign(":"), self.of(expression.where))
        called = f'<munder><mo movablelimits="false">{name}</mo><mrow>{of.xml}</mrow></munder>'
        inner = self.of(expression.inner, inside=isinstance(expression.inner, Arithmetic))
        found = _row(Box(called, max(1.8, of.width * 0.7)), inner)
        if expression.otherwise is None:
            return found
        return _cases([(found, SPACE), (self.of(expression.otherwise), self._text("没有这样的"))])

    def _rounded(self, expression: Rounded) -> Box:
        inner = self.of(expression.inner)
        step = self._text(STEPS.get(expression.step, str(expression.step)))
        left, right = ROUNDINGS[expression.mode]
        xml = f"<msub><mrow><mo>{left}</mo>{inner.xml}<mo>{right}</mo></mrow>{step.xml}</msub>"
        return Box(xml, inner.width + 1.6)

    def _monthly(self, expression: Monthly) -> Box:
        inner = self.of(expression.inner)
        return Box(f"<mfrac><mrow>{inner.xml}</mrow><mn>12</mn></mfrac>", inner.width)

    def _stepwise(self, expression: Stepwise) -> Box:
        name = "分段累进" if expression.which == "marginal" else "所在档"
        return self._function(name, self.of(expression.inner), self._parameter(expression.scale))

    def _age(self, expression: Age) -> Box:
        on = self._text("核定月第一天") if expression.on is None else self.of(expression.on)
        return self._function("周岁", self.of(expression.birth), on)

    def _month_of(self, expression: MonthOf) -> Box:
        return self._function("月份", self.of(expression.day))

    def _months_since(self, expression: MonthsSince) -> Box:
        until = self._text("核定月") if expression.until is None else self.of(expression.until)
        return self._function("月数", self.of(expression.since), until)

    def _is_given(self, expression: IsGiven) -> Box:
        return self._function("已填写", self.of(expression.fact))


NAMED: Final = (FactValue, RuleValue, ParameterValue, Outer)
BRACKETED: Final = (Arithmetic, Comparison, Logic, Aggregate)
DRAW: Final[dict[type[Expression], Callable[[Mathematics, Any], Box]]] = {
    Constant: Mathematics._constant,
    FactValue: Mathematics._fact,
    RuleValue: Mathematics._rule,
    ParameterValue: Mathematics._parameter,
    Outer: Mathematics._outer,
    Arithmetic: Mathematics._arithmetic,
    Comparison: Mathematics._comparison,
    Logic: Mathematics._logic,
    Not: Mathematics._not,
    When: Mathematics._when,
    Extreme: Mathematics._extreme,
    HighestApplying: Mathematics._highest_applying,
    Aggregate: Mathematics._aggregate,
    MemberExtreme: Mathematics._member_extreme,
    Rounded: Mathematics._rounded,
    Monthly: Mathematics._monthly,
    Stepwise: Mathematics._stepwise,
    Age: Mathematics._age,
    MonthOf: Mathematics._month_of,
    MonthsSince: Mathematics._months_since,
    IsGiven: Mathematics._is_given,
}
ROUNDINGS: Final = {"up": ("⌈", "⌉"), "half_up": ("⌊", "⌉"), "down": ("⌊", "⌋")}
ROOM: Final = '<mspace width="0.25em"/>'
TIGHT: Final = 'lspace="0" rspace="0"'
EQUALS: Final = f"{ROOM}<mo {TIGHT}>=</mo>{ROOM}"
SPACE: Final = Box('<mspace width="0.5em"/>', 0.5)


def _sum(expression: Expression) -> list[Expression]:
    """The terms of a sum from left to right, a difference on the right as one."""
    if not isinstance(expression, Arithmetic) or expression.operator not in "+-":
        return [expression]
    if expression.operator == "+":
        return [*_sum(expression.left), *_sum(expression.right)]
    return [*_sum(expression.left), expression.right]


def _signs(expression: Expression) -> list[str]:
    """The sign before each term of `_sum`."""
    if not isinstance(expression, Arithmetic) or expression.operator not in "+-":
        return [""]
    left = _signs(expression.left)
    if expression.operator == "-":
        return [*left, "−"]
    return [*left, *(sign or "+" for sign in _signs(expression.right))]


def _may_be_split(part: Expression) -> bool:
    """Whether a sign of the outer formula could be read as reaching into a part of it."""
    if isinstance(part, Arithmetic):
        return part.operator in "+-"
    return isinstance(part, Aggregate)


def _sign(sign: str) -> Box:
    return Box(f"<mo>{escape(sign)}</mo>", 0.8)


def _infix(sign: str) -> Box:
    """A sign with room on both sides, also at the beginning of a line."""
    return Box(f"{ROOM}<mo {TIGHT}>{escape(sign)}</mo>{ROOM}", 1.3)


def _row(*boxes: Box) -> Box:
    inner = "".join(box.xml for box in boxes)
    return Box(f"<mrow>{inner}</mrow>", sum(box.width for box in boxes))


def _chain(sign: str, parts: Sequence[Box]) -> Box:
    return _signed([(sign if place else "", part) for place, part in enumerate(parts)])


def _signed(parts: Sequence[tuple[str, Box]]) -> Box:
    """Parts with a sign before each, on one line or on one line each."""
    boxes = [_row(_infix(sign), part) if sign else part for sign, part in parts]
    if sum(box.width for box in boxes) <= LINE:
        return _row(*boxes)
    return Box(_stacked([box.xml for box in boxes]), max(box.width for box in boxes))


def _stacked(lines: Sequence[str]) -> str:
    rows = "".join(f"<mtr><mtd>{line}</mtd></mtr>" for line in lines)
    return f'<mtable class="lines">{rows}</mtable>'


def _cases(rows: Sequence[tuple[Box, Box]]) -> Box:
    value = max(row[0].width for row in rows)
    condition = max(row[1].width for row in rows)
    if value + condition + 2 <= LINE * 1.15:
        cells = "".join(f"<mtr><mtd>{one.xml}</mtd><mtd>{two.xml}</mtd></mtr>" for one, two in rows)
        width = value + condition + 2
    else:
        cells = "".join(
            f"<mtr><mtd>{_stacked([one.xml, two.xml])}</mtd></mtr>" for one, two in rows
        )
        width = max(value, condition) + 1
    return Box(f'<mtable class="cases">{cells}</mtable>', width)


def _width(text: str) -> float:
    return sum(1.0 if ord(sign) > 0x2E80 else 0.56 for sign in text)
