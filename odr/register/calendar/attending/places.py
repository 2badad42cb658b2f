"""Places of the public: asked for, given out, given back, lapsed with the hearing, checked at the door. No flask.

Each step is an act of the court that belongs to no party's case: it is kept byte for byte and its digest stands in the log.
No name stands in the record, so that a receipt tells nobody who watched a hearing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Select, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry
from odr.ground.background import each_alone
from odr.ground.errors import ActNotOpen, Cited, Forbidden, InvalidInput, NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing.courtroom.calendar.diary import place_key
from odr.hearing.courtroom.calendar.models import CourtRoom
from odr.hearing.live.seen.models import Watcher
from odr.hearing.live.seen.showing import is_closed_to_the_public
from odr.hearing.models import Hearing, Witness
from odr.hearing.vocabulary import HearingState, RequestState
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.actors import actors_in
from odr.identity.models import Account
from odr.notary.administration import FORMAT, administration_act
from odr.notary.canonical import JSON
from odr.notary.lot import first_head_over
from odr.notary.rehash.rounds import Holding
from odr.procedure.receipt_files import in_row
from odr.procedure.rules.court_rules import AttendingRules
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.reckoning import reckon_before
from odr.register.calendar.announced import IN_THE_ROOM
from odr.register.calendar.attending.inputs import AnswerInput, DoorInput, PlaceInput
from odr.register.calendar.attending.models import (
    Entered,
    PlaceObjection,
    PlaceRecord,
    PlaceRequest,
    PlacesOfHearing,
    PlaceState,
    Tie,
    Way,
)
from odr.register.calendar.attending.rules import Asks, Ground, who_gets_one

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

OPEN = (PlaceState.ASKED, PlaceState.LEAVE, PlaceState.GIVEN)
AGAIN = (PlaceState.RETURNED, PlaceState.LAPSED)
"""After these one may ask again, where the hearing is one to watch: who asked in vain that it be closed took no place away."""
TIES = (Tie.RELATIVE, Tie.INTERESTED)
"""Who comes first by law (CTR 9(2))."""
AT_ONCE = 50
"""Hearings, or requests, of one round of the worker."""


def rules_of(pack: RulePack) -> AttendingRules:
    """The rules on places of the public. Raises NotFound where there are none."""
    if pack.attending is None:
        raise NotFound
    return pack.attending


def law(pack: RulePack) -> Cited | None:
    """On what the places rest."""
    return pack.cited(str(rules_of(pack).article))


def rooms_with_seats(session: Session) -> Sequence[CourtRoom]:
    """The court's rooms in which the public can sit; a court has a few dozen at most."""
    return session.scalars(select(CourtRoom).where(CourtRoom.seats > 0).order_by(CourtRoom.id)).all()


def seats_in(rooms: Sequence[CourtRoom], place: str, day: date) -> int:
    """Seats of the public in the room of that name on a day; 0 where the court knows of none."""
    for room in rooms:
        if place_key(room.name) == place_key(place) and room.from_on <= day and (room.until_on or day) >= day:
            return room.seats
    return 0


def seats_by_video(pack: RulePack) -> int:
    """Seats of the public in a hearing by the court's own video."""
    return pack.live.watching.seats if pack.live is not None and pack.live.watching is not None else 0


def by_video(hearing: Hearing) -> bool:
    """Whether the public watches by video, and not in a courtroom."""
    return hearing.held_here and hearing.mode not in IN_THE_ROOM


def is_open(session: Session, hearing: Hearing) -> bool:
    """Whether the hearing takes place, and in public."""
    return hearing.state is HearingState.SUMMONED and not is_closed_to_the_public(session, hearing)


def kept_of(seats: int, rules: AttendingRules) -> int:
    """Seats that stay for near relatives and the interested until the time to ask is over."""
    return seats * rules.kept_percent // 100


