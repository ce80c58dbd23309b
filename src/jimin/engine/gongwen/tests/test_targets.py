"""Sentences as plans of various cities word them, each with what a reader would note down."""

from datetime import date
from decimal import Decimal

import pytest

from jimin.engine.gongwen import Target, read_plan

Row = tuple[str, str, str, str]  # subject, comparator, value, unit

READINGS: list[tuple[str, list[Row]]] = [
    ("全年新增养老床位1.2万张。", [("新增养老床位", ">=", "12000", "张")]),
    ("护理型床位占三分之一以上。", [("护理型床位", ">=", "33.33", "%")]),
    ("一半以上的乡镇建成社工站。", [("乡镇建成社工站", ">=", "50", "%")]),
    ("八成以上的村设有互助点。", [("村设有互助点", ">=", "80", "%")]),
    ("助餐点覆盖率提高8.5个百分点。", [("助餐点覆盖率提高", ">=", "8.5", "个百分点")]),
    ("扶持社区社会组织不少于30家。", [("扶持社区社会组织", ">=", "30", "家")]),
    ("党建覆盖率力争达到85%。", [("党建覆盖率", ">=", "85", "%")]),
    ("福彩销量比上年增长10%。", [("福彩销量比上年增长", ">=", "10", "%")]),
    ("居民收入年均增长6%左右。", [("居民收入年均增长", "≈", "6", "%")]),
    ("每县(区)至少建成1个指导中心。", [("建成指导中心", ">=", "1", "个/县(区)")]),
    ("每个街道选择1-2个社区开展试点。", [("选择社区开展试点", "range", "1-2", "个/街道")]),
    ("80%以上的社区建立协商制度。", [("社区建立协商制度", ">=", "80", "%")]),
    ("持证社工达到5000人以上。", [("持证社工", ">=", "5000", "人")]),
    ("失业率控制在4.5%以内。", [("失业率", "<=", "4.5", "%")]),
    ("物价涨幅控制在3%左右。", [("物价涨幅", "≈", "3", "%")]),
    ("贫困发生率降到3%以下。", [("贫困发生率", "<=", "3", "%")]),
    ("社会组织突破3000家。", [("社会组织", ">", "3000", "家")]),
    ("年检率达到百分之九十五以上。", [("年检率", ">=", "95", "%")]),
    ("新建两所敬老院，改建三处照料中心。", [
        ("新建敬老院", ">=", "2", "所"),
        ("改建照料中心", ">=", "3", "处"),
    ]),
    ("建设食堂50家、驿站20家、友好社区5个。", [
        ("建设食堂", ">=", "50", "家"),
        ("建设驿站", ">=", "20", "家"),
        ("建设友好社区", ">=", "5", "个"),
    ]),
    ("新增30个食堂、20个驿站。", [
        ("新增食堂", ">=", "30", "个"),
        ("新增驿站", ">=", "20", "个"),
    ]),
    ("登记合格率、群众满意率分别达到100%和98%以上。", [
        ("登记合格率", ">=", "100", "%"),
        ("群众满意率", ">=", "98", "%"),
    ]),
    ("分别新建县级、乡镇、村级养老设施3个、20个、150个。", [
        ("新建县级养老设施", ">=", "3", "个"),
        ("新建乡镇养老设施", ">=", "20", "个"),
        ("新建村级养老设施", ">=", "150", "个"),
    ]),
    ("五保集中、分散供养标准分别不低于每人每年6000元、4500元。", [
        ("五保集中供养标准", ">=", "6000", "元/人·年"),
        ("五保分散供养标准", ">=", "4500", "元/人·年"),
    ]),
    ("城乡低保标准分别提高10%和12%。", [
        ("城市低保标准提高", ">=", "10", "%"),
        ("农村低保标准提高", ">=", "12", "%"),
    ]),
    ("城市社区设施覆盖率达到100%，农村达到60%。", [
        ("城市社区设施覆盖率", ">=", "100", "%"),
        ("农村社区设施覆盖率", ">=", "60", "%"),
    ]),
    ("为500名失能老人提供上门服务。", [("失能老人上门服务", ">=", "500", "名")]),
    ("安排资金1,200万元用于消防改造。", [("安排资金", ">=", "12000000", "元")]),
    ("解决12万农村人口的饮水问题。", [("解决农村人口的饮水问题", ">=", "120000", "人")]),
    ("城乡低保标准由每人每月500元提高到530元。", [("城乡低保标准", ">=", "530", "元/人·月")]),
    ("办理时限由20个工作日缩短到10个工作日。", [("办理时限", "<=", "10", "个工作日")]),
    ("高龄津贴按每人每月100元标准发放。", [("高龄津贴标准", "=", "100", "元/人·月")]),
    ("大病患者年救助封顶线3万元。", [("大病患者年救助封顶线", "=", "30000", "元")]),
    ("新建床位每张补助1万元。", [("新建床位补助", "=", "10000", "元/张")]),
    ("引进亿元以上项目30个。", [("引进亿元以上项目", ">=", "30", "个")]),
    ("建立不少于100人的专家库。", [("建立专家库", ">=", "100", "人")]),
    ("创建3A级以上社会组织20家。", [("创建3A级以上社会组织", ">=", "20", "家")]),
    ("每千名老人拥有床位35张以上。", [("每千名老人拥有床位", ">=", "35", "张")]),
    ("每季度召开1次联席会议。", [("召开联席会议", ">=", "1", "次/季度")]),
    ("办公用房面积不低于300平方米的达到95%。", [
        ("办公用房面积不低于300平方米", ">=", "95", "%"),
    ]),
    ("建设1个市级、9个县级保护站。", [
        ("建设市级保护站", ">=", "1", "个"),
        ("建设县级保护站", ">=", "9", "个"),
    ]),
    ("开工建设公租房500套，基本建成400套。", [
        ("开工建设公租房", ">=", "500", "套"),
        ("建成公租房", ">=", "400", "套"),
    ]),
]  # fmt: skip


