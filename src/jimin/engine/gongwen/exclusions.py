"""Quantities that are no targets. The first rule that applies gives its name."""

import re
from collections.abc import Callable

from jimin.engine.gongwen.context import Context, Seen
from jimin.engine.gongwen.quantities import is_money
from jimin.engine.gongwen.tense import (
    goes_on_in_the_past,
    tells_of_the_past,
    turned_to_the_past,
    turns_to_the_plan,
)
from jimin.engine.gongwen.words import (
    ABSTRACT,
    COUNTED_VERBS,
    CUES,
    MODALITY,
    NAMED_BY_NUMERAL,
    PLACES,
    VERBS,
)

_ENDS_WITH_CUE = re.compile(rf"(?:{CUES})(?:每[^,;。\d]{{1,8}}|年均|平均|人均)?$")
_ENDS_WITH_VERB = re.compile(rf"(?:{VERBS})(?:了|约|近|各|至少)?$")
_ENDS_WITH_CUE_OR_VERB = re.compile(rf"(?:{CUES}|{VERBS})(?:约|近|各|有)?$")
_COUNTED = re.compile(rf"(?:{COUNTED_VERBS})(?:至少|不少于|约|近|各)?$")
_ABSTRACT = re.compile(rf"(?:“[^”]*”)?(?:{ABSTRACT})")
_NAMED = re.compile(rf"(?:“)?[^,;。、的]{{0,8}}?(?:{NAMED_BY_NUMERAL})")
_OF_AGE = re.compile(
    r"岁(?:及)?以上的?(?:常住|户籍)?(?:老人|老年人|人口)(?:口|数|总数)?(?:已|约|近|达到?|超过|突破|为|有)*$"
)
_AGED_SHARE = re.compile(r"岁(?:及)?以上的?(?:常住|户籍)?(?:老|人)[^。;]*[,(]占[^,。;]*$")
_LISTED_WORKS = re.compile(r"(?:为民|民生|惠民|利民)*(?:办)?实事")
_ONE_BUILT = re.compile(r"(?:新建|新增|建成|建设|改建|扩建|迁建|新改建|改扩建)$")
_ONE_OF = {"所", "座", "处", "家", "条", "栋", "幢"}
_PLACE_BUILT = re.compile(
    r"(?:中心|基地|公园|广场|园区|市场|站|院|馆|校|库|厂|食堂|驿站)(?:$|[,;。、]|项目)"
)
_AT_LEAST_ONE = re.compile(rf"(?:至少|不少于|不低于)(?:{VERBS})?$")
_EVERY_AREA = re.compile(
    r"(?:县|市|区|乡|镇|街道|行政村|村|社区|部门|成员单位)[^,;。\d]{0,8}?(?:全部|全都|均|都|要|应当?|须)"
)
_ALL_OF_THEM = re.compile(
    rf"^(?:{PLACES})?(?:内|的)?$|^(?:{PLACES})?\d+个[^,;。\d]{{1,8}}[、和及]$"
)
_PLACE_END = re.compile(rf"(?:{PLACES}|所有|辖区|辖区内|下辖|现辖|全部|各)(?:内|的|共|共有)?$")
_DURATIONS = {
    "小时", "分钟", "秒", "天", "日", "工作日", "个工作日", "年", "个月", "周", "周年", "届", "代",
}  # fmt: skip
_AGES = {"岁", "周岁"}
_CAPACITIES = {"吨", "千瓦", "兆瓦", "千伏", "伏", "吉瓦", "度", "升", "标准箱", "标箱", "大卡"}
_GRADES = {"级", "档", "层", "代", "环", "线", "届", "牌"}
_COUNTABLE_CHINESE = {
    "所", "家", "座", "张", "名", "处", "条", "辆", "套", "个", "户", "人", "人次", "间", "支",
    "台", "场", "期", "公里", "亩", "栋", "幢", "对", "村", "社区", "镇", "街道", "次",
}  # fmt: skip

