"""A ledger replaced by its next version: what was reported, kept and asked for goes on there."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.audit.services import log

from ..models import (
    Adjustment,
    Allocation,
    Deliverable,
    Demand,
    ListedUnit,
    Milestone,
    PaperStep,
    Plan,
    Report,
    ReportPeriod,
    ScoreEntry,
    Standing,
    Target,
)
from . import comparing, ledger

# What hangs on a target that asks for the same as before.
HANGING: tuple[type[Model], ...] = (Standing, Demand, Milestone, Allocation, Adjustment)

PAPER = ("progress", "number", "issued_on")


@transaction.atomic
def adopt_revision(*, actor: User | System, plan: Plan, gone_seen: bool) -> Plan:
    """Put a reviewed text in force; what it no longer contains must have been looked at."""
    missing = comparing.gone(plan)
    if missing and not gone_seen:
        raise ValidationError(
            _("原台账有 %(count)s 条在新文本中不再出现。请看过清单并勾选，再启用。")
            % {"count": len(missing)}
        )
    before = plan.compared_with
    is_next = before is not None and before.state == Plan.State.IN_FORCE
    adopted = ledger.adopt_plan(actor=actor, plan=plan)
    if before is not None and is_next:
        _hand_over(actor=actor, plan=adopted, before=before)
    return adopted


def _hand_over(*, actor: User | System, plan: Plan, before: Plan) -> dict[str, int]:
    """Move to each target that is unchanged all that its predecessor had.

    A target that asks for something else of the same measure takes the reports only: what was
    reached is a fact, but its lights were judged by other terms and stay with the old version.
    Points move; the months are locked in both versions.
    """
    counts: dict[str, int] = {}

    def moved(rows: QuerySet[Model], **to: Model) -> None:
        if number := rows.update(**to):
            name = str(rows.model._meta.model_name)
            counts[name] = counts.get(name, 0) + number

    for target in Target.objects.filter(plan=plan, was__plan=before).select_related("was"):
        if not _same_measure(target, target.was):
            continue
        moved(Report._base_manager.filter(target=target.was), target=target)
        moved(ListedUnit.objects.filter(target=target.was), target=target)  # reports name them
        if comparing.differences(target):
            continue
        for model in HANGING:
            moved(model._base_manager.filter(target=target.was), target=target)
    for paper in Deliverable.objects.filter(plan=plan, was__plan=before).select_related("was"):
        moved(PaperStep.objects.filter(paper=paper.was), paper=paper)
        for name in PAPER:
            setattr(paper, name, getattr(paper.was, name))
        paper.save(update_fields=PAPER)
    moved(ScoreEntry.objects.filter(plan=before), plan=plan)
    for period in ReportPeriod.objects.filter(plan=before):
        period.pk, period.plan = None, plan
        period.save(force_insert=True)
    log(actor=actor, obj=plan, verb="continued", values={"before": before.pk, **counts})
    return counts


def _same_measure(target: Target, was: Target) -> bool:
    names = ("aggregation", "unit", "indicator", "reporter")
    return all(getattr(target, name) == getattr(was, name) for name in names)
