"""The demo's plans: half of 2016 as it goes, and the whole of 2015 with its end, both made up."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.foundation.declared import read_declared
from jimin.kernel.areas.queries import counties

from . import queries
from .models import Deliverable, Demand, Evidence, Plan, Report, Standing, Target, Unit
from .rules.indicators import month_end
from .rules.shares import divide
from .services.adjustments import propose_adjustment, reach_milestone
from .services.demands import close_demand, key_of, raise_demands, reply_demand
from .services.ledger import DATA, DEMO_LEDGER, load_lead_units, load_ledger, load_statistics
from .services.papers import advance_paper
from .services.periods import keep_month, lock_period
from .services.reports import Item, judge_evidence, report_progress
from .services.scores import enter_score
from .services.units import report_units

YEARS = (
    (DATA / "demo_2015.yaml", DATA / "demo_2015_reports.yaml", 12),
    (DEMO_LEDGER, DATA / "jilin_2016_reports.yaml", 6),
)
IN_TIME, LATE, DEMANDED, REPLIED = 8, 26, 25, 35  # days after the end of the month


@dataclass(frozen=True)
class People:
    """Who does what in the demo: one enters, another verifies, locks and supervises."""

    officer: User | System
    planner: User | System


@transaction.atomic
def load_plans(*, officer: User | System, planner: User | System) -> Plan:
    """Both years with their months. Safe to repeat; returns the one that goes on.

    Call it last: what is kept of a month is what the records of the demo say at that moment.
    """
    load_statistics(actor=officer)
    load_lead_units(actor=officer)
    people = People(officer, planner)
    for ledger, reports, months in YEARS:
        plan = load_ledger(actor=officer, path=ledger)
        if not Standing.objects.filter(target__plan=plan).exists():
            _Year(plan, people, reports).play(months)
    return plan


def join_units(members: dict[str, User], area: str) -> None:
    """The offices that lead tasks of the plan, some of them with someone who reports."""
    with acting_as_system("演示：责任单位"):
        names = set(Target.objects.values_list("task__lead_unit", flat=True)) - {""}
        for name in sorted(names):
            unit, _ = Unit.objects.get_or_create(area_id=area, name=name)
            if name in members:
                unit.members.add(members[name])


class _Year:
    """Plays a year from its file, month by month."""

    def __init__(self, plan: Plan, people: People, path: Path) -> None:
        self.plan, self.people = plan, people
        self.written: dict[str, Any] = read_declared(path)
        targets = queries.with_terms(Target.objects.filter(plan=plan)).select_related("plan")
        self.targets: dict[str, Target] = {target.code: target for target in targets}
        self.areas = {area.code: area for area in [plan.area, *counties()]}

    def play(self, months: int) -> None:
        for month in range(1, months + 1):
            on = month_end(self.plan.year, month)
            for code, values in self.written["targets"].items():
                self._report(self.targets[code], values, month, on)
            self._stages(on)
            self._papers(on)
            if month <= self.written["locked"]:
                lock_period(actor=self.people.planner, plan=self.plan, on=on)
            else:
                keep_month(actor=self.people.planner, plan=self.plan, on=on)
            self._afterwards(month)
            if month < months:
                self._ladder(on)
        for entry in self.written.get("scores", []):
            enter_score(
                actor=self.people.planner,
                plan=self.plan,
                unit=entry.get("unit", ""),
                area=self.areas.get(entry.get("area", "")),
                points=Decimal(str(entry["points"])),
                kind=entry["kind"],
                on=entry["day"],
                reason=entry["reason"],
                number=entry["number"],
            )

    def _report(self, target: Target, values: dict[str, Any], month: int, on: date) -> None:
        days = LATE if month in values.get("late", []) else IN_TIME
        listed = list(target.listed.all())
        if listed and "by_unit" in values:
            numbers = {unit.pk: Decimal(values["by_unit"][unit.name][month - 1]) for unit in listed}
            report_units(
                actor=self.people.officer,
                target=target,
                area=self.plan.area,
                on=on,
                numbers=numbers,
                evidence=self.written["evidence"],
                received_on=on + timedelta(days=days),
            )
            return
        number = self.written.get("numbers", {}).get(target.code)
        for code, value in self._by_area(target, values, month).items():
            item = (
                Item(Evidence.Kind.NUMBER, number, number=f"{number} {on:%Y%m}{code[4:6]}")
                if (number)
                else None
            )
            report = report_progress(
                actor=self.people.officer,
                target=target,
                area=self.areas[code],
                on=on,
                evidence=self.written["evidence"],
                items=[item] if item else [],
                received_on=on + timedelta(days=days),
                **_parts(value),
            )
            for each in Evidence._base_manager.filter(report=report):
                judge_evidence(actor=self.people.planner, item=each, verdict="true")

    def _by_area(self, target: Target, values: dict[str, Any], month: int) -> dict[str, Any]:
        if "city" in values:
            return {self.plan.area_id: values["city"][month - 1]}
        if "each" in values:
            return {c: values["each"][month - 1] for c in self.areas if c != self.plan.area_id}
        if "areas" in values:
            return dict(values["areas"])
        shares = divide(values["total"][month - 1], queries.quotas_of(target))
        return {code: int(share) for code, share in shares.items()}

    def _stages(self, on: date) -> None:
        for code, stages in self.written.get("stages", {}).items():
            for name, day, note in stages:
                milestone = self.targets[code].milestones.get(name=name)
                if milestone.done_on is None and day <= on:
                    reach_milestone(
                        actor=self.people.officer, milestone=milestone, on=day, note=note
                    )

    def _papers(self, on: date) -> None:
        papers = Deliverable.objects.filter(plan=self.plan, code__in=self.written["papers"])
        for paper in papers.prefetch_related("steps"):
            known = {step.progress for step in paper.steps.all()}
            for day, progress, *number in self.written["papers"][paper.code]:
                if day <= on and progress not in known:
                    issued = {"number": number[0], "issued_on": day} if number else {}
                    advance_paper(
                        actor=self.people.officer, paper=paper, progress=progress, on=day, **issued
                    )

    def _afterwards(self, month: int) -> None:
        """What happens once the month is kept: corrections, returns, a change asked for."""
        for entry in self.written.get("corrections", []):
            if entry["after"] == month:
                on = month_end(self.plan.year, entry["month"])
                report_progress(
                    actor=self.people.planner,
                    target=self.targets[entry["target"]],
                    area=self.plan.area,
                    on=on,
                    numerator=Decimal(entry["value"]),
                    evidence=self.written["evidence"],
                    reason=entry["reason"],
                    received_on=month_end(self.plan.year, month) + timedelta(days=IN_TIME),
                )
        for entry in self.written.get("returned", []):
            if entry["month"] == month:
                self._return(entry, month)
        for entry in self.written.get("adjustments", []):
            if entry["after"] == month:
                propose_adjustment(
                    actor=self.people.planner,
                    target=self.targets[entry["target"]],
                    terms={"due": entry["due"]},
                    reason=entry["reason"],
                    number=entry["number"],
                    effective_on=month_end(self.plan.year, month),
                )

    def _return(self, entry: dict[str, Any], month: int) -> None:
        """A report comes back for its evidence; the unit reports again, with what was missing."""
        target, on = self.targets[entry["target"]], month_end(self.plan.year, month)
        with acting_as_system("演示：退回"):
            report = Report.objects.get(target=target, on=on, replaced_at=None)
        for verdict, note in (("returned", entry["note"]), ("true", "")):
            again = report_progress(
                actor=self.people.officer,
                target=target,
                area=self.plan.area,
                on=on,
                numerator=report.numerator,
                denominator=report.denominator,
                evidence=self.written["evidence"],
                items=[Item(Evidence.Kind.NUMBER, "示例名单", number=f"示例名单{month}")],
                reason="示例：补报佐证",
                received_on=on + timedelta(days=LATE),
            )
            item = Evidence._base_manager.get(report=again)
            judge_evidence(actor=self.people.planner, item=item, verdict=verdict, note=note)

    def _ladder(self, on: date) -> None:
        """Demands for some targets on the 25th; the unit answers, and what is mended is closed."""
        day = on + timedelta(days=DEMANDED)
        wanted = {self.targets[code].pk for code in self.written.get("ladder", [])}
        due = [each for each in queries.due_demands(self.plan, on, day) if each.target.pk in wanted]
        keys = {key_of(each) for each in due}
        if keys:
            raise_demands(actor=self.people.planner, plan=self.plan, on=on, keys=keys, day=day)
        with acting_as_system("演示：督办"):
            open_demands = list(
                Demand.objects.filter(target__plan=self.plan, closed_on=None).select_related(
                    "target"
                )
            )
        for demand in open_demands:
            if not demand.replied_on:
                reply_demand(
                    actor=System("演示：责任单位回复"),
                    demand=demand,
                    reply=self.written["replies"][demand.target.code],
                    on=min(demand.reply_by, on + timedelta(days=REPLIED)),
                )
            good = Standing.objects.filter(
                target=demand.target, on=on, area=None, replaced_at=None, light="green"
            )
            outcome = self.written.get("closed", {}).get(demand.target.code)
            if outcome and good.exists():
                close_demand(
                    actor=self.people.planner,
                    demand=demand,
                    outcome=outcome,
                    on=max(day, on + timedelta(days=REPLIED)),
                )


def _parts(value: Any) -> dict[str, Any]:
    top, _, bottom = str(value).partition("/")
    return {"numerator": Decimal(top), "denominator": Decimal(bottom) if bottom else None}
