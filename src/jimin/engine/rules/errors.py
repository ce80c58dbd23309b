"""What the engine says when it refuses. The texts are Chinese: policy officers read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jimin.engine.sentences import said

if TYPE_CHECKING:
    from .language import Language


class PolicyError(Exception):
    """Something the reader can put right: the text says what, where and how.

    A phrase with its places can be said in another language; what no catalogue has stays Chinese.
    """

    def __init__(self, phrase: str, /, **places: object) -> None:
        self.sentence = said(phrase, **places)
        super().__init__(self.sentence)

    def told(self, language: Language) -> str:
        return language.told(self.sentence)


class DefinitionError(PolicyError):
    """A rule is written in a way that cannot be trusted; found before any case is assessed."""


class PolicyMismatch(PolicyError):
    """The city run and the exact interpreter disagree, so nothing may be published."""
