"""The plan by county: a map and small multiples of one target. The map is the project's own."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.kernel.workplans import queries as plans
from jimin.kernel.workplans.models import Plan, Target
from jimin.kernel.workplans.queries.counties import (
    Place,
    lights_by_county,
    places_of,
    targets_by_county,
)
from jimin.kernel.workplans.rules.indicators import month_end
from jimin.kernel.workplans.rules.lights import WORDS, Light


@require_safe
def counties(request: HttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    require(actor=request.user, verb="view", subject="workplans.plan")
    plan = get_object_or_404(Plan, pk=pk)
    months = [month_end(plan.year, month) for month in range(1, 13)]
    asked = {str(end): end for end in months}
    on = asked.get(request.GET.get("on", ""), plans.default_day(plan))
    targets = targets_by_county(plan, on)
    chosen = _chosen(targets, request.GET.get("target", ""))
    places = places_of(chosen, on) if chosen else []
    context = {
        "plan": plan,
        "on": on,
        "months": [end for end in months if end <= plans.default_day(plan)],
        "targets": targets,
        "target": chosen,
        "places": places,
        "lines": {number: place.line for number, place in enumerate(places) if place.line},
        "lights": list(reversed(Light)),
        "counts": lights_by_county(plan, on),
        "chart": _chart(places, chosen),
    }
    return render(request, "project/plan_counties.html", context)


def _chosen(targets: list[Target], asked: str) -> Target | None:
    for target in targets:
        if str(target.pk) == asked:
            return target
    return targets[0] if targets else None


def _chart(places: list[Place], target: Target | None) -> dict[str, Any]:
    """What the map draws; the table beneath says the same."""
    return {
        "boundaries": static("project/jilin_counties.geojson"),
        "name": str(target) if target else "",
        "save": _("存为图片"),
        "places": [
            {
                "name": place.name,
                "light": place.standing.light if place.standing else "none",
                "word": WORDS[Light(place.standing.light)] if place.standing else "—",
                "sentence": place.standing.sentence if place.standing else "",
            }
            for place in places
        ],
    }
