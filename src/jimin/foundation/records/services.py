"""Storing a record: the one way in for the form, the import, the API and other services."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import ScopedManager, System, acting_as, acting_as_system
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit
from jimin.foundation.sealed.fields import DigestField, keys

from .declare import Action, RecordType
from .models import Submission
from .values import hidden, show_value

TOKEN_DAYS = 2


class StaleRecordError(Exception):
    """The record was saved by someone else since the caller read it; `stored` is how it is now."""

    def __init__(self, stored: models.Model) -> None:
        super().__init__(_("这条记录刚刚被别人改过。"))
        self.stored = stored


@dataclass(frozen=True)
class Draft:
    """A record that passed every check and is not written yet."""

    obj: Any
    is_new: bool
    changes: dict[str, list[Any]]

    @property
    def verb(self) -> str:
        return "add" if self.is_new else "change"


def version_of(obj: models.Model) -> str:
    """A keyed digest of the stored values: differs as soon as anything was saved in between."""
    values = [field.value_from_object(obj) for field in obj._meta.concrete_fields]
    text = json.dumps(values, cls=DjangoJSONEncoder, ensure_ascii=False)
    return keys().digest_of(text)[:32]


@transaction.atomic
def save_record(
    *,
    actor: User | System,
    record: RecordType,
    obj: Any = None,
    data: Mapping[str, Any],
    version: str = "",
    reason: str = "",
) -> Any:
    """Add a record, or change `obj`, and write its history. Returns the stored record.

    `data` holds values by field name; fields left out keep theirs. With `version` (see
    `version_of`) a record that was saved meanwhile is refused with StaleRecordError. A change
    that changes nothing writes nothing.
    """
    stored = None if obj is None else locked(record, obj.pk)
    if stored is not None and version and version != version_of(stored):
        raise StaleRecordError(stored)
    draft = check_record(actor=actor, record=record, stored=stored, data=data)
    if draft.changes or draft.is_new:
        write(draft)
        audit.log(
            actor=actor,
            obj=draft.obj,
            verb=draft.verb,
            values=for_history(record, draft.changes),
            reason=reason,
        )
    return draft.obj


def locked(record: RecordType, pk: Any) -> Any:
    """The stored row, held until the transaction ends; unscoped, so the caller checks rights."""
    return record.model._base_manager.select_for_update().get(pk=pk)


def check_record(
    *, actor: User | System, record: RecordType, stored: Any, data: Mapping[str, Any]
) -> Draft:
    """Everything `save_record` checks, without writing: rights, values, uniqueness, links.

    `stored` is the row as the database holds it (None for a new one) and is altered in place.
    """
    is_new = stored is None
    obj = record.model() if is_new else stored
    before = {} if is_new else values_of(obj)
    if not is_new:
        require(actor=actor, verb="change", subject=record.subject, area=record.area_of(obj))
    put(record, obj, data)
    if not is_new and values_of(obj) == before:
        return Draft(obj, is_new, {})
    verb = "add" if is_new else "change"
    with acting_as_system("uniqueness holds over all rows"):
        _validate(record, obj, data)
    require(actor=actor, verb=verb, subject=record.subject, area=record.area_of(obj))
    after = values_of(obj)
    changes = {name: [before.get(name), v] for name, v in after.items() if before.get(name) != v}
    _check_links(actor, record, obj, changes)
    if is_new:
        changes = {name: pair for name, pair in changes.items() if pair[1] not in (None, "")}
    return Draft(obj, is_new, changes)


def write(draft: Draft) -> None:
    """Write a checked record. What the database refuses is said in the words of the model."""
    try:
        with transaction.atomic():
            draft.obj.save(force_insert=draft.is_new, force_update=not draft.is_new)
    except IntegrityError:
        # Someone stored the same key between the check and now: the check finds it this time.
        with acting_as_system("uniqueness holds over all rows"):
            validate_against_others(draft.obj)
        raise


def for_history(record: RecordType, changes: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The differences as the log keeps them: sealed values masked."""
    return {
        name: [hidden(v) for v in pair] if name in record.sealed_names else pair
        for name, pair in changes.items()
    }


@transaction.atomic
def unmask(*, actor: User, record: RecordType, obj: Any, reason: str) -> dict[str, str]:
    """The sealed values of a record in full; who looked and why is written down."""
    require(actor=actor, verb="unmask", subject=record.subject, area=record.area_of(obj))
    reason = reason.strip()
    if len(reason) < 2:
        raise ValidationError({"reason": _("请写明查看完整信息的事由。")})
    names = [n for n in record.fields if n in record.sealed_names]
    audit.log(actor=actor, obj=obj, verb="unmask", values={"fields": names}, reason=reason[:400])
    return {name: show_value(record.field_map[name], getattr(obj, name)) for name in names}


def run_action(
    *, actor: User, record: RecordType, action: Action, obj: Any, values: Mapping[str, Any]
) -> Any:
    """Run an action's service, after asking for its permission at the record's area."""
    require(actor=actor, verb=action.verb, subject=record.subject, area=record.area_of(obj))
    takes = action.takes or str(record.model._meta.model_name)
    return action.service(actor=actor, **{takes: obj}, **values)


