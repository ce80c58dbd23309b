"""Every register does what every register does: a walk over the registry.

A register that is declared is tested here at once; it needs an example in `factories.py`. The
access matrix is the tests' own, with one role that may do everything with the register at hand.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jimin.foundation.access.matrix import Matrix, Role
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.audit.services import first_broken
from jimin.foundation.records import paging
from jimin.foundation.records.checks import faults_of
from jimin.foundation.records.declare import RecordType, registry
from jimin.foundation.records.exchange import label_of
from jimin.foundation.records.services import version_of
from jimin.foundation.records.values import cell, hidden
from jimin.foundation.tables import OutColumn, stream_xlsx
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE, NAMED, THERE, TOWNSHIP, few_areas

from .factories import EXEMPT, FACTORIES

VERBS = frozenset({"view", "add", "change", "import", "export", "unmask"})
MakeUser = Callable[..., User]

walked = [record for label, record in registry.items() if label in FACTORIES]
every = pytest.mark.parametrize("record", walked, ids=[r.slug for r in walked])
every_scoped = pytest.mark.parametrize(
    "record", [r for r in walked if r.area], ids=[r.slug for r in walked if r.area]
)
every_editable = pytest.mark.parametrize(
    "record",
    [r for r in walked if r.is_editable],
    ids=[r.slug for r in walked if r.is_editable],
)


def test_every_register_has_an_example_or_a_reason() -> None:
    assert set(registry) == set(FACTORIES) | set(EXEMPT)
    assert not set(FACTORIES) & set(EXEMPT)
    assert all(len(reason) > 20 for reason in EXEMPT.values())


@every
def test_the_declaration_is_sound(record: RecordType) -> None:
    assert faults_of(record) == []


# What the tests stand on


@pytest.fixture(autouse=True)
def matrix(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    record = request.node.callspec.params["record"] if hasattr(request.node, "callspec") else None
    if record is None:
        return
    everything = VERBS | {action.verb for action in record.actions}
    subject = record.subject
    roles = {
        "keeper": Role("keeper", "登记", "township", {subject: everything}),
        "reader": Role("reader", "查询", "township", {subject: frozenset({"view"})}),
        "stranger": Role("stranger", "旁人", "township", {}),
    }
    monkeypatch.setattr("jimin.foundation.access.models.matrix", lambda: Matrix(roles))


@pytest.fixture
def places(db: None) -> None:
    few_areas()


def sign_in(make_user: MakeUser, role: str) -> Client:
    client = Client()
    client.force_login(make_user(role, TOWNSHIP))
    return client


@pytest.fixture
def keeper(places: None, make_user: MakeUser) -> Client:
    return sign_in(make_user, "keeper")


@pytest.fixture
def reader(places: None, make_user: MakeUser) -> Client:
    return sign_in(make_user, "reader")


@pytest.fixture
def stranger(places: None, make_user: MakeUser) -> Client:
    return sign_in(make_user, "stranger")


def build(record: RecordType, area: str, number: int) -> Any:
    with acting_as_system("test"):
        return FACTORIES[record.label_lower](area, number)


def make(record: RecordType, area: str = HERE, number: int = 1) -> Any:
    """A stored example, with what follows from its values, as the service would store it."""
    obj = build(record, area, number)
    with acting_as_system("test"):
        obj.clean()
        record.prepare(obj)
        obj.save()
        return record.rows().get(pk=obj.pk)


def stored(record: RecordType) -> list[Any]:
    """The register's rows, without the areas that the tests stand on."""
    with acting_as_system("test"):
        rows = record.rows().order_by("pk")
        return [row for row in rows if not str(row).startswith(NAMED)]


def now(record: RecordType, obj: Any) -> Any:
    with acting_as_system("test"):
        return record.rows().get(pk=obj.pk)


def form_data(record: RecordType, obj: Any) -> dict[str, str]:
    data = {}
    for name in record.fields:
        value = record.field_map[name].value_from_object(obj)
        if value is True:
            data[name] = "on"
        elif value is not None and value is not False:
            data[name] = str(value)
    return data


