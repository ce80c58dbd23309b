"""Recording what families declare."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.kernel.people.models import Household

from .. import queries
from ..models import Declaration, MemberFacts

BATCH = 500


@dataclass(frozen=True)
class Declared:
    """A family's facts. `members` maps a person's id to that member's facts.

    A member's facts carry `relation` and `birth` besides those of the rules; what is absent is
    unknown.
    """

    household: Household
    members: Mapping[int, Mapping[str, Any]]
    declared_on: dt.date
    authorised_on: dt.date | None
    source: str
    financial_assets: Decimal | None = None
    vehicles: int | None = None
    dwellings: int | None = None
    last_amount: Decimal = field(default_factory=Decimal)
    over_since: dt.date | None = None


def declared_of(
    household: Household,
    data: Mapping[str, Any],
    *,
    on: dt.date,
    authorised_on: dt.date | None,
    source: str,
) -> Declared:
    """What the form of a family's facts was filled in with."""
    return Declared(
        household=household,
        members=data["members"],
        declared_on=on,
        authorised_on=authorised_on,
        source=source,
        financial_assets=data["financial_assets"],
        vehicles=data["vehicles"],
        dwellings=data["dwellings"],
        last_amount=data["last_amount"] or Decimal(0),
        over_since=data["over_since"],
    )


def bar_of_review(household: Household) -> str:
    """Why no review can be recorded, or nothing."""
    if other := queries.open_application(household):
        return _("这个家庭已有未办结的申请 %(number)s，请在该件中办理。") % {"number": other.number}
    declaration = queries.current_declaration(household)
    if declaration is None or declaration.authorised_on is None:
        return _("这个家庭没有授权核对的声明，不能复核。请先登记低保申请。")
    return ""


@transaction.atomic
def review_family(
    *,
    actor: User | System,
    household: Household,
    data: Mapping[str, Any],
    on: dt.date | None = None,
    seen: int | None = None,
) -> Declaration:
    """Record what is known anew of a family on the books; the next month is assessed by it.

    Facts that are the same as before change nothing, so what is sent twice is recorded once.
    `seen` is the declaration that stood on the page: facts another has entered since are not
    written over.
    """
    require(actor=actor, verb="declare", subject="dibao", area=household.area_id)
    today = timezone.localdate()
    on = on or today
    if on > today:
        raise ValidationError({"on": _("办理日期不能晚于今天。")})
    Household._base_manager.select_for_update(no_key=True).get(pk=household.pk)
    if bar := bar_of_review(household):
        raise ValidationError(bar)
    before = queries.current_declaration(household)
    assert before is not None
    declared = declared_of(
        household,
        data,
        on=on,
        authorised_on=before.authorised_on,
        source=Declaration.Source.REVIEW,
    )
    if _says_the_same(before, declared):
        return before
    if seen is not None and seen != before.pk:
        raise ValidationError(
            _(
                "这个家庭的情况刚由%(name)s更正过，没有保存您填的内容。请重新打开本页，核对后再登记。"
            )
            % {"name": before.made_by or _("系统")}
        )
    [declaration] = _write(actor, [declared])
    audit.log(
        actor=actor,
        obj=declaration,
        verb="declare",
        values={
            "household": household.pk,
            "source": declaration.source,
            "on": on,
            "before": before.pk,
        },
        reason=data["note"],
    )
    return declaration


def _says_the_same(before: Declaration, declared: Declared) -> bool:
    facts = ("financial_assets", "vehicles", "dwellings", "last_amount", "over_since")
    if any(getattr(before, name) != getattr(declared, name) for name in facts):
        return False
    known = {row.person_id: row for row in before.members.all()}
    return known.keys() == declared.members.keys() and all(
        getattr(known[person], name) == value
        for person, of_member in declared.members.items()
        for name, value in of_member.items()
    )


@transaction.atomic
def declare(*, actor: User | System, declared: Declared) -> Declaration:
    """Record a family's facts; the declaration before it is kept and no longer current.

    The right to do so is that of the step it is done in.
    """
    return _write(actor, [declared])[0]


@transaction.atomic
def declare_many(*, actor: User | System, declared: Sequence[Declared]) -> list[Declaration]:
    """Record the facts of many families at once, such as those carried over from old lists."""
    if isinstance(actor, User):
        ranges = actor.reach("declare", "dibao")
        areas = {one.household.area_id for one in declared}
        if not all(any(first <= area <= last for first, last in ranges) for area in areas):
            raise PermissionDenied(_("有家庭不在您的辖区，未登记任何声明。"))
    rows = _write(actor, declared)
    audit.log_many(
        actor=actor,
        lines=[
            audit.Line(
                "declare",
                "assistance.declaration",
                str(row.pk),
                {"household": row.household_id, "source": row.source, "on": row.declared_on},
            )
            for row in rows
        ],
    )
    return rows


def _write(actor: User | System, declared: Sequence[Declared]) -> list[Declaration]:
    ids = sorted(one.household.pk for one in declared)
    locked = Household._base_manager.filter(pk__in=ids).order_by("pk")
    list(locked.select_for_update(no_key=True).values_list("pk"))
    Declaration._base_manager.filter(household__in=ids, is_current=True).update(is_current=False)
    rows = Declaration.objects.bulk_create(
        [
            Declaration(
                household=one.household,
                source=one.source,
                declared_on=one.declared_on,
                authorised_on=one.authorised_on,
                financial_assets=one.financial_assets,
                vehicles=one.vehicles,
                dwellings=one.dwellings,
                last_amount=one.last_amount,
                over_since=one.over_since,
                made_by=actor if isinstance(actor, User) else None,
            )
            for one in declared
        ],
        batch_size=BATCH,
    )
    MemberFacts.objects.bulk_create(
        [
            MemberFacts(declaration=row, person_id=person, **facts)
            for row, one in zip(rows, declared, strict=True)
            for person, facts in one.members.items()
        ],
        batch_size=BATCH,
    )
    return rows
