"""Addresses that come back to us: each message carries the number of its attempt, sealed with a key only the court has.

Bounces, replies and references to our Message-ID are believed only with a valid
seal. Whoever never got a message of the court's cannot report on one.
"""

from __future__ import annotations

import enum
import hmac
import re
from dataclasses import dataclass
from email.utils import parseaddr


class Purpose(enum.Enum):
    """What an address or identifier of ours is for; a seal for one is none for another."""

    BOUNCE = "b"  # envelope sender: machines report to it
    REPLY = "r"  # Reply-To: people write to it
    MESSAGE = "m"  # Message-ID: the same at every try, so that a duplicate is recognised


_TOKEN = re.compile(r"^<?([brm])\.([0-9a-z]{1,13})\.([a-z2-7]{16})@", re.IGNORECASE)
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [one + other for one in _BASE32 for other in _BASE32]
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class ReturnPath:
    """Makes and checks the court's own addresses in ``domain``. Case does not matter: mail systems change it."""

    domain: str
    key: bytes

    def bounce_address(self, attempt_id: int) -> str:
        """Envelope sender of an attempt."""
        return self._address(Purpose.BOUNCE, attempt_id)

    def reply_address(self, attempt_id: int) -> str:
        """Reply-To of an attempt."""
        return self._address(Purpose.REPLY, attempt_id)

    def message_id(self, attempt_id: int) -> str:
        """Message-ID of an attempt."""
        return f"<{self._address(Purpose.MESSAGE, attempt_id)}>"

    def attempt_of(self, address: str, *purposes: Purpose) -> int | None:
        """The attempt an address or identifier belongs to; None unless its seal is right for one of ``purposes``."""
        match = _TOKEN.match(parseaddr(address)[1] or address.strip())
        if match is None:
            return None
        purpose, number, seal = Purpose(match[1].lower()), int(match[2], 36), match[3].lower()
        if purpose not in purposes or not hmac.compare_digest(self._seal(purpose, number), seal):
            return None
        return number

    def _address(self, purpose: Purpose, number: int) -> str:
        return f"{purpose.value}.{_base36(number)}.{self._seal(purpose, number)}@{self.domain}"

    def _seal(self, purpose: Purpose, number: int) -> str:
        digest = hmac.digest(self.key, f"return-path:{purpose.value}:{number}".encode(), "sha256")
        number = int.from_bytes(digest[:10])
        return "".join([_PAIRS[number >> shift & 1023] for shift in range(70, -1, -10)])


def _base36(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number, 36)
        letters = _DIGITS[rest] + letters
    return letters or "0"
