"""The round of a month: when reports are due, what they rest on, and what is asked of the late."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager
from jimin.foundation.documents.models import Document
from jimin.foundation.sealed.fields import SealedField
from jimin.kernel.areas.models import Area

from .figures import Report, Verdict
from .plans import Plan
from .targets import Target


class Unit(models.Model):
    """An office that leads tasks. Where it has members, they report its targets and nobody else.

    A task names its unit in words, as the plan does; the name is the link.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("所在地区"))
    name = models.CharField(_("单位"), max_length=40)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="plan_units", verbose_name=_("填报人")
    )

    class Meta:
        verbose_name = _("责任单位")
        verbose_name_plural = _("责任单位")
        ordering = ["area", "name"]
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="plan_unit_once")]

    def __str__(self) -> str:
        return self.name


class ReportPeriod(models.Model):
    """Reports as of a day, due by another. Once locked it takes corrections with a reason only."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="periods", verbose_name=_("要点"))
    on = models.DateField(_("截至"))
    cut_off = models.DateField(_("上报截止"))
    locked_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("锁定人"),
    )

    class Meta:
        verbose_name = _("报告期")
        verbose_name_plural = _("报告期")
        ordering = ["plan", "on"]
        constraints = [models.UniqueConstraint(fields=["plan", "on"], name="plan_period_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.on}"

    @property
    def is_locked(self) -> bool:
        return self.locked_at is not None


class Evidence(models.Model):
    """One thing a report rests on, and what the reviewer found when looking at it."""

    class Kind(models.TextChoices):
        FILE = "file", _("文件")
        LINK = "link", _("链接")
        NUMBER = "number", _("文号")

    report = models.ForeignKey(Report, models.CASCADE, related_name="items", verbose_name=_("上报"))
    kind = models.CharField(_("种类"), max_length=8, choices=Kind)
    title = models.CharField(_("名称"), max_length=120)
    file = models.FileField(_("文件"), blank=True)  # sealed; its key is here
    file_key = SealedField(_("文件密钥"), blank=True)
    sm3 = models.CharField(max_length=64, blank=True)
    address = models.CharField(_("链接"), max_length=300, blank=True)
    number = models.CharField(_("文号"), max_length=60, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("提交人"),
    )
    added_at = models.DateTimeField(_("提交时间"), auto_now_add=True)
    verdict = models.CharField(_("核实"), max_length=8, choices=Verdict, default=Verdict.PENDING)
    note = models.CharField(_("核实意见"), max_length=200, blank=True)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核实人"),
    )
    judged_at = models.DateTimeField(_("核实时间"), null=True, blank=True)

    objects = ScopedManager(area="report__area_id", subject="workplans.report")

    class Meta:
        verbose_name = _("佐证")
        verbose_name_plural = _("佐证")
        ordering = ["report", "id"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Exactly what its kind says it is."""
        wanted = {
            self.Kind.FILE: (bool(self.file), _("请选择文件。")),
            self.Kind.LINK: (
                self.address.startswith(("https://", "http://", "/")),
                _("请填写以 http://、https:// 或 / 开头的链接。"),
            ),
            self.Kind.NUMBER: (bool(self.number.strip()), _("请填写文号。")),
        }
        is_there, message = wanted[self.Kind(self.kind)]
        if not is_there:
            name = "address" if self.kind == self.Kind.LINK else self.kind
            raise ValidationError({name: message})


class Demand(models.Model):
    """A step of the ladder: a numbered paper to a unit about a target, its reply and its end."""

    class Level(models.TextChoices):
        REMIND = "remind", _("提醒")
        URGE = "urge", _("催办")
        SUPERVISE = "supervise", _("督办")
        CIRCULAR = "circular", _("通报")
        TALK = "talk", _("约谈")

    class Colour(models.TextChoices):
        NONE = "", _("无")
        BLUE = "blue", _("蓝色")
        YELLOW = "yellow", _("黄色")
        RED = "red", _("红色")

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="demands", verbose_name=_("目标")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("地区"))
    unit = models.CharField(_("责任单位"), max_length=40)
    level = models.CharField(_("级别"), max_length=10, choices=Level)
    colour = models.CharField(_("颜色"), max_length=6, choices=Colour, blank=True)
    on = models.DateField(_("针对的报告期"))
    reason = models.CharField(_("原因"), max_length=400)
    raised_on = models.DateField(_("发出日期"))
    reply_by = models.DateField(_("回复期限"))
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("文书")
    )
    reply = models.TextField(_("回复"), max_length=1000, blank=True)
    replied_on = models.DateField(_("回复日期"), null=True, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("回复人"),
    )
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    outcome = models.CharField(_("办结意见"), max_length=300, blank=True)

    objects = ScopedManager(subject="workplans.report")

    class Meta:
        verbose_name = _("督办")
        verbose_name_plural = _("督办")
        ordering = ["-raised_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "area", "level", "on"],
                name="demand_once_a_period",
                violation_error_message=_("这一期已经对这个目标发过同级别的文书。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.target_id} {self.on}"
