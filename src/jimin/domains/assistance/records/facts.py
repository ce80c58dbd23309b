"""The form of a family's facts. An empty answer is *unknown*, except where its help says so."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import System, acting_as
from jimin.kernel.cases.services import StepForm
from jimin.kernel.people.models import Member

from .. import queries
from ..rules import FLAGS, MONEY

MONEY_LABELS = {
    "wage": _("工资性收入"),
    "business": _("经营净收入"),
    "property": _("财产净收入"),
    "transfer": _("转移净收入"),
}
FLAG_LABELS = {
    "is_student": _("在校学生"),
    "is_seriously_ill": _("重病"),
    "is_single_parent": _("单亲"),
}
SIGNED = ("business", "property", "transfer")  # a net income may be a loss
HIGHEST_INCOME = 10_000_000
YES = frozenset(("true", "1", "yes", "on", "是"))
NO = frozenset(("false", "0", "no", "否"))
UNKNOWN = frozenset(("", "unknown", "none"))


class MoneyField(forms.DecimalField):
    """Yuan and fen; full-width digits, spaces and thousands separators are read as meant."""

    default_error_messages = {
        "invalid": _("应为金额，例如 1200 或 1200.50。"),
        "max_decimal_places": _("金额最多两位小数。"),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_digits=14,
            decimal_places=2,
            required=False,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **options,
        )
        self.error_messages["max_value"] = _("超出允许的最大值，请核对。")
        self.error_messages["min_value"] = _("不能小于允许的最小值，请核对。")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, float):
            raise ValidationError(_("应为金额，例如 1200 或 1200.50。"))
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).replace(",", "").replace(" ", "").strip()
        return super().to_python(value)


class CountField(forms.IntegerField):
    """A whole number, or unknown."""

    default_error_messages = {"invalid": _("应为整数，例如 0 或 1。")}

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            min_value=0,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            **options,
        )
        self.error_messages["min_value"] = _("不能是负数。")
        self.error_messages["max_value"] = _("超出允许的最大值，请核对。")

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        return super().to_python(value)


class YesNoUnknown(forms.Field):
    """是, 否 or not known; a word it does not know is refused, never taken for one of them."""

    widget = forms.Select(choices=[("", _("不清楚")), ("true", _("是")), ("false", _("否"))])
    default_error_messages = {"invalid": _("应为是、否或不清楚。")}

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        return {True: "true", False: "false", None: ""}.get(value, value)

    def to_python(self, value: Any) -> bool | None:
        text = "" if value is None else str(value).strip().lower()
        if text in YES:
            return True
        if text in NO:
            return False
        if text in UNKNOWN:
            return None
        raise ValidationError(self.error_messages["invalid"])


class MonthField(forms.Field):
    """`2016-03`, kept as the first day of the month."""

    widget = forms.TextInput(attrs={"placeholder": "2016-03", "inputmode": "numeric"})
    default_error_messages = {"invalid": _("应为年月，例如 2016-03。")}

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, dt.date) else value

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, dt.date):
            return value.replace(day=1)
        text = unicodedata.normalize("NFKC", str(value or "")).strip()
        if not text:
            return None
        try:
            return dt.date.fromisoformat(f"{text}-01")
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"]) from error


class FactsForm(StepForm):
    """The household's facts, and each member's under `m<person>-<fact>`.

    `cleaned_data["members"]` maps a person's id to the facts of that member.
    """

    financial_assets = MoneyField(
        label=_("金融资产（元）"),
        min_value=0,
        max_value=1_000_000_000,
        help_text=_("全家存款、有价证券等合计；不清楚请留空。"),
    )
    vehicles = CountField(label=_("机动车（辆）"), max_value=1000)
    dwellings = CountField(label=_("房产（套）"), max_value=1000)
    last_amount = MoneyField(
        label=_("上月低保金（元）"),
        min_value=0,
        max_value=1_000_000,
        help_text=_("没有领取的留空。"),
    )
    over_since = MonthField(
        label=_("收入超标起始月"), required=False, help_text=_("没有超标的留空。")
    )

    template = "assistance/facts.html"
    examples = {
        "financial_assets": "12000.00",
        "last_amount": "",
        "over_since": "",
        "m1-disability_grade": 0,
        "m1-is_student": "false",
        "m1-is_seriously_ill": "false",
        "m1-is_single_parent": "",
        "m1-wage": "1200.50",
        "m1-business": "-300",
        "m1-property": "0",
        "m1-transfer": "0",
    }
    household_facts = ("financial_assets", "vehicles", "dwellings", "last_amount", "over_since")

    def build(self) -> None:
        with acting_as(System("members of the household the form is about")):
            self.lives = queries.members_of(self.case.household) if self.case.household else []
        for member in self.lives:
            self._build_member(member)
        self._fill_in()

    def _build_member(self, member: Member) -> None:
        key = f"m{member.person_id}"
        self.fields[f"{key}-disability_grade"] = CountField(
            label=_("残疾等级"), max_value=4, help_text=_("1 至 4，没有的留空")
        )
        self.fields[f"{key}-disability_grade"].error_messages["max_value"] = _(
            "残疾等级应为 0 至 4。"
        )
        for name, label in FLAG_LABELS.items():
            self.fields[f"{key}-{name}"] = YesNoUnknown(label=label)
        for name, label in MONEY_LABELS.items():
            self.fields[f"{key}-{name}"] = MoneyField(
                label=label,
                min_value=-HIGHEST_INCOME if name in SIGNED else 0,
                max_value=HIGHEST_INCOME,
            )

    def _fill_in(self) -> None:
        """Start from what was declared before, or from what the registers know."""
        household = self.case.household
        if household is None:
            return
        declared = queries.current_declaration(household)
        facts: dict[int, Any] = {}
        if declared is not None:
            for name in self.household_facts:
                self.initial[name] = getattr(declared, name)
            facts = {row.person_id: row for row in declared.members.all()}
        for member in self.lives:
            key, row = f"m{member.person_id}", facts.get(member.person_id)
            grade = member.person.disability_grade
            self.initial[f"{key}-disability_grade"] = row.disability_grade if row else grade
            if row is not None:
                for name in (*FLAGS, *MONEY):
                    self.initial[f"{key}-{name}"] = getattr(row, name)

    @property
    def household_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.household_facts]

    @property
    def members(self) -> list[tuple[Member, list[forms.BoundField]]]:
        """Each member with the fields about that member, for the page."""
        return [
            (
                member,
                [self[name] for name in self.fields if name.startswith(f"m{member.person_id}-")],
            )
            for member in self.lives
        ]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """What is asked besides the facts."""
        return [self[name] for name in self.base_fields if name not in self.household_facts]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["members"] = {
            member.person_id: self._member(member, cleaned) for member in self.lives
        }
        return cleaned

    def _member(self, member: Member, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        key = f"m{member.person_id}"
        return {
            "relation": member.relation,
            "birth": member.person.birth,
            "disability_grade": cleaned.get(f"{key}-disability_grade") or 0,
            **{name: cleaned.get(f"{key}-{name}") for name in (*FLAGS, *MONEY)},
        }

    def named(self, name: str) -> str:
        """The label of a field with the member it is about, for the summary of errors."""
        for member in self.lives:
            if name.startswith(f"m{member.person_id}-"):
                return f"{member.person.name}：{self.fields[name].label}"
        return str(self.fields[name].label)
