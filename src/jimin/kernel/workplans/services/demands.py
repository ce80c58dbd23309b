"""The ladder: numbered papers to those who are late or behind, their replies, and the close."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.foundation.documents.services import Unit as Office
from jimin.foundation.documents.services import issue
from jimin.foundation.workdays import add_working_days

from ..models import Demand, Plan, Unit
from ..queries import Due, due_demands
from ..rules.cycle import cycle

REPORT = "workplans.report"


@transaction.atomic
def raise_demands(
    *,
    actor: User | System,
    plan: Plan,
    on: date,
    keys: set[str] | None = None,
    day: date | None = None,
) -> list[Demand]:
    """Issue what the ladder asks for on a day; with keys (`target-area-level`) only those."""
    require(actor=actor, verb="supervise", subject=REPORT, area=plan.area_id)
    plan = Plan.objects.select_for_update(of=("self",)).select_related("area").get(pk=plan.pk)
    day = day or timezone.localdate()
    if not on <= day <= timezone.localdate():
        raise ValidationError(_("发出日期应在报告期截至日和今天之间。"))
    if plan.state != Plan.State.IN_FORCE:
        raise ValidationError(_("只能对执行中的台账督办。"))
    due = due_demands(plan, on, day)
    if keys is not None:
        due = [each for each in due if key_of(each) in keys]
    return [_raise(actor, plan, on, day, each) for each in due]


@transaction.atomic
def reply_demand(
    *, actor: User | System, demand: Demand, reply: str, on: date | None = None
) -> Demand:
    """The unit answers what it does about it. A reply is not changed afterwards."""
    demand = _lock(demand)
    require_answering(actor=actor, demand=demand)
    on = on or timezone.localdate()
    if demand.closed_on or demand.replied_on:
        raise ValidationError(_("这件督办已回复或已办结，不能再回复。"))
    if not demand.raised_on <= on <= timezone.localdate():
        raise ValidationError(_("回复日期应在发出日期和今天之间。"))
    if not reply.strip():
        raise ValidationError({"reply": _("请写明原因、已做的工作和完成时间。")})
    demand.reply, demand.replied_on = reply.strip(), on
    demand.replied_by = actor if isinstance(actor, User) else None
    demand.full_clean()
    demand.save()
    log(actor=actor, obj=demand, verb="replied", values={"on": on})
    return demand


@transaction.atomic
def close_demand(
    *, actor: User | System, demand: Demand, outcome: str, on: date | None = None
) -> Demand:
    """End a demand. A reminder may end without a reply, the others not."""
    demand = _lock(demand)
    require(actor=actor, verb="supervise", subject=REPORT, area=demand.target.plan.area_id)
    on = on or timezone.localdate()
    if demand.closed_on:
        raise ValidationError(_("这件督办已经办结。"))
    if demand.level != Demand.Level.REMIND and demand.replied_on is None:
        raise ValidationError(_("责任单位还没有回复，不能办结。"))
    if not (demand.replied_on or demand.raised_on) <= on <= timezone.localdate():
        raise ValidationError(_("办结日期不能早于发出或回复日期，也不能晚于今天。"))
    if not outcome.strip():
        raise ValidationError({"outcome": _("请写明办结意见。")})
    demand.closed_on, demand.outcome = on, outcome.strip()
    demand.full_clean()
    demand.save()
    log(actor=actor, obj=demand, verb="closed", values={"on": on}, reason=demand.outcome)
    return demand


def key_of(due: Due) -> str:
    return f"{due.target.pk}-{due.area.code}-{due.level}"


def _raise(actor: User | System, plan: Plan, on: date, day: date, due: Due) -> Demand:
    demand = Demand(
        target=due.target,
        area=due.area,
        unit=due.unit[:40],
        level=due.level,
        colour=due.colour,
        on=on,
        reason=due.reason,
        raised_on=day,
        reply_by=add_working_days(day, cycle(day).reply_days(due.level)),
    )
    demand.full_clean()
    demand.save()
    demand.document = issue(
        actor=actor,
        form=f"plan_{due.level}",
        record=demand,
        about=demand,
        unit=Office(plan.area_id, str(plan.area.name).removesuffix("市")),
        scope=REPORT,
        area=due.area.code,
        on=day,
    )
    demand.save(update_fields=["document"])
    values = {"target": due.target.code, "area": due.area.code, "level": due.level, "on": on}
    log(actor=actor, obj=demand, verb="demanded", values=values, reason=due.reason)
    return demand


def _lock(demand: Demand) -> Demand:
    found: Demand = (
        Demand._base_manager.select_for_update(of=("self",))
        .select_related("target__plan", "target__task", "area")
        .get(pk=demand.pk)
    )
    return found


def require_answering(*, actor: User | System, demand: Demand) -> None:
    """Who reports in the area; in the city, a member of the unit or a reviewer."""
    require(actor=actor, verb="report", subject=REPORT, area=demand.area_id)
    if isinstance(actor, System) or demand.area_id != demand.target.plan.area_id:
        return
    unit = Unit.objects.filter(area=demand.area_id, name=demand.unit).first()
    is_member = unit is not None and unit.members.filter(pk=actor.pk).exists()
    if not is_member and not actor.may("verify", REPORT, demand.area_id):
        raise PermissionDenied(_("这件督办由“%(unit)s”回复。") % {"unit": demand.unit})


def may_reply(actor: User, demand: Demand) -> bool:
    """Whether the form is worth showing."""
    try:
        require_answering(actor=actor, demand=demand)
    except PermissionDenied:
        return False
    return True
