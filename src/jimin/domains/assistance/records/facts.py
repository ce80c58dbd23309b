"""The form of a family's facts. An empty answer is *unknown*, except where its help says so."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jimin.engine.rules import Fact, Flag, Money, Whole
from jimin.foundation.access.scope import System, acting_as
from jimin.kernel.cases.services import StepForm
from jimin.kernel.people.models import Member

from .. import queries

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


def field_of(name: str, fact: Fact) -> forms.Field:
    """What asks for a fact of a member, within the range the rules state."""
    column = queries.member_column(name)
    words = {"label": column.verbose_name, "help_text": column.help_text}
    match fact:
        case Money():
            return MoneyField(min_value=fact.lowest, max_value=fact.highest, **words)
        case Whole():
            field = CountField(max_value=fact.highest, **words)
            said = {"label": column.verbose_name, "highest": fact.highest}
            field.error_messages["max_value"] = _("%(label)s应为 0 至 %(highest)s。") % said
            return field
        case Flag():
            return YesNoUnknown(**words)
    raise TypeError(f"no field of the form asks for {name}")


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
        "m1-refused_jobs": "",
    }
    household_facts = ("financial_assets", "vehicles", "dwellings", "last_amount", "over_since")

    def build(self) -> None:
        # The register knows when somebody was born.
        facts = queries.member_facts()
        self.asked = {name: facts[name] for name in facts if name != "birth"}
        with acting_as(System("members of the household the form is about")):
            self.lives = queries.members_of(self.case.household) if self.case.household else []
        for member in self.lives:
            self._build_member(member)
        self._fill_in()

    def _build_member(self, member: Member) -> None:
        for name, fact in self.asked.items():
            self.fields[f"m{member.person_id}-{name}"] = field_of(name, fact)

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
            self.initial[f"{key}-disability_grade"] = member.person.disability_grade
            if row is not None:
                for name in self.asked:
                    self.initial[f"{key}-{name}"] = getattr(row, name)

    @property
    def household_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.household_facts]

    @property
    def members(self) -> list[tuple[Member, list[forms.BoundField]]]:
        """Each member with the fields about that member, for the page."""
        return self._of_members(is_rare=False)

    @property
    def rare_members(self) -> list[tuple[Member, list[forms.BoundField]]]:
        """Each member with the fields that hardly anybody fills in."""
        return self._of_members(is_rare=True)

    @property
    def rare_labels(self) -> list[str]:
        return [
            str(queries.member_column(name).verbose_name)
            for name, fact in self.asked.items()
            if fact.rare
        ]

    @property
    def has_rare(self) -> bool:
        """Whether something rare is filled in, so that it must not stay hidden."""
        fields = (field for _member, fields in self.rare_members for field in fields)
        return any(field.value() not in (None, "") for field in fields)

    def _of_members(self, *, is_rare: bool) -> list[tuple[Member, list[forms.BoundField]]]:
        names = [name for name, fact in self.asked.items() if fact.rare is is_rare]
        return [
            (member, [self[f"m{member.person_id}-{name}"] for name in names])
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
            **{name: _kept(name, cleaned.get(f"{key}-{name}")) for name in self.asked},
        }

    def named(self, name: str) -> str:
        """The label of a field with the member it is about, for the summary of errors."""
        for member in self.lives:
            if name.startswith(f"m{member.person_id}-"):
                return f"{member.person.name}：{self.fields[name].label}"
        return str(self.fields[name].label)


def _kept(name: str, value: Any) -> Any:
    """An answer as it is kept: no answer is what the column says nothing is, mostly unknown."""
    return queries.member_column(name).get_default() if value is None else value
