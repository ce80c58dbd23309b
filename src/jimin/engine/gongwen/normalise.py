"""One spelling for marks and digits, one code point for one code point.

Every offset into the normalised text is therefore an offset into the original.
"""

import re
import unicodedata


def _table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # ！ to ～
    table.update({ord(mark): " " for mark in "\u3000\xa0\t\u2002\u2003\u2009\u200b\ufeff"})
    table.update({ord(mark): "\n" for mark in "\r\x0b\x0c\x85\u2028\u2029"})
    table.update({ord(mark): "-" for mark in "~～－–—―−〜─﹣"})
    table.update(dict.fromkeys(map(ord, "〔〖【［"), "("))
    table.update(dict.fromkeys(map(ord, "〕〗】］"), ")"))
    table.update(dict.fromkeys(map(ord, "﹪"), "%"))
    table.update({ord("∶"): ":", ord("︰"): ":", ord("﹐"): ",", ord("﹔"): ";", ord("｡"): "。"})
    table.update({ord("○"): "〇", ord("「"): "“", ord("」"): "”", ord("＂"): '"'})
    for code in range(0x2F00, 0x2FD6):  # radicals that PDF programs write for 一, 二, 人…
        table[code] = unicodedata.normalize("NFKC", chr(code))
    return table


_TABLE = _table()
# The tab between two cells of a table; after a list marker it is only a blank.
_CELL_BORDER = re.compile(r"(?<=[^\s\d.、一二三四五六七八九十])\t(?=\S)")
_CHINESE_COMMA_BETWEEN_DIGITS = re.compile(r"(?<=\d)，(?=\d)")


def normalise(text: str) -> str:
    """The text with half-width marks and digits, exactly as long as the original.

    A Chinese comma between digits parts two numbers; it becomes a semicolon so that it
    is not read as the comma of 103,950.
    """
    text = _CELL_BORDER.sub("|", text.translate(_WIDE_DIGITS))
    text = _CHINESE_COMMA_BETWEEN_DIGITS.sub(";", text).translate(_TABLE)
    return _UNPOINTED.sub(_with_commas, text)


# A long line of clauses with blanks between them and no mark at all.
_UNPOINTED = re.compile(r"(?m)^[^\n,;。、:!?|]{80,}$")
_CLAUSE_BLANK = re.compile(r"(?<=[\u4e00-\u9fff”)\]]) (?=[\u4e00-\u9fff“])")
_LEAST_BLANKS = 5


def _with_commas(m: re.Match[str]) -> str:
    line = m.group()
    if len(_CLAUSE_BLANK.findall(line)) < _LEAST_BLANKS:
        return line
    return _CLAUSE_BLANK.sub(",", line)


_WIDE_DIGITS = {0xFF10 + digit: str(digit) for digit in range(10)}
