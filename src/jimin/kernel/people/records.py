"""The registers of persons and households."""

from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jimin.foundation.records.declare import (
    Action,
    ActionForm,
    Column,
    RecordType,
    Section,
    Tab,
    registry,
)
from jimin.foundation.records.filters import presence
from jimin.foundation.records.forms import AreaField, PickField
from jimin.foundation.records.values import hidden

from . import services
from .models import Household, Member, Person
from .queries import home_of, households_of, living_at, members_of

# What joining and leaving write into the history
MEMBERSHIP = {
    "member": gettext_lazy("成员"),
    "relation": gettext_lazy("与户主关系"),
    "joined_on": gettext_lazy("入户日期"),
    "left_on": gettext_lazy("离户日期"),
}


def place(obj: Any) -> str:
    """Township and community: a community's own name is not unique in a county."""
    area = obj.area
    return f"{area.parent.name} {area.name}" if area.parent else area.name


class MoveForm(ActionForm):
    """Where somebody lives from now on."""

    address = forms.CharField(
        label=gettext_lazy("新住址"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("不填则住址不变。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"),
        max_length=400,
        min_length=2,
        error_messages={"required": gettext_lazy("请填写迁移的事由。")},
    )


class MovePersonForm(MoveForm):
    area = AreaField(subject="people.person", verb="move", label=gettext_lazy("迁入的村（社区）"))
    field_order = ["area", "address", "reason"]


class MoveHouseholdForm(MoveForm):
    area = AreaField(
        subject="people.household", verb="move", label=gettext_lazy("迁入的村（社区）")
    )
    field_order = ["area", "address", "reason"]


class PersonRecord(RecordType):
    model = Person
    key = "citizen_id"
    fields = (
        "name",
        "citizen_id",
        "sex",
        "birth",
        "phone",
        "disability_grade",
        "area",
        "address",
        "died_on",
    )
    columns = (
        "name",
        "citizen_id",
        "sex",
        "birth",
        "phone",
        Column("area", gettext_lazy("所在村（社区）"), place),
        "died_on",
    )
    sections = (
        Section(gettext_lazy("身份"), ["name", "citizen_id", "sex", "birth", "died_on"]),
        Section(gettext_lazy("联系与住址"), ["phone", "area", "address"]),
        Section(gettext_lazy("健康"), ["disability_grade"]),
    )
    filters = {
        "area": ["within"],
        "sex": ["exact"],
        "birth": ["gte", "lte"],
        "died_on": presence(
            "died_on",
            gettext_lazy("状况"),
            absent=gettext_lazy("健在"),
            present=gettext_lazy("已故"),
        ),
    }
    search = ("name", "pinyin", "initials", "citizen_id", "phone", living_at, "area")
    search_hint = gettext_lazy("姓名、拼音首字母、身份号码或后 4、6 位、电话、家庭编号、村名")
    ordering = ("area_id", "name")
    sorts = ("name", "birth", "area")
    sorts_by = {"name": ["pinyin", "name"]}
    select_related = ("area__parent",)
    synonyms = {
        "name": ["姓名"],
        "citizen_id": ["身份证号", "身份证号码", "证件号码"],
        "phone": ["联系电话", "手机", "手机号码"],
        "area": ["所在村", "所在社区", "村", "社区", "区划代码", "所在区划"],
        "address": ["地址", "家庭住址"],
    }
    icon = "user"
    has_attachments = has_notes = True
    details = {"household": gettext_lazy("家庭编号"), **MEMBERSHIP}
    tabs = (
        Tab(
            "households",
            gettext_lazy("家庭"),
            "people/households.html",
            lambda person: {"memberships": households_of(person)},
            subject="people.household",
        ),
    )
    hints = {
        "citizen_id": gettext_lazy("填写后，性别和出生日期由号码得出。"),
        "disability_grade": gettext_lazy("1 至 4 级；没有残疾证填 0。"),
    }
    # The area part of the number was never given to a county: it is nobody's.
    examples = {"name": "赵示例", "citizen_id": "220290195001019010", "phone": "13800000000"}

    actions = (
        Action(
            "move",
            gettext_lazy("迁移"),
            services.move_person,
            form=MovePersonForm,
            shown=lambda person: person.died_on is None,
            icon="map-pin",
            is_bulk=True,
        ),
    )

    def prepare(self, obj: Person) -> None:
        services.must_be_lowest(obj.area)

    def pick_text(self, obj: Person) -> str:
        parts = [
            obj.name,
            obj.get_sex_display(),
            _("%(year)s 年生") % {"year": obj.birth.year} if obj.birth else "",
            hidden(obj.citizen_id),
            place(obj),
        ]
        return " ".join(str(part) for part in parts if part)

    def related_code(self, obj: Person) -> str:
        return hidden(obj.citizen_id) or obj.name


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": gettext_lazy("请填写日期。")},
    )


