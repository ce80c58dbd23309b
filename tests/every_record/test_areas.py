"""Rows of other areas are as if they were not there."""

from django.test import Client

from jimin.foundation.audit.models import Entry
from jimin.foundation.records.declare import RecordType
from jimin.foundation.records.services import version_of
from jimin.kernel.areas.tests.few import HERE, THERE

from .walk import (
    api,
    build,
    csv_rows,
    every_scoped,
    every_scoped_editable,
    form_data,
    json_data,
    knock,
    knocks,
    make,
    now,
    stored,
    text_of,
)


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
        if str(foreign.pk) in address.partition("?")[0].split("/"):
            assert knock(keeper, method, address) == 404, (method, address)
    assert not Entry.objects.filter(key=str(foreign.pk)).exists()
    assert version_of(now(record, foreign)) == version_of(foreign)


@every_scoped_editable
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
