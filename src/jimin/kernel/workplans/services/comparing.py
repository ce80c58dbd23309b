"""What a revised text says against the ledger in force, and what was left out before."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ..models import Change, Deliverable, Plan, Sourced, State, Target, Task
from ..rules.comparison import Described, likeness, pair

COMPARED: dict[type[Sourced], tuple[str, ...]] = {
    Task: ("title", "lead_unit"),
    Target: ("subject", "comparator", "value", "high", "unit", "due"),
    Deliverable: ("name", "action"),
}
# What people have settled about a row of the ledger holds for the same row of the next version.
KEPT: dict[type[Sourced], tuple[str, ...]] = {
    Task: ("person", "weight"),
    Target: (
        "kind",
        "aggregation",
        "indicator",
        "curve",
        "points",
        "baseline",
        "starts_on",
        "reporter",
        "wanted_evidence",
        "is_public",
    ),
    Deliverable: ("progress", "number", "issued_on"),
}
KEPT_WHERE_SILENT = {Task: ("lead_unit", "co_units", "due", "units_are_suggested")}


def compare(plan: Plan, before: Plan) -> dict[str, int]:
    """Mark every undecided row as new, changed, moved or the same; hand on what was settled."""
    counts: dict[str, int] = {}
    for model in (Task, Target, Deliverable):
        new = list(_rows(model, plan).filter(state=State.PROPOSED))
        old = list(_rows(model, before).filter(state=State.CONFIRMED))
        pairs = dict(pair([_described(row) for row in new], [_described(row) for row in old]))
        for place, row in enumerate(new):
            row.was = old[pairs[place]] if place in pairs else None
            row.change = _change(row)
            if row.was is not None:
                _hand_on(row, row.was)
            row.save()
            counts[row.change] = counts.get(row.change, 0) + 1
    return counts


def gone(plan: Plan) -> list[Sourced]:
    """The rows of the ledger before for which the revised text has no successor."""
    if plan.compared_with is None:
        return []
    found: list[Sourced] = []
    for model in (Task, Target, Deliverable):
        followed = model.proposals.filter(plan=plan).exclude(was=None).values("was")
        rows = _rows(model, plan.compared_with).filter(state=State.CONFIRMED)
        found.extend(rows.exclude(pk__in=followed))
    return found


def differences(row: Any) -> list[tuple[str, Any, Any]]:
    """The label, the old and the new value of every field that the revised text changed."""
    if row.was is None:
        return []
    found = []
    for name in COMPARED[type(row)]:
        was, now = getattr(row.was, name), getattr(row, name)
        if was != now and not (name == "lead_unit" and _is_silent(row)):
            shown = getattr(row, f"get_{name}_display", None)
            told = (getattr(row.was, f"get_{name}_display")(), shown()) if shown else (was, now)
            label = str(row._meta.get_field(name).verbose_name)
            found.append((label, *(_plain(value) for value in told)))
    return found


def _is_silent(row: Task) -> bool:
    """Whether the text itself names no unit."""
    return not row.lead_unit or row.units_are_suggested


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def remember_rejections(plan: Plan) -> dict[str, int]:
    """Leave out again what a person left out of an earlier version, word for word the same."""
    count = 0
    for model in (Task, Target, Deliverable):
        earlier: dict[str, Any] = {}
        known = model.proposals.filter(plan__area=plan.area, state=State.REJECTED)
        for row in known.exclude(plan=plan).select_related("plan").order_by("decided_at"):
            earlier[_words(row)] = row
        if plan.compared_with is not None:  # what was taken in later counts more
            for row in _rows(model, plan.compared_with).filter(state=State.CONFIRMED):
                earlier.pop(_words(row), None)
        for row in model.proposals.filter(plan=plan, state=State.PROPOSED):
            decided = earlier.get(_words(row))
            if decided is None or _has_children(row):
                continue
            row.state = State.REJECTED
            row.decided_by, row.decided_at = decided.decided_by, decided.decided_at
            row.reason = decided.reason or _("沿用 %(year)s 年第 %(version)s 版的决定") % {
                "year": decided.plan.year,
                "version": decided.plan.version,
            }
            row.save(update_fields=["state", "decided_by", "decided_at", "reason"])
            count += 1
    return {"left_out_again": count}


def _rows(model: Any, plan: Plan) -> Any:
    above = "parent" if model is Task else "task"
    return model.proposals.filter(plan=plan).select_related(above)


def _described(row: Any) -> Described:
    if isinstance(row, Task):
        return Described(row.title, row.quote, row.kind)
    if isinstance(row, Target):
        return Described(row.subject, row.quote, row.unit.partition("/")[0], str(row.value))
    return Described(row.name, row.quote, row.action)


def _change(row: Any) -> Change:
    if row.was is None:
        return Change.NEW
    if differences(row):
        return Change.CHANGED
    return Change.MOVED if _place(row) != _place(row.was) else Change.SAME


def _place(row: Any) -> str:
    """The heading a row stands under; a renumbered or slightly reworded one is the same."""
    above = row.parent if isinstance(row, Task) else row.task
    if above is None:
        return ""
    other = row.was
    theirs = None if other is None else other.parent if isinstance(row, Task) else other.task
    if theirs is not None and likeness(above.title, theirs.title) >= 0.7:
        return str(theirs.title)
    return str(above.title)


def _hand_on(row: Any, was: Any) -> None:
    for name in KEPT[type(row)]:
        setattr(row, name, getattr(was, name))
    for name in KEPT_WHERE_SILENT.get(type(row), ()):
        if not getattr(row, name):
            setattr(row, name, getattr(was, name))


def _words(row: Any) -> str:
    """The words a decision was about: the quote, and for a figure also which."""
    words = "".join(row.quote.split())
    return f"{words}|{row.value}|{row.unit}" if isinstance(row, Target) else words


def _has_children(row: Any) -> bool:
    if not isinstance(row, Task):
        return False
    return Task.proposals.filter(parent=row).exists() or Target.proposals.filter(task=row).exists()
