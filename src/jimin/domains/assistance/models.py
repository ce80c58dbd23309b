"""What a family declared, what was found, what the rules said and what was decided."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager
from jimin.foundation.sealed.fields import (
    SealedBooleanField,
    SealedField,
    SealedIntegerField,
    SealedJSONField,
)
from jimin.foundation.sealed.own_keys import read_sealed
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.models import Award
from jimin.kernel.cases.models import Case, CaseManager
from jimin.kernel.payments.models import PayeeAccount
from jimin.kernel.people.models import Household, Person

BY_HOUSEHOLD = "household__area_id"


class Declaration(models.Model):
    """The facts of a family at one time. A correction is a new declaration; the old one stays.

    An empty fact is unknown, except the grade of disability (none), last month's amount (nothing)
    and the month the income went over (none).
    """

    class Source(models.TextChoices):
        APPLICATION = "application", _("申请")
        REVIEW = "review", _("复核")
        CARRIED_OVER = "carried_over", _("存量转入")

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="declarations", verbose_name=_("家庭")
    )
    source = models.CharField(_("来源"), max_length=12, choices=Source)
    declared_on = models.DateField(_("声明日期"))
    authorised_on = models.DateField(_("核对授权日期"), null=True, blank=True)
    financial_assets = models.DecimalField(
        _("金融资产"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    vehicles = models.PositiveSmallIntegerField(_("机动车数"), null=True, blank=True)
    dwellings = models.PositiveSmallIntegerField(_("房产套数"), null=True, blank=True)
    last_amount = models.DecimalField(_("上月低保金"), max_digits=14, decimal_places=2, default=0)
    over_since = models.DateField(_("超标起始月"), null=True, blank=True)
    is_current = models.BooleanField(_("现行"), default=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("登记人")
    )
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects = ScopedManager(area=BY_HOUSEHOLD, subject="dibao")

    class Meta:
        verbose_name = _("家庭经济状况声明")
        verbose_name_plural = _("家庭经济状况声明")
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(is_current=True),
                name="declaration_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(financial_assets=None) | models.Q(financial_assets__gte=0),
                name="declaration_assets_not_negative",
                violation_error_message=_("金融资产不能为负数。"),
            ),
            models.CheckConstraint(
                condition=models.Q(over_since=None) | models.Q(over_since__day=1),
                name="declaration_over_since_month",
                violation_error_message=_("月份应记为当月一日。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id} {self.declared_on}"


class MemberFacts(models.Model):
    """What was declared of one member. Incomes are yuan per month.

    A column named as a fact of the rules is that fact: the form asks for it, the page reads it
    back and the assessment takes it, in the order of the columns.
    """

    declaration = models.ForeignKey(
        Declaration, models.CASCADE, related_name="members", verbose_name=_("声明")
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("成员"))
    relation = models.CharField(_("与户主关系"), max_length=1)
    birth = models.DateField(_("出生日期"), null=True, blank=True)
    disability_grade = SealedIntegerField(
        _("残疾等级"), default=0, help_text=_("1 至 4，没有的留空")
    )
    is_student = models.BooleanField(_("在校学生"), null=True, blank=True)
    is_seriously_ill = SealedBooleanField(_("重病"), null=True, blank=True)
    is_single_parent = models.BooleanField(_("单亲"), null=True, blank=True)
    wage = models.DecimalField(
        _("工资性收入"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    business = models.DecimalField(
        _("经营净收入"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    property = models.DecimalField(
        _("财产净收入"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    transfer = models.DecimalField(
        _("转移净收入"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    refused_jobs = models.PositiveSmallIntegerField(
        _("连续拒绝适当工作的次数"),
        null=True,
        blank=True,
        help_text=_("有劳动能力未就业、无正当理由的才填，没有的留空。"),
    )

    objects = ScopedManager(area="declaration__household__area_id", subject="dibao")

    class Meta:
        verbose_name = _("成员情况")
        verbose_name_plural = _("成员情况")
        constraints = [
            models.UniqueConstraint(fields=["declaration", "person"], name="member_facts_once")
        ]

    def __str__(self) -> str:
        return f"{self.declaration_id} {self.person_id}"


class Assessment(models.Model):
    """What the rules said of one declaration for one month. Stored once, never changed.

    `sm3` is over the policy, version, month, inputs and result in one fixed writing, so that a
    replay can be compared byte for byte.
    """

    class Conclusion(models.TextChoices):
        ELIGIBLE = "符合", _("符合")
        GRADUAL_EXIT = "渐退", _("渐退")
        NOT_ELIGIBLE = "不符合", _("不符合")
        REVIEW = "待人工核实", _("待人工核实")

    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="assessments", verbose_name=_("声明")
    )
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, related_name="+", verbose_name=_("办件")
    )
    month = models.DateField(_("核定月份"))
    policy = models.CharField(_("政策"), max_length=40)
    version = models.CharField(_("政策版本"), max_length=64)
    conclusion = models.CharField(_("结论"), max_length=8, choices=Conclusion)
    amount = models.DecimalField(_("应发"), max_digits=14, decimal_places=2, null=True)
    reason = models.CharField(_("首要原因"), max_length=300, blank=True)
    inputs = SealedJSONField(_("核定所用情况"))
    result = SealedJSONField(_("核定过程"))
    sm3 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("核定时间"), auto_now_add=True)

    objects = ScopedManager(area="declaration__household__area_id", subject="dibao")

    class Meta:
        verbose_name = _("核定")
        verbose_name_plural = _("核定")

    def __str__(self) -> str:
        return f"{self.declaration_id} {self.month:%Y-%m} {self.conclusion}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("an assessment is never changed; assess again")
        super().save(*args, **kwargs)


class Application(models.Model):
    """An application for dibao: the family's papers around one case."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="dibao", verbose_name=_("办件"))
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="applications", verbose_name=_("家庭")
    )
    declaration = models.ForeignKey(
        Declaration, models.PROTECT, related_name="applications", verbose_name=_("声明")
    )
    authorised_on = models.DateField(_("核对授权日期"))
    agent = models.CharField(_("代办人"), max_length=40, blank=True)
    relative_note = models.CharField(_("近亲属情况"), max_length=120, blank=True)
    account = models.ForeignKey(
        PayeeAccount, models.PROTECT, null=True, blank=True, verbose_name=_("收款账户")
    )
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, null=True, related_name="+", verbose_name=_("核定")
    )

    objects = CaseManager("case")

    class Meta:
        verbose_name = _("低保申请")
        verbose_name_plural = _("低保申请")

    def __str__(self) -> str:
        return str(self.case_id)


