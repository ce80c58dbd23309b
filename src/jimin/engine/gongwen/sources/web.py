"""Pages saved from the web, or their source pasted: the text by blocks, without the frame."""

import re
from collections.abc import Iterator
from typing import Any

from jimin.engine.gongwen.sources.errors import UnreadableError
from jimin.engine.gongwen.sources.errors import mark as _

LOOKS_LIKE_HTML = re.compile(r"^\s*(?:<!doctype html|<html|<head|<body|<div|<p[ >]|<table)", re.I)
_DROPPED = {
    "script", "style", "noscript", "template", "iframe", "svg", "nav", "header", "footer",
    "form", "button", "select", "aside", "head", "object", "video", "audio",
}  # fmt: skip
_BLOCKS = {
    "p", "div", "section", "article", "main", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol",
    "li", "tr", "td", "th", "blockquote", "pre", "table", "tbody", "thead", "tfoot", "dl",
    "dt", "dd", "figure",
    "center", "fieldset", "address", "hr", "body", "html", "caption",
}  # fmt: skip
_LAYOUT_CELL = 300
_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([A-Za-z0-9_-]{3,20})", re.I)
_CHINESE = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030"}
_MAIN = "//article | //*[@id='zoom' or @id='content' or @id='UCAP-CONTENT' or @id='article']"


def from_html(name: str, content: bytes) -> str:
    """One line a block, the cells of a table's row parted by a tab.

    Scripts, styles, menus and forms are dropped. Where a page marks its article, only that is
    read if it holds most of the words.
    """
    from lxml import etree, html

    try:
        root = html.document_fromstring(_decoded(content))
    except (etree.ParserError, ValueError) as error:
        raise UnreadableError(
            _("“%(name)s”里没有网页内容；请打开网页，把正文复制粘贴到文本框里。"), name=name
        ) from error
    whole = "\n".join(_lines(root))
    for part in root.xpath(_MAIN):
        text = "\n".join(_lines(part))
        if 2 * len(text) > len(whole):
            return text
    return whole


def _decoded(content: bytes) -> str:
    told = _CHARSET.search(content[:4096])
    named = told[1].decode("ascii").lower() if told else ""
    for encoding in (_CHINESE.get(named, named), "utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        # lxml refuses a text that declares how its bytes were encoded.
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("\x00", "")
    return content.decode("utf-8", "replace")


def _lines(root: Any) -> Iterator[str]:
    """The text of the tree, a line a block; blanks and breaks of the source mean nothing."""
    line: list[str] = []
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:  # by hand: a page nested very deep must not overflow
        element, closing = stack.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if closing:
            if tag in _BLOCKS:
                yield from _closed(line)
        elif tag == "br":
            line.append("\uffff")
        elif tag == "table" and _is_data(element):
            yield from _closed(line)
            yield from _rows(element)
        elif tag and tag not in _DROPPED:
            if tag in _BLOCKS:
                yield from _closed(line)
            line.append(element.text or "")
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))
            continue
        if element is not root:
            line.append(element.tail or "")
    yield from _closed(line)


def _closed(line: list[str]) -> Iterator[str]:
    text = re.sub(r"[ \t\n\r\f\v]+", " ", "".join(line))
    line.clear()
    for part in text.split("\uffff"):
        if part.strip(" \u3000\xa0"):
            yield part.strip(" ")


def _is_data(table: Any) -> bool:
    """A table of entries, not one that only lays the page out."""
    cells = list(table.iter("td", "th"))
    if table.find(".//table") is not None or len(cells) < 2:
        return False
    return all(len("".join(cell.itertext()).strip()) <= _LAYOUT_CELL for cell in cells)


def _rows(table: Any) -> Iterator[str]:
    """A cell that spans rows stands in the first and leaves its place empty below."""
    spans: dict[int, int] = {}
    for row in table.iter("tr"):
        entries: list[str] = []
        for cell in row.iter("td", "th"):
            while spans.get(len(entries), 0):
                spans[len(entries)] -= 1
                entries.append("")
            told = str(cell.get("rowspan", "1"))
            spans[len(entries)] = min(int(told), 500) - 1 if told.isdigit() else 0
            entries.append(" ".join("".join(cell.itertext()).split()))
        while spans.get(len(entries), 0):
            spans[len(entries)] -= 1
            entries.append("")
        if any(entries):
            yield "\t".join(entries)
