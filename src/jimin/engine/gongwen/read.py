"""A plan's file as text: .txt, .docx, .pdf with a text layer, or a saved page."""

from collections.abc import Callable
from pathlib import Path

from jimin.engine.gongwen.sources.errors import UnreadableError
from jimin.engine.gongwen.sources.errors import mark as _
from jimin.engine.gongwen.sources.pdf import from_pdf
from jimin.engine.gongwen.sources.plain import from_text
from jimin.engine.gongwen.sources.web import LOOKS_LIKE_HTML, from_html
from jimin.engine.gongwen.sources.word import from_docx

__all__ = ["KINDS", "UnreadableError", "read_text", "text_of", "text_pasted"]

LARGEST_FILE = 20 * 1024 * 1024
LONGEST_TEXT = 2_000_000
_READERS: dict[str, Callable[[str, bytes], str]] = {
    ".txt": from_text,
    ".md": from_text,
    ".docx": from_docx,
    ".pdf": from_pdf,
    ".html": from_html,
    ".htm": from_html,
}
_OTHERS = {
    ".doc": _("旧版 Word 文档（.doc）"),
    ".wps": _("WPS 文字文档（.wps）"),
    ".xls": _("工作簿（.xls）"),
    ".xlsx": _("工作簿（.xlsx）"),
    ".ofd": _("OFD 版式文件"),
    ".rtf": _("RTF 文档"),
    ".jpg": _("图片"),
    ".jpeg": _("图片"),
    ".png": _("图片"),
    ".mht": _("单个文件网页（.mht）"),
}
KINDS = (".txt", ".docx", ".pdf", ".html", ".htm")


def read_text(path: Path) -> str:
    """The text of the file, so that offsets into a .txt are those of its own characters."""
    if not path.exists():
        raise UnreadableError(_("找不到文件“%(path)s”；请检查路径和文件名。"), path=path)
    if not path.is_file():
        raise UnreadableError(
            _("“%(path)s”不是文件；请给出一个 .txt、.docx、.pdf 或 .html 文件。"), path=path
        )
    try:
        content = path.read_bytes()
    except PermissionError as error:
        raise UnreadableError(
            _("没有读取“%(path)s”的权限；请换一个位置或修改权限。"), path=path
        ) from error
    return text_of(path.name, content)


def text_of(name: str, content: bytes) -> str:
    """The text of a file's content, read as the ending of its name says."""
    suffix = Path(name).suffix.lower()
    if suffix in _OTHERS:
        raise UnreadableError(
            _("“%(name)s”是%(kind)s，不能直接阅读；请另存为 .docx 或 .txt 后再试。"),
            name=name,
            kind=_OTHERS[suffix],
        )
    if len(content) > LARGEST_FILE:
        raise UnreadableError(_("“%(name)s”超过 20 MB；请只保留工作要点的文本。"), name=name)
    return _checked(name, _READERS.get(suffix, from_text)(name, content))


def text_pasted(pasted: str) -> str:
    """What was pasted: the source of a page is read as one, anything else as it is."""
    name = _("粘贴的内容")
    if LOOKS_LIKE_HTML.match(pasted):
        return _checked(name, from_html(name, pasted.encode("utf-8")))
    return _checked(name, pasted)


def _checked(name: str, text: str) -> str:
    if not text.strip("\ufeff \t\r\n\u3000"):
        raise UnreadableError(_("“%(name)s”里没有文字；请检查是否选错了文件。"), name=name)
    if len(text) > LONGEST_TEXT:
        raise UnreadableError(_("“%(name)s”超过 200 万字；请只保留工作要点的文本。"), name=name)
    return text
