"""Proposals are taken apart, put together and added; two reviewers do not overwrite each other."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from jimin.foundation.access.models import User
from jimin.foundation.audit.models import Entry
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans.models import Deliverable, Plan, State, Target, Task
from jimin.kernel.workplans.services import ledger, proposing, reshaping, review

pytestmark = pytest.mark.django_db
CITY = "220200000000"
TEXT = """一、做好救助。
全年救助3万人次以上，建立救助台账和档案，低保标准逐步提高。
二、做好养老。
新增养老床位900张，培训护理员80名。
三、做好宣传。
"""


@pytest.fixture
def plan(officer: User) -> Plan:
    return proposing.upload_plan(
        actor=officer,
        area=Area.objects.get(code=CITY),
        year=2016,
        title="要点",
        file_name="要点.txt",
        content=TEXT.encode(),
    )


def place(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def test_a_row_is_split_at_a_mark_and_both_parts_are_read_again(officer: User, plan: Plan) -> None:
    start, end = place("新增养老床位900张，培训护理员80名")
    Target.proposals.filter(plan=plan, value=80).delete()
    row = Target.proposals.get(plan=plan, value=900)
    row.start, row.end, row.quote = start, end, TEXT[start:end]
    row.save()
    at = row.quote.index("培训")
    assert reshaping.cuts(row) == [at]
    second = reshaping.split_row(actor=officer, row=row, at=at, seen=0)
    row.refresh_from_db()
    assert row.value == 900
    assert (row.unit, row.quote) == ("张", "新增养老床位900张，")
    assert isinstance(second, Target)
    assert second.value == 80
    assert (second.unit, second.subject) == ("名", "培训护理员")
    assert (second.code, second.state, second.task) == ("M01", State.PROPOSED, row.task)
    assert plan.text[second.start or 0 : second.end] == second.quote
    assert list(Entry.objects.filter(verb="split").values_list("key", flat=True)) == [str(row.pk)]


def test_a_row_is_split_only_at_a_mark(officer: User, plan: Plan) -> None:
    row = Target.proposals.get(plan=plan, value=900)
    with pytest.raises(ValidationError, match="标点处"):
        reshaping.split_row(actor=officer, row=row, at=3)
    assert Target.proposals.filter(plan=plan, code="M01").count() == 0


def test_rows_are_merged_into_the_first(officer: User, plan: Plan) -> None:
    beds, nurses = (Target.proposals.get(plan=plan, value=value) for value in (900, 80))
    kept = reshaping.merge_rows(actor=officer, rows=[nurses, beds])
    assert kept.pk == beds.pk
    assert kept.quote == "新增养老床位900张，培训护理员80名"
    nurses.refresh_from_db()
    assert (nurses.state, nurses.reason) == (State.REJECTED, f"并入 {beds.code}")


def test_what_hung_on_a_merged_task_hangs_on_the_other(officer: User, plan: Plan) -> None:
    relief, care = Task.proposals.filter(plan=plan).order_by("order")[:2]
    reshaping.merge_rows(actor=officer, rows=[relief, care])
    assert {row.task_id for row in Target.proposals.filter(plan=plan)} == {relief.pk}


def test_only_rows_of_a_kind_are_merged(officer: User, plan: Plan) -> None:
    rows: list[Any] = [Target.proposals.get(plan=plan, value=80)]
    rows += Task.proposals.filter(plan=plan)[:1]
    for few in (rows, rows[:1], []):
        with pytest.raises(ValidationError, match="至少两条同类"):
            reshaping.merge_rows(actor=officer, rows=few)


def test_marked_words_become_a_row_with_their_place(officer: User, plan: Plan) -> None:
    start, end = place("建立救助台账和档案")
    task = reshaping.task_at(plan, start)
    assert task is not None
    assert task.title == "做好救助"
    values = {"task": task, "subject": "救助台账", "kind": "milestone", "aggregation": "milestone"}
    row = reshaping.add_row(
        actor=officer, plan=plan, kind="target", values=values, start=start - 1, end=end
    )
    assert (row.quote, row.state) == (
        "，建立救助台账和档案",
        State.PROPOSED,
    )  # its task still waits
    review.accept_row(actor=officer, row=task)
    paper = reshaping.add_row(
        actor=officer, plan=plan, kind="deliverable", values={"task": task, "name": "台账办法"}
    )
    assert isinstance(paper, Deliverable)
    assert (paper.code, paper.state, paper.start) == ("P01", State.CONFIRMED, None)
    added = reshaping.add_row(
        actor=officer, plan=plan, kind="task", values={"title": "建立台账", "parent": task}
    )
    assert isinstance(added, Task)
    assert (added.code, added.state) == ("1a", State.CONFIRMED)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (-1, 3), (0, 10_000), (8, 7)])
def test_a_place_outside_the_text_is_refused(
    officer: User, plan: Plan, start: int, end: int
) -> None:
    with pytest.raises(ValidationError, match="请重新选择"):
        reshaping.check_span(plan, start, end)


def test_a_row_changed_by_another_is_not_decided_unseen(officer: User, plan: Plan) -> None:
    row = Target.proposals.get(plan=plan, value=900)
    review.edit_row(actor=officer, row=row, values={"value": Decimal(950)}, seen=0)
    with pytest.raises(ValidationError, match="刚被他人改动"):
        review.reject_row(actor=officer, row=row, seen=0)
    with pytest.raises(ValidationError, match="刚被他人改动"):
        review.edit_row(actor=officer, row=row, values={"value": 1}, seen=0)
    with pytest.raises(ValidationError, match="刚被他人改动"):
        reshaping.split_row(actor=officer, row=row, at=9, seen=0)
    row.refresh_from_db()
    assert row.value == 950
    assert row.state == State.PROPOSED
    review.reject_row(actor=officer, row=row, seen=1)


def test_a_ledger_in_force_is_not_reshaped(officer: User, plan: Plan) -> None:
    review.accept_rows(actor=officer, rows=[*Task.proposals.filter(plan=plan)])
    targets = [*Target.proposals.filter(plan=plan)]
    review.accept_rows(actor=officer, rows=targets)
    ledger.adopt_plan(actor=officer, plan=plan)
    row = Target.proposals.get(plan=plan, value=900)
    with pytest.raises(ValidationError, match="已经启用"):
        reshaping.merge_rows(actor=officer, rows=targets[:2])
    with pytest.raises(ValidationError, match="已经启用"):
        reshaping.split_row(actor=officer, row=row, at=9)
    with pytest.raises(ValidationError, match="已经启用"):
        reshaping.add_row(actor=officer, plan=plan, kind="target", values={})


def test_another_role_reshapes_nothing(plan: Plan, make_user: Any) -> None:
    leader = make_user("city_leader", CITY)
    rows = [*Target.proposals.filter(plan=plan)]
    with pytest.raises(PermissionDenied):
        reshaping.merge_rows(actor=leader, rows=rows[:2])
    with pytest.raises(PermissionDenied):
        reshaping.add_row(actor=leader, plan=plan, kind="target", values={})
    with pytest.raises(PermissionDenied):
        proposing.reread_plan(actor=leader, plan=plan)
