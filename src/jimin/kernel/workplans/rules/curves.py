"""How much of a target should be done by a day: the planned share of its curve.

Time is counted in months, because plans are made and read by month: at the end of June half of a
year's work is due, in a leap year too. Inside a month the days are even.
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

from .words import Number, exact

CURVES = ("linear", "monthly", "seasonal", "s_curve", "back_loaded")


class CurveError(ValueError):
    """The points of a curve do not make one; the message says why."""


def planned_share(
    curve: str, *, start: dt.date, due: dt.date, on: dt.date, points: Sequence[Number] = ()
) -> Fraction:
    """Share of the work due on a day, from 0 before `start` to 1 at `due`."""
    elapsed = _elapsed(start, due, on)
    if elapsed in (0, 1):
        return elapsed
    match curve:
        case "linear":
            return elapsed
        case "s_curve":
            return 3 * elapsed**2 - 2 * elapsed**3
        case "back_loaded":
            return elapsed**2
        case "monthly":
            return _between(_cumulative_shares(points), elapsed)
        case "seasonal":
            return _between(_cumulative_shares(seasonal(points)), elapsed)
    raise CurveError(f"没有“{curve}”这种进度曲线。可用：{'、'.join(CURVES)}。")


def seasonal(amounts: Sequence[Number]) -> list[Fraction]:
    """Cumulative shares from the amounts of each month of an earlier year."""
    values = [exact(amount) for amount in amounts]
    total = sum(values, Fraction(0))
    if total <= 0 or min(values) < 0:
        raise CurveError("上年各月数不能为负，合计必须大于零。请核对上年各月的数。")
    return [sum(values[: n + 1], Fraction(0)) / total for n in range(len(values))]


def check_points(curve: str, points: Sequence[Number]) -> None:
    """Raise `CurveError` unless the points suit the curve."""
    if curve == "monthly":
        _cumulative_shares(points)
    elif curve == "seasonal":
        seasonal(points)


def _cumulative_shares(points: Sequence[Number]) -> list[Fraction]:
    shares = [exact(point) for point in points]
    if not shares or shares[-1] != 1 or shares != sorted(shares) or shares[0] < 0:
        raise CurveError("各月累计比例应由小到大，最后一个月为 1（100%）。请核对各月的比例。")
    return shares


def _between(shares: Sequence[Fraction], elapsed: Fraction) -> Fraction:
    """Even steps in time; straight lines between them."""
    place = elapsed * len(shares)
    step = place.numerator // place.denominator
    before = shares[step - 1] if step else Fraction(0)
    return before + (shares[step] - before) * (place - step)


def _elapsed(start: dt.date, due: dt.date, on: dt.date) -> Fraction:
    if on < start:
        return Fraction(0)
    if on >= due:
        return Fraction(1)
    begin = _months(start - dt.timedelta(days=1))
    return (_months(on) - begin) / (_months(due) - begin)


def _months(day: dt.date) -> Fraction:
    length = calendar.monthrange(day.year, day.month)[1]
    return day.year * 12 + day.month - 1 + Fraction(day.day, length)
