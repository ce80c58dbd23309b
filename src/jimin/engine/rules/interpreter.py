"""One case, exactly: rationals, Kleene's unknown, and a trace of every rule that was needed.

This interpreter is the oracle: the city's SQL is compared with it, never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final, TypeAlias

from jimin.engine.sentences import Name, said

from .errors import PolicyError
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
from .facts import Day, Exact, Fact
from .policy import PolicyMonth, rounded


@dataclass(frozen=True, slots=True, order=True)
class MissingFact:
    """A fact nobody stated; `member` is its place in the list of members, or None."""

    member: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cannot be said, and the missing facts it hangs on."""

    facts: frozenset[MissingFact]


Value: TypeAlias = "Exact | Unknown"
Place: TypeAlias = "int | None"

NONE_GIVEN: Final = Unknown(frozenset())


class Case:
    """A group with its members in one month. Rules are evaluated when asked for, once each."""

    def __init__(
        self,
        month: PolicyMonth,
        group: Mapping[str, object],
        members: Sequence[Mapping[str, object]],
        names: Sequence[str] | None = None,
    ) -> None:
        book = month.book
        group_label, member_label = book.entities.group_label, book.entities.member_label
        if not members:
            raise PolicyError(
                "{group}没有{member}：请至少填写一名{member}。",
                group=group_label,
                member=member_label,
            )
        if len(members) > book.most_members:
            raise PolicyError(
                "{group}有 {size} 名{member}，超过 {most} 名：请核对{group}编号。",
                group=group_label,
                size=len(members),
                member=member_label,
                most=book.most_members,
            )
        self.month = month
        self.names = names or [
            f"第 {place} 名{member_label}" for place in range(1, len(members) + 1)
        ]
        self.group = self._read(book.facts["group"], group, None)
        self.members = [
            self._read(book.facts["member"], member, place) for place, member in enumerate(members)
        ]
        self.evaluated: dict[tuple[str, Place], Value] = {}

    def value(self, name: str, member: Place = None) -> Value:
        """The result of a rule."""
        key = (name, member)
        found = self.evaluated.get(key)
        if found is None:
            found = self.evaluate(self.month.rule(name).expression, member)
            self.evaluated[key] = found
        return found

    def fact(self, name: str, member: Place) -> Value:
        return self.group[name] if member is None else self.members[member][name]

    def carried(self) -> tuple[dict[str, Value], list[dict[str, Value]]]:
        """What next month's case states as this month's results: of the group, of each member."""
        facts = self.month.book.facts
        results = self.month.book.last_results()
        group = {fact: self.value(rule) for fact, rule in results.items() if fact in facts["group"]}
        members = [
            {
                fact: self.value(rule, place)
                for fact, rule in results.items()
                if fact in facts["member"]
            }
            for place in range(len(self.members))
        ]
        return group, members

    def evaluate(self, expression: Expression, member: Place) -> Value:
        return EVALUATE[type(expression)](self, expression, member)

    def _read(
        self, facts: Mapping[str, Fact], given: Mapping[str, object], member: Place
    ) -> dict[str, Value]:
        whose = "" if member is None else said("{name}：", name=self.names[member])
        for name in given:
            if name not in facts:
                raise PolicyError(
                    "{whose}没有“{name}”这项情况；可填：{known}。",
                    whose=whose,
                    name=Name(name),
                    known=tuple(map(Name, facts)),
                )
        read: dict[str, Value] = {}
        for name, fact in facts.items():
            stated = given.get(name)
            if stated is None:
                if fact.default is not None:
                    read[name] = fact.default
                elif fact.optional:
                    read[name] = NONE_GIVEN
                else:
                    read[name] = Unknown(frozenset((MissingFact(member, name),)))
                continue
            try:
                value = fact.read(stated)
            except ValueError as wrong:
                raise PolicyError(
                    "{whose}{label}“{stated}”{wrong}。",
                    whose=whose,
                    label=fact.label,
                    stated=Name(stated),
                    wrong=str(wrong),
                ) from None
            if isinstance(fact, Day) and value > self.month.last_day:  # type: ignore[operator]
                raise PolicyError(
                    "{whose}{label}“{stated}”晚于核定月份 {month}；请核对。",
                    whose=whose,
                    label=fact.label,
                    stated=Name(stated),
                    month=Name(self.month.text),
                )
            read[name] = value
        return read


