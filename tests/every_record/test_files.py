"""Files and notes of every register that declares them."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from jimin.foundation.audit.models import Entry
from jimin.foundation.records import attachments
from jimin.foundation.records.declare import RecordType
from jimin.foundation.records.models import Attachment, Note
from jimin.kernel.areas.tests.few import HERE, THERE

from .walk import MakeUser, make, sign_in, text_of, walked

with_files = [record for record in walked if record.has_attachments]
with_notes = [record for record in walked if record.has_notes]
every_with_files = pytest.mark.parametrize("record", with_files, ids=[r.slug for r in with_files])
every_with_notes = pytest.mark.parametrize("record", with_notes, ids=[r.slug for r in with_notes])
PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new(mode, size).save(out, kind, exif=exif)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "<x/>")
    return out.getvalue()


def send(client: Client, record: RecordType, obj: Any, data: bytes, name: str = "材料.pdf") -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(record.url("attach", obj.pk), {"file": file})


def body(response: Any) -> bytes:
    return bytes(response.content)


@every_with_files
def test_a_file_is_kept_sealed_and_comes_back_as_it_was(
    record: RecordType, keeper: Client, folder: Path
) -> None:
    obj = make(record)
    for _ in range(2):  # sent twice, kept once
        assert send(keeper, record, obj, PDF).status_code == 302
    kept = Attachment.objects.get()
    assert [p.name for p in kept_in(folder)] == [str(kept.pk)]
    assert b"PDF" not in kept_in(folder)[0].read_bytes()
    tab = text_of(keeper.get(record.url("page", obj.pk), {"tab": "files"}))
    assert "材料.pdf" in tab
    assert "附件（1）" in tab
    answer = keeper.get(record.url("file", obj.pk, kept.pk), {"show": "1"})
    assert body(answer) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")  # never shown, only saved
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert [e.verb for e in Entry.objects.order_by("id")] == ["attach", "open_attachment"]
    history = text_of(keeper.get(record.url("page", obj.pk), {"tab": "history"}))
    assert "上传附件" in history
    assert "材料.pdf" in history


@every_with_files
def test_an_image_is_written_anew_and_shown_small(
    record: RecordType, keeper: Client, folder: Path
) -> None:
    obj = make(record)
    hidden = picture() + b"<script>alert(1)</script>"
    send(keeper, record, obj, hidden, "..\\..//照片 <1>.html")
    kept = Attachment.objects.get()
    assert (kept.name, kept.kind, kept.has_preview) == ("照片 1.jpg", "image/jpeg", True)
    address = record.url("file", obj.pk, kept.pk)
    whole = keeper.get(address, {"show": "1"})
    assert whole.headers["Content-Disposition"].startswith("inline")
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert b"secret place" in hidden
    assert b"secret place" not in body(whole)
    assert b"script" not in body(whole)
    opened = Entry.objects.filter(verb="open_attachment").count()
    small = keeper.get(address, {"small": "1"})
    with Image.open(io.BytesIO(body(small))) as image:
        assert image.size == (60, 40)
    assert Entry.objects.filter(verb="open_attachment").count() == opened == 1
    assert len(kept_in(folder)) == 2


@every_with_files
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "是空的"),
        (b"MZ\x90\x00 a program", "不能识别"),
        (b"<html><script>1</script></html>", "不能识别"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不能识别"),
        (b"\xff\xd8\xff\xe0 no image", "不能识别"),
        (picture()[:200], "不能识别"),
        (archive("readme.txt"), "不能识别"),
        (archive("word/document.xml")[:-10], "不能识别"),
        (archive("word/document.xml", "word/vbaProject.bin"), "含有宏"),
        (picture("PNG", (8000, 8000), "1"), "像素太多"),
        (PDF + b"0" * (10 * 1024 * 1024), "超过 10 MB"),
    ],
    ids=[
        *("empty", "program", "page", "svg", "false-jpeg", "cut-jpeg"),
        *("archive", "cut-docx", "macro", "huge-image", "big"),
    ],
)
def test_what_is_no_paper_and_no_image_is_refused(
    record: RecordType, keeper: Client, folder: Path, data: bytes, says: str
) -> None:
    obj = make(record)
    refused = send(keeper, record, obj, data, "身份证.jpg")
    assert refused.status_code == 422
    assert says in text_of(refused)
    assert 'href="#new-files"' in text_of(refused)
    assert kept_in(folder) == []
    assert not Attachment.objects.exists()
    assert not Entry.objects.exists()


@every_with_files
@pytest.mark.parametrize(
    ("data", "name"),
    [
        (archive("word/document.xml"), "a.docx"),
        (archive("xl/workbook.xml"), "a.xlsx"),
        (archive("OFD.xml"), "a.ofd"),
        (picture("PNG", mode="RGBA"), "a.png"),
        (picture("WEBP"), "a.jpg"),
    ],
    ids=["docx", "xlsx", "ofd", "png", "webp"],
)
def test_the_ending_is_that_of_the_content(
    record: RecordType, keeper: Client, data: bytes, name: str
) -> None:
    obj = make(record)
    assert send(keeper, record, obj, data, "a.exe").status_code == 302
    assert Attachment.objects.get().name == name


@every_with_files
def test_removing_asks_why_and_leaves_nothing_but_the_history(
    record: RecordType,
    keeper: Client,
    folder: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    obj = make(record)
    send(keeper, record, obj, picture(), "照片.jpg")
    address = record.url("remove-file", obj.pk, Attachment.objects.get().pk)
    refused = keeper.post(address, {"reason": " "})
    assert refused.status_code == 422
    assert len(kept_in(folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert keeper.post(address, {"reason": "传错了"}).status_code == 302
    assert kept_in(folder) == []
    assert not Attachment.objects.exists()
    line = Entry.objects.order_by("-id")[0]
    assert (line.verb, line.reason, line.values["attachment"]) == (
        "remove_attachment",
        "传错了",
        "照片.jpg",
    )


@every_with_files
def test_files_are_open_to_those_who_see_the_record_and_to_no_others(
    record: RecordType, keeper: Client, reader: Client, stranger: Client, make_user: MakeUser
) -> None:
    obj, other, foreign = make(record, HERE, 1), make(record, HERE, 2), make(record, THERE, 3)
    send(keeper, record, obj, PDF)
    file = Attachment.objects.get()
    address, remove = (
        record.url("file", obj.pk, file.pk),
        record.url("remove-file", obj.pk, file.pk),
    )
    elsewhere = Client()
    elsewhere.force_login(make_user("keeper", THERE))
    assert [c.get(address).status_code for c in (reader, stranger, elsewhere, Client())] == [
        200,
        403,
        404,
        302,
    ]
    assert [c.post(remove).status_code for c in (reader, stranger, elsewhere)] == [403, 403, 404]
    assert [send(c, record, obj, PDF).status_code for c in (reader, stranger, elsewhere)] == [
        403,
        403,
        404,
    ]
    # A file is found at its own record only.
    assert keeper.get(record.url("file", other.pk, file.pk)).status_code == 404
    assert keeper.get(record.url("file", foreign.pk, file.pk)).status_code == 404
    assert keeper.post(record.url("remove-file", other.pk, file.pk)).status_code == 404
    assert "删除附件" not in text_of(reader.get(record.url("page", obj.pk), {"tab": "files"}))
    assert Attachment.objects.count() == 1


@every_with_files
def test_a_record_holds_fifty_files(
    record: RecordType, keeper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    obj = make(record)
    monkeypatch.setattr(attachments, "MOST_FILES", 1)
    send(keeper, record, obj, PDF)
    assert "请先删除不用的" in text_of(send(keeper, record, obj, PDF + b"2"))
    assert Attachment.objects.count() == 1


@every_with_files
def test_a_file_that_is_gone_or_altered_is_not_given_out(
    record: RecordType, keeper: Client, folder: Path
) -> None:
    obj = make(record)
    send(keeper, record, obj, PDF)
    address = record.url("file", obj.pk, Attachment.objects.get().pk)
    path = kept_in(folder)[0]
    *whole, last = path.read_bytes()
    path.write_bytes(bytes([*whole, last ^ 1]))
    assert "被改动或损坏" in text_of(keeper.get(address, follow=True))
    path.unlink()
    assert "从备份恢复" in text_of(keeper.get(address, follow=True))
    assert not Entry.objects.filter(verb="open_attachment").exists()


@every_with_notes
def test_a_note_is_added_once_and_withdrawn_by_its_writer(
    record: RecordType, keeper: Client, make_user: MakeUser
) -> None:
    obj = make(record)
    colleague = sign_in(make_user, "keeper")
    sent = {"text": "电话 13800001111 联系不上，<b>改日</b>再访。", "form_token": "n1"}
    for _ in range(2):
        assert keeper.post(record.url("note", obj.pk), sent).status_code == 302
    note = Note.objects.get()
    page = record.url("page", obj.pk)
    shown = text_of(colleague.get(page, {"tab": "notes"}))
    assert "&lt;b&gt;改日&lt;/b&gt;再访" in shown
    assert "备注（1）" in shown
    assert "撤回</button>" not in shown
    withdraw = record.url("withdraw-note", obj.pk, note.pk)
    assert colleague.post(withdraw).status_code == 403
    for _ in range(2):
        assert keeper.post(withdraw).status_code == 302
    shown = text_of(keeper.get(page, {"tab": "notes"}))
    assert "改日" not in shown
    assert "（已撤回）" in shown
    assert Note.objects.get().text == ""
    said = "电话 1380***1111 联系不上，<b>改日</b>再访。"
    assert [(e.verb, e.values) for e in Entry.objects.order_by("id")] == [
        ("note", {"note": said}),
        ("withdraw_note", {"note": said}),
    ]
    assert "改日" in text_of(keeper.get(page, {"tab": "history"}))


@every_with_notes
def test_notes_are_written_by_those_who_may_and_never_empty(
    record: RecordType, keeper: Client, reader: Client, stranger: Client
) -> None:
    mine, foreign = make(record, HERE, 1), make(record, THERE, 2)
    address = record.url("note", mine.pk)
    assert [c.post(address, {"text": "x"}).status_code for c in (reader, stranger)] == [403, 403]
    assert keeper.post(record.url("note", foreign.pk), {"text": "x"}).status_code == 404
    for text in ("", "   ", "长" * 1001):
        refused = keeper.post(address, {"text": text})
        assert refused.status_code == 422
        assert 'href="#new-notes"' in text_of(refused)
    assert not Note.objects.exists()
    assert not Entry.objects.exists()
