"""Receipts: what they say, and the leaf that hides it."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from odr.notary.canonical import JSON, member
from odr.notary.log.checkpoint import Checkpoint
from odr.notary.log.strict import Malformed, b64

FORMAT = "odr-receipt@v1"
OWN_NAMES = frozenset({"format", "log", "salt", "received_at", "logged_at", "not_earlier_than"})
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_LEAF = re.compile(rb"SHA256 \(receipt\.json\) = ([0-9a-f]{64})\n\Z")


def instant(at: datetime) -> str:
    """An instant as receipts write it: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def receipt_body(
    subject: Mapping[str, JSON], *, log: str, now: datetime, logged_at: datetime, earlier: Checkpoint | None
) -> bytes:
    """The bytes of ``receipt.json``.

    The 32-byte salt keeps anyone from guessing a short or form document from its
    public leaf; ``now`` is the court's time, which training may move, ``logged_at`` the
    machine's; ``earlier`` is a published tree head, so the receipt cannot have
    been written before it. Raises ``ValueError`` when ``subject`` uses a name of the notary's.
    """
    return receipt_bodies([subject], log=log, now=now, logged_at=logged_at, earlier=earlier)[0]


def receipt_bodies(
    subjects: Sequence[Mapping[str, JSON]], *, log: str, now: datetime, logged_at: datetime, earlier: Checkpoint | None
) -> list[bytes]:
    """The same for many things received together: what they share is written once, each has its own salt."""
    head: JSON = None if earlier is None else {"log": earlier.origin, "size": earlier.size, "root": b64(earlier.root)}
    shared: dict[str, JSON] = {
        "format": FORMAT,
        "log": log,
        "received_at": instant(now),
        "logged_at": instant(logged_at),
        "not_earlier_than": head,
    }
    written = {name: f'"{name}":{member(value)}' for name, value in shared.items()}
    salts, orders = secrets.token_hex(32 * len(subjects)), dict[tuple[str, ...], list[str]]()
    bodies = []
    for start, subject in zip(range(0, len(salts), 64), subjects, strict=True):
        names = tuple(subject)
        if names not in orders:
            orders[names] = _order(names)
        lines = {**written, "salt": f'"salt":"{salts[start : start + 64]}"'}
        for name, value in subject.items():
            lines[name] = f'"{name}":{member(value)}'
        bodies.append(f"{{{','.join([lines[name] for name in orders[names]])}}}".encode())
    return bodies


def _order(names: tuple[str, ...]) -> list[str]:
    taken = OWN_NAMES.intersection(names)
    if taken:
        raise ValueError(f"the notary itself writes {', '.join(sorted(taken))}")
    if not all(map(_NAME.match, names)):
        raise ValueError("a receipt names what it says in small letters")
    return sorted({*OWN_NAMES, *names})


def leaf_line(body: bytes) -> bytes:
    """The log entry of a receipt: one line that ``sha256sum -c`` checks and that reveals nothing."""
    return f"SHA256 (receipt.json) = {hashlib.sha256(body).hexdigest()}\n".encode()


def digest_of_leaf(leaf: bytes) -> str:
    """The hexadecimal digest a leaf names. Raises :class:`Malformed`; no algorithm but SHA-256 is read."""
    match = _LEAF.match(leaf)
    if match is None:
        raise Malformed("not a receipt's leaf")
    return match.group(1).decode()
