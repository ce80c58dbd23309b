"""Where the dated figures of a book come from: national ones and the city's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from jimin.engine.rules import Parameter, load_parameters

HERE: Final = Path(__file__).parent


@cache
def figures_of(*files: str) -> tuple[Parameter, ...]:
    """The parameters of files named like "national/orphan" or "jilin/standards"."""
    folders = (file.rsplit("/", 1) for file in files)
    return load_parameters(
        *(HERE / place / "parameters" / f"{file}.yaml" for place, file in folders)
    )
