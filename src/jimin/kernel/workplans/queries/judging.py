"""Each target against its number: what is compared with what, and the light that follows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties

from ..models import Adjustment, Report, Target, Verdict
from ..rules.indicators import INDICATORS, Figure, Kind, total
from ..rules.lights import Goal, judge, judge_parts, thresholds
from ..rules.lights import Standing as Judged
from ..rules.words import Number
from .figures import kept_figures, latest_reports, plan_period
from .rows import Figures, Part, Row

SUMMED = {Kind.FLOW, Kind.STOCK}


def row_of(
    target: Target,
    on: date,
    figures: Figures,
    reports: Mapping[str, Report],
    areas: Mapping[str, Area],
) -> Row:
    goal = goal_of(target, on)
    if target.indicator:
        return _computed_row(target, goal, on, figures, areas)
    if goal.due_share is not None:
        return _staged_row(target, goal, on)
    return _reported_row(target, goal, on, reports, areas)


def row_as_kept(target: Target, on: date) -> Row | None:
    """One target on a locked day: computed from what was kept then, never from today's records.

    None where nothing was kept of its indicator, so that there is nothing to judge.
    """
    figures: Figures = {}
    if target.indicator:
        figures = {target.indicator: kept_figures(target.plan, target.indicator, on)}
        if not figures[target.indicator]:
            return None
    reports = latest_reports(target.plan, on, target).get(target.pk, {})
    return row_of(target, on, figures, reports, {area.code: area for area in counties()})


def goal_of(target: Target, on: date) -> Goal:
    """What is compared with what, as it was agreed on a day.

    Without a date of its own a target is due at the year's end.
    """
    kind = Kind(target.aggregation)
    year = target.plan.year
    agreed = terms_on(target, on)
    value: Number | None = agreed["value"]
    high: Number | None = agreed["high"]
    baseline: Number | None = target.baseline
    unit, comparator, reference = target.unit, target.comparator, target.reference
    if kind == Kind.RELATIONAL:
        value, unit = (Decimal(100) if value is None else value), "%"
    elif kind == Kind.PER_UNIT:
        # Of the units that should each have their number, how many have it.
        value, high, unit, comparator, baseline = Decimal(100), None, "%", ">=", Decimal(0)
    elif kind == Kind.CAP:
        unit = "件"
    elif kind == Kind.MILESTONE and target.milestones.all():
        value, unit, comparator, baseline = Decimal(100), "%", ">=", Decimal(0)
    return Goal(
        kind=kind,
        comparator=comparator,
        value=value,
        high=high,
        unit=unit,
        baseline=baseline,
        start=target.starts_on or date(year, 1, 1),
        due=agreed["due"] or date(year, 12, 31),
        curve=agreed["curve"],
        points=[Fraction(str(point)) for point in agreed["points"]],
        reference=reference,
        due_share=_share_of_stages(target, on, "due") if kind == Kind.MILESTONE else None,
    )


def terms_on(target: Target, on: date) -> dict[str, Any]:
    """Number, day and curve of a target as they stood on a day: adjustments begin on theirs."""
    terms: dict[str, Any] = {
        name: getattr(target, name) for name in ("value", "high", "due", "curve", "points")
    }
    later = [
        each
        for each in target.adjustments.all()
        if each.state == Adjustment.State.APPROVED and each.effective_on > on
    ]
    for adjustment in sorted(later, key=lambda each: (each.effective_on, each.pk), reverse=True):
        terms |= {name: parsed(name, was) for name, (was, _) in adjustment.changes.items()}
    return terms


def parsed(name: str, text: Any) -> Any:
    """A term as it is stored in an adjustment, as the target holds it."""
    if text is None or name in {"curve", "points"}:
        return text
    return date.fromisoformat(text) if name == "due" else Decimal(text)


def _computed_row(
    target: Target, goal: Goal, on: date, figures: Figures, areas: Mapping[str, Area]
) -> Row:
    indicator = INDICATORS.get(target.indicator)
    if indicator is None:
        absent = f"没有名为“{target.indicator}”的计算指标，请重新绑定"
        return Row(target, goal, judge(goal, None, on=on, absent=absent), [])
    by_area = figures[target.indicator]
    period = plan_period(target.plan, on)
    absent = "没有可计算的业务数据或统计数"
    whole, standings = _judge_figures(target, goal, by_area, areas, on, absent)
    parts = [
        Part(
            code,
            _name(areas, code),
            figure,
            standings.get(_name(areas, code)),
            indicator.drill_down(code, period),
        )
        for code, figure in by_area.items()
    ]
    return Row(target, goal, whole, parts, total(by_area.values()), indicator)


def _staged_row(target: Target, goal: Goal, on: date) -> Row:
    """What is done is the weight of the stages done."""
    done = _share_of_stages(target, on, "done_on")
    assert done is not None
    late = [
        stage.name
        for stage in target.milestones.all()
        if stage.due <= on and not (stage.done_on and stage.done_on <= on)
    ]
    standing = judge(goal, done * 100, on=on)
    if late:
        said, _, light = standing.sentence.rpartition(" → ")
        named = "、".join(late)
        standing = replace(standing, sentence=f"{said}；“{named}”应完成而未完成 → {light}")
    return Row(target, goal, standing, [], Figure(done * 100))


def _share_of_stages(target: Target, on: date, day: str) -> Fraction | None:
    """The weight of the stages whose day has come, of all; None without stages."""
    stages = list(target.milestones.all())
    if not stages:
        return None
    come = [s for s in stages if (when := getattr(s, day)) is not None and when <= on]
    return Fraction(sum(s.weight for s in come)) / Fraction(sum(s.weight for s in stages))


def _reported_row(
    target: Target,
    goal: Goal,
    on: date,
    reports: Mapping[str, Report],
    areas: Mapping[str, Area],
) -> Row:
    """From the counties' reports where they report, else from the city's own."""
    city = target.plan.area_id
    own = reports.get(city)
    expected = expected_areas(target, areas)
    codes = sorted({*(code for code in reports if code != city), *expected} - {city})
    if not codes:
        if own is None or (why := _unusable(own, on)):
            absent = "未上报" if own is None else why
            return Row(target, goal, judge(goal, None, on=on, absent=absent), [], report=own)
        figure = _figure(own)
        standing = judge(goal, _scaled(figure, goal), on=on, absent="缺少基数，无法计算")
        return Row(target, goal, standing, [], figure, report=own)
    lacking = {
        code: why
        for code in codes
        if (why := _unusable(reports[code], on) if code in reports else "未上报")
    }
    figures = {code: _figure(reports[code]) for code in codes if code not in lacking}
    whole, standings = _judge_figures(target, goal, figures, areas, on, "未上报")
    if lacking:
        whole = judge(goal, None, on=on, absent=_lacking_words(lacking, codes, areas))
    parts = [
        Part(
            code,
            _name(areas, code),
            figures.get(code),
            standings.get(_name(areas, code))
            or (judge(goal, None, on=on, absent=lacking[code]) if code in lacking else None),
            report=reports.get(code),
        )
        for code in codes
    ]
    return Row(target, goal, whole, parts, total(figures.values()))


def expected_areas(target: Target, areas: Mapping[str, Area]) -> list[str]:
    """Who must report a target: those it was divided among, else every county, or the city."""
    if target.reporter == Target.Reporter.CITY:
        return [target.plan.area_id]
    return list(quotas_of(target)) or [
        code for code, area in areas.items() if area.level == Area.Level.COUNTY
    ]


def quotas_of(target: Target) -> dict[str, Decimal]:
    """The counties' shares of a target; none while it is not divided."""
    allocation = getattr(target, "allocation", None)
    return {q.area_id: q.value for q in allocation.quotas.all()} if allocation else {}


