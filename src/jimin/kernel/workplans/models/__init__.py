"""The ledger of a work plan: its text, its tasks, what they promise, and what was reached."""

from .figures import Kept, OfficialStatistic, Report, Snapshot, Standing
from .plans import Change, Frame, LedgerManager, Plan, Sourced, State, Task
from .targets import Deliverable, Target

__all__ = [
    "Change",
    "Deliverable",
    "Frame",
    "Kept",
    "LedgerManager",
    "OfficialStatistic",
    "Plan",
    "Report",
    "Snapshot",
    "Sourced",
    "Standing",
    "State",
    "Target",
    "Task",
]
