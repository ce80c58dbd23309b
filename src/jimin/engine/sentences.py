"""A Chinese sentence that can still be said in another language."""

from __future__ import annotations

from collections.abc import Mapping


class Sentence(str):
    """A phrase with its places filled, which remembers both.

    It is the Chinese text wherever a text is wanted; who shows it says it again in the language
    of the reader. A tuple in a place is a list.
    """

    __slots__ = ("phrase", "places")

    phrase: str
    places: Mapping[str, object]

    def __new__(cls, phrase: str, places: Mapping[str, object] | None = None) -> Sentence:
        listed = {
            name: "、".join(map(str, place)) if isinstance(place, tuple) else place
            for name, place in (places or {}).items()
        }
        made = super().__new__(cls, phrase.format(**listed) if listed else phrase)
        made.phrase, made.places = phrase, places or {}
        return made

    def __str__(self) -> str:
        """Itself: the text of an error is what the error was raised with."""
        return self

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, Mapping[str, object]]]:
        return Sentence, (self.phrase, self.places)


class Name(str):
    """A word as it stands in a file or on a page: the same in every language."""

    __slots__ = ()

    def __str__(self) -> str:
        return self


def said(phrase: str, /, **places: object) -> Sentence:
    """A sentence of a phrase and what stands in its places."""
    return Sentence(phrase, places)
