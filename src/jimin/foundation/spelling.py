"""Names in Latin letters.

Characters are spelled one by one. A dictionary of phrases would take 45 MB and a third of a second
of every process that spells, and would tell apart a few places only; these stand here, and so do
the surnames that are read in a way of their own.
"""

import os
import re
from functools import cache
from typing import Any

# In names of places and people these are read otherwise than elsewhere.
IN_NAMES = {"长": "cháng", "都": "dū", "参": "shēn", "藏": "zàng", "窨": "yìn"}
SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "朴": "piao", "区": "ou",
    "缪": "miao", "翟": "zhai", "员": "yun", "种": "chong", "召": "shao", "乜": "nie", "阚": "kan",
    "祭": "zhai", "繁": "po", "隗": "wei", "盖": "ge", "折": "she", "秘": "bi",
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai",
}  # fmt: skip
LONGEST = 4  # characters of a Chinese person's name; a longer one is a company's
_CHINESE = re.compile("[\u4e00-\u9fa5]+")  # those of which each has one known sound


def syllables(text: str, *, is_person: bool = False) -> list[str]:
    """`张伟` is `zhang`, `wei`. What is no Chinese stays together as it is."""
    found = _sounds(text)
    family = _family(text) if is_person else []
    return [*family, *found[len(family) :]]


def initials(text: str, *, is_person: bool = False) -> str:
    """`张伟` is `zw`."""
    if _CHINESE.fullmatch(text):
        return "".join([syllable[0] for syllable in syllables(text, is_person=is_person)])
    library = _pypinyin()
    found = library.lazy_pinyin(text, style=library.Style.FIRST_LETTER)
    family = _family(text) if is_person else []
    return "".join([*(syllable[0] for syllable in family), *found[len(family) :]]).lower()


def _sounds(text: str) -> list[str]:
    if _CHINESE.fullmatch(text):  # nearly every name: sign by sign it takes a tenth of the time
        return [_sound(sign) for sign in text]
    found: list[str] = _pypinyin().lazy_pinyin(text)
    return found


@cache
def _sound(sign: str) -> str:
    (found,) = _pypinyin().lazy_pinyin(sign)
    return str(found)


def _family(name: str) -> list[str]:
    """The syllables of a surname that is read in a way of its own."""
    if not 1 < len(name) <= LONGEST:
        return []
    return (SURNAMES.get(name[:2]) or SURNAMES.get(name[:1]) or "").split()


@cache
def _pypinyin() -> Any:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    import pypinyin

    pypinyin.load_single_dict({ord(sign): sound for sign, sound in IN_NAMES.items()})
    return pypinyin
