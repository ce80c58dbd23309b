"""What happens to a target in its year: shares for counties, stages, and changes by two persons."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.kernel.areas.models import Area

from .plans import Plan
from .targets import Deliverable, Target


class Allocation(models.Model):
    """How a target was divided among the counties. The shares are its quotas."""

    class Method(models.TextChoices):
        BY_HAND = "by_hand", _("逐地区下达")
        BY_BASE = "by_base", _("按基数分摊")
        BY_FORMULA = "by_formula", _("按公式计算")

    target = models.OneToOneField(
        Target, models.CASCADE, related_name="allocation", verbose_name=_("目标")
    )
    method = models.CharField(_("办法"), max_length=12, choices=Method)
    source = models.CharField(_("依据"), max_length=200)
    formula = models.CharField(_("公式"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("分解")
        verbose_name_plural = _("分解")

    def __str__(self) -> str:
        return f"{self.target_id} {self.get_method_display()}"


class Quota(models.Model):
    """One county's share of a target, with the numbers it was worked out from."""

    allocation = models.ForeignKey(
        Allocation, models.CASCADE, related_name="quotas", verbose_name=_("分解")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("地区"))
    base = models.DecimalField(_("基数"), max_digits=20, decimal_places=4, null=True, blank=True)
    value = models.DecimalField(_("分解数"), max_digits=20, decimal_places=4)

    class Meta:
        verbose_name = _("分解数")
        verbose_name_plural = _("分解数")
        ordering = ["allocation", "area"]
        constraints = [
            models.UniqueConstraint(fields=["allocation", "area"], name="quota_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=0),
                name="quota_not_negative",
                violation_error_message=_("分解数不能为负数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.value}"


class Milestone(models.Model):
    """A stage of a target that is reached or not; stages are weighed against each other."""

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="milestones", verbose_name=_("目标")
    )
    order = models.PositiveSmallIntegerField(_("顺序"))
    name = models.CharField(_("节点"), max_length=60)
    weight = models.DecimalField(_("权重"), max_digits=6, decimal_places=2, default=1)
    due = models.DateField(_("应完成"))
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    note = models.CharField(_("凭据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("节点")
        verbose_name_plural = _("节点")
        ordering = ["target", "order"]
        constraints = [
            models.UniqueConstraint(fields=["target", "order"], name="milestone_once"),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0),
                name="milestone_weight_positive",
                violation_error_message=_("节点的权重应大于零。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PaperStep(models.Model):
    """A paper came to a state on a day. Steps are only added."""

    paper = models.ForeignKey(
        Deliverable, models.CASCADE, related_name="steps", verbose_name=_("文件")
    )
    progress = models.CharField(_("进展"), max_length=12, choices=Deliverable.Progress)
    on = models.DateField(_("日期"))
    note = models.CharField(_("说明"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    recorded_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("文件进展")
        verbose_name_plural = _("文件进展")
        ordering = ["paper", "on", "id"]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.progress} {self.on}"


class Adjustment(models.Model):
    """A change of a target in force: asked for by one, approved by another, from a day on.

    `changes` maps a field to what it was and what it shall be, as text. Before `effective_on`
    the ledger goes on showing what it was. The scores are those of the lead unit on the day of
    the proposal, with the target as it was and as it would be.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待批准")
        APPROVED = "approved", _("已批准")
        REFUSED = "refused", _("未批准")

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="adjustments", verbose_name=_("目标")
    )
    changes: Any = models.JSONField(_("变更"))
    reason = models.CharField(_("理由"), max_length=400)
    number = models.CharField(_("依据文号"), max_length=60, blank=True)
    effective_on = models.DateField(_("生效日期"))
    before = models.CharField(_("调整前"), max_length=400, blank=True)
    after = models.CharField(_("调整后"), max_length=400, blank=True)
    score_before = models.DecimalField(
        _("调整前得分"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    score_after = models.DecimalField(
        _("调整后得分"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("提出人"),
    )
    proposed_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准人"),
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    decision_note = models.CharField(_("批准意见"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("目标调整")
        verbose_name_plural = _("目标调整")
        ordering = ["target", "effective_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target"],
                condition=models.Q(state="proposed"),
                name="adjustment_one_waiting",
                violation_error_message=_("这个目标已有一项调整在等待批准。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.effective_on}"


class Archive(models.Model):
    """The Parquet file of one period: every indicator by area, and every light, as kept.

    A correction writes the next version; the file before it stays and says when it was replaced.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="archives", verbose_name=_("要点"))
    on = models.DateField(_("截至"))
    version = models.PositiveSmallIntegerField(_("版次"))
    file = models.FileField(_("文件"), upload_to="snapshots/%Y")
    sm3 = models.CharField(max_length=64)
    figures = models.PositiveIntegerField(_("指标数"))
    reason = models.CharField(_("更正理由"), max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("归档人"),
    )
    made_at = models.DateTimeField(_("归档时间"), auto_now_add=True)
    replaced_at = models.DateTimeField(_("更正时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("指标归档")
        verbose_name_plural = _("指标归档")
        ordering = ["plan", "on", "version"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "on", "version"], name="archive_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.on} v{self.version}"


class ScoreEntry(models.Model):
    """Points given or taken beside the lights, or a veto, to a unit or a county, with its paper."""

    class Kind(models.TextChoices):
        BONUS = "bonus", _("加分")
        DEDUCTION = "deduction", _("扣分")
        VETO = "veto", _("一票否决")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="scores", verbose_name=_("要点"))
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("县（市、区）"),
    )
    unit = models.CharField(_("单位"), max_length=40, blank=True)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    points = models.DecimalField(_("分值"), max_digits=5, decimal_places=2, default=0)
    on = models.DateField(_("日期"))
    reason = models.CharField(_("事由"), max_length=200)
    number = models.CharField(_("依据文号"), max_length=60)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    entered_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("考核加减分")
        verbose_name_plural = _("考核加减分")
        ordering = ["plan", "on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(area=None) & ~models.Q(unit=""))
                | (models.Q(area__isnull=False) & models.Q(unit="")),
                name="score_of_a_unit_or_a_county",
                violation_error_message=_("请填写单位或县（市、区）中的一项。"),
            ),
            models.CheckConstraint(
                condition=models.Q(points__gte=0),
                name="score_points_not_negative",
                violation_error_message=_("分值不能为负数；扣分请选“扣分”。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit or self.area_id} {self.get_kind_display()}"
