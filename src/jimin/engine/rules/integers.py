"""Terms of whole-number arithmetic with proven bounds: what rules become for a city.

A term knows the smallest and largest value it can take and whether it can be NULL. Where 64 bits
cannot be proven to hold a value, the term is `wide`, up to 38 digits; beyond it is refused. Equal
terms are one object, so what several formulas share is found by identity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from weakref import WeakValueDictionary

from .errors import DefinitionError

LARGEST: Final = 2**63 - 1
WIDEST: Final = 10**38 - 1
WIDEST_QUOTIENT: Final = 10**32 - 1
"""Spark divides 38 digits exactly only if the quotient leaves room for six decimals."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Term:
    """An operation on terms. `low` and `high` are meant for numbers only.

    `reach` is the largest absolute value that turns up while the operation is carried out.
    """

    operation: str
    parts: tuple[Any, ...]
    low: int = 0
    high: int = 0
    nullable: bool = False
    reach: int = field(default=0)

    @property
    def is_wide(self) -> bool:
        """Whether the value may need more than 64 bits."""
        return max(abs(self.low), abs(self.high)) > LARGEST

    @property
    def works_wide(self) -> bool:
        """Whether the operation may need more than 64 bits on its way."""
        return self.reach > LARGEST


_KNOWN: Final[WeakValueDictionary[tuple[Any, ...], Term]] = WeakValueDictionary()


def term(
    operation: str, parts: tuple[Any, ...], low: int = 0, high: int = 0, *, nullable: bool
) -> Term:
    """The one term of these parts."""
    return _one(operation, parts, low, high, nullable, max(abs(low), abs(high)))


def _one(
    operation: str, parts: tuple[Any, ...], low: int, high: int, nullable: bool, reach: int
) -> Term:
    if reach > WIDEST:
        raise DefinitionError(
            f"数值可能达到 {reach:.1e}，超出 38 位整数：请缩小情况的允许范围，或先取整再计算。"
        )
    key = (operation, parts, tuple(map(type, parts)), low, high, nullable, reach)
    known = _KNOWN.get(key)
    if known is None:
        known = _KNOWN[key] = Term(operation, parts, low, high, nullable, reach)
    return known


def _truth(operation: str, *parts: Any, nullable: bool) -> Term:
    return term(operation, parts, 0, 1, nullable=nullable)


def column(name: str, low: int, high: int, nullable: bool, of: str = "group") -> Term:
    return term("column", (name, of), low, high, nullable=nullable)


def whole(value: int) -> Term:
    return term("whole", (value,), value, value, nullable=False)


def text(value: str) -> Term:
    return term("text", (value,), nullable=False)


def day(value: date) -> Term:
    return term("day", (value,), nullable=False)


ZERO: Final = whole(0)
ONE: Final = whole(1)


def plus(left: Term, right: Term) -> Term:
    low, high = left.low + right.low, left.high + right.high
    if left.operation == right.operation == "whole":
        return whole(low)
    for one, other in ((left, right), (right, left)):
        if one is ZERO:
            return other
    return term("plus", (left, right), low, high, nullable=left.nullable or right.nullable)


def minus(left: Term, right: Term) -> Term:
    low, high = left.low - right.high, left.high - right.low
    if left.operation == right.operation == "whole":
        return whole(low)
    if right is ZERO:
        return left
    return term("minus", (left, right), low, high, nullable=left.nullable or right.nullable)


def times(left: Term, right: Term) -> Term:
    ends = [one * two for one in (left.low, left.high) for two in (right.low, right.high)]
    if left.operation == right.operation == "whole":
        return whole(ends[0])
    for factor, other in ((left, right), (right, left)):
        if factor is ONE:
            return other
    nullable = left.nullable or right.nullable
    return term("times", (left, right), min(ends), max(ends), nullable=nullable)


