"""Watching a hearing held by the court's own video: entering by one's identity, leaving, being sent out, and objecting to
being kept out (CTR 6, 9, 17, 19). No flask.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.hearing.live.queries import DOORS_OPEN
from odr.hearing.live.seen.models import Watcher
from odr.hearing.live.seen.showing import is_closed_to_the_public, watcher_of
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.identity.models import Account
from odr.procedure.rules.pack import RulePack
from odr.register.calendar.attending import places
from odr.register.calendar.attending.inputs import ObjectionAnswerInput, ObjectionInput, SendOutInput
from odr.register.calendar.attending.models import Entered, PlaceObjection, PlaceRequest, PlaceState
from odr.register.calendar.attending.rules import Ground

if TYPE_CHECKING:
    from odr.procedure.court import Court

AFTERWARDS = timedelta(minutes=10)
"""How long after a hearing its last minutes can still be seen."""


def why_not(session: Session, pack: RulePack, hearing: Hearing, account: Account, now: datetime) -> Text | None:
    """Why somebody does not watch a hearing now; None for who may, also as to the next minute of who already does."""
    row = request_of(session, hearing, account.id)
    if row is None:
        return T("You have no place in this hearing.")
    if row.state is PlaceState.REFUSED:
        return Ground(row.ground).label if row.ground else T("You are not admitted to this hearing.")
    if row.state is not PlaceState.GIVEN:
        return T("You have no place in this hearing.")
    if row.entered is Entered.TURNED_AWAY:
        return T("You were turned away at the door.")
    watcher = watcher_of(session, hearing, account.id)
    if watcher is not None and watcher.sent_out_at is not None:
        return T("You were sent out of this hearing.")
    part = places.takes_part(session, session.get_one(Case, hearing.case_id), account, now)
    return part if part is not None else _hour(session, pack, hearing, now)


def _hour(session: Session, pack: RulePack, hearing: Hearing, now: datetime) -> Text | None:
    if not places.by_video(hearing):
        return T("This hearing is held in a courtroom; come to its door.")
    if is_closed_to_the_public(session, hearing):
        return T("This hearing is not in public, or somebody has asked that it be not and it is not decided yet.")
    if hearing.state not in (HearingState.SUMMONED, HearingState.HELD):
        return T("This hearing does not take place as announced.")
    if hearing.ended_at is not None and now > hearing.ended_at + AFTERWARDS:
        return T("This hearing is over.")
    day = hearing.begins_at.astimezone(pack.tz).date()
    if hearing.begun_at is not None:
        return None  # it goes on until it is closed, also past midnight: the public stays as long as the court sits
    if now < hearing.begins_at - DOORS_OPEN or day != now.astimezone(pack.tz).date():
        return T("The doors open half an hour before the hearing of %(at)s.", at=hearing.begins_at)
    return None


def is_known(row: PlaceRequest, account: Account) -> bool:
    """Whether the court knows who comes: the registry saw their document at the door, or their account is verified under
    the name that stands on the pass (CTR 6).
    """
    same = _plain(row.name) == _plain(account.name)
    return row.entered is Entered.CAME or (account.identity_verified_at is not None and same)


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "")


def request_of(session: Session, hearing: Hearing, account_id: int) -> PlaceRequest | None:
    """Somebody's request for a place in a hearing."""
    return session.scalar(
        select(PlaceRequest).where(PlaceRequest.hearing_id == hearing.id, PlaceRequest.account_id == account_id)
    )


def enter(
    court: Court, session: Session, pack: RulePack, reference: str, account: Account, device: int, now: datetime
) -> Watcher:
    """Take one's seat, on this device and no other. Raises ActNotOpen with the reason for who may not, and for whose
    identity is not known.
    """
    hearing, _ = places.hold(session, reference, pack)
    reason = why_not(session, pack, hearing, account, now)
    if reason is not None:
        raise ActNotOpen(reason, source=places.law(pack))
    row = request_of(session, hearing, account.id)
    assert row is not None and row.number is not None
    if not is_known(row, account):
        raise ActNotOpen(
            T("The court has not seen who you are yet."),
            T(
                "Sign in once with a means that vouches for your name, or show your identity document to the registry, at its counter or by a call; then enter."
            ),
            places.law(pack),
        )
    if row.entered is None:
        row.entered, row.entered_at = Entered.CAME, now
        places.put_on_record(
            court, session, hearing, "check_pass", now, request=row.reference, entered="came", by="identity"
        )
    found = watcher_of(session, hearing, account.id)
    if found is None:
        found = Watcher(hearing_id=hearing.id, account_id=account.id, seat=row.number, device=device, since=now)
        session.add(found)
    found.device, found.left_at = device, None
    session.flush()
    return found


def leave(session: Session, hearing: Hearing, account_id: int, now: datetime) -> None:
    """Leave one's seat; one may come back."""
    found = watcher_of(session, hearing, account_id)
    if found is not None and found.watches:
        found.left_at = now


