"""What the operator's commands print and with which exit code they end."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.core.management import call_command
from django.db import connection

from jimin.foundation.access.models import SecondFactor, User
from jimin.foundation.access.scope import System
from jimin.foundation.audit.models import Entry
from jimin.foundation.audit.protection import NAMES, TABLE, unprotected
from jimin.foundation.audit.services import Line, log_many
from jimin.foundation.sealed import fields, keyring, rotation
from jimin.foundation.sealed.keyring import Keyring
from jimin.project.cli import main
from jimin.project.secret_keys import secret_of

pytestmark = pytest.mark.django_db
SECRETS = [f"SECRET{n}" for n in range(3)]
Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(main, arguments)


@pytest.fixture
def lines() -> list[Entry]:
    return log_many(
        actor=System("test"), lines=[Line("add", "access.user", str(n)) for n in range(3)]
    )


@pytest.fixture
def keys_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    """Keys of the test's own, and three values sealed with them."""
    path = tmp_path / "keys.json"
    secret_of(path)
    ring = Keyring(path)
    settings.KEYS_FILE = path
    monkeypatch.setattr(keyring, "LOOK_AGAIN", 0.0)
    monkeypatch.setattr(fields, "keyring", lambda: ring)
    monkeypatch.setattr(rotation, "keyring", lambda: ring)
    for n, secret in enumerate(SECRETS):
        user = User.objects.create(username=f"u{n}", name="某人")
        SecondFactor.objects.create(user=user, secret=secret)
    return path


def secrets() -> list[str]:
    return sorted(SecondFactor.objects.values_list("secret", flat=True))


def drop_a_trigger() -> None:
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {NAMES[1]}{on_table}")


def test_a_sound_chain_is_said_to_be_sound(run: Run, lines: list[Entry]) -> None:
    ended = run("audit", "verify")
    assert (ended.exit_code, ended.output) == (0, "留痕链完好，共 3 条。\n")


def test_a_tampered_line_is_named_with_exit_code_1(run: Run, lines: list[Entry]) -> None:
    with unprotected(connection):
        Entry.objects.filter(pk=lines[1].pk).update(reason="x")
    ended = run("audit", "verify")
    assert ended.exit_code == 1
    assert ended.output == f"第 {lines[1].pk} 条留痕的内容被改动过。之前的 1 条完好。\n"


def test_a_cut_off_end_is_found_with_the_noted_hash(run: Run, lines: list[Entry]) -> None:
    said = run("audit", "head").output
    assert "条数：3\n" in said
    noted = re.search(r"末尾哈希：(\w{64})", said)
    assert noted is not None
    ended = run("audit", "verify", "--head", noted[1])
    assert ended.output == "留痕链完好，共 3 条，其中 0 条写于所记末尾之后。\n"
    with unprotected(connection):
        Entry.objects.filter(pk=lines[2].pk).delete()
    ended = run("audit", "verify", "--head", noted[1])
    assert ended.exit_code == 1
    assert "留痕链中没有记下的末尾哈希" in ended.output


def test_a_hash_with_a_slip_is_refused_before_the_walk(run: Run, lines: list[Entry]) -> None:
    ended = run("audit", "verify", "--head", "123")
    assert ended.exit_code == 2
    assert "应为 64 位十六进制数" in ended.output


def test_missing_triggers_are_reported_and_a_migration_restores_them(
    run: Run, lines: list[Entry]
) -> None:
    connection.check_constraints()
    drop_a_trigger()
    ended = run("audit", "verify")
    assert ended.exit_code == 1
    assert "数据库没有禁止改动留痕的触发器" in ended.output
    call_command("migrate", verbosity=0)
    assert run("audit", "verify").exit_code == 0


def test_the_statements_for_the_servers_role_name_it(run: Run) -> None:
    said = run("audit", "role", "jimin").output
    assert 'REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM "jimin";' in said


def test_a_rotation_seals_everything_again_and_everything_still_opens(
    run: Run, keys_file: Path
) -> None:
    assert "access.secondfactor.secret  1 号  3 个值" in run("keys", "status").output
    ended = run("keys", "rotate")
    assert ended.exit_code == 0, ended.output
    assert "已重新密封 3 个值" in ended.output
    assert "access.secondfactor.secret  2 号  3 个值" in run("keys", "status").output
    assert secrets() == SECRETS


def test_a_rotation_that_was_killed_is_finished_without_a_third_key(
    run: Run, keys_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(tell: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "seal_again", killed)
        run("keys", "rotate")
    ended = run("keys", "rotate")
    assert "上次更换没有做完，还有 3 个值；接着换成 2 号密钥。" in ended.output
    assert sorted(json.loads(keys_file.read_text())["sealing"]) == ["1", "2"]
    assert secrets() == SECRETS
    assert "access.secondfactor.secret  2 号  3 个值" in run("keys", "status").output


def test_values_of_a_lost_key_are_reported(run: Run, keys_file: Path) -> None:
    kept = json.loads(keys_file.read_text())
    kept["sealing"]["2"] = kept["sealing"].pop("1")
    draft = keys_file.with_suffix(".new")
    draft.write_text(json.dumps(kept))
    draft.replace(keys_file)
    ended = run("keys", "status")
    assert ended.exit_code == 1
    assert "没有这号密钥，打不开；请从备份找回 keys.json" in ended.output
