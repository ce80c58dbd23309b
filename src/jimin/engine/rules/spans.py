"""What the rules can give while one fact runs through a range: bounds, never a guess.

Every value is replaced by what it can be. The bounds may be wider than the truth, so a result
that stays single is certain for the whole range; one that does not must be looked at in halves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, Final, TypeAlias

from .decision import Decision
from .expressions import (
    Aggregate,
    Arithmetic,
    Comparison,
    Constant,
    Expression,
    Extreme,
    FactValue,
    HighestApplying,
    Logic,
    MemberExtreme,
    Monthly,
    Not,
    Outer,
    ParameterValue,
    Rounded,
    RuleValue,
    Stepwise,
    When,
)
from .interpreter import COMPARE, Case, Place, Unknown, Value
from .policy import PolicyMonth, rounded
from .walk import walk


class Wide(Exception):
    """Nothing useful can be said about so wide a range."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number from `low` to `high`, or unknown if that is possible too."""

    low: int | Fraction
    high: int | Fraction
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Among:
    """One of several truths, codes or days, or unknown; of none: certainly unknown."""

    values: frozenset[Any]
    unknown: bool = False


Span: TypeAlias = "Numbers | Among"

UNKNOWN: Final = Among(frozenset(), unknown=True)


class Spans:
    """A case in which one fact may have any value of a range."""

    def __init__(
        self, case: Case, name: str, member: Place, values: Numbers, moved: frozenset[str]
    ) -> None:
        """`moved` are the rules that may depend on the fact: `rules_moved_by`."""
        self.case = case
        self._name = name
        self._member = member
        self._range = values
        self._moved = moved
        self._known: dict[tuple[str, Place], Span] = {}

    def conclusions(self, decision: Decision) -> frozenset[str]:
        """What the conclusion can be; raises Wide when nothing can be said."""
        spans = [self.value(name, None) for name in (decision.conclusion, *decision.amounts)]
        if UNKNOWN in spans:
            return frozenset((decision.review,))
        outcome = spans[0]
        assert isinstance(outcome, Among)
        review = {decision.review} if any(span.unknown for span in spans) else set()
        return outcome.values | review

    def value(self, name: str, member: Place) -> Span:
        if name not in self._moved:
            return _lifted(self.case.value(name, member))
        found = self._known.get((name, member))
        if found is None:
            found = self.span(self.case.month.rule(name).expression, member)
            self._known[name, member] = found
        return found

    def fact(self, name: str, member: Place) -> Span:
        if (name, member) == (self._name, self._member):
            return self._range
        return _lifted(self.case.fact(name, member))

    def span(self, expression: Expression, member: Place) -> Span:
        how = SPAN.get(type(expression))
        if how is not None:
            return how(self, expression, member)
        if self._is_moved(expression):
            raise Wide
        return _lifted(self.case.evaluate(expression, member))

    def _is_moved(self, expression: Expression) -> bool:
        return any(
            (isinstance(part, FactValue) and part.name == self._name)
            or (isinstance(part, RuleValue) and part.name in self._moved)
            for part in walk(expression)
        )


def rules_moved_by(month: PolicyMonth, name: str) -> frozenset[str]:
    """The rules whose result may depend on a fact."""
    moved: set[str] = set()
    for rule in month.rules:  # each after those it refers to, as `close` leaves them
        for part in walk(month.rules[rule].expression):
            stated = isinstance(part, FactValue) and part.name == name
            if stated or (isinstance(part, RuleValue) and part.name in moved):
                moved.add(rule)
                break
    return frozenset(moved)


def _lifted(value: Value) -> Span:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Numbers(value, value)
    return Among(frozenset((value,)))


def _together(one: Span, other: Span) -> Span:
    """Either of two."""
    if isinstance(one, Numbers) and isinstance(other, Numbers):
        low, high = min(one.low, other.low), max(one.high, other.high)
        return Numbers(low, high, one.unknown or other.unknown)
    if isinstance(one, Among) and isinstance(other, Among):
        return Among(one.values | other.values, one.unknown or other.unknown)
    number = one if isinstance(one, Numbers) else other
    assert isinstance(number, Numbers)
    return Numbers(number.low, number.high, unknown=True)


