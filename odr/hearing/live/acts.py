"""Procedural acts of a hearing held by the court’s own video: entering, opening, order in court, sealed parts, faults, closing.

Each is an entry of the docket and a line of the journal; the media room obeys after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import select

from odr.docket.models import HEARD_ROLES, PARTY_ROLES, Audience, Case, Party, Role, Seat, Stage
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.courtroom.absence.waiting import claim_that_may_fall, who_should_come
from odr.hearing.courtroom.hearings import MOST_ON_ROLL, after_held
from odr.hearing.examination.acts import hearing_open
from odr.hearing.inputs import Reasons
from odr.hearing.live import journal, moves
from odr.hearing.live.media.hosts import media_on
from odr.hearing.live.models import LivePerson, LiveRoom, LiveSegment
from odr.hearing.live.obeying import recorder_of
from odr.hearing.live.queries import (
    doors_are_open,
    hearing_of_now,
    held_room,
    is_set_up,
    missing_from,
    next_segment,
    person_of,
    reached,
    room_of_now,
    running_room,
    segments_of,
)
from odr.hearing.live.rules import BENCH, BESIDE, COURT, KEPT_APART, may_find_left, next_rung, puts_out
from odr.hearing.live.vocabulary import (
    BY_PHONE,
    ONLY_BY_PHONE,
    GoesOn,
    Leaving,
    LiveStage,
    Mic,
    Place,
    RoomState,
    Rung,
    SealReason,
    What,
)
from odr.hearing.models import Attendance, Hearing, Witness
from odr.hearing.ripeness.basis import STAGES
from odr.hearing.vocabulary import Away, HearingState, IdentityCheck, Presence
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, RefTo, field
from odr.procedure.papers.language import language_of
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

SET_UP_ELSEWHERE = T(
    "Hearings by the court’s own video are not set up at this court. Hearings are held in the courtroom, by outside video, or in writing where everybody agrees."
)
OwnWords = Annotated[str, CourtText(2, 1000), field(T("In your own words, as spoken"), widget="textarea")]


# -- entering ------------------------------------------------------------------


@guard("OLR 7, 25")
def doors_open(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody enters a hearing now: none is held here, it is too early, or it is over."""
    if not is_set_up(sitting, case):
        return SET_UP_ELSEWHERE
    hearing = hearing_of_now(sitting.session, case)
    if hearing is None or hearing.state is not HearingState.SUMMONED:
        return T("No hearing by the court’s own video is fixed in this case.")
    if not doors_are_open(hearing, sitting.now):
        return T("The waiting room opens half an hour before the hearing of %(at)s.", at=hearing.begins_at)
    return None


class EnterInput(CourtModel):
    """What is confirmed before one enters a hearing."""

    rights: Annotated[
        bool,
        field(
            T(
                "I know my rights: to challenge the judge or clerk with a reason, to show evidence, question, debate and speak last, to ask for an interpreter or for the courtroom, and to say that I cannot hear or see."
            ),
            T("[=OLR 22; CPL 140]."),
        ),
    ] = False
    rules: Annotated[
        bool,
        field(
            T(
                "I keep the rules of the courtroom: I speak with the judge’s leave, from a quiet and closed place where no witness of this case sits beside me."
            ),
            T("[=OLR 24–26; CTR 17]."),
        ),
    ] = False
    no_recording: Annotated[
        bool,
        field(
            T(
                "I do not record, photograph, capture or pass on this hearing with any device, and nobody with me does. The court records it, and I can see its recording afterwards."
            ),
            T("[=OLR 27; REC 15]."),
        ),
    ] = False


