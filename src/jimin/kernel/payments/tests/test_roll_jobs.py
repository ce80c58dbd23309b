"""Long rolls are made in the background: once, seen, and picked up again."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.jobs import run as runs
from jimin.foundation.jobs import worker
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.worker import work
from jimin.foundation.records.declare import registry
from jimin.kernel.areas.models import Area
from jimin.kernel.payments import jobs
from jimin.kernel.payments.models import Roll, RollLine
from jimin.kernel.payments.services import rolls

from .conftest import COUNTY, THERE
from .test_rolls import Make, Staff, receiving

JUNE = dt.date(2016, 6, 1)
OTHER_COUNTY = "220203000000"


@pytest.fixture(autouse=True)
def _every_roll_is_long(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 0)
    settings.DEMO = True  # no second factor


@pytest.fixture
def paymaster(household: Make, staff: Staff) -> User:
    """Of two counties, in each of which a family receives."""
    receiving(household())
    receiving(household(area=THERE))
    user = staff("county_paymaster")
    Post.objects.create(
        user=user, role="county_paymaster", area_id=OTHER_COUNTY, valid_from=dt.date(2016, 1, 1)
    )
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begin(user: User, month: dt.date = JUNE, *codes: str) -> jobs.Started:
    counties = list(Area.objects.filter(pk__in=codes or [COUNTY]))
    return jobs.begin_rolls(actor=user, month=month, benefit="dibao", counties=counties)


def made() -> list[tuple[str, int, str]]:
    with acting_as_system("test"):
        rows = Roll.objects.order_by("area_id")
        return list(rows.values_list("area_id", "households", "state"))


def test_the_rolls_of_all_counties_are_made_in_the_background(paymaster: User) -> None:
    client = signed_in(paymaster)
    sent = {"area": "", "benefit": "dibao", "month": "2016-06"}
    page = client.post("/payments/prepare/", sent, follow=True).content.decode()
    assert "正在后台编制 2 个县（市、区）的名册" in page
    assert "2016-06 龙潭区" in page
    assert made() == []
    work(batch=True)
    over = client.get("/payments/prepare/", headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"
    assert [area for area, _households, _state in made()] == [COUNTY, OTHER_COUNTY]
    assert {state for _area, _households, state in made()} == {"prepared"}
    links = {job.link for job in Job._base_manager.all()}
    assert links == {f"/records/roll/{roll.pk}/" for roll in Roll._base_manager.all()}
    again = client.post("/payments/prepare/", sent, follow=True).content.decode()
    assert "昌邑区、龙潭区这个月已有名册，没有重复编制" in again
    assert Job._base_manager.count() == 2


def test_a_short_roll_is_made_at_once(paymaster: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    sent = {"area": COUNTY, "benefit": "dibao", "month": "2016-06"}
    answer = signed_in(paymaster).post("/payments/prepare/", sent)
    assert answer.headers["Location"] == f"/records/roll/{Roll._base_manager.get().pk}/"
    assert not Job._base_manager.exists()


def test_two_starts_are_one_roll(paymaster: User, staff: Staff) -> None:
    first, second = begin(paymaster), begin(staff("county_paymaster"))
    assert first.jobs == second.jobs
    work(batch=True)
    assert [entry.verb for entry in Entry.objects.filter(verb="prepare")] == ["prepare"]
    assert Roll._base_manager.get().prepared_by == paymaster


def test_a_roll_whose_process_was_killed_is_made_once(
    paymaster: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dying(*given: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    begin(paymaster)
    with monkeypatch.context() as patch:
        patch.setattr(rolls, "_log", dying)
        patch.setattr(runs, "_again", lambda run: "killed")
        work(batch=True)
    assert made() == []
    Job._base_manager.filter(state="running").update(worker="gone:1:1")
    assert worker.sweep() == 1
    work(batch=True)
    assert [area for area, _households, _state in made()] == [COUNTY]
    assert RollLine._base_manager.count() == 1
    assert [entry.verb for entry in Entry.objects.filter(verb="prepare")] == ["prepare"]


def test_what_cannot_be_a_roll_is_refused_at_once(paymaster: User) -> None:
    with pytest.raises(ValidationError, match="最多提前一个月"):
        begin(paymaster, dt.date(2090, 1, 1))
    assert not Job._base_manager.exists()


def held_anew(user: User) -> Any:
    address = registry["payments.roll"].url("act", Roll._base_manager.get().pk, "prepare")
    return signed_in(user).post(address)


@pytest.fixture
def made_in_june(paymaster: User, household: Make) -> Roll:
    """A roll of one family; another begins to receive after it was made."""
    begin(paymaster)
    work(batch=True)
    receiving(household())
    return Roll._base_manager.get()


def test_a_long_roll_is_made_anew_in_the_background(paymaster: User, made_in_june: Roll) -> None:
    answer = held_anew(paymaster)
    assert held_anew(paymaster).headers["Location"] == answer.headers["Location"]
    job = Job._base_manager.get(state="waiting")
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    page = signed_in(paymaster).get(f"/records/roll/{made_in_june.pk}/").content.decode()
    assert "正在后台重新编制" in page
    assert made() == [(COUNTY, 1, "prepared")]
    work(batch=True)
    assert made() == [(COUNTY, 2, "prepared")]
    assert [entry.verb for entry in Entry.objects.filter(verb="prepare")] == ["prepare"] * 2
    job.refresh_from_db()
    assert job.state == "done"
    page = signed_in(paymaster).get(f"/records/roll/{made_in_june.pk}/").content.decode()
    assert "正在后台重新编制" not in page
    held_anew(paymaster)
    assert Job._base_manager.filter(state="waiting").count() == 1


def test_a_short_roll_is_made_anew_at_once(
    paymaster: User, made_in_june: Roll, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    assert held_anew(paymaster).headers["Location"] == f"/records/roll/{made_in_june.pk}/"
    assert made() == [(COUNTY, 2, "prepared")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_roll_made_anew_by_a_killed_process_is_made_anew_once(
    when: str, paymaster: User, made_in_june: Roll, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before its last step is written nothing is there, killed after it all is."""

    def dying(*given: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    held_anew(paymaster)
    with monkeypatch.context() as patch:
        patch.setattr(*((rolls, "_log") if when == "before" else (runs, "_end")), dying)
        patch.setattr(runs, "_again", lambda run: "killed")
        work(batch=True)
    assert made() == [(COUNTY, 1 if when == "before" else 2, "prepared")]
    Job._base_manager.filter(state="running").update(worker="gone:1:1")
    assert worker.sweep() == 1
    work(batch=True)
    assert made() == [(COUNTY, 2, "prepared")]
    assert Entry.objects.filter(verb="prepare").count() == 2
    assert Job._base_manager.filter(state="done").count() == 2


def test_a_roll_released_meanwhile_stays_as_it_is(
    paymaster: User, made_in_june: Roll, staff: Staff
) -> None:
    held_anew(paymaster)
    director = staff("county_director")
    rolls.release_roll(actor=director, roll=made_in_june)
    work(batch=True)
    assert made() == [(COUNTY, 1, "released")]
    job = Job._base_manager.get(state="failed")
    assert job.message == "名册已批准发放，不能重新编制。"
    page = held_anew(paymaster).content.decode()
    assert "名册已批准发放，不能重新编制。" in page
    assert not Job._base_manager.filter(state="waiting").exists()


def test_the_api_says_that_a_roll_is_made_in_the_background(
    paymaster: User, made_in_june: Roll
) -> None:
    answer = signed_in(paymaster).post(
        f"/api/roll/{made_in_june.pk}/prepare", {}, "application/json"
    )
    assert answer.status_code == 202
    assert answer.json()["households"] == 1
    work(batch=True)
    assert made() == [(COUNTY, 2, "prepared")]
