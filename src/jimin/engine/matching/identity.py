"""公民身份号码, the citizen identity number of GB 11643-1999: area, birth, sequence, check.

The area part keeps the code of first registration for life. Areas have since been merged and
abolished, so only its province is checked: a list of today's areas would refuse real people.
"""

import re
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Literal

from jimin.engine.sentences import Name, said

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
PROVINCES = frozenset(
    str(code)
    for first, last in [
        (11, 15),
        (21, 23),
        (31, 37),
        (41, 46),
        (50, 54),
        (61, 65),
        (71, 71),
        (81, 83),
    ]
    for code in range(first, last + 1)
)
EARLIEST_BIRTH_YEAR = 1800

_HALF_WIDTH = {full: full - 0xFEE0 for full in range(0xFF01, 0xFF5F)}
_BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_FORM = re.compile(r"[0-9]{17}[0-9X]")

Sex = Literal["male", "female"]


class InvalidIdentityNumberError(ValueError):
    """The text is no valid identity number; the message is a Chinese sentence saying why."""


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """A number that passed every check, with what can be read from it."""

    number: str
    area: str
    birth: date
    sex: Sex


def check_character(body: str) -> str:
    """The 18th character that belongs to the first 17 digits (ISO 7064, MOD 11-2)."""
    if len(body) != len(WEIGHTS):
        raise ValueError(f"the check character belongs to 17 digits, not to {len(body)}")
    return CHECK_CHARACTERS[sum(map(mul, map(int, body), WEIGHTS)) % 11]


def normalise_identity_number(text: str) -> str:
    """Half-width, no blanks anywhere, capital X. Changes spelling only, never a digit."""
    return _BLANKS.sub("", text.translate(_HALF_WIDTH)).upper()


def parse_identity_number(text: str) -> IdentityNumber:
    """Read an identity number, or say in one Chinese sentence what is wrong with it."""
    number = text if _FORM.fullmatch(text) else normalise_identity_number(text)
    if re.fullmatch(r"[0-9]{15}", number):
        raise InvalidIdentityNumberError(
            "这是 15 位的旧身份证号码，已停止使用；请填写现在的 18 位公民身份号码。"
        )
    if len(number) != 18:
        raise InvalidIdentityNumberError(
            said(
                "公民身份号码应为 18 位，这里是 {length} 位；请对照身份证或户口簿重新填写。",
                length=len(number),
            )
        )
    if not _FORM.fullmatch(number):
        raise InvalidIdentityNumberError(
            "公民身份号码应为 17 位数字加 1 位数字或 X，这里有其他字符；"
            "请对照身份证或户口簿重新填写。"
        )
    if number[:2] not in PROVINCES:
        raise InvalidIdentityNumberError(
            said(
                "公民身份号码前两位“{digits}”不是省级行政区的代码；请对照身份证或户口簿重新填写。",
                digits=Name(number[:2]),
            )
        )
    birth = _birth(number[6:14])
    if birth is None:
        raise InvalidIdentityNumberError(
            said(
                "公民身份号码第 7 至 14 位“{digits}”不是真实的出生日期；"
                "请对照身份证或户口簿重新填写。",
                digits=Name(number[6:14]),
            )
        )
    # The right character is not named: whoever "corrects" to it would hide the wrong digit.
    if check_character(number[:17]) != number[17]:
        raise InvalidIdentityNumberError(
            "公民身份号码的最后一位校验码不对，说明至少有一位填错；"
            "请对照身份证或户口簿逐位核对后重新填写。"
        )
    return IdentityNumber(number, number[:6], birth, "male" if int(number[16]) % 2 else "female")


def _birth(digits: str) -> date | None:
    try:
        birth = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return birth if birth.year >= EARLIEST_BIRTH_YEAR else None
