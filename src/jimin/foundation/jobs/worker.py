"""The process that does the jobs: django-tasks-db's worker, and a thread that keeps house.

The thread says that this process lives, gives jobs of dead processes back to the queue and starts
what is due. It is another thread because a job may keep the first one busy for minutes.
"""

import datetime as dt
import logging
import os
import signal
import socket
import threading
import uuid
from pathlib import Path
from types import FrameType

from django.db import DatabaseError, close_old_connections, connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from .models import Job, Worker
from .run import close, queue, stopping
from .services import start_due

log = logging.getLogger(__name__)

HOUSEKEEPING = 3.0  # seconds
SILENT = dt.timedelta(seconds=60)  # a process on another host is taken for dead after that
GRACE = dt.timedelta(seconds=20)  # between taking an entry of the queue and beginning its job
MOST_DEATHS = 5  # a job that kills its process that often is not tried again


def own_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{_began(os.getpid())}"


def _began(pid: int) -> str:
    """When a process began, by the kernel's clock: a number used again does not deceive us."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except OSError:
        return ""


def is_alive(name: str, seen_at: dt.datetime | None) -> bool:
    host, pid, began = name.rsplit(":", 2) if name.count(":") >= 2 else ("", "0", "")
    if host == socket.gethostname() and Path("/proc").is_dir():
        return bool(began) and _began(int(pid)) == began
    return seen_at is not None and timezone.now() - seen_at < SILENT


def sweep() -> int:
    """Give the jobs of dead processes back to the queue; returns how many."""
    seen = dict(Worker.objects.values_list("name", "seen_at"))
    found = 0
    running = Job._base_manager.filter(state=Job.State.RUNNING)
    for pk, worker in running.values_list("pk", "worker"):
        if not is_alive(worker, seen.get(worker)):
            found += _give_back(pk, worker)
    waiting = Job._base_manager.filter(
        state=Job.State.WAITING, at__lt=timezone.now() - GRACE
    ).exclude(task__in=DBTaskResult.objects.filter(status="READY").values("pk"))
    for pk in waiting.values_list("pk", flat=True):
        found += _queue_lost(pk)
    Worker.objects.filter(seen_at__lt=timezone.now() - dt.timedelta(days=1)).delete()
    return found


@transaction.atomic
def _give_back(pk: uuid.UUID, worker: str) -> bool:
    job = Job._base_manager.select_for_update().get(pk=pk)
    if job.state != Job.State.RUNNING or job.worker != worker:
        return False
    _close_entry(job)
    if job.stop_asked:
        close(job, Job.State.CANCELLED)
    elif job.attempt >= MOST_DEATHS + job.failures:
        said = _("处理这项任务的进程多次中断，已停下。请联系管理员查看运行日志后重试。")
        close(job, Job.State.FAILED, said)
    else:
        queue(job)
    return True


@transaction.atomic
def _queue_lost(pk: uuid.UUID) -> bool:
    """A process died after it took the entry and before it began the job."""
    job = Job._base_manager.select_for_update().get(pk=pk)
    entry = DBTaskResult.objects.filter(pk=job.task).first() if job.task else None
    taken = entry.started_at if entry is not None else None
    if job.state != Job.State.WAITING or (entry is not None and entry.status == "READY"):
        return False
    if taken is not None and timezone.now() - taken < GRACE:
        return False
    _close_entry(job)
    queue(job)
    return True


def _close_entry(job: Job) -> None:
    """Not deleted: its process may live after all, and will want to write into it."""
    if job.task is not None:
        entry = DBTaskResult.objects.filter(pk=job.task)
        entry.update(status="FAILED", finished_at=timezone.now())


def keep_house(name: str) -> None:
    now = timezone.now()
    Worker.objects.update_or_create(name=name, defaults={"seen_at": now})
    sweep()
    start_due(now)


class _Worker(QueueWorker):
    """Ends soon when asked to: a job in hand goes back to the queue at its next step."""

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        stopping.set()
        super().shutdown(signum, frame)


def work(*, batch: bool = False, with_parent: bool = False) -> None:
    """Do jobs until told to end; with `batch`, those that are there now.

    `with_parent` ends the process with the one that started it, however that ends.
    """
    name = own_name()
    worker = _Worker(
        queue_names=["*"],
        interval=0.0 if batch else 1.0,
        batch=batch,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=None,
        worker_id=name,
        excluded_queue_names=[],
    )
    if batch:
        worker.run()
        return
    worker.configure_signals()
    ended = threading.Event()
    parent = os.getppid() if with_parent else 0
    thread = threading.Thread(target=_house, args=(name, ended, parent), daemon=True)
    thread.start()
    try:
        worker.run()
    finally:
        ended.set()
        thread.join(HOUSEKEEPING)


def _house(name: str, ended: threading.Event, parent: int) -> None:
    while not ended.is_set():
        if parent and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            close_old_connections()
            keep_house(name)
        except DatabaseError:
            log.warning("housekeeping is put off", exc_info=True)
        ended.wait(HOUSEKEEPING)
    connections.close_all()
