"""Columns of rare facts that a table leaves out: then nobody has them, and no rule asks for them.

What hangs on such a fact alone is left out of the statement, so that a city in which nothing rare
has happened is assessed as quickly as if the law did not speak of it.
"""

# ruff: noqa: S608 (names are quoted; relations are the caller's own)
from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import replace
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Final, TypeAlias

from .dialects import DUCKDB
from .expressions import (
    Aggregate,
    Comparison,
    Constant,
    Expression,
    FactValue,
    Outer,
    ParameterValue,
    RuleValue,
    Scope,
    When,
)
from .facts import Fact
from .policy import PolicyMonth

Absent: TypeAlias = Mapping[Scope, Mapping[str, str]]
COMPARED: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


def absent_columns(
    present: Collection[str], facts: Mapping[str, Fact], needed: Mapping[str, str]
) -> dict[str, str]:
    """What the rules need, a table lacks and nobody has to state, with its type."""
    return {name: kind for name, kind in needed.items() if facts[name].rare and name not in present}


def completed(source: str, absent: Mapping[str, str]) -> str:
    """The table with the columns it leaves out, empty in every row."""
    if not absent:
        return source
    empty = ", ".join(
        f"CAST(NULL AS {kind}) AS {DUCKDB.quoted(name)}" for name, kind in absent.items()
    )
    return f"(SELECT *, {empty} FROM {source})"


def without(month: PolicyMonth, absent: Absent) -> PolicyMonth:
    """The month with the branches left out that are never taken when these facts are empty.

    Rules about members stay as they are: whatever still asks for them gets the empty column.
    """
    if not any(absent.values()):
        return month
    found = copy(month)
    found.rules = {
        name: replace(rule, expression=_pruned(month, absent, rule.expression))
        if rule.scope == "group"
        else rule
        for name, rule in month.rules.items()
    }
    return found


def _pruned(month: PolicyMonth, absent: Absent, expression: Expression) -> Expression:
    if not isinstance(expression, When):
        return expression
    holds = _known(month, absent, expression.condition)
    if holds is None:
        return expression
    return _pruned(month, absent, expression.then if holds else expression.otherwise)


def _known(month: PolicyMonth, absent: Absent, expression: Expression) -> Fraction | bool | None:
    """A number or truth that is the same in every case, as far as it is easily seen."""
    match expression:
        case FactValue(scope=scope, name=name) if name in absent.get(scope, ()):
            default = month.book.facts[scope][name].default
            return Fraction(default) if isinstance(default, int) else None
        case Constant(kind="number", value=value) if isinstance(value, (int, Fraction)):
            return Fraction(value)
        case ParameterValue(name=name, keys=()):
            return Fraction(month.figure(name, ()).value)
        case RuleValue(name=name):
            return _known(month, absent, month.rule(name).expression)
        case Outer(inner=inner):
            return _known(month, absent, inner)
        case Comparison(operator=sign, left=left, right=right):
            one, other = _known(month, absent, left), _known(month, absent, right)
            if one is None or other is None:
                return None
            return bool(COMPARED[sign](Fraction(one), Fraction(other)))
        case Aggregate(which="any", inner=Expression() as inner):
            # Nobody meets what no member can meet, whoever is meant.
            return False if _known(month, absent, inner) is False else None
    return None