def merged(*values: Value) -> Unknown:
    """Unknown for all the reasons the values are."""
    facts: frozenset[MissingFact] = frozenset()
    for value in values:
        if isinstance(value, Unknown):
            facts |= value.facts
    return Unknown(facts)


def _constant(case: Case, expression: Constant, member: Place) -> Value:
    return expression.value


def _fact(case: Case, expression: FactValue, member: Place) -> Value:
    return case.fact(expression.name, member)


def _rule(case: Case, expression: RuleValue, member: Place) -> Value:
    return case.value(expression.name, member)


def _parameter(case: Case, expression: ParameterValue, member: Place) -> Value:
    key = key_of(case, expression, member)
    return key if isinstance(key, Unknown) else case.month.figure(expression.name, key).value


def key_of(case: Case, look_up: ParameterValue, member: Place) -> tuple[str, ...] | Unknown:
    """The key of a look-up as parameter files write it."""
    parts = [case.evaluate(part, member) for part in look_up.keys]
    if any(type(part) is Unknown for part in parts):
        return merged(*parts)
    return tuple(map(str, parts))


def _outer(case: Case, expression: Outer, member: Place) -> Value:
    return case.evaluate(expression.inner, None)


def _stepwise(case: Case, expression: Stepwise, member: Place) -> Value:
    number: Any = case.evaluate(expression.inner, member)
    key = key_of(case, expression.scale, member)
    if isinstance(key, Unknown):
        return merged(number, key)
    if type(number) is Unknown:
        return number
    steps = case.month.steps(expression.scale.name, key)
    if expression.which == "bracket":
        reached = [figure.value for threshold, figure in steps if number >= threshold]
        return reached[-1] if reached else 0
    result: Any = 0
    ends: list[Any] = [threshold for threshold, _ in steps[1:]]
    for (threshold, figure), end in zip(steps, [*ends, None], strict=True):
        upper = number if end is None else min(number, end)
        result += figure.value * max(0, upper - threshold)
    sliced: Value = whole_if_possible(result)
    return sliced


def whole_if_possible(number: Any) -> Any:
    return number.numerator if number.denominator == 1 else number


def _arithmetic(case: Case, expression: Arithmetic, member: Place) -> Value:
    left: Any = case.evaluate(expression.left, member)
    right: Any = case.evaluate(expression.right, member)
    if type(left) is Unknown or type(right) is Unknown:
        return merged(left, right)
    operator = expression.operator
    if operator == "+":
        result = left + right
    elif operator == "-":
        result = left - right
    elif operator == "*":
        result = left * right
    else:
        result = Fraction(left, right)
    exact: Value = whole_if_possible(result)
    return exact


def _comparison(case: Case, expression: Comparison, member: Place) -> Value:
    left: Any = case.evaluate(expression.left, member)
    right: Any = case.evaluate(expression.right, member)
    if type(left) is Unknown or type(right) is Unknown:
        return merged(left, right)
    holds: bool = COMPARE[expression.operator](left, right)
    return holds


COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}


def _logic(case: Case, expression: Logic, member: Place) -> Value:
    # Both sides are looked at, so that the explanation shows every condition.
    left = case.evaluate(expression.left, member)
    right = case.evaluate(expression.right, member)
    decisive = expression.operator == "or"
    if left is decisive or right is decisive:
        return decisive
    if type(left) is Unknown or type(right) is Unknown:
        return merged(left, right)
    return not decisive


def _not(case: Case, expression: Not, member: Place) -> Value:
    inner = case.evaluate(expression.inner, member)
    return inner if isinstance(inner, Unknown) else not inner


def _when(case: Case, expression: When, member: Place) -> Value:
    condition = case.evaluate(expression.condition, member)
    if condition is True:
        return case.evaluate(expression.then, member)
    if condition is False:
        return case.evaluate(expression.otherwise, member)
    then = case.evaluate(expression.then, member)
    otherwise = case.evaluate(expression.otherwise, member)
    if type(then) is not Unknown and then == otherwise:
        return then
    return merged(condition, then, otherwise)


def _extreme(case: Case, expression: Extreme, member: Place) -> Value:
    values: list[Any] = [case.evaluate(item, member) for item in expression.items]
    if any(type(value) is Unknown for value in values):
        return merged(*values)
    result: Value = max(values) if expression.which == "highest" else min(values)
    return result


