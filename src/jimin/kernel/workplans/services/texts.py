"""Getting the plain text out of an uploaded file."""

import io
import zipfile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from docx import Document
from docx.table import Table

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_UNPACKED = 100 * 1024 * 1024
LONGEST_TEXT = 2_000_000


def text_of(file_name: str, content: bytes) -> str:
    """The text of a .txt (UTF-8 or GB 18030) or .docx file; a sentence of what to do otherwise."""
    if len(content) > LARGEST_FILE:
        raise ValidationError(_("文件超过 10 MB。请只上传工作要点的文本。"))
    suffix = file_name.rpartition(".")[2].lower()
    if suffix == "txt":
        text = _decoded(content)
    elif suffix == "docx":
        text = _from_docx(content)
    else:
        raise ValidationError(
            _("不能读取“%(name)s”。请上传 .txt 或 .docx 文件；其他格式先另存为 .docx。")
            % {"name": file_name}
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise ValidationError(
            _("文件中有不能识别的字符，可能不是文本文件。请另存为 .docx 再上传。")
        )
    if not text.strip():
        raise ValidationError(_("文件中没有文字。如果是扫描件，请先转成文字。"))
    if len(text) > LONGEST_TEXT:
        raise ValidationError(_("文本超过 200 万字。请只上传工作要点的文本。"))
    return text


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValidationError(_("文本文件的编码不能识别。请另存为 UTF-8 编码再上传。"))


def _from_docx(content: bytes) -> str:
    """Paragraphs and table rows in the order they stand, one to a line."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
                raise ValidationError(_("文件解压后过大。请只保留文字再上传。"))
        document = Document(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise ValidationError(
            _("这不是完好的 Word 文件（.docx）。请用 Word 或 WPS 打开后另存为 .docx。")
        ) from error
    lines: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines.extend(_row_text(row.cells) for row in block.rows)
        else:
            lines.append(block.text)
    return "\n".join(lines)


def _row_text(cells: tuple[object, ...]) -> str:
    """A merged cell stands once."""
    texts: list[str] = []
    seen: list[object] = []
    for cell in cells:
        element = getattr(cell, "_tc", cell)
        if element not in seen:
            seen.append(element)
            texts.append(str(getattr(cell, "text", "")).strip())
    return "\t".join(texts)
