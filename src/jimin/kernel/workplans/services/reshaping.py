"""Taking proposals apart, putting them together, and adding what the reading missed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import differences, log, snapshot

from ..models import Deliverable, Plan, State, Target, Task
from . import proposing
from .review import MODELS, Row, accept_row, locked, reject_row

_CUTS = re.compile(r"[、，；。,;]|(?<=[\u4e00-\u9fff\d])(?:和|及|并)(?=.)")
LONGEST_QUOTE = 600
MANY = 2


def cuts(row: Row) -> list[int]:
    """Where a row's words can be parted: behind a mark, before 和, 及 and 并."""
    found = []
    for m in _CUTS.finditer(row.quote):
        cut = m.end() if m.group() in "、，；。,;" else m.start()
        if row.quote[:cut].strip() and row.quote[cut:].strip(" \n、，；。,;"):
            found.append(cut)
    return found


@transaction.atomic
def split_row(
    *, actor: User | System, row: Target | Task, at: int, seen: int | None = None
) -> Target | Task:
    """Make two rows of one. Each part is read again; both wait for a decision."""
    row = locked(actor, row, seen)
    _must_be_open(row.plan)
    if at not in cuts(row) or row.start is None or row.end is None:
        raise ValidationError(_("请在原句的标点处选择拆开的位置。"))
    before = snapshot(row)
    middle, end = row.start + at, row.end
    rest = row.plan.text[middle:end]
    middle += len(rest) - len(rest.lstrip(" \n、，；。,;"))
    second = type(row).proposals.get(pk=row.pk)
    second.pk = None
    second._state.adding = True
    second.code = _free_code(row)
    _take_span(row, row.start, row.start + at)
    _take_span(second, middle, end)
    row.revision += 1
    second.revision = 0
    for part in (row, second):
        part.state, part.decided_by, part.decided_at, part.reason = State.PROPOSED, None, None, ""
        _read_again(part)
        part.full_clean()
        part.save()
    if isinstance(row, Task) and isinstance(second, Task):
        for model in (Target, Deliverable):
            model.proposals.filter(task=row, start__gte=middle).update(task=second)
        second.frames.set(row.frames.all())
    log(actor=actor, obj=row, verb="split", values=differences(before, snapshot(row)))
    log(actor=actor, obj=second, verb="added", values=snapshot(second))
    return second


@transaction.atomic
def merge_rows(
    *, actor: User | System, rows: Sequence[Row], seen: Mapping[int, int] | None = None
) -> Row:
    """Make one row of several of a kind: the first takes the words of all, the rest go."""
    kinds = {type(row) for row in rows}
    if len(rows) < MANY or len(kinds) != 1:
        raise ValidationError(_("请勾选至少两条同类的条目（任务、目标或文件），再合并。"))
    rows = [locked(actor, row, (seen or {}).get(row.pk)) for row in rows]
    rows.sort(key=lambda row: (row.start or 0, row.pk))
    kept, others = rows[0], rows[1:]
    _must_be_open(kept.plan)
    before = snapshot(kept)
    spans = [(row.start, row.end) for row in rows if row.start is not None and row.end is not None]
    if spans and max(end for _s, end in spans) - min(s for s, _e in spans) <= LONGEST_QUOTE:
        _take_span(kept, min(start for start, _e in spans), max(end for _s, end in spans))
    else:
        kept.quote = "……".join(row.quote for row in rows)[: 2 * LONGEST_QUOTE]
    for other in others:
        _hang_over(other, kept)
        reject_row(actor=actor, row=other, reason=_("并入 %(code)s") % {"code": kept.code})
    kept.state, kept.decided_by, kept.decided_at = State.PROPOSED, None, None
    kept.revision += 1
    kept.full_clean()
    kept.save()
    log(actor=actor, obj=kept, verb="merged", values=differences(before, snapshot(kept)))
    return kept


