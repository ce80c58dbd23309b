"""What a city tells the reader of its plans."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LeadUnit(models.Model):
    """Which office leads a kind of subject. A text that names no unit gets this one suggested."""

    words = models.CharField(
        _("任务里的词"),
        max_length=200,
        unique=True,
        error_messages={"unique": _("这些词已经登记过。请修改原来那一条。")},
    )
    unit = models.CharField(_("牵头单位"), max_length=40)
    co_units = models.CharField(_("配合单位"), max_length=200, blank=True)
    is_used = models.BooleanField(_("启用"), default=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("牵头单位建议")
        verbose_name_plural = _("牵头单位建议")
        ordering = ["unit", "id"]

    def __str__(self) -> str:
        return f"{self.words}：{self.unit}"
