"""How plans word numbers beside the plain sentence: lists, tables, titles, horizons, the past."""

from datetime import date

import pytest

from jimin.engine.gongwen import read_plan

PLAN = "一、重点任务\n"


def told(text: str, year: int = 2021) -> list[tuple[str, str, str]]:
    return [(t.quote, t.subject, t.comparator) for t in read_plan(PLAN + text, year).targets]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # what is worked on, or compared with, is no result
        ("改造提升现有服务站12个。", [("12个", "改造提升现有服务站", ">=")]),
        ("助餐点覆盖率从目前的45%提高到70%。", [("70%", "助餐点覆盖率", ">=")]),
        ("在现有20家的基础上再新增8家食堂。", [("8家", "新增食堂", ">=")]),
        # limits of time and of life
        ("轮候时间不超过3年。", [("3年", "轮候时间", "<=")]),
        ("人均预期寿命达到80.5岁。", [("80.5岁", "人均预期寿命", ">=")]),
        # one place built is one to be built
        ("新建一所养护院。", [("一所", "新建养护院", ">=")]),
        ("新建一个救助管理中心。", [("一个", "新建救助管理中心", ">=")]),
        ("每季度至少组织一次演练。", [("一次", "组织演练", ">=")]),
        # size asked for
        ("每处设施面积500平方米以上。", [("500平方米以上", "设施面积", ">=")]),
        (
            "建设乡镇驿站3个，面积900平方米以上。",
            [("3个", "建设乡镇驿站", ">="), ("900平方米以上", "乡镇驿站面积", ">=")],
        ),
        # the noun tells the unit
        ("新增就业人数突破6万。", [("6万", "新增就业人数", ">")]),
        ("帮助3万农村低收入人员增收。", [("3万", "帮助农村低收入人员增收", ">=")]),
        # two counts, one verb
        (
            "培育2家以上省级示范社、5家以上市级示范社。",
            [("2家以上", "培育省级示范社", ">="), ("5家以上", "培育市级示范社", ">=")],
        ),
        # rates in a list
        (
            "城乡救助标准分别提高到每人每月720元和每人每年6600元。",
            [("720元", "城市救助标准", ">="), ("6600元", "农村救助标准", ">=")],
        ),
        # signs for words
        ("核查覆盖率≥95%，差错率≤1%。", [("95%", "核查覆盖率", ">="), ("1%", "差错率", "<=")]),
        # people who gain, leave or are relieved
        ("实施供水工程,受益人口1.2万人。", [("1.2万人", "受益人口", ">=")]),
        ("减少农村低收入人口900人。", [("900人", "减少农村低收入人口", ">=")]),
        ("解决东山等乡镇2万人的饮水问题。", [("2万人", "解决东山等乡镇饮水问题", ">=")]),
        # the extent of works
        ("改造农村校舍面积3.5万平方米。", [("3.5万平方米", "改造农村校舍面积", ">=")]),
        # what each is given, and what is spent on works told before
        ("每处驿站财政补贴2万元。", [("2万元", "驿站财政补贴", "=")]),
        (
            "计划实施水利项目12个、完成投资3亿元。",
            [("12个", "实施水利项目", ">="), ("3亿元", "实施水利项目投资", ">=")],
        ),
        # each of so many reaches
        ("6个村集体收入达到8万元以上。", [("8万元以上", "村集体收入", ">=")]),
        # two counts per so many people
        (
            "每千人口拥有医师3.2人、护士3.8人。",
            [("3.2人", "每千人口拥有医师", ">="), ("3.8人", "每千人口护士", ">=")],
        ),
        # some before ten thousand
        ("帮助3600多万名学生。", [("3600多万名", "帮助学生", ">=")]),
        # years at school
        ("平均受教育年限提高到11年。", [("11年", "平均受教育年限", ">=")]),
        # an extent asked for, before another count
        (
            "托管大豆面积3万亩以上、单产提高2%以上。",
            [("3万亩以上", "托管大豆面积", ">="), ("2%以上", "单产提高", ">=")],
        ),
        # the last clause names what all count
        (
            "每个乡镇建一所,每个县城建一所,全省一共建60所福利中心。",
            [
                ("一所", "建福利中心", ">="),
                ("一所", "建福利中心", ">="),
                ("60所", "建福利中心", ">="),
            ],
        ),
        ("受教育年限从10.2年提高到11年。", [("11年", "受教育年限", ">=")]),
        # which ones, after how many
        ("完成超80个50户以上连片村寨改造。", [("80个", "完成50户以上连片村寨改造", ">")]),
        # so many for each, once
        (
            "为6000名学生开展1次心理测评。",
            [("6000名", "学生开展心理测评", ">="), ("1次", "开展心理测评", ">=")],
        ),
        # a digest with blanks for marks
        (
            "改造老旧片区管网 配套建设停车场 实施堤防工程 包括挡墙3.5千米 道路8千米 "
            "新建口袋公园3个 改造农贸市场 开展筛查项目 惠及群众超过2万人 组织招聘会 "
            "力争全年扩岗900人以上 办好其他实事 提升群众满意度",
            [
                ("3.5千米", "挡墙", ">="),
                ("8千米", "道路", ">="),
                ("3个", "新建口袋公园", ">="),
                ("2万人", "惠及群众", ">"),
                ("900人以上", "扩岗", ">="),
            ],
        ),
        # a rise told with 向
        ("使绿地面积由2平方公里向3平方公里迈进。", [("3平方公里", "绿地面积", ">=")]),
    ],
)
def test_a_construction_gives_its_targets(text: str, rows: list[tuple[str, str, str]]) -> None:
    assert told(text) == rows


