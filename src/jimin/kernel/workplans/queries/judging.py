"""Each target against its number: what is compared with what, and the light that follows."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jimin.kernel.areas.models import Area

from ..models import Report, Target
from ..rules.indicators import INDICATORS, Figure, Kind, total
from ..rules.lights import Goal, judge, judge_parts, thresholds
from ..rules.lights import Standing as Judged
from ..rules.words import Number
from .figures import plan_period
from .rows import Figures, Part, Row


def row_of(
    target: Target,
    on: date,
    figures: Figures,
    reports: Mapping[str, Report],
    areas: Mapping[str, Area],
) -> Row:
    goal = goal_of(target)
    if target.indicator:
        return _computed_row(target, goal, on, figures, areas)
    return _reported_row(target, goal, on, reports, areas)


def goal_of(target: Target) -> Goal:
    """What is compared with what. Without a date of its own a target is due at the year's end."""
    kind = Kind(target.aggregation)
    year = target.plan.year
    value: Number | None = target.value
    high: Number | None = target.high
    baseline: Number | None = target.baseline
    unit, comparator, reference = target.unit, target.comparator, target.reference
    if kind == Kind.RELATIONAL:
        value, unit = (Decimal(100) if value is None else value), "%"
    elif kind == Kind.PER_UNIT:
        # Of the units that should each have their number, how many have it.
        value, high, unit, comparator, baseline = Decimal(100), None, "%", ">=", Decimal(0)
    elif kind == Kind.CAP:
        unit = "件"
    return Goal(
        kind=kind,
        comparator=comparator,
        value=value,
        high=high,
        unit=unit,
        baseline=baseline,
        start=target.starts_on or date(year, 1, 1),
        due=target.due or date(year, 12, 31),
        curve=target.curve,
        points=target.exact_points,
        reference=reference,
    )


def _computed_row(
    target: Target, goal: Goal, on: date, figures: Figures, areas: Mapping[str, Area]
) -> Row:
    indicator = INDICATORS.get(target.indicator)
    if indicator is None:
        absent = f"没有名为“{target.indicator}”的计算指标，请重新绑定"
        return Row(target, goal, judge(goal, None, on=on, absent=absent), [])
    by_area = figures[target.indicator]
    period = plan_period(target.plan, on)
    whole, standings = _judge_figures(goal, by_area, areas, on, "没有可计算的业务数据或统计数")
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


def _reported_row(
    target: Target,
    goal: Goal,
    on: date,
    reports: Mapping[str, Report],
    areas: Mapping[str, Area],
) -> Row:
    """From the counties' reports where they report, else from the city's own."""
    own = reports.get(target.plan.area_id)
    by_area = {code: reports[code] for code in sorted(reports) if code != target.plan.area_id}
    if not by_area:
        if own is None or _is_stale(own, on):
            return Row(target, goal, judge(goal, None, on=on, absent=_absent(own)), [], report=own)
        figure = _figure(own)
        standing = judge(goal, _scaled(figure, goal), on=on, absent="缺少基数，无法计算")
        return Row(target, goal, standing, [], figure, report=own)
    stale = {code: report for code, report in by_area.items() if _is_stale(report, on)}
    figures = {code: _figure(report) for code, report in by_area.items() if code not in stale}
    whole, standings = _judge_figures(goal, figures, areas, on, "未上报")
    if stale:
        late = "、".join(_name(areas, code) for code in stale)
        whole = judge(goal, None, on=on, absent=f"{late}未按期上报")
    parts = [
        Part(
            code,
            _name(areas, code),
            figures.get(code),
            standings.get(_name(areas, code))
            or (judge(goal, None, on=on, absent=_absent(report)) if code in stale else None),
            report=report,
        )
        for code, report in by_area.items()
    ]
    return Row(target, goal, whole, parts, total(figures.values()))


def _judge_figures(
    goal: Goal, by_area: Mapping[str, Figure], areas: Mapping[str, Area], on: date, absent: str
) -> tuple[Judged, dict[str, Judged]]:
    """Sums have one light; what each area must reach by itself has one for each area too."""
    named: dict[str, Number | None] = {
        _name(areas, code): _scaled(figure, goal) for code, figure in by_area.items()
    }
    if goal.kind == Kind.RELATIONAL:
        return judge_parts(goal, named, on=on, absent=absent)
    whole = total(by_area.values())
    standing = judge(goal, _scaled(whole, goal) if whole else None, on=on, absent=absent)
    if not goal.kind.is_quotient and goal.kind not in {Kind.ZERO, Kind.CAP}:
        return standing, {}  # a county's share of a sum is not set
    return standing, judge_parts(goal, named, on=on, absent=absent)[1]


def _scaled(figure: Figure, goal: Goal) -> Fraction | None:
    if figure.value is None:
        return None
    return figure.value * 100 if figure.is_quotient and goal.unit == "%" else figure.value


def _figure(report: Report) -> Figure:
    if report.denominator is None:
        return Figure(Fraction(report.numerator))
    return Figure(Fraction(report.numerator), Fraction(report.denominator), is_quotient=True)


def _is_stale(report: Report, on: date) -> bool:
    return (on - report.on).days > thresholds(on).stale_days


def _absent(report: Report | None) -> str:
    return f"未按期上报，最近一次截至 {report.on}" if report else "未上报"


def _name(areas: Mapping[str, Area], code: str) -> str:
    return areas[code].name if code in areas else code
