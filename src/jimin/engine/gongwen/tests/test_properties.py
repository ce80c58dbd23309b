"""Whatever the text, reading it gives rows that lie in it; and long texts take linear time."""

import json
import os
import subprocess
import sys
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from jimin.engine.gongwen import Deliverable, Proposal, SetAside, Target, read_plan
from jimin.engine.gongwen.read import UnreadableError, text_of

PIECES = [
    "一、", "（一）", "1.", "(1)", "①", "一是", "二是", "第一，", "社会救助方面。",
    "抓好提标工作。", "新增", "床位", "1.2万张", "达到", "不低于", "分别", "城乡", "和", "、",
    "，", "。", "；", "\n", "《", "》", "“", "”", "（", "）", "其中", "每县", "20%", "以上",
    "三分之一", "一半以上", "2016年10月底前", "“十三五”末", "制定", "实施办法", "去年", "了",
    "由", "提高到", "500元", "每人每月", "3-5", "个", "家", "全覆盖", "杜绝", "年内完成",
    "五个行动计划", "按", "的比例", "标准", "，，", "１２", "亿", "2月30日前", "名词解释\n",
    "附件：1.", "\r\n", "\u0000",
]  # fmt: skip

plan_like = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def check(text: str) -> None:
    plan = read_plan(text, 2016)
    rows: tuple[Target | Proposal | Deliverable | SetAside, ...]
    rows = (*plan.targets, *plan.proposals, *plan.deliverables, *plan.set_aside)
    for row in rows:
        assert 0 <= row.start < row.end <= len(text)
        assert text[row.start : row.end] == row.quote
    for node in plan.nodes:
        assert 0 <= node.start < node.heading_end <= len(text)
        assert node.start < node.end <= len(text)
        assert text.startswith(node.marker, node.start)
    starts = [node.start for node in plan.nodes]
    assert starts == sorted(set(starts))
    assert {node.parent for node in plan.nodes} <= {None, *starts}
    for frame in plan.frames:
        assert text[frame.start : frame.end] == frame.name
        for member in frame.members:
            assert text[member.start : member.end] == member.text
    for target in plan.targets:
        assert 0 < target.confidence < 1
        assert target.rule
        assert target.clause_start <= target.start < target.end <= target.clause_end
    json.dumps(plan.as_json())
    assert plan.as_json() == read_plan(text, 2016).as_json()


@given(plan_like)
@settings(max_examples=300, deadline=None)
def test_rows_slice_back_to_their_quotes_in_plan_like_texts(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_rows_slice_back_to_their_quotes_in_any_text(text: str) -> None:
    check(text)


ODD = [
    "\ud800", "\udfff", "\U0001f600", "👩\u200d🦳", "é", "e\u0301", "ｱ", "\x00", "\x1b[31m", "\x7f",
    "\ufeff", "\u200b", "\u202e", "\u2028", "\x85", "\x0b", "\r", "９", "㎡", "％", "①", "Ⅳ", "½",
    "²", "٣", "〇", "○", "／", "\u3000", "\t", "|", "\\", "{", "%s",
]  # fmt: skip

anything = st.text(st.characters(exclude_categories=()), max_size=80)
mixed = st.lists(st.sampled_from([*PIECES, *ODD]) | anything, max_size=30).map("".join)


@given(mixed)
@settings(max_examples=200, deadline=None)
def test_signs_of_every_kind_among_the_words_of_a_plan_do_no_harm(text: str) -> None:
    check(text)


@given(st.sampled_from([*PIECES, *ODD]), st.sampled_from(PIECES), st.integers(1, 150))
@settings(max_examples=40, deadline=None)
def test_one_line_of_one_thing_over_and_over_does_no_harm(one: str, two: str, times: int) -> None:
    check((one + two) * times)


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.html", "a.docx", "a.pdf", "a"]))
@settings(max_examples=150, deadline=None)
def test_the_bytes_of_a_file_are_read_or_refused_in_words(content: bytes, name: str) -> None:
    try:
        text = text_of(name, content)
    except UnreadableError:
        return
    check(text)


def test_a_wide_sign_keeps_its_place() -> None:
    text = "😀一、重点\n👩\u200d🦳新增床位\ud800９０张，\u202e入住率达到６０％。"
    check(text)
    assert [(t.start, t.quote) for t in read_plan(text, 2021).targets] == [
        (text.index("９"), "９０张"),
        (text.index("６"), "６０％"),
    ]


def test_the_rows_do_not_hang_on_the_seed_of_the_process() -> None:
    told = (
        "import hashlib, json; from jimin.engine.gongwen import read_plan; "
        f"print(hashlib.sha256(json.dumps(read_plan({SECTION!r}, 2016).as_json()).encode())"
        ".hexdigest())"
    )
    sums = {
        subprocess.run(
            [sys.executable, "-c", told],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(sums) == 1


SECTION = """（一）推进养老服务。一是建机构。全年新增床位1200张，其中城区800张，年底前制定《办法》。
二是育人才。培训护理员500名，持证上岗率达到90%以上，群众满意率、登记合格率分别达到95%和100%。
三是强监管。深入开展隐患排查，建立健全基础档案，落实安全责任，确保不发生安全事故。
"""


def seconds(text: str) -> float:
    began = time.process_time()  # not the time others on the machine take
    read_plan(text, 2016)
    return time.process_time() - began


def test_two_hundred_thousand_characters_take_seconds_with_and_without_line_breaks() -> None:
    text = (SECTION * 1600)[:200_000]
    read_plan(SECTION, 2016)
    assert seconds(text) < 5
    assert seconds(text.replace("\n", "")) < 5


def test_rows_of_one_mark_do_not_slow_the_reading_down() -> None:
    for mark in ("《", "（", "“", "一", "1", "1,", "每", "\n", "分之"):
        assert seconds(mark * (50_000 // len(mark))) < 5