def divided_down(above: Term, below: Term) -> Term:
    """The quotient rounded towards minus infinity; `below` is at least 1."""
    ends = [one // two for one in (above.low, above.high) for two in (below.low, below.high)]
    return _divided("divided_down", above, below, ends)


def divided_up(above: Term, below: Term) -> Term:
    """The quotient rounded towards plus infinity; `below` is at least 1."""
    ends = [-(-one // two) for one in (above.low, above.high) for two in (below.low, below.high)]
    return _divided("divided_up", above, below, ends)


def _divided(operation: str, above: Term, below: Term, ends: list[int]) -> Term:
    if below is ONE:
        return above
    assert below.low >= 1
    # The emitter adds `below - 1` before it divides: that must fit as well.
    reach = max(abs(above.low), abs(above.high)) + below.high
    low, high = min(ends), max(ends)
    if reach > LARGEST and max(abs(low), abs(high)) > WIDEST_QUOTIENT:
        raise DefinitionError(
            "除法的结果可能超出 32 位整数：请缩小情况的允许范围，或先取整再计算。"
        )
    return _one(operation, (above, below), low, high, above.nullable or below.nullable, reach)


def compared(sign: str, left: Term, right: Term) -> Term:
    return _truth("compared", sign, left, right, nullable=left.nullable or right.nullable)


def both(left: Term, right: Term) -> Term:
    return _truth("both", left, right, nullable=left.nullable or right.nullable)


def either(left: Term, right: Term) -> Term:
    return _truth("either", left, right, nullable=left.nullable or right.nullable)


def opposite(inner: Term) -> Term:
    return _truth("opposite", inner, nullable=inner.nullable)


def given(inner: Term) -> Term:
    return _truth("given", inner, nullable=False)


def given_or_unknown(inner: Term) -> Term:
    """True where there is a value, else NULL: for a fact that must be stated."""
    return _truth("given_or_unknown", inner, nullable=True)


def chosen(condition: Term, then: Term, otherwise: Term) -> Term:
    """Kleene's choice: an unknown condition matters only if the two values differ."""
    if then is otherwise:
        return then
    low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
    nullable = condition.nullable or then.nullable or otherwise.nullable
    return term("chosen", (condition, then, otherwise), low, high, nullable=nullable)


def extreme(which: str, items: tuple[Term, ...]) -> Term:
    pick = max if which == "highest" else min
    low, high = pick(item.low for item in items), pick(item.high for item in items)
    return term(which, items, low, high, nullable=any(item.nullable for item in items))


def highest_applying(branches: tuple[tuple[Term, Term], ...]) -> Term:
    high = max(0, *(value.high for _, value in branches))
    parts = tuple(part for branch in branches for part in branch)
    nullable = any(part.nullable for part in parts)
    return term("highest_applying", parts, 0, high, nullable=nullable)


def years(birth: Term, on: Term) -> Term:
    """Birthdays passed by a day."""
    return term("years", (birth, on), 0, 10_000, nullable=birth.nullable or on.nullable)


def not_after(one: Term, other: Term) -> Term:
    return _truth("compared", "<=", one, other, nullable=one.nullable or other.nullable)


def month_number(inner: Term, low: int, high: int) -> Term:
    return term("month_number", (inner,), low, high, nullable=inner.nullable)


def look_up(
    name: str,
    part: tuple[str, int],
    complete: bool,
    keys: tuple[Term, ...],
    low: int,
    high: int,
) -> Term:
    """A figure found by its keys; `part` says which column of a scale is meant.

    Where the table is not `complete`, keys without a figure end the run.
    """
    nullable = any(key.nullable for key in keys)
    return term("look_up", (name, part, complete, *keys), low, high, nullable=nullable)


def gathered(which: str, inner: Term, low: int, high: int) -> Term:
    """Something of all members of a group."""
    return term("gathered", (which, inner), low, high, nullable=inner.nullable)


def gathered_where(which: str, inner: Term, meant: Term) -> Term:
    """The highest or lowest of the members for whom `meant` holds.

    Where it holds for none it is any number of the range: the caller asks for that first.
    """
    nullable = inner.nullable or meant.nullable
    parts = (f"{which}_where", inner, meant)
    return term("gathered", parts, inner.low, inner.high, nullable=nullable)


def apart(one: Term, other: Term) -> Term:
    """How far two numbers or two days are from each other."""
    high = max(abs(one.high - other.low), abs(other.high - one.low))
    return term("apart", (one, other), 0, high, nullable=one.nullable or other.nullable)


def outer(inner: Term) -> Term:
    """A value of the group beside each of its members."""
    if inner.operation in ("whole", "text", "day"):
        return inner
    return term("outer", (inner,), inner.low, inner.high, nullable=inner.nullable)


def inner_terms(one: Term) -> tuple[Term, ...]:
    """The terms an operation is made of."""
    return tuple(part for part in one.parts if isinstance(part, Term))
