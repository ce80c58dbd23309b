"""The law as content: each city's rules and figures, loaded by name."""

from __future__ import annotations

import hashlib
import importlib
from functools import cache
from pathlib import Path
from typing import Final

from jimin.engine.rules import Policy, PolicyError, PolicyMismatch

from .city import assess_city, verify_sample
from .dibao import Assessment, assess_household

HERE: Final = Path(__file__).parent


def policy_names() -> tuple[str, ...]:
    """The policies there are."""
    return tuple(sorted(folder.parent.name for folder in HERE.glob("*/dibao.py")))


@cache
def load_policy(name: str = "jilin") -> Policy:
    """The policy of a city, checked as a whole: a rule or figure in error is refused here."""
    if name not in policy_names():
        raise PolicyError(f"没有名为“{name}”的政策；可用：{'、'.join(policy_names())}。")
    package = importlib.import_module(f"jimin.policies.{name}")
    rules = importlib.import_module(f"jimin.policies.{name}.dibao")
    return Policy(
        name=name, label=package.LABEL, version=_content_hash(HERE / name), book=rules.book
    )


def _content_hash(folder: Path) -> str:
    """Twelve hex digits over the rules and figures, the same on every machine."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.py"), *folder.glob("parameters/*.yaml")]):
        text = path.read_text(encoding="utf-8")
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(text)}\0{text}".encode())
    return digest.hexdigest()[:12]


__all__ = [
    "Assessment",
    "Policy",
    "PolicyError",
    "PolicyMismatch",
    "assess_city",
    "assess_household",
    "load_policy",
    "policy_names",
    "verify_sample",
]
