"""A sealed file gives back what was put in, whole, or nothing."""

from pathlib import Path

import pytest

from jimin.foundation.sealed import files
from jimin.foundation.sealed.rules import SealBroken


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PART", 10)


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 35])
def test_what_is_sealed_opens_to_the_same(tmp_path: Path, size: int) -> None:
    content = bytes(range(size))
    plain, sealed, opened = (tmp_path / name for name in ("plain", "sealed", "opened"))
    plain.write_bytes(content)
    files.seal_file(plain, sealed)
    assert sealed.stat().st_mode & 0o777 == 0o600
    files.unseal_to(sealed, opened)
    assert opened.read_bytes() == content


def test_every_alteration_is_found(tmp_path: Path) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed"
    plain.write_bytes(b"0123456789abcdefghijKLMNO")
    files.seal_file(plain, sealed)
    whole = sealed.read_bytes()
    head = whole.index(b"\n") + 1
    part = 10 + 28
    first, second = whole[head : head + part], whole[head + part : head + 2 * part]
    altered = {
        "a bit": whole[:-1] + bytes([whole[-1] ^ 1]),
        "the last part cut off": whole[: head + 2 * part],
        "all parts cut off": whole[:head],
        "two parts swapped": whole[:head] + second + first + whole[head + 2 * part :],
        "a part left out": whole[:head] + second + whole[head + 2 * part :],
        "another key's number": b"jimin sealed file 99\n" + whole[head:],
        "no mark": whole[head:],
    }
    found = []
    for what, content in altered.items():
        sealed.write_bytes(content)
        try:
            list(files.open_file(sealed))
        except SealBroken:
            found.append(what)
    assert found == list(altered)
