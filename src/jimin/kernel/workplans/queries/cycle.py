"""Who has reported a month, who is late, and what is to be demanded of whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Q

from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties

from ..models import Demand, Plan, Report, ReportPeriod, Standing, Target, Verdict
from ..rules.cycle import COLOURS, LEVELS, Trouble, cycle, next_rung
from ..rules.lights import Light
from ..rules.words import share
from .judging import expected_areas, row_as_kept
from .ledger import target_row, with_terms
from .rows import Row

WAYS = ("on_time", "late", "returned", "missing", "not_yet")


@dataclass(frozen=True)
class Expected:
    """One report that is due: what became of it by a day."""

    target: Target
    area: Area
    unit: str
    way: str  # one of WAYS
    report: Report | None


@dataclass(frozen=True)
class Rate:
    """How many of the reports a unit owed came in time."""

    unit: str
    due: int
    on_time: int

    @property
    def share(self) -> str:
        return share(Fraction(self.on_time, self.due))


@dataclass(frozen=True)
class Due:
    """A demand that the ladder asks for."""

    target: Target
    area: Area
    unit: str
    level: str
    colour: str
    reason: str


def period_of(plan: Plan, on: date) -> ReportPeriod:
    """The period of a day, stored or not yet stored."""
    return periods_of(plan, [on])[0]


def periods_of(plan: Plan, days: Sequence[date]) -> list[ReportPeriod]:
    """The periods of several days, in their order."""
    stored = {each.on: each for each in ReportPeriod.objects.filter(plan=plan, on__in=days)}
    return [
        stored.get(on) or ReportPeriod(plan=plan, on=on, cut_off=cycle(on).cut_off(on))
        for on in days
    ]


def reported_targets(plan: Plan) -> list[Target]:
    """The targets that people must report: not computed, not measured by their stages."""
    targets = with_terms(Target.objects.filter(plan=plan, indicator="")).select_related(
        "plan", "task"
    )
    return [target for target in targets if not target.milestones.all()]


def unit_of(target: Target, area: Area) -> str:
    """Who answers for a target in an area: the lead unit in the city, the bureau in a county."""
    if area.code == target.plan.area_id:
        return str(target.task.lead_unit) or str(area.name)
    return f"{area.name}民政局"


def late_list(plan: Plan, on: date, day: date) -> list[Expected]:
    """Every report due for a period and what became of it by a day, in the order of the ledger."""
    return late_lists(plan, [period_of(plan, on)], day)


def late_lists(plan: Plan, periods: Sequence[ReportPeriod], day: date) -> list[Expected]:
    """The late lists of several periods, one after the other."""
    areas = {area.code: area for area in [plan.area, *counties()]}
    with acting_as_system("核对上报"):
        days = [one for period in periods for one in (_first_day(period.on), period.on)]
        within = Report.objects.filter(target__plan=plan, replaced_at=None)
        within = within.filter(on__gte=min(days), on__lte=max(days)) if days else within.none()
        reports = list(within.order_by("on", "id"))
    targets = reported_targets(plan)
    found = []
    for period in periods:
        received = {
            (report.target_id, report.area_id): report
            for report in reports
            if _first_day(period.on) <= report.on <= period.on
        }
        for target in targets:
            if target.starts_on is not None and target.starts_on > period.on:
                continue
            for code in expected_areas(target, areas):
                if code in areas:
                    report = received.get((target.pk, code))
                    way = _way(report, period, day)
                    unit = unit_of(target, areas[code])
                    found.append(Expected(target, areas[code], unit, way, report))
    return found


def _first_day(on: date) -> date:
    return on.replace(day=1)


def on_time_rates(expected: Iterable[Expected]) -> list[Rate]:
    """By unit, the lowest share first; what is not yet due is left out."""
    due: dict[str, int] = {}
    good: dict[str, int] = {}
    for each in expected:
        if each.way != "not_yet":
            due[each.unit] = due.get(each.unit, 0) + 1
            good[each.unit] = good.get(each.unit, 0) + (each.way == "on_time")
    rates = [Rate(unit, due[unit], good[unit]) for unit in due]
    return sorted(rates, key=lambda rate: (rate.on_time / rate.due, rate.unit))


def months_locked(plan: Plan) -> set[date]:
    locked = ReportPeriod.objects.filter(plan=plan).exclude(locked_at=None)
    return set(locked.values_list("on", flat=True))


def row_of_day(target: Target, on: date) -> Row:
    """One target on a day: as kept, where the day's period is locked."""
    kept = row_as_kept(target, on) if on in months_locked(target.plan) else None
    return kept or target_row(target, on)


