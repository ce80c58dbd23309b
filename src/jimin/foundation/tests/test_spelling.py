"""Names in Latin letters, surnames among them that are read in a way of their own."""

import subprocess
import sys

import pytest

from jimin.foundation.spelling import _pypinyin, initials, syllables


@pytest.mark.parametrize(
    ("name", "pinyin", "letters"),
    [
        ("张伟", "zhang wei", "zw"),
        ("曾国强", "zeng guo qiang", "zgq"),
        ("单芳", "shan fang", "sf"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("张长生", "zhang chang sheng", "zcs"),
        ("单位食堂有限公司", "dan wei shi tang you xian gong si", "dwstyxgs"),
    ],
)
def test_people(name: str, pinyin: str, letters: str) -> None:
    assert " ".join(syllables(name, is_person=True)) == pinyin
    assert initials(name, is_person=True) == letters


@pytest.mark.parametrize(
    ("name", "letters"),
    [("长春路街道", "ccljd"), ("朝阳山镇", "cysz"), ("单家村", "djc"), ("3号楼A座", "3hlaz")],
)
def test_places(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_sign_by_sign_a_text_is_spelled_as_the_library_spells_it() -> None:
    common = [chr(sign) for sign in range(0x4E00, 0x9FA6)]
    library = _pypinyin()
    first = library.Style.FIRST_LETTER
    for at in range(0, len(common), 5):
        text = "".join(common[at : at + 5])
        assert syllables(text) == library.lazy_pinyin(text)
        assert list(initials(text)) == library.lazy_pinyin(text, style=first)


def test_the_dictionary_of_phrases_is_not_loaded() -> None:
    words = "from jimin.foundation.spelling import syllables; syllables('张伟'); import sys"
    check = "assert 'pypinyin.phrases_dict' not in sys.modules"
    subprocess.run([sys.executable, "-c", f"{words}; {check}"], check=True)
