"""The days the office enters count before those of the calendar library."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from jimin.foundation import workdays
from jimin.foundation.access.models import User
from jimin.foundation.audit.models import Entry
from jimin.foundation.calendar import days
from jimin.foundation.calendar.models import CalendarDay
from jimin.foundation.workdays import (
    EVERY_YEAR,
    LAST_YEAR,
    CalendarNotPublishedError,
    Occasion,
    add_working_days,
    is_published,
    is_working_day,
    working_days_between,
)

CITY = "220200000000"
NEXT = LAST_YEAR + 1
MONDAY = next(
    day for n in range(1, 8) if (day := dt.date(NEXT, 3, n)).weekday() == 0
)  # of a year the library does not know

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _register() -> Iterator[None]:
    days.kept.forget()
    workdays.take_from(days.entered)
    yield
    days.kept.forget()


def enter(day: dt.date, kind: str = "off", occasion: str = "other") -> CalendarDay:
    return CalendarDay.objects.create(day=day, kind=kind, occasion=occasion, source="通知〔1〕号")


def test_an_entered_day_counts_before_the_library_and_the_week() -> None:
    friday = dt.date(2016, 7, 8)
    assert is_working_day(friday)
    row = enter(friday)
    assert not is_working_day(friday)
    assert not is_working_day(dt.date(2016, 7, 9))
    enter(dt.date(2016, 7, 9), "work")
    assert is_working_day(dt.date(2016, 7, 9))
    row.kind = "usual"
    row.save()
    assert is_working_day(friday)


def test_deadlines_step_over_entered_days() -> None:
    assert add_working_days(MONDAY, 5) == MONDAY + dt.timedelta(days=7)
    enter(MONDAY + dt.timedelta(days=1))
    assert add_working_days(MONDAY, 5) == MONDAY + dt.timedelta(days=8)
    assert working_days_between(MONDAY, MONDAY + dt.timedelta(days=8)) == 5


def test_a_year_is_published_once_every_holiday_of_it_is_entered() -> None:
    for number, occasion in enumerate(sorted(EVERY_YEAR)):
        assert not is_published(NEXT)
        with pytest.raises(CalendarNotPublishedError, match="请在“工作日历”登记"):
            is_working_day(MONDAY, published_only=True)
        enter(dt.date(NEXT, 5, 1 + number), occasion=occasion)
    assert is_published(NEXT)
    assert is_working_day(MONDAY, published_only=True)
    CalendarDay.objects.filter(occasion=Occasion.QINGMING).first().save()  # type: ignore[union-attr]
    assert is_published(NEXT)


def test_a_loop_over_deadlines_asks_once(
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    enter(MONDAY)
    with django_assert_num_queries(1):
        for n in range(200):
            add_working_days(MONDAY + dt.timedelta(days=n), 30)


def test_another_process_sees_a_change_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("jimin.foundation.calendar.days.time.monotonic", lambda: now[0])
    assert is_working_day(MONDAY)
    CalendarDay.objects.bulk_create(  # says nothing to this process, like a change in another
        [CalendarDay(day=MONDAY, kind="off", occasion="other", source="通知")]
    )
    assert is_working_day(MONDAY)
    now[0] += days.LOOK_AGAIN
    assert not is_working_day(MONDAY)


def test_the_administrator_enters_a_day_and_others_only_look(
    client: Client, make_user: Callable[..., User]
) -> None:
    from jimin.kernel.areas.tests.few import few_areas

    few_areas()
    client.force_login(make_user("administrator", CITY))
    data = {"day": str(MONDAY), "kind": "off", "occasion": "other", "source": "通知〔2〕号"}
    response = client.post("/records/calendar/new/", {**data, "form_token": "t"})
    assert response.status_code == 302, response.content.decode()
    assert not is_working_day(MONDAY)
    assert Entry.objects.get().verb == "add"
    clerk = Client()
    clerk.force_login(make_user("township_clerk", "220202001000"))
    assert "通知〔2〕号" in clerk.get("/records/calendar/").content.decode()
    assert clerk.post("/records/calendar/new/", data).status_code == 403
