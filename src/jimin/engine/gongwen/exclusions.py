"""Quantities that are no targets. The first rule that applies gives its name."""

import re
from collections.abc import Callable

from jimin.engine.gongwen import descriptions
from jimin.engine.gongwen.context import Context, Seen
from jimin.engine.gongwen.descriptions import ENDS_WITH_CUE_OR_VERB
from jimin.engine.gongwen.quantities import is_money
from jimin.engine.gongwen.tense import (
    goes_on_in_the_past,
    tells_of_the_past,
    turned_to_the_past,
    turns_to_the_plan,
)
from jimin.engine.gongwen.words import (
    ABSTRACT,
    ANY_MODALITY,
    ANY_VERB,
    COUNTED_VERBS,
    CUES,
    NAMED_BY_NUMERAL,
    VERBS,
)

_ENDS_WITH_CUE = re.compile(rf"(?:{CUES})(?:每[^,;。\d]{{1,8}}|年均|平均|人均)?$")
_COUNTED = re.compile(rf"(?:{COUNTED_VERBS})(?:至少|不少于|约|近|各)?$")
_VERB_NEAR = re.compile(rf"(?:{VERBS})[^,;。]{{1,20}}$")
_SAYS_WHAT = re.compile(rf"{CUES}|{VERBS}|力争|确保|为")
_COUNTED_LAST = re.compile(rf"(?:{COUNTED_VERBS})[^,;。]{{2,20}}$")  # 新建供暖敬老院两所
_PLAINLY_DONE = re.compile(r"(?:要|再|多|新)*(?:开|办|招|添|装|种|修|建|请|聘)")  # 开十个班
_NO_FIGURE_OF_SPEECH = 20
_ABSTRACT = re.compile(rf"(?:“[^”]*”)?(?:{ABSTRACT})")
_NAMED = re.compile(rf"(?:“)?[^,;。、的]{{0,8}}?(?:{NAMED_BY_NUMERAL})")
_TASKS_COUNTED = re.compile(
    r"[^,;。、的\d]{0,6}?(?:指标|任务|要求|措施|举措|政策|工作|目标|问题|难题|内容|事项|重点|清单)(?!型|区|县)"
)
_RESTATED = re.compile(r"的[^,;。\d]{0,8}目标")
_PAPERS = re.compile(r"(?:出台|制定|修订|制订|编制|推出|新增|发布|取消|下放|承接|完善)$")
_IN_HEADING = re.compile(r"\((?:共)?$")
_LISTED_WORKS = re.compile(r"(?:\d+件)?[^,;。\d]{0,8}?(?:办)?实事(?!求是)")
_AND_SO_MANY_WORKS = re.compile(r"[、,]?\s*\d+[项件个][^,;。\d]{0,6}实事")
_TEAM_OF = re.compile(r"^制(?!定|作|造|度)")  # 3人制篮球场
_ONE_BUILT = re.compile(r"(?:新建|新增|建成|建设|改建|扩建|迁建|新改建|改扩建)$")
_ONE_OF = {"所", "座", "处", "家", "条", "栋", "幢"}
_PLACE_BUILT = re.compile(
    r"(?:中心|基地|公园|广场|园区|市场|站|院|馆|校|库|厂|食堂|驿站)(?:$|[,;。、]|项目)"
)
_AT_LEAST_ONE = re.compile(rf"(?:至少|不少于|不低于)(?:{VERBS})?$")
_DURATIONS = {
    "小时", "分钟", "秒", "天", "日", "工作日", "个工作日", "年", "个月", "周", "周年", "届", "代",
}  # fmt: skip
_AGES = {"岁", "周岁"}
_GRADES = {"级", "档", "层", "代", "环", "线", "届", "牌"}
_COUNTABLE_CHINESE = {
    "所", "家", "座", "张", "名", "处", "条", "辆", "套", "个", "户", "人", "人次", "间", "支",
    "台", "场", "期", "公里", "亩", "栋", "幢", "对", "村", "社区", "镇", "街道", "次",
}  # fmt: skip