class HomeVisit(models.Model):
    """A visit to the family by two investigators or more (220 号办法第十八条)."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="visits", verbose_name=_("申请")
    )
    visited_on = models.DateField(_("入户日期"))
    investigators = models.JSONField(_("调查人员"))
    findings = SealedField(_("调查情况"), max_length=2000)
    facts_agree = models.BooleanField(_("与声明一致"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("登记人")
    )

    objects = CaseManager("application__case")

    class Meta:
        verbose_name = _("入户调查")
        verbose_name_plural = _("入户调查")

    def __str__(self) -> str:
        return f"{self.application_id} {self.visited_on}"

    @property
    def names(self) -> str:
        """Those who went, as the page and the papers name them."""
        return "、".join(one["name"] for one in self.investigators)


class Decision(models.Model):
    """What the county decided, on which assessment, and why."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("拟批准")
        REFUSED = "refused", _("不予批准")

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="decisions", verbose_name=_("申请")
    )
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="decisions", verbose_name=_("核定")
    )
    outcome = models.CharField(_("决定"), max_length=8, choices=Outcome)
    amount = models.DecimalField(_("月保障金"), max_digits=14, decimal_places=2, default=0)
    reason = models.CharField(_("理由"), max_length=400)
    decided_on = models.DateField(_("决定日期"))
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("审批人")
    )

    objects = CaseManager("application__case")

    class Meta:
        verbose_name = _("审批决定")
        verbose_name_plural = _("审批决定")

    def __str__(self) -> str:
        return f"{self.application_id} {self.get_outcome_display()}"


