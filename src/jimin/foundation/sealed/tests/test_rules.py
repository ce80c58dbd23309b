import pytest
from hypothesis import given
from hypothesis import strategies as st

from jimin.foundation.sealed.rules import Keys, SealBroken, masked, sm3

KEYS = Keys(sealing={1: b"a" * 16, 2: b"b" * 16}, digest=b"c" * 32)


@given(st.text())
def test_what_is_sealed_opens_to_the_same_text(text: str) -> None:
    assert KEYS.open(KEYS.seal(text)) == text


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert KEYS.seal("220202") != KEYS.seal("220202")


def test_the_newest_key_seals_and_an_old_value_still_opens() -> None:
    old = Keys(sealing={1: b"a" * 16}, digest=b"c" * 32).seal("张伟")
    assert old.startswith("1:")
    assert KEYS.seal("张伟").startswith("2:")
    assert KEYS.open(old) == "张伟"


def test_an_altered_value_does_not_open() -> None:
    sealed = KEYS.seal("6222020000001234")
    altered = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    with pytest.raises(SealBroken):
        KEYS.open(altered)


def test_a_value_of_a_lost_key_does_not_open() -> None:
    with pytest.raises(SealBroken):
        Keys(sealing={1: b"a" * 16}, digest=b"c" * 32).open(KEYS.seal("x"))


def test_the_digest_depends_on_the_key() -> None:
    other = Keys(sealing=KEYS.sealing, digest=b"d" * 32)
    assert KEYS.digest_of("x") == KEYS.digest_of("x") != other.digest_of("x")
    assert len(KEYS.digest_of("x")) == 64


def test_sm3_gives_the_standards_own_example() -> None:
    # GB/T 32905-2016, annex A.1
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("220202199001011234", "2202**********1234"),
        ("12345678", "********"),
        ("", ""),
    ],
)
def test_masking_shows_head_and_tail_or_nothing(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_masking_may_show_the_head_only() -> None:
    assert masked("password", head=1, tail=0) == "p*******"
