"""A long list is read along an index of its order; a column without one sorts short lists."""

import re
from typing import Any, ClassVar

import pytest
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.records import paging
from jimin.foundation.records.checks import faults_of
from jimin.foundation.records.declare import RecordType, registry
from jimin.kernel.areas.tests.few import ALSO_HERE, HERE
from jimin.kernel.people.models import Person
from jimin.kernel.people.records import PersonRecord

from .walk import api, every, make

SORTING = re.compile(
    r"TEMP B-TREE|-> +Sort "
)  # an incremental sort is of the few rows that are alike
LONG = [(record, name) for record in registry.values() for name in record.sorts]
every_order = pytest.mark.parametrize(
    ("record", "sort"),
    [(record, f"{way}{name}") for record, name in LONG for way in ("", "-")],
    ids=lambda value: value if isinstance(value, str) else value.slug,
)
PERSON = registry["people.person"]
of_persons = pytest.mark.parametrize("record", [PERSON], ids=["person"])


@pytest.fixture
def long_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "SORTED", 0)


@pytest.fixture
def plans(db: None) -> Any:
    """How the database goes about the queries of a page that ask for keys in an order.

    PostgreSQL would sort the few rows of a test; it is told not to unless nothing else will do.
    """

    def told(ask: Any) -> list[str]:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_sort = off")
                cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
            with CaptureQueriesContext(connection) as captured:
                ask()
            found = []
            for query in captured:
                if "ORDER BY" in query["sql"] and "LIMIT 51" in query["sql"]:
                    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
                    cursor.execute(f"{explain} {query['sql']}")
                    found.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
        return found

    return told


@every_order
def test_a_long_list_is_read_along_its_order(
    record: RecordType, sort: str, keeper: Client, long_lists: None, plans: Any
) -> None:
    make(record)
    found = plans(lambda: keeper.get(record.url(), {"sort": sort}))
    assert found
    assert [plan for plan in found if SORTING.search(plan)] == []


def test_other_columns_would_be_sorted(places: None, plans: Any) -> None:
    """That the test above sees a sorting where there is one."""
    make(PERSON)
    order = paging.order_of(PERSON, "address")
    with acting_as_system("test"):
        found = plans(lambda: paging.page_of(PERSON.rows(), order, {}))
    assert [bool(SORTING.search(plan)) for plan in found] == [True]


@every
def test_pages_of_a_long_list_show_every_row_once(
    record: RecordType, keeper: Client, long_lists: None
) -> None:
    """Read along the index, forwards and backwards, with and without a value."""
    for number in range(1, 8):
        obj = make(record, (HERE, ALSO_HERE)[number % 2], number)
        empty = {
            key.name: None
            for name in record.sorts
            for key in paging.order_of(record, name)
            if key.may_be_null and number % 2
        }
        if empty:
            record.model._base_manager.filter(pk=obj.pk).update(**empty)
    with acting_as_system("test"):
        rows = record.rows()
        along = paging.reading_along(record, paging.count_of(rows))
        for sort in ["", *record.sorts, *(f"-{name}" for name in record.sorts)]:
            order = paging.order_of(record, sort)
            forward = [row.pk for row in paging.ordered(rows, order)]
            for start, onward in (({}, "after"), ({"last": "1"}, "before")):
                seen: list[Any] = []
                asked: dict[str, str] = start
                while True:
                    page = paging.page_of(rows, order, asked, 3, along)
                    keys = [row.pk for row in page.rows]
                    seen = seen + keys if onward == "after" else keys + seen
                    edge = page.following if onward == "after" else page.previous
                    if not edge:
                        break
                    asked = {onward: edge}
                assert seen == forward, (sort, onward)
            for before, pk, after in zip(
                [None, *forward], forward, [*forward[1:], None], strict=False
            ):
                beside = paging.neighbours(rows, order, str(pk), along)
                assert [row and row.pk for row in beside] == [before, after], sort


