"""A case, and the log of what was done in it."""

from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import System, acting
from jimin.foundation.spelling import initials
from jimin.kernel.areas.models import Area
from jimin.kernel.people.models import Household

from .rules import PROCEDURES

ModelT = TypeVar("ModelT", bound=models.Model)


class CaseManager(models.Manager[ModelT]):
    """Rows of the cases the actor may see: each procedure is a subject of its own.

    `case` is the lookup of the case from the model, empty for the case itself.
    """

    def __init__(self, case: str = "") -> None:
        super().__init__()
        self.case = case

    def get_queryset(self) -> models.QuerySet[ModelT]:
        return self.within("view")

    def within(self, verb: str) -> models.QuerySet[ModelT]:
        """The rows in whose case the actor may do `verb`."""
        rows = super().get_queryset()
        actor = acting()
        if isinstance(actor, System):
            return rows
        if actor is None:
            return rows.none()
        case = self._declared().case
        prefix = f"{case}__" if case else ""
        inside = models.Q()
        for name in PROCEDURES:
            for first, last in actor.reach(verb, name):
                inside |= models.Q(
                    **{
                        f"{prefix}procedure": name,
                        f"{prefix}area_id__gte": first,
                        f"{prefix}area_id__lte": last,
                    }
                )
        return rows.filter(inside) if inside else rows.none()

    def _declared(self) -> "CaseManager[ModelT]":
        """A related manager (`case.events`) is made without the argument: the model has it."""
        own = self.model._default_manager
        is_related = getattr(self, "name", None) is None
        return own if is_related and isinstance(own, CaseManager) else self

    def deconstruct(self) -> Any:  # managers never enter migrations
        return super().deconstruct()


class Case(models.Model):
    """One matter handled by a procedure. `state` follows from the log and is checked against it."""

    number = models.CharField(_("办件编号"), max_length=60, unique=True)
    procedure = models.CharField(_("事项"), max_length=40)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("区划"))
    household = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("家庭"),
    )
    title = models.CharField(_("标题"), max_length=120)
    applicant = models.CharField(_("申请人"), max_length=40)
    initials = models.CharField(max_length=40, editable=False, db_index=True)
    state = models.CharField(_("状态"), max_length=30)
    due_on = models.DateField(_("办理期限"), null=True, blank=True)
    due_unit = models.CharField(max_length=12, blank=True)
    due_basis = models.CharField(_("期限依据"), max_length=80, blank=True)
    opened_on = models.DateField(_("申请日期"))
    closed_on = models.DateField(_("办结日期"), null=True, blank=True)
    near_relative = models.BooleanField(_("近亲属备案"), default=False)
    version = models.PositiveIntegerField(default=0)

    objects = CaseManager()

    class Meta:
        verbose_name = _("办件")
        verbose_name_plural = _("办件")
        indexes = [
            models.Index(fields=["procedure", "state", "due_on", "id"], name="case_by_deadline"),
            models.Index(fields=["area", "closed_on"], name="case_of_area"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_on=None) | models.Q(closed_on__gte=models.F("opened_on")),
                name="case_closes_after_it_opens",
                violation_error_message=_("办结日期不能早于申请日期。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.initials = initials(self.applicant, is_person=True)[:40]
        super().save(*args, **kwargs)


class Event(models.Model):
    """One step taken. Events are only added; a mistake is put right by another event."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name=_("办件"))
    order = models.PositiveIntegerField(_("顺序"))
    step = models.CharField(_("步骤"), max_length=30)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("经办人")
    )
    actor_label = models.CharField(_("经办人"), max_length=80)
    happened_on = models.DateField(_("日期"))
    at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    note = models.CharField(_("意见"), max_length=400, blank=True)
    data = models.JSONField(_("内容"), default=dict)
    before = models.CharField(_("原状态"), max_length=30, blank=True)
    after = models.CharField(_("现状态"), max_length=30)
    token = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - null is unique

    objects = CaseManager("case")

    class Meta:
        verbose_name = _("办理记录")
        verbose_name_plural = _("办理记录")
        ordering = ["case", "order"]
        constraints = [models.UniqueConstraint(fields=["case", "order"], name="event_in_order")]
        indexes = [models.Index(fields=["actor", "case"], name="event_of_actor")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.order} {self.step}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an event is never changed; add another one")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("an event is never deleted")


class Recusal(models.Model):
    """A member of staff who takes no part in a case, such as a near relative of the family."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="recusals")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("回避人员"), related_name="+"
    )
    reason = models.CharField(_("回避原因"), max_length=120)

    objects = CaseManager("case")

    class Meta:
        verbose_name = _("回避")
        verbose_name_plural = _("回避")
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="recusal_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id}"
