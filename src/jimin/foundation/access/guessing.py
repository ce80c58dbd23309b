"""What is left of a password when everything that is easily guessed is taken out of it.

Leaked lists of Chinese sites hold, for the most part, what these rules know: birthdays, phone and
identity numbers, runs on the keyboard, one's name or office in pinyin, a few liked words, and a
common word with a year behind it. Nothing is asked of a network.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from jimin.foundation import spelling
from jimin.foundation.declared import read_declared

TAKEN = "\0"
RUN, WORD = 3, 4  # the shortest run on the keyboard, and common word, that is taken out
ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "147258369",
    "789456123",
)
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_GAP = r"[-./年月]?"
NUMBERS = [
    re.compile(pattern)
    for pattern in (
        r"\d{6}(?:19|20)\d{9}[\dx]",  # identity number
        r"(?<!\d)\d{6}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?!\d)",  # the old one
        r"1[3-9]\d{9}",  # mobile phone
        rf"{_YEAR}{_GAP}{_MONTH}{_GAP}{_DAY}日?",
        rf"{_DAY}{_GAP}{_MONTH}{_GAP}{_YEAR}",
        rf"{_MONTH}{_GAP}{_DAY}{_GAP}{_YEAR}",
        rf"{_YEAR}{_GAP}(?:0[1-9]|1[0-2])",
        _YEAR,
        r"\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])",
    )
]
REPEATED = [re.compile(r"(.)\1{2,}"), re.compile(r"(.{2,6}?)\1+")]
LOOKALIKES = str.maketrans("@013457$!", "aoleastsi")  # @ is a, 0 is o, 1 is l, and so on


def left_over(password: str, *, names: Iterable[str] = (), common: Iterable[str] = ()) -> int:
    """How much is left to guess, and the parts taken out if they are many.

    Counted in letters and digits; a Chinese character counts as two. From the fourth part on each
    part is a choice of its own and counts as one.
    """
    text = password.lower()
    parts = 0
    wanted = sorted({*words(), *_in_pinyin(names)}, key=len, reverse=True)
    for pattern in (*NUMBERS[:3], *map(_pattern, wanted), *NUMBERS[3:], *REPEATED):
        text, found = pattern.subn(TAKEN, text)
        parts += found
    text, found = _without_common(text, common)
    parts += found
    text, found = _without_runs(text)
    parts += found
    letters = [c for c in text if c.isalnum()]
    return sum(2 if ord(c) > 0x2E7F else 1 for c in letters) + max(0, parts - 3)


@cache
def words() -> frozenset[str]:
    path = Path(__file__).with_name("guessable.yaml")
    groups: dict[str, list[str]] = read_declared(path)
    return frozenset(word for group in groups.values() for word in group)


def _pattern(word: str) -> re.Pattern[str]:
    """The word, also written with the usual look-alikes (p@ssw0rd)."""
    return re.compile("".join(_ALIKE.get(letter, re.escape(letter)) for letter in word))


_ALIKE = {
    "a": "[a@4]",
    "o": "[o0]",
    "l": "[l1]",
    "e": "[e3]",
    "s": "[s$5]",
    "t": "[t7]",
    "i": "[i1!]",
}


def _in_pinyin(names: Iterable[str]) -> set[str]:
    """A name as it stands, in pinyin, and its initials where they are more than two."""
    found = set()
    for name in filter(None, names):
        syllables = spelling.syllables(name.lower(), is_person=True)
        found |= {name.lower(), "".join(syllables)}
        initials = "".join(s[0] for s in syllables if s)
        if len(syllables) == len(name) and len(initials) > 2:
            found.add(initials)
        # 张伟 also as weizhang
        found.add("".join(syllables[1:] + syllables[:1]))
    return {name for name in found if len(name) >= 2}


def _without_common(text: str, common: Iterable[str]) -> tuple[str, int]:
    """Whole words of the list of leaked passwords, as letters between what is no letter."""
    known = common if isinstance(common, set | frozenset) else set(common)
    count = 0

    def take(match: re.Match[str]) -> str:
        nonlocal count
        if match[0] in known or match[0].translate(LOOKALIKES) in known:
            count += 1
            return TAKEN
        return match[0]

    return re.sub(rf"[a-z]{{{WORD},}}", take, text), count


def _without_runs(text: str) -> tuple[str, int]:
    kept, count, at = [], 0, 0
    while at < len(text):
        length = max(_run_at(text[at:], row) for row in _rows())
        if length >= RUN:
            kept.append(TAKEN)
            count += 1
            at += length
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept), count


@cache
def _rows() -> tuple[str, ...]:
    return (*ROWS, *(row[::-1] for row in ROWS))


def _run_at(text: str, row: str) -> int:
    """How many characters from the start of the text follow each other in the row."""
    start = row.find(text[0])
    if start < 0:
        return 0
    length = 0
    while length < len(text) and start + length < len(row) and text[length] == row[start + length]:
        length += 1
    return length
