"""What the engine says when it refuses. The texts are Chinese: policy officers read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .language import Language


class PolicyError(Exception):
    """Something the reader can put right: the text says what, where and how.

    A phrase with its places can be said in another language; what no catalogue has stays Chinese.
    A tuple in a place is a list.
    """

    def __init__(self, phrase: str, /, **places: object) -> None:
        self.phrase = phrase
        self.places = places
        listed = {
            name: "、".join(map(str, place)) if isinstance(place, tuple) else place
            for name, place in places.items()
        }
        super().__init__(phrase.format(**listed) if places else phrase)

    def told(self, language: Language) -> str:
        if not self.places:
            return language.text(self.phrase)
        said = {
            name: language.joined(language.text(str(part)) for part in place)
            if isinstance(place, tuple)
            else language.text(place)
            if isinstance(place, str)
            else place
            for name, place in self.places.items()
        }
        return language.say(self.phrase, **said)


class DefinitionError(PolicyError):
    """A rule is written in a way that cannot be trusted; found before any case is assessed."""


class PolicyMismatch(PolicyError):
    """The city run and the exact interpreter disagree, so nothing may be published."""
