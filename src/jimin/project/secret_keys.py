"""The keys of one installation, made on first use and kept in a file only its owner can read."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class InstallationKeys:
    secret: str
    sealing: dict[int, bytes]
    digest: bytes


def load_or_create(path: Path) -> InstallationKeys:
    """Losing this file loses the sealed fields: back it up apart from the database."""
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
    kept = json.loads(path.read_text(encoding="utf-8"))
    return InstallationKeys(
        secret=kept["secret"],
        sealing={int(n): base64.b64decode(key) for n, key in kept["sealing"].items()},
        digest=base64.b64decode(kept["digest"]),
    )
