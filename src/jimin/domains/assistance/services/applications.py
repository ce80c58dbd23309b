"""The guards and effects of the dibao procedure, one pair a step, in the order of the steps."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.audit import services as audit
from jimin.kernel.awards import rules as months
from jimin.kernel.awards.models import Benefit
from jimin.kernel.awards.services import Grant, grant_award
from jimin.kernel.cases.models import Case
from jimin.kernel.cases.rules import PROCEDURES
from jimin.kernel.cases.services import Context, open_case, recuse
from jimin.kernel.payments.services import NewAccount, register_account
from jimin.kernel.people.models import Household

from .. import queries
from ..models import Application, Assessment, Decision, Declaration, HomeVisit, PublicNotice
from .assessments import assess, not_decidable, preview
from .declarations import declare, declared_of

INVESTIGATORS = 2  # at least; 220 号办法第十八条


@transaction.atomic
def apply(
    *,
    actor: User | System,
    household: Household,
    data: Mapping[str, Any],
    token: str = "",
    on: dt.date | None = None,
) -> Case:
    """Hand in a family's application; the case it opens comes back, the same for the same token."""
    name = household.head.name if household.head else household.number
    return open_case(
        actor=actor,
        procedure="dibao",
        area=household.area,
        household=household,
        applicant=name,
        title=_("%(name)s家庭申请最低生活保障") % {"name": name},
        data=data,
        token=token,
        on=on,
    )


# Application


def may_apply(context: Context) -> str | None:
    household = context.case.household
    if household is None or household.dissolved_on is not None:
        return _("请选择一个在册的家庭。")
    if not queries.members_of(household):
        return _("家庭没有登记成员。请先在家庭登记中补上共同生活的成员。")
    if other := queries.open_application(household):
        return _("这个家庭已有未办结的申请 %(number)s，请在该件中办理。") % {"number": other.number}
    if queries.open_award(household):
        return _("这个家庭已在享受低保，不需要再申请；情况有变化请办理复核。")
    return None


def take_application(context: Context) -> dict[str, Any]:
    case, data = context.case, context.data
    assert case.household is not None
    declaration = _declare(context, data["authorised_on"])
    account = None
    if data.get("account"):
        account = register_account(
            actor=System(_("随低保申请登记账户")),
            new=NewAccount(case.household, data["holder"], data["bank"], data["account"]),
        )
        audit.log(actor=context.actor, obj=account, verb="declare", values={"case": case.number})
    Application.objects.create(
        case=case,
        household=case.household,
        declaration=declaration,
        authorised_on=data["authorised_on"],
        agent=data.get("agent") or "",
        relative_note=data.get("relative_note") or "",
        account=account,
    )
    case.near_relative = bool(data.get("near_relative"))
    for user in data.get("relatives") or []:
        recuse(
            actor=System(_("申请人声明的近亲属")),
            case=case,
            user=user,
            reason=_("申请人的近亲属"),
        )
    return {
        "declaration": declaration.pk,
        "authorised_on": data["authorised_on"],
        "agent": data.get("agent") or "",
        "near_relative": case.near_relative,
    }


def revise_facts(context: Context) -> dict[str, Any]:
    """Completed or corrected facts make a new declaration; what the rules said before lapses."""
    application = queries.application_of(context.case)
    before = application.declaration_id
    application.declaration = _declare(context, application.authorised_on)
    application.assessment = None
    application.save(update_fields=["declaration", "assessment"])
    return {"before": before, "declaration": application.declaration_id}


def _declare(context: Context, authorised_on: dt.date) -> Declaration:
    assert context.case.household is not None
    declared = declared_of(
        context.case.household,
        context.data,
        on=context.on,
        authorised_on=authorised_on,
        source=Declaration.Source.APPLICATION,
    )
    return declare(actor=context.actor, declared=declared)


# Investigation


def enough_investigators(context: Context) -> str | None:
    if len(investigators_in(context.data)) < INVESTIGATORS:
        return _("入户调查应有两名以上调查人员，请补充。")
    return None


