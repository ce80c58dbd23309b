"""Whose eyes the rows are read with.

Every scoped model's default manager asks here which areas the acting user may see. Nobody acting
means no rows at all: a forgotten context shows nothing instead of everything. Work that is not
done for a person (a migration, a nightly job) says so with `acting_as_system("why")`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

if TYPE_CHECKING:
    from .models import User

ModelT = TypeVar("ModelT", bound=models.Model)


@dataclass(frozen=True)
class System:
    """The program itself, for the reason given; sees every row."""

    reason: str


_acting: ContextVar["User | System | None"] = ContextVar("acting", default=None)


def acting() -> "User | System | None":
    return _acting.get()


@contextmanager
def acting_as(user: "User | System | None") -> Iterator[None]:
    token = _acting.set(user)
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def acting_as_system(reason: str) -> Iterator[None]:
    with acting_as(System(reason)):
        yield


def restrict(
    queryset: models.QuerySet[ModelT], area: str, verb: str, subject: str
) -> models.QuerySet[ModelT]:
    """Keep the rows whose `area` (lookup of an area's code) lies where the actor may do `verb`."""
    actor = acting()
    if actor is None:
        return queryset.none()
    if isinstance(actor, System):
        return queryset
    ranges = actor.reach(verb, subject)
    if not ranges:
        return queryset.none()
    inside = models.Q()
    for first, last in ranges:
        inside |= models.Q(**{f"{area}__gte": first, f"{area}__lte": last})
    return queryset.filter(inside)


class ScopedManager(models.Manager[ModelT]):
    """The default manager of every model that belongs to an area.

    `area` is the lookup of the area's code from the model. The subject is the model's label; a
    model that is a part of another's register (a visit of a case) names that subject instead.
    """

    use_in_migrations = False

    def __init__(self, area: str = "area_id", subject: str = "") -> None:
        super().__init__()
        self.area, self.subject = area, subject

    def get_queryset(self) -> models.QuerySet[ModelT]:
        return self.within("view")

    def within(self, verb: str) -> models.QuerySet[ModelT]:
        """The rows on which the actor may do `verb`, which may be fewer than those seen."""
        declared = self.declared()
        return restrict(super().get_queryset(), declared.area, verb, declared.subject_name())

    def declared(self) -> "ScopedManager[ModelT]":
        """The manager the model declares. A related one (`household.members`) has no name: Django
        makes it from this class without the arguments, so it takes them from there."""
        own = self.model._default_manager
        is_related = getattr(self, "name", None) is None
        return own if is_related and isinstance(own, ScopedManager) else self

    def subject_name(self) -> str:
        return self.subject or self.model._meta.label_lower

    def deconstruct(self) -> Any:  # managers never enter migrations
        return super().deconstruct()
