"""A synthetic city in exactly the tables `assess_city` reads, made by one seeded statement.

A tenth of the households look like applicants: little income and property, more illness and
disability; a few facts are unknown. The order of both files is scrambled.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

COUNTIES = (
    "220202", "220203", "220204", "220211", "220221", "220281", "220282", "220283", "220284",
)  # fmt: skip

# Uniform draws in [0, 1000000) from a household, a member and the number of the draw: integers
# only, so that the same seed gives the same city on every machine.
DRAW = "(hash({parts}, {number}, {seed}) % 1000000)::BIGINT"


def write_city(folder: Path, households: int, seed: int = 0) -> tuple[Path, Path]:
    """Writes households.parquet and members.parquet, about 2.62 members to a household."""
    folder.mkdir(parents=True, exist_ok=True)
    groups, people = folder / "households.parquet", folder / "members.parquet"
    with duckdb.connect(config={"memory_limit": "2GB"}) as db:
        db.execute("SET preserve_insertion_order = false")
        db.execute(f"CREATE TABLE base AS {_base(households, seed)}")
        db.execute(f"COPY ({_households(seed)}) TO '{groups}' (FORMAT parquet)")
        db.execute(f"COPY ({_members(seed)}) TO '{people}' (FORMAT parquet)")
    return groups, people


def _draw(number: int, seed: int, parts: str = "household") -> str:
    return DRAW.format(parts=parts, number=number, seed=seed)


def _base(households: int, seed: int) -> str:
    size = _draw(1, seed)
    steps = ((200_000, 1), (510_000, 2), (780_000, 3), (920_000, 4), (975_000, 5), (993_000, 6))
    ladder = " ".join(f"WHEN {size} < {limit} THEN {people}" for limit, people in steps)
    return f"""
        SELECT household, {_draw(2, seed)} < 100000 AS applies, CASE {ladder} ELSE 7 END AS size
        FROM (SELECT 100000000000 + 13 * range AS household FROM range({households}))
    """


def _households(seed: int) -> str:
    county = f"[{', '.join(repr(code) for code in COUNTIES)}][1 + {_draw(3, seed)} % 9]"

    def draw(number: int) -> str:
        return _draw(number, seed)

    return f"""
        SELECT household,
            CASE WHEN {draw(4)} >= 200 THEN {county} END AS county,
            CASE WHEN {draw(5)} < 620000 THEN 'urban' ELSE 'rural' END AS residence,
            CASE WHEN {draw(6)} >= 2000
                THEN {draw(7)} * {draw(8)} // 1000000 * CASE WHEN applies THEN 3 ELSE 30 END
                END AS financial_assets,
            CASE WHEN {draw(9)} >= 1000 THEN
                ({draw(10)} < CASE WHEN applies THEN 30000 ELSE 420000 END)::INTEGER
                END AS vehicles,
            1 + ({draw(11)} < CASE WHEN applies THEN 20000 ELSE 210000 END)::INTEGER AS dwellings,
            CASE WHEN {draw(12)} < CASE WHEN applies THEN 300000 ELSE 4000 END
                THEN 100 * (50 + {draw(13)} % 2450) END AS last_amount,
            CASE WHEN {draw(12)} < CASE WHEN applies THEN 150000 ELSE 2000 END
                THEN DATE '2016-07-01' - to_months(({draw(14)} % 12)::INTEGER) END::DATE
                AS over_since
        FROM base ORDER BY {draw(15)}, household
    """


def _members(seed: int) -> str:
    def draw(number: int) -> str:
        return _draw(number, seed, "household, place")

    def earned(number: int, poor: tuple[int, int], others: tuple[int, int]) -> str:
        """Nothing for most; else up to a limit of yuan, a third in tens of yuan, a third in fen."""
        share = f"CASE WHEN applies THEN {poor[0]} ELSE {others[0]} END"
        limit = f"CASE WHEN applies THEN {poor[1]} ELSE {others[1]} END"
        fen = f"({draw(number + 1)} * 100 * {limit} // 1000000)"
        coarse = f"CASE {draw(number + 2)} % 3 WHEN 0 THEN 1000 WHEN 1 THEN 100 ELSE 1 END"
        return f"CASE WHEN {draw(number)} < {share} THEN {fen} // {coarse} * {coarse} ELSE 0 END"

    def flag(number: int, poor: int, others: int) -> str:
        return (
            f"CASE WHEN {draw(number)} >= 1000 THEN"
            f" {draw(number + 1)} < CASE WHEN applies THEN {poor} ELSE {others} END END"
        )

    return f"""
        SELECT household,
            CASE WHEN {draw(20)} >= 500 THEN DATE '2016-06-30'
                - (CASE WHEN place < 2 THEN 7300 + {draw(21)} % 25000 ELSE {draw(21)} % 21000 END
                )::INTEGER END AS birth,
            CASE WHEN {draw(22)} < CASE WHEN applies THEN 160000 ELSE 30000 END
                THEN 1 + {draw(23)} % 4 ELSE 0 END::TINYINT AS disability_grade,
            place >= 2 AND {draw(24)} < 500000 AS is_student,
            {flag(25, 100_000, 12_000)} AS is_seriously_ill,
            {flag(27, 80_000, 20_000)} AS is_single_parent,
            CASE WHEN {draw(29)} >= 1500 THEN {earned(30, (350_000, 2200), (700_000, 9000))} END
                AS wage,
            {earned(33, (80_000, 900), (100_000, 6000))}
                - CASE WHEN {draw(36)} < 5000 THEN {draw(37)} ELSE 0 END AS business,
            {earned(38, (30_000, 300), (150_000, 900))} AS property,
            {earned(41, (400_000, 500), (300_000, 4000))} AS transfer
        FROM (SELECT household, applies, unnest(range(size)) AS place FROM base)
        ORDER BY {draw(44)}, household, place
    """
