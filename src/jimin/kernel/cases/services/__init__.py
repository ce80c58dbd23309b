"""Opening a case and taking its steps: the one door to every procedure."""

from .forms import NoteForm, StepForm
from .steps import Context, StepRefused, available_steps, open_case, recuse, take_step

__all__ = [
    "Context",
    "NoteForm",
    "StepForm",
    "StepRefused",
    "available_steps",
    "open_case",
    "recuse",
    "take_step",
]
