"""What is told while many rows are added: as long as it is needed, and no longer."""

import gc
from collections.abc import Callable
from typing import TypeVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jimin.foundation.records.many_rows import Statistics, many_rows
from jimin.kernel.areas.models import Area

T = TypeVar("T")

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("divisions")]


def believed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'areas_area'")
        return int(cursor.fetchone()[0])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL keeps a count")
def test_it_looks_again_when_many_rows_were_added() -> None:
    statistics = Statistics(Area)
    statistics.add(999)
    assert believed() != 1814
    statistics.add(815)
    assert believed() == Area.objects.count() == 1814
    with CaptureQueriesContext(connection) as asked:
        statistics.add(999)
    assert len(asked) == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL does look")
def test_sqlite_is_asked_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        Statistics(Area).add(5000)
    assert len(asked) == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's memory is set elsewhere")
def test_there_is_more_room_only_as_long_as_it_is_needed() -> None:
    before = room()
    assert meanwhile(room) < before < 0  # kibibytes are told as negative numbers
    assert room() == before


def test_the_collector_looks_seldom_only_as_long_as_the_table_is_there() -> None:
    before = gc.get_threshold()
    seldom, frozen = meanwhile(lambda: (gc.get_threshold()[0], gc.get_freeze_count()))
    assert seldom > before[0]
    assert frozen > 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)


def room() -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute("PRAGMA cache_size").fetchone()[0])


def meanwhile(look: Callable[[], T]) -> T:
    """What is seen inside, although the work there fails."""
    seen = []

    def work() -> None:
        with many_rows():
            seen.append(look())
            raise KeyError

    with pytest.raises(KeyError):
        work()
    return seen[0]
