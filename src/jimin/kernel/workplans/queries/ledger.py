"""The whole ledger, or one target of it, on a day."""

from datetime import date

from django.db.models import Prefetch
from django.utils import timezone

from jimin.kernel.areas.queries import counties

from ..models import Deliverable, Plan, Standing, Target, Task
from ..rules.indicators import month_end
from ..rules.lights import judge_delivery
from .figures import bound_figures, latest_reports
from .judging import row_of
from .rows import Ledger, Node, Paper, Row


def plan_in_force(year: int | None = None) -> Plan | None:
    """The plan of the year, or else the latest one in force."""
    plans = Plan.objects.filter(state=Plan.State.IN_FORCE)
    if year is not None:
        plans = plans.filter(year=year)
    return plans.order_by("-year").first()


def default_day(plan: Plan) -> date:
    """The last day kept for the plan; else the end of last month, inside the plan's year."""
    kept = (
        Standing.objects.filter(target__plan=plan).order_by("-on").values_list("on", flat=True)
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
    """The whole ledger on a day: six queries, and those of each indicator bound in it."""
    tasks = list(
        Task.objects.filter(plan=plan).prefetch_related(
            Prefetch("frames"),
            Prefetch("targets", Target.objects.select_related("part_of")),
            Prefetch("deliverables", Deliverable.objects.all()),
        )
    )
    targets = [target for task in tasks for target in task.targets.all()]
    figures = bound_figures(plan, targets, on)
    reports = latest_reports(plan, on)
    areas = {area.code: area for area in counties()}
    nodes: dict[int, Node] = {}
    tree: list[Node] = []
    for task in tasks:
        node = nodes[task.pk] = Node(task)
        (nodes[task.parent_id].children if task.parent_id in nodes else tree).append(node)
        for target in task.targets.all():
            target.plan, target.task = plan, task
            node.rows.append(row_of(target, on, figures, reports.get(target.pk, {}), areas))
        for paper in task.deliverables.all():
            issued = paper.progress == Deliverable.Progress.ISSUED and (
                paper.issued_on is not None and paper.issued_on <= on
            )
            node.papers.append(Paper(paper, judge_delivery(issued, paper.due, on=on)))
    return Ledger(plan, on, tree, nodes, figures)


def target_row(target: Target, on: date) -> Row:
    """One target on a day, with its parts."""
    figures = bound_figures(target.plan, [target], on)
    reports = latest_reports(target.plan, on, target)
    areas = {area.code: area for area in counties()}
    return row_of(target, on, figures, reports.get(target.pk, {}), areas)
