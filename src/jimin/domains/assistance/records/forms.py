"""What is entered at each step of the dibao procedure."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as
from jimin.kernel.cases.services import StepForm
from jimin.kernel.people.models import Person

from .. import queries
from .facts import FactsForm

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LINES = forms.Textarea(attrs={"rows": 3})


class ApplicationForm(FactsForm):
    """A family's application. Without authorisation nothing may be checked, so none is taken."""

    agent = forms.CharField(
        label=_("代办人"),
        max_length=40,
        required=False,
        help_text=_("户主本人申请的留空；村（社区）代交的填写代办人姓名。"),
    )
    authorised = forms.BooleanField(
        label=_("全体成年家庭成员已签署经济状况核对授权书和诚信承诺书"),
        error_messages={"required": _("没有核对授权不能受理，请先取得全体成年家庭成员的授权。")},
    )
    authorised_on = forms.DateField(
        label=_("授权日期"), widget=DATE, error_messages={"required": _("请填写授权日期。")}
    )
    near_relative = forms.BooleanField(
        label=_("家庭成员是经办人员或村（居）委会成员的近亲属"), required=False
    )
    relative_note = forms.CharField(
        label=_("近亲属情况"),
        max_length=120,
        required=False,
        help_text=_("哪位成员、与谁是什么关系。"),
    )
    relatives = forms.ModelMultipleChoiceField(
        label=_("应回避的经办人员"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    holder = forms.ModelChoiceField(
        label=_("领款人"),
        queryset=Person._base_manager.none(),
        required=False,
        empty_label=_("请选择"),
    )
    bank = forms.CharField(label=_("开户银行"), max_length=60, required=False)
    account = forms.RegexField(
        r"^\d{12,19}$",
        label=_("银行账号"),
        required=False,
        error_messages={"invalid": _("银行账号应为 12 至 19 位数字。")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    examples = {**FactsForm.examples, "agent": "", "account": "622848000001"}

    def build(self) -> None:
        super().build()
        self.initial.setdefault("authorised_on", self.on)
        people = [member.person_id for member in self.lives]
        holder = self.fields["holder"]
        assert isinstance(holder, forms.ModelChoiceField)
        holder.queryset = Person._base_manager.filter(pk__in=people)
        if self.case.household and self.case.household.head_id:
            self.initial.setdefault("holder", self.case.household.head_id)
        relatives = self.fields["relatives"]
        assert isinstance(relatives, forms.ModelMultipleChoiceField)
        relatives.queryset = queries.staff_of(self.case.area_id, "view")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("near_relative") and not cleaned.get("relative_note"):
            self.add_error("relative_note", _("请写明近亲属情况，以便备案。"))
        if cleaned.get("relatives") and not cleaned.get("near_relative"):
            self.add_error("near_relative", _("选择了应回避的人员，请同时勾选近亲属备案。"))
        authorised_on = cleaned.get("authorised_on")
        if authorised_on and authorised_on > self.on:
            self.add_error("authorised_on", _("授权日期不能晚于办理日期。"))
        if any(cleaned.get(name) for name in ("bank", "account")):
            for name in ("holder", "bank", "account"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("登记收款账户请填全领款人、开户银行和银行账号。"))
        return cleaned


class ReasonForm(StepForm):
    """A step that must say why."""

    note = forms.CharField(
        label=_("理由"),
        max_length=400,
        widget=LINES,
        error_messages={"required": _("请填写理由。")},
    )


class CorrectionForm(StepForm):
    """Everything that is missing, told at once (220 号办法第十三条)."""

    note = forms.CharField(
        label=_("需要补正的全部内容"),
        max_length=400,
        widget=LINES,
        error_messages={"required": _("请一次写明需要补正的全部内容。")},
    )


class RevisionForm(FactsForm):
    note = forms.CharField(
        label=_("补充或更正的依据"),
        max_length=400,
        widget=LINES,
        error_messages={"required": _("请写明依据，例如查看了哪份证明。")},
    )


class VisitForm(StepForm):
    visited_on = forms.DateField(
        label=_("入户日期"), widget=DATE, error_messages={"required": _("请填写入户日期。")}
    )
    investigators = forms.ModelMultipleChoiceField(
        label=_("调查人员（本单位）"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    others = forms.CharField(
        label=_("其他调查人员"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("每行一个姓名。调查人员合计不少于两人。"),
    )
    findings = forms.CharField(
        label=_("调查情况"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请填写调查情况。")},
    )
    facts_agree = forms.BooleanField(label=_("实际情况与家庭声明一致"), required=False)

    def build(self) -> None:
        self.initial["visited_on"] = self.on
        staff = self.fields["investigators"]
        assert isinstance(staff, forms.ModelMultipleChoiceField)
        staff.queryset = queries.staff_of(self.case.area_id, "investigate")
        if isinstance(self.actor, User):
            self.initial["investigators"] = [self.actor.pk]


class OpinionForm(StepForm):
    AGREE, DISAGREE = "agree", "disagree"

    opinion = forms.ChoiceField(
        label=_("乡镇（街道）意见"),
        choices=[(AGREE, _("同意核定结果")), (DISAGREE, _("不同意核定结果"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择同意或不同意。")},
    )
    note = forms.CharField(label=_("意见说明"), max_length=400, required=False, widget=LINES)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("opinion") == self.DISAGREE and not cleaned.get("note"):
            raise ValidationError({"note": _("不同意核定结果的，请说明理由。")})
        return cleaned


class ApprovalForm(ReasonForm):
    county_visit = forms.BooleanField(
        label=_("县级已入户核查"),
        required=False,
        help_text=_("近亲属备案、有疑问或有举报的家庭必须核查。"),
    )


class NoticeForm(StepForm):
    from_day = forms.DateField(
        label=_("公示起始日"), widget=DATE, error_messages={"required": _("请填写公示起始日。")}
    )
    place = forms.CharField(
        label=_("公示地点"),
        max_length=80,
        error_messages={"required": _("请填写公示地点。")},
    )

    def build(self) -> None:
        self.initial["from_day"] = self.on
        with acting_as(System("the name of the area the case lies in")):
            self.initial["place"] = str(_("%(area)s公示栏") % {"area": self.case.area.name})
