"""Acts on offers: made, accepted with one act, declined, taken back, expired."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Party
from odr.docket.visibility import same_side
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Premise, Recorded, Topic, act
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law
from odr.settlement import names
from odr.settlement.inputs import TermsInput
from odr.settlement.models import Offer, OfferState
from odr.settlement.offers.agreements import conclude, draw_up, sign
from odr.settlement.offers.room_rules import PRIVATE, ROOM_STAGES, check_terms, nothing_is_agreed
from odr.settlement.queries import offers_of, party_labelled
from odr.settlement.statement.ending_rules import check_ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OFFER = "offer"


def put_forward(sitting: Sitting, case: Case, offer: Offer, *, days: int) -> Offer:
    """Keep the offer and let its time run: ``days``, from the day after the other side can read it."""
    check_ending(sitting, case, offer.ending)
    sitting.session.add(offer)
    sitting.session.flush()
    other = case.party(offer.to_id)
    sitting.start_window(case, OFFER, party=other, start=sitting.now, subject=offer.reference, amount=days)
    return offer


class OfferInput(TermsInput):
    """An offer to another party."""

    to: Annotated[
        str,
        CourtText(1, 40, one_line=True),
        field(T("Who gets the offer?"), choices="settling_others", missing=T("Choose who gets the offer")),
    ]
    words: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("A word to the other side, if you want"),
            T("Without prejudice: it is read by the other side only, never by the judge."),
            widget="textarea",
        ),
    ] = None
    instead_of: Annotated[
        str | None, CourtText(0, 40, one_line=True), field(T("Instead of this offer"), widget="hidden")
    ] = None
    """The open offer it answers: that one is declined with the same act."""
    days: Annotated[
        int, Field(ge=1, le=60), field(T("Open for days"), T("Counted from the day after the other side can read it."))
    ] = 7


@act(
    title=T("Make an offer"),
    input=OfferInput,
    version=2,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    guard=nothing_is_agreed,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("An offer in the private room"),
        T("The offer is made to somebody else. There is nothing you have to do."),
        when_due=T(
            "Accept or decline the offer in the private room, which the judge never reads, by the end of %(day)s. If you do nothing, it ends on that day and nothing is agreed.",
            day=DAY,
        ),
    ),
    source=law("CPL 53, 62"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def make_offer(sitting: Sitting, case: Case, given: OfferInput, *, actor: Actor, now: datetime) -> Recorded:
    """Offer terms to another party, open for the days given; the judge never sees it (CPL 53)."""
    me, other = sitting.party_of(case, actor), party_labelled(case, given.to, "to")
    if other is None or same_side(me, other):
        raise InvalidInput.at("to", T("Make the offer to the other side."))
    payer, instalments = check_terms(sitting, case, given)
    if payer is not None and payer.id not in (me.id, other.id):
        raise InvalidInput.at("payer", T("You or the other side pays."))
    doer = party_labelled(case, given.deed_by, "deed_by")
    if given.instead_of:
        answered = _open_offer(sitting, case, given.instead_of, me.id, mine=False)
        close_offer(sitting, case, answered, OfferState.DECLINED)
    offer = Offer(
        case_id=case.id,
        from_id=me.id,
        to_id=other.id,
        payer_id=payer.id if payer else None,
        amount_minor=given.amount.minor,
        currency=given.amount.currency,
        instalments=instalments,
        accelerates=given.accelerates,
        deed=given.deed,
        doer_id=doer.id if doer else None,
        words=given.words,
        ending=given.ending,
        entry_number=sitting.next_number(case),
    )
    put_forward(sitting, case, offer, days=given.days)
    return Recorded(T("Offer of %(amount)s by %(name)s", amount=given.amount, name=me.name), {"offer": offer.reference})


@upcast(names.MAKE_OFFER, from_version=1)
def answers_none(given: Mapping[str, Any]) -> dict[str, Any]:
    """At first an offer that was answered by another had to be declined by an act of its own."""
    return {**given, "instead_of": None}


def _open_offer(sitting: Sitting, case: Case, reference: str, who: int | None, *, mine: bool) -> Offer:
    """An open offer made by, or to, this party."""
    offer = offer_named(sitting.session, case, reference)
    if (offer.from_id if mine else offer.to_id) != who:
        raise ActNotOpen(T("This offer is not yours to answer."))
    if offer.state is not OfferState.OPEN:
        raise ActNotOpen(T("This offer is not open any more: %(state)s.", state=offer.state.label))
    return offer


def close_offer(sitting: Sitting, case: Case, offer: Offer, state: OfferState) -> None:
    """End an open offer and its time."""
    offer.state, offer.closed_entry = state, sitting.next_number(case)
    sitting.close_windows(
        case, OFFER, WindowState.MET if state is OfferState.ACCEPTED else WindowState.ENDED, subject=offer.reference
    )


def offer_state(sitting: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """State of the offer an answer is about."""
    offer = next((o for o in offers_of(sitting.session, case) if o.reference == values.get("offer")), None)
    return f"{offer.reference}:{offer.state.value}" if offer else "none"


def the_other_of_the_offer(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Whoever stands on the other side of an offer from the one who did something with it; nobody else learns of it."""
    offer = offer_named(sitting.session, case, json.loads(entry.payload)["input"]["offer"])
    return [case.party(one) for one in (offer.from_id, offer.to_id) if one != entry.party_id]


