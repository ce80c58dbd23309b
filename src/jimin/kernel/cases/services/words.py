"""How a case is shown: its light in words, its state, who acts next."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jimin.foundation.access.matrix import matrix

from ..models import Case, Event
from ..rules import DAY, PROCEDURES, Light, Step, light

ICONS = {
    "red": "circle-alert",
    "yellow": "clock",
    "green": "circle-check",
    "grey": "circle-minus",
}


@dataclass(frozen=True)
class Shown:
    """A case with the words that go with it."""

    case: Case
    light: Light
    icon: str
    words: str
    state: Any
    procedure: Any
    roles: list[str]


def show(case: Case, today: dt.date) -> Shown:
    procedure = PROCEDURES[case.procedure]
    state = procedure.state(case.state)
    found = light(case.due_on, case.due_unit, today)
    return Shown(
        case=case,
        light=found,
        icon=ICONS[found.colour],
        words=words_of(found, is_paused=state.is_paused, is_closed=state.is_closed),
        state=state.label,
        procedure=procedure.label,
        roles=roles_for([step for step in procedure.steps_from(case.state) if not step.is_grave],
                        case.procedure),
    )  # fmt: skip


def words_of(found: Light, *, is_paused: bool = False, is_closed: bool = False) -> str:
    """`超期 3 天`, `剩 2 个工作日`: a light is read, not only seen."""
    if is_closed:
        return _("已办结")
    if found.colour == "grey":
        return _("补正中，不计时限") if is_paused else _("无时限")
    days = {"days": found.days}
    if found.colour == "red":
        words = _("超期 %(days)s 天") % days
    elif not found.days:
        words = _("今天到期")
    elif found.unit == DAY:
        words = _("剩 %(days)s 天") % days
    else:
        words = _("剩 %(days)s 个工作日") % days
    if found.is_estimate:
        words = _("%(words)s（放假安排未公布，按周一至周五估算）") % {"words": words}
    return words


def roles_for(steps: list[Step], procedure: str) -> list[str]:
    """The posts that may take one of the steps, by their labels."""
    found = [role.label for step in steps for role in matrix().allowing(step.name, procedure)]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Told:
    """A line of the log in words."""

    event: Event
    step: Any
    state: Any


def tell(event: Event, procedure: str) -> Told:
    declared = PROCEDURES[procedure]
    step = declared.step(event.step)
    return Told(event, step.label if step else event.step, declared.state(event.after).label)
