"""Model fields over `rules.Keys`; the keys come from the file that settings name."""

import json
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from .keyring import Keyring
from .rules import Keys

LAST_DIGITS_LENGTH = 16


@cache
def keyring() -> Keyring:
    return Keyring(Path(settings.KEYS_FILE))


def keys() -> Keys:
    """The keys as they are now; a key added by a rotation is among them a second later."""
    return keyring().current()


class Sealed(models.Field[Any, Any]):
    """What the database sees only encrypted, as text, whatever kind of value it is.

    It cannot be filtered or sorted by: use its `DigestField`. An empty text stays empty; every
    other value is sealed, also zero and no, which would otherwise tell who has none.
    """

    def get_internal_type(self) -> str:
        return "TextField"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None or value == "" else keys().seal(self.written(value))

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        return value if prepared else self.get_prep_value(value)

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> Any:
        return self.read(keyring().open(value)) if value else value

    def written(self, value: Any) -> str:
        """The text that is sealed."""
        return str(value)

    def read(self, text: str) -> Any:
        """The value that was written."""
        return self.to_python(text)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is sealed; filter its digest field instead")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is sealed; the database cannot look into it")


class SealedField(Sealed, models.TextField[Any, Any]):
    """Sealed text."""

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return super().formfield(**{"widget": forms.TextInput, **kwargs})


class SealedIntegerField(Sealed, models.IntegerField[Any, Any]):
    """A sealed whole number; its bounds are those of its validators, not of a column."""

    @cached_property
    def validators(self) -> list[Any]:
        return list(super(models.IntegerField, self).validators)


class SealedBooleanField(Sealed, models.BooleanField[Any, Any]):
    """Sealed yes or no."""

    def read(self, text: str) -> Any:
        return self.to_python(text.capitalize())  # PostgreSQL writes true


class SealedJSONField(Sealed, models.JSONField):
    """Sealed JSON."""

    def written(self, value: Any) -> str:
        return json.dumps(value, cls=self.encoder)

    def read(self, text: str) -> Any:
        return json.loads(text, cls=self.decoder)


class DigestField(models.CharField[Any, Any]):
    """The keyed digest of another field, kept in step on every save; null when that is empty.

    With `last`, of its last so many characters: many rows share one, so it is shorter, and another
    than the digest of those characters as a whole value.
    """

    def __init__(self, *args: Any, source: str = "", last: int = 0, **kwargs: Any) -> None:
        self.source, self.last = source, last
        kwargs.update(max_length=64, null=True, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "null", "blank", "editable"):
            kwargs.pop(key, None)
        kwargs["source"] = self.source
        if self.last:
            kwargs["last"] = self.last
        return name, path, args, kwargs

    def digest_of(self, text: str | None) -> str | None:
        """What the field holds for a value, and what a search for its end asks for."""
        if not text or len(text) < self.last:
            return None
        if not self.last:
            return keys().digest_of(text)
        return keys().digest_of(f"last {self.last}: {text[-self.last :]}")[:LAST_DIGITS_LENGTH]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.digest_of(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