def row(target: Target) -> Row:
    if isinstance(target.value, tuple):
        value = "-".join(str(part) for part in target.value)
    else:
        value = format(round(target.value, 2).normalize(), "f")
    return target.subject, target.comparator, value, target.unit


@pytest.mark.parametrize(("text", "rows"), READINGS)
def test_a_sentence_gives_its_targets(text: str, rows: list[Row]) -> None:
    assert [row(target) for target in read_plan(text, 2016).targets] == rows


NO_TARGETS = [
    ("根据民发〔2015〕30号文件组织实施。", {}),
    ("2016年3月12日召开会议，5月1日起施行。", {}),
    ("为60周岁以上老人提供24小时服务。", {"60周岁以上": "年龄", "24小时": "时长"}),
    ("咨询电话0432-62048888，热线12345。", {}),
    ("抓好五个行动计划，落实三项制度。", {"五个": "中文数词", "三项": "中文数词"}),
    ("落实“五个一批”，推进“12349”平台建设。", {"五个": "引号内名称", "一批": "引号内名称"}),
    ("建立“1+3+N”政策体系，建设5G网络，监测PM2.5。", {}),
    ("去年新增床位2000张。", {"2000张": "已往数据"}),
    ("全市现有低保对象3.2万户。", {"3.2万户": "已往数据"}),
    ("发放了救助金300万元，救助了500人。", {"500人": "已往数据", "300万元": "已往数据"}),
    ("总投资2.3亿元的福利中心年底前竣工。", {"2.3亿元": "规模说明"}),
    ("推进占地60亩、设置床位1000张的福利院建设。", {"60亩": "规模说明", "1000张": "限定条件"}),
    ("打造15分钟服务圈。", {"15分钟": "时长"}),
    ("完成500千伏变电站主体工程。", {"500千伏": "产能名称"}),
    ("认真做好第七次人口普查。", {"七次": "文号"}),
    ("全市7个县（市、区）全部建立救助站。", {"7个": "现有总数"}),
    ("把握4个方面，抓住12个环节。", {"4个": "概括之数", "12个": "概括之数"}),
    ("修订《2016-2020年新增1000张床位规划》。", {}),
    ("参加会议的有120余人，参会人员80人。", {"120余人": "参会人数", "80人": "参会人数"}),
    ("开展一次摸排，推出一批典型。", {"一次": "中文数词", "一批": "中文数词"}),
    ("配套比例为1:1。", {}),
    ("创建国家“3A”级登记机关。", {}),
]


@pytest.mark.parametrize(("text", "reasons"), NO_TARGETS)
def test_a_number_that_is_no_target_is_set_aside(text: str, reasons: dict[str, str]) -> None:
    plan = read_plan("一、要点\n" + text, 2016)
    assert [target.quote for target in plan.targets] == []
    told = {row.quote: row.rule for row in plan.set_aside}
    assert {quote: told.get(quote) for quote in reasons} == reasons


