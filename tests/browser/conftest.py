"""A real Chromium in front of a real server, `jimin demo` with a database of its own.

Without a Chromium the tests are skipped, unless JIMIN_REQUIRE=all.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dj_database_url
import psycopg
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from psycopg import sql

from jimin.project.demo.staff import PASSWORD

from ..conftest import HOUSEHOLDS

CHROMIUM = os.environ.get("JIMIN_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 240  # seconds until the demo must answer


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The fixtures end with this folder, not with the session: Playwright keeps an event loop
    running, under which Django refuses to ask the database.
    """
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        message = f"there is no {CHROMIUM}: apt-get install chromium, or set JIMIN_CHROMIUM"
        if os.environ.get("JIMIN_REQUIRE") == "all":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def own_database() -> Iterator[str]:
    """The DATABASE_URL of the server: on PostgreSQL a new database, else SQLite in its folder."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield ""
        return
    name = f"jimin_browser_{os.getpid()}"
    parts = dj_database_url.parse(url)
    server = f"{url.rpartition('/')[0]}/postgres"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    assert parts["ENGINE"] == "django.db.backends.postgresql"
    yield f"{url.rpartition('/')[0]}/{name}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)


@pytest.fixture(scope="package")
def site(
    chromium: Browser,
    own_database: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of a running demo."""
    folder = tmp_path_factory.mktemp("site") / "var"
    if not own_database:
        shutil.copytree(request.getfixturevalue("demo_folder"), folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "JIMIN_VAR": str(folder), "DATABASE_URL": own_database}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    said = folder / "server.txt"
    command = [str(Path(sys.executable).parent / "jimin"), "demo", f"--port={port}"]
    with said.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            [*command, f"--households={HOUSEHOLDS}"],
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _await(f"{address}/sign-in/", server, said)
        yield address
    finally:
        server.terminate()
        server.wait(20)


def _await(url: str, server: subprocess.Popen[bytes], said: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"the demo ended:\n{said.read_text(encoding='utf-8')}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"the demo did not answer in {PATIENCE} s:\n{said.read_text(encoding='utf-8')}")


@dataclass
class Seat:
    """Somebody of the staff in front of a browser. Notes what must not happen on any page."""

    page: Page
    site: str
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium reports a 4xx answer as an error of the console; those are asserted by status.
        if message.type == "error" and "status of 4" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.wrong.append(f"foreign request: {request.url}")

    def sign_in(self, username: str) -> "Seat":
        self.page.goto(f"{self.site}/sign-in/")
        self.page.get_by_label("登录名").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)
        return self

    def open(self, path: str) -> "Seat":
        answer = self.page.goto(f"{self.site}{path}")
        assert answer
        assert answer.status == 200, f"{path}: {answer.status}"
        return self


class Office:
    """Gives seats; at the end nothing may have gone wrong at any of them."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self.seats: list[Seat] = []

    def seat(self, username: str = "", width: int = 1280, height: int = 900) -> Seat:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(15_000)
        seat = Seat(context.new_page(), self.site)
        self.seats.append(seat)
        return seat.sign_in(username) if username else seat

    def close(self) -> list[str]:
        for seat in self.seats:
            seat.page.context.close()
        return [wrong for seat in self.seats for wrong in seat.wrong]


@pytest.fixture
def office(chromium: Browser, site: str) -> Iterator[Office]:
    office = Office(chromium, site)
    yield office
    wrong = office.close()
    assert not wrong, "\n".join(wrong)
