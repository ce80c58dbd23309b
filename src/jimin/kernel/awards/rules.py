"""Months, stored as their first day."""

import datetime as dt


def month_of(day: dt.date) -> dt.date:
    return day.replace(day=1)


def next_month(day: dt.date) -> dt.date:
    """The first day of the month after: a benefit is paid from the month after its approval."""
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def previous_month(day: dt.date) -> dt.date:
    return month_of(month_of(day) - dt.timedelta(days=1))


def text(month: dt.date) -> str:
    """`2016-07`, as the rules and the workbooks write a month."""
    return f"{month:%Y-%m}"
