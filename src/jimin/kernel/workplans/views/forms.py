"""The forms of the plan's pages."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jimin.foundation.records.contents import MOST_BYTES, too_big
from jimin.foundation.records.forms import dress
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.queries import counties
from jimin.kernel.areas.rules import reach

from ..models import Allocation, Deliverable, Evidence, Target
from ..queries import Holding, Pasted
from ..rules import tables
from ..rules.indicators import Kind
from ..services.adjustments import Stage
from ..services.reports import Item
from ..services.units import Listed

MONTHS = 12


class DayField(forms.DateField):
    """A day, chosen in the browser's own calendar."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class Dressed(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)


class EvidenceFields(Dressed):
    """One thing a report rests on; nothing where no kind is chosen."""

    kind = forms.ChoiceField(
        label=gettext_lazy("佐证种类"),
        choices=[("", gettext_lazy("不附")), *Evidence.Kind.choices],
        required=False,
    )
    title = forms.CharField(label=gettext_lazy("佐证名称"), max_length=120, required=False)
    file = forms.FileField(label=gettext_lazy("文件"), required=False)
    address = forms.CharField(label=gettext_lazy("链接"), max_length=300, required=False)
    number = forms.CharField(label=gettext_lazy("文号"), max_length=60, required=False)

    def clean_file(self) -> "UploadedFile[Any] | None":
        """Refused by its size before anybody reads it."""
        file: UploadedFile[Any] | None = self.cleaned_data["file"]
        if file and (file.size or 0) > MOST_BYTES:
            raise ValidationError(too_big())
        return file

    def item(self) -> Item | None:
        given = self.cleaned_data
        if not given["kind"]:
            return None
        file = given["file"]
        return Item(
            given["kind"],
            given["title"],
            given["address"],
            given["number"],
            file.name if file else "",
            file.read() if file else b"",
        )


