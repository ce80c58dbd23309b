"""Sealed numbers: what the database holds, what is read back, what cannot be asked."""

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.db import connection

from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.people.models import Person

HERE = "220202001001"


@pytest.fixture(autouse=True)
def _all_rows(divisions: None) -> None:
    with acting_as_system("test"):
        Person.objects.bulk_create(
            Person(name="王芳", disability_grade=n, area_id=HERE) for n in (0, 0, 3)
        )


def held() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT disability_grade FROM people_person ORDER BY id")
        return [text for (text,) in cursor.fetchall()]


def test_nothing_tells_who_has_a_grade() -> None:
    texts = held()
    assert len(set(texts)) == 3
    assert len({len(text) for text in texts}) == 1
    assert all(text.startswith("1:") for text in texts)
    with acting_as_system("test"):
        assert list(Person.objects.order_by("pk").values_list("disability_grade", flat=True)) == [
            0,
            0,
            3,
        ]


@pytest.mark.parametrize(
    "asked", [{"disability_grade": 3}, {"disability_grade__gt": 0}, {"disability_grade__abs": 3}]
)
def test_the_database_is_not_asked_about_it(asked: dict[str, int]) -> None:
    with acting_as_system("test"), pytest.raises(FieldError, match="sealed"):
        Person.objects.filter(**asked).count()


@pytest.mark.parametrize("wrong", [-1, 5, "x"])
def test_its_bounds_hold(wrong: int | str) -> None:
    person = Person(name="王芳", disability_grade=wrong, area_id=HERE)
    with pytest.raises(ValidationError) as refused:
        person.clean_fields()
    assert list(refused.value.message_dict) == ["disability_grade"]
