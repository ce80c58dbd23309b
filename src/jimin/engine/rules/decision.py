"""What the rules of a benefit decide, in one place for the single case and the city."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rules make up the result, and what it is called when it cannot be determined.

    `conclusion` and `amounts` stand together: if one is unknown, a person must decide and all
    amounts are NULL. `shown` are figures given for information, rounded half up to the fen.
    """

    conclusion: str
    review: str
    size: str
    shown: tuple[str, ...]
    amounts: tuple[str, ...]

    def columns(self) -> tuple[str, ...]:
        """The columns of the result beside the group's own, in order."""
        fen = (f"{name}_fen" for name in (*self.shown, *self.amounts))
        return ("conclusion", "size", *fen)