@act(
    title=T("Enter the hearing"),
    input=EnterInput,
    by=PARTY_ROLES | HEARD_ROLES,
    at={Stage.HEARING},
    guard=(hearing_open, doors_open),
    strong=True,
    source=law("OLR 7, 24, 25, 27", "CTR 6, 17"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
    page="live.enter",
)
def enter_hearing(sitting: Sitting, case: Case, given: EnterInput, *, actor: Actor, now: datetime) -> Recorded:
    """Come to the door of a hearing: identity proven again (OLR 7(3)), rights, rules and the promise not to record
    confirmed. Who is there waits until the judge admits them.
    """
    missing = [name for name in EnterInput.model_fields if not getattr(given, name)]
    if missing:
        raise InvalidInput.at(missing[0], T("Confirm this before you enter. If you cannot, tell the clerk."))
    hearing = hearing_of_now(sitting.session, case)
    assert hearing is not None
    room = moves.room_for(sitting, case, hearing.id)
    person = moves.come(
        sitting, room, actor, actor.strong_at or sitting.court.clock.machine_now(), sitting.next_number(case)
    )
    if person.rung is Rung.REMOVED:
        raise ActNotOpen(
            T("You were removed from this hearing and are not let in again."),
            T("If you want to object to that, write to the judge in the case."),
            sitting.pack(case).cited("CTR 19"),
        )
    return Recorded(
        T("%(name)s came to the hearing and confirmed rights, rules and that nothing is recorded", name=actor.name),
        {"hearing": hearing.reference, "person": person.reference},
    )


# -- opening -------------------------------------------------------------------


@guard("OLR 22, 24", "CPL 40, 140")
def ready_to_open(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a hearing is not opened here: none is fixed for now, it is open already, or somebody who sits for the
    court has not come: all who decide hear it, and a clerk finds out who is there and keeps the record.
    """
    if not is_set_up(sitting, case):
        return SET_UP_ELSEWHERE
    hearing = hearing_of_now(sitting.session, case)
    if hearing is None or hearing.state is not HearingState.SUMMONED:
        return T("No hearing by the court’s own video is fixed in this case.")
    if sitting.now < hearing.begins_at:
        return T("The hearing is called to %(at)s; it is not opened before.", at=hearing.begins_at)
    room = room_of_now(sitting.session, case)
    if room is None or person_of(room, actor) is None:
        return T("Enter the hearing first; then open it.")
    if room.state is not RoomState.WAITING:
        return T("The hearing is open already.")
    return _court_not_whole(sitting, case, room, actor)


def _court_not_whole(sitting: Sitting, case: Case, room: LiveRoom, actor: Actor) -> Text | None:
    """Who of those who sit for the court is missing: a hearing without one of the bench, or without a clerk, is none.
    Whoever opens it is here, though the page of the act has no picture.
    """
    here = [p for p in room.people if p.role in COURT and (p.lost_at is None or p.account_id == actor.account_id)]
    mine = (Seat.case_id == case.id, Seat.role.in_(BENCH), Seat.until_at.is_(None))
    bench = select(Account.name).join(Seat, Seat.account_id == Account.id).where(*mine)
    missing = sitting.session.scalar(
        bench.where(Seat.account_id.not_in([p.account_id for p in here])).order_by(Seat.id).limit(1)
    )
    if missing is not None:
        return T("%(name)s decides this case with the others and is not here yet.", name=missing)
    if not any(p.role is Role.CLERK for p in here):
        return T("No clerk is here yet, who finds out who has come and keeps the record.")
    return None


class OpenInput(CourtModel):
    """Opening a hearing: what the judge says is in the words of the law, and spoken."""


def start_recorder(court: Court, case: Case, given: OpenInput, actor: Actor) -> Mapping[str, Any]:
    """Before the hearing is opened the recorder runs: it is started, and says so (REC 1, 3)."""
    with court.database.read() as session:
        hearing, room = hearing_of_now(session, case), room_of_now(session, case)
        media = media_on(court, room.host) if room is not None else None
        if media is None or hearing is None or room is None:
            return {}
        asked = hearing.reference, [p.reference for p in room.people], next_segment(session, room)
    return {"segment": recorder_of(media, *asked)}


@act(
    title=T("Open the hearing"),
    input=OpenInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, ready_to_open),
    prepare=start_recorder,
    source=law("CPL 140", "OLR 22", "REC 1, 3"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def open_live_hearing(sitting: Sitting, case: Case, given: OpenInput, *, actor: Actor, now: datetime) -> Recorded:
    """Open a hearing held here, with the recorder running from this moment (REC 1, 3). Without it nobody is heard."""
    segment = sitting.prepared.get("segment")
    if segment is None:
        raise ActNotOpen(
            T("The recorder is not running, and the court hears nobody without a recording."),
            T(
                "Wait until the media room answers, or put the hearing off. The operator finds the reason with the doctor."
            ),
            sitting.pack(case).cited("REC 1", "REC 3"),
        )
    found = room_of_now(sitting.session, case)
    assert found is not None
    room = held_room(sitting.session, found.id)
    room.state, room.since, room.recorder_runs = RoomState.OPEN, now, True
    room.opened_at, room.opened_by = now, sitting.next_number(case)
    room.stages = [LiveStage.OPENING.value]
    sitting.session.add(LiveSegment(room_id=room.id, number=segment, host=room.host, begun_at=now))
    hearing = sitting.session.get_one(Hearing, room.hearing_id)
    hearing.begun_at = now
    # A media room that was away since they came knows nobody: it is told how everybody stands.
    journal.write(sitting, room, What.OPENED, actor, orders=moves.as_decided(room), segment=segment)
    present = [{"who": p.name, "role": p.role.value} for p in room.people]
    return Recorded(
        T("The hearing is opened by the court’s own video; the recorder runs"),
        {"hearing": hearing.reference, "segment": segment, "present": present},
    )


# -- order in court ------------------------------------------------------------


@guard("CPL 140")
def hearing_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is done in a hearing held here: none is open."""
    return None if running_room(sitting.session, case) is not None else T("No hearing is open here now.")


def _running(sitting: Sitting, case: Case) -> LiveRoom:
    found = running_room(sitting.session, case)
    assert found is not None
    return held_room(sitting.session, found.id)


@resolver("live_person")
def find_live_person(sitting: Sitting, case: Case, actor: Actor, reference: str) -> LivePerson | None:
    """Somebody who came to the hearing and does not sit for the court."""
    room = room_of_now(sitting.session, case)
    people = room.people if room is not None else []
    return next((p for p in people if p.reference == reference and p.role not in COURT), None)


@choice_source("live_people")
def live_people(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Everybody in the hearing but those who sit for the court."""
    room = room_of_now(sitting.session, case)
    people = [p for p in room.people if p.role not in COURT] if room is not None else []
    return [Option(p.reference, p.name, p.role.label) for p in people]


class OrderInCourtInput(CourtModel):
    """One step of order in court."""

    who: Annotated[str, RefTo("live_person"), field(T("Who"), choices="live_people")]
    step: Annotated[
        Rung,
        Choice(Rung),
        field(
            T("Step"),
            T("In this order only, each after the one before was ignored [CTR 19]. Muting is not one of them."),
        ),
    ]
    words: OwnWords


@act(
    title=T("Keep order in court"),
    input=OrderInCourtInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, hearing_runs),
    source=law("CTR 17, 19", "OLR 25"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def keep_order(sitting: Sitting, case: Case, given: OrderInCourtInput, *, actor: Actor, now: datetime) -> Recorded:
    """Warn, admonish, order out, remove: only the next step is open (CTR 19). Who is ordered out or removed is out of the
    room; their side stays represented by whoever acts for it.
    """
    room, named = _running(sitting, case), sitting.resolved("live_person", given.who)
    person = next(p for p in room.people if p.id == named.id)
    due = next_rung(person.rung)
    if given.step is not due:
        raise InvalidInput.at(
            "step",
            T("The next step for %(name)s is: %(step)s.", name=person.name, step=due.label)
            if due is not None
            else T("%(name)s was removed; there is no further step here.", name=person.name),
        )
    person.rung = given.step
    orders: list[dict[str, Any]] = []
    if puts_out(given.step):
        moves.hang_up(sitting, room, person, actor)
        person.place, person.hand_at = Place.OUT, None
        room.floor_id = None if room.floor_id == person.id else room.floor_id
        orders = [{"do": "remove", "person": person.reference, "why": given.step.value}]
    journal.write(
        sitting, room, What.ORDER, actor, person=person, words=given.words, orders=orders, step=given.step.value
    )
    return Recorded(
        T("%(step)s to %(name)s in the hearing", step=given.step.label, name=person.name),
        {"who": person.name, "role": person.role.value, "step": given.step.value},
    )


# -- sealed parts --------------------------------------------------------------


@guard("REC 3", "OLR 27")
def nothing_sealed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no part is sealed: the hearing stands still, or one is already."""
    room = running_room(sitting.session, case)
    if room is None or room.state is not RoomState.OPEN:
        return T("No hearing is open here now.")
    return T("A part is sealed already.") if room.sealed_by is not None else None


class SealPartInput(CourtModel):
    """A part that is not open to everybody."""

    reason: Annotated[SealReason, Choice(SealReason), field(T("Reason"))]
    outside: Annotated[
        list[str],
        RefTo("live_person"),
        Field(max_length=MOST_ON_ROLL),
        field(
            T("Who waits outside"),
            T("Witnesses and experts always do, unless they are being heard. The public always does."),
            choices="live_people",
            widget="checkboxes",
        ),
    ] = []
    words: OwnWords


@act(
    title=T("Seal a part of the hearing"),
    input=SealPartInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, nothing_sealed),
    source=law("REC 3, 16", "CPL 137", "OLR 27"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def seal_part(sitting: Sitting, case: Case, given: SealPartInput, *, actor: Actor, now: datetime) -> Recorded:
    """Go on without the public and without those named, with the reason in the record (REC 3). A new piece of the
    recording begins, under a key of its own that only the vault opens.
    """
    room = _running(sitting, case)
    outside = {sitting.resolved("live_person", reference).id for reference in given.outside}
    for person in room.people:
        apart = person.role in KEPT_APART and person.id != room.floor_id
        person.may_stay = person.role in COURT or (reached(room, person) and person.id not in outside and not apart)
        if not person.may_stay:
            moves.hang_up(sitting, room, person, actor)
    order = moves.sealed_segment(sitting, room)
    room.sealed_by = sitting.next_number(case)
    gone = [p.name for p in room.people if p.place is Place.ROOM and p.role not in COURT and not p.may_stay]
    journal.write(
        sitting,
        room,
        What.SEALED,
        actor,
        words=given.words,
        orders=[order],
        reason=given.reason.value,
        stay=order["stay"],
    )
    return Recorded(
        T("A part of the hearing is sealed: %(reason)s", reason=given.reason.label),
        {"reason": given.reason.value, "outside": gone, "segment": order["segment"]},
    )


@guard("REC 3")
def part_sealed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no sealed part ends."""
    room = running_room(sitting.session, case)
    if room is None or room.sealed_by is None or room.state is not RoomState.OPEN:
        return T("No part of the hearing is sealed now.")
    return None


@act(
    title=T("End the sealed part"),
    input=OpenInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, part_sealed),
    source=law("REC 3"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def end_sealed_part(sitting: Sitting, case: Case, given: OpenInput, *, actor: Actor, now: datetime) -> Recorded:
    """Everybody is back; the recording goes on in a new piece."""
    room = _running(sitting, case)
    began, room.sealed_by = room.sealed_by, None
    for person in room.people:
        person.may_stay = True
    order = moves.new_segment(sitting, room)
    orders = [{"do": "unseal", "segment": order["segment"]}]
    if room.exhibit_id is not None:
        # What was shown to those inside is not left on the screens of those who come back.
        room.exhibit_id = room.page = None
        orders = [{"do": "page", "exhibit": None, "page": None}, *orders]
    journal.write(sitting, room, What.UNSEALED, actor, orders=orders, began=began)
    return Recorded(T("The sealed part of the hearing is over"), {"began": began, "segment": order["segment"]})


# -- faults --------------------------------------------------------------------


@guard("OLR 25")
def hearing_goes_on(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a hearing is not suspended: it stands still already."""
    room = running_room(sitting.session, case)
    return None if room is not None and room.state is RoomState.OPEN else T("No hearing is open here now.")


class SuspendInput(CourtModel):
    """A fault for which a hearing stands still."""

    words: Annotated[str, CourtText(2, 500), field(T("What failed"), widget="textarea")]


@act(
    title=T("Suspend the hearing for technology"),
    input=SuspendInput,
    by={Role.JUDGE, Role.CLOCK},
    at={Stage.HEARING},
    guard=(hearing_open, hearing_goes_on),
    source=law("OLR 25", "REC 4"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def suspend_live_hearing(sitting: Sitting, case: Case, given: SuspendInput, *, actor: Actor, now: datetime) -> Recorded:
    """Nothing goes on until who is needed, or the recorder, is back: by the judge, or by the court itself once somebody was
    gone for longer than the rules allow. No disadvantage follows from a real fault (OLR 25).
    """
    room = _running(sitting, case)
    room.state, room.since, room.why, room.until = RoomState.SUSPENDED, now, given.words, None
    journal.write(
        sitting, room, What.SUSPENDED, actor, words=given.words, orders=[{"do": "pause", "why": "technology"}]
    )
    return Recorded(
        T("The hearing is suspended for technology: %(words)s", words=given.words),
        {
            "missing": [p.name for p in room.people if p.lost_at is not None and p.phone_since is None],
            "recorder": room.recorder_runs,
        },
    )


@guard("OLR 25")
def somebody_gone(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to rule on: nobody’s connection was lost."""
    room = running_room(sitting.session, case)
    lost = room is not None and any(p.lost_at is not None or p.back_at is not None for p in room.people)
    return None if lost else T("Nobody’s connection was lost in this hearing.")


FOUND = {
    Leaving.FAULT.value: T("A technical fault kept this person from the hearing; nothing follows from it."),
    Leaving.LEFT.value: T("This person left the hearing without leave."),
}
"""How the ruling reads on its paper."""


class LeavingInput(CourtModel):
    """The judge’s ruling on somebody who was gone."""

    who: Annotated[str, RefTo("live_person"), field(T("Who"), choices="live_people")]
    finding: Annotated[Leaving, Choice(Leaving), field(T("Result of the ruling"))]
    reasons: Reasons


@act(
    title=T("Rule on somebody who was gone"),
    input=LeavingInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, somebody_gone),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on an absence during the hearing"),
        T(
            "The ruling says whether somebody was prevented by a fault, from which nothing follows, or left the hearing without leave, and why. Read what it means for you; who disagrees may say so in an appeal against the judgment."
        ),
    ),
    paper=RulingForm(T("Absence during the hearing"), WITH_THE_JUDGMENT, result="finding", words=FOUND),
    source=law("OLR 25", "CPL 146, 147", "CPI 236"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_leaving(sitting: Sitting, case: Case, given: LeavingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Find a fault, or that somebody left: the second only once they were prompted and then warned on record and did not
    come back (OLR 25). What follows for a claimant or a respondent is put before the judge as an absence is. Who was found to
    have left and was kept away by a fault comes back to their place.
    """
    room, named = _running(sitting, case), sitting.resolved("live_person", given.who)
    person = next(p for p in room.people if p.id == named.id)
    if person.lost_at is None and person.back_at is None:
        raise InvalidInput.at("who", T("%(name)s was not gone.", name=person.name))
    if given.finding is Leaving.LEFT and person.phone_since is not None:
        raise ActNotOpen(
            T("%(name)s is heard by telephone, and is not away.", name=person.name),
            source=sitting.pack(case).cited("OLR 25"),
        )
    if given.finding is Leaving.LEFT and (
        person.lost_at is None or not may_find_left(person.prompted_at, person.told_at, person.back_at)
    ):
        raise ActNotOpen(
            T("%(name)s was not prompted and then warned while gone.", name=person.name),
            T(
                "Prompt first, then warn; both are recorded. Only somebody who stays away after that counts as having left."
            ),
            sitting.pack(case).cited("OLR 25"),
        )
    person.found_by, person.by_fault = sitting.next_number(case), given.finding is Leaving.FAULT
    orders: list[dict[str, Any]] = []
    if given.finding is Leaving.LEFT:
        person.place, person.hand_at = Place.OUT, None
        room.floor_id = None if room.floor_id == person.id else room.floor_id
        orders = [{"do": "remove", "person": person.reference, "why": "left"}]
        _put_before_judge(sitting, case, room, person)
    elif person.place is Place.OUT and not (person.rung is not None and puts_out(person.rung)):
        # Found to have left before; it was a fault after all: the place is theirs again, and nothing follows (OLR 25).
        person.place, person.mic = Place.ROOM, Mic.OPEN if person.role in BESIDE else Mic.MUTED
        orders = moves.let_in(person)
        sitting.close_tasks(case, desks.ABSENCE, _absence_of(sitting, room, person))
    journal.write(
        sitting,
        room,
        What.FOUND,
        actor,
        person=person,
        words=given.reasons,
        orders=orders,
        finding=given.finding.value,
    )
    return Recorded(
        T("%(name)s: %(finding)s", name=person.name, finding=given.finding.label),
        {"who": person.name, "finding": given.finding.value, "reasons": given.reasons},
    )


def _put_before_judge(sitting: Sitting, case: Case, room: LiveRoom, person: LivePerson) -> None:
    party = case.party_if_any(person.party_id)
    if party is None:
        return
    claims = claim_that_may_fall(sitting, case, party) is not None
    if party.role is Role.THIRD_PARTY and not claims:
        return  # The hearing goes on without them (CPI 240).
    facts = {"name": who_should_come(party), "role": party.role.label}
    title = (
        T(
            "%(name)s, %(role)s, left the hearing. Their claim may count as withdrawn by ruling [CPL 146; CPI 236].",
            **facts,
        )
        if claims
        else T("%(name)s left the hearing. A decision in default may be open [CPL 147].", **facts)
    )
    sitting.open_task(case, Role.JUDGE, desks.ABSENCE, title, risk=50, subject=_absence_of(sitting, room, person))


def _absence_of(sitting: Sitting, room: LiveRoom, person: LivePerson) -> str:
    """What the task about a party's absence from a hearing is known by."""
    return f"{sitting.session.get_one(Hearing, room.hearing_id).reference}/{person.party_id}"


# -- closing -------------------------------------------------------------------


@guard("REC 3", "OLR 25")
def may_close(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a hearing is not closed here: none is open, those who decide are still alone, a part is sealed, or a party
    came and was never admitted, who would count as absent.
    """
    room = running_room(sitting.session, case)
    if room is None:
        return T("No hearing is open here now.")
    if room.state is RoomState.DELIBERATING:
        return T("The court deliberates. Come back to the room first.")
    if room.sealed_by is not None:
        return T("A part is sealed. End it first.")
    at_the_door = [p for p in room.people if p.party_id is not None and p.place is Place.DOOR and p.lost_at is None]
    phoned = journal.phoned(sitting.session, room) if at_the_door else frozenset()
    for person in at_the_door:
        if person.id not in phoned:
            return T("%(name)s came, waits at the door and would count as absent. Admit them first.", name=person.name)
    return None


class CloseInput(CourtModel):
    """How a hearing held here ends."""

    goes_on: Annotated[GoesOn, Choice(GoesOn), field(T("How does it go on?"))]
    in_courtroom: Annotated[
        list[str],
        RefTo("attendee"),
        Field(max_length=MOST_ON_ROLL),
        field(
            T("Who took part in the courtroom"),
            T("Their identity document was seen there."),
            choices="attendees",
            widget="checkboxes",
        ),
    ] = []


@act(
    title=T("Close the hearing held here"),
    input=CloseInput,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=(hearing_open, may_close),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your hearing is closed"),
        T(
            "What was said is in the record, and the recording can be seen in the case. If you were not there, or not to the end, tell the court at once why. If it goes on in the courtroom, in writing or on another day, a letter tells you when and how; what was done stays valid. Say in the case if something in the record is wrong, until you sign it."
        ),
    ),
    source=law("CPL 144, 150", "OLR 21, 22", "REC 3"),
    means={Milestone.UNTIL_THE_TEXT, Milestone.HEARING_HELD},
    seen_by=Audience.HEARING,
    desk=desks.RECORD_HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def close_live_hearing(sitting: Sitting, case: Case, given: CloseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Close the hearing: who attended, which stages were gone through, which exhibits everybody was shown, and the
    journal, whose last digest this entry anchors. What was done stays valid, however it goes on (OLR 21).
    """
    room = _running(sitting, case)
    cut_off = [p for p in missing_from(room) if p.party_id is not None]
    if cut_off and given.goes_on is GoesOn.NO:
        raise ActNotOpen(
            T("The connection of %(name)s is lost, and nobody ruled that they left.", name=cut_off[0].name),
            T("Wait until they are back, or prompt, warn and rule; or say how the hearing goes on."),
            sitting.pack(case).cited("OLR 25"),
        )
    if given.goes_on is not GoesOn.NO and journal.pronounced(sitting.session, room) is not None:
        raise InvalidInput.at("goes_on", T("The judgment is pronounced: everything was heard."))
    hearing = sitting.session.get_one(Hearing, room.hearing_id)
    for person in room.people:
        moves.hang_up(sitting, room, person, actor)
    room.state, room.since, room.floor_id, room.why, room.until = RoomState.CLOSED, now, None, None, None
    room.closed_at, room.closed_by, room.recorder_runs = now, sitting.next_number(case), False
    journal.write(
        sitting,
        room,
        What.CLOSED,
        actor,
        orders=[{"do": "open", "persons": []}, {"do": "close"}],
        goes_on=given.goes_on.value,
    )
    lines = journal.lines_of(sitting.session, room)
    hearing.ended_at, hearing.state, hearing.recorded_by = now, HearingState.HELD, sitting.next_number(case)
    hearing.stages = [stage for stage in STAGES if stage in room.stages]
    hearing.shown = list(room.shown)
    hearing.minutes = journal.as_minutes(lines, sitting.pack(case).tz, language_of(sitting, case))
    called = {line.person_id for line in lines if line.what is What.CALLED}
    _take_attendance(sitting, case, room, hearing, given, called, journal.phoned(sitting.session, room))
    sitting.session.flush()
    after_held(sitting, case, hearing)
    if given.goes_on is not GoesOn.NO and not sitting.tasks(case, desks.SUMMON):
        words = T("The hearing of %(at)s goes on: %(how)s.", at=hearing.begins_at, how=given.goes_on.label)
        sitting.open_task(case, Role.CLERK, desks.SUMMON, words, risk=40)
    return Recorded(
        T("The hearing held here is closed. %(how)s", how=given.goes_on.label),
        {
            "hearing": hearing.reference,
            "journal": {"lines": room.lines, "sha256": room.head},
            "stages": hearing.stages,
            "exhibits_shown": len(hearing.shown),
            "interruptions": _interruptions(lines),
            "segments": [s.number for s in segments_of(sitting.session, room)],
            "attendance": [{"who": a.name, "presence": a.presence.value} for a in hearing.attendances],
        },
    )


STOPS = {What.PAUSED, What.SUSPENDED, What.DELIBERATES}
STARTS = {What.RESUMED, What.REASSEMBLED, What.CLOSED}


def _interruptions(lines: list[Any]) -> list[dict[str, str]]:
    """When the recording stood still, from when until when and why: it belongs in the file (REC 3)."""
    found: list[dict[str, str]] = []
    for line in lines:
        if found and not found[-1].get("until") and line.what in STOPS | STARTS:
            found[-1]["until"] = line.at.isoformat()
        if line.what in STOPS:
            found.append({"why": line.what.value, "from": line.at.isoformat()})
    return found


def _left(person: LivePerson) -> bool:
    """Whether the judge found that a party left without leave, and they did not come back (OLR 25; CPL 146, 147)."""
    return (
        person.party_id is not None
        and person.found_by is not None
        and person.by_fault is False
        and person.place is Place.OUT
        and not (person.rung is not None and puts_out(person.rung))
    )


def _take_attendance(
    sitting: Sitting,
    case: Case,
    room: LiveRoom,
    hearing: Hearing,
    given: CloseInput,
    called: Set[int | None],
    phoned: Set[int | None],
) -> None:
    """Who took part by video, with identity verified again; who in the courtroom; who not at all. A witness or expert who
    waited and was never called was not heard.
    """
    came = {p.party_id for p in room.people if p.party_id is not None and (p.place is not Place.DOOR or p.id in phoned)}
    in_court = [sitting.resolved("attendee", reference) for reference in given.in_courtroom]
    in_court_parties = {who.id for who in in_court if isinstance(who, Party)}
    for person in room.people:
        if person.role in COURT or (person.place is Place.DOOR and person.id not in phoned):
            continue
        if person.role in KEPT_APART and person.id not in called:
            continue
        by_phone = ONLY_BY_PHONE if person.place is Place.DOOR else BY_PHONE
        hearing.attendances.append(
            Attendance(
                party_id=person.party_id,
                role=person.role,
                name=person.name,
                presence=Presence.ONLINE,
                by_failure=bool(person.by_fault),
                note=by_phone if person.id in phoned else None,
                identity=IdentityCheck.ONLINE,
                away=Away.LEFT if _left(person) else None,
            )
        )
    for who in in_court:
        party_id = who.id if isinstance(who, Party) else None
        role = who.role if isinstance(who, Party | Witness) else Role.INTERPRETER
        hearing.attendances.append(
            Attendance(
                party_id=party_id,
                role=role,
                name=who.name,
                presence=Presence.COURTROOM,
                identity=IdentityCheck.DOCUMENT,
            )
        )
    for party in case.parties:
        if party.left_at is None and party.role in PARTY_ROLES and party.id not in came | in_court_parties:
            hearing.attendances.append(
                Attendance(
                    party_id=party.id,
                    role=party.role,
                    name=party.name,
                    presence=Presence.ABSENT,
                    by_failure=any(p.by_fault for p in room.people if p.party_id == party.id),
                )
            )


@guard("REC 3, 4")
def recording_to_keep(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no recording is put on record: no hearing held here is closed, or it is on record already."""
    found = sitting.session.scalar(
        select(LiveRoom.id)
        .join(Hearing, Hearing.id == LiveRoom.hearing_id)
        .where(
            LiveRoom.case_id == case.id,
            LiveRoom.state == RoomState.CLOSED,
            Hearing.recording_sha256.is_(None),
        )
        .limit(1)
    )
    return None if found is not None else T("No recording is waiting to be put on record.")


class KeepRecordingInput(CourtModel):
    """The recording of a hearing as the media room closed it."""

    hearing: Annotated[str, RefTo("hearing")]
    head: Annotated[str, CourtText(64, 64, one_line=True)]


@act(
    title=T("Put the recording on record"),
    input=KeepRecordingInput,
    by={Role.CLOCK},
    at=frozenset(Stage),
    guard=recording_to_keep,
    listed=False,
    while_stayed=True,
    source=law("REC 3, 4, 5"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def keep_recording(sitting: Sitting, case: Case, given: KeepRecordingInput, *, actor: Actor, now: datetime) -> Recorded:
    """The closing link of the recording, with that of every piece, stands in the docket and with it in the log: what is
    changed or left out afterwards shows (REC 4, 9).
    """
    hearing: Hearing = sitting.resolved("hearing", given.hearing)
    room = sitting.session.scalars(select(LiveRoom).where(LiveRoom.hearing_id == hearing.id)).one()
    hearing.recording_sha256 = given.head
    pieces = [
        {"segment": s.number, "sealed": s.key is not None, "head": s.head, **_lies_on(room, s)}
        for s in segments_of(sitting.session, room)
    ]
    return Recorded(
        T("The recording of the hearing of %(at)s is closed and kept", at=hearing.begins_at),
        {"hearing": hearing.reference, "sha256": given.head, "pieces": pieces},
    )


def _lies_on(room: LiveRoom, piece: LiveSegment) -> dict[str, Any]:
    """On which media host a piece lies, and that it is missing where that host died and has not handed it over."""
    if piece.host is None:
        return {}
    missing = piece.host in room.left_hosts.split() and piece.head is None
    return {"host": piece.host, **({"missing": True} if missing else {})}