def _judge_figures(
    target: Target,
    goal: Goal,
    by_area: Mapping[str, Figure],
    areas: Mapping[str, Area],
    on: date,
    absent: str,
) -> tuple[Judged, dict[str, Judged]]:
    """Sums have one light, and one for each area that has a share of its own; what each area must
    reach by itself has one for each area too."""
    named: dict[str, Number | None] = {
        _name(areas, code): _scaled(figure, goal) for code, figure in by_area.items()
    }
    if goal.kind == Kind.RELATIONAL:
        return judge_parts(goal, named, on=on, absent=absent)
    whole = total(by_area.values())
    standing = judge(goal, _scaled(whole, goal) if whole else None, on=on, absent=absent)
    if goal.kind in SUMMED:
        own = {
            _name(areas, code): judge(
                replace(goal, value=quota, high=None, baseline=None),
                _scaled(by_area[code], goal),
                on=on,
            )
            for code, quota in quotas_of(target).items()
            if code in by_area
        }
        return standing, own
    return standing, judge_parts(goal, named, on=on, absent=absent)[1]


def _scaled(figure: Figure, goal: Goal) -> Fraction | None:
    if figure.value is None:
        return None
    return figure.value * 100 if figure.is_quotient and goal.unit == "%" else figure.value


def _figure(report: Report) -> Figure:
    if report.denominator is None:
        return Figure(Fraction(report.numerator))
    return Figure(Fraction(report.numerator), Fraction(report.denominator), is_quotient=True)


def _unusable(report: Report, on: date) -> str:
    """Why a report does not count on a day; empty when it does."""
    if report.verdict == Verdict.RETURNED:
        return "上报已退回，尚未重报"
    if (on - report.on).days > thresholds(on).stale_days:
        return f"未按期上报，最近一次截至 {report.on}"
    return ""


def _lacking_words(lacking: Mapping[str, str], codes: list[str], areas: Mapping[str, Area]) -> str:
    if len(lacking) == len(codes) and set(lacking.values()) == {"未上报"}:
        return "各地区均未上报"
    words: dict[str, list[str]] = {}
    for code, why in lacking.items():
        words.setdefault(why.partition("，")[0], []).append(_name(areas, code))
    return "；".join(f"{'、'.join(names)}{why}" for why, names in words.items())


def _name(areas: Mapping[str, Area], code: str) -> str:
    return areas[code].name if code in areas else code
