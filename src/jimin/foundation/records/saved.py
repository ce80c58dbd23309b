"""Columns a user has chosen, and saved views of lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from jimin.foundation.access.models import User
from jimin.foundation.access.services import require
from jimin.foundation.audit import services as audit

from . import places
from .declare import Column, RecordType
from .filters import kept_query
from .models import SavedView

MOST_VIEWS = 30  # of one user in one register


@dataclass(frozen=True)
class Shown:
    """How a list is shown to a user: the view chosen, the others, and the columns."""

    user: User
    record: RecordType
    views: Sequence[SavedView]
    view: SavedView | None
    own: SavedView | None

    @cached_property
    def columns(self) -> list[Column]:
        """Names that are no column any more are left out; of none, the declared ones are shown."""
        chosen = self.view or self.own
        known = self.record.available_columns
        names = [name for name in (chosen.columns if chosen else ()) if name in known]
        return [known[name] for name in names] or self.record.list_columns

    @property
    def choices(self) -> list[Mapping[str, Any]]:
        """Every column there is, those shown first and in their order."""
        shown = [c.name for c in self.columns]
        rest = [name for name in self.record.available_columns if name not in shown]
        return [
            {
                "name": name,
                "label": self.record.available_columns[name].label,
                "is_shown": name in shown,
            }
            for name in (*shown, *rest)
        ]

    @property
    def areas(self) -> list[Any]:
        """The areas a view may be shared in: those of the user's own posts."""
        return places.roots("view", self.record.subject)

    @property
    def has_own_columns(self) -> bool:
        return self.own is not None

    @property
    def is_own(self) -> bool:
        return self.view is not None and self.view.user_id == self.user.pk

    @property
    def columns_url(self) -> str:
        return self.record.url("columns")

    @property
    def save_url(self) -> str:
        return self.record.url("save-view")

    @property
    def remove_url(self) -> str:
        return self.record.url("remove-view", self.view.pk) if self.view else ""


def shown(user: User, record: RecordType, view: str = "") -> Shown:
    """What a user sees a list by; `view` is the key of a view, an unknown one is none."""
    seen = Q(user=user) | Q(area__in=_areas_above(user, record))
    found = SavedView.objects.filter(seen, subject=record.label_lower)
    every = list(found.select_related("area", "user").order_by("name", "pk"))
    named = [each for each in every if each.name]
    return Shown(
        user=user,
        record=record,
        views=named,
        view=next((each for each in named if str(each.pk) == view), None),
        own=next((each for each in every if not each.name), None),
    )


@transaction.atomic
def choose_columns(*, actor: User, record: RecordType, names: Sequence[str]) -> None:
    """Show the actor these columns from now on, in this order; none for the declared ones.

    A matter of taste of one user, so it leaves no line in the audit.
    """
    require(actor=actor, verb="view", subject=record.subject)
    key: dict[str, Any] = {"user": actor, "subject": record.label_lower, "name": ""}
    if not names:
        SavedView.objects.filter(**key).delete()
        return
    SavedView.objects.update_or_create(**key, defaults={"columns": _known(record, names)})


@transaction.atomic
def save_view(
    *,
    actor: User,
    record: RecordType,
    name: str,
    params: Any,
    columns: Sequence[str],
    area: str = "",
) -> SavedView:
    """Keep conditions, order and columns under a name; one of the same name is replaced.

    With the code of an area the view is shared with all posts there and below.
    """
    require(actor=actor, verb="view", subject=record.subject, area=area or None)
    name = " ".join(name.split())
    if not name or len(name) > 20:
        raise ValidationError({"name": _("请给视图起一个 20 字以内的名称。")})
    query = kept_query(record, params).urlencode()
    if len(query) > 1000:
        raise ValidationError({"name": _("条件太长，不能存为视图。请减少条件。")})
    mine = SavedView.objects.filter(user=actor, subject=record.label_lower).exclude(name="")
    before = mine.filter(name=name).first()
    if before is None and mine.count() >= MOST_VIEWS:
        raise ValidationError({"name": _("您的视图已经很多。请先删除不用的，再保存。")})
    view = before or SavedView(user=actor, subject=record.label_lower, name=name)
    was_shared = view.area_id
    view.query, view.columns, view.area_id = query, _known(record, columns), area or None
    view.save()
    if view.area_id or was_shared:
        audit.log(actor=actor, obj=view, verb="share", values={"area": [was_shared, view.area_id]})
    return view


@transaction.atomic
def remove_view(*, actor: User, record: RecordType, pk: int) -> str:
    """Remove a view of the actor's own; returns its name."""
    mine = SavedView.objects.filter(user=actor, subject=record.label_lower).exclude(name="")
    view = mine.select_for_update().filter(pk=pk).first()
    if view is None:
        raise ValidationError(_("这个视图已经删除，或是别人的视图。"))
    if view.area_id:
        audit.log(actor=actor, obj=view, verb="remove", values={"name": view.name})
    view.delete()
    return view.name


def _known(record: RecordType, names: Sequence[str]) -> list[str]:
    known = [name for name in dict.fromkeys(names) if name in record.available_columns]
    if not known:
        raise ValidationError({"columns": _("请至少选一列。")})
    return known


def _areas_above(user: User, record: RecordType) -> set[str]:
    """The codes of the areas in which the user's posts lie, their own included."""
    held = (p.area for p in user.held if p.role_of.allows("view", record.subject))
    return {code for area in held for code in area.above()}
