"""Choosing an area step by step, never beyond one's own reach.

A register that belongs to no area but names one (a published figure) also takes the areas above
one's post: the province's figure holds for the city too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Q

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting

from .declare import registry

DEPTH = "parent__parent__parent__parent"


@dataclass(frozen=True)
class Step:
    """One drop-down: the areas to choose from and the one chosen."""

    options: list[Any]
    chosen: str
    label: str


def area_model() -> Any:
    return apps.get_model(settings.AREA_MODEL)


def is_area(model_field: Any) -> bool:
    related = getattr(model_field, "related_model", None)
    return related is not None and related._meta.label == settings.AREA_MODEL


def roots(verb: str, subject: str) -> list[Any]:
    """The areas at whose posts whoever acts may do `verb`; all top areas for the system."""
    actor = acting()
    if isinstance(actor, User):
        held = _held(actor, verb, subject)
        if reaches_up(subject):
            held = {top.pk: top for top in (lineage(area)[0] for area in held.values())}
        return [held[code] for code in sorted(held)]
    if isinstance(actor, System):
        return list(area_model().objects.filter(parent=None))
    return []


def reaches_up(subject: str) -> bool:
    """Whether a register names areas without belonging to them."""
    return any(record.subject == subject and not record.area for record in registry.values())


def _held(actor: User, verb: str, subject: str) -> dict[str, Any]:
    return {p.area_id: p.area for p in actor.held if p.role_of.allows(verb, subject)}


def lineage(area: Any) -> list[Any]:
    """From the top area down to this one."""
    line = []
    while area is not None:
        line.append(area)
        area = area.parent
    return line[::-1]


def chosen_of(codes: Sequence[str]) -> Any:
    """The deepest of the chosen areas that still lies in those chosen before it, or None.

    When the county is changed, the drop-down of townships still sends one of the old county.
    """
    wanted = [code.strip() for code in codes if code.strip()]
    found = area_model().objects.select_related(DEPTH).in_bulk(wanted)
    chosen: Any = None
    for code in wanted:
        area = found.get(code)
        if area is None or (chosen is not None and chosen not in lineage(area)):
            break
        chosen = area
    return chosen


def is_within(area: Any, verb: str, subject: str) -> bool:
    actor = acting()
    if isinstance(actor, User):
        if actor.may(verb, subject, str(area.pk)):
            return True
        posts = _held(actor, verb, subject).values() if reaches_up(subject) else ()
        return any(area in lineage(post) for post in posts)
    return isinstance(actor, System)


def steps(area: Any, verb: str, subject: str) -> list[Step]:
    """The drop-downs that lead to `area` (or to nothing yet), one more than the steps taken."""
    tops = roots(verb, subject)
    line = lineage(area) if area is not None else []
    codes = [a.pk for a in line]
    start = next((top for top in tops if top.pk in codes), None)
    found = []
    if len(tops) > 1 or reaches_up(subject):
        found.append(Step(tops, start.pk if start else "", ""))
    elif tops:
        start = tops[0]
    below = line[codes.index(start.pk) + 1 :] if start is not None and start.pk in codes else []
    above = start
    while above is not None:
        options = list(above.children.filter(valid_to=None))
        following = below.pop(0) if below else None
        if following is not None and following not in options:
            options.append(following)  # abolished since, still what the record holds
        if options:
            found.append(Step(options, following.pk if following else "", str(above)))
        above = following
    return found


def inside(lookup: str, area: Any) -> Q:
    """Rows whose code at `lookup` lies in the area or in one merged into it."""
    condition = Q()
    for first, last in area.reach():
        condition |= Q(**{f"{lookup}__gte": first, f"{lookup}__lte": last})
    return condition
