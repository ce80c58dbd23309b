"""资助参保 (help with insurance premiums): the people of one family, one year's contributions.

Read beside articles 28 and 29 (1) of the 2014 Interim Measures for Social Assistance: the personal
contribution to the insurance of urban residents or to the rural cooperative scheme is subsidised.
Each city says how large a share (`premium_share`).
"""

from jimin.engine.rules import (
    TO_FEN,
    Choice,
    Decision,
    Expression,
    Group,
    Member,
    Money,
    RuleBook,
    any_member,
    count,
    highest,
    round_up,
    total,
    when,
)
from jimin.engine.rules.units import YUAN
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit

BENEFIT = Benefit(
    label="资助参保",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=(),
        amounts=("amount",),
    ),
    conditions=("somebody_is_recipient", "somebody_is_insured", "something_is_left"),
    reasons={ELIGIBLE: "资助 {helped} 人的个人缴费，共 {amount} 元"},
    each=("subsidy",),
)
CATEGORIES = {
    "tekun": "特困供养人员",
    "dibao": "最低生活保障家庭成员",
    "other_in_need": "县级以上人民政府规定的其他特殊困难人员",
    "none": "不属于救助对象",
}
SCHEMES = {
    "resident": "城镇居民基本医疗保险",
    "rural": "新型农村合作医疗",
    "employee": "职工基本医疗保险",
    "none": "没有参加",
}
ARTICLE = "社会救助暂行办法第二十九条"


def declare(book: RuleBook) -> None:
    book.member_facts(
        category=Choice(label="参保人类别", choices=CATEGORIES),
        scheme=Choice(label="参加的医疗保险", choices=SCHEMES),
        contribution=Money(label="本年度个人缴费", unit=YUAN, highest=1_000_000),
        subsidised_before=Money(
            label="本年度已经资助的金额", unit=YUAN, highest=1_000_000, default=0
        ),
    )

    @book.group("家庭人数", cite="社会救助暂行办法第二十八条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.member("是医疗救助对象", cite="社会救助暂行办法第二十八条")
    def is_recipient(p: Member) -> Expression:
        return p.category != "none"

    @book.member("参加可以资助的保险", cite=f"{ARTICLE}：个人缴费部分给予补贴")
    def is_insured(p: Member) -> Expression:
        return (p.scheme == "resident") | (p.scheme == "rural")

    @book.member("可以资助", cite="社会救助暂行办法第二十八条、第二十九条")
    def may_be_helped(p: Member) -> Expression:
        return p.is_recipient & p.is_insured

    @book.member("应资助的个人缴费", cite=f"{ARTICLE}：个人缴费部分给予补贴")
    def entitled(p: Member) -> Expression:
        share = round_up(p.premium_share * p.contribution, TO_FEN)
        return when(p.may_be_helped, share, 0)

    @book.member("本次资助金额", cite=f"{ARTICLE}：个人缴费部分给予补贴")
    def subsidy(p: Member) -> Expression:
        return highest(0, p.entitled - p.subsidised_before)

    @book.member("本次得到资助", cite=f"{ARTICLE}：个人缴费部分给予补贴")
    def is_helped(p: Member) -> Expression:
        return p.subsidy > 0

    @book.group("资助人数", cite=f"{ARTICLE}：个人缴费部分给予补贴")
    def helped(h: Group) -> Expression:
        return count(h.members.is_helped)

    @book.group("资助金额合计", cite=f"{ARTICLE}：个人缴费部分给予补贴")
    def amount(h: Group) -> Expression:
        return total(h.members.subsidy)

    @book.group(
        "有救助对象",
        cite="社会救助暂行办法第二十八条",
        unmet="没有最低生活保障家庭成员、特困供养人员或者规定的其他特殊困难人员",
    )
    def somebody_is_recipient(h: Group) -> Expression:
        return any_member(h.members.is_recipient)

    @book.group(
        "有救助对象参加居民医保或者新农合",
        cite=f"{ARTICLE}：个人缴费部分给予补贴",
        unmet="救助对象没有参加城镇居民基本医疗保险或者新型农村合作医疗",
    )
    def somebody_is_insured(h: Group) -> Expression:
        return any_member(h.members.may_be_helped)

    @book.group(
        "还有没有资助的个人缴费",
        cite=f"{ARTICLE}：个人缴费部分给予补贴",
        unmet="按规定的比例没有可以资助的个人缴费，或者本年度已经资助",
    )
    def something_is_left(h: Group) -> Expression:
        return h.amount > 0

    @book.group("结论", cite="社会救助暂行办法第二十八条、第二十九条")
    def conclusion(h: Group) -> Expression:
        meets_all = h.somebody_is_recipient & h.somebody_is_insured & h.something_is_left
        return when(meets_all, ELIGIBLE, NOT_ELIGIBLE)
