"""Write the first edition of the dibao papers as Word templates.

The bureau edits the .docx files afterwards; run this only to start over.
"""

import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

FOLDER = Path(__file__).parents[1] / "src/jimin/domains/assistance/documents"
TITLE_FONT, BODY_FONT = "方正小标宋简体", "仿宋_GB2312"

DAY = "{{ %s.year }} 年 {{ %s.month }} 月 {{ %s.day }} 日"
ISSUED = DAY % (("issued_on",) * 3)
OPENED = DAY % (("opened_on",) * 3)

PAPERS = {
    "correction": (
        "补正材料告知书",
        [
            "{{ applicant }}：",
            f"您家于 {OPENED}提出的最低生活保障申请"
            "（{{ case }}）收悉。经审查，还需要补正以下内容：",
            "{{ reason }}",
            "请补正后交回受理单位。补正期间不计入办理期限；以上为一次告知的全部内容。",
        ],
        "受理单位（盖章）",
    ),
    "refusal": (
        "不予批准最低生活保障告知书",
        [
            "{{ applicant }}：",
            f"您家于 {OPENED}提出的最低生活保障申请"
            "（{{ case }}），经调查、核定和审查，决定不予批准。",
            "核定情况：{{ finding }}。",
            "理由：{{ reason }}",
            "依据：《社会救助暂行办法》第九条、第十一条。",
            "如对本决定不服，可以在收到本告知书之日起六十日内申请行政复议，或者在六个月内向人民法院提起行政诉讼。"
            "家庭情况发生变化的，可以重新申请。",
        ],
        "审批单位（盖章）",
    ),
    "notice": (
        "最低生活保障拟批准公示",
        [
            "经审查，下列家庭拟批准享受最低生活保障，现予公示：",
            "申请人：{{ applicant }}",
            "所在地：{{ area }}",
            "保障人数：{{ size }} 人（{{ residence }}）",
            "拟保障金额：每月 {{ amount }} 元",
            f"公示时间：{DAY % (('from_day',) * 3)}至 {DAY % (('to_day',) * 3)}",
            "公示地点：{{ place }}",
            "对以上内容有异议的，请在公示期内向审批单位或者受理单位反映，我们为反映人保密。",
        ],
        "审批单位（盖章）",
    ),
    "approval": (
        "批准最低生活保障通知书",
        [
            "{{ applicant }}：",
            f"您家于 {OPENED}提出的最低生活保障申请（{{{{ case }}}}），公示期满无异议，现予批准。",
            "保障人数：{{ size }} 人（{{ residence }}）",
            "月保障金：{{ amount }} 元，自 {{ first_month }}起发放。",
            "家庭人口、收入和财产状况发生变化的，请及时告知所在乡镇（街道）。",
        ],
        "审批单位（盖章）",
    ),
}


def write(name: str) -> Path:
    title, paragraphs, signature = PAPERS[name]
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    _say(paper, title, TITLE_FONT, 22, WD_ALIGN_PARAGRAPH.CENTER)
    _say(paper, "{{ number }}", BODY_FONT, 16, WD_ALIGN_PARAGRAPH.CENTER)
    for text in paragraphs:
        line = _say(paper, text, BODY_FONT, 16, WD_ALIGN_PARAGRAPH.JUSTIFY)
        if not text.endswith("}："):
            line.paragraph_format.first_line_indent = Pt(32)
    for text in (signature, ISSUED):
        _say(paper, text, BODY_FONT, 16, WD_ALIGN_PARAGRAPH.RIGHT)
    path = FOLDER / f"{name}.docx"
    paper.save(str(path))
    return path


def _say(paper: Any, text: str, font: str, size: int, alignment: WD_ALIGN_PARAGRAPH) -> Any:
    line = paper.add_paragraph()
    line.alignment = alignment
    line.paragraph_format.line_spacing = Pt(28)
    run = line.add_run(text)
    run.font.name, run.font.size = font, Pt(size)
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
    return line


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in PAPERS:
        sys.stdout.write(f"{write(name)}\n")