_NAME_IN_QUOTES = re.compile(r"“([^”\n]{0,16})$")
_SENTENCE_MARK = re.compile(r"[,;。:]")
_DOCUMENT_NUMBER = re.compile(r"(?:\(\d{4}\)|第|字|文件编号[:]?[^,;。]{0,20})[ ]*$")
_METADATA = re.compile(
    r"(?:索[取引]号|发布(?:机构|日期|时间)|浏览(?:次数|量)?|点击|来源|字号|文号|电话|传真|邮编|"
    r"邮政编码|联系(?:人|方式|电话)|热线|网址|邮箱|二维码|页码|共\s*\d+\s*页|QQ|微信号|身份证号)"
    r"[^,;。\n]{0,16}$"
)
_RELATIVE = re.compile(
    r"^(?:以[上下]|及以[上下])?的(?:部分|家庭|对象|人员|群众|困难|老[年]?人|居民|职工|企业|机构|单位|项目|"
    r"学生|儿童|残疾|小区|地区|乡镇|村|社区|社会组织|[^,;。\d]{1,12}(?:者|人|户|家庭|对象|单位|机构|企业))"
)
_HAS_OF_NOUN = re.compile(r"的(?!目标|任务|要求|标准|比例|基础|规模|速度)[\u4e00-\u9fff“]")
_PAID = re.compile(r"的[^,;。]{0,12}(?:补贴|补助|奖励|津贴|经费|资金|救助|标准|慰问金)")
_PROGRESS = re.compile(r"(?:完成|占|为)[^,;。]{0,8}(?:全年|年度|目标|计划)[^,;。]{0,8}的$")
# 1万名老人以上的街镇, 10名以上孤寡老人的村都建有…: which ones, not how many.
_WHICH_ONES = re.compile(r"[\u4e00-\u9fff]{1,4}(?:及)?以[上下]的|人口(?:及)?以[上下]")
# 完成农田建设项目2万亩的主体工程
_EXTENTS = {"亩", "公顷", "公里", "千米", "米", "平方米", "平方公里"}
_EXTENT_DONE = re.compile(r"完成[^,;。]{2,30}(?:项目|工程|建设|任务)$")
_ALL_SUCH = re.compile(
    r"[^,;。\d]{2,30}的[^,;。\d]{1,10}?(?:都|均|各|全部)(?:要|应)?(?:建|设|有|配|达|纳入)"
)
_BEFORE_COUNT = re.compile(r"的?[^,;。、(\d]{2,20}\d")
_LISTED = re.compile(rf"(?:[、和及与]|{VERBS})(?:约|近|各)?$")
_LIMITS = re.compile(r"(?:低于|高于|超过|不足|不到|未达到?|大于|小于|已?满)$")
_REACHED_BY_MEMBERS = re.compile(
    r"(?:低于|超过|高于|不足|未满|已?满|达到?|在|连续|剩余|大于|小于|不到|累计|年龄|收入|面积|规模|床位|人口|"
    r"户数|人数)$"
)
_DESCRIBED = re.compile(
    r"(?:总投资(?:额)?(?:约|达)?|计划投资|投资额|占地(?:面积)?(?:约)?|建筑面积(?:约)?|总?面积(?:约|为)?|"
    r"全长(?:约)?|总长|长度|宽度|高度|日处理(?:能力)?|年产(?:能|量)?|日产|年处理|可容纳|可入住|容纳|"
    r"设计(?:能力|规模)?|装机(?:容量)?|库容|注册资金|注册资本|距离?|相距|半径|直径|海拔|常住人口|总人口|"
    r"户籍人口|人口(?:约|达)?|为期|历时|连续|下辖|现辖|辖|面向|涉及|平均每)$"
)
_PILLARS = re.compile(r"^[ ]?[+*/×x:比]|^-[A-Za-z]")
_AFTER_LETTER = re.compile(r"[A-Za-z×+*/:][ ]?$")
_BASELINE = re.compile(r"(?:由|从)(?![^,;。]{0,16}(?:到|至))[^,;。]{0,24}$")
_RISES = re.compile(
    r"^[^,;。]{0,16}?(?:提高|增加|上升|提升|扩大|调整|增长|下降|降低|降|减少|压缩|缩短|压减|上调|缩减|调|增|减|"
    r"变|精简|升)(?:到|至|为)|^[到至]"
)
_PRESENT = re.compile(
    r"(?:参会|参加|与会|出席)(?:(?:本次|这次)?(?:会议|大会|活动|仪式|座谈会?|培训班?))?的?(?:共?有|人员|人数)?约?$"
)
_ATTENDED = re.compile(r"^(?:多|余)?(?:名)?[^,;。]{0,10}(?:参加了?|出席|参会|到会)")
_CIRCLE = re.compile(
    r"^(?:[^,;。]{0,10})(?:圈|半径)|^(?:不?打烊|值班|值守|在线|开放|营业|热线|服务(?!时))"
)
_SHORTENED = re.compile(
    r"(?:缩短|压缩|压减|控制|提速|减少|不超过|不多于|达到?|不少于|不低于|突破|延长|天数|时长|学时)"
    r"[^,;。]{0,8}$"
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
    return not _ENDS_WITH_CUE_OR_VERB.search(m[1])


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
        and not _ENDS_WITH_CUE_OR_VERB.search(seen.left[-12:])
        and not (re.search(rf"(?:{VERBS})[^,;。]{{1,20}}$", seen.left))
    )


