"""Every way a print can be written, by the ending of the file."""

from collections.abc import Callable

from .pdf import as_pdf
from .prints import Print, as_word, as_workbook

WRITERS: dict[str, tuple[str, Callable[[Print], bytes]]] = {
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        as_word,
    ),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_workbook),
    "pdf": ("application/pdf", as_pdf),
}
