"""Reading .xlsx workbooks: first whether the file is safe and whole, then its sheets.

calamine reads fast but gives an empty cell for an error (#N/A) and for a formula that was never
computed. Both would pass as "not filled in", so the sheet's XML is scanned for them. The scan
also finds the true extent: calamine allocates every cell between the corners, and one stray
value in XFD1048576 would take all memory.
"""

import posixpath
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineError as CalamineFailure
from python_calamine import CalamineWorkbook

from jimin.engine.sentences import Name, said
from jimin.foundation.tables.cells import CellError, From1904, Raw, tidy
from jimin.foundation.tables.rows import (
    Column,
    Grid,
    Merge,
    Table,
    UnusableError,
    column_index,
    column_letter,
)

SUFFIXES = (".xlsx", ".xlsm")
LARGEST_FILE = 200 * 2**20
LARGEST_CONTENT = 800 * 2**20
# Worksheet XML packs 10 to 40 times; beyond this ratio only bombs do.
LARGEST_RATIO = 250
RATIO_FROM = 20 * 2**20
LARGEST_AREA = 20_000_000
LARGEST_MERGED = 2_000_000
# Rows that exist only because a merge reaches below the last value.
MERGE_OVERHANG = 1000
CHUNK = 2**20

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SAVE_AS = "请用 Excel 或 WPS 打开后另存为“Excel 工作簿（*.xlsx）”再用。"
_CORRUPT = said("文件已损坏，无法读取；{save_as}", save_as=_SAVE_AS)
_NEVER_COMPUTED = (
    "公式没有计算结果；请用 Excel 或 WPS 打开文件并保存一次，或把公式改为直接填写的值。"
)
_TOO_LARGE = "文件展开后过大，不像是正常的工作簿；请删去多余的工作表和空白区域后另存再用。"


def check_workbook(path: Path) -> None:
    """Refuse what is no readable workbook before any of it is parsed.

    Every part is unpacked once and thrown away: a part that lies about its size or is cut short
    fails its checksum here and not half-way through the work.
    """
    if not path.is_file():
        raise UnusableError(said("找不到文件“{file}”；请核对文件名和所在文件夹。", file=Name(path)))
    if path.suffix.lower() not in SUFFIXES:
        raise UnusableError(
            said(
                "不能读取 {kind}，只能读取 .xlsx 或 .xlsm 工作簿；{save_as}",
                kind=path.suffix or "无扩展名的文件",
                save_as=_SAVE_AS,
            )
        )
    try:
        _check_start(path)
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise UnusableError(_CORRUPT) from error
    except RuntimeError as error:  # what zipfile raises for an encrypted part
        raise UnusableError("文件有密码，无法读取；请去掉密码后另存再用。") from error
    except OSError as error:
        raise UnusableError(
            said(
                "无法打开文件“{file}”：{reason}；请核对权限。",
                file=Name(path),
                reason=str(error.strerror),
            )
        ) from error


