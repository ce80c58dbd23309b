"""When reports are due, and which rung of the ladder a target has reached."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jimin.foundation.declared import read_declared

from .indicators import month_end
from .lights import Light

CYCLE = Path(__file__).parent.parent / "data/cycle.yaml"
LEVELS = ("remind", "urge", "supervise", "circular", "talk")
COLOURS = {Light.BLUE: "blue", Light.YELLOW: "yellow", Light.RED: "red"}


@dataclass(frozen=True)
class Rung:
    """What brings a target to a rung: any one of the three, in days or periods running."""

    late_days: int
    red_periods: int
    behind_periods: int
    reply_days: int


@dataclass(frozen=True)
class Cycle:
    valid_from: dt.date
    mark: str
    source: str
    cut_off_day: int
    months_after: int
    remind_before_days: int
    urge: Rung
    supervise: Rung
    circular: Rung
    talk: Rung

    def cut_off(self, on: dt.date) -> dt.date:
        """The day by which reports as of `on` are due; the month's last day in short months."""
        month = on.month - 1 + self.months_after
        end = month_end(on.year + month // 12, month % 12 + 1)
        return end.replace(day=min(self.cut_off_day, end.day))

    def reply_days(self, level: str) -> int:
        rung: Rung = getattr(self, "urge" if level == "remind" else level)
        return rung.reply_days


@dataclass(frozen=True)
class Trouble:
    """What is known of one target in one area on a day, the last period looked at last."""

    lights: Sequence[Light]  # of the periods up to this one
    cut_off: dt.date
    is_reported: bool  # or computed, so that nobody has to report
    open_level: str = ""  # the highest demand that is not closed
    reply_overdue: bool = False


@cache
def all_cycles(path: Path = CYCLE) -> list[Cycle]:
    entries: Any = read_declared(path)
    found = [
        Cycle(**entry | {name: Rung(**entry[name]) for name in LEVELS[1:]}) for entry in entries
    ]
    for entry in found:
        if entry.mark not in {"confirmed", "example"} or not entry.source:
            raise ValueError(f"{path.name}: {entry.valid_from}: mark and source are needed")
        rungs = [getattr(entry, name) for name in LEVELS[1:]]
        for name in ("late_days", "red_periods", "behind_periods"):
            steps = [getattr(rung, name) for rung in rungs]
            if steps != sorted(steps) or steps[0] < 1:
                raise ValueError(f"{path.name}: {entry.valid_from}: {name} must rise from 1")
    return sorted(found, key=lambda entry: entry.valid_from)


def cycle(on: dt.date) -> Cycle:
    """Those in force on a day; before the first entry, the first."""
    entries = all_cycles()
    return next((e for e in reversed(entries) if e.valid_from <= on), entries[0])


def running(lights: Sequence[Light], among: set[Light]) -> int:
    """How many periods up to the last one have shown one of these lights without a break."""
    count = 0
    for light in reversed(lights):
        if light not in among:
            break
        count += 1
    return count


def next_rung(found: Trouble, *, day: dt.date, rules: Cycle) -> str:
    """The demand to raise on a day, one rung at a time; empty where none is due."""
    last = LEVELS.index(found.open_level) if found.open_level else -1
    reached = _rung_of(found, day, rules)
    if found.reply_overdue:
        reached = max(reached, last + 1)
    reached = min(reached, max(last + 1, 1), len(LEVELS) - 1)
    return LEVELS[reached] if reached > last else ""


def _rung_of(found: Trouble, day: dt.date, rules: Cycle) -> int:
    late = 0 if found.is_reported else (day - found.cut_off).days
    red = running(found.lights, {Light.RED})
    behind = running(found.lights, {Light.RED, Light.YELLOW})
    for number, name in reversed(list(enumerate(LEVELS))[1:]):
        rung: Rung = getattr(rules, name)
        if late >= rung.late_days or red >= rung.red_periods or behind >= rung.behind_periods:
            return number
    days_left = (found.cut_off - day).days
    soon = not found.is_reported and 0 <= days_left <= rules.remind_before_days
    is_blue = bool(found.lights) and found.lights[-1] == Light.BLUE
    return 0 if soon or is_blue else -1
