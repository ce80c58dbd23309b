"""From the written ledger, and from an uploaded text through review, to targets in force."""

import datetime as dt
import io
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from docx import Document

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans import queries
from jimin.kernel.workplans.models import (
    Deliverable,
    Frame,
    OfficialStatistic,
    Plan,
    Report,
    Snapshot,
    Standing,
    State,
    Target,
    Task,
)
from jimin.kernel.workplans.rules.indicators import Figure
from jimin.kernel.workplans.rules.lights import Light
from jimin.kernel.workplans.services import ledger as ledgers
from jimin.kernel.workplans.services import papers, periods, proposing, reports, reshaping, review

pytestmark = pytest.mark.django_db
CITY, CHANGYI, YONGJI = "220200000000", "220202000000", "220221000000"
LOADER = System("装入演示台账")
TEXT = """某市2016年民政工作安排
（一）做好救助。
社会救助方面。一是抓好慈善救助。全年慈善救助困难群众3万人次以上。二是抓好文件制定。制定出台《关于做好救助的意见》。
养老福利方面。一是加快养老服务。全市新增养老床位2400张,其中城区1600张。二是管好安全。
（二）做好登记。
一是规范登记。社会组织评估率达到13%。二是方便群众。
"""


def upload(officer: User, text: str = TEXT, name: str = "plan.txt") -> Plan:
    return proposing.upload_plan(
        actor=officer,
        area=Area.objects.get(code=CITY),
        year=2016,
        title="某市工作安排",
        file_name=name,
        content=text.encode(),
    )


def test_the_demo_ledger_has_every_task_target_and_paper_of_the_plan(plan: Plan) -> None:
    kinds = Counter(Task.objects.filter(plan=plan).values_list("kind", flat=True))
    assert kinds == {"section": 4, "group": 9, "task": 37}
    from_plan = Target.objects.filter(plan=plan, origin=Target.Origin.PLAN)
    assert from_plan.count() == 34
    assert Target.objects.filter(plan=plan, origin=Target.Origin.BUREAU).count() == 2
    assert Deliverable.objects.filter(plan=plan, is_named=True).count() == 11
    assert Frame.objects.filter(plan=plan).count() == 15


def test_every_row_of_the_demo_ledger_stands_where_its_quote_says(plan: Plan) -> None:
    for model in (Task, Target, Deliverable):
        for row in model.objects.filter(plan=plan):
            assert plan.text[row.start : row.end] == row.quote


def test_the_figures_of_the_plan_are_kept_exactly(plan: Plan) -> None:
    figures = {
        t.code: (t.comparator, t.value, t.high, t.unit, t.due and t.due.isoformat())
        for t in Target.objects.filter(
            plan=plan, code__in=["T05", "T07", "T12", "T16", "T18", "T01"]
        )
    }
    assert figures == {
        "T01": (">=", None, None, "元/人·年", "2017-12-31"),
        "T05": (">=", 30, None, "%", "2016-12-31"),
        "T07": ("=", 20000, None, "元/人·年", None),
        "T12": (">=", 1600, None, "张", "2016-12-31"),
        "T16": (">=", 530000000, None, "元", "2016-12-31"),
        "T18": ("range", 1, 2, "个村/区", "2016-12-31"),
    }
    assert Target.objects.get(plan=plan, code="T12").part_of == Target.objects.get(
        plan=plan, code="T11"
    )


def test_loading_the_same_ledger_again_changes_nothing(plan: Plan) -> None:
    entries = Entry.objects.count()
    assert ledgers.load_ledger(actor=LOADER) == plan
    assert (Plan.objects.count(), Target.proposals.count()) == (1, 36)
    assert Entry.objects.count() == entries


def test_the_published_figures_are_loaded_once(counties: None) -> None:
    assert ledgers.load_statistics(actor=LOADER) == 7
    line = OfficialStatistic.objects.get(name="poverty_line", year=2016)
    line.value = Decimal(3000)
    line.save()
    assert ledgers.load_statistics(actor=LOADER) == 0
    line.refresh_from_db()
    assert line.value == 3000


