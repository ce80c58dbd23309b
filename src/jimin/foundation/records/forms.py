"""Forms made from a declaration. They check what was typed; the service checks what it means."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import fields_for_model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import places, search
from .declare import RecordType, record_for
from .values import HIDDEN, show

MOST_PICKED = 10


class PageWidget(forms.Widget):
    """A control drawn by the templates of the pages, which know our tags."""

    def _render(self, template_name: str, context: dict[str, Any], renderer: Any = None) -> Any:
        return render_to_string(template_name, context)


class AreaSelect(PageWidget):
    """A drop-down per level. Without scripts the next one appears when the form comes back."""

    template_name = "records/areas.html"

    def __init__(self, subject: str, verb: str, *, is_filter: bool) -> None:
        super().__init__()
        self.subject, self.verb, self.is_filter = subject, verb, is_filter

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return [str(value) for value in values]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        codes = value if isinstance(value, list) else [str(getattr(value, "pk", value) or "")]
        area = places.chosen_of(codes)
        if area is not None and not places.is_within(area, self.verb, self.subject):
            area = None
        context = super().get_context(name, value, attrs)
        return context | {
            "name": name,
            "id": context["widget"]["attrs"].get("id", f"id_{name}"),
            "steps": places.steps(area, self.verb, self.subject),
            "roots": places.roots(self.verb, self.subject),
            "subject": self.subject,
            "verb": self.verb,
            "is_filter": self.is_filter,
            "address": reverse("records:places"),
            "invalid": context["widget"]["attrs"].get("aria-invalid"),
        }


class AreaField(forms.Field):
    """An area in the reach of whoever acts."""

    widget = AreaSelect
    default_error_messages = {
        "required": gettext_lazy("请选择区划。"),
        "unknown": gettext_lazy("没有这个区划，或不在您的辖区。请从列表中选择。"),
    }

    def __init__(
        self, *, subject: str, verb: str = "view", is_filter: bool = False, **kwargs: Any
    ) -> None:
        self.subject, self.verb = subject, verb
        kwargs.pop("exclude", None)
        kwargs["widget"] = AreaSelect(subject, verb, is_filter=is_filter)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        codes = [code for code in (value if isinstance(value, list) else [value]) if code]
        if not codes:
            self.validate(None)
            return None
        area = places.chosen_of([str(code) for code in codes])
        if area is None or not places.is_within(area, self.verb, self.subject):
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        return area

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data and any(data))


class PickInput(PageWidget):
    """A search box with the records found below it as radio buttons."""

    template_name = "records/pick.html"

    def __init__(self, record: RecordType, address: str) -> None:
        super().__init__()
        self.record, self.address = record, address

    def value_from_datadict(self, data: Any, files: Any, name: str) -> tuple[str, str]:
        return str(data.get(name) or ""), str(data.get(f"{name}_q") or "")

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        chosen, text = value if isinstance(value, tuple) else (getattr(value, "pk", value), "")
        picked = _visible(self.record, chosen)
        found = [picked] if picked is not None else picks(self.record, text)
        context = super().get_context(name, value, attrs)
        return context | {
            "name": name,
            "id": context["widget"]["attrs"].get("id", f"id_{name}"),
            "text": text,
            "address": reverse(self.address) if self.address else self.record.url("pick"),
            "choices": options(self.record, found, chosen=picked is not None),
            "hint": self.record.search_hint,
            "invalid": context["widget"]["attrs"].get("aria-invalid"),
            "optional": not self.is_required,
        }


class PickField(forms.Field):
    """A record of another register, among those that whoever acts may see.

    Works without scripts too: a text that fits exactly one record chooses it.
    """

    default_error_messages = {
        "required": gettext_lazy("请查找并选择。"),
        "unknown": gettext_lazy("没有找到所选的记录，或不在您的辖区。请重新查找。"),
        "none": gettext_lazy("没有找到符合的记录。请核对后重新查找。"),
        "many": gettext_lazy("找到不止一条记录。请从下面选择一条。"),
    }

    def __init__(self, record: RecordType, *, address: str = "", **kwargs: Any) -> None:
        self.record = record
        kwargs["widget"] = PickInput(record, address)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        chosen, text = value if isinstance(value, tuple) else (value, "")
        if chosen:
            obj = _visible(self.record, chosen)
            if obj is None:
                raise ValidationError(self.error_messages["unknown"], code="unknown")
            return obj
        if not text.strip():
            self.validate(None)
            return None
        found = picks(self.record, text)
        if len(found) == 1:
            return found[0]
        code = "many" if found else "none"
        raise ValidationError(self.error_messages[code], code=code)


def picks(record: RecordType, text: str) -> list[Any]:
    """The first records that fit the text, among those that may be seen."""
    condition = search.matching(record, text)
    if condition is None:
        return []
    return list(record.rows().filter(condition).order_by(*record.ordering, "pk")[:MOST_PICKED])


def options(record: RecordType, found: list[Any], *, chosen: bool = False) -> list[dict[str, Any]]:
    return [{"pk": o.pk, "text": record.pick_text(o), "chosen": chosen} for o in found]


def _visible(record: RecordType, pk: Any) -> Any:
    if not pk:
        return None
    try:
        return record.rows().filter(pk=pk).first()
    except (ValueError, TypeError, ValidationError):
        return None


class RecordForm(forms.Form):
    """The fields of a record, the token of the form and the version it was opened at."""

    record: RecordType
    stored: Any = None

    form_token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def groups(self) -> list[dict[str, Any]]:
        return [
            {
                "label": section.label,
                "fields": [
                    self[each]
                    for name in section.fields
                    for each in (name, f"clear_{name}")
                    if each in self.fields
                ],
            }
            for section in self.record.groups
        ]

    def values(self) -> dict[str, Any]:
        """What the service is to store.

        A sealed field left empty keeps what it has, and so does a link to a record that whoever
        acts may not see: the form could not show it.
        """
        kept = {}
        for name in self.record.fields:
            if name not in self.fields:
                continue
            value = self.cleaned_data.get(name)
            is_sealed = self.stored is not None and name in self.record.sealed_names
            if is_sealed and value in (None, "") and not self.fields[name].required:
                if self.cleaned_data.get(f"clear_{name}"):
                    kept[name] = self.record.field_map[name].get_default()
                continue
            if value is None and self._is_out_of_sight(name):
                continue
            kept[name] = value
        return kept

    def _is_out_of_sight(self, name: str) -> bool:
        field = self.fields[name]
        if self.stored is None or not isinstance(field, PickField):
            return False
        linked = getattr(self.stored, self.record.field_map[name].attname)
        return linked is not None and _visible(field.record, linked) is None

    def take_errors(self, error: ValidationError) -> None:
        """Show what the service refused at the fields concerned."""
        for name, messages in error.update_error_dict({}).items():
            self.add_error(name if name in self.fields else None, messages)


def form_class(record: RecordType, *, obj: Any = None) -> type[RecordForm]:
    """The form of a record type, to add one or to change `obj`."""
    names = [n for n in record.fields if obj is None or not record.field_map[n].primary_key]
    fields = fields_for_model(
        record.model,
        fields=names,
        formfield_callback=lambda f: form_field(record, f, verb="add" if obj is None else "change"),
    )
    extra: dict[str, Any] = {}
    for name in names:
        field = fields[name]
        assert field is not None
        field.help_text = record.hints.get(name, field.help_text)
        if obj is not None and name in record.sealed_names:
            extra |= _seal(record, obj, name, field)
    named: dict[str, Any] = {**fields, **extra}
    for field in named.values():
        dress(field)
    return type(
        f"{type(record).__name__}Form", (RecordForm,), {**named, "record": record, "stored": obj}
    )


def form_for(record: RecordType, *, obj: Any = None, data: Any = None, initial: Any = None) -> Any:
    """A form ready to show (`data` None) or to check."""
    start: dict[str, Any] = {"form_token": uuid.uuid4().hex}
    if obj is not None:
        from .services import version_of

        start["version"] = version_of(obj)
        for name in record.fields:
            if name not in record.sealed_names:
                start[name] = getattr(obj, name)
    return form_class(record, obj=obj)(data, initial={**start, **(initial or {})})


def form_field(record: RecordType, model_field: Any, *, verb: str) -> Any:
    """The form field of a model's field: areas by steps, other links by search."""
    label = model_field.verbose_name
    needed = not model_field.blank
    if places.is_area(model_field):
        subject = record.subject
        field: Any = AreaField(subject=subject, verb=verb, required=needed, label=label)
    elif model_field.is_relation:
        linked = record_for(model_field.related_model)
        if linked is None:
            field = model_field.formfield()
        else:
            field = PickField(linked, required=needed, label=label)
    else:
        field = model_field.formfield()
    if isinstance(field, forms.ChoiceField):
        blank = _("请选择") if needed else _("不填")
        choices: Any = field.choices
        field.choices = [(v, blank if v in (None, "") else text) for v, text in choices]
    if isinstance(field, forms.DateField):
        field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        field.error_messages["invalid"] = _("请按“2016-03-01”的样子填写%(label)s。") % {
            "label": label
        }
    chooses = isinstance(field, forms.ChoiceField | AreaField | PickField)
    said = _("请选择%(label)s。") if chooses else _("请填写%(label)s。")
    field.error_messages["required"] = said % {"label": label}
    return field


