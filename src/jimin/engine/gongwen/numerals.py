"""Chinese numerals as exact decimals."""

from decimal import Decimal
from functools import lru_cache

MULTIPLES = {
    "十": Decimal(10),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10**4),
    "十万": Decimal(10**5),
    "百万": Decimal(10**6),
    "千万": Decimal(10**7),
    "亿": Decimal(10**8),
    "十亿": Decimal(10**9),
    "百亿": Decimal(10**10),
    "千亿": Decimal(10**11),
    "万亿": Decimal(10**12),
}


@lru_cache(maxsize=4096)
def chinese_number(words: str) -> Decimal | None:
    """三十五 is 35, 两百 200, 一点五 1.5; None when the words are no number."""
    if words in MULTIPLES and words != "十":
        return MULTIPLES[words]
    import cn2an  # takes a fifth of a second to import; many texts need no such numeral

    try:
        return Decimal(str(cn2an.cn2an(words.replace("〇", "零"), "smart")))
    except (ValueError, LookupError, ArithmeticError):  # 亿亿五 is looked up and not found
        return None


_ORDINALS = {mark: number for number, mark in enumerate("〇一二三四五六七八九十")}


def ordinal(words: str) -> int | None:
    """The number of a list marker: 一 to 九十九, 1 to 99, ① to ⑳."""
    if words.isascii() and words.isdigit():
        return int(words)
    if len(words) == 1 and "①" <= words <= "⑳":
        return ord(words) - ord("①") + 1
    tens, ten, ones = words.partition("十")
    if not ten:
        return _ORDINALS.get(words)
    first = _ORDINALS.get(tens) if tens else 1
    last = _ORDINALS.get(ones) if ones else 0
    return None if first is None or last is None else first * 10 + last
