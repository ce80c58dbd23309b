"""Where a household is paid, and the monthly rolls."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager
from jimin.foundation.sealed.fields import DigestField, SealedField
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.models import Award, Benefit
from jimin.kernel.people.models import Household, Person

from . import rules


class PayeeAccount(models.Model):
    """The account a household is paid into. A new one replaces the last from the next roll on."""

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="accounts", verbose_name=_("家庭")
    )
    holder = models.ForeignKey(
        Person, models.PROTECT, related_name="accounts", verbose_name=_("领款人")
    )
    bank = models.CharField(_("开户银行"), max_length=60)
    account = SealedField(
        _("银行账号"),
        validators=[RegexValidator(r"^\d{12,19}$", _("银行账号应为 12 至 19 位数字。"))],
    )
    account_digest = DigestField(source="account", db_index=True)
    replaced_at = models.DateTimeField(_("更换时间"), null=True, blank=True)

    objects = ScopedManager(area="household__area_id")

    class Meta:
        verbose_name = _("收款账户")
        verbose_name_plural = _("收款账户")
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(replaced_at=None),
                name="account_one_current",
                violation_error_message=_("这个家庭已有收款账户。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.bank}"


class Roll(models.Model):
    """What a county pays for one benefit in one month."""

    class State(models.TextChoices):
        DRAFT = "draft", _("待编制")
        PREPARED = "prepared", _("待发放审批")
        RELEASED = "released", _("已批准发放")
        EXPORTED = "exported", _("已送银行")

    benefit = models.CharField(_("待遇"), max_length=20, choices=Benefit)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("县（市、区）"))
    month = models.DateField(_("月份"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT)
    households = models.PositiveIntegerField(_("户数"), default=0)
    persons = models.PositiveIntegerField(_("人数"), default=0)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2, default=0)
    held = models.PositiveIntegerField(_("暂缓户数"), default=0)
    held_amount = models.DecimalField(_("暂缓金额"), max_digits=14, decimal_places=2, default=0)
    digest = models.CharField(_("名册校验值"), max_length=64, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("编制人"),
    )
    prepared_at = models.DateTimeField(_("编制时间"), null=True, blank=True)
    preparers = models.JSONField(default=list, editable=False)  # all who ever prepared it
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准人"),
    )
    released_at = models.DateTimeField(_("批准时间"), null=True, blank=True)
    exported_at = models.DateTimeField(_("送银行时间"), null=True, blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("发放名册")
        verbose_name_plural = _("发放名册")
        ordering = ["-month", "benefit", "area"]
        constraints = [
            models.UniqueConstraint(
                fields=["benefit", "area", "month"],
                name="roll_once",
                violation_error_message=_("这个月的名册已经有了。"),
            ),
            models.CheckConstraint(
                condition=models.Q(month__day=1),
                name="roll_of_a_month",
                violation_error_message=_("月份应记为当月一日。"),
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["released", "exported"])
                | ~models.Q(released_by=models.F("prepared_by")),
                name="roll_released_by_another",
                violation_error_message=_("编制名册的人不能批准发放。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.month:%Y-%m} {self.get_benefit_display()}"


class RollLine(models.Model):
    """One household's payment, with the household as it was when the roll was made.

    A line without an account is held: it stays on the roll and outside the sum sent to the bank.
    """

    class Hold(models.TextChoices):
        NO_ACCOUNT = rules.NO_ACCOUNT, _("缺少收款账户")
        NO_IDENTITY = rules.NO_IDENTITY, _("领款人缺少公民身份号码")

    roll = models.ForeignKey(Roll, models.CASCADE, related_name="lines", verbose_name=_("名册"))
    award = models.ForeignKey(Award, models.PROTECT, related_name="lines", verbose_name=_("待遇"))
    order = models.PositiveIntegerField(_("序号"))
    household_number = models.CharField(_("家庭编号"), max_length=30)
    area: Any = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("区划"))
    size = models.PositiveSmallIntegerField(_("保障人数"))
    members = models.JSONField(_("保障对象"), default=list)
    amount = models.DecimalField(_("金额"), max_digits=14, decimal_places=2)
    payee = models.CharField(_("领款人"), max_length=40)
    citizen_id = SealedField(_("公民身份号码"), blank=True)
    bank = models.CharField(_("开户银行"), max_length=60, blank=True)
    account = SealedField(_("银行账号"), blank=True)
    held = models.CharField(_("暂缓原因"), max_length=12, choices=Hold, blank=True)

    objects = ScopedManager(area="area_id", subject="payments.roll")

    class Meta:
        verbose_name = _("名册明细")
        verbose_name_plural = _("名册明细")
        ordering = ["roll", "order"]
        constraints = [
            models.UniqueConstraint(fields=["roll", "award"], name="line_once"),
            models.UniqueConstraint(fields=["roll", "household_number"], name="line_per_household"),
        ]

    def __str__(self) -> str:
        return f"{self.roll_id} {self.order} {self.household_number}"
