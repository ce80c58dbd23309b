"""The compiler with one of its rules changed is caught by random rules, whichever it is.

Each mutation changes one rule of lowering, of the arithmetic of terms or of the writing of SQL. If
the random rules still gave the interpreter's results, they would not be testing that rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import duckdb
import pytest

from jimin.engine.rules import DefinitionError, Policy, emit, expressions, integers, lowering, sql
from jimin.engine.rules.dialects import Dialect
from jimin.engine.rules.emit import EMIT
from jimin.engine.rules.integers import Term
from jimin.engine.rules.lowering import LOWER, Number

from .authors import (
    DECISION,
    MONTH,
    a_group,
    a_policy,
    city_result,
    exact_results,
    sound_seeds,
    tables,
)

# In one process, which looks at the rules as they are once.
pytestmark = pytest.mark.xdist_group("mutations")

BATCHES, RULES, GROUPS = 14, 10, 80

Patch = Callable[[pytest.MonkeyPatch], None]
MUTATIONS: dict[str, Patch] = {}


@cache
def batches() -> list[tuple[Policy, tuple[str, ...], Any, list[dict[str, Any]]]]:
    """Policies of random rules with their cases and what the interpreter says of them."""
    made = []
    random = Random(7)
    for number in range(BATCHES):
        policy, names = a_policy(sound_seeds(100_000 * number, RULES))
        cases = [a_group(random) for _ in range(GROUPS)]
        made.append((policy, names, tables(cases), list(exact_results(policy, names, cases))))
    return made


def differs() -> bool:
    """Whether the city's SQL now gives anything but the interpreter's results, or fails."""
    with duckdb.connect() as db:
        for policy, names, relations, expected in batches():
            for name, relation in zip(("groups", "people"), relations, strict=True):
                db.register(name, relation)
            try:
                query = sql.statement(
                    policy.at(MONTH), DECISION, "groups", "people", trace=names
                )  # fmt: skip
                rows = db.sql(query).to_arrow_table().to_pylist()
            except (duckdb.Error, DefinitionError, AssertionError, KeyError, ValueError):
                return True
            found = {row["household"]: city_result(row, names) for row in rows}
            if [found.get(number) for number in range(len(expected))] != expected:
                return True
    return False


def mutation(name: str) -> Callable[[Patch], Patch]:
    def add(patch: Patch) -> Patch:
        assert name not in MUTATIONS
        MUTATIONS[name] = patch
        return patch

    return add


def rewritten(operation: str, old: str, new: str) -> None:
    """The SQL of an operation with one thing written differently."""
    original = EMIT[operation]

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(
            EMIT, operation, lambda emitter, term: original(emitter, term).replace(old, new)
        )

    MUTATIONS[f"emit {operation}: {old} → {new}"] = patch


def replaced(module: Any, name: str, make: Callable[[Any], Any], what: str) -> None:
    """A function of a module replaced by what `make` makes of it."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, name, make(getattr(module, name)))

    MUTATIONS[f"{module.__name__.rpartition('.')[2]} {name}: {what}"] = patch


