"""Which light a target shows, with the arithmetic in words.

Scheduled targets (sums, and levels that start from a known baseline) are measured against what
the curve asks for by the day. Floors, ceilings and levels without a baseline are measured against
the target itself, from the first day. What is not known is never green.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from jimin.foundation.declared import read_declared

from .curves import planned_share
from .indicators import Kind
from .words import Number, exact, plain, share, with_unit

LIGHTS = Path(__file__).parent.parent / "data/lights.yaml"


class Light(StrEnum):
    """From the best to the worst to hear about."""

    GREY = "grey"
    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"

    @property
    def severity(self) -> int:
        return list(Light).index(self)


WORDS = {
    Light.GREY: "灰",
    Light.GREEN: "绿",
    Light.BLUE: "蓝",
    Light.YELLOW: "黄",
    Light.RED: "红",
}


@dataclass(frozen=True)
class Thresholds:
    valid_from: dt.date
    mark: str
    source: str
    yellow_from: int
    red_over: int
    due_soon_days: int
    stale_days: int


@dataclass(frozen=True)
class Goal:
    """What was promised: a number, in which sense, from when to when, along which curve."""

    kind: Kind
    comparator: str
    value: Number | None
    unit: str
    start: dt.date
    due: dt.date
    high: Number | None = None
    baseline: Number | None = None
    curve: str = "linear"
    points: Sequence[Number] = ()
    reference: str = ""
    due_share: Fraction | None = None  # of a target by stages, whose days say what is due

    @property
    def is_scheduled(self) -> bool:
        """Whether it is measured against a part of the target by now, not against the whole."""
        if self.kind in {Kind.ZERO, Kind.CAP, Kind.GRADE, Kind.RELATIONAL}:
            return False
        by_kind = self.kind in {Kind.FLOW, Kind.MILESTONE, Kind.PER_UNIT}
        return by_kind or (self.baseline is not None and self.comparator != "range")

    def share_due(self, on: dt.date) -> Fraction:
        """Share of the work due on a day."""
        if self.due_share is not None:
            return self.due_share
        return planned_share(self.curve, start=self.start, due=self.due, on=on, points=self.points)


@dataclass(frozen=True)
class Standing:
    """The light on a day and how it came about. `progress` is the share of the target done."""

    light: Light
    sentence: str
    actual: Fraction | None = None
    planned: Fraction | None = None
    ratio: Fraction | None = None
    progress: Fraction | None = None


@cache
def all_thresholds(path: Path = LIGHTS) -> list[Thresholds]:
    entries: Any = read_declared(path)
    found = [Thresholds(**entry) for entry in entries]
    for entry in found:
        if entry.mark not in {"confirmed", "example"} or not entry.source:
            raise ValueError(f"{path.name}: {entry.valid_from}: mark and source are needed")
        if not 0 <= entry.yellow_from <= entry.red_over:
            raise ValueError(
                f"{path.name}: {entry.valid_from}: yellow_from must not exceed red_over"
            )
    return sorted(found, key=lambda entry: entry.valid_from)


def thresholds(on: dt.date) -> Thresholds:
    """Those in force on a day; before the first entry, the first."""
    entries = all_thresholds()
    return next((e for e in reversed(entries) if e.valid_from <= on), entries[0])


def judge(goal: Goal, actual: Number | None, *, on: dt.date, absent: str = "未上报") -> Standing:
    """The light of a target on a day. `absent` says why there is no actual number."""
    if on < goal.start:
        return _standing(Light.GREY, f"计划 {goal.start} 开始，尚未到期")
    if actual is None:
        return _standing(Light.RED, absent)
    number = exact(actual)
    if goal.kind in {Kind.ZERO, Kind.CAP}:
        return _judge_zero(goal, number)
    if goal.value is None:
        return _standing(Light.RED, f"缺少{goal.reference or '目标值'}，无法比较", number)
    if goal.kind == Kind.GRADE:
        return _judge_grade(goal, number, on)
    if goal.is_scheduled:
        return _judge_schedule(goal, number, on)
    return _judge_level(goal, number, on)


def met(goal: Goal, actual: Number) -> bool:
    """Whether the number satisfies the target, whatever the day."""
    number = exact(actual)
    if goal.value is None:
        return False
    value = exact(goal.value)
    match goal.comparator:
        case ">=" | "≈":  # about so much is at least so much, until someone says how near
            return number >= value
        case "<=":
            return number <= value
        case ">":
            return number > value
        case "<":
            return number < value
        case "=":
            return number == value
        case "range":
            return value <= number <= exact(value if goal.high is None else goal.high)
    raise ValueError(f"unknown comparator {goal.comparator!r}")


def worst(lights: Iterable[Light]) -> Light:
    """The light of a whole: that of its worst part; grey where there is none."""
    return max(lights, key=lambda light: light.severity, default=Light.GREY)


def judge_parts(
    goal: Goal, parts: Mapping[str, Number | None], *, on: dt.date, absent: str = "未上报"
) -> tuple[Standing, dict[str, Standing]]:
    """A target that every area must meet by itself: the whole is as good as its worst part."""
    found = {name: judge(goal, actual, on=on, absent=absent) for name, actual in parts.items()}
    if not found:
        return judge(goal, None, on=on, absent=absent), found
    light = worst(standing.light for standing in found.values())
    if light == Light.GREY:
        return next(iter(found.values())), found
    good = sum(actual is not None and met(goal, actual) for actual in parts.values())
    said = f"{len(found)} 个地区中 {good} 个达到要求"
    if light.severity > Light.GREEN.severity:
        name, standing = next((n, s) for n, s in found.items() if s.light == light)
        said = f"{said}；{name} {standing.sentence.rpartition(' → ')[0]}"
    share_good = Fraction(good, len(found))
    return (
        _standing(light, said, Fraction(good), Fraction(len(found)), progress=share_good),
        found,
    )


def judge_delivery(issued: bool, due: dt.date | None, *, on: dt.date) -> Standing:
    """A paper is there or it is not; it is late once its day has passed."""
    if issued:
        return _standing(Light.GREEN, "已印发", progress=Fraction(1))
    if due is None:
        return _standing(Light.GREY, "未定期限", progress=Fraction(0))
    if on > due:
        return _standing(Light.RED, f"应于 {due} 前完成，已逾期 {(on - due).days} 天")
    left = (due - on).days
    if left <= thresholds(on).due_soon_days:
        return _standing(Light.BLUE, f"还有 {left} 天到期（{due}）", progress=Fraction(0))
    return _standing(Light.GREY, f"{due} 前完成", progress=Fraction(0))


def _judge_zero(goal: Goal, number: Fraction) -> Standing:
    unit = goal.unit or "起"
    if number > 0:
        return _standing(Light.RED, f"应为零，已发生 {with_unit(number, unit)}", number)
    return _standing(Light.GREEN, f"应为零，未发生（0 {unit}）", number, progress=Fraction(1))


def _judge_grade(goal: Goal, number: Fraction, on: dt.date) -> Standing:
    """A grade is awarded once; half of it cannot be had, so it is late only after its day."""
    said = f"现为 {with_unit(number, goal.unit)}，要求{_wanted(goal)}"
    if met(goal, number):
        return _standing(Light.GREEN, f"{said}，已达到", number, progress=Fraction(1))
    left = (goal.due - on).days
    if left < 0:
        return _standing(Light.RED, f"{said}，{goal.due} 已到期", number, progress=Fraction(0))
    light = Light.BLUE if left <= thresholds(on).due_soon_days else Light.GREY
    said = f"{said}，创建中，还有 {left} 天到期"
    return _standing(light, said, number, progress=Fraction(0))


def _judge_level(goal: Goal, number: Fraction, on: dt.date) -> Standing:
    """Against the target itself. A floor has no tolerance: missing it by little is yellow."""
    limits = thresholds(on)
    said = f"{with_unit(number, goal.unit)}，要求{_wanted(goal)}"
    if met(goal, number):
        return _standing(Light.GREEN, f"{said}，达到要求", number, progress=Fraction(1))
    ratio = _level_ratio(goal, number)
    behind = (1 - ratio) * 100
    said = f"{said}，为要求的 {share(ratio)}，差 {plain(behind)} 个百分点"
    if on > goal.due:
        light, said = Light.RED, f"{said}，{goal.due} 已到期"
    else:
        light = Light.RED if behind > limits.red_over else Light.YELLOW
    return _standing(light, said, number, ratio=ratio, progress=ratio)


def _level_ratio(goal: Goal, number: Fraction) -> Fraction:
    """How near a missed level is: 1 would be there. Upper limits are reversed."""
    assert goal.value is not None
    low = exact(goal.value)
    high = exact(goal.high) if goal.high is not None else low
    over = goal.comparator in {"<=", "<"} or (goal.comparator in {"=", "range"} and number > high)
    top, bottom = (high, number) if over else (number, low)
    return max(top / bottom, Fraction(0)) if bottom > 0 else Fraction(0)


def _judge_schedule(goal: Goal, number: Fraction, on: dt.date) -> Standing:
    assert goal.value is not None
    if goal.comparator in {"<=", "<"} and goal.baseline is None:
        return _judge_ceiling(goal, number, on)
    value, base = exact(goal.value), exact(goal.baseline or 0)
    due_share = goal.share_due(on)
    planned = base + (value - base) * due_share
    reached = met(goal, number)
    progress = Fraction(int(reached)) if value == base else (number - base) / (value - base)
    now = f"{_counted(goal)} {with_unit(number, goal.unit)}"
    if reached:
        said = f"{now}，已达到{_wanted(goal)}"
        return _standing(Light.GREEN, said, number, planned, progress=progress)
    if on > goal.due:
        said = f"{now}，要求{_wanted(goal)}，{goal.due} 已到期"
        return _standing(Light.RED, said, number, planned, progress=progress)
    if due_share == 0:
        said = f"{now}，按计划尚未开始"
        return _standing(Light.GREY, said, number, planned, progress=progress)
    ratio = progress / due_share
    return _by_distance(
        goal, _division(goal, number, planned, ratio), ratio, on, number, planned, progress
    )


def _judge_ceiling(goal: Goal, number: Fraction, on: dt.date) -> Standing:
    """A sum that must stay under a limit: the share of the limit that may be used up by now."""
    assert goal.value is not None
    value = exact(goal.value)
    due_share = goal.share_due(on)
    allowed = value * due_share
    spent = f"累计 {with_unit(number, goal.unit)}"
    permitted = f"序时限额 {with_unit(allowed, goal.unit)}"
    if not met(goal, number):
        said = f"{spent}，已超过限额 {with_unit(value, goal.unit)}"
        return _standing(Light.RED, said, number, allowed)
    if number <= allowed:
        said = f"{spent}，未超过{permitted}"
        return _standing(Light.GREEN, said, number, allowed, ratio=Fraction(1))
    ratio = allowed / number
    said = f"{permitted} ÷ {spent} = {share(ratio)}"
    return _by_distance(goal, said, ratio, on, number, allowed, None)


def _by_distance(
    goal: Goal,
    said: str,
    ratio: Fraction,
    on: dt.date,
    number: Fraction,
    planned: Fraction,
    progress: Fraction | None,
) -> Standing:
    """Yellow from so many points behind, red beyond so many more."""
    limits = thresholds(on)
    behind = (1 - ratio) * 100
    if behind <= 0:
        light, said = Light.GREEN, f"{said}，达到序时进度"
    else:
        said = f"{said}，落后 {plain(behind)} 个百分点"
        if behind > limits.red_over:
            light = Light.RED
        elif behind >= limits.yellow_from:
            light = Light.YELLOW
        else:
            light, said = Light.GREEN, f"{said}，不到 {limits.yellow_from} 个百分点"
    left = (goal.due - on).days
    if light == Light.GREEN and left <= limits.due_soon_days:
        light, said = Light.BLUE, f"{said}；还有 {left} 天到期，尚未完成"
    return Standing(light, _closed(said, light), number, planned, ratio, progress)


def _division(goal: Goal, number: Fraction, planned: Fraction, ratio: Fraction) -> str:
    now = f"{_counted(goal)} {with_unit(number, goal.unit)}"
    asked = f"序时 {with_unit(planned, goal.unit)}"
    if not goal.baseline:
        return f"{now} ÷ {asked} = {share(ratio)}"
    base = with_unit(goal.baseline, goal.unit)
    return f"（{now} − 基期 {base}）÷（{asked} − 基期 {base}）= {share(ratio)}"


def _counted(goal: Goal) -> str:
    return "累计" if goal.kind == Kind.FLOW else "现为"


def _wanted(goal: Goal) -> str:
    assert goal.value is not None
    value = with_unit(goal.value, goal.unit)
    named = f"（{goal.reference}）" if goal.reference else ""
    match goal.comparator:
        case "range":
            high = goal.value if goal.high is None else goal.high
            return f" {plain(goal.value)} 至 {with_unit(high, goal.unit)}{named}"
        case "<=":
            return f"不高于 {value}{named}"
        case "<":
            return f"低于 {value}{named}"
        case ">":
            return f"高于 {value}{named}"
        case "≈":
            return f"约 {value}{named}"
        case "=":
            return f"等于 {value}{named}"
    return f"不低于 {value}{named}"


def _standing(
    light: Light,
    said: str,
    actual: Fraction | None = None,
    planned: Fraction | None = None,
    *,
    ratio: Fraction | None = None,
    progress: Fraction | None = None,
) -> Standing:
    return Standing(light, _closed(said, light), actual, planned, ratio, progress)


def _closed(said: str, light: Light) -> str:
    return f"{said} → {WORDS[light]}"
