"""The same rules of dibao as one would write them in SQL for one month: exact, all unknowns kept.

It is what the city's run is measured against: the figures of July 2016 stand in it as numbers, and
nothing is checked or refused. Amounts are whole fen; income is counted in fifths of a fen and the
standard in twelfths of a yuan, so that every division is the last step.
"""

from pathlib import Path

STATEMENT = """
WITH person AS (
  SELECT household,
    wage * CASE WHEN COALESCE(disability_grade, 0) >= 1 THEN 4 ELSE 5 END
      + 5 * business + 5 * property + 5 * transfer AS income,
    CASE
      WHEN COALESCE(disability_grade, 0) IN (1, 2) OR is_seriously_ill THEN 3
      WHEN is_seriously_ill IS NULL THEN NULL
      WHEN birth <= DATE '1946-07-01' OR birth > DATE '1998-07-01' OR is_student
        OR is_single_parent THEN 2
      WHEN birth IS NULL OR is_student IS NULL OR is_single_parent IS NULL THEN NULL
      ELSE 0
    END AS share
  FROM read_parquet('{members}')
), family AS (
  SELECT household, COUNT(*) AS size,
    CASE WHEN COUNT(income) = COUNT(*) THEN GREATEST(SUM(income), 0)::BIGINT END AS income,
    CASE WHEN COUNT(share) = COUNT(*) THEN SUM(share)::BIGINT END AS shares
  FROM person GROUP BY household
), standards(county, urban, rural) AS (
  VALUES ('220202', 460, 3700), ('220203', 460, 3700), ('220204', 460, 3700),
    ('220211', 460, 3700), ('220221', 435, 3500), ('220281', 435, 3500),
    ('220282', 435, 3500), ('220283', 435, 3500), ('220284', 435, 3500)
), known AS (
  SELECT h.household, f.size, f.income, f.shares, h.financial_assets, h.vehicles, h.dwellings,
    CASE h.residence WHEN 'urban' THEN 12 * s.urban WHEN 'rural' THEN s.rural END::BIGINT
      AS standard,
    COALESCE(h.last_amount, 0) AS last_amount,
    24198 - (YEAR(h.over_since) * 12 + MONTH(h.over_since) - 1) AS months
  FROM read_parquet('{households}') AS h
  JOIN family AS f USING (household)
  LEFT JOIN standards AS s USING (county)
), tested AS (
  SELECT *,
    income * 3 < standard * 125 * size AND financial_assets <= 200 * standard * size
      AND vehicles <= 0 AND dwellings <= 1 AS eligible,
    income * 3 >= standard * 125 * size AND income * 2 < standard * 125 * size
      AND financial_assets <= 200 * standard * size AND vehicles <= 0 AND dwellings <= 1
      AND last_amount > 0 AND COALESCE(months BETWEEN 0 AND 5, FALSE) AS leaving
  FROM known
), computed AS (
  SELECT *,
    CASE WHEN eligible THEN (standard * 125 * size - income * 3 + 1499) // 1500 * 100
      WHEN NOT eligible THEN 0 END AS topup,
    CASE WHEN eligible THEN (standard * shares + 119) // 120 * 100
      WHEN shares = 0 OR NOT eligible THEN 0 END AS category
  FROM tested
), decided AS (
  SELECT *,
    CASE WHEN eligible THEN topup + category WHEN eligible IS NULL THEN NULL
      WHEN leaving THEN last_amount WHEN NOT leaving THEN 0 END AS amount
  FROM computed
)
SELECT household,
  CASE WHEN amount IS NULL THEN '待人工核实' WHEN eligible THEN '符合' WHEN leaving THEN '渐退'
    ELSE '不符合' END AS conclusion,
  size::INTEGER AS size,
  (2 * income + 5 * size) // (10 * size) AS per_capita_fen,
  (50 * standard + 3) // 6 AS standard_fen,
  CASE WHEN amount IS NOT NULL THEN topup END AS topup_fen,
  CASE WHEN amount IS NOT NULL THEN category END AS category_fen,
  amount AS amount_fen
FROM decided
"""


def run(folder: Path, out: Path) -> None:
    import duckdb

    query = STATEMENT.format(
        households=folder / "households.parquet", members=folder / "members.parquet"
    )
    with duckdb.connect(config={"memory_limit": "1GB"}) as db:
        db.execute("SET preserve_insertion_order = false")
        db.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)")


def differing(one: Path, other: Path) -> int:
    """Households whose rows are not the same in two results."""
    import duckdb

    with duckdb.connect() as db:
        columns = ", ".join(db.read_parquet(str(one)).columns)
        rows = f"SELECT {columns} FROM read_parquet"
        query = f"SELECT COUNT(*) FROM ({rows}('{one}') EXCEPT ALL {rows}('{other}'))"
        found = db.execute(query).fetchone()
    assert found is not None
    return int(found[0])
