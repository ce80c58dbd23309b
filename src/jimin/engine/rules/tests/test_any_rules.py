"""Whatever rules are written, every implementation gives the same, unknown facts included."""

from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from jimin.engine.rules import Policy
from jimin.engine.rules.city import run_city
from jimin.engine.rules.lowering import Lowering, Number

from .authors import (
    DECISION,
    MONTH,
    Facts,
    a_group,
    a_policy,
    city_result,
    exact_results,
    sound_seeds,
    tables,
)
from .polars_reference import Reference, TooLarge

POLICIES, RULES, GROUPS = 40, 10, 100  # 40,000 results of random rules on random groups


@settings(max_examples=POLICIES, deadline=None)
@given(st.integers(0, 10**6))
def test_random_rules_mean_the_same_in_all(start: int) -> None:
    policy, names = a_policy(sound_seeds(start * 1000, RULES))
    random = Random(start)
    cases = [a_group(random) for _ in range(GROUPS)]
    relations = tables(cases)
    result = run_city(policy, DECISION, MONTH, *relations, trace=names)
    rows = {row["household"]: row for row in result.to_pylist()}
    assert len(rows) == len(cases)
    expected = list(exact_results(policy, names, cases))
    for number, found in enumerate(expected):
        assert city_result(rows[number], names) == found, (names, cases[number])
    check_bounds(policy, names, list(rows.values()))
    compared = check_polars(policy, names, relations, expected, cases)
    assert compared >= RULES // 2


def check_bounds(policy: Policy, names: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """No value is outside what was proven, and none is NULL that was proven to be known."""
    lowering = Lowering(policy.at(MONTH))
    for name in names:
        proven = lowering.add(name)
        assert isinstance(proven, Number)
        term = proven.term
        for row in rows:
            above = row[f"{name}_numerator"]
            within = term.nullable if above is None else term.low <= above <= term.high
            assert within, (name, above, term.low, term.high)


def check_polars(
    policy: Policy,
    names: tuple[str, ...],
    relations: tuple[Any, Any],
    expected: list[dict[str, Any]],
    cases: list[tuple[Facts, list[Facts]]],
) -> int:
    """How many rules were compared; the others might not fit into Polars' 128 bits."""
    groups, members = (pl.DataFrame(pl.from_arrow(relation)) for relation in relations)
    reference = Reference(policy.at(MONTH), groups, members)
    compared = 0
    for name in names:
        try:
            found: list[Fraction | None] = reference.fractions(name)
        except TooLarge:
            continue
        compared += 1
        for number, value in enumerate(found):
            assert value == expected[number][name], (name, cases[number])
    return compared
