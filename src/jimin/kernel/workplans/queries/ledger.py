"""The whole ledger, or one target of it, on a day."""

from collections.abc import Callable
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from jimin.kernel.areas.queries import counties

from ..models import Deliverable, Plan, Standing, State, Target, Task
from ..rules.indicators import month_end
from ..rules.lights import judge_delivery
from .figures import bound_figures, latest_reports
from .judging import row_of
from .rows import Figures, Ledger, Node, Paper, Row


def plan_in_force(year: int | None = None) -> Plan | None:
    """The plan of the year, or else the latest one in force."""
    plans = Plan.objects.filter(state=Plan.State.IN_FORCE)
    if year is not None:
        plans = plans.filter(year=year)
    return plans.order_by("-year").first()


def default_day(plan: Plan) -> date:
    """The last day kept for the plan; else the end of last month, inside the plan's year."""
    kept = (
        Standing.objects.filter(target__plan=plan, replaced_at=None)
        .order_by("-on")
        .values_list("on", flat=True)
    ).first()
    if kept:
        return kept
    today = timezone.localdate()
    if today.year > plan.year:
        return date(plan.year, 12, 31)
    if today.year < plan.year or today.month == 1:
        return date(plan.year, 1, 31)
    return month_end(today.year, today.month - 1)


def ledger(plan: Plan, on: date) -> Ledger:
    """The whole ledger on a day: a dozen queries, and those of each indicator bound in it."""
    targets = list(Target.objects.filter(plan=plan).only("indicator"))
    figures = bound_figures(plan, targets, on)
    reports = latest_reports(plan, on)
    areas = {area.code: area for area in counties()}

    def row(target: Target) -> Row:
        return row_of(target, on, figures, reports.get(target.pk, {}), areas)

    return tree_of(plan, on, row, figures)


def tree_of(plan: Plan, on: date, row: Callable[[Target], Row], figures: Figures) -> Ledger:
    """The tasks as a tree, each target as `row` makes it."""
    frames = {frame.pk: frame for frame in plan.frames.all()}
    nodes: dict[int, Node] = {}
    tree: list[Node] = []
    for task in Task.objects.filter(plan=plan):
        node = nodes[task.pk] = Node(task)
        (nodes[task.parent_id].children if task.parent_id in nodes else tree).append(node)
    under = {"task__plan": plan, "task__state": State.CONFIRMED}
    tagged = Task.frames.through.objects.filter(**under).order_by("frame__order")
    for task_id, frame_id in tagged.values_list("task_id", "frame_id"):
        nodes[task_id].frames.append(frames[frame_id])
    for target in with_terms(Target.objects.filter(**under)):
        node = nodes[target.task_id]
        target.plan, target.task = plan, node.task
        node.rows.append(row(target))
    for paper in Deliverable.objects.filter(**under).prefetch_related("steps"):
        nodes[paper.task_id].papers.append(paper_on(paper, on))
    return Ledger(plan, on, tree, nodes, list(frames.values()), figures)


def with_terms(targets: QuerySet[Target]) -> QuerySet[Target]:
    """Targets with all that their goals are made of."""
    return targets.select_related("part_of", "allocation").prefetch_related(
        "allocation__quotas", "milestones", "adjustments"
    )


def paper_on(paper: Deliverable, on: date) -> Paper:
    """How far a paper had come by a day."""
    reached = [step.progress for step in paper.steps.all() if step.on <= on]
    progress = Deliverable.Progress(reached[-1]) if reached else Deliverable.Progress.PLANNED
    is_issued = progress == Deliverable.Progress.ISSUED
    return Paper(paper, judge_delivery(is_issued, paper.due, on=on), progress)


def target_row(target: Target, on: date) -> Row:
    """One target on a day, with its parts."""
    figures = bound_figures(target.plan, [target], on)
    reports = latest_reports(target.plan, on, target)
    areas = {area.code: area for area in counties()}
    return row_of(target, on, figures, reports.get(target.pk, {}), areas)
