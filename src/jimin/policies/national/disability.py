"""残疾人两项补贴 (the two disability subsidies): a family and its disabled members.

Read beside 国发〔2015〕52 号. The living subsidy is for those in difficulty, the care subsidy for
the severely disabled; both may be drawn together. Each city says the rates (`living_rate`,
`care_rate`); a rate of nothing means that the subsidy does not reach that group.
"""

from jimin.engine.rules import (
    Choice,
    Decision,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    Month,
    RuleBook,
    any_member,
    count,
    is_given,
    months_since,
    total,
    when,
)
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit
from jimin.policies.national.codes import DISABILITIES

BENEFIT = Benefit(
    label="残疾人两项补贴",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=(),
        amounts=("living_total", "care_total", "amount"),
    ),
    conditions=("somebody_has_applied", "somebody_is_entitled"),
    reasons={ELIGIBLE: "困难残疾人生活补贴 {living_total} 元，重度残疾人护理补贴 {care_total} 元"},
    each=("living_subsidy", "care_subsidy"),
)
FAMILIES = {"dibao": "最低生活保障家庭", "low_income": "低收入家庭", "other": "其他家庭"}
GRADES = {"none": "未评定", "1": "一级", "2": "二级", "3": "三级", "4": "四级"}


def declare(book: RuleBook) -> None:
    book.member_facts(
        disability_kind=Choice(label="残疾类别（多重残疾填最重的一类）", choices=DISABILITIES),
        disability_grade=Choice(label="残疾等级", choices=GRADES),
        has_valid_card=Flag(label="持有效残疾人证"),
        applied_in=Month(label="申请月份", optional=True),
        family=Choice(label="家庭类别", choices=FAMILIES),
        needs_long_term_care=Flag(label="需要长期照护"),
        gets_orphan_allowance=Flag(label="享受孤儿基本生活保障"),
        is_tekun=Flag(label="纳入特困人员供养"),
        gets_injury_care_pay=Flag(label="领取工伤保险生活护理费"),
        other_living_allowance=Money(label="老年、因公致残、离休等生活补贴", highest=1_000_000),
        other_care_allowance=Money(label="老年、因公致残、离休等护理补贴", highest=1_000_000),
        is_imprisoned=Flag(label="在监狱服刑"),
    )

    @book.group("家庭人数", cite="国发〔2015〕52 号：补贴对象")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.member("已经申请", cite="国发〔2015〕52 号：自递交申请当月计发")
    def has_applied(p: Member) -> Expression:
        is_due = is_given(p.applied_in) & (months_since(p.applied_in) >= 0)
        return is_due & p.has_valid_card & ~p.is_imprisoned

    # Living subsidy

    @book.member("可享受生活补贴", cite="国发〔2015〕52 号：补贴对象、政策衔接")
    def may_draw_living(p: Member) -> Expression:
        return p.has_applied & (p.disability_grade != "none") & ~p.gets_orphan_allowance

    @book.member("困难残疾人生活补贴", cite="国发〔2015〕52 号：补贴标准、政策衔接（择高）")
    def living_subsidy(p: Member) -> Expression:
        is_the_higher = p.living_rate > p.other_living_allowance
        return when(p.may_draw_living & is_the_higher, p.living_rate, 0)

    # Care subsidy

    @book.member("可享受护理补贴", cite="国发〔2015〕52 号：补贴对象、政策衔接")
    def may_draw_care(p: Member) -> Expression:
        is_cared_for = p.is_tekun | p.gets_injury_care_pay
        return p.has_applied & p.needs_long_term_care & ~is_cared_for

    @book.member("重度残疾人护理补贴", cite="国发〔2015〕52 号：补贴标准、政策衔接（择高）")
    def care_subsidy(p: Member) -> Expression:
        is_the_higher = p.care_rate > p.other_care_allowance
        return when(p.may_draw_care & is_the_higher, p.care_rate, 0)

    # Family

    @book.group(
        "有成员持证申请",
        cite="国发〔2015〕52 号：申领程序",
        unmet="没有持有效残疾人证、已到申请月份且不在服刑的成员",
    )
    def somebody_has_applied(h: Group) -> Expression:
        return any_member(h.members.has_applied)

    @book.group("生活补贴合计", cite="国发〔2015〕52 号：补贴标准")
    def living_total(h: Group) -> Expression:
        return total(h.members.living_subsidy)

    @book.group("护理补贴合计", cite="国发〔2015〕52 号：补贴标准")
    def care_total(h: Group) -> Expression:
        return total(h.members.care_subsidy)

    @book.group("两项补贴合计", cite="国发〔2015〕52 号：可同时申领")
    def amount(h: Group) -> Expression:
        return h.living_total + h.care_total

    @book.group(
        "有成员可享受补贴",
        cite="国发〔2015〕52 号：补贴对象、政策衔接",
        unmet="没有成员在生活补贴或护理补贴的范围内，或者已享受不能同时领取的待遇",
    )
    def somebody_is_entitled(h: Group) -> Expression:
        return h.amount > 0

    @book.group("结论", cite="国发〔2015〕52 号：补贴对象")
    def conclusion(h: Group) -> Expression:
        meets_both = h.somebody_has_applied & h.somebody_is_entitled
        return when(meets_both, ELIGIBLE, NOT_ELIGIBLE)
