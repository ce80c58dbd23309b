"""Longer reads about people."""

from django.db.models import Q

from .models import Member


def living_at(text: str) -> Q | None:
    """Persons who live in the household with this number; None if the text is no number."""
    if not any(c.isdigit() for c in text):
        return None
    members = Member.objects.filter(household__number=text, left_on=None)
    return Q(pk__in=members.values("person_id"))