_NAME_IN_QUOTES = re.compile(r"“([^”\n]{0,16})$")
_NAMES_A_PROJECT = re.compile(r"等?(?:\d+[个项件])?(?:民生|实事|重点)*(?:项目|工程|活动|行动)")
_SENTENCE_MARK = re.compile(r"[,;。:]")
_DOCUMENT_NUMBER = re.compile(r"(?:\(\d{4}\)|第|字|文件编号[:]?[^,;。]{0,20})[ ]*$")
_METADATA = re.compile(
    r"(?:索[取引]号|发布(?:机构|日期|时间)|浏览(?:次数|量)?|点击|来源|字号|文号|电话|传真|邮编|"
    r"邮政编码|联系(?:人|方式|电话)|热线[:为是]|网址|邮箱|二维码|页码|共\s*\d+\s*页|QQ|微信号|身份证号)"
    r"[^,;。\n]{0,16}$"
)
_NARRATED = re.compile(
    r"^[^,;。、\d]{0,12}(?:(?:作|做)(?:了|典型|交流|经验)|受到(?:了)?(?:表彰|通报)|获(?:得|评|奖)|荣获|发言)|"
    r"^[^,;。]{1,24}受到表彰"
)
_PROGRESS = re.compile(r"(?:完成|占|为)[^,;。]{0,8}(?:全年|年度|目标|计划)[^,;。]{0,8}的$")
_PILLARS = re.compile(r"^[ ]?[+*/×x:比]|^-[A-Za-z]")
_AFTER_LETTER = re.compile(r"[A-Za-z×+*/:][ ]?$")
_PRESENT = re.compile(
    r"(?:参会|参加|与会|出席)(?:(?:本次|这次)?(?:会议|大会|活动|仪式|座谈会?|培训班?))?的?(?:共?有|人员|人数)?约?$"
)
_ATTENDED = re.compile(r"^(?:多|余)?(?:名)?[^,;。]{0,10}(?:参加了?|出席|参会|到会)")
_TOGETHER = re.compile(r"(?:共|共有|由|有)$")  # 共38家单位参与
_TAKING_PART = re.compile(r"(?:个)?(?:单位|部门|企业|机构)(?:共同)?(?:参与|参加|承担|负责)")
_CIRCLE = re.compile(
    r"^(?:[^,;。]{0,10})(?:圈|半径)|^(?:不?打烊|值班|值守|在线|开放|营业|热线|服务(?!时))"
)
_SHORTENED = re.compile(
    r"(?:缩短|压缩|压减|控制|提速|减少|不超过|不多于|达到?|不少于|不低于|突破|延长|天数|时长|学时|储备|满足)"
    r"[^,;。]{0,8}$|年限(?:[由从][^,;。]{0,8})?(?:提高|提升|增加)到$"
)
_TEACHING = {"课时", "学时", "期", "届", "班"}

Rule = Callable[[Context, Seen], bool]


def _in_time(context: Context, seen: Seen) -> bool:
    time = context.time_over(seen.quantity.start)
    return time is not None or context.time_over(seen.quantity.end - 1) is not None


def _bare_year(_: Context, seen: Seen) -> bool:
    """2016年 is a date; a waiting time 不超过5年 at the end of its clause is a limit."""
    q = seen.quantity
    if q.unit == "年" and q.low < 50 and not seen.right and _ENDS_WITH_CUE.search(seen.tail):
        return False
    return q.unit in ("年", "月", "号", "届") or q.unit == "日"


def _marker(context: Context, seen: Seen) -> bool:
    node = context.outline.at(seen.quantity.start)
    return node is not None and seen.quantity.start < node.start + len(node.marker)


def _document_number(_: Context, seen: Seen) -> bool:
    return bool(_DOCUMENT_NUMBER.search(seen.before)) or seen.after.startswith("号")


def _ordinal(_: Context, seen: Seen) -> bool:
    if seen.unit in ("位", "名") and seen.before.endswith("后"):
        return True  # 排名后3位
    return seen.before.endswith(("第", "前", "No.", "NO.")) and seen.unit != "%"


def _metadata(_: Context, seen: Seen) -> bool:
    return bool(_METADATA.search(seen.before))


def _in_title(_: Context, seen: Seen) -> bool:
    opened = seen.before.rfind("《")
    return opened > seen.before.rfind("》")


def _quoted_name(_: Context, seen: Seen) -> bool:
    """“五个行动计划” names something; “2016年新增床位1000张,…” quotes a task."""
    m = _NAME_IN_QUOTES.search(seen.before)
    if m is None or "”" not in seen.after:
        return False
    closing = seen.after.index("”")
    content = m[1] + seen.after[:closing]
    if _SENTENCE_MARK.search(content) or seen.quantity.suffix:
        return False
    if _NAMES_A_PROJECT.match(seen.after, closing + 1):
        return True
    return not ENDS_WITH_CUE_OR_VERB.search(m[1])


