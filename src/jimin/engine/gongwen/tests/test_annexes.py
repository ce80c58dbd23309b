"""Tables that share tasks out give each task its units and its limit."""

from datetime import date

from jimin.engine.gongwen import AnnexRow, read_plan

TABLE = """一、加强养老服务。
附件：任务分解表
序号\t工作任务\t目标值\t牵头单位\t配合单位\t完成时限
一、养老服务
1\t1.新建社区食堂\t6家\t养老科\t财务科、各街道\t6月底
2\t培训护理员\t80名\t\t\t11月底前
3\t提高低保标准\t5%\t社会救助科、市财政局\t\t全年
说明：以上任务按季通报。
"""


def rows(text: str) -> list[AnnexRow]:
    return read_plan(text, 2024).annex


def test_a_row_gives_its_task_units_and_limit() -> None:
    told = [(row.title, row.lead, row.partners, row.due) for row in rows(TABLE)]
    assert told == [
        ("新建社区食堂", "养老科", ("财务科", "各街道"), date(2024, 6, 30)),
        ("培训护理员", "养老科", ("财务科", "各街道"), date(2024, 11, 30)),  # merged cells
        ("提高低保标准", "社会救助科", ("市财政局",), date(2024, 12, 31)),
    ]


def test_a_row_slices_back_to_its_cell() -> None:
    for row in rows(TABLE):
        assert TABLE[row.start : row.end] == row.quote
        assert TABLE[row.row_start : row.row_end].split("\t")[1].strip() == row.quote


def test_the_targets_of_a_row_are_due_when_the_row_is() -> None:
    plan = read_plan(TABLE, 2024)
    assert [(t.quote, t.due) for t in plan.targets] == [
        ("6家", date(2024, 6, 30)),
        ("80名", date(2024, 11, 30)),
        ("5%", date(2024, 12, 31)),
    ]


def test_a_table_of_figures_shares_nothing_out() -> None:
    assert rows("地区\t户数\t人数\n江南\t30\t70\n江北\t20\t50\n") == []
    assert rows("任务\t说明\n新建食堂\t无\n") == []


def test_a_new_text_ends_the_table() -> None:
    text = TABLE + "二、加强社会救助。\n联系人\t王某\t电话\t123\n"
    assert len(rows(text)) == 3
