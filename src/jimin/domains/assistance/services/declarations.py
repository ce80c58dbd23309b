"""Recording what families declare."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.audit import services as audit
from jimin.kernel.people.models import Household

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