def _code(_: Context, seen: Seen) -> bool:
    """3A, 5G, PM2.5, 4+1, 7×24 and 1:1 are written with digits but count nothing."""
    after = seen.after[:1]
    if _AFTER_LETTER.search(seen.before) or _PILLARS.match(seen.after):
        return True
    return (after.isascii() and after.isalpha()) or seen.after.startswith(
        ("”级", "A级", "星级", "星")
    )


def _age(_: Context, seen: Seen) -> bool:
    return seen.unit in _AGES and not re.search(r"寿命|平均年龄", seen.left)


def _grade(_: Context, seen: Seen) -> bool:
    return seen.unit in _GRADES


def _no_unit(_: Context, seen: Seen) -> bool:
    """A number without unit counts only right after 达到, at the end of its clause."""
    if seen.unit:
        return False
    ends = not seen.right or seen.right[0] in "的)“、和"
    q = seen.quantity
    large = q.low >= 1000 and q.low % 1000 == 0
    return not (ends and (_ENDS_WITH_CUE.search(seen.tail) or large)) or q.style != "digits"


def _duration(_: Context, seen: Seen) -> bool:
    if seen.unit not in _DURATIONS:
        return False
    return bool(_CIRCLE.match(seen.right)) or not _SHORTENED.search(seen.left)


def _lesson(_: Context, seen: Seen) -> bool:
    return (
        seen.unit in _TEACHING
        and not ENDS_WITH_CUE_OR_VERB.search(seen.left[-12:])
        and not (_VERB_NEAR.search(seen.left))
        and not seen.left.endswith(("上课", "授课", "开课", "送课"))
    )


def _past(context: Context, seen: Seen) -> bool:
    start = seen.quantity.start
    if context.region_at(start) == "review":
        return True
    sentence = context.sentence_at(start)
    if sentence.tells_how_far:
        return True
    if sentence.is_past and not turns_to_the_plan(
        context.norm[max(sentence.start, start - 200) : start], context.year
    ):
        return True
    if turned_to_the_past(context.norm[max(sentence.start, start - 200) : start], context.year):
        return True
    if seen.unit == "%" and not seen.quantity.suffix and _PROGRESS.search(seen.left):
        return not re.search(r"力争|确保|努力|争取|[要将]|前", seen.left)
    if _led_by_an_earlier_year(context, seen):
        return True
    if not seen.quantity.suffix and _AS_MEASURED.search(seen.tail):
        told = context.norm[max(sentence.start, start - 200) : start]
        if not _SHALL_BE.search(told) and not _under_goals(context, start):
            return True
    if _within_what_there_is(context, start, sentence.start):
        return True
    if re.search(r"授予|荣获|被评为", seen.left) and not ANY_MODALITY.search(seen.left):
        return True
    if _NARRATED.search(seen.right):
        return True
    if goes_on_in_the_past(
        context.norm[max(sentence.start, start - 150) : seen.clause.start]
    ) and not re.search(
        r"[将要再]|今年|明年|力争|确保|争取|计划|新增|达到|剩余|其余|余下|年底|年内", seen.left
    ):
        return True
    return tells_of_the_past(seen.left, context.norm[start : seen.clause.end])


def _led_by_an_earlier_year(context: Context, seen: Seen) -> bool:
    """2024年人均收入17860元 in a plan for 2025."""
    m = re.match(r"(?:截[至止]到?)?(20\d\d)年", seen.left)
    return (
        m is not None
        and int(m[1]) < context.year
        and not re.search(r"基础|水平|比|较|由|从|同期|标准", seen.left)
    )


# 同比增长6.2%, with nobody wanting it, has been measured.
_AS_MEASURED = re.compile(r"同比(?:分别)?(?:增长|下降|提高|增加|减少|上升)$")
_SHALL_BE = re.compile(r"力争|确保|争取|目标|预期|预计|计划|实现|完成|[要将]|全年|今年|明年|年内")
_GOALS = re.compile(r"目标|任务|打算|计划|安排|要点")


def _under_goals(context: Context, start: int) -> bool:
    nodes = context.outline.path(context.outline.at(start))
    return any(_GOALS.search(node.title) for node in nodes)


_BRACKET_REACH = 240


