"""Dividing targets among counties, and the curve a target follows through the year."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.kernel.areas.queries import counties

from .. import queries
from ..models import Allocation, Quota, Report, Snapshot, Target
from ..rules.indicators import Kind, month_end
from ..rules.shares import ShareError, calculated, divide, residual
from ..rules.words import plain, rounded
from .adjustments import PLAN, propose_adjustment

BASE = "基数"
DIVISIBLE = {Kind.FLOW, Kind.STOCK}


@transaction.atomic
def divide_target(
    *,
    actor: User | System,
    target: Target,
    method: str,
    source: str,
    numbers: Mapping[str, Decimal],
    formula: str = "",
    step: Decimal = Decimal(1),
) -> Allocation:
    """Give counties their shares: by hand the numbers are the shares, else the bases of them.

    The shares must make the target, or more of one that is a floor. Dividing again replaces the
    shares; the audit keeps the old ones.
    """
    target = Target.objects.select_for_update(of=("self",)).select_related("plan").get(pk=target.pk)
    require(actor=actor, verb="manage", subject=PLAN, area=target.plan.area_id)
    if Kind(target.aggregation) not in DIVISIBLE or target.value is None:
        raise ValidationError(_("只有累计或期末数的目标才能分解下达。"))
    if queries.months_locked(target.plan):
        raise ValidationError(_("已有锁定的报告期，分解数不能再改。"))
    if not source.strip():
        raise ValidationError({"source": _("请写明分解依据，例如基数的出处。")})
    known = {area.code: area for area in counties()}
    if wrong := set(numbers) - set(known):
        raise ValidationError(_("%(code)s 不是县（市、区）。") % {"code": sorted(wrong)[0]})
    shares = shares_of(target, method, numbers, formula, step)
    before = {code: str(value) for code, value in queries.quotas_of(target).items()}
    Allocation.objects.filter(target=target).delete()
    allocation = Allocation(
        target=target, method=method, source=source.strip(), formula=formula.strip()
    )
    allocation.full_clean()
    allocation.save()
    for code, share in shares.items():
        base = numbers[code] if method != Allocation.Method.BY_HAND else None
        quota = Quota(allocation=allocation, area=known[code], base=base, value=rounded(share, 4))
        quota.full_clean()
        quota.save()
    values = {"before": before, "after": {code: str(rounded(s, 4)) for code, s in shares.items()}}
    log(actor=actor, obj=target, verb="divided", values=values, reason=allocation.source)
    return allocation


def shares_of(
    target: Target, method: str, numbers: Mapping[str, Decimal], formula: str, step: Decimal
) -> dict[str, Fraction]:
    """The shares before they are stored, checked against the target."""
    assert target.value is not None
    if not numbers:
        raise ValidationError(_("请至少填写一个县（市、区）的数。"))
    try:
        if method == Allocation.Method.BY_HAND:
            shares = {code: Fraction(number) for code, number in numbers.items()}
        elif method == Allocation.Method.BY_BASE:
            shares = divide(target.value, numbers, step=step)
        else:
            weights = {code: calculated(formula, {BASE: n}) for code, n in numbers.items()}
            shares = divide(target.value, weights, step=step)
    except ShareError as error:
        raise ValidationError(str(error)) from error
    lacking = residual(target.value, shares)
    is_floor = target.comparator in {">=", ">", "≈"}
    if lacking > 0 or (lacking < 0 and not is_floor):
        raise ValidationError(
            _("各地区合计 %(sum)s，目标 %(value)s，相差 %(left)s。请补足后再下达。")
            % {
                "sum": plain(Fraction(target.value) - lacking),
                "value": plain(target.value),
                "left": plain(abs(lacking)),
            }
        )
    return shares


@transaction.atomic
def set_curve(
    *, actor: User | System, target: Target, curve: str, points: list[str], reason: str = ""
) -> Target:
    """Choose how a target grows through the year. Once a period is locked this is an adjustment,
    which a second person approves."""
    target = Target.objects.select_for_update(of=("self",)).select_related("plan").get(pk=target.pk)
    require(actor=actor, verb="manage", subject=PLAN, area=target.plan.area_id)
    if locked := queries.months_locked(target.plan):
        propose_adjustment(
            actor=actor,
            target=target,
            terms={"curve": curve, "points": points},
            reason=reason,
            effective_on=max(locked),
        )
        return target
    before = {"curve": target.curve, "points": target.points}
    target.curve, target.points = curve, points
    target.full_clean()
    target.save(update_fields=["curve", "points"])
    log(
        actor=actor,
        obj=target,
        verb="scheduled",
        values={"before": before, "curve": curve, "points": points},
        reason=reason.strip(),
    )
    return target


def amounts_of_last_year(target: Target) -> list[Decimal]:
    """What each month of the year before added, for a seasonal curve; empty where not all of its
    months were kept or reported."""
    year, area = target.plan.year - 1, target.plan.area_id
    ends = [month_end(year, month) for month in range(1, 13)]
    if target.indicator:
        kept = Snapshot.objects.filter(
            indicator=target.indicator, area=area, on__in=ends, replaced_at=None
        )
        found: dict[date, Decimal] = dict(kept.values_list("on", "numerator"))
    else:
        with acting_as_system("上年各月"):
            reports = Report.objects.filter(
                target__plan__year=year,
                target__plan__area=area,
                target__subject=target.subject,
                on__in=ends,
                replaced_at=None,
            )
            found = {}
            for on, number in reports.values_list("on", "numerator"):
                found[on] = found.get(on, Decimal(0)) + number
    if len(found) < len(ends):
        return []
    sums = [found[end] for end in ends]
    return [after - before for before, after in zip([Decimal(0), *sums], sums, strict=False)]