class ReportForm(EvidenceFields):
    """Where a target stands on a day."""

    field_order = ("area", "on", "numerator", "denominator", "evidence")
    area = forms.ModelChoiceField(label=gettext_lazy("地区"), queryset=Area.objects.none())
    on = DayField(
        label=gettext_lazy("截至"),
        error_messages={"required": gettext_lazy("请填写截至日期。")},
    )
    numerator = forms.DecimalField(
        label=gettext_lazy("数"),
        max_digits=18,
        decimal_places=4,
        error_messages={"required": gettext_lazy("请填写上报的数。")},
    )
    denominator = forms.DecimalField(
        label=gettext_lazy("基数"),
        max_digits=18,
        decimal_places=4,
        required=False,
        help_text=gettext_lazy("比例目标填写分子和分母；只知道百分数时，“数”填百分数，这里留空。"),
    )
    evidence = forms.CharField(
        label=gettext_lazy("佐证说明"),
        max_length=300,
        help_text=gettext_lazy("数从哪里来，凭据放在哪里，例如：月报表第3栏，存社会救助科。"),
        error_messages={"required": gettext_lazy("请填写佐证说明：数从哪里来，凭据在哪里。")},
    )
    received_on = DayField(
        label=gettext_lazy("收到日期"),
        required=False,
        help_text=gettext_lazy("代录此前收到的纸质报告时填写；不填为今天。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("更正理由"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("报告期锁定后更正时必填。"),
    )

    def __init__(self, *args: Any, target: Target, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = Area.objects.filter(code__range=reach(target.plan.area_id))
        levels = inside.filter(level__in=["city", "county"], valid_to=None)
        reported = user.reach("report", "workplans.report")
        codes = [
            code
            for code in levels.values_list("code", flat=True)
            if any(first <= code <= last for first, last in reported)
        ]
        field = self.fields["area"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Area.objects.filter(code__in=codes)
        if not Kind(target.aggregation).is_quotient:
            del self.fields["denominator"]
            if target.unit:
                self.fields["numerator"].label = _("数（%(unit)s）") % {"unit": target.unit}
        if not user.may("verify", "workplans.report", target.plan.area_id):
            del self.fields["received_on"], self.fields["reason"]

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        given = self.cleaned_data
        item = self.item()
        names = ("area", "on", "numerator", "evidence")
        return {name: given[name] for name in names} | {
            "denominator": given.get("denominator"),
            "items": [item] if item else [],
            "received_on": given.get("received_on"),
            "reason": given.get("reason", ""),
        }


class AdjustForm(Dressed):
    """Other terms of a target, and why."""

    value = forms.DecimalField(
        label=gettext_lazy("目标值"), max_digits=20, decimal_places=4, required=False
    )
    high = forms.DecimalField(
        label=gettext_lazy("上限"), max_digits=20, decimal_places=4, required=False
    )
    due = DayField(label=gettext_lazy("期限"), required=False)
    effective_on = DayField(
        label=gettext_lazy("生效日期"),
        help_text=gettext_lazy("这一天以前的进度仍按原目标显示。"),
    )
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=400)
    number = forms.CharField(label=gettext_lazy("依据文号"), max_length=60, required=False)

    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("value", "high", "due")}


class DivideForm(Dressed):
    """A number for each county: its share, or the base its share is worked out from."""

    method = forms.ChoiceField(label=gettext_lazy("办法"), choices=Allocation.Method.choices)
    source = forms.CharField(label=gettext_lazy("依据"), max_length=200)
    formula = forms.CharField(
        label=gettext_lazy("公式"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("按公式计算时填写，例如：基数 × 0.6 + 200。可用 + − × ÷ 和括号。"),
    )
    step = forms.DecimalField(
        label=gettext_lazy("最小单位"), min_value=Decimal("0.0001"), initial=Decimal(1)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for area in counties():
            field = forms.DecimalField(
                label=area.name, max_digits=20, decimal_places=4, min_value=0, required=False
            )
            dress(field)
            self.fields[f"at-{area.code}"] = field

    def numbers(self) -> dict[str, Decimal]:
        return {
            name.removeprefix("at-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("at-") and value is not None
        }


class CurveForm(Dressed):
    """How a target grows through the year."""

    curve = forms.ChoiceField(label=gettext_lazy("进度曲线"), choices=Target.Curve.choices)
    points = forms.CharField(
        label=gettext_lazy("各月"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "“按月设定”填各月累计比例（如 5% 12% … 100%），“按上年各月”填上年各月数，用空格分开。"
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("理由"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("已有锁定的报告期时必填，由另一人批准后生效。"),
    )

    def clean_points(self) -> list[str]:
        found = []
        for word in self.cleaned_data["points"].replace("，", " ").replace(",", " ").split():
            try:
                number = Decimal(word.rstrip("%％"))
                if not number.is_finite():
                    raise InvalidOperation
            except InvalidOperation:
                raise ValidationError(
                    _("“%(word)s”不是数。请用空格分开各月的数。") % {"word": word}
                ) from None
            found.append(str(number / 100 if word.endswith(("%", "％")) else number))
        curve = self.cleaned_data.get("curve")
        if curve in (Target.Curve.MONTHLY, Target.Curve.SEASONAL) and len(found) != MONTHS:
            raise ValidationError(
                _("需要 12 个月的数，现有 %(count)s 个。") % {"count": len(found)}
            )
        return found if curve in (Target.Curve.MONTHLY, Target.Curve.SEASONAL) else []


class StagesForm(Dressed):
    """Stages, one a line: name, day, weight."""

    stages = forms.CharField(
        label=gettext_lazy("节点"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("一行一个：名称 应完成日期 权重，例如：主体封顶 2016-08-31 3。"),
    )

    def clean_stages(self) -> list[Stage]:
        found = []
        for number, line in enumerate(self.cleaned_data["stages"].splitlines(), 1):
            if not line.strip():
                continue
            try:
                name, day, *weight = line.split()
                due = forms.DateField().clean(day)
                weighs = Decimal(weight[0]) if weight else Decimal(1)
            except (ValueError, InvalidOperation, ValidationError):
                raise ValidationError(
                    _("第 %(number)s 行写法不对。请写成：名称 2016-08-31 3。") % {"number": number}
                ) from None
            found.append(Stage(name[:60], due, weighs))
        return found


class UnitsForm(Dressed):
    """The units a target is for, one a line, or taken from the divisions."""

    TAKEN = {
        "county": gettext_lazy("各县（市、区）"),
        "district": gettext_lazy("各市辖区"),
        "township": gettext_lazy("各乡镇（街道）"),
        "community": gettext_lazy("各村（社区）"),
    }
    units = forms.CharField(
        label=gettext_lazy("单位名单"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy(
            "一行一个：名称，所在县（市、区），应有的数，用逗号分开；后两项可以不写，"
            "例如：兴华街道，昌邑区，2。也可以从 Excel 里复制这几列粘贴进来。"
        ),
    )
    taken = forms.ChoiceField(
        label=gettext_lazy("从区划取"),
        choices=[("", gettext_lazy("不取，用上面的名单")), *TAKEN.items()],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            taken = given["taken"]
            given["units"] = _from_divisions(taken) if taken else self._from_lines(given["units"])
        return given

    def _from_lines(self, text: str) -> list[Listed]:
        places = {area.name: area for area in counties()}
        found: list[Listed] = []
        above: tuple[int, Area] | None = None
        is_table = "\t" in text
        for line in tables.lines_of(text if is_table else _IN_COLUMNS.sub("\t", text)):
            if tables.is_total(line) or (not found and _is_heading(line)):
                continue
            named = line.named()
            at = next((i for i in named if line.cells[i] in places), None)
            if at is not None:
                above = (at, places[line.cells[at]])
            elif above and (not is_table or line.cells[above[0] : above[0] + 1] != ("",)):
                above = None  # a merged cell fills the empty ones below it, in that column only
            names = [i for i in named if i != at]
            name = line.cells[(names or named or [0])[0]]
            place = above[1] if above else None
            numbers = [self._number(line, i) for i in line.counts()]
            for extra in names[1:]:
                self._refuse(line, extra)
            if len(numbers) > 1:
                self._refuse(line, line.counts()[1])
            found.append(Listed(name[:60], place, numbers[0] if numbers else None))
        return found

    def _number(self, line: tables.Line, column: int) -> Decimal | None:
        try:
            field = forms.DecimalField(min_value=0, max_digits=18, decimal_places=4)
            number: Decimal = field.clean(tables.number_in(line.cells[column]))
            return number
        except ValidationError:
            self._refuse(line, column)
            return None

    def _refuse(self, line: tables.Line, column: int) -> None:
        self.add_error(
            "units",
            _("第 %(line)s 行：“%(part)s”既不是县（市、区），也不是应有的数。")
            % {"line": line.number, "part": line.cells[column]},
        )


# A comma between names or before a number, not the one between thousands.
_IN_COLUMNS = re.compile(r"(?<!\d)[,，]|[,，](?!\d{3}(?!\d))")
_HEADING = re.compile(
    r"序号|(?:单位|机构|街道|社区|村)?名称|单位|街道|社区|所在.*|地区|县（?市?、?区.*|区县|应有.*|目标数?"
)


def _is_heading(line: tables.Line) -> bool:
    """单位　所在县（市、区）　应有: words for columns, and no number."""
    words = [cell for cell in line.cells if cell]
    return not line.numbers() and all(_HEADING.fullmatch(word) for word in words)


def _from_divisions(taken: str) -> list[Listed]:
    """Every division of a level; those below a county say in which one they lie."""
    homes = {area.code[:6]: area for area in counties()}
    if taken == "district":
        return [Listed(a.name, a) for a in homes.values() if a.kind == Area.Kind.DISTRICT]
    if taken == "county":
        return [Listed(area.name, area) for area in homes.values()]
    inside = Area.objects.filter(level=taken, valid_to=None).select_related("parent")
    return [
        Listed(f"{area.parent.name if area.parent else ''}{area.name}"[:60], homes[area.code[:6]])
        for area in inside
        if area.code[:6] in homes
    ]


class PasteForm(Dressed):
    """Rows copied from a spreadsheet, and the column that holds the numbers."""

    pasted = forms.CharField(
        label=gettext_lazy("粘贴的内容"),
        max_length=500_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy(
            "在 Excel 里选中单位名称和数（可以连表头、合计一起），复制后粘贴到这里。"
            "先看会改什么，再上报。"
        ),
        error_messages={"required": gettext_lazy("请先从表格里复制，再粘贴到这里。")},
    )
    column = forms.IntegerField(
        label=gettext_lazy("数在第几列"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=gettext_lazy("不填时自动认；表上有几列数时要填。"),
    )


class UnitReportForm(ReportForm):
    """Where every listed unit of an area stands on a day, in one table."""

    total = forms.DecimalField(
        label=gettext_lazy("表上的合计"),
        max_digits=18,
        decimal_places=4,
        required=False,
        help_text=gettext_lazy("抄录有合计的报表时填写，与各单位相加核对。"),
    )

    def __init__(
        self, *args: Any, rows: list[Holding], pasted: Pasted | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("numerator", "denominator", "area"):
            self.fields.pop(name, None)
        self.rows = rows
        self.pasted = pasted.numbers if pasted else {}
        if pasted and pasted.total is not None:
            self.initial["total"] = pasted.total
        for row in rows:
            field = forms.DecimalField(
                label=row.unit.name, max_digits=18, decimal_places=4, min_value=0, required=False
            )
            field.widget.attrs["aria-label"] = row.unit.name
            number = self.pasted.get(row.unit.pk, row.number)
            if number is not None:
                field.initial = f"{number.normalize():f}"
            dress(field)
            self.fields[f"unit-{row.unit.pk}"] = field
        self.order_fields(["on", "total", "evidence"])

    def lines(self) -> list[tuple[Holding, forms.BoundField, str]]:
        """Each unit, its field, and what a paste would change: new, changed, same or nothing."""
        return [(row, self[f"unit-{row.unit.pk}"], self._change(row)) for row in self.rows]

    def _change(self, row: Holding) -> str:
        if row.unit.pk not in self.pasted:
            return ""
        if row.number is None:
            return "new"
        return "same" if self.pasted[row.unit.pk] == row.number else "changed"

    def others(self) -> list[forms.BoundField]:
        return [field for field in self if not field.name.startswith("unit-")]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        item = self.item()
        numbers = {
            row.unit.pk: given[f"unit-{row.unit.pk}"]
            for row in self.rows
            if given[f"unit-{row.unit.pk}"] is not None
        }
        return {name: given[name] for name in ("on", "total", "evidence")} | {
            "numbers": numbers,
            "items": [item] if item else [],
            "received_on": given.get("received_on"),
            "reason": given.get("reason", ""),
        }


class ReachForm(Dressed):
    on = DayField(label=gettext_lazy("完成日期"))
    note = forms.CharField(label=gettext_lazy("凭据"), max_length=200)


class PaperForm(Dressed):
    """The next state of a paper."""

    progress = forms.ChoiceField(label=gettext_lazy("进展"), choices=Deliverable.Progress.choices)
    on = DayField(label=gettext_lazy("日期"))
    number = forms.CharField(
        label=gettext_lazy("文号"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("已印发时填写。"),
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("退回前一步时写明原因。"),
    )


class ReplyForm(Dressed):
    reply = forms.CharField(
        label=gettext_lazy("回复"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("写明原因、已做的工作和完成时间。"),
    )


class CloseForm(Dressed):
    outcome = forms.CharField(label=gettext_lazy("办结意见"), max_length=300)
