"""Households of one street of 昌邑区, and one of 龙潭区."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jimin.foundation.access.models import Post, User
from jimin.foundation.access.scope import acting_as_system
from jimin.kernel.areas.models import Area
from jimin.kernel.people.models import Household, Person

COUNTY, TOWN, HERE = "220202000000", "220202001000", "220202001001"
THERE = "220203001001"
AREAS = [
    ("220200000000", None, "吉林市", "city"),
    (COUNTY, "220200000000", "昌邑区", "county"),
    (TOWN, COUNTY, "兴华街道", "township"),
    (HERE, TOWN, "兴华社区", "community"),
    ("220203000000", "220200000000", "龙潭区", "county"),
    (THERE, "220203000000", "龙潭社区", "community"),
]


def make_areas() -> None:
    Area.objects.bulk_create(
        Area(code=code, parent_id=parent, name=name, level=level, kind=level, initials=name)
        for code, parent, name, level in AREAS
    )


def make_household(number: int, area: str = HERE, name: str = "王建国") -> Household:
    person = Person.objects.create(
        name=name, area_id=area, citizen_id=f"22020219700101{number:03d}X"
    )
    return Household.objects.create(
        number=f"H{number:04d}", area_id=area, residence="urban", head=person
    )


def make_staff(role: str, area: str = COUNTY) -> User:
    user = User.objects.create_user(f"u{User.objects.count()}", role)
    Post.objects.create(user=user, role=role, area_id=area, valid_from=dt.date(2016, 1, 1))
    return user


@pytest.fixture
def areas(db: None) -> Iterator[None]:
    make_areas()
    with acting_as_system("test"):
        yield


@pytest.fixture
def household(areas: None) -> Callable[..., Household]:
    numbers = iter(range(1, 1000))

    def make(**options: Any) -> Household:
        return make_household(next(numbers), **options)

    return make


@pytest.fixture
def staff(areas: None) -> Callable[..., User]:
    return make_staff
