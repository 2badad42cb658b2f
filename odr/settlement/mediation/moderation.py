"""Acts of a moderator in the private room, who looks after the tone, proposes nothing and decides nothing (OMR 5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Role, Seat
from odr.filing.registry.seats import choose
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law
from odr.settlement.mediation.acts import Nothing
from odr.settlement.mediation.moderation_end import end_moderation
from odr.settlement.mediation.queries import moderation_of
from odr.settlement.models import MediationState, Moderation, RoomMessage, ToneNote
from odr.settlement.offers.room_rules import PRIVATE, ROOM_STAGES
from odr.settlement.queries import mediation_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("COURT moderation")
def nobody_moderates(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A moderator is asked for where neither moderator nor mediator is there yet."""
    if moderation_of(sitting.session, case) is not None:
        return T("A moderator is there already.")
    mediation = mediation_of(sitting.session, case)
    taken = mediation is not None and mediation.state in (MediationState.ASSIGNED, MediationState.RUNNING)
    return T("A mediator is there already.") if taken else None


@act(
    title=T("Ask for a moderator"),
    input=Nothing,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    guard=nobody_moderates,
    source=law("OMR 5, 16"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def ask_moderator(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """Have somebody from the court's list of mediators read along and keep the tone civil; either side may ask, and no
    time limit runs (OMR 5).
    """
    account = choose(sitting, case, Role.MEDIATOR)
    if account is None:
        raise ActNotOpen(T("No mediator is free of conflict."), T("You can still make an offer, or ask for mediation."))
    sitting.session.add(Seat(case_id=case.id, account_id=account.id, role=Role.MEDIATOR, from_at=now))
    row = Moderation(
        case_id=case.id,
        party_id=sitting.party_of(case, actor).id,
        moderator_id=account.id,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(T("%(name)s reads along as moderator", name=account.name))


@guard("COURT moderation")
def somebody_moderates(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be a moderator."""
    return None if moderation_of(sitting.session, case) is not None else T("There is no moderator.")


def milder(session: Session, messages: Sequence[RoomMessage]) -> dict[int, str]:
    """Message → the words a moderator put in its place."""
    rows = session.scalars(select(ToneNote).where(ToneNote.message_id.in_([m.id for m in messages])))
    return {row.message_id: row.words for row in rows}


@choice_source("messages_in_room")
def messages_in_room(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What parties said to everybody in the room, as far as it stands in its first words."""
    found = [m for m in messages_for(sitting.session, case, actor) if m.caucus_id is None and m.party_id is not None]
    changed = milder(sitting.session, found)
    return [Option(str(m.entry_number), m.speaker, m.words[:200]) for m in found if m.id not in changed]


class MilderInput(CourtModel):
    """Other words in the place of a message."""

    message: Annotated[int, Field(ge=1), field(T("Which message"), choices="messages_in_room")]
    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("In milder words"), T("Say what was meant, without what hurts. Add nothing."), widget="textarea"),
    ]


@act(
    title=T("Put it in milder words"),
    input=MilderInput,
    by={Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=somebody_moderates,
    source=law("OMR 16, 18"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def reword_message(sitting: Sitting, case: Case, given: MilderInput, *, actor: Actor, now: datetime) -> Recorded:
    """Show milder words in the place of a message in the room; the first words stay on the docket, and nobody is shown
    them there by the page.
    """
    query = select(RoomMessage).where(
        RoomMessage.case_id == case.id, RoomMessage.mediation_id.is_(None), RoomMessage.caucus_id.is_(None)
    )
    message = next((m for m in sitting.session.scalars(query) if m.entry_number == given.message), None)
    if message is None or message.party_id is None:
        raise InvalidInput.at("message", T("Choose one of those listed."))
    if sitting.session.scalar(select(ToneNote.id).where(ToneNote.message_id == message.id)) is not None:
        raise ActNotOpen(T("This was put in milder words already."))
    sitting.session.add(ToneNote(message_id=message.id, words=given.words, entry_number=sitting.next_number(case)))
    sitting.session.flush()
    return Recorded(T("The moderator put a message in milder words"), {"message": message.entry_number})


@act(
    title=T("End the moderation"),
    input=Nothing,
    by=set(PARTY_ROLES) | {Role.MEDIATOR},
    at=ROOM_STAGES,
    guard=somebody_moderates,
    source=law("OMR 25"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def leave_moderation(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """Let the moderator go: by whoever is in the room, at any time."""
    end_moderation(sitting, case)
    return Recorded(T("The moderator left"))


def messages_for(session: Session, case: Case, actor: Actor) -> Sequence[RoomMessage]:
    """What was said in the private room that this person may read: a caucus is for its party and the mediator."""
    query = (
        select(RoomMessage)
        .where(RoomMessage.case_id == case.id, RoomMessage.mediation_id.is_(None))
        .order_by(RoomMessage.id)
    )
    if actor.party_id is not None:
        query = query.where(or_(RoomMessage.caucus_id.is_(None), RoomMessage.caucus_id == actor.party_id))
    return session.scalars(query).all()