class PublicNotice(models.Model):
    """The display of a proposed approval. Dates are the notice's own, never today's."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="notices", verbose_name=_("申请")
    )
    decision = models.ForeignKey(
        Decision, models.PROTECT, related_name="notices", verbose_name=_("决定")
    )
    place = models.CharField(_("公示地点"), max_length=80)
    from_day = models.DateField(_("公示起始日"))
    to_day = models.DateField(_("公示截止日"))
    objection = models.CharField(_("异议"), max_length=400, blank=True)
    objected_on = models.DateField(_("异议日期"), null=True, blank=True)

    objects = CaseManager("application__case")

    class Meta:
        verbose_name = _("公示")
        verbose_name_plural = _("公示")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_day__gt=models.F("from_day")),
                name="notice_lasts",
                violation_error_message=_("公示截止日应晚于起始日。"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.from_day}"


class MonthRun(models.Model):
    """The assessment of every family on the books of a county for one month."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待批准")
        APPROVED = "approved", _("已批准")

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("县（市、区）"))
    month = models.DateField(_("月份"))
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PROPOSED)
    policy = models.CharField(_("政策"), max_length=40)
    version = models.CharField(_("政策版本"), max_length=64)
    households = models.PositiveIntegerField(_("户数"), default=0)
    books = models.FileField(_("核定底册"), upload_to="lake/assessments/%Y-%m")  # sealed
    books_key = SealedField(_("底册密钥"))
    sm3 = models.CharField(max_length=64)
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("核定人"),
    )
    run_at = models.DateTimeField(_("核定时间"), auto_now_add=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("批准人"),
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True)

    objects = ScopedManager(subject="dibao")

    class Meta:
        verbose_name = _("月度核定")
        verbose_name_plural = _("月度核定")
        ordering = ["-month", "area"]
        constraints = [models.UniqueConstraint(fields=["area", "month"], name="month_run_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.month:%Y-%m}"

    def read_books(self) -> bytes:
        """The Parquet file of `policies.decisions`, whose SM3 is `sm3`."""
        return read_sealed(Path(self.books.path), self.books_key)


class MonthLine(models.Model):
    """What the month's run says of one family, and what it proposes. A person approves."""

    class Proposal(models.TextChoices):
        GRANT = "grant", _("新增")
        KEEP = "keep", _("不变")
        INCREASE = "increase", _("增发")
        DECREASE = "decrease", _("减发")
        STOP = "stop", _("拟停发")
        APPLY = "apply", _("可申请")
        NONE = "none", _("不享受")
        REVIEW = "review", _("待人工核实")

    run = models.ForeignKey(MonthRun, models.CASCADE, related_name="lines")
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    conclusion = models.CharField(_("结论"), max_length=8, choices=Assessment.Conclusion)
    amount = models.DecimalField(_("应发"), max_digits=14, decimal_places=2, null=True)
    award = models.ForeignKey(Award, models.PROTECT, null=True, related_name="+")
    before = models.DecimalField(_("现发"), max_digits=14, decimal_places=2, default=0)
    proposal = models.CharField(_("建议"), max_length=8, choices=Proposal)
    reason = models.CharField(_("首要原因"), max_length=300, blank=True)

    objects = ScopedManager(area=BY_HOUSEHOLD, subject="dibao")

    class Meta:
        verbose_name = _("月度核定明细")
        verbose_name_plural = _("月度核定明细")
        constraints = [models.UniqueConstraint(fields=["run", "household"], name="month_line_once")]
        indexes = [models.Index(fields=["run", "proposal"], name="month_line_of_proposal")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.household_id} {self.proposal}"
