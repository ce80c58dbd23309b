from itertools import pairwise

from jimin.engine.gongwen import read_plan

TEXT = """松江市民政工作情况与打算
2015年，全市新增床位900张，救助1.5万人次。

一、2015年工作回顾
（一）救助有力。发放救助金1.2亿元，覆盖率达到3%。
二、存在的问题
部分机构床位不足500张。
三、2016年工作安排
（一）建机构。新增床位2000张。
（二）去年建成食堂20家，今年再建30家。
名词解释
1.三社联动：社区等3个方面。
2.“9073”：90%的老人居家养老。
"""


def test_only_the_plan_gives_targets() -> None:
    plan = read_plan(TEXT, 2016)
    assert [(t.quote, t.subject) for t in plan.targets] == [
        ("2000张", "新增床位"),
        ("30家", "建食堂"),
    ]


def test_what_is_set_aside_says_why() -> None:
    reasons = {row.quote: row.rule for row in read_plan(TEXT, 2016).set_aside}
    assert reasons["900张"] == reasons["1.2亿元"] == reasons["500张"] == "已往数据"
    assert reasons["20家"] == "已往数据"
    assert reasons["90%"] == "名词解释"


def test_each_node_knows_its_region_and_the_glossary_has_none() -> None:
    plan = read_plan(TEXT, 2016)
    assert [(node.title[:8], node.region) for node in plan.nodes] == [
        ("2015年工作回", "review"),
        ("救助有力", "review"),
        ("存在的问题", "review"),
        ("2016年工作安", "plan"),
        ("建机构", "plan"),
        ("去年建成食堂20", "plan"),
    ]
    assert TEXT[plan.nodes[-1].start : plan.nodes[-1].end].endswith("30家。")


def test_the_regions_cover_the_text_in_order() -> None:
    regions = read_plan(TEXT, 2016).regions
    assert regions[0].start == 0
    assert regions[-1].end == len(TEXT)
    assert all(a.end == b.start for a, b in pairwise(regions))


def test_a_heading_of_its_own_line_opens_a_region() -> None:
    text = "2015年工作总结\n一、救助\n救助3万人次。\n2016年工作计划\n一、救助\n救助4万人次。"
    assert [target.quote for target in read_plan(text, 2016).targets] == ["4万人次"]


def test_the_word_for_emphasis_does_not_end_a_review() -> None:
    text = (
        "2015年工作总结\n一、突出重点领域\n建成食堂20家。\n2016年打算\n一、再加力\n建成食堂30家。"
    )
    assert [target.quote for target in read_plan(text, 2016).targets] == ["30家"]


def test_the_ground_a_programme_starts_from_is_a_review() -> None:
    text = "一、规划背景\n（一）发展基础\n床位达到3万张。\n二、目标\n床位达到5万张。"
    assert [target.quote for target in read_plan(text, 2016).targets] == ["5万张"]
