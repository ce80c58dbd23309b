"""People against registers. So far: the citizen identity number and what it says."""

from jimin.engine.matching.identity import (
    IdentityNumber,
    InvalidIdentityNumberError,
    check_character,
    parse_identity_number,
)

__all__ = [
    "IdentityNumber",
    "InvalidIdentityNumberError",
    "check_character",
    "parse_identity_number",
]
