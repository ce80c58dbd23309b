"""Text files: UTF-8, UTF-16 with its mark, or GB18030."""

from jimin.engine.gongwen.sources.errors import UnreadableError
from jimin.engine.gongwen.sources.errors import mark as _


def from_text(name: str, content: bytes) -> str:
    """The characters of the file, unchanged."""
    if b"\x00" in content[:4096]:
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return _in_encoding(name, content, "utf-16")
        raise _no_text(name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _in_encoding(name, content, "gb18030")


def _in_encoding(name: str, content: bytes, encoding: str) -> str:
    """Text in an older encoding; bytes of something else decode to control characters."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            _(
                "“%(name)s”的编码既不是 UTF-8 也不是 GB18030（第 %(place)s 个字节起无法识别）；"
                "请另存为 UTF-8 编码的文本后再试。"
            ),
            name=name,
            place=error.start + 1,
        ) from error
    odd = sum(character < " " and character not in "\t\r\n\f\v" for character in text)
    if odd * 100 > len(text):
        raise _no_text(name)
    return text


def _no_text(name: str) -> UnreadableError:
    return UnreadableError(
        _("“%(name)s”不是文本文件；请另存为 .docx 或 .txt（UTF-8）后再试。"), name=name
    )
