"""Asking for a job, stopping it, trying it again, and tidying up after it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit

from .declare import Kind, schedules
from .models import SUBJECT, Job
from .run import close, queue

RESULT_KEPT = dt.timedelta(days=7)
JOB_KEPT = dt.timedelta(days=90)


@transaction.atomic
def ask(
    *,
    actor: User | System,
    kind: Kind,
    values: Mapping[str, Any] | None = None,
    once: str = "",
    total: int = 0,
) -> Job:
    """Queue a job of this kind; it begins when the caller's transaction is committed.

    The right to what the job does is the caller's to check, and the work's own again. With `once`
    a job that was asked for before under that key is given back instead.
    """
    owner = actor if isinstance(actor, User) else None
    new = Job(
        owner=owner,
        area_id=owner.held[0].area_id if owner and owner.held else None,
        kind=kind.name,
        values=dict(values or {}),
        total=total,
    )
    if once:
        fields: dict[str, Any] = {"owner": owner, "area_id": new.area_id, "kind": new.kind}
        fields |= {"values": new.values, "total": total}
        job, is_new = Job._base_manager.get_or_create(once=once, defaults=fields)
        if not is_new:
            return job
    else:
        job = new
        job.save()
    queue(job)
    return job


@transaction.atomic
def begin(
    *, actor: User | System, kind: Kind, key: str, values: Mapping[str, Any], total: int = 0
) -> Job:
    """Queue the job of this key, or give back the one that is underway, whoever asked for it.

    Two who ask at once get the same. One that has ended is no hindrance: whether what it made is
    still there is for the caller to know.
    """
    found = Job._base_manager.filter(kind=kind.name, once__startswith=f"{key} ").order_by("-at")
    underway = found.exclude(state__in=Job.OVER).first()
    if underway is not None:
        return underway
    last = found.first()
    number = int(str(last.once).rpartition(" ")[2]) + 1 if last is not None else 1
    return ask(actor=actor, kind=kind, values=values, once=f"{key} {number}", total=total)


@transaction.atomic
def stop(*, actor: User, job: Job) -> Job:
    """Stop a job: at once if it has not begun, else at its next step. What is done stays done."""
    found = _held(actor, job, "stop")
    if found.is_over:
        raise ValidationError(_("这项任务已经结束，不能再取消。"))
    found.stop_asked = True
    if found.state == Job.State.WAITING:
        if found.task is not None:  # an entry that was just taken finds the job stopped
            DBTaskResult.objects.ready().filter(pk=found.task).delete()
        close(found, Job.State.CANCELLED)
    else:
        found.save()
    audit.log(actor=actor, obj=found, verb="stop", values={"kind": found.kind})
    return found


@transaction.atomic
def retry(*, actor: User, job: Job) -> Job:
    """Try a job that failed or was stopped once more, from where it was."""
    found = _held(actor, job, "retry")
    if found.state not in (Job.State.FAILED, Job.State.CANCELLED) or found.declared is None:
        raise ValidationError(_("只有失败或已取消的任务可以重试。"))
    found.failures, found.stop_asked, found.message = 0, False, ""
    found.ended_at = None
    queue(found)
    audit.log(actor=actor, obj=found, verb="retry", values={"kind": found.kind})
    return found


def _held(actor: User, job: Job, verb: str) -> Job:
    """The job, held; one's own, or one of an area where the actor may do this to jobs."""
    found = Job._base_manager.select_for_update().get(pk=job.pk)
    if found.owner_id != actor.pk:
        if found.owner_id is not None and found.area_id is None:
            raise PermissionDenied
        require(actor=actor, verb=verb, subject=SUBJECT, area=found.area_id)
    return found


def start_due(now: dt.datetime | None = None) -> list[Job]:
    """Queue the scheduled work whose time has come; once, however many workers ask."""
    now = timezone.localtime(now)
    actor = System("schedule")
    started = []
    for schedule in list(schedules.values()):
        once = f"{schedule.kind.name} {schedule.last_before(now).isoformat(timespec='minutes')}"
        if not Job._base_manager.filter(once=once).exists():
            started.append(ask(actor=actor, kind=schedule.kind, once=once))
    return started


def tidy_up() -> int:
    """Delete results and jobs that are past their time; returns how many jobs were deleted."""
    now = timezone.now()
    over = Job._base_manager.exclude(ended_at=None)
    for job in over.filter(ended_at__lt=now - RESULT_KEPT).exclude(result="").iterator():
        job.result.delete(save=False)
        Job._base_manager.filter(pk=job.pk).update(result="", result_name="")
    DBTaskResult.objects.finished().filter(finished_at__lt=now - RESULT_KEPT).delete()
    return over.filter(ended_at__lt=now - JOB_KEPT).delete()[0]
