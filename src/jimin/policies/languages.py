"""The languages a policy is explained in: Chinese as declared, English from its catalogues."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jimin.engine.rules.errors import PolicyError
from jimin.engine.rules.language import CHINESE, Language, english

HERE: Final = Path(__file__).parent
PHRASES: Final = Path(__file__).with_name("english.yaml")
CODES: Final = ("zh", "en")


def language_of(policy: str, code: str, *more: Path) -> Language:
    """The language with a code as browsers and the command line name it, such as "en".

    `more` are catalogues of those who show it.
    """
    if code.startswith("zh"):
        return CHINESE
    if code != "en":
        raise PolicyError("没有语言“{code}”；可用：{known}。", code=code, known=CODES)
    return english(PHRASES, *catalogues(policy), *more)


def catalogues(policy: str) -> tuple[Path, ...]:
    """The files with the English of a policy: national law, then the city's own."""
    return tuple(
        path for place in ("national", policy) for path in sorted((HERE / place).glob("english/*"))
    )
