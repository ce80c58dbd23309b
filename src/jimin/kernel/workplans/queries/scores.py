"""The scorecards of units and counties, worked out of the ledger on a day."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ..models import Deliverable, Plan, ScoreEntry, Target
from ..rules.indicators import month_end
from ..rules.lights import Goal
from ..rules.lights import Standing as Judged
from ..rules.scores import Facts, Score, ranked, score, scoring
from .cycle import Expected, late_lists, periods_of
from .rows import Ledger, Row
from .shown import shown

PERFORMANCE = Target.Role.PERFORMANCE


def scorecards(ledger: Ledger, expected: Iterable[Expected]) -> tuple[list[Score], list[Score]]:
    """Units and counties, best first. `expected` are the reports that were due up to the day."""
    plan, on = ledger.plan, ledger.on
    entries = list(ScoreEntry.objects.filter(plan=plan, on__lte=on).select_related("area"))
    units: dict[str, list[tuple[Fraction, Fraction]]] = {}
    counties: dict[str, list[tuple[Fraction, Fraction]]] = {}
    papers: dict[str, tuple[int, int]] = {}
    for node in ledger.nodes.values():
        unit = node.task.lead_unit
        weight = Fraction(node.task.weight)
        for row in node.rows:
            if row.target.role != PERFORMANCE:
                continue
            if unit and (share := done(row.standing, row.goal, on)) is not None:
                units.setdefault(unit, []).append((weight, share))
            for part in row.parts:
                if part.standing and (share := done(part.standing, row.goal, on)) is not None:
                    counties.setdefault(part.name, []).append((weight, share))
        for paper in node.papers:
            is_issued = paper.progress == Deliverable.Progress.ISSUED
            is_due = is_issued or (paper.paper.due is not None and paper.paper.due <= on)
            if unit and is_due and paper.paper.action != Deliverable.Action.IMPLEMENT:
                good, due = papers.get(unit, (0, 0))
                papers[unit] = (good + is_issued, due + 1)
    reports = _reports(expected)
    rules = scoring(on)

    def facts(name: str, bureau: str, targets: list[tuple[Fraction, Fraction]]) -> Facts:
        own = [e for e in entries if name in (e.unit, e.area.name if e.area else "")]
        return Facts(
            name,
            targets,
            papers.get(name, (0, 0)),
            reports.get(bureau, (0, 0)),
            _sum(own, ScoreEntry.Kind.BONUS),
            _sum(own, ScoreEntry.Kind.DEDUCTION),
            [f"{e.reason}（{e.number}）" for e in own if e.kind == ScoreEntry.Kind.VETO],
        )

    return (
        ranked(score(facts(name, name, found), rules) for name, found in units.items()),
        ranked(
            score(facts(name, f"{name}民政局", found), rules) for name, found in counties.items()
        ),
    )


def scores_with(plan: Plan, on: date, unit: str, rows: Iterable[Row]) -> list[Fraction | None]:
    """The points of a unit on a day if one of its targets stood as each of these rows says."""
    found = shown(plan, on).ledger
    expected = expected_up_to(plan, on)
    points: list[Fraction | None] = []
    for row in rows:
        units, _counties = scorecards(found.with_row(row), expected)
        points.append(next((score.total for score in units if score.name == unit), None))
    return points


def expected_up_to(plan: Plan, on: date) -> list[Expected]:
    """Every report whose cut-off had passed by a day, as it was on that day."""
    ends = [end for month in range(1, 13) if (end := month_end(plan.year, month)) <= on]
    periods = [period for period in periods_of(plan, ends) if period.cut_off <= on]
    return late_lists(plan, periods, on)


def done(standing: Judged, goal: Goal, on: date) -> Fraction | None:
    """How much of what was due by a day is done, from 0 to 1; None where nothing was due."""
    due = goal.share_due(on) if goal.is_scheduled else Fraction(1)
    if due == 0:
        return None
    if standing.progress is None:
        return Fraction(0)
    return min(max(standing.progress / due, Fraction(0)), Fraction(1))


def _reports(expected: Iterable[Expected]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for each in expected:
        if each.way != "not_yet":
            good, due = found.get(each.unit, (0, 0))
            found[each.unit] = (good + (each.way == "on_time"), due + 1)
    return found


def _sum(entries: Iterable[ScoreEntry], kind: str) -> Decimal:
    return sum((entry.points for entry in entries if entry.kind == kind), Decimal(0))
