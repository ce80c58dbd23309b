"""The city page from what was kept: no record is counted while a reader waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from jimin.kernel.areas.queries import counties

from ..models import Plan, Standing, Target
from ..rules.lights import Light
from ..rules.lights import Standing as Judged
from .judging import goal_of
from .ledger import ledger, tree_of
from .rows import Ledger, Part, Row

WIDTH, HEIGHT, MARGIN = 96, 24, 2


@dataclass(frozen=True)
class Line:
    """A target through the months, ready to be drawn: points of SVG lines, and where it goes."""

    actual: str
    planned: str
    last: tuple[str, str]
    trend: str  # better, worse, same; empty with one month
    months: Sequence[Standing]

    @property
    def light(self) -> str:
        return self.months[-1].light


@dataclass(frozen=True)
class Shown:
    """A ledger with the course of every target; `is_kept` says it was not computed just now."""

    ledger: Ledger
    lines: Mapping[int, Line]
    is_kept: bool


def shown(plan: Plan, on: date) -> Shown:
    """The page of a day: as kept, or computed where that day was not kept."""
    course: dict[int, list[Standing]] = {}
    kept = Standing.objects.filter(target__plan=plan, on__lte=on, area=None, replaced_at=None)
    for standing in kept.order_by("on", "id"):
        course.setdefault(standing.target_id, []).append(standing)
    lines = {target: line_of(months) for target, months in course.items()}
    if any(months[-1].on == on for months in course.values()):
        return Shown(kept_ledger(plan, on), lines, True)
    return Shown(ledger(plan, on), lines, False)


def kept_ledger(plan: Plan, on: date) -> Ledger:
    """The ledger as it was kept for a day, its parts too."""
    names = {area.code: area.name for area in counties()}
    standings: dict[int, dict[str | None, Standing]] = {}
    for kept in Standing.objects.filter(target__plan=plan, on=on, replaced_at=None):
        standings.setdefault(kept.target_id, {})[kept.area_id] = kept

    def row(target: Target) -> Row:
        own = standings.get(target.pk, {})
        whole = own.get(None)
        parts = [
            Part(code, names.get(code, code), None, judged(kept))
            for code, kept in sorted((c, k) for c, k in own.items() if c is not None)
        ]
        judgement = judged(whole) if whole else Judged(Light.GREY, "本期没有保存亮灯 → 灰")
        return Row(target, goal_of(target, on), judgement, parts)

    return tree_of(plan, on, row, {})


def judged(kept: Standing) -> Judged:
    """A standing as it was kept; the ratio is in its sentence."""
    return Judged(
        Light(kept.light),
        kept.sentence,
        _fraction(kept.actual),
        _fraction(kept.planned),
        progress=_fraction(kept.progress),
    )


def line_of(months: Sequence[Standing]) -> Line:
    """Points of the actual line and of the schedule on one scale; months without a number break
    neither: they are left out."""
    actual = [(n, month.actual) for n, month in enumerate(months) if month.actual is not None]
    planned = [(n, month.planned) for n, month in enumerate(months) if month.planned is not None]
    values = [value for _, value in (*actual, *planned)]
    low, high = min(values, default=Decimal(0)), max(values, default=Decimal(0))
    low = min(low, Decimal(0)) if low < high / 2 else low
    steps = max(len(months) - 1, 11)

    def point(n: int, value: Decimal) -> tuple[str, str]:
        share = (value - low) / (high - low) if high > low else Decimal("0.5")
        x = MARGIN + n * (WIDTH - 2 * MARGIN) / steps
        y = HEIGHT - MARGIN - float(share) * (HEIGHT - 2 * MARGIN)
        return f"{x:.1f}", f"{y:.1f}"

    def drawn(points: Sequence[tuple[int, Decimal]]) -> str:
        return " ".join(",".join(point(n, value)) for n, value in points)

    last = point(*actual[-1]) if actual else ("", "")
    return Line(drawn(actual), drawn(planned), last, _trend(months), months)


def _trend(months: Sequence[Standing]) -> str:
    """Whether the last month is nearer to the schedule than the one before."""
    if len(months) < 2:
        return ""
    before, now = (_nearness(month) for month in months[-2:])
    if before is None or now is None or before == now:
        return "same" if before == now else ""
    return "better" if now > before else "worse"


def _nearness(month: Standing) -> Fraction | None:
    """Actual in parts of what was planned; without a schedule the share done; a good light
    is better than a bad one where neither is known."""
    if month.actual is not None and month.planned:
        return Fraction(month.actual) / Fraction(month.planned)
    if month.progress is not None:
        return Fraction(month.progress)
    return Fraction(-Light(month.light).severity)


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)
