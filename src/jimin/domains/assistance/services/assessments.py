"""Asking the rules about one family, storing the answer, and replaying it."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.engine.rules.language import CHINESE, Language
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.rules import sm3
from jimin.kernel.awards import rules as months
from jimin.kernel.cases.models import Case
from jimin.kernel.policy.queries import in_force
from jimin.policies import Assessment as Found
from jimin.policies import PolicyError, assess_household, load_policy

from .. import queries
from ..models import Assessment, Declaration
from ..rules import canonical, example_parameters, frozen, thawed


def preview(declaration: Declaration, month: dt.date, case: Case | None = None) -> Assessment:
    """What the rules say now, not stored. Facts the rules cannot take are a ValidationError."""
    if declaration.authorised_on is None:
        raise ValidationError(_("没有全体成年家庭成员的核对授权，不能核定。请先取得并登记授权。"))
    household, members = queries.inputs_of(declaration)
    policy = load_policy(settings.POLICY)
    try:
        found = assess_household(policy, months.text(month), household, members)
    except PolicyError as error:
        raise ValidationError(_("不能核定：%(reason)s") % {"reason": str(error)}) from error
    inputs = {"household": frozen(household), "members": [frozen(one) for one in members]}
    result = found.as_json(declaration.household.number)
    assessment = Assessment(
        declaration=declaration,
        case=case,
        month=months.month_of(month),
        policy=policy.name,
        version=policy.version,
        conclusion=found.conclusion,
        amount=None if found.amount is None else Decimal(result["amount"]),
        reason=found.reason[:300],
        inputs=inputs,
        result=result,
    )
    assessment.sm3 = digest_of(assessment)
    return assessment


@transaction.atomic
def assess(
    *, actor: User | System, declaration: Declaration, month: dt.date, case: Case | None = None
) -> Assessment:
    """Assess a family for a month and store inputs, result and digest for good."""
    assessment = preview(declaration, month, case)
    assessment.save()
    audit.log(
        actor=actor,
        obj=assessment,
        verb="assess",
        values={
            "household": declaration.household_id,
            "month": months.text(month),
            "version": assessment.version,
            "conclusion": assessment.conclusion,
            "amount": assessment.amount,
            "sm3": assessment.sm3,
        },
    )
    return assessment


def digest_of(assessment: Assessment) -> str:
    return sm3(
        canonical(
            {
                "policy": assessment.policy,
                "version": assessment.version,
                "month": months.text(assessment.month),
                "inputs": assessment.inputs,
                "result": assessment.result,
            }
        )
    )


def replay(assessment: Assessment) -> dict[str, Any]:
    """The result of the stored inputs by today's rules; the same bytes for the same version."""
    return _assessed_again(assessment).as_json(assessment.result["household"])


def _assessed_again(assessment: Assessment, language: Language = CHINESE) -> Found:
    policy, month = load_policy(assessment.policy), months.text(assessment.month)
    facts = policy.edition(month).book.facts
    household = thawed(assessment.inputs["household"], facts["group"])
    members = [thawed(one, facts["member"]) for one in assessment.inputs["members"]]
    return assess_household(policy, month, household, members, language)


def told(assessment: Assessment, language: Language) -> dict[str, Any]:
    """The result with its explanation in another language, figures and conclusion unchanged.

    Only the version that decided can explain itself: where the rules have changed since, or do
    not come to the same, the explanation stays as it is stored.
    """
    stored: dict[str, Any] = assessment.result
    if language is CHINESE or load_policy(assessment.policy).version != assessment.version:
        return stored
    result = _assessed_again(assessment, language).as_json(stored["household"])
    for figure in ("conclusion", "per_capita", "standard", "topup", "category", "amount"):
        if result[figure] != stored[figure]:
            return stored
    return result


def not_decidable(assessment: Assessment, on: dt.date) -> str | None:
    """Why nobody may decide on this assessment, or None. In the demo example figures serve."""
    if digest_of(assessment) != assessment.sm3:
        return _("核定结果与存档不一致，不能据以决定。请联系管理员核查。")
    if settings.DEMO:
        return None
    if examples := example_parameters(assessment.result["steps"]):
        return _(
            "参数“%(names)s”是示例值，没有正式文件，不能据以决定。"
            "请先在政策参数中填入有文件依据的数值。"
        ) % {"names": "”“".join(examples)}
    release = in_force(assessment.policy, on)
    if release is None or release.version != assessment.version:
        return _(
            "核定所用的政策版本 %(version)s 没有发布施行，不能据以决定。请先发布政策版本。"
        ) % {"version": assessment.version}
    return None
