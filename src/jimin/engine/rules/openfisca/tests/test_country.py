"""The example country of OpenFisca: its own tests, and its own results on made-up families."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import floor
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jimin.engine.rules import Case, Decision, Unknown
from jimin.engine.rules.city import run_city
from jimin.engine.rules.openfisca import SAME, UNMAPPED, UnreadTest, read_situations, run
from jimin.engine.rules.openfisca.numbers import ETERNITY, Period
from jimin.engine.rules.openfisca.situations import Expected, GroupOf, Person, Situation
from jimin.engine.rules.openfisca.tests import country

OURS = country.correspondence()
TESTS = list(read_situations(country.folder() / "tests", OURS.system))
CANNOT = {"reforms/add_dynamic_variable.yaml 第 1 个测试": "没有声明变量 goes_to_school"}
COMPARED = {
    "person": ("age", "pension", "basic_income", "income_tax", "social_security_contribution"),
    "household": (
        "household_income", "housing_allowance", "parenting_allowance", "meal_price",
        "swimming_pool_access", "total_benefits", "total_taxes", "disposable_income",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "test", TESTS, ids=[f"{test.place.replace('/', ' ')}: {test.name}" for test in TESTS]
)
def test_their_test_gives_what_it_expects(test: Situation | UnreadTest) -> None:
    trial = run(OURS, test)
    why = CANNOT.get(test.place)
    if why is None:
        assert (trial.outcome, trial.lines) == (SAME, ())
    else:
        assert trial.outcome == UNMAPPED
        assert trial.lines[0].startswith(why)


def test_their_tests_are_there_and_nearly_all_correspond() -> None:
    outcomes = Counter(run(OURS, test).outcome for test in TESTS)
    assert outcomes[SAME] >= 37
    assert outcomes[UNMAPPED] == len(CANNOT)
    assert sum(outcomes.values()) == len(TESTS)


def test_what_nobody_stated_is_a_default_there_and_unknown_here() -> None:
    """Their family without a stated salary is poor; ours is not decided."""
    child = {"birth": date(2016, 1, 1), "role": "child"}
    case = Case(OURS.policy.at("2017-01"), {}, [{"role": "adult"}, child])
    found = case.value("parenting_allowance")
    assert isinstance(found, Unknown)
    assert {fact.name for fact in found.facts} >= {"salary"}
    persons = (Person("A", {}), Person("B", {("birth", ETERNITY): "2016-01-01"}))
    expected = Expected("parenting_allowance", None, Period(2017, 1), "600")
    assert run(OURS, a_situation(persons, {}, (expected,))).outcome == SAME


def test_a_wrong_expectation_is_told() -> None:
    persons = (Person("A", {("salary", Period(2017, 1)): "1000.10"}), Person("B", {}))
    wrong = Expected("income_tax", "A", Period(2017, 1), "150")
    trial = run(OURS, a_situation(persons, {}, (wrong,)))
    assert trial.lines == ("A income_tax 2017-01：应当是 150，算出 30003/200",)
    near = a_situation(persons, {}, (wrong,), margin=Fraction("0.02"))
    assert run(OURS, near).outcome == SAME


def a_situation(
    persons: tuple[Person, ...],
    household: dict[tuple[str, Period], str],
    expected: tuple[Expected, ...],
    margin: Fraction = Fraction(0),
) -> Situation:
    roles = tuple(
        (one.name, "adult" if place == 0 else "child") for place, one in enumerate(persons)
    )
    groups = {"household": (GroupOf("H", roles, household),)}
    margins = {"default": margin}
    return Situation("", "made up", 1, persons, groups, expected, margins, {}, (), {})


@st.composite
def families(draw: st.DrawFn) -> dict[str, Any]:
    # Quarters, which a float holds exactly, and the amounts at which something changes.
    steps = (0, 249, 249.25, 250, 499, 500, 500.25, 999, 1000, 1000.25, 2000, 6000, 12400)
    money = st.sampled_from(steps) | st.integers(0, 80_000).map(lambda quarters: quarters / 4)
    month = f"{draw(st.integers(2017, 2024))}-{draw(st.integers(1, 12)):02d}"
    birth = st.dates(date(1930, 1, 1), date(2016, 12, 31)).map(date.isoformat)
    person = st.fixed_dictionaries({"birth": birth, "salary": money, "capital_returns": money})
    people = draw(st.lists(person, min_size=1, max_size=5))
    adults = draw(st.integers(1, len(people)))
    return {
        "month": month,
        "persons": {f"p{place}": one for place, one in enumerate(people)},
        "adults": [f"p{place}" for place in range(adults)],
        "children": [f"p{place}" for place in range(adults, len(people))],
        "rent": draw(money),
        "accommodation_size": draw(st.integers(0, 300)),
        "housing_occupancy_status": draw(
            st.sampled_from(("owner", "tenant", "free_lodger", "homeless"))
        ),
    }


@settings(max_examples=150, deadline=None)
@given(families())
def test_made_up_families_get_what_openfisca_gives_them_up_to_its_floats(
    family: dict[str, Any],
) -> None:
    month = Period(int(family["month"][:4]), int(family["month"][5:]))
    theirs = their_results(family)
    persons = tuple(
        Person(name, {
            ("birth", ETERNITY): one["birth"],
            ("salary", month): f"{one['salary']:.2f}",
            ("capital_returns", month): f"{one['capital_returns']:.2f}",
        })
        for name, one in family["persons"].items()
    )  # fmt: skip
    january = Period(month.year, 1)
    household = {
        ("rent", month): f"{family['rent']:.2f}",
        ("accommodation_size", january): str(family["accommodation_size"]),
        ("housing_occupancy_status", january): family["housing_occupancy_status"],
    }
    roles = tuple((name, role) for role in ("adults", "children") for name in family[role])
    groups = {
        "household": (
            GroupOf(
                "H", tuple((n, {"adults": "adult"}.get(r, "child")) for n, r in roles), household
            ),
        )
    }
    expected = tuple(
        Expected(variable, of, month, repr(value)) for (variable, of), value in theirs.items()
    )
    test = Situation(
        "", "made up", 1, persons, groups, expected,
        {"default": Fraction("0.05")}, {}, (), {},
    )  # fmt: skip
    assert run(OURS, test).lines == ()


def their_results(family: dict[str, Any]) -> dict[tuple[str, str | None], float]:
    from openfisca_core.simulations import SimulationBuilder

    month = family["month"]
    january = f"{month[:4]}-01"
    persons = {
        name: {
            "birth": {"ETERNITY": one["birth"]},
            "salary": {month: one["salary"]},
            "capital_returns": {month: one["capital_returns"]},
        }
        for name, one in family["persons"].items()
    }
    household = {
        "adults": family["adults"],
        "children": family["children"],
        "rent": {month: family["rent"]},
        "accommodation_size": {january: family["accommodation_size"]},
        "housing_occupancy_status": {january: family["housing_occupancy_status"]},
    }
    simulation = SimulationBuilder().build_from_entities(
        their_system(), {"persons": persons, "households": {"H": household}}
    )
    found: dict[tuple[str, str | None], float] = {}
    for variable in COMPARED["person"]:
        values = simulation.calculate(variable, month)
        found.update(
            {(variable, name): float(value) for name, value in zip(persons, values, strict=True)}
        )
    for variable in COMPARED["household"]:
        found[variable, None] = float(simulation.calculate(variable, month)[0])
    return found


@cache
def their_system() -> Any:
    from openfisca_country_template import CountryTaxBenefitSystem

    return CountryTaxBenefitSystem()


OF_THE_CITY = (*COMPARED["household"], "housing_tax")


@settings(max_examples=12, deadline=None)
@given(st.lists(families(), min_size=1, max_size=40), st.sampled_from(("2017-01", "2024-06")))
def test_a_city_of_such_families_gives_what_each_case_gives(
    made: list[dict[str, Any]], month: str
) -> None:
    bound = OURS.policy.at(month)
    groups: list[dict[str, Any]] = []
    people: list[dict[str, Any]] = []
    cases: list[Case] = []
    for number, family in enumerate(made):
        household = {name: family[name] for name in bound.book.facts["group"]}
        household["rent"] = Decimal(repr(household["rent"]))
        members = [
            {
                "birth": date.fromisoformat(one["birth"]),
                "salary": Decimal(repr(one["salary"])),
                "capital_returns": Decimal(repr(one["capital_returns"])),
                "role": "adult" if name in family["adults"] else "child",
            }
            for name, one in family["persons"].items()
        ]
        cases.append(Case(bound, household, members))
        groups.append({"household": number, **in_fen(household)})
        people.extend({"household": number, **in_fen(member)} for member in members)
    shown = tuple(name for name in OF_THE_CITY if name in bound.rules)
    decision = Decision("means", "待人工核实", "size", shown, ())
    result = run_city(
        OURS.policy, decision, month, pa.Table.from_pylist(groups), pa.Table.from_pylist(people)
    )
    rows = {row["household"]: row for row in result.to_pylist()}
    for number, case in enumerate(cases):
        for name in shown:
            exact: Any = case.value(name)
            assert rows[number][f"{name}_fen"] == floor(exact * 100 + Fraction(1, 2)), name


def in_fen(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: int(value * 100) if isinstance(value, Decimal) else value
        for name, value in facts.items()
    }
