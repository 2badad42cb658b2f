"""Hearings moved to another hour or room before they are held, with a new summons in the same letter (CPL 139, 149; EXT 2, 3, 6).

On the same day it is the registry's business: nobody is put off. To another day it is a hearing put off for force majeure
or an accident, such as a judge who fell ill or a room that cannot be used: the president of the court decides it, and it
counts among those the track allows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Audience, Case, Role, Stage, Track
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.courtroom.calendar.clashes import Wanted, keep_free
from odr.hearing.courtroom.calling_witnesses import call_everybody, call_off
from odr.hearing.courtroom.hearings import check_day, hearing_to_come, in_time
from odr.hearing.examination.acts import hearing_open
from odr.hearing.inputs import Reasons
from odr.hearing.mode.consent_effects import call_where
from odr.hearing.models import Hearing, Summons
from odr.hearing.queries import hearings_of, hearings_that_count
from odr.hearing.vocabulary import AdjournmentGround, HearingState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import HOUR, OLD_HOUR, PLACE, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act
from odr.procedure.forms.hours import CourtHour, hour_of
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, RefTo, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


LEAST_NOTICE = timedelta(hours=2)
"""How long before its new hour a hearing is moved at the latest, in any procedure (COURT moving)."""


class MoveInput(CourtModel):
    """A hearing that is fixed, and the hour and room it is moved to."""

    hearing: Annotated[str, RefTo("hearing"), field(T("Hearing"), choices="hearings_to_come")]
    on: Annotated[CourtDate, field(T("New day"))]
    at: Annotated[str, CourtHour(), field(T("New hour"), T("For example 09:30."))]
    place: Annotated[str, CourtText(2, 300), field(T("Courtroom, or address of the video room"))]
    reasons: Reasons
    despite: Annotated[
        bool,
        field(
            T("Fix it all the same"),
            T("Only where the court has said that somebody has another hearing then, or that the hour is unusual."),
        ),
    ] = False


@act(
    title=T("Move a hearing"),
    input=MoveInput,
    by={Role.CLERK, Role.PRESIDENT},
    at={Stage.HEARING},
    guard=(hearing_open, hearing_to_come),
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your hearing is moved: new summons"),
        T(
            "Do not come at the old hour. Come, or join online, at the time and in the way this summons says; if you cannot, tell the court at once. If you stay away without a good reason, a claim of yours may be treated as withdrawn, and the case may be decided without you."
        ),
        "summons",
        when_held=T(
            "Do not come on %(off)s. The hearing is now on %(at)s: %(where)s. If you cannot come or join, tell the court at once. If you stay away without a good reason, a claim of yours may be treated as withdrawn, and the case may be decided without you.",
            off=OLD_HOUR,
            at=HOUR,
            where=PLACE,
        ),
    ),
    source=law("CPL 139, 149", "EXT 2, 3, 6", "CPI 227, 261", "COURT moving"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def move_hearing(sitting: Sitting, case: Case, given: MoveInput, *, actor: Actor, now: datetime) -> Recorded:
    """Call everybody to another hour or room, with reasons; what the law asks of a summons is asked again (CPL 139).

    To another day only the president moves it, as often as the track allows (EXT 3, 6).
    """
    old: Hearing = sitting.resolved("hearing", given.hearing)
    if old.state is not HearingState.SUMMONED or old.begins_at <= now:
        raise ActNotOpen(T("This hearing was held or put off already."))
    begins = hour_of(sitting, case, given.on, given.at, "at")
    if begins == old.begins_at and given.place == old.place:
        raise InvalidInput.at("at", T("This is where and when it is fixed already."))
    same_day = begins.date() == old.begins_at.astimezone(begins.tzinfo).date()
    if not same_day:
        may_put_off(sitting, case, actor.role)
    if begins == old.begins_at:
        # Next door: day and hour stay, and with them the notice everybody had. There is no time to ask for once more.
        if begins <= now:
            raise InvalidInput.at("on", T("The hearing lies in the past."))
    else:
        check_day(sitting, case, begins, gap=same_day)
        notice = why_too_soon(sitting, case, old.begins_at, begins)
        if notice is not None:
            raise InvalidInput.at("at", notice)
    where = call_where(sitting, case, old.mode)
    keep_free(sitting, case, Wanted(begins, old.length, given.place, old.id), despite=given.despite)
    old.state = HearingState.CALLED_OFF if same_day else HearingState.ADJOURNED
    old.ground, old.why = (None if same_day else AdjournmentGround.OTHER), given.reasons
    call_off(sitting, case, old)
    sitting.close_tasks(case, desks.RECORD_HEARING, old.reference)
    hearing = _fixed_anew(sitting, case, old, begins, given.place)
    return Recorded(
        T(
            "Hearing of %(old)s moved to %(at)s, %(mode)s, %(place)s",
            old=old.begins_at,
            at=begins,
            mode=old.mode.label,
            place=given.place,
        ),
        {
            "hearing": hearing.reference,
            "instead_of": old.reference,
            "begins_at": begins.isoformat(),
            "called_to": where,
            "put_off": not same_day,
            "reasons": given.reasons,
        },
    )


def why_too_soon(sitting: Sitting, case: Case, old: datetime, begins: datetime) -> Text | None:
    """Why a hearing is not moved to an hour: everybody needs to hear of it in time, also in a procedure in which a summons
    is free (CPL 139, 162; CPI 261).

    To an earlier hour as long before as ordinary procedure asks of a summons: nobody counts on coming before they were
    called. To a later one, a few hours.
    """
    if begins < sitting.now + LEAST_NOTICE:
        return T(
            "A hearing is moved to an hour at least %(hours)s hours from now, so that everybody hears of it in time. Choose a later hour.",
            hours=LEAST_NOTICE // timedelta(hours=1),
        )
    if begins < old and not in_time(sitting, case, begins, track=Track.ORDINARY):
        return T(
            "A hearing is moved to an earlier hour only where everybody hears of it as early as in ordinary procedure, [time summons] before [CPL 139]. Choose a later hour, or another day."
        )
    return None


def may_put_off(sitting: Sitting, case: Case, role: Role) -> None:
    """Raises ActNotOpen for whoever is not the president, and where the track allows no more."""
    pack = sitting.pack(case)
    if role is not Role.PRESIDENT:
        raise ActNotOpen(
            T("The registry moves a hearing within its day. To another day the president of the court moves it."),
            T("Choose an hour on the same day, or ask the president."),
            pack.cited("EXT 6"),
        )
    most = pack.track(case.track.value).adjournments
    before = sum(h.state is HearingState.ADJOURNED for h in hearings_that_count(sitting.session, case))
    if most is not None and before >= most:
        raise ActNotOpen(
            T("In this procedure a hearing is put off at most %(most)s times.", most=most),
            T("Give the seat to somebody else for that day, or move it within its day."),
            pack.cited("EXT 3"),
        )


def _fixed_anew(sitting: Sitting, case: Case, old: Hearing, begins: datetime, place: str) -> Hearing:
    number = sitting.next_number(case)
    hearing = Hearing(
        case_id=case.id,
        ordinal=len(hearings_of(sitting.session, case)) + 1,
        mode=old.mode,
        begins_at=begins,
        length=old.length,
        place=place,
        closed_doors=old.closed_doors,
        held_here=old.held_here,
        state=HearingState.SUMMONED,
        summoned_by=number,
    )
    hearing.summonses = [Summons(party_id=p.id, sent_by=number) for p in case.parties if p.left_at is None]
    sitting.session.add(hearing)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.CLERK,
        desks.RECORD_HEARING,
        T("Record the hearing of %(at)s.", at=begins),
        risk=30,
        due_at=begins,
        subject=hearing.reference,
    )
    call_everybody(sitting, case, hearing)
    return hearing
