"""Counters without gaps, and the papers filed with a record."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager


class Counter(models.Model):
    """The last number given out in a series by a unit in a year.

    The row is locked until the transaction that took a number ends, so a number that was rolled
    back is given out again and there are no gaps.
    """

    series = models.CharField(_("编号类别"), max_length=40)
    unit = models.CharField(_("单位"), max_length=20)
    year = models.PositiveSmallIntegerField(_("年度"))
    last = models.PositiveIntegerField(_("已用序号"), default=0)

    class Meta:
        verbose_name = _("编号")
        verbose_name_plural = _("编号")
        constraints = [
            models.UniqueConstraint(fields=["series", "unit", "year"], name="counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.unit} {self.year}: {self.last}"


class Document(models.Model):
    """A paper as it was issued. The file is never changed; its SM3 is checked at each download.

    `subject` and `key` name the record it is filed with; `scope` is the subject of the access
    matrix whose readers may read the paper.
    """

    form = models.CharField(_("文书种类"), max_length=40)
    number = models.CharField(_("文号"), max_length=60, unique=True)
    title = models.CharField(_("标题"), max_length=120)
    subject = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    scope = models.CharField(max_length=80)
    area: Any = models.ForeignKey(settings.AREA_MODEL, models.PROTECT, verbose_name=_("区划"))
    issued_on = models.DateField(_("制发日期"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("制发人")
    )
    file = models.FileField(_("文件"), upload_to="documents/%Y/%m")
    sm3 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("文书")
        verbose_name_plural = _("文书")
        indexes = [models.Index(fields=["subject", "key"], name="document_of_record")]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"