class AddMemberForm(ActionForm):
    person = PickField(
        registry["people.person"], address="people-person-pick", label=gettext_lazy("人员")
    )
    relation = forms.ChoiceField(
        label=gettext_lazy("与户主关系"),
        choices=[("", gettext_lazy("请选择")), *Member.Relation.choices],
        error_messages={"required": gettext_lazy("请选择与户主关系。")},
    )
    joined_on = day_field(gettext_lazy("入户日期"))


class RemoveMemberForm(ActionForm):
    member = forms.ModelChoiceField(
        Member._base_manager.none(),
        label=gettext_lazy("成员"),
        empty_label=gettext_lazy("请选择"),
        error_messages={
            "required": gettext_lazy("请选择离户的成员。"),
            "invalid_choice": gettext_lazy("此人不是这个家庭的成员。请重新选择。"),
        },
    )
    left_on = day_field(gettext_lazy("离户日期"))
    reason = forms.CharField(
        label=gettext_lazy("事由"),
        max_length=400,
        min_length=2,
        error_messages={"required": gettext_lazy("请填写离户的事由。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = members_of(self.record_object).filter(left_on=None)


class DissolveForm(ActionForm):
    dissolved_on = day_field(gettext_lazy("销户日期"))
    reason = forms.CharField(
        label=gettext_lazy("事由"),
        max_length=400,
        min_length=2,
        error_messages={"required": gettext_lazy("请填写销户的事由。")},
    )


def is_standing(household: Household) -> bool:
    return household.dissolved_on is None


class HouseholdRecord(RecordType):
    model = Household
    key = "number"
    fields = ("number", "area", "residence", "address", "head", "dissolved_on")
    columns = (
        "number",
        "head",
        "residence",
        Column("area", gettext_lazy("所在村（社区）"), place),
        "address",
        "dissolved_on",
    )
    sections = (
        Section(gettext_lazy("家庭"), ["number", "head", "residence", "dissolved_on"]),
        Section(gettext_lazy("住址"), ["area", "address"]),
    )
    filters = {
        "area": ["within"],
        "residence": ["exact"],
        "dissolved_on": presence(
            "dissolved_on",
            gettext_lazy("状态"),
            absent=gettext_lazy("在册"),
            present=gettext_lazy("已销户"),
        ),
    }
    search = (
        "number",
        "head__name",
        "head__pinyin",
        "head__initials",
        "head__citizen_id",
        home_of,
        "area",
    )
    search_hint = gettext_lazy(
        "家庭编号、户主姓名、拼音首字母、户主或成员的身份号码或后 4、6 位、村名"
    )
    ordering = ("area_id", "number")
    sorts = ("number", "area")
    select_related = ("area__parent",)
    icon = "house"
    has_attachments = has_notes = True
    synonyms = {"area": ["所在村", "所在社区", "村", "社区", "区划代码", "所在区划"]}
    details = MEMBERSHIP
    tabs = (
        Tab(
            "members",
            gettext_lazy("成员"),
            "people/members.html",
            lambda household: {"members": members_of(household)},
        ),
    )
    actions = (
        Action(
            "add_member",
            gettext_lazy("加入成员"),
            services.add_member,
            form=AddMemberForm,
            shown=is_standing,
            icon="user-plus",
        ),
        Action(
            "remove_member",
            gettext_lazy("成员离户"),
            services.remove_member,
            form=RemoveMemberForm,
            shown=is_standing,
            icon="user-minus",
            help=gettext_lazy("成员在本户的时间仍留在记录中。"),
        ),
        Action(
            "move",
            gettext_lazy("迁移"),
            services.move_household,
            form=MoveHouseholdForm,
            shown=is_standing,
            icon="map-pin",
            is_bulk=True,
            help=gettext_lazy("与家庭住在同一村（社区）的成员一起迁移。"),
        ),
        Action(
            "dissolve",
            gettext_lazy("销户"),
            services.dissolve_household,
            form=DissolveForm,
            shown=is_standing,
            icon="house-plug",
            is_danger=True,
            is_bulk=True,
            help=gettext_lazy("没有成员的家庭才能销户。"),
        ),
    )

    def prepare(self, obj: Household) -> None:
        services.must_be_lowest(obj.area)

    def heading(self, obj: Household) -> str:
        """Nobody knows a family by its number."""
        return f"{obj.head.name}（{obj.number}）" if obj.head else obj.number

    def pick_text(self, obj: Household) -> str:
        head: models.Model | None = obj.head
        return " ".join(str(part) for part in (obj.number, head, place(obj)) if part)
