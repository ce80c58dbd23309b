"""What is entered at a step. The same form checks the page, the API and the shell."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System

from ..models import Case


class StepForm(forms.Form):
    """Base of every step's form; `on` is the day the step was taken, not the day it is entered.

    `grouped` gives the template its fields in parts, each with a heading.
    """

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
        for name, field in self.fields.items():
            style = "form-control"
            if isinstance(field.widget, forms.CheckboxInput):
                style = "form-check-input"
            elif isinstance(field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
                style = "form-selectgroup-input form-check-input"
            elif isinstance(field.widget, forms.Select):
                style = "form-select"
            field.widget.attrs.setdefault("class", style)
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_help"
            if field.required and isinstance(field.label, str):
                field.error_messages.setdefault("required", _("请填写。"))

    def build(self) -> None:
        """Add the fields that depend on the case."""


class NoteForm(StepForm):
    """A step that takes nothing but a remark."""

    note = forms.CharField(
        label=_("说明"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
