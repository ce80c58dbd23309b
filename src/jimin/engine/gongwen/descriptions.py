"""Quantities that describe: which ones, how large, how many there are, from where one starts."""

import re

from jimin.engine.gongwen.context import Context, Seen
from jimin.engine.gongwen.quantities import is_money
from jimin.engine.gongwen.words import CUES, LESS_THAN, MORE_THAN, PLACES, VERBS

SHARES = ("%", "‰")
ENDS_WITH_CUE_OR_VERB = re.compile(rf"(?:{CUES}|{VERBS})(?:约|近|各|有)?$")
_ENDS_WITH_CUE = re.compile(rf"(?:{CUES})$")
_ENDS_WITH_LIMIT = re.compile(rf"(?:{CUES}|以上|以下)$")
_ENDS_WITH_VERB_OF_ALL = re.compile(rf"(?:{VERBS})(?:{PLACES}|全部|所有)?$")
_ENDS_WITH_VERB = re.compile(rf"(?:{VERBS})(?:了|约|近|各|至少)?$")

# --- which ones -------------------------------------------------------------------------------

_MEMBER = (
    "部分|家庭|对象|人员|群众|困难|老[年]?人|居民|职工|企业|机构|单位|项目|学生|儿童|残疾|小区|地区|"
    "乡镇|街道|村|社区|社会组织|县|市|区|园区|学校|工程|事项"
)
_RELATIVE = re.compile(
    rf"^(?:以[上下]|及以[上下])?的(?:{_MEMBER}|[^,;。\d]{{1,12}}(?:者|人|户|家庭|对象|单位|机构|企业))"
)
_GOAL = "目标|任务|要求|标准|比例|比率|幅度|基础|规模|速度|增速|水平|总量|总额"
_HAS_OF_NOUN = re.compile(rf"的(?!{_GOAL})[\u4e00-\u9fff“]")
_PAID = re.compile(r"的[^,;。]{0,12}(?:补贴|补助|奖励|津贴|经费|资金|救助|标准|慰问金)")
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
_BEYOND = re.compile(
    rf"(?:(?<!不)(?<!得)(?:{MORE_THAN}|{LESS_THAN})|已?满|[^,;。]率[^,;。]{{0,2}}|占比)[^,;。\d]{{0,12}}$"
)
_BEYOND_FLATLY = re.compile(
    rf"(?:(?<!不)(?<!得)(?:{MORE_THAN}|{LESS_THAN})|已?满|年满|不满|未满|届满|达|上)$"
)
_LIMITED = re.compile(rf"(?:{MORE_THAN}|{LESS_THAN}|已?满|年满|达到?)$")
_OF_THOSE = re.compile(rf"的(?!{_GOAL})(?:[\u4e00-\u9fff“\d]|可(?!支配)|由|按|每)")
_CONDITION = re.compile(r"的(?:[,]|可以?(?!支配)|不得|给予|予以|按照?|由|不再|直接|优先|一次性)")
_IS_GIVEN = re.compile(r"的?[^,;。]{0,24}(?:给予|予以)")
_LISTED_CONDITION = re.compile(
    r"[、和及或且](?:[^,;。、\d]{0,12}\d[^,;。、]{0,8}?)的[\u4e00-\u9fff]"
)
_LED_BY = re.compile(r"^(?:对|凡|在|从|将|把|面向|针对|符合|支持|鼓励|引导)")
# 20户以上自然村, 100张以上机构: the unit counts something else than the noun.
_SIZED = {
    "户": "自然村|村组|村民小组|村|组|社区|小区|居民区|居民小区|大型社区|院落|楼栋|安置",
    "人": "自然村|村|单位|企业|机构|社区|学校|场所|会议|安置|学校|大型",
    "名": "村|单位|企业|机构|社区|学校|场所",
    "张": "机构|养老|医院|医疗|敬老院",
    "床": "机构|医院",
    "亩": "基地|园|大户|大棚|连片|合作社|家庭农场|种植",
    "平方米": "机构|市场|场所|建筑|商场|商业|小区|单位|公共",
    "元": "项目|企业|工程|产业|村|薄弱村|集体|重大|重点|单体|工业|大项目",
    "头": "养殖|规模|猪",
}
_SERVED = re.compile(r"提供|开展|实施|发放|安装|办理|免费|购买|建立|配备")
_WITHIN_REACH = re.compile(r"^(?:以内|之内|内|范围|半径)")
_LENGTHS = {"公里", "千米", "米", "里"}


