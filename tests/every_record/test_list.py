"""The list: pages, filters, and a number of queries that does not grow."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.records import paging
from jimin.foundation.records.declare import RecordType
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE

from .walk import api, every, make, text_of, words_of

NOTED = re.compile("access_session|SAVEPOINT")


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
            # That somebody is still there is noted now and then, inside a savepoint.
            found.append(sum(not NOTED.search(each["sql"]) for each in captured))
        return found

    for number in range(1, 12):  # so many that the search finds some
        make(record, HERE, number)
    keeper.get(record.url())
    queries()  # what is read once
    few = queries()
    for number in range(12, 22):
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
