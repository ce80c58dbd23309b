"""Reading the ledger: every target with its figures, its light and the arithmetic behind it.

Figures are sums over all areas whoever looks, so they are read as the program itself; the
registers behind them open only within the reader's own areas.
"""

from .figures import (
    bound_figures,
    latest_reports,
    measure,
    past_lights,
    plan_period,
    statistic,
    statistics_for,
    trend,
    with_whole,
)
from .judging import goal_of, row_of
from .ledger import default_day, ledger, plan_in_force, target_row
from .rows import Figures, FrameProgress, Ledger, Node, Paper, Part, Row, count_lights

__all__ = [
    "Figures",
    "FrameProgress",
    "Ledger",
    "Node",
    "Paper",
    "Part",
    "Row",
    "bound_figures",
    "count_lights",
    "default_day",
    "goal_of",
    "latest_reports",
    "ledger",
    "measure",
    "past_lights",
    "plan_in_force",
    "plan_period",
    "row_of",
    "statistic",
    "statistics_for",
    "target_row",
    "trend",
    "with_whole",
]
