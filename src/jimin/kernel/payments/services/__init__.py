"""Where money goes, and when."""

from .accounts import NewAccount, register_account, register_accounts
from .rolls import (
    awards_due,
    export_roll,
    prepare_again,
    prepare_roll,
    release_roll,
    require_preparable,
    require_remakable,
    return_roll,
)

__all__ = [
    "NewAccount",
    "awards_due",
    "export_roll",
    "prepare_again",
    "prepare_roll",
    "register_account",
    "register_accounts",
    "release_roll",
    "require_preparable",
    "require_remakable",
    "return_roll",
]
