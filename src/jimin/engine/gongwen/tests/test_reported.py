"""What reports, states and tables of progress say of numbers is no target."""

import pytest

from jimin.engine.gongwen import read_plan

PLAN = "一、重点任务\n"


def quotes(text: str, year: int = 2021) -> list[str]:
    return [target.quote for target in read_plan(text, year).targets]


@pytest.mark.parametrize(
    "text",
    [
        # the year's task has been done
        "甲市实事全部完成\n全年新建驿站18个,超额完成15个的年度任务。培训护理员90名,完成年度目标任务。\n",
        # a heading about what has come of the goals
        "一、年度主要目标完成情况\n上半年,全区新建驿站12个,入住率比上年同期上升8%。\n",
        # a township describes itself
        "一、基本情况\n全乡共有水库7座,村道15公里。\n二、思路\n抓好落实。\n",
        # this year so far, told on in a list
        "本网讯(镇政办)今年以来,甲镇注重民生。\n——抓安居。投资80万元,改造危房30户。\n"
        "——抓道路。今年上半年实施通村公路12公里。\n",
        # for years
        "近三年来救助对象累计超过6万人。",
        # a bracket breaks down what there is
        "一、任务\n现有低保对象300户(其中需要就业的80户、需要搬迁的20户)。",
        # the names of projects
        "一、任务\n“新建6个急救站”等项目得到好评。",
        # a title of two counts
        "2021年10件、\n26项实事进展\n",
        # a review by its last word, whatever 重点 says
        "一、今年重点工作总结\n完成装修改造,争取经费90万元,新建驿站6个。\n",
        # the paragraph before says that what follows has been done
        "上半年,我局抓好落实。主要做了以下工作:\n一、努力完成康复任务\n"
        "(一)听力康复。发放助听器12台。\n(二)社区康复。新建康复站4个。\n",
        "现将上月实事进展情况通报如下:\n一、养老\n新建驿站6个。\n",
        # an earlier year and what it earned
        "一、2020年我们同心协力,成绩来之不易\n新增床位300张。\n二、2021年打算\n抓好落实。\n",
        # headings run together with the text
        "甲县民政工作总结和计划一、上半年工作总结1、救助工作。调出低保70人,新建站点5个。",
        "甲镇工作报告 一、2020年我们同心协力,成绩来之不易 去年不易。新增床位300张。",
        # one year and on
        "一年以来,我们抓落实。新建驿站6个。",
        # measured, and compared with last year
        "一、任务\n会议指出,三季度末,登记失业率为3.1%,比去年底下降0.2个百分点。",
        # another clause goes back
        "一、任务\n按照规定,2020年甲市共投入福彩公益金600万元,占上年筹集资金的30%。",
        # how far a task has come, though of the plan's own year
        "2021年,甲市新增就业3万人,比上年增加2000人,完成全年目标任务的115%。",
        "一、任务\n登记失业率平均值为3.1%,明显比“3.5%左右”的既定目标低。",
        "一、任务\n令人欣喜的是,在过去的2021年,各县均实现70%以上的村有站点。",
        "一、任务\n“补助标准再增加30元”的承诺也得到兑现。",
        "某某介绍,从2019年启动城市更新以来,全市开工改造片区近20个;新增车位3000个。",
        # who takes part, how many works, what a work consists of
        "一、任务\n今年的民生实事共38家单位参与。",
        "甲市公布今年民生实事项目10项\n",
        "一、任务\n主要建设内容为新建一幢食堂和一幢配套用房。",
        "一、任务\n校舍原址重建,共四层,12个教学班。",
        # how many there are
        "一、任务\n像避灾点,整个甲市就有80个。",
        "一、任务\n新站占地2亩,建筑面积540平方米,拥有18间宿舍。",
        "一、任务\n预计今年高校毕业生超过2万人,要多方帮助。",
        "一、任务\n全市6个图书馆、8个文化馆和3个美术馆全面实行免费开放。",
        "一、任务\n我市20项工程中的公共场馆项目要抓好开放。",
    ],
)
def test_a_report_gives_no_target(text: str) -> None:
    assert quotes(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("确保超额完成年度任务,新建驿站18个。", ["18个"]),
        ("力争如期完成年度任务的同时,培训护理员90名。", ["90名"]),
        # run on after a report within one sentence
        ("现已投用9个,完成率70%二是推进养老,年内新建30个驿站。", ["30个"]),
        ("上半年,完成前期手续,新建驿站18个。", ["18个"]),
        ("9月底前完成全年任务的80%以上,新建驿站6个。", ["80%以上", "6个"]),
        # steps of the year
        ("一季度完成设计;三季度建成驿站6个;四季度完成年度任务。", ["6个"]),
        # a share of what there is
        ("集中供养人数占实有特困人数的50%以上。", ["50%以上"]),
        # every place has; each place has is asked for
        ("每千名老年人拥有床位30张。", ["30张"]),
    ],
)
def test_what_shall_be_done_stays_a_target_beside_a_report(text: str, wanted: list[str]) -> None:
    assert quotes(PLAN + text) == wanted


def test_the_columns_of_a_table_copied_cell_by_cell_are_no_headings() -> None:
    text = "序号\n重点任务\n负责人\n进展情况\n1\n新增食堂15个\n民政局\n目前已完成3个。\n"
    assert quotes(text) == ["15个"]


def test_every_figure_before_a_rise_is_where_one_starts() -> None:
    text = (
        "照料标准由目前的全护理每人每月500元、半护理每人每月250元、全自理每人每月100元"
        "提高到全护理每人每月600元、半护理每人每月300元、全自理每人每月120元。"
    )
    plan = read_plan(PLAN + text, 2021)
    assert [(t.quote, t.subject) for t in plan.targets] == [
        ("600元", "照料标准全护理"),
        ("300元", "照料标准半护理"),
        ("120元", "照料标准全自理"),
    ]
    assert [row.rule for row in plan.set_aside] == ["基数"] * 3


