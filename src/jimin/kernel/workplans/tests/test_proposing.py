"""Texts come in from files and from the clipboard; their rows wait for a person."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from docx import Document

from jimin.foundation.access.models import User
from jimin.kernel.areas.models import Area
from jimin.kernel.workplans.models import Plan, State, Target, Task
from jimin.kernel.workplans.services import comparing, ledger, proposing, review, succeeding

pytestmark = pytest.mark.django_db
CITY = "220200000000"
TEXT = "一、做好救助。\n全年救助3万人次以上。\n二、做好养老。\n新增养老床位900张。\n"


def upload(officer: User, text: str = "", **given: Any) -> Plan:
    given = {"file_name": "要点.txt", "content": text.encode()} | given
    return proposing.upload_plan(
        actor=officer, area=Area.objects.get(code=CITY), year=2016, title="要点", **given
    )


def test_the_original_is_kept_and_handed_out_only_unchanged(officer: User) -> None:
    plan = upload(officer, TEXT)
    assert proposing.read_original(actor=officer, plan=plan) == TEXT.encode()
    with plan.original.open("wb") as file:
        file.write(b"other")
    with pytest.raises(ValidationError, match="与上传时不一致"):
        proposing.read_original(actor=officer, plan=plan)


def test_what_was_pasted_is_read_and_kept(officer: User) -> None:
    page = "<html><body><p>一、养老。</p><p>新增养老床位900张。</p><script>1</script></body></html>"
    plan = upload(officer, file_name="", content=b"", pasted=page)
    assert plan.text == "一、养老。\n新增养老床位900张。"
    assert proposing.read_original(actor=officer, plan=plan) == page.encode()
    with pytest.raises(ValidationError, match="只能用一种"):
        upload(officer, TEXT, pasted="另一份")


def test_an_annex_gives_units_and_limits_to_tasks(officer: User) -> None:
    document = Document()
    document.add_paragraph("一、加强养老服务。")
    document.add_paragraph("（一）新建社区食堂。新建食堂6家。")
    table = document.add_table(rows=3, cols=4)
    rows = [
        ("任务", "牵头单位", "配合单位", "完成时限"),
        ("新建社区食堂", "养老科", "财务科、各街道", "6月底"),
        ("培训护理员80名", "人事科", "", "11月底"),
    ]
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    file = io.BytesIO()
    document.save(file)
    plan = upload(officer, file_name="要点.docx", content=file.getvalue())
    canteen = Task.proposals.get(plan=plan, title="新建社区食堂")
    assert (canteen.lead_unit, canteen.co_units) == ("养老科", ["财务科", "各街道"])
    assert canteen.due == date(2016, 6, 30)
    nurses = Task.proposals.get(plan=plan, title="培训护理员80名")
    assert nurses.parent is not None
    assert (nurses.code, nurses.parent.title) == ("F.1", "附表所列任务")
    target = Target.proposals.get(plan=plan, value=80)
    assert (target.task, target.due) == (nurses, date(2016, 11, 30))


def test_a_revised_text_is_compared_with_the_ledger_in_force(officer: User) -> None:
    first = upload(officer, TEXT + "培训护理员80名。\n开展检查12次。\n")
    review.accept_rows(actor=officer, rows=[*Task.proposals.filter(plan=first)])
    targets = Target.proposals.filter(plan=first)
    targets.filter(value=900).update(indicator="beds", baseline=3000)
    review.accept_rows(actor=officer, rows=[*targets])
    ledger.adopt_plan(actor=officer, plan=first)
    revised = upload(
        officer,
        "一、做好救助。\n全年救助3万人次以上。\n培训护理员80名。\n二、做好养老。\n"
        "新增养老床位1200张。\n新建社区食堂6家。\n",
    )
    change = dict(Target.proposals.filter(plan=revised).values_list("subject", "change"))
    assert change == {
        "做好救助": "same",
        "培训护理员": "moved",
        "新增养老床位": "changed",
        "新建社区食堂": "new",
    }
    beds = Target.proposals.get(plan=revised, subject="新增养老床位")
    assert beds.state == State.PROPOSED
    assert beds.indicator == "beds"
    assert beds.baseline == 3000
    assert [label for label, _was, _now in comparing.differences(beds)] == ["目标值"]
    assert [str(row) for row in comparing.gone(revised)] == ["T04 开展检查"]
    review.accept_rows(actor=officer, rows=[*Task.proposals.filter(plan=revised)])
    review.accept_rows(actor=officer, rows=[*Target.proposals.filter(plan=revised)])
    with pytest.raises(ValidationError, match="原台账有 1 条在新文本中不再出现"):
        succeeding.adopt_revision(actor=officer, plan=revised, gone_seen=False)
    succeeding.adopt_revision(actor=officer, plan=revised, gone_seen=True)
    first.refresh_from_db()
    assert first.state == Plan.State.REPLACED


def test_what_was_left_out_is_left_out_again(officer: User) -> None:
    first = upload(officer, TEXT)
    beds = Target.proposals.get(plan=first, value=900)
    review.reject_row(actor=officer, row=beds, reason="是去年的数")
    again = upload(officer, "前言。\n" + TEXT)
    row = Target.proposals.get(plan=again, value=900)
    assert (row.state, row.reason, row.decided_by) == (State.REJECTED, "是去年的数", officer)
    changed = upload(officer, TEXT.replace("900", "1000"))
    assert Target.proposals.get(plan=changed, value=1000).state == State.PROPOSED


def test_reading_again_adds_only_what_no_row_stands_for(officer: User) -> None:
    plan = upload(officer, TEXT)
    review.reject_row(actor=officer, row=Target.proposals.get(plan=plan, value=900))
    assert proposing.reread_plan(actor=officer, plan=plan) == 0
    Target.proposals.get(plan=plan, value=30000).delete()
    assert proposing.reread_plan(actor=officer, plan=plan) == 1
    found = Target.proposals.get(plan=plan, value=30000)
    assert (found.state, found.task.title) == (State.PROPOSED, "做好救助")
    assert Target.proposals.get(plan=plan, value=900).state == State.REJECTED
