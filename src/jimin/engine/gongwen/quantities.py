"""Numbers with their units, wherever they stand; what they mean is decided elsewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from jimin.engine.gongwen.numerals import MULTIPLES, chinese_number
from jimin.engine.gongwen.words import longest_first

Style = Literal["digits", "chinese", "percent", "fraction"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """`end` takes in 以上 and its kind, so that the offsets enclose the whole expression."""

    start: int
    end: int
    low: Decimal
    high: Decimal | None
    unit: str
    suffix: str
    style: Style
    vague: bool = False  # 1000余张, 3万多人


_UNIT = longest_first(
    """
    个次 管
    人次 户次 家次 场次 车次 班次 件次 台次 例次 课次 万人天 人天 人日 人(?!口) 名 位 户 家 所 个 处
    座 张 套 件 起 项 条 场 次 台 辆 本 份 册 部 篇 首 幅 期 批 届 班 课时 学时 对 亩 公顷
    平方米 平方公里 立方米 万平 ㎡ 公里 千米 米 厘米 毫米 海里 吨 公斤 千克 斤 克 头 只 支 枚 颗
    株 棵 羽 尾 匹 艘 架 列 节 间 栋 幢 套房 孔 口 眼 盏 块 面 片 段 道 门 类 种 款 层 级 档 组
    队 团 股 宗 例 单 笔 封 通 元 美元 欧元 港元 日元 千瓦时 千瓦 兆瓦 吉瓦 千伏 伏 度 大卡 升
    毫升 毫克/升 毫克/立方米 微克/立方米 ℃ 摄氏度 小时 分钟 秒 天 日 个工作日 工作日 个月 年 周
    周年 周岁 岁 代 倍 成 分 点 标准箱 标箱 重量箱 箱 瓶 袋 桶 床 床位 座席 工位 铺位 车位 泊位

    穴 格位 轮 立方 平方 剂次 剂 针 堂 集 单元 人份 名额 批次 轮次 个点(?![位名子段])
    村 镇 乡 乡镇 街道 社区 县 区 国 国家 港 桩 支队伍 环 线 辆次 座次 便士 兆 牌 杆 具 副
    顶 把 根 卷 盘
    """
)
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_MULTIPLE = "(?:" + longest_first("|".join(set(MULTIPLES) - {"十", "千"})) + "|千(?![瓦伏米克]))"
_PEOPLE = re.compile(
    r"(?:以上|以下|左右)?的?(?:(?!每)[\u4e00-\u9fff]){0,8}?(?:人口|人员|居民|群众|老人|老年人|农民|职工|学生|残疾人|劳动力)"
)
# 就业人数24万以上: the noun says what is counted where the unit is left out.
_REACHES = r"(?:达到?|突破|超过|不少于|不低于|增加到|增长到|稳定在|保持在)?$"
_COUNTS_PEOPLE = re.compile(r"(?:人数|人口|人员)" + _REACHES)
_COUNTS_MONEY = re.compile(
    r"(?:收入|总额|投资|产值|增加值|资金|销售额|营业额|贷款|税收|总产值|生产总值)" + _REACHES
)
_SUFFIX = (
    r"(?: (?=以上|以下|以内|左右))?(?P<suffix>及以上|或以上|以上|及以下|以下|以内|之内|左右|上下)?"
)
_POINTS = "个百分点|百分点|%|‰"

_DIGITS = re.compile(
    rf"(?<![\d.])(?P<low>{_NUMBER})[ ]?"
    rf"(?:(?P<about>[多余])(?={_MULTIPLE}))?(?P<lowtimes>{_MULTIPLE})?"
    rf"(?:(?P<lowunit>{_POINTS}|{_UNIT})?[ ]?[-至到][ ]?(?P<high>{_NUMBER})[ ]?)?"
    rf"(?P<times>{_MULTIPLE})?(?P<vague>[多余]|来(?={_UNIT}))?"
    rf"[ ]?(?P<unit>{_POINTS}|{_UNIT})?"
    rf"(?P<rate>/(?:人|户|床|张|亩|平方米|立方米|升)?·?[年月日天次人户]?)?{_SUFFIX}"
)
_CHINESE = "零〇一二两三四五六七八九十百千万亿"
_PERCENT = re.compile(rf"(?P<base>百|千|万)分之(?P<number>[{_CHINESE}点\d.]{{1,9}}){_SUFFIX}")
_FRACTION = re.compile(
    rf"(?P<below>[二三四五六七八九十])分之(?P<above>[一二三四五六七八九]){_SUFFIX}"
)
_HALF = re.compile(r"(?:一半|半数)(?P<suffix>及?以上)|(?:超过?|过|达到?)(?P<bare>一半|半数|半)")
_TENTHS = re.compile(
    rf"(?<![{_CHINESE}])(?P<number>[一二两三四五六七八九]|\d)成(?P<more>[一二三四五六七八九半])?{_SUFFIX}"
    r"(?![员就果立人功长绩效本交熟都])"
)
_COUNT = re.compile(
    rf"(?P<low>[{_CHINESE}]{{1,8}})(?:[-至到](?P<high>[{_CHINESE}]{{1,8}}))?"
    rf"(?P<vague>[多余来])?(?P<unit>{_UNIT})(?P<suffix>及以上|以上|以下|以内|之内|左右)?"
)
_HALF_TENTH = Decimal(5)
_LONGEST = 15  # a longer row of digits is a telephone, an account or an identity number
_MONEY = {"美元", "欧元", "港元", "日元", "元"}


def find_quantities(text: str) -> list[Quantity]:
    """Every quantity of normalised text, in order, none overlapping another."""
    found = sorted(_all(text), key=lambda q: (q.start, q.start - q.end))
    quantities: list[Quantity] = []
    for quantity in found:
        if not quantities or quantity.start >= quantities[-1].end:
            quantities.append(quantity)
    return quantities


def _all(text: str) -> Iterator[Quantity]:
    for m in _DIGITS.finditer(text):
        if len(m["low"]) <= _LONGEST and len(m["high"] or "") <= _LONGEST:
            yield _from_digits(m)
    if "分之" in text:
        for m in _PERCENT.finditer(text):
            number = chinese_number(m["number"]) if not m["number"][0].isdigit() else None
            if number is None and re.fullmatch(r"\d+(?:\.\d+)?", m["number"]):
                number = Decimal(m["number"])
            if number is not None:
                unit = {"百": "%", "千": "‰", "万": "‱"}[m["base"]]
                yield _quantity(m, number, unit, "percent")
        for m in _FRACTION.finditer(text):
            above, below = chinese_number(m["above"]), chinese_number(m["below"])
            if above and below:
                yield _quantity(m, above * 100 / below, "%", "fraction")
    if "半" in text:
        for m in _HALF.finditer(text):
            start = m.start("bare") if m["bare"] else m.start()
            yield Quantity(start, m.end(), Decimal(50), None, "%", m["suffix"] or "", "fraction")
    for m in _TENTHS.finditer(text):
        tenths = chinese_number(m["number"]) if not m["number"].isascii() else Decimal(m["number"])
        if tenths:
            more = _HALF_TENTH if m["more"] == "半" else chinese_number(m["more"] or "零")
            yield _quantity(m, tenths * 10 + (more or 0), "%", "fraction")
    for m in _COUNT.finditer(text):
        low = chinese_number(m["low"])
        high = chinese_number(m["high"]) if m["high"] else None
        if low is not None and (high is not None or not m["high"]):
            yield Quantity(
                m.start(),
                m.end(),
                low,
                high,
                m["unit"],
                m["suffix"] or "",
                "chinese",
                bool(m["vague"]),
            )


def _quantity(m: re.Match[str], value: Decimal, unit: str, style: Style) -> Quantity:
    return Quantity(m.start(), m.end(), value, None, unit, m["suffix"] or "", style)


def _from_digits(m: re.Match[str]) -> Quantity:
    """Both ends of a range share the multiple: 3-5万 is 30,000 to 50,000, as is 3万-5万."""
    last = m["times"] or ("" if m["high"] else m["lowtimes"]) or ""
    first = m["lowtimes"] or last
    low = _number(m["low"]) * MULTIPLES.get(first, Decimal(1))
    high = _number(m["high"]) * MULTIPLES.get(last, Decimal(1)) if m["high"] else None
    unit = m["unit"] or (m["lowunit"] if m["high"] else None) or ""
    if not unit and (last or low >= 100) and _PEOPLE.match(m.string, m.end()):
        unit = "人"  # 解决12万农村人口的饮水
    if not unit and last:
        unit = _unit_left_out(m.string[max(0, m.start() - 12) : m.start()], last)
    if unit == "百分点":
        unit = "个百分点"
    if unit == "万平":
        unit, low = "平方米", low * 10**4
    rate = m["rate"] or ""
    if len(rate) > 1 and unit:
        unit += rate
        end = m.end()
    else:
        end = m.end() if not rate else m.start("rate")
    while end > m.start() and end > m.start("low") + 1 and m.string[end - 1] == " ":
        end -= 1
    return Quantity(
        m.start(), end, low, high, unit, m["suffix"] or "", "digits", bool(m["vague"] or m["about"])
    )


def _unit_left_out(before: str, times: str) -> str:
    if _COUNTS_PEOPLE.search(before):
        return "人"
    return "元" if "亿" in times and _COUNTS_MONEY.search(before) else ""


def _number(digits: str) -> Decimal:
    return Decimal(digits.replace(",", ""))


def is_money(unit: str) -> bool:
    """Yuan, or another currency, also per person or month."""
    return unit.split("/")[0] in _MONEY
