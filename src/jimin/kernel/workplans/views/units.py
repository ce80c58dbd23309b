"""Targets that each of many units must reach: who has what, reporting all, and the list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties

from .. import queries
from ..models import Plan, Target
from ..services import units
from ..services.reports import may_report
from .common import allow, day_of, find_target, months_of, tried
from .forms import PasteForm, UnitReportForm, UnitsForm

FORM = require_http_methods(["GET", "HEAD", "POST"])


@FORM
def matrix(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has what on a day; for those who report an area, a table to fill in."""
    user = allow(request)
    found = find_target(pk)
    on = day_of(request, found.plan)
    rows = queries.holdings(found, on)
    places = _places(found, rows)
    mine = [area for area in places if may_report(user, found, area)]
    asked = request.GET.get("area", "")
    area = next((each for each in mine if each.code == asked), mine[0] if mine else None)
    form = paste = pasted = None
    if area is not None and rows and found.plan.state == Plan.State.IN_FORCE:
        keys = {unit.pk for unit in queries.units_reported_by(found, area)}
        own = [row for row in rows if row.unit.pk in keys]
        looks = request.POST.get("do") == "look"
        paste = PasteForm(request.POST if looks else None)
        if looks and paste.is_valid():
            given = paste.cleaned_data
            pasted = queries.read_pasted(found, own, given["pasted"], given["column"])
        form = UnitReportForm(
            None if looks else request.POST or None,
            None if looks else request.FILES or None,
            target=found,
            user=user,
            rows=own,
            pasted=pasted if pasted and pasted.is_good else None,
            initial={"on": on},
        )
    if request.method == "POST" and (form is None or area is None):
        return redirect(_page_of(found))
    if (
        form is not None
        and area is not None
        and request.method == "POST"
        and form.is_bound
        and tried(
            request,
            form,
            lambda: units.report_units(actor=user, target=found, area=area, **form.values()),
            _("已上报。"),
        )
    ):
        return redirect(f"{_page_of(found)}?on={form.cleaned_data['on']}")
    context = {
        "target": found,
        "plan": found.plan,
        "on": on,
        "months": months_of(found.plan),
        "rows": rows,
        "sums": queries.sums(rows),
        "form": form,
        "paste": paste,
        "pasted": pasted,
        "area": area,
        "mine": mine,
        "may_manage": user.may("manage", "workplans.plan", found.plan.area_id),
    }
    refused = (form and form.errors) or (paste and paste.errors) or (pasted and not pasted.is_good)
    status = 422 if refused else 200
    return render(request, "workplans/matrix.html", context, status=status)


@FORM
def listed(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of units, one a line."""
    user = allow(request, "manage")
    found = find_target(pk)
    lines = [
        "，".join(
            part
            for part in (
                unit.name,
                unit.area.name if unit.area and unit.area.name != unit.name else "",
                "" if unit.wanted is None else f"{unit.wanted.normalize():f}",
            )
            if part
        )
        for unit in found.listed.select_related("area")
    ]
    form = UnitsForm(request.POST or None, initial={"units": "\n".join(lines)})
    changes: list[tuple[str, str]] | None = None
    looks = request.POST.get("do") == "look"
    if looks and form.is_valid():
        changes = queries.list_changes(found, form.cleaned_data["units"])
    elif request.method == "POST" and tried(
        request,
        form,
        lambda: units.list_units(actor=user, target=found, units=form.cleaned_data["units"]),
        _("单位名单已保存。"),
    ):
        return redirect(_page_of(found))
    context = {
        "form": form,
        "plan": found.plan,
        "title": _("单位名单"),
        "intro": str(found),
        "back": _page_of(found),
        "look": _("看会改什么"),
        "heads": [_("单位"), _("变化")],
        "table": changes,
        "unchanged": changes == [],
    }
    status = 422 if form.errors else 200
    return render(request, "workplans/form.html", context, status=status)


def _places(found: Target, rows: list[queries.Holding]) -> list[Area]:
    """The areas that report: the city, or the counties in which a listed unit lies."""
    if found.reporter == Target.Reporter.CITY:
        return [found.plan.area]
    there = {row.unit.area_id for row in rows}
    return [area for area in counties() if area.code in there]


def _page_of(found: Target) -> str:
    return reverse("plan-matrix", args=[found.pk])
