import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.sealed import fields, keyring, rotation
from jimin.foundation.sealed.keyring import Keyring, add_key
from jimin.kernel.people.models import Person
from jimin.project.secret_keys import secret_of

HERE = "220202001001"
NUMBERS = [f"139{n:08}" for n in range(30)]
GRADES = 31  # of disability, which everybody has sealed, also who has none


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """A file of keys of the test's own, looked at without delay."""
    path = tmp_path / "keys.json"
    secret_of(path)
    own = Keyring(path)
    monkeypatch.setattr(keyring, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(fields, "keyring", lambda: own)
    monkeypatch.setattr(rotation, "keyring", lambda: own)
    monkeypatch.setattr(rotation, "BATCH", 7)
    return own


@pytest.fixture
def people(divisions: None) -> None:
    Person.objects.bulk_create(Person(name="甲", phone=n, area_id=HERE) for n in NUMBERS)
    Person.objects.bulk_create([Person(name="无电话", area_id=HERE)])


def phones() -> rotation.SealedColumn:
    return next(c for c in rotation.sealed_columns() if c.label == "people.person.phone")


def opened() -> list[str]:
    with acting_as_system("test"):
        return list(Person.objects.order_by("pk").values_list("phone", flat=True))


def test_every_sealed_field_of_every_table_is_known(db: None) -> None:
    labels = {column.label for column in rotation.sealed_columns()}
    assert "records.attachment.file_key" in labels  # files come under a new key with it
    assert {
        "people.person.citizen_id",
        "people.person.phone",
        "records.attachment.file_key",
        "payments.payeeaccount.account",
    } < (labels)


def test_after_a_rotation_everything_is_under_the_newest_key(people: None, ring: Keyring) -> None:
    assert phones().numbers() == Counter({"1": 30})
    add_key(ring.path)
    assert rotation.remaining() == 30 + GRADES
    assert rotation.seal_again() == 30 + GRADES
    assert phones().numbers() == Counter({"2": 30})
    assert rotation.remaining() == 0
    assert opened() == [*NUMBERS, ""]


def test_what_was_interrupted_goes_on_where_it_stopped(people: None, ring: Keyring) -> None:
    add_key(ring.path)

    def stop(label: str, done: int) -> None:
        if done == 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.seal_again(stop)
    assert phones().numbers() == Counter({"1": 16, "2": 14})
    assert opened() == [*NUMBERS, ""]
    assert rotation.seal_again() == 16 + GRADES
    assert opened() == [*NUMBERS, ""]


def test_what_someone_else_wrote_meanwhile_stays(people: None, ring: Keyring) -> None:
    add_key(ring.path)
    column = phones()
    with acting_as_system("test"):
        first = Person.objects.earliest("pk")
    ((pk, old),) = column.rows().filter(pk=first.pk).values_list("pk", "sealed_text")
    first.phone = "13700000000"
    first.save()
    column.replace([(ring.current().seal("13900000000"), pk, old)])
    first.refresh_from_db()
    assert first.phone == "13700000000"


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_a_rotation_beside_servers_at_work_loses_nothing(ring: Keyring, divisions: None) -> None:
    """Two clerks write all the time, one of them on a server that learns of the key late."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    with acting_as_system("test"):
        Person.objects.bulk_create(Person(name="甲", phone=n, area_id=HERE) for n in NUMBERS)
        keys = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    late = Keyring(ring.path)
    late.current()
    stop, written, faults = threading.Event(), dict(zip(keys, NUMBERS, strict=True)), list[Any]()

    def clerk(mine: list[int], start: int, sealing: Keyring | None) -> None:
        number = start
        try:
            while not stop.is_set():
                for pk in mine:
                    number += 1
                    if sealing is None:
                        with acting_as_system("test"):
                            person = Person.objects.get(pk=pk)
                            person.phone = str(number)
                            person.save()
                    else:
                        assert late._keys is not None
                        text = late._keys.seal(str(number))
                        with connection.cursor() as cursor:
                            cursor.execute(
                                "UPDATE people_person SET phone = %s WHERE id = %s", [text, pk]
                            )
                    written[pk] = str(number)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    clerks = [
        threading.Thread(target=clerk, args=(keys[::2], 13_000_000_000, None)),
        threading.Thread(target=clerk, args=(keys[1::2], 15_000_000_000, late)),
    ]
    for thread in clerks:
        thread.start()
    add_key(ring.path)
    rotation.seal_again()
    late.look()
    until = time.monotonic() + 1
    while time.monotonic() < until:
        rotation.seal_again()
    stop.set()
    for thread in clerks:
        thread.join()
    rotation.seal_again()
    assert faults == []
    assert phones().numbers() == Counter({"2": 30})
    with acting_as_system("test"):
        assert dict(Person.objects.values_list("pk", "phone")) == written
