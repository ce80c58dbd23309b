"""Targets that each of many units must reach: which units, and what each of them had."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager
from jimin.kernel.areas.models import Area

from .figures import Report
from .targets import Target


class ListedUnit(models.Model):
    """One of the units that should have its number: a district, a community, a hall.

    Where counties report a target, `area` says which of them reports this unit.
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="listed", verbose_name=_("目标")
    )
    order = models.PositiveSmallIntegerField(_("顺序"))
    name = models.CharField(_("单位"), max_length=60)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("所在地区"),
    )
    wanted = models.DecimalField(_("应有"), max_digits=20, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("应达标单位")
        verbose_name_plural = _("应达标单位")
        ordering = ["target", "order"]
        constraints = [
            models.UniqueConstraint(fields=["target", "name"], name="listed_unit_once"),
            models.CheckConstraint(
                condition=models.Q(wanted=None) | models.Q(wanted__gte=0),
                name="listed_unit_wants_no_less_than_nothing",
                violation_error_message=_("应有的数不能为负数。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitNumber(models.Model):
    """What one listed unit had, as one report said."""

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="numbers", verbose_name=_("上报")
    )
    unit = models.ForeignKey(
        ListedUnit, models.PROTECT, related_name="numbers", verbose_name=_("单位")
    )
    number = models.DecimalField(_("现有"), max_digits=20, decimal_places=4)

    objects = ScopedManager(area="report__area_id", subject="workplans.report")

    class Meta:
        verbose_name = _("单位上报数")
        verbose_name_plural = _("单位上报数")
        ordering = ["report", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["report", "unit"], name="unit_number_once"),
            models.CheckConstraint(
                condition=models.Q(number__gte=0),
                name="unit_number_not_negative",
                violation_error_message=_("上报的数不能为负数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.number}"
