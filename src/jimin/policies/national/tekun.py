"""特困人员供养 (support of persons in extreme difficulty): one applicant and the legal supporters.

Read beside chapter 3 of the 2014 Interim Measures for Social Assistance and the measures on
recognition (特困人员认定办法, 2016 and 2021). The members of a case are the applicant and everybody
with a legal duty of support. Each city says the dibao standard (`standard`), the basic living
standard (`living_standard`) and the three care standards.
"""

from jimin.engine.rules import (
    Choice,
    Day,
    Decision,
    Expression,
    Flag,
    Group,
    Member,
    Money,
    RuleBook,
    Whole,
    age,
    all_members,
    any_member,
    case,
    count,
    highest,
    when,
)
from jimin.policies.benefits import ELIGIBLE, NOT_ELIGIBLE, REVIEW, Benefit
from jimin.policies.national.codes import DISABILITIES

BENEFIT = Benefit(
    label="特困人员供养",
    decision=Decision(
        conclusion="conclusion",
        review=REVIEW,
        size="size",
        shown=("counted_income", "standard"),
        amounts=("basic_living", "care", "amount"),
    ),
    conditions=(
        "one_applicant",
        "applicant_is_there",
        "is_not_kept_as_orphan",
        "lacks_ability_to_work",
        "income_below_standard",
        "property_within_limits",
        "nobody_can_support",
    ),
    reasons={
        ELIGIBLE: (
            "无劳动能力、无生活来源、无人能够履行法定义务；{care_grade}，"
            "基本生活 {basic_living} 元，照料护理 {care} 元"
        )
    },
)
ACTIONS = {
    "eats": "自主吃饭",
    "dresses": "自主穿衣",
    "gets_up": "自主上下床",
    "toilets": "自主如厕",
    "walks": "室内自主行走",
    "washes": "自主洗澡",
}
ORPHAN_SUPPORT = {
    "none": "不符合条件",
    "chosen": "符合条件，选择孤儿等保障",
    "declined": "符合条件，选择特困人员供养",
}


