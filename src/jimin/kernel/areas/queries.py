"""Longer reads about areas."""

from .models import Area
from .rules import ancestors


def full_name(code: str) -> str:
    """The way down to an area from its county: `昌邑区 兴华街道 某社区`. One query."""
    names = dict(Area.objects.filter(code__in=ancestors(code)).values_list("code", "name"))
    return " ".join(names[c] for c in ancestors(code)[2:] if c in names) or names.get(code, code)


def counties() -> list[Area]:
    """The counties in order of code; never by name, whose order nobody expects."""
    return list(Area.objects.filter(level=Area.Level.COUNTY, valid_to=None))
