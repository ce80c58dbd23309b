"""军人死亡抚恤 (what is paid when a soldier has died): the deceased and the surviving kin.

Read beside articles 13 to 19 and 28 of the Regulations on pensions and preferential treatment of
soldiers (军人抚恤优待条例, Order 413, text of 2011). The members of a case are the kin. The one-off
grant is worked out in the month of the death, by the figures of that year; the regular pension from
the month after it.
"""

from jimin.engine.rules import (
    TO_FEN,
    Choice,
    Day,
    Decision,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Month,
    RuleBook,
    age,
    any_member,
    count,
    highest,
    monthly,
    months_since,
    round_half_up,
    total,
    when,
)
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit
from jimin.policies.national.veterans import STANDINGS

ORDER = "军人抚恤优待条例"
BENEFIT = Benefit(
    label="军人死亡抚恤",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=(),
        amounts=("grant", "pension_total", "funeral_total"),
    ),
    conditions=("death_is_covered", "something_is_due"),
    reasons={
        ELIGIBLE: (
            "一次性抚恤金 {grant} 元，本月定期抚恤金 {pension_total} 元，"
            "遗属丧葬补助费 {funeral_total} 元"
        )
    },
    each=("pension", "kin_funeral_grant"),
)
DEATHS = {
    "martyr": "现役军人，批准为烈士",
    "duty": "现役军人，确认为因公牺牲",
    "illness": "现役军人，确认为病故",
    "old_wound": "退役的因战、因公残疾军人，旧伤复发死亡",
    "illness_of_gravely_disabled": "退役的因战、因公一级至四级残疾军人，因病死亡",
    "other": "其他情形",
}
HONOURS = {
    "none": "没有",
    "central": "中央军事委员会授予荣誉称号",
    "region": "军队军区级单位授予荣誉称号",
    "first": "一等功",
    "second": "二等功",
    "third": "三等功",
}
RELATIONS = {"parent": "父母（抚养人）", "spouse": "配偶", "child": "子女", "sibling": "兄弟姐妹"}


