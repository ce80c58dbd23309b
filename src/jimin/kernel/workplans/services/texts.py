"""The plain text of what was uploaded or pasted."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from jimin.engine.gongwen.read import UnreadableError, text_pasted
from jimin.engine.gongwen.read import text_of as read


def text_of(file_name: str, content: bytes) -> str:
    """The text of an uploaded file, as the command line reads it; what to do otherwise."""
    try:
        return _kept(read(file_name, content))
    except UnreadableError as error:
        raise _refused(error) from error


def pasted_text(pasted: str) -> str:
    try:
        return _kept(text_pasted(pasted))
    except UnreadableError as error:
        raise _refused(error) from error


def _kept(text: str) -> str:
    """Browsers count a line break as one character, so the kept text has one."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        raise ValidationError(
            _("文件中有不能识别的字符，可能不是文本文件。请另存为 .docx 再上传。")
        )
    return text


def _refused(error: UnreadableError) -> ValidationError:
    values = {name: _(value) if name == "kind" else value for name, value in error.values.items()}
    return ValidationError(_(error.sentence) % values)
