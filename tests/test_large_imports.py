"""Imports too large for a page: checked and loaded by jobs, killed and picked up again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.audit.services import first_broken
from jimin.foundation.jobs import run, worker
from jimin.foundation.jobs import services as jobs
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.worker import work
from jimin.foundation.records import exchange
from jimin.foundation.records.declare import registry
from jimin.foundation.records.jobs import DROP_OLD
from jimin.foundation.records.models import Upload, UploadPart
from jimin.foundation.records.views import imports
from jimin.kernel.areas.tests.few import HERE, THERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Person

from .factories import identity_number

MakeUser = Callable[..., User]
PERSONS = registry["people.person"]
HEAD = ["姓名", "公民身份号码", "所在村"]


@pytest.fixture
def clerk(
    db: None, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> Client:
    few_areas()
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(imports, "SMALL_FILE", 0)
    monkeypatch.setattr(exchange, "BATCH", 2)
    monkeypatch.setattr(run, "TELL_EVERY", 0.0)
    client = Client()
    client.force_login(make_user("township_clerk", TOWNSHIP))
    return client


def file_of(folder: Path, *rows: list[Any]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in [HEAD, *rows]:
        book.worksheets[0].append(row)
    book.save(folder / "book.xlsx")
    return SimpleUploadedFile("名册.xlsx", (folder / "book.xlsx").read_bytes())


def rows_of(*numbers: int, area: str = HERE) -> list[list[Any]]:
    return [[f"甲{n}", identity_number(n), area] for n in numbers]


def checked(client: Client, file: SimpleUploadedFile) -> str:
    """The address of the preview, after its job."""
    sent = client.post(PERSONS.url("import"), {"file": file})
    assert sent.status_code == 302, sent.content.decode()
    work(batch=True)
    return sent.headers["Location"]


def loads() -> list[Job]:
    return list(Job._base_manager.filter(kind="records.import"))


def stored() -> list[str]:
    with acting_as_system("test"):
        return [p.name for p in Person.objects.order_by("pk")]


def verbs() -> list[str]:
    return [e.verb for e in Entry.objects.order_by("pk")]


def die_at(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """The process is killed while it works at this batch (from one): nothing more is written."""
    take, seen = exchange.Pass.take, [0]

    def taking(self: exchange.Pass, rows: Any) -> Any:
        outcomes = take(self, rows)
        if self.writes:
            seen[0] += 1
            if seen[0] == batch:
                raise KeyboardInterrupt
        return outcomes

    monkeypatch.setattr(exchange.Pass, "take", taking)
    monkeypatch.setattr("jimin.foundation.jobs.run._again", lambda run: "killed")
    work(batch=True)
    monkeypatch.setattr(exchange.Pass, "take", take)
    Job._base_manager.filter(state="running").update(worker="gone:1:1")
    assert worker.sweep() == 1


def test_a_large_file_is_checked_and_loaded_by_jobs(clerk: Client, tmp_path: Path) -> None:
    sent = clerk.post(PERSONS.url("import"), {"file": file_of(tmp_path, *rows_of(1, 2, 3))})
    preview = sent.headers["Location"]
    assert "正在后台办理" in clerk.get(preview).content.decode()
    work(batch=True)
    page = clerk.get(preview)
    assert page.context["counts"] == {"new": 3, "changed": 0, "unchanged": 0, "wrong": 0}
    assert "甲1、甲2、甲3" in page.content.decode()
    assert stored() == []

    for _ in range(2):  # a double click is one job
        assert clerk.post(preview, {"decision": "all"}).status_code == 302
    assert len(loads()) == 1
    assert "正在后台办理" in clerk.get(preview).content.decode()
    work(batch=True)
    clerk.post(preview, {"decision": "all"})
    work(batch=True)
    assert len(loads()) == 1
    assert stored() == ["甲1", "甲2", "甲3"]
    assert verbs() == ["add", "add", "add", "import"]
    done = clerk.get(preview)
    assert done.context["counts"]["new"] == 3
    assert Upload.objects.get().preview == ""
    lines = clerk.get("/jobs/").content.decode()
    assert "名册.xlsx" in lines
    assert preview in lines


def test_good_rows_are_loaded_and_the_wrong_ones_given_back(clerk: Client, tmp_path: Path) -> None:
    rows = [*rows_of(1), *rows_of(2, area=THERE), *rows_of(3), *rows_of(3), *rows_of(5)]
    preview = checked(clerk, file_of(tmp_path, *rows))
    assert clerk.get(preview).context["counts"] == {
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "wrong": 2,
    }
    clerk.post(preview, {"decision": "all"})
    assert loads() == []
    clerk.post(preview, {"decision": "good"})
    work(batch=True)
    assert stored() == ["甲1", "甲3", "甲5"]
    assert clerk.get(preview).context["counts"]["wrong"] == 2
    parts = list(UploadPart.objects.order_by("first_row").values_list("first_row", flat=True))
    assert parts == [2, 4]
    given_back = clerk.get(clerk.get(f"{preview}errors/").headers["Location"])
    path = tmp_path / "errors.xlsx"
    path.write_bytes(b"".join(given_back.streaming_content))  # type: ignore[attr-defined]
    reasons = [row[3].value for row in openpyxl.load_workbook(path).worksheets[0].iter_rows()]
    assert reasons[0] == "错误原因"
    assert [bool(reason) for reason in reasons[1:]] == [False, True, False, True, False]
    assert "与第 4 行重复" in str(reasons[4])


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_good_rows_are_loaded_once_when_the_process_is_killed(
    clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    rows = [*rows_of(1, 2, 3), *rows_of(4, area=THERE), *rows_of(5)]
    preview = checked(clerk, file_of(tmp_path, *rows))
    clerk.post(preview, {"decision": "good"})
    die_at(monkeypatch, batch)
    whole = 2 * (batch - 1)
    assert stored() == [name for name in ("甲1", "甲2", "甲3") if int(name[1]) <= whole]
    assert loads()[0].bookmark.get("next", 0) == whole
    work(batch=True)
    assert stored() == ["甲1", "甲2", "甲3", "甲5"]
    assert verbs() == ["add"] * 4 + ["import"]
    counts = {"new": 4, "changed": 0, "unchanged": 0, "wrong": 1}
    assert Upload.objects.get().outcome == counts
    assert clerk.get(preview).context["counts"] == counts
    assert UploadPart.objects.count() == 1
    assert first_broken() is None


def test_all_rows_are_loaded_or_none_when_the_process_is_killed(
    clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = checked(clerk, file_of(tmp_path, *rows_of(1, 2, 3)))
    clerk.post(preview, {"decision": "all"})
    die_at(monkeypatch, 2)
    assert stored() == []
    assert not Entry.objects.exists()
    work(batch=True)
    assert stored() == ["甲1", "甲2", "甲3"]
    assert verbs() == ["add"] * 3 + ["import"]


def test_all_rows_are_refused_when_one_went_wrong_since_the_check(
    clerk: Client, tmp_path: Path
) -> None:
    preview = checked(clerk, file_of(tmp_path, *rows_of(1, 2, 3)))
    Person.objects.create(name="别处", citizen_id=identity_number(2), area_id=THERE)
    clerk.post(preview, {"decision": "all"})
    work(batch=True)
    assert stored() == ["别处"]
    page = clerk.get(preview)
    assert "没有导入任何一行" in page.content.decode()
    clerk.post(preview, {"decision": "check"})
    work(batch=True)
    assert clerk.get(preview).context["counts"]["wrong"] == 1
    clerk.post(preview, {"decision": "good"})
    work(batch=True)
    assert stored() == ["别处", "甲1", "甲3"]


def test_a_stopped_import_keeps_whole_batches_and_goes_on_when_tried_again(
    clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = checked(clerk, file_of(tmp_path, *rows_of(1, 2, 3, 4, 5)))
    clerk.post(preview, {"decision": "good"})
    batches = exchange.Pass.batches

    def stopped(self: exchange.Pass, start: int = 0) -> Any:
        for rows in batches(self, start):
            if rows[0].number == 4:
                clerk.post(f"/jobs/{loads()[0].pk}/stop/")
            yield rows

    monkeypatch.setattr(exchange.Pass, "batches", stopped)
    work(batch=True)
    monkeypatch.setattr(exchange.Pass, "batches", batches)
    assert stored() == ["甲1", "甲2"]
    assert loads()[0].state == Job.State.CANCELLED
    assert "取消前完成的部分保留" in clerk.get(preview).content.decode()
    clerk.post(f"/jobs/{loads()[0].pk}/retry/")
    work(batch=True)
    assert stored() == ["甲1", "甲2", "甲3", "甲4", "甲5"]
    assert verbs() == ["add", "add", "stop", "retry", "add", "add", "add", "import"]


def test_a_file_that_cannot_be_read_is_refused_by_the_job(clerk: Client) -> None:
    preview = checked(clerk, SimpleUploadedFile("名册.csv", "姓名,年龄\n甲,1\n".encode()))
    said = clerk.get(preview).content.decode()
    assert "公民身份号码" in said
    assert "重新上传" in said
    clerk.post(preview, {"decision": "drop"})
    assert Upload.objects.get().state == Upload.State.DROPPED


def test_a_colleague_does_not_see_the_upload(
    clerk: Client, make_user: MakeUser, tmp_path: Path
) -> None:
    preview = checked(clerk, file_of(tmp_path, *rows_of(1)))
    clerk.force_login(make_user("township_clerk", TOWNSHIP))
    assert clerk.get(preview).status_code == 404
    assert clerk.post(preview, {"decision": "all"}).status_code == 404


def test_old_uploads_are_dropped_with_their_files(clerk: Client, tmp_path: Path) -> None:
    checked(clerk, file_of(tmp_path, *rows_of(1)))
    kept = Path(Upload.objects.get().file.path)
    jobs.ask(actor=System("test"), kind=DROP_OLD)
    work(batch=True)
    assert kept.exists()
    Upload.objects.update(at="2016-01-01T00:00:00Z")
    jobs.ask(actor=System("test"), kind=DROP_OLD)
    work(batch=True)
    assert not kept.exists()
    assert not Upload.objects.exists()
