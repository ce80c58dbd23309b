"""The one job of this app: clearing away what is past its time."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from . import services
from .declare import Kind, Schedule
from .run import Run


def _tidy_up(run: Run) -> None:
    services.tidy_up()


TIDY_UP = Kind("jobs.tidy_up", _("清理过期的任务和文件"), _tidy_up)
Schedule(TIDY_UP, at=dt.time(3, 0))
