"""Numbers: published, reported by hand, and kept as they were shown."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager
from jimin.kernel.areas.models import Area

from .targets import Target


class OfficialStatistic(models.Model):
    """A published figure that others are measured by, with where it was published."""

    class Name(models.TextChoices):
        URBAN_INCOME = "urban_income", _("城镇居民人均可支配收入")
        RURAL_INCOME = "rural_income", _("农村居民人均可支配收入")
        POVERTY_LINE = "poverty_line", _("农村扶贫标准")

    class Mark(models.TextChoices):
        CONFIRMED = "confirmed", _("已核对")
        EXAMPLE = "example", _("示例")

    code = models.CharField(
        _("编号"),
        max_length=60,
        unique=True,
        blank=True,
        error_messages={"unique": _("这个编号已经用过。")},
    )
    name = models.CharField(_("名称"), max_length=20, choices=Name)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("地区"),
        help_text=_("不填表示全国。"),
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("单位"), max_length=20)
    source = models.CharField(_("出处"), max_length=200)
    mark = models.CharField(_("标记"), max_length=10, choices=Mark, default=Mark.EXAMPLE)

    class Meta:
        verbose_name = _("统计数")
        verbose_name_plural = _("统计数")
        ordering = ["name", "-year", "area"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "area", "year"],
                name="statistic_once",
                violation_error_message=_("这个地区这一年的数已经有了。"),
            ),
            models.UniqueConstraint(
                fields=["name", "year"],
                condition=models.Q(area=None),
                name="statistic_national_once",
                violation_error_message=_("这一年的全国数已经有了。"),
            ),
            models.CheckConstraint(
                condition=models.Q(value__gt=0),
                name="statistic_positive",
                violation_error_message=_("数值应大于零。"),
            ),
            models.CheckConstraint(
                condition=models.Q(year__gte=1949, year__lte=2099),
                name="statistic_year",
                violation_error_message=_("年度应在 1949 至 2099 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_name_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Its number is made of what it is, unless one was given."""
        self.code = self.code or self.own_code
        super().save(*args, **kwargs)

    @property
    def own_code(self) -> str:
        return f"{self.year}-{self.name}-{self.area_id or 'nation'}"


class Kept(models.Model):
    """A figure kept for a day. A correction replaces it by a new row; the old one stays."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("地区"))
    on = models.DateField(_("截至"))
    numerator = models.DecimalField(_("数"), max_digits=20, decimal_places=4)
    denominator = models.DecimalField(
        _("基数"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    replaced_at = models.DateTimeField(_("更正时间"), null=True, blank=True)

    class Meta:
        abstract = True


class Snapshot(Kept):
    """What an indicator was for an area on a day."""

    indicator = models.CharField(_("指标"), max_length=60)
    value = models.DecimalField(_("值"), max_digits=24, decimal_places=8, null=True, blank=True)
    computed_at = models.DateTimeField(_("计算时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("指标快照")
        verbose_name_plural = _("指标快照")
        ordering = ["indicator", "area", "on"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "area", "on"],
                condition=models.Q(replaced_at=None),
                name="snapshot_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.area_id} {self.on}"


class Standing(models.Model):
    """The light a target showed on a day, kept as it was shown then; with an area, that part's.

    A correction adds a row; the one before it stays and says when it was replaced.
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="standings", verbose_name=_("目标")
    )
    on = models.DateField(_("截至"))
    light = models.CharField(_("灯"), max_length=6)
    sentence = models.CharField(_("算式"), max_length=400)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("地区")
    )
    actual = models.DecimalField(_("现值"), max_digits=24, decimal_places=8, null=True, blank=True)
    planned = models.DecimalField(_("序时"), max_digits=24, decimal_places=8, null=True, blank=True)
    progress = models.DecimalField(
        _("完成程度"), max_digits=24, decimal_places=8, null=True, blank=True
    )
    reason = models.CharField(_("更正理由"), max_length=200, blank=True)
    replaced_at = models.DateTimeField(_("更正时间"), null=True, blank=True)
    kept_at = models.DateTimeField(_("记录时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("亮灯记录")
        verbose_name_plural = _("亮灯记录")
        ordering = ["target", "on", "id"]
        indexes = [models.Index(fields=["on", "replaced_at"], name="standing_of_day")]

    def __str__(self) -> str:
        return f"{self.target_id} {self.on} {self.light}"


class Verdict(models.TextChoices):
    """What a reviewer says of evidence, and so of the report that rests on it."""

    PENDING = "pending", _("待核实")
    TRUE = "true", _("属实")
    RETURNED = "returned", _("退回")


class Report(Kept):
    """A figure reported by hand, with what it rests on. Marked as reported, never as computed.

    Without a denominator the number is in the target's own unit (72 for 72%).
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="reports", verbose_name=_("目标")
    )
    evidence = models.CharField(_("佐证说明"), max_length=300)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("上报人")
    )
    reported_at = models.DateTimeField(_("上报时间"), auto_now_add=True)
    received_on = models.DateField(_("收到日期"), default=timezone.localdate)
    reason = models.CharField(_("更正理由"), max_length=200, blank=True)
    verdict = models.CharField(_("核实"), max_length=8, choices=Verdict, default=Verdict.PENDING)

    objects = ScopedManager(subject="workplans.report")

    class Meta:
        verbose_name = _("进度上报")
        verbose_name_plural = _("进度上报")
        ordering = ["target", "area", "on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "area", "on"],
                condition=models.Q(replaced_at=None),
                name="report_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(denominator=None) | models.Q(denominator__gt=0),
                name="report_base_positive",
                violation_error_message=_("基数应大于零。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.area_id} {self.on}"
