"""Passwords: how they are kept, and which are refused."""

from __future__ import annotations

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from odr.ground.errors import InvalidInput
from odr.ground.text import T

SHORTEST = 10
LONGEST = 256

_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb",
)
_KNOWN = (
    "password",
    "passw0rd",
    "letmein",
    "welcome",
    "iloveyou",
    "woaini",
    "administrator",
    "changeme",
    "internetcourt",
    "baseball",
    "football",
    "sunshine",
)

_ADDED = "0123456789!?.-_ @#*+"
"""What people put before and behind a common password."""


def normal(password: str) -> str:
    """One spelling for one password, whatever keyboard wrote it (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def check_choice(password: str, *personal: str) -> None:
    """Refuse a password that is short or easily guessed.

    ``personal`` words (name, address) may not be most of it. No rule asks for
    digits or signs: length is what counts. Raises InvalidInput at ``password``.
    """
    plain = normal(password)
    if len(plain) < SHORTEST:
        raise InvalidInput.at(
            "password",
            T(
                "Choose a password of at least %(count)s characters. Several words in a row are easy to remember.",
                count=SHORTEST,
            ),
        )
    if len(plain) > LONGEST:
        raise InvalidInput.at("password", T("Choose a password of at most %(count)s characters.", count=LONGEST))
    if _is_guessable(plain.lower(), personal):
        raise InvalidInput.at(
            "password", T("This password is among the first that somebody would try. Choose another one.")
        )


@cache
def common() -> frozenset[str]:
    """The thirty thousand passwords that leaked lists hold most often; read when the first one is chosen."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) > 4)


def _is_guessable(plain: str, personal: tuple[str, ...]) -> bool:
    if len(set(plain)) < 5:
        return True
    if plain in common() or plain.strip(_ADDED) in common():
        return True
    if any(plain in run or (plain[:8] in run and len(plain) < 12) for run in _RUNS):
        return True
    rest = plain
    for word in (*_KNOWN, *(p.lower() for p in personal if len(p) > 3)):
        rest = rest.replace(word, "")
    return rest != plain and len(rest.strip("0123456789!?.-_ @#")) < 4


class Passwords:
    """argon2id, with the figures OWASP gives for 46 MiB; the cheap profile is for tests."""

    def __init__(self, cheap: bool = False) -> None:
        self._hasher = (
            PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
            if cheap
            else PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
        )
        # Somebody who has no account is checked against this, so that the answer takes as long.
        self._nobody = self._hasher.hash("there is no such account")

    def hash(self, password: str) -> str:
        """What is stored in place of a password."""
        return self._hasher.hash(normal(password))

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is right; takes as long when there is none stored."""
        try:
            self._hasher.verify(stored or self._nobody, normal(password)[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with weaker figures than today's."""
        return self._hasher.check_needs_rehash(stored)
