"""A row that counts: made by who needs it first, forgotten by anybody, held by one at a time."""

from typing import TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def make_and_lock(new: Row) -> Row:
    """The row of `new`'s key, locked until the transaction ends; `new` itself if there was none.

    The insert says itself that a conflict is no error: where it is found out by reading, another
    may delete the row between the failed insert and the read. If one deletes it before the lock,
    it is made again.
    """
    rows = type(new)._default_manager
    while True:
        rows.bulk_create([new], ignore_conflicts=True)
        row = rows.select_for_update().filter(pk=new.pk).first()
        if row is not None:
            return row
