"""What a paper is: a Word template, a series of numbers, and who may read what is filed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class FormError(ValueError):
    """A form is declared wrongly."""


@dataclass(frozen=True)
class Form:
    """One official paper. The bureau may edit the template in Word; the names in it must stay.

    `number` is written with `{unit}`, `{year}` and `{serial}`. Papers of one series share a run
    of numbers per unit and year. `content` turns the record the paper is about into what the
    template prints.
    """

    name: str
    label: Any  # a lazily translated text
    template: Path
    series: str
    number: str
    content: Callable[[Any], dict[str, Any]]


FORMS: dict[str, Form] = {}


def register(form: Form) -> Form:
    """Declare a paper; the same name twice is a mistake."""
    if FORMS.get(form.name, form) != form:
        raise FormError(f"form {form.name} is declared twice")
    if not form.template.exists():
        raise FormError(f"form {form.name}: there is no template {form.template}")
    FORMS[form.name] = form
    return form
