from pathlib import Path

import docx
import pytest

from jimin.engine.gongwen.read import UnreadableError, read_text


def test_both_encodings_give_the_same_text(tmp_path: Path) -> None:
    text = "一、救助\r\n新增床位100张。"
    (tmp_path / "a.txt").write_bytes(text.encode("utf-8"))
    (tmp_path / "b.txt").write_bytes(text.encode("gb18030"))
    (tmp_path / "c.txt").write_bytes(text.encode("utf-16"))
    assert read_text(tmp_path / "a.txt") == text
    assert read_text(tmp_path / "b.txt") == text
    assert read_text(tmp_path / "c.txt") == text


def test_a_word_document_gives_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("一、救助")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text = "新增床位"
    table.cell(0, 1).text = "100张"
    document.add_paragraph("二、养老")
    document.save(str(tmp_path / "a.docx"))
    assert read_text(tmp_path / "a.docx") == "一、救助\n新增床位\t100张\n二、养老"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"%PDF-1.4", "不是完好的 PDF 文件"),
        ("a.ofd", b"PK", "OFD 版式文件，不能直接阅读；请另存为 .docx 或 .txt"),
        ("a.doc", b"\xd0\xcf", "旧版 Word 文档"),
        ("a.docx", b"not a zip", "不是有效的 Word 文档"),
        ("a.txt", b"\x00\x01\x02" * 50, "不是文本文件"),
        ("b.txt", b"\xff\xff\x80\x80", "编码既不是 UTF-8 也不是 GB18030"),
        ("c.txt", " \n\u3000".encode(), "没有文字"),
        ("d.txt", b"", "没有文字"),
    ],
)
def test_a_file_without_text_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=message):
        read_text(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="找不到文件"):
        read_text(tmp_path / "none.txt")
    with pytest.raises(UnreadableError, match="不是文件"):
        read_text(tmp_path)
