"""Longer reads about areas."""

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System

from .models import Area
from .rules import ancestors


def full_name(code: str) -> str:
    """The way down to an area from its county: `昌邑区 兴华街道 某社区`. One query."""
    names = dict(Area.objects.filter(code__in=ancestors(code)).values_list("code", "name"))
    return " ".join(names[c] for c in ancestors(code)[2:] if c in names) or names.get(code, code)


def counties() -> list[Area]:
    """The counties in order of code; never by name, whose order nobody expects."""
    return list(Area.objects.filter(level=Area.Level.COUNTY, valid_to=None))


def counties_open_to(actor: User | System, verb: str, subject: str) -> list[Area]:
    """The counties in which the actor may do something."""
    return [
        county
        for county in counties()
        if isinstance(actor, System) or actor.may(verb, subject, county.pk)
    ]
