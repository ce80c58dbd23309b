"""The first page: leaders see where the city stands, everyone else goes to their work."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from jimin.domains.assistance import queries as assistance
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting_as_system
from jimin.foundation.ui.menu import entries
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties
from jimin.kernel.awards.rules import month_of
from jimin.kernel.workplans import queries as plans
from jimin.kernel.workplans.rules.indicators import INDICATORS, Cut, Period
from jimin.kernel.workplans.rules.lights import Light

FLOORS = {
    "dibao_urban_to_income": gettext_lazy("城市标准占上年收入"),
    "dibao_rural_to_income": gettext_lazy("农村标准占上年收入"),
    "dibao_rural_to_poverty_line": gettext_lazy("农村标准比扶贫标准"),
}
MOST_SHOWN = 8


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)  # LoginRequiredMiddleware lets nobody else in
    if not request.user.may("view", "page.dashboard"):
        return _to_work(request)
    city = Area.objects.filter(level=Area.Level.CITY).first()
    plan = plans.plan_in_force()
    on = plans.default_day(plan) if plan else timezone.localdate()
    ledger = plans.shown(plan, on).ledger if plan else None
    rows = list(ledger.rows()) if ledger else []
    places = _places(city.pk, on, rows) if city else []
    trend = _trend(city.pk, on) if city else []
    sections = [
        {"title": str(node.task.title), "address": f"#task-{node.task.pk}", "lights": node.lights}
        for node in (ledger.tree if ledger else [])
    ]
    context = {
        "plan": plan,
        "on": on,
        "month": month_of(on),
        "places": places,
        "totals": _totals(places, trend),
        "trend": trend,
        "floors": FLOORS.items(),
        "ledger": ledger,
        "sections": sections,
        "lights": list(reversed(Light)),
        "red": [row for row in rows if row.standing.light == Light.RED][:MOST_SHOWN],
        "charts": _charts(places, trend, sections),
    }
    return render(request, "project/dashboard.html", context)


def _to_work(request: HttpRequest) -> HttpResponse:
    """To the inbox; a post without one begins at the first entry of its menu."""
    allowed = entries(request)
    for item in sorted(allowed, key=lambda item: item["entry"].address != "cases"):
        return redirect(item["href"])
    raise PermissionDenied(_("您的岗位还没有可以打开的页面。请联系管理员。"))


def _places(city: str, on: dt.date, rows: list[plans.Row]) -> list[dict[str, Any]]:
    """One line per county in order of code: caseload, payment, and how its standards stand."""
    month = month_of(on)
    with acting_as_system("总览"):
        due = assistance.awards_by_part(Cut(city), month)
        paid = assistance.paid_by_part(Cut(city), month, month)
    standings = {
        row.target.indicator: {part.code: part for part in row.parts}
        for row in rows
        if row.target.indicator in FLOORS
    }
    households = INDICATORS.get("dibao_households")
    assert households is not None
    return [
        {
            "code": area.pk,
            "name": area.name,
            **due[area.pk],
            **paid[area.pk],
            "floors": [standings.get(name, {}).get(area.pk) for name in FLOORS],
            "address": households.drill_down(area.pk, Period.year_to(on)),
        }
        for area in counties()
    ]


def _trend(city: str, on: dt.date) -> list[dict[str, Any]]:
    """Households and amount paid in each month of the year, and up to it."""
    with acting_as_system("总览"):
        paid = assistance.paid_by_month(city, on.year)
    months: dict[dt.date, dict[str, Any]] = {}
    for line in paid:
        month = months.setdefault(
            line["month"], {"month": line["month"], "households": 0, "persons": 0, "paid": 0}
        )
        month["households"] += line["paid_households"]
        month["persons"] += line["paid_persons"]
        month["paid"] += line["paid"]
    return [months[key] for key in sorted(months) if key <= on]


def _totals(places: list[dict[str, Any]], trend: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("households", "persons", "due", "paid_households", "paid")
    return {
        **{name: sum(place[name] for place in places) for name in names},
        "paid_this_year": sum(month["paid"] for month in trend),
    }


def _charts(
    places: list[dict[str, Any]], trend: list[dict[str, Any]], sections: list[dict[str, Any]]
) -> dict[str, Any]:
    """What the charts draw; the tables beneath them hold the same numbers."""
    return {
        "save": _("存为图片"),
        "map": {
            "boundaries": static("project/jilin_counties.geojson"),
            "measures": [
                {"key": "households", "label": _("在保户数"), "unit": _("户")},
                {"key": "paid", "label": _("本月发放额"), "unit": _("元")},
            ],
            "places": [
                {
                    "code": place["code"],
                    "name": place["name"],
                    "households": place["households"],
                    "paid": str(place["paid"]),
                    "address": place["address"],
                }
                for place in places
            ],
        },
        "trend": {
            "months": [f"{month['month']:%Y-%m}" for month in trend],
            "paid": [str(month["paid"]) for month in trend],
            "households": [month["households"] for month in trend],
            "labels": {"paid": _("发放额（元）"), "households": _("发放户数（户）")},
        },
        "lights": {
            "sections": [section["title"] for section in sections],
            "series": [
                {
                    "light": light.value,
                    "label": _LIGHT_WORDS[light](),
                    "counts": [section["lights"][light] for section in sections],
                }
                for light in Light
            ],
            "address": reverse("plan"),
        },
    }


_LIGHT_WORDS = {
    Light.RED: lambda: _("红灯"),
    Light.YELLOW: lambda: _("黄灯"),
    Light.BLUE: lambda: _("蓝灯"),
    Light.GREEN: lambda: _("绿灯"),
    Light.GREY: lambda: _("灰灯"),
}
