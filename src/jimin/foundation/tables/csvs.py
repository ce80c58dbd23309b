"""Reading CSV files as Chinese offices write them: UTF-8 or GB18030, saved by Excel or WPS."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from jimin.foundation.tables.cells import Raw
from jimin.foundation.tables.rows import Column, Grid, Table, UnusableError

LARGEST_CSV = 300 * 2**20


def read_csv(path: Path, columns: Iterable[Column]) -> Table:
    """The table in a CSV file. Every cell is text; row numbers are those Excel would show."""
    if not path.is_file():
        raise UnusableError(f"找不到文件“{path}”；请核对文件名和所在文件夹。")
    if path.stat().st_size > LARGEST_CSV:
        raise UnusableError("文件过大，不像是正常的表格；请分成几个文件再用。")
    reader = csv.reader(io.StringIO(_decode(path.read_bytes()), newline=""), strict=True)
    try:
        rows: list[list[Raw]] = [list(row) for row in reader]
    except csv.Error as error:
        raise UnusableError(
            f"第 {reader.line_num} 行附近不是正确的 CSV（多半是引号没有成对）；请另存后再用。"
        ) from error
    return Table(Grid(path.stem, rows), columns)


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnusableError("文字编码既不是 UTF-8 也不是 GB18030；请在 Excel 中另存为“CSV UTF-8”再用。")