def _past(context: Context, seen: Seen) -> bool:
    start = seen.quantity.start
    if context.region_at(start) == "review":
        return True
    sentence = context.sentence_at(start)
    if sentence.is_past and not turns_to_the_plan(
        context.norm[max(sentence.start, start - 200) : start], context.year
    ):
        return True
    if turned_to_the_past(context.norm[max(sentence.start, start - 200) : start], context.year):
        return True
    if seen.unit == "%" and not seen.quantity.suffix and _PROGRESS.search(seen.left):
        return not re.search(r"力争|确保|努力|争取|[要将]|前", seen.left)
    if re.search(r"授予|荣获|被评为", seen.left) and not re.search(MODALITY, seen.left):
        return True
    if goes_on_in_the_past(
        context.norm[max(sentence.start, start - 150) : seen.clause.start]
    ) and not re.search(r"[将要]|力争|确保|新增|达到", seen.left):
        return True
    return tells_of_the_past(seen.left[-60:], context.norm[start : seen.clause.end])


def _glossary(context: Context, seen: Seen) -> bool:
    return context.region_at(seen.quantity.start) == "glossary"


def _attended(_: Context, seen: Seen) -> bool:
    if _PRESENT.search(seen.tail):
        return True
    return bool(_ATTENDED.match(seen.right)) and seen.unit in ("人", "名", "家", "位")


def _baseline(_: Context, seen: Seen) -> bool:
    """In 由500元提高到530元 the first figure is where one starts."""
    if not _BASELINE.search(seen.left[-30:]):
        return False
    return bool(_RISES.match(seen.right)) or bool(re.match(r"向\d", seen.right))


def _compared(_: Context, seen: Seen) -> bool:
    if re.search(r"在[^,;。]{0,12}$", seen.left) and re.match(r"[^,;。\d]{0,16}基础上", seen.right):
        return True
    return bool(re.search(r"(?:在|比|较|按现行|现行)$", seen.left)) and bool(
        re.match(r"(?:的)?(?:基础上|基础|标准提高)", seen.right)
    )


def _described(_: Context, seen: Seen) -> bool:
    if re.search(r"(?<!完成)(?<!新增)(?<!到位)(?<!引进)(?<!资产)(?<!实现)投资(?:约)?$", seen.left):
        return bool(re.search(r"的[^,;。]{2,}(?:项目|工程|建设|基地|中心)", seen.right))
    if seen.unit in ("%", "‰"):
        return False
    if seen.quantity.suffix and not seen.right:
        return bool(re.search(r"总投资(?:额)?$", seen.left))  # 面积5万平方米以上 is asked for
    return bool(_DESCRIBED.search(seen.tail))


def _capacity_name(_: Context, seen: Seen) -> bool:
    """年产10万吨, 500千伏变电站: the size of a thing, not a number of things."""
    if seen.unit not in _CAPACITIES or seen.quantity.suffix:
        return False
    if re.match(r"[^,;。]{0,8}?(?:变电站|电站|工程|项目|机组|厂|线路|装置|生产线)", seen.right):
        return True
    named = bool(re.match(r"[\u4e00-\u9fff“]", seen.right)) and not seen.right.startswith("的")
    return named and not re.search(
        r"(?:新增|增加|完成|实现|达到|收购|生产|储备|压减|淘汰|减排|节约|供应)$", seen.left
    )


def _qualifier(_: Context, seen: Seen) -> bool:
    """床位100张以上的养老机构: the figure says which ones, not how many."""
    q, left, right = seen.quantity, seen.left, seen.right
    if re.match(r"[^,;。\d]{1,20}中的?\d", right):
        return True
    if q.unit not in ("%", "‰") and _WHICH_ONES.match(right):
        return True
    if q.unit in _EXTENTS and _EXTENT_DONE.search(left):
        return False
    if q.suffix and (not left or left[-1] in "、和及") and _ALL_SUCH.match(right):
        return q.unit not in ("%", "‰")
    if right.startswith("的") and re.search(r"(?:达不到|不到|不足|未达到?|未满)$", left):
        return True
    if q.suffix and re.match(r"(?:的)?(?:为|评为|定为|视为)", right):
        return True
    if re.match(r"[^,;。\d]{0,24}(?:给予|予以)", right) and left.startswith(("对", "给", "向")):
        return True
    listed = _LISTED.search(seen.tail)
    if q.suffix and q.unit != "%" and not listed and _BEFORE_COUNT.match(right):
        return True
    if re.match(r"的(?:全部|全都|均|都|一律|应|要|纳入|予以)", right) and _LIMITS.search(seen.tail):
        return q.unit not in ("%", "‰")
    if _HAS_OF_NOUN.match(right) and not (
        q.suffix or q.unit in ("%", "‰", "倍") or _ENDS_WITH_CUE_OR_VERB.search(seen.tail)
    ):
        return not (is_money(q.unit) and _PAID.match(right))
    makes = _ENDS_WITH_VERB.search(seen.tail) or re.search(
        r"(?:至少|不少于|不低于|实现|达到|完成|确保|全市|全县|力争)$", seen.tail
    )
    if re.match(r"的(?:应|要|均|全部)?(?:占|达到|达|比例)", right) and q.unit not in ("%", "‰"):
        return True
    if (
        not right.startswith("的比例")
        and _RELATIVE.match(right)
        and _REACHED_BY_MEMBERS.search(seen.tail)
    ):
        return True
    if q.suffix in ("", "左右", "上下") or makes or q.unit in ("%", "‰"):
        held = re.search(r"(?:持股|占股|出资|控股|丧失|伤残|致残)[^,;。]{0,6}$", left)
        return bool(held) and q.unit == "%"
    if right.startswith("的"):
        return True
    if is_money(q.unit) and left.endswith("等"):
        return True
    return bool(re.match(r"[\u4e00-\u9fff]", right)) and bool(
        re.search(r"(?:对|将|为|按|凡|给|向|面向|符合|年满|床位|规模|人口|户数|限额|等)$", left)
        or not left
    )


