"""`make check`: everything that can be said about the code without running it."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from _terminal import BIN, PYTHON, run


@dataclass(frozen=True)
class Step:
    name: str
    command: list[str | Path]
    help: str


STEPS = [
    Step(
        "compile",
        [PYTHON, "-m", "compileall", "-q", "src", "tests", "tools", "conftest.py"],
        "a file is not valid Python",
    ),
    Step("format", [BIN / "ruff", "format", "--check", "."], "make format"),
    Step("lint", [BIN / "ruff", "check", "."], "make format, then the rest by hand"),
    Step(
        "imports",
        [BIN / "lint-imports", "--no-logo"],
        "move the import: the tiers are in pyproject.toml, [tool.importlinter]",
    ),
    Step("types", [BIN / "mypy"], "mypy --strict names line and reason"),
    Step("template format", [BIN / "djlint", "src", "--check"], "make format"),
    Step("template lint", [BIN / "djlint", "src", "--lint"], "each line names its rule"),
    Step(
        "settings",
        [PYTHON, "-m", "django", "check", "--fail-level", "WARNING"],
        "Django's own checks name the object",
    ),
    Step(
        "migrations",
        [PYTHON, "-m", "django", "makemigrations", "--check", "--dry-run"],
        ".venv/bin/jimin manage makemigrations",
    ),
    Step(
        "page of the API",
        [PYTHON, "tools/api_page.py", "check"],
        ".venv/bin/python tools/api_page.py write",
    ),
    Step(
        "translations",
        [PYTHON, "tools/messages.py", "check"],
        "make messages, then fill in src/jimin/locale/en/LC_MESSAGES/django.po",
    ),
]


def main(wanted: list[str]) -> int:
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jimin.project.settings",
    }
    failed = []
    for step in STEPS:
        if wanted and step.name not in wanted:
            continue
        ended = run(step.command, env, show=False)
        print(f"{'ok  ' if ended.well else 'FAIL'} {step.name:<16} {ended.seconds:5.1f} s")
        if not ended.well:
            failed.append(step.name)
            print(ended.output.rstrip(), f"\n     → {step.help}\n")
    if failed:
        print(f"{len(failed)} of {len(STEPS)} failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
