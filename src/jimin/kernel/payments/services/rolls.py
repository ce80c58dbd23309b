"""The monthly roll, from preparation to the bank."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.rules import sm3
from jimin.kernel.areas.models import Area
from jimin.kernel.areas.rules import reach
from jimin.kernel.awards.models import Award, Benefit
from jimin.kernel.awards.queries import paid_in
from jimin.kernel.awards.rules import month_of, next_month

from ..models import PayeeAccount, Roll, RollLine
from ..rules import hold
from .bank import bank_workbook

SUBJECT = "payments.roll"
BATCH = 500


@transaction.atomic
def prepare_roll(
    *,
    actor: User | System,
    area: Area,
    month: dt.date,
    benefit: str = Benefit.DIBAO,
    again: bool = False,
) -> Roll:
    """Make the roll of a county for a month: every award due, each exactly once.

    A roll there is stays as it is, so a second click or a second clerk doubles nothing. `again`
    makes one anew that has not been released: awards may have changed since.
    """
    require_preparable(actor=actor, area=area, month=month)
    # One preparer of a county at a time; the second then finds the first one's roll.
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    month = month_of(month)
    roll = Roll._base_manager.filter(benefit=benefit, area=area, month=month).first()
    if roll is None:
        roll = Roll(benefit=benefit, area=area, month=month)
    elif roll.state in (Roll.State.RELEASED, Roll.State.EXPORTED):
        if again:
            raise _released()
        return roll
    elif roll.state == Roll.State.PREPARED and not again:
        return roll
    lines = _lines(benefit, area, month)
    _total(roll, lines)
    roll.state = Roll.State.PREPARED
    roll.prepared_by = actor if isinstance(actor, User) else None
    roll.prepared_at = timezone.now()
    if roll.prepared_by and roll.prepared_by.pk not in roll.preparers:
        roll.preparers = [*roll.preparers, roll.prepared_by.pk]
    roll.save()
    RollLine._base_manager.filter(roll=roll).delete()
    for line in lines:
        line.roll = roll
    RollLine.objects.bulk_create(lines, batch_size=BATCH)
    _log(actor, roll, "prepare")
    return roll


def require_preparable(*, actor: User | System, area: Area, month: dt.date) -> None:
    """Refuse whoever may not prepare the roll of this county, and what is no roll."""
    require(actor=actor, verb="prepare", subject=SUBJECT, area=area.pk)
    if area.level != Area.Level.COUNTY:
        raise ValidationError(_("发放名册按县（市、区）编制，请选择一个县（市、区）。"))
    if month_of(month) > next_month(timezone.localdate()):
        raise ValidationError(_("发放名册最多提前一个月编制，请核对发放月份。"))


def require_remakable(*, actor: User | System, roll: Roll) -> None:
    """Refuse whoever may not prepare this roll, and one that is released by now."""
    require_preparable(actor=actor, area=roll.area, month=roll.month)
    if roll.state in (Roll.State.RELEASED, Roll.State.EXPORTED):
        raise _released()


def _released() -> ValidationError:
    return ValidationError(_("名册已批准发放，不能重新编制。"))


def awards_due(area: Area, month: dt.date, benefit: str) -> QuerySet[Award]:
    """What is paid in a county in a month, whoever asks."""
    first, last = reach(area.pk)
    return Award._base_manager.filter(
        paid_in(month), benefit=benefit, area_id__gte=first, area_id__lte=last
    )


def prepare_again(*, actor: User | System, roll: Roll) -> Roll:
    """Make a roll anew that has not been released."""
    return prepare_roll(
        actor=actor, area=roll.area, month=roll.month, benefit=roll.benefit, again=True
    )


@transaction.atomic
def return_roll(*, actor: User | System, roll: Roll, reason: str) -> Roll:
    """Send a prepared roll back to be made anew."""
    roll = _locked(actor, roll, "return")
    _require_state(roll, Roll.State.PREPARED, _("只有待发放审批的名册可以退回。"))
    if not reason.strip():
        raise ValidationError(_("请填写退回的原因。"))
    roll.state = Roll.State.DRAFT
    roll.save(update_fields=["state"])
    _log(actor, roll, "return", reason)
    return roll


@transaction.atomic
def release_roll(*, actor: User | System, roll: Roll) -> Roll:
    """Approve payment. Whoever had a hand in preparing the roll cannot."""
    roll = _locked(actor, roll, "release")
    _require_state(roll, Roll.State.PREPARED, _("名册不在待发放审批状态，不能批准。"))
    if isinstance(actor, User) and actor.pk in roll.preparers:
        raise PermissionDenied(_("编制名册的人不能批准发放，请由另一人办理。"))
    if not roll.households:
        raise ValidationError(_("名册没有可发放的家庭，不能批准。"))
    if digest_of(RollLine._base_manager.filter(roll=roll).order_by("order")) != roll.digest:
        raise ValidationError(_("名册明细与编制时不一致，不能批准。请退回重新编制。"))
    roll.state = Roll.State.RELEASED
    roll.released_by = actor if isinstance(actor, User) else None
    roll.released_at = timezone.now()
    roll.save(update_fields=["state", "released_by", "released_at"])
    _log(actor, roll, "release")
    return roll


@transaction.atomic
def export_roll(*, actor: User | System, roll: Roll) -> tuple[str, bytes]:
    """The workbook for the bank, with its file name. Every export is logged, the first marks it."""
    roll = _locked(actor, roll, "export")
    if roll.state not in (Roll.State.RELEASED, Roll.State.EXPORTED):
        raise ValidationError(_("名册尚未批准发放，不能导出给银行。"))
    lines = list(RollLine._base_manager.filter(roll=roll).order_by("order"))
    if digest_of(lines) != roll.digest:
        raise ValidationError(_("名册明细与批准时不一致，不能导出。请联系管理员核查。"))
    content = bank_workbook(roll, [line for line in lines if not line.held])
    if roll.state == Roll.State.RELEASED:
        roll.state = Roll.State.EXPORTED
        roll.exported_at = timezone.now()
        roll.save(update_fields=["state", "exported_at"])
    audit.log(
        actor=actor,
        obj=roll,
        verb="export",
        values={"households": roll.households, "amount": roll.amount, "file": sm3(content)},
    )
    name = f"{roll.area.name}{roll.get_benefit_display()}{roll.month:%Y-%m}.xlsx"
    return name, content


def digest_of(lines: Iterable[RollLine]) -> str:
    """SM3 over what is paid to whom: any change to a line after preparation shows."""
    content = [
        [
            line.order,
            line.household_number,
            line.payee,
            line.citizen_id,
            line.bank,
            line.account,
            f"{line.amount:.2f}",
            line.held,
        ]
        for line in lines
    ]
    return sm3(json.dumps(content, ensure_ascii=False).encode())


def _lines(benefit: str, area: Area, month: dt.date) -> list[RollLine]:
    first, last = reach(area.pk)
    awards = list(
        awards_due(area, month, benefit)
        .select_related("household__head")
        .order_by("area_id", "household__number")
    )
    accounts = {
        account.household_id: account
        for account in PayeeAccount._base_manager.filter(
            replaced_at=None, household__area_id__gte=first, household__area_id__lte=last
        ).select_related("holder")
    }
    return [
        _line(order, award, accounts.get(award.household_id))
        for order, award in enumerate(awards, 1)
    ]


def _line(order: int, award: Award, account: PayeeAccount | None) -> RollLine:
    household = award.household
    payee = account.holder if account else household.head
    return RollLine(
        award=award,
        order=order,
        household_number=household.number,
        area_id=award.area_id,
        size=award.size,
        members=award.members,
        amount=award.amount,
        payee=payee.name if payee else "",
        citizen_id=payee.citizen_id if payee else "",
        bank=account.bank if account else "",
        account=account.account if account else "",
        held=hold(bool(account), bool(payee and payee.citizen_id)),
    )


def _total(roll: Roll, lines: Sequence[RollLine]) -> None:
    paid = [line for line in lines if not line.held]
    held = [line for line in lines if line.held]
    roll.households, roll.held = len(paid), len(held)
    roll.persons = sum(line.size for line in paid)
    roll.amount = sum((line.amount for line in paid), start=Decimal(0))
    roll.held_amount = sum((line.amount for line in held), start=Decimal(0))
    roll.digest = digest_of(lines)


def _locked(actor: User | System, roll: Roll, verb: str) -> Roll:
    roll = Roll._base_manager.select_for_update(of=("self",)).select_related("area").get(pk=roll.pk)
    require(actor=actor, verb=verb, subject=SUBJECT, area=roll.area_id)
    return roll


def _require_state(roll: Roll, state: str, sentence: str) -> None:
    if roll.state != state:
        raise ValidationError(sentence)


def _log(actor: User | System, roll: Roll, verb: str, reason: str = "") -> None:
    values = {
        "area": roll.area_id,
        "month": f"{roll.month:%Y-%m}",
        "households": roll.households,
        "amount": roll.amount,
        "digest": roll.digest,
    }
    audit.log(actor=actor, obj=roll, verb=verb, values=values, reason=reason)
