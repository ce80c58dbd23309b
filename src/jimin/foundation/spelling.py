"""Chinese in Latin letters.

The dictionary takes a third of a second and 30 MB to load: only a process that spells does so.
"""


def syllables(text: str) -> list[str]:
    """`张伟` is `zhang`, `wei`. What is no Chinese stays together as it is."""
    from pypinyin import lazy_pinyin

    found: list[str] = lazy_pinyin(text)
    return found


def initials(text: str) -> str:
    """`张伟` is `zw`."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
