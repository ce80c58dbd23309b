"""The API against a bare handler, and many clerks at once against a real server.

The data is the demo city: its clerks sign in, and persons, households and cases are there. The
servers are `jimin serve` as it runs anywhere, with two workers; the clerks are threads of this
process on the same machine, so what they cost is in the figures too.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from . import clerks
from .figure import Figure

HOUSEHOLDS = 3000
PORT = 8957
PATIENCE = 240
JIMIN = Path(sys.executable).with_name("jimin")
POSTGRES = os.environ.get("JIMIN_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/jimin")
UNLIMITED = {f"JIMIN_API_{kind}_LIMIT": "0" for kind in ("TOKEN", "USER", "ADDRESS")}


def figures(folder: Path, options: argparse.Namespace) -> Iterator[Figure]:
    with loaded(folder / "sqlite", "", options.begin) as env:
        yield from list_of_100(env, options.rounds)
        yield from at_once("sqlite", 10, env, options.seconds)
    if options.begin:
        return
    with postgres() as url:
        if url:
            with loaded(folder / "postgres", url) as env:
                yield from at_once("postgresql", 50, env, options.seconds)


def list_of_100(env: dict[str, str], rounds: int) -> Iterator[Figure]:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.bare_handler", str(rounds)],
        env=env,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    told = json.loads(ended.stdout)
    ratio = told["ours"] / told["bare"]
    yield Figure(
        "api_list_of_100",
        round(told["ours"] * 1000, 1),
        "ms",
        f"a bare ninja handler with the same rows, area and count: {told['bare'] * 1000:.1f} ms",
        round(ratio, 2),
        "<= 1.5",
        ratio <= 1.5,
    )


def at_once(database: str, number: int, env: dict[str, str], seconds: int) -> Iterator[Figure]:
    """Each clerk reads for one to three seconds between two clicks."""
    hire = [sys.executable, "-m", "tests.bench.clerks", str(number)]
    subprocess.run(hire, env=env, check=True)
    with serving(env) as address:
        found = clerks.work(address, number, seconds)
    each = ", ".join(f"{kind} {ms:.0f} ms" for kind, ms in found.p95_of_kinds().items())
    p95 = found.p95()
    yield Figure(
        f"{number}_clerks_at_once_{database}_p95",
        round(p95),
        "ms",
        f"{found.count} requests in {seconds} s; p95 of {each}",
        None,
        "value <= 500",
        p95 <= 500,
    )
    yield Figure(
        f"{number}_clerks_at_once_{database}_errors",
        len(found.errors),
        "requests",
        "; ".join(sorted(set(found.errors))[:3]) or f"{found.count} requests",
        None,
        "value == 0",
        not found.errors,
    )


@contextmanager
def loaded(var: Path, url: str, demo: Path | None = None) -> Iterator[dict[str, str]]:
    """The environment of an installation that holds the demo city, or a copy of one there is."""
    if demo is not None:
        shutil.copytree(demo, var)
    else:
        var.mkdir(parents=True)
    env = {**os.environ, **UNLIMITED, "JIMIN_VAR": str(var), "DATABASE_URL": url, "JIMIN_DEMO": "1"}
    if demo is None:
        command = [str(JIMIN), "demo", "--no-serve", f"--households={HOUSEHOLDS}"]
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    yield env


@contextmanager
def serving(env: dict[str, str]) -> Iterator[tuple[str, int]]:
    server = subprocess.Popen([JIMIN, "serve", f"--port={PORT}"], env=env)
    try:
        until = time.monotonic() + PATIENCE
        while not _answers():
            if server.poll() is not None or time.monotonic() > until:
                raise OSError("jimin serve does not answer")
            time.sleep(0.3)
        yield "127.0.0.1", PORT
    finally:
        server.terminate()
        server.wait(20)


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/sign-in/", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a new database, or nothing where no PostgreSQL answers."""
    server = POSTGRES.rpartition("/")[0]
    name = f"jimin_bench_{os.getpid()}"
    try:
        connection: Any = psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=3)
    except psycopg.Error as error:
        print(f"PostgreSQL does not answer, not measured: {error}", file=sys.stderr)
        yield ""
        return
    with connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