# 解决4万人的饮水问题 is done for so many.
_SOLVES = re.compile(r"(?:解决|化解|缓解|满足|改善|破解|消除)[^,;。\d]{0,16}$")
_TROUBLE = re.compile(
    r"的[^,;。\d]{0,12}(?:问题|困难|难题|需求|饮水|用水|吃水|用电|出行|住房|就医|入学|上学|条件)"
)


_COUNTED_BEFORE = re.compile(r"\d[\d.,]*[万亿]?(?:个|户|家|所|座|处|名|人|张|栋)$")


def qualifier(context: Context, seen: Seen) -> bool:
    """床位100张以上的养老机构: the figure says which ones, not how many."""
    q, left, right = seen.quantity, seen.left, seen.right
    if not q.suffix and _SOLVES.search(left) and _TROUBLE.match(right):
        return False
    if re.match(r"[^,;。\d]{1,20}(?<![高初其])中的?\d", right):
        return True
    if seen.unit in ("项", "件", "个") and re.match(r"[^,;。\d]{1,12}(?<![高初其])中的", right):
        return True
    if left.endswith("从") and re.match(r"[^,;。\d]{1,16}(?<![高初其])中", right):
        return True  # 从16件候选项目中选出
    if q.unit not in SHARES and _WHICH_ONES.match(right):
        return True
    if q.unit in _EXTENTS and _EXTENT_DONE.search(left):
        return False
    if q.unit in ("人", "名") and left.endswith("编制"):
        return True
    if re.search(r"沿线$", left) and q.unit in _LENGTHS:
        return True
    if left == "为" and q.suffix and _SERVED.search(right):
        return False  # 为200万名以上学生开展…
    if _sized(seen) or _beyond(seen) or _within_reach(seen) or _listed_condition(seen):
        return True
    if q.suffix and (not left or left[-1] in "、和及") and _ALL_SUCH.match(right):
        return q.unit not in SHARES
    if right.startswith("的") and re.search(r"(?:达不到|不到|不足|未达到?|未满)$", left):
        return True
    if q.suffix and re.match(r"(?:的)?(?:为|评为|定为|视为)", right):
        return True
    if q.suffix and right and _COUNTED_BEFORE.search(left):
        return True  # 230个50户以上连片村寨
    given = _IS_GIVEN.match(right) and not right.startswith("的标准")
    if given and left.startswith(("对", "给", "向")):
        return True
    listed = _LISTED.search(seen.tail)
    if q.suffix and q.unit != "%" and not listed and _BEFORE_COUNT.match(right):
        return True
    if re.match(r"的(?:全部|全都|均|都|一律|应|要|纳入|予以)", right) and _LIMITS.search(seen.tail):
        return q.unit not in SHARES
    if _HAS_OF_NOUN.match(right) and not (
        q.suffix or q.unit in ("%", "‰", "倍") or ENDS_WITH_CUE_OR_VERB.search(seen.tail)
    ):
        return not (is_money(q.unit) and _PAID.match(right))
    makes = _ENDS_WITH_VERB.search(seen.tail) or re.search(
        r"(?:至少|不少于|不低于|实现|达到|完成|确保|全市|全县|力争)$", seen.tail
    )
    if re.match(r"的(?:应|要|均|全部)?(?:占|达到|达|比例)", right) and q.unit not in SHARES:
        return True
    if (
        not right.startswith("的比例")
        and _RELATIVE.match(right)
        and _REACHED_BY_MEMBERS.search(seen.tail)
    ):
        return True
    if q.suffix in ("", "左右", "上下") or makes or q.unit in SHARES:
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


