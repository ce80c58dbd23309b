"""What is said of a file that gives no text."""

from typing import Any


class UnreadableError(ValueError):
    """The file gives no text; the sentence says in Chinese why and what to do.

    `sentence` has named places and `values` fill them, so that an application can translate it.
    """

    def __init__(self, sentence: str, **values: Any) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values


def _(sentence: str) -> str:
    """Marks a sentence for the translators; the engine itself speaks Chinese."""
    return sentence


mark = _