def _check_start(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(CHUNK)
    if start.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in start or _ole_is_encrypted(path):
            raise UnusableError("文件有打开密码，无法读取；请在 Excel 中去掉密码后另存再用。")
        raise UnusableError(
            said("这是旧版 Excel（.xls）文件，只是扩展名写成了新版；{save_as}", save_as=_SAVE_AS)
        )
    if not start:
        raise UnusableError("文件是空的（0 字节）；请核对是否复制完整。")
    if not start.startswith(b"PK"):
        raise UnusableError(
            said("内容不是 Excel 工作簿，可能是改了扩展名的其他文件；{save_as}", save_as=_SAVE_AS)
        )


def _ole_is_encrypted(path: Path) -> bool:
    """The directory of a compound file may lie at its end."""
    if path.stat().st_size > LARGEST_FILE:
        return False
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    packed = sum(part.compress_size for part in parts)
    content = sum(part.file_size for part in parts)
    if packed > LARGEST_FILE or content > LARGEST_CONTENT:
        raise UnusableError(_TOO_LARGE)
    if content > RATIO_FROM and content > LARGEST_RATIO * max(packed, 1):
        raise UnusableError(_TOO_LARGE)
    if "xl/workbook.xml" not in archive.namelist():
        raise UnusableError(said("内容不是 Excel 工作簿（.xlsx）；{save_as}", save_as=_SAVE_AS))
    for part in parts:
        try:
            with archive.open(part) as file:
                while file.read(CHUNK):
                    pass
        except zlib.error as error:
            raise UnusableError(_CORRUPT) from error


class Workbook:
    """An open workbook; use it in a `with` statement."""

    def __init__(self, path: Path, *, most_rows: int | None = None) -> None:
        """With `most_rows` a sheet that reaches further down is refused before it is read."""
        check_workbook(path)
        self.most_rows = most_rows
        self.path = path
        try:
            with zipfile.ZipFile(path) as archive:
                workbook = _plain_xml(archive, "xl/workbook.xml")
                self._parts = _sheet_parts(archive, workbook)
                self._counts_from_1904 = _counts_from_1904(workbook)
            self._calamine = CalamineWorkbook.from_path(path)
        except (CalamineFailure, ElementTree.ParseError, LookupError, OSError) as error:
            raise UnusableError(_CORRUPT) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._calamine.close()

    @property
    def sheet_names(self) -> list[str]:
        return list(self._parts)

    def table(self, sheet: str, columns: Iterable[Column]) -> Table:
        """The table in the sheet of this name (blanks and full-width forms aside)."""
        return Table(self.grid(sheet), columns)

    def grid(self, sheet: str) -> Grid:
        name = self._sheet_name(sheet)
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self._parts[name]) as file:
                scan = SheetScan(self.most_rows)
                scan.read(file)
            calamine_sheet = self._calamine.get_sheet_by_name(name)
            rows: list[list[Raw]] = calamine_sheet.to_python(skip_empty_area=False)  # type: ignore[assignment]
            merged = calamine_sheet.merged_cell_ranges or []
        except (CalamineFailure, expat.ExpatError, LookupError, ValueError) as error:
            raise UnusableError(
                said("“{sheet}”表已损坏，无法读取；{save_as}", sheet=Name(name), save_as=_SAVE_AS)
            ) from error
        if self._counts_from_1904:
            rows = [[From1904(v) if type(v) in (int, float) else v for v in row] for row in rows]  # type: ignore[arg-type]
        merges = [Merge(*start, *end) for start, end in merged]
        _make_room(rows, merges)
        for (row, column), cell_error in scan.errors.items():
            rows.extend([] for _ in range(row + 1 - len(rows)))
            rows[row].extend([""] * (column + 1 - len(rows[row])))
            rows[row][column] = cell_error
        return Grid(name, rows, merges)

    def _sheet_name(self, wanted: str) -> str:
        found = [name for name in self._parts if tidy(name) == tidy(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnusableError(
                said(
                    "工作簿里有 {count} 个名为“{sheet}”的工作表；请只保留一个。",
                    count=len(found),
                    sheet=Name(wanted),
                )
            )
        raise UnusableError(
            said(
                "工作簿里没有名为“{sheet}”的工作表（现有：{sheets}）；请补上或改名。",
                sheet=Name(wanted),
                sheets=tuple(Name(f"“{name}”") for name in self._parts),
            )
        )


def read_table(path: Path, sheet: str, columns: Iterable[Column]) -> Table:
    """One table of a workbook, when no other is needed."""
    with Workbook(path) as workbook:
        return workbook.table(sheet, columns)


def _make_room(rows: list[list[Raw]], merges: list[Merge]) -> None:
    """Rows for merges that reach a little below the last value: they are part of the table."""
    if sum(min(m.bottom, len(rows)) - m.top + 1 for m in merges) > LARGEST_MERGED:
        raise UnusableError("合并单元格过多，无法读取；请取消不必要的合并后再用。")
    reach = [m.bottom + 1 for m in merges if m.top < len(rows)]
    reach = [bottom for bottom in reach if bottom <= len(rows) + MERGE_OVERHANG]
    rows.extend([] for _ in range(max(reach, default=0) - len(rows)))


def _sheet_parts(archive: zipfile.ZipFile, workbook: ElementTree.Element) -> dict[str, str]:
    """Sheet names in order, each with the part of the archive that holds it."""
    targets = {
        item.get("Id"): posixpath.join("xl", item.get("Target", ""))
        for item in _plain_xml(archive, "xl/_rels/workbook.xml.rels")
        if item.get("Type", "").endswith("/worksheet")
    }
    parts: dict[str, str] = {}
    for item in workbook.iter():
        if _local(item.tag) != "sheet":
            continue
        relation = next((v for k, v in item.attrib.items() if _local(k) == "id"), None)
        if relation in targets:  # chart sheets are not
            parts[item.get("name", "")] = posixpath.normpath(targets[relation]).lstrip("/")
    return parts


def _counts_from_1904(workbook: ElementTree.Element) -> bool:
    settings = [item for item in workbook.iter() if _local(item.tag) == "workbookPr"]
    return any(item.get("date1904", "") in ("1", "true") for item in settings)


def _plain_xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    content = archive.read(name)
    if b"<!DOCTYPE" in content:  # entities could unfold without end; no spreadsheet writes one
        raise UnusableError(_CORRUPT)
    return ElementTree.fromstring(content)  # noqa: S314  no document type, so no entities


def _local(name: str) -> str:
    return name.rpartition("}")[2]


class SheetScan:
    """One pass over the XML of a sheet, keeping only what calamine does not tell."""

    def __init__(self, most_rows: int | None = None) -> None:
        self.most_rows = most_rows
        self.errors: dict[tuple[int, int], CellError] = {}
        self._row = self._column = -1
        self._last_row = self._last_column = -1
        self._kind = ""
        self._formula: list[str] | None = None
        self._value: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start

    def read(self, file: IO[bytes]) -> None:
        while chunk := file.read(CHUNK):
            self._parser.Parse(chunk, False)
        self._parser.Parse(b"", True)
        if (self._last_row + 1) * (self._last_column + 1) > LARGEST_AREA:
            raise UnusableError(
                said(
                    "工作表的内容一直延伸到 {cell}，范围过大；请删去远处的零星内容后再用。",
                    cell=Name(f"{column_letter(self._last_column)}{self._last_row + 1}"),
                )
            )

    def _refuse_doctype(self, *_: object) -> None:
        raise UnusableError(_CORRUPT)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "c":
                self._begin_cell(attributes)
            case "v" | "is":
                self._last_row = max(self._last_row, self._row)
                self._last_column = max(self._last_column, self._column)
                if self.most_rows is not None and self._last_row >= self.most_rows:
                    raise UnusableError(
                        said(
                            "工作表有内容的行超过 {rows} 行，一次读不完；请分成几个文件。",
                            rows=self.most_rows,
                        )
                    )
                if self._formula is not None or self._kind == "e":
                    self._value = []
                    self._parser.CharacterDataHandler = self._value.append
            case "f":
                self._parser.EndElementHandler = self._end
                self._formula = []
                self._parser.CharacterDataHandler = self._formula.append
            case "row":
                self._row = int(attributes.get("r", self._row + 2)) - 1
                self._column = -1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        letters = reference.rstrip("0123456789")
        self._column = column_index(letters) if letters else self._column + 1
        self._kind = attributes.get("t", "")
        self._formula = self._value = None
        # The end of any other cell tells nothing, and being called at each takes a fifth longer.
        self._parser.EndElementHandler = self._end if self._kind == "e" else None

    def _end(self, tag: str) -> None:
        """Only called inside cells that hold a formula or an error."""
        match tag.rpartition(":")[2]:
            case "v" | "is" | "f":
                self._parser.CharacterDataHandler = None
            case "c" if self._kind == "e":
                name = "".join(self._value or []) or "#N/A"
                why = said("单元格里是错误值 {name}；请改正公式，或直接填写值。", name=Name(name))
                self._note(CellError(name, why))
            case "c" if self._formula is not None and not self._computed():
                formula = "=" + "".join(self._formula)
                self._note(CellError(formula, _NEVER_COMPUTED))

    def _computed(self) -> bool:
        """Text formulas may yield an empty text; others always leave a value."""
        return self._value is not None and (bool("".join(self._value)) or self._kind == "str")

    def _note(self, error: CellError) -> None:
        self.errors[self._row, self._column] = error
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
