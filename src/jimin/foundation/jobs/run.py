"""One attempt at a job: its steps, its bookmark, and every way it can end.

A worker that is slow may be taken for dead and its job given to another. So every step locks the
job first and looks whether this attempt is still the job's: the slower of two finds that it is not,
and its step is taken back.
"""

import datetime as dt
import logging
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from jimin.foundation.access.scope import System, acting_as
from jimin.foundation.sealed.files import seal_file
from jimin.foundation.tables import UnusableError

from .models import Job

log = logging.getLogger(__name__)

WORK = "jobs/work"  # in the storage; what lies there is in plain text
TELL_EVERY = 0.5  # seconds between two notes of progress
stopping = Event()  # set when this process is to end: running jobs go back to the queue


class LostError(Exception):
    """The job belongs to another attempt by now."""


class StoppedError(Exception):
    """Somebody asked for the job to be stopped."""


class InterruptedRunError(Exception):
    """This process is about to end; another goes on with the job."""


class Run:
    """What the work of a kind is given."""

    def __init__(self, job: Job, worker: str) -> None:
        self.job, self.worker = job, worker
        self.attempt = job.attempt
        self._told = 0.0

    @property
    def values(self) -> dict[str, Any]:
        values: dict[str, Any] = self.job.values
        return values

    @property
    def bookmark(self) -> dict[str, Any]:
        bookmark: dict[str, Any] = self.job.bookmark
        return bookmark

    @contextmanager
    def step(self) -> Iterator[Job]:
        """One transaction with the job held; what the block sets on the job is saved with it."""
        with transaction.atomic():
            job = self._held()
            yield job
            job.save()
        self.job = job

    @contextmanager
    def step_at_end(self) -> Iterator[dict[str, Any]]:
        """A long transaction that holds the job only before it commits, so that the job can be
        stopped meanwhile; what is put into the dict is set on the job."""
        told: dict[str, Any] = {}
        with transaction.atomic():
            yield told
            job = self._held()
            for name, value in told.items():
                setattr(job, name, value)
            job.save()
        self.job = job

    def tell(self, done: int, total: int = 0, message: str = "") -> None:
        """Note progress, now and then. Not inside a step: there the job itself is at hand."""
        if stopping.is_set():
            raise InterruptedRunError
        if time.monotonic() - self._told < TELL_EVERY:
            return
        with self.step() as job:
            job.done, job.total = done, total or job.total
            job.message = message or job.message
        self._told = time.monotonic()

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder for this attempt's files. What a killed attempt left behind is deleted."""
        _clear_away(self.job)
        of_job = _work(self.job)
        own = of_job / str(self.attempt)
        own.mkdir(parents=True, mode=0o700)
        try:
            yield own
        finally:
            shutil.rmtree(of_job, ignore_errors=True)

    def keep(self, path: Path, name: str, also: Callable[[], None] = lambda: None) -> None:
        """Keep a file as the job's result, sealed, until its owner fetches it.

        `also` runs in the same transaction.
        """
        kept = f"{_results(self.job)}/{self.job.pk}-{uuid.uuid4().hex[:8]}"
        into = Path(default_storage.path(kept))
        into.parent.mkdir(parents=True, exist_ok=True)
        seal_file(path, into)
        try:
            with self.step() as job:
                also()
                old, job.result, job.result_name = job.result.name, kept, name[-200:]
        except BaseException:
            into.unlink(missing_ok=True)
            raise
        if old and old != kept:
            default_storage.delete(old)

    def _held(self) -> Job:
        job = Job._base_manager.select_for_update().get(pk=self.job.pk)
        if job.attempt != self.attempt or job.state != Job.State.RUNNING:
            raise LostError
        if job.stop_asked:
            raise StoppedError
        if stopping.is_set():
            raise InterruptedRunError
        return job


def _work(job: Job) -> Path:
    """Where the attempts at a job have their folders."""
    return Path(default_storage.path(f"{WORK}/{job.pk}"))


def _results(job: Job) -> str:
    """Where the results of the jobs of a month lie."""
    return f"jobs/{timezone.localtime(job.at):%Y/%m}"


def _clear_away(job: Job) -> None:
    """Delete what killed attempts left of a job: their folders, and results it does not name."""
    shutil.rmtree(_work(job), ignore_errors=True)
    kept = Path(default_storage.path(str(job.result))) if job.result else None
    for sealed in Path(default_storage.path(_results(job))).glob(f"{job.pk}-*"):
        if sealed != kept:
            sealed.unlink(missing_ok=True)