def test_a_county_without_its_own_figure_uses_the_province_then_the_nation(
    counties: None,
) -> None:
    ledgers.load_statistics(actor=LOADER)
    income = queries.statistic("urban_income", YONGJI, 2015)
    assert income is not None
    assert (income.area_id, income.value) == ("220000000000", Decimal(24901))
    OfficialStatistic.objects.create(
        name="urban_income", area_id=YONGJI, year=2015, value=20000, unit="元/年", source="试验"
    )
    own = queries.statistic("urban_income", YONGJI, 2015)
    assert own is not None
    assert own.value == 20000
    line = queries.statistic("poverty_line", YONGJI, 2016)
    assert line is not None
    assert (line.area_id, line.value) == (None, Decimal(2952))
    assert queries.statistic("urban_income", YONGJI, 2010) is None


def test_an_uploaded_text_is_only_proposed(officer: User) -> None:
    plan = upload(officer)
    assert plan.state == Plan.State.REVIEW
    assert not Task.objects.filter(plan=plan).exists()
    assert not Target.objects.filter(plan=plan).exists()
    proposed = Target.proposals.filter(plan=plan, code__startswith="T").order_by("start", "code")
    assert [(t.value, t.unit) for t in proposed] == [
        (Decimal(n), unit) for n, unit in [(30000, "人次"), (2400, "张"), (1600, "张"), (13, "%")]
    ]
    for row in [*proposed, *Task.proposals.filter(plan=plan)]:
        assert plan.text[row.start : row.end] == row.quote
    codes = dict(Task.proposals.filter(plan=plan).values_list("code", "kind"))
    assert codes == {
        "1": "section",
        "1.1": "group",
        "1.1.1": "task",
        "1.1.2": "task",
        "1.2": "group",
        "1.2.1": "task",
        "1.2.2": "task",
        "2": "section",
        "2.1": "task",
        "2.2": "task",
    }
    assert Deliverable.proposals.get(plan=plan).name == "《关于做好救助的意见》"


def test_upload_review_and_ledger(officer: User) -> None:
    plan = upload(officer)
    beds = Target.proposals.get(plan=plan, value=2400)
    with pytest.raises(ValidationError, match="请先确认上级"):
        review.accept_row(actor=officer, row=beds)
    assert Target.proposals.get(pk=beds.pk).state == State.PROPOSED
    review.edit_row(actor=officer, row=beds, values={"value": Decimal(2500), "scope": "全市"})
    rejected = Target.proposals.get(plan=plan, value=13)
    review.reject_row(actor=officer, row=rejected)
    with pytest.raises(ValidationError, match="还有 14 条"):
        ledgers.adopt_plan(actor=officer, plan=plan)
    waiting = review.pending(plan)
    assert review.accept_rows(actor=officer, rows=waiting) == 14  # type: ignore[arg-type]
    plan = ledgers.adopt_plan(actor=officer, plan=plan)
    assert plan.state == Plan.State.IN_FORCE
    values = (
        Target.objects.filter(plan=plan).order_by("start", "code").values_list("value", flat=True)
    )
    assert sorted(values) == [1600, 2500, 30000]
    changed = Entry.objects.get(verb="changed", key=str(beds.pk))
    assert changed.values["value"] == ["2400.0000", "2500"]
    assert Entry.objects.filter(verb="rejected").count() == 1


def test_a_ledger_in_force_is_not_edited_behind_its_back(officer: User) -> None:
    plan = upload(officer)
    review.accept_rows(actor=officer, rows=review.pending(plan))  # type: ignore[arg-type]
    ledgers.adopt_plan(actor=officer, plan=plan)
    target = Target.objects.get(plan=plan, value=2400)
    with pytest.raises(ValidationError, match="已经启用"):
        review.edit_row(actor=officer, row=target, values={"value": Decimal(1)})
    with pytest.raises(ValidationError, match="已经启用"):
        review.reject_row(actor=officer, row=target)
    assert Target.objects.get(pk=target.pk).value == 2400


