"""Half a year of dibao: families carried over, monthly assessments, payment rolls.

Everything is done through the services by the staff of the county, each within their rights: who
may take a step is looked up in the access matrix.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from jimin.domains.assistance import services as dibao
from jimin.domains.assistance.models import Declaration
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties
from jimin.kernel.payments import services as payments
from jimin.kernel.people.models import Household, Person

from .city import Home, Resident, yuan

CARRIED_OVER_ON = dt.date(2015, 12, 15)
MONTHS = [dt.date(2016, month, 1) for month in range(1, 7)]
NEXT_MONTH = dt.date(2016, 7, 1)
# The roll of the last month: in these counties it still has to be made, or to be released; in the
# others it is released and waits to be sent to the bank.
WAITING = {"220202": "to prepare", "220203": "to release"}
# Families whose means were looked into before 2016: nearly all the poor, some of the others.
LISTED = {"destitute": 0.98, "poor": 0.95, "modest": 0.3, "ordinary": 0.01, "well_off": 0.002}
BANK = "演示银行"
Settled = tuple[Home, Household, Sequence[Person]]


@dataclass(frozen=True)
class Listed:
    """A family on the list, with its facts as they stand."""

    household: Household
    people: Sequence[Person]
    home: Home


class Staff:
    """Finds who of the demo's staff may do something at a place."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self.users = list(users.values())

    def who(self, verb: str, subject: str, area: str, *, but: Iterable[User] = ()) -> User:
        """The one with the narrowest post who may, other than those given."""
        able = [
            (len(user.reach(verb, subject)[0][0].rstrip("0")), user)
            for user in self.users
            if user not in but and user.may(verb, subject, area)
        ]
        if not able:
            raise LookupError(f"the access matrix lets nobody do {verb} on {subject} at {area}")
        return max(able, key=lambda found: found[0])[1]


def carry_over(actor: System, settled: Sequence[Settled], random: Random) -> list[Listed]:
    """Declarations and accounts of the families listed before the program came."""
    listed = [
        Listed(household, people, home)
        for home, household, people in settled
        if random.random() < LISTED[home.level]
    ]
    declared = [_declared(family, Declaration.Source.CARRIED_OVER) for family in listed]
    dibao.declare_many(actor=actor, declared=declared)
    accounts = [
        payments.NewAccount(family.household, family.people[0], BANK, account_of(family.household))
        for family in listed
        if random.random() < 0.985
    ]
    payments.register_accounts(actor=actor, accounts=accounts)
    return listed


def half_a_year(staff: Staff, listed: list[Listed], seed: int, tell: Any) -> None:
    """Assess, approve, pay, month after month; between the months some families' means change."""
    random = Random(f"{seed}/review")  # noqa: S311 — a reproducible city, no secret
    for month in MONTHS:
        if month != MONTHS[0]:
            _review(listed, month, random)
        for county in counties():
            _pay(staff, county, month)
        tell(f"{month:%Y-%m} 核定和发放")
    for county in counties():
        officer = staff.who("assess_month", "dibao", county.pk)
        with acting_as(officer):
            dibao.assess_month(actor=officer, month=NEXT_MONTH, area=county)
    tell(f"{NEXT_MONTH:%Y-%m} 核定，待批准")


def _pay(staff: Staff, county: Area, month: dt.date) -> None:
    officer = staff.who("assess_month", "dibao", county.pk)
    director = staff.who("approve_month", "dibao", county.pk, but=[officer])
    paymaster = staff.who("prepare", "payments.roll", county.pk)
    releaser = staff.who("release", "payments.roll", county.pk, but=[paymaster])
    with acting_as(officer):
        (run,) = dibao.assess_month(actor=officer, month=month, area=county)
    with acting_as(director):
        dibao.approve_month(actor=director, run=run)
    waiting = WAITING.get(county.pk[:6]) if month == MONTHS[-1] else None
    if waiting == "to prepare":
        return
    with acting_as(paymaster):
        roll = payments.prepare_roll(actor=paymaster, area=county, month=month)
    # In a very small city a county may have nobody on dibao.
    if waiting == "to release" or not roll.households:
        return
    with acting_as(releaser):
        payments.release_roll(actor=releaser, roll=roll)
    if month != MONTHS[-1]:
        with acting_as(paymaster):
            payments.export_roll(actor=paymaster, roll=roll)


def _review(listed: list[Listed], month: dt.date, random: Random) -> None:
    """One family in thirty earns more or less than before; a few buy a car."""
    changed = [family for family in listed if random.random() < 1 / 30]
    for family in changed:
        _change(family.home, random)
    dibao.declare_many(
        actor=System("演示数据：乡镇（街道）复核"),
        declared=[
            _declared(family, Declaration.Source.REVIEW, on=month - dt.timedelta(days=9))
            for family in changed
        ],
    )


def _change(home: Home, random: Random) -> None:
    if random.random() < 0.05:
        home.vehicles = 1
        return
    factor = random.choice((0.5, 0.8, 1.15, 1.3, 1.6, 2.2))
    for resident in home.residents:
        if resident.wage is not None:
            resident.wage = yuan(float(resident.wage) * factor)
        resident.business = yuan(float(resident.business) * factor)


def _declared(family: Listed, source: str, on: dt.date = CARRIED_OVER_ON) -> dibao.Declared:
    home = family.home
    return dibao.Declared(
        household=family.household,
        members={
            person.pk: facts_of(resident)
            for person, resident in zip(family.people, home.residents, strict=True)
        },
        declared_on=on,
        authorised_on=on,
        source=source,
        financial_assets=home.financial_assets,
        vehicles=home.vehicles,
        dwellings=home.dwellings,
        last_amount=Decimal(0),
    )


def facts_of(resident: Resident) -> dict[str, Any]:
    return {
        "relation": resident.relation,
        "birth": resident.birth,
        "disability_grade": resident.disability_grade,
        "is_student": resident.is_student,
        "is_seriously_ill": resident.is_seriously_ill,
        "is_single_parent": resident.is_single_parent,
        "wage": resident.wage,
        "business": resident.business,
        "property": resident.property,
        "transfer": resident.transfer,
    }


def account_of(household: Household) -> str:
    """No bank's cards begin with 99, so this is nobody's account."""
    return f"99{household.pk:014d}"
