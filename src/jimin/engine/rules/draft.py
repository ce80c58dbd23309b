"""A policy with other figures: what a proposed standard would do, before anybody decides it."""

from __future__ import annotations

from copy import copy

from .book import RuleBook
from .errors import PolicyError
from .parameters import Parameter
from .policy import Policy


def with_figures(policy: Policy, drafts: tuple[Parameter, ...]) -> Policy:
    """The policy with some parameters replaced as a whole, proved again like any other.

    It speaks of the same book in all its editions; the policy itself stays as it is. Every draft
    must name a parameter there is, with its unit and keys.
    """
    known = {parameter.name for edition in policy.editions for parameter in edition.parameters}
    for draft in drafts:
        if draft.name not in known:
            raise PolicyError(
                "{policy}没有参数 {name}，不能改；有：{known}。",
                policy=policy.label,
                name=draft.name,
                known=tuple(sorted(known)),
            )
    books = [_replaced(edition.book, drafts) for edition in policy.editions]
    since = [start for start, _ in reversed(policy._later)]
    return Policy(
        name=policy.name,
        label=policy.label,
        version=f"{policy.version}+draft",
        book=books[0],
        later=dict(zip(since, books[1:], strict=True)),
    )


def _replaced(book: RuleBook, drafts: tuple[Parameter, ...]) -> RuleBook:
    """A copy of a book; its rules name their parameters, so they need not be traced again."""
    drafted = copy(book)
    drafted.parameters = dict(book.parameters)
    for draft in drafts:
        old = book.parameters.get(draft.name)
        if old is None:
            continue
        for what, was, now in (
            ("单位", old.unit_name, draft.unit_name),
            ("查找方式", "、".join(old.key_names), "、".join(draft.key_names)),
            ("分段单位", old.threshold_unit_name, draft.threshold_unit_name),
        ):
            if was != now:
                raise PolicyError(
                    "参数“{label}”{name} 的{what}是“{was}”，草案里却是“{now}”，请改成一样。",
                    label=old.label,
                    name=draft.name,
                    what=what,
                    was=was,
                    now=now,
                )
        drafted.parameters[draft.name] = draft
    return drafted