def places_of(
    session: Session, hearing: Hearing, pack: RulePack, rooms: Sequence[CourtRoom] | None = None
) -> PlacesOfHearing | None:
    """The places of a hearing as the rules have them, kept once somebody asked; None where there is no seat to ask for."""
    kept = session.get(PlacesOfHearing, hearing.id)
    rules = pack.attending
    if kept is not None or rules is None:
        return kept
    seats = 0
    if hearing.mode in IN_THE_ROOM:
        day = hearing.begins_at.astimezone(pack.tz).date()
        seats = seats_in(rooms if rooms is not None else rooms_with_seats(session), hearing.place, day)
    elif hearing.held_here:
        seats = seats_by_video(pack)
    if not seats:
        return None
    ends = reckon_before(pack, rules.closes, hearing.begins_at, article=str(rules.article))
    return PlacesOfHearing(
        hearing_id=hearing.id,
        seats=seats,
        kept=kept_of(seats, rules),
        way=Way(rules.way),
        closes_at=ends.due_at,
    )


def hold(session: Session, reference: str, pack: RulePack) -> tuple[Hearing, PlacesOfHearing]:
    """The hearing, with its case locked, and its places. Raises NotFound."""
    hearing = session.scalar(select(Hearing).where(Hearing.reference == reference))
    if hearing is None:
        raise NotFound
    _lock(session, hearing)
    places = places_of(session, hearing, pack)
    if places is None:
        raise NotFound
    session.add(places)
    session.flush()
    return hearing, places


def _lock(session: Session, hearing: Hearing) -> None:
    """Lock the case as an act locks it: one request is dealt with at a time, and none beside an act that calls the hearing
    off, closes it or names a witness. What was read before the lock is read anew.
    """
    session.execute(select(Case.id).where(Case.id == hearing.case_id).with_for_update())
    session.refresh(hearing)


def set_way(
    court: Court, session: Session, pack: RulePack, reference: str, way: Way, by: Account, now: datetime
) -> None:
    """The registry chooses how the places of a hearing are given out. Raises ActNotOpen once somebody has asked, or the time
    to ask is over.
    """
    hearing, places = hold(session, reference, pack)
    if now > places.closes_at:
        raise ActNotOpen(T("The time to ask is over; the way stays as it was announced."), source=law(pack))
    if session.scalar(select(func.count()).where(PlaceRequest.hearing_id == hearing.id)):
        raise ActNotOpen(T("Somebody has asked already; the way stays as it was announced."), source=law(pack))
    places.way = way
    put_on_record(court, session, hearing, "choose_way_of_places", now, way=way.value, by=by.reference)


def ask(
    court: Court, session: Session, pack: RulePack, reference: str, account: Account, given: PlaceInput, now: datetime
) -> PlaceRequest:
    """Ask for a place in a public hearing, or ask again after one was given back, or lapsed while somebody asked that the
    hearing be closed.

    Raises NotFound where there are no places to ask for, ActNotOpen where the hearing is not, or no more, one to watch, for
    who takes part in the case, for its witnesses, and for who has asked already; InvalidInput where a tie is not explained.
    """
    hearing, places = hold(session, reference, pack)
    if not is_open(session, hearing) or now >= hearing.begins_at:
        raise ActNotOpen(T("This hearing cannot be watched, or has begun."), source=law(pack))
    case = session.get_one(Case, hearing.case_id)
    part = takes_part(session, case, account, now)
    if part is not None:
        raise ActNotOpen(part, source=law(pack))
    tie = Tie(given.tie)
    if tie is not Tie.NONE and len(given.tie_words) < 2:
        raise InvalidInput.at(
            "tie_words", T("Write whose relative you are, which interest is touched, or for whom you report.")
        )
    row = session.scalar(
        select(PlaceRequest).where(PlaceRequest.hearing_id == hearing.id, PlaceRequest.account_id == account.id)
    )
    if row is not None and row.state not in AGAIN:
        raise ActNotOpen(T("You have asked already; your request stands on its page."), source=law(pack))
    if row is None:
        row = PlaceRequest(hearing_id=hearing.id, account_id=account.id)
        session.add(row)
    row.name, row.tie, row.tie_words = given.name, tie, given.tie_words if tie is not Tie.NONE else ""
    row.comes_first = tie in TIES or (tie is Tie.PRESS and rules_of(pack).press_first)
    row.is_minor, row.asked_at = given.is_minor, now
    row.state = PlaceState.LEAVE if given.is_minor else PlaceState.ASKED
    row.number = row.ground = row.words = row.answered_by = row.answered_at = None
    session.flush()
    put_on_record(
        court, session, hearing, "ask_for_place", now, request=row.reference, tie=tie.value, minor=given.is_minor
    )
    give_out(court, session, hearing, places, now)
    return row


