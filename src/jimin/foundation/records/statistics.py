"""What PostgreSQL believes about how many rows there are, while many are being added.

By itself it looks again a minute after; until then it takes a table for as small as it was and
reads the whole of it for every batch.
"""

from django.db import connection, models

LEAST, SHARE = 1000, 0.5  # new rows after which it looks again: as many, or a share of the known


class Statistics:
    """Of the table of one model. SQLite plans without."""

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
