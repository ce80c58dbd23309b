"""Reading the ledger: every target with its figures, its light and the arithmetic behind it.

Figures are sums over all areas whoever looks, so they are read as the program itself; the
registers behind them open only within the reader's own areas.
"""

from .cycle import (
    Due,
    Expected,
    Rate,
    due_demands,
    late_list,
    months_locked,
    on_time_rates,
    period_of,
    reported_targets,
    row_of_day,
    unit_of,
)
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
from .judging import expected_areas, goal_of, parsed, quotas_of, row_as_kept, row_of, terms_on
from .ledger import default_day, ledger, paper_on, plan_in_force, target_row, with_terms
from .pasted import Pasted, Wrong, read_pasted
from .rows import Figures, FrameProgress, Ledger, Node, Paper, Part, Row, count_lights
from .scores import expected_up_to, scorecards, scores_with
from .shown import Line, Shown, kept_ledger, shown
from .units import Holding, holdings, list_changes, reaches, sums, units_reported_by, wanted_of

__all__ = [
    "Due",
    "Expected",
    "Figures",
    "FrameProgress",
    "Holding",
    "Ledger",
    "Line",
    "Node",
    "Paper",
    "Part",
    "Pasted",
    "Rate",
    "Row",
    "Shown",
    "Wrong",
    "bound_figures",
    "count_lights",
    "default_day",
    "due_demands",
    "expected_areas",
    "expected_up_to",
    "goal_of",
    "holdings",
    "kept_ledger",
    "late_list",
    "latest_reports",
    "ledger",
    "list_changes",
    "measure",
    "months_locked",
    "on_time_rates",
    "paper_on",
    "parsed",
    "past_lights",
    "period_of",
    "plan_in_force",
    "plan_period",
    "quotas_of",
    "reaches",
    "read_pasted",
    "reported_targets",
    "row_as_kept",
    "row_of",
    "row_of_day",
    "scorecards",
    "scores_with",
    "shown",
    "statistic",
    "statistics_for",
    "sums",
    "target_row",
    "terms_on",
    "trend",
    "unit_of",
    "units_reported_by",
    "wanted_of",
    "with_terms",
    "with_whole",
]