def _sized(seen: Seen) -> bool:
    """20户以上自然村, unless the figure itself is what is reached: 达到20户以上."""
    q = seen.quantity
    nouns = _SIZED.get(seen.unit)
    if not nouns or not q.suffix or q.style != "digits":
        return False
    asked = ENDS_WITH_CUE_OR_VERB.search(seen.tail)
    if asked and (seen.unit not in ("户", "张", "元", "头") or _ENDS_WITH_CUE.search(seen.tail)):
        return False
    return bool(re.match(rf"(?:规模)?(?:{nouns})", seen.right))


def _beyond(seen: Seen) -> bool:
    """造价超过300万元的工程, 低于低保标准2倍的家庭, 不超过1000元的可…."""
    q, right = seen.quantity, seen.right
    if _CONDITION.match(right) and _ENDS_WITH_LIMIT.search(seen.tail + q.suffix):
        return True
    if right == "的" and (q.suffix or _LIMITED.search(seen.tail)):
        return True  # 面积超过500平方米的,应当…
    if not _OF_THOSE.match(right):
        return False
    if q.unit in SHARES:
        return bool(_BEYOND.search(seen.tail)) and bool(_RELATIVE.match(right))
    if q.unit == "倍":
        return bool(_BEYOND.search(seen.tail))
    return bool(_BEYOND_FLATLY.search(seen.tail)) and not _PAID.match(right)


def _within_reach(seen: Seen) -> bool:
    """3公里内没有食堂的社区"""
    q = seen.quantity
    if q.unit not in _LENGTHS:
        return False
    here = not seen.left or bool(
        re.search(r"(?:在|周边|方圆|半径|步行|[\d\u4e00-\u9fff]后)$", seen.left)
    )
    return here and bool(_WITHIN_REACH.match(q.suffix + seen.right))


def _listed_condition(seen: Seen) -> bool:
    """对造价300万元以上、工期3个月以上的项目: every figure of the list tells which."""
    led = _LED_BY.match(seen.left)
    if not led:
        return False
    if _LISTED_CONDITION.match(seen.right):
        return True
    q = seen.quantity
    told = q.suffix or _BEYOND_FLATLY.search(seen.tail)
    return bool(told) and q.unit not in SHARES and bool(_OF_THOSE.match(seen.right))


# --- how large --------------------------------------------------------------------------------

