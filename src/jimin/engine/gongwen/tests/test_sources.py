"""PDF, Word and web pages give the text a reader sees, one line a paragraph."""

import io
from typing import Any

import docx
import pytest

from jimin.engine.gongwen import read_plan
from jimin.engine.gongwen.read import UnreadableError, text_of, text_pasted
from jimin.engine.gongwen.tests.pdfs import column, pdf

PAGE_ONE = [
    "　　一、加强养老服务。全年新增养老床位一千张以上，其中护",
    "理型床位占比达到百分之六十；新建社区食堂若干，服务覆盖全",
    "部街道。",
    "　　二、做好社会救助。城市低保标准提高到每人每月七百元，农",
]
PAGE_TWO = ["村相应提高。", "　　三、规范社会组织。年检率达到百分之九十以上。"]
HEAD, FOOT = (90.0, 800.0, "某市民政局文件"), (280.0, 40.0, "- 1 -")


def test_the_lines_of_a_pdf_are_joined_and_its_furniture_dropped() -> None:
    pages = [
        [HEAD, *column(PAGE_ONE), FOOT],
        [HEAD, *column(PAGE_TWO), (280.0, 40.0, "- 2 -")],
    ]
    assert text_of("计划.pdf", pdf(pages)).split("\n") == [
        "一、加强养老服务。全年新增养老床位一千张以上，其中护理型床位占比达到百分之六十；"
        "新建社区食堂若干，服务覆盖全部街道。",
        "二、做好社会救助。城市低保标准提高到每人每月七百元，农村相应提高。",
        "三、规范社会组织。年检率达到百分之九十以上。",
    ]


def test_the_cells_of_a_table_in_a_pdf_are_parted() -> None:
    row = [(90.0, 700.0, "新增床位"), (300.0, 700.0, "养老科"), (450.0, 700.0, "十二月底")]
    assert text_of("表.pdf", pdf([row])) == "新增床位\t养老科\t十二月底"


def test_a_scan_is_refused_and_a_scanned_page_is_named() -> None:
    with pytest.raises(UnreadableError, match="是扫描件，没有可读的文字"):
        text_of("扫描.pdf", pdf([[], []], pictures={0, 1}))
    with pytest.raises(UnreadableError, match="第 2 页只有图片"):
        text_of("半扫描.pdf", pdf([column(PAGE_ONE), []], pictures={1}))
    with pytest.raises(UnreadableError, match="没有文字"):
        text_of("空.pdf", pdf([[]]))
    with pytest.raises(UnreadableError, match="不是完好的 PDF"):
        text_of("坏.pdf", b"%PDF-1.4 nothing")


PAGE = """<!DOCTYPE html><html><head><meta charset="gb2312"><title>不读</title>
<style>p{color:red}</style></head><body><nav><a>首页</a><a>信息公开</a></nav>
<div class="wrap"><h1>某局2024年工作要点</h1>
<script>var x = "新增床位9999张";</script>
<p>一、养老服务。<span>新增</span>
   床位<b>900</b>张。<br>二、社会救助。</p>
<table><tr><th>任务</th><th>责任单位</th><th>时限</th></tr>
<tr><td>培训护理员<p>80名</p></td><td rowspan="2">养老科</td><td>6月底</td></tr>
<tr><td>建成食堂6家</td><td>11月底</td></tr></table>
</div><footer>版权所有</footer></body></html>"""


def test_a_saved_page_gives_its_blocks() -> None:
    expected = [
        "某局2024年工作要点",
        "一、养老服务。新增 床位900张。",
        "二、社会救助。",
        "任务\t责任单位\t时限",
        "培训护理员80名\t养老科\t6月底",
        "建成食堂6家\t\t11月底",
    ]
    assert text_of("要点.html", PAGE.encode("gb2312")).split("\n") == expected
    assert text_of("要点.htm", PAGE.replace("gb2312", "utf-8").encode()).split("\n") == expected
    assert text_pasted(PAGE).split("\n") == expected


def test_a_page_that_lays_its_text_out_in_a_table_is_read_by_paragraphs() -> None:
    page = "<table><tr><td><p>一、救助。</p><p>二、养老。</p></td></tr></table>"
    assert text_pasted(page) == "一、救助。\n二、养老。"


def test_a_page_that_marks_its_article_gives_only_that() -> None:
    page = f"<div>相关链接</div><div id='zoom'><p>{'新增床位90张。' * 20}</p></div><div>打印</div>"
    assert text_pasted(page) == "新增床位90张。" * 20


def test_pasted_text_stays_as_it_is() -> None:
    assert text_pasted("一、救助\n<5%的差错") == "一、救助\n<5%的差错"
    with pytest.raises(UnreadableError, match="粘贴的内容”里没有文字"):
        text_pasted(" \n")


def test_a_page_nested_too_deep_is_refused_and_not_half_read() -> None:
    assert text_pasted("<div>" * 100 + "一、救助" + "</div>" * 100) == "一、救助"
    with pytest.raises(UnreadableError):
        text_pasted("<div>" * 50_000 + "一、救助" + "</div>" * 50_000)


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_whole_text_in_one_cell_is_read_by_paragraphs() -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "一、养老服务"
    cell.add_paragraph("新增床位900张。" + "服务质量明显提升，" * 20)
    cell.add_paragraph("二、社会救助")
    lines = text_of("表.docx", saved(document)).split("\n")
    assert [line[:6] for line in lines] == ["一、养老服务", "新增床位90", "二、社会救助"]
    titles = [node.title for node in read_plan("\n".join(lines), 2024).nodes]
    assert titles == ["养老服务", "社会救助"]


def test_a_cell_merged_over_rows_stands_in_the_first() -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=2)
    table.cell(0, 0).text, table.cell(1, 0).text = "建食堂6家", "培训护理员80名"
    table.cell(0, 1).merge(table.cell(1, 1)).text = "养老科"
    assert text_of("表.docx", saved(document)) == "建食堂6家\t养老科\n培训护理员80名\t"


def test_numbers_that_word_counts_are_written_out() -> None:
    document = docx.Document()
    for title in ("养老服务", "社会救助"):
        document.add_paragraph(title, style="List Number")
    numbering = document.part.numbering_part.element
    style = document.styles["List Number"].element.pPr.numPr.numId.val
    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    number = next(n for n in numbering.iter(f"{w}num") if n.get(f"{w}numId") == str(style))
    of = number.find(f"{w}abstractNumId").get(f"{w}val")
    abstract = next(
        a for a in numbering.iter(f"{w}abstractNum") if a.get(f"{w}abstractNumId") == of
    )
    level = next(abstract.iter(f"{w}lvl"))
    level.find(f"{w}numFmt").set(f"{w}val", "chineseCounting")
    level.find(f"{w}lvlText").set(f"{w}val", "%1、")
    text = text_of("自动编号.docx", saved(document))
    assert text == "一、养老服务\n二、社会救助"
    assert [node.marker for node in read_plan(text, 2024).nodes] == ["一、", "二、"]
