"""Exports: what stands in the file, what is written down, and those too large for a page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as
from jimin.foundation.audit.models import Entry
from jimin.foundation.jobs import run, worker
from jimin.foundation.jobs.models import Job
from jimin.foundation.jobs.worker import work
from jimin.foundation.records import exports
from jimin.foundation.records.cells import label_of
from jimin.foundation.records.declare import registry
from jimin.foundation.records.models import SavedView
from jimin.foundation.records.values import cell
from jimin.foundation.records.views import exports as pages
from jimin.kernel.areas.tests.few import HERE, THERE, TOWNSHIP, few_areas
from jimin.kernel.people.models import Household, Person

from .every_record.walk import csv_rows
from .factories import identity_number

MakeUser = Callable[..., User]
PERSONS, HOUSEHOLDS = registry["people.person"], registry["people.household"]


@pytest.fixture
def clerk(
    db: None, make_user: MakeUser, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> User:
    few_areas()
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(exports, "CHUNK", 2)
    monkeypatch.setattr(run, "TELL_EVERY", 0.0)
    return make_user("township_clerk", TOWNSHIP, "王经办")


@pytest.fixture
def persons(clerk: User) -> list[Person]:
    return [
        Person.objects.create(
            name=f"甲{n}",
            citizen_id=identity_number(n),
            phone=f"1380000{n:04d}",
            area_id=THERE if n == 9 else HERE,
        )
        for n in (3, 1, 2, 5, 9)
    ]


@pytest.fixture
def desk(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def sheet(path: Path) -> list[list[Any]]:
    return [[c.value for c in row] for row in openpyxl.load_workbook(path).worksheets[0].rows]


def fetched(client: Client, job: Job, folder: Path) -> list[list[Any]]:
    got = client.get(f"/jobs/{job.pk}/result/")
    path = folder / "fetched.xlsx"
    path.write_bytes(b"".join(got.streaming_content))  # type: ignore[attr-defined]
    return sheet(path)


def test_the_first_line_says_who_when_how_many_and_why(desk: Client, persons: list[Person]) -> None:
    rows = csv_rows(desk.post(PERSONS.url("export"), {"format": "csv", "reason": "入户走访"}))
    assert rows[0][0].startswith("王经办（user1）于 ")
    assert "共 4 条。用途：入户走访。" in rows[0][0]
    entry = Entry.objects.get()
    assert (entry.verb, entry.values["rows"], entry.reason) == ("export", 4, "入户走访")


def test_the_columns_of_the_list_are_exported_when_asked_for(
    desk: Client, persons: list[Person]
) -> None:
    sent = {"format": "csv", "columns": "list"}
    _title, head, first, *_rest = csv_rows(desk.post(f"{PERSONS.url('export')}?sort=name", sent))
    assert head == [
        "姓名",
        "公民身份号码",
        "性别",
        "出生日期",
        "电话",
        "所在村（社区）",
        "死亡日期",
    ]
    assert first[0] == "甲1"
    assert first[1].count("*") == 10
    assert first[5] == f"某地{TOWNSHIP} 某地{HERE}"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_has_the_columns_one_chose_in_their_order_or_every_field(
    form: str, desk: Client, persons: list[Person], tmp_path: Path
) -> None:
    def heads(columns: str, query: str = "") -> list[Any]:
        sent = {"format": form, "columns": columns}
        answer = desk.post(f"{PERSONS.url('export')}{query}", sent)
        if form == "csv":
            return csv_rows(answer)[1]
        path = tmp_path / "export.xlsx"
        path.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
        return sheet(path)[1]

    desk.post(PERSONS.url("columns"), {"columns": ["address", "area", "name"]})
    desk.post(PERSONS.url("save-view"), {"name": "走访"})
    view = SavedView.objects.get(name="走访")
    assert heads("list") == ["住址", "所在村（社区）", "姓名"]
    desk.post(PERSONS.url("columns"), {"columns": ["name", "phone"]})
    assert heads("list") == ["姓名", "电话"]
    assert heads("list", f"?view={view.pk}") == ["住址", "所在村（社区）", "姓名"]
    every = [label_of(PERSONS, name) for name in PERSONS.fields]
    assert heads("all") == every
    desk.post(PERSONS.url("columns"), {"reset": "1"})
    assert heads("list") == [str(column.label) for column in PERSONS.list_columns] != every


def test_every_cell_is_what_an_import_reads_back(clerk: User, persons: list[Person]) -> None:
    """The quick way of whole columns writes what `values.cell` says of each."""
    Household.objects.create(number="1", area_id=HERE, residence="rural", head=persons[0])
    Household.objects.create(number="2", area_id=HERE, residence="urban", head=persons[4])
    Household.objects.create(number="3", area_id=HERE, residence="urban")
    for record in (PERSONS, HOUSEHOLDS):
        with acting_as(clerk):
            made = exports.Export(clerk, record, exports.Wanted("", "xlsx"))
            found = list(made._rows())
            objs = record.rows("view", "export").in_bulk(list(made.keys))
            wanted = [
                [cell(record, objs[key], name, unmasked=False) for name in record.fields]
                for key in made.keys
            ]
        assert found == wanted
        assert len(found) > 2


def test_the_number_of_queries_grows_by_chunks_only(clerk: User, persons: list[Person]) -> None:
    with (
        acting_as(clerk),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        made = exports.Export(clerk, PERSONS, exports.Wanted("", "xlsx"))
        assert len(list(made._rows())) == 4
    reads = [q for q in queries.captured_queries if "people_person" in q["sql"]]
    assert len(reads) == 3  # the keys, and two chunks of two


def test_many_rows_are_exported_by_a_job(
    desk: Client, persons: list[Person], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "MOST_ROWS_AT_ONCE", 3)
    sent = desk.post(f"{PERSONS.url('export')}?sort=-name&q=甲", {"format": "xlsx"})
    job = Job._base_manager.get()
    assert sent.headers["Location"] == f"/jobs/{job.pk}/"
    assert "甲" not in str(job.values)
    assert not Entry.objects.exists()
    work(batch=True)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 4, 4)
    title, _head, *rows = fetched(desk, job, tmp_path)
    assert "共 4 条" in title[0]
    assert [row[0] for row in rows] == ["甲5", "甲3", "甲2", "甲1"]
    assert Entry.objects.get().values["rows"] == 4
    assert list((tmp_path / "files/jobs/work").iterdir()) == []


def test_a_killed_export_leaves_one_file_and_one_line(
    desk: Client, persons: list[Person], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pages, "MOST_ROWS_AT_ONCE", 3)
    desk.post(PERSONS.url("export"), {"format": "xlsx"})
    tell = run.Run.tell

    def killed(self: run.Run, *args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run.Run, "tell", killed)
        patch.setattr(run, "_again", lambda run: "killed")
        patch.setattr("shutil.rmtree", lambda *a, **k: None)  # nor does it tidy up
        work(batch=True)
    assert run.Run.tell is tell
    left = list((tmp_path / "files/jobs/work").rglob("export.xlsx"))
    assert not Entry.objects.exists()
    Job._base_manager.update(worker="gone:1:1")
    assert worker.sweep() == 1
    work(batch=True)
    job = Job._base_manager.get()
    assert (job.state, job.attempt) == ("done", 2)
    assert len(fetched(desk, job, tmp_path)) == 6
    assert Entry.objects.count() == 1
    assert not any(path.exists() for path in left)


def test_a_right_lost_before_the_job_began_is_lost(
    desk: Client, persons: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_ROWS_AT_ONCE", 3)
    desk.post(PERSONS.url("export"), {"format": "xlsx"})
    Post.objects.update(valid_to="2016-02-01")
    work(batch=True)
    job = Job._base_manager.get()
    assert (job.state, job.result.name) == ("failed", "")
    assert not Entry.objects.exists()


def test_more_rows_than_a_sheet_holds_are_refused(
    desk: Client, persons: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_ROWS", 3)
    refused = desk.post(PERSONS.url("export"), {"format": "xlsx"}, follow=True)
    assert "超过 3 条" in refused.content.decode()
    assert not Entry.objects.exists()