def _within_what_there_is(context: Context, start: int, sentence_start: int) -> bool:
    """现有贫困户900户(其中…): what a bracket breaks down is as little a target."""
    lowest = max(sentence_start, start - _BRACKET_REACH)
    opened = context.norm.rfind("(", lowest, start)
    if opened < 0 or context.norm.rfind(")", opened, start) >= 0:
        return False
    clause = context.clause_of(opened, opened)
    return tells_of_the_past(context.norm[clause.start : opened], "")


_SCORED = re.compile(
    r"(?:扣减?|加|减|占|记|计|得|低于|评分|分值|[^,;。]{0,6}考核[^,;。]{0,6})(?:各|最高)*$"
)
_SCORE_TOLD = re.compile(r"(?:加|扣|减|得|记|占)\d[\d.]*分")


def _scoring(_: Context, seen: Seen) -> bool:
    """前5项各占15分, 超额10%以上的加2分: how work is marked."""
    if seen.unit == "分" and _SCORED.search(seen.tail):
        return not re.search(r"满意|测评|得分率|评价得", seen.left)
    return bool(_SCORE_TOLD.search(seen.right)) or bool(_SCORE_TOLD.search(seen.left))


def _glossary(context: Context, seen: Seen) -> bool:
    return context.region_at(seen.quantity.start) == "glossary"


def _attended(_: Context, seen: Seen) -> bool:
    if _PRESENT.search(seen.tail):
        return True
    if _TOGETHER.search(seen.tail) and _TAKING_PART.match(seen.right):
        return True
    return bool(_ATTENDED.match(seen.right)) and seen.unit in ("人", "名", "家", "位")


def _abstract_count(context: Context, seen: Seen) -> bool:
    """四个方面, 12个环节, 10件实事: a figure of speech in digits or characters."""
    if re.search(r"方面共?$", seen.tail) and seen.unit in ("件", "项", "个", "类"):
        return True
    if _LISTED_WORKS.match(seen.right) and seen.unit in ("件", "项", "个"):
        return True
    if seen.unit in ("件", "项", "个", "类") and _sums_up(context, seen):
        return True
    end = seen.quantity.end
    if seen.unit in ("件", "项") and _AND_SO_MANY_WORKS.match(context.norm, end, end + 20):
        return True
    if seen.unit == "人" and _TEAM_OF.match(seen.right):
        return True
    if not seen.left and _RESTATED.match(seen.right):
        return True  # 5%左右的增长目标与…衔接
    if seen.quantity.low == 1 and _one_by_one(seen):
        return True
    if seen.unit in ("项", "个", "条", "大", "类") and _TASKS_COUNTED.match(seen.right):
        return not _PAPERS.search(seen.tail)
    if _counts_what_follows(context, seen):
        return True
    explained = re.match(r"即(?!.*[每各])", seen.left) and seen.quantity.suffix == ""
    if explained and seen.unit not in ("%", "‰") and not is_money(seen.unit):
        return True
    return seen.unit in ("个", "项", "大") and bool(_ABSTRACT.match(seen.right))


_ALL_TOLD = re.compile(r"(?:实事|事项|任务)(?:项目)?(?:共计?|共有|总计|合计)$")
_WORKS_OF_THE_YEAR = re.compile(r"民生(?:实事|事实|工程)?项目$")  # 公布民生实事项目10项
_KINDS_BEFORE = re.compile(r"\d+(?:个?大?类|个方面)(?:共)?$")  # 共6大类18项
_WORKS_TOLD = re.compile(r"件[^,;。\d]{0,4}实事")  # 去年办了9件实事,今年要办12件
_COMPRISES = re.compile(r"(?:包括|涉及|涵盖|分为|包含)[^;。]*等$")
_NOTHING_MORE = re.compile(r"大?(?:项目|工程|方面|任务|事项|内容|行动)?(?:$|[,;。、)])")


def _sums_up(context: Context, seen: Seen) -> bool:
    """包括老旧小区改造、管网养护等2个项目; 民生实事共计26项: how many were named."""
    if re.match(r"[^,;。\d]{2,14}之一", seen.right):
        return True
    if (
        seen.unit in ("件", "项")
        and seen.right[:1] in ("", "都", "均", "全")
        and not seen.quantity.suffix
    ):
        told = context.norm[max(0, seen.quantity.start - 120) : seen.quantity.start]
        if "实事" not in seen.left and _WORKS_TOLD.search(told.rpartition("\n")[2]):
            return True
    if _WORKS_OF_THE_YEAR.search(seen.tail) and not seen.right:
        return True
    if _ALL_TOLD.search(seen.tail) or _KINDS_BEFORE.search(seen.tail):
        return True
    if not seen.left.endswith("等") or not _NOTHING_MORE.match(seen.right):
        return False
    start = seen.quantity.start
    lowest = max(context.sentence_at(start).start, start - 200)
    return _COMPRISES.search(context.norm, lowest, start) is not None