def test_a_task_with_confirmed_rows_is_not_rejected(officer: User) -> None:
    plan = upload(officer)
    review.accept_rows(actor=officer, rows=review.pending(plan))  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="下面还有"):
        review.reject_row(actor=officer, row=Task.objects.get(plan=plan, code="1.1.1"))
    assert Task.objects.get(plan=plan, code="1.1.1").state == State.CONFIRMED


def test_a_second_version_replaces_the_first(officer: User) -> None:
    first = upload(officer)
    review.accept_rows(actor=officer, rows=review.pending(first))  # type: ignore[arg-type]
    ledgers.adopt_plan(actor=officer, plan=first)
    second = upload(officer, TEXT.replace("2400", "2600"))
    assert second.version == 2
    review.accept_rows(actor=officer, rows=review.pending(second))  # type: ignore[arg-type]
    ledgers.adopt_plan(actor=officer, plan=second)
    states = dict(Plan.objects.values_list("version", "state"))
    assert states == {1: Plan.State.REPLACED, 2: Plan.State.IN_FORCE}
    assert queries.plan_in_force() == second


def test_a_person_adds_the_target_that_was_missed(officer: User) -> None:
    plan = upload(officer)
    section = Task.proposals.get(plan=plan, code="2")
    task = Task.proposals.get(plan=plan, code="2.1")
    review.accept_rows(actor=officer, rows=[section, task])
    values = {
        "subject": "登记差错",
        "kind": "zero",
        "aggregation": "zero",
        "comparator": "<=",
        "value": Decimal(0),
        "unit": "件",
    }
    added = reshaping.add_row(
        actor=officer, plan=plan, kind="target", values={"task": task} | values
    )
    assert (added.code, added.state) == ("M01", State.CONFIRMED)
    assert (
        reshaping.add_row(
            actor=officer, plan=plan, kind="target", values={"task": task} | values
        ).code
        == "M02"
    )


def test_only_a_city_officer_uploads_and_reviews(officer: User, make_user: Any) -> None:
    plan = upload(officer)
    task = Task.proposals.get(plan=plan, code="1")
    for role, area in [
        ("city_leader", CITY),
        ("county_director", CHANGYI),
        ("community_worker", CHANGYI),
    ]:
        other = make_user(role, area)
        with pytest.raises(PermissionDenied):
            upload(other)
        with pytest.raises(PermissionDenied):
            review.accept_row(actor=other, row=task)
        with pytest.raises(PermissionDenied):
            ledgers.adopt_plan(actor=other, plan=plan)
    assert Plan.objects.count() == 1
    assert Task.proposals.get(pk=task.pk).state == State.PROPOSED


