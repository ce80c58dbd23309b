"""The workbook a bank pays from."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from jimin.foundation.tables import OutColumn, disarm, new_workbook

from ..models import Roll, RollLine

COLUMNS = [
    OutColumn("序号", 6, "whole"),
    OutColumn("家庭编号", 18),
    OutColumn("领款人", 12),
    OutColumn("公民身份号码", 22),
    OutColumn("开户银行", 24),
    OutColumn("银行账号", 24),
    OutColumn("金额", 14, "money"),
    OutColumn("保障人数", 10, "whole"),
]
CONTROL = [OutColumn("项目", 16), OutColumn("内容", 70)]


def bank_workbook(roll: Roll, lines: Sequence[RollLine]) -> bytes:
    """One row a household, a row of totals, and a sheet to check the file against.

    Numbers of persons and accounts are text: a spreadsheet would round them. A name that begins
    like a formula is written so that no program can run it.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "roll.xlsx"
        with new_workbook(path) as book:
            sheet = book.sheet("发放明细", COLUMNS)
            for order, line in enumerate(lines, 1):
                sheet.row(
                    [
                        order,
                        disarm(line.household_number),
                        disarm(line.payee),
                        line.citizen_id,
                        disarm(line.bank),
                        line.account,
                        line.amount,
                        line.size,
                    ]
                )
            sheet.row([None, "合计", None, None, None, None, roll.amount, roll.persons])
            control = book.sheet("核对", CONTROL)
            for row in (
                ("待遇", str(roll.get_benefit_display())),
                ("县（市、区）", roll.area.name),
                ("月份", f"{roll.month:%Y-%m}"),
                ("笔数", str(roll.households)),
                ("合计金额（元）", f"{roll.amount:.2f}"),
                ("名册校验值（SM3）", roll.digest),
            ):
                control.row(row)
        return path.read_bytes()