def takes_part(session: Session, case: Case, account: Account, now: datetime) -> Text | None:
    """Why somebody needs no place of the public, or gets none, whatever seats there are; None for everybody else."""
    if _will_be_heard(session, case, account.id):
        return Ground.WITNESS.label
    if actors_in(session, account, case, now):
        return T("You take part in this case: enter the hearing from its page.")
    return None


def _will_be_heard(session: Session, case: Case, account_id: int) -> bool:
    return session.scalar(_to_be_heard(case).where(Account.id == account_id).limit(1)) is not None


def _to_be_heard(case: Case) -> Select[int]:
    """Accounts of those who will be heard, also of who was named by address and has not come to the case yet."""
    is_theirs = or_(Witness.account_id == Account.id, func.lower(Witness.email) == func.lower(Account.email))
    return (
        select(Account.id)
        .join(Witness, is_theirs)
        .where(Witness.case_id == case.id, Witness.state != RequestState.REFUSED)
    )


def give_back(
    court: Court, session: Session, pack: RulePack, reference: str, account_id: int, now: datetime
) -> PlaceRequest:
    """Give a place, or the request for one, back; whoever comes next gets it. Raises ActNotOpen once the hearing has begun."""
    row = _own(session, reference, account_id)
    hearing, places = hold(session, session.get_one(Hearing, row.hearing_id).reference, pack)
    session.refresh(row)
    if row.state not in OPEN or now >= hearing.begins_at:
        raise ActNotOpen(T("There is nothing to give back any more."), source=law(pack))
    row.state, row.number = PlaceState.RETURNED, None
    put_on_record(court, session, hearing, "give_back_place", now, request=row.reference)
    give_out(court, session, hearing, places, now)
    return row


def _own(session: Session, reference: str, account_id: int) -> PlaceRequest:
    row = session.scalar(
        select(PlaceRequest).where(PlaceRequest.reference == reference, PlaceRequest.account_id == account_id)
    )
    if row is None:
        raise NotFound
    return row


def answer(
    court: Court, session: Session, pack: RulePack, reference: str, given: AnswerInput, by: Account, now: datetime
) -> PlaceRequest:
    """The registry answers one request: leave for a minor, a tie that does not count, or not admitted with its ground.

    Raises Forbidden for who asked themselves, ActNotOpen where the request is over, InvalidInput for an answer that does not
    fit it.
    """
    row = session.scalar(select(PlaceRequest).where(PlaceRequest.reference == reference))
    if row is None:
        raise NotFound
    hearing, places = hold(session, session.get_one(Hearing, row.hearing_id).reference, pack)
    session.refresh(row)
    if row.account_id == by.id:
        raise Forbidden(T("Nobody answers their own request."), source=law(pack))
    if row.state not in OPEN or row.entered is not None:
        raise ActNotOpen(T("This request is over; there is nothing to answer."), source=law(pack))
    _answered(row, given)
    row.words, row.answered_by, row.answered_at = given.words, by.id, now
    said: dict[str, JSON] = {"request": row.reference, "answer": given.answer, "ground": row.ground, "by": by.reference}
    put_on_record(court, session, hearing, "answer_request_for_place", now, **said)
    give_out(court, session, hearing, places, now)
    if row.state is not PlaceState.GIVEN:
        tell(court, session, row, hearing)
    return row


