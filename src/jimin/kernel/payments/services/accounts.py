"""Where households are paid."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.fields import keys
from jimin.foundation.sealed.rules import masked
from jimin.kernel.people.models import Household, Person

from ..models import PayeeAccount

BATCH = 500
SUBJECT = "payments.payeeaccount"


@dataclass(frozen=True)
class NewAccount:
    household: Household
    holder: Person
    bank: str
    account: str


@transaction.atomic
def register_account(*, actor: User | System, new: NewAccount) -> PayeeAccount:
    """Record where a household is paid; the account it had before is kept as replaced."""
    require(actor=actor, verb="add", subject=SUBJECT, area=new.household.area_id)
    Household._base_manager.select_for_update(no_key=True).get(pk=new.household.pk)
    current = PayeeAccount._base_manager.filter(household=new.household, replaced_at=None).first()
    digest = keys().digest_of(new.account)
    if current and (current.account_digest, current.bank) == (digest, new.bank):
        return current
    account = _account(new)
    if current:
        current.replaced_at = timezone.now()
        current.save(update_fields=["replaced_at"])
    account.save()
    values = {"household": new.household.pk, "bank": new.bank, "account": masked(new.account)}
    audit.log(actor=actor, obj=account, verb="add", values=values)
    return account


@transaction.atomic
def register_accounts(
    *, actor: User | System, accounts: Sequence[NewAccount]
) -> list[PayeeAccount]:
    """Record many first accounts at once; a household that has one already is refused."""
    _require_all(actor, {new.household.area_id for new in accounts})
    rows = [_account(new) for new in accounts]
    PayeeAccount.objects.bulk_create(rows, batch_size=BATCH)
    lines = [
        audit.Line(
            "add",
            SUBJECT,
            str(row.pk),
            {"household": row.household_id, "bank": row.bank, "account": masked(new.account)},
        )
        for row, new in zip(rows, accounts, strict=True)
    ]
    audit.log_many(actor=actor, lines=lines)
    return rows


def _account(new: NewAccount) -> PayeeAccount:
    account = PayeeAccount(
        household=new.household, holder=new.holder, bank=new.bank.strip(), account=new.account
    )
    account.clean_fields(exclude=["household", "holder"])
    return account


def _require_all(actor: User | System, areas: set[str]) -> None:
    """One look at the posts for any number of areas."""
    if isinstance(actor, System):
        return
    ranges = actor.reach("add", SUBJECT)
    if not all(any(first <= area <= last for first, last in ranges) for area in areas):
        raise PermissionDenied(_("有家庭不在您的辖区，未登记任何账户。"))
