"""What can be done in dibao."""

from .applications import apply
from .assessments import assess, preview, replay
from .declarations import Declared, declare, declare_many
from .months import approve_month, assess_month

__all__ = [
    "Declared",
    "apply",
    "approve_month",
    "assess",
    "assess_month",
    "declare",
    "declare_many",
    "preview",
    "replay",
]