def json_data(record: RecordType, obj: Any) -> str:
    values = {n: record.field_map[n].value_from_object(obj) for n in record.fields}
    return json.dumps(
        {k: v if isinstance(v, bool | int) else str(v) for k, v in values.items() if v is not None}
    )


def words_of(record: RecordType) -> str:
    """A field of free text that a test may change."""
    for name in record.fields:
        field = record.field_map[name]
        is_free = field.get_internal_type() == "CharField" and not field.choices
        if is_free and not field.primary_key and name != record.key:
            return name
    raise AssertionError(f"{record} has no field of free text")


def secrets_of(record: RecordType, obj: Any) -> list[str]:
    values = [getattr(obj, name) for name in record.fields if name in record.sealed_names]
    return [str(v) for v in values if v not in (None, "", 0)]


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return str(body.decode())


def api(record: RecordType, pk: Any = "") -> str:
    return f"/api/{record.slug}/{pk}"


def csv_rows(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(response).removeprefix("\ufeff"))))


def sheet_of(record: RecordType, objs: list[Any], folder: Path) -> SimpleUploadedFile:
    """A workbook with these records, in full, as a clerk would bring it."""
    path = folder / "rows.xlsx"
    columns = [OutColumn(label_of(record, name)) for name in record.fields]
    with acting_as_system("test"):
        rows = [[cell(record, o, n, unmasked=True) for n in record.fields] for o in objs]
    stream_xlsx(path, "表", columns, rows)
    return SimpleUploadedFile("名册.xlsx", path.read_bytes())


def upload(client: Client, record: RecordType, file: SimpleUploadedFile) -> str:
    response = client.post(record.url("import"), {"file": file})
    assert response.status_code == 302, text_of(response)
    return str(response.headers["Location"])


def counts(client: Client, preview: str) -> dict[str, int]:
    found: dict[str, int] = client.get(preview).context["counts"]
    return found


# Who may


def knocks(record: RecordType, obj: Any) -> list[tuple[str, str, str]]:
    """Every door of the register: the verb it asks for, the method and the address."""
    found = [
        ("view", "get", record.url()),
        ("view", "get", record.url("pick")),
        ("view", "get", record.url("page", obj.pk)),
        ("view", "get", record.url("page", obj.pk) + "?tab=history"),
        ("view", "get", api(record)),
        ("view", "get", api(record, obj.pk)),
        ("export", "post", record.url("export")),
        ("unmask", "post", record.url("unmask", obj.pk)),
    ]
    found += [(a.verb, "get", record.url("act", obj.pk, a.name)) for a in record.actions]
    found += [(a.verb, "post", record.url("act", obj.pk, a.name)) for a in record.actions]
    found += [(a.verb, "post", api(record, f"{obj.pk}/{a.name}")) for a in record.actions]
    if record.is_editable:
        found += [
            ("add", "get", record.url("new")),
            ("add", "post", record.url("new")),
            ("add", "post", api(record)),
            ("change", "get", record.url("edit", obj.pk)),
            ("change", "post", record.url("edit", obj.pk)),
            ("change", "patch", api(record, obj.pk)),
            ("import", "get", record.url("import")),
            ("import", "post", record.url("import")),
            ("import", "get", record.url("template")),
        ]
    return found


def knock(client: Client, method: str, address: str) -> int:
    is_api = address.startswith("/api/")
    kind = {"content_type": "application/json"} if is_api and method != "get" else {}
    return int(getattr(client, method)(address, **kind).status_code)


@every
def test_without_a_grant_every_door_is_shut(record: RecordType, stranger: Client) -> None:
    obj = make(record)
    doors = knocks(record, obj)
    assert {knock(stranger, method, address) for _, method, address in doors} == {403}
    assert not Entry.objects.exists()


@every
def test_a_reader_only_reads(record: RecordType, reader: Client) -> None:
    obj = make(record)
    for verb, method, address in knocks(record, obj):
        wanted = 200 if verb == "view" else 403
        assert knock(reader, method, address) == wanted, (method, address)
    assert not Entry.objects.exists()


