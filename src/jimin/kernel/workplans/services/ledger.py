"""Keeping a ledger: written beforehand, put in force, replaced by its next version."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.access.services import require
from jimin.foundation.audit.services import log
from jimin.foundation.declared import read_declared
from jimin.kernel.areas.models import Area

from ..models import Deliverable, Frame, LeadUnit, OfficialStatistic, Plan, State, Target, Task
from .completing import complete_target

DATA = Path(__file__).parent.parent / "data"
DEMO_LEDGER = DATA / "jilin_2016.yaml"
STATISTICS = DATA / "official_statistics.yaml"


@transaction.atomic
def adopt_plan(*, actor: User | System, plan: Plan) -> Plan:
    """Put a reviewed ledger in force; the one before it, of the same year, is replaced."""
    require(actor=actor, verb="review", subject="workplans.plan", area=plan.area_id)
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != Plan.State.REVIEW:
        raise ValidationError(_("这份台账不在审核中，不能再次启用。"))
    waiting = sum(
        model.proposals.filter(plan=plan, state=State.PROPOSED).count()
        for model in (Task, Target, Deliverable)
    )
    if waiting:
        raise ValidationError(
            _("还有 %(count)s 条没有确认或不采纳。请逐条处理后再启用。") % {"count": waiting}
        )
    if not Task.objects.filter(plan=plan).exists():
        raise ValidationError(_("台账里还没有任务，不能启用。"))
    _put_in_force(plan)
    log(actor=actor, obj=plan, verb="adopted")
    return plan


@transaction.atomic
def load_ledger(*, actor: User | System, path: Path = DEMO_LEDGER) -> Plan:
    """A ledger written beforehand, with its own text. Loading the same one again does nothing."""
    written = read_declared(path)
    require(actor=actor, verb="add", subject="workplans.plan", area=written["area"])
    area = Area.objects.get(code=written["area"])
    text = _text_of_ledger(written)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    known = Plan.objects.filter(area=area, year=written["year"], sha256=sha256).first()
    if known:
        return known
    plan = new_plan(
        actor=actor,
        area=area,
        year=written["year"],
        title=written["title"],
        text=text,
        note=written.get("note", ""),
    )
    _put_in_force(plan)  # before its rows: shares and stages are given to a ledger in force
    _Writer(plan, actor).write(written)
    log(actor=actor, obj=plan, verb="loaded", values={"sha256": sha256})
    return plan


@transaction.atomic
def load_statistics(*, actor: User | System, path: Path = STATISTICS) -> int:
    """The published figures that ship with Jimin. Those already entered are left as they are."""
    require(actor=actor, verb="add", subject="workplans.officialstatistic")
    added = 0
    for row in read_declared(path):
        key = {"name": row["name"], "area_id": row["area"], "year": row["year"]}
        values = {k: row[k] for k in ("unit", "source", "mark")} | {"value": Decimal(row["value"])}
        entry, is_new = OfficialStatistic.objects.get_or_create(**key, defaults=values)
        if is_new:
            log(actor=actor, obj=entry, verb="added", values=row)
            added += 1
    return added


@transaction.atomic
def load_lead_units(*, actor: User | System) -> int:
    """The table that ships with Jimin, where there is none yet."""
    require(actor=actor, verb="add", subject="workplans.leadunit")
    if LeadUnit.objects.exists():
        return 0
    rows = read_declared(DATA / "lead_units.yaml")
    for row in rows:
        entry = LeadUnit(note=_("示例，待本局确认"), **row)
        entry.full_clean()
        entry.save()
        log(actor=actor, obj=entry, verb="added", values=row)
    return len(rows)


def new_plan(*, actor: User | System, area: Area, year: int, text: str, **values: Any) -> Plan:
    """The next version of the year. Two at once: the constraint lets one of them through."""
    # PostgreSQL forbids locking an aggregate, so the area's row stands for the run of versions.
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    last = Plan.objects.filter(area=area, year=year).aggregate(last=Max("version"))["last"] or 0
    plan = Plan(
        area=area,
        year=year,
        version=last + 1,
        text=text,
        sha256=hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        uploaded_by=actor if isinstance(actor, User) else None,
        **values,
    )
    plan.full_clean()
    plan.save()
    return plan


def _put_in_force(plan: Plan) -> None:
    older = Plan.objects.filter(area=plan.area, year=plan.year, state=Plan.State.IN_FORCE)
    older.update(state=Plan.State.REPLACED)
    plan.state = Plan.State.IN_FORCE
    plan.save(update_fields=["state"])


def add_frames(plan: Plan, sets: dict[str, list[str]]) -> dict[str, Frame]:
    names = [(set_name, name) for set_name, members in sets.items() for name in members]
    unique = dict.fromkeys((s[:40], n[:60]) for s, n in names)
    frames = [
        Frame(plan=plan, set_name=set_name, name=name, order=order)
        for order, (set_name, name) in enumerate(unique, 1)
    ]
    return {frame.name: frame for frame in Frame.objects.bulk_create(frames)}


def _text_of_ledger(written: dict[str, Any]) -> str:
    """The ledger as an official text: numbered sections, groups, and tasks with their words."""
    lines = [written["title"], written["lead"]]
    for number, section in enumerate(written["sections"]):
        lines.append(f"（{'一二三四五六七八九'[number]}）{section['title']}")
        for heading in (section, *section.get("groups", [])):
            if heading is not section:
                lines.append(f"{heading['title']}方面。")
            lines.extend(f"{task['title']}。{task['text']}" for task in heading.get("tasks", []))
    return "\n".join(lines) + "\n"


class _Writer:
    """Writes the rows of a ledger whose every row has been confirmed beforehand."""

    def __init__(self, plan: Plan, actor: User | System) -> None:
        self.plan = plan
        self.actor = actor
        self.order = 0
        self.decided = {
            "state": State.CONFIRMED,
            "decided_by": actor if isinstance(actor, User) else None,
            "decided_at": timezone.now(),
        }
        self.place = 0
        self.targets: dict[str, Target] = {}

    def write(self, written: dict[str, Any]) -> None:
        self.frames = add_frames(self.plan, written["frames"])
        for number, section in enumerate(written["sections"], 1):
            top = self._heading(section, None, str(number), Task.Kind.SECTION, [])
            names = section.get("frames", [])
            self._tasks(section, top, names)
            for n, group in enumerate(section.get("groups", []), 1):
                inner = [*names, *group.get("frames", [])]
                middle = self._heading(group, top, f"{number}.{n}", Task.Kind.GROUP, inner)
                self._tasks(group, middle, inner)

    def _heading(
        self, entry: dict[str, Any], parent: Task | None, code: str, kind: str, frames: list[str]
    ) -> Task:
        title = entry["title"]
        quote = f"{title}方面。" if kind == Task.Kind.GROUP else title
        return self._task(entry, parent, code, kind, quote)

    def _tasks(self, entry: dict[str, Any], parent: Task, frames: list[str]) -> None:
        for number, written in enumerate(
            entry.get("tasks", []), 0 if "code" in _first(entry) else 1
        ):
            code = written.get("code", f"{parent.code}.{number}")
            quote = f"{written['title']}。{written['text']}"
            task = self._task(written, parent, code, Task.Kind.TASK, quote)
            task.frames.set([self.frames[name] for name in frames])
            for target in written.get("targets", []):
                self._target(task, target)
            for paper in written.get("papers", []):
                self._paper(task, paper)

    def _task(
        self, entry: dict[str, Any], parent: Task | None, code: str, kind: str, quote: str
    ) -> Task:
        self.order += 1
        self.place = self.plan.text.index(quote, self.place)
        task = Task(
            plan=self.plan,
            parent=parent,
            kind=kind,
            order=self.order,
            code=code,
            title=entry["title"],
            lead_unit=entry.get("lead", ""),
            units_are_suggested="lead" in entry,
            co_units=entry.get("co", []),
            due=date(self.plan.year, 12, 31) if kind == Task.Kind.TASK else None,
            start=self.place,
            end=self.place + len(quote),
            quote=quote,
            **self.decided,
        )
        _save(task)
        return task

    def _target(self, task: Task, entry: dict[str, Any]) -> None:
        due = None if entry.get("no_due") else entry.get("due", date(self.plan.year, 12, 31))
        copied = ("subject", "kind", "unit", "scope", "base", "reference", "per", "modality")
        target = Target(
            plan=self.plan,
            task=task,
            code=entry["id"],
            aggregation=entry["as"],
            role=entry.get("role", Target.Role.PERFORMANCE),
            origin=entry.get("origin", Target.Origin.PLAN),
            comparator=entry.get("comparator", Target.Comparator.AT_LEAST),
            value=_decimal(entry.get("value")),
            high=_decimal(entry.get("high")),
            baseline=_decimal(entry.get("baseline")),
            curve=entry.get("curve", Target.Curve.LINEAR),
            due=due,
            part_of=self.targets[entry["part_of"]] if "part_of" in entry else None,
            indicator=entry.get("indicator", ""),
            reporter=entry.get("by", Target.Reporter.CITY),
            wanted_evidence=entry.get("wants", []),
            is_public=entry.get("public", False),
            **{name: entry.get(name, "") for name in copied},
            **self._within(task, entry["quote"]),
            **self.decided,
        )
        _save(target)
        self.targets[entry["id"]] = target
        complete_target(self.actor, target, entry)

    def _paper(self, task: Task, entry: dict[str, Any]) -> None:
        action = entry.get("action", Deliverable.Action.NEW)
        paper = Deliverable(
            plan=self.plan,
            task=task,
            code=entry["id"],
            name=entry["name"],
            action=action,
            is_named=not entry.get("unnamed", False),
            due=None if action == "implement" else date(self.plan.year, 12, 31),
            **self._within(task, entry["quote"]),
            **self.decided,
        )
        _save(paper)

    def _within(self, task: Task, quote: str) -> dict[str, Any]:
        """The one place of the words in the task's text; wrong words are a mistake in the file."""
        assert task.start is not None
        if task.quote.count(quote) != 1:
            raise ValueError(f"{task.code} {task.title}: {quote!r} must stand there exactly once")
        start = task.start + task.quote.index(quote)
        return {"start": start, "end": start + len(quote), "quote": quote}


def _save(row: Task | Target | Deliverable) -> None:
    """What it refers to was just written, and the database asks for the constraints itself."""
    row.clean_fields(exclude=[field.name for field in row._meta.fields if field.is_relation])
    row.clean()
    row.save()


def _first(entry: dict[str, Any]) -> dict[str, Any]:
    return next(iter(entry.get("tasks", [])), {})


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