def _seal(record: RecordType, obj: Any, name: str, field: Any) -> Mapping[str, Any]:
    """A sealed value never returns to the form: empty keeps it, a tick removes it."""
    held = show(record, obj, name)
    model_field = record.field_map[name]
    field.initial = None
    field.required = field.required and not held
    if not held:
        return {}
    field.widget.attrs["placeholder"] = held
    told = _("现为 %(held)s。不改就留空。") % {"held": held}
    if held == HIDDEN:
        told = _("已登记，不显示。不改就留空。")
    hint = record.hints.get(name)
    field.help_text = _("%(told)s%(hint)s") % {"told": told, "hint": hint} if hint else told
    if not model_field.blank:
        return {}
    label = _("清除%(label)s") % {"label": model_field.verbose_name}
    return {f"clear_{name}": forms.BooleanField(label=label, required=False)}


def dress(field: Any) -> None:
    """The classes of the style sheet, by the kind of control."""
    widget = field.widget
    if isinstance(widget, forms.HiddenInput | AreaSelect | PickInput | forms.RadioSelect):
        return
    if isinstance(widget, forms.CheckboxInput):
        widget.attrs["class"] = "form-check-input"
    elif isinstance(widget, forms.Select):
        widget.attrs["class"] = "form-select"
    else:
        widget.attrs["class"] = "form-control"
        widget.attrs.setdefault("autocomplete", "off")
