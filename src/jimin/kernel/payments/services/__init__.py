"""Where money goes, and when."""

from .accounts import NewAccount, register_account, register_accounts
from .rolls import export_roll, prepare_again, prepare_roll, release_roll, return_roll

__all__ = [
    "NewAccount",
    "export_roll",
    "prepare_again",
    "prepare_roll",
    "register_account",
    "register_accounts",
    "release_roll",
    "return_roll",
]
