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
class Row:
    """A member; rare facts stand beside the name, and only where they were stated."""

    member: MemberFacts
    cells: list[tuple[Column, str]]
    rare: list[tuple[Column, str]]


@dataclass(frozen=True)
class Told:
    columns: list[Column]
    rows: list[Row]


def told_of_members(declaration: Declaration) -> Told:
    facts = {name: fact for name, fact in queries.member_facts().items() if name != "birth"}
    columns = {name: _column(name, fact) for name, fact in facts.items()}
    members = declaration.members.select_related("person").order_by("relation", "id")
    return Told(
        [columns[name] for name, fact in facts.items() if not fact.rare],
        [_row(member, facts, columns) for member in members],
    )


def _row(member: MemberFacts, facts: Mapping[str, Fact], columns: Mapping[str, Column]) -> Row:
    row = Row(member, [], [])
    for name, fact in facts.items():
        value = getattr(member, name)
        if not fact.rare:
            row.cells.append((columns[name], _text(fact, value)))
        elif value is not None:
            row.rare.append((columns[name], _text(fact, value)))
    return row


def _column(name: str, fact: Fact) -> Column:
    return Column(str(queries.member_column(name).verbose_name), isinstance(fact, Money))


def _text(fact: Fact, value: Any) -> str:
    """An empty fact is not known, unless the rules say what nothing means."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is None:
        return _("不清楚") if fact.default is None else _("无")
    if isinstance(value, Decimal):
        return yuan(value)
    return str(value) if value else _("无")
