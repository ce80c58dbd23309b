"""A bridge to OpenFisca: its parameters as ours, its tests run against our rules.

Its files are read where they are and its Python is never run. What has no counterpart is listed
with the reason: see `Gap`.
"""

from .declarations import System, Variable, read_system
from .figures import Figure, Figures, read_figures
from .gaps import Gap
from .situations import Situation, UnreadTest, read_situations
from .trial import DIFFERENT, SAME, UNMAPPED, Correspondence, Taken, Trial, run
from .written import written

__all__ = [
    "DIFFERENT",
    "SAME",
    "UNMAPPED",
    "Correspondence",
    "Figure",
    "Figures",
    "Gap",
    "Situation",
    "System",
    "Taken",
    "Trial",
    "UnreadTest",
    "Variable",
    "read_figures",
    "read_situations",
    "read_system",
    "run",
    "written",
]
