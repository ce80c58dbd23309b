"""Sealed values are shown masked, and in full only with a reason."""

import pytest
from django.test import Client

from jimin.foundation.audit.models import Entry
from jimin.foundation.records.declare import RecordType, registry
from jimin.foundation.records.values import hidden

from .walk import api, every, make, secrets_of, text_of


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


@pytest.mark.parametrize("record", [registry["people.person"]])
def test_a_value_of_which_nothing_may_be_seen_says_so(record: RecordType, keeper: Client) -> None:
    """A grade of a disability: one star would puzzle whoever reads the page or the form."""
    obj = make(record)
    assert "已登记，不显示" in text_of(keeper.get(record.url("page", obj.pk)))
    form = text_of(keeper.get(record.url("edit", obj.pk)))
    assert "已登记，不显示。不改就留空。1 至 4 级；没有残疾证填 0。" in form
    shown = keeper.post(record.url("unmask", obj.pk), {"reason": "核对证件"})
    assert shown.status_code == 200
    assert "已登记，不显示" not in text_of(shown)
