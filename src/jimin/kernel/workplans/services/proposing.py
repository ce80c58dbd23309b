"""From an uploaded text to the rows a person decides; nothing is in the ledger yet."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.engine import gongwen
from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.kernel.areas.models import Area

from ..models import Deliverable, Plan, Target, Task
from ..rules.comparison import likeness
from . import comparing
from .ledger import add_frames, new_plan
from .suggesting import suggest_units
from .texts import pasted_text, text_of

YEARS = range(1990, 2100)
CLAUSE_ENDS = "。；;，,：:！？\n\t"
ANNEX = 5000  # the place in the order of what stands in an annex

# What the reader of texts calls a target, and how its figures add up.
AGGREGATIONS = {
    "flow": Target.Aggregation.FLOW,
    "stock": Target.Aggregation.STOCK,
    "level": Target.Aggregation.STOCK,
    "ratio": Target.Aggregation.RATIO,
    "growth": Target.Aggregation.RATIO,
    "universal": Target.Aggregation.RATIO,
    "survey": Target.Aggregation.SURVEY,
    "cap": Target.Aggregation.CAP,
    "zero": Target.Aggregation.ZERO,
    "relational": Target.Aggregation.RELATIONAL,
    "per_unit": Target.Aggregation.PER_UNIT,
    "grade": Target.Aggregation.GRADE,
    "milestone": Target.Aggregation.MILESTONE,
    "multiple": Target.Aggregation.STOCK,
}


@transaction.atomic
def upload_plan(
    *,
    actor: User | System,
    area: Area,
    year: int,
    title: str,
    file_name: str = "",
    content: bytes = b"",
    pasted: str = "",
) -> Plan:
    """Keep a text and its file with their hashes, and propose what was read in it.

    Where a ledger of the year is in force, every row is compared with it. What was left out
    before is left out again, with its reason.
    """
    require(actor=actor, verb="add", subject="workplans.plan", area=area.code)
    if year not in YEARS:
        raise ValidationError(_("年度应在 1990 至 2099 之间。"))
    if pasted.strip() and content:
        raise ValidationError(_("文件和粘贴的文本只能用一种，请留下其中一种。"))
    if pasted.strip():
        text, content, file_name = pasted_text(pasted), pasted.encode(), _("粘贴的文本.txt")
    else:
        text = text_of(file_name, content)
    plan = new_plan(
        actor=actor,
        area=area,
        year=year,
        title=title,
        text=text,
        file_name=file_name[-120:],
        file_sha256=hashlib.sha256(content).hexdigest(),
    )
    suffix = "." + file_name.rpartition(".")[2].lower()
    plan.original.save(f"{plan.file_sha256[:16]}{suffix}", ContentFile(content), save=False)
    plan.compared_with = Plan.objects.filter(
        area=area, year=year, state=Plan.State.IN_FORCE
    ).first()
    plan.save(update_fields=["original", "compared_with"])
    counts = Proposer(plan, gongwen.read_plan(text, year)).propose()
    counts |= comparing.remember_rejections(plan)
    if plan.compared_with is not None:
        counts |= comparing.compare(plan, plan.compared_with)
    counts["units_suggested"] = suggest_units(plan)  # last: what was settled before goes first
    log(actor=actor, obj=plan, verb="uploaded", values={"sha256": plan.sha256, **counts})
    return plan


@transaction.atomic
def reread_plan(*, actor: User | System, plan: Plan) -> int:
    """Read the text of a ledger in review again and add what no row stands for yet.

    Rows a person has decided, also those left out, stay as they are.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    require(actor=actor, verb="review", subject="workplans.plan", area=plan.area_id)
    if plan.state != Plan.State.REVIEW:
        raise ValidationError(_("台账已经启用，不再重新识别；请上传修订的文本，另立新版。"))
    added = Proposer(plan, gongwen.read_plan(plan.text, plan.year)).add_missing()
    if added:
        comparing.remember_rejections(plan)
        if plan.compared_with is not None:
            comparing.compare(plan, plan.compared_with)
    log(actor=actor, obj=plan, verb="reread", values={"added": added})
    return added


def read_original(*, actor: User | System, plan: Plan) -> bytes:
    """The file as it was uploaded; one that has changed since is not handed out."""
    require(actor=actor, verb="view", subject="workplans.plan", area=plan.area_id)
    with plan.original.open("rb") as file:
        content: bytes = file.read()
    if hashlib.sha256(content).hexdigest() != plan.file_sha256:
        raise ValidationError(_("原件与上传时不一致，不能下载。请联系管理员核查。"))
    log(actor=actor, obj=plan, verb="downloaded", values={"file": plan.file_name})
    return content


