"""What a kind of case is made of, and the arithmetic of its limits. Plain Python.

A `Procedure` is declared once by the line of business it belongs to; pages, the API, imports and
the shell all take its steps through the same service.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from jimin.foundation.declared import read_declared
from jimin.foundation.workdays import add_working_days, is_published, working_days_between

WORKING_DAY: Final = "working_day"
DAY: Final = "day"
UNITS: Final = (WORKING_DAY, DAY)
SOON: Final = 2  # so many days before the end a light turns yellow


class ProcedureError(ValueError):
    """A procedure or its limits are declared wrongly; the message says where."""


@dataclass(frozen=True)
class Limit:
    """A time limit in one form of the law: how long, by which article, from when to when."""

    count: int
    unit: str
    basis: str
    valid_from: dt.date
    valid_to: dt.date | None = None

    def is_valid(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def due(self, start: dt.date) -> dt.date:
        """The last day of the limit that began on `start`; that day itself does not count."""
        if self.unit == WORKING_DAY:
            return add_working_days(start, self.count)
        return start + dt.timedelta(days=self.count)


def read_limits(path: Path) -> dict[str, tuple[Limit, ...]]:
    """Limits by name, each in its dated forms; a file in error is refused whole."""
    entries: Any = read_declared(path)
    limits = {}
    for name, forms in entries.items():
        try:
            limits[name] = tuple(
                sorted((Limit(**form) for form in forms), key=lambda limit: limit.valid_from)
            )
        except TypeError as error:
            raise ProcedureError(f"{path.name}: {name}: {error}") from error
        _check(path.name, name, limits[name])
    return limits


def _check(file: str, name: str, forms: tuple[Limit, ...]) -> None:
    for limit in forms:
        if limit.unit not in UNITS or limit.count < 0 or not limit.basis:
            raise ProcedureError(f"{file}: {name}: write count, unit ({'/'.join(UNITS)}), basis")
    for one, following in pairwise(forms):
        if one.valid_to is None or one.valid_to >= following.valid_from:
            raise ProcedureError(f"{file}: {name}: two limits are valid on {following.valid_from}")


@dataclass(frozen=True)
class State:
    """Where a case stands. `limit` names the limit that runs while it stands there.

    A closed state ends the case. In a paused state the clock stands still: what was left of the
    limit when it was entered runs on when it is left.
    """

    name: str
    label: Any  # a lazily translated text
    limit: str = ""
    is_closed: bool = False
    is_paused: bool = False


Guard = Callable[[Any], "str | None"]
Effect = Callable[[Any], "Mapping[str, Any] | None"]


@dataclass(frozen=True)
class Step:
    """Something that can be done in a case.

    Who may do it is written in the access matrix: subject = the procedure's name, verb = `name`.
    `form` is a `StepForm`: it checks what was entered, from whichever door it came. Each guard
    gets the step's context and answers a sentence when the step must not be taken. The effect
    writes the records and returns what the log is to keep; without one the log keeps the form's
    values. `papers` are issued afterwards and filed with the case.
    """

    name: str
    label: Any
    sources: tuple[str, ...]
    target: str
    form: type[Any] | None = None
    guards: tuple[Guard, ...] = ()
    effect: Effect | None = None
    papers: tuple[str, ...] = ()
    help: Any = ""
    is_grave: bool = False  # shown apart from the main way: refusing, withdrawing, sending back


@dataclass(frozen=True)
class Separation:
    """Who did a step of the one group does none of the other."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    sentence: Any

    def bars(self, step: str, done: Iterable[str]) -> bool:
        done = set(done)
        return (step in self.one and not done.isdisjoint(self.other)) or (
            step in self.other and not done.isdisjoint(self.one)
        )


