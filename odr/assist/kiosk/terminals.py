"""Terminals put up, known again and taken down; visits begun and ended, with the session somebody signed in to.

A visit lasts while somebody touches the terminal. After :data:`ASKED` without a touch it asks, :data:`ENDS` later it is over: the
server counts for itself, whatever the browser does.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from odr.assist.guide.models import GuideQuestion
from odr.assist.kiosk.models import Kiosk, KioskVisit
from odr.ground.errors import NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.models import SessionRow
from odr.identity.sign_in.keys import fingerprint, new_token
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.service.packet.notice_codes import ALPHABET
from odr.service.packet.progress_codes import code_key

if TYPE_CHECKING:
    from odr.procedure.court import Court

ASKED, ENDS = timedelta(seconds=60), timedelta(seconds=30)
"""Without a touch for so long the terminal asks whether somebody is there, and so much later it begins anew."""
SEEN_EVERY = timedelta(seconds=5)
"""Touches are told, and noted, no more often than this."""
GRACE = timedelta(seconds=15)
"""By what the court counts longer than the browser does: a touch told late, one noted late, and the way between them."""
IN_A_HEARING = timedelta(minutes=10)
"""Whoever takes part in a hearing listens, and touches nothing: there a terminal asks after so long."""
KEPT = timedelta(days=1)
LETTERS = 16
AT_ONCE = 500


class KioskInput(CourtModel):
    """A terminal that is put up."""

    name: Annotated[
        str,
        CourtText(3, 100, one_line=True),
        field(T("Where it stands"), T("Its own page says so, for example: Terminal 3, entrance hall.")),
    ]


@dataclass(frozen=True)
class Terminal:
    """The terminal a request comes from, and the visit that goes on there."""

    id: int
    name: str
    visit: int | None
    large: bool
    is_over: bool
    """Whether the visit has been left alone for too long."""
    seen_at: datetime | None
    session_id: int | None


def put_up(session: Session, given: KioskInput, by: int, now: datetime) -> str:
    """Enter a terminal; gives the code that is typed there once."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
    session.add(Kiosk(name=given.name, code_hash=fingerprint(code), made_at=now, made_by=by))
    session.flush()
    return "-".join(code[at : at + 4] for at in range(0, LETTERS, 4))


def waits_for(session: Session, code: str) -> Kiosk | None:
    """The terminal a code is for, while nobody has typed it."""
    return session.scalar(select(Kiosk).where(Kiosk.code_hash == fingerprint(code_key(code)), Kiosk.ended_at.is_(None)))


def enrol(session: Session, code: str) -> str | None:
    """The terminal's own secret, for its code; once. None for a code that is none."""
    kiosk = session.scalar(
        select(Kiosk).where(Kiosk.code_hash == fingerprint(code_key(code)), Kiosk.ended_at.is_(None)).with_for_update()
    )
    if kiosk is None:
        return None
    token = new_token()
    kiosk.code_hash, kiosk.token_hash = None, fingerprint(token)
    return token


def find(session: Session, token: str, now: datetime) -> Terminal | None:
    """The terminal with this secret, and the visit that goes on there."""
    kiosk = session.scalar(select(Kiosk).where(Kiosk.token_hash == fingerprint(token), Kiosk.ended_at.is_(None)))
    if kiosk is None:
        return None
    open_one = select(KioskVisit).where(KioskVisit.kiosk_id == kiosk.id, KioskVisit.ended_at.is_(None))
    visit = session.scalar(open_one.order_by(KioskVisit.id.desc()).limit(1))
    if visit is None:
        return Terminal(kiosk.id, kiosk.name, None, False, False, None, None)
    is_over = now - visit.seen_at > ASKED + ENDS + GRACE
    return Terminal(kiosk.id, kiosk.name, visit.id, visit.large, is_over, visit.seen_at, visit.session_id)


def begin(session: Session, terminal: Terminal, now: datetime) -> None:
    """Somebody is at the terminal; whoever was there before is gone."""
    end(session, terminal.id, now)
    session.add(KioskVisit(kiosk_id=terminal.id, began_at=now, seen_at=now, large=False))


def touch(session: Session, terminal: Terminal, now: datetime, session_id: int | None) -> None:
    """Note that somebody is still there, and as whom they are signed in; a visit that ended stays ended."""
    values: dict[str, object] = {"seen_at": now}
    if session_id is not None:
        values["session_id"] = session_id
    going_on = (KioskVisit.id == terminal.visit) & KioskVisit.ended_at.is_(None)
    session.execute(update(KioskVisit).where(going_on).values(**values))


def end(session: Session, kiosk_id: int, now: datetime) -> None:
    """End every visit that goes on at a terminal, with the sessions people had signed in to there."""
    open_ones = (KioskVisit.kiosk_id == kiosk_id) & KioskVisit.ended_at.is_(None)
    signed_in = [one for one in session.scalars(select(KioskVisit.session_id).where(open_ones)) if one is not None]
    called = [one for one in session.scalars(select(KioskVisit.called).where(open_ones)) if one is not None]
    session.execute(update(KioskVisit).where(open_ones).values(ended_at=now))
    if called:
        # Whoever left waits for nobody: the registry is sent to no empty terminal.
        waits = GuideQuestion.id.in_(called) & GuideQuestion.answered_at.is_(None)
        session.execute(delete(GuideQuestion).where(waits))
    if signed_in:
        ending = update(SessionRow).where(SessionRow.id.in_(signed_in), SessionRow.revoked_at.is_(None))
        session.execute(ending.values(revoked_at=now))


def note_call(session: Session, terminal: Terminal, question: int) -> None:
    """The visit that called a person: the call ends with it."""
    session.execute(update(KioskVisit).where(KioskVisit.id == terminal.visit).values(called=question))


def set_letters(session: Session, terminal: Terminal) -> None:
    """Larger letters, or as they were, until the visit ends."""
    session.execute(update(KioskVisit).where(KioskVisit.id == terminal.visit).values(large=not terminal.large))


def take_down(session: Session, reference: str, now: datetime) -> None:
    """A terminal is none any more, and whoever is there is signed out. Raises NotFound."""
    kiosk = session.scalar(select(Kiosk).where(Kiosk.reference == reference, Kiosk.ended_at.is_(None)))
    if kiosk is None:
        raise NotFound
    kiosk.ended_at, kiosk.code_hash, kiosk.token_hash = now, None, None
    end(session, kiosk.id, now)


def standing(session: Session) -> Sequence[Kiosk]:
    """The court's terminals."""
    return session.scalars(select(Kiosk).where(Kiosk.ended_at.is_(None)).order_by(Kiosk.name, Kiosk.id)).all()


def sweep(court: Court) -> int:
    """For the worker: end visits that were left, and forget those of days before. How many."""
    now = court.clock.machine_now()
    seen, ended = now - ASKED - ENDS - GRACE, now - KEPT
    left = built_once(
        lambda: select(KioskVisit.kiosk_id).where(KioskVisit.ended_at.is_(None), KioskVisit.seen_at < seen)
    )
    old = built_once(
        lambda: select(KioskVisit.id).where(KioskVisit.ended_at < ended).order_by(KioskVisit.id).limit(AT_ONCE)
    )
    with court.database.read() as session:
        if not session.scalars(left).all() and not session.scalars(old).all():
            return 0
    with court.database.write() as session:
        alone, gone = set(session.scalars(left)), list(session.scalars(old))
        for kiosk_id in alone:
            end(session, kiosk_id, now)
        if gone:
            session.execute(delete(KioskVisit).where(KioskVisit.id.in_(gone)))
        return len(alone) + len(gone)