@of_persons
def test_a_long_list_says_by_what_it_cannot_be_sorted(
    record: RecordType, keeper: Client, long_lists: None
) -> None:
    for number in (1, 2):
        make(PERSON, HERE, number)
    page = keeper.get(PERSON.url(), {"sort": "-died_on"})
    text = page.content.decode()
    assert page.context["sort"] == ""
    assert "没有按所选的列排序" in text
    assert "sort=died_on" not in text
    assert "不能按这一列排序" in text
    refused = keeper.get(api(PERSON), {"sort": "died_on"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "sort"
    assert keeper.get(api(PERSON), {"sort": "birth"}).status_code == 200


@of_persons
def test_a_short_list_sorts_by_any_column(record: RecordType, keeper: Client) -> None:
    for number in (1, 2, 3):
        obj = make(PERSON, HERE, number)
        Person._base_manager.filter(pk=obj.pk).update(address=f"{9 - number} 号")
    text = keeper.get(PERSON.url(), {"sort": "address"}).content.decode()
    assert "没有按所选的列排序" not in text
    found = keeper.get(api(PERSON), {"sort": "address"}).json()["items"]
    assert [item["address"] for item in found] == ["6 号", "7 号", "8 号"]


@of_persons
def test_names_lie_by_their_sound(record: RecordType, keeper: Client) -> None:
    names = ["赵一", "陈二", "王三", "阿四", "章五"]
    for number, name in enumerate(names, 1):
        obj = make(PERSON, HERE, number)
        obj.name = name
        obj.save()
    found = keeper.get(api(PERSON), {"sort": "name"}).json()["items"]
    assert [item["name"] for item in found] == ["阿四", "陈二", "王三", "章五", "赵一"]


def test_an_order_without_an_index_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unserved(PersonRecord, registered=False):
        sorts: ClassVar[Any] = ("name", "phone")
        sorts_by = {**PersonRecord.sorts_by, "sex": ["gender"]}

    said = [fault.msg for fault in faults_of(Unserved())]
    assert any("sorts_by names 'gender'" in text for text in said)
    Unserved.sorts_by = {}
    said = [fault.msg for fault in faults_of(Unserved())]
    assert [text for text in said if "'phone', by which nothing can be sorted" in text]
    Unserved.sorts = ("address",)
    said = [fault.msg for fault in faults_of(Unserved())]
    assert len(said) == 1
    assert "['address', 'area_id', 'id']" in said[0]
    monkeypatch.setattr(Person._meta, "indexes", [])
    said = [fault.msg for fault in faults_of(PERSON)]
    assert len(said) == 4
    assert "in which the list is shown" in said[0]
    monkeypatch.setattr(PersonRecord, "is_short", True)
    assert faults_of(PERSON) == []


def test_rows_of_a_place_are_found_by_it_all_the_same(places: None, long_lists: None) -> None:
    """What keeps SQLite from an index changes no row: two ranges, a filter and nothing at all."""
    here, there = make(PERSON, HERE, 1), make(PERSON, ALSO_HERE, 2)
    with acting_as_system("test"):
        for condition, wanted in (
            (models.Q(area_id=HERE) | models.Q(area_id__gte=ALSO_HERE, area_id__lte=ALSO_HERE), 2),
            (~models.Q(area_id=ALSO_HERE), 1),
            (models.Q(area_id__in=[]), 0),
        ):
            rows = PERSON.rows().filter(condition)
            along = paging.reading_along(PERSON, paging.Count(2, is_exact=True))
            page = paging.page_of(rows, paging.order_of(PERSON, "birth"), {}, along=along)
            assert len(page.rows) == wanted
    assert {here.area_id, there.area_id} == {HERE, ALSO_HERE}


@of_persons
def test_the_order_can_be_chosen_where_no_heads_are_shown(
    record: RecordType, keeper: Client
) -> None:
    """On a phone every row is a card."""
    make(PERSON)
    text = keeper.get(PERSON.url(), {"sort": "birth"}).content.decode()
    menu = text[text.index("record-sort") :].partition("</details>")[0]
    assert re.findall(r"sort=(-?[a-z_]+)", menu) == ["name", "sex", "-birth", "area", "died_on"]
