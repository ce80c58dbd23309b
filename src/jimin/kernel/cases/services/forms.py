"""What is entered at a step. The same form checks the page, the API and the shell."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System

from ..models import Case


class StepForm(forms.Form):
    """Base of every step's form; `on` is the day the step was taken, not the day it is entered.

    `examples` shows in the API's description what `build` adds, and what needs a better example.
    """

    template = "cases/_fields.html"
    examples: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        case: Case,
        actor: User | System,
        on: dt.date,
    ) -> None:
        super().__init__(data)
        self.case, self.actor, self.on = case, actor, on
        self.build()
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", _style(field.widget))

    def build(self) -> None:
        """Add the fields that depend on the case."""

    def named(self, name: str) -> str:
        """A field's label as the summary of errors says it."""
        return str(self.fields[name].label)

    def summary(self) -> list[dict[str, str]]:
        """What is wrong, each line with the id of its field and the words for the field."""
        lines = []
        for name, errors in self.errors.items():
            known = name in self.fields
            where = self[name].id_for_label if known else ""
            label = self.named(name) if known else ""
            lines += [{"id": where, "label": label, "text": str(text)} for text in errors]
        return lines


def _style(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class NoteForm(StepForm):
    """A step that takes nothing but a remark."""

    note = forms.CharField(
        label=_("说明"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
