"""The official papers of dibao. Their templates are Word files the bureau may edit."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.scope import System, acting_as
from jimin.foundation.documents.rules import Form, register
from jimin.kernel.areas.queries import full_name
from jimin.kernel.cases.services import Context

from .. import queries

FOLDER = Path(__file__).parents[1] / "documents"


def content(context: Context) -> dict[str, Any]:
    """What the templates may print. Nothing here goes beyond what the paper must say."""
    case = context.case
    application = queries.application_of(case)
    decision = application.decisions.order_by("-id").first()
    notice = queries.notice_of(application)
    with acting_as(System("the wording of a paper")):
        where = full_name(case.area_id)
    assessment = application.assessment
    return {
        "case": case.number,
        "applicant": case.applicant,
        "area": where,
        "opened_on": case.opened_on,
        "size": application.declaration.members.count(),
        "residence": application.household.get_residence_display(),
        "amount": f"{decision.amount:.2f}" if decision else "",
        "reason": context.data.get("note") or (decision.reason if decision else ""),
        "finding": assessment.reason if assessment else "",
        "from_day": notice.from_day if notice else None,
        "to_day": notice.to_day if notice else None,
        "place": notice.place if notice else "",
        "first_month": next_month(context) if context.step.name == "confirm" else "",
    }


def next_month(context: Context) -> str:
    award = context.case.awards.order_by("-id").first()
    return f"{award.from_month:%Y 年 %-m 月}" if award else ""


def _declare(name: str, label: Any, mark: str) -> Form:
    return register(
        Form(
            name=f"dibao_{name}",
            label=label,
            template=FOLDER / f"{name}.docx",
            series=f"dibao_{name}",
            number=f"{{unit}}民{mark}〔{{year}}〕{{serial:04d}}号",
            content=content,
        )
    )


CORRECTION = _declare("correction", _("补正材料告知书"), "低保补")
REFUSAL = _declare("refusal", _("不予批准告知书"), "低保否")
NOTICE = _declare("notice", _("拟批准公示"), "低保示")
APPROVAL = _declare("approval", _("批准通知书"), "低保批")