def lowered(kind: type, make: Callable[[Any], Any], what: str) -> None:
    """The lowering of a kind of expression replaced."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(LOWER, kind, make(LOWER[kind]))

    MUTATIONS[f"lower {kind.__name__}: {what}"] = patch


def changed(term: Term, **fields: Any) -> Term:
    """A term with another part, which no other formula shares."""
    known = {
        name: getattr(term, name) for name in ("operation", "parts", "low", "high", "nullable")
    }
    return integers.term(**{**known, **fields})


# How terms are written as SQL.

rewritten("column", '"wage"', '"grade"')
rewritten("whole", "CAST(", "CAST(1 + ")
rewritten("text", "'a'", "'b'")
rewritten("day", "-01'", "-02'")
rewritten("plus", " + ", " - ")
rewritten("minus", " - ", " + ")
rewritten("times", " * ", " + ")
rewritten("divided_up", " - 1", " - 2")
rewritten("divided_up", " - 1", " - 0")
rewritten("divided_up", "> 0", "> 9223372036854775807")
rewritten("divided_down", " - 1", " - 0")
rewritten("divided_down", ">= 0", ">= -9223372036854775807")
rewritten("compared", "<=", "<")
rewritten("compared", ">=", ">")
rewritten("compared", " < ", " <= ")
rewritten("compared", " > ", " >= ")
rewritten("compared", "<>", "=")
rewritten("compared", " = ", " <> ")
rewritten("both", " AND ", " OR ")
rewritten("either", " OR ", " AND ")
rewritten("opposite", "NOT ", "")
rewritten("given", "IS NOT NULL", "IS NULL")
rewritten("given_or_unknown", " END", " ELSE FALSE END")
rewritten("chosen", "WHEN NOT", "WHEN")
rewritten("highest", "GREATEST", "LEAST")
rewritten("highest", "IS NULL THEN NULL", "IS NULL AND FALSE THEN NULL")
rewritten("lowest", "LEAST", "GREATEST")
rewritten("lowest", "IS NULL THEN NULL", "IS NULL AND FALSE THEN NULL")
rewritten("highest_applying", "IS NOT FALSE", "IS TRUE")
rewritten("highest_applying", "GREATEST", "LEAST")
rewritten("highest_applying", "IS NULL THEN NULL", "IS NULL AND FALSE THEN NULL")
rewritten("years", "10000)", "9999)")
rewritten("years", "THEN 0", "THEN 1")
rewritten("month_number", " - 1", "")


@mutation("emit chosen: an unknown condition takes the second value")
def _chosen_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    original = EMIT["chosen"]

    def emit_chosen(emitter: emit.Emitter, term: Term) -> str:
        return original(emitter, term).replace(" WHEN NOT ", " WHEN TRUE OR NOT ")

    monkeypatch.setitem(EMIT, "chosen", emit_chosen)


def _gather(old: str, new: str) -> None:
    replaced(
        sql,
        "gather",
        lambda original: lambda emitter, term: original(emitter, term).replace(old, new),
        f"{old} → {new}",
    )


_gather("SUM(", "MAX(")
_gather("BOOL_OR", "BOOL_AND")
_gather("BOOL_AND", "BOOL_OR")
_gather("COUNT(*) FILTER", "COUNT(*) + COUNT(*) FILTER")
_gather(" = COUNT(*)", " > 0")
_gather("MAX(", "MIN(")
_gather("MIN(", "MAX(")
_gather(" IS NOT FALSE", " IS TRUE")
_gather("THEN NULL WHEN BOOL_OR", "AND FALSE THEN NULL WHEN BOOL_OR")
_gather("COALESCE(", "SUM(1) + COALESCE(")
replaced(emit, "may_equal", lambda original: lambda one, other: False, "never")


def _dialect(name: str, make: Callable[[Any], Any], what: str) -> None:
    replaced(Dialect, name, make, what)


_dialect(
    "divided", lambda original: lambda self, above, below, *, wide: f"({above} % {below})", "%"
)
_dialect("whole", lambda original: lambda self, value: original(self, abs(value)), "no sign")
_dialect("literal", lambda original: lambda self, value: original(self, value + "."), "text")
_dialect("quoted", lambda original: lambda self, name: original(self, name[:3]), "short names")


# How facts are read and steps are put together.


def _step(name: str, old: str, new: str) -> None:
    replaced(
        sql.Plan,
        name,
        lambda original: lambda *given: original(*given).replace(old, new),
        f"{old} → {new}",
    )


_step("_facts", "COALESCE", "NULLIF")
_step("_joined", "FULL JOIN", "CROSS JOIN")
_step("_handed_down", "LEFT JOIN", "CROSS JOIN")
_step("_gathered", "COUNT(*) AS", "1 + COUNT(*) AS")
_step("_figures", " AND ", " OR ")
replaced(sql.Plan, "_stored", lambda original: lambda self, fact: "NULL", "no default")
replaced(sql, "_fen", lambda original: lambda *given, **how: integers.ZERO, "nothing")
replaced(
    sql,
    "look_up_rows",
    lambda original: lambda *given: {key: value + 1 for key, value in original(*given).items()},
    "one more",
)


# The arithmetic of terms.

replaced(integers, "plus", lambda original: integers.minus, "minus")
replaced(integers, "minus", lambda original: lambda left, right: original(right, left), "turned")
replaced(integers, "times", lambda original: integers.plus, "plus")
replaced(integers, "divided_up", lambda original: integers.divided_down, "down")
replaced(integers, "divided_down", lambda original: integers.divided_up, "up")
replaced(
    integers,
    "compared",
    lambda original: lambda sign, left, right: original(sign, right, left),
    "turned",
)
replaced(integers, "both", lambda original: integers.either, "either")
replaced(integers, "either", lambda original: integers.both, "both")
replaced(integers, "opposite", lambda original: lambda inner: inner, "nothing")
replaced(integers, "given", lambda original: integers.given_or_unknown, "or unknown")
replaced(integers, "given_or_unknown", lambda original: integers.given, "false")
replaced(
    integers,
    "chosen",
    lambda original: lambda condition, then, otherwise: original(condition, otherwise, then),
    "turned",
)
replaced(
    integers,
    "chosen",
    lambda original: (
        lambda condition, then, otherwise: changed(
            original(changed(condition, nullable=False), then, otherwise)
        )
    ),
    "condition always known",
)
replaced(
    integers,
    "extreme",
    lambda original: (
        lambda which, items: original({"highest": "lowest", "lowest": "highest"}[which], items)
    ),
    "the other one",
)
replaced(
    integers,
    "highest_applying",
    lambda original: lambda branches: original(branches[:1]),
    "first branch only",
)
replaced(integers, "years", lambda original: lambda birth, on: original(on, birth), "turned")
replaced(
    integers,
    "not_after",
    lambda original: lambda one, other: integers.compared("<", one, other),
    "before",
)
replaced(
    integers,
    "month_number",
    lambda original: lambda *given: integers.plus(original(*given), integers.ONE),
    "one more",
)
replaced(
    integers,
    "look_up",
    lambda original: (
        lambda name, part, complete, keys, low, high: original(
            name, part, complete, keys[::-1], low, high
        )
    ),
    "keys turned",
)
replaced(
    integers,
    "gathered",
    lambda original: (
        lambda which, inner, low, high: original(
            {"any": "all", "all": "any"}.get(which, which), inner, low, high
        )
    ),
    "any for all",
)
replaced(
    integers,
    "gathered_where",
    lambda original: (
        lambda which, inner, meant: integers.gathered(which, inner, inner.low, inner.high)
    ),
    "of all",
)
replaced(
    integers,
    "gathered_where",
    lambda original: (
        lambda which, inner, meant: changed(original(which, inner, meant), nullable=False)
    ),
    "never unknown",
)
replaced(integers, "outer", lambda original: lambda inner: integers.ONE, "one")
replaced(
    integers,
    "column",
    lambda original: (
        lambda name, low, high, nullable, of="group": original(name, low, high, False, of)
    ),
    "never unknown",
)
replaced(integers, "whole", lambda original: lambda value: original(value or 1), "no zero")
replaced(integers, "text", lambda original: lambda value: original(value.swapcase()), "case")
replaced(
    integers,
    "day",
    lambda original: lambda value: original(value.replace(day=28 - value.day)),
    "another day",
)


# From expressions to terms.

replaced(
    lowering,
    "rounded_term",
    lambda original: (
        lambda number, step, mode: original(number, step, "down" if mode == "half_up" else mode)
    ),
    "half up is down",
)
replaced(
    lowering,
    "rounded_term",
    lambda original: lambda number, step, mode: original(number, Fraction(1), mode),
    "always to yuan",
)
replaced(lowering, "aligned", lambda original: lambda *numbers: list(numbers), "not at all")
replaced(
    lowering,
    "product",
    lambda original: lambda left, right: Number(original(left, right).term, left.scale),
    "scale forgotten",
)
replaced(
    lowering,
    "_age_limit",
    lambda original: (
        lambda self, years, sign, limit: original(
            self, years, {"<": "<=", ">=": ">"}.get(sign, sign), limit
        )
    ),
    "a year off",
)
replaced(
    lowering,
    "totalled",
    lambda original: (
        lambda inner, most: integers.gathered(
            "total", integers.plus(inner, integers.ONE), inner.low, inner.high
        )
    ),
    "one more each",
)
replaced(
    lowering,
    "_pulled_out",
    lambda original: (
        lambda inner: (
            (inner.parts[0], integers.ONE)
            if inner.operation == "outer"
            else (original(inner.parts[1]))
            if inner.operation == "chosen"
            else original(inner)
        )
    ),
    "whatever the condition",
)
replaced(
    lowering,
    "_rises",
    lambda original: (
        lambda *given: {
            key: [(start, abs(rise)) for start, rise in steps]
            for key, steps in original(*given).items()
        }
    ),
    "rates only rise",
)
replaced(lowering, "constant", lambda original: lambda value: original(-value), "sign")
for operator in ("+", "-", "*", "/"):

    def _exchange(monkeypatch: pytest.MonkeyPatch, operator: str = operator) -> None:
        other = {"+": "-", "-": "+", "*": "/", "/": "*"}[operator]
        monkeypatch.setitem(lowering.ARITHMETIC, operator, lowering.ARITHMETIC[other])

    MUTATIONS[f"lower {operator}"] = _exchange


def _first_part(attribute: str) -> Callable[[Any], Any]:
    """A lowering that forgets a part: it lowers another of the expression's instead."""
    return lambda original: lambda self, expression: self.lower(getattr(expression, attribute))


