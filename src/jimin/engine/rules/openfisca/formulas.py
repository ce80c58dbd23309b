"""What in an OpenFisca formula our vocabulary cannot say, or says in another way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from .gaps import Gap

RANKING: Final = frozenset({"get_rank", "value_nth_person", "ordered_members_map"})
NUMERIC: Final = frozenset({
    "exp", "log", "log10", "log1p", "power", "sqrt", "cumsum", "std", "mean", "median", "random",
    "sin", "cos", "interp",
})  # fmt: skip
SAME: Final = ("start", "date")
YEAR: Final = ("this_year", "last_year", "n_2", "last_fiscal_year")
MONTH: Final = ("last_month", "last_3_months")


def formula_gaps(variable: str, formula: ast.FunctionDef) -> Iterator[Gap]:
    """Each thing once; a gap that does not block is a hint how to write the rule."""
    names = [argument.arg for argument in formula.args.args]
    period = names[1] if len(names) > 1 else "period"
    where = variable if formula.name == "formula" else f"{variable}.{formula.name}"
    said: dict[str, bool] = {}
    for node in ast.walk(formula):
        for why, blocks in _of_node(node, period):
            said[why] = said.get(why, False) or blocks
    for why, blocks in said.items():
        yield Gap(where, why, blocks)


def _of_node(node: ast.AST, period: str) -> Iterator[tuple[str, bool]]:
    match node:
        case ast.For() | ast.While() | ast.ListComp() | ast.GeneratorExp():
            if _names(node, period):
                yield (
                    "按任意多个期间循环：只有当月，和以前的事实（上月结果、年累计、自某月起）",
                    True,
                )
            else:
                yield "有循环：请逐项写出", False
        case ast.Attribute(attr=attribute) if attribute in ("offset", "get_subperiods"):
            yield "取任意的过去期间：请把结果作为事实填入（如上月结果、年累计）", True
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name == period:
            yield from _of_period(attribute)
        case ast.Call(func=function):
            name = _last(function)
            if name in RANKING:
                yield f"{name} 按顺序给成员排名：没有对应的写法", True
            elif name in NUMERIC:
                yield f"{name} 的结果不是有理数：没有对应的写法", True
            yield from _of_options(node)
        case ast.Constant(value=float() as number):
            yield f"浮点常数 {number}：列为参数，或写 pct、yuan，计算是精确的", False
        case ast.Subscript(value=base) if _last(base) == "members_position":
            yield "按成员的位置取值：没有对应的写法", True


def _of_period(attribute: str) -> Iterator[tuple[str, bool]]:
    if attribute in YEAR:
        yield f"{attribute} 取一年的值：请作为事实填入（年累计）", False
    elif attribute in MONTH:
        yield f"{attribute} 取以前月份的值：请写上月结果（last_month）或事实", False
    elif attribute == "first_month":
        yield "first_month 取一月的值：请作为一月的事实填入", False
    elif attribute not in SAME:
        yield f"不认识期间 {attribute}", False


def _of_options(call: ast.Call) -> Iterator[tuple[str, bool]]:
    options = [
        _last(one)
        for argument in (*call.args, *(word.value for word in call.keywords))
        for one in (argument.elts if isinstance(argument, ast.List) else [argument])
    ]
    if "ADD" in options:
        yield "ADD 把各期间的值相加：请作为事实填入（年累计）", False
    if "DIVIDE" in options:
        yield "DIVIDE 把年的值分到月：写 monthly(…)", False


def _names(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