def _answered(row: PlaceRequest, given: AnswerInput) -> None:
    if given.answer == "leave":
        if row.state is not PlaceState.LEAVE:
            raise InvalidInput.at("answer", T("No leave is needed for this request."))
        row.state = PlaceState.ASKED
    elif given.answer == "no_tie":
        if not row.comes_first or row.state is PlaceState.GIVEN:
            raise InvalidInput.at("answer", T("No tie decides this request."))
        row.comes_first = False
    else:
        if given.ground is None or (given.ground == Ground.MINOR.value and not row.is_minor):
            raise InvalidInput.at("ground", T("Choose the ground on which this person is not admitted."))
        row.state, row.ground, row.number = PlaceState.REFUSED, given.ground, None


def at_the_door(
    court: Court, session: Session, pack: RulePack, reference: str, given: DoorInput, by: Account, now: datetime
) -> PlaceRequest:
    """Who came with a pass, their identity checked, or was turned away and why (CTR 6, 9). Once; on the day of the hearing.

    Raises ActNotOpen on another day or a second time, InvalidInput for somebody turned away without a word.
    """
    row = session.scalar(select(PlaceRequest).where(PlaceRequest.reference == reference))
    if row is None:
        raise NotFound
    hearing, _ = hold(session, session.get_one(Hearing, row.hearing_id).reference, pack)
    session.refresh(row)
    same_day = hearing.begins_at.astimezone(pack.tz).date() == now.astimezone(pack.tz).date()
    if row.state is not PlaceState.GIVEN or row.entered is not None or not same_day:
        raise ActNotOpen(T("A pass is checked once, on the day of the hearing."), source=law(pack))
    entered = Entered(given.entered)
    if entered is Entered.TURNED_AWAY and len(given.words) < 2:
        raise InvalidInput.at("words", T("Write why this person was turned away."))
    row.entered, row.entered_at, row.checked_by = entered, now, by.id
    row.words = given.words or row.words
    put_on_record(
        court, session, hearing, "check_pass", now, request=row.reference, entered=entered.value, by=by.reference
    )
    return row


def _asking(session: Session, hearing: Hearing, places: PlacesOfHearing) -> list[tuple[PlaceRequest, Asks]]:
    rows = session.scalars(
        select(PlaceRequest)
        .where(PlaceRequest.hearing_id == hearing.id, PlaceRequest.state.in_((PlaceState.ASKED, PlaceState.GIVEN)))
        .order_by(PlaceRequest.id)
    ).all()
    return [
        (
            row,
            Asks(
                row.reference,
                row.asked_at,
                row.comes_first,
                row.state is PlaceState.GIVEN,
                row.asked_at > places.closes_at,
            ),
        )
        for row in rows
    ]


def give_out(court: Court, session: Session, hearing: Hearing, places: PlacesOfHearing, now: datetime) -> None:
    """Give what is free to who comes next, and write to them."""
    asking = _asking(session, hearing, places)
    closed = places.drawn_at is not None if places.way is Way.LOT else now > places.closes_at
    given = who_gets_one(
        [one for _, one in asking], places.seats, places.kept, places.way, is_closed=closed, seed=places.seed
    )
    last = session.scalar(select(func.max(PlaceRequest.number)).where(PlaceRequest.hearing_id == hearing.id)) or 0
    rows = {row.reference: row for row, _ in asking}
    for number, reference in enumerate(given, start=last + 1):
        row = rows[reference]
        row.state, row.number = PlaceState.GIVEN, number
        put_on_record(court, session, hearing, "give_place", now, request=reference, number=number)
        tell(court, session, row, hearing)


def give_out_due(court: Court) -> int:
    """For the worker: when the time to ask is over, give out what was kept; where a lot decides, put the end of asking on
    record first, and draw once the log has signed it. The number of hearings dealt with.
    """
    now = court.clock.now()
    with court.database.read() as session:
        due = session.scalars(
            built_once(
                lambda: (
                    select(PlacesOfHearing.hearing_id)
                    .join(Hearing, Hearing.id == PlacesOfHearing.hearing_id)
                    .where(PlacesOfHearing.closes_at < now, PlacesOfHearing.drawn_at.is_(None))
                    .where(Hearing.state == HearingState.SUMMONED, Hearing.begins_at > now)
                    .order_by(PlacesOfHearing.closes_at)
                    .limit(AT_ONCE)
                )
            )
        ).all()
    return each_alone(
        due, lambda number: _give_out(court, number, now), "the places of a hearing could not be given out"
    )