for kind, part in {
    "Logic": "left",
    "Not": "inner",
    "When": "then",
    "Rounded": "inner",
    "Stepwise": "inner",
}.items():
    lowered(getattr(expressions, kind), _first_part(part), f"only {part}")


def _one_more(original: Any) -> Any:
    def lower_one_more(self: Any, expression: Any) -> Any:
        found = original(self, expression)
        if isinstance(found, Term):
            return integers.opposite(found) if expression.kind == "truth" else found
        return Number(integers.plus(found.term, integers.ONE), found.scale, found.divisor)

    return lower_one_more


for kind in (
    "Constant", "FactValue", "RuleValue", "Outer", "ParameterValue", "Arithmetic", "Comparison",
    "Extreme", "HighestApplying", "Aggregate", "MemberExtreme", "Age", "MonthsSince", "IsGiven",
):  # fmt: skip
    lowered(getattr(expressions, kind), _one_more, "one more, or the opposite")
lowered(
    expressions.MonthOf,
    lambda original: (
        lambda self, expression: integers.plus(original(self, expression), integers.ONE)
    ),
    "the month after",
)
lowered(
    expressions.MemberExtreme,
    lambda original: (
        lambda self, expression: original(self, replace(expression, where=None, otherwise=None))
    ),
    "where forgotten",
)
lowered(
    expressions.Aggregate,
    lambda original: lambda self, expression: original(self, replace(expression, where=None)),
    "where forgotten",
)


@pytest.fixture(scope="module", autouse=True)
def _sound() -> None:
    assert not differs()


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_changed_rule_of_the_compiler_is_caught(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    MUTATIONS[name](monkeypatch)
    assert differs(), name


def test_every_rule_of_the_compiler_is_changed_once() -> None:
    named = " ".join(MUTATIONS)
    # How far two sides are apart is asked only to choose whom to verify (`test_verify`).
    for operation in EMIT.keys() - {"apart"}:
        assert f"emit {operation}:" in named, operation
    for kind in LOWER:
        # A month is exact already: what stands for twelve is the scale that `product` tests.
        if kind.__name__ != "Monthly":
            assert f"lower {kind.__name__}:" in named or f"lower {kind.__name__} " in named, kind
    plain = {"term", "inner_terms", "apart"}
    for name, function in vars(integers).items():
        if callable(function) and getattr(function, "__module__", "") == integers.__name__:
            is_rule = name.islower() and not name.startswith("_") and name not in plain
            assert not is_rule or f"integers {name}:" in named, name
