"""What was declared of the members, as a page reads it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from jimin.engine.rules import Fact, Money
from jimin.foundation.ui.templatetags.ui import yuan

from .. import queries
from ..models import Declaration, MemberFacts


@dataclass(frozen=True)
class Column:
    """A fact, or the member it is a fact of."""

    label: str
    is_amount: bool = False


@dataclass(frozen=True)
class Told:
    """A row for each member; rare facts have a column only where somebody has one."""

    columns: list[Column]
    rows: list[tuple[MemberFacts, list[tuple[Column, str]]]]


def told_of_members(declaration: Declaration) -> Told:
    members = list(declaration.members.select_related("person").order_by("relation", "id"))
    facts = {
        name: fact
        for name, fact in queries.member_facts().items()
        if name != "birth" and _is_shown(name, fact, members)
    }
    columns = _columns(facts)
    rows = [
        (row, [(columns[name], _text(fact, getattr(row, name))) for name, fact in facts.items()])
        for row in members
    ]
    return Told(list(columns.values()), rows)


def _is_shown(name: str, fact: Fact, members: list[MemberFacts]) -> bool:
    return not fact.rare or any(getattr(row, name) is not None for row in members)


def _columns(facts: Mapping[str, Fact]) -> dict[str, Column]:
    def label(name: str) -> str:
        return str(queries.member_column(name).verbose_name)

    return {name: Column(label(name), isinstance(fact, Money)) for name, fact in facts.items()}


def _text(fact: Fact, value: Any) -> str:
    """An empty fact is not known, unless the rules say what nothing means."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None:
        return _("不清楚") if fact.default is None else _("无")
    if isinstance(value, Decimal):
        return yuan(value)
    return str(value) if value else _("无")
