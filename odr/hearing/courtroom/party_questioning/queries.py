"""Who is questioned in person, and what each act may be about. No flask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import rows_of
from odr.filing.models import Fact
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.hearing.courtroom.party_questioning.models import PartyQuestioning, QuestioningState
from odr.hearing.models import Hearing
from odr.hearing.queries import hearings_that_count
from odr.hearing.vocabulary import HearingState
from odr.identity.actors import Actor
from odr.procedure.hooks import Appointment, Cases

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

S = QuestioningState

COUNTED_FROM = 2**41
"""Of one hour, who is questioned stands after the hearing itself and after inspections."""


def questionings_of(session: Session, case: Case, *states: QuestioningState) -> list[PartyQuestioning]:
    """Parties questioned in person in order, all or those in certain states."""
    return rows_of(session, PartyQuestioning, case, *states)


def hearings_ahead(sitting: Sitting, case: Case) -> list[Hearing]:
    """Hearings to which a party can still be called."""
    return [
        one
        for one in hearings_that_count(sitting.session, case)
        if one.state is HearingState.SUMMONED and one.begins_at > sitting.now
    ]


def ordered(sitting: Sitting, case: Case, actor: Actor) -> list[PartyQuestioning]:
    """Who is called and not questioned yet."""
    return questionings_of(sitting.session, case, S.ORDERED)


def begun(sitting: Sitting, case: Case, actor: Actor) -> list[PartyQuestioning]:
    """Those whose hearing has begun, and took place."""
    over = (HearingState.ADJOURNED, HearingState.CALLED_OFF)
    return [
        one
        for one in ordered(sitting, case, actor)
        if one.hearing.begins_at <= sitting.now and one.hearing.state not in over
    ]


def before_judge(sitting: Sitting, case: Case, actor: Actor) -> list[PartyQuestioning]:
    """Those of whom the judge has to say whether they had a good reason."""
    return questionings_of(sitting.session, case, S.BEFORE_JUDGE)


def to_sign(sitting: Sitting, case: Case, actor: Actor) -> list[PartyQuestioning]:
    """Those whose undertaking the actor's own party has still to sign."""
    mine = [one for one in ordered(sitting, case, actor) if one.party_id == actor.party_id]
    return [one for one in mine if one.undertaken_by is None]


def refusals(session: Session, case: Case) -> list[PartyQuestioning]:
    """Who refused to be questioned in person without a good reason (EV 66)."""
    return questionings_of(session, case, S.REFUSED)


def facts_of(session: Session, row: PartyQuestioning) -> list[Fact]:
    """The facts somebody is questioned on, by number."""
    return list(session.scalars(select(Fact).where(Fact.id.in_(row.facts)).order_by(Fact.number)))


def questionings_ahead(
    sitting: Sitting, cases: Cases, most: int | None = None, since: datetime | None = None
) -> list[Appointment]:
    """Who is called to be questioned in these cases, at the hour of their hearing; the next ``most``, or those from a later moment on."""
    begins = max(sitting.morning, since or sitting.morning)
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(
                    PartyQuestioning.case_id,
                    PartyQuestioning.reference,
                    PartyQuestioning.person,
                    Hearing.begins_at,
                    Hearing.mode,
                    Hearing.place,
                    PartyQuestioning.entry_number,
                    PartyQuestioning.id,
                )
                .join(Hearing, Hearing.id == PartyQuestioning.hearing_id)
                .where(
                    PartyQuestioning.case_id.in_(cases),
                    PartyQuestioning.state == QuestioningState.ORDERED,
                    Hearing.state == HearingState.SUMMONED,
                    Hearing.begins_at >= begins,
                )
                .order_by(Hearing.begins_at, PartyQuestioning.id)
                .limit(most)
            )
        )
    )
    return [
        Appointment(
            case,
            reference,
            T("%(name)s is questioned in person", name=person),
            at,
            T("%(place)s (%(mode)s)", mode=mode.label, place=place),
            "party_questioning.listing",
            called_by=entry,
            number=COUNTED_FROM + number,
        )
        for case, reference, person, at, mode, place, entry, number in rows
    ]
