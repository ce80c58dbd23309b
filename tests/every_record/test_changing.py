"""Adding and changing: forms and requests."""

import json
import re
from typing import Any

from django.test import Client

from jimin.foundation.audit.models import Entry
from jimin.foundation.records.declare import RecordType
from jimin.foundation.records.services import version_of
from jimin.kernel.areas.tests.few import HERE, THERE

from .walk import (
    api,
    build,
    every_editable,
    form_data,
    json_data,
    make,
    now,
    secrets_of,
    stored,
    text_of,
    words_of,
)


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