def _give_out(court: Court, number: int, now: datetime) -> int:
    with court.database.write() as session:
        return _draw(court, session, session.get_one(Hearing, number), now)


def _draw(court: Court, session: Session, hearing: Hearing, now: datetime) -> bool:
    _lock(session, hearing)
    places = session.get_one(PlacesOfHearing, hearing.id)
    if places.drawn_at is not None or hearing.state is not HearingState.SUMMONED or hearing.begins_at <= now:
        return False
    if places.way is Way.LOT:
        seed = _seed(court, session, hearing, places, now)
        if seed is None:
            return False
        places.seed, places.seed_size = seed
    places.drawn_at = now
    put_on_record(
        court, session, hearing, "give_out_places", now, seats=places.seats, way=places.way.value, seed=places.seed
    )
    give_out(court, session, hearing, places, now)
    return True


def _seed(
    court: Court, session: Session, hearing: Hearing, places: PlacesOfHearing, now: datetime
) -> tuple[str, int] | None:
    """Root and size of the first checkpoint over the record that the time to ask was over; None until there is one."""
    if places.closed_by is None:
        # Whoever waits for leave asked in time, too; whoever asks from here on comes after all of these.
        requests = session.scalars(
            select(PlaceRequest.reference).where(
                PlaceRequest.hearing_id == hearing.id,
                PlaceRequest.state.in_(OPEN),
                PlaceRequest.asked_at <= places.closes_at,
            )
        )
        places.closed_by = put_on_record(
            court, session, hearing, "end_of_asking", now, requests=list[JSON](sorted(requests))
        )
        return None
    return first_head_over(session, places.closed_by)


def erase_due(court: Court) -> int:
    """For the worker: who wanted to watch is nobody's business once the hearing is long over; the log keeps references, which
    name nobody. The number of requests erased.
    """
    now = court.clock.now()
    pack = court.packs.in_force(court.settings.pack, now.astimezone(court.settings.tz).date())
    rules = pack.attending
    if rules is None:
        return 0
    before = reckon_before(pack, rules.erased, now, article=str(rules.article)).due_at
    old = built_once(
        lambda: (
            select(PlaceRequest.id)
            .join(Hearing, Hearing.id == PlaceRequest.hearing_id)
            .where(Hearing.begins_at < before)
            .order_by(PlaceRequest.id)
            .limit(AT_ONCE)
        )
    )
    with court.database.read() as session:
        if not session.scalars(old).all():
            return 0
    with court.database.write() as session:
        found = session.scalars(old).all()
        gone = session.execute(
            select(PlaceRequest.hearing_id, PlaceRequest.account_id).where(PlaceRequest.id.in_(found))
        ).all()
        for hearing_id, account_id in gone:
            session.execute(delete(Watcher).where(Watcher.hearing_id == hearing_id, Watcher.account_id == account_id))
        session.execute(delete(PlaceObjection).where(PlaceObjection.request_id.in_(found)))
        session.execute(delete(PlaceRequest).where(PlaceRequest.id.in_(found)))
    return len(found)


_WATCHING = (
    select(PlaceRequest, Hearing)
    .join(Hearing, Hearing.id == PlaceRequest.hearing_id)
    .where(Hearing.case_id == bindparam("case"), PlaceRequest.state.in_(OPEN), PlaceRequest.entered.is_(None))
    .order_by(PlaceRequest.id)
)


