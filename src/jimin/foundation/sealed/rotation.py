"""Sealing everything again under the newest key, while the servers keep working.

A row is taken with the sealed text it has, sealed again outside any lock, and written only if that
text is still there: whoever wrote meanwhile keeps what they wrote. What is done is known by the
number in front of each value, so a run that was killed goes on where it stopped.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.functions import Cast, StrIndex, Substr

from .fields import Sealed, keyring
from .rules import Keys

BATCH = 500
Tell = Callable[[str, int], None]


@dataclass(frozen=True)
class SealedColumn:
    """One sealed field of one table, read and written as the text the database holds."""

    model: type[models.Model]
    field: Sealed

    @property
    def label(self) -> str:
        return f"{self.model._meta.label_lower}.{self.field.name}"

    def rows(self) -> models.QuerySet[Any]:
        """The rows that hold a value, unscoped, with the sealed text as `sealed_text`."""
        text = Cast(self.field.name, models.TextField())
        found: models.QuerySet[Any] = self.model._base_manager.order_by("pk")
        found = found.annotate(sealed_text=text)
        return found.exclude(sealed_text="").exclude(sealed_text=None)

    def old(self, newest: int) -> models.QuerySet[Any]:
        return self.rows().exclude(sealed_text__startswith=f"{newest}:")

    def numbers(self) -> Counter[str]:
        """How many values each key has sealed."""
        number = Substr("sealed_text", 1, StrIndex("sealed_text", models.Value(":")) - 1)
        found = self.rows().order_by().annotate(number=number).values("number")
        counted = found.annotate(n=models.Count("pk")).values_list("number", "n")
        return Counter({str(number): n for number, n in counted})

    def sealed(self, plain: str) -> str:
        """What the column holds for a value that was not sealed until now."""
        return keyring().current().seal(self.field.written(self.field.read(plain)))

    def replace(self, changes: list[tuple[str, object, str]]) -> None:
        """Write (new text, key of the row, old text) wherever the old text still stands."""
        quote = connection.ops.quote_name
        pk = self.model._meta.pk
        assert pk is not None
        column = quote(str(self.field.column))
        statement = (
            f"UPDATE {quote(self.model._meta.db_table)} SET {column} = %s"  # noqa: S608
            f" WHERE {quote(str(pk.column))} = %s AND {column} = %s"
        )
        prepared = [(new, pk.get_db_prep_value(key, connection), old) for new, key, old in changes]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(statement, prepared)


def sealed_columns() -> list[SealedColumn]:
    """Every sealed field of every table."""
    return [
        SealedColumn(model, field)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, Sealed)
    ]


def seal_again(tell: Tell = lambda label, done: None) -> int:
    """Bring every sealed value under the newest key; returns how many were written."""
    keys = keyring().look()
    total = 0
    for column in sealed_columns():
        done = 0
        for batch in _batches(column, keys):
            column.replace(batch)
            done += len(batch)
            tell(column.label, done)
        total += done
    return total


def sealing(label: str, *names: str) -> Callable[[Any, Any], None]:
    """The step of a migration after fields of a model became sealed ones: what their columns held
    until then, now text, is sealed."""

    def seal_all(apps: Any, schema_editor: Any) -> None:
        model = apps.get_model(label)
        for name in names:
            column = SealedColumn(model, model._meta.get_field(name))
            for batch in _batches_of(column.rows()):
                column.replace([(column.sealed(plain), pk, plain) for pk, plain in batch])

    return seal_all


def remaining() -> int:
    """Values not yet under the newest key."""
    newest = keyring().look().newest
    return sum(column.old(newest).count() for column in sealed_columns())


def _batches(column: SealedColumn, keys: Keys) -> Iterator[list[tuple[str, object, str]]]:
    for batch in _batches_of(column.old(keys.newest)):
        yield [(keys.seal(keys.open(old)), pk, old) for pk, old in batch]


def _batches_of(rows: models.QuerySet[Any]) -> Iterator[list[tuple[Any, str]]]:
    """Key and text of each row."""
    last: object = None
    while True:
        after = rows if last is None else rows.filter(pk__gt=last)
        found = list(after.values_list("pk", "sealed_text")[:BATCH])
        if not found:
            return
        last = found[-1][0]
        yield found
