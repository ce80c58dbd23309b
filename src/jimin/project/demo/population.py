"""The made-up households written into the books, a few thousand at a time."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from jimin.foundation.access.scope import System
from jimin.foundation.audit import services as audit
from jimin.kernel.areas.models import Area
from jimin.kernel.people.models import Household, Member, Person

from .city import HEAD, Home, Place, Resident

BATCH = 2000
T = TypeVar("T")


def places() -> list[Place]:
    communities = Area.objects.filter(level=Area.Level.COMMUNITY, valid_to=None)
    return [Place(area.code, area.is_urban) for area in communities]


def batches(rows: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def settle(actor: System, homes: list[Home]) -> list[tuple[Home, Household, list[Person]]]:
    """Write persons, households and who lives with whom."""
    people = Person.objects.bulk_create(
        [_person(home, resident) for home in homes for resident in home.residents], BATCH
    )
    found = iter(people)
    living = [[next(found) for _ in home.residents] for home in homes]
    households = Household.objects.bulk_create(
        [
            Household(
                number=home.number,
                area_id=home.area,
                residence=Household.Residence.URBAN if home.is_urban else Household.Residence.RURAL,
                address=home.address,
                head=persons[0],
            )
            for home, persons in zip(homes, living, strict=True)
        ],
        BATCH,
    )
    Member.objects.bulk_create(
        [
            Member(household=household, person=person, relation=resident.relation)
            for home, household, persons in zip(homes, households, living, strict=True)
            for resident, person in zip(home.residents, persons, strict=True)
        ],
        BATCH,
    )
    values = {"households": len(homes), "persons": len(people), "last": homes[-1].number}
    line = audit.Line("imported", "people.household", homes[0].number, values)
    audit.log_many(actor=actor, lines=[line])
    return list(zip(homes, households, living, strict=True))


def _person(home: Home, resident: Resident) -> Person:
    assert resident.relation != HEAD or resident is home.residents[0]
    person = Person(
        name=resident.name,
        citizen_id=resident.citizen_id,
        sex=resident.sex,
        birth=resident.birth,
        disability_grade=resident.disability_grade,
        area_id=home.area,
        address=home.address,
    )
    person.spell()
    return person
