"""The demo city as `make demo` loads it, for the tests that walk through it and those that look."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSEHOLDS = 3000


@pytest.hookimpl(tryfirst=True)  # before xdist writes down the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The demo city's tests in one process: what is loaded, and the server, are shared."""
    for item in items:
        if {"browser", "city"} & set(item.path.parts):
            item.add_marker(pytest.mark.xdist_group("demo"))


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo over SQLite, sealed with the keys of the tests; only read it."""
    from django.conf import settings

    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(settings.KEYS_FILE, folder)
    env = {**os.environ, "JIMIN_VAR": str(folder), "DATABASE_URL": ""}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    jimin = Path(sys.executable).with_name("jimin")
    command = [str(jimin), "demo", "--no-serve", f"--households={HOUSEHOLDS}"]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder
