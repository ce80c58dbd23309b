"""Changing a target in force by two persons, and the stages of a target."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log

from .. import queries
from ..models import Adjustment, Milestone, Plan, Target
from ..rules.words import rounded
from .periods import keep_target_again

PLAN = "workplans.plan"
TERMS = ("value", "high", "due", "curve", "points")


@dataclass(frozen=True)
class Stage:
    """A stage before it is stored."""

    name: str
    due: date
    weight: Decimal = Decimal(1)


@transaction.atomic
def propose_adjustment(
    *,
    actor: User | System,
    target: Target,
    terms: Mapping[str, Any],
    reason: str,
    effective_on: date,
    number: str = "",
) -> Adjustment:
    """Ask for other terms of a target. What it shows now and would show then is kept with it."""
    target = _lock(target)
    require(actor=actor, verb="manage", subject=PLAN, area=target.plan.area_id)
    _require_in_force(target)
    unknown = set(terms) - set(TERMS)
    if unknown:
        raise ValueError(f"a target has no terms {sorted(unknown)}")
    changes = {
        name: [_as_text(getattr(target, name)), _as_text(value)]
        for name, value in terms.items()
        if _as_text(getattr(target, name)) != _as_text(value)
    }
    if not changes:
        raise ValidationError(_("没有变化：新的目标值、期限和曲线与现在相同。"))
    if not reason.strip():
        raise ValidationError({"reason": _("请写明调整理由。")})
    if effective_on.year != target.plan.year:
        raise ValidationError({"effective_on": _("生效日期应在要点年度之内。")})
    _with_terms(target, changes).full_clean()
    on = queries.default_day(target.plan)
    rows = [queries.row_of_day(each, on) for each in (target, _with_terms(target, changes))]
    points = queries.scores_with(target.plan, on, target.task.lead_unit, rows)
    adjustment = Adjustment(
        target=target,
        changes=changes,
        reason=reason.strip(),
        number=number.strip(),
        effective_on=effective_on,
        before=rows[0].standing.sentence[:400],
        after=rows[1].standing.sentence[:400],
        score_before=_points(points[0]),
        score_after=_points(points[1]),
        proposed_by=actor if isinstance(actor, User) else None,
    )
    adjustment.full_clean()
    adjustment.save()
    log(actor=actor, obj=adjustment, verb="proposed", values=changes, reason=adjustment.reason)
    return adjustment


@transaction.atomic
def decide_adjustment(
    *, actor: User | System, adjustment: Adjustment, approve: bool, note: str = ""
) -> Adjustment:
    """A second person approves or refuses; only then the target changes.

    Its lights kept for days since the change took effect are judged anew; the old ones stay.
    """
    adjustment = Adjustment.objects.select_for_update().get(pk=adjustment.pk)
    target = _lock(adjustment.target)
    require(actor=actor, verb="approve", subject=PLAN, area=target.plan.area_id)
    if adjustment.state != Adjustment.State.PROPOSED:
        raise ValidationError(_("这项调整已经处理过。"))
    if isinstance(actor, User) and actor.pk == adjustment.proposed_by_id:
        raise ValidationError(_("提出调整的人不能自己批准。请另一人批准。"))
    if not approve and not note.strip():
        raise ValidationError({"note": _("不批准要写明理由。")})
    adjustment.state = Adjustment.State.APPROVED if approve else Adjustment.State.REFUSED
    adjustment.decided_by = actor if isinstance(actor, User) else None
    adjustment.decided_at = timezone.now()
    adjustment.decision_note = note.strip()
    adjustment.full_clean()
    adjustment.save()
    if approve:
        _require_in_force(target)
        changed = _with_terms(target, adjustment.changes)
        changed.full_clean()
        changed.save(update_fields=list(adjustment.changes))
        keep_target_again(
            actor=actor, target=changed, since=adjustment.effective_on, reason=_cause(adjustment)
        )
    log(
        actor=actor,
        obj=adjustment,
        verb="approved" if approve else "refused",
        values=adjustment.changes,
        reason=adjustment.decision_note or adjustment.reason,
    )
    return adjustment


@transaction.atomic
def set_milestones(
    *, actor: User | System, target: Target, stages: Sequence[Stage]
) -> list[Milestone]:
    """Give a milestone target its stages; not after one of them was reached."""
    target = _lock(target)
    require(actor=actor, verb="manage", subject=PLAN, area=target.plan.area_id)
    if target.aggregation != Target.Aggregation.MILESTONE:
        raise ValidationError(_("只有节点类目标才设节点。"))
    if target.milestones.exclude(done_on=None).exists():
        raise ValidationError(_("已有节点完成，不能重设节点。"))
    if not stages:
        raise ValidationError(_("请至少填写一个节点。"))
    days = [stage.due for stage in stages]
    if days != sorted(days):
        raise ValidationError(_("节点应按完成日期先后排列。"))
    target.milestones.all().delete()
    made = [
        Milestone(target=target, order=n, name=s.name, due=s.due, weight=s.weight)
        for n, s in enumerate(stages, 1)
    ]
    for milestone in made:
        milestone.full_clean()
        milestone.save()
    values = {"stages": [f"{stage.due} {stage.name}" for stage in stages]}
    log(actor=actor, obj=target, verb="staged", values=values)
    return made


@transaction.atomic
def reach_milestone(
    *, actor: User | System, milestone: Milestone, on: date, note: str
) -> Milestone:
    """A stage is reached, on the strength of what is noted; in order, one after another."""
    milestone = (
        Milestone.objects.select_for_update(of=("self",))
        .select_related("target__plan")
        .get(pk=milestone.pk)
    )
    target = milestone.target
    require(actor=actor, verb="report", subject="workplans.report", area=target.plan.area_id)
    _require_in_force(target)
    if milestone.done_on:
        raise ValidationError(_("这个节点已登记完成。"))
    if on > timezone.localdate():
        raise ValidationError({"on": _("完成日期不能晚于今天。")})
    if target.milestones.filter(order__lt=milestone.order, done_on=None).exists():
        raise ValidationError(_("前面还有没有完成的节点。请按顺序登记。"))
    if not note.strip():
        raise ValidationError({"note": _("请写明凭据，如验收单、开工令的编号。")})
    milestone.done_on, milestone.note = on, note.strip()
    milestone.full_clean()
    milestone.save()
    log(actor=actor, obj=milestone, verb="reached", values={"on": on}, reason=milestone.note)
    return milestone


def _lock(target: Target) -> Target:
    found: Target = (
        Target.objects.select_for_update(of=("self",))
        .select_related("plan__area", "task")
        .get(pk=target.pk)
    )
    return found


def _require_in_force(target: Target) -> None:
    if target.plan.state != Plan.State.IN_FORCE:
        raise ValidationError(_("只有执行中台账的目标才能调整或登记。"))


def _with_terms(target: Target, changes: Mapping[str, Sequence[Any]]) -> Target:
    changed = copy(target)
    for name, (_was, now) in changes.items():
        setattr(changed, name, queries.parsed(name, now))
    return changed


def _points(total: Fraction | None) -> Decimal | None:
    return None if total is None else rounded(total, 2)


def _cause(adjustment: Adjustment) -> str:
    number = f"（{adjustment.number}）" if adjustment.number else ""
    return _("目标调整：%(reason)s%(number)s") % {"reason": adjustment.reason, "number": number}


def _as_text(value: Any) -> Any:
    match value:
        case None | str() | list():
            return value
        case date():
            return value.isoformat()
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
