"""What of an OpenFisca system cannot be carried over, or only by writing it otherwise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """`blocks` is false where the meaning can be kept if the rule is written otherwise."""

    where: str
    why: str
    blocks: bool = True
