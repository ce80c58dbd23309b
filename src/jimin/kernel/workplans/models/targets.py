"""What the tasks promise: targets and papers."""

from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..rules.curves import CurveError, check_points
from .plans import Plan, Sourced, Task


class Target(Sourced):
    """Something that can be checked: a number, a level, a grade, a day, or that nothing happens."""

    class Kind(models.TextChoices):
        NUMERIC = "numeric", _("数量")
        RATIO = "ratio", _("比例")
        RELATIONAL = "relational", _("对照")
        UNIVERSAL = "universal", _("全覆盖")
        ZERO = "zero", _("零发生")
        PER_UNIT = "per_unit", _("每单位")
        GRADE = "grade", _("等级")
        MILESTONE = "milestone", _("节点")
        DIRECTIONAL = "directional", _("方向")

    class Aggregation(models.TextChoices):
        FLOW = "flow", _("累计")
        STOCK = "stock", _("期末数")
        RATIO = "ratio", _("比例")
        SURVEY = "survey", _("调查")
        CAP = "cap", _("违反数")
        ZERO = "zero", _("发生数")
        RELATIONAL = "relational", _("逐地区对照")
        MILESTONE = "milestone", _("完成节点比例")
        PER_UNIT = "per_unit", _("达标单位比例")
        GRADE = "grade", _("等级")

    class Comparator(models.TextChoices):
        AT_LEAST = ">=", _("不低于")
        AT_MOST = "<=", _("不高于")
        EQUAL = "=", _("等于")
        MORE = ">", _("高于")
        LESS = "<", _("低于")
        ABOUT = "≈", _("约为")
        RANGE = "range", _("介于")

    class Role(models.TextChoices):
        PERFORMANCE = "performance", _("绩效目标")
        PARAMETER = "policy_parameter", _("政策参数")

    class Origin(models.TextChoices):
        PLAN = "plan", _("要点列明")
        BUREAU = "bureau", _("本局自定")

    class Curve(models.TextChoices):
        LINEAR = "linear", _("均匀")
        MONTHLY = "monthly", _("按月设定")
        SEASONAL = "seasonal", _("按上年各月")
        S_CURVE = "s_curve", _("先慢后快再慢")
        BACK_LOADED = "back_loaded", _("前松后紧")

    class Reporter(models.TextChoices):
        CITY = "city", _("市局单位")
        COUNTIES = "counties", _("各县（市、区）")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="targets", verbose_name=_("要点"))
    task = models.ForeignKey(Task, models.CASCADE, related_name="targets", verbose_name=_("任务"))
    code = models.CharField(_("编号"), max_length=20)
    subject = models.CharField(_("指标"), max_length=200)
    scope = models.CharField(_("范围"), max_length=80, blank=True)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind)
    aggregation = models.CharField(_("汇总方式"), max_length=12, choices=Aggregation)
    role = models.CharField(_("性质"), max_length=16, choices=Role, default=Role.PERFORMANCE)
    origin = models.CharField(_("来源"), max_length=8, choices=Origin, default=Origin.PLAN)
    comparator = models.CharField(
        _("要求"), max_length=5, choices=Comparator, default=Comparator.AT_LEAST
    )
    value = models.DecimalField(_("目标值"), max_digits=20, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(_("上限"), max_digits=20, decimal_places=4, null=True, blank=True)
    unit = models.CharField(_("单位"), max_length=30, blank=True)
    base = models.CharField(_("基数"), max_length=80, blank=True)
    reference = models.CharField(_("对照"), max_length=80, blank=True)
    per = models.CharField(_("每"), max_length=40, blank=True)
    modality = models.CharField(_("语气"), max_length=20, blank=True)
    baseline = models.DecimalField(
        _("基期值"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    starts_on = models.DateField(_("开始"), null=True, blank=True)
    due = models.DateField(_("期限"), null=True, blank=True)
    curve = models.CharField(_("进度曲线"), max_length=12, choices=Curve, default=Curve.LINEAR)
    points = models.JSONField(_("各月"), default=list, blank=True)
    part_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="parts", verbose_name=_("其中")
    )
    indicator = models.CharField(_("计算指标"), max_length=60, blank=True)
    reporter = models.CharField(_("谁上报"), max_length=10, choices=Reporter, default=Reporter.CITY)
    wanted_evidence = models.JSONField(_("要求的佐证"), default=list, blank=True)
    is_public = models.BooleanField(_("对外公布"), default=False)

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("目标")
        verbose_name_plural = _("目标")
        ordering = ["plan", "task__order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="target_code_once",
                violation_error_message=_("这个编号已经用过。"),
            ),
            models.CheckConstraint(
                condition=~models.Q(comparator="range")
                | (models.Q(value__isnull=False) & models.Q(high__gte=models.F("value"))),
                name="target_range_has_two_ends",
                violation_error_message=_("“介于”要填写下限和上限，上限不低于下限。"),
            ),
            models.CheckConstraint(
                condition=models.Q(due=None)
                | models.Q(starts_on=None)
                | models.Q(due__gte=models.F("starts_on")),
                name="target_ends_after_it_begins",
                violation_error_message=_("期限不能早于开始日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"

    def clean(self) -> None:
        """A number where one is needed; a curve whose points make one."""
        if self.kind in {self.Kind.NUMERIC, self.Kind.RATIO} and self.value is None:
            raise ValidationError({"value": _("数量和比例目标要填写目标值。")})
        try:
            check_points(self.curve, self.exact_points)
        except CurveError as error:
            raise ValidationError({"points": str(error)}) from error

    @property
    def exact_points(self) -> list[Fraction]:
        """The points as fractions: they are stored as text (`1/12`, `0.25`, `300`)."""
        return [Fraction(str(point)) for point in self.points]


class Deliverable(Sourced):
    """A paper the plan asks for, and how far it has come."""

    class Progress(models.TextChoices):
        PLANNED = "planned", _("未开始")
        DRAFT = "draft", _("起草")
        COMMENTS = "comments", _("征求意见")
        LEGAL_REVIEW = "legal_review", _("合法性审查")
        ISSUED = "issued", _("已印发")

    class Action(models.TextChoices):
        NEW = "new", _("制定")
        REVISE = "revise", _("修订")
        IMPLEMENT = "implement", _("贯彻")

    plan = models.ForeignKey(
        Plan, models.CASCADE, related_name="deliverables", verbose_name=_("要点")
    )
    task = models.ForeignKey(
        Task, models.CASCADE, related_name="deliverables", verbose_name=_("任务")
    )
    code = models.CharField(_("编号"), max_length=20)
    name = models.CharField(_("文件"), max_length=120)
    action = models.CharField(_("要求"), max_length=10, choices=Action, default=Action.NEW)
    is_named = models.BooleanField(_("有书名号"), default=True)
    due = models.DateField(_("期限"), null=True, blank=True)
    progress = models.CharField(
        _("进展"), max_length=12, choices=Progress, default=Progress.PLANNED
    )
    number = models.CharField(_("文号"), max_length=60, blank=True)
    issued_on = models.DateField(_("印发日期"), null=True, blank=True)

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("文件成果")
        verbose_name_plural = _("文件成果")
        ordering = ["plan", "task__order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="deliverable_code_once",
                violation_error_message=_("这个编号已经用过。"),
            ),
            models.CheckConstraint(
                condition=~models.Q(progress="issued") | models.Q(issued_on__isnull=False),
                name="deliverable_issued_has_a_day",
                violation_error_message=_("已印发的文件要填写印发日期。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
