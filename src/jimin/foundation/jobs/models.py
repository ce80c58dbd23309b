"""A job as people see it, and the processes that do the work.

The queue itself is django-tasks-db's; a job is what its owner watches, and what survives when the
process that did it is gone.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting

from .declare import UNKNOWN, Kind, kinds

SUBJECT = "jobs.job"


class JobManager(models.Manager["Job"]):
    """One's own jobs, and those of the areas in which one looks after jobs."""

    def get_queryset(self) -> models.QuerySet["Job"]:
        rows = super().get_queryset()
        actor = acting()
        if isinstance(actor, System):
            return rows
        if actor is None:
            return rows.none()
        mine = models.Q(owner=actor)
        return rows.filter(mine | tended(actor))


def tended(actor: User) -> models.Q:
    """The jobs an operator looks after: of an area in reach, and the program's own."""
    condition = models.Q(pk__in=[])
    for first, last in actor.reach("view", SUBJECT):
        condition |= models.Q(area_id__gte=first, area_id__lte=last) | models.Q(owner=None)
    return condition


class Job(models.Model):
    """One piece of work. `bookmark` is how far it is, in the words of its kind."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等待")
        RUNNING = "running", _("进行中")
        DONE = "done", _("完成")
        FAILED = "failed", _("失败")
        CANCELLED = "cancelled", _("已取消")

    OVER = (State.DONE, State.FAILED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("发起人"),
    )
    area: Any = models.ForeignKey(
        settings.AREA_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("区划")
    )
    kind = models.CharField(_("任务"), max_length=60)
    once = models.CharField(max_length=120, unique=True, null=True, blank=True)
    values = models.JSONField(default=dict)
    bookmark = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=9, choices=State, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(_("说明"), max_length=400, blank=True)
    result = models.FileField(_("结果文件"), blank=True)
    result_name = models.CharField(max_length=200, blank=True)
    attempt = models.PositiveIntegerField(_("第几次"), default=0)
    failures = models.PositiveIntegerField(default=0)
    stop_asked = models.BooleanField(default=False)
    task = models.UUIDField(null=True, editable=False)
    worker = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    due_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = JobManager()

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        indexes = [
            models.Index(fields=["owner", "-at"], name="job_of_owner"),
            models.Index(fields=["state", "-at"], name="job_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.title}".strip()

    @property
    def declared(self) -> Kind | None:
        return kinds.get(self.kind)

    @property
    def label(self) -> str | Promise:
        return self.declared.label if self.declared else UNKNOWN

    @property
    def title(self) -> str:
        return self.declared.title(self) if self.declared else self.kind

    @property
    def link(self) -> str:
        return self.declared.link(self) if self.declared else ""

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def percent(self) -> int | None:
        """How much is done; None while nobody knows how much there is."""
        return min(100, self.done * 100 // self.total) if self.total else None


class Worker(models.Model):
    """A process that does jobs, known by host, process number and when that began."""

    name = models.CharField(max_length=120, primary_key=True)
    began_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("后台进程")
        verbose_name_plural = _("后台进程")

    def __str__(self) -> str:
        return self.name
