"""Tables as DuckDB reads them: Parquet files or Arrow, opened with a limit of memory."""

# ruff: noqa: S608 (names and literals are quoted; relations are the caller's own files)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias

from .errors import PolicyError
from .facts import Fact, Money, Month
from .sql import literal

Relation: TypeAlias = "str | Path | Any"
"""A Parquet file (or a glob of several) or an Arrow table."""

INTEGERS: Final = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
)


@contextmanager
def opened(
    *, memory_limit: str = "1GB", threads: int | None = None, **relations: Relation
) -> Iterator[tuple[Any, dict[str, str]]]:
    """A database of its own and the SQL name of each relation.

    What does not fit into memory goes to a folder nobody else reads. DuckDB's refusals become
    ours.
    """
    import duckdb

    with TemporaryDirectory(prefix="jimin-") as folder, explained():
        config: dict[str, Any] = {"memory_limit": memory_limit, "temp_directory": folder}
        with duckdb.connect(config=config) as db:
            # A run of more than two seconds would draw a bar on the standard output.
            db.execute("SET enable_progress_bar = false")
            # Whoever asks for one thread wants the rows in their order.
            if threads != 1:
                db.execute("SET preserve_insertion_order = false")
            if threads is not None:
                db.execute(f"SET threads = {int(threads)}")
            yield db, {name: _source(db, name, relation) for name, relation in relations.items()}


@contextmanager
def explained() -> Iterator[None]:
    """Turns DuckDB's refusals into ours."""
    import duckdb

    try:
        yield
    except duckdb.InvalidInputException as error:
        raise PolicyError(str(error).removeprefix("Invalid Input Error: ") + "。") from error
    except duckdb.OutOfRangeException as error:
        raise PolicyError(f"批量计算溢出，没有得出结果：{error}") from error
    except duckdb.OutOfMemoryException as error:
        raise PolicyError(
            f"批量计算所需的内存超过限额，没有得出结果；请调高 memory_limit：{error}"
        ) from error
    except duckdb.IOException as error:
        raise PolicyError(f"读不了或写不了文件：{error}") from error


def _source(db: Any, name: str, relation: Relation) -> str:
    if isinstance(relation, (str, Path)):
        return f"read_parquet({literal(str(relation))})"
    db.register(name, relation)
    return name


def types_of(db: Any, source: str) -> dict[str, str]:
    """The columns of a relation with their types."""
    described = db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    return {row[0]: row[1] for row in described}


def require_columns(
    db: Any, source: str, relation: Relation, key: str, needed: Mapping[str, str]
) -> None:
    """Checks that a relation has the columns the rules need, in types that lose nothing."""
    types = types_of(db, source)
    for column in (key, *needed):
        if column not in types:
            raise PolicyError(f"{relation_name(relation)} 缺少列 {column}，请补上。")
    for column, wanted in needed.items():
        fits = types[column] in INTEGERS if wanted == "BIGINT" else types[column] == wanted
        if not fits and not (wanted == "VARCHAR" and types[column].startswith("ENUM")):
            raise PolicyError(
                f"{relation_name(relation)} 的列 {column} 类型是 {types[column]}，"
                f"应当是 {wanted}{'（金额以分为单位的整数）' if wanted == 'BIGINT' else ''}。"
            )


def relation_name(relation: Relation) -> str:
    return Path(relation).name if isinstance(relation, (str, Path)) else "数据表"


def first_row(db: Any, query: str, values: Sequence[object] = ()) -> Any:
    """The first row, or None. The rest is fetched too: an open result blocks the connection."""
    rows = db.execute(query, list(values)).fetchall()
    return rows[0] if rows else None


def rows_of(db: Any, query: str) -> list[dict[str, Any]]:
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def stated(facts: Mapping[str, Fact], row: Mapping[str, Any]) -> dict[str, object]:
    """A row of a city's table as the interpreter takes it: yuan, and months as text."""
    found: dict[str, object] = {}
    for name, value in row.items():
        fact = facts[name]
        if value is not None and isinstance(fact, Money):
            value = Fraction(value, 100)
        elif isinstance(value, date) and isinstance(fact, Month):
            value = f"{value:%Y-%m}"
        found[name] = value
    return found


__all__ = ["Relation", "opened", "relation_name", "require_columns", "rows_of", "stated"]
