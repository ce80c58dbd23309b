"""The demo city as `make demo` loads it, for the tests that walk through it and those that look."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

HOUSEHOLDS = 3000


# What runs in one process each, in the order in which the processes take it: while one loads the
# city and walks through it, another has something else to do before it looks at it.
GROUPS = ("city", "mutations", "interrupted", "browser", "spark")


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around xdist, which writes down the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """What walks through the city in one process, what looks at it in another: in each the tests
    share what was loaded. The groups first, so that none is left over at the end."""
    for item in items:
        if item.path.parent.name in ("browser", "city"):
            item.add_marker(pytest.mark.xdist_group(item.path.parent.name))
    yield
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    mark = item.get_closest_marker("xdist_group")
    return GROUPS.index(mark.args[0]) if mark else len(GROUPS)


@pytest.fixture(scope="session")
def demo_folder(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Callable[[Path], str]
) -> Path:
    """A data folder with the demo over SQLite, sealed with the keys of the tests; only read it.

    Loaded by whichever process asks first.
    """
    from django.conf import settings

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, is_whole = shared / "demo", shared / "demo-is-whole"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_whole.exists():
            folder.mkdir()
            shutil.copy(settings.KEYS_FILE, folder)
            if not os.environ.get("DATABASE_URL"):
                empty_database(folder)
            _load(folder)
            is_whole.touch()
    return folder


def _load(folder: Path) -> None:
    env = {**os.environ, "JIMIN_VAR": str(folder), "DATABASE_URL": ""}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    jimin = Path(sys.executable).with_name("jimin")
    command = [str(jimin), "demo", "--no-serve", f"--households={HOUSEHOLDS}"]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with closing(sqlite3.connect(folder / "jimin.sqlite3")) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone, so that it can be copied
