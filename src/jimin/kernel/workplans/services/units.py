"""Which units a target is for, and reporting all of them in one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.kernel.areas.models import Area

from .. import queries
from ..models import ListedUnit, Plan, Report, Target, UnitNumber
from ..rules.words import plain
from .reports import Item, report_progress

PLAN = "workplans.plan"
NAMED = 5  # units a refusal names before it says how many there are


@dataclass(frozen=True)
class Listed:
    """A unit before it is stored."""

    name: str
    area: Area | None = None
    wanted: Decimal | None = None


@transaction.atomic
def list_units(
    *, actor: User | System, target: Target, units: Sequence[Listed]
) -> list[ListedUnit]:
    """Say which units a target is for. A unit with a reported number stays in the list."""
    target = Target.objects.select_for_update(of=("self",)).select_related("plan").get(pk=target.pk)
    require(actor=actor, verb="manage", subject=PLAN, area=target.plan.area_id)
    if target.aggregation != Target.Aggregation.PER_UNIT:
        raise ValidationError(_("只有逐单位达标的目标才列单位名单。"))
    if target.plan.state != Plan.State.IN_FORCE:
        raise ValidationError(_("只有执行中台账的目标才能列单位名单。"))
    names = [unit.name.strip() for unit in units]
    if not names:
        raise ValidationError({"units": _("请至少列一个单位。")})
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        raise ValidationError({"units": _("“%(name)s”列了两次。") % {"name": twice[0]}})
    by_county = target.reporter == Target.Reporter.COUNTIES
    homeless = [u.name for u in units if u.area is None or u.area.level != Area.Level.COUNTY]
    if by_county and homeless:
        raise ValidationError(
            {
                "units": _("这个目标由各县（市、区）上报。请写明“%(name)s”在哪个县（市、区）。")
                % {"name": homeless[0]}
            }
        )
    before = {unit.name: unit for unit in target.listed.all()}
    _require_unlocked(target, before, units)
    left = [unit for name, unit in before.items() if name not in names]
    reported = set(
        UnitNumber._base_manager.filter(unit__in=left).values_list("unit__name", flat=True)
    )
    if reported:
        raise ValidationError(
            {"units": _("%(names)s已有上报的数，不能移出名单。") % {"names": _named(reported)}}
        )
    for unit in left:
        unit.delete()
    made = []
    for order, given in enumerate(units, 1):
        unit = before.get(given.name.strip()) or ListedUnit(target=target, name=given.name.strip())
        unit.order, unit.area, unit.wanted = order, given.area, given.wanted
        unit.full_clean()
        unit.save()
        made.append(unit)
    values = {"before": list(before), "after": names}
    log(actor=actor, obj=target, verb="listed", values=values)
    return made


@transaction.atomic
def report_units(
    *,
    actor: User | System,
    target: Target,
    area: Area,
    on: date,
    numbers: Mapping[int, Decimal],
    evidence: str,
    total: Decimal | None = None,
    items: Sequence[Item] = (),
    reason: str = "",
    received_on: date | None = None,
) -> Report:
    """Report every unit of an area at once. `total` is the sum the paper states, if it does."""
    target = Target.objects.select_for_update(of=("self",)).select_related("plan").get(pk=target.pk)
    units = queries.units_reported_by(target, area)
    if not units:
        raise ValidationError(_("这个目标在该地区没有列单位名单。请先列名单。"))
    if missing := [unit.name for unit in units if unit.pk not in numbers]:
        raise ValidationError(
            _("还有 %(count)s 个单位没有填：%(names)s。没有的请填 0。")
            % {"count": len(missing), "names": _named(missing)}
        )
    own = {unit.pk: numbers[unit.pk] for unit in units}
    if min(own.values()) < 0:
        raise ValidationError(_("上报的数不能为负数。"))
    added = sum(own.values(), Decimal(0))
    if total is not None and total != added:
        raise ValidationError(
            {
                "total": _("各单位合计 %(sum)s，表上的合计 %(total)s，相差 %(left)s。请核对。")
                % {"sum": plain(added), "total": plain(total), "left": plain(abs(added - total))}
            }
        )
    return report_progress(
        actor=actor,
        target=target,
        area=area,
        on=on,
        numerator=Decimal(sum(queries.reaches(u, target, own[u.pk]) for u in units)),
        denominator=Decimal(len(units)),
        by_unit=own,
        evidence=evidence,
        items=items,
        reason=reason,
        received_on=received_on,
    )


def _require_unlocked(
    target: Target, before: Mapping[str, ListedUnit], units: Sequence[Listed]
) -> None:
    """What a unit should have is a term of the target: not altered behind a locked period."""
    altered = [
        unit.name
        for unit in units
        if (old := before.get(unit.name.strip())) and old.wanted != unit.wanted
    ]
    if altered and queries.months_locked(target.plan):
        raise ValidationError(
            {"units": _("已有锁定的报告期，“%(name)s”应有的数不能再改。") % {"name": altered[0]}}
        )


def _named(names: Sequence[str] | set[str]) -> str:
    found = sorted(names) if isinstance(names, set) else list(names)
    said = "、".join(found[:NAMED])
    return said if len(found) <= NAMED else _("%(names)s等") % {"names": said}