def test_a_bare_verb_takes_its_thing_from_the_clause_beside_it() -> None:
    assert told("实施旧街区改造项目，完成治理15条。") == [("15条", "旧街区改造治理", ">=")]
    assert told("加快物流园建设，完成投资3亿元。") == [("3亿元", "物流园建设投资", ">=")]
    assert told("年内投入60万元，开展关爱行动。") == [("60万元", "开展关爱行动投入", ">=")]


def test_a_short_subject_takes_the_measure_of_the_one_before() -> None:
    text = "4A级登记处占比达到90%，5A级达到40%。"
    assert told(text)[1][1] == "5A级登记处占比"
    text = "市区入园率达到95%，县(市)达到90%。"
    assert told(text)[1][1] == "县(市)入园率"
    text = "公办园在园幼儿占比2021年底达到40%、2022年底达到50%。"
    first, second = read_plan(PLAN + text, 2021).targets
    assert first.subject == second.subject == "公办园在园幼儿占比"
    assert (first.due, second.due) == (date(2021, 12, 31), date(2022, 12, 31))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("办好10件民生实事。", "概括之数"),
        ("坚持发现1户、救助1户。", "概括之数"),
        ("在6个试点社区的基础上扩大范围。", "比较基础"),
        ("60周岁以上老年人达到9万人。", "人口状况"),
        ("12个街道均要建立台账。", "现有总数"),
        ("任务分解落实到20个责任单位。", "现有总数"),
        ("年收入低于5000元的全部纳入监测。", "限定条件"),
        ("2万名老人以上的街道设立分站。", "限定条件"),
        ("5名以上孤寡老人居住的村都建有互助点。", "限定条件"),
        ("目前，床位总量达3万张。", "已往数据"),
        ("市政府授予救助站等9个单位先进称号。", "已往数据"),
    ],
)
def test_a_number_that_only_describes_is_set_aside(text: str, reason: str) -> None:
    plan = read_plan(PLAN + text, 2021)
    assert plan.targets == []
    assert reason in {row.rule for row in plan.set_aside}


def test_today_is_told_of_one_sentence_only() -> None:
    text = "目前，全市床位达3万张。新增床位500张。"
    assert told(text) == [("500张", "新增床位", ">=")]


