"""Who receives which benefit, how much, from which month: the register other lines look into."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager
from jimin.kernel.areas.models import Area
from jimin.kernel.cases.models import Case
from jimin.kernel.people.models import Household


class Benefit(models.TextChoices):
    DIBAO = "dibao", _("最低生活保障")


class Award(models.Model):
    """A monthly amount granted to a household, from one month to another, both included.

    Months are stored as their first day. A change of amount ends one award and begins the next,
    so that every month has the amount and the reason it was paid by.
    """

    benefit = models.CharField(_("待遇"), max_length=20, choices=Benefit)
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="awards", verbose_name=_("家庭")
    )
    area = models.ForeignKey(Area, models.PROTECT, db_index=False, verbose_name=_("所在村（社区）"))
    residence = models.CharField(_("城乡类别"), max_length=5, choices=Household.Residence)
    amount = models.DecimalField(_("月发放额"), max_digits=14, decimal_places=2)
    size = models.PositiveSmallIntegerField(_("保障人数"))
    members = models.JSONField(_("保障对象"), default=list)
    from_month = models.DateField(_("起发月份"))
    to_month = models.DateField(_("止发月份"), null=True, blank=True)
    case = models.ForeignKey(
        Case,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="awards",
        verbose_name=_("审批办件"),
    )
    basis = models.CharField(_("依据"), max_length=120)
    reason = models.CharField(_("事由"), max_length=200, blank=True)
    end_reason = models.CharField(_("停发原因"), max_length=200, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("批准人")
    )
    granted_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("待遇")
        verbose_name_plural = _("待遇")
        constraints = [
            models.UniqueConstraint(
                fields=["benefit", "household"],
                condition=models.Q(to_month=None),
                name="award_one_open",
                violation_error_message=_("这个家庭已在享受此项待遇。"),
            ),
            models.CheckConstraint(
                condition=models.Q(to_month=None) | models.Q(to_month__gte=models.F("from_month")),
                name="award_ends_after_it_begins",
                violation_error_message=_("止发月份不能早于起发月份。"),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="award_pays_something",
                violation_error_message=_("月发放额应大于零。"),
            ),
            models.CheckConstraint(
                condition=models.Q(from_month__day=1)
                & (models.Q(to_month=None) | models.Q(to_month__day=1)),
                name="award_in_whole_months",
                violation_error_message=_("月份应记为当月一日。"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["benefit", "area", "from_month", "to_month"], name="award_in_month"
            ),
            models.Index(fields=["area", "household", "from_month"], name="award_of_area"),
        ]

    def __str__(self) -> str:
        return f"{self.get_benefit_display()} {self.household_id} {self.amount}"