def follow_hearings(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After an act: requests lapse with a hearing that is not held, or not in public any more; who will be heard as a
    witness is not admitted any more, and whoever comes next gets that place (CTR 9(3)(1), 9(5)).
    """
    rows = sitting.session.execute(_WATCHING, {"case": case.id}).all()
    heard = set(sitting.session.scalars(_to_be_heard(case))) if rows else set()
    freed: dict[int, Hearing] = {}
    for row, hearing in rows:
        over = hearing.state in (HearingState.ADJOURNED, HearingState.CALLED_OFF)
        if over or (hearing.state is HearingState.SUMMONED and not is_open(sitting.session, hearing)):
            row.state, row.number = PlaceState.LAPSED, None
        elif hearing.state is HearingState.SUMMONED and row.account_id in heard:
            freed[hearing.id] = hearing
            row.state, row.ground, row.number = PlaceState.REFUSED, Ground.WITNESS.value, None
        else:
            continue
        put_on_record(
            sitting.court,
            sitting.session,
            hearing,
            "end_of_place",
            sitting.now,
            request=row.reference,
            state=row.state.value,
        )
        tell(sitting.court, sitting.session, row, hearing)
    for number, hearing in freed.items():
        places = sitting.session.get_one(PlacesOfHearing, number)
        give_out(sitting.court, sitting.session, hearing, places, sitting.now)


ANSWERED = T("The registry answered your request for a place")
SUBJECTS: Mapping[PlaceState, Text] = {
    PlaceState.GIVEN: T("You have a place in the hearing"),
    PlaceState.REFUSED: T("You are not admitted to the hearing"),
    PlaceState.LAPSED: T("The hearing you wanted to watch"),
    PlaceState.ASKED: ANSWERED,
    PlaceState.LEAVE: ANSWERED,
}


def tell(court: Court, session: Session, row: PlaceRequest, hearing: Hearing) -> None:
    """Write to who asked: what became of it, when, and what to bring; no party is named."""
    answered = T(
        "The registry has answered your request for a place in the hearing on %(at)s. What it says, and how your request stands, is on your page.",
        at=hearing.begins_at,
    )
    said = {
        PlaceState.ASKED: answered,
        PlaceState.LEAVE: answered,
        PlaceState.GIVEN: T(
            "You have a place in the hearing on %(at)s, which is held by the court’s own video. On the day, from half an hour before, open your place in hearings and enter; you show who you are by your own means of signing in. You see and hear the hearing a little later than it is held.",
            at=hearing.begins_at,
        )
        if by_video(hearing)
        else T(
            "You have a place in the hearing on %(at)s, %(place)s. Bring the identity document with the name you gave, and come half an hour early for the check at the door.",
            at=hearing.begins_at,
            place=hearing.place,
        ),
        PlaceState.REFUSED: T(
            "You are not admitted to the hearing on %(at)s. The ground stands on your page.", at=hearing.begins_at
        ),
        PlaceState.LAPSED: T(
            "The hearing on %(at)s does not take place as announced, or not in public. Your place, or your request for one, has lapsed; the list of hearings says what is fixed now.",
            at=hearing.begins_at,
        ),
    }[row.state]
    write_to(court, session, row, SUBJECTS[row.state], said)


def write_to(court: Court, session: Session, row: PlaceRequest, subject: Text, said: Text) -> None:
    """Write to somebody who asked; what is said names no party."""
    account = session.get_one(Account, row.account_id)
    letter = Letter(
        account.email,
        subject,
        (said,),
        account.locale or "zh-Hans",
        site=site_of(court.settings.base_url),
        page=T("Places in hearings"),
    )
    outbox.write(court, session, [letter])


def put_on_record(court: Court, session: Session, hearing: Hearing, act: str, now: datetime, **said: JSON) -> str:
    told: dict[str, JSON] = {"type": FORMAT, "act": act, "hearing": hearing.reference, "at": now.isoformat(), **said}
    record, receipt = administration_act(court.notary, session, told, now=now)
    session.add(PlaceRecord(hearing_id=hearing.id, record=record, receipt=receipt, at=now))
    session.flush()
    return receipt


def records_kept(court: Court, session: Session, references: Sequence[str]) -> Mapping[str, Holding]:
    """The steps with these receipts."""
    rows = session.scalars(select(PlaceRecord).where(PlaceRecord.receipt.in_(references)))
    return {row.receipt: in_row(f"place in hearing {row.hearing_id}", row.record.encode()) for row in rows}
