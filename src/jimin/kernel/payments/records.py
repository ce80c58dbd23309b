"""The registers of accounts and of monthly rolls."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from jimin.foundation.records.declare import (
    Action,
    Column,
    ReasonForm,
    RecordType,
    Section,
    Tab,
)

from . import jobs, services
from .models import PayeeAccount, Roll

SHOWN = 200


def month(roll: Roll) -> str:
    return f"{roll.month:%Y-%m}"


def lines(roll: Roll) -> dict[str, Any]:
    """The first lines of a roll; the whole of it is in the workbook."""
    found = roll.lines.select_related("area").order_by("-held", "order")
    return {
        "roll": roll,
        "page": Paginator(found, SHOWN).get_page(1),
        "shown": SHOWN,
        "is_being_made": jobs.is_being_made(roll),
    }


class RollRecord(RecordType):
    """Made, returned and released by services; the way to a new one is the page 编制名册."""

    model = Roll
    is_editable = False
    fields = (
        "benefit",
        "area",
        "month",
        "state",
        "households",
        "persons",
        "amount",
        "held",
        "held_amount",
        "digest",
        "prepared_by",
        "prepared_at",
        "released_by",
        "released_at",
        "exported_at",
    )
    columns = (
        Column("month", _("月份"), month),
        "area",
        "benefit",
        "state",
        "households",
        "persons",
        "amount",
        "held",
    )
    sections = (
        Section(_("名册"), ["benefit", "area", "month", "state"]),
        Section(_("合计"), ["households", "persons", "amount", "held", "held_amount", "digest"]),
        Section(
            _("经办"),
            ["prepared_by", "prepared_at", "released_by", "released_at", "exported_at"],
        ),
    )
    filters = {
        "area": ["within"],
        "state": ["exact"],
        "benefit": ["exact"],
        "month": ["gte", "lte"],
    }
    search = ("area",)
    search_hint = _("县（市、区）名称")
    ordering = ("month", "area_id")
    is_short = True
    icon = "banknote"
    actions = (
        Action(
            "release",
            _("批准发放"),
            services.release_roll,
            shown=lambda roll: roll.state == Roll.State.PREPARED,
            icon="circle-check",
            help=_("批准后名册不再变动，可以导出给银行。编制人不能批准。"),
        ),
        Action(
            "return",
            _("退回重编"),
            services.return_roll,
            form=ReasonForm,
            shown=lambda roll: roll.state == Roll.State.PREPARED,
            icon="undo-2",
            is_danger=True,
        ),
        Action(
            "prepare",
            _("重新编制"),
            jobs.begin_again,
            shown=lambda roll: roll.state in (Roll.State.DRAFT, Roll.State.PREPARED),
            icon="refresh-cw",
            help=_("按现在的待遇和账户重新列出，原来的明细作废。户数多时在后台编制。"),
            may_take_long=True,
        ),
    )
    tabs = (Tab("lines", _("明细"), "payments/lines.html", lines),)


class PayeeAccountRecord(RecordType):
    model = PayeeAccount
    is_editable = False
    fields = ("household", "holder", "bank", "account", "replaced_at")
    search = ("household__number", "holder__name", "holder__initials", "account")
    search_hint = _("家庭编号、领款人姓名、首字母或完整账号")
    area = "household__area_id"
    ordering = ("household_id",)
    icon = "credit-card"
