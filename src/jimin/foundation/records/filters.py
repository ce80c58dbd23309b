"""The filters of a list, made from the declaration with django-filter."""

from typing import Any

import django_filters
from django import forms
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .declare import RecordType
from .forms import AreaField, dress
from .places import inside

RANGES = {
    "gte": (_("%(label)s不早于"), _("%(label)s不低于")),
    "lte": (_("%(label)s不晚于"), _("%(label)s不高于")),
}


class AreaFilter(django_filters.Filter):  # type: ignore[misc]
    """Everything in the chosen area and below it."""

    field_class = AreaField

    def filter(self, queryset: models.QuerySet[Any], value: Any) -> models.QuerySet[Any]:
        return queryset if value is None else queryset.filter(inside(self.field_name, value))


def filterset_class(record: RecordType) -> Any:
    """The class of filters of a record type, built once."""
    kept = record.__dict__.get("_filterset_class")
    if kept is None:
        found: dict[str, Any] = {}
        for name, lookups in record.filters.items():
            if isinstance(lookups, django_filters.Filter):
                found[name] = lookups
                continue
            for lookup in lookups:
                found[_parameter(name, lookup)] = _filter(record, name, lookup)
        kept = type(f"{type(record).__name__}Filters", (django_filters.FilterSet,), found)
        record.__dict__["_filterset_class"] = kept
    return kept


def names_of(record: RecordType) -> list[str]:
    """The parameters of the filters, in the order of the declaration."""
    found = []
    for name, lookups in record.filters.items():
        if isinstance(lookups, django_filters.Filter):
            found.append(name)
        else:
            found += [_parameter(name, lookup) for lookup in lookups]
    return found


def kept_query(record: RecordType, params: Any) -> Any:
    """Of the parameters of a list only its filters and its order, as a new QueryDict.

    What was searched for stays out: it may be somebody's name or number.
    """
    kept = QueryDict(mutable=True)
    for name in (*names_of(record), "sort"):
        if values := [value for value in params.getlist(name) if value]:
            kept.setlist(name, values)
    return kept


def _parameter(name: str, lookup: str) -> str:
    return name if lookup in ("exact", "within") else f"{name}__{lookup}"


def filtered(record: RecordType, params: Any, queryset: models.QuerySet[Any]) -> Any:
    """The bound filter set. A wrong value shows its error and no rows, never all of them."""
    filters = filterset_class(record)(params, queryset=queryset)
    filters.form.order_fields(names_of(record))
    for field in filters.form.fields.values():
        dress(field)
    return filters


def rows_of(filters: Any) -> models.QuerySet[Any]:
    if not filters.form.is_valid():
        return filters.queryset.none()  # type: ignore[no-any-return]
    return filters.qs  # type: ignore[no-any-return]


def _filter(record: RecordType, name: str, lookup: str) -> Any:
    field = record.field_map[name]
    label = field.verbose_name
    if lookup == "within":
        return AreaFilter(
            field_name=field.attname, label=label, subject=record.subject, is_filter=True
        )
    if lookup == "isnull":
        return presence(name, label, absent=_("没有"), present=_("有"))
    if isinstance(field, models.BooleanField):
        return _choice(field.name, label, [("1", _("是")), ("0", _("否"))], lookup)
    is_date = isinstance(field, models.DateField)
    if lookup in RANGES:
        label = RANGES[lookup][0 if is_date else 1] % {"label": label}
    if field.choices:
        return django_filters.ChoiceFilter(
            field_name=name, label=label, choices=field.choices, empty_label=_("全部")
        )
    if is_date:
        return django_filters.DateFilter(
            field_name=name,
            lookup_expr=lookup,
            label=label,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
    if isinstance(field, models.DecimalField | models.IntegerField):
        return django_filters.NumberFilter(field_name=name, lookup_expr=lookup, label=label)
    return django_filters.CharFilter(field_name=name, lookup_expr=lookup, label=label)


def presence(name: str, label: Any, *, absent: Any, present: Any) -> Any:
    """A filter that asks whether a field is filled, in the words of the register."""
    return _choice(name, label, [("1", absent), ("0", present)], "isnull")


def _choice(name: str, label: Any, choices: list[Any], lookup: str) -> Any:
    return django_filters.TypedChoiceFilter(
        field_name=name,
        lookup_expr=lookup,
        label=label,
        choices=[("", _("全部")), *choices],
        coerce=lambda value: value == "1",
    )
