"""残疾抚恤金 (the pension of disabled soldiers): those of one household.

Read beside the Regulations on pensions and preferential treatment of soldiers (军人抚恤优待条例,
Order 413, text of 2011) and the yearly tables of rates. Each city says the local average wage
(`average_wage`), by which the care fee is measured.
"""

from jimin.engine.rules import (
    TO_FEN,
    Choice,
    Decision,
    Expression,
    Flag,
    Group,
    Member,
    Month,
    RuleBook,
    any_member,
    count,
    monthly,
    months_since,
    round_half_up,
    total,
    when,
)
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit

BENEFIT = Benefit(
    label="残疾军人抚恤",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=(),
        amounts=("pension_total", "care_total", "funeral_total"),
    ),
    conditions=("somebody_draws", "somebody_has_a_rate"),
    reasons={
        ELIGIBLE: (
            "本月残疾抚恤金 {pension_total} 元，护理费 {care_total} 元，"
            "丧葬补助费 {funeral_total} 元"
        )
    },
    each=("pension", "care_fee", "funeral_grant"),
)
GRADES = dict(
    zip(
        (str(grade) for grade in range(1, 11)),
        (f"{grade}级" for grade in "一二三四五六七八九十"),
        strict=True,
    )
)
CAUSES = {"war": "因战", "duty": "因公", "illness": "因病"}
STANDINGS = {
    "normal": "正常",
    "imprisoned": "被判处有期徒刑或者剥夺政治权利期间",
    "wanted": "被通缉期间",
    "sentenced_for_life": "被判处死刑或者无期徒刑",
    "dead": "已去世",
}
DEATHS = {"illness": "因病", "old_wound": "旧伤复发", "other": "其他原因"}
"""Who dies of an old wound is provided for as killed on duty, which is another benefit."""


def declare(book: RuleBook) -> None:
    figures = book.figures
    book.member_facts(
        grade=Choice(label="残疾等级", choices=GRADES),
        cause=Choice(label="致残性质", choices=CAUSES),
        standing=Choice(label="状态", choices=STANDINGS),
        died_in=Month(label="去世月份"),
        death_cause=Choice(label="去世原因", choices=DEATHS),
        lives_in_institution=Flag(label="由国家集中供养"),
    )

    @book.group("人数", cite="军人抚恤优待条例第二十六条")
    def size(h: Group) -> Expression:
        return count(h.members)

    # Who draws

    @book.member("本月去世", cite="军人抚恤优待条例第二十八条")
    def died_this_month(p: Member) -> Expression:
        return (p.standing == "dead") & (months_since(p.died_in) == 0)

    @book.member("本月享受抚恤", cite="军人抚恤优待条例第二十六条、第五十条")
    def draws(p: Member) -> Expression:
        return (p.standing == "normal") | p.died_this_month

    @book.group(
        "有人本月享受抚恤",
        cite="军人抚恤优待条例第五十条",
        unmet="已去世，或者因服刑、通缉中止，或者因重刑取消抚恤",
    )
    def somebody_draws(h: Group) -> Expression:
        return any_member(h.members.draws)

    # Pension

    @book.member("残疾抚恤金年标准", cite="军人抚恤优待条例第二十六条、第二十七条")
    def pension_a_year(p: Member) -> Expression:
        return figures.disability_pension[p.grade, p.cause]

    @book.member("有残疾抚恤金标准", cite="军人抚恤优待条例第二十三条")
    def has_a_rate(p: Member) -> Expression:
        return p.draws & (p.pension_a_year > 0)

    @book.group(
        "有人在标准表内",
        cite="军人抚恤优待条例第二十三条",
        unmet="因病致残只评定一级至六级，没有残疾抚恤金标准",
    )
    def somebody_has_a_rate(h: Group) -> Expression:
        return any_member(h.members.has_a_rate)

    @book.member("本月残疾抚恤金", cite="军人抚恤优待条例第二十六条、第二十七条")
    def pension(p: Member) -> Expression:
        return when(p.draws, round_half_up(monthly(p.pension_a_year), TO_FEN), 0)

    # Care fee

    @book.member("发给护理费", cite="军人抚恤优待条例第三十条")
    def gets_care_fee(p: Member) -> Expression:
        return p.draws & ~p.lives_in_institution

    @book.member("护理费", cite="军人抚恤优待条例第三十条")
    def care_fee(p: Member) -> Expression:
        fee = figures.care_fee_share[p.grade, p.cause] * p.average_wage
        return when(p.gets_care_fee, round_half_up(fee, TO_FEN), 0)

    # Death

    @book.member("本月因病去世", cite="军人抚恤优待条例第二十八条：因病死亡的")
    def died_of_illness(p: Member) -> Expression:
        return p.died_this_month & (p.death_cause == "illness")

    @book.member("丧葬补助费", cite="军人抚恤优待条例第二十八条：因病死亡的")
    def funeral_grant(p: Member) -> Expression:
        grant = figures.funeral_months * monthly(p.pension_a_year)
        return when(p.died_of_illness, round_half_up(grant, TO_FEN), 0)

    # Together

    @book.group("残疾抚恤金合计", cite="军人抚恤优待条例第二十七条")
    def pension_total(h: Group) -> Expression:
        return total(h.members.pension)

    @book.group("护理费合计", cite="军人抚恤优待条例第三十条")
    def care_total(h: Group) -> Expression:
        return total(h.members.care_fee)

    @book.group("丧葬补助费合计", cite="军人抚恤优待条例第二十八条")
    def funeral_total(h: Group) -> Expression:
        return total(h.members.funeral_grant)

    @book.group("结论", cite="军人抚恤优待条例第二十六条、第五十条")
    def conclusion(h: Group) -> Expression:
        meets_both = h.somebody_draws & h.somebody_has_a_rate
        return when(meets_both, ELIGIBLE, NOT_ELIGIBLE)
