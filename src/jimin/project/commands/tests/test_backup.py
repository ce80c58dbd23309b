"""A backup put into an empty database is what was backed up; anything else is refused."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from jimin.foundation.audit.protection import unprotected
from jimin.foundation.jobs.run import WORK
from jimin.project.archive import DamagedError, pack, unpack

from .started import Started

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
JIMIN = Path(sys.executable).with_name("jimin")
COMMAND = "jimin.project.commands.tests.started:command"


@dataclass
class Place:
    """An installation of its own: a folder of data and keys, and a database."""

    var: Path
    started: Started
    url: str = ""

    def run(self, *arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return self.started.run(self.env(**more), COMMAND, *map(str, arguments))

    def env(self, **more: str) -> dict[str, str]:
        return {"JIMIN_VAR": str(self.var), "DATABASE_URL": self.url, **more}

    def well(self, *arguments: str | Path) -> str:
        ended = self.run(*arguments)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def as_typed(self, *arguments: str | Path) -> str:
        """By a process that begins as the command line begins."""
        command = [str(JIMIN), *map(str, arguments)]
        env = {**os.environ, **self.env()}
        ended = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.fixture(scope="module")
def places(
    tmp_path_factory: pytest.TempPathFactory,
    started: Started,
    empty_database: Callable[[Path], str],
    bare_database: Callable[[], str],
) -> tuple[Place, Place]:
    """Two installations without a database in common: one with all tables, one without any."""
    folders = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    one = Place(folders[0], started, empty_database(folders[0]))
    return one, Place(folders[1], started, bare_database())


@pytest.fixture(scope="module")
def made(places: tuple[Place, Place]) -> tuple[Place, Place, Path]:
    """An installation with an administrator and an attachment, and its backup."""
    one, other = places
    one.well("administrator", "lina", "--name=李娜", "--password=songhua jiang pan")
    attached = one.var / "files" / "lake" / "证明.txt"
    attached.parent.mkdir(parents=True)
    attached.write_text("入户记录", encoding="utf-8")
    opened = one.var / "files" / WORK / "a-job" / "1" / "export.csv"  # by a job at work
    opened.parent.mkdir(parents=True)
    opened.write_text("张三", encoding="utf-8")
    file = one.var / "backups" / "day.tar"
    assert "附件 1 个" in one.as_typed("backup", file)
    return one, other, file


def test_what_is_restored_is_what_was_backed_up(made: tuple[Place, Place, Path]) -> None:
    one, other, file = made
    assert file.stat().st_mode & 0o077 == 0
    with tarfile.open(file) as tar:
        assert set(tar.getnames()) == {
            "database.dump" if ON_POSTGRES else "database.sqlite3",
            "files/lake/证明.txt",
            "manifest.json",
        }

    wrong = other.run("restore", file)  # it made keys of its own
    assert wrong.returncode == 1
    assert "不是这份备份的密钥" in wrong.stderr
    (other.var / "keys.json").write_bytes((one.var / "keys.json").read_bytes())

    said = other.as_typed("restore", file)
    assert "留痕链完好，共 2 条" in said
    assert other.well("audit", "head") == one.well("audit", "head")
    assert "留痕链完好" in other.well("audit", "verify")  # which asks for the triggers, too
    assert (other.var / "files/lake/证明.txt").read_text(encoding="utf-8") == "入户记录"

    again = other.run("restore", file)
    assert again.returncode == 1
    assert "数据库里已有内容，不能覆盖" in again.stderr
    twice = one.run("backup", file)
    assert twice.returncode == 1
    assert "已经存在" in twice.stderr


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite is backed up by itself")
def test_without_the_tools_of_postgresql_the_line_to_run_is_said(
    made: tuple[Place, Place, Path], tmp_path: Path
) -> None:
    one, _other, _file = made
    ended = one.run("backup", tmp_path / "day.tar", PATH=str(tmp_path))
    assert ended.returncode == 1
    assert "没有 pg_dump 这个程序。请先运行：apt-get install -y postgresql-client" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_altered_history_is_found_although_the_file_is_whole(
    made: tuple[Place, Place, Path],
    started: Started,
    tmp_path: Path,
    copied_database: Callable[[str, Path, Path], str],
    bare_database: Callable[[], str],
) -> None:
    one, _other, _file = made
    var, empty = tmp_path / "altered", tmp_path / "empty"
    altered = Place(var, started, copied_database(one.url, one.var, var))
    assert started.run(altered.env(), f"{__name__}:alter_history").returncode == 0
    altered.well("backup", tmp_path / "altered.tar")
    empty.mkdir()
    (empty / "keys.json").write_bytes((one.var / "keys.json").read_bytes())
    ended = Place(empty, started, bare_database()).run("restore", tmp_path / "altered.tar")
    assert ended.returncode == 1
    assert "第 1 条留痕的内容被改动过" in ended.stderr
    assert "请勿使用" in ended.stderr


def alter_history() -> None:
    """By whoever owns the database, whom no trigger stops."""
    with unprotected(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_label = '别人' WHERE id = 1")
        assert cursor.rowcount == 1


def packed(folder: Path) -> Path:
    part = folder / "part"
    part.write_bytes(b"0123456789" * 500)
    file = folder / "some.tar"
    assert pack(file, iter([("database.sqlite3", part), ("files/a", part)]), {"made_at": "x"}) == 2
    return file


def test_a_part_is_unpacked_as_it_was_packed(tmp_path: Path) -> None:
    manifest = unpack(packed(tmp_path), tmp_path / "out")
    assert [p["name"] for p in manifest["parts"]] == ["database.sqlite3", "files/a"]
    assert (tmp_path / "out/files/a").read_bytes() == (tmp_path / "part").read_bytes()
    assert json.dumps(manifest)


def test_a_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    file = packed(tmp_path)
    whole = file.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 25)):
        file.write_bytes(whole[:length])
        with pytest.raises(DamagedError):
            unpack(file, tmp_path / f"out{length}")


def test_any_changed_byte_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    """Some do not count: the name in gzip's head, and which of several equal bytes is repeated."""
    file, out = packed(tmp_path), tmp_path / "out"
    whole = file.read_bytes()
    unpack(file, tmp_path / "whole")
    wanted = contents(tmp_path / "whole")
    refused = 0
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            unpack(file, out)
        except DamagedError:
            refused += 1
        else:
            assert contents(out) == wanted, at
        shutil.rmtree(out, ignore_errors=True)
    assert refused > len(whole) // 2


def test_a_part_deleted_before_its_turn_is_left_out(tmp_path: Path) -> None:
    """What a job kept is deleted when its time comes, also while a backup is made."""
    gone, stays = tmp_path / "gone", tmp_path / "stays"
    stays.write_text("附件", encoding="utf-8")
    parts = iter([("files/gone", gone), ("files/stays", stays)])
    assert pack(tmp_path / "some.tar", parts, {}) == 1
    manifest = unpack(tmp_path / "some.tar", tmp_path / "out")
    assert [p["name"] for p in manifest["parts"]] == ["files/stays"]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_part_that_would_leave_the_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "evil.tar"
    with tarfile.open(file, "w:gz") as tar:
        tar.add(__file__, "../outside")
    with pytest.raises(DamagedError, match="不该有的内容"):
        unpack(file, tmp_path / "out")
    assert not (tmp_path / "outside").exists()
