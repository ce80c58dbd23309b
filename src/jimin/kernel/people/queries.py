"""Longer reads about people."""

from django.db.models import F, Q, QuerySet

from jimin.foundation.records.search import by_number

from .models import Household, Member, Person

PRESENT_FIRST = F("left_on").desc(nulls_first=True)


def living_at(text: str) -> Q | None:
    """Persons who live in the household with this number; None if the text is no number."""
    if not any(c.isdigit() for c in text):
        return None
    members = Member.objects.filter(household__number=text, left_on=None)
    return Q(pk__in=members.values("person_id"))


def home_of(text: str) -> Q | None:
    """Households in which somebody with this identity number, or this end of it, lives now."""
    part = by_number(Person, "citizen_id", text)
    if part is None:
        return None
    people = Person._base_manager.filter(part)
    members = Member._base_manager.filter(person__in=people.values("pk"), left_on=None)
    return Q(pk__in=members.values("household_id"))


def members_of(household: Household) -> QuerySet[Member]:
    """Members of all times, those of today first. One query, persons included."""
    found = Member.objects.filter(household=household).select_related("person__area")
    return found.order_by(PRESENT_FIRST, "relation", "person__birth", "pk")


def households_of(person: Person) -> QuerySet[Member]:
    """The memberships of a person whose households may be seen, the present one first."""
    found = Member.objects.filter(person=person).select_related("household__area__parent")
    return found.order_by(PRESENT_FIRST, "-joined_on", "pk")
