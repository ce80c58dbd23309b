"""One target in all counties, side by side: where each stands and how it came there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jimin.kernel.areas.queries import counties

from ..models import Plan, Quota, Standing, Target
from ..rules.lights import Light
from .shown import Line, line_of


@dataclass(frozen=True)
class Place:
    """A county's share of a target, in order of division code, never of merit."""

    code: str
    name: str
    standing: Standing | None
    line: Line | None
    quota: Decimal | None


def targets_by_county(plan: Plan, on: date) -> list[Target]:
    """The targets for which counties were kept apart on a day."""
    kept = Standing.objects.filter(target__plan=plan, on=on, replaced_at=None)
    wanted = kept.exclude(area=None).values("target")
    return list(Target.objects.filter(pk__in=wanted).select_related("task"))


def places_of(target: Target, on: date) -> list[Place]:
    """Every county with its course through the months up to a day."""
    course: dict[str, list[Standing]] = {}
    kept = Standing.objects.filter(target=target, on__lte=on, replaced_at=None).exclude(area=None)
    for standing in kept.order_by("on", "id"):
        assert standing.area_id is not None
        course.setdefault(standing.area_id, []).append(standing)
    quotas = dict(Quota.objects.filter(allocation__target=target).values_list("area_id", "value"))
    return [
        Place(
            area.code,
            str(area.name),
            _on(course.get(area.code, []), on),
            line_of(course[area.code]) if area.code in course else None,
            quotas.get(area.code),
        )
        for area in counties()
    ]


def lights_by_county(plan: Plan, on: date) -> dict[str, dict[Light, int]]:
    """How many of a county's targets show which light, by name in order of code."""
    names = {area.code: str(area.name) for area in counties()}
    found = {name: dict.fromkeys(reversed(Light), 0) for name in names.values()}
    kept = Standing.objects.filter(target__plan=plan, on=on, replaced_at=None, area__in=names)
    for code, light in kept.values_list("area_id", "light"):
        assert code is not None
        found[names[code]][Light(light)] += 1
    return found


def _on(months: Sequence[Standing], on: date) -> Standing | None:
    return months[-1] if months and months[-1].on == on else None