@pytest.mark.parametrize(
    "text",
    [
        # a span of time that has ended, a year looked back on, a report quoted
        "局长介绍,从2018年5月至2020年秋季,全市共新建学校80所,新增学位2万个。",
        "会议认为,2020年是转折的一年。这一年,服务有效改进,补贴制度惠及9万残疾人。",
        "基金会发布报告称,全年救助患儿90人,培训医生300名。",
        # of that year, not of this one
        "会议指出,2020年,成效明显。年内共计完工驿站30所,新增床位800张。",
        "去年年底,市政府投资50万元,在10个社区试点。",
        # measured, not wanted
        "城乡救助标准同比增长9.5%。",
        # the lead tells what the text says of last year below
        "会议指出,各县帮助5000名留守儿童返校复学。\n会议认为,2020年成效明显,"
        "帮助5000名留守儿童返校复学。",
    ],
)
def test_a_result_told_in_the_news_is_no_target(text: str) -> None:
    assert quotes(text) == []


def test_what_is_wanted_this_year_in_the_words_of_last_year_is_a_target() -> None:
    text = "今年为300名困难老年人提供助餐服务。\n去年为300名困难老年人提供助餐服务。\n"
    assert quotes(PLAN + text) == ["300名"]
    assert quotes("力争规上工业增加值同比增长9%。") == ["9%"]


@pytest.mark.parametrize("text", ["由231名代表投票选出项目。", "从16件候选项目中选出实事。"])
def test_how_many_took_part_or_were_chosen_from_is_no_target(text: str) -> None:
    assert quotes(PLAN + text) == []


def test_one_of_each_is_two_targets() -> None:
    assert quotes(PLAN + "每个社区至少拥有1名医生和1名社工。") == ["1名", "1名"]


@pytest.mark.parametrize(
    "text",
    [
        # gathered, counted up, and gone
        "共征集到群众意见300件。",
        "包括老旧小区改造、管网养护等6个项目。",
        "民生实事共计26项,要抓好落实。",
        "养老服务、公厕改造等5个项目曾因进度滞后被通报。",
        "全年完成节水灌溉3万亩,治理河道90公里,均超年度计划的20%。",
        "可喜的是,一年来,全镇总产值达3亿元。",
        "去年末,失业率为3.9%,低于4.5%的控制目标。",
    ],
)
def test_what_is_counted_up_is_no_target(text: str) -> None:
    assert quotes(PLAN + text) == []


def test_every_headline_above_the_sentences_may_tell_a_figure_again() -> None:
    text = "甲局:将建驿站18个\n2021-02-01 来源:甲报\n将建驿站18个\n今年,全市将建驿站18个。\n"
    plan = read_plan(text, 2021)
    assert [t.start for t in plan.targets] == [text.rindex("18个")]
    listed = "新建驿站18个\n改造驿站18个\n"  # a plan of lines, not headlines
    assert quotes(listed) == ["18个", "18个"]


def test_a_standard_by_which_is_paid_is_no_condition() -> None:
    plan = read_plan(PLAN + "对公办敬老院按照每年每院5万元的标准给予补助。", 2021)
    assert [(t.quote, t.role) for t in plan.targets] == [("5万元", "policy_parameter")]


@pytest.mark.parametrize(
    "text",
    [
        # a list below a colon is of the same time as what leads it
        "局长说:2020年,各项实事全部完成。主要成果有:\n\n招录大学生900名;\n\n新增就业3万人;\n",
        # a paragraph that begins with what has been done goes on the report
        "去年,民生持续改善。\n灾后重建圆满完成。改造校舍8万平方米,新增项目7个。\n",
        # works counted
        "去年办了10件实事,今年要办12件。其中,7件都涉及农村。",
        "部里要重点推动的4项重大工程之一便是养老工程。",
    ],
)
def test_what_goes_on_a_report_is_no_target(text: str) -> None:
    assert quotes(text) == []


def test_the_five_years_to_come_end_a_report() -> None:
    text = "“十二五”期间,床位达到6万张。“十三五”期间,床位将增加到9万张。"
    assert quotes(text, 2016) == ["9万张"]
    assert quotes("“十三五”以来,床位达到6万张。", 2018) == []


def test_how_a_standard_began_and_what_a_project_touches_are_no_targets() -> None:
    assert quotes(PLAN + "低保标准从最初的月人均120元提高到740元。") == []
    assert quotes(PLAN + "项目区涉及东山、西河两个乡镇9个村。") == []


@pytest.mark.parametrize(
    "text",
    [
        "现将上半年工作总结和下半年计划汇报如下:\n一、养老\n新建驿站6个。\n",
        "主要做了以下工作:\n一、养老\n建成驿站9个。\n二、下一步打算\n新建驿站6个。\n",
        "现将上月实事进展情况通报如下:\n建成驿站9个。\n下一步,要新建驿站6个。\n",
        "现将上半年工作情况汇报如下:\n一、养老\n建成驿站9个。下半年,将新建驿站6个。\n",
        "上半年工作总结1、养老。 二、下半年工作计划1、养老。新建驿站6个。",
        "2021年工作回顾\n1.扩大供给,完成计划编制\n2.建成站点8个\n2022年任务\n1.新建驿站6个\n",
    ],
)
def test_a_review_ends_where_a_heading_says_what_shall_be(text: str) -> None:
    assert quotes(text, 2022) == ["6个"]
