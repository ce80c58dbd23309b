"""The import contracts of pyproject.toml hold, and each one notices when it is broken."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# contract, file, the import that must not be there
BREACHES = [
    ("tiers", "kernel/areas/breach.py", "import jimin.project.settings"),
    ("tiers", "foundation/breach.py", "import jimin.kernel.areas.models"),
    ("tiers", "engine/breach.py", "import jimin.policies"),
    ("foundation", "foundation/breach.py", "import jimin.policies"),
    ("plain", "engine/breach.py", "import django.db"),
    ("plain", "policies/breach.py", "import django.conf"),
    ("plain", "foundation/tables/breach.py", "import django.utils"),
    ("domains", "domains/one/models.py", "import jimin.domains.two.models"),
    ("kernel", "kernel/areas/models.py", "import jimin.kernel.people.models"),
    ("app", "kernel/areas/models.py", "import jimin.kernel.areas.services"),
    ("app", "kernel/areas/rules.py", "import jimin.kernel.areas.models"),
    ("pure-rules", "kernel/areas/rules.py", "import django.db"),
    ("front-door", "domains/two/services.py", "import jimin.kernel.cases.views"),
]


def lint(source: Path) -> str:
    command = Path(sys.executable).parent / "lint-imports"
    ended = subprocess.run(
        [command, "--no-logo", "--no-cache", "--config", ROOT / "pyproject.toml"],
        cwd=source,  # comes before the installed package on the path
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What lint-imports says of a copy in which every contract is broken."""
    source = tmp_path_factory.mktemp("tiers") / "src"
    ignore = shutil.ignore_patterns("__pycache__", "tests", "templates", "static", "data", "locale")
    shutil.copytree(ROOT / "src/jimin", source / "jimin", ignore=ignore)
    for app in ("kernel/cases", "domains/one", "domains/two"):
        folder = source / "jimin" / app
        folder.mkdir(exist_ok=True)
        for name in ("__init__", "models", "services", "views"):
            (folder / f"{name}.py").touch()
    for _, name, line in BREACHES:
        with (source / "jimin" / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    return lint(source)


def test_the_program_keeps_its_contracts() -> None:
    said = lint(ROOT / "src")
    assert re.search(r"Contracts: \d+ kept, 0 broken\.", said), said


@pytest.mark.parametrize(("contract", "name", "line"), BREACHES)
def test_a_breach_is_named(broken: str, contract: str, name: str, line: str) -> None:
    titles = re.findall(
        r'^id = "(.+)"\nname = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M
    )
    title = dict(titles)[contract]
    details = broken.partition("Broken contracts")[2]
    section = re.search(
        rf"^{re.escape(title)}\n-+\n(.*?)(?=^[^\n]+\n-+\n|\Z)", details, re.M | re.S
    )
    assert section, f"{contract} did not notice:\n{broken}"
    importer = "jimin." + name.removesuffix(".py").replace("/", ".")
    imported = line.removeprefix("import ")
    external = imported.split(".")[0]
    assert importer in section[1]
    assert imported in section[1] or f"-> {external}" in section[1]


def test_every_contract_has_a_breach() -> None:
    ids = re.findall(r'^id = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert set(ids) == {contract for contract, _, _ in BREACHES}
