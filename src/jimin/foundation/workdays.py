"""Working days by the State Council's yearly notice: weekends worked and weekdays off included.

The notice for a year comes out in the autumn before it. What the office enters of it counts
before what the calendar library knows. While a year is known to neither, a day of it counts as a
working day from Monday to Friday; `is_published` tells, and pages say that such a date is an
estimate. `published_only=True` refuses instead.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import chinese_calendar
from chinese_calendar.constants import holidays

ONE_DAY: Final = dt.timedelta(days=1)
FIRST_YEAR: Final[int] = min(holidays).year
LAST_YEAR: Final[int] = max(holidays).year
WEEKEND: Final = 5


class Occasion(StrEnum):
    NEW_YEAR = "new_year"
    SPRING_FESTIVAL = "spring_festival"
    QINGMING = "qingming"
    LABOUR_DAY = "labour_day"
    DRAGON_BOAT = "dragon_boat"
    MID_AUTUMN = "mid_autumn"
    NATIONAL_DAY = "national_day"
    OTHER = "other"


# The days off of the whole people by 全国年节及纪念日放假办法: a notice names all of them.
EVERY_YEAR: Final = frozenset(Occasion) - {Occasion.OTHER}


@dataclass(frozen=True)
class Entered:
    """What the office has entered: whether a day is worked, and by year the occasions for days off.

    With a day off for each of the seven occasions the year's notice counts as entered.
    """

    works: Mapping[dt.date, bool] = field(default_factory=dict)
    occasions: Mapping[int, frozenset[Occasion]] = field(default_factory=dict)

    def has_year(self, year: int) -> bool:
        return self.occasions.get(year, frozenset()) >= EVERY_YEAR


NOTHING: Final = Entered()
_source: Callable[[], Entered] = lambda: NOTHING  # noqa: E731  replaced as a whole


class CalendarNotPublishedError(ValueError):
    """The working days of a year are not known, and an estimate is not wanted."""


def take_from(source: Callable[[], Entered]) -> None:
    """Where the entered days are read; asked for every computation, so it keeps them itself."""
    global _source
    _source = source


def is_published(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR or _source().has_year(year)


def is_working_day(day: dt.date, *, published_only: bool = False) -> bool:
    return _is_working(day, _source(), published_only)


def add_working_days(start: dt.date, count: int, *, published_only: bool = False) -> dt.date:
    """The day on which a limit of `count` working days ends; the day of `start` does not count.

    A limit of no days ends on `start` itself, whatever day that is.
    """
    if count < 0:
        raise ValueError(f"工作日数不能是负数：{count}。")
    day, entered = start, _source()
    while count:
        day += ONE_DAY
        if _is_working(day, entered, published_only):
            count -= 1
    return day


def working_days_between(first: dt.date, last: dt.date, *, published_only: bool = False) -> int:
    """Working days after `first` up to and including `last`; negative when `last` is earlier."""
    if last < first:
        return -working_days_between(last, first, published_only=published_only)
    days, entered = (last - first).days, _source()
    return sum(
        _is_working(first + ONE_DAY * n, entered, published_only) for n in range(1, days + 1)
    )


def _is_working(day: dt.date, entered: Entered, published_only: bool) -> bool:
    if day in entered.works:
        return entered.works[day]
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return bool(chinese_calendar.is_workday(day))
    if published_only and not entered.has_year(day.year):
        raise CalendarNotPublishedError(
            f"没有 {day.year} 年的放假安排（现有 {FIRST_YEAR} 至 {LAST_YEAR} 年），"
            "无法计算工作日。请在“工作日历”登记这一年的放假通知后再试。"
        )
    return day.weekday() < WEEKEND