@transaction.atomic
def once(*, actor: User, token: str, make: Callable[[], models.Model]) -> str:
    """Make a record for the form with this token, a single time; returns the record's key.

    A second sending (double click, slow line, reload) gets the key of what the first one made.
    If `make` fails nothing is remembered, so the corrected form may carry the same token.
    """
    if not token:
        return str(make().pk)
    Submission.objects.filter(at__lt=timezone.now() - dt.timedelta(days=TOKEN_DAYS)).delete()
    try:
        with transaction.atomic():
            sent = Submission.objects.create(token=token, user=actor)
    except IntegrityError:
        sent = Submission.objects.get(token=token)
        if sent.user_id != actor.pk:
            raise PermissionDenied(_("这张表单不是您打开的。请重新打开后填写。")) from None
        return sent.key
    sent.key = str(make().pk)
    sent.save(update_fields=["key"])
    return sent.key


def values_of(obj: models.Model) -> dict[str, Any]:
    return {
        field.name: field.value_from_object(obj)
        for field in obj._meta.concrete_fields
        if field.editable
    }


def put(record: RecordType, obj: Any, data: Mapping[str, Any]) -> None:
    for name, value in data.items():
        model_field = record.field_map[name]
        is_key = model_field.is_relation and not isinstance(value, models.Model)
        setattr(obj, model_field.attname if is_key else name, value)


def _validate(record: RecordType, obj: Any, data: Mapping[str, Any]) -> None:
    """`full_clean`, with the digests of sealed fields in step before uniqueness is checked."""
    validate_alone(record, obj, data)
    validate_against_others(obj)


def validate_alone(
    record: RecordType, obj: Any, data: Mapping[str, Any], kept: Collection[str] = ()
) -> None:
    """What can be said of a record without looking at others.

    Links given as records are not looked up again: whoever gives one has read it. Nor are `kept`.
    """
    errors: dict[str, Any] = {}
    read = {name for name, value in data.items() if isinstance(value, models.Model)}
    try:
        obj.clean_fields(exclude={*record.filled_in, *read, *kept})
    except ValidationError as error:
        errors = error.update_error_dict(errors)
    if not errors:
        for check in (obj.clean, lambda: record.prepare(obj), lambda: _clean_derived(record, obj)):
            if errors:
                break
            try:
                check()
            except ValidationError as error:
                errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(_in_plain_words(obj, errors))


def _clean_derived(record: RecordType, obj: Any) -> None:
    if record.derived:
        obj.clean_fields(exclude=set(record.field_map) - set(record.derived))


def validate_against_others(obj: models.Model) -> None:
    """Uniqueness and the database's constraints, asked of the database."""
    for field in obj._meta.concrete_fields:
        if isinstance(field, DigestField):
            field.pre_save(obj, obj._state.adding)
    errors: dict[str, Any] = {}
    for check in (obj.validate_unique, obj.validate_constraints):
        try:
            check()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(_in_plain_words(obj, errors))


def said_twice(obj: models.Model, names: Sequence[str]) -> ValidationError:
    """The refusal of a record whose unique value another of the same import has."""
    errors = {n: [obj.unique_error_message(type(obj), (n,))] for n in names}
    return ValidationError(_in_plain_words(obj, errors))


def _in_plain_words(obj: models.Model, errors: Mapping[str, Any]) -> dict[str, Any]:
    """What Django says in general, said of the field people know (of a digest, its source)."""
    said: dict[str, Any] = {}
    for name, found in errors.items():
        shown_at, label = name, ""
        if name != NON_FIELD_ERRORS:
            field: Any = obj._meta.get_field(name)
            if isinstance(field, DigestField):
                field = obj._meta.get_field(field.source)
            shown_at, label = field.name, str(field.verbose_name)
        for error in found:
            if error.code == "unique" and label:
                error = ValidationError(
                    _("%(label)s与已登记的另一条%(register)s相同，不能重复登记。请先查找原有记录。")
                    % {"label": label, "register": obj._meta.verbose_name},
                    code="unique",
                )
            elif error.code in ("blank", "null") and label:
                error = ValidationError(_("请填写%(label)s。") % {"label": label}, code=error.code)
            said.setdefault(shown_at, []).append(error)
    return said


def _check_links(
    actor: User | System, record: RecordType, obj: Any, changes: Mapping[str, Any]
) -> None:
    """A link may only be made to a row that the actor sees."""
    errors: dict[str, Any] = {}
    for name, (_before, value) in changes.items():
        model_field = record.field_map[name]
        if value is None or not model_field.is_relation:
            continue
        manager = model_field.related_model._default_manager
        if not isinstance(manager, ScopedManager):
            continue
        with acting_as(actor):
            if not manager.filter(pk=value).exists():
                errors |= unseen_link(name, model_field).update_error_dict({})
    if errors:
        raise ValidationError(errors)


def unseen_link(name: str, model_field: Any) -> ValidationError:
    said = _("没有找到所选的%(label)s，或不在您的辖区。请重新选择。")
    return ValidationError({name: said % {"label": model_field.verbose_name}})