def test_an_earlier_year_inside_a_sentence_rules_until_this_year_is_named() -> None:
    text = "记者从会上获悉，2020年，全市床位达到3万张，建站90个；2021年，新增床位800张。"
    assert told(text) == [("800张", "新增床位", ">=")]
    assert told("在过去的一年里，全市募集善款90万元。") == []
    text = "截至目前，已建成驿站40个，年底前达到60个。"
    assert [quote for quote, _, _ in told(text)] == ["60个"]


PAST = [
    "“十三五”期间，低保标准提高到600元，建站90个。保障人数扩大到3万人。",
    "全市高度重视，“十三五”期间，全市建站90个。新增床位800张。",
    "去年以来，成效明显。\n今年以来，全市新增床位500张，建站30个。",
    "1—9月，新增就业3万人，完成年度任务的92%。",
    "累计投资4000万元，占年度计划的80%。",
    "回顾过去五年，救助水平提高。\n目前，全市在册对象3万人。集中供养率提高到60%。",
]


@pytest.mark.parametrize("text", PAST)
def test_what_has_been_reached_is_no_target(text: str) -> None:
    if "回顾" in text or "去年以来" in text:
        assert read_plan(text, 2021).targets == []
    else:
        assert told(text) == []


def test_the_background_of_a_plan_is_a_review() -> None:
    text = "一、编制背景\n新增就业800人，服务率达95%。\n二、主要目标\n服务率达到98%。\n"
    assert [t.quote for t in read_plan(text, 2021).targets] == ["98%"]


def test_more_ways_to_word_a_task() -> None:
    assert told("落实3万人口以上乡镇建成中心2所。")[-1][0] == "2所"
    rows = told("5月底前完成农田建设项目2万亩的主体工程。")
    assert [quote for quote, _, _ in rows] == ["2万亩"]
    assert told("今年的目标是再改造小区60个。") == [("60个", "改造小区", ">=")]
    plan = read_plan(PLAN + "会议公布了明年工作目标：新增就业9000人。", 2021)
    assert [t.due for t in plan.targets] == [date(2022, 12, 31)]
    plan = read_plan(PLAN + "将在两年内建设驿站60所。", 2021)
    assert [t.due for t in plan.targets] == [date(2022, 12, 31)]


def test_the_places_of_a_list_share_the_thing_named_last() -> None:
    rows = told("建设5个镇（街道）、30个村（社区）服务示范点。")
    assert rows == [
        ("5个", "建设镇(街道)服务示范点", ">="),
        ("30个", "建设村(社区)服务示范点", ">="),
    ]


def test_a_title_that_says_a_figure_of_the_text_is_no_second_target() -> None:
    text = "我市今年新增床位900张\n会议要求，全年新增床位900张，培训护理员80名。\n"
    plan = read_plan(text, 2021)
    assert [t.start for t in plan.targets] == [text.rindex("900张"), text.index("80名")]
    assert [row.rule for row in plan.set_aside if row.quote == "900张"] == ["标题重述"]
    alone = "我市今年新增床位900张\n会议要求抓好落实。\n"
    assert [t.quote for t in read_plan(alone, 2021).targets] == ["900张"]


HORIZONS = [
    ("到2025年底要实现的目标\n入住率达到60%\n覆盖率达到90%\n", [date(2025, 12, 31)] * 2),
    (
        "一、发展目标\n1.加快发展，到2025年建成示范区。\n入住率明显提高。入住率达到60%。\n"
        "二、任务\n1.新增床位90张。\n",
        [date(2025, 12, 31), date(2021, 12, 31)],
    ),
    ("一、目标\n2025年，床位达到900张。\n培训护理员80名。\n", [date(2025, 12, 31)] * 2),
    ("甲市养老服务行动计划（2021—2023年）\n一、任务\n新增床位90张。", [date(2023, 12, 31)]),
    ("甲市“十四五”民政事业发展规划\n一、任务\n新增床位90张。", [date(2025, 12, 31)]),
    ("一、任务\n到2023年，入住率达到60%，到2025年全面达标。", [date(2023, 12, 31)]),
    ("一、任务\n力争用两年时间，建成中心6个。", [date(2022, 12, 31)]),
]


