"""Going through the parts of an expression."""

from __future__ import annotations

from collections.abc import Iterator

from .expressions import (
    Age,
    Aggregate,
    Arithmetic,
    Comparison,
    Expression,
    Extreme,
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
    Stepwise,
    When,
)


def parts(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is directly made of."""
    match expression:
        case Arithmetic() | Comparison() | Logic():
            return (expression.left, expression.right)
        case Not() | Rounded() | Monthly() | Outer():
            return (expression.inner,)
        case When():
            return (expression.condition, expression.then, expression.otherwise)
        case Extreme():
            return expression.items
        case HighestApplying():
            return tuple(part for branch in expression.branches for part in branch)
        case Aggregate():
            return _given(expression.inner, expression.where)
        case MemberExtreme():
            return (expression.inner, *_given(expression.where, expression.otherwise))
        case Stepwise():
            return (expression.inner, expression.scale)
        case Age():
            return _given(expression.birth, expression.on)
        case MonthOf():
            return (expression.day,)
        case MonthsSince():
            return _given(expression.since, expression.until)
        case IsGiven():
            return (expression.fact,)
        case ParameterValue():
            return expression.keys
    return ()


def _given(*parts: Expression | None) -> tuple[Expression, ...]:
    return tuple(part for part in parts if part is not None)


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and everything inside it once, but not inside the rules it names."""
    seen: set[int] = set()
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting.extend(reversed(parts(part)))
