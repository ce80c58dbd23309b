"""What keeps a household's money back."""

NO_ACCOUNT = "no_account"
NO_IDENTITY = "no_identity"


def hold(has_account: bool, has_identity: bool) -> str:
    """Why a line is held, or nothing."""
    if not has_account:
        return NO_ACCOUNT
    return "" if has_identity else NO_IDENTITY
