"""The one door. Every step of every procedure passes here, in one transaction."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.documents import services as documents
from jimin.kernel.areas.models import Area
from jimin.kernel.people.models import Household

from .. import queries
from ..models import Case, Event, Recusal
from ..rules import PROCEDURES, Procedure, Step
from . import clock
from .forms import NoteForm, StepForm


class StepRefused(ValidationError):
    """The step cannot be taken as things stand; the sentence says why and what to do."""


@dataclass
class Context:
    """What guards, effects and papers are given. `data` holds the form's checked values.

    An effect may set `clock_from`, the day from which the next state's limit counts.
    """

    actor: User | System
    case: Case
    procedure: Procedure
    step: Step
    on: dt.date
    data: Mapping[str, Any]
    clock_from: dt.date | None = None
    log: dict[str, Any] = field(default_factory=dict)

    @property
    def user(self) -> User | None:
        return self.actor if isinstance(self.actor, User) else None


@transaction.atomic
def open_case(
    *,
    actor: User | System,
    procedure: str,
    area: Area,
    applicant: str,
    title: str,
    data: Mapping[str, Any] | None = None,
    household: Household | None = None,
    token: str = "",
    on: dt.date | None = None,
) -> Case:
    """Open a case by the procedure's opening step. The same token gives the same case again."""
    declared = _procedure(procedure)
    step = declared.step(declared.opening)
    assert step is not None
    require(actor=actor, verb=step.name, subject=procedure, area=area.pk)
    on = _day(on)
    unit = queries.unit_of(area.pk)
    # Two sends of one form wait for each other here; openings elsewhere do not.
    Area.objects.select_for_update(no_key=True).get(pk=area.pk)
    with acting_as(actor):
        if (earlier := _earlier(token, actor, step)) is not None:
            if (earlier.case.procedure, earlier.case.household) != (procedure, household):
                raise _used()
            return earlier.case
        serial = documents.take_numbers(series=procedure, unit=unit.code, year=on.year)[0]
        case = Case(
            number=declared.number.format(year=on.year, unit=unit.name, serial=serial),
            procedure=procedure,
            area=area,
            household=household,
            applicant=applicant,
            title=title,
            opened_on=on,
        )
        _require_valid(declared, on)
        _carry_out(actor, case, declared, step, data, token, on)
    return case


@transaction.atomic
def take_step(
    *,
    actor: User | System,
    case: Case,
    step: str,
    data: Mapping[str, Any] | None = None,
    token: str = "",
    version: int | None = None,
    on: dt.date | None = None,
) -> Event:
    """Take a step of a case, or refuse it and change nothing.

    `token` names one sending of a form: sent twice, it is done once and the first event is
    returned. `version` is that of the case the person was looking at.
    """
    case = Case._base_manager.select_for_update(of=("self",)).select_related("area").get(pk=case.pk)
    procedure = _procedure(case.procedure)
    wanted = procedure.step(step)
    if wanted is None:
        raise StepRefused(
            _("“%(procedure)s”没有“%(step)s”这一步。")
            % {"procedure": procedure.label, "step": step}
        )
    require(actor=actor, verb=wanted.name, subject=procedure.name, area=case.area_id)
    with acting_as(actor):
        if (earlier := _earlier(token, actor, wanted, case)) is not None:
            return earlier
        on = _day(on)
        _require_possible(actor, case, procedure, wanted, on)
        if version is not None and version != case.version:
            raise StepRefused(_("本件已有新的办理记录，请核对最新情况后再办理。"))
        return _carry_out(actor, case, procedure, wanted, data, token, on)


@transaction.atomic
def recuse(*, actor: User | System, case: Case, user: User, reason: str) -> Recusal:
    """Keep a member of staff out of a case from now on."""
    require(actor=actor, verb="recuse", subject=case.procedure, area=case.area_id)
    found = Recusal._base_manager.filter(case=case, user=user).first()
    if found is not None:
        return found
    found = Recusal.objects.create(case=case, user=user, reason=reason)
    audit.log(actor=actor, obj=case, verb="recuse", values={"user": user.pk}, reason=reason)
    return found


def available_steps(*, actor: User | System, case: Case) -> list[tuple[Step, str]]:
    """The steps the actor's post may take now, each with what bars the actor, if anything."""
    procedure = _procedure(case.procedure)
    found = []
    for step in procedure.steps_from(case.state):
        if isinstance(actor, User) and not actor.may(step.name, procedure.name, case.area_id):
            continue
        found.append((step, _bar(actor, case, procedure, step)))
    return found


def _procedure(name: str) -> Procedure:
    if name not in PROCEDURES:
        raise StepRefused(_("没有“%(name)s”这个事项。") % {"name": name})
    return PROCEDURES[name]


def _day(on: dt.date | None) -> dt.date:
    today = timezone.localdate()
    if on is not None and on > today:
        raise StepRefused(_("办理日期不能晚于今天。"))
    return on or today


