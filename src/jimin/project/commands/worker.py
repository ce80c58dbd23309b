"""The process that does background jobs, alone or beside a server."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

PAUSE = 2.0  # seconds before a worker that ended is started again


@click.command(short_help="办理后台任务")
@click.option("--with-parent", is_flag=True, hidden=True)
def worker(with_parent: bool) -> None:
    """办理排队的后台任务，直到被停止。`jimin serve` 会自己带一个；也可以另外多开几个。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()
    from jimin.foundation.jobs.worker import work

    work(with_parent=with_parent)


@contextmanager
def worker_beside() -> Iterator[None]:
    """A worker of our own for as long as the block lasts; one that ends is started again."""
    ended = threading.Event()
    running: list[subprocess.Popen[bytes]] = []

    def keep_one() -> None:
        while not ended.is_set():
            running[:] = [_start()]
            running[0].wait()
            ended.wait(PAUSE)

    thread = threading.Thread(target=keep_one, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        for process in running:
            process.terminate()
        thread.join(10)


def _start() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "jimin.project.cli", "worker", "--with-parent"]
    return subprocess.Popen(command)  # noqa: S603  nothing of it comes from outside
