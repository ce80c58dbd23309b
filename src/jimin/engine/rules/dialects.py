"""What differs between DuckDB and Spark in the SQL we use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .integers import LARGEST


@dataclass(frozen=True, slots=True)
class Dialect:
    """`wide` holds 38 digits. Both `divide` and `error` are templates."""

    name: str
    quote: str
    wide: str
    divide: str
    error: str
    escapes: bool

    def quoted(self, name: str) -> str:
        return f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"

    def literal(self, value: str) -> str:
        if self.escapes:
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        else:
            escaped = value.replace("'", "''")
        return f"'{escaped}'"

    def whole(self, value: int) -> str:
        kind = self.wide if abs(value) > LARGEST else "BIGINT"
        # Quoted, because a long literal would be read as a float.
        return f"CAST('{value}' AS {kind})" if kind == self.wide else f"CAST({value} AS BIGINT)"

    def refusal(self, message: str) -> str:
        """An expression that ends the statement with a message."""
        return self.error.format(message=message)

    def divided(self, above: str, below: str, *, wide: bool) -> str:
        """The quotient of a number that is not negative and a positive one, cut to a whole."""
        if wide and self.name == "spark":
            # `div` gives 64 bits only; without its remainder the quotient of decimals is exact.
            return f"CAST(({above} - {above} % {below}) / {below} AS {self.wide})"
        return self.divide.format(above=above, below=below)


DUCKDB: Final = Dialect(
    name="duckdb", quote='"', wide="HUGEINT", divide="({above} // {below})",
    error="error({message})", escapes=False,
)  # fmt: skip
SPARK: Final = Dialect(
    name="spark", quote="`", wide="DECIMAL(38,0)", divide="({above} div {below})",
    error="raise_error({message})", escapes=True,
)  # fmt: skip
