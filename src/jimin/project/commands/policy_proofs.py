"""What `jimin policy check` prints of the proofs: how large every result can be, and how stored."""

from collections.abc import Sequence
from fractions import Fraction

from rich import box
from rich.console import Console
from rich.table import Table

from jimin.engine.rules.language import CHINESE, Counted, Language
from jimin.engine.rules.proof import Proof
from jimin.engine.rules.units import Unit
from jimin.project.commands.policy_screen import BenefitCheck

NO_NUMBERS = {"truth": "是、否", "code": "选项", "day": "日期", "month": "月份"}


COLUMNS = ("规则", "名称", "结果不小于", "不大于", "途中最大的整数", "宽度")


def print_proofs(
    console: Console,
    proven: Sequence[tuple[BenefitCheck, Sequence[Proof]]],
    language: Language = CHINESE,
) -> None:
    """A table a benefit; then which rules need more than 64 bits."""
    told = language.text
    for check, proofs in proven:
        title = language.say("{label}（{member}）", label=told(check.label), member=check.name)
        table = Table(*map(told, COLUMNS), box=box.SIMPLE, title=title)
        for column in table.columns:
            column.overflow = "fold"
        for column in table.columns[2:5]:
            column.justify = "right"
        for proof in proofs:
            table.add_row(
                proof.rule,
                told(proof.label),
                *map(told, _ends(proof)),
                f"{proof.largest:,}",
                width(proof),
            )
        console.print(table)
    wide = sum(proof.is_wide for _, proofs in proven for proof in proofs)
    rest = sum(len(proofs) for _, proofs in proven) - wide
    console.print(
        language.say(
            "{rest} 条规则用 64 位整数（BIGINT）计算，"
            "{wide} 条用 38 位整数（DuckDB 为 HUGEINT，Spark 为 DECIMAL(38,0)），都已证明不溢出。",
            rest=Counted(rest),
            wide=Counted(wide),
        ),
        highlight=False,
        soft_wrap=True,
    )


def width(proof: Proof) -> str:
    return f"{proof.duckdb_type} / {proof.spark_type}" if proof.is_wide else proof.duckdb_type


def _ends(proof: Proof) -> tuple[str, str]:
    if proof.low is None or proof.high is None:
        return NO_NUMBERS[proof.kind], ""
    return _end(proof.low, proof.unit, up=False), _end(proof.high, proof.unit, up=True)


def _end(value: Fraction, unit: Unit | None, *, up: bool) -> str:
    """A bound with two decimals at most, rounded outwards so that it stays one."""
    hundredths = -(-value * 100).__floor__() if up else (value * 100).__floor__()
    whole, rest = divmod(abs(hundredths), 100)
    sign = "-" if hundredths < 0 else ""
    is_money = unit is not None and bool(unit.yuan)
    return f"{sign}{whole:,}" + (f".{rest:02d}" if rest or is_money else "")
