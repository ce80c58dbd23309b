"""A copy of the user's workbook with what is wrong marked in it, to correct and load again.

openpyxl is loaded when the first copy is made: it takes 40 MB that few processes ever need.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from jimin.foundation.tables.rows import Fault, Table


class CopyFailedError(Exception):
    """openpyxl could not load the workbook although its cells could be read."""


def write_marked_copy(
    source: Path, tables: Sequence[Table], faults: Iterable[Fault], out: Path
) -> None:
    """Colour each bad cell, say why in a comment and in a column after the last one in use."""
    from jimin.foundation.tables.marking import mark_copy

    mark_copy(source, tables, faults, out)
