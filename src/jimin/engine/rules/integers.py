"""Terms of 64-bit arithmetic with proven bounds: what rules become for a city.

A term knows the smallest and largest value it can take and whether it can be NULL. Building one
whose value might not fit into 64 bits is refused, so an emitter need not think about overflow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from .errors import DefinitionError

LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Term:
    """An operation on terms. `low` and `high` are meant for numbers only."""

    operation: str
    parts: tuple[Any, ...]
    low: int = 0
    high: int = 0
    nullable: bool = False


def _number(operation: str, parts: tuple[Any, ...], low: int, high: int, nullable: bool) -> Term:
    if max(abs(low), abs(high)) > LARGEST:
        raise DefinitionError(
            f"数值可能达到 {max(abs(low), abs(high)):.1e}，超出 64 位整数："
            "请缩小情况的允许范围，或先取整再计算。"
        )
    return Term(operation, parts, low, high, nullable)


def _truth(operation: str, *parts: Any, nullable: bool) -> Term:
    return Term(operation, parts, 0, 1, nullable)


def column(name: str, low: int, high: int, nullable: bool) -> Term:
    return _number("column", (name,), low, high, nullable)


def whole(value: int) -> Term:
    return _number("whole", (value,), value, value, nullable=False)


def text(value: str) -> Term:
    return Term("text", (value,))


def plus(left: Term, right: Term) -> Term:
    low, high = left.low + right.low, left.high + right.high
    if left.operation == right.operation == "whole":
        return whole(low)
    return _number("plus", (left, right), low, high, left.nullable or right.nullable)


def minus(left: Term, right: Term) -> Term:
    low, high = left.low - right.high, left.high - right.low
    if left.operation == right.operation == "whole":
        return whole(low)
    return _number("minus", (left, right), low, high, left.nullable or right.nullable)


def times(left: Term, right: Term) -> Term:
    ends = [one * two for one in (left.low, left.high) for two in (right.low, right.high)]
    if left.operation == right.operation == "whole":
        return whole(ends[0])
    for factor, other in ((left, right), (right, left)):
        if factor == whole(1):
            return other
    return _number("times", (left, right), min(ends), max(ends), left.nullable or right.nullable)


def divided_down(above: Term, below: Term) -> Term:
    """The quotient rounded towards minus infinity; `below` is at least 1."""
    return _divided("divided_down", above, below, above.low // below.low, above.high // below.low)


def divided_up(above: Term, below: Term) -> Term:
    """The quotient rounded towards plus infinity; `below` is at least 1."""
    return _divided(
        "divided_up", above, below, -(-above.low // below.low), -(-above.high // below.low)
    )


def _divided(operation: str, above: Term, below: Term, low: int, high: int) -> Term:
    # The emitter adds `below - 1` before it divides: that must fit as well.
    _number("", (), above.low - below.high, above.high + below.high, nullable=False)
    nullable = above.nullable or below.nullable
    return _number(operation, (above, below), min(low, 0), max(high, 0), nullable)


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


def born_by(birth: Term, day: date) -> Term:
    return _truth("born_by", birth, day, nullable=birth.nullable)


def chosen(condition: Term, then: Term, otherwise: Term) -> Term:
    """Kleene's choice: an unknown condition matters only if the two values differ."""
    low, high = min(then.low, otherwise.low), max(then.high, otherwise.high)
    nullable = condition.nullable or then.nullable or otherwise.nullable
    return Term("chosen", (condition, then, otherwise), low, high, nullable)


def extreme(which: str, items: tuple[Term, ...]) -> Term:
    pick = max if which == "highest" else min
    low, high = pick(item.low for item in items), pick(item.high for item in items)
    return Term(which, items, low, high, any(item.nullable for item in items))


def highest_applying(branches: tuple[tuple[Term, Term], ...]) -> Term:
    high = max(0, *(value.high for _, value in branches))
    nullable = any(part.nullable for branch in branches for part in branch)
    return Term("highest_applying", branches, 0, high, nullable)
