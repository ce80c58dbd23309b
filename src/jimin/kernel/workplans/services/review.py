"""A person decides the proposals of a text, one by one; only then they are in the ledger."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import differences, log, snapshot

from ..models import Deliverable, Plan, Sourced, State, Target, Task

Row = Task | Target | Deliverable
RowT = TypeVar("RowT", bound=Row)
MODELS: Mapping[str, type[Row]] = {"task": Task, "target": Target, "deliverable": Deliverable}


@transaction.atomic
def accept_row(*, actor: User | System, row: RowT, seen: int | None = None) -> RowT:
    """Take a proposal into the ledger. What it hangs on must be there already."""
    row = locked(actor, row, seen)
    if row.state == State.CONFIRMED:
        return row
    above = row.parent if isinstance(row, Task) else row.task
    if above is not None and above.state != State.CONFIRMED:
        raise ValidationError(
            _("请先确认上级“%(title)s”，再确认“%(row)s”。") % {"title": str(above), "row": str(row)}
        )
    row.clean()
    return _decide(actor, row, State.CONFIRMED)


@transaction.atomic
def accept_rows(*, actor: User | System, rows: Sequence[Row]) -> int:
    """Accept the rows a reviewer ticked: tasks from the top first, then what hangs on them."""
    tasks = sorted((r for r in rows if isinstance(r, Task)), key=lambda task: task.order)
    others = [row for row in rows if not isinstance(row, Task)]
    for row in (*tasks, *others):
        accept_row(actor=actor, row=row)
    return len(rows)


@transaction.atomic
def reject_row(
    *, actor: User | System, row: RowT, reason: str = "", seen: int | None = None
) -> RowT:
    """Leave a proposal out. It stays on record with its place, and is left out of later texts."""
    row = locked(actor, row, seen)
    if _in_force(row) and row.state == State.CONFIRMED:
        raise ValidationError(_("台账已经启用，条目不能直接剔除；请上传修订的文本，另立新版。"))
    if isinstance(row, Task):
        under = [*row.children.all(), *row.targets.all(), *row.deliverables.all()]
        if any(lower.state == State.CONFIRMED for lower in under):
            raise ValidationError(
                _("“%(row)s”下面还有已确认的条目，请先处理它们。") % {"row": str(row)}
            )
    return _decide(actor, row, State.REJECTED, reason)


@transaction.atomic
def reject_rows(*, actor: User | System, rows: Sequence[Row], reason: str = "") -> int:
    """Leave out the rows a reviewer ticked: what hangs on a task before the task."""
    tasks = sorted((r for r in rows if isinstance(r, Task)), key=lambda task: -task.order)
    others = [row for row in rows if not isinstance(row, Task)]
    for row in (*others, *tasks):
        reject_row(actor=actor, row=row, reason=reason)
    return len(rows)


@transaction.atomic
def edit_row(
    *, actor: User | System, row: RowT, values: Mapping[str, Any], seen: int | None = None
) -> RowT:
    """Correct a row; the audit trail keeps what was read or written before."""
    row = locked(actor, row, seen)
    if _in_force(row):
        raise ValidationError(_("台账已经启用，目标的调整须经批准；请上传修订的文本，另立新版。"))
    before = snapshot(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.revision += 1
    row.full_clean()
    row.save()
    log(actor=actor, obj=row, verb="changed", values=differences(before, snapshot(row)))
    return row


def locked(actor: User | System, row: RowT, seen: int | None = None) -> RowT:
    """The row as it stands; refused when it is no longer as the reviewer saw it (`seen`)."""
    plan = Plan.objects.select_for_update().get(pk=row.plan_id)
    require(actor=actor, verb="review", subject="workplans.plan", area=plan.area_id)
    row = cast(RowT, type(row).proposals.get(pk=row.pk))
    if seen is not None and seen != row.revision:
        raise ValidationError(
            _("“%(row)s”刚被他人改动，这里是最新内容。请看过后再处理。") % {"row": str(row)}
        )
    return row


def _in_force(row: Row) -> bool:
    return row.plan.state != Plan.State.REVIEW


def _decide(actor: User | System, row: RowT, state: State, reason: str = "") -> RowT:
    before: str = row.state
    row.state = state
    row.decided_by = actor if isinstance(actor, User) else None
    row.decided_at = timezone.now()
    row.reason = reason.strip()[:200]
    row.revision += 1
    row.save(update_fields=["state", "decided_by", "decided_at", "reason", "revision"])
    verb = "accepted" if state == State.CONFIRMED else "rejected"
    log(actor=actor, obj=row, verb=verb, values={"state": [before, state], "reason": row.reason})
    return row


def pending(plan: Plan) -> list[Sourced]:
    """The rows nobody has decided yet."""
    return [
        row
        for model in MODELS.values()
        for row in model.proposals.filter(plan=plan, state=State.PROPOSED)
    ]