def declare(book: RuleBook) -> None:
    figures = book.figures
    book.group_facts(
        form=Choice(label="供养形式", choices={"dispersed": "分散", "institution": "集中"}),
        income=Money(label="月收入合计", highest=10_000_000),
        uncounted_income=Money(label="其中不计入的收入", highest=10_000_000),
        meets_property_rules=Flag(label="财产符合规定"),
        orphan_support=Choice(label="孤儿、事实无人抚养儿童保障", choices=ORPHAN_SUPPORT),
        **{name: Flag(label=label) for name, label in ACTIONS.items()},
    )
    book.member_facts(
        role=Choice(label="身份", choices={"applicant": "申请人", "supporter": "法定义务人"}),
        birth=Day(label="出生日期"),
        disability_kind=Choice(label="残疾类别（多重残疾填最重的一类）", choices=DISABILITIES),
        disability_grade=Whole(label="残疾等级", highest=4, default=0),
        was_supported=Flag(label="未成年时已享受供养"),
        is_in_school=Flag(label="在义务教育、普通高中或中等职业学校就读"),
        is_tekun=Flag(label="本人符合特困人员条件"),
        in_dibao=Flag(label="本人是低保对象"),
        has_small_income=Flag(label="本人收入低于当地上年人均可支配收入"),
        has_small_property=Flag(label="本人财产符合义务人财产规定"),
        standing=Choice(
            label="法律状态",
            choices={
                "able": "正常",
                "incapable": "无民事行为能力",
                "missing": "被宣告失踪",
                "imprisoned": "在监狱服刑",
            },
        ),
    )

    # The applicant

    @book.member("是申请人", cite="特困人员认定办法第十条")
    def is_applicant(p: Member) -> Expression:
        return p.role == "applicant"

    @book.group("人数（申请人和法定义务人）", cite="特困人员认定办法第四条、第十条")
    def size(h: Group) -> Expression:
        return count(h.members)

    @book.group(
        "申请人只有一名",
        cite="特困人员认定办法第十条：由本人申请",
        unmet="应当有且只有一名申请人，共同居住的其他人另行申请",
    )
    def one_applicant(h: Group) -> Expression:
        return count(h.members.is_applicant) == 1

    @book.member("失踪或者服刑的申请人", cite="特困人员认定办法第二十四条")
    def absent_applicant(p: Member) -> Expression:
        return p.is_applicant & ((p.standing == "missing") | (p.standing == "imprisoned"))

    @book.group(
        "申请人没有失踪、服刑",
        cite="特困人员认定办法第二十四条",
        unmet="申请人被宣告失踪或者在监狱服刑，不给予或者终止供养",
    )
    def applicant_is_there(h: Group) -> Expression:
        return ~any_member(h.members.absent_applicant)

    @book.member("可以纳入孤儿保障的申请人", cite="特困人员认定办法第九条")
    def applicant_is_ward(p: Member) -> Expression:
        return p.is_applicant & (age(p.birth) < figures.ward_age)

    @book.group(
        "没有纳入孤儿保障",
        cite="特困人员认定办法（2016 年）：符合孤儿条件的纳入孤儿保障",
        unmet="同时符合孤儿条件的未成年人纳入孤儿基本生活保障，不再认定为特困人员",
    )
    def is_not_kept_as_orphan(h: Group) -> Expression:
        return (h.orphan_support == "none") | ~any_member(h.members.applicant_is_ward)

    @book.group(
        "没有选择孤儿保障",
        cite="特困人员认定办法第九条",
        unmet="已选择纳入孤儿、事实无人抚养儿童保障，不再认定为特困人员",
        since="2021-07-01",
        replaces="is_not_kept_as_orphan",
    )
    def has_not_chosen_orphan_support(h: Group) -> Expression:
        return (h.orphan_support != "chosen") | ~any_member(h.members.applicant_is_ward)

    @book.member("残疾达到无劳动能力的等级", cite="特困人员认定办法第五条")
    def disabled_from_work(p: Member) -> Expression:
        limit = figures.no_work_grade[p.disability_kind]
        return (p.disability_grade >= 1) & (p.disability_grade <= limit)

    @book.member("未成年时的供养可以延续", cite="特困人员认定办法第二十四条")
    def support_continues(p: Member) -> Expression:
        return p.was_supported & ((age(p.birth) < figures.support_until) | p.is_in_school)

    @book.member("无劳动能力", cite="社会救助暂行办法第十四条；特困人员认定办法第五条、第二十四条")
    def unable_to_work(p: Member) -> Expression:
        is_old = age(p.birth) >= figures.old_age
        is_minor = age(p.birth) < figures.minor_age
        return is_old | is_minor | p.disabled_from_work | p.support_continues

    @book.group(
        "申请人无劳动能力",
        cite="特困人员认定办法第四条、第五条",
        unmet="申请人不是老年人、规定等级的残疾人或者未成年人，有劳动能力",
    )
    def lacks_ability_to_work(h: Group) -> Expression:
        return any_member(h.members.unable_applicant)

    @book.member("无劳动能力的申请人", cite="特困人员认定办法第四条、第五条")
    def unable_applicant(p: Member) -> Expression:
        return p.is_applicant & p.unable_to_work

    # Source of living

    @book.group("计入的月收入", cite="特困人员认定办法第六条")
    def counted_income(h: Group) -> Expression:
        return highest(0, h.income - h.uncounted_income)

    @book.group(
        "收入低于低保标准",
        cite="特困人员认定办法第六条",
        unmet="计入的月收入 {counted_income} 元，不低于低保标准 {standard} 元",
    )
    def income_below_standard(h: Group) -> Expression:
        return h.counted_income < h.standard

    @book.group("财产符合当地规定", cite="特困人员认定办法第六条", unmet="财产不符合当地规定")
    def property_within_limits(h: Group) -> Expression:
        return h.meets_property_rules

    # Supporters

    @book.member("残疾严重", cite="特困人员认定办法第八条")
    def severely_disabled(p: Member) -> Expression:
        limit = figures.severe_grade[p.disability_kind]
        return (p.disability_grade >= 1) & (p.disability_grade <= limit)

    @book.member("不能亲自履行义务", cite="特困人员认定办法第八条")
    def is_absent_or_incapable(p: Member) -> Expression:
        return (p.standing != "able") & p.has_small_property

    @book.member("不能履行法定义务", cite="特困人员认定办法（2016 年）第八条")
    def unable_to_support(p: Member) -> Expression:
        is_old = age(p.birth) >= figures.supporter_dibao_age
        is_weak_in_dibao = p.in_dibao & (is_old | p.severely_disabled) & p.has_small_property
        return p.is_tekun | is_weak_in_dibao | p.is_absent_or_incapable

    @book.member(
        "不能履行法定义务",
        cite="特困人员认定办法第八条",
        since="2021-07-01",
        replaces="unable_to_support",
    )
    def unable_to_support_since_2021(p: Member) -> Expression:
        is_old_in_dibao = p.in_dibao & (age(p.birth) >= figures.supporter_dibao_age)
        is_weak = (age(p.birth) >= figures.supporter_old_age) | p.severely_disabled
        is_weak_and_poor = is_weak & p.has_small_income & p.has_small_property
        return p.is_tekun | is_old_in_dibao | is_weak_and_poor | p.is_absent_or_incapable

    @book.member("没有能够履行的义务", cite="特困人员认定办法第四条、第八条")
    def gives_no_support(p: Member) -> Expression:
        return p.is_applicant | p.unable_to_support

    @book.group(
        "无人能够履行法定义务",
        cite="特困人员认定办法第四条、第八条",
        unmet="有能够履行赡养、抚养、扶养义务的法定义务人",
    )
    def nobody_can_support(h: Group) -> Expression:
        return all_members(h.members.gives_no_support)

    @book.group("符合特困人员条件", cite="社会救助暂行办法第十四条；特困人员认定办法第四条")
    def is_eligible(h: Group) -> Expression:
        has_no_source = h.income_below_standard & h.property_within_limits
        may_be_recognised = h.one_applicant & h.applicant_is_there & h.is_not_kept_as_orphan
        cannot_help_himself = h.lacks_ability_to_work & has_no_source
        return may_be_recognised & cannot_help_himself & h.nobody_can_support

    @book.group("结论", cite="社会救助暂行办法第十四条；特困人员认定办法第四条")
    def conclusion(h: Group) -> Expression:
        return when(h.is_eligible, ELIGIBLE, NOT_ELIGIBLE)

    # Ability to care for oneself

    @book.group("不能自主完成的项数", cite="特困人员认定办法第二十一条")
    def actions_lost(h: Group) -> Expression:
        in_bed = when(h.eats, 0, 1) + when(h.dresses, 0, 1) + when(h.gets_up, 0, 1)
        afoot = when(h.toilets, 0, 1) + when(h.walks, 0, 1) + when(h.washes, 0, 1)
        return in_bed + afoot

    @book.group("生活自理能力", cite="特困人员认定办法第二十二条")
    def care_grade(h: Group) -> Expression:
        return case(
            (h.actions_lost < figures.partly_unable_from, "具备生活自理能力"),
            (h.actions_lost < figures.fully_unable_from, "部分丧失生活自理能力"),
            otherwise="完全丧失生活自理能力",
        )

    # Amounts

    @book.group("基本生活费", cite="社会救助暂行办法第十五条")
    def basic_living(h: Group) -> Expression:
        return when(h.is_eligible, h.living_standard, 0)

    @book.group("照料护理费", cite="社会救助暂行办法第十五条；特困人员认定办法第二十条")
    def care(h: Group) -> Expression:
        standard_of_grade = case(
            (h.actions_lost < figures.partly_unable_from, h.care_standard_able),
            (h.actions_lost < figures.fully_unable_from, h.care_standard_partly),
            otherwise=h.care_standard_fully,
        )
        return when(h.is_eligible, standard_of_grade, 0)

    @book.group("每月供养金", cite="社会救助暂行办法第十五条")
    def amount(h: Group) -> Expression:
        return h.basic_living + h.care
