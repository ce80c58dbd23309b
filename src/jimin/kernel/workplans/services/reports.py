"""Figures reported by hand, and keeping what was shown each month."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.rules import reach

from .. import queries
from ..models import Deliverable, Plan, Report, Snapshot, Standing, State, Target
from ..rules.words import rounded


@transaction.atomic
def report_progress(
    *,
    actor: User | System,
    target: Target,
    area: Area,
    on: date,
    numerator: Decimal,
    denominator: Decimal | None = None,
    evidence: str,
) -> Report:
    """Report where a target stands. Reporting the same day again corrects; the old one stays."""
    require(actor=actor, verb="report", subject="workplans.report", area=area.code)
    target = Target.objects.select_for_update().select_related("plan").get(pk=target.pk)
    _check_report(target, area, on)
    if not evidence.strip():
        raise ValidationError({"evidence": _("请填写佐证说明：数从哪里来，凭据在哪里。")})
    now = timezone.now()
    report = Report(
        target=target,
        area=area,
        on=on,
        numerator=numerator,
        denominator=denominator,
        evidence=evidence.strip(),
        reported_by=actor if isinstance(actor, User) else None,
    )
    if numerator < 0:
        raise ValidationError({"numerator": _("上报的数不能为负数。")})
    with_same_day = Report._base_manager.filter(target=target, area=area, on=on, replaced_at=None)
    old = with_same_day.first()
    if old and (old.numerator, old.denominator) == (numerator, denominator):
        return old
    with_same_day.update(replaced_at=now)
    report.full_clean()
    report.save()
    values = {"target": target.code, "area": area.code, "on": on, "numerator": numerator}
    if old:
        values["before"] = old.numerator
    log(actor=actor, obj=report, verb="corrected" if old else "reported", values=values)
    return report


@transaction.atomic
def advance_paper(
    *,
    actor: User | System,
    paper: Deliverable,
    progress: str,
    number: str = "",
    issued_on: date | None = None,
) -> Deliverable:
    """Record how far a paper has come; an issued one has its number and day."""
    paper = Deliverable.objects.select_for_update().select_related("plan").get(pk=paper.pk)
    require(actor=actor, verb="report", subject="workplans.report", area=paper.plan.area_id)
    if progress == Deliverable.Progress.ISSUED and not (number and issued_on):
        raise ValidationError(_("已印发的文件要填写文号和印发日期。"))
    before = paper.progress
    paper.progress, paper.number, paper.issued_on = progress, number, issued_on
    paper.full_clean()
    paper.save()
    log(
        actor=actor,
        obj=paper,
        verb="advanced",
        values={"progress": [before, progress], "number": number, "issued_on": issued_on},
    )
    return paper


@transaction.atomic
def keep_month(*, actor: User | System, plan: Plan, on: date) -> int:
    """Keep every indicator and light as it is for a day; return how many figures changed.

    Keeping the same day again changes nothing unless a figure changed; then the old one stays
    beside the new.
    """
    require(actor=actor, verb="report", subject="workplans.report", area=plan.area_id)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    ledger = queries.ledger(plan, on)
    changed = _keep_snapshots(ledger.figures, plan, on)
    known: dict[int, Standing] = {}
    for kept in Standing.objects.filter(target__plan=plan, on=on).order_by("id"):
        known[kept.target_id] = kept
    fresh = []
    for row in ledger.rows():
        old = known.get(row.target.pk)
        new = (row.standing.light.value, row.standing.sentence[:400])
        if old is None or (old.light, old.sentence) != new:
            fresh.append(Standing(target=row.target, on=on, light=new[0], sentence=new[1]))
    Standing.objects.bulk_create(fresh)
    changed += len(fresh)
    if changed:
        log(actor=actor, obj=plan, verb="kept", values={"on": on, "changed": changed})
    return changed


def _keep_snapshots(figures: queries.Figures, plan: Plan, on: date) -> int:
    old = {
        (kept.indicator, kept.area_id): kept
        for kept in Snapshot.objects.filter(on=on, replaced_at=None)
    }
    replaced, fresh = [], []
    for name, by_area in figures.items():
        for code, figure in queries.with_whole(name, by_area, plan.area_id).items():
            known = old.get((name, code))
            new = Snapshot(
                indicator=name,
                area_id=code,
                on=on,
                numerator=rounded(figure.numerator, 4),
                denominator=None if figure.denominator is None else rounded(figure.denominator, 4),
                value=None if figure.value is None else rounded(figure.value, 8),
            )
            if known and (known.numerator, known.denominator) == (new.numerator, new.denominator):
                continue
            if known:
                replaced.append(known.pk)
            fresh.append(new)
    Snapshot.objects.filter(pk__in=replaced).update(replaced_at=timezone.now())
    Snapshot.objects.bulk_create(fresh)
    return len(fresh)


def _check_report(target: Target, area: Area, on: date) -> None:
    if target.state != State.CONFIRMED or target.plan.state != Plan.State.IN_FORCE:
        raise ValidationError(_("只能对执行中台账的目标上报进度。"))
    if target.indicator:
        raise ValidationError(_("这个目标由业务数据计算，不能手工上报。"))
    first, last = reach(target.plan.area_id)
    if not first <= area.code <= last:
        raise ValidationError({"area": _("这个地区不在要点适用的范围内。")})
    if on > timezone.localdate():
        raise ValidationError({"on": _("截至日期不能晚于今天。")})
    if on.year < target.plan.year:
        raise ValidationError(
            {"on": _("截至日期应在 %(year)s 年以后。") % {"year": target.plan.year}}
        )
