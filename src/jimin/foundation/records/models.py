"""What the register pages themselves must remember."""

import json
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from jimin.foundation.jobs.models import Job
from jimin.foundation.sealed.fields import SealedField
from jimin.foundation.sealed.files import seal_file


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

    The file is kept sealed, because it holds identity numbers, and deleted once it is decided. A
    large one is checked and loaded by jobs.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待确认")
        DONE = "done", _("已导入")
        DROPPED = "dropped", _("已放弃")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"))
    subject = models.CharField(_("登记簿"), max_length=80)
    file_name = models.CharField(_("文件名"), max_length=200)
    file = models.FileField(_("文件"), blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    outcome = models.JSONField(default=dict)
    preview = SealedField(blank=True)  # JSON: what a check found, with names and numbers
    checks = models.PositiveIntegerField(default=0)
    check_job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    load_job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("待导入的工作簿")
        verbose_name_plural = _("待导入的工作簿")

    def __str__(self) -> str:
        return self.file_name

    def seal(self, path: Path) -> None:
        """Keep the file at this path, sealed; the caller saves."""
        kept = f"uploads/{self.pk}"
        into = Path(default_storage.path(kept))
        into.parent.mkdir(parents=True, exist_ok=True)
        seal_file(path, into)
        self.file = kept

    def keep_preview(self, found: dict[str, Any]) -> None:
        self.preview = json.dumps(found, ensure_ascii=False)
        self.outcome = found["counts"]
        self.save(update_fields=["preview", "outcome"])

    def kept_preview(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.preview)
        return found

    def decided(self, state: str, counts: dict[str, int]) -> None:
        self.state, self.outcome, self.preview = state, counts, ""
        self.save(update_fields=["state", "outcome", "preview"])

    def drop(self) -> None:
        self.decided(self.State.DROPPED, {})
        self.drop_file()

    def drop_file(self) -> None:
        """Once the transaction is committed: what is taken back must find its file."""
        name, self.file = self.file.name, ""
        self.save(update_fields=["file"])
        if name:
            transaction.on_commit(lambda: default_storage.delete(name))


class UploadPart(models.Model):
    """What was wrong in one batch of a large import, written with the batch itself."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    first_row = models.PositiveIntegerField()
    faults = SealedField()  # JSON: the sentences name what the cells held

    class Meta:
        verbose_name = _("导入中的错误")
        verbose_name_plural = _("导入中的错误")

    def __str__(self) -> str:
        return f"{self.upload} {self.first_row}"


class SavedView(models.Model):
    """How somebody likes to see a list: conditions, order and columns.

    Without a name it is its user's own choice of columns, nothing else. With an area it is shown
    to all who hold a post there or below; it gives them no row and no field they may not see.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="views", verbose_name=_("用户")
    )
    subject = models.CharField(_("登记簿"), max_length=80)
    name = models.CharField(_("名称"), max_length=20, blank=True)
    area: Any = models.ForeignKey(
        settings.AREA_MODEL, models.CASCADE, null=True, blank=True, verbose_name=_("共享范围")
    )
    query = models.CharField(_("条件"), max_length=1000, blank=True)
    columns = models.JSONField(_("列"), default=list)

    class Meta:
        verbose_name = _("视图")
        verbose_name_plural = _("视图")
        constraints = [
            models.UniqueConstraint(fields=["user", "subject", "name"], name="view_once_by_name")
        ]

    def __str__(self) -> str:
        return self.name


class Batch(models.Model):
    """An action for many records: chosen, tried without effect, then done row by row.

    A large one is tried and done by jobs.
    """

    class State(models.TextChoices):
        CHOSEN = "chosen", _("待填写")
        TRIED = "tried", _("待确认")
        DONE = "done", _("已办理")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"))
    subject = models.CharField(_("登记簿"), max_length=80)
    action = models.CharField(_("操作"), max_length=40)
    values = SealedField(_("内容"), blank=True)  # the form as it was sent
    state = models.CharField(max_length=6, choices=State, default=State.CHOSEN)
    trials = models.PositiveIntegerField(default=0)
    try_job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    run_job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("批量办理")
        verbose_name_plural = _("批量办理")

    def __str__(self) -> str:
        return f"{self.subject} {self.action}"


class BatchRow(models.Model):
    """One record of a batch, at the version at which it was chosen, and what became of it."""

    class State(models.TextChoices):
        CHOSEN = "chosen", _("已选")
        FINE = "fine", _("可以办理")
        REFUSED = "refused", _("不能办理")
        DONE = "done", _("已办理")
        FAILED = "failed", _("没有办理")

    batch = models.ForeignKey(
        Batch, models.CASCADE, related_name="rows", verbose_name=_("批量办理")
    )
    key = models.CharField(max_length=64)
    version = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State, default=State.CHOSEN)
    message = models.CharField(_("说明"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("批量办理的记录")
        verbose_name_plural = _("批量办理的记录")
        constraints = [
            models.UniqueConstraint(fields=["batch", "key"], name="record_once_in_batch")
        ]

    def __str__(self) -> str:
        return self.key


class Attachment(models.Model):
    """A file kept with a record. It lies sealed on the disk; its key is here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(_("登记簿"), max_length=80)
    key = models.CharField(_("编号"), max_length=64)
    name = models.CharField(_("文件名"), max_length=120)
    kind = models.CharField(_("类型"), max_length=100)  # by its content, never by its name
    size = models.PositiveIntegerField(_("大小"))
    digest = models.CharField(max_length=64)
    file_key = SealedField(_("文件密钥"))
    has_preview = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("用户"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        constraints = [
            models.UniqueConstraint(fields=["subject", "key", "digest"], name="file_once_on_record")
        ]

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """What somebody noted on a record. Withdrawn ones stay, without their text."""

    subject = models.CharField(_("登记簿"), max_length=80)
    key = models.CharField(_("编号"), max_length=64)
    text = SealedField(_("备注"), blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("用户"))
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("备注")
        verbose_name_plural = _("备注")
        indexes = [models.Index(fields=["subject", "key"], name="note_of_record")]

    def __str__(self) -> str:
        return f"{self.subject} {self.key}"
