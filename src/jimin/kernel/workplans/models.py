"""The ledger of a work plan: its text, its tasks, what they promise, and what was reached.

Rows read from a text start as proposals and stay out of the ledger until a person confirms them;
the default managers see the ledger only, `proposals` sees everything.
"""

from fractions import Fraction
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import ScopedManager
from jimin.kernel.areas.models import Area

from .rules.curves import CurveError, check_points


class Plan(models.Model):
    """One text of one year and the ledger made of it. A revised text is a new version."""

    class State(models.TextChoices):
        REVIEW = "review", _("审核中")
        IN_FORCE = "in_force", _("执行中")
        REPLACED = "replaced", _("已被替代")

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("适用区划"))
    year = models.PositiveSmallIntegerField(_("年度"))
    title = models.CharField(_("标题"), max_length=120)
    version = models.PositiveSmallIntegerField(_("版次"), default=1)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.REVIEW)
    text = models.TextField(_("原文"))
    sha256 = models.CharField(_("原文校验值"), max_length=64)
    file_name = models.CharField(_("文件名"), max_length=120, blank=True)
    file_sha256 = models.CharField(_("文件校验值"), max_length=64, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("工作要点")
        verbose_name_plural = _("工作要点")
        ordering = ["-year", "-version", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["area", "year", "version"],
                name="plan_version_once",
                violation_error_message=_("这一年度的这个版次已经有了。"),
            ),
            models.UniqueConstraint(
                fields=["area", "year"],
                condition=models.Q(state="in_force"),
                name="plan_one_in_force",
                violation_error_message=_("这一年度已有执行中的工作要点。"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Frame(models.Model):
    """A slogan that cuts across the tasks: one of the five action plans, one of the two keys."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="frames", verbose_name=_("要点"))
    set_name = models.CharField(_("提法"), max_length=40)
    name = models.CharField(_("名称"), max_length=60)
    order = models.PositiveSmallIntegerField(_("序号"))

    class Meta:
        verbose_name = _("工作框架")
        verbose_name_plural = _("工作框架")
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "set_name", "name"], name="frame_once")
        ]

    def __str__(self) -> str:
        return f"{self.set_name}：{self.name}"


class State(models.TextChoices):
    PROPOSED = "proposed", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    REJECTED = "rejected", _("不采纳")


class LedgerManager(models.Manager[Any]):
    """Only what a person has confirmed."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(state=State.CONFIRMED)


class Sourced(models.Model):
    """A row that rests on a place in the plan's text (code points, end not included).

    `rule` and `confidence` say how a machine came to it; both are empty when a person wrote it.
    """

    start = models.PositiveIntegerField(_("起"), null=True, blank=True)
    end = models.PositiveIntegerField(_("止"), null=True, blank=True)
    quote = models.TextField(_("原句"), blank=True)
    rule = models.CharField(_("识别规则"), max_length=60, blank=True)
    confidence = models.DecimalField(
        _("把握"), max_digits=4, decimal_places=3, null=True, blank=True
    )
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.PROPOSED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("确认人"),
    )
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    objects = LedgerManager()
    proposals = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "proposals"


class Task(Sourced):
    """A section, a group or a task. `code` (1, 2.1, 2.1.3) is its place and its order."""

    class Kind(models.TextChoices):
        SECTION = "section", _("部分")
        GROUP = "group", _("方面")
        TASK = "task", _("任务")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="tasks", verbose_name=_("要点"))
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("上级"),
    )
    kind = models.CharField(_("层次"), max_length=8, choices=Kind)
    order = models.PositiveSmallIntegerField(_("顺序"))
    code = models.CharField(_("编号"), max_length=20)
    title = models.CharField(_("任务"), max_length=120)
    lead_unit = models.CharField(_("牵头单位"), max_length=40, blank=True)
    units_are_suggested = models.BooleanField(_("单位为建议"), default=False)
    co_units = models.JSONField(_("配合单位"), default=list, blank=True)
    person = models.CharField(_("责任人"), max_length=40, blank=True)
    due = models.DateField(_("期限"), null=True, blank=True)
    weight = models.DecimalField(_("权重"), max_digits=5, decimal_places=2, default=1)
    frames = models.ManyToManyField(Frame, blank=True, related_name="tasks")

    class Meta(Sourced.Meta):
        abstract = False
        verbose_name = _("任务")
        verbose_name_plural = _("任务")
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "code"],
                name="task_code_once",
                violation_error_message=_("这个编号已经用过。"),
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gte=0),
                name="task_weight_not_negative",
                violation_error_message=_("权重不能为负数。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


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


class OfficialStatistic(models.Model):
    """A published figure that others are measured by, with where it was published."""

    class Name(models.TextChoices):
        URBAN_INCOME = "urban_income", _("城镇居民人均可支配收入")
        RURAL_INCOME = "rural_income", _("农村居民人均可支配收入")
        POVERTY_LINE = "poverty_line", _("农村扶贫标准")

    class Mark(models.TextChoices):
        CONFIRMED = "confirmed", _("已核对")
        EXAMPLE = "example", _("示例")

    name = models.CharField(_("名称"), max_length=20, choices=Name)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("地区"),
        help_text=_("不填表示全国。"),
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    value = models.DecimalField(_("数值"), max_digits=14, decimal_places=2)
    unit = models.CharField(_("单位"), max_length=20)
    source = models.CharField(_("出处"), max_length=200)
    mark = models.CharField(_("标记"), max_length=10, choices=Mark, default=Mark.EXAMPLE)

    class Meta:
        verbose_name = _("统计数")
        verbose_name_plural = _("统计数")
        ordering = ["name", "-year", "area"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "area", "year"],
                name="statistic_once",
                violation_error_message=_("这个地区这一年的数已经有了。"),
            ),
            models.UniqueConstraint(
                fields=["name", "year"],
                condition=models.Q(area=None),
                name="statistic_national_once",
                violation_error_message=_("这一年的全国数已经有了。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_name_display()}"


class Kept(models.Model):
    """A figure kept for a day. A correction replaces it by a new row; the old one stays."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("地区"))
    on = models.DateField(_("截至"))
    numerator = models.DecimalField(_("数"), max_digits=20, decimal_places=4)
    denominator = models.DecimalField(
        _("基数"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    replaced_at = models.DateTimeField(_("更正时间"), null=True, blank=True)

    class Meta:
        abstract = True


class Snapshot(Kept):
    """What an indicator was for an area on a day."""

    indicator = models.CharField(_("指标"), max_length=60)
    value = models.DecimalField(_("值"), max_digits=24, decimal_places=8, null=True, blank=True)
    computed_at = models.DateTimeField(_("计算时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("指标快照")
        verbose_name_plural = _("指标快照")
        ordering = ["indicator", "area", "on"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "area", "on"],
                condition=models.Q(replaced_at=None),
                name="snapshot_one_current",
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.area_id} {self.on}"


class Standing(models.Model):
    """The light a target showed on a day, kept as it was shown then."""

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="standings", verbose_name=_("目标")
    )
    on = models.DateField(_("截至"))
    light = models.CharField(_("灯"), max_length=6)
    sentence = models.CharField(_("算式"), max_length=400)
    kept_at = models.DateTimeField(_("记录时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("亮灯记录")
        verbose_name_plural = _("亮灯记录")
        ordering = ["target", "on", "id"]

    def __str__(self) -> str:
        return f"{self.target_id} {self.on} {self.light}"


class Report(Kept):
    """A figure reported by hand, with what it rests on. Marked as reported, never as computed.

    Without a denominator the number is in the target's own unit (72 for 72%).
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="reports", verbose_name=_("目标")
    )
    evidence = models.CharField(_("佐证说明"), max_length=300)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("上报人")
    )
    reported_at = models.DateTimeField(_("上报时间"), auto_now_add=True)

    objects = ScopedManager(subject="workplans.report")

    class Meta:
        verbose_name = _("进度上报")
        verbose_name_plural = _("进度上报")
        ordering = ["target", "area", "on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "area", "on"],
                condition=models.Q(replaced_at=None),
                name="report_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(denominator=None) | models.Q(denominator__gt=0),
                name="report_base_positive",
                violation_error_message=_("基数应大于零。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.area_id} {self.on}"