_DESCRIBED = re.compile(
    r"(?:计划投资|投资额|占地(?:面积)?(?:约)?|建筑面积(?:约)?|"
    r"(?<!种植)(?<!播种)(?<!造林)(?<!绿化)(?<!服务)(?<!作业)(?<!治理)(?<!修复)(?<!推广)(?<!防治)总?面积(?:约|为)?|"
    r"全长(?:约)?|总长|长度|宽度|高度|日处理(?:能力)?|年产(?:能|量)?|日产|年处理|"
    r"设计(?:能力|规模)?|装机(?:容量)?|库容|注册资金|注册资本|距离?|相距|半径|直径|海拔|常住人口|总人口|"
    r"户籍人口|(?<!受益)(?<!惠及)(?<!覆盖)(?<!服务)(?<!供水)人口(?:约|达)?|为期|历时|连续|下辖|现辖|辖|面向|涉及(?:居民|群众|住户|农户)?|平均每|日均[^,;。]{0,6})$"
)
_INVESTED = re.compile(
    r"(?<!完成)(?<!突破)(?:总投资|概算投资|投资概算)(?:额|规模)?(?:约|近|达|为|超)?$"
)
_COSTING = re.compile(r"(?<!完成)(?<!新增)(?<!到位)(?<!引进)(?<!资产)(?<!实现)投资(?:约)?$")
_COSTLY = re.compile(r"的[^,;。]{2,}(?:项目|工程|建设|基地|中心)")
_MADE_FOR = re.compile(
    r"可(?:同时|年|日|再|满足|直接|间接|实际)*"
    r"(?:提供|容纳|入住|供|停放?|安置|解决|接纳|接待|服务|满足|收住|存放|处理|生产|增加|新增|带动|实现|吸纳|覆盖|"
    r"惠及|节约|减少|辐射|灌溉|改善|保障|发电)[^,;。]{0,8}$"
)
_CROSS_SECTION = re.compile(r"(?:宽|厚|深|净空|净高|管径|直径|路基|路面)(?:约|为|达)?$")
_METRES = {"米", "厘米", "毫米", "公里"}
_CAPACITIES = {"吨", "千瓦", "兆瓦", "千伏", "伏", "吉瓦", "度", "升", "标准箱", "标箱", "大卡"}
_IN_BRACKETS = re.compile(r"\(([^()\n]{0,60})$")
_SIZE_TOLD = re.compile(
    r"规模|面积|投资|可|容纳|日处理|占地|新增|床位|全长|总|设计|建设内容|个班|含地下|地上|地下"
)
_WORKS = re.compile(
    r"(?:工程|项目|中心|院|校|园|站|馆|基地|学校|厂|路|公园|小区|企业|公司|大桥|水库|一期|二期)$"
)


# 改造校舍面积4万平方米: the extent is what the verb does.
_EXTENT_OF_WORKS = re.compile(
    r"^[^\d,;。]{0,12}?(?:新建|改建|扩建|改造|新增|整治|修缮|加固|硬化|新改建|改扩建|建设|完成|修复|拆除)"
    r"(?!规模|内容)[^\d,;。]{2,16}(?:面积|全长|总长|长度)(?:约)?$"
)


_ALL_IN_ALL = re.compile(r"(?:约|共计?|合计|总计)+")  # 拆除旧房90户,约6000平方米
# 减少农村贫困人口900人
_PEOPLE_MOVED = re.compile(
    r"(?:减少|新增|带动|转移|解决|实现|完成|帮助|搬迁|安置|稳定)[^,;。\d]{0,12}人口$"
)


# 建设内容为新建一幢食堂和一幢配电房; 共四层,12个教学班
_CONTENT = re.compile(r"建设(?:内容|规模)(?:主要)?(?:为|包括|是)[^;。|\n]*$")
_STOREYS = re.compile(r"共[一二三四五六七八九十\d]+层,$")
# 占地2亩,建筑面积540平方米,拥有18间住房
_THERE_IS = re.compile(r"(?:拥有|设有|内设|建有|配有)$")
_SITE = re.compile(r"(?:占地|建筑面积)[^。;\n]*\d[^。;\n]*[,、][^,、]{0,6}$")


def described(context: Context, seen: Seen) -> bool:
    """总投资2亿元, 可容纳900人, 路面宽6米: the size of a thing."""
    q = seen.quantity
    if q.unit in _EXTENTS and _EXTENT_OF_WORKS.match(seen.left):
        return False
    if _bracketed(context, seen):
        return True
    if _COSTING.search(seen.left) and _COSTLY.search(seen.right):
        return True
    if _CONTENT.search(
        context.norm, max(context.sentence_at(q.start).start, q.start - 60), q.start
    ):
        return True
    if not seen.left and _STOREYS.search(seen.before):
        return True
    if _THERE_IS.search(seen.tail) and _SITE.search(seen.before):
        return True
    if q.unit in SHARES:
        return False
    if _INVESTED.search(seen.tail) and is_money(q.unit):
        return True
    if q.unit in _METRES and _CROSS_SECTION.search(seen.tail):
        return True
    if _MADE_FOR.search(seen.tail) and not re.search(
        r"(?:力争|确保|达到|支配[^,;。]*)$", seen.tail
    ):
        return True
    if q.unit in _CAPACITIES and q.suffix in ("及以下", "及以上") and seen.right:
        return True  # 10万千瓦及以下机组
    if q.unit in _EXTENTS and not seen.right and _ALL_IN_ALL.fullmatch(seen.left):
        before = context.norm[max(0, seen.clause.start - 30) : seen.clause.start]
        if re.search(r"\d[^。;\n]*,$", before):
            return True
    if q.suffix and (not seen.right or seen.right[0] == "、"):
        return False  # 面积5万平方米以上 is asked for
    if q.unit in ("人", "名", "户") and _PEOPLE_MOVED.search(seen.left):
        return False
    return bool(_DESCRIBED.search(seen.tail))


