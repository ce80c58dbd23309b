"""What explanations are written in. Chinese is the source; English is catalogues by the Chinese.

A phrase is a whole clause with named places, as the sentences of the pages are; a label is the
Chinese a policy gave it. What no catalogue holds is shown in Chinese, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Final

from jimin.engine.sentences import Name, Sentence

from .parameters import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

UNNAMED: Final = re.compile(r"第 (?P<nth>\d+) 名(?P<what>\w+)|成员(?P<place>\d+)")
SIGNS: Final = {"；": "; ", "：": ": ", "、": ", "}
ARTICLE: Final = re.compile(
    "(?P<document>.*?)第(?P<article>[一二三四五六七八九十]+)条"
    "(?:第(?P<paragraph>[一二三四五六七八九十]+)款)?(?:第(?P<item>[一二三四五六七八九十]+)项)?"
)
ARTICLE_PARTS: Final = ("article", "paragraph", "item")
DIGITS: Final = "零一二三四五六七八九"
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class Counted(int):
    """A number that brings its noun: `{months:month|months}` is "1 month" or "3 months"."""

    def __format__(self, nouns: str) -> str:
        if not nouns:
            return str(int(self))
        one, several = nouns.split("|")
        return f"{int(self)} {one if self == 1 else several}"


class Language:
    """Chinese: every text is its own translation."""

    code = "zh-CN"

    def text(self, chinese: str) -> str:
        """A label or phrase in this language."""
        return chinese

    def say(self, phrase: str, /, **places: object) -> str:
        """A phrase with its places filled."""
        return self.text(phrase).format(**places)

    def told(self, sentence: str) -> str:
        """A sentence, with what stands in its places, in this language."""
        if isinstance(sentence, Name):
            return sentence
        if not isinstance(sentence, Sentence) or not sentence.places:
            return self.text(sentence)
        return self.say(
            sentence.phrase, **{name: self._place(one) for name, one in sentence.places.items()}
        )

    def _place(self, place: object) -> object:
        if isinstance(place, tuple):
            return self.joined(self.told(str(one)) for one in place)
        return self.told(place) if isinstance(place, str) else place

    def joined(self, parts: Iterable[str], sign: str = "、") -> str:
        return self.text(sign).join(parts)

    def leading(self, label: str) -> str:
        """A label, or nothing, as it stands before the words it belongs to."""
        return self.text(label)

    def sentence(self, text: str) -> str:
        """A text as it begins a sentence."""
        return text

    def money(self, amount: int | Fraction) -> str:
        """Yuan with two decimals, half a fen rounded up."""
        fen = (200 * amount.numerator + amount.denominator) // (2 * amount.denominator)
        sign, fen = ("-", -fen) if fen < 0 else ("", fen)
        return f"{sign}{self.whole(fen // 100)}.{fen % 100:02d}"

    def whole(self, number: int) -> str:
        return str(number)

    def round_number(self, number: int) -> str:
        """A number with many noughts, so that nobody has to count them."""
        for size, name in ((10**8, "亿"), (10**4, "万")):
            if number and number % size == 0:
                return f"{number // size} {name}"
        return self.whole(number)

    def day(self, day: date) -> str:
        return day.isoformat()

    def month(self, number: int) -> str:
        """A month counted from year 0."""
        return f"{number // 12:04d}-{number % 12 + 1:02d}"

    def member(self, name: str) -> str:
        """What a member is called: a name, or its place where nobody gave one."""
        return name


class English(Language):
    code = "en"

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts

    def text(self, chinese: str) -> str:
        return self.known(chinese) or chinese

    def known(self, chinese: str) -> str | None:
        """The English of a label, phrase or citation, or None where no catalogue has it."""
        if not chinese:
            return ""
        found = self.texts.get(chinese)
        return self._article(chinese) or self._joined(chinese) if found is None else found

    def _joined(self, chinese: str) -> str | None:
        """A citation put together from its documents, articles and parts."""
        sign = next((sign for sign in SIGNS if sign in chinese), None)
        if sign is None:
            return None
        told = [self.known(part) for part in chinese.split(sign)]
        return None if None in told else SIGNS[sign].join(part for part in told if part)

    def _article(self, chinese: str) -> str | None:
        article = ARTICLE.fullmatch(chinese)
        if article is None:
            return None
        number = " ".join(
            f"{part} {arabic(article[part])}" for part in ARTICLE_PARTS if article[part]
        )
        document = self.texts.get(article["document"])
        if document is None:
            return None if article["document"] else number
        return f"{document}, {number}"

    def leading(self, label: str) -> str:
        return f"{self.text(label)}, " if label else ""

    def sentence(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def whole(self, number: int) -> str:
        return f"{number:,}"

    def round_number(self, number: int) -> str:
        return self.whole(number)

    def day(self, day: date) -> str:
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def month(self, number: int) -> str:
        return f"{MONTHS[number % 12]} {number // 12}"

    def member(self, name: str) -> str:
        found = UNNAMED.fullmatch(name)
        if found is None:
            return self.text(name)
        return f"{self.text(found['what'] or '成员')} {found['nth'] or found['place']}"


def arabic(numeral: str) -> int:
    """A Chinese numeral below a hundred, as articles have it."""
    tens, ten, ones = numeral.rpartition("十")
    return (DIGITS.find(tens or "一") * 10 if ten else 0) + max(0, DIGITS.find(ones or "零"))


CHINESE: Final = Language()


def phrases() -> Path:
    """The catalogue of the engine's own phrases."""
    from pathlib import Path

    return Path(__file__).with_name("english.yaml")


@cache
def english(*catalogues: Path) -> English:
    """English with the labels of some policies; a label in two of them is that of the later."""
    texts: dict[str, str] = {}
    for path in (phrases(), *catalogues):
        texts.update(read_yaml(path))
    return English(texts)
