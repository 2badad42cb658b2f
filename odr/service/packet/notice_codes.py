"""Codes on notices: short enough to read over the telephone, long enough not to be guessed.

Twelve random letters of five bits (60 bits) and one check letter, written
``K7M2-9XQD-4V3TH``. No 0, O, 1 or I. The check letter is a weighted sum in the
field of 32 elements: one wrong letter or two swapped ones are noticed at once,
so a misread code is told apart from a forged one.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from odr.docket.models import PartyKind
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.acts.letter import PaperKind
from odr.service.models import NoticeCode, Packet, ServiceAttempt
from odr.service.vocabulary import AddressClass, Channel

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RANDOM_LETTERS = 12
_LENGTH = RANDOM_LETTERS + 1
_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1


def _times(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 32:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


def _check_value(values: list[int]) -> int:
    total, weight = 0, 2
    for value in values:
        total ^= _times(value, weight)
        weight = _times(weight, 2)
    return total


def _grouped(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def new_code() -> str:
    """A fresh code of 60 random bits, grouped for reading."""
    values = [secrets.randbelow(32) for _ in range(RANDOM_LETTERS)]
    return _grouped("".join(ALPHABET[v] for v in [*values, _check_value(values)]))


def normalized(typed: str) -> str:
    """The code as it is printed, from whatever a person typed: case, spaces, dashes and wide letters are forgiven.

    Raises InvalidInput, saying whether the length, a letter or the check is wrong.
    """
    letters = "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())
    if len(letters) != _LENGTH:
        raise InvalidInput.at("code", T("The code has 13 letters and digits, in groups of 4, 4 and 5."))
    if any(c not in ALPHABET for c in letters):
        raise InvalidInput.at("code", T("A code never contains 0, 1, I or O. Look at the notice again."))
    values = [ALPHABET.index(c) for c in letters]
    if _check_value(values[:-1]) != values[-1]:
        raise InvalidInput.at("code", T("A letter of the code is wrong or two are swapped. Look at the notice again."))
    return _grouped(letters)


@dataclass(frozen=True)
class NoticeView:
    """All that a code reveals: that the notice is the court's, what kind it is, and when it was made; and of its packet
    what the notice itself says, so that the two can be compared.
    """

    code: str
    kind: PaperKind
    issued_at: datetime
    case_number: str | None
    packet: Packet | None = None
    """The packet, where the notice names its case; None where it went only to who may be somebody else."""

    @property
    def recipient(self) -> str:
        """For whom it is: whole on a first letter, as its page says it too; else enough of it to be recognised."""
        if self.packet is None:
            return ""
        name = self.packet.recipient_name
        return name if self.packet.first_contact or not name else f"{name[0]}…{name[-1] if len(name) > 2 else ''}"


def look_up(session: Session, typed: str) -> NoticeView | None:
    """The notice that bears this code, or None when the court sent none. Raises InvalidInput for a misread code."""
    found = session.scalar(select(NoticeCode).where(NoticeCode.code == normalized(typed)))
    if found is None:
        return None
    packet = session.get(Packet, found.packet_id) if found.packet_id is not None else None
    named = packet is not None and any(is_named(attempt) for attempt in packet.attempts)
    return NoticeView(found.code, found.kind, found.issued_at, found.case_number, packet if named else None)


def is_named(attempt: ServiceAttempt) -> bool:
    """Whether a message names its addressee and the case. Whoever is called must learn to what, and a company has
    published where it is written to: the notice says no more of the case than that.
    """
    packet, address = attempt.packet, attempt.address
    if attempt.channel in (Channel.POST, Channel.PLATFORM) or packet.is_call:
        return True
    if address is not None and address.standing is AddressClass.GIVEN:
        return True
    is_company = packet.recipient_kind is not PartyKind.PERSON
    return attempt.channel is Channel.EMAIL and packet.first_contact and is_company


def keep_codes(session: Session, packets: Sequence[Packet], *, now: datetime) -> None:
    """Keep the codes that new packets bear, in one statement: nobody holds one of them in hand."""
    rows = [
        {"code": one.code, "packet_id": one.id, "kind": one.kind, "issued_at": now, "case_number": one.case_number}
        for one in packets
    ]
    session.execute(insert(NoticeCode).execution_options(render_nulls=True), rows)