class OfferRef(CourtModel):
    """Which offer."""

    offer: Annotated[str, CourtText(1, 40, one_line=True), field(T("Offer"), widget="hidden")]


@act(
    title=T("Accept the offer"),
    input=OfferRef,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    guard=nothing_is_agreed,
    special=True,
    strong=True,
    premise=Premise.SUBJECT,
    subject=offer_state,
    serves=Everyone.CONCERNED,
    concerns=the_other_of_the_offer,
    letter=Letter(
        PaperKind.NOTICE,
        T("An offer was accepted in the private room"),
        T(
            "Whoever made it and whoever accepted it have agreed on these terms. The private room shows the agreement and whose signature is still wanted. Until it binds, every time limit goes on."
        ),
    ),
    source=law("CPL 53"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def accept_offer(sitting: Sitting, case: Case, given: OfferRef, *, actor: Actor, now: datetime) -> Recorded:
    """Accept with one act: the offer's maker is bound by it and the one who accepts signs it (CPL 53).

    Raises ActNotOpen for an offer that is not open to them, or of which a day of payment is past.
    """
    offer = _open_offer(sitting, case, given.offer, actor.party_id, mine=False)
    if any(day < sitting.today for _, day in offer.parts):
        raise ActNotOpen(
            T("A day of payment in this offer is past: whoever accepted it would be late at once."),
            T("Make an offer in return, with later days."),
        )
    for other in offers_of(sitting.session, case, OfferState.OPEN):
        close_offer(sitting, case, other, OfferState.ACCEPTED if other.id == offer.id else OfferState.OVERTAKEN)
    payee = next((p for p in (offer.from_id, offer.to_id) if p != offer.payer_id), None) if offer.payer_id else None
    agreement = draw_up(
        sitting,
        case,
        offer_id=offer.id,
        payer_id=offer.payer_id,
        payee_id=payee,
        amount_minor=offer.amount_minor,
        currency=offer.currency,
        instalments=offer.instalments,
        accelerates=offer.accelerates,
        deed=offer.deed,
        doer_id=offer.doer_id,
        ending=offer.ending,
    )
    for party_id in (offer.from_id, offer.to_id):
        sign(sitting, case, agreement, party_id, now)
    conclude(sitting, case, agreement)
    return Recorded(
        T("Offer of %(amount)s accepted by %(name)s", amount=offer.amount, name=sitting.party_of(case, actor).name),
        {"agreement": agreement.reference},
    )


class DeclineInput(OfferRef):
    """Declining an offer, kindly if one likes."""

    words: Annotated[
        str | None, CourtText(0, 2000), field(T("A word to the other side, if you want"), widget="textarea")
    ] = None


@act(
    title=T("Decline the offer"),
    input=DeclineInput,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    serves=Everyone.CONCERNED,
    concerns=the_other_of_the_offer,
    letter=Letter(
        PaperKind.NOTICE,
        T("An offer was declined in the private room"),
        T(
            "Nothing is agreed, and everything goes on as before. There is nothing you have to do. Whoever wants to may make another offer in the private room, which the judge never reads."
        ),
    ),
    source=law("CPL 53"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def decline_offer(sitting: Sitting, case: Case, given: DeclineInput, *, actor: Actor, now: datetime) -> Recorded:
    """Decline an offer; the door stays open for another."""
    offer = _open_offer(sitting, case, given.offer, actor.party_id, mine=False)
    close_offer(sitting, case, offer, OfferState.DECLINED)
    return Recorded(
        T("Offer declined by %(name)s", name=sitting.party_of(case, actor).name), {"offer": offer.reference}
    )


@act(
    title=T("Take the offer back"),
    input=OfferRef,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    serves=Everyone.CONCERNED,
    concerns=the_other_of_the_offer,
    letter=Letter(
        PaperKind.NOTICE,
        T("An offer in the private room was taken back"),
        T(
            "It can no longer be accepted, and everything goes on as before. There is nothing you have to do. Whoever wants to may make another offer in the private room."
        ),
    ),
    source=law("CPL 53"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def withdraw_offer(sitting: Sitting, case: Case, given: OfferRef, *, actor: Actor, now: datetime) -> Recorded:
    """Take an own offer back before it is accepted."""
    offer = _open_offer(sitting, case, given.offer, actor.party_id, mine=True)
    close_offer(sitting, case, offer, OfferState.WITHDRAWN)
    return Recorded(
        T("Offer taken back by %(name)s", name=sitting.party_of(case, actor).name), {"offer": offer.reference}
    )


def offer_lapsed(sitting: Sitting, case: Case, window: Any) -> None:
    """The time to accept ended: the offer expires by itself."""
    offer = offer_named(sitting.session, case, window.subject)
    if offer.state is OfferState.OPEN:
        offer.state, offer.closed_entry = OfferState.EXPIRED, sitting.next_number(case)


def offer_named(session: Session, case: Case, reference: str) -> Offer:
    """An offer of this case. Raises NotFound for another's."""
    found = session.scalar(select(Offer).where(Offer.case_id == case.id, Offer.reference == reference))
    if found is None:
        raise NotFound
    return found
