"""The numbers a ledger rests on: measured, published, reported and kept."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.areas.rules import ancestors, reach

from ..models import OfficialStatistic, Plan, Report, Snapshot, Standing, Target
from ..rules.indicators import INDICATORS, Cut, Figure, Indicator, Kind, Period, total
from .rows import Figures


def bound_figures(plan: Plan, targets: list[Target], on: date) -> Figures:
    """Every indicator that is bound, once, by county."""
    names = sorted({target.indicator for target in targets if target.indicator})
    found = {}
    for name in names:
        indicator = INDICATORS.get(name)
        if indicator:
            found[name] = measure(indicator, Cut(plan.area_id), plan_period(plan, on))
    return found


def measure(indicator: Indicator, cut: Cut, period: Period) -> dict[str, Figure]:
    """An indicator for all parts of an area, over all records whoever asks."""
    with acting_as_system("计算指标"):
        return indicator.figures(cut, period)


def kept_figures(plan: Plan, name: str, on: date) -> dict[str, Figure]:
    """An indicator by county as it was kept for a day, whatever the records say by now."""
    indicator = INDICATORS.get(name)
    if indicator is None:
        return {}
    kept = Snapshot.objects.filter(
        indicator=name, on=on, replaced_at=None, area__code__range=reach(plan.area_id)
    )
    found = {
        each.area_id: Figure(
            Fraction(each.numerator),
            None if each.denominator is None else Fraction(each.denominator),
            is_quotient=indicator.kind.is_quotient and indicator.denominator is not None,
        )
        for each in kept
    }
    parts = {code: figure for code, figure in found.items() if code != plan.area_id}
    return parts or found


def plan_period(plan: Plan, on: date) -> Period:
    return Period(date(plan.year, 1, 1), on)


def with_whole(name: str, by_area: Mapping[str, Figure], code: str) -> dict[str, Figure]:
    """The parts and, under the code of the area, their sum.

    Levels that each area must keep by itself are set side by side, never added.
    """
    indicator = INDICATORS.get(name)
    whole = total(by_area.values())
    if whole is None or indicator is None or indicator.kind == Kind.RELATIONAL:
        return dict(by_area)
    return {**by_area, code: whole}


def latest_reports(
    plan: Plan, on: date, target: Target | None = None
) -> dict[int, dict[str, Report]]:
    """By target and area, the last report up to a day."""
    with acting_as_system("汇总上报数"):
        reports = Report.objects.filter(target__plan=plan, replaced_at=None, on__lte=on).order_by(
            "on"
        )
        if target is not None:
            reports = reports.filter(target=target)
        found: dict[int, dict[str, Report]] = {}
        for report in reports.select_related("reported_by"):
            found.setdefault(report.target_id, {})[report.area_id] = report
    return found


def statistic(name: str, code: str, year: int) -> OfficialStatistic | None:
    """The figure of the area itself, or of the nearest area above it, or the national one."""
    return statistics_for(name, [code], year).get(code)


def statistics_for(name: str, codes: Iterable[str], year: int) -> dict[str, OfficialStatistic]:
    """The figure each area is measured by; areas for which there is none are left out."""
    rows = OfficialStatistic.objects.filter(name=name, year=year).select_related("area")
    entries = {entry.area_id: entry for entry in rows}
    found = {}
    for code in codes:
        line = (*reversed(ancestors(code)), None)
        if entry := next((entries[above] for above in line if above in entries), None):
            found[code] = entry
    return found


def trend(indicator: str, code: str, year: int) -> list[Snapshot]:
    """What was kept of an indicator for an area through a year."""
    return list(
        Snapshot.objects.filter(
            indicator=indicator, area=code, on__year=year, replaced_at=None
        ).order_by("on")
    )


def past_lights(plan: Plan) -> dict[int, list[Standing]]:
    """The lights kept for each target, one a day, as they stand after corrections."""
    kept = Standing.objects.filter(target__plan=plan, area=None, replaced_at=None)
    found: dict[int, list[Standing]] = {}
    for standing in kept.order_by("on", "id"):
        found.setdefault(standing.target_id, []).append(standing)
    return found