@pytest.mark.parametrize(("text", "dues"), HORIZONS)
def test_a_horizon_rules_what_stands_below_it(text: str, dues: list[date]) -> None:
    assert [target.due for target in read_plan(text, 2021).targets] == dues


TABLE = (
    "2021年任务分解表\n序号\t指标\t目标值\t责任单位\n1\t每千名老人拥有床位数\t45张\t养老科\n"
    "2\t新增护理床位\t500张以上\t养老科\n3\t社工站覆盖率\t达到90%\t社工科\n"
)


def test_a_table_gives_a_target_a_row_named_by_the_cell_before() -> None:
    assert [(t.quote, t.subject) for t in read_plan(TABLE, 2021).targets] == [
        ("45张", "每千名老人拥有床位数"),
        ("500张以上", "新增护理床位"),
        ("90%", "社工站覆盖率"),
    ]


def test_a_regular_report_and_what_is_covered_beside_a_number_are_proposed() -> None:
    reports = read_plan("各区每月25日前报送项目进度。", 2021).proposals
    assert [(p.kind, p.value, p.quote) for p in reports] == [
        ("milestone", "定期上报", "每月25日前报送")
    ]
    plan = read_plan("助餐服务全面覆盖城市社区和80%以上村。", 2021)
    assert [(p.kind, p.quote) for p in plan.proposals] == [("universal", "全面覆盖城市社区")]
    assert [t.quote for t in plan.targets] == ["80%以上"]


def test_blanks_around_a_number_change_nothing() -> None:
    text = "5 月底前新开工改造项目 50 个,涉及居民 2 万户。入住率达到 80% 以上,2022 年达到 90%。"
    plan = read_plan(PLAN + text, 2021)
    assert [(t.quote, t.subject, t.comparator) for t in plan.targets] == [
        ("50 个", "新开工改造项目", ">="),
        ("80% 以上", "入住率", ">="),
        ("90%", "入住率", ">="),
    ]
    assert [t.due for t in plan.targets] == [
        date(2021, 5, 31),
        date(2021, 12, 31),
        date(2022, 12, 31),
    ]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # numerals in characters, at the end of a clause, plain or approximate
        ("在高海拔乡镇新建供暖敬老院两所。", ["两所"]),
        ("新增护理床位一百二十张。", ["一百二十张"]),
        ("开十个班,招两百来名学员。", ["十个", "两百来名"]),
        ("招募志愿者300来名。", ["300来名"]),
        ("抓好十个方面、二十项制度建设。", []),
        # lessons given
        ("全年上课900课时。", ["900课时"]),
        # a rise under the heading of what shall be done
        ("总产值达到90亿元,同比增长6.5%。", ["90亿元", "6.5%"]),
        # kinds and items counted up
        ("按下达指标执行,共6大类18项。", []),
        # all there are
        ("今年全县90个村、12个社区要进行换届。", []),
    ],
)
def test_a_wording_gives_its_quantities(text: str, rows: list[str]) -> None:
    assert [quote for quote, _, _ in told(text)] == rows


def test_the_standard_after_a_count_is_of_the_thing_counted() -> None:
    text = "提供托养服务900人,补助标准每人每年1200元。"
    assert told(text)[1] == ("1200元", "提供托养服务补助标准", "=")
    text = "对运营满一年的民办机构,省财政按每张床位每年1500元给予运营补贴。"
    assert told(text) == [("1500元", "民办机构运营补贴", "=")]
    text = "● 近视率控制在30%以内"
    assert told(text) == [("30%以内", "近视率", "<=")]


