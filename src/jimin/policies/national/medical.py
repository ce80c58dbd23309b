"""医疗救助 (medical assistance): one patient, the year so far, and the bills now settled.

Read beside articles 27 to 32 of the 2014 Interim Measures for Social Assistance. The members of
a case are the bills of one settlement; earlier ones of the same calendar year come in as sums,
which begin again at nothing in January. Each city says which bills count (`counted_self_pay`),
what stays with the patient (`deductible`), the share and the cap.
"""

from jimin.engine.rules import (
    TO_FEN,
    Choice,
    Decision,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    RuleBook,
    count,
    highest,
    lowest,
    round_up,
    total,
    when,
)
from jimin.engine.rules.units import YUAN
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit

BENEFIT = Benefit(
    label="医疗救助",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="bills",
        shown=("self_pay_this_year", "base"),
        amounts=("entitled", "due"),
    ),
    conditions=("is_recipient", "above_deductible", "something_left"),
    reasons={
        ELIGIBLE: (
            "本年度累计自付 {self_pay_this_year} 元，起付线 {deductible} 元，"
            "累计应救助 {entitled} 元，已救助 {paid_before} 元"
        )
    },
)
CATEGORIES = {
    "tekun": "特困供养人员",
    "dibao": "最低生活保障对象",
    "illness_impoverished": "因病致贫家庭大病患者",
    "other": "其他人员",
}


def declare(book: RuleBook) -> None:
    figures = book.figures
    book.group_facts(
        category=Choice(label="救助对象类别", choices=CATEGORIES),
        self_pay_before=Money(label="本年度此前累计自付费用", unit=YUAN, highest=100_000_000),
        paid_before=Money(label="本年度此前已救助金额", unit=YUAN, highest=100_000_000),
    )
    book.member_facts(
        is_inpatient=Flag(label="住院费用"),
        in_policy_cost=Money(label="政策范围内费用", unit=YUAN, highest=10_000_000),
        basic_paid=Money(label="基本医疗保险支付", unit=YUAN, highest=10_000_000),
        critical_illness_paid=Money(label="大病保险支付", unit=YUAN, highest=10_000_000),
        other_paid=Money(label="其他补充保险支付", unit=YUAN, highest=10_000_000),
    )

    @book.group("费用单张数", cite="社会救助暂行办法第二十八条")
    def bills(h: Group) -> Expression:
        return count(h.members)

    @book.group(
        "属于救助对象",
        cite="社会救助暂行办法第二十八条",
        unmet="不是特困供养人员、最低生活保障对象或因病致贫家庭大病患者",
    )
    def is_recipient(h: Group) -> Expression:
        return h.category != "other"

    @book.group("属于重点救助对象", cite="国办发〔2015〕30 号：重点救助对象")
    def is_key_recipient(h: Group) -> Expression:
        return (h.category == "tekun") | (h.category == "dibao")

    @book.member("政策范围内自付费用", cite="社会救助暂行办法第二十九条")
    def self_pay(p: Member) -> Expression:
        insured = p.basic_paid + p.critical_illness_paid + p.other_paid
        return highest(0, p.in_policy_cost - insured)

    @book.group("本年度累计自付费用", cite="社会救助暂行办法第二十九条")
    def self_pay_this_year(h: Group) -> Expression:
        return h.self_pay_before + total(h.members.counted_self_pay)

    @book.group("救助基数", cite="社会救助暂行办法第二十九条")
    def base(h: Group) -> Expression:
        return highest(0, h.self_pay_this_year - h.deductible)

    @book.group(
        "自付费用超过起付线",
        cite="社会救助暂行办法第二十九条",
        unmet="本年度累计自付 {self_pay_this_year} 元，没有超过起付线 {deductible} 元",
    )
    def above_deductible(h: Group) -> Expression:
        return h.base > 0

    @book.group("救助比例", cite="国办发〔2015〕30 号：重点救助对象住院自付费用救助比例")
    def rate(h: Group) -> Expression:
        return when(
            h.is_key_recipient,
            highest(h.local_rate, figures.key_recipient_least_rate),
            h.local_rate,
        )

    @book.group("本年度累计应救助金额", cite="社会救助暂行办法第二十九条")
    def entitled(h: Group) -> Expression:
        share = round_up(lowest(h.rate * h.base, h.annual_cap), TO_FEN)
        return when(h.is_recipient, share, 0)

    @book.group(
        "还有可救助的金额",
        cite="社会救助暂行办法第二十九条",
        unmet="本年度累计应救助 {entitled} 元，此前已救助 {paid_before} 元，没有可再救助的金额",
    )
    def something_left(h: Group) -> Expression:
        return h.entitled > h.paid_before

    @book.group("本次应救助金额", cite="社会救助暂行办法第二十九条")
    def due(h: Group) -> Expression:
        return highest(0, h.entitled - h.paid_before)

    @book.group("结论", cite="社会救助暂行办法第二十八条、第二十九条")
    def conclusion(h: Group) -> Expression:
        meets_all = h.is_recipient & h.above_deductible & h.something_left
        return when(meets_all, ELIGIBLE, NOT_ELIGIBLE)