@transaction.atomic
def add_row(
    *,
    actor: User | System,
    plan: Plan,
    kind: str,
    values: Mapping[str, Any],
    start: int | None = None,
    end: int | None = None,
) -> Row:
    """A row the reading missed, with its place when it was marked in the text.

    A person wrote it, so it is confirmed at once unless what it hangs on still waits.
    """
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    require(actor=actor, verb="review", subject="workplans.plan", area=plan.area_id)
    _must_be_open(plan)
    row: Any = MODELS[kind](plan=plan, **values)
    if start is not None and end is not None:
        _take_span(row, *check_span(plan, start, end))
    if isinstance(row, Task):
        row.order = _order_at(plan, row)
        row.kind = row.kind or Task.Kind.TASK
    row.code = _free_code(row)
    row.full_clean()
    row.save()
    log(actor=actor, obj=row, verb="added", values=snapshot(row))
    above = row.parent_id if isinstance(row, Task) else row.task_id
    if above is None or Task.objects.filter(pk=above).exists():
        return accept_row(actor=actor, row=row)  # type: ignore[no-any-return]
    return row  # type: ignore[no-any-return]


def check_span(plan: Plan, start: int, end: int) -> tuple[int, int]:
    """The marked place without blanks around it."""
    if not 0 <= start < end <= len(plan.text) or end - start > 2 * LONGEST_QUOTE:
        raise ValidationError(_("选中的文字不在原文中或者过长，请重新选择。"))
    part = plan.text[start:end]
    start += len(part) - len(part.lstrip())
    end = start + len(part.strip())
    if start >= end:
        raise ValidationError(_("选中的文字是空的，请重新选择。"))
    return start, end


def task_at(plan: Plan, place: int) -> Task | None:
    """The task whose words begin last before a place of the text."""
    tasks = Task.proposals.filter(plan=plan, start__lte=place).exclude(state=State.REJECTED)
    return tasks.order_by("-start", "-order").first()


def _must_be_open(plan: Plan) -> None:
    if plan.state != Plan.State.REVIEW:
        raise ValidationError(_("台账已经启用，目标的调整须经批准；请上传修订的文本，另立新版。"))


def _take_span(row: Any, start: int, end: int) -> None:
    row.start, row.end = start, end
    row.quote = row.plan.text[start:end]


def _read_again(row: Any) -> None:
    """Fill a part from its own words; what cannot be read stays as it was."""
    if isinstance(row, Task):
        row.title = re.split(r"[。；，\n]", row.quote.strip())[0][:120] or row.title
        return
    for name, value in proposing.read_part(row.plan, row.start, row.end).items():
        setattr(row, name, value)


def _hang_over(other: Any, kept: Any) -> None:
    """What hung on a row that goes hangs on the one that stays."""
    if isinstance(other, Task):
        Task.proposals.filter(parent=other).update(parent=kept)
        for model in (Target, Deliverable):
            model.proposals.filter(task=other).update(task=kept)
    elif isinstance(other, Target):
        Target.proposals.filter(part_of=other).update(part_of=kept)


def _order_at(plan: Plan, row: Task) -> int:
    before = Task.proposals.filter(plan=plan)
    if row.start is not None:
        before = before.filter(start__lte=row.start)
    last = before.order_by("-order").first()
    return last.order if last else 0


def _free_code(row: Any) -> str:
    """The next code by hand: M01 for a target, P01 for a paper, 2.1a after 2.1."""
    taken = set(type(row).proposals.filter(plan=row.plan).values_list("code", flat=True))
    if isinstance(row, Task):
        stem = (row.code or (row.parent.code if row.parent else "N"))[:16]
        codes = (f"{stem}{chr(97 + n)}" if n < 26 else f"{stem}z{n}" for n in range(1000))
    else:
        letter = "P" if isinstance(row, Deliverable) else "M"
        codes = (f"{letter}{n:02d}" for n in range(1, 10_000))
    return next(code for code in codes if code not in taken)