def _numbers(spans: Iterable[Span]) -> list[Numbers] | None:
    """The spans as numbers; None if one of them is certainly unknown."""
    found = [span for span in spans if isinstance(span, Numbers)]
    return found if len(found) == len(list(spans)) else None


def _constant(spans: Spans, expression: Constant, member: Place) -> Span:
    return _lifted(expression.value)


def _fact(spans: Spans, expression: FactValue, member: Place) -> Span:
    return spans.fact(expression.name, member)


def _rule(spans: Spans, expression: RuleValue, member: Place) -> Span:
    return spans.value(expression.name, member)


def _outer(spans: Spans, expression: Outer, member: Place) -> Span:
    return spans.span(expression.inner, None)


def _key(spans: Spans, look_up: ParameterValue, member: Place) -> tuple[str, ...] | None:
    """The one key of a look-up; None if it is certainly unknown."""
    key: list[str] = []
    for part in look_up.keys:
        span = spans.span(part, member)
        if span == UNKNOWN:
            return None
        if span.unknown:
            raise Wide
        if isinstance(span, Numbers):
            if span.low != span.high:
                raise Wide
            key.append(str(span.low))
        else:
            if len(span.values) > 1:
                raise Wide
            key.extend(map(str, span.values))
    return tuple(key)


def _parameter(spans: Spans, expression: ParameterValue, member: Place) -> Span:
    key = _key(spans, expression, member)
    if key is None:
        return UNKNOWN
    return _lifted(spans.case.month.figure(expression.name, key).value)


def _arithmetic(spans: Spans, expression: Arithmetic, member: Place) -> Span:
    sides = _numbers([spans.span(expression.left, member), spans.span(expression.right, member)])
    if sides is None:
        return UNKNOWN
    left, right = sides
    unknown = left.unknown or right.unknown
    operator = expression.operator
    if operator == "+":
        return Numbers(left.low + right.low, left.high + right.high, unknown)
    if operator == "-":
        return Numbers(left.low - right.high, left.high - right.low, unknown)
    if operator == "/":
        if right.low <= 0 <= right.high:
            raise Wide
        right = Numbers(1 / Fraction(right.high), 1 / Fraction(right.low), right.unknown)
    corners = [one * other for one in (left.low, left.high) for other in (right.low, right.high)]
    return Numbers(min(corners), max(corners), unknown)


def _comparison(spans: Spans, expression: Comparison, member: Place) -> Span:
    left, right = spans.span(expression.left, member), spans.span(expression.right, member)
    if UNKNOWN in (left, right):
        return UNKNOWN
    unknown = left.unknown or right.unknown
    compare = COMPARE[expression.operator]
    if isinstance(left, Among) and isinstance(right, Among):
        found = frozenset(compare(a, b) for a in left.values for b in right.values)
        return Among(found, unknown)
    assert isinstance(left, Numbers)
    assert isinstance(right, Numbers)
    if expression.operator in ("==", "!="):
        same = {True, False}
        if left.high < right.low or right.high < left.low:
            same = {False}
        elif left.low == left.high == right.low == right.high:
            same = {True}
        return Among(frozenset(one == (expression.operator == "==") for one in same), unknown)
    # An order is decided by the ends: what holds at both extremes holds between them.
    ends = ((left.low, right.high), (left.high, right.low))
    return Among(frozenset(compare(*end) for end in ends), unknown)


def _truths(span: Span) -> tuple[bool | None, ...]:
    """The truths a span allows, None for unknown."""
    assert isinstance(span, Among)
    return (*span.values, None) if span.unknown else tuple(span.values)


def _among(truths: Iterable[bool | None]) -> Among:
    found = frozenset(truths)
    return Among(found - {None}, None in found)


def _either(decisive: bool) -> Callable[[Among, Among], Among]:
    """Kleene's `or` (decisive: true) or `and` (decisive: false) of two spans."""

    def joined(one: Among, other: Among) -> Among:
        def join(left: bool | None, right: bool | None) -> bool | None:
            if decisive in (left, right):
                return decisive
            return None if None in (left, right) else not decisive

        return _among(join(a, b) for a in _truths(one) for b in _truths(other))

    return joined