@every
def test_with_the_grants_every_door_opens(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    for _, method, address in knocks(record, obj):
        # An empty form is refused for what it lacks (422, 428, 409), or sent back with a message.
        wanted = {200} if method == "get" else {200, 201, 302, 409, 422, 428}
        assert knock(keeper, method, address) in wanted, (method, address)


@every
def test_nobody_gets_in_without_signing_in(record: RecordType, places: None) -> None:
    obj = make(record)
    for _, method, address in knocks(record, obj):
        assert knock(Client(), method, address) == (401 if address.startswith("/api/") else 302)


# Rows of other areas


@every_scoped
def test_rows_of_other_areas_are_nowhere(record: RecordType, keeper: Client) -> None:
    mine, foreign = make(record, HERE, 1), make(record, THERE, 2)
    foreign_page = record.url("page", foreign.pk)
    key = str(getattr(foreign, record.key) if record.key != "pk" else foreign.pk)

    page = keeper.get(record.url(), {"sort": record.fields[0]})
    assert record.url("page", mine.pk) in text_of(page)
    assert foreign_page not in text_of(page)
    mine_count = page.context["count"].number
    assert keeper.get(api(record)).json()["count"] == mine_count
    for query in ({"q": key}, {"q": str(foreign)}, {"area": THERE}, {"after": str(foreign.pk)}):
        shown = keeper.get(record.url(), query)
        assert foreign_page not in text_of(shown)
        assert str(foreign.pk) not in [
            str(i["id"]) for i in keeper.get(api(record), query).json().get("items", [])
        ]
    for text in (key, str(foreign)):
        found = keeper.get(record.url("pick"), {"q": text}, headers={"Accept": "application/json"})
        assert foreign.pk not in [each["id"] for each in found.json()["results"]]
    exported = csv_rows(keeper.post(record.url("export"), {"format": "csv"}))
    assert len(exported) == 2 + mine_count


@every_scoped
def test_a_row_of_another_area_is_as_if_not_there(record: RecordType, keeper: Client) -> None:
    foreign = make(record, THERE, 2)
    for _, method, address in knocks(record, foreign):
        # Doors that name no row are open to the keeper.
        if f"/{foreign.pk}" in address:
            assert knock(keeper, method, address) == 404, (method, address)
    assert not Entry.objects.filter(key=str(foreign.pk)).exists()
    assert version_of(now(record, foreign)) == version_of(foreign)


@every_editable
def test_nothing_is_added_in_another_area(record: RecordType, keeper: Client) -> None:
    obj = build(record, THERE, 3)
    before = len(stored(record))
    refused = keeper.post(record.url("new"), form_data(record, obj))
    assert refused.status_code in (403, 422)
    sent = json_data(record, obj)
    refused = keeper.post(api(record), sent, content_type="application/json")
    assert refused.status_code in (403, 422)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert len(stored(record)) == before
    assert not Entry.objects.exists()


# The list


@every
def test_the_number_of_queries_does_not_grow_with_the_rows(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    def queries() -> list[int]:
        found = []
        for call in (
            lambda: keeper.get(record.url()),
            lambda: keeper.get(record.url(), {"q": "一"}),
            lambda: keeper.get(api(record)),
            lambda: text_of(keeper.post(record.url("export"), {"format": "csv"})),
        ):
            with CaptureQueriesContext(connection) as captured:
                call()
            found.append(len(captured))
        return found

    make(record, HERE, 1)
    keeper.get(record.url())
    few = queries()
    for number in range(2, 12):
        make(record, ALSO_HERE, number)
    assert queries() == few
    assert max(few) <= 20


@every
def test_pages_by_key_show_every_row_once(record: RecordType, keeper: Client) -> None:
    for number in range(1, 8):
        make(record, (HERE, ALSO_HERE)[number % 2], number)
    everything = sorted(str(item["id"]) for item in keeper.get(api(record)).json()["items"])
    sortable = [name for name in record.fields if paging.sortable(record, name)]
    for sort in ["", *sortable, *(f"-{name}" for name in sortable)]:
        seen: list[str] = []
        query = {"sort": sort, "limit": "3"}
        while True:
            page = keeper.get(api(record), query).json()
            seen += [str(item["id"]) for item in page["items"]]
            if page["next"] is None:
                break
            query["after"] = page["next"]
        assert sorted(seen) == everything, sort


@every
def test_pages_run_backwards_as_they_run_forwards(
    record: RecordType, keeper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 8):
        make(record, (HERE, ALSO_HERE)[number % 2], number)
    order = paging.order_of(record, f"-{words_of(record)}")
    with acting_as_system("test"):
        rows = record.rows()
        forward = [row.pk for row in paging.ordered(rows, order)]
        page = paging.page_of(rows, order, {"last": "1"}, 3)
        backward: list[Any] = []
        while True:
            backward = [row.pk for row in page.rows] + backward
            if not page.previous:
                break
            page = paging.page_of(rows, order, {"before": page.previous}, 3)
    assert backward == forward


@every
def test_a_wrong_filter_shows_its_error_and_no_rows(record: RecordType, keeper: Client) -> None:
    make(record)
    for name, lookups in record.filters.items():
        lookup = lookups[0] if isinstance(lookups, list | tuple) else "exact"
        key = name if lookup in ("exact", "within") else f"{name}__{lookup}"
        page = keeper.get(record.url(), {key: "no such value"})
        assert page.context["filters"].form.errors, key
        assert page.context["rows"] == [], key
        assert keeper.get(api(record), {key: "no such value"}).status_code == 422


@every
def test_the_key_finds_its_record(record: RecordType, keeper: Client) -> None:
    if record.key == "pk":
        return
    wanted, _other = make(record, HERE, 1), make(record, HERE, 2)
    key = str(getattr(wanted, record.key))
    found = keeper.get(api(record), {"q": key}).json()["items"]
    assert [item["id"] for item in found] == [wanted.pk]


# Masking


@every
def test_sealed_values_stay_masked(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    secrets = secrets_of(record, obj)
    assert bool(secrets) == bool(set(record.sealed_names) & set(record.fields))
    texts = [
        text_of(keeper.get(record.url())),
        text_of(keeper.get(record.url("page", obj.pk))),
        text_of(keeper.get(record.url("page", obj.pk), {"tab": "history"})),
        text_of(keeper.get(record.url("pick"), {"q": str(obj)})),
        text_of(keeper.get(api(record))),
        text_of(keeper.get(api(record, obj.pk))),
        text_of(keeper.post(record.url("export"), {"format": "csv"})),
    ]
    if record.is_editable:
        texts.append(text_of(keeper.get(record.url("edit", obj.pk))))
    for secret in secrets:
        assert not any(secret in text for text in texts)
        assert hidden(secret) in texts[1]


@every
def test_unmasking_asks_why_and_is_written_down(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    secrets = secrets_of(record, obj)
    if not secrets:
        return
    address = record.url("unmask", obj.pk)
    refused = keeper.post(address, {"reason": ""})
    assert refused.status_code == 422
    assert not any(secret in text_of(refused) for secret in secrets)
    assert not Entry.objects.exists()
    shown = keeper.post(address, {"reason": "核对证件"})
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    assert all(secret in text_of(shown) for secret in secrets)
    entry = Entry.objects.get()
    assert (entry.verb, entry.reason, entry.key) == ("unmask", "核对证件", str(obj.pk))


@every
def test_an_export_in_full_needs_a_reason(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    secrets = secrets_of(record, obj)
    if not secrets:
        return
    refused = keeper.post(record.url("export"), {"format": "csv", "unmasked": "1"})
    assert refused.status_code == 302
    assert not Entry.objects.exists()
    asked = {"format": "csv", "unmasked": "1", "reason": "年度核查"}
    full = text_of(keeper.post(record.url("export"), asked))
    assert all(secret in full for secret in secrets)
    entry = Entry.objects.get()
    assert (entry.verb, entry.reason, entry.values["unmasked"]) == ("export", "年度核查", True)


# Adding and changing


@every_editable
def test_a_form_sent_twice_makes_one_record(record: RecordType, keeper: Client) -> None:
    before = len(stored(record))
    opened = keeper.get(record.url("new"))
    token = opened.context["form"]["form_token"].value()
    data = form_data(record, build(record, HERE, 1)) | {"form_token": token}
    first = keeper.post(record.url("new"), data)
    again = keeper.post(record.url("new"), data)
    assert first.status_code == again.status_code == 302, text_of(first)
    assert first.headers["Location"] == again.headers["Location"]
    assert len(stored(record)) == before + 1
    assert [e.verb for e in Entry.objects.all()] == ["add"]
    page = keeper.get(first.headers["Location"], {"tab": "history"})
    assert "新增" in text_of(page)


@every_editable
def test_a_request_sent_twice_makes_one_record(record: RecordType, keeper: Client) -> None:
    before = len(stored(record))
    sent = json_data(record, build(record, HERE, 1))
    for _ in range(2):
        made = keeper.post(
            api(record),
            sent,
            content_type="application/json",
            headers={"Idempotency-Key": "0c5f"},
        )
        assert made.status_code == 201, text_of(made)
    assert len(stored(record)) == before + 1


@every_editable
def test_an_incomplete_form_says_what_is_missing(record: RecordType, keeper: Client) -> None:
    refused = keeper.post(record.url("new"), {})
    assert refused.status_code == 422
    page = text_of(refused)
    assert "错误：" in page
    assert "errors-summary" in page
    for name in record.fields:
        field = record.field_map[name]
        if not field.blank and not field.has_default():
            assert re.search(rf"请(填写|选择){re.escape(str(field.verbose_name))}", page), name
    assert stored(record) == []


@every_editable
def test_a_stale_form_is_refused_with_both_versions(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    name = words_of(record)
    address = record.url("edit", obj.pk)
    version = keeper.get(address).context["form"]["version"].value()
    data = form_data(record, obj) | {"version": version}
    for sealed in record.sealed_names:
        data.pop(sealed, None)
    saved = keeper.post(address, data | {name: "先改的"})
    assert saved.status_code == 302, text_of(saved)
    stale = keeper.post(address, data | {name: "后改的"})
    assert stale.status_code == 409
    assert "先改的" in text_of(stale)
    assert "后改的" in text_of(stale)
    assert getattr(now(record, obj), name) == "先改的"
    assert secrets_of(record, now(record, obj)) == secrets_of(record, obj)
    assert [e.values for e in Entry.objects.all()] == [{name: [getattr(obj, name), "先改的"]}]
    decided = data | {name: "后改的", "version": stale.context["form"]["version"].value()}
    assert keeper.post(address, decided).status_code == 302
    assert getattr(now(record, obj), name) == "后改的"
    history = text_of(keeper.get(record.url("page", obj.pk), {"tab": "history"}))
    assert "<del>先改的</del>" in history
    assert "<ins>后改的</ins>" in history


@every_editable
def test_a_form_without_its_version_is_stale(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    data = form_data(record, obj) | {words_of(record): "改"}
    assert keeper.post(record.url("edit", obj.pk), data).status_code == 409
    assert version_of(now(record, obj)) == version_of(obj)


@every_editable
def test_the_api_changes_only_the_version_it_read(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    name = words_of(record)

    def patch(words: str, **headers: str) -> Any:
        sent = json.dumps({name: words})
        return keeper.patch(
            api(record, obj.pk), sent, content_type="application/json", headers=headers
        )

    etag = keeper.get(api(record, obj.pk)).headers["ETag"]
    assert patch("没有版本").status_code == 428
    changed = patch("改过", **{"If-Match": etag})
    assert changed.status_code == 200
    assert changed.json()[name] == "改过"
    assert patch("旧版本", **{"If-Match": etag}).status_code == 412
    assert getattr(now(record, obj), name) == "改过"
    assert secrets_of(record, now(record, obj)) == secrets_of(record, obj)
    assert [e.verb for e in Entry.objects.all()] == ["change"]


@every_editable
def test_a_key_is_registered_once(record: RecordType, keeper: Client) -> None:
    if record.key == "pk":
        return
    make(record, THERE, 1)
    twin = build(record, HERE, 1)
    setattr(twin, record.key, getattr(build(record, THERE, 1), record.key))
    refused = keeper.post(record.url("new"), form_data(record, twin))
    assert refused.status_code in (403, 422)
    assert len(stored(record)) == 1


# Import and export


@every
def test_an_export_is_the_list(record: RecordType, keeper: Client, tmp_path: Path) -> None:
    for number in range(1, 5):
        make(record, HERE, number)
    sort = words_of(record)
    listed = [i["id"] for i in keeper.get(api(record), {"sort": f"-{sort}"}).json()["items"]]
    with acting_as_system("test"):
        wanted = [getattr(record.rows().get(pk=pk), sort) for pk in listed]
    place = 1 + list(record.fields).index(sort) - 1
    address = f"{record.url('export')}?sort=-{sort}"
    title, head, *rows = csv_rows(keeper.post(address, {"format": "csv"}))
    assert "导出" in title[0]
    assert head == [label_of(record, name) for name in record.fields]
    assert [row[place] for row in rows] == wanted
    path = tmp_path / "export.xlsx"
    path.write_bytes(b"".join(keeper.post(address, {"format": "xlsx"}).streaming_content))  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [row[place].value for row in sheet.iter_rows(min_row=3)] == wanted
    assert [(e.verb, e.values["rows"]) for e in Entry.objects.all()] == [
        ("export", len(wanted)),
        ("export", len(wanted)),
    ]


@every
def test_an_export_runs_nothing_in_a_spreadsheet(record: RecordType, keeper: Client) -> None:
    obj = make(record)
    name = words_of(record)
    record.model._base_manager.filter(pk=obj.pk).update(**{name: "=1+1"})
    rows = csv_rows(keeper.post(record.url("export"), {"format": "csv"}))
    place = list(record.fields).index(name)
    assert "'=1+1" in [row[place] for row in rows[2:]]
    assert not any(value.startswith("=") for row in rows for value in row)


@every_editable
def test_an_import_shows_first_and_writes_then(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    name = words_of(record)
    known = make(record, HERE, 1)
    changed = build(record, HERE, 1)
    setattr(changed, name, "改过的内容")
    same = make(record, HERE, 2)
    file = sheet_of(record, [changed, build(record, HERE, 2), build(record, HERE, 3)], tmp_path)
    preview = upload(keeper, record, file)
    shown = keeper.get(preview)
    assert shown.context["counts"] == {"new": 1, "changed": 1, "unchanged": 1, "wrong": 0}, [
        (f.place, f.message) for f in shown.context["faults"]
    ]
    assert "改过的内容" in text_of(shown)
    assert len(stored(record)) == 2
    assert not Entry.objects.exists()

    for _ in range(2):  # sent twice, it is done once
        assert keeper.post(preview, {"decision": "all"}).status_code == 302
    assert len(stored(record)) == 3
    assert getattr(now(record, known), name) == "改过的内容"
    assert version_of(now(record, same)) == version_of(same)
    assert sorted(e.verb for e in Entry.objects.all()) == ["add", "change", "import"]
    assert "导入“名册.xlsx”" in Entry.objects.get(verb="change").reason
    assert first_broken() is None

    file.seek(0)
    again = upload(keeper, record, file)
    assert counts(keeper, again) == {"new": 0, "changed": 0, "unchanged": 3, "wrong": 0}


@every_editable
def test_an_import_with_a_wrong_row_is_all_or_the_good_rows(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    file = sheet_of(record, [build(record, HERE, 1), build(record, THERE, 2)], tmp_path)
    preview = upload(keeper, record, file)
    assert counts(keeper, preview) == {"new": 1, "changed": 0, "unchanged": 0, "wrong": 1}
    marked = tmp_path / "errors.xlsx"
    errors = keeper.get(reverse(f"records:{record.slug}-errors", args=[preview.split("/")[-2]]))
    marked.write_bytes(b"".join(errors.streaming_content))  # type: ignore[attr-defined]
    sheet = openpyxl.load_workbook(marked).worksheets[0]
    reasons = [row[-1].value for row in sheet.iter_rows()]
    assert reasons[0] == "错误原因"
    assert reasons[1] is None
    assert "辖区" in str(reasons[2])

    keeper.post(preview, {"decision": "all"})
    assert stored(record) == []
    assert not Entry.objects.exists()
    keeper.post(preview, {"decision": "good"})
    assert len(stored(record)) == 1
    assert sorted(e.verb for e in Entry.objects.all()) == ["add", "import"]


@every_editable
def test_an_import_refuses_a_key_given_twice(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    if record.key == "pk":
        return
    file = sheet_of(record, [build(record, HERE, 1), build(record, HERE, 1)], tmp_path)
    preview = upload(keeper, record, file)
    assert counts(keeper, preview)["wrong"] == 1
    assert "与第 2 行重复" in text_of(keeper.get(preview))


@every_editable
def test_an_import_does_not_touch_another_area(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    foreign = make(record, THERE, 1)
    twin = build(record, THERE, 1)
    setattr(twin, words_of(record), "夺走")
    preview = upload(keeper, record, sheet_of(record, [twin], tmp_path))
    assert counts(keeper, preview)["wrong"] == 1
    keeper.post(preview, {"decision": "good"})
    assert version_of(now(record, foreign)) == version_of(foreign)


@every_editable
def test_an_upload_belongs_to_who_sent_it(
    record: RecordType, keeper: Client, make_user: MakeUser, tmp_path: Path
) -> None:
    preview = upload(keeper, record, sheet_of(record, [build(record, HERE, 1)], tmp_path))
    other = sign_in(make_user, "keeper")
    assert other.get(preview).status_code == 404
    assert other.post(preview, {"decision": "all"}).status_code == 404
    assert stored(record) == []


@every_editable
def test_what_is_no_table_is_refused_in_words(record: RecordType, keeper: Client) -> None:
    for name, content in (
        ("a.txt", b"x"),
        ("a.xlsx", b"x"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b""),
    ):
        file = SimpleUploadedFile(name, content)
        refused = keeper.post(record.url("import"), {"file": file})
        assert refused.status_code == 422
        assert "错误：" in text_of(refused)


@every_editable
def test_the_template_can_be_filled_and_imported(
    record: RecordType, keeper: Client, tmp_path: Path
) -> None:
    path = tmp_path / "template.xlsx"
    path.write_bytes(b"".join(keeper.get(record.url("template")).streaming_content))  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [str(record.label), "填写说明"]
    obj = build(record, HERE, 1)
    with acting_as_system("test"):
        values = [cell(record, obj, name, unmasked=True) for name in record.fields]
    book.worksheets[0].append(
        [v if not isinstance(v, bool) else "是" if v else "否" for v in values]
    )
    book.save(path)
    file = SimpleUploadedFile("模板.xlsx", path.read_bytes())
    assert counts(keeper, upload(keeper, record, file))["new"] == 1


@every
def test_the_description_of_the_api_names_every_operation(
    record: RecordType, keeper: Client
) -> None:
    paths = keeper.get("/api/openapi.json").json()["paths"]
    assert "get" in paths[f"/api/{record.slug}/"]
    assert ("post" in paths[f"/api/{record.slug}/"]) == record.is_editable
    properties = paths[f"/api/{record.slug}/{{pk}}"]["get"]["responses"]["200"]["content"][
        "application/json"
    ]["schema"]["properties"]
    assert set(properties) == {"id", "version", *record.fields}
