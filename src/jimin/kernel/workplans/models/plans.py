"""The text of a year, its slogans and its tasks.

Rows read from a text start as proposals and stay out of the ledger until a person confirms them;
the default managers see the ledger only, `proposals` sees everything.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.kernel.areas.models import Area


class Plan(models.Model):
    """One text of one year and the ledger made of it. A revised text is a new version."""

    class State(models.TextChoices):
        REVIEW = "review", _("审核中")
        IN_FORCE = "in_force", _("执行中")
        REPLACED = "replaced", _("已被替代")

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("适用区划"))
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("标题"), max_length=120)
    version = models.PositiveSmallIntegerField(_("版次"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.REVIEW)
    text = models.TextField(_("原文"))
    sha256 = models.CharField(_("原文校验值"), max_length=64)
    file_name = models.CharField(_("文件名"), max_length=120, blank=True)
    file_sha256 = models.CharField(_("文件校验值"), max_length=64, blank=True)
    original = models.FileField(_("原件"), upload_to="plans/%Y", blank=True)
    compared_with = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("比对的台账"),
    )
    note = models.CharField(_("说明"), max_length=300, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("工作要点")
        verbose_name_plural = _("工作要点")
        ordering = ["-year", "-version", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "year", "version"],
                name="plan_version_once",
                violation_error_message=_("这一年度的这个版次已经有了。"),
            ),
            models.UniqueConstraint(
                fields=["area", "year"],
                condition=models.Q(state="in_force"),
                name="plan_one_in_force",
                violation_error_message=_("这一年度已有执行中的工作要点。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Frame(models.Model):
    """A slogan that cuts across the tasks: one of the five action plans, one of the two keys."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="frames", verbose_name=_("要点"))
    set_name = models.CharField(_("提法"), max_length=40)
    name = models.CharField(_("名称"), max_length=60)
    order = models.PositiveSmallIntegerField(_("序号"))

    class Meta:
        verbose_name = _("工作框架")
        verbose_name_plural = _("工作框架")
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "set_name", "name"], name="frame_once")
        ]

    def __str__(self) -> str:
        return f"{self.set_name}：{self.name}"


class State(models.TextChoices):
    PROPOSED = "proposed", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    REJECTED = "rejected", _("不采纳")


class Change(models.TextChoices):
    """What a revised text makes of a row of the ledger before it."""

    NEW = "new", _("新增")
    CHANGED = "changed", _("有变化")
    MOVED = "moved", _("换了位置")
    SAME = "same", _("未变")


class LedgerManager(models.Manager[Any]):
    """Only what a person has confirmed."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(state=State.CONFIRMED)


class Sourced(models.Model):
    """A row that rests on a place in the plan's text (code points, end not included).

    `rule` and `confidence` say how a machine came to it; both are empty when a person wrote it.
    `revision` counts the changes, so that nobody decides what another has just altered.
    """

    start = models.PositiveIntegerField(_("起"), null=True, blank=True)
    end = models.PositiveIntegerField(_("止"), null=True, blank=True)
    quote = models.TextField(_("原句"), blank=True)
    rule = models.CharField(_("识别规则"), max_length=60, blank=True)
    confidence = models.DecimalField(
        _("把握"), max_digits=4, decimal_places=3, null=True, blank=True
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PROPOSED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    reason = models.CharField(_("不采纳的理由"), max_length=200, blank=True)
    revision = models.PositiveIntegerField(_("修改次数"), default=0, editable=False)
    change = models.CharField(_("与原台账比"), max_length=8, choices=Change, blank=True)
    was = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("原条目"),
    )

    objects = LedgerManager()
    proposals = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "proposals"


class Task(Sourced):
    """A section, a group or a task. `code` (1, 2.1, 2.1.3) is its place and its order."""

    class Kind(models.TextChoices):
        SECTION = "section", _("部分")
        GROUP = "group", _("方面")
        TASK = "task", _("任务")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks", verbose_name=_("要点"))
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    kind = models.CharField(_("层次"), max_length=8, choices=Kind)
    order = models.PositiveSmallIntegerField(_("顺序"))
    code = models.CharField(_("编号"), max_length=20)
    title = models.CharField(_("任务"), max_length=120)
    lead_unit = models.CharField(_("牵头单位"), max_length=40, blank=True)
    units_are_suggested = models.BooleanField(_("单位为建议"), default=False)
    co_units = models.JSONField(_("配合单位"), default=list, blank=True)
    person = models.CharField(_("责任人"), max_length=40, blank=True)
    due = models.DateField(_("期限"), null=True, blank=True)
    weight = models.DecimalField(_("权重"), max_digits=5, decimal_places=2, default=1)
    frames = models.ManyToManyField(Frame, blank=True, related_name="tasks")

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="task_code_once",
                violation_error_message=_("这个编号已经用过。"),
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=0),
                name="task_weight_not_negative",
                violation_error_message=_("权重不能为负数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
