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
    Monthly,
    MonthsSince,
    Not,
    ParameterValue,
    Rounded,
    When,
)


def parts(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is directly made of."""
    match expression:
        case Arithmetic() | Comparison() | Logic():
            return (expression.left, expression.right)
        case Not() | Rounded() | Monthly():
            return (expression.inner,)
        case When():
            return (expression.condition, expression.then, expression.otherwise)
        case Extreme():
            return expression.items
        case HighestApplying():
            return tuple(part for branch in expression.branches for part in branch)
        case Aggregate():
            return () if expression.inner is None else (expression.inner,)
        case Age():
            return (expression.birth,)
        case MonthsSince():
            return (expression.since,)
        case IsGiven():
            return (expression.fact,)
        case ParameterValue():
            return expression.keys
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """An expression and everything inside it, but not inside the rules it names."""
    yield expression
    for part in parts(expression):
        yield from walk(part)
