"""The code on a letter as the keys of a telephone type it.

Eight letters and digits become eight keys: fewer bits than the code has, so wrong tries at one number are counted more strictly, for each telephone and
for the number.
Nothing but stage and dates is behind it either way.
"""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from odr.assist.line.models import KeypadCode
from odr.docket.models import Case, Party
from odr.ground.memory.built_once import built_once
from odr.identity.sign_in.keys import Keyring, keyring
from odr.service.models import ProgressCode
from odr.service.packet.progress_codes import code_key, number_key, written

if TYPE_CHECKING:
    from odr.procedure.court import Court

_PURPOSE = "keypad code"
_KEYS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
"""The letters on the keys of a telephone (ITU-T E.161)."""
AT_ONCE = 500
OUT_OF_ORDER = 1_000
"""Codes older than the newest one taken over that are looked at again: two acts at once end in either order."""
GOES_WITHIN = timedelta(days=30)
"""A code that ended opens nothing from that moment on; what is kept of it here goes in the worker's next round."""


def keys_of(code: str) -> str:
    """The keys that type a code."""
    return code_key(code).translate(_KEYS)


def _digest(ring: Keyring, number: str, keys: str) -> str:
    typed = "".join(c for c in unicodedata.normalize("NFKC", keys[:40]) if c.isdigit())
    return ring.mac(_PURPOSE, f"{number_key(number)} {typed}")


def case_behind_keys(session: Session, ring: Keyring, number: str, keys: str) -> Case | None:
    """The case a number and keys lead to together, or None; whoever left it looks up nothing (PUB 6)."""
    return session.scalar(
        select(Case)
        .join(Party, Party.case_id == Case.id)
        .join(ProgressCode, ProgressCode.party_id == Party.id)
        .join(KeypadCode, KeypadCode.code_id == ProgressCode.id)
        .where(
            KeypadCode.digest == _digest(ring, number, keys),
            ProgressCode.ended_at.is_(None),
            Party.left_at.is_(None),
        )
        .limit(1)
    )


_NEWEST = select(func.coalesce(func.max(KeypadCode.code_id), 0)).scalar_subquery()
_MADE = (
    select(ProgressCode, Case.number)
    .join(Case, Case.id == ProgressCode.case_id)
    .outerjoin(KeypadCode, KeypadCode.code_id == ProgressCode.id)
    .where(ProgressCode.id > _NEWEST - OUT_OF_ORDER, KeypadCode.code_id.is_(None), ProgressCode.ended_at.is_(None))
    .order_by(ProgressCode.id)
    .limit(AT_ONCE)
)
"""Codes in force that no keypad types yet, with the numbers of their cases."""


def keep_keys(court: Court) -> int:
    """For the worker: codes that were made since, as a keypad types them; those that ended go. How many lines."""
    ring = keyring(court.settings.secret_key)
    within = court.clock.now() - GOES_WITHIN
    ended = built_once(
        lambda: (
            select(KeypadCode.code_id)
            .join(ProgressCode, ProgressCode.id == KeypadCode.code_id)
            .where(ProgressCode.ended_at > within)
            .order_by(ProgressCode.ended_at)
            .limit(AT_ONCE)
        )
    )
    with court.database.read() as session:
        if not session.execute(_MADE).all() and not session.scalars(ended).all():
            return 0
    with court.database.write() as session:
        rows = session.execute(_MADE).all()
        session.add_all(
            KeypadCode(code_id=code.id, digest=_digest(ring, number or "", keys_of(written(ring, code))))
            for code, number in rows
        )
        over = list(session.scalars(ended))
        if over:
            session.execute(delete(KeypadCode).where(KeypadCode.code_id.in_(over)))
        return len(rows) + len(over)
