"""The keys of one installation, made on first use and kept in a file only its owner can read."""

import base64
import json
import os
import secrets
from pathlib import Path


def secret_of(path: Path) -> str:
    """Django's secret, after making the file if there is none.

    Losing this file loses the sealed fields: back it up apart from the database.
    """
    if not path.exists():
        fresh = {
            "secret": secrets.token_urlsafe(50),
            "sealing": {"1": base64.b64encode(os.urandom(16)).decode()},
            "digest": base64.b64encode(os.urandom(32)).decode(),
        }
        # Link into place: of two processes that start at once, one wins and both read its keys.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(fresh), encoding="utf-8")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret: str = json.loads(path.read_text(encoding="utf-8"))["secret"]
    return secret