DUES = [
    ("新增床位100张。", date(2016, 12, 31)),
    ("10月底前新增床位100张。", date(2016, 10, 31)),
    ("10月前新增床位100张。", date(2016, 9, 30)),
    ("10月15日前新增床位100张。", date(2016, 10, 15)),
    ("第一季度完成入户核查200户。", date(2016, 3, 31)),
    ("上半年新增床位100张。", date(2016, 6, 30)),
    ("到2018年底，床位达到5000张。", date(2018, 12, 31)),
    ("到“十三五”末，床位达到5000张。", date(2020, 12, 31)),
    ("到2017年，城区建站5个，农村建站8个。", date(2017, 12, 31)),
    ("新建食堂20家，8月底前投入使用。", date(2016, 8, 31)),
    ("力争用三年时间，建成互助点100个。", date(2018, 12, 31)),
    ("编制“十三五”期间养老规划，新增床位100张。", date(2016, 12, 31)),
    ("每年培训护理员300名。", None),
    ("年救助封顶线2万元。", None),
]


@pytest.mark.parametrize(("text", "due"), DUES)
def test_a_target_is_due_when_the_text_says(text: str, due: date | None) -> None:
    assert {target.due for target in read_plan(text, 2016).targets} == {due}


def test_a_later_year_at_the_head_of_a_section_rules_its_paragraphs() -> None:
    text = """一、目标
到2020年，体系基本建成。
设施持续完善。每千名老人拥有床位45张。
能力持续提升。培训护理员1000名。
二、措施
新增床位300张。"""
    dues = [target.due for target in read_plan(text, 2016).targets]
    assert dues == [date(2020, 12, 31), date(2020, 12, 31), date(2016, 12, 31)]


def test_a_share_points_to_its_whole() -> None:
    plan = read_plan("新增床位800张（其中公办300张、民办500张）。", 2016)
    whole, public, private = plan.targets
    assert whole.part_of is None
    assert (public.subject, public.scope, public.part_of) == ("新增床位", "公办", whole.start)
    assert (private.subject, private.scope, private.part_of) == ("新增床位", "民办", whole.start)


def test_base_scope_modality_and_baseline_are_kept_apart() -> None:
    share = read_plan("力争全市设施达标的社区达到社区总数的60%。", 2016).targets[0]
    assert (share.base, share.scope, share.modality) == ("社区总数", "全市", "力争")
    assert share.subject == "设施达标的社区占社区总数比例"
    rise = read_plan("低保标准由500元提高到530元。", 2016).targets[0]
    assert (rise.baseline, rise.value) == ("500元", Decimal(530))


def test_city_and_country_are_told_apart_with_their_base() -> None:
    text = "城乡低保标准分别不低于城乡居民收入的20%和30%。"
    urban, rural = read_plan(text, 2016).targets
    assert (urban.subject, urban.value) == ("城市低保标准占城镇居民收入比例", Decimal(20))
    assert (rural.subject, rural.value) == ("农村低保标准占农村居民收入比例", Decimal(30))


@pytest.mark.parametrize(
    ("text", "kind", "role"),
    [
        ("救助困难群众3万人次。", "flow", "performance"),
        ("登记合格率达到98%。", "ratio", "performance"),
        ("服务对象满意率达到98%。", "survey", "performance"),
        ("财政收入增长8%。", "growth", "performance"),
        ("年救助封顶线2万元。", "cap", "policy_parameter"),
        ("低保标准达到每人每月600元。", "level", "policy_parameter"),
        ("每个社区配备2名社工。", "per_unit", "performance"),
        ("养老床位达到5万张。", "stock", "performance"),
    ],
)
def test_a_target_knows_how_it_adds_up(text: str, kind: str, role: str) -> None:
    target = read_plan(text, 2016).targets[0]
    assert (target.kind, target.role) == (kind, role)


def test_weak_evidence_lowers_the_confidence_and_hides_nothing() -> None:
    strong, weak = read_plan("一、要点\n新增床位100张以上。\n对口单位20家。", 2016).targets
    assert strong.confidence > 0.9
    assert weak.confidence < 0.6
    assert weak.rule.startswith("数量：")


def test_amounts_of_money_stay_exact() -> None:
    assert read_plan("销售福利彩票5.3亿元。", 2016).targets[0].value == Decimal(530_000_000)
    assert read_plan("服务10.395万名老人。", 2016).targets[0].value == Decimal(103_950)