def test_a_docx_is_read_in_order_with_its_tables(officer: User) -> None:
    document = Document()
    document.add_paragraph("（一）做好救助。")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "任务"
    table.rows[0].cells[1].text = "牵头单位"
    document.add_paragraph("一是抓好救助。全年救助3万人次以上。")
    file = io.BytesIO()
    document.save(file)
    plan = proposing.upload_plan(
        actor=officer,
        area=Area.objects.get(code=CITY),
        year=2016,
        title="文档",
        file_name="工作要点.docx",
        content=file.getvalue(),
    )
    assert plan.text == "（一）做好救助。\n任务\t牵头单位\n一是抓好救助。全年救助3万人次以上。"
    assert Target.proposals.get(plan=plan, code="T01").value == 30000


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("要点.pdf", b"%PDF-1.4", "不是完好的 PDF 文件"),
        ("要点.doc", b"old", "旧版 Word 文档（.doc），不能直接阅读"),
        ("要点.docx", b"not a zip", "不是有效的 Word 文档"),
        ("要点.txt", b" \n ", "没有文字"),
        ("要点.txt", b"\xff\xff\xff", "编码既不是 UTF-8 也不是 GB18030"),
        ("要点.txt", b"a\0b", "不是文本文件"),
        ("要点.txt", b"a" * (20 * 1024 * 1024 + 1), "超过 20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(
    officer: User, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        proposing.upload_plan(
            actor=officer,
            area=Area.objects.get(code=CITY),
            year=2016,
            title="要点",
            file_name=name,
            content=content,
        )
    assert not Plan.objects.exists()


def test_text_in_the_national_encoding_is_read(officer: User) -> None:
    plan = proposing.upload_plan(
        actor=officer,
        area=Area.objects.get(code=CITY),
        year=2016,
        title="要点",
        file_name="要点.txt",
        content=TEXT.encode("gb18030"),
    )
    assert plan.text == TEXT


def others_report(actor: Any, plan: Plan, code: str, on: dt.date, *areas: str) -> None:
    """The counties that a test does not speak of report nothing done."""
    for area in Area.objects.filter(level="county").exclude(code__in=areas):
        report(actor, plan, code, area.code, on, 0)


def report(
    actor: Any, plan: Plan, code: str, area: str, on: dt.date, n: int, d: Any = None
) -> Report:
    return reports.report_progress(
        actor=actor,
        target=Target.objects.get(plan=plan, code=code),
        area=Area.objects.get(code=area),
        on=on,
        numerator=Decimal(n),
        denominator=None if d is None else Decimal(d),
        evidence="月报",
    )


JUNE = dt.date(2016, 6, 30)


def row(plan: Plan, code: str, on: dt.date = JUNE) -> queries.Row:
    return next(r for r in queries.ledger(plan, on).rows() if r.target.code == code)


def test_reports_of_counties_add_up_to_the_city(plan: Plan, officer: User) -> None:
    report(officer, plan, "T09", CHANGYI, JUNE, 5000)
    report(officer, plan, "T09", YONGJI, JUNE, 7000)
    others_report(officer, plan, "T09", JUNE, CHANGYI, YONGJI)
    found = row(plan, "T09")
    assert found.standing.sentence == (
        "累计 12,000 人次 ÷ 序时 15,000 人次 = 80%，落后 20 个百分点 → 黄"
    )
    assert {p.name: p.figure for p in found.parts if p.figure and p.figure.numerator} == {
        "昌邑区": Figure(Fraction(5000)),
        "永吉县": Figure(Fraction(7000)),
    }


def test_ratios_of_counties_are_summed_before_they_are_divided(plan: Plan, officer: User) -> None:
    report(officer, plan, "T26", CHANGYI, JUNE, 100, 100)
    report(officer, plan, "T26", YONGJI, JUNE, 240, 300)
    found = row(plan, "T26")
    assert found.standing.sentence == "85%，要求不低于 100%，为要求的 85%，差 15 个百分点 → 黄"
    assert [p.standing and p.standing.light for p in found.parts] == [Light.GREEN, Light.YELLOW]


def test_an_old_report_is_no_report(plan: Plan, officer: User) -> None:
    report(officer, plan, "T16", CITY, dt.date(2016, 3, 31), 200_000_000)
    assert row(plan, "T16", dt.date(2016, 4, 30)).standing.light == Light.GREEN
    assert row(plan, "T16").standing.sentence == "未按期上报，最近一次截至 2016-03-31 → 红"
    report(officer, plan, "T09", CHANGYI, dt.date(2016, 3, 31), 20_000)
    report(officer, plan, "T09", YONGJI, JUNE, 20_000)
    others_report(officer, plan, "T09", JUNE, CHANGYI, YONGJI)
    assert row(plan, "T09").standing.sentence == "昌邑区未按期上报 → 红"


def test_a_correction_keeps_what_was_reported_before(plan: Plan, officer: User) -> None:
    report(officer, plan, "T16", CITY, JUNE, 200)
    report(officer, plan, "T16", CITY, JUNE, 200)
    assert Report._base_manager.count() == 1
    report(officer, plan, "T16", CITY, JUNE, 210)
    with acting_as(officer):
        current = Report.objects.get(replaced_at=None)
    assert current.numerator == 210
    assert Report._base_manager.count() == 2
    assert Entry.objects.get(verb="corrected").values["before"] == "200.0000"


def test_reports_are_checked(plan: Plan, officer: User, make_user: Any) -> None:
    with pytest.raises(ValidationError, match="由业务数据计算"):
        report(officer, plan, "T04", CITY, JUNE, 20)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        report(officer, plan, "T16", CITY, dt.date(2999, 1, 1), 20)
    with pytest.raises(ValidationError, match="2016 年以后"):
        report(officer, plan, "T16", CITY, dt.date(2015, 12, 31), 20)
    with pytest.raises(ValidationError, match="不能为负数"):
        report(officer, plan, "T16", CITY, JUNE, -1)
    with pytest.raises(PermissionDenied):
        report(make_user("community_worker", CHANGYI), plan, "T16", CITY, JUNE, 1)
    with pytest.raises(ValidationError, match="佐证说明"):
        reports.report_progress(
            actor=officer,
            target=Target.objects.get(plan=plan, code="T16"),
            area=Area.objects.get(code=CITY),
            on=JUNE,
            numerator=Decimal(1),
            evidence=" ",
        )
    assert not Report._base_manager.exists()


def test_counties_that_keep_their_number_are_a_share_of_all(plan: Plan, officer: User) -> None:
    report(officer, plan, "T18", CITY, JUNE, 1, 4)
    assert row(plan, "T18").standing.sentence == "现为 25% ÷ 序时 50% = 50%，落后 50 个百分点 → 红"


def test_a_violated_cap_is_red(plan: Plan, officer: User) -> None:
    report(officer, plan, "T07", CITY, JUNE, 0)
    assert row(plan, "T07").standing.light == Light.GREEN
    report(officer, plan, "T07", CITY, dt.date(2016, 7, 31), 2)
    assert row(plan, "T07", dt.date(2016, 7, 31)).standing.sentence == "应为零，已发生 2 件 → 红"


def test_a_paper_moves_on_to_its_number(plan: Plan, officer: User) -> None:
    paper = Deliverable.objects.get(plan=plan, code="D02")
    with pytest.raises(ValidationError, match="文号和印发日期"):
        papers.advance_paper(actor=officer, paper=paper, progress="issued")
    papers.advance_paper(
        actor=officer,
        paper=paper,
        progress="issued",
        number="吉市民发〔2016〕1号",
        issued_on=dt.date(2016, 5, 3),
    )
    found = queries.ledger(plan, JUNE)
    lights = {p.paper.code: p.standing.light for n in found.nodes.values() for p in n.papers}
    assert lights["D02"] == Light.GREEN
    before = queries.ledger(plan, dt.date(2016, 5, 2))
    lights = {p.paper.code: p.standing.light for n in before.nodes.values() for p in n.papers}
    assert lights["D02"] == Light.GREY


def test_the_light_of_a_section_is_its_worst(plan: Plan, officer: User) -> None:
    found = queries.ledger(plan, JUNE)
    assert found.tree[0].light == Light.RED
    assert sum(found.lights.values()) == 36
    frames = {f.frame.name: f for f in found.frames()}
    assert frames["社会救助"].tasks == 5
    assert frames["社会救助"].progress == 0


def test_a_month_is_kept_once_and_its_light_stays(plan: Plan, officer: User) -> None:
    report(officer, plan, "T16", CITY, JUNE, 100)
    changed = periods.keep_month(actor=officer, plan=plan, on=JUNE)
    assert Standing.objects.filter(area=None).count() == 36
    assert changed == Standing.objects.count() + Snapshot.objects.count()
    assert periods.keep_month(actor=officer, plan=plan, on=JUNE) == 0
    target = Target.objects.get(plan=plan, code="T16")
    assert [s.light for s in queries.past_lights(plan)[target.pk]] == ["red"]
    report(officer, plan, "T16", CITY, dt.date(2016, 7, 31), 400_000_000)
    periods.keep_month(actor=officer, plan=plan, on=dt.date(2016, 7, 31))
    assert [s.light for s in queries.past_lights(plan)[target.pk]] == ["red", "green"]
    assert queries.default_day(plan) == dt.date(2016, 7, 31)


def test_the_ledger_costs_a_dozen_queries_and_a_few_for_each_indicator(
    plan: Plan, officer: User, django_assert_max_num_queries: Any
) -> None:
    report(officer, plan, "T09", CHANGYI, JUNE, 5000)
    with django_assert_max_num_queries(24):
        queries.ledger(plan, JUNE)
