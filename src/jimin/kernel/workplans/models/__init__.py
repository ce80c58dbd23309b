"""The ledger of a work plan: its text, its tasks, what they promise, and what was reached."""

from .changes import Adjustment, Allocation, Archive, Milestone, PaperStep, Quota, ScoreEntry
from .cycle import Demand, Evidence, ReportPeriod, Unit
from .figures import Kept, OfficialStatistic, Report, Snapshot, Standing, Verdict
from .plans import Change, Frame, LedgerManager, Plan, Sourced, State, Task
from .reading import LeadUnit
from .targets import Deliverable, Target
from .units import ListedUnit, UnitNumber

__all__ = [
    "Adjustment",
    "Allocation",
    "Archive",
    "Change",
    "Deliverable",
    "Demand",
    "Evidence",
    "Frame",
    "Kept",
    "LeadUnit",
    "LedgerManager",
    "ListedUnit",
    "Milestone",
    "OfficialStatistic",
    "PaperStep",
    "Plan",
    "Quota",
    "Report",
    "ReportPeriod",
    "ScoreEntry",
    "Snapshot",
    "Sourced",
    "Standing",
    "State",
    "Target",
    "Task",
    "Unit",
    "UnitNumber",
    "Verdict",
]
