"""What the register pages themselves must remember."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.sealed.fields import SealedField


class Submission(models.Model):
    """A form that was sent. Its token is good once; sending it again finds the first's record."""

    token = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"))
    key = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("已提交的表单")
        verbose_name_plural = _("已提交的表单")

    def __str__(self) -> str:
        return self.token


class Upload(models.Model):
    """A workbook between its preview and the confirmation.

    Kept sealed, because it holds identity numbers, and emptied as soon as it is decided.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待确认")
        DONE = "done", _("已导入")
        DROPPED = "dropped", _("已放弃")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"))
    subject = models.CharField(_("登记簿"), max_length=80)
    file_name = models.CharField(_("文件名"), max_length=200)
    content = SealedField(_("内容"), blank=True)  # base64 of the file
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    outcome = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("待导入的工作簿")
        verbose_name_plural = _("待导入的工作簿")

    def __str__(self) -> str:
        return self.file_name