def _counts_what_follows(context: Context, seen: Seen) -> bool:
    """二、养老服务类(4项): a heading that says how many tasks stand below it."""
    q = seen.quantity
    if not _IN_HEADING.search(seen.before) or not seen.after.startswith(")"):
        return False
    node = context.outline.at(q.start)
    return node is not None and q.start < node.heading_end <= q.end + 2


def _one_by_one(seen: Seen) -> bool:
    """发现1户、解决1户: a manner of working."""
    unit = re.escape(seen.unit)
    between = r"(?:(?![和及与])[\u4e00-\u9fff]){1,4}"
    return bool(
        re.search(rf"[1一]{unit}[、,]?{between}$", seen.before)
        or re.match(rf"[、,]?{between}[1一]{unit}", seen.after)
    )


def _words_for_numbers(context: Context, seen: Seen) -> bool:
    """A numeral in characters mostly names (四级, 三社); with strong evidence it counts."""
    q = seen.quantity
    if q.style != "chinese":
        return False
    if context.norm[q.start] in "百千万亿":
        return True
    if q.unit not in _COUNTABLE_CHINESE and not is_money(q.unit) and q.unit != "倍":
        return True
    if q.low >= _NO_FIGURE_OF_SPEECH or _PLAINLY_DONE.fullmatch(seen.left):
        return False
    if seen.tail.endswith("突破") and _NAMED.match(seen.right):
        return True  # 突破三个难题
    if _ENDS_WITH_CUE.search(seen.tail):
        return False
    per = re.search(
        r"(?:每[^,;。\d]{1,10}|各[^,;。\d]{0,8}?)(?:建设|建成|建|有|设|配备|选择|培育|打造)$",
        seen.left,
    )
    if per or (q.suffix and q.low > 1) or _AT_LEAST_ONE.search(seen.tail):
        return False
    a_place = q.unit in _ONE_OF or (q.unit == "个" and _PLACE_BUILT.search(seen.right[:24]))
    if q.low == 1 and a_place and _ONE_BUILT.search(seen.tail):
        return False
    if q.low < 2 or (q.unit in ("个", "次", "条", "对") and _NAMED.match(seen.right)):
        return True
    ends = not seen.right and q.unit in _ONE_OF and _COUNTED_LAST.search(seen.left)
    return not (ends or _COUNTED.search(seen.tail))


def _nothing_said(context: Context, seen: Seen) -> bool:
    """Before the plan's first task a number needs a verb, a comparison or 以上 to be a target."""
    nodes = context.outline.nodes
    if not nodes or seen.quantity.start >= nodes[0].start or seen.left.startswith("其中"):
        return False
    return not (
        seen.quantity.suffix or _SAYS_WHAT.search(seen.left[-60:]) or ANY_VERB.search(seen.right)
    )


RULES: list[tuple[str, Rule]] = [
    ("名词解释", _glossary),
    ("日期时间", _in_time),
    ("序号", _marker),
    ("文号", _document_number),
    ("年月日", _bare_year),
    ("名次序数", _ordinal),
    ("文件信息", _metadata),
    ("文件名内", _in_title),
    ("代号", _code),
    ("引号内名称", _quoted_name),
    ("年龄", _age),
    ("等级", _grade),
    ("无单位", _no_unit),
    ("已往数据", _past),
    ("基数", descriptions.baseline),
    ("比较基础", descriptions.compared),
    ("时长", _duration),
    ("课时届次", _lesson),
    ("参会人数", _attended),
    ("规模说明", descriptions.described),
    ("产能名称", descriptions.capacity_name),
    ("每…之数", descriptions.per_denominator),
    ("限定条件", descriptions.qualifier),
    ("人员组成", descriptions.staffing),
    ("考核计分", _scoring),
    ("人口状况", descriptions.population),
    ("现有总数", descriptions.universe),
    ("概括之数", _abstract_count),
    ("中文数词", _words_for_numbers),
    ("无目标语", _nothing_said),
]


def reason_to_set_aside(context: Context, seen: Seen) -> str | None:
    """The name of the first rule by which the quantity is no target; None when none applies."""
    return next((name for name, applies in RULES if applies(context, seen)), None)