def due_demands(plan: Plan, on: date, day: date) -> list[Due]:
    """What the ladder asks for on a day, from the reports of a period and the lights kept."""
    rules = cycle(day)
    period = period_of(plan, on)
    lights = _lights(plan, on)
    open_demands = _open_demands(plan)
    ways = {(each.target.pk, each.area.code): each for each in late_list(plan, on, day)}
    areas = {area.code: area for area in [plan.area, *counties()]}
    raised = set(
        Demand.objects.filter(target__plan=plan, on=on).values_list("target", "area", "level")
    )
    found = []
    for target in with_terms(Target.objects.filter(plan=plan)).select_related("plan", "task"):
        for code in _answerable(target, areas, lights):
            own = lights.get((target.pk, code), [])
            expected = ways.get((target.pk, code))
            is_in = expected is None or expected.way in ("on_time", "late")
            demand = open_demands.get((target.pk, code))
            trouble = Trouble(
                [Light(kept.light) for kept in own],
                period.cut_off,
                is_in,
                demand.level if demand else "",
                bool(demand and demand.replied_on is None and demand.reply_by < day),
            )
            level = next_rung(trouble, day=day, rules=rules)
            if level and (target.pk, code, level) not in raised:
                light = trouble.lights[-1] if trouble.lights else Light.RED
                found.append(
                    Due(
                        target,
                        areas[code],
                        unit_of(target, areas[code]),
                        level,
                        COLOURS.get(light, "") if level == "supervise" else "",
                        _reason(own, expected, period, day, demand),
                    )
                )
    return sorted(found, key=lambda due: -LEVELS.index(due.level))


def _way(report: Report | None, period: ReportPeriod, day: date) -> str:
    if report is None or report.received_on > day:
        return "not_yet" if day <= period.cut_off else "missing"
    if report.verdict == Verdict.RETURNED:
        return "returned"
    return "on_time" if report.received_on <= period.cut_off else "late"


def _lights(plan: Plan, on: date) -> dict[tuple[int, str], list[Standing]]:
    """The lights kept up to a day, of the city and of each part."""
    kept = Standing.objects.filter(target__plan=plan, on__lte=on, replaced_at=None)
    found: dict[tuple[int, str], list[Standing]] = {}
    for standing in kept.order_by("on", "id"):
        code = standing.area_id or plan.area_id
        found.setdefault((standing.target_id, code), []).append(standing)
    return found


def _open_demands(plan: Plan) -> dict[tuple[int, str], Demand]:
    """The highest demand that is not closed, by target and area."""
    found: dict[tuple[int, str], Demand] = {}
    with acting_as_system("督办台账"):
        for demand in Demand.objects.filter(Q(target__plan=plan), closed_on=None).order_by("id"):
            key = (demand.target_id, demand.area_id)
            old = found.get(key)
            if old is None or LEVELS.index(old.level) < LEVELS.index(demand.level):
                found[key] = demand
    return found


def _answerable(
    target: Target, areas: dict[str, Area], lights: dict[tuple[int, str], list[Standing]]
) -> list[str]:
    """The areas whose light or report is asked after: those that have one of their own."""
    city = target.plan.area_id
    parts = [code for code in areas if code != city and (target.pk, code) in lights]
    if target.reporter == Target.Reporter.COUNTIES:
        parts = sorted({*parts, *expected_areas(target, areas)})
    return parts or [city]


def _reason(
    lights: list[Standing],
    expected: Expected | None,
    period: ReportPeriod,
    day: date,
    demand: Demand | None,
) -> str:
    said = []
    if expected and expected.way == "missing":
        said.append(f"应于 {period.cut_off} 前上报，已逾期 {(day - period.cut_off).days} 天")
    elif expected and expected.way == "not_yet":
        said.append(f"请于 {period.cut_off} 前上报截至 {period.on} 的进度")
    elif expected and expected.way == "returned":
        said.append("上报已退回，尚未重报")
    if lights and lights[-1].light in {Light.RED, Light.YELLOW, Light.BLUE}:
        said.append(lights[-1].sentence)
    if demand and demand.replied_on is None and demand.reply_by < day:
        said.append(f"{demand.get_level_display()}应于 {demand.reply_by} 前回复，至今未回复")
    return "；".join(said)[:400]
