"""The city's statement on Spark, for many cities at once. Needs the extra `spark` and Java 17."""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own)
from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

from .absent import absent_columns, without
from .decision import Decision
from .dialects import SPARK
from .errors import PolicyError
from .expressions import Scope
from .facts import Choice, Fact
from .policy import Policy, PolicyMonth
from .ranges import limits
from .relations import INTEGERS
from .sql import needed_columns, statement

Relation: TypeAlias = "str | Path | Any"
"""Parquet files or a Spark DataFrame."""

SPARK_TYPES = {"VARCHAR": "STRING"}
TYPES = {
    "tinyint": "TINYINT", "smallint": "SMALLINT", "int": "INTEGER", "bigint": "BIGINT",
    "boolean": "BOOLEAN", "date": "DATE", "string": "VARCHAR",
}  # fmt: skip


def run_nation(
    spark: Any,
    policy: Policy,
    decision: Decision,
    month: str,
    groups: Relation,
    members: Relation,
    out: str | Path,
    *,
    trace: tuple[str, ...] = (),
) -> None:
    """Assesses every group and writes Parquet: the rows `run_city` would write, in any order.

    The session must have `spark.sql.ansi.enabled`, which makes an overflow an error.
    """
    if spark.conf.get("spark.sql.ansi.enabled") != "true":
        raise PolicyError("Spark 没有打开 ANSI 模式：请设置 spark.sql.ansi.enabled=true。")
    bound = policy.at(month)
    needed = needed_columns(bound, decision, trace)
    with _views(spark, {"group": groups, "member": members}) as views, _explained():
        absent = {
            scope: absent_columns(spark.table(view).columns, bound.book.facts[scope], needed[scope])
            for scope, view in views.items()
        }
        bound = without(bound, absent)
        needed = needed_columns(bound, decision, trace)
        for scope, view in views.items():
            _complete(spark, view, absent[scope])
            _check_types(spark, view, bound, needed[scope])
            _check_values(spark, view, bound, scope, needed[scope])
        query = statement(
            bound, decision, views["group"], views["member"], dialect=SPARK, trace=trace
        )
        spark.sql(query).write.mode("overwrite").parquet(str(out))
        found = spark.read.parquet(str(out)).selectExpr("SUM(size)").first()[0] or 0
        if found != spark.table(views["member"]).count():
            label = bound.book.entities.group_label
            raise PolicyError(f"{label}表里有重复的{label}编号，请去掉重复后再计算。")


@contextmanager
def _views(spark: Any, relations: Mapping[Scope, Relation]) -> Iterator[dict[Scope, str]]:
    """The relations under names of their own, for as long as they are needed."""
    names: dict[Scope, str] = {}
    for scope, relation in relations.items():
        frame: Any = relation
        if isinstance(relation, (str, Path)):
            frame = spark.read.parquet(str(relation))
        names[scope] = f"jimin_{scope}_{uuid4().hex}"
        frame.createOrReplaceTempView(names[scope])
    try:
        yield names
    finally:
        for name in names.values():
            spark.catalog.dropTempView(name)


def _complete(spark: Any, view: str, absent: Mapping[str, str]) -> None:
    """Gives a view the columns of rare facts it leaves out."""
    if not absent:
        return
    kinds = {name: SPARK_TYPES.get(kind, kind) for name, kind in absent.items()}
    frame = spark.table(view)
    for name, kind in kinds.items():
        frame = frame.selectExpr("*", f"CAST(NULL AS {kind}) AS {SPARK.quoted(name)}")
    frame.createOrReplaceTempView(view)


@contextmanager
def _explained() -> Iterator[None]:
    """Turns Spark's refusals into ours."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        said = error.getMessageParameters() or {}
        message = said.get("errorMessage") or said.get("errorMessageString")
        if error.getCondition() == "USER_RAISED_EXCEPTION" and message:
            raise PolicyError(f"{message}。") from error
        raise PolicyError(f"批量计算没有得出结果：{error}") from error


def _check_types(spark: Any, view: str, month: PolicyMonth, needed: Mapping[str, str]) -> None:
    types = {name: TYPES.get(kind, kind) for name, kind in spark.table(view).dtypes}
    for name in (month.book.entities.group, *needed):
        if name not in types:
            raise PolicyError(f"数据表缺少列 {name}，请补上。")
    for name, wanted in needed.items():
        found = types[name]
        if found != wanted and not (wanted == "BIGINT" and found in INTEGERS):
            raise PolicyError(f"数据表的列 {name} 类型是 {found}，应当是 {wanted}。")


def _check_values(
    spark: Any, view: str, month: PolicyMonth, scope: Scope, needed: Mapping[str, str]
) -> None:
    """The overflow proof rests on the declared ranges, so a value outside stops the run."""
    facts: dict[str, Fact] = {name: month.book.facts[scope][name] for name in needed}
    outside = []
    for name, fact in facts.items():
        column = SPARK.quoted(name)
        ends = limits(fact, month)
        if ends is not None:
            low, high = (_literal(end) for end in ends)
            outside.append((name, f"({column} < {low} OR {column} > {high})"))
        elif isinstance(fact, Choice):
            known = ", ".join(map(SPARK.literal, fact.choices))
            outside.append((name, f"({column} NOT IN ({known}))"))
    if not outside:
        return
    wrong = [f"MIN(CASE WHEN {test} THEN {_number(month)} END)" for _, test in outside]
    firsts = spark.sql(f"SELECT {', '.join(wrong)} FROM {view}").first()
    for (name, _), number in zip(outside, firsts, strict=True):
        if number is not None:
            label = month.book.entities.group_label
            raise PolicyError(f"{label} {number}：{facts[name].label}超出允许范围，请核对。")


def _number(month: PolicyMonth) -> str:
    return f"COALESCE(CAST({SPARK.quoted(month.book.entities.group)} AS STRING), '（空）')"


def _literal(end: Any) -> str:
    return str(end) if isinstance(end, int) else f"DATE '{end.isoformat()}'"