def test_a_row_of_a_table_is_no_headline() -> None:
    text = "序号\t项目\t任务\n1\t养老\t新建驿站6家\n2\t菜场\t建成菜市场6个\n注:按下达指标执行。\n"
    assert [quote for quote, _, _ in told(text)] == ["6家", "6个"]
    assert [t.quote for t in read_plan(text, 2021).targets] == ["6家", "6个"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # shares in words
        ("日间照料覆盖率突破九成、农村达到六成五。", [("九成", 90, "%"), ("六成五", 65, "%")]),
        ("拿出不少于两成的床位优先收住失能老人。", [("两成", 20, "%")]),
        ("差错率控制在万分之三以内。", [("万分之三以内", 3, "‱")]),
        ("成立两成功小组。", []),
        # on top of last year
        ("农村幸福院在去年85所的基础上再建30所。", [("30所", 30, "所")]),
        ("信访量比上年减少20%。", [("20%", 20, "%")]),
        ("公益金较去年多出三成。", []),
        # a condition that ends its clause
        ("建筑面积超过500平方米的,应当设置喷淋。", []),
        # so much all in all
        ("拆除旧房90户,约6000平方米。", [("90户", 90, "户")]),
        ("示范村从2个扩到6个。", [("6个", 6, "个")]),
        # stocks for so many days, and units seldom met
        ("储备满足30天以上使用量的物资。", [("30天以上", 30, "天")]),
        (
            "检测能力提升至3万管,提供岗位2万个次。",
            [("3万管", 30000, "管"), ("2万个次", 20000, "个次")],
        ),
    ],
)
def test_a_share_or_a_sum_is_read(text: str, rows: list[tuple[str, object, str]]) -> None:
    plan = read_plan(PLAN + text, 2021)
    assert [(t.quote, t.value, t.unit) for t in plan.targets] == rows


def test_what_a_figure_is_about_may_stand_in_the_heading_or_the_count_before() -> None:
    text = "一、标准\n(一)残疾人护理补贴。一级每人每月100元,二级每人每月80元。\n"
    assert [t.subject for t in read_plan(text, 2021).targets] == [
        "残疾人护理补贴一级",
        "残疾人护理补贴二级",
    ]
    assert told("新增养老床位400张,其中护理型不少于三成。")[1] == ("三成", "护理型养老床位", ">=")
    rows = told("力争开工率、投资完成率分别达到95%、100%。")
    assert [subject for _, subject, _ in rows] == ["开工率", "投资完成率"]
    text = "实施“31”工程,即每个县建成3个示范点、1个示范机构。"
    assert [quote for quote, _, _ in told(text)] == ["3个", "1个"]


def test_an_aside_with_a_number_is_not_part_of_the_subject() -> None:
    rows = told("为80名残疾人(包括12名儿童)进行康复训练。")
    assert rows[0] == ("80名", "残疾人进行康复训练", ">=")


def dues(text: str, year: int = 2021) -> list[date]:
    return [target.due for target in read_plan(text, year).targets if target.due]


def test_a_five_year_heading_rules_the_sections_below_it() -> None:
    text = "三、“十四五”期间残疾人工作任务指标\n(一)康复。\n任务:\n1.为90名儿童配发轮椅。\n"
    assert dues(text) == [date(2025, 12, 31)]


def test_a_horizon_rules_its_paragraph_where_no_heading_stands() -> None:
    text = "“十四五”期间,新增床位300张。护理型床位占比达到60%。\n新建食堂6个。\n"
    assert dues(text) == [date(2025, 12, 31), date(2025, 12, 31), date(2021, 12, 31)]


def test_years_to_go_are_counted_from_the_plan_s_own() -> None:
    assert dues(PLAN + "力争 3 年实现集中供养特困人员600人。") == [date(2023, 12, 31)]
    assert dues(PLAN + "3 年新增床位800张。") == [date(2023, 12, 31)]


def test_the_first_of_several_years_is_named_too() -> None:
    text = (
        "一、目标\n到2023年,供养率达到60%。\n"
        "2021年供养率达到40%,新增床位90张。2022年供养率达到50%,新增床位80张。\n"
    )
    first, second = date(2021, 12, 31), date(2022, 12, 31)
    assert dues(text) == [date(2023, 12, 31), first, first, second, second]
