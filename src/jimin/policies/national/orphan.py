"""孤儿基本生活保障 (the orphans' allowance): the children of one family or institution.

Read beside 国办发〔2010〕54 号 and 民发〔2010〕161 号. Each city says its own rate (`local_rate`);
the national floor holds where that is lower.
"""

from jimin.engine.rules import (
    Choice,
    Day,
    Decision,
    Expression,
    Flag,
    Group,
    Member,
    RuleBook,
    age,
    any_member,
    count,
    highest,
    total,
    when,
)
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit

BENEFIT = Benefit(
    label="孤儿基本生活保障",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=(),
        amounts=("amount",),
    ),
    conditions=("somebody_has_lost_the_parents", "somebody_is_entitled"),
    reasons={ELIGIBLE: "保障 {entitled_children} 名孤儿，每月共 {amount} 元"},
    each=("allowance",),
)
PARENTS = {"dead": "死亡", "missing": "失踪或查找不到", "living": "健在"}
PLACEMENTS = {
    "kin": "亲属抚养",
    "foster": "家庭寄养",
    "institution": "机构养育",
    "adopted": "依法收养",
}


def declare(book: RuleBook) -> None:
    figures = book.figures
    book.member_facts(
        birth=Day(label="出生日期"),
        father=Choice(label="父亲情况", choices=PARENTS),
        mother=Choice(label="母亲情况", choices=PARENTS),
        placement=Choice(label="安置方式", choices=PLACEMENTS),
        is_recognised=Flag(label="县级以上民政部门已认定"),
    )

    @book.group("儿童人数", cite="国办发〔2010〕54 号：孤儿安置")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.member("失去父母或者查找不到生父母", cite="国办发〔2010〕54 号：孤儿的定义")
    def has_lost_both_parents(p: Member) -> Expression:
        return (p.father != "living") & (p.mother != "living")

    @book.member("是孤儿", cite="国办发〔2010〕54 号：孤儿的定义")
    def is_orphan(p: Member) -> Expression:
        is_minor = age(p.birth) < figures.orphan_age
        return p.has_lost_both_parents & is_minor & p.is_recognised

    @book.member("孤儿基本生活费标准", cite="国办发〔2010〕54 号、民发〔2010〕161 号：最低养育标准")
    def rate(p: Member) -> Expression:
        return highest(p.local_rate, figures.orphan_least_rate[p.placement])

    @book.member("可享受基本生活费", cite="国办发〔2010〕54 号：孤儿安置（收养的除外）")
    def is_entitled(p: Member) -> Expression:
        return p.is_orphan & (p.placement != "adopted")

    @book.member("孤儿基本生活费", cite="国办发〔2010〕54 号：孤儿基本生活保障")
    def allowance(p: Member) -> Expression:
        return when(p.is_entitled, p.rate, 0)

    @book.group(
        "有失去父母的儿童",
        cite="国办发〔2010〕54 号：孤儿的定义",
        unmet="父亲或者母亲健在，不是孤儿",
    )
    def somebody_has_lost_the_parents(h: Group) -> Expression:
        return any_member(h.members.has_lost_both_parents)

    @book.group("享受人数", cite="国办发〔2010〕54 号：孤儿基本生活保障")
    def entitled_children(h: Group) -> Expression:
        return count(h.members.is_entitled)

    @book.group(
        "有可享受的儿童",
        cite="国办发〔2010〕54 号：孤儿的定义、孤儿安置",
        unmet="已满 {orphan_age} 周岁、没有经县级以上民政部门认定，或者已被依法收养",
    )
    def somebody_is_entitled(h: Group) -> Expression:
        return any_member(h.members.is_entitled)

    @book.group("每月发放合计", cite="国办发〔2010〕54 号：孤儿基本生活保障")
    def amount(h: Group) -> Expression:
        return total(h.members.allowance)

    @book.group("结论", cite="国办发〔2010〕54 号：孤儿基本生活保障")
    def conclusion(h: Group) -> Expression:
        meets_both = h.somebody_has_lost_the_parents & h.somebody_is_entitled
        return when(meets_both, ELIGIBLE, NOT_ELIGIBLE)
