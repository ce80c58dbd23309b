"""Which version of a policy decides, from when, by whose order."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Release(models.Model):
    """A policy version put in force. The latest one whose day has come decides."""

    policy = models.CharField(_("政策"), max_length=40)
    version = models.CharField(_("版本"), max_length=64)
    valid_from = models.DateField(_("施行日期"))
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("发布人")
    )
    released_at = models.DateTimeField(_("发布时间"), auto_now_add=True)
    note = models.CharField(_("说明"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("政策发布")
        verbose_name_plural = _("政策发布")
        ordering = ["policy", "-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "version", "valid_from"],
                name="release_once",
                violation_error_message=_("这个政策版本已经从这一天起发布。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.version[:12]} {self.valid_from}"
