"""From exact rationals to whole numbers, proving that nothing overflows.

A number becomes `term / (scale × divisor)`: `scale` is a constant common denominator and
`divisor` at most one whole number of the case, such as the size of the household. Rounding turns
it into a plain integer again, so no quotient is ever cut short.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from math import floor, gcd, lcm
from typing import Any, Final, TypeAlias

from . import integers
from .book import Rule
from .errors import DefinitionError
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
    Scope,
    Stepwise,
    When,
)
from .facts import Fact, Money, Month, Whole
from .integers import Term
from .policy import PolicyMonth

MONTHS: Final = (0, 9999 * 12 + 11)
"""The bounds of a month counted from year 0."""


@dataclass(frozen=True, slots=True)
class Number:
    """`term / (scale × divisor)`."""

    term: Term
    scale: int = 1
    divisor: Term | None = None

    def scaled(self, factor: int) -> Term:
        return integers.times(self.term, integers.whole(factor))


Lowered: TypeAlias = "Number | Term"
Key: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Lowering:
    """The rules of a policy month as terms, each rule and each shared part once."""

    month: PolicyMonth
    rules: dict[str, Lowered] = field(default_factory=dict)
    facts: dict[Scope, dict[str, Fact]] = field(default_factory=lambda: {"group": {}, "member": {}})
    adding: list[Rule] = field(default_factory=list)
    _known: dict[int, Lowered] = field(default_factory=dict)

    def add(self, name: str) -> Lowered:
        """A rule with everything it needs."""
        if name not in self.rules:
            rule = self.month.rule(name)
            self.adding.append(rule)
            try:
                self.rules[name] = self.lower(rule.expression)
            except DefinitionError as error:
                if getattr(error, "located", False):
                    raise
                located = DefinitionError(f"{rule.place} 规则 {name}：{error}")
                located.located = True  # type: ignore[attr-defined]
                raise located from error
            finally:
                self.adding.pop()
        return self.rules[name]

    def lower(self, expression: Expression) -> Lowered:
        known = self._known.get(id(expression))
        if known is None:
            known = self._known[id(expression)] = LOWER[type(expression)](self, expression)
        return known

    def number(self, expression: Expression) -> Number:
        lowered = self.lower(expression)
        assert isinstance(lowered, Number)
        return lowered

    def plain(self, expression: Expression) -> Term:
        """A truth, code, day or month: anything that is not a number."""
        lowered = self.lower(expression)
        assert isinstance(lowered, Term)
        return lowered

    def key(self, expression: Expression) -> Term:
        """What a figure is looked up by: a code, or the whole number of a grade."""
        lowered = self.lower(expression)
        return lowered.term if isinstance(lowered, Number) else lowered


def lower_everything(month: PolicyMonth) -> Lowering:
    """Proves for a month that every rule can be computed for a city."""
    lowering = Lowering(month)
    for name in month.rules:
        lowering.add(name)
    return lowering


def _constant(lowering: Lowering, expression: Constant) -> Lowered:
    value = expression.value
    if isinstance(value, str):
        return integers.text(value)
    if isinstance(value, date):
        return integers.day(value)
    if expression.kind == "month":
        return integers.whole(int(value))
    return constant(Fraction(value))


def _fact(lowering: Lowering, expression: FactValue) -> Lowered:
    scope, name = expression.scope, expression.name
    fact = lowering.month.book.facts[scope][name]
    lowering.facts[scope][name] = fact
    nullable = fact.default is None
    if isinstance(fact, Money):
        low, high = fact.lowest * 100, fact.highest * 100
        return Number(integers.column(name, low, high, nullable, scope), 100)
    if isinstance(fact, Whole):
        return Number(integers.column(name, fact.lowest, fact.highest, nullable, scope))
    inner = integers.column(name, 0, 0, nullable, scope)
    if isinstance(fact, Month):
        return integers.month_number(inner, fact.earliest, fact.latest)
    return inner


def _rule(lowering: Lowering, expression: RuleValue) -> Lowered:
    return lowering.add(expression.name)


def _outer(lowering: Lowering, expression: Outer) -> Lowered:
    lowered = lowering.lower(expression.inner)
    if isinstance(lowered, Term):
        return integers.outer(lowered)
    divisor = None if lowered.divisor is None else integers.outer(lowered.divisor)
    return Number(integers.outer(lowered.term), lowered.scale, divisor)


def _parameter(lowering: Lowering, expression: ParameterValue) -> Number:
    return _looked_up(lowering, expression, ("value", 0))


def _looked_up(lowering: Lowering, look_up: ParameterValue, part: tuple[str, int]) -> Number:
    values = _by_key(lowering.month, look_up.name, part)
    keys = tuple(lowering.key(key) for key in look_up.keys)
    if all(key.operation == "text" for key in keys):
        return constant(values[tuple(key.parts[0] for key in keys)])
    scale = lcm(*(value.denominator for value in values.values()))
    low, high = int(min(values.values()) * scale), int(max(values.values()) * scale)
    complete = lowering.month.has_every(lowering.adding[-1], look_up)
    return Number(integers.look_up(look_up.name, part, complete, keys, low, high), scale)


def look_up_rows(month: PolicyMonth, name: str, part: tuple[str, int]) -> dict[Key, int]:
    """What a look-up finds, by key, in the scale of its column."""
    values = _by_key(month, name, part)
    scale = lcm(*(value.denominator for value in values.values()))
    return {key: int(value * scale) for key, value in values.items()}


def _by_key(month: PolicyMonth, name: str, part: tuple[str, int]) -> dict[Key, Fraction]:
    """The figures of a parameter, or of one place of a scale its thresholds or rises."""
    which, place = part
    if which == "value":
        return {key: Fraction(found.value) for key, found in month.figures(name).items()}
    return {key: own[place][which == "rise"] for key, own in _rises(month, name).items()}


def _rises(month: PolicyMonth, name: str) -> dict[Key, list[tuple[Fraction, Fraction]]]:
    """By key, each threshold with what the rate rises by there; all padded to one length."""
    keys = dict.fromkeys(key[:-1] for key in month.figures(name))
    steps = {key: month.steps(name, key) for key in keys}
    longest = max(map(len, steps.values()))
    found = {}
    for key, own in steps.items():
        rates = [Fraction(0), *(Fraction(figure.value) for _, figure in own)]
        rises = [
            (Fraction(threshold), rate - before)
            for (threshold, _), before, rate in zip(own, rates, rates[1:], strict=False)
        ]
        found[key] = rises + [(rises[-1][0], Fraction(0))] * (longest - len(rises))
    return found


def _stepwise(lowering: Lowering, expression: Stepwise) -> Number:
    """Σ rise × (what lies above the threshold), or Σ rise × (1 if it is reached)."""
    scale, number = expression.scale, lowering.number(expression.inner)
    result = constant(Fraction(0))
    for place in range(len(next(iter(_rises(lowering.month, scale.name).values())))):
        threshold = _looked_up(lowering, scale, ("from", place))
        rise = _looked_up(lowering, scale, ("rise", place))
        if expression.which == "marginal":
            above = joined(integers.minus, number, threshold)
            part = _extremes("highest", constant(Fraction(0)), above)
        else:
            reached = compared(">=", number, threshold)
            part = Number(integers.chosen(reached, integers.ONE, integers.ZERO))
        result = joined(integers.plus, result, product(rise, part))
    return result


def _arithmetic(lowering: Lowering, expression: Arithmetic) -> Number:
    left, right = lowering.number(expression.left), lowering.number(expression.right)
    return ARITHMETIC[expression.operator](left, right)


def _comparison(lowering: Lowering, expression: Comparison) -> Term:
    sign = expression.operator
    if expression.left.kind != "number":
        return integers.compared(
            sign, lowering.plain(expression.left), lowering.plain(expression.right)
        )
    if isinstance(expression.left, Age):
        limit = lowering.number(expression.right)
        shortcut = _age_limit(lowering, expression.left, sign, limit)
        if shortcut is not None:
            return shortcut
    return compared(sign, lowering.number(expression.left), lowering.number(expression.right))


def _age_limit(lowering: Lowering, years: Age, sign: str, limit: Number) -> Term | None:
    """An age against a constant is a birth date against a constant, which is much quicker."""
    if limit.term.operation != "whole" or sign not in ("<", ">=", "<=", ">"):
        return None
    if years.on is not None:
        return None
    exact = Fraction(limit.term.low, limit.scale)
    reached = floor(exact) + 1 if sign in (">", "<=") else -floor(-exact)
    first = lowering.month.first_day
    if not 0 < reached < first.year:
        return None
    latest = integers.day(first.replace(year=first.year - reached))
    born = integers.not_after(lowering.plain(years.birth), latest)
    return born if sign in (">", ">=") else integers.opposite(born)


def _logic(lowering: Lowering, expression: Logic) -> Term:
    join = integers.both if expression.operator == "and" else integers.either
    return join(lowering.plain(expression.left), lowering.plain(expression.right))


def _not(lowering: Lowering, expression: Not) -> Term:
    return integers.opposite(lowering.plain(expression.inner))


def _when(lowering: Lowering, expression: When) -> Lowered:
    condition = lowering.plain(expression.condition)
    then, otherwise = lowering.lower(expression.then), lowering.lower(expression.otherwise)
    if isinstance(then, Number) and isinstance(otherwise, Number):
        then, otherwise = aligned(then, otherwise)
        term = integers.chosen(condition, then.term, otherwise.term)
        return Number(term, then.scale, then.divisor)
    assert isinstance(then, Term)
    assert isinstance(otherwise, Term)
    return integers.chosen(condition, then, otherwise)


def _extreme(lowering: Lowering, expression: Extreme) -> Number:
    return _extremes(expression.which, *(lowering.number(item) for item in expression.items))


def _extremes(which: str, *items: Number) -> Number:
    numbers = aligned(*items)
    term = integers.extreme(which, tuple(number.term for number in numbers))
    return Number(term, numbers[0].scale, numbers[0].divisor)


def _highest_applying(lowering: Lowering, expression: HighestApplying) -> Number:
    conditions = [lowering.plain(condition) for condition, _ in expression.branches]
    numbers = aligned(*(lowering.number(number) for _, number in expression.branches))
    branches = zip(conditions, (number.term for number in numbers), strict=True)
    term = integers.highest_applying(tuple(branches))
    return Number(term, numbers[0].scale, numbers[0].divisor)


def _aggregate(lowering: Lowering, expression: Aggregate) -> Lowered:
    most, which = lowering.month.book.most_members, expression.which
    if expression.inner is None:
        return Number(integers.term("members", (), 1, most, nullable=False))
    inner = lowering.lower(expression.inner)
    meant = None if expression.where is None else lowering.plain(expression.where)
    if isinstance(inner, Term):
        if meant is not None:
            unmeant = integers.opposite(meant)
            inner = (
                integers.either(unmeant, inner) if which == "all" else integers.both(meant, inner)
            )
        if which == "count":
            return Number(integers.gathered("count", inner, 0, most))
        return integers.gathered(which, inner, 0, 1)
    if meant is not None:
        inner = Number(
            integers.chosen(meant, inner.term, integers.ZERO), inner.scale, inner.divisor
        )
    if inner.divisor is None:
        return Number(totalled(inner.term, most), inner.scale)
    if inner.divisor.operation != "outer":
        raise DefinitionError("合计的各项不能带除法：请先取整，或者合计之后再除。")
    return Number(totalled(inner.term, most), inner.scale, inner.divisor.parts[0])


def _member_extreme(lowering: Lowering, expression: MemberExtreme) -> Number:
    """What is gathered from those meant, or `otherwise` where there are none."""
    inner = lowering.number(expression.inner)
    divisor = inner.divisor
    if divisor is not None:
        if divisor.operation != "outer":
            raise DefinitionError("取最高或最低的各项不能带除法：请先取整，或者取出之后再除。")
        divisor = divisor.parts[0]
    if expression.where is None:
        term = integers.gathered(expression.which, inner.term, inner.term.low, inner.term.high)
        return Number(term, inner.scale, divisor)
    assert expression.otherwise is not None
    meant = lowering.plain(expression.where)
    found = integers.gathered_where(expression.which, inner.term, meant)
    there_is = integers.gathered("any", meant, 0, 1)
    one, none = aligned(Number(found, inner.scale, divisor), lowering.number(expression.otherwise))
    return Number(integers.chosen(there_is, one.term, none.term), one.scale, one.divisor)


def totalled(inner: Term, most: int) -> Term:
    """The sum of a term over the members; what is the same for all is taken out of the sum."""
    pulled = _pulled_out(inner)
    if pulled is not None:
        factor, rest = pulled
        members = integers.term("members", (), 1, most, nullable=False)
        total = members if rest is integers.ONE else totalled(rest, most)
        return integers.times(factor, total)
    low, high = min(inner.low, inner.low * most), max(inner.high, inner.high * most)
    return integers.gathered("total", inner, low, high)


def _pulled_out(inner: Term) -> tuple[Term, Term] | None:
    """A factor that belongs to the group, and the rest, which belongs to the member.

    Out of a choice only if no NULL is lost or made: the group's factor is always known, and it
    is never 0 where the condition may be unknown.
    """
    if inner.operation == "outer":
        return inner.parts[0], integers.ONE
    if inner.operation == "times":
        for one, other in (inner.parts, inner.parts[::-1]):
            pulled = _pulled_out(one)
            if pulled is not None:
                return pulled[0], integers.times(pulled[1], other)
    if inner.operation == "chosen":
        condition, then, otherwise = inner.parts
        pulled = _pulled_out(then) if otherwise is integers.ZERO else None
        if pulled is not None and not pulled[0].nullable:
            never_zero = pulled[0].low > 0 or pulled[0].high < 0
            if never_zero or not condition.nullable:
                return pulled[0], integers.chosen(condition, pulled[1], integers.ZERO)
    return None


def _rounded(lowering: Lowering, expression: Rounded) -> Number:
    return rounded_term(lowering.number(expression.inner), expression.step, expression.mode)


def rounded_term(number: Number, step: Fraction, mode: str) -> Number:
    """The number as a whole multiple of `step`."""
    above, below = step.denominator, number.scale * step.numerator
    common = gcd(above, below)
    term, divisor = number.scaled(above // common), integers.whole(below // common)
    if number.divisor is not None:
        divisor = integers.times(divisor, number.divisor)
    if mode == "half_up" and divisor is not integers.ONE:
        term = integers.plus(integers.times(term, integers.whole(2)), divisor)
        divisor = integers.times(divisor, integers.whole(2))
    divide = integers.divided_up if mode == "up" else integers.divided_down
    return _reduced(divide(term, divisor), step, None)


def _monthly(lowering: Lowering, expression: Monthly) -> Number:
    number = lowering.number(expression.inner)
    return _reduced(number.term, Fraction(1, 12 * number.scale), number.divisor)


def _age(lowering: Lowering, expression: Age) -> Number:
    on = integers.day(lowering.month.first_day)
    if expression.on is not None:
        on = lowering.plain(expression.on)
    return Number(integers.years(lowering.plain(expression.birth), on))


def _month_of(lowering: Lowering, expression: MonthOf) -> Term:
    return integers.month_number(lowering.plain(expression.day), *MONTHS)


def _months_since(lowering: Lowering, expression: MonthsSince) -> Number:
    until = integers.whole(lowering.month.number)
    if expression.until is not None:
        until = lowering.plain(expression.until)
    return Number(integers.minus(until, lowering.plain(expression.since)))


def _is_given(lowering: Lowering, expression: IsGiven) -> Term:
    fact = lowering.month.book.facts[expression.scope][expression.fact.name]
    stated = lowering.plain(expression.fact)
    # A month that must be stated: absent means unknown, never "there is none".
    return integers.given(stated) if fact.optional else integers.given_or_unknown(stated)


def constant(value: Fraction) -> Number:
    return Number(integers.whole(value.numerator), value.denominator)


def _reduced(term: Term, factor: Fraction, divisor: Term | None) -> Number:
    """`term × factor` with the smallest scale."""
    scaled = integers.times(term, integers.whole(factor.numerator))
    return Number(scaled, factor.denominator, divisor)


def aligned(*numbers: Number) -> list[Number]:
    """The numbers with one common scale and divisor, so that their terms can be compared."""
    divisors = [number.divisor for number in numbers if number.divisor is not None]
    divisor = divisors[0] if divisors else None
    if any(other is not divisor for other in divisors):
        raise DefinitionError("算式里有两个不同的除数：请先把其中一个取整。")
    scale = lcm(*(number.scale for number in numbers))
    made = []
    for number in numbers:
        term = number.scaled(scale // number.scale)
        if divisor is not None and number.divisor is None:
            term = integers.times(term, divisor)
        made.append(Number(term, scale, divisor))
    return made


def joined(join: Callable[[Term, Term], Term], one: Number, other: Number) -> Number:
    left, right = aligned(one, other)
    return Number(join(left.term, right.term), left.scale, left.divisor)


def compared(sign: str, one: Number, other: Number) -> Term:
    left, right = aligned(one, other)
    return integers.compared(sign, left.term, right.term)


def product(left: Number, right: Number) -> Number:
    for one, other in ((left, right), (right, left)):
        if one.term.operation == "whole" and one.divisor is None:
            factor = Fraction(one.term.low, one.scale * other.scale)
            return _reduced(other.term, factor, other.divisor)
        if one.divisor is not None and one.divisor is other.term and other.scale == 1:
            return Number(one.term, one.scale, other.divisor)
    if left.divisor is not None and right.divisor is not None:
        raise DefinitionError("两个带除数的值不能相乘：请先把其中一个取整。")
    term = integers.times(left.term, right.term)
    return Number(term, left.scale * right.scale, left.divisor or right.divisor)


def quotient(above: Number, below: Number) -> Number:
    if below.term.low <= 0 <= below.term.high:
        raise DefinitionError("除数可能是 0：只能除以一定不小于 1 的数，例如 h.size。")
    if below.term.operation == "whole" and below.divisor is None:
        factor = Fraction(below.scale, below.term.low * above.scale)
        return _reduced(above.term, factor, above.divisor)
    if above.divisor is not None:
        raise DefinitionError("一个算式里除了两次：请先把第一次的结果取整。")
    if below.scale != 1 or below.divisor is not None or below.term.low < 1 or below.term.nullable:
        raise DefinitionError(
            "只能除以一定不小于 1、不会未知的整数，例如 h.size；除以别的数请改写成乘法。"
        )
    return Number(above.term, above.scale, below.term)


ARITHMETIC: Final[dict[str, Callable[[Number, Number], Number]]] = {
    "+": lambda left, right: joined(integers.plus, left, right),
    "-": lambda left, right: joined(integers.minus, left, right),
    "*": product,
    "/": quotient,
}

LOWER: Final[dict[type[Expression], Callable[[Lowering, Any], Lowered]]] = {
    Constant: _constant,
    FactValue: _fact,
    RuleValue: _rule,
    Outer: _outer,
    ParameterValue: _parameter,
    Arithmetic: _arithmetic,
    Comparison: _comparison,
    Logic: _logic,
    Not: _not,
    When: _when,
    Extreme: _extreme,
    HighestApplying: _highest_applying,
    Stepwise: _stepwise,
    Aggregate: _aggregate,
    MemberExtreme: _member_extreme,
    Rounded: _rounded,
    Monthly: _monthly,
    Age: _age,
    MonthOf: _month_of,
    MonthsSince: _months_since,
    IsGiven: _is_given,
}
