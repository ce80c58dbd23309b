"""Files kept for years, each of which only its own key opens (`files.py` is for those of a day).

The key of a file is kept in the database as a sealed text, so that a rotation, which seals every
text again, brings files under the newest key without touching them; and removing the row leaves
nothing that could open what a backup of the folder still holds.
"""

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .rules import KEY, NONCE, TAG, SealBroken


def new_key() -> str:
    return base64.b64encode(os.urandom(KEY)).decode()


def write_sealed(path: Path, data: bytes, key: str) -> None:
    """Write a file, all or nothing."""
    nonce = os.urandom(NONCE)
    cipher = Cipher(algorithms.SM4(base64.b64decode(key)), modes.GCM(nonce)).encryptor()
    body = cipher.update(data) + cipher.finalize()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            file.write(nonce + cipher.tag + body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_sealed(path: Path, key: str) -> bytes:
    raw = path.read_bytes()
    nonce, tag, body = raw[:NONCE], raw[NONCE : NONCE + TAG], raw[NONCE + TAG :]
    try:
        cipher = Cipher(algorithms.SM4(base64.b64decode(key)), modes.GCM(nonce, tag)).decryptor()
        return cipher.update(body) + cipher.finalize()
    except (InvalidTag, ValueError) as error:
        raise SealBroken("a sealed file is damaged, or its key is another") from error
