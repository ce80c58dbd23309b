"""The register of awards, and a household's awards on its page."""

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from jimin.foundation.records.declare import Column, RecordType, Section, Tab, extend
from jimin.foundation.records.filters import presence

from .models import Award
from .queries import paid_in
from .rules import month_of


def due_in(rows: models.QuerySet[Award], name: str, month: dt.date) -> models.QuerySet[Award]:
    """The awards due in a month, ended since or not."""
    return rows.filter(paid_in(month_of(month)))


def family(award: Award) -> str:
    head = award.household.head
    return f"{head.name}（{award.household.number}）" if head else award.household.number


def place(award: Award) -> str:
    parent = award.area.parent
    return f"{parent.name} {award.area.name}" if parent else award.area.name


def covered(award: Award) -> str:
    return "、".join(one["name"] for one in award.members)


def month(name: str, label: Any) -> Column:
    def value(award: Award) -> str:
        day = getattr(award, name)
        return f"{day:%Y-%m}" if day else ""

    return Column(name, label, value)


class AwardRecord(RecordType):
    """Filled by decisions and monthly runs only: nobody writes an award by hand."""

    model = Award
    is_editable = False
    fields = (
        "benefit",
        "household",
        "area",
        "residence",
        "amount",
        "size",
        "members",
        "from_month",
        "to_month",
        "basis",
        "reason",
        "end_reason",
        "granted_by",
    )
    columns = (
        Column("household", _("家庭"), family),
        Column("area", _("所在村（社区）"), place),
        "benefit",
        "residence",
        Column("members", _("保障对象"), covered),
        "size",
        "amount",
        month("from_month", _("起发月份")),
        month("to_month", _("止发月份")),
    )
    sections = (
        Section(_("家庭"), ["household", "area", "residence", "size", "members"]),
        Section(_("待遇"), ["benefit", "amount", "from_month", "to_month"]),
        Section(_("依据"), ["basis", "reason", "end_reason", "granted_by"]),
    )
    filters = {
        "area": ["within"],
        "benefit": ["exact"],
        "residence": ["exact"],
        "month": django_filters.DateFilter(
            label=_("享受月份"),
            method=due_in,
            input_formats=["%Y-%m", "%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"),
        ),
        "from_month": ["gte", "lte"],
        "to_month": presence("to_month", _("状态"), absent=_("在享"), present=_("已止发")),
    }
    search = ("household__number", "area")
    search_hint = _("家庭编号或村名")
    ordering = ("area_id", "household_id", "from_month")
    sorts = ("area",)
    select_related = ("area__parent", "household__head")
    icon = "hand-coins"


extend(
    "people.household",
    tabs=[
        Tab(
            "awards",
            _("待遇"),
            "awards/of_household.html",
            lambda household: {
                "awards": Award.objects.filter(household=household).order_by("-from_month", "-id")
            },
            subject="awards.award",
        )
    ],
)
