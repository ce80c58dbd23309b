"""What a file is by its content, whatever it is called.

Images are decoded and written anew: what was hidden behind or inside them, and where a photograph
was taken, does not come along. Papers are only looked at and never shown, only downloaded.
"""

import io
import zipfile
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MEGABYTES = 10
MOST_BYTES = MEGABYTES * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 5_000
PREVIEW_EDGE = 320
FORMATS = ["JPEG", "PNG", "WEBP"]
HEAD = 1024  # a PDF may begin with some other bytes
KINDS = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ofd": "application/ofd",
}
# The part that makes an archive a document of its kind.
PARTS = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "OFD.xml": ".ofd"}


@dataclass(frozen=True)
class Content:
    data: bytes
    suffix: str
    preview: bytes = b""  # a small JPEG of an image

    @property
    def kind(self) -> str:
        return KINDS[self.suffix]


def examined(data: bytes) -> Content:
    """The content in the form in which it may be kept; ValidationError says why it may not."""
    if not data:
        raise ValidationError(_("这个文件是空的。请重新选择。"))
    if len(data) > MOST_BYTES:
        raise ValidationError(too_big())
    if b"%PDF-" in data[:HEAD]:
        return Content(data, ".pdf")
    if data.startswith(b"PK\x03\x04"):
        return _archive(data)
    return _image(data)


def too_big() -> str:
    return _("文件超过 %(megabytes)s MB。请压缩图片，或分成几个文件。") % {"megabytes": MEGABYTES}


def _unknown() -> ValidationError:
    return ValidationError(
        _("不能识别这个文件。可以上传 JPG、PNG 图片，以及 PDF、DOCX、XLSX、OFD 文件。")
    )


def _archive(data: bytes) -> Content:
    """Reads the list of parts only; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _unknown() from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise ValidationError(_("这个文件解开后太大，没有保存。请另存后再上传。"))
    names = {part.filename for part in parts}
    suffix = next((suffix for name, suffix in PARTS.items() if name in names), "")
    if not suffix:
        raise _unknown()
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise ValidationError(_("这个文件含有宏，没有保存。请另存为不含宏的文件再上传。"))
    return Content(data, suffix)


def _image(data: bytes) -> Content:
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValidationError(_("图片的像素太多。请缩小后再上传。"))
            is_png = opened.format == "PNG"
            opened.load()
            upright = ImageOps.exif_transpose(opened)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise _unknown() from error
    except Image.DecompressionBombError as error:
        raise ValidationError(_("图片的像素太多。请缩小后再上传。")) from error
    has_palette = upright.mode in ("P", "LA", "RGBA", "PA")
    image = upright.convert("RGBA" if is_png and has_palette else "RGB")
    image.info.clear()
    small = image.convert("RGB")
    small.thumbnail((PREVIEW_EDGE, PREVIEW_EDGE))
    if is_png:
        return Content(_written(image, "PNG"), ".png", _written(small, "JPEG"))
    return Content(_written(image, "JPEG"), ".jpg", _written(small, "JPEG"))


def _written(image: Image.Image, name: str) -> bytes:
    out = io.BytesIO()
    image.save(out, name, **({"quality": 90} if name == "JPEG" else {"optimize": False}))
    return out.getvalue()
