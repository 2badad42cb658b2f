"""Secrets of the identity room: tokens, their fingerprints, and keys derived from the court's one secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def new_token() -> str:
    """An unguessable token of 256 bits, for cookies and links."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is stored in place of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class Keyring:
    """Keys for separate purposes, derived from the secret of the installation (HKDF-SHA256)."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()

    def derive(self, purpose: str) -> bytes:
        """32 bytes that belong to one purpose only."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"odr/{purpose}".encode()).derive(self._secret)

    def mac(self, purpose: str, value: str) -> str:
        """Keyed fingerprint in hex, for values somebody could guess: addresses, short codes."""
        return hmac.new(self.derive(purpose), value.encode(), "sha256").hexdigest()

    def seal(self, purpose: str, value: str) -> str:
        """Encrypt a value that has to be read again."""
        return self._fernet(purpose).encrypt(value.encode()).decode()

    def unseal(self, purpose: str, sealed: str) -> str | None:
        """The value again; None when it was sealed under another secret or changed."""
        try:
            return self._fernet(purpose).decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def _fernet(self, purpose: str) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self.derive(purpose)))


@lru_cache(maxsize=8)
def keyring(secret_key: str) -> Keyring:
    """The keyring of an installation."""
    return Keyring(secret_key)
