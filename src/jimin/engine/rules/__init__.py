"""Rules as code: law written once, exact for one case and for a city.

A benefit is a `RuleBook` of facts, dated figures and rules; a `Policy` gives it a version.
"""

from .book import Group, Member, Rule, RuleBook
from .decision import Decision
from .errors import DefinitionError, PolicyError, PolicyMismatch
from .expressions import (
    TO_FEN,
    TO_JIAO,
    TO_YUAN,
    Expression,
    age,
    all_members,
    any_member,
    case,
    count,
    highest,
    highest_applying,
    is_given,
    lowest,
    monthly,
    months_since,
    pct,
    round_down,
    round_half_up,
    round_up,
    total,
    when,
    yuan,
)
from .facts import Choice, Day, Fact, Flag, Money, Month, Whole
from .interpreter import Case, MissingFact, Unknown
from .parameters import DatedValue, Parameter, load_parameters
from .policy import Books, Policy, PolicyMonth
from .words import Step, UsedFigure, Words, money

__all__ = [
    "TO_FEN",
    "TO_JIAO",
    "TO_YUAN",
    "Books",
    "Case",
    "Choice",
    "DatedValue",
    "Day",
    "Decision",
    "DefinitionError",
    "Expression",
    "Fact",
    "Flag",
    "Group",
    "Member",
    "MissingFact",
    "Money",
    "Month",
    "Parameter",
    "Policy",
    "PolicyError",
    "PolicyMismatch",
    "PolicyMonth",
    "Rule",
    "RuleBook",
    "Step",
    "Unknown",
    "UsedFigure",
    "Whole",
    "Words",
    "age",
    "all_members",
    "any_member",
    "case",
    "count",
    "highest",
    "highest_applying",
    "is_given",
    "load_parameters",
    "lowest",
    "money",
    "monthly",
    "months_since",
    "pct",
    "round_down",
    "round_half_up",
    "round_up",
    "total",
    "when",
    "yuan",
]
