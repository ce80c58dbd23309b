"""The month from the page: begun once, seen, stopped, failed, picked up again."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client

from jimin.domains.assistance.jobs import begin_approval, begin_month
from jimin.domains.assistance.models import MonthLine, MonthRun
from jimin.domains.assistance.services import assess_month, declare_many, months
from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import System
from jimin.foundation.audit.models import Entry
from jimin.foundation.jobs import run as runs
from jimin.foundation.jobs import services as jobs
from jimin.foundation.jobs import worker
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.worker import work
from jimin.foundation.sealed.rules import sm3
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.models import Award
from jimin.policies import PolicyError, verify_sample

from .conftest import COUNTY, OTHER_COMMUNITY, OTHER_COUNTY, Street
from .test_months import declared

JUNE = dt.date(2016, 6, 1)


@pytest.fixture(autouse=True)
def _every_step_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "TELL_EVERY", 0.0)


@pytest.fixture
def two_counties(street: Street) -> Street:
    families = [street.family(), street.family(), street.family(area=OTHER_COMMUNITY)]
    declare_many(actor=System("test"), declared=[declared(one, "100") for one in families])
    return street


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def reaching_all(user: User) -> User:
    """An officer of two counties."""
    Post.objects.create(
        user=user, role="county_officer", area_id=OTHER_COUNTY, valid_from=dt.date(2016, 1, 1)
    )
    return user


def begin(user: User, *counties: str) -> list[Job]:
    areas = list(Area.objects.filter(pk__in=counties or [COUNTY]))
    return begin_month(actor=user, month=JUNE, counties=areas).jobs


def lines() -> list[tuple[int, str, Decimal | None]]:
    rows = MonthLine._base_manager.order_by("household_id")
    return list(rows.values_list("household_id", "proposal", "amount"))


def text(client: Client, address: str = "/dibao/months/") -> str:
    return client.get(address).content.decode()


def die(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The process is killed in this function of the service: nothing more is written."""

    def dying(*given: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(months, name, dying)
        patch.setattr(runs, "_again", lambda run: "killed")
        work(batch=True)
    Job._base_manager.filter(state="running").update(worker="gone:1:1")
    assert worker.sweep() == 1


def test_an_officer_starts_all_counties_and_sees_each(two_counties: Street) -> None:
    officer = signed_in(reaching_all(two_counties.officer))
    page = officer.post("/dibao/months/", {"month": "2016-06"}, follow=True).content.decode()
    assert "正在后台核定 2 个县（市、区）" in page
    assert page.count("等待") >= 2
    assert [j.title for j in Job._base_manager.order_by("values__county")] == [
        "2016-06 昌邑区",
        "2016-06 龙潭区",
    ]
    polled = officer.get("/dibao/months/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in polled.headers
    assert "<html" not in polled.content.decode()
    work(batch=True)
    over = officer.get("/dibao/months/", headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"
    assert sorted(MonthRun._base_manager.values_list("area_id", "households")) == [
        (COUNTY, 2),
        (OTHER_COUNTY, 1),
    ]
    page = text(officer)
    assert "正在办理和没有办成的" not in page
    assert "2016-06 龙潭区" in page
    told = {j.message for j in Job._base_manager.all()}
    assert told == {"已核定 2 户，等待另一人批准。", "已核定 1 户，等待另一人批准。"}
    again = officer.post("/dibao/months/", {"month": "2016-06"}, follow=True).content.decode()
    assert "昌邑区、龙潭区这个月已经核定过，没有重复核定" in again
    assert Job._base_manager.count() == 2


def test_one_of_several_counties_is_started(two_counties: Street) -> None:
    officer = signed_in(reaching_all(two_counties.officer))
    officer.post("/dibao/months/", {"month": "2016-06", "area": OTHER_COUNTY})
    work(batch=True)
    assert list(MonthRun._base_manager.values_list("area_id", flat=True)) == [OTHER_COUNTY]
    elsewhere = signed_in(two_counties.other_officer)
    elsewhere.post("/dibao/months/", {"month": "2016-07", "area": COUNTY})
    with pytest.raises(PermissionDenied):
        begin(two_counties.other_officer, COUNTY)
    assert not Job._base_manager.filter(values__month="2016-07", values__county=COUNTY).exists()


def test_two_starts_are_one(two_counties: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    first = begin(two_counties.officer)
    second = begin(two_counties.second_officer)
    assert first == second
    page = text(signed_in(two_counties.second_officer))
    assert f"/jobs/{first[0].pk}/" not in page  # another's, seen but not opened
    assert two_counties.officer.name in page
    work(batch=True)
    assert MonthRun._base_manager.get().run_by == two_counties.officer
    assert [e.verb for e in Entry.objects.filter(verb="assess_month")] == ["assess_month"]


@pytest.mark.parametrize("where", ["assess_city", "verify_sample", "_file", "_lines", "_explain"])
def test_a_killed_month_is_picked_up_and_says_the_same(
    two_counties: Street, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    begin(two_counties.other_officer, OTHER_COUNTY)
    begin(two_counties.officer)
    work(batch=True)
    wanted, books = lines(), set(MonthRun._base_manager.values_list("sm3", flat=True))
    MonthRun._base_manager.all().delete()
    begin(two_counties.other_officer, OTHER_COUNTY)
    die(monkeypatch, where)
    assert not MonthRun._base_manager.exists()
    begin(two_counties.officer)
    work(batch=True)
    assert lines() == wanted
    assert set(MonthRun._base_manager.values_list("sm3", flat=True)) == books
    found = MonthRun._base_manager.get(area=OTHER_COUNTY)
    assert sm3(found.read_books()) == found.sm3
    assert Job._base_manager.order_by("-at")[1].attempt == 2


def test_a_run_made_anew_takes_its_own_file_and_the_old_one_goes(
    two_counties: Street, django_capture_on_commit_callbacks: Any
) -> None:
    begin(two_counties.officer)
    work(batch=True)
    run = MonthRun._base_manager.get()
    old, whole = Path(run.books.path), run.read_books()
    left = old.with_name(f"{old.name.removesuffix('.sealed')}.killed.part")
    left.write_bytes(b"half")
    assert b"PAR1" not in old.read_bytes()
    with transaction.atomic():
        assess_month(actor=System("test"), month=JUNE, area=run.area, again=True)
        transaction.set_rollback(True)
    assert run.read_books() == whole  # a run that failed took nothing from the one before
    assert left.exists()
    with django_capture_on_commit_callbacks(execute=True):
        [again] = assess_month(actor=System("test"), month=JUNE, area=run.area, again=True)
    assert (again.sm3, again.read_books()) == (run.sm3, whole)
    assert list(old.parent.glob("220*")) == [Path(again.books.path)]


def test_what_changes_while_it_is_computed_is_computed_again(
    two_counties: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed: list[Any] = []

    def meanwhile(*given: Any, **more: Any) -> Any:
        if not changed:
            changed.append(two_counties.made[0])
            again = declared(two_counties.made[0], "50")
            declare_many(actor=System("test"), declared=[again])
        return verify_sample(*given, **more)

    monkeypatch.setattr(months, "verify_sample", meanwhile)
    begin(two_counties.officer)
    work(batch=True)
    assert [amount for _household, _proposal, amount in lines()] == [Decimal(375), Decimal(325)]


def test_a_stopped_month_leaves_nothing_and_is_begun_anew(
    two_counties: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = signed_in(two_counties.officer)
    [job] = begin(two_counties.officer)

    def stopped(*given: Any, **more: Any) -> Any:
        officer.post(f"/jobs/{job.pk}/stop/")
        return verify_sample(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(months, "verify_sample", stopped)
        work(batch=True)
    assert Job._base_manager.get().state == Job.State.CANCELLED
    assert not MonthRun._base_manager.exists()
    page = text(officer)
    assert "已取消" in page
    assert "没有办成的请看说明，改正后重新开始" in page
    [anew] = begin(two_counties.second_officer)
    assert anew != job
    work(batch=True)
    assert MonthRun._base_manager.get().run_by == two_counties.second_officer
    assert "正在办理和没有办成的" not in text(officer)


def test_a_month_the_rules_refuse_says_why(
    two_counties: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: Any, **more: Any) -> Any:
        raise PolicyError("没有 2016-06 的标准")

    monkeypatch.setattr(months, "verify_sample", refuse)
    begin(two_counties.officer)
    work(batch=True)
    assert Job._base_manager.get().state == Job.State.FAILED
    assert "不能核定：没有 2016-06 的标准" in text(signed_in(two_counties.officer))
    assert not MonthRun._base_manager.exists()


def test_an_approval_is_carried_out_once(
    two_counties: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(two_counties.officer)
    work(batch=True)
    run = MonthRun._base_manager.get()
    first = begin_approval(actor=two_counties.director, run=run)
    assert begin_approval(actor=two_counties.director, run=run) == first
    die(monkeypatch, "_mark_exits")
    assert not Award.objects.exists()
    work(batch=True)
    assert Award.objects.count() == 2
    run.refresh_from_db()
    assert begin_approval(actor=two_counties.director, run=run) is None
    assert first is not None
    first.refresh_from_db()
    assert (first.state, first.attempt) == (Job.State.DONE, 2)
    jobs.begin(
        actor=two_counties.director,
        kind=first.declared,  # type: ignore[arg-type]
        key=str(first.once).rpartition(" ")[0],
        values=first.values,
    )
    work(batch=True)
    assert Award.objects.count() == 2


def test_a_county_sees_nothing_of_anothers_month(two_counties: Street) -> None:
    begin(two_counties.officer)
    elsewhere = text(signed_in(two_counties.other_officer))
    assert "正在办理和没有办成的" not in elsewhere
    assert "昌邑区" not in elsewhere


def test_the_progress_of_a_month_moves_family_by_family(
    two_counties: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, str]] = []

    def tell(run: Any, done: int, total: int = 0, message: str = "") -> None:
        told.append((done, message))

    monkeypatch.setattr(runs.Run, "tell", tell)
    monkeypatch.setattr(months, "BATCH", 1)
    begin(two_counties.officer)
    work(batch=True)
    assert [done for done, _said in told] == [0, 0, 10, 20, 60, 85, 85]
    assert told[2][1] == "正在读取在册 2 户的情况，已读 1 户……"
    assert told[4][1] == "已核定 2 户，正在逐户复算，已复算 1 户……"
    assert Job._base_manager.get().total == 100