def _per_denominator(_: Context, seen: Seen) -> bool:
    """The 100 of 每100名老人配备1名护理员."""
    return bool(re.search(r"每(?:隔|满|增加)?$", seen.left))


def _universe(_: Context, seen: Seen) -> bool:
    """全市9个县市区: how many there are, unless a verb makes them the task."""
    if seen.unit == "个" and _EVERY_AREA.match(seen.right) and _ALL_OF_THEM.search(seen.left):
        return not seen.quantity.suffix
    if re.search(r"(?:落实|分解|下达|细化)[到至]$", seen.tail) and seen.unit in ("个", "家"):
        return True  # 落实到31个责任单位
    return (
        bool(_PLACE_END.search(seen.tail))
        and not seen.quantity.suffix
        and bool(re.match(r"[\u4e00-\u9fff]", seen.right))
        and seen.unit
        in ("个", "家", "所", "户", "名", "人", "村", "社区", "镇", "街道", "乡镇", "县")
        and not (re.search(rf"(?:{VERBS})(?:{PLACES}|全部|所有)?$", seen.left))
    )


def _population(_: Context, seen: Seen) -> bool:
    """60岁以上老人达到32万人,占总人口的21%: how many there are, whoever works."""
    if seen.unit in ("人", "名") and _OF_AGE.search(seen.left):
        return True
    return seen.unit == "%" and bool(_AGED_SHARE.search(seen.before))


def _abstract_count(context: Context, seen: Seen) -> bool:
    """四个方面, 12个环节, 10件实事: a figure of speech in digits or characters."""
    if re.search(r"方面共?$", seen.tail) and seen.unit in ("件", "项", "个"):
        return True
    if _LISTED_WORKS.match(seen.right) and seen.unit in ("件", "项", "个"):
        return True
    if seen.quantity.low == 1 and _one_by_one(seen):
        return True
    explained = seen.left.startswith("即") and seen.quantity.suffix == ""
    if explained and seen.unit not in ("%", "‰") and not is_money(seen.unit):
        return True
    return seen.unit in ("个", "项", "大") and bool(_ABSTRACT.match(seen.right))


def _one_by_one(seen: Seen) -> bool:
    """发现1户、解决1户: a manner of working."""
    unit = re.escape(seen.unit)
    return bool(
        re.search(rf"[1一]{unit}[、,]?[\u4e00-\u9fff]{{1,4}}$", seen.before)
        or re.match(rf"[、,]?[\u4e00-\u9fff]{{1,4}}[1一]{unit}", seen.after)
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
    return not _COUNTED.search(seen.tail)


def _nothing_said(context: Context, seen: Seen) -> bool:
    """Before the plan's first task a number needs a verb, a comparison or 以上 to be a target."""
    nodes = context.outline.nodes
    if not nodes or seen.quantity.start >= nodes[0].start or seen.left.startswith("其中"):
        return False
    return not (
        seen.quantity.suffix
        or re.search(rf"(?:{CUES}|{VERBS}|力争|确保|为)", seen.left[-60:])
        or re.search(rf"(?:{VERBS})", seen.right)
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
    ("基数", _baseline),
    ("比较基础", _compared),
    ("时长", _duration),
    ("课时届次", _lesson),
    ("参会人数", _attended),
    ("规模说明", _described),
    ("产能名称", _capacity_name),
    ("每…之数", _per_denominator),
    ("限定条件", _qualifier),
    ("人口状况", _population),
    ("现有总数", _universe),
    ("概括之数", _abstract_count),
    ("中文数词", _words_for_numbers),
    ("无目标语", _nothing_said),
]


def reason_to_set_aside(context: Context, seen: Seen) -> str | None:
    """The name of the first rule by which the quantity is no target; None when none applies."""
    return next((name for name, applies in RULES if applies(context, seen)), None)
