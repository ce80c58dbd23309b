"""Setting a case's limit when it enters a state, and stopping the clock while it is paused."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from jimin.foundation.workdays import add_working_days, working_days_between

from ..models import Case
from ..rules import WORKING_DAY, Limit, Procedure


@dataclass(frozen=True)
class Due:
    on: dt.date | None = None
    unit: str = ""
    basis: str = ""


def left_of(case: Case, day: dt.date) -> dict[str, Any] | None:
    """What is left of the running limit on a day; negative when it is over."""
    if case.due_on is None:
        return None
    if case.due_unit == WORKING_DAY:
        left = working_days_between(day, case.due_on)
    else:
        left = (case.due_on - day).days
    return {"left": left, "unit": case.due_unit, "basis": case.due_basis}


def resumed(clock: dict[str, Any], day: dt.date) -> Due:
    """The limit that was stopped, running on from a day. One that was over is over still."""
    left = clock["left"]
    if clock["unit"] == WORKING_DAY and left >= 0:
        due = add_working_days(day, left)
    else:
        due = day + dt.timedelta(days=left)
    return Due(due, clock["unit"], clock["basis"])


def due_in(procedure: Procedure, state: str, start: dt.date, whole_from: dt.date | None) -> Due:
    """The limit of a state whose clock starts on a day, or that of the whole if it ends sooner."""
    if procedure.state(state).is_closed or procedure.state(state).is_paused:
        return Due()
    found = [_due(procedure.limit_of(state, start), start)]
    if whole_from is not None:
        found.append(_due(procedure.limit(procedure.whole_limit, whole_from), whole_from))
    return min(
        (due for due in found if due.on), key=lambda due: due.on or dt.date.max, default=Due()
    )


def _due(limit: Limit | None, start: dt.date) -> Due:
    return Due() if limit is None else Due(limit.due(start), limit.unit, limit.basis)
