"""The file of keys: read by every server process, added to by a rotation.

A server looks at the file again when it has changed, so a new key comes into use everywhere
within `LOOK_AGAIN` seconds and without a restart.
"""

import base64
import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .rules import KEY, Keys

LOOK_AGAIN = 1.0


def read_keys(path: Path) -> Keys:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Keys(
        sealing={int(n): base64.b64decode(key) for n, key in kept["sealing"].items()},
        digest=base64.b64decode(kept["digest"]),
    )


def add_key(path: Path) -> int:
    """Write a further sealing key into the file, all or nothing; returns its number.

    Old keys stay: backups and rows not yet sealed again need them.
    """
    with _one_writer(path):
        kept = json.loads(path.read_text(encoding="utf-8"))
        number = max(int(n) for n in kept["sealing"]) + 1
        kept["sealing"][str(number)] = base64.b64encode(os.urandom(KEY)).decode()
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        try:
            with draft.open("w", encoding="utf-8") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return number


@contextmanager
def _one_writer(path: Path) -> Iterator[None]:
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Keyring:
    """The keys as the file holds them now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._looked = 0.0
        self._mark = (0, 0)
        self._keys: Keys | None = None

    def current(self) -> Keys:
        now = time.monotonic()
        if self._keys is None or now - self._looked >= LOOK_AGAIN:
            self._looked = now
            self.look()
        assert self._keys is not None
        return self._keys

    def look(self) -> Keys:
        """Read the file again if it is another than the one last read."""
        state = self.path.stat()
        mark = (state.st_ino, state.st_mtime_ns)
        if self._keys is None or mark != self._mark:
            self._keys, self._mark = read_keys(self.path), mark
        return self._keys

    def open(self, sealed: str) -> str:
        """Open a value, also one sealed a moment ago under a key this process has not seen."""
        keys = self.current()
        if keys.number_of(sealed) not in keys.sealing:
            keys = self.look()
        return keys.open(sealed)
