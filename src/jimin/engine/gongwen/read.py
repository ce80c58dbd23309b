"""A plan's file as text: .txt in UTF-8 or GB18030, or .docx."""

from pathlib import Path

_OTHERS = {
    ".doc": "旧版 Word 文档（.doc）",
    ".wps": "WPS 文字文档（.wps）",
    ".pdf": "PDF 文件",
    ".xls": "工作簿（.xls）",
    ".xlsx": "工作簿（.xlsx）",
    ".ofd": "OFD 版式文件",
}


class UnreadableError(ValueError):
    """The file gives no text; the message says in Chinese why and what to do."""


def read_text(path: Path) -> str:
    """The text of the file, unchanged, so that offsets are its own code points."""
    kind = path.suffix.lower()
    if not path.exists():
        raise UnreadableError(f"找不到文件“{path}”；请检查路径和文件名。")
    if not path.is_file():
        raise UnreadableError(f"“{path}”不是文件；请给出一个 .txt 或 .docx 文件。")
    if kind in _OTHERS:
        raise UnreadableError(
            f"“{path.name}”是{_OTHERS[kind]}，不能直接阅读；请另存为 .docx 或 .txt 后再试。"
        )
    try:
        text = _read_docx(path) if kind == ".docx" else _decode(path)
    except PermissionError as error:
        raise UnreadableError(f"没有读取“{path}”的权限；请换一个位置或修改权限。") from error
    if not text.strip("\ufeff \t\r\n\u3000"):
        raise UnreadableError(f"“{path.name}”里没有文字；请检查是否选错了文件。")
    return text


def _decode(path: Path) -> str:
    data = path.read_bytes()
    if b"\x00" in data[:4096]:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return _in_encoding(data, "utf-16", path)
        raise UnreadableError(f"“{path.name}”不是文本文件；请另存为 .docx 或 .txt（UTF-8）后再试。")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _in_encoding(data, "gb18030", path)


def _in_encoding(data: bytes, encoding: str, path: Path) -> str:
    """Text in an older encoding; bytes of something else decode to control characters."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            f"“{path.name}”的编码既不是 UTF-8 也不是 GB18030"
            f"（第 {error.start + 1} 个字节起无法识别）；请另存为 UTF-8 编码的文本后再试。"
        ) from error
    odd = sum(character < " " and character not in "\t\r\n\f\v" for character in text)
    if odd * 100 > len(text):
        raise UnreadableError(f"“{path.name}”不是文本文件；请另存为 .docx 或 .txt（UTF-8）后再试。")
    return text


def _read_docx(path: Path) -> str:
    """Paragraphs and table rows in their order, one a line, cells parted by a tab."""
    from zipfile import BadZipFile

    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError) as error:
        raise UnreadableError(
            f"“{path.name}”不是有效的 Word 文档；请用 Word 或 WPS 打开后另存为 .docx。"
        ) from error
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                cells = {id(cell._tc): cell.text.replace("\n", " ") for cell in row.cells}
                lines.append("\t".join(cells.values()))
        else:
            lines.append(block.text)
    return "\n".join(lines)
