"""From exact rationals to 64-bit integers, proving that nothing overflows.

A number becomes `term / (scale × divisor)`: `scale` is a constant common denominator and
`divisor` at most one whole number of the case, such as the size of the household. Rounding turns
it into a plain integer again, so no quotient is ever cut short.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor, gcd, lcm
from typing import TypeAlias

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
    Monthly,
    MonthsSince,
    Not,
    ParameterValue,
    Rounded,
    RuleValue,
    Scope,
    When,
)
from .facts import Day, Fact, Money, Month, Whole
from .integers import Term
from .policy import PolicyMonth
from .walk import walk


@dataclass(frozen=True, slots=True)
class Number:
    """`term / (scale × divisor)`."""

    term: Term
    scale: int = 1
    divisor: Term | None = None

    def scaled(self, factor: int) -> Term:
        return integers.times(self.term, integers.whole(factor))


Lowered: TypeAlias = "Number | Term"


@dataclass(slots=True)
class Total:
    """A column gathered from the members of each group."""

    name: str
    which: str
    inner: Term | None


@dataclass(slots=True)
class Lowering:
    """All rules of a policy month as integer columns, in the order they can be computed."""

    month: PolicyMonth
    rules: dict[str, Lowered] = field(default_factory=dict)
    totals: list[Total] = field(default_factory=list)
    facts: dict[Scope, dict[str, Fact]] = field(default_factory=lambda: {"group": {}, "member": {}})
    look_ups: dict[str, ParameterValue] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)

    def add(self, name: str) -> Lowered:
        """A rule with everything it needs."""
        if name not in self.rules:
            rule = self.month.book.rules[name]
            nearest = 0
            for part in walk(rule.expression):
                if isinstance(part, RuleValue):
                    self.add(part.name)
                    if part.scope == rule.scope:
                        nearest = max(nearest, self.depths[part.name])
            self.depths[name] = nearest + 1
            try:
                self.rules[name] = self._lower(rule.expression)
            except DefinitionError as error:
                raise DefinitionError(f"{rule.place} 规则 {name}：{error}") from error
        return self.rules[name]

    def in_scope(self, scope: Scope) -> list[list[Rule]]:
        """The rules of a scope in layers: each layer needs only the ones before."""
        layers: dict[int, list[Rule]] = {}
        for name in self.rules:
            rule = self.month.book.rules[name]
            if rule.scope == scope:
                layers.setdefault(self.depths[name], []).append(rule)
        return [layers[depth] for depth in sorted(layers)]

    def _lower(self, expression: Expression) -> Lowered:
        match expression:
            case Constant(value=str() as text):
                return integers.text(text)
            case Constant(value=value):
                return _constant(Fraction(value))
            case FactValue():
                return self._fact(expression)
            case RuleValue():
                return self._result(expression)
            case ParameterValue():
                return self._parameter(expression)
            case Arithmetic():
                return self._arithmetic(expression)
            case Comparison():
                return self._comparison(expression)
            case Logic():
                join = integers.both if expression.operator == "and" else integers.either
                return join(self._truth(expression.left), self._truth(expression.right))
            case Not():
                return integers.opposite(self._truth(expression.inner))
            case When():
                return self._when(expression)
            case Extreme():
                numbers = _aligned(*(self._number(item) for item in expression.items))
                term = integers.extreme(expression.which, tuple(n.term for n in numbers))
                return Number(term, numbers[0].scale, numbers[0].divisor)
            case HighestApplying():
                return self._highest_applying(expression)
            case Aggregate():
                return self._aggregate(expression)
            case Rounded():
                return self.rounded(
                    self._number(expression.inner), expression.step, expression.mode
                )
            case Monthly():
                number = self._number(expression.inner)
                return _reduced(number.term, Fraction(1, 12 * number.scale), number.divisor)
            case Age():
                birth = self._truth(expression.birth)
                term = Term("age", (birth, self.month.first_day), 0, 400, birth.nullable)
                return Number(term)
            case MonthsSince():
                since = self._truth(expression.since)
                return Number(integers.minus(integers.whole(self.month.number), since))
            case IsGiven():
                return self._is_given(expression)
        raise DefinitionError(f"还不能换算 {type(expression).__name__}。")

    def _number(self, expression: Expression) -> Number:
        lowered = self._lower(expression)
        assert isinstance(lowered, Number)
        return lowered

    def _truth(self, expression: Expression) -> Term:
        """A truth, code, day or month: anything that is not a number."""
        lowered = self._lower(expression)
        assert isinstance(lowered, Term)
        return lowered

    def _fact(self, expression: FactValue) -> Lowered:
        fact = self.month.book.facts[expression.scope][expression.name]
        self.facts[expression.scope][expression.name] = fact
        nullable = fact.default is None
        if isinstance(fact, Money):
            low, high = fact.lowest * 100, fact.highest * 100
            return Number(integers.column(expression.name, low, high, nullable), 100)
        if isinstance(fact, Whole):
            return Number(integers.column(expression.name, fact.lowest, fact.highest, nullable))
        if isinstance(fact, Month):
            day = integers.column(expression.name, 0, 0, nullable)
            return Term("month_number", (day,), fact.earliest, fact.latest, nullable)
        high = 0 if isinstance(fact, Day) else 1
        return integers.column(expression.name, 0, high, nullable)

    def _result(self, expression: RuleValue) -> Lowered:
        result = self.add(expression.name)
        term = result.term if isinstance(result, Number) else result
        named = integers.column(expression.name, term.low, term.high, term.nullable)
        return Number(named, result.scale, result.divisor) if isinstance(result, Number) else named

    def _parameter(self, expression: ParameterValue) -> Number:
        figures = self.month.figures(expression.name)
        if not expression.keys:
            return _constant(Fraction(self.month.figure(expression.name, ()).value))
        nullable = False
        for key in expression.keys:
            nullable |= self._truth(key).nullable
        values = [figure.value for figure in figures.values()]
        scale = lcm(*(value.denominator for value in values))
        before = self.look_ups.setdefault(expression.name, expression)
        if [key.name for key in _key_facts(before)] != [key.name for key in _key_facts(expression)]:
            raise DefinitionError(f"参数 {expression.name} 在两条规则里按不同的键查找：请统一。")
        low, high = int(min(values) * scale), int(max(values) * scale)
        return Number(integers.column(expression.name, low, high, nullable), scale)

    def _arithmetic(self, expression: Arithmetic) -> Number:
        left, right = self._number(expression.left), self._number(expression.right)
        if expression.operator == "*":
            return _product(left, right)
        if expression.operator == "/":
            return _quotient(left, right)
        left, right = _aligned(left, right)
        join = integers.plus if expression.operator == "+" else integers.minus
        return Number(join(left.term, right.term), left.scale, left.divisor)

    def _comparison(self, expression: Comparison) -> Term:
        sign = expression.operator
        if expression.left.kind == "code":
            return integers.compared(
                sign, self._truth(expression.left), self._truth(expression.right)
            )
        if isinstance(expression.left, Age):
            shortcut = self._age_limit(expression.left, sign, self._number(expression.right))
            if shortcut is not None:
                return shortcut
        left, right = _aligned(self._number(expression.left), self._number(expression.right))
        return integers.compared(sign, left.term, right.term)

    def _age_limit(self, years: Age, sign: str, limit: Number) -> Term | None:
        """An age against a constant is a birth date against a constant, which is much quicker."""
        if limit.term.operation != "whole" or sign not in ("<", ">=", "<=", ">"):
            return None
        exact = Fraction(limit.term.low, limit.scale)
        reached = floor(exact) + 1 if sign in (">", "<=") else -floor(-exact)
        first = self.month.first_day
        if not 0 < reached < first.year:
            return None
        birth = self._truth(years.birth)
        born = integers.born_by(birth, first.replace(year=first.year - reached))
        return born if sign in (">", ">=") else integers.opposite(born)

    def _when(self, expression: When) -> Lowered:
        condition = self._truth(expression.condition)
        then, otherwise = self._lower(expression.then), self._lower(expression.otherwise)
        if isinstance(then, Number) and isinstance(otherwise, Number):
            then, otherwise = _aligned(then, otherwise)
            term = integers.chosen(condition, then.term, otherwise.term)
            return Number(term, then.scale, then.divisor)
        assert isinstance(then, Term)
        assert isinstance(otherwise, Term)
        return integers.chosen(condition, then, otherwise)

    def _highest_applying(self, expression: HighestApplying) -> Number:
        conditions = [self._truth(condition) for condition, _ in expression.branches]
        numbers = _aligned(*(self._number(number) for _, number in expression.branches))
        branches = zip(conditions, (number.term for number in numbers), strict=True)
        term = integers.highest_applying(tuple(branches))
        return Number(term, numbers[0].scale, numbers[0].divisor)

    def _aggregate(self, expression: Aggregate) -> Lowered:
        most, which = self.month.book.most_members, expression.which
        if expression.inner is None:
            return Number(integers.column("members", 1, most, nullable=False))
        inner = self._lower(expression.inner)
        term = inner.term if isinstance(inner, Number) else inner
        if isinstance(inner, Number) and inner.divisor is not None:
            raise DefinitionError("合计的各项不能带除法：请先取整，或者合计之后再除。")
        total = Total(f"total_{len(self.totals) + 1}", which, term)
        self.totals.append(total)
        if isinstance(inner, Number):
            low, high = min(inner.term.low, inner.term.low * most), max(term.high, term.high * most)
            gathered = integers.column(total.name, low, high, term.nullable)
            return Number(gathered, inner.scale)
        if which == "count":
            return Number(integers.column(total.name, 0, most, term.nullable))
        return integers.column(total.name, 0, 1, term.nullable)

    def rounded(self, number: Number, step: Fraction, mode: str) -> Number:
        """The number as a whole multiple of `step`."""
        above, below = step.denominator, number.scale * step.numerator
        common = gcd(above, below)
        term, divisor = number.scaled(above // common), integers.whole(below // common)
        if number.divisor is not None:
            divisor = integers.times(divisor, number.divisor)
        if mode == "half_up":
            term = integers.plus(integers.times(term, integers.whole(2)), divisor)
            divisor = integers.times(divisor, integers.whole(2))
        if divisor != integers.whole(1):
            divide = integers.divided_up if mode == "up" else integers.divided_down
            term = divide(term, divisor)
        return _reduced(term, step, None)

    def _is_given(self, expression: IsGiven) -> Term:
        fact = self.month.book.facts[expression.scope][expression.fact.name]
        there = integers.given(self._truth(expression.fact))
        if fact.optional:
            return there
        # A month that must be stated: absent means unknown, never "there is none".
        return Term("given_or_unknown", there.parts, 0, 1, nullable=True)


def lower_everything(month: PolicyMonth) -> None:
    """Proves for a month that every rule can be computed for a city."""
    lowering = Lowering(month)
    for name in month.book.rules:
        lowering.add(name)


def _key_facts(look_up: ParameterValue) -> list[FactValue]:
    return [key for key in look_up.keys if isinstance(key, FactValue)]


def _constant(value: Fraction) -> Number:
    return Number(integers.whole(value.numerator), value.denominator)


def _reduced(term: Term, factor: Fraction, divisor: Term | None) -> Number:
    """`term × factor` with the smallest scale."""
    scaled = integers.times(term, integers.whole(factor.numerator))
    return Number(scaled, factor.denominator, divisor)


def _aligned(*numbers: Number) -> list[Number]:
    """The numbers with one common scale and divisor, so that their terms can be compared."""
    divisors = [number.divisor for number in numbers if number.divisor is not None]
    divisor = divisors[0] if divisors else None
    if any(other != divisor for other in divisors):
        raise DefinitionError("算式里有两个不同的除数：请先把其中一个取整。")
    scale = lcm(*(number.scale for number in numbers))
    aligned = []
    for number in numbers:
        term = number.scaled(scale // number.scale)
        if divisor is not None and number.divisor is None:
            term = integers.times(term, divisor)
        aligned.append(Number(term, scale, divisor))
    return aligned


def _product(left: Number, right: Number) -> Number:
    for one, other in ((left, right), (right, left)):
        if one.term.operation == "whole" and one.divisor is None:
            factor = Fraction(one.term.low, one.scale * other.scale)
            return _reduced(other.term, factor, other.divisor)
        if one.divisor is not None and one.divisor == other.term and other.scale == 1:
            return Number(one.term, one.scale, other.divisor)
    if left.divisor is not None and right.divisor is not None:
        raise DefinitionError("两个带除数的值不能相乘：请先把其中一个取整。")
    term = integers.times(left.term, right.term)
    return Number(term, left.scale * right.scale, left.divisor or right.divisor)


def _quotient(above: Number, below: Number) -> Number:
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
