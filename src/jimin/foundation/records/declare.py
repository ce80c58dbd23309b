"""A register is declared once: subclass `RecordType` in an app's `records.py`.

Everything else in this package reads the declaration. `checks.py` refuses a wrong one at start.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting, restrict
from jimin.foundation.sealed.fields import Sealed

Label = str | Promise
Searcher = Callable[[str], models.Q | None]

registry: dict[str, "RecordType"] = {}


@dataclass(frozen=True)
class Column:
    """A column whose value is computed. With the name of a field it also sorts by that field."""

    name: str
    label: Label
    value: Callable[[Any], Any]
    is_number: bool = False


@dataclass(frozen=True)
class Section:
    """Fields that stand together under a heading, on the page and in the form."""

    label: Label
    fields: Sequence[str]


@dataclass(frozen=True)
class Tab:
    """A related register on a record's page, read when its tab is opened.

    `context` gets the record and gives the template its values. `subject` and `verb` say who
    may open the tab; without a subject, whoever may see the record.
    """

    name: str
    label: Label
    template: str
    context: Callable[[Any], dict[str, Any]]
    subject: str = ""
    verb: str = "view"


def _always(obj: Any) -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """Something that can be done with one record: a button on its page, an address of the API.

    `service` is called with `actor`, the record under the name `takes` (the model's name unless
    given) and the cleaned values of `form`. `permission` is the verb asked of the access matrix,
    the action's own name unless given. `shown` hides the button where the state forbids the
    action; the service refuses by itself all the same. `form` is called as a Django form with
    the record as the keyword `record_object`; of a bulk action, which can be done with many
    records at once, also with None. `may_take_long` says that the service may give back a job
    that does the work in the background; nothing is done with many records then.
    """

    name: str
    label: Label
    service: Callable[..., Any]
    permission: str = ""
    form: type["ActionForm"] | None = None
    shown: Callable[[Any], bool] = _always
    takes: str = ""
    icon: str = "pencil"
    is_danger: bool = False
    is_bulk: bool = False
    may_take_long: bool = False
    help: Label = ""

    @property
    def verb(self) -> str:
        return self.permission or self.name

    @property
    def answers(self) -> int:
        """The status with which the API says that it was done, or that it was begun."""
        return 202 if self.may_take_long else 200


class ActionForm(forms.Form):
    """The form of an action; knows the record it is for, or None when it is for many."""

    def __init__(self, *args: Any, record_object: Any, **kwargs: Any) -> None:
        self.record_object = record_object
        super().__init__(*args, **kwargs)


class ReasonForm(ActionForm):
    """For actions that only ask why."""

    reason = forms.CharField(
        label=_("事由"),
        max_length=400,
        min_length=2,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请填写事由。")},
    )


class RecordType:
    """The declaration. Names are those of the model's fields unless said otherwise.

    `key`       natural key by which an import knows a row again
    `fields`    what is stored by form, import and API, and shown on the page
    `columns`   what the list shows: names or `Column`s
    `sections`  groups of `fields` on the page; one group of all unless given
    `filters`   name -> lookups (`exact`, `gte`, `lte`, `isnull`, and `within` for an area), or
                a django-filter `Filter`
    `search`    names searched from the start of the value (sealed ones exactly, by digest), the
                word `area` for places, or a function from the text to a Q or None
    `ordering`  order of the list; the primary key is added
    `sorts`     what sorts a list of any length, by an index; other fields sort short lists
    `sorts_by`  fields that lie by other values than their own: a name by its sound
    `is_short`  True where a city has some thousand rows at most, which need no index
    `sealed`    fields masked besides those stored encrypted
    `area`      lookup of the area's code from the model; empty for what belongs to no area
    `subject`   the name in the access matrix, the model's label unless given
    `is_editable` False for registers that only services fill: no form, import or API writes
    `synonyms`  other headings under which an import finds a field
    `derived`   fields that `prepare` fills in, which nobody types
    `hints`     what the form and the import template say about a field
    `details`   words for what actions write into the history besides fields
    `examples`  values the API's description shows where one made from the field's kind is no use
    `has_attachments`, `has_notes`   whether files and notes are kept with a record
    `icon`      of the menu and the heading (a lucide name)
    """

    model: ClassVar[type[models.Model]]
    key: ClassVar[str] = "pk"
    fields: ClassVar[Sequence[str]]
    columns: ClassVar[Sequence[str | Column]] = ()
    sections: ClassVar[Sequence[Section]] = ()
    filters: ClassVar[Mapping[str, Any]] = {}
    search: ClassVar[Sequence[str | Searcher]] = ()
    search_hint: ClassVar[Label] = ""
    ordering: ClassVar[Sequence[str]] = ()
    sorts: ClassVar[Sequence[str]] = ()
    sorts_by: ClassVar[Mapping[str, Sequence[str]]] = {}
    is_short: ClassVar[bool] = False
    actions: Sequence[Action] = ()
    tabs: Sequence[Tab] = ()
    sealed: ClassVar[Sequence[str]] = ()
    area: ClassVar[str] = "area_id"
    subject: str = ""
    slug: str = ""
    icon: ClassVar[str] = "book-open"
    select_related: ClassVar[Sequence[str]] = ()
    is_editable: ClassVar[bool] = True
    has_attachments: ClassVar[bool] = False
    has_notes: ClassVar[bool] = False
    synonyms: ClassVar[Mapping[str, Sequence[str]]] = {}
    derived: ClassVar[Sequence[str]] = ()
    hints: ClassVar[Mapping[str, Label]] = {}
    details: ClassVar[Mapping[str, Label]] = {}
    examples: ClassVar[Mapping[str, Any]] = {}
    create: ClassVar[Callable[..., Any] | None] = None
    change: ClassVar[Callable[..., Any] | None] = None

    def __init_subclass__(cls, *, registered: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if registered:
            record = cls()
            registry[record.label_lower] = record

    def __init__(self) -> None:
        self.subject = self.subject or self.label_lower
        self.slug = self.slug or str(self.model._meta.model_name)
        self.actions = list(self.actions)
        self.tabs = list(self.tabs)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label_lower}>"

    # What an app may override

    def prepare(self, obj: Any) -> None:
        """Fill in what follows from other values, or raise ValidationError; before any save."""

    def heading(self, obj: Any) -> str:
        """What a record is called on its page and by those beside it."""
        return str(obj)

    def pick_text(self, obj: Any) -> str:
        """How the record is told from its namesakes in a list to pick from."""
        return str(obj)

    def related_code(self, obj: Any) -> str:
        """What an export writes for a link to this record, and an import finds it by."""
        return str(obj.pk)

    # What follows from the declaration

    @property
    def label_lower(self) -> str:
        return self.model._meta.label_lower

    @property
    def label(self) -> Label:
        return self.model._meta.verbose_name or self.slug

    @cached_property
    def field_map(self) -> dict[str, Any]:
        return {f.name: f for f in self.model._meta.concrete_fields}

    @cached_property
    def sealed_names(self) -> frozenset[str]:
        stored = {name for name, f in self.field_map.items() if isinstance(f, Sealed)}
        return frozenset(stored | set(self.sealed))

    @cached_property
    def filled_in(self) -> frozenset[str]:
        """Fields nobody enters: those that follow from others, here or in the model itself."""
        unseen = {name for name, f in self.field_map.items() if not f.editable}
        return frozenset(unseen | set(self.derived))

    @cached_property
    def groups(self) -> list[Section]:
        return list(self.sections) or [Section(self.label, self.fields)]

    @cached_property
    def list_columns(self) -> list[Column]:
        from .values import field_column

        return [
            c if isinstance(c, Column) else field_column(self, c)
            for c in self.columns or self.fields
        ]

    @cached_property
    def page_columns(self) -> dict[str, Column]:
        """A column per field; a computed one of the list with the field's name serves here too."""
        from .values import field_column

        computed = {c.name: c for c in self.columns if isinstance(c, Column)}
        return {name: computed.get(name) or field_column(self, name) for name in self.fields}

    @cached_property
    def available_columns(self) -> dict[str, Column]:
        """Every column a user may choose for the list, the declared ones first."""
        return {c.name: c for c in self.list_columns} | {
            name: column
            for name, column in self.page_columns.items()
            if name not in {c.name for c in self.list_columns}
        }

    @cached_property
    def joined(self) -> list[str]:
        """Links that lists and pages show: read in the same query."""
        names = [c.name for c in self.list_columns]
        links = [n for n in dict.fromkeys([*names, *self.fields]) if n in self.field_map]
        return list(
            dict.fromkeys(
                [*self.select_related, *(n for n in links if self.field_map[n].is_relation)]
            )
        )

    def rows(self, *verbs: str) -> models.QuerySet[Any]:
        """The rows on which whoever acts may do each of `verbs` (view, unless given)."""
        found = self.model._base_manager.select_related(*self.joined)
        for verb in verbs or ("view",):
            found = self._where(found, verb)
        return found

    def reach(self) -> models.QuerySet[Any]:
        """The rows that whoever acts may see, without what lists read along with them."""
        return self._where(self.model._base_manager.all(), "view")

    def _where(self, rows: models.QuerySet[Any], verb: str) -> models.QuerySet[Any]:
        if self.area:
            return restrict(rows, self.area, verb, self.subject)
        actor = acting()
        if isinstance(actor, System) or (actor is not None and actor.may(verb, self.subject)):
            return rows
        return rows.none()

    def area_of(self, obj: Any) -> str | None:
        """The code of the area a record lies in."""
        if not self.area:
            return None
        value = obj
        for step in self.area.split("__"):
            value = getattr(value, step, None)
        return None if value is None else str(value)

    def may(self, actor: User | System, verb: str, obj: Any = None) -> bool:
        area = self.area_of(obj) if obj is not None else None
        return isinstance(actor, System) or actor.may(verb, self.subject, area)

    def url(self, part: str = "", *args: Any) -> str:
        """The address of the list, or of a part: page, new, edit, act, import, export, pick."""
        name = f"records:{self.slug}-{part}" if part else f"records:{self.slug}"
        return reverse(name, args=args)

    def save(self, *, obj: Any = None, **kwargs: Any) -> Any:
        """Store by the app's own service, or by `save_record`; same arguments."""
        from .services import save_record

        named = type(self).change if obj is not None else type(self).create
        return (named or save_record)(record=self, obj=obj, **kwargs)


def record_for(model: type[models.Model]) -> RecordType | None:
    return registry.get(model._meta.label_lower)


def by_slug(slug: str) -> RecordType | None:
    return next((record for record in registry.values() if record.slug == slug), None)


def extend(label: str, *, actions: Sequence[Action] = (), tabs: Sequence[Tab] = ()) -> None:
    """Add to a register declared by an app further down (a household's awards, its cases)."""
    record = registry[label.lower()]
    record.actions = [*record.actions, *actions]
    record.tabs = [*record.tabs, *tabs]
