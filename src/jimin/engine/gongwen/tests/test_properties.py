"""Whatever the text, reading it gives rows that lie in it; and long texts take linear time."""

import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from jimin.engine.gongwen import Deliverable, Proposal, SetAside, Target, read_plan

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
