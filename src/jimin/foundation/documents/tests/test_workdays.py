"""Working days by the State Council's notices (for 2016: 国办发明电〔2015〕18号)."""

import datetime as dt

import pytest

from jimin.foundation.workdays import (
    LAST_YEAR,
    CalendarNotPublishedError,
    add_working_days,
    is_working_day,
    working_days_between,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (dt.date(2016, 2, 5), True),  # the Friday before the Spring Festival
        (dt.date(2016, 2, 6), True),  # a Saturday that is worked
        (dt.date(2016, 2, 8), False),
        (dt.date(2016, 2, 12), False),
        (dt.date(2016, 2, 14), True),  # a Sunday that is worked
        (dt.date(2016, 6, 12), True),  # another, for the Dragon Boat Festival
        (dt.date(2016, 10, 7), False),
        (dt.date(2016, 7, 9), False),
    ],
)
def test_days_off_and_days_worked_of_2016(day: dt.date, works: bool) -> None:
    assert is_working_day(day) is works


def test_ten_working_days_across_the_national_holiday() -> None:
    # 28, 29, 30 September; 8 and 9 October are worked; then 10 to 14 October
    assert add_working_days(dt.date(2016, 9, 27), 10) == dt.date(2016, 10, 14)


def test_a_limit_of_no_days_ends_the_same_day() -> None:
    sunday = dt.date(2016, 7, 10)
    assert add_working_days(sunday, 0) == sunday
    assert add_working_days(sunday, 1) == dt.date(2016, 7, 11)


def test_days_between_are_the_inverse_of_days_added() -> None:
    start = dt.date(2016, 1, 29)
    for count in (1, 5, 12):
        assert working_days_between(start, add_working_days(start, count)) == count
    assert working_days_between(dt.date(2016, 7, 8), dt.date(2016, 7, 1)) == -5
    assert working_days_between(start, start) == 0


def test_a_year_without_a_notice_is_estimated_or_refused() -> None:
    monday = dt.date(LAST_YEAR + 30, 1, 1)
    monday += dt.timedelta(days=(7 - monday.weekday()) % 7)
    assert add_working_days(monday, 5) == monday + dt.timedelta(days=7)
    with pytest.raises(CalendarNotPublishedError, match=f"没有 {monday.year} 年的放假安排"):
        add_working_days(monday, 5, published_only=True)


def test_a_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="不能是负数"):
        add_working_days(dt.date(2016, 7, 1), -1)
