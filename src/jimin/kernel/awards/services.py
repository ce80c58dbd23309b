"""Granting, changing and stopping awards: one at a time or a county at once, by the same code."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.kernel.cases.models import Case
from jimin.kernel.people.models import Household

from .models import Award
from .rules import month_of, previous_month

SUBJECT = "awards.award"
BATCH = 500


@dataclass(frozen=True)
class Grant:
    """An award to be made. `members` names who is covered: `[{"person": 1, "name": "…"}]`."""

    household: Household
    amount: Decimal
    from_month: dt.date
    members: Sequence[dict[str, Any]]
    basis: str
    reason: str = ""
    case: Case | None = None


@dataclass(frozen=True)
class Change:
    """A new amount from a month on, or with no amount the end: `from_month` is not paid."""

    award: Award
    amount: Decimal | None
    from_month: dt.date
    reason: str
    basis: str = ""
    members: Sequence[dict[str, Any]] = field(default_factory=list)


@transaction.atomic
def grant_award(*, actor: User | System, benefit: str, grant: Grant) -> Award:
    """Grant one household a benefit. A household that already has it is refused."""
    return grant_awards(actor=actor, benefit=benefit, grants=[grant])[0]


@transaction.atomic
def grant_awards(*, actor: User | System, benefit: str, grants: Sequence[Grant]) -> list[Award]:
    """Grant many at once; one that cannot be granted refuses them all and names its household."""
    _require_all(actor, "grant", {grant.household.area_id for grant in grants})
    _lock_households([grant.household.pk for grant in grants])
    _require_free(benefit, grants)
    awards = [
        Award(
            benefit=benefit,
            household=grant.household,
            area_id=grant.household.area_id,
            residence=grant.household.residence,
            amount=grant.amount,
            size=len(grant.members),
            members=list(grant.members),
            from_month=month_of(grant.from_month),
            case=grant.case,
            basis=grant.basis,
            reason=grant.reason,
            granted_by=actor if isinstance(actor, User) else None,
        )
        for grant in grants
    ]
    _check(awards)
    Award.objects.bulk_create(awards, batch_size=BATCH)
    audit.log_many(actor=actor, lines=[_line("grant", award) for award in awards])
    return awards


@transaction.atomic
def change_award(*, actor: User | System, change: Change) -> Award:
    """Give an award another amount, or end it."""
    return change_awards(actor=actor, changes=[change])[0]


@transaction.atomic
def stop_award(*, actor: User | System, award: Award, from_month: dt.date, reason: str) -> Award:
    """End an award: `from_month` is the first month that is not paid any more."""
    return change_award(actor=actor, change=Change(award, None, from_month, reason))


@transaction.atomic
def change_awards(*, actor: User | System, changes: Sequence[Change]) -> list[Award]:
    """Change or end many at once. Returns the award now in force, or the ended one, of each."""
    _require_all(actor, "change", {change.award.area_id for change in changes if change.amount})
    _require_all(actor, "stop", {change.award.area_id for change in changes if not change.amount})
    _lock_households([change.award.household_id for change in changes])
    wanted = [change.award.pk for change in changes]
    current = Award._base_manager.select_related("household").in_bulk(wanted)
    ended, fresh, lines, results = [], [], [], []
    for change in changes:
        award, month = current[change.award.pk], month_of(change.from_month)
        _require_changeable(award, month, change.reason)
        award.to_month = previous_month(month)
        award.end_reason = change.reason
        ended.append(award)
        if change.amount is None:
            lines.append(_line("stop", award, reason=change.reason))
            results.append(award)
            continue
        award_now = _successor(actor, award, change, change.amount, month)
        fresh.append(award_now)
        results.append(award_now)
    _check(fresh)
    Award._base_manager.bulk_update(ended, ["to_month", "end_reason"], batch_size=BATCH)
    Award.objects.bulk_create(fresh, batch_size=BATCH)
    lines += [_line("change", award, reason=award.reason) for award in fresh]
    audit.log_many(actor=actor, lines=lines)
    return results


def _successor(
    actor: User | System, award: Award, change: Change, amount: Decimal, month: dt.date
) -> Award:
    members = list(change.members) or award.members
    return Award(
        benefit=award.benefit,
        household=award.household,
        area_id=award.household.area_id,
        residence=award.household.residence,
        amount=amount,
        size=len(members),
        members=members,
        from_month=month,
        case=award.case,
        basis=change.basis or award.basis,
        reason=change.reason,
        granted_by=actor if isinstance(actor, User) else None,
    )


def _require_all(actor: User | System, verb: str, areas: set[str]) -> None:
    """One look at the posts for any number of areas."""
    if not areas or isinstance(actor, System):
        return
    require(actor=actor, verb=verb, subject=SUBJECT)
    ranges = actor.reach(verb, SUBJECT)
    if not all(any(first <= area <= last for first, last in ranges) for area in areas):
        raise PermissionDenied(_("有家庭不在您的辖区，未办理任何一户。"))


def _lock_households(ids: Iterable[int]) -> None:
    """Whoever grants or changes a household's award does so one after the other."""
    households = Household._base_manager.filter(pk__in=sorted(set(ids))).order_by("pk")
    list(households.select_for_update(no_key=True).values_list("pk"))


def _require_free(benefit: str, grants: Sequence[Grant]) -> None:
    """Nobody is granted what they have, wherever in the city they have it."""
    first = min(month_of(grant.from_month) for grant in grants)
    taken = {
        award.household_id: award
        for award in Award._base_manager.filter(
            models.Q(to_month=None) | models.Q(to_month__gte=first),
            benefit=benefit,
            household__in=[grant.household.pk for grant in grants],
        )
    }
    asked: set[int] = set()
    for grant in grants:
        award, month = taken.get(grant.household.pk), month_of(grant.from_month)
        until = award.to_month if award else None
        if grant.household.pk in asked or (award and (until is None or until >= month)):
            raise ValidationError(
                _("家庭 %(number)s 已享受此项待遇，不能重复批准。请先办理停发或变更。")
                % {"number": grant.household.number}
            )
        asked.add(grant.household.pk)


def _require_changeable(award: Award, month: dt.date, reason: str) -> None:
    if not reason.strip():
        raise ValidationError(_("请填写变更或停发的原因。"))
    if award.to_month is not None:
        raise ValidationError(
            _("家庭 %(number)s 的待遇已止于 %(month)s，不能再变更。")
            % {"number": award.household.number, "month": f"{award.to_month:%Y-%m}"}
        )
    if month <= award.from_month:
        raise ValidationError(
            _("家庭 %(number)s 的待遇自 %(month)s 起发，变更应从其后的月份开始。")
            % {"number": award.household.number, "month": f"{award.from_month:%Y-%m}"}
        )


def _check(awards: Iterable[Award]) -> None:
    for award in awards:
        if award.amount <= 0 or not award.size:
            raise ValidationError(
                _("家庭 %(number)s 的月发放额和保障人数应大于零。")
                % {"number": award.household.number}
            )


def _line(verb: str, award: Award, reason: str = "") -> audit.Line:
    values = {
        "household": award.household_id,
        "amount": str(award.amount),
        "from": f"{award.from_month:%Y-%m}",
        "to": f"{award.to_month:%Y-%m}" if award.to_month else None,
        "basis": award.basis,
    }
    return audit.Line(verb, SUBJECT, str(award.pk), values, reason[:400])
