"""One line of history. Rows are only ever added; each carries the hash of the one before it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """`values` holds `{field: [before, after]}` for a change and free facts for other verbs.

    Sealed values are written masked: the log must not become the leak it is there to find.
    """

    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("操作人")
    )
    actor_label = models.CharField(_("操作人"), max_length=80)
    verb = models.CharField(_("操作"), max_length=40)
    subject = models.CharField(_("对象"), max_length=80)
    key = models.CharField(_("编号"), max_length=64)
    values = models.JSONField(_("内容"), default=dict)
    reason = models.CharField(_("事由"), max_length=400, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("留痕")
        verbose_name_plural = _("留痕")
        indexes = [models.Index(fields=["subject", "key", "-id"], name="entry_of_record")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.verb} {self.subject} {self.key}"
