"""What the papers of a case say."""

import datetime as dt

from docx import Document as Word

from jimin.foundation.documents.models import Document

from .conftest import Street


def text_of(form: str) -> str:
    document = Document.objects.get(form=form)
    with document.file.open("rb") as file:
        return "\n".join(line.text for line in Word(file).paragraphs)


def test_the_notice_shows_what_it_must_and_nothing_else(street: Street) -> None:
    household = street.family("1970-05-01", "1972-03-01")
    street.on_notice(household)

    text = text_of("dibao_notice")

    assert "昌邑民低保示〔2016〕0001号" in text
    assert "申请人：王建国" in text
    assert "保障人数：2 人（城市）" in text
    assert "拟保障金额：每月 520.00 元" in text
    assert "公示时间：2016 年 7 月 11 日至 2016 年 7 月 18 日" in text
    head = household.head
    assert head is not None
    assert head.citizen_id not in text
    assert "李秀英" not in text


def test_the_approval_says_from_when_and_how_much(street: Street) -> None:
    street.awarded(street.family())
    text = text_of("dibao_approval")
    assert "昌邑民低保批〔2016〕0001号" in text
    assert "月保障金：260.00 元，自 2016 年 8 月起发放" in text
    assert "2016 年 7 月 19 日" in text


def test_the_refusal_gives_its_reasons_and_the_remedies(street: Street) -> None:
    household = street.family()
    person = household.members.get().person_id
    case = street.proposed(household, **{f"m{person}-wage": "3000"})
    day = dt.date(2016, 7, 8)
    street.step(street.officer, case, "refuse", day, note="收入<高>于标准 & 已核实")

    text = text_of("dibao_refusal")

    assert "理由：收入<高>于标准 & 已核实" in text
    assert "人均月收入 3000.00 元，不低于标准 460.00 元" in text
    assert "六十日内申请行政复议" in text


def test_what_is_missing_is_told_in_writing_once(street: Street) -> None:
    case = street.applied(street.family())
    day = dt.date(2016, 7, 4)
    street.step(street.clerk, case, "return_for_correction", day, note="缺收入证明、残疾证")
    text = text_of("dibao_correction")
    assert "缺收入证明、残疾证" in text
    assert "昌邑民低保补〔2016〕0001号" in text
