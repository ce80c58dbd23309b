"""Keeping a month: its figures and lights, its lock, its file, its corrections."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.foundation.sealed.rules import sm3

from .. import queries
from ..models import Archive, Plan, ReportPeriod, Snapshot, Standing, Target
from ..rules.cycle import cycle
from ..rules.lights import Standing as Judged
from ..rules.words import Number, rounded
from .archives import table_of

PLAN, REPORT = "workplans.plan", "workplans.report"


@transaction.atomic
def keep_month(*, actor: User | System, plan: Plan, on: date, reason: str = "") -> int:
    """Keep every indicator and light as it is for a day; return how many figures changed.

    Keeping the same day again changes nothing unless a figure changed; then the old one stays
    beside the new. A locked day is kept again only by a correction.
    """
    require(actor=actor, verb="report", subject=REPORT, area=plan.area_id)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if queries.period_of(plan, on).is_locked and not reason:
        raise ValidationError(_("%(on)s 这一期已锁定。更正须填写理由。") % {"on": on})
    ledger = queries.ledger(plan, on)
    changed = _keep_snapshots(ledger.figures, plan, on) + _keep_standings(ledger, on, reason)
    if changed:
        log(
            actor=actor,
            obj=plan,
            verb="kept",
            values={"on": on, "changed": changed},
            reason=reason,
        )
    return changed


@transaction.atomic
def lock_period(*, actor: User | System, plan: Plan, on: date) -> ReportPeriod:
    """Close a period: keep it as it is, write its file, take corrections only from now on."""
    require(actor=actor, verb="manage", subject=PLAN, area=plan.area_id)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != Plan.State.IN_FORCE:
        raise ValidationError(_("只能锁定执行中台账的报告期。"))
    if on > timezone.localdate():
        raise ValidationError(_("%(on)s 还没有到，不能锁定。") % {"on": on})
    period, _is_new = ReportPeriod.objects.select_for_update().get_or_create(
        plan=plan, on=on, defaults={"cut_off": cycle(on).cut_off(on)}
    )
    if period.is_locked:
        raise ValidationError(_("%(on)s 这一期已经锁定。") % {"on": on})
    keep_month(actor=actor, plan=plan, on=on)
    period.locked_at = timezone.now()
    period.locked_by = actor if isinstance(actor, User) else None
    period.save()
    write_archive(actor=actor, plan=plan, on=on)
    log(actor=actor, obj=period, verb="locked", values={"on": on})
    return period


@transaction.atomic
def keep_after_correction(*, actor: User | System, target: Target, on: date, reason: str) -> None:
    """Keep one target of a locked period again because its report was put right.

    What others had in that period stays as it was kept.
    """
    target = _with_terms(target)
    changed = _keep_again(target, on, reason, is_locked=True)
    write_archive(actor=actor, plan=target.plan, on=on, reason=reason)
    values = {"on": on, "changed": changed}
    log(actor=actor, obj=target.plan, verb="kept", values=values, reason=reason)


@transaction.atomic
def keep_target_again(*, actor: User | System, target: Target, since: date, reason: str) -> int:
    """One target's lights from a day on, judged anew under its changed terms.

    The number of a locked period stays the one that was kept; only the light may differ.
    Only what asked for it may call this: it looks at no right of its own.
    """
    target = _with_terms(target)
    days = Standing.objects.filter(target=target, on__gte=since, replaced_at=None)
    locked = queries.months_locked(target.plan)
    changed = 0
    for on in sorted(set(days.values_list("on", flat=True))):
        fresh = _keep_again(target, on, reason[:200], is_locked=on in locked)
        if fresh and on in locked:
            write_archive(actor=actor, plan=target.plan, on=on, reason=reason[:200])
        changed += fresh
    return changed


@transaction.atomic
def write_archive(*, actor: User | System, plan: Plan, on: date, reason: str = "") -> Archive:
    """The period's Parquet file. The version before it stays."""
    content, figures = table_of(plan, on)
    older = Archive.objects.filter(plan=plan, on=on)
    version = older.count() + 1
    older.filter(replaced_at=None).update(replaced_at=timezone.now())
    archive = Archive(
        plan=plan,
        on=on,
        version=version,
        sm3=sm3(content),
        figures=figures,
        reason=reason,
        made_by=actor if isinstance(actor, User) else None,
    )
    name = f"plan-{plan.pk}-{on}-v{version}-{archive.sm3[:16]}.parquet"
    archive.file.save(name, ContentFile(content), save=False)
    archive.full_clean()
    archive.save()
    values = {"on": on, "version": version, "sm3": archive.sm3}
    log(actor=actor, obj=archive, verb="archived", values=values, reason=reason)
    return archive


def _with_terms(target: Target) -> Target:
    found: Target = (
        queries.with_terms(Target.objects.filter(pk=target.pk)).select_related("plan").get()
    )
    return found


def _keep_again(target: Target, on: date, reason: str, *, is_locked: bool) -> int:
    row = queries.row_as_kept(target, on) if is_locked else queries.target_row(target, on)
    kept = Standing.objects.filter(target=target, on=on, replaced_at=None)
    return _keep_rows([row], kept, on, reason) if row else 0


def _keep_standings(ledger: queries.Ledger, on: date, reason: str) -> int:
    kept = Standing.objects.filter(target__plan=ledger.plan, on=on, replaced_at=None)
    return _keep_rows(ledger.rows(), kept, on, reason)


def _keep_rows(rows: Iterable[queries.Row], kept: QuerySet[Standing], on: date, reason: str) -> int:
    """Add the lights that differ from those kept, which stay and say when they were replaced."""
    known: dict[tuple[int, str | None], Standing] = {
        (standing.target_id, standing.area_id): standing for standing in kept
    }
    fresh, replaced = [], []
    for row in rows:
        own: list[tuple[str | None, Judged | None]] = [(None, row.standing)]
        own += [(part.code, part.standing) for part in row.parts]
        for code, judged in own:
            if judged is None:
                continue
            new = Standing(
                target=row.target,
                area_id=code,
                on=on,
                light=judged.light.value,
                sentence=judged.sentence[:400],
                actual=_stored(judged.actual),
                planned=_stored(judged.planned),
                progress=_stored(judged.progress),
                reason=reason,
            )
            old = known.get((row.target.pk, code))
            if old and _same(old, new):
                continue
            if old:
                replaced.append(old.pk)
            fresh.append(new)
    Standing.objects.filter(pk__in=replaced).update(replaced_at=timezone.now())
    Standing.objects.bulk_create(fresh)
    return len(fresh)


def _same(old: Standing, new: Standing) -> bool:
    names = ("light", "sentence", "actual", "planned", "progress")
    return all(getattr(old, name) == getattr(new, name) for name in names)


def _stored(value: Number | None) -> Decimal | None:
    return None if value is None else rounded(value, 8)


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
