"""The demo's plan: the ledger, the statistics it is measured by, half a year of made-up reports."""

from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from django.db import transaction

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.kernel.areas.models import Area

from .models import Deliverable, Plan, Standing, Target
from .rules.indicators import month_end
from .services.ledger import DATA, load_ledger, load_statistics
from .services.reports import advance_paper, keep_month, report_progress

REPORTS = DATA / "jilin_2016_reports.yaml"


@transaction.atomic
def load_plan(*, actor: User | System, months: int = 6) -> Plan:
    """The plan with its first months reported and kept. Safe to repeat.

    Call it last: what is kept of a month is what the records of the demo say at that moment.
    """
    load_statistics(actor=actor)
    plan = load_ledger(actor=actor)
    if Standing.objects.filter(target__plan=plan).exists():
        return plan
    written = yaml.safe_load(REPORTS.read_text(encoding="utf-8"))
    targets = {target.code: target for target in Target.objects.filter(plan=plan)}
    areas = {area.code: area for area in Area.objects.filter(level__in=["city", "county"])}
    for month in range(1, months + 1):
        on = month_end(plan.year, month)
        for code, by_area in written["targets"].items():
            for area, values in by_area.items():
                report_progress(
                    actor=actor,
                    target=targets[code],
                    area=areas[area],
                    on=on,
                    evidence=written["evidence"],
                    **_parts(values[month - 1]),
                )
        _advance(actor, plan, written["papers"], on)
        keep_month(actor=actor, plan=plan, on=on)
    return plan


def _advance(actor: User | System, plan: Plan, papers: dict[str, Any], on: date) -> None:
    """Papers issued by the day, and those on their way."""
    for paper in Deliverable.objects.filter(plan=plan, code__in=papers):
        values = papers[paper.code]
        issued = values.get("issued_on")
        if paper.progress == values["progress"] or (issued and issued > on):
            continue
        advance_paper(actor=actor, paper=paper, **values)


def _parts(value: Any) -> dict[str, Any]:
    top, _, bottom = str(value).partition("/")
    return {"numerator": Decimal(top), "denominator": Decimal(bottom) if bottom else None}
