"""How far the papers of the plan have come."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log

from ..models import Deliverable, PaperStep

ORDER = list(Deliverable.Progress)


@transaction.atomic
def advance_paper(
    *,
    actor: User | System,
    paper: Deliverable,
    progress: str,
    number: str = "",
    issued_on: date | None = None,
    on: date | None = None,
    note: str = "",
) -> Deliverable:
    """Record how far a paper has come; an issued one has its number and day.

    A paper goes forward, skipping what it does not need; going back needs a note that says why.
    """
    paper = (
        Deliverable.objects.select_for_update(of=("self",)).select_related("plan").get(pk=paper.pk)
    )
    require(actor=actor, verb="report", subject="workplans.report", area=paper.plan.area_id)
    is_issued = progress == Deliverable.Progress.ISSUED
    if is_issued and not (number and issued_on):
        raise ValidationError(_("已印发的文件要填写文号和印发日期。"))
    day = on or issued_on or timezone.localdate()
    if day > timezone.localdate():
        raise ValidationError(_("日期不能晚于今天。"))
    before = paper.progress
    if progress not in ORDER:
        raise ValidationError(_("请选择进展。"))
    if (
        ORDER.index(Deliverable.Progress(progress)) < ORDER.index(Deliverable.Progress(before))
        and not note.strip()
    ):
        raise ValidationError(_("文件进展退回要写明原因。"))
    last = paper.steps.order_by("-on", "-id").first()
    if last and day < last.on:
        raise ValidationError(_("日期不能早于上一步的 %(on)s。") % {"on": last.on})
    paper.progress, paper.number, paper.issued_on = progress, number, issued_on
    paper.full_clean()
    paper.save()
    PaperStep.objects.create(
        paper=paper,
        progress=progress,
        on=day,
        note=note.strip(),
        recorded_by=actor if isinstance(actor, User) else None,
    )
    log(
        actor=actor,
        obj=paper,
        verb="advanced",
        values={"progress": [before, progress], "number": number, "issued_on": issued_on},
        reason=note.strip(),
    )
    return paper