def visit_in_time(context: Context) -> str | None:
    visited, accepted = context.data["visited_on"], queries.accepted_on(context.case)
    if visited > context.on:
        return _("入户日期不能晚于办理日期。")
    if accepted and visited < accepted:
        return _("入户日期 %(day)s 早于受理日期 %(accepted)s，请核对。") % {
            "day": visited,
            "accepted": accepted,
        }
    return None


def investigators_in(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Staff by their account, others by name; the same name twice counts once, however given."""
    staff = [{"user": user.pk, "name": user.name} for user in data["investigators"]]
    names = [name.strip() for name in (data.get("others") or "").splitlines() if name.strip()]
    known = {one["name"] for one in staff}
    return staff + [
        {"user": None, "name": name} for name in dict.fromkeys(names) if name not in known
    ]


def record_visit(context: Context) -> dict[str, Any]:
    data = context.data
    visit = HomeVisit.objects.create(
        application=queries.application_of(context.case),
        visited_on=data["visited_on"],
        investigators=investigators_in(data),
        findings=data["findings"],
        facts_agree=data["facts_agree"],
        recorded_by=context.user,
    )
    return {
        "visit": visit.pk,
        "visited_on": visit.visited_on,
        "investigators": [one["name"] for one in visit.investigators],
        "facts_agree": visit.facts_agree,
    }


def has_visit(context: Context) -> str | None:
    if not queries.visits_of(queries.application_of(context.case)):
        return _("没有入户调查记录，任何家庭都不能未经调查进入审批。")
    return None


def declaration_follows_visit(context: Context) -> str | None:
    """What a visit found otherwise enters the declaration before the rules are asked."""
    visits = queries.visits_of(queries.application_of(context.case))
    if not visits or visits[-1].facts_agree:
        return None
    events = context.case.events.order_by("order")
    visited = events.filter(step="visit").last()
    if visited and events.filter(step="revise_facts", order__gt=visited.order).exists():
        return None
    return _("入户调查与家庭声明不一致。请先补充、更正家庭情况，再提出初审意见。")


def facts_are_known(context: Context) -> str | None:
    """What the rules cannot decide goes on only after a person has completed the facts."""
    application = queries.application_of(context.case)
    found = preview(application.declaration, context.on, context.case)
    if found.conclusion == Assessment.Conclusion.REVIEW:
        return _("还不能提出意见：%(reason)s。请先核实并补充家庭情况。") % {"reason": found.reason}
    return None


def propose(context: Context) -> dict[str, Any]:
    application = queries.application_of(context.case)
    application.assessment = assess(
        actor=context.actor,
        declaration=application.declaration,
        month=context.on,
        case=context.case,
    )
    application.save(update_fields=["assessment"])
    found = application.assessment
    return {
        "opinion": context.data["opinion"],
        "assessment": found.pk,
        "conclusion": found.conclusion,
        "amount": found.amount,
        "sm3": found.sm3,
    }


# Decision


def officer_did_not_investigate(context: Context) -> str | None:
    """Separation of duties reaches those named in the visit, whoever typed the record."""
    if context.user is None:
        return None
    for visit in queries.visits_of(queries.application_of(context.case)):
        for person in visit.investigators:
            by_account = person["user"] == context.user.pk
            by_name = person["user"] is None and person["name"] == context.user.name
            if by_account or by_name:
                return _("您参加了本件的入户调查，不能审批。")
    return None


def can_decide(context: Context) -> str | None:
    application = queries.application_of(context.case)
    found = application.assessment
    if found is None or found.declaration_id != application.declaration_id:
        return _("家庭情况在核定之后有变化，请退回乡镇（街道）重新核定。")
    return not_decidable(found, context.on)


def rules_allow(context: Context) -> str | None:
    found = queries.application_of(context.case).assessment
    if found is None or found.conclusion not in (
        Assessment.Conclusion.ELIGIBLE,
        Assessment.Conclusion.GRADUAL_EXIT,
    ):
        return _("按规定核定为“%(conclusion)s”，不能批准。认为事实有误的，请退回重新调查。") % {
            "conclusion": found.conclusion if found else ""
        }
    if not found.amount:
        return _(
            "核定的应发金额为 0 元，没有可发给的低保金，不能批准：%(reason)s。"
            "请不予批准，并写明理由。"
        ) % {"reason": found.reason}
    return None


def relatives_are_visited(context: Context) -> str | None:
    if context.case.near_relative and not context.data.get("county_visit"):
        return _("近亲属备案的家庭应由县级逐户入户核查后再决定。")
    return None


def approve(context: Context) -> dict[str, Any]:
    return _decide(context, Decision.Outcome.APPROVED)


def refuse(context: Context) -> dict[str, Any]:
    return _decide(context, Decision.Outcome.REFUSED)


def _decide(context: Context, outcome: str) -> dict[str, Any]:
    application = queries.application_of(context.case)
    assert application.assessment is not None
    amount = application.assessment.amount if outcome == Decision.Outcome.APPROVED else None
    decision = Decision.objects.create(
        application=application,
        assessment=application.assessment,
        outcome=outcome,
        amount=amount or Decimal(0),
        reason=context.data["note"],
        decided_on=context.on,
        officer=context.user,
    )
    return {
        "decision": decision.pk,
        "outcome": outcome,
        "amount": decision.amount,
        "county_visit": bool(context.data.get("county_visit")),
    }


# Public notice and award


def notice_is_in_order(context: Context) -> str | None:
    if context.data["from_day"] > context.on:
        return _("公示起始日不能晚于办理日期。")
    decision = _decision(context.case)
    if context.data["from_day"] < decision.decided_on:
        return _("公示起始日不能早于拟批准的日期 %(day)s。") % {"day": decision.decided_on}
    return None


def post_notice(context: Context) -> dict[str, Any]:
    day = context.data["from_day"]
    limits = PROCEDURES["dibao"].limits["notice"]
    lasts = next(limit for limit in limits if limit.is_valid(day))
    notice = PublicNotice.objects.create(
        application=queries.application_of(context.case),
        decision=_decision(context.case),
        place=context.data["place"],
        from_day=day,
        to_day=lasts.due(day),
    )
    context.clock_from = notice.to_day  # the time to decide runs from the end of the notice
    return {"from_day": day, "to_day": notice.to_day, "place": notice.place, "basis": lasts.basis}


def record_objection(context: Context) -> dict[str, Any]:
    notice = queries.notice_of(queries.application_of(context.case))
    assert notice is not None
    notice.objection, notice.objected_on = context.data["note"], context.on
    notice.save(update_fields=["objection", "objected_on"])
    return {"notice": notice.pk}


def notice_is_over(context: Context) -> str | None:
    notice = queries.notice_of(queries.application_of(context.case))
    if notice is None:
        return _("还没有公示，不能批准发放。")
    if notice.objection:
        return _("公示有异议，应重新调查。")
    if context.on <= notice.to_day:
        return _("公示至 %(day)s 止，期满无异议后才能批准发放。") % {"day": notice.to_day}
    return None


def still_without_award(context: Context) -> str | None:
    assert context.case.household is not None
    if queries.open_award(context.case.household):
        return _("这个家庭已在享受低保，不能重复批准。")
    return None


def confirm(context: Context) -> dict[str, Any]:
    """The final decision: the award runs from the month after it (220 号办法第二十九条)."""
    application = queries.application_of(context.case)
    decision = _decision(context.case)
    people = application.declaration.members.select_related("person").order_by("relation", "id")
    award = grant_award(
        actor=context.actor,
        benefit=Benefit.DIBAO,
        grant=Grant(
            household=application.household,
            amount=decision.amount,
            from_month=months.next_month(context.on),
            members=[{"person": row.person_id, "name": row.person.name} for row in people],
            basis=context.case.number,
            reason=decision.reason[:200],
            case=context.case,
        ),
    )
    return {"award": award.pk, "amount": award.amount, "from": months.text(award.from_month)}


def _decision(case: Case) -> Decision:
    """The decision the case stands on: the last one made."""
    return (
        Decision._base_manager.filter(application__case=case)
        .select_related("assessment")
        .order_by("-id")[:1]
        .get()
    )
