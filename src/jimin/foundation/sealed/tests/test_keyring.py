import json
import stat
from pathlib import Path

import pytest

from jimin.foundation.sealed import keyring as module
from jimin.foundation.sealed.keyring import Keyring, add_key
from jimin.foundation.sealed.rules import SealBroken
from jimin.project.secret_keys import secret_of


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    secret_of(path)
    return path


def test_a_new_key_is_added_and_the_old_one_and_the_secret_stay(file: Path) -> None:
    before = json.loads(file.read_text())
    assert add_key(file) == 2
    after = json.loads(file.read_text())
    assert after["sealing"]["1"] == before["sealing"]["1"]
    assert sorted(after["sealing"]) == ["1", "2"]
    assert (after["secret"], after["digest"]) == (before["secret"], before["digest"])


def test_only_the_owner_may_read_the_file_and_nothing_else_is_left(file: Path) -> None:
    add_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(p.name for p in file.parent.iterdir()) == ["keys.json", "keys.json.lock"]


def test_a_server_takes_up_the_new_key_without_a_restart(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Keyring(file)
    old = server.current().seal("张伟")
    add_key(file)
    assert server.current().newest == 1  # it looked less than a second ago
    monkeypatch.setattr(module, "LOOK_AGAIN", 0.0)
    assert server.current().newest == 2
    assert server.open(old) == "张伟"


def test_a_value_sealed_under_a_key_not_yet_seen_opens(file: Path) -> None:
    server = Keyring(file)
    server.current()
    add_key(file)
    assert server.open(Keyring(file).current().seal("张伟")) == "张伟"


def test_a_value_of_a_key_nobody_has_does_not_open(file: Path) -> None:
    with pytest.raises(SealBroken):
        Keyring(file).open("7:AAAA")
