"""Working days by the State Council's yearly notice: weekends worked and weekdays off included.

The notice for a year comes out in the autumn before it. Until it is known to the calendar library
a day of that year counts as a working day from Monday to Friday; `is_published` tells, and pages
say that such a date is an estimate. `published_only=True` refuses instead.
"""

import datetime as dt
from typing import Final

import chinese_calendar
from chinese_calendar.constants import holidays

ONE_DAY: Final = dt.timedelta(days=1)
FIRST_YEAR: Final[int] = min(holidays).year
LAST_YEAR: Final[int] = max(holidays).year
WEEKEND: Final = 5


class CalendarNotPublishedError(ValueError):
    """The working days of a year are not known, and an estimate is not wanted."""


def is_published(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def is_working_day(day: dt.date, *, published_only: bool = False) -> bool:
    if is_published(day.year):
        return bool(chinese_calendar.is_workday(day))
    if published_only:
        raise CalendarNotPublishedError(
            f"没有 {day.year} 年的放假安排（现有 {FIRST_YEAR} 至 {LAST_YEAR} 年），"
            "无法计算工作日。请更新 chinesecalendar 后再试。"
        )
    return day.weekday() < WEEKEND


def add_working_days(start: dt.date, count: int, *, published_only: bool = False) -> dt.date:
    """The day on which a limit of `count` working days ends; the day of `start` does not count.

    A limit of no days ends on `start` itself, whatever day that is.
    """
    if count < 0:
        raise ValueError(f"工作日数不能是负数：{count}。")
    day = start
    while count:
        day += ONE_DAY
        if is_working_day(day, published_only=published_only):
            count -= 1
    return day


def working_days_between(first: dt.date, last: dt.date, *, published_only: bool = False) -> int:
    """Working days after `first` up to and including `last`; negative when `last` is earlier."""
    if last < first:
        return -working_days_between(last, first, published_only=published_only)
    days = (last - first).days
    return sum(
        is_working_day(first + ONE_DAY * n, published_only=published_only)
        for n in range(1, days + 1)
    )
