"""Writing the chain and checking it."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils import timezone

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.sealed.fields import Sealed
from jimin.foundation.sealed.rules import masked, sm3

from .models import Entry

GENESIS = "0" * 64
CHAIN_LOCK = 0x4A494D494E  # "JIMIN": one writer of the chain at a time
_values_writing = DjangoJSONEncoder(ensure_ascii=False, sort_keys=True).encode
_fixed_writing = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True)
class Line:
    """What is to be written about one record."""

    verb: str
    subject: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def log(
    *,
    actor: User | System,
    obj: models.Model,
    verb: str,
    values: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Entry:
    """Add one line about `obj`, in the caller's transaction."""
    line = Line(verb, obj._meta.label_lower, str(obj.pk), values or {}, reason)
    return log_many(actor=actor, lines=[line])[0]


@transaction.atomic
def log_many(*, actor: User | System, lines: Iterable[Line]) -> list[Entry]:
    """Add many lines at once. Holds the chain's lock until the caller's transaction ends."""
    _hold_chain()
    last = Entry.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
    now = timezone.now()
    user, label = (actor, actor.signature) if isinstance(actor, User) else (None, actor.reason)
    entries = []
    for line in lines:
        entry = Entry(
            at=now,
            actor=user,
            actor_label=label[:80],
            verb=line.verb,
            subject=line.subject,
            key=line.key,
            values=json.loads(json.dumps(line.values, cls=DjangoJSONEncoder)),
            reason=line.reason,
            previous=last,
        )
        last = entry.hash = digest_of(entry)
        entries.append(entry)
    return Entry.objects.bulk_create(entries, batch_size=1000)


@transaction.atomic
def append(*, actor: User | System, lines: Iterable[Line]) -> None:
    """As `log_many`, for the thousands of lines of an import: nothing is given back, each value
    is written as JSON once, and the lines go to the database in one piece."""
    _hold_chain()
    last = Entry.objects.order_by("-id").values_list("hash", flat=True).first() or GENESIS
    now = timezone.now()
    user, label = (actor.pk, actor.name) if isinstance(actor, User) else (None, actor.reason)
    known = _fixed_writing([now.isoformat(timespec="microseconds"), user, label[:80]])[1:-1]
    at = connection.ops.adapt_datetimefield_value(now)
    rows = []
    for line in lines:
        values = _values_writing(dict(line.values))
        named = _fixed_writing([line.verb, line.subject, line.key])[1:-1]
        reason = _fixed_writing(line.reason)
        previous, last = last, sm3(f'["{last}", {known}, {named}, {values}, {reason}]'.encode())
        of_line = (line.verb, line.subject, line.key, values, line.reason, previous, last)
        rows.append((at, user, label[:80], *of_line))
    cast = "::jsonb" if connection.vendor == "postgresql" else ""
    statement = (
        f"INSERT INTO {Entry._meta.db_table} (at, actor_id, actor_label, verb, subject, key,"  # noqa: S608
        f' "values", reason, previous, hash) VALUES (%s, %s, %s, %s, %s, %s, %s{cast}, %s, %s, %s)'
    )
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(statement, rows)


def digest_of(entry: Entry) -> str:
    """SM3 over every field of the line and the hash before it, in one fixed writing."""
    return digest_of_values(
        entry.previous,
        entry.at,
        entry.actor_id,
        entry.actor_label,
        entry.verb,
        entry.subject,
        entry.key,
        entry.values,
        entry.reason,
    )


def digest_of_values(previous: str, at: dt.datetime, *others: Any) -> str:
    content = [previous, at.isoformat(timespec="microseconds"), *others]
    return sm3(_fixed_writing(content).encode())


def first_broken() -> str | None:
    """Walk the chain from its start; a sentence naming the first broken line, or None."""
    from .verify import walk

    return walk().fault or None


def snapshot(obj: models.Model) -> dict[str, Any]:
    """The stored values of a record by field name, sealed ones masked."""
    values = {f.name: f.value_from_object(obj) for f in obj._meta.concrete_fields}
    for f in obj._meta.concrete_fields:
        if isinstance(f, Sealed):
            value = values[f.name]
            values[f.name] = "" if value is None else masked(str(value))
    return values


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {k: [before.get(k), v] for k, v in after.items() if before.get(k) != v}


def _hold_chain() -> None:
    # SQLite has one writer anyway: its transactions begin IMMEDIATE.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
