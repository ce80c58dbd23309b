"""Reading the ledger: every target with its figures, its light and the arithmetic behind it.

Figures are sums over all areas whoever looks, so they are read as the program itself; the
registers behind them open only within the reader's own areas.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db.models import Prefetch
from django.utils import timezone

from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties
from jimin.kernel.areas.rules import ancestors

from .models import (
    Deliverable,
    Frame,
    OfficialStatistic,
    Plan,
    Report,
    Snapshot,
    Standing,
    Target,
    Task,
)
from .rules.indicators import INDICATORS, Cut, Figure, Indicator, Kind, Period, month_end, total
from .rules.lights import (
    Goal,
    Light,
    judge,
    judge_delivery,
    judge_parts,
    thresholds,
    worst,
)
from .rules.lights import Standing as Judged
from .rules.words import Number

Figures = dict[str, dict[str, Figure]]


@dataclass(frozen=True)
class Part:
    """One area's share in a target."""

    code: str
    name: str
    figure: Figure | None
    standing: Judged | None
    address: str = ""
    report: Report | None = None


@dataclass(frozen=True)
class Row:
    """A target on a day."""

    target: Target
    goal: Goal
    standing: Judged
    parts: list[Part]
    figure: Figure | None = None
    indicator: Indicator | None = None
    report: Report | None = None

    @property
    def is_computed(self) -> bool:
        return bool(self.target.indicator)


@dataclass(frozen=True)
class Paper:
    paper: Deliverable
    standing: Judged


@dataclass
class Node:
    """A task with what hangs on it. Its light is its worst one's."""

    task: Task
    rows: list[Row] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    def standings(self) -> Iterator[Judged]:
        yield from (row.standing for row in self.rows)
        yield from (paper.standing for paper in self.papers)
        for child in self.children:
            yield from child.standings()

    @property
    def light(self) -> Light:
        return worst(standing.light for standing in self.standings())

    def targets(self) -> Iterator[Row]:
        yield from self.rows
        for child in self.children:
            yield from child.targets()

    @property
    def lights(self) -> dict[Light, int]:
        """How many targets show which light; papers have none here."""
        return count_lights(row.standing for row in self.targets())

    @property
    def progress(self) -> Fraction | None:
        """How much of what the task promised is done; None where it promised nothing checkable."""
        shares = [_clipped(standing.progress) for standing in self.standings()]
        return sum(shares, Fraction(0)) / len(shares) if shares else None


@dataclass(frozen=True)
class FrameProgress:
    frame: Frame
    tasks: int
    red: int
    progress: Fraction | None


@dataclass(frozen=True)
class Ledger:
    plan: Plan
    on: date
    tree: list[Node]
    nodes: dict[int, Node]
    figures: Figures

    def rows(self) -> Iterator[Row]:
        for node in self.nodes.values():
            yield from node.rows

    @property
    def lights(self) -> dict[Light, int]:
        return count_lights(row.standing for row in self.rows())

    def frames(self) -> list[FrameProgress]:
        """Each frame's tasks, the red ones, and Σ weight × progress ÷ Σ weight."""
        members: dict[int, list[Node]] = {}
        for node in self.nodes.values():
            for frame in node.task.frames.all():
                members.setdefault(frame.pk, []).append(node)
        return [
            _frame_progress(frame, members.get(frame.pk, [])) for frame in self.plan.frames.all()
        ]


def count_lights(standings: Iterator[Judged]) -> dict[Light, int]:
    """Worst first, every light named even where there is none."""
    counts = dict.fromkeys(reversed(Light), 0)
    for standing in standings:
        counts[standing.light] += 1
    return counts


def plan_in_force(year: int | None = None) -> Plan | None:
    """The plan of the year, or else the latest one in force."""
    plans = Plan.objects.filter(state=Plan.State.IN_FORCE)
    if year is not None:
        plans = plans.filter(year=year)
    return plans.order_by("-year").first()


def default_day(plan: Plan) -> date:
    """The last day kept for the plan; else the end of last month, inside the plan's year."""
    kept = (
        Standing.objects.filter(target__plan=plan).order_by("-on").values_list("on", flat=True)
    ).first()
    if kept:
        return kept
    today = timezone.localdate()
    if today.year > plan.year:
        return date(plan.year, 12, 31)
    if today.year < plan.year or today.month == 1:
        return date(plan.year, 1, 31)
    return month_end(today.year, today.month - 1)


def ledger(plan: Plan, on: date) -> Ledger:
    """The whole ledger on a day: six queries, and those of each indicator bound in it."""
    tasks = list(
        Task.objects.filter(plan=plan).prefetch_related(
            Prefetch("frames"),
            Prefetch("targets", Target.objects.select_related("part_of")),
            Prefetch("deliverables", Deliverable.objects.all()),
        )
    )
    targets = [target for task in tasks for target in task.targets.all()]
    figures = bound_figures(plan, targets, on)
    reports = latest_reports(plan, on)
    areas = {area.code: area for area in counties()}
    nodes: dict[int, Node] = {}
    tree: list[Node] = []
    for task in tasks:
        node = nodes[task.pk] = Node(task)
        (nodes[task.parent_id].children if task.parent_id in nodes else tree).append(node)
        for target in task.targets.all():
            target.plan, target.task = plan, task
            node.rows.append(row_of(target, on, figures, reports.get(target.pk, {}), areas))
        for paper in task.deliverables.all():
            issued = paper.progress == Deliverable.Progress.ISSUED and (
                paper.issued_on is not None and paper.issued_on <= on
            )
            node.papers.append(Paper(paper, judge_delivery(issued, paper.due, on=on)))
    return Ledger(plan, on, tree, nodes, figures)


def target_row(target: Target, on: date) -> Row:
    """One target on a day, with its parts."""
    figures = bound_figures(target.plan, [target], on)
    reports = latest_reports(target.plan, on, target)
    areas = {area.code: area for area in counties()}
    return row_of(target, on, figures, reports.get(target.pk, {}), areas)


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
    """The lights kept for each target, one a day, the last word of each day."""
    found: dict[int, dict[date, Standing]] = {}
    for kept in Standing.objects.filter(target__plan=plan).order_by("on", "id"):
        found.setdefault(kept.target_id, {})[kept.on] = kept
    return {target: list(days.values()) for target, days in found.items()}


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


def _clipped(progress: Fraction | None) -> Fraction:
    return min(max(progress or Fraction(0), Fraction(0)), Fraction(1))


def _frame_progress(frame: Frame, nodes: list[Node]) -> FrameProgress:
    weighed = [(Fraction(node.task.weight), node.progress) for node in nodes]
    known = [(weight, share) for weight, share in weighed if share is not None]
    weight = sum((w for w, _ in known), Fraction(0))
    return FrameProgress(
        frame,
        len(nodes),
        sum(node.light == Light.RED for node in nodes),
        sum((w * p for w, p in known), Fraction(0)) / weight if weight else None,
    )