def _bracketed(context: Context, seen: Seen) -> bool:
    """新校区(54个班、总投资3亿元): what a bracket tells of the works before it."""
    start = seen.quantity.start
    opened = _IN_BRACKETS.search(context.norm, max(0, start - 64), start)
    if opened is None:
        return False
    before = context.norm[max(0, opened.start() - 6) : opened.start()]
    told = opened[1] + seen.right
    if opened[1].startswith(("其中", "含", "包括")) or not _WORKS.search(before):
        return False
    return bool(_SIZE_TOLD.search(opened[1])) or bool(re.search(r"[,、].*(?:面积|投资|床位)", told))


def capacity_name(_: Context, seen: Seen) -> bool:
    """年产10万吨, 500千伏变电站: the size of a thing, not a number of things."""
    if seen.unit not in _CAPACITIES or seen.quantity.suffix:
        return False
    if re.match(r"[^,;。]{0,8}?(?:变电站|电站|工程|项目|机组|厂|线路|装置|生产线)", seen.right):
        return True
    named = bool(re.match(r"[\u4e00-\u9fff“]", seen.right)) and not seen.right.startswith("的")
    return named and not re.search(
        r"(?:新增|增加|完成|实现|达到?|收购|生产|储备|压减|淘汰|减排|节约|供应)$", seen.left
    )


# --- from where one starts --------------------------------------------------------------------

_BASELINE = re.compile(r"(?:由|从)(?![^,;。]{0,16}(?:到|至))[^,;。]{0,24}$")
_RISES = re.compile(
    r"^[^,;。]{0,16}?(?:提高|增加|上升|提升|扩大|调整|增长|下降|降低|降|减少|压缩|缩短|压减|上调|缩减|调|增|减|"
    r"变|精简|升|扩|扩展|拓展|延伸)(?:到|至|为)|^[到至]"
)
_THAN_BEFORE = re.compile(r"(?:比|较)[^,;。]{0,10}(?:年|期|季|[底末初月])度?的?$")
_MORE_THAN_BEFORE = re.compile(
    r"(?:比|较)(?:去年|上年|往年)(?:同期)?(?:[^,;。]{0,6}[多少高低][出了]|[多少高低])$"
)
_CHANGES = re.compile(r"^(?:提高|增长|上升|提升|增加|下降|降低|减少|压减|翻|再)")


def baseline(_: Context, seen: Seen) -> bool:
    """In 由500元提高到530元 the first figure is where one starts."""
    if _before_a_rise(seen):
        return True
    if not _BASELINE.search(seen.left[-30:]):
        return False
    return bool(_RISES.match(seen.right)) or bool(re.match(r"向\d", seen.right))


_FROM_ON = re.compile(r"(?:由|从)(?:目前|现行|原来)?(?:的)?(?P<since>[^,;。]{0,60})$")
_LIST_RISES = re.compile(
    r"^[^,;。\d]{0,12}(?:[、和及][^,;。\d]{0,16}\d[\d.,]*[^,;。、和及\d]{0,8}){1,4}?"
    r"(?:分别|相应)?(?:提高|增加|上升|提升|扩大|调整|增长|上调|下降|降低|减少)(?:到|至|为)"
)
_HAS_RISEN = re.compile(r"(?:提高|增加|上升|提升|扩大|调整|增长|上调|下降|降低|减少)(?:到|至|为)")