def _logic(spans: Spans, expression: Logic, member: Place) -> Span:
    left, right = spans.span(expression.left, member), spans.span(expression.right, member)
    assert isinstance(left, Among)
    assert isinstance(right, Among)
    return _either(expression.operator == "or")(left, right)


def _not(spans: Spans, expression: Not, member: Place) -> Span:
    inner = spans.span(expression.inner, member)
    return _among(None if truth is None else not truth for truth in _truths(inner))


def _when(spans: Spans, expression: When, member: Place) -> Span:
    truths = _truths(spans.span(expression.condition, member))
    possible: list[Span] = []
    if True in truths:
        possible.append(spans.span(expression.then, member))
    if False in truths:
        possible.append(spans.span(expression.otherwise, member))
    if None in truths:
        then = spans.span(expression.then, member)
        otherwise = spans.span(expression.otherwise, member)
        possible.append(_same_or_unknown(then, otherwise))
    return reduce(_together, possible)


def _same_or_unknown(then: Span, otherwise: Span) -> Span:
    """A choice by an unknown condition: known only where both branches agree."""
    if isinstance(then, Numbers) and isinstance(otherwise, Numbers):
        low, high = max(then.low, otherwise.low), min(then.high, otherwise.high)
        if low > high:
            return UNKNOWN
        certain = then == otherwise and then.low == then.high
        return Numbers(low, high, unknown=not certain or then.unknown)
    if isinstance(then, Among) and isinstance(otherwise, Among):
        certain = then == otherwise and len(then.values) == 1
        return Among(then.values & otherwise.values, unknown=not certain or then.unknown)
    return UNKNOWN


def _extreme(spans: Spans, expression: Extreme, member: Place) -> Span:
    items = _numbers([spans.span(item, member) for item in expression.items])
    if items is None:
        return UNKNOWN
    choose: Callable[[Iterable[Any]], Any] = max if expression.which == "highest" else min
    return Numbers(
        choose(item.low for item in items),
        choose(item.high for item in items),
        any(item.unknown for item in items),
    )


def _highest_applying(spans: Spans, expression: HighestApplying, member: Place) -> Span:
    sure: int | Fraction = 0
    high: int | Fraction = 0
    open_until: list[int | Fraction | None] = []
    for condition, number in expression.branches:
        truths = _truths(spans.span(condition, member))
        if truths == (False,):
            continue
        value = spans.span(number, member)
        if not isinstance(value, Numbers):
            open_until.append(None)
            continue
        if truths == (True,) and not value.unknown:
            sure = max(sure, value.low)
        if True in truths:
            high = max(high, value.high)
        if value.unknown or None in truths:
            open_until.append(None if value.unknown else value.high)
    unknown = any(until is None or until > sure for until in open_until)
    return Numbers(sure, max(sure, high), unknown)


def _aggregate(spans: Spans, expression: Aggregate, member: Place) -> Span:
    places = range(len(spans.case.members))
    if expression.inner is None:
        return Numbers(len(places), len(places))
    each = [_each(spans, expression, place) for place in places]
    if expression.which in ("any", "all"):
        return reduce(_either(expression.which == "any"), each)  # type: ignore[arg-type]
    if expression.which == "count":
        each = [_counted(one) for one in each]
    numbers = _numbers(each)
    if numbers is None:
        return UNKNOWN
    return Numbers(
        sum(one.low for one in numbers),
        sum(one.high for one in numbers),
        any(one.unknown for one in numbers),
    )


def _each(spans: Spans, expression: Aggregate, place: int) -> Span:
    """What one member adds, as `each_value` of the interpreter has it."""
    assert expression.inner is not None
    nothing = _lifted({"total": 0, "all": True}.get(expression.which, False))
    truths: tuple[bool | None, ...] = (True,)
    if expression.where is not None:
        truths = _truths(spans.span(expression.where, place))
    if truths == (False,):
        return nothing
    value = spans.span(expression.inner, place)
    possible = [nothing] if False in truths else []
    if True in truths:
        possible.append(value)
    if None in truths:
        possible.append(_same_or_unknown(nothing, value))
    return reduce(_together, possible)