def send_out(
    court: Court, session: Session, pack: RulePack, request: str, given: SendOutInput, by: Account, now: datetime
) -> Watcher:
    """The registry carries out that the presiding judge sends somebody of the public out (CTR 17, 19): from this moment
    nothing reaches them. A public hearing that keeps somebody out without the judge's order would be held wrongly.

    Raises InvalidInput without that order, ActNotOpen where they do not sit there.
    """
    if not given.ordered:
        raise InvalidInput.at(
            "ordered",
            T("Only the presiding judge sends somebody out, after a warning and an admonition [CTR 19]."),
        )
    row = session.scalar(select(PlaceRequest).where(PlaceRequest.reference == request))
    if row is None:
        raise NotFound
    hearing, _ = places.hold(session, session.get_one(Hearing, row.hearing_id).reference, pack)
    found = watcher_of(session, hearing, row.account_id)
    if found is None or found.sent_out_at is not None:
        raise ActNotOpen(T("This person does not sit in the hearing."), source=places.law(pack))
    found.sent_out_at, found.sent_out_by, found.words = now, by.id, given.words
    places.put_on_record(court, session, hearing, "send_out", now, request=row.reference, by=by.reference, ordered=True)
    places.write_to(
        court,
        session,
        row,
        SENT_OUT,
        T(
            "You were sent out of the hearing on %(at)s. The reason stands on your page, and how to object to it.",
            at=hearing.begins_at,
        ),
    )
    return found


SENT_OUT = T("You were sent out of a hearing")
ANSWERED = T("The registry answered your objection")


def is_kept_out(session: Session, hearing: Hearing, row: PlaceRequest | None) -> bool:
    """Whether somebody was not admitted, turned away or sent out, to which one may object."""
    if row is None:
        return False
    watcher = watcher_of(session, hearing, row.account_id)
    sent_out = watcher is not None and watcher.sent_out_at is not None
    return row.state is PlaceState.REFUSED or row.entered is Entered.TURNED_AWAY or sent_out


def objection_to(session: Session, row: PlaceRequest) -> PlaceObjection | None:
    """The objection to somebody's being kept out."""
    return session.scalar(select(PlaceObjection).where(PlaceObjection.request_id == row.id))


def object_to(
    court: Court,
    session: Session,
    pack: RulePack,
    reference: str,
    account_id: int,
    given: ObjectionInput,
    now: datetime,
) -> PlaceObjection:
    """Object to being kept out; once. Raises ActNotOpen for who is not, who has objected, and when the hearing is over."""
    hearing, _ = places.hold(session, reference, pack)
    row = request_of(session, hearing, account_id)
    if row is None or not is_kept_out(session, hearing, row):
        raise ActNotOpen(T("Nobody keeps you out of this hearing."), source=places.law(pack))
    if hearing.ended_at is not None:
        raise ActNotOpen(T("This hearing is over."), source=places.law(pack))
    if objection_to(session, row) is not None:
        raise ActNotOpen(T("You have objected already; the answer comes to your page."), source=places.law(pack))
    found = PlaceObjection(request_id=row.id, words=given.words, at=now)
    session.add(found)
    places.put_on_record(court, session, hearing, "object_to_exclusion", now, request=row.reference)
    return found


def answer_objection(
    court: Court,
    session: Session,
    pack: RulePack,
    request: str,
    given: ObjectionAnswerInput,
    by: Account,
    now: datetime,
) -> PlaceObjection:
    """Answer an objection; whoever is right asks in their turn again, or keeps the seat they had.

    Raises Forbidden for who kept the person out, ActNotOpen where there is nothing to answer.
    """
    row = session.scalar(select(PlaceRequest).where(PlaceRequest.reference == request))
    if row is None:
        raise NotFound
    hearing, kept = places.hold(session, session.get_one(Hearing, row.hearing_id).reference, pack)
    found, watcher = objection_to(session, row), watcher_of(session, hearing, row.account_id)
    if found is None or found.upheld is not None:
        raise ActNotOpen(T("There is no objection to answer."), source=places.law(pack))
    sent_out_by = watcher.sent_out_by if watcher is not None else None
    if by.id in (row.answered_by, row.checked_by, sent_out_by, row.account_id):
        raise Forbidden(T("Somebody else answers: nobody judges their own decision."), source=places.law(pack))
    found.upheld, found.answer = given.upheld == "yes", given.answer
    found.answered_by, found.answered_at = by.id, now
    places.put_on_record(
        court, session, hearing, "answer_to_exclusion", now, request=row.reference, upheld=found.upheld, by=by.reference
    )
    if found.upheld:
        if row.entered is Entered.TURNED_AWAY:
            row.entered = row.entered_at = None
        if watcher is not None:
            watcher.sent_out_at = watcher.sent_out_by = watcher.words = None
        if row.state is PlaceState.REFUSED:
            row.state, row.ground = PlaceState.ASKED, None
            places.give_out(court, session, hearing, kept, now)
    places.write_to(
        court,
        session,
        row,
        ANSWERED,
        T(
            "The registry answered your objection about the hearing on %(at)s. The answer stands on your page.",
            at=hearing.begins_at,
        ),
    )
    return found
