"""最低生活保障审核审批: who does what, in which order, within which limit."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from jimin.engine.rules.language import Language
from jimin.kernel.cases.models import Case
from jimin.kernel.cases.rules import Procedure, Separation, State, Step, read_limits, register
from jimin.policies import load_policy
from jimin.policies.languages import language_of

from .. import queries
from ..models import Assessment
from ..services import applications as do
from ..services.assessments import preview, told
from . import forms, papers
from .read_back import told_of_members

INVESTIGATING = ("accept", "visit", "propose", "revise_facts")
DECIDING = ("approve", "refuse", "confirm")


def describe(case: Case) -> dict[str, Any]:
    """What the case page shows of the matter: facts, visits, rules, decisions, notices."""
    application = queries.application_of(case)
    declaration = application.declaration
    found = application.assessment
    if found is None and case.closed_on is None:
        found = preview(declaration, queries.month_to_assess(case), case)
    return {
        "explained": None if found is None else told(found, _language(found.policy)),
        "rules_page": "" if found is None else _rules_page(found),
        "application": application,
        "declaration": declaration,
        "members": told_of_members(declaration),
        "earlier": [(one, told_of_members(one)) for one in queries.corrected_in(case)],
        "assessment": found,
        "is_preview": found is not None and found.pk is None,
        "visits": queries.visits_of(application),
        "decisions": application.decisions.select_related("officer").order_by("id"),
        "notices": application.notices.order_by("id"),
        "awards": case.awards.order_by("id"),
    }


def _language(policy: str) -> Language:
    """The language of whoever reads the page."""
    return language_of(policy, "en" if (get_language() or "").startswith("en") else "zh")


def _rules_page(assessment: Assessment) -> str:
    """Where the rules that were applied can be read; the name of one belongs at its end."""
    policy = load_policy(assessment.policy)
    edition = policy.edition(f"{assessment.month:%Y-%m}")
    page = reverse("policy-benefit", kwargs={"policy": policy.name, "benefit": "dibao"})
    return f"{page}#dibao-{policy.editions.index(edition) + 1}-rule-"


DIBAO = register(
    Procedure(
        name="dibao",
        label=_("最低生活保障审核审批"),
        number="低保〔{year}〕{unit}{serial:04d}号",
        valid_from=dt.date(2012, 12, 12),
        limits=read_limits(Path(__file__).parents[1] / "limits.yaml"),
        whole_limit="whole",
        whole_from="accept",
        opening="apply",
        opening_page="dibao-apply",
        opening_label=_("登记低保申请"),
        apply=do.apply,
        summary="assistance/summary.html",
        describe=describe,
        states=(
            State("applied", _("待受理"), limit="accept"),
            State("correcting", _("待补正"), is_paused=True),
            State("accepted", _("待入户调查"), limit="visit"),
            State("reinvestigating", _("有异议，待重新调查"), limit="after_objection"),
            State("visited", _("待乡镇（街道）意见"), limit="propose"),
            State("proposed", _("待县级审批"), limit="decide"),
            State("approved", _("拟批准，待公示")),
            State("on_notice", _("公示中"), limit="confirm"),
            State("refusing", _("待送达不予批准告知书"), limit="deliver_refusal"),
            State("awarded", _("已批准"), is_closed=True),
            State("refused", _("不予批准"), is_closed=True),
            State("withdrawn", _("已撤回"), is_closed=True),
        ),
        steps=(
            Step(
                "apply",
                _("提交申请"),
                (),
                "applied",
                form=forms.ApplicationForm,
                guards=(do.may_apply,),
                effect=do.take_application,
            ),
            Step(
                "accept",
                _("受理"),
                ("applied",),
                "accepted",
                help=_("材料齐全的当场受理；不齐的一次告知需要补正的全部内容。"),
            ),
            Step(
                "return_for_correction",
                _("退回补正"),
                ("applied", "accepted"),
                "correcting",
                form=forms.CorrectionForm,
                help=_("补正期间不计入办理期限。"),
                papers=(papers.CORRECTION.name,),
                is_grave=True,
            ),
            Step(
                "resubmit",
                _("补正后重新提交"),
                ("correcting",),
                "applied",
                form=forms.RevisionForm,
                effect=do.revise_facts,
            ),
            Step(
                "visit",
                _("登记入户调查"),
                ("accepted", "reinvestigating"),
                "visited",
                form=forms.VisitForm,
                guards=(do.enough_investigators, do.visit_in_time),
                effect=do.record_visit,
                help=_("调查人员不少于两人，填写入户日期和调查情况。"),
            ),
            Step(
                "propose",
                _("提出初审意见"),
                ("visited",),
                "proposed",
                form=forms.OpinionForm,
                guards=(do.has_visit, do.declaration_follows_visit, do.facts_are_known),
                effect=do.propose,
                help=_("核定结果由规则计算，见“核定说明”；意见由经办人提出。"),
            ),
            Step(
                "revise_facts",
                _("核实后补充、更正家庭情况"),
                ("visited",),
                "visited",
                form=forms.RevisionForm,
                effect=do.revise_facts,
                help=_("按核实的情况填写，原声明保留备查。"),
            ),
            Step(
                "approve",
                _("拟批准"),
                ("proposed",),
                "approved",
                form=forms.ApprovalForm,
                guards=(
                    do.officer_did_not_investigate,
                    do.can_decide,
                    do.rules_allow,
                    do.relatives_are_visited,
                ),
                effect=do.approve,
                help=_("规则只提出建议，由审批人审查全部材料后决定。"),
            ),
            Step(
                "refuse",
                _("不予批准"),
                ("proposed",),
                "refusing",
                form=forms.ReasonForm,
                guards=(do.officer_did_not_investigate, do.can_decide),
                effect=do.refuse,
                papers=(papers.REFUSAL.name,),
                help=_("写明理由，书面告知申请人。"),
                is_grave=True,
            ),
            Step(
                "send_back",
                _("退回乡镇（街道）重新调查"),
                ("proposed",),
                "accepted",
                form=forms.ReasonForm,
                is_grave=True,
            ),
            Step(
                "post_notice",
                _("张贴公示"),
                ("approved",),
                "on_notice",
                form=forms.NoticeForm,
                guards=(do.notice_is_in_order,),
                effect=do.post_notice,
                papers=(papers.NOTICE.name,),
                help=_("公示申请人姓名、保障人数和拟保障金额，不得公开与低保无关的信息。"),
            ),
            Step(
                "record_objection",
                _("登记异议"),
                ("on_notice",),
                "reinvestigating",
                form=forms.ReasonForm,
                effect=do.record_objection,
                is_grave=True,
            ),
            Step(
                "confirm",
                _("公示期满，批准发放"),
                ("on_notice",),
                "awarded",
                guards=(
                    do.officer_did_not_investigate,
                    do.notice_is_over,
                    do.still_without_award,
                ),
                effect=do.confirm,
                papers=(papers.APPROVAL.name,),
                help=_("公示期满无异议的批准，自下月起发放。"),
            ),
            Step(
                "deliver_refusal",
                _("送达不予批准告知书"),
                ("refusing",),
                "refused",
                help=_("送达后登记送达方式；申请人不服的，可以依法申请复议或者提起诉讼。"),
            ),
            Step(
                "withdraw",
                _("申请人撤回"),
                ("applied", "correcting", "accepted", "reinvestigating", "visited", "proposed"),
                "withdrawn",
                form=forms.ReasonForm,
                is_grave=True,
            ),
        ),
        separations=(
            Separation(
                INVESTIGATING,
                DECIDING,
                _("受理、调查和提出意见的人不能审批，审批的人也不能调查。请由另一人办理。"),
            ),
        ),
    )
)