def _before_a_rise(seen: Seen) -> bool:
    """由集中800元、分散600元提高到…: every figure of the list is where one starts."""
    m = _FROM_ON.search(seen.left)
    if m is None or _HAS_RISEN.search(m["since"]) or not _HAS_RISEN.search(seen.right):
        return False
    return bool(_LIST_RISES.match(seen.right)) or bool(_RISES.match(seen.right))


_AGAINST = ("低于", "高于", "超过", "优于", "好于", "超出")
_THE_GOAL = re.compile(r"的(?:控制|预期|年度|年初|既定|计划)*(?:目标|任务|计划)")


def compared(_: Context, seen: Seen) -> bool:
    if seen.left in _AGAINST and _THE_GOAL.match(seen.right):
        return True  # 失业率为3.9%,低于4.5%的控制目标
    if re.search(r"在[^,;。]{0,12}$", seen.left) and re.match(r"[^,;。\d]{0,16}基础上", seen.right):
        return True
    if _MORE_THAN_BEFORE.search(seen.tail):
        return True
    if _THAN_BEFORE.search(seen.tail) and _CHANGES.match(seen.right):
        return True
    return bool(re.search(r"(?:在|比|较|按现行|现行)$", seen.left)) and bool(
        re.match(r"(?:的)?(?:基础上|基础|标准提高)", seen.right)
    )


# --- how many there are -----------------------------------------------------------------------

_OF_AGE = re.compile(
    r"岁(?:及)?以上的?(?:常住|户籍)?(?:老人|老年人|人口)(?:口|数|总数)?(?:已|约|近|达到?|超过|突破|为|有)*$"
)
_FORECAST = re.compile(  # 预计今年高校毕业生超过1170万人
    r"(?:预计|预测|据测算)[^,;。\d]{0,8}(?:毕业生|人口|老年人|老人|新生儿?)(?:人?数|总量|规模)?(?:将)?(?:达到?|超过?|突破|为|约|近)*$"
)
_AGED_SHARE = re.compile(r"岁(?:及)?以上的?(?:常住|户籍)?(?:老|人)[^。;]*[,(]占[^,。;]*$")
_EVERY_AREA = re.compile(
    r"(?:县|市|区|乡|镇|街道|行政村|村|社区|部门|成员单位)[^,;。\d]{0,8}?(?:全部|全都|均|都|要|应当?|须)"
)
_ALL_OF_THEM = re.compile(
    rf"^(?:{PLACES})?(?:内|的)?$|^(?:{PLACES})?\d+个[^,;。\d]{{1,8}}[、和及]$"
)
_PLACE_END = re.compile(rf"(?:{PLACES}|所有|辖区|辖区内|下辖|现辖|全部|各)(?:内|的|共|共有)?$")
_MEMBERS = {
    "个", "家", "所", "户", "名", "人", "位", "处", "座", "村", "社区", "镇", "街道", "乡镇", "县",
}  # fmt: skip
_ALL_THE_SAME = re.compile(
    r"^(?:名|户)?[^,;。、\d]{2,14}?(?:[^,;。、\d]{0,6}(?:率|比例|覆盖面)(?:均|全部|都)?(?:保持|稳定|达|为|\d|$)|"
    r"全覆盖|逐一|逐户|逐个|逐村|全部|均(?!衡|等|价)|实现全)"
)
_TREATED = re.compile(r"(?:对|将|把|给|推动|督促|指导|组织)$")
_ONE_AFTER_ANOTHER = re.compile(r"^[^,;。\d]{1,20}(?:逐一|逐户|逐个|全部|全面|一律|逐项)")
_MADE_USE_OF = re.compile(
    r"(?:依托|利用|借助|围绕|针对|凭借|立足|用好|发挥好?)(?:现有|已有|全市|全县|全区)?(?:的)?$"
)
_AMONG = re.compile(r"[^,;。\d]{1,16}[中里]$")  # 全市28家食堂中,15家…
_DONE_TO = re.compile(r"对[^,;。]{2,40}的$")
_IS_DONE = re.compile(r"[^,;。\d]{1,16}(?:开展|进行|实施|逐)")  # 对投用的9家机构开展检查
_STAFFED = re.compile(r"由$|由[^,;。]{1,24}[、和]$|为组长$")
_STAFF_ENDS = re.compile(
    r"^[^,;。、\d]{1,14}(?:任|担任|为成员|组成|牵头|负责|参加|为组长|投票|表决|评审|审议)"
)


