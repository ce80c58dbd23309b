"""Checking and writing many records at once: what all ask of the database is asked together.

The checks are those of `services.check_record`, in the same order and words; what differs is that
uniqueness, links and stored rows are looked up for the whole batch. Where a model asks for more
than this knows (constraints over several fields, a `save` of its own) its own way is taken, record
by record.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import ScopedManager, System, acting_as, acting_as_system
from jimin.foundation.access.services import require

from . import services
from .declare import RecordType
from .inserts import can_insert_many, insert_many
from .services import Draft

Given = tuple[Any, Mapping[str, Any]]  # the stored row or None, and the values for it
Checked = Draft | ValidationError | PermissionDenied


class Rights:
    """`require`, asked once per verb and area."""

    def __init__(self, actor: User | System, record: RecordType) -> None:
        self.actor, self.record = actor, record
        self._refused: dict[tuple[str, str | None], PermissionDenied | None] = {}

    def require(self, verb: str, obj: Any) -> None:
        asked = verb, self.record.area_of(obj)
        if asked not in self._refused:
            try:
                require(actor=self.actor, verb=verb, subject=self.record.subject, area=asked[1])
                self._refused[asked] = None
            except PermissionDenied as refusal:
                self._refused[asked] = refusal
        if refused := self._refused[asked]:
            raise refused


def check_many(
    *, actor: User | System, record: RecordType, rights: Rights, given: Sequence[Given]
) -> list[Checked]:
    """What `check_record` says of each; stored rows are altered in place."""
    checked: list[Checked] = []
    with acting_as_system("uniqueness holds over all rows"):
        for stored, data in given:
            try:
                checked.append(_alone(record, rights, stored, data))
            except (ValidationError, PermissionDenied) as error:
                checked.append(error)
        for at, twin in _not_unique(record, checked):
            checked[at] = twin
    for at, draft in enumerate(checked):
        if isinstance(draft, Draft) and (draft.is_new or draft.changes):
            try:
                rights.require(draft.verb, draft.obj)
            except PermissionDenied as refusal:
                checked[at] = refusal
    for at, unseen in _bad_links(actor, record, checked):
        checked[at] = unseen
    return checked


def _alone(record: RecordType, rights: Rights, stored: Any, data: Mapping[str, Any]) -> Draft:
    """Everything that can be said of a record without looking at others."""
    is_new = stored is None
    obj = record.model() if is_new else stored
    before = {} if is_new else services.values_of(obj)
    if not is_new:
        rights.require("change", obj)
    services.put(record, obj, data)
    if not is_new and services.values_of(obj) == before:
        return Draft(obj, is_new, {})
    services.validate_alone(record, obj, data, _kept_links(record, obj, before))
    after = services.values_of(obj)
    changes = {name: [before.get(name), v] for name, v in after.items() if before.get(name) != v}
    if is_new:
        changes = {name: pair for name, pair in changes.items() if pair[1] not in (None, "")}
    return Draft(obj, is_new, changes)


def _kept_links(record: RecordType, obj: Any, before: Mapping[str, Any]) -> set[str]:
    """Links that stay as they are were good when they were stored: not looked up again."""
    return {
        name
        for name, field in record.field_map.items()
        if field.is_relation and name in before and getattr(obj, field.attname) == before[name]
    }


def _not_unique(
    record: RecordType, checked: Sequence[Checked]
) -> Iterator[tuple[int, ValidationError]]:
    drafts = [(at, d) for at, d in enumerate(checked) if isinstance(d, Draft) and _writes(d)]
    for field in _unique_fields(record.model):
        for _at, draft in drafts:
            field.pre_save(draft.obj, draft.is_new)  # brings a digest in step
    clashing = _clashing(record, [d for _, d in drafts])
    has_more = _has_more_constraints(record.model)
    taken: dict[tuple[str, Any], int] = {}
    unique = _unique_fields(record.model)
    for at, draft in drafts:
        if has_more or id(draft.obj) in clashing:
            try:
                services.validate_against_others(draft.obj)
            except ValidationError as error:
                yield at, error
                continue
        twice = [
            f for f in unique if _held_value(draft, f) and (f.name, _held_value(draft, f)) in taken
        ]
        if twice:
            yield at, services.said_twice(draft.obj, [f.name for f in twice])
            continue
        taken |= {(f.name, _held_value(draft, f)): at for f in unique}


def _writes(draft: Draft) -> bool:
    return draft.is_new or bool(draft.changes)


def _held_value(draft: Draft, field: Any) -> Any:
    return getattr(draft.obj, field.attname)


def _unique_fields(model: type[models.Model]) -> list[Any]:
    return [f for f in model._meta.concrete_fields if f.unique]


def _has_more_constraints(model: type[models.Model]) -> bool:
    options = model._meta
    dated = any(
        getattr(f, f"unique_for_{part}", None)
        for f in options.concrete_fields
        for part in ("date", "month", "year")
    )
    return bool(options.constraints or options.unique_together or options.parents) or dated


def _clashing(record: RecordType, drafts: Sequence[Draft]) -> set[int]:
    """The ids of the objects that share a unique value with a stored row that is another."""
    found: set[int] = set()
    for field in _unique_fields(record.model):
        wanted: dict[Any, list[Draft]] = {}
        for draft in drafts:
            is_kept = not draft.is_new and field.primary_key
            if (value := _held_value(draft, field)) is not None and not is_kept:
                wanted.setdefault(value, []).append(draft)
        if not wanted or (field.primary_key and field.get_internal_type().endswith("AutoField")):
            continue
        rows = record.model._base_manager.filter(**{f"{field.name}__in": list(wanted)})
        for value, pk in rows.values_list(field.name, "pk"):
            found |= {id(d.obj) for d in wanted.get(value, ()) if d.is_new or d.obj.pk != pk}
    return found


def _bad_links(
    actor: User | System, record: RecordType, checked: Sequence[Checked]
) -> Iterator[tuple[int, ValidationError]]:
    """A link may only be made to a row that the actor sees; one query per linked register."""
    for name, field in record.field_map.items():
        if not field.is_relation:
            continue
        manager = field.related_model._default_manager
        if not isinstance(manager, ScopedManager):
            continue
        made = {
            at: draft.changes[name][1]
            for at, draft in enumerate(checked)
            if isinstance(draft, Draft) and draft.changes.get(name, (None, None))[1] is not None
        }
        if not made:
            continue
        with acting_as(actor):
            seen = set(manager.filter(pk__in=set(made.values())).values_list("pk", flat=True))
        for at, value in made.items():
            if value not in seen:
                yield at, services.unseen_link(name, field)


def write_many(record: RecordType, drafts: Sequence[Draft]) -> dict[int, ValidationError]:
    """Write checked records; what the database refuses after all, by place in `drafts`.

    Must run in a transaction.
    """
    fill = _filler(record.model)
    if fill is None or len(drafts) < 2:
        return _one_by_one(record, drafts)
    for draft in drafts:
        fill(draft.obj)
    new = [d.obj for d in drafts if d.is_new]
    changed = [d.obj for d in drafts if not d.is_new]
    try:
        if not changed and can_insert_many(record.model):
            insert_many(new)
        else:
            with transaction.atomic():
                _insert(new, record.model)
                _update(changed, record.model)
    except IntegrityError:
        return _one_by_one(record, drafts)
    return {}


def _filler(model: type[models.Model]) -> Callable[[Any], None] | None:
    """What the model's own `save` fills in, where it says so as `before_save`; None if unknown."""
    named: Callable[[Any], None] | None = getattr(model, "before_save", None)
    if named is not None:
        return named
    return (lambda obj: None) if model.save is models.Model.save else None


def _insert(objs: list[Any], model: type[models.Model]) -> None:
    if objs and can_insert_many(model):
        insert_many(objs)
    elif objs:
        model._base_manager.bulk_create(objs)


def _update(objs: list[Any], model: type[models.Model]) -> None:
    """As an insert that finds its row there: far faster than an UPDATE that lists every case."""
    if not objs:
        return
    for obj in objs:
        for field in model._meta.concrete_fields:
            if getattr(field, "auto_now", False):
                field.pre_save(obj, False)
    fields = [f.name for f in model._meta.concrete_fields if not f.primary_key]
    fields = [n for n in fields if not getattr(model._meta.get_field(n), "auto_now_add", False)]
    assert model._meta.pk is not None
    model._base_manager.bulk_create(
        objs, update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=fields
    )


def _one_by_one(record: RecordType, drafts: Sequence[Draft]) -> dict[int, ValidationError]:
    refused = {}
    for at, draft in enumerate(drafts):
        try:
            with transaction.atomic(), acting_as_system("uniqueness holds over all rows"):
                services.validate_against_others(draft.obj)
                services.write(draft)
        except ValidationError as error:
            refused[at] = error
    return refused
