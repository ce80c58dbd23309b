"""The results as one JSON object for programs."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from jimin.foundation.tables import Fault
from jimin.policies import Assessment, Policy


class JsonWriter:
    """Writes the object piece by piece, so that a whole county need not fit in memory."""

    def __init__(self, file: IO[bytes], policy: Policy, month: str) -> None:
        self._file = file
        self._separator = "\n"
        head = {"month": month, "policy": policy.name, "version": policy.version}
        self._write(_text(head)[:-1] + ', "households": [')

    def add(self, household: str, result: Assessment) -> None:
        self._write(self._separator + _text(result.as_json(household)))
        self._separator = ",\n"

    def errors(self, faults: Sequence[Fault]) -> None:
        """The last part of the object."""
        self._write('\n], "errors": ' + _text([_fault(fault) for fault in faults]) + "}\n")

    def _write(self, text: str) -> None:
        self._file.write(text.encode())


@contextmanager
def json_on_stdout(policy: Policy, month: str) -> Iterator[JsonWriter]:
    """Prints when all is done: whoever reads the output never gets half of an object."""
    with tempfile.TemporaryFile() as file:
        yield JsonWriter(file, policy, month)
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _fault(fault: Fault) -> dict[str, str | int]:
    return {
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        "message": fault.sentence,
    }
