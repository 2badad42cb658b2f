"""The code on a letter by which one looks up how far a case has come, without an account: stage and dates, no names.

It opens nothing but that page (the letter code opens the letter). It is for one party and one case, 40 random bits in eight
letters, and stands on every letter that names the case. The court keeps a keyed digest of number and code together, so a
wrong number and a wrong code are one and the same miss, found by one statement; for the next letter the code is written
again from its salt under the court's key. It ends when the party leaves (PUB 6) or asks for another.
"""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.identity.sign_in.keys import Keyring, keyring
from odr.service.models import ProgressCode
from odr.service.packet.notice_codes import ALPHABET

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LETTERS = 8
MOST_TYPED = 120
"""What is read of a number or code somebody typed."""
_PRINT, _KEEP = "progress code", "progress code digest"
_FIGURES = re.compile(r"[0-9]+")


def number_key(typed: str) -> str:
    """Year and last figures of a case number, all that one has to type: ``(2026)浙0192民初4471号`` and ``2026 4471`` are the
    same. Empty where there are no two numbers in it.
    """
    figures = _FIGURES.findall(unicodedata.normalize("NFKC", typed[:MOST_TYPED]))
    return f"{figures[0].lstrip('0')}/{figures[-1].lstrip('0')}" if len(figures) > 1 else ""


def code_key(typed: str) -> str:
    """The letters of a code as they are printed, from whatever was typed: case, blanks, dashes, wide letters are forgiven."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed[:MOST_TYPED]).upper() if c.isalnum())


def _digest(ring: Keyring, number: str, code: str) -> str:
    return ring.mac(_KEEP, f"{number_key(number)} {code_key(code)}")


def written(ring: Keyring, row: ProgressCode) -> str:
    """The code as it is printed."""
    mac = hmac.new(ring.derive(_PRINT), f"{row.party_id}/{row.salt}".encode(), "sha256").digest()
    bits = int.from_bytes(mac[:5], "big")
    letters = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(LETTERS))
    return f"{letters[:4]}-{letters[4:]}"


def live_codes(session: Session, ring: Keyring, parties: Collection[int]) -> Mapping[int, str]:
    """Party → the code in force, for those that have one: one statement."""
    return {row.party_id: written(ring, row) for row in _live(session, parties)}


def keep_code(sitting: Sitting, case: Case, party: Party, beside: Iterable[Party] = ()) -> None:
    """See to it that a party to whom a letter goes has a code in force; those ``beside`` it get one too and are asked about
    with it. A case without a number has none yet; one made under another key of the court, or before the case had this
    number, is made anew.
    """
    if case.number is None or party.left_at is not None:
        return
    ring = keyring(sitting.court.settings.secret_key)
    rows = _live(sitting.session, sorted({party.id, *(one.id for one in beside)}))
    row = next((row for row in rows if row.party_id == party.id), None)
    if row is None or row.digest != _digest(ring, case.number, written(ring, row)):
        make_code(sitting, case.number, party)


_LIVE = select(ProgressCode).where(
    ProgressCode.party_id.in_(bindparam("parties", expanding=True)), ProgressCode.ended_at.is_(None)
)


def _live(session: Session, parties: Collection[int]) -> Sequence[ProgressCode]:
    return session.scalars(_LIVE, {"parties": list(parties)}).all()


def make_code(sitting: Sitting, number: str, party: Party) -> None:
    """A fresh code for a party; the one before opens nothing any more."""
    ring = keyring(sitting.court.settings.secret_key)
    end_code(sitting.session, party.id, sitting.now)
    row = ProgressCode(case_id=party.case_id, party_id=party.id, salt=secrets.token_hex(16), made_at=sitting.now)
    row.digest = _digest(ring, number, written(ring, row))
    sitting.session.add(row)
    sitting.session.flush()


def end_code(session: Session, party_id: int, now: datetime) -> None:
    """The code of a party opens nothing any more."""
    session.execute(
        update(ProgressCode)
        .where(ProgressCode.party_id == party_id, ProgressCode.ended_at.is_(None))
        .values(ended_at=now)
    )


def case_behind(session: Session, ring: Keyring, number: str, code: str) -> Case | None:
    """The case a number and a code lead to together, or None. One statement whatever was typed, by an index of digests: a
    number that exists is looked for no longer than one that does not. Whoever left the case looks up nothing (PUB 6).
    """
    return session.scalar(
        select(Case)
        .join(Party, Party.case_id == Case.id)
        .join(ProgressCode, ProgressCode.party_id == Party.id)
        .where(
            ProgressCode.digest == _digest(ring, number, code),
            ProgressCode.ended_at.is_(None),
            Party.left_at.is_(None),
        )
    )