def _highest_applying(case: Case, expression: HighestApplying, member: Place) -> Value:
    sure: Any = 0
    open_branches: list[tuple[Unknown, Any]] = []
    for condition, number in expression.branches:
        applies = case.evaluate(condition, member)
        if applies is False:
            continue
        value: Any = case.evaluate(number, member)
        if isinstance(applies, Unknown) or isinstance(value, Unknown):
            open_branches.append((merged(applies, value), value))
        else:
            sure = max(sure, value)
    matter = [
        reason for reason, value in open_branches if isinstance(value, Unknown) or value > sure
    ]
    return merged(*matter) if matter else sure


def _aggregate(case: Case, expression: Aggregate, member: Place) -> Value:
    if expression.inner is None:
        return len(case.members)
    which = expression.which
    values = [each_value(case, expression, place) for place in range(len(case.members))]
    if which in ("any", "all"):
        decisive = which == "any"
        if any(value is decisive for value in values):
            return decisive
    if any(type(value) is Unknown for value in values):
        return merged(*values)
    if which in ("any", "all"):
        return which == "all"
    numbers: list[Any] = values
    return whole_if_possible(Fraction(sum(numbers)))  # type: ignore[no-any-return]


def each_value(case: Case, expression: Aggregate, place: int) -> Value:
    """What one member adds: nothing if he is not meant, and unknown only if it matters."""
    assert expression.inner is not None
    nothing: Value = {"total": 0, "all": True}.get(expression.which, False)
    meant = True if expression.where is None else case.evaluate(expression.where, place)
    if meant is False:
        return nothing
    value = case.evaluate(expression.inner, place)
    if meant is True or (type(value) is not Unknown and value == nothing):
        return value
    return merged(meant, value)


def _member_extreme(case: Case, expression: MemberExtreme, member: Place) -> Value:
    """Known as soon as every member who may or may not be meant gives the same result."""
    sure: list[Any] = []
    maybe: list[Any] = []
    reasons: list[Value] = []
    lost = False
    for place in range(len(case.members)):
        where = expression.where
        meant = True if where is None else case.evaluate(where, place)
        if meant is False:
            continue
        value = case.evaluate(expression.inner, place)
        reasons += [meant, value]
        lost = lost or type(value) is Unknown
        (sure if meant is True else maybe).append(value)
    if lost:
        return merged(*reasons)
    pick = max if expression.which == "highest" else min
    if sure:
        result: Value = pick(sure)
        return result if pick([*sure, *maybe]) == result else merged(*reasons)
    assert expression.otherwise is not None
    none = case.evaluate(expression.otherwise, member)
    if type(none) is Unknown:
        return merged(none, *reasons)
    return none if all(value == none for value in maybe) else merged(*reasons)


def _rounded(case: Case, expression: Rounded, member: Place) -> Value:
    inner: Any = case.evaluate(expression.inner, member)
    return inner if type(inner) is Unknown else rounded(inner, expression.step, expression.mode)


def _monthly(case: Case, expression: Monthly, member: Place) -> Value:
    inner: Any = case.evaluate(expression.inner, member)
    return inner if type(inner) is Unknown else Fraction(inner, 12)


def _age(case: Case, expression: Age, member: Place) -> Value:
    birth = case.evaluate(expression.birth, member)
    on: Value = case.month.first_day
    if expression.on is not None:
        on = case.evaluate(expression.on, member)
    if isinstance(birth, date) and isinstance(on, date):
        return full_years(birth, on)
    return merged(birth, on)


def _month_of(case: Case, expression: MonthOf, member: Place) -> Value:
    day = case.evaluate(expression.day, member)
    return day.year * 12 + day.month - 1 if isinstance(day, date) else day


def _months_since(case: Case, expression: MonthsSince, member: Place) -> Value:
    since: Any = case.evaluate(expression.since, member)
    until: Any = case.month.number
    if expression.until is not None:
        until = case.evaluate(expression.until, member)
    if type(since) is Unknown or type(until) is Unknown:
        return merged(since, until)
    months: Value = until - since
    return months


def _is_given(case: Case, expression: IsGiven, member: Place) -> Value:
    value = case.evaluate(expression.fact, member)
    if isinstance(value, Unknown) and value.facts:
        return value
    return value is not NONE_GIVEN


def full_years(birth: date, day: date) -> int:
    """Birthdays passed by a day; none for who is not born yet."""
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return max(0, years)


EVALUATE: Final[dict[type[Expression], Callable[[Case, Any, Place], Value]]] = {
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
    Age: _age,
    MonthOf: _month_of,
    MonthsSince: _months_since,
    IsGiven: _is_given,
}