_EACH_REACHES = re.compile(
    r"^[^,;。\d]{2,20}?(?:均|都|全部)?(?:达到?|超过|突破|不低于|不少于)(?:人均)?\d"
)
_TOUCHES = re.compile(r"涉及[^,;。]{0,40}(?:乡镇|街道|[县区镇乡])$")  # 涉及四个乡镇9个村
_NOUNS = r"\d[\d.]*[^\d,;。、]{1,14}"
# 全市9个图书馆、11个文化馆和2个美术馆: all there are.
_LIST_OF_ALL = re.compile(
    rf"^(?:今年|目前)?(?:{PLACES})(?:范围内)?的?{_NOUNS}(?:[、和及]{_NOUNS})*[、和及]$"
)


def per_denominator(_: Context, seen: Seen) -> bool:
    """The 100 of 每100名老人配备1名护理员."""
    return bool(re.search(r"每(?:隔|满|增加)?$", seen.left))


def universe(_: Context, seen: Seen) -> bool:
    """全市9个县市区: how many there are, unless a verb makes them the task."""
    left = seen.left
    if seen.unit == "个" and _EVERY_AREA.match(seen.right) and _ALL_OF_THEM.search(seen.left):
        return not seen.quantity.suffix
    if re.search(r"(?:落实|分解|下达|细化)[到至]$", seen.tail) and seen.unit in ("个", "家"):
        return True  # 落实到31个责任单位
    if seen.quantity.suffix or seen.unit not in _MEMBERS:
        return False
    if not seen.left and _ALL_THE_SAME.match(seen.right):
        return True  # 120名留守儿童结对率达100%
    if seen.unit == "个" and _TOUCHES.search(seen.left) and seen.right in ("村", "社区"):
        return True
    if not seen.left and _EACH_REACHES.match(seen.right):
        return True  # 6个村集体收入达到8万元
    if _LIST_OF_ALL.match(seen.left):
        return True
    if _MADE_USE_OF.search(seen.tail):
        return True
    if re.search(r"(?:拆分|合并|整合|划分|细分|归并)(?:为|成)$", seen.tail):
        return True
    if _AMONG.match(seen.right) or (_DONE_TO.search(left) and _IS_DONE.match(seen.right)):
        return True
    if _TREATED.search(seen.tail) and _ONE_AFTER_ANOTHER.match(seen.right):
        return True
    return (
        bool(_PLACE_END.search(seen.tail))
        and bool(re.match(r"[\u4e00-\u9fff“]", seen.right))
        and not _ENDS_WITH_VERB_OF_ALL.search(seen.left)
    )


def staffing(_: Context, seen: Seen) -> bool:
    """由1名副区长任组长、9个部门为成员"""
    if seen.unit not in _MEMBERS:
        return False
    return bool(_STAFFED.search(seen.tail)) and bool(_STAFF_ENDS.match(seen.right))


def population(_: Context, seen: Seen) -> bool:
    """60岁以上老人达到32万人,占总人口的21%: how many there are, whoever works."""
    if seen.unit in ("人", "名") and (_OF_AGE.search(seen.left) or _FORECAST.search(seen.left)):
        return True
    return seen.unit == "%" and bool(_AGED_SHARE.search(seen.before))