def _member_extreme(spans: Spans, expression: MemberExtreme, member: Place) -> Span:
    """From the least to the most it can be; unknown if any doubt about a member may matter."""
    choose: Callable[[Iterable[Any]], Any] = max if expression.which == "highest" else min
    sure: list[Numbers] = []
    maybe: list[Numbers] = []
    unknown = False
    for place in range(len(spans.case.members)):
        truths: tuple[bool | None, ...] = (True,)
        if expression.where is not None:
            truths = _truths(spans.span(expression.where, place))
        if truths == (False,):
            continue
        value = spans.span(expression.inner, place)
        if not isinstance(value, Numbers):
            if False not in truths:
                return UNKNOWN
            unknown = True
            continue
        unknown = unknown or value.unknown or None in truths
        (sure if truths == (True,) else maybe).append(value)
    if not sure:
        assert expression.otherwise is not None
        none = spans.span(expression.otherwise, member)
        if isinstance(none, Numbers):
            maybe.append(none)
            unknown = unknown or none.unknown
        elif not maybe:
            return none
        else:
            unknown = True
        # Any one of them may be the only one that counts.
        return Numbers(min(one.low for one in maybe), max(one.high for one in maybe), unknown)
    lows, highs = [one.low for one in sure], [one.high for one in sure]
    if expression.which == "highest":
        return Numbers(max(lows), max(one.high for one in (*sure, *maybe)), unknown)
    return Numbers(min(one.low for one in (*sure, *maybe)), choose(highs), unknown)


def _counted(span: Span) -> Span:
    """A truth as one or nothing."""
    assert isinstance(span, Among)
    if not span.values:
        return span
    return Numbers(int(False not in span.values), int(True in span.values), span.unknown)


def _rounded(spans: Spans, expression: Rounded, member: Place) -> Span:
    inner = spans.span(expression.inner, member)
    if not isinstance(inner, Numbers):
        return inner
    step, mode = expression.step, expression.mode
    return Numbers(rounded(inner.low, step, mode), rounded(inner.high, step, mode), inner.unknown)


def _monthly(spans: Spans, expression: Monthly, member: Place) -> Span:
    inner = spans.span(expression.inner, member)
    if not isinstance(inner, Numbers):
        return inner
    return Numbers(Fraction(inner.low, 12), Fraction(inner.high, 12), inner.unknown)


def _stepwise(spans: Spans, expression: Stepwise, member: Place) -> Span:
    number = spans.span(expression.inner, member)
    key = _key(spans, expression.scale, member)
    if key is None or not isinstance(number, Numbers):
        return UNKNOWN
    steps = spans.case.month.steps(expression.scale.name, key)
    inside = [begins for begins, _ in steps if number.low < begins < number.high]
    # Between two thresholds the result is level or straight, so its ends are its extremes.
    found = [_on_scale(expression, steps, at) for at in (number.low, *inside, number.high)]
    return Numbers(min(found), max(found), number.unknown)


def _on_scale(expression: Stepwise, steps: list[tuple[Any, Any]], number: Any) -> Any:
    if expression.which == "bracket":
        reached = [figure.value for begins, figure in steps if number >= begins]
        return reached[-1] if reached else 0
    ends = [begins for begins, _ in steps[1:]]
    return sum(
        figure.value * max(0, (number if end is None else min(number, end)) - begins)
        for (begins, figure), end in zip(steps, [*ends, None], strict=True)
    )


# The rest, such as an age, has no span of its own: it stays as it is unless the fact moves it.
SPAN: Final[dict[type[Expression], Callable[[Spans, Any, Place], Span]]] = {
    Constant: _constant,
    FactValue: _fact,
    RuleValue: _rule,
    ParameterValue: _parameter,
    Arithmetic: _arithmetic,
    Comparison: _comparison,
    Logic: _logic,
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
}