def close(job: Job, state: str, message: str = "") -> str:
    """End a held job, in the caller's transaction; no attempt is to come that clears away."""
    job.state, job.ended_at, job.worker = state, timezone.now(), ""
    job.message = (message or job.message)[:400]
    job.save()
    _clear_away(job)
    return state


def queue(job: Job, *, after: dt.timedelta | None = None) -> None:
    """Save the job as waiting and put it into the queue, in the caller's transaction."""
    now = timezone.now()
    due = now + after if after else None
    job.state, job.due_at, job.worker = Job.State.WAITING, due, ""
    entry = run_job.using(run_after=due).enqueue(str(job.pk))
    job.task = uuid.UUID(entry.id)
    job.save()


@task(takes_context=True)
def run_job(context: Any, pk: str) -> str:
    """What stands in the queue: do this job. Returns the state it ended in."""
    from django_tasks_db.models import DBTaskResult

    names = DBTaskResult.objects.get(pk=context.task_result.id).worker_ids
    run = _begin(pk, context.task_result.id, names[-1] if names else "")
    if run is None:
        return "not ours"
    owner = run.job.owner
    actor = owner if owner is not None else System(str(run.job.label))
    with acting_as(actor), translation.override("zh-hans"):
        return _do(run)


@transaction.atomic
def _begin(pk: str, entry: str, worker: str) -> Run | None:
    """Take the job, unless it was stopped or queued again since this entry was made."""
    job = Job._base_manager.select_for_update().filter(pk=pk).first()
    if job is None or job.state != Job.State.WAITING or str(job.task) != entry:
        return None
    job.state, job.worker = Job.State.RUNNING, worker
    job.attempt += 1
    job.began_at = job.began_at or timezone.now()
    job.save()
    return Run(job, worker)


def _do(run: Run) -> str:
    kind = run.job.declared
    try:
        if kind is None:
            raise ValidationError(_("程序中已没有这种任务。"))
        if run.job.owner is not None and not run.job.owner.is_active:
            raise PermissionDenied(_("发起人的账号已停用。"))
        kind.work(run)
        return _end(run, Job.State.DONE)
    except LostError:
        return "lost"
    except StoppedError:
        return _end(run, Job.State.CANCELLED, _("已取消；取消前完成的部分保留。"))
    except InterruptedRunError:
        return _again(run)
    except (ValidationError, UnusableError, PermissionDenied) as refusal:
        return _end(run, Job.State.FAILED, _said(refusal))
    except Exception:
        log.exception("job %s (%s), attempt %s", run.job.pk, run.job.kind, run.attempt)
        return _after_failure(run)
    except BaseException:  # the process is made to end
        _again(run)
        raise


def _said(refusal: Exception) -> str:
    if isinstance(refusal, ValidationError):
        return "".join(refusal.messages)
    return str(refusal) or _("您的岗位没有这项权限。")


@transaction.atomic
def _ours(run: Run) -> Job | None:
    job = Job._base_manager.select_for_update().filter(pk=run.job.pk).first()
    is_ours = job is not None and job.attempt == run.attempt and job.state == Job.State.RUNNING
    return job if is_ours else None


@transaction.atomic
def _end(run: Run, state: str, message: str = "") -> str:
    job = _ours(run)
    if job is None:
        return "lost"
    if state == Job.State.DONE and job.total:
        job.done = job.total
    return close(job, state, message)


@transaction.atomic
def _again(run: Run) -> str:
    """Back into the queue as it is; being interrupted is no failure."""
    job = _ours(run)
    if job is None:
        return "lost"
    queue(job)
    return job.state


@transaction.atomic
def _after_failure(run: Run) -> str:
    """Try again after a pause that grows; when that is no use, leave it to the operator."""
    job = _ours(run)
    kind = run.job.declared
    if job is None or kind is None:
        return "lost"
    job.failures += 1
    if job.failures < kind.attempts:
        job.message = _("程序出错，稍后自动重试。")
        queue(job, after=kind.pause_after(job.failures))
        return job.state
    return close(job, Job.State.FAILED, _("程序多次出错，已停下。请联系管理员查看运行日志后重试。"))
