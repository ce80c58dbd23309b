"""Binding a target to a computed indicator, and what the indicator would say before it is."""

from copy import copy
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log

from .. import queries
from ..models import Target
from ..rules.binding import SUITS
from ..rules.indicators import INDICATORS


def dry_run(target: Target, indicator: str, on: date) -> queries.Row:
    """What the target would show on a day if it were bound. Nothing is stored."""
    trial = copy(target)
    trial.indicator = indicator
    return queries.target_row(trial, on)


@transaction.atomic
def bind_target(*, actor: User | System, target: Target, indicator: str, reason: str) -> Target:
    """Let a target be computed, or with no indicator let it be reported again.

    Reports made before stay; months that were locked keep what they showed.
    """
    target = Target.objects.select_for_update(of=("self",)).select_related("plan").get(pk=target.pk)
    require(actor=actor, verb="manage", subject="workplans.plan", area=target.plan.area_id)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明理由，例如口径核对的结果。")})
    if indicator == target.indicator:
        raise ValidationError(_("没有变化。"))
    if indicator:
        found = INDICATORS.get(indicator)
        if found is None:
            raise ValidationError({"indicator": _("没有这个指标。")})
        if target.aggregation not in SUITS[found.kind]:
            raise ValidationError(
                {"indicator": _("这个指标的类别与目标的汇总方式不合，不能绑定。")}
            )
    before = target.indicator
    target.indicator = indicator
    target.full_clean()
    target.save(update_fields=["indicator"])
    values = {"indicator": [before, indicator]}
    log(actor=actor, obj=target, verb="bound", values=values, reason=reason.strip())
    return target
