"""The same dibao rules as an OpenFisca or PolicyEngine system, vectorised as they mean it.

Money is yuan in OpenFisca's own `float` (32 bits). OpenFisca knows no missing fact: a family in
which any is missing is set aside before, and is not counted when the results are compared.
"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from .fisca import (
    MONTHLY,
    Enum,
    EnumArray,
    ParameterNode,
    SimulationBuilder,
    TaxBenefitSystem,
    Variable,
    build_entity,
)

NEVER = date(1970, 1, 1)
NOT_ELIGIBLE, ELIGIBLE, GRADUAL_EXIT = 0, 1, 2
CODES = ["220202", "220203", "220204", "220211", "220221", "220281", "220282", "220283", "220284"]

Household = build_entity(
    key="household",
    plural="households",
    label="家庭",
    roles=[{"key": "member", "plural": "members", "label": "成员"}],
)
Person = build_entity(key="person", plural="persons", label="人", is_person=True)


class Residence(Enum):
    urban = "城市"
    rural = "农村"


County = Enum("County", {f"c{code}": code for code in CODES})


def _dated(before: float, after: float) -> dict[str, Any]:
    return {"values": {"2016-01-01": before, "2016-07-01": after}}


def _by_county(districts: tuple[float, float], counties: tuple[float, float]) -> dict[str, Any]:
    return {f"c{code}": _dated(*(districts if n < 4 else counties)) for n, code in enumerate(CODES)}


PARAMETERS: dict[str, Any] = {
    "standard": {
        "urban": _by_county((425, 460), (400, 435)),
        "rural": _by_county((3400, 3700), (3200, 3500)),
    },
    "wage_deduction": _dated(0.2, 0.2),
    "asset_months": _dated(24, 24),
    "vehicles": _dated(0, 0),
    "dwellings": _dated(1, 1),
    "severe": _dated(0.3, 0.3),
    "lesser": _dated(0.2, 0.2),
    "exit_multiple": _dated(1.5, 1.5),
    "exit_months": _dated(6, 6),
}


def _input(name: str, entity: Any, kind: type, **more: Any) -> Any:
    return type(
        name,
        (Variable,),
        {
            "value_type": kind,
            "entity": entity,
            "definition_period": MONTHLY,
            "label": name,
            **more,
        },
    )


INPUTS = [
    _input("county", Household, Enum, possible_values=County, default_value=next(iter(County))),
    _input("residence", Household, Enum, possible_values=Residence, default_value=Residence.urban),
    _input("financial_assets", Household, float),
    _input("vehicles", Household, int),
    _input("dwellings", Household, int),
    _input("last_amount", Household, float),
    _input("over_since", Household, date, default_value=NEVER),
    _input("birth", Person, date, default_value=NEVER),
    _input("disability_grade", Person, int),
    _input("is_student", Person, bool),
    _input("is_seriously_ill", Person, bool),
    _input("is_single_parent", Person, bool),
    _input("wage", Person, float),
    _input("business", Person, float),
    _input("property_income", Person, float),
    _input("transfer", Person, float),
]


class standard(Variable):
    value_type = float
    entity = Household
    definition_period = MONTHLY
    label = "standard"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        residence = household("residence", period)
        of_place = parameters(period).standard[residence][household("county", period)]
        return np.where(residence == Residence.rural, of_place / 12, of_place)


class age(Variable):
    value_type = int
    entity = Person
    definition_period = MONTHLY
    label = "age"

    def formula(person, period, parameters):  # type: ignore[no-untyped-def]
        birth = person("birth", period)
        month_of_birth = birth.astype("datetime64[M]").astype(int) % 12 + 1
        day_of_birth = (birth - birth.astype("datetime64[M]") + 1).astype(int)
        years = period.start.year - birth.astype("datetime64[Y]").astype(int) - 1970
        this_month, today = period.start.month, period.start.day
        still_before = (month_of_birth > this_month) + (
            (month_of_birth == this_month) * (day_of_birth > today)
        )
        return years - still_before


class months_over(Variable):
    value_type = int
    entity = Household
    definition_period = MONTHLY
    label = "whole months since the income went over the standard; -1 when it never did"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        since = household("over_since", period).astype("datetime64[M]").astype(int)
        now = (period.start.year - 1970) * 12 + period.start.month - 1
        return np.where(since == np.datetime64(NEVER, "M").astype(int), -1, now - since)


class countable_income(Variable):
    value_type = float
    entity = Person
    definition_period = MONTHLY
    label = "countable_income"

    def formula(person, period, parameters):  # type: ignore[no-untyped-def]
        deduction = np.where(
            person("disability_grade", period) >= 1, parameters(period).wage_deduction, 0
        )
        return (
            person("wage", period) * (1 - deduction)
            + person("business", period)
            + person("property_income", period)
            + person("transfer", period)
        )


class per_capita(Variable):
    value_type = float
    entity = Household
    definition_period = MONTHLY
    label = "per_capita"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        income = household.sum(household.members("countable_income", period))
        return np.maximum(income, 0) / household.nb_persons()


class property_within_limits(Variable):
    value_type = bool
    entity = Household
    definition_period = MONTHLY
    label = "property_within_limits"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        p = parameters(period)
        assets = household("financial_assets", period) / household.nb_persons()
        return (
            (assets <= p.asset_months * household("standard", period))
            * (household("vehicles", period) <= p.vehicles)
            * (household("dwellings", period) <= p.dwellings)
        )


class is_eligible(Variable):
    value_type = bool
    entity = Household
    definition_period = MONTHLY
    label = "is_eligible"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        below = household("per_capita", period) < household("standard", period)
        return below * household("property_within_limits", period)


class topup(Variable):
    value_type = float
    entity = Household
    definition_period = MONTHLY
    label = "topup"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        gap = household("standard", period) - household("per_capita", period)
        return household("is_eligible", period) * np.ceil(gap * household.nb_persons())


class category_share(Variable):
    value_type = float
    entity = Person
    definition_period = MONTHLY
    label = "category_share"

    def formula(person, period, parameters):  # type: ignore[no-untyped-def]
        p = parameters(period)
        grade, age = person("disability_grade", period), person("age", period)
        severe = ((grade >= 1) * (grade <= 2)) + person("is_seriously_ill", period)
        lesser = (
            (age >= 70)
            + (age < 18)
            + person("is_student", period)
            + person("is_single_parent", period)
        )
        return np.where(severe, p.severe, np.where(lesser, p.lesser, 0))


class category(Variable):
    value_type = float
    entity = Household
    definition_period = MONTHLY
    label = "category"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        shares = household.sum(household.members("category_share", period))
        return household("is_eligible", period) * np.ceil(household("standard", period) * shares)


class gradual_exit(Variable):
    value_type = bool
    entity = Household
    definition_period = MONTHLY
    label = "gradual_exit"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        p = parameters(period)
        per_head, line = household("per_capita", period), household("standard", period)
        months = household("months_over", period)
        return (
            (per_head >= line)
            * (per_head < p.exit_multiple * line)
            * household("property_within_limits", period)
            * (household("last_amount", period) > 0)
            * (months >= 0)
            * (months < p.exit_months)
        )


class conclusion(Variable):
    value_type = int
    entity = Household
    definition_period = MONTHLY
    label = "conclusion"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        leaving = np.where(household("gradual_exit", period), GRADUAL_EXIT, NOT_ELIGIBLE)
        return np.where(household("is_eligible", period), ELIGIBLE, leaving)


class amount(Variable):
    value_type = float
    entity = Household
    definition_period = MONTHLY
    label = "amount"

    def formula(household, period, parameters):  # type: ignore[no-untyped-def]
        granted = household("topup", period) + household("category", period)
        kept = household("gradual_exit", period) * household("last_amount", period)
        return np.where(household("is_eligible", period), granted, kept)


FORMULAS = [
    standard,
    age,
    months_over,
    countable_income,
    per_capita,
    property_within_limits,
    is_eligible,
    topup,
    category_share,
    category,
    gradual_exit,
    conclusion,
    amount,
]
RESULTS = ("conclusion", "per_capita", "standard", "topup", "category", "amount")


def system() -> Any:
    found = TaxBenefitSystem([Person, Household])
    found.parameters = ParameterNode("", data=PARAMETERS)
    found.add_variables(*INPUTS, *FORMULAS)
    return found


def run(folder: Path, month: str, out: Path) -> None:
    """Parquet in, Parquet out, as `assess_city` does it."""
    households = pl.read_parquet(folder / "households.parquet")
    members = pl.read_parquet(folder / "members.parquet")
    simulation = _simulation(households, members)
    place = households["county"].cast(pl.Enum(CODES)).to_physical().to_numpy().astype(np.uint8)
    rural = (households["residence"] == "rural").to_numpy().astype(np.uint8)
    given: dict[str, Any] = {
        "county": EnumArray(place, County),
        "residence": EnumArray(rural, Residence),
        "over_since": households["over_since"].fill_null(NEVER).to_numpy(),
        "birth": members["birth"].to_numpy(),
        "property_income": members["property"].fill_null(0).to_numpy() / 100,
    }
    for name in ("vehicles", "dwellings"):
        given[name] = households[name].fill_null(0).to_numpy()
    for name in ("financial_assets", "last_amount"):
        given[name] = households[name].fill_null(0).to_numpy() / 100
    for name in ("is_student", "is_seriously_ill", "is_single_parent"):
        given[name] = members[name].fill_null(value=False).to_numpy()
    for name in ("wage", "business", "transfer"):
        given[name] = members[name].fill_null(0).to_numpy() / 100
    given["disability_grade"] = members["disability_grade"].fill_null(0).to_numpy()
    for name, values in given.items():
        simulation.set_input(name, month, values)
    households.select("household").with_columns(
        pl.Series(name, simulation.calculate(name, month)) for name in RESULTS
    ).write_parquet(out, compression="snappy")


def _simulation(households: pl.DataFrame, members: pl.DataFrame) -> Any:
    builder = SimulationBuilder()
    rules = system()
    builder.create_entities(rules)
    builder.declare_person_entity("person", np.arange(members.height))
    home = builder.declare_entity("household", households["household"].to_numpy())
    builder.join_with_persons(
        home, members["household"].to_numpy(), roles=np.array(["member"] * members.height)
    )
    return builder.build(rules)