def read_part(plan: Plan, start: int, end: int) -> dict[str, Any]:
    """The fields of the one target read in a part of the text, for a person to check."""
    part = plan.text[start:end]
    reading = gongwen.read_plan(part, plan.year)
    if len(reading.targets) != 1:
        return {"subject": " ".join(part.split())[:200]}
    found = reading.targets[0]
    low, high = found.value if isinstance(found.value, tuple) else (found.value, None)
    return {
        "subject": found.subject[:200] or found.quote,
        "value": low,
        "high": high,
        "unit": found.unit[:30],
        "comparator": found.comparator,
        "kind": _kind_of_number(found),
        "aggregation": AGGREGATIONS[found.kind],
        "role": found.role,
        "scope": found.scope[:80],
        "per": found.per[:40],
        "base": found.base[:80],
        "modality": found.modality[:20],
        "due": found.due,
    }


class Proposer:
    """Makes the rows of one reading, all waiting for a person."""

    def __init__(self, plan: Plan, reading: gongwen.Plan) -> None:
        self.plan = plan
        self.reading = reading
        self.tasks: dict[int | None, Task] = {}
        self.annex: list[tuple[int, int, Task]] = []

    def propose(self) -> dict[str, int]:
        add_frames(self.plan, {f.name: [m.text for m in f.members] for f in self.reading.frames})
        self._propose_tasks()
        self._propose_annex()
        targets = self._propose_targets()
        papers = [paper for paper, _found in self._papers()]
        Deliverable.proposals.bulk_create(papers)
        tasks = Task.proposals.filter(plan=self.plan).count()
        return {"tasks": tasks, "targets": targets, "deliverables": len(papers)}

    def add_missing(self) -> int:
        """Targets and papers at places where no row stands yet; tasks stay as they are."""
        for task in Task.proposals.filter(plan=self.plan).order_by("-order"):
            if task.start is not None:
                self.tasks[task.start] = task
        added = 0
        rows: list[Target | Deliverable] = [row for row, _found in self._targets()]
        rows += [row for row, _found in self._papers()]
        for made in rows:
            if self._stands_already(made):
                continue
            made.code = self._free_code(made)
            made.save()
            added += 1
        return added

    def _stands_already(self, made: Target | Deliverable) -> bool:
        over = {"plan": self.plan, "start__lt": made.end, "end__gt": made.start}
        if isinstance(made, Deliverable):
            return Deliverable.proposals.filter(**over).exists()
        same = Target.proposals.filter(**over)
        return any(row.value == made.value and row.unit == made.unit for row in same)

    def _free_code(self, made: Target | Deliverable) -> str:
        taken = set(type(made).proposals.filter(plan=self.plan).values_list("code", flat=True))
        letter = made.code[0]
        return next(code for n in range(1, 10_000) if (code := f"{letter}{n:02d}") not in taken)

    def _propose_tasks(self) -> None:
        """Every node by its start; numbered among its siblings as 2.1.3."""
        parents = {node.parent for node in self.reading.nodes}
        counts: Counter[int | None] = Counter()
        for order, node in enumerate(self.reading.nodes, 1):
            parent = self.tasks.get(node.parent)
            counts[node.parent] += 1
            prefix = f"{parent.code}." if parent else ""
            if node.start not in parents:
                kind = Task.Kind.TASK
            else:
                kind = Task.Kind.GROUP if parent else Task.Kind.SECTION
            self.tasks[node.start] = Task.proposals.create(
                plan=self.plan,
                parent=parent,
                kind=kind,
                order=order,
                code=f"{prefix}{counts[node.parent]}",
                title=node.title[:120] or _("（无标题）"),
                lead_unit=node.lead[:40],
                co_units=list(node.partners),
                **_evidence(node, self.reading.text[node.start : node.heading_end])
                | {"end": node.heading_end},
            )

    def _propose_annex(self) -> None:
        """Units and limits of an annex go to the task it names, else to a task of its own."""
        above: Task | None = None
        number = 0
        for row in self.reading.annex:
            task = self._named(row.title)
            if task is not None:
                task.lead_unit = task.lead_unit or row.lead[:40]
                task.co_units = task.co_units or list(row.partners)
                task.person = task.person or row.person[:40]
                task.due = task.due or row.due
                task.save()
            else:
                number += 1
                above = above or Task.proposals.create(
                    plan=self.plan,
                    kind=Task.Kind.SECTION,
                    order=ANNEX,
                    code="F",
                    title=_("附表所列任务"),
                )
                task = Task.proposals.create(
                    plan=self.plan,
                    parent=above,
                    kind=Task.Kind.TASK,
                    order=ANNEX + number,
                    code=f"F.{number}",
                    title=row.title[:120],
                    lead_unit=row.lead[:40],
                    co_units=list(row.partners),
                    person=row.person[:40],
                    due=row.due,
                    **_evidence(row, row.quote),
                )
            self.annex.append((row.row_start, row.row_end, task))

    def _named(self, title: str) -> Task | None:
        """The task of the text that an annex names, when one is much more alike than the rest."""
        leaves = [task for task in self.tasks.values() if task.kind == Task.Kind.TASK]
        alike = max(leaves, key=lambda task: likeness(task.title, title), default=None)
        return alike if alike and likeness(alike.title, title) >= 0.75 else None

    def _propose_targets(self) -> int:
        rows = {}
        for row, found in self._targets():
            row.save()
            rows[found.start] = row
        for found in self.reading.targets:
            if found.part_of in rows:
                rows[found.start].part_of = rows[found.part_of]
                rows[found.start].save(update_fields=["part_of"])
        return Target.proposals.filter(plan=self.plan).count()

    def _targets(self) -> Iterator[tuple[Target, gongwen.Target | gongwen.Proposal]]:
        text = self.reading.text
        for number, found in enumerate(self.reading.targets, 1):
            low, high = found.value if isinstance(found.value, tuple) else (found.value, None)
            yield (
                Target(
                    code=f"T{number:02d}",
                    kind=_kind_of_number(found),
                    value=low,
                    high=high,
                    role=found.role,
                    scope=found.scope[:80],
                    per=found.per[:40],
                    base=found.base[:80],
                    modality=found.modality[:20],
                    **self._common(found)
                    # The clause, not the bare number: a reviewer wants to read the promise.
                    | _clause(text, found.clause_start, found.clause_end),
                ),
                found,
            )
        for number, other in enumerate(self.reading.proposals, 1):
            yield (
                Target(
                    code=f"C{number:02d}",
                    kind=other.kind if other.kind in Target.Kind.values else Target.Kind.NUMERIC,
                    value=other.value if isinstance(other.value, Decimal) else None,
                    **self._common(other) | _clause(text, other.start, other.end),
                ),
                other,
            )

    def _papers(self) -> Iterator[tuple[Deliverable, gongwen.Deliverable]]:
        for number, found in enumerate(self.reading.deliverables, 1):
            yield (
                Deliverable(
                    plan=self.plan,
                    task=self._task_at(found.node, found.start),
                    code=f"D{number:02d}",
                    name=found.name[:120],
                    action=found.action,
                    is_named=found.named,
                    due=None if found.action == "implement" else date(self.plan.year, 12, 31),
                    **_evidence(found, found.quote),
                ),
                found,
            )

    def _common(self, found: gongwen.Target | gongwen.Proposal) -> dict[str, Any]:
        return {
            "plan": self.plan,
            "task": self._task_at(found.node, found.start),
            "subject": found.subject[:200] or found.quote[:200],
            "aggregation": AGGREGATIONS[found.kind],
            "comparator": found.comparator,
            "unit": found.unit[:30],
            "due": found.due,
            **_evidence(found, found.quote),
        }

    def _task_at(self, node: int | None, place: int) -> Task:
        """The row of an annex, else the node's task, else one for what stands before the first."""
        for start, end, task in self.annex:
            if start <= place < end:
                return task
        if node not in self.tasks:
            self.tasks[None] = self.tasks.get(None) or self._without_heading()
            return self.tasks[None]
        return self.tasks[node]

    def _without_heading(self) -> Task:
        found, _made = Task.proposals.get_or_create(
            plan=self.plan,
            code="0",
            defaults={"kind": Task.Kind.TASK, "order": 0, "title": _("未归入任务的内容")},
        )
        return found


def _clause(text: str, start: int, end: int) -> dict[str, Any]:
    """The words between the marks around a span."""
    while start > 0 and text[start - 1] not in CLAUSE_ENDS:
        start -= 1
    while end < len(text) and text[end - 1] not in CLAUSE_ENDS and text[end] not in CLAUSE_ENDS:
        end += 1
    return {"start": start, "end": end, "quote": text[start:end]}


def _kind_of_number(found: gongwen.Target) -> str:
    if found.kind == "per_unit":
        return Target.Kind.PER_UNIT
    return Target.Kind.RATIO if found.unit == "%" else Target.Kind.NUMERIC


def _evidence(found: Any, quote: str) -> dict[str, Any]:
    return {
        "start": found.start,
        "end": found.end,
        "quote": quote,
        "rule": found.rule[:60],
        "confidence": Decimal(str(found.confidence)).quantize(Decimal("0.001")),
    }
