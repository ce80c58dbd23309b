"""Exact numbers written for people. Rounding happens here, for display, and nowhere else."""

from decimal import Decimal
from fractions import Fraction

Number = int | Decimal | Fraction


def exact(value: Number) -> Fraction:
    """The same number as a fraction. A float never says what was meant, so it is refused."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        raise TypeError(f"{value!r} is not an exact number; use int, Decimal or Fraction")
    return Fraction(value)


def rounded(value: Number, places: int = 2) -> Decimal:
    """Half away from zero, as people round."""
    number = exact(value)
    scaled = abs(number) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    return Decimal(-whole if number < 0 else whole).scaleb(-places)


def plain(value: Number, places: int = 2) -> str:
    """`15000` as `15,000`, `58.333…` as `58.33`; no zeros that say nothing."""
    text = f"{rounded(value, places):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(value: Number, unit: str) -> str:
    """`12,000 人次`, `70%`."""
    return f"{plain(value)}%" if unit == "%" else f"{plain(value)} {unit}".strip()


def share(value: Number) -> str:
    """A fraction of one as a percentage: `4/5` as `80%`."""
    return f"{plain(exact(value) * 100)}%"
