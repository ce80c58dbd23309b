"""The program started once; what tests ask of it is done by forks, each a process of its own.

To start Python, Django and every app takes two seconds of a processor, and tests that need a dozen
processes spend most of their time on that. A fork begins where the start ended: it reads the
settings anew from the environment it is given, and is killed like any other process.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[5]


class Started:
    """The client's side. `what` is `module:function`, called with the arguments as they are."""

    def __init__(self, *modules: str) -> None:
        command = [sys.executable, "-m", __name__, *modules]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
        self._server = subprocess.Popen(
            command, cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def begin(self, env: Mapping[str, str], what: str, *arguments: str, **files: Path) -> int:
        """The number of the new process; `out` and `err` are where it writes to."""
        where = {name: str(path) for name, path in files.items()}
        full = {**os.environ, **env}
        return self._ask({"what": what, "arguments": arguments, "env": full, **where})

    def wait(self, pid: int) -> int:
        return self._ask({"wait": pid})

    def kill(self, pid: int, number: int = signal.SIGKILL) -> int:
        os.kill(pid, number)
        return self.wait(pid)

    def run(
        self, env: Mapping[str, str], what: str, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            code = self.wait(self.begin(env, what, *arguments, out=out, err=err))
            said = out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")
        return subprocess.CompletedProcess([what, *arguments], code, *said)

    def end(self) -> None:
        self._server.communicate(timeout=20)  # closes what it reads from, which ends it

    def _ask(self, question: Mapping[str, Any]) -> int:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        print(json.dumps(question), file=self._server.stdin, flush=True)
        answer: int = json.loads(self._server.stdout.readline())
        return answer


def command(*arguments: str) -> None:
    """`jimin` with these arguments."""
    from jimin.project.cli import main

    sys.argv = ["jimin", *arguments]
    main()


def _serve(modules: list[str]) -> None:
    import django

    django.setup()
    for module in modules:
        importlib.import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        else:
            answer = os.fork() or _do(asked)
        print(json.dumps(answer), flush=True)


def _do(asked: dict[str, Any]) -> NoReturn:
    """In the fork: never comes back to the server's loop."""
    code = 1
    try:
        for number, name in ((0, os.devnull), (1, asked.get("out")), (2, asked.get("err"))):
            if name:
                flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                os.dup2(os.open(name, flags), number)
            elif number == 1:
                os.dup2(2, 1)  # the server's own output carries its answers
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        os.environ.clear()
        os.environ.update(asked["env"])
        _read_settings_anew()
        module, _, function = asked["what"].partition(":")
        getattr(importlib.import_module(module), function)(*asked["arguments"])
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        from django.db import connections

        connections.close_all()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _read_settings_anew() -> None:
    from django.conf import Settings, settings
    from django.core.files.storage import default_storage, storages
    from django.db import connections
    from django.utils.functional import empty

    from jimin.foundation.sealed.fields import keyring
    from jimin.project import settings as module

    importlib.reload(module)
    settings._wrapped = Settings(module.__name__)
    for handler in (connections, storages):
        vars(handler).pop("settings", None)
        vars(handler).pop("backends", None)
    connections.__init__()  # type: ignore[misc]
    storages.__init__()  # type: ignore[misc]
    vars(default_storage)["_wrapped"] = empty
    keyring.cache_clear()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    _serve(sys.argv[1:])
