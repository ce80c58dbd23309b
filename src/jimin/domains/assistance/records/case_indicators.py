"""What the cases of dibao tell the work plan: accepted, settled, still open."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jimin.kernel.areas.models import Area
from jimin.kernel.areas.rules import reach
from jimin.kernel.cases.models import Case, Event
from jimin.kernel.workplans.rules.indicators import INDICATORS, Cut, Indicator, Kind, Period
from jimin.kernel.workplans.rules.words import Number

BEGINNING = dt.date(1900, 1, 1)
# The day that counts, and the area it happened in.
CLOSED = ("closed_on", "area_id")
ACCEPTED = ("happened_on", "case__area_id")


def _accepted() -> models.QuerySet[Any]:
    return Event.objects.filter(case__procedure="dibao", step="accept")


def _settled() -> models.QuerySet[Any]:
    return Case.objects.filter(procedure="dibao").exclude(closed_on=None)


def _counted(rows: Any, day: str, area: str, cut: Cut, period: Period) -> dict[str, int]:
    """By part, also where there is none."""
    found = dict.fromkeys(_parts(cut), 0)
    for (code, _day), number in _days(rows, day, area, cut, period).items():
        found[code] += number
    return found


def _added(rows: Any, day: str, area: str, cut: Cut, year: int) -> dict[tuple[str, int], int]:
    """By part and month of a year, in one query."""
    found = {(code, 0): 0 for code in _parts(cut)}
    period = Period(dt.date(year, 1, 1), dt.date(year, 12, 31))
    for (code, when), number in _days(rows, day, area, cut, period).items():
        found[code, when.month] = found.get((code, when.month), 0) + number
    return found


def _days(rows: Any, day: str, area: str, cut: Cut, period: Period) -> Counter[tuple[str, dt.date]]:
    """By part and day: the database groups what it can compare as it is stored."""
    known = set(_parts(cut))
    first, last = reach(cut.area)
    inside = models.Q(**{f"{area}__gte": first, f"{area}__lte": last})
    grouped = (
        rows.filter(inside, **{f"{day}__range": (period.start, period.end)})
        .annotate(part=Substr(area, 1, cut.digits))
        .values_list("part", day)
        .annotate(number=models.Count("pk"))
        .order_by()
    )
    found: Counter[tuple[str, dt.date]] = Counter()
    for part, when, number in grouped:
        if cut.code(part) in known:
            found[cut.code(part), when] += number
    return found


def _parts(cut: Cut) -> list[str]:
    first, last = reach(cut.area)
    codes = Area.objects.filter(level=cut.level, valid_to=None, code__range=(first, last))
    return list(codes.values_list("code", flat=True))


def _open(cut: Cut, period: Period) -> Mapping[str, Number]:
    ever = Period(BEGINNING, period.end)
    opened = _counted(Case.objects.filter(procedure="dibao"), "opened_on", "area_id", cut, ever)
    closed = _counted(_settled(), "closed_on", "area_id", cut, ever)
    return {code: opened[code] - closed[code] for code in opened}


def _open_added(cut: Cut, year: int) -> Mapping[tuple[str, int], Number]:
    before = _open(cut, Period(BEGINNING, dt.date(year - 1, 12, 31)))
    found: Counter[tuple[str, int]] = Counter({(code, 0): int(n) for code, n in before.items()})
    found.update(_added(Case.objects.filter(procedure="dibao"), "opened_on", "area_id", cut, year))
    found.subtract(_added(_settled(), "closed_on", "area_id", cut, year))
    return found


def _list(area: str, period: Period) -> str:
    return reverse("cases")


def _declare(name: str, label: Any, definition: Any, rows: Any, day: str, area: str) -> None:
    INDICATORS.register(
        Indicator(
            name=name,
            label=label,
            kind=Kind.FLOW,
            unit=_("件"),
            definition=definition,
            source=_("办件、办理记录"),
            numerator=lambda cut, period: _counted(rows(), day, area, cut, period),
            numerator_added=lambda cut, year: _added(rows(), day, area, cut, year),
            drill_down=_list,
        )
    )


_declare(
    "dibao_accepted",
    _("低保受理件数"),
    _("期内受理的低保申请件数，同一件再次受理再计一次。"),
    _accepted,
    *ACCEPTED,
)
_declare(
    "dibao_settled",
    _("低保办结件数"),
    _("期内办结的低保申请件数。"),
    _settled,
    *CLOSED,
)
INDICATORS.register(
    Indicator(
        name="dibao_settled_to_accepted",
        label=_("低保申请办结率"),
        kind=Kind.RATIO,
        unit="%",
        definition=_("年初以来办结的低保申请件数 ÷ 年初以来受理的低保申请件数。"),
        source=_("办件、办理记录"),
        numerator=lambda cut, period: _counted(_settled(), *CLOSED, cut, period),
        denominator=lambda cut, period: _counted(_accepted(), *ACCEPTED, cut, period),
        numerator_added=lambda cut, year: _added(_settled(), *CLOSED, cut, year),
        denominator_added=lambda cut, year: _added(_accepted(), *ACCEPTED, cut, year),
        numerator_label=_("办结件数"),
        denominator_label=_("受理件数"),
        drill_down=_list,
    )
)
INDICATORS.register(
    Indicator(
        name="dibao_open",
        label=_("低保在办件数"),
        kind=Kind.STOCK,
        unit=_("件"),
        definition=_("期末已申请而未办结的件数。"),
        source=_("办件、办理记录"),
        numerator=_open,
        numerator_added=_open_added,
        drill_down=_list,
    )
)
