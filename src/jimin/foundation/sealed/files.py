"""Files at rest, sealed part by part, so that neither side needs the whole in memory.

A file is a line with the key's number, then parts of nonce, tag and content. Each part is bound to
its place and to whether it is the last: parts cannot be swapped, left out or cut off.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .fields import keyring, keys
from .rules import NONCE, TAG, SealBroken

PART = 2**20
MARK = b"jimin sealed file "


def seal_file(source: Path, out: Path) -> None:
    """Write `source` sealed under the newest key to `out`, readable by us alone."""
    held = keys()
    out.touch(mode=0o600)
    with source.open("rb") as plain, out.open("wb") as sealed:
        sealed.write(MARK + f"{held.newest}\n".encode())
        number, part = 0, plain.read(PART)
        while True:
            following = plain.read(PART)
            nonce = os.urandom(NONCE)
            cipher = Cipher(algorithms.SM4(held.sealing[held.newest]), modes.GCM(nonce)).encryptor()
            cipher.authenticate_additional_data(_place(number, is_last=not following))
            body = cipher.update(part) + cipher.finalize()
            sealed.write(nonce + cipher.tag + body)
            if not following:
                break
            number, part = number + 1, following
        sealed.flush()
        os.fsync(sealed.fileno())


def open_file(path: Path) -> Iterator[bytes]:
    """The content, part by part; SealBroken when it was altered or its key is missing."""
    with path.open("rb") as sealed:
        line = sealed.readline(len(MARK) + 20)
        held = keys()
        try:
            number = int(line.removeprefix(MARK))
            key = held.sealing.get(number) or keyring().look().sealing[number]
        except (ValueError, KeyError) as error:
            raise SealBroken("a sealed file cannot be opened with the keys held") from error
        at, packed = 0, sealed.read(NONCE + TAG + PART)
        while packed:
            following = sealed.read(NONCE + TAG + PART)
            nonce, tag, body = packed[:NONCE], packed[NONCE : NONCE + TAG], packed[NONCE + TAG :]
            try:
                cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
                cipher.authenticate_additional_data(_place(at, is_last=not following))
                opened = cipher.update(body) + cipher.finalize()
            except (InvalidTag, ValueError) as error:
                raise SealBroken("a sealed file was altered") from error
            yield opened
            at, packed = at + 1, following
        if at == 0:
            raise SealBroken("a sealed file is cut short")


def unseal_to(path: Path, out: Path) -> None:
    with out.open("wb") as plain:
        for part in open_file(path):
            plain.write(part)


def _place(number: int, *, is_last: bool) -> bytes:
    return f"{number} {'last' if is_last else 'more'}".encode()