def declare(book: RuleBook) -> None:
    figures = book.figures
    book.group_facts(
        death=Choice(label="死亡性质", choices=DEATHS),
        died_in=Month(label="军人死亡月份"),
        monthly_pay=Money(label="死亡时的月工资", highest=1_000_000),
        honour=Choice(label="最高的荣誉称号或者立功", choices=HONOURS),
    )
    book.member_facts(
        relation=Choice(label="与军人关系", choices=RELATIONS),
        birth=Day(label="出生日期"),
        cannot_work=Flag(label="无劳动能力"),
        has_no_source=Flag(label="无生活费来源"),
        has_low_income=Flag(label="收入低于当地居民平均生活水平"),
        is_in_school=Flag(label="在上学"),
        is_disabled=Flag(label="残疾"),
        was_supported=Flag(label="由该军人生前供养"),
        standing=Choice(label="遗属状态", choices=STANDINGS),
        kin_died_in=Month(label="遗属去世月份"),
    )

    @book.group("遗属人数", cite=f"{ORDER}第十五条、第十六条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group(
        "死亡性质在抚恤范围内",
        cite=f"{ORDER}第十三条、第二十八条",
        unmet="不是烈士、因公牺牲、病故，也不是旧伤复发或者一级至四级残疾军人因病死亡",
    )
    def death_is_covered(h: Group) -> Expression:
        return h.death != "other"

    # One-off grant

    @book.member("父母、配偶或者子女", cite=f"{ORDER}第十五条")
    def is_of_first_rank(p: Member) -> Expression:
        return (p.relation != "sibling") & (p.standing != "dead")

    @book.member("可以领取的兄弟姐妹", cite=f"{ORDER}第十五条")
    def is_of_second_rank(p: Member) -> Expression:
        is_minor = age(p.birth) < figures.kin_adult_age
        depends = p.has_no_source & p.was_supported
        is_living_sibling = (p.relation == "sibling") & (p.standing != "dead")
        return is_living_sibling & (is_minor | depends)

    @book.group("有父母、配偶或者子女", cite=f"{ORDER}第十五条")
    def somebody_is_of_first_rank(h: Group) -> Expression:
        return any_member(h.members.is_of_first_rank)

    @book.member("一次性抚恤金发给本人", cite=f"{ORDER}第十五条")
    def receives_grant(p: Member) -> Expression:
        instead = p.is_of_second_rank & ~p.group.somebody_is_of_first_rank
        return p.is_of_first_rank | instead

    @book.group("军人本月死亡", cite=f"{ORDER}第十三条")
    def died_this_month(h: Group) -> Expression:
        return months_since(h.died_in) == 0

    @book.group("计算用的月工资", cite=f"{ORDER}第十三条：不低于排职少尉军官工资标准")
    def counted_pay(h: Group) -> Expression:
        return highest(h.monthly_pay, figures.least_monthly_pay)

    @book.group("一次性抚恤金基数", cite=f"{ORDER}第十三条、第二十八条")
    def grant_base(h: Group) -> Expression:
        by_income = figures.grant_incomes[h.death] * figures.urban_income_last_year
        by_pay = figures.grant_months[h.death] * h.counted_pay
        return by_income + by_pay

    @book.group("荣誉称号、立功增发比例", cite=f"{ORDER}第十三条：只按最高的一项增发")
    def honour_share(h: Group) -> Expression:
        return figures.honour_increase[h.honour]

    @book.group("一次性抚恤金", cite=f"{ORDER}第十三条、第十五条、第二十八条")
    def grant(h: Group) -> Expression:
        is_due = h.died_this_month & any_member(h.members.receives_grant)
        return when(is_due, round_half_up(h.grant_base * (1 + h.honour_share), TO_FEN), 0)

    # Regular pension

    @book.member("父母、配偶符合条件", cite=f"{ORDER}第十六条：第一项")
    def qualifies_as_parent_or_spouse(p: Member) -> Expression:
        is_one = (p.relation == "parent") | (p.relation == "spouse")
        return is_one & ((p.cannot_work & p.has_no_source) | p.has_low_income)

    @book.member("子女符合条件", cite=f"{ORDER}第十六条：第二项")
    def qualifies_as_child(p: Member) -> Expression:
        is_minor = age(p.birth) < figures.kin_adult_age
        cannot_earn = (p.is_in_school | p.is_disabled) & p.has_no_source
        return (p.relation == "child") & (is_minor | cannot_earn)

    @book.member("兄弟姐妹符合条件", cite=f"{ORDER}第十六条：第三项")
    def qualifies_as_sibling(p: Member) -> Expression:
        is_minor = age(p.birth) < figures.kin_adult_age
        is_needy_student = p.is_in_school & p.has_no_source
        return (p.relation == "sibling") & p.was_supported & (is_minor | is_needy_student)

    @book.member("符合定期抚恤金条件", cite=f"{ORDER}第十六条")
    def qualifies(p: Member) -> Expression:
        is_near = p.qualifies_as_parent_or_spouse | p.qualifies_as_child
        return p.group.death_is_covered & (is_near | p.qualifies_as_sibling)

    @book.member("遗属本月去世", cite=f"{ORDER}第十九条")
    def kin_died_this_month(p: Member) -> Expression:
        return (p.standing == "dead") & (months_since(p.kin_died_in) == 0)

    @book.member("本月享受定期抚恤金", cite=f"{ORDER}第十六条、第五十条")
    def draws(p: Member) -> Expression:
        is_there = (p.standing == "normal") | p.kin_died_this_month
        return p.qualifies & is_there & (months_since(p.group.died_in) > 0)

    @book.member("定期抚恤金年标准", cite=f"{ORDER}第十七条、第二十八条")
    def pension_a_year(p: Member) -> Expression:
        return figures.survivors_pension[p.group.death]

    @book.member("本月定期抚恤金", cite=f"{ORDER}第十六条、第十七条")
    def pension(p: Member) -> Expression:
        return when(p.draws, round_half_up(monthly(p.pension_a_year), TO_FEN), 0)

    # Death of kin

    @book.member("遗属丧葬补助费", cite=f"{ORDER}第十九条")
    def kin_funeral_grant(p: Member) -> Expression:
        grant = figures.kin_funeral_months * monthly(p.pension_a_year)
        is_due = p.draws & p.kin_died_this_month
        return when(is_due, round_half_up(grant, TO_FEN), 0)

    # Together

    @book.group("定期抚恤金合计", cite=f"{ORDER}第十六条")
    def pension_total(h: Group) -> Expression:
        return total(h.members.pension)

    @book.group("遗属丧葬补助费合计", cite=f"{ORDER}第十九条")
    def funeral_total(h: Group) -> Expression:
        return total(h.members.kin_funeral_grant)

    @book.group(
        "本月有应发的",
        cite=f"{ORDER}第十五条、第十六条、第五十条",
        unmet="没有可以领取一次性抚恤金的遗属，或者不是死亡当月；也没有符合定期抚恤金条件的遗属",
    )
    def something_is_due(h: Group) -> Expression:
        return (h.grant > 0) | (h.pension_total > 0)

    @book.group("结论", cite=f"{ORDER}第十三条、第十六条")
    def conclusion(h: Group) -> Expression:
        return when(h.death_is_covered & h.something_is_due, ELIGIBLE, NOT_ELIGIBLE)
