"""A wrong declaration is refused at start-up, with its name and what to change."""

import inspect
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django_filters import Filter

from jimin.foundation.sealed.fields import DigestField, Sealed

from . import paging
from .declare import Column, RecordType, registry

LOOKUPS = {"exact", "gte", "lte", "isnull", "within"}


@register()
def check_records(**kwargs: Any) -> list[CheckMessage]:
    slugs: dict[str, RecordType] = {}
    messages: list[CheckMessage] = []
    for record in registry.values():
        messages += faults_of(record)
        if record.slug in slugs:
            other = slugs[record.slug]
            messages.append(_error(record, f"slug {record.slug!r} is also that of {other!r}"))
        slugs[record.slug] = record
    return messages


def faults_of(record: RecordType) -> list[CheckMessage]:
    """What is wrong with one declaration."""
    return [
        _error(record, text)
        for part in (_names, _key, _paths, _filters, _orders, _actions, _sealed)
        for text in part(record)
    ]


def _error(record: RecordType, text: str) -> Error:
    return Error(f"{type(record).__name__}: {text}", obj=record.model, id="records.E001")


def _unknown(record: RecordType, part: str, names: Iterable[str]) -> Iterator[str]:
    known = ", ".join(record.field_map)
    for name in names:
        if name not in record.field_map:
            yield f"{part} names {name!r}, which is no field of the model; fields are {known}"


def _names(record: RecordType) -> Iterator[str]:
    if not record.fields:
        yield "fields is empty; name at least one field"
    yield from _unknown(record, "fields", record.fields)
    yield from _unknown(record, "columns", (c for c in record.columns if isinstance(c, str)))
    yield from _unknown(record, "ordering", (name.removesuffix("_id") for name in record.ordering))
    yield from _unknown(record, "sealed", record.sealed)
    yield from _unknown(record, "derived", record.derived)
    yield from _unknown(record, "synonyms", record.synonyms)
    yield from _unknown(record, "hints", record.hints)
    grouped = [name for section in record.sections for name in section.fields]
    for name in grouped:
        if name not in record.fields:
            yield f"sections name {name!r}, which is not in fields"
    for name in record.fields:
        if record.sections and grouped.count(name) != 1:
            yield f"{name!r} stands in {grouped.count(name)} sections; put it in exactly one"
    columns = [c.name if isinstance(c, Column) else c for c in record.columns]
    for name in {name for name in columns if columns.count(name) > 1}:
        yield f"columns hold {name!r} twice"


def _key(record: RecordType) -> Iterator[str]:
    if record.key == "pk":
        return
    if record.key not in record.field_map:
        yield from _unknown(record, "key", [record.key])
        return
    field = record.field_map[record.key]
    if isinstance(field, Sealed):
        field = digest_for(record.model, record.key)
    if field is None or not field.unique:
        yield f"key {record.key!r} is not unique; an import could not tell rows apart"
    if record.is_editable and record.key not in record.fields:
        yield f"key {record.key!r} must be in fields, or an import cannot give it"


def _paths(record: RecordType) -> Iterator[str]:
    for part, lookups in (
        ("area", [record.area] if record.area else []),
        ("select_related", record.select_related),
        ("search", [s for s in record.search if isinstance(s, str) and s != "area"]),
    ):
        for lookup in lookups:
            try:
                resolve(record.model, lookup)
            except FieldDoesNotExist as error:
                yield f"{part} {lookup!r} leads nowhere: {error}"


def _filters(record: RecordType) -> Iterator[str]:
    for name, lookups in record.filters.items():
        if isinstance(lookups, Filter):
            continue
        yield from _unknown(record, "filters", [name])
        if unknown := set(lookups) - LOOKUPS:
            yield f"filter {name!r} has unknown lookups {sorted(unknown)}; use {sorted(LOOKUPS)}"
        if name in record.sealed_names:
            yield f"filter {name!r} is sealed and cannot be filtered; search it instead"


def _orders(record: RecordType) -> Iterator[str]:
    """Whatever orders a long list has an index that lies in this order."""
    unknown = list(_unknown(record, "sorts_by", chain(*record.sorts_by.values())))
    yield from unknown
    for name in record.sorts:
        if not paging.sortable(record, name):
            unknown.append(f"sorts name {name!r}, by which nothing can be sorted")
            yield unknown[-1]
    if unknown or record.is_short or list(_names(record)):
        return
    shown = _names_in(paging.order_of(record))
    for name in ("", *record.sorts):
        wanted = _names_in(paging.order_of(record, name))
        # Where the list is as it is shown at first few rows are alike, whatever their key.
        enough = wanted[:-1] if wanted == shown and len(wanted) > 1 else wanted
        if not any(lies[: len(enough)] == enough for lies in _indexes(record.model)):
            yield (
                f"no index lies in the order {wanted}, in which the list is "
                f"{f'sorted by {name!r}' if name else 'shown'}; add one to the model, "
                "or say is_short if there are never more than some thousand rows"
            )


def _names_in(order: Iterable[paging.Key]) -> list[str]:
    return [key.name for key in order]


def _indexes(model: type[models.Model]) -> Iterator[list[str]]:
    """The columns of each index that holds every row in the order of the values."""
    meta = model._meta
    fields: list[Any] = list(meta.concrete_fields)
    yield from ([field.attname] for field in fields if field.unique or field.db_index)
    declared: list[tuple[Any, Any]] = [
        (index.fields, index.condition or index.opclasses) for index in meta.indexes
    ]
    uniques = (c for c in meta.constraints if isinstance(c, models.UniqueConstraint))
    declared += [(constraint.fields, constraint.condition) for constraint in uniques]
    for names, is_other in declared:
        if not is_other:
            found = (meta.pk if name == "pk" else meta.get_field(name) for name in names)
            yield [str(getattr(field, "attname", "")) for field in found]


def _actions(record: RecordType) -> Iterator[str]:
    names = [action.name for action in record.actions]
    for name in {n for n in names if names.count(n) > 1}:
        yield f"two actions are named {name!r}"
    for action in record.actions:
        takes = action.takes or str(record.model._meta.model_name)
        parameters = inspect.signature(action.service).parameters
        for wanted in ("actor", takes):
            if wanted not in parameters:
                yield f"the service of action {action.name!r} takes no {wanted!r}"


def _sealed(record: RecordType) -> Iterator[str]:
    for name in record.search:
        field = record.field_map.get(name) if isinstance(name, str) else None
        if isinstance(field, Sealed) and digest_for(record.model, field.name) is None:
            yield f"search {name!r} is sealed and has no DigestField to find it by"


def digest_for(model: type[models.Model], name: str) -> DigestField | None:
    """The field that holds the digest of a sealed one as a whole."""
    return next((field for field in digests_for(model, name) if not field.last), None)


def digests_for(model: type[models.Model], name: str) -> list[DigestField]:
    """The fields that hold a digest of a sealed one, of its end as well."""
    fields = model._meta.concrete_fields
    return [f for f in fields if isinstance(f, DigestField) and f.source == name]


def resolve(model: type[models.Model], lookup: str) -> Any:
    """The field a lookup ends at; FieldDoesNotExist if it leads nowhere."""
    found: Any = None
    for step in lookup.split("__"):
        if model is None:
            raise FieldDoesNotExist(f"{lookup} goes on after {found.name}, which is no link")
        found = model._meta.pk if step == "pk" else None
        if found is None:
            found = next(
                (f for f in model._meta.concrete_fields if step in (f.name, f.attname)), None
            ) or model._meta.get_field(step)
        model = found.related_model
    return found