def _earlier(
    token: str, actor: User | System, step: Step, case: Case | None = None
) -> Event | None:
    """The event this very sending made before; a token used for anything else is refused."""
    if not token:
        return None
    event = (
        Event._base_manager.filter(token=token)
        .select_related("case__area", "case__household")
        .first()
    )
    if event is None:
        return None
    same_actor = event.actor_id == (actor.pk if isinstance(actor, User) else None)
    same_case = case is None or event.case_id == case.pk
    if not (same_actor and same_case and event.step == step.name):
        raise _used()
    return event


def _used() -> StepRefused:
    return StepRefused(_("这份表单已经用于别的办理。请重新打开页面再填。"))


def _require_valid(procedure: Procedure, on: dt.date) -> None:
    if not procedure.is_valid(on):
        raise StepRefused(
            _("“%(procedure)s”的办理规定在 %(day)s 不施行，不能据以办理。")
            % {"procedure": procedure.label, "day": on}
        )


def _require_possible(
    actor: User | System, case: Case, procedure: Procedure, step: Step, on: dt.date
) -> None:
    last = queries.last_event(case)
    if last is None or last.after != case.state or last.order != case.version:
        raise StepRefused(
            _("%(number)s 的状态与办理记录不符，已停止办理。请联系管理员核查。")
            % {"number": case.number}
        )
    _require_valid(procedure, on)
    if case.state not in step.sources:
        raise StepRefused(
            _("本件现为“%(state)s”，不能办理“%(step)s”。")
            % {"state": procedure.state(case.state).label, "step": step.label}
        )
    if bar := _bar(actor, case, procedure, step):
        raise StepRefused(bar)
    if on < last.happened_on:
        raise StepRefused(
            _("办理日期 %(day)s 早于上一步的日期 %(last)s，请核对。")
            % {"day": on, "last": last.happened_on}
        )


def _bar(actor: User | System, case: Case, procedure: Procedure, step: Step) -> str:
    """Why this person, whatever their post, must not take this step of this case."""
    if isinstance(actor, System):
        return ""
    if Recusal._base_manager.filter(case=case, user=actor).exists():
        return _("您与本件当事人有利害关系，已登记回避，不能办理。")
    done = Event._base_manager.filter(case=case, actor=actor).values_list("step", flat=True)
    for separation in procedure.separations:
        if separation.bars(step.name, done):
            return str(separation.sentence)
    return ""


def _carry_out(
    actor: User | System,
    case: Case,
    procedure: Procedure,
    step: Step,
    data: Mapping[str, Any] | None,
    token: str,
    on: dt.date,
) -> Event:
    form_class: type[StepForm] = step.form or NoteForm
    form = form_class({} if data is None else data, case=case, actor=actor, on=on)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    context = Context(actor, case, procedure, step, on, form.cleaned_data)
    for guard in step.guards:
        if sentence := guard(context):
            raise StepRefused(str(sentence))
    before = case.state
    stopped = _stopped_clock(case, procedure)
    running = clock.left_of(case, on)
    case.state = step.target
    if case.pk is None:
        case.save()
    kept = step.effect(context) if step.effect else form.cleaned_data
    context.log = {**(kept or {})}
    target = procedure.state(step.target)
    if target.is_paused and running is not None:
        context.log["clock"] = running
    if step.target != before:
        since = on if step.name == procedure.whole_from else _last_day(case, procedure.whole_from)
        due = clock.due_in(procedure, step.target, context.clock_from or on, since)
        if stopped is not None and not target.is_closed:
            due = clock.resumed(stopped, on)
        case.due_on, case.due_unit, case.due_basis = due.on, due.unit, due.basis
        case.closed_on = on if target.is_closed else None
    case.version += 1
    case.save()
    event = Event.objects.create(
        case=case,
        order=case.version,
        step=step.name,
        actor=context.user,
        actor_label=_label(actor),
        happened_on=on,
        note=str(form.cleaned_data.get("note") or ""),
        data=json.loads(json.dumps(context.log, cls=DjangoJSONEncoder)),
        before=before,
        after=case.state,
        token=token or None,
    )
    unit = queries.unit_of(case.area_id)
    for paper in step.papers:
        documents.issue(
            actor=actor,
            form=paper,
            record=case,
            about=context,
            unit=unit,
            scope=procedure.name,
            area=case.area_id,
            on=on,
        )
    audit.log(
        actor=actor,
        obj=case,
        verb=step.name,
        values={"number": case.number, "state": [before, case.state], "event": event.order},
        reason=event.note,
    )
    return event


def _stopped_clock(case: Case, procedure: Procedure) -> dict[str, Any] | None:
    """What was left of the limit, if the case stands in a paused state."""
    if case.pk is None or not procedure.state(case.state).is_paused:
        return None
    last = queries.last_event(case)
    return None if last is None else last.data.get("clock")


def _last_day(case: Case, step: str) -> dt.date | None:
    """The day a step was last taken."""
    events = Event._base_manager.filter(case=case, step=step).order_by("-order")
    return events.values_list("happened_on", flat=True).first() if step else None


def _label(actor: User | System) -> str:
    if isinstance(actor, System):
        return actor.reason[:80]
    return "，".join([actor.name, *actor.post_labels[:1]])[:80]
