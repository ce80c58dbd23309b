"""How often the API may be asked: so many times a minute by token, by user and by address.

The count stands in the database, so all server processes share it. A process takes a part of
what is left at a time and counts that by itself: few requests write, none gets past the limit,
and of each limit at most one part per process goes unused.
"""

import threading
import time
from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from jimin.foundation.sealed.fields import keys

from .locking import make_and_lock
from .models import Rate

MINUTE = 60
PARTS = 20  # of a limit: what a process takes at a time
FORGOTTEN_AT_ONCE = 1000


class Counter:
    """What this process holds of each limit in the running minute; None where all is spent."""

    def __init__(self) -> None:
        self.window = 0
        self.left: dict[tuple[str, object], int | None] = {}
        self.lock = threading.Lock()

    def begin(self, window: int) -> None:
        with self.lock:
            if window == self.window:
                return
            self.window, self.left = window, {}
        _forget_before(window)

    def take(self, kind: str, name: object, most: int) -> bool:
        with self.lock:
            left = self.left.get((kind, name), 0)
            if left == 0:
                left = _part(kind, name, self.window, most) or None
            if left is not None:
                left -= 1
                self.left[kind, name] = left
                return True
            self.left[kind, name] = None
            return False


counter = Counter()


def take(names: Mapping[str, object]) -> int:
    """Count a request against the limit of each kind; the seconds to wait if one is used up."""
    now = time.time()
    window = int(now // MINUTE)
    counter.begin(window)
    for kind, name in names.items():
        most = settings.API_LIMITS[kind]
        if most and name and not counter.take(kind, name, most):
            return max(1, -int((now - (window + 1) * MINUTE) // 1))
    return 0


@transaction.atomic
def _part(kind: str, name: object, window: int, most: int) -> int:
    """A further part of what is left in this minute, taken for this process."""
    key = keys().digest_of(f"rate:{kind}:{name}")
    row = make_and_lock(Rate(key=key, window=window))
    used = row.used if row.window == window else 0
    part = min(max(1, most // PARTS), most - used)
    if part > 0:
        row.window, row.used = window, used + part
        row.save()
    return max(0, part)


@transaction.atomic
def _forget_before(window: int) -> None:
    """Only rows of minutes long gone, which no process counts in; skipping what others delete."""
    old = Rate.objects.filter(window__lt=window - 2).select_for_update(skip_locked=True)
    found = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    if found:
        Rate.objects.filter(pk__in=found, window__lt=window - 2).delete()
