"""PostgreSQL learns of many new rows while they are written, not a minute later."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jimin.foundation.records.statistics import Statistics
from jimin.kernel.areas.models import Area

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
