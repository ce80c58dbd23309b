import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from jimin.foundation.access.locking import make_and_lock
from jimin.foundation.access.models import Throttle

TURNS = 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_what_others_forget_meanwhile_is_made_again() -> None:
    """Four count on one row while a fifth deletes it; every turn holds a row that is there."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    done = threading.Event()

    def count(_who: int) -> int:
        held = 0
        try:
            for _turn in range(TURNS):
                with transaction.atomic():
                    row = make_and_lock(Throttle(key="one", last_at=timezone.now()))
                    held += Throttle.objects.filter(pk=row.pk).update(failures=row.failures + 1)
        finally:
            connection.close()
        return held

    def forget() -> None:
        while not done.is_set():
            Throttle.objects.filter(key="one").delete()
        connection.close()

    with ThreadPoolExecutor(5) as threads:
        forgetting = threads.submit(forget)
        try:
            counted = list(threads.map(count, range(4)))
        finally:
            done.set()
        forgetting.result()
    assert counted == [TURNS] * 4
