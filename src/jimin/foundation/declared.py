"""What the program declares in files of its own: limits, lights, roles, ledgers."""

from pathlib import Path
from typing import Any

import yaml

# libyaml reads eight times as fast; a PyYAML built without it has only Python's own.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_declared(path: Path) -> Any:
    """A YAML file as dates, numbers, texts, lists and mappings."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506 (a safe loader)
