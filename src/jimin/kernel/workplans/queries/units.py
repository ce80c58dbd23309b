"""Which of the listed units has what, on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jimin.kernel.areas.models import Area

from ..models import ListedUnit, Report, Target, UnitNumber
from ..rules.indicators import Kind
from ..rules.lights import Goal, met
from .figures import latest_reports


@dataclass(frozen=True)
class Holding:
    """One unit: what it should have, and what it had by its last report; None before the first."""

    unit: ListedUnit
    wanted: Decimal
    number: Decimal | None
    report: Report | None
    is_reached: bool

    @property
    def lack(self) -> Decimal:
        return max(self.wanted - (self.number or Decimal(0)), Decimal(0))


def units_reported_by(target: Target, area: Area) -> list[ListedUnit]:
    """All of them by the city; where counties report, each its own."""
    units = target.listed.select_related("area")
    if target.reporter == Target.Reporter.COUNTIES:
        units = units.filter(area=area)
    return list(units)


def holdings(target: Target, on: date) -> list[Holding]:
    """Every listed unit of a target with its last number up to a day."""
    reports = latest_reports(target.plan, on, target).get(target.pk, {})
    numbers = {
        each.unit_id: each for each in UnitNumber._base_manager.filter(report__in=reports.values())
    }
    by_key = {report.pk: report for report in reports.values()}
    found = []
    for unit in target.listed.select_related("area"):
        said = numbers.get(unit.pk)
        number = said.number if said else None
        found.append(
            Holding(
                unit,
                wanted_of(unit, target),
                number,
                by_key[said.report_id] if said else None,
                number is not None and reaches(unit, target, number),
            )
        )
    return found


def wanted_of(unit: ListedUnit, target: Target) -> Decimal:
    """Its own number, else the target's, else one."""
    if unit.wanted is not None:
        return unit.wanted
    return Decimal(1) if target.value is None else target.value


def reaches(unit: ListedUnit, target: Target, number: Decimal) -> bool:
    """Whether a unit has what it should; of a range whose floor is its own, the floor counts."""
    has_own = unit.wanted is not None
    is_range = target.comparator == Target.Comparator.RANGE
    goal = Goal(
        kind=Kind.PER_UNIT,
        comparator=">=" if has_own and is_range else target.comparator,
        value=wanted_of(unit, target),
        unit=target.unit,
        start=date(target.plan.year, 1, 1),
        due=target.due or date(target.plan.year, 12, 31),
        high=None if has_own else target.high,
    )
    return met(goal, number)


def sums(found: Iterable[Holding]) -> tuple[int, int, Decimal, Decimal]:
    """How many reach theirs, how many there are, what they have, what they should have."""
    rows = list(found)
    return (
        sum(row.is_reached for row in rows),
        len(rows),
        sum((row.number or Decimal(0) for row in rows), Decimal(0)),
        sum((row.wanted for row in rows), Decimal(0)),
    )
