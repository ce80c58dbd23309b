"""The law as content: each city's rules and figures, loaded by name."""

from __future__ import annotations

import hashlib
import importlib
from functools import cache, partial
from pathlib import Path
from typing import Final

from jimin.engine.rules import Books, Policy, PolicyError, PolicyMismatch

from .benefits import Benefit, Outcome, assess, assess_all, benefit_of
from .city import assess_city, publish_city, verify_sample
from .dibao import Assessment, assess_household

HERE: Final = Path(__file__).parent


def policy_names() -> tuple[str, ...]:
    """The cities there are policies for; national law alone is no policy."""
    return tuple(sorted(folder.parent.name for folder in HERE.glob("*/cases")))


@cache
def load_policy(name: str = "jilin") -> Policy:
    """The policy of a city, which speaks of dibao; `benefit` opens its other books.

    A book is checked as a whole when it is opened: a rule or figure in error is refused here.
    """
    if name not in policy_names():
        raise PolicyError(
            "没有名为“{name}”的政策；可用：{known}。", name=name, known=policy_names()
        )
    package = importlib.import_module(f"jimin.policies.{name}")
    dibao, *others = package.BENEFITS
    book, later = _books(name, dibao)
    return Policy(
        name=name,
        label=package.LABEL,
        version=content_hash(HERE / "national", HERE / name),
        book=book,
        later=later,
        others={benefit: partial(_books, name, benefit) for benefit in others},
    )


def _books(policy: str, benefit: str) -> Books:
    """A module's `book`, and the `later_books` of the regulations that replaced it."""
    module = importlib.import_module(f"jimin.policies.{policy}.{benefit}")
    return Books(module.book, getattr(module, "later_books", {}))


def content_hash(*folders: Path) -> str:
    """Twelve hex digits over the rules and figures, the same on every machine."""
    digest = hashlib.sha256()
    files = [(f, path) for f in folders for path in (*f.glob("*.py"), *f.glob("parameters/*.yaml"))]
    for folder, path in sorted(files):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(folder.parent).as_posix()
        digest.update(f"{place}\0{len(text)}\0{text}".encode())
    return digest.hexdigest()[:12]


__all__ = [
    "Assessment",
    "Benefit",
    "Outcome",
    "Policy",
    "PolicyError",
    "PolicyMismatch",
    "assess",
    "assess_all",
    "assess_city",
    "assess_household",
    "benefit_of",
    "load_policy",
    "policy_names",
    "publish_city",
    "verify_sample",
]