@dataclass(frozen=True)
class Procedure:
    """A kind of case. `opening` is the step that opens one, `opening_page` where a person does it.

    `number` is written with `{year}`, `{unit}` and `{serial}`. `whole_limit` is the limit of the
    procedure as a whole; it runs from the last time the step `whole_from` was taken.
    """

    name: str
    label: Any
    number: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    opening: str
    limits: Mapping[str, tuple[Limit, ...]]
    valid_from: dt.date
    valid_to: dt.date | None = None
    whole_limit: str = ""
    whole_from: str = ""
    separations: tuple[Separation, ...] = ()
    opening_page: str = ""  # name of an address
    opening_label: Any = ""
    apply: Callable[..., Any] | None = None  # opens one for a household, from whichever door
    summary: str = ""  # template of the matter's own part of the case page
    describe: Callable[[Any], Mapping[str, Any]] | None = None  # what that template shows
    _states: Mapping[str, State] = field(init=False, repr=False)
    _steps: Mapping[str, Step] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_states", {state.name: state for state in self.states})
        object.__setattr__(self, "_steps", {step.name: step for step in self.steps})
        self._check()

    def state(self, name: str) -> State:
        return self._states[name]

    def step(self, name: str) -> Step | None:
        return self._steps.get(name)

    def steps_from(self, state: str) -> list[Step]:
        return [step for step in self.steps if state in step.sources]

    def is_valid(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def limit_of(self, state: str, day: dt.date) -> Limit | None:
        """The limit that runs in a state entered on a day, as the law stood on that day."""
        return self.limit(self.state(state).limit, day)

    def limit(self, name: str, day: dt.date) -> Limit | None:
        return next((limit for limit in self.limits.get(name, ()) if limit.is_valid(day)), None)

    def _check(self) -> None:
        if len(self._states) != len(self.states) or len(self._steps) != len(self.steps):
            raise ProcedureError(f"{self.name}: a state or step is declared twice")
        opening = self.step(self.opening)
        if opening is None or opening.sources:
            raise ProcedureError(f"{self.name}: the opening step must exist and start from nothing")
        for step in self.steps:
            if unknown := {*step.sources, step.target} - set(self._states):
                raise ProcedureError(f"{self.name}.{step.name}: unknown states {sorted(unknown)}")
            if any(self.state(source).is_closed for source in step.sources):
                raise ProcedureError(f"{self.name}.{step.name}: a closed case takes no step")
        for state in self.states:
            if state.limit and state.limit not in self.limits:
                raise ProcedureError(f"{self.name}: {state.name} has an unknown limit")
            if not state.is_closed and not self.steps_from(state.name):
                raise ProcedureError(f"{self.name}: nothing leads out of {state.name}")
        if self.whole_limit and (
            self.whole_limit not in self.limits or self.whole_from not in self._steps
        ):
            raise ProcedureError(f"{self.name}: the limit of the whole needs its name and a step")
        for separation in self.separations:
            if unknown := {*separation.one, *separation.other} - set(self._steps):
                raise ProcedureError(f"{self.name}: separation of unknown steps {sorted(unknown)}")


PROCEDURES: dict[str, Procedure] = {}


def register(procedure: Procedure) -> Procedure:
    """Declare a kind of case; the same name twice is a mistake."""
    if procedure.name in PROCEDURES:
        raise ProcedureError(f"procedure {procedure.name} is declared twice")
    PROCEDURES[procedure.name] = procedure
    return procedure


@dataclass(frozen=True)
class Light:
    """How a limit stands: a colour, the days over or left, and whether the calendar was known."""

    colour: str  # red, yellow, green, grey
    days: int = 0
    unit: str = DAY
    is_estimate: bool = False


def light(due_on: dt.date | None, unit: str, today: dt.date) -> Light:
    """Red when over, yellow with two days or fewer left, grey without a limit."""
    if due_on is None:
        return Light("grey")
    if unit == WORKING_DAY:
        estimate = not (is_published(due_on.year) and is_published(today.year))
        left = working_days_between(today, due_on) if due_on >= today else (due_on - today).days
    else:
        estimate, left = False, (due_on - today).days
    if left < 0:
        return Light("red", -left, DAY, estimate)
    return Light("yellow" if left <= SOON else "green", left, unit, estimate)


def short_name(county: str) -> str:
    """`昌邑区` as `昌邑`, for numbers; a name of two characters stays whole."""
    return county[:-1] if len(county) > 2 and county[-1] in "省市区县" else county
