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
