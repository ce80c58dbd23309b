"""What the walk over the registry stands on: examples, people who may something, their sheets."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.records.cells import label_of
from jimin.foundation.records.declare import RecordType, registry
from jimin.foundation.records.values import cell
from jimin.foundation.tables import OutColumn, stream_xlsx
from jimin.kernel.areas.tests.few import HERE, NAMED, TOWNSHIP

from ..factories import FACTORIES

VERBS = frozenset({"view", "add", "change", "import", "export", "unmask", "attach", "note"})
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

every_scoped_editable = pytest.mark.parametrize(
    "record",
    [r for r in walked if r.is_editable and r.area],
    ids=[r.slug for r in walked if r.is_editable and r.area],
)


def sign_in(make_user: MakeUser, role: str) -> Client:
    client = Client()
    client.force_login(make_user(role, TOWNSHIP))
    return client


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


def knocks(record: RecordType, obj: Any) -> list[tuple[str, str, str]]:
    """Every door of the register: the verb it asks for, the method and the address."""
    found = [
        ("view", "get", record.url()),
        ("view", "get", record.url("pick")),
        ("view", "get", record.url("page", obj.pk)),
        ("view", "get", record.url("page", obj.pk) + "?tab=history"),
        ("view", "get", api(record)),
        ("view", "get", api(record, obj.pk)),
        ("view", "get", record.url("beside", obj.pk)),
        ("view", "get", record.url("columns")),
        ("view", "post", record.url("columns")),
        ("view", "post", record.url("save-view")),
        ("view", "post", record.url("remove-view", 987654321)),
        ("export", "post", record.url("export")),
        ("unmask", "post", record.url("unmask", obj.pk)),
    ]
    found += [(a.verb, "get", record.url("act", obj.pk, a.name)) for a in record.actions]
    found += [(a.verb, "post", record.url("act", obj.pk, a.name)) for a in record.actions]
    found += [(a.verb, "post", api(record, f"{obj.pk}/{a.name}")) for a in record.actions]
    found += [(a.verb, "post", record.url("choose", a.name)) for a in record.actions if a.is_bulk]
    if record.has_attachments:
        found += [("attach", "post", record.url("attach", obj.pk))]
    if record.has_notes:
        found += [("note", "post", record.url("note", obj.pk))]
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
    response = getattr(client, method)(address, **kind)
    if response.streaming:
        assert b"".join(response)  # read to its end the file is closed
    return int(response.status_code)
