"""The staff of the demo city: enough to take a case from the street office to the bank."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from jimin.foundation.access.models import Post, User
from jimin.foundation.spelling import syllables
from jimin.kernel.areas.models import Area

from .names import given_name, surname

PASSWORD = "jimin-demo"  # noqa: S105 — printed at every start; only the demo has such users
CITY = "220200000000"
IN_OFFICE_SINCE = dt.date(2015, 1, 1)
COUNTIES = {
    "220202": "changyi",
    "220203": "longtan",
    "220204": "chuanying",
    "220211": "fengman",
    "220221": "yongji",
    "220281": "jiaohe",
    "220282": "huadian",
    "220283": "shulan",
    "220284": "panshi",
}
# What a name ends in and a sign-in does not need, longest first.
KINDS = ("街道办事处", "朝鲜族满族乡", "满族朝鲜族乡", "满族镇", "满族乡", "朝鲜族乡", "镇", "乡")
KINDS_OF_COMMUNITIES = ("社区居委会", "居委会", "村委会", "社区", "村")


@dataclass(frozen=True)
class Employee:
    """One who signs in: `area` is the code of the post."""

    username: str
    role: str
    area: str


def employees(townships: int = 2, communities: int = 1) -> Iterator[Employee]:
    """Everyone: the city's five, three in each county, clerks and workers in some places.

    In each county the first subdistrict has a clerk and the first town; in each of their places
    the first community or village has a worker.
    """
    yield Employee("leader", "city_leader", CITY)
    yield Employee("officer", "city_officer", CITY)
    yield Employee("admin", "administrator", CITY)
    yield Employee("welfare", "city_unit", CITY)
    yield Employee("planner", "city_planner", CITY)
    taken: set[str] = set()
    for county, prefix in COUNTIES.items():
        code = county.ljust(12, "0")
        yield Employee(f"{prefix}.officer", "county_officer", code)
        yield Employee(f"{prefix}.pay", "county_paymaster", code)
        yield Employee(f"{prefix}.director", "county_director", code)
        for place in _some_townships(code, townships):
            name = _spelt(place.name, KINDS, taken)
            yield Employee(f"{name}.clerk", "township_clerk", place.code)
            for community in Area.objects.filter(parent=place)[:communities]:
                name = _spelt(community.name, KINDS_OF_COMMUNITIES, taken)
                yield Employee(f"{name}.worker", "community_worker", community.code)


def hire(people: list[Employee]) -> dict[str, User]:
    """Users with their posts; one hash serves all, for all have the same password."""
    pattern = User()
    pattern.set_password(PASSWORD)
    random = Random(2016)  # noqa: S311 — the same names every time
    users = User.objects.bulk_create(
        User(
            username=person.username,
            name=surname(random) + given_name(random, random.choice("12"), 1975),
            password=pattern.password,
            password_from=User.PasswordFrom.DEMO,
        )
        for person in people
    )
    Post.objects.bulk_create(
        Post(user=user, role=person.role, area_id=person.area, valid_from=IN_OFFICE_SINCE)
        for user, person in zip(users, people, strict=True)
    )
    return {user.username: user for user in users}


def _some_townships(county: str, number: int) -> list[Area]:
    """Subdistricts and towns in turn, each in order of code."""
    inside = list(Area.objects.filter(parent_id=county, level=Area.Level.TOWNSHIP))
    streets = [area for area in inside if area.kind == "subdistrict"]
    towns = [area for area in inside if area.kind == "town"]
    half = min(len(streets), number // 2)
    return [*streets[:half], *towns[: number - half]]


def _spelt(name: str, endings: tuple[str, ...], taken: set[str]) -> str:
    """`兴华街道办事处` as `xinghua`; the second of that name as `xinghua2`."""
    for ending in endings:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            name = name.removesuffix(ending)
            break
    spelt = first = "".join(syllables(name))
    number = 2
    while spelt in taken:
        spelt = f"{first}{number}"
        number += 1
    taken.add(spelt)
    return spelt
