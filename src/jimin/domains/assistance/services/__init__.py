"""What can be done in dibao."""

from .applications import apply
from .assessments import assess, preview, replay
from .declarations import Declared, bar_of_review, declare, declare_many, review_family
from .months import (
    approve_month,
    assess_month,
    ready_month,
    require_approvable,
)

__all__ = [
    "Declared",
    "apply",
    "approve_month",
    "assess",
    "assess_month",
    "bar_of_review",
    "declare",
    "declare_many",
    "preview",
    "ready_month",
    "replay",
    "require_approvable",
    "review_family",
]
