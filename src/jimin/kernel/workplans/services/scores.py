"""Points beside the lights: bonus, deduction and veto, each with the paper it rests on."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.kernel.areas.models import Area

from ..models import Plan, ScoreEntry
from ..rules.scores import scoring


@transaction.atomic
def enter_score(
    *,
    actor: User | System,
    plan: Plan,
    kind: str,
    on: date,
    reason: str,
    number: str,
    unit: str = "",
    area: Area | None = None,
    points: Decimal = Decimal(0),
) -> ScoreEntry:
    """Give or take points, or veto, for a unit or a county; never for a person."""
    require(actor=actor, verb="manage", subject="workplans.plan", area=plan.area_id)
    if on > timezone.localdate() or on.year < plan.year:
        raise ValidationError({"on": _("日期应在要点年度以来，且不晚于今天。")})
    limit = scoring(on).most_points
    if kind != ScoreEntry.Kind.VETO and not 0 < points <= limit:
        raise ValidationError(
            {"points": _("一次加分或扣分应大于 0，不超过 %(limit)s 分。") % {"limit": limit}}
        )
    entry = ScoreEntry(
        plan=plan,
        unit=unit.strip(),
        area=area,
        kind=kind,
        points=Decimal(0) if kind == ScoreEntry.Kind.VETO else points,
        on=on,
        reason=reason.strip(),
        number=number.strip(),
        entered_by=actor if isinstance(actor, User) else None,
    )
    entry.full_clean()
    entry.save()
    values = {"unit": unit, "area": area and area.code, "kind": kind, "points": entry.points}
    log(actor=actor, obj=entry, verb="scored", values=values, reason=entry.reason)
    return entry
