from datetime import date
from decimal import Decimal

from jimin.engine.gongwen import read_plan


def papers(text: str) -> list[tuple[str, str, str]]:
    return [(d.verb, d.action, d.name) for d in read_plan(text, 2016).deliverables if d.named]


def test_a_verb_says_what_happens_to_the_paper() -> None:
    text = "研究制定《评估办法》，修订《管理规定》，贯彻落实省厅《实施意见》。"
    assert papers(text) == [
        ("研究制定", "new", "《评估办法》"),
        ("修订", "revise", "《管理规定》"),
        ("贯彻落实", "implement", "《实施意见》"),
    ]


def test_one_verb_rules_a_list_of_papers() -> None:
    assert papers("出台《甲办法》《乙办法》和《丙办法》。") == [
        ("出台", "new", "《甲办法》"),
        ("出台", "new", "《乙办法》"),
        ("出台", "new", "《丙办法》"),
    ]


def test_the_verb_may_follow() -> None:
    assert papers("推动《养老条例》出台。") == [("出台", "new", "《养老条例》")]


def test_a_paper_that_is_only_the_ground_is_no_deliverable() -> None:
    assert papers("根据《社会救助办法》，按照《通知》要求开展检查。") == []
    assert papers("市局制定了《工作要点》，现印发给你们。") == []


def test_a_title_may_hold_a_title_and_an_open_one_is_none() -> None:
    assert papers("制定《关于贯彻《条例》的意见》。") == [
        ("制定", "new", "《关于贯彻《条例》的意见》")
    ]
    assert papers("制定《关于贯彻条例的意见，现予公布。") == []


def test_papers_without_a_title_are_found_by_their_kind() -> None:
    found = read_plan("制定换届选举工作方案，建立政府购买服务目录。", 2016).deliverables
    assert [(d.verb, d.name, d.named) for d in found] == [
        ("制定", "换届选举工作方案", False),
        ("建立", "政府购买服务目录", False),
    ]


def proposals(text: str) -> list[tuple[str, str]]:
    return [(p.kind, p.quote) for p in read_plan(text, 2016).proposals]


def test_what_can_be_checked_without_a_number_is_proposed() -> None:
    assert proposals("农村低保标准不低于扶贫标准。") == [("relational", "不低于扶贫标准")]
    assert proposals("确保困难家庭应保尽保。") == [("universal", "应保尽保")]
    assert proposals("社工站实现全覆盖。") == [("universal", "全覆盖")]
    assert proposals("坚决杜绝责任事故。") == [("zero", "坚决杜绝责任事故")]
    assert proposals("创建4A级社会组织。") == [("grade", "创建4A级")]
    assert proposals("做到一院一档、一人一策。") == [
        ("per_unit", "一院一档"),
        ("per_unit", "一人一策"),
    ]
    assert proposals("志愿者人数翻一番。") == [("multiple", "翻一番")]


def test_a_milestone_has_its_day() -> None:
    done, begun = read_plan("6月底前完成福利院搬迁，启动建设救助站二期工程。", 2016).proposals
    assert (done.kind, done.value, done.due) == ("milestone", "完成", date(2016, 6, 30))
    assert (begun.kind, begun.value) == ("milestone", "启动")


def test_a_doubling_carries_its_factor() -> None:
    assert read_plan("销量翻两番。", 2016).proposals[0].value == Decimal(4)


def test_last_year_and_numeric_targets_give_no_proposals() -> None:
    assert proposals("去年实现社工站全覆盖。") == []
    assert proposals("社工站覆盖率达到100%。") == []


def test_a_slogan_lists_what_it_counts() -> None:
    text = "推进救助提标计划、养老普惠计划、社区联动计划“三个计划”，抓好“两项改革”。"
    frames = read_plan(text, 2016).frames
    assert [(f.name, f.count, [m.text for m in f.members]) for f in frames] == [
        ("三个计划", 3, ["救助提标计划", "养老普惠计划", "社区联动计划"]),
        ("两项改革", 2, []),
    ]


def test_slogans_are_explained_clause_by_clause() -> None:
    text = "抓好“一项攻坚、两个重点”，即实施脱贫攻坚，强化救助和养老。"
    frames = read_plan(text, 2016).frames
    assert [(f.name, [m.text for m in f.members]) for f in frames] == [
        ("一项攻坚", ["脱贫攻坚"]),
        ("两个重点", ["救助", "养老"]),
    ]
