"""What the register of days says, kept in memory: deadlines are asked for in loops.

Another server process sees a change within `LOOK_AGAIN` seconds, this one at once.
"""

import datetime as dt
import threading
import time
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from jimin.foundation.workdays import Entered, Occasion

from .models import CalendarDay

LOOK_AGAIN = 5.0


class Kept:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.read_at = 0.0
        self.days: Entered | None = None

    def current(self) -> Entered:
        with self.lock:
            now = time.monotonic()
            if self.days is None or now - self.read_at >= LOOK_AGAIN:
                self.days, self.read_at = read(), now
            return self.days

    def forget(self) -> None:
        with self.lock:
            self.days = None


kept = Kept()


def entered() -> Entered:
    return kept.current()


def read() -> Entered:
    works: dict[dt.date, bool] = {}
    occasions: dict[int, set[Occasion]] = {}
    rows = CalendarDay.objects.exclude(kind=CalendarDay.Kind.USUAL)
    for day, kind, occasion in rows.values_list("day", "kind", "occasion"):
        works[day] = kind == CalendarDay.Kind.WORK
        if not works[day]:
            occasions.setdefault(day.year, set()).add(Occasion(occasion))
    return Entered(works, {year: frozenset(found) for year, found in occasions.items()})


def watch() -> None:
    for signal in (post_save, post_delete):
        signal.connect(_changed, sender=CalendarDay, dispatch_uid=f"calendar {id(signal)}")


def _changed(**kwargs: Any) -> None:
    """Now for who reads in the same transaction, and again when others may see what was saved."""
    kept.forget()
    transaction.on_commit(kept.forget)
