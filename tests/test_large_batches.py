"""Actions for more records than a page may do: tried and done by jobs, killed and picked up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db.models.functions import Length
from django.test import Client

from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.audit.services import first_broken
from jimin.foundation.jobs import worker
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.run import Run
from jimin.foundation.jobs.worker import work
from jimin.foundation.records import bulk
from jimin.foundation.records import jobs as record_jobs
from jimin.foundation.records.declare import registry
from jimin.foundation.records.models import Batch, BatchRow
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Person

from .factories import identity_number

MakeUser = Callable[..., User]
PERSONS = registry["people.person"]
MOVE = {"area": ALSO_HERE, "reason": "搬家"}


@pytest.fixture
def clerk(
    db: None, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> Client:
    few_areas()
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(record_jobs, "PORTION", 2)
    client = Client()
    client.force_login(make_user("township_clerk", TOWNSHIP))
    return client


def persons(number: int) -> list[Person]:
    Person._base_manager.bulk_create(
        Person(name=f"甲{n}", citizen_id=identity_number(n), area_id=HERE) for n in range(number)
    )
    return list(Person._base_manager.order_by("pk"))


def chosen(client: Client) -> str:
    """All persons of the list, who are to move; the address of the batch."""
    sent = client.post(PERSONS.url("choose", "move"), {"all": "1"})
    address = str(sent.headers["Location"])
    assert client.post(address, {"step": "try", **MOVE}).status_code == 302
    return address


def tried(client: Client, number: int = 5) -> str:
    persons(number)
    address = chosen(client)
    work(batch=True)
    return address


def job(kind: str) -> Job:
    return Job._base_manager.get(kind=f"records.{kind}")


def moved() -> list[str]:
    return list(
        Person._base_manager.filter(area_id=ALSO_HERE).order_by("pk").values_list("name", flat=True)
    )


def states() -> list[str]:
    """In the order of the records, whose keys grow: 999 comes before 1000."""
    rows = BatchRow.objects.order_by(Length("key"), "key")
    return list(rows.values_list("state", flat=True))


def verbs() -> list[str]:
    return [e.verb for e in Entry.objects.order_by("pk")]


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def results(client: Client, folder: Path) -> list[tuple[Any, ...]]:
    answer: Any = client.get(f"/jobs/{job('act').pk}/result/")
    path = folder / "results.xlsx"
    path.write_bytes(b"".join(answer.streaming_content))
    head, *lines = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [head, *sorted(lines)]


def die_at(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, call: int) -> None:
    """The process is killed at the end of this call (from one): nothing more is written."""
    original, seen = getattr(module, name), [0]

    def dying(**given: Any) -> Any:
        found = original(**given)
        seen[0] += 1
        if seen[0] == call:
            raise KeyboardInterrupt
        return found

    with monkeypatch.context() as patch:
        patch.setattr(module, name, dying)
        patch.setattr("jimin.foundation.jobs.run._again", lambda run: "killed")
        work(batch=True)
    Job._base_manager.filter(state="running").update(worker="gone:1:1")
    assert worker.sweep() == 1


def test_a_large_selection_is_tried_and_done_by_jobs(clerk: Client, tmp_path: Path) -> None:
    assert "超过 2 条的在后台办理" not in text(clerk, PERSONS.url())
    people = persons(5)
    assert "超过 2 条的在后台办理" in text(clerk, PERSONS.url())
    Person._base_manager.filter(pk=people[1].pk).update(area_id=ALSO_HERE)  # has no need to move
    address = chosen(clerk)
    assert "正在后台试算，没有改动任何记录" in text(clerk, address)
    clerk.post(address, {"step": "run"})  # not tried yet: nothing is done
    assert "正在试算" in clerk.post(address, {"step": "try", **MOVE}, follow=True).content.decode()
    work(batch=True)
    assert "可以办理 4 条，不能办理 1 条" in text(clerk, address)
    assert moved() == ["甲1"]
    assert verbs() == []

    for _ in range(2):  # a double click is one job
        assert clerk.post(address, {"step": "run"}).status_code == 302
    assert "正在后台逐条办理" in text(clerk, address)
    again = clerk.post(address, {"step": "try", **MOVE}, follow=True)
    assert "已经办理，不能再改" in again.content.decode()
    work(batch=True)
    clerk.post(address, {"step": "run"})
    work(batch=True)
    assert moved() == [f"甲{n}" for n in range(5)]
    assert states() == ["done", "refused", "done", "done", "done"]
    assert verbs() == ["move"] * 4
    assert (job("act").state, job("act").done, job("act").total) == ("done", 4, 4)

    page = text(clerk, address)
    assert "已办理 4 条，没有办理 1 条" in page
    assert "甲1" in text(clerk, f"{address}?state=refused")
    assert "甲2" not in text(clerk, f"{address}?state=refused")
    head, *lines = results(clerk, tmp_path)
    assert head == ("人员", "结果", "说明")
    assert [line[1] for line in lines] == ["已办理", "不能办理", "已办理", "已办理", "已办理"]
    assert "不必" in lines[1][2]
    listed = text(clerk, "/jobs/")
    assert address in listed
    assert "人员 迁移 5 条" in listed


def test_as_many_as_can_be_done_at_once_need_no_job(clerk: Client) -> None:
    persons(2)
    address = chosen(clerk)
    clerk.post(address, {"step": "run"})
    assert moved() == ["甲0", "甲1"]
    assert not Job._base_manager.exists()


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_trial_goes_on_after_its_process_was_killed(
    clerk: Client, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    persons(5)
    address = chosen(clerk)
    die_at(monkeypatch, bulk, "try_out", call)
    assert states().count("fine") == 2 * (call - 1)
    assert Batch.objects.get().state == Batch.State.CHOSEN
    work(batch=True)
    assert states() == ["fine"] * 5
    assert "可以办理 5 条" in text(clerk, address)
    assert verbs() == []


@pytest.mark.parametrize("call", [1, 3, 5])
def test_no_record_is_done_twice_when_the_process_is_killed(
    clerk: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, call: int
) -> None:
    address = tried(clerk)
    clerk.post(address, {"step": "run"})
    die_at(monkeypatch, bulk, "do_row", call)
    assert moved() == [f"甲{n}" for n in range(call - 1)]
    assert states().count("done") == call - 1
    work(batch=True)
    assert moved() == [f"甲{n}" for n in range(5)]
    assert verbs() == ["move"] * 5
    assert len(results(clerk, tmp_path)) == 6
    assert (job("act").attempt, job("act").state, first_broken()) == (2, "done", None)


def test_a_stopped_batch_keeps_what_is_done_and_goes_on_when_tried_again(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tried(clerk)
    clerk.post(address, {"step": "run"})
    step, steps = Run.step, [0]

    @contextmanager
    def stopped(run: Run) -> Iterator[Job]:
        steps[0] += 1
        if steps[0] == 4:
            clerk.post(f"/jobs/{run.job.pk}/stop/")
        with step(run) as held:
            yield held

    with monkeypatch.context() as patch:
        patch.setattr(Run, "step", stopped)
        work(batch=True)
    assert job("act").state == Job.State.CANCELLED
    assert moved() == ["甲0", "甲1", "甲2"]
    page = text(clerk, address)
    assert "没有做完：已办理 3 条，没有办成 0 条，还有 2 条没有轮到" in page
    clerk.post(f"/jobs/{job('act').pk}/retry/")
    work(batch=True)
    assert moved() == [f"甲{n}" for n in range(5)]
    assert verbs() == ["move"] * 3 + ["stop", "retry"] + ["move"] * 2
    assert "已办理 5 条" in text(clerk, address)


def test_a_trial_that_was_stopped_can_be_filled_in_anew(clerk: Client) -> None:
    persons(3)
    address = chosen(clerk)
    clerk.post(f"/jobs/{job('try').pk}/stop/")
    assert "试算没有做完" in text(clerk, address)
    assert 'name="reason"' in text(clerk, f"{address}?edit=1")
    assert clerk.post(address, {"step": "try", **MOVE}).status_code == 302
    work(batch=True)
    assert states() == ["fine"] * 3
    assert (Batch.objects.get().state, Batch.objects.get().trials) == (Batch.State.TRIED, 2)
    assert moved() == []


def test_records_changed_meanwhile_are_left_alone(clerk: Client, tmp_path: Path) -> None:
    address = tried(clerk, 3)
    Person._base_manager.filter(name="甲1").update(address="改过")
    clerk.post(address, {"step": "run"})
    work(batch=True)
    assert moved() == ["甲0", "甲2"]
    assert "已办理 2 条，没有办理 1 条" in text(clerk, address)
    assert results(clerk, tmp_path)[2][1:] == (
        "没有办理",
        "选择以后已被别人改过，没有办理。请核对后单独办理。",
    )


def test_a_post_taken_away_meanwhile_ends_the_batch(clerk: Client) -> None:
    address = tried(clerk, 3)
    clerk.post(address, {"step": "run"})
    Post.objects.all().delete()
    work(batch=True)
    assert job("act").state == Job.State.FAILED
    assert moved() == []
    assert verbs() == []


def test_a_colleague_sees_neither_the_batch_nor_its_results(
    clerk: Client, make_user: MakeUser
) -> None:
    address = tried(clerk, 3)
    clerk.post(address, {"step": "run"})
    work(batch=True)
    clerk.force_login(make_user("township_clerk", TOWNSHIP))
    assert clerk.get(address).status_code == 404
    assert clerk.post(address, {"step": "run"}).status_code == 404
    assert clerk.get(f"/jobs/{job('act').pk}/result/").status_code == 404
    with acting_as_system("test"):
        assert Person.objects.filter(area_id=ALSO_HERE).count() == 3
