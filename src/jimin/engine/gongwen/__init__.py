"""Official texts: outline, targets and papers, each tied to its place in the text.

from jimin.engine.gongwen import read_plan

plan = read_plan(text, year=2016)
for target in plan.targets:
    print(target.subject, target.comparator, target.value, target.unit, target.due)
"""

from jimin.engine.gongwen.document import read_plan
from jimin.engine.gongwen.model import (
    AnnexRow,
    Deliverable,
    Frame,
    Node,
    Plan,
    Proposal,
    Region,
    SetAside,
    Target,
)

__all__ = [
    "AnnexRow",
    "Deliverable",
    "Frame",
    "Node",
    "Plan",
    "Proposal",
    "Region",
    "SetAside",
    "Target",
    "read_plan",
]
