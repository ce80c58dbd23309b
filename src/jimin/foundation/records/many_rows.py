"""What databases and the collector of garbage are told while very many rows are read or added."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models

ROOM = 48_000  # KiB of pages that SQLite keeps in memory, three times as many as otherwise
SELDOM = 100_000  # new objects after which the collector looks for cycles, for 700
LEAST, SHARE = 1000, 0.5  # new rows after which it looks again: as many, or a share of the known


@contextmanager
def many_rows() -> Iterator[None]:
    """Entered once a long table is read, which stays until the end.

    The collector leaves the table alone, and looks seldom: rows make no cycles. Every batch alters
    pages all over the indexes, and SQLite writes and reads again what it has no room for.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *usual[1:])
    try:
        with _room():
            yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


@contextmanager
def _room() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        ((usual,),) = cursor.execute("PRAGMA cache_size").fetchall()
        cursor.execute(f"PRAGMA cache_size = -{ROOM}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {usual}")


class Statistics:
    """What PostgreSQL believes about how many rows the table of a model has.

    By itself it looks again a minute after many were added; until then it takes the table for as
    small as it was and reads the whole of it for every batch. SQLite plans without.
    """

    def __init__(self, model: type[models.Model]) -> None:
        self.table = model._meta.db_table
        self.added = 0

    def add(self, rows: int) -> None:
        """Tells that so many rows were written."""
        self.added += rows
        if connection.vendor != "postgresql" or self.added < LEAST:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [self.table]
            )
            (known,) = cursor.fetchone()
            if self.added >= max(LEAST, SHARE * known):
                # Whoever looks at the same table at the same time is not waited for.
                table = connection.ops.quote_name(self.table)
                cursor.execute(f"ANALYZE (SKIP_LOCKED) {table}")
                self.added = 0
