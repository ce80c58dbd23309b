"""Which of the listed units has what, on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from jimin.kernel.areas.models import Area

from ..models import ListedUnit, Report, Target, UnitNumber
from ..rules.indicators import Kind
from ..rules.lights import Goal, met
from ..rules.words import plain
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


class Given(Protocol):
    """A unit of a list that is not stored yet."""

    @property
    def name(self) -> str: ...
    @property
    def area(self) -> Area | None: ...
    @property
    def wanted(self) -> Decimal | None: ...


def list_changes(target: Target, given: Sequence[Given]) -> list[tuple[str, str]]:
    """What storing a list would change, unit by unit: added, altered, taken out."""
    before = {unit.name: unit for unit in target.listed.select_related("area")}
    changes = []
    for unit in given:
        old = before.pop(unit.name.strip(), None)
        if old is None:
            changes.append((unit.name, _("新增")))
            continue
        told = []
        if old.wanted != unit.wanted:
            pair = {"was": _shown(old.wanted), "now": _shown(unit.wanted)}
            told.append(_("应有 %(was)s 改为 %(now)s") % pair)
        if old.area != unit.area:
            pair = {"was": str(old.area or "—"), "now": str(unit.area or "—")}
            told.append(_("地区 %(was)s 改为 %(now)s") % pair)
        if told:
            changes.append((unit.name, "；".join(told)))
    return changes + [(name, _("移出名单")) for name in before]


def _shown(wanted: Decimal | None) -> str:
    return "—" if wanted is None else plain(wanted, 4)


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
