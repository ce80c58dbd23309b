"""Model fields over `rules.Keys`; the keys come from the file that settings name."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from .keyring import Keyring
from .rules import Keys


@cache
def keyring() -> Keyring:
    return Keyring(Path(settings.KEYS_FILE))


def keys() -> Keys:
    """The keys as they are now; a key added by a rotation is among them a second later."""
    return keyring().current()


class SealedField(models.TextField[Any, Any]):
    """Text that the database sees only encrypted. It cannot be filtered: use its `DigestField`."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return keys().seal(value) if value else value

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> str | None:
        return keyring().open(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is sealed; filter its digest field instead")

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return super().formfield(**{"widget": forms.TextInput, **kwargs})


class DigestField(models.CharField[Any, Any]):
    """The keyed digest of another field, kept in step on every save; null when that is empty."""

    def __init__(self, *args: Any, source: str = "", **kwargs: Any) -> None:
        self.source = source
        kwargs.update(max_length=64, null=True, blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "null", "blank", "editable"):
            kwargs.pop(key, None)
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        text = getattr(model_instance, self.source)
        value = keys().digest_of(text) if text else None
        setattr(model_instance, self.attname, value)
        return value
