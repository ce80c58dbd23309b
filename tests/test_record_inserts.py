"""Many rows at once are written as one by one: every field, sealed ones and digests too."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, models

from jimin.foundation.jobs.models import Job
from jimin.foundation.records.inserts import can_insert_many, insert_many
from jimin.kernel.areas.tests.few import HERE, few_areas
from jimin.kernel.people.models import Household, Person

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL takes bulk_create"),
]


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    few_areas()


def persons(count: int) -> list[Person]:
    found = [
        Person(
            name="王芳",
            citizen_id="" if n == 1 else f"2202021990010{n:05d}",
            phone="" if n % 2 else "13800001234",
            birth=None if n == 1 else dt.date(1990, 1, 1),
            area_id=HERE,
            address="100% 号 '甲'",
        )
        for n in range(count)
    ]
    for person in found:
        person.spell()
    return found


def stored(obj: Any) -> dict[str, Any]:
    fresh = type(obj)._base_manager.get(pk=obj.pk)
    return {f.name: f.value_from_object(fresh) for f in fresh._meta.concrete_fields}


@pytest.mark.parametrize("count", [1, 3, 200])  # the last in several statements
def test_each_object_gets_the_key_of_its_own_row(count: int) -> None:
    objs = persons(count)
    insert_many(objs)
    assert len({obj.pk for obj in objs}) == count
    assert not any(obj._state.adding for obj in objs)
    for obj in objs[:5] + objs[-5:]:
        held = {f.name: f.value_from_object(obj) for f in obj._meta.concrete_fields}
        assert stored(obj) == held


def test_what_is_stored_is_what_a_save_stores() -> None:
    together, alone = persons(3), persons(3)
    insert_many(together)
    kept = [stored(obj) for obj in together]
    Person._base_manager.all().delete()
    for obj in alone:
        obj.save()
    for one, other in zip(kept, [stored(obj) for obj in alone], strict=True):
        assert one | {"id": None} == other | {"id": None}


def test_equal_values_are_sealed_each_for_itself() -> None:
    objs = persons(5)
    insert_many(objs)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT phone FROM {Person._meta.db_table} WHERE phone <> ''")
        sealed = [text for (text,) in cursor.fetchall()]
    assert len(set(sealed)) == len(sealed) == 3
    assert not any("13800001234" in text for text in sealed)


def test_objects_stay_as_they_were_where_one_is_refused() -> None:
    objs = persons(200)
    objs[-1].citizen_id = objs[0].citizen_id
    stayed = persons(1)[0]
    stayed.citizen_id = "220202199001019999"
    insert_many([stayed])
    with pytest.raises(IntegrityError):
        insert_many(objs)
    assert all(obj.pk is None and obj._state.adding for obj in objs)
    assert list(Person._base_manager.all()) == [stayed]


@pytest.mark.parametrize(("model", "can"), [(Person, True), (Household, True), (Job, False)])
def test_keys_that_the_database_does_not_count_go_the_usual_way(
    model: type[models.Model], can: bool
) -> None:
    assert can_insert_many(model) is can
