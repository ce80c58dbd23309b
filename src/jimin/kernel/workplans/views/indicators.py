"""The catalogue of computed measures, and one measure with its parts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jimin.kernel.areas.models import Area

from .. import queries
from ..models import Plan, Target
from ..rules.indicators import INDICATORS, Cut, Indicator, Period
from .common import allow, day_of, months_of

CITY = "220200000000"


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every measure that is computed from records, and the targets bound to it."""
    allow(request)
    bound: dict[str, list[Target]] = {}
    in_force = Target.objects.filter(plan__state=Plan.State.IN_FORCE).exclude(indicator="")
    for target in in_force:
        bound.setdefault(target.indicator, []).append(target)
    entries = [(indicator, bound.get(indicator.name, [])) for indicator in INDICATORS.all()]
    return render(request, "workplans/indicators.html", {"entries": entries})


@require_safe
def indicator(request: HttpRequest, name: str) -> HttpResponse:
    """One measure by area: numerator, denominator, what they are made of, the records behind."""
    user = allow(request)
    found = INDICATORS.get(name)
    if found is None:
        raise Http404(_("没有这个指标。"))
    plan = queries.plan_in_force()
    on = day_of(request, plan)
    area = plan.area_id if plan else CITY
    period = Period.year_to(on)
    cut = Cut(area)
    figures = queries.measure(found, cut, period)
    names = dict(Area.objects.filter(code__in=figures).values_list("code", "name"))
    basis = found.basis(cut, period) if found.basis else {}
    context = {
        "indicator": found,
        "has_basis": found.basis is not None,
        "may_see_statistics": user.may("view", "workplans.officialstatistic"),
        "on": on,
        "months": months_of(plan) if plan else [],
        "parts": [
            {
                "code": code,
                "name": names.get(code, code),
                "figure": figure,
                "basis": basis.get(code, ""),
                "address": _address(found, code, period),
            }
            for code, figure in figures.items()
        ],
        "whole": queries.with_whole(name, figures, area).get(area),
        "targets": Target.objects.filter(plan__state=Plan.State.IN_FORCE, indicator=name),
    }
    return render(request, "workplans/indicator.html", context)


def _address(found: Indicator, code: str, period: Period) -> str:
    """The records behind a part; where the page itself lists what it is made of, none."""
    return "" if found.basis else found.drill_down(code, period)
