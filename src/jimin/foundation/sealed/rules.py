"""Sealing a text, opening it again, and its keyed digest for exact look-up."""

import base64
import os
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY, NONCE, TAG = 16, 12, 16  # bytes


class SealBroken(ValueError):
    """A stored value does not open with the keys we hold: altered, or its key is missing."""


@dataclass(frozen=True)
class Keys:
    """`sealing` maps a key's number to its 16 bytes; the highest number seals new values."""

    sealing: dict[int, bytes]
    digest: bytes

    @cached_property
    def _mac(self) -> hmac.HMAC:
        return hmac.HMAC(self.digest, hashes.SM3())

    @cached_property
    def newest(self) -> int:
        return max(self.sealing)

    @cached_property
    def _cipher_keys(self) -> dict[int, algorithms.SM4]:
        return {}

    def _cipher_key(self, number: int) -> algorithms.SM4:
        if number not in self._cipher_keys:
            self._cipher_keys[number] = algorithms.SM4(self.sealing[number])
        return self._cipher_keys[number]

    @staticmethod
    def number_of(sealed: str) -> int | None:
        """The number of the key a value was sealed with."""
        number = sealed.partition(":")[0]
        return int(number) if number.isdecimal() else None

    def seal(self, text: str) -> str:
        number = self.newest
        nonce = os.urandom(NONCE)
        cipher = Cipher(self._cipher_key(number), modes.GCM(nonce)).encryptor()
        body = cipher.update(text.encode()) + cipher.finalize()
        return f"{number}:{base64.b64encode(nonce + cipher.tag + body).decode()}"

    def open(self, sealed: str) -> str:
        try:
            number, _, packed = sealed.partition(":")
            raw = base64.b64decode(packed, validate=True)
            nonce, tag, body = raw[:NONCE], raw[NONCE : NONCE + TAG], raw[NONCE + TAG :]
            cipher = Cipher(self._cipher_key(int(number)), modes.GCM(nonce, tag)).decryptor()
            return (cipher.update(body) + cipher.finalize()).decode()
        except (InvalidTag, KeyError, ValueError) as error:
            raise SealBroken("a sealed value cannot be opened with the keys held") from error

    def digest_of(self, text: str) -> str:
        """64 hex digits: the same text always gives the same digest, nobody without the key can."""
        mac = self._mac.copy()
        mac.update(text.encode())
        return mac.finalize().hex()


def sm3(data: bytes) -> str:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize().hex()


def masked(text: str, *, head: int = 4, tail: int = 4) -> str:
    """`220202199001011234` becomes `2202**********1234`; what is too short shows nothing at all."""
    if not text:
        return ""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]
