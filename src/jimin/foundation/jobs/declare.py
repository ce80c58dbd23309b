"""Kinds of work and their times, declared in an app's `jobs.py`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .models import Job
    from .run import Run

Label = Any

kinds: dict[str, "Kind"] = {}
schedules: dict[str, "Schedule"] = {}


@dataclass(frozen=True)
class Kind:
    """What a job does and how it is told.

    `work` may be called again after it was interrupted anywhere: it goes on from the bookmark, or
    begins anew and then must find what it did. `title` says which of its kind a job is, `link` is
    the page on which its owner sees the outcome. A job that fails is tried `attempts` times, after
    `pause`, then four times that, and so on. What the work refuses with a ValidationError, an
    UnusableError or a PermissionDenied is not tried again.
    """

    name: str
    label: Label
    work: Callable[["Run"], None]
    title: Callable[["Job"], str] = lambda job: ""
    link: Callable[["Job"], str] = lambda job: ""
    attempts: int = 3
    pause: dt.timedelta = dt.timedelta(seconds=30)

    def __post_init__(self) -> None:
        kinds[self.name] = self

    def pause_after(self, attempt: int) -> dt.timedelta:
        return self.pause * int(4 ** max(0, attempt - 1))


UNKNOWN = _("（程序中已没有的任务）")


@dataclass(frozen=True)
class Schedule:
    """Work the program starts by itself, in the local time of the city: every day at `at`.

    With `every`, at each multiple of it since that hour. A time missed because no worker ran is
    made up for once.
    """

    kind: Kind
    at: dt.time
    every: dt.timedelta = dt.timedelta(days=1)

    def __post_init__(self) -> None:
        schedules[self.kind.name] = self

    def last_before(self, now: dt.datetime) -> dt.datetime:
        """The latest time due; `now` is local."""
        first = now.replace(
            hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0
        ) - dt.timedelta(days=1)
        return first + (now - first) // self.every * self.every
