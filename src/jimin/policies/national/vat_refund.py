"""福利企业增值税退还 (the VAT refund of welfare enterprises): one enterprise, one month.

Read beside 财税〔2007〕92 号 and, from 1 May 2016, 财税〔2016〕52 号, which replaced it as a whole.
The members of a case are the staff on the rolls. Tax that could not be refunded, and limit that
was not used, pass on to later months of the same year and come in as sums. Each city says the
minimum wage of the place (`minimum_wage_there`).
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
    Whole,
    count,
    lowest,
    monthly,
    round_down,
    total,
    when,
)
from jimin.engine.rules.units import MONTHS
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit

BENEFIT = Benefit(
    label="福利企业增值税退还",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="staff",
        shown=("limit", "refundable_tax"),
        amounts=("refund", "limit_left"),
    ),
    conditions=(
        "enterprise_is_recognised",
        "credit_is_good",
        "income_share_reached",
        "persons_reached",
        "share_reached",
    ),
    reasons={
        ELIGIBLE: (
            "安置残疾人 {disabled_staff} 人，职工 {staff} 人，本月限额 {limit} 元，"
            "可退税款 {refundable_tax} 元，退还 {refund} 元"
        )
    },
)
RATINGS = {"A": "A 级", "B": "B 级", "M": "M 级", "C": "C 级", "D": "D 级"}
KINDS = {"ordinary": "一般单位", "blind_massage": "盲人按摩机构"}
MOST_STAFF = 2_000


def declare_2007(book: RuleBook) -> None:
    """财税〔2007〕92 号, until April 2016: six times the minimum wage, with a yearly ceiling."""
    figures = book.figures
    book.group_facts(is_recognised=Flag(label="福利企业资格已认定"))
    _declare(book, "财税〔2007〕92 号")

    @book.group(
        "具有福利企业资格",
        cite="福利企业资格认定办法；财税〔2007〕92 号：享受优惠的单位",
        unmet="没有取得福利企业资格认定",
    )
    def enterprise_is_recognised(h: Group) -> Expression:
        return h.is_recognised

    @book.member("每位残疾人每月退税限额", cite="财税〔2007〕92 号：增值税退还限额")
    def limit_for_one(p: Member) -> Expression:
        by_wage = figures.refund_multiple_2007 * p.group.minimum_wage_there
        return lowest(by_wage, monthly(figures.refund_ceiling_a_year))

    @book.group("符合退税条件", cite="财税〔2007〕92 号：享受优惠的单位")
    def is_eligible(h: Group) -> Expression:
        return h.enterprise_is_recognised & h.income_and_staff_suffice


def declare_2016(book: RuleBook) -> None:
    """财税〔2016〕52 号, from May 2016: four times the minimum wage of the county."""
    figures = book.figures
    book.group_facts(credit_rating=Choice(label="纳税信用等级", choices=RATINGS))
    _declare(book, "财税〔2016〕52 号")

    @book.group(
        "纳税信用等级不是 C 级、D 级",
        cite="财税〔2016〕52 号：纳税信用等级",
        unmet="纳税信用等级为 C 级或者 D 级，不得享受",
    )
    def credit_is_good(h: Group) -> Expression:
        return (h.credit_rating != "C") & (h.credit_rating != "D")

    @book.member("每位残疾人每月退税限额", cite="财税〔2016〕52 号：每月退还限额")
    def limit_for_one(p: Member) -> Expression:
        return figures.refund_multiple_2016 * p.group.minimum_wage_there

    @book.group("符合退税条件", cite="财税〔2016〕52 号：享受优惠的条件")
    def is_eligible(h: Group) -> Expression:
        return h.credit_is_good & h.income_and_staff_suffice


def _declare(book: RuleBook, document: str) -> None:
    """What both documents say alike."""
    figures = book.figures
    book.group_facts(
        kind=Choice(label="单位类别", choices=KINDS),
        income=Money(label="增值税收入（2016 年 4 月以前含营业税收入）", highest=10_000_000_000),
        covered_income=Money(label="其中适用优惠的销售货物和服务收入", highest=10_000_000_000),
        vat_paid=Money(label="本月已缴增值税（不含直接销售外购货物的）", highest=10_000_000_000),
        tax_left_before=Money(label="本年度以前月份已缴未退税款", highest=10_000_000_000),
        limit_left_before=Money(label="本年度以前月份未用限额", highest=10_000_000_000),
    )
    book.member_facts(
        is_disabled=Flag(label="法定劳动年龄内，持残疾人证或残疾军人证（一至八级）"),
        contract_months=Whole(label="劳动合同月数", unit=MONTHS, highest=600),
        is_insured=Flag(label="按月足额缴纳各项社会保险"),
        wage=Money(label="本月工资", highest=10_000_000),
        is_paid_by_bank=Flag(label="通过银行支付工资"),
    )

    @book.group("在职职工人数", cite=f"{document}：安置比例")
    def staff(h: Group) -> Expression:
        return count(h.members)

    @book.member("计入安置的残疾人", cite=f"{document}：合同、社会保险、工资和支付方式")
    def is_counted(p: Member) -> Expression:
        has_contract = p.contract_months >= figures.least_contract_months
        has_wage = (p.wage >= p.group.minimum_wage_there) & p.is_paid_by_bank
        return p.is_disabled & has_contract & p.is_insured & has_wage

    @book.group("安置残疾人人数", cite=f"{document}：安置比例")
    def disabled_staff(h: Group) -> Expression:
        return count(h.members.is_counted)

    @book.group("最少安置人数", cite=f"{document}：安置人数")
    def least_persons(h: Group) -> Expression:
        return figures.least_disabled_staff[h.kind]

    @book.group(
        "安置人数达到要求",
        cite=f"{document}：安置人数",
        unmet="安置残疾人 {disabled_staff} 人，不足 {least_persons} 人",
    )
    def persons_reached(h: Group) -> Expression:
        return h.disabled_staff >= h.least_persons

    @book.group(
        "安置比例达到要求",
        cite=f"{document}：安置比例",
        unmet="安置残疾人 {disabled_staff} 人，职工 {staff} 人，比例不足 {least_disabled_share}",
    )
    def share_reached(h: Group) -> Expression:
        return h.disabled_staff >= figures.least_disabled_share * h.staff

    @book.group(
        "适用优惠的收入达到比例",
        cite=f"{document}：适用范围",
        unmet="适用优惠的收入 {covered_income} 元，不足全部收入 {income} 元的 {least_income_share}",
    )
    def income_share_reached(h: Group) -> Expression:
        return h.covered_income >= figures.least_income_share * h.income

    @book.group("收入、人数和比例达到要求", cite=f"{document}：享受优惠的条件")
    def income_and_staff_suffice(h: Group) -> Expression:
        return h.income_share_reached & h.persons_reached & h.share_reached

    @book.group("本月退税限额", cite=f"{document}：退还限额")
    def limit(h: Group) -> Expression:
        return round_down(total(h.members.limit_of_counted), TO_FEN)

    @book.member("计入人员的退税限额", cite=f"{document}：退还限额")
    def limit_of_counted(p: Member) -> Expression:
        return when(p.is_counted, p.limit_for_one, 0)

    @book.group("累计可用限额", cite=f"{document}：年度内结转")
    def usable_limit(h: Group) -> Expression:
        return h.limit + h.limit_left_before

    @book.group("可退税款", cite=f"{document}：以已缴增值税为限")
    def refundable_tax(h: Group) -> Expression:
        return h.vat_paid + h.tax_left_before

    @book.group("本月应退增值税", cite=f"{document}：退还限额")
    def refund(h: Group) -> Expression:
        return when(h.is_eligible, lowest(h.usable_limit, h.refundable_tax), 0)

    @book.group("结转以后月份的限额", cite=f"{document}：年度内结转")
    def limit_left(h: Group) -> Expression:
        return when(h.is_eligible, h.usable_limit - h.refund, h.limit_left_before)

    @book.group("结论", cite=f"{document}：享受优惠的条件")
    def conclusion(h: Group) -> Expression:
        return when(h.is_eligible, ELIGIBLE, NOT_ELIGIBLE)
