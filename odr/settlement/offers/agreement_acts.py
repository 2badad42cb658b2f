"""Acts on an agreement between the parties: signed, declined, given to the court.

Up to the signed text everything is for the parties and the mediator alone. What the
court then gets is the agreed text, and nothing of how it came about.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, words_of
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.procedure.acts.events import CaseClosed, DecisionIssued
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act
from odr.procedure.forms.inputs import CourtText, field
from odr.procedure.rules.base import law
from odr.settlement import desks, names
from odr.settlement.inputs import AgreementRef
from odr.settlement.models import AgreementState, Ending, OfferState
from odr.settlement.offers.acts import close_offer
from odr.settlement.offers.agreements import conclude, fall, has_signed, sign, waiting
from odr.settlement.offers.queries import LIVE_AGREEMENTS
from odr.settlement.offers.room_rules import OPEN_STAGES, PRIVATE, ROOM_STAGES
from odr.settlement.queries import agreement_named, agreements_of, offers_of
from odr.settlement.statement.papers import term_words

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@act(
    title=T("Sign the agreement"),
    input=AgreementRef,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    special=True,
    source=law("CPL 53, 62"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def sign_agreement(sitting: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Sign a text that others have signed or the mediator has put before everybody."""
    agreement = waiting(sitting, case, given.agreement, AgreementState.SIGNING)
    me = sitting.party_of(case, actor)
    sign(sitting, case, agreement, me.id, now)
    conclude(sitting, case, agreement)
    return Recorded(T("Agreement signed by %(name)s", name=me.name), {"agreement": agreement.reference})


class DeclineAgreementInput(AgreementRef):
    """Why a text is not signed."""

    words: Annotated[
        str | None, CourtText(0, 2000), field(T("A word to the other side, if you want"), widget="textarea")
    ] = None


@act(
    title=T("Do not sign"),
    input=DeclineAgreementInput,
    by=PARTY_ROLES,
    at=ROOM_STAGES,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("The agreement was not signed"),
        T(
            "Somebody said no to it. Nothing is agreed, and the case goes on as before. There is nothing you have to do. Whoever wants to may make another offer in the private room, which the judge never reads."
        ),
    ),
    source=law("CPL 102"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def decline_agreement(
    sitting: Sitting, case: Case, given: DeclineAgreementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Decline a text, or a statement before it binds; the case goes on (CPL 102)."""
    agreement = waiting(sitting, case, given.agreement, *LIVE_AGREEMENTS)
    if agreement.state is AgreementState.CONFIRMED and has_signed(agreement, actor.party_id):
        raise ActNotOpen(T("You have signed the mediation statement: you can no longer say no to it [CPL 102]."))
    reached_court = agreement.state is not AgreementState.SIGNING
    fall(sitting, case, agreement)
    if reached_court:
        sitting.then(names.AGREEMENT_FAILED, AgreementRef(agreement=agreement.reference), actor=CLOCK_ACTOR)
    return Recorded(
        T("%(name)s does not sign the agreement", name=sitting.party_of(case, actor).name),
        {"agreement": agreement.reference},
    )


@act(
    title=T("No agreement came about"),
    input=AgreementRef,
    by={Role.CLOCK},
    at=OPEN_STAGES,
    listed=False,
    source=law("CPL 102"),
    means={Milestone.AGREEMENT_LOST},
    in_record=False,
)
def agreement_failed(sitting: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Tell the court that the text it was given does not bind, without saying who declined: the case goes on (CPL 102)."""
    return Recorded(T("The agreement did not come about; the case goes on"), {"agreement": given.agreement})


@act(
    title=T("Agreement given to the court"),
    input=AgreementRef,
    by={Role.CLOCK},
    at=OPEN_STAGES,
    listed=False,
    source=law("CPL 100, 148"),
    means={Milestone.MEDIATION_ENDED, Milestone.AGREEMENT_GIVEN},
    in_record=False,
)
def submit_agreement(sitting: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Give the court the signed text, and nothing of how it came about; the judge makes the statement or gives leave."""
    agreement = agreement_named(sitting.session, case, given.agreement)
    terms = [words_of(term) for term in term_words(case, agreement)]
    if agreement.ending is Ending.STATEMENT:
        title = T("The parties have agreed. Check whether the agreement is lawful and make the mediation statement.")
        sitting.open_task(case, Role.JUDGE, desks.CONFIRM_AGREEMENT, title, risk=45, subject=agreement.reference)
    else:
        title = T("The parties have agreed and the claimant withdraws. Give leave, or refuse it with reasons.")
        sitting.open_task(case, Role.JUDGE, desks.LEAVE_TO_WITHDRAW, title, risk=45, subject=agreement.reference)
    return Recorded(
        T("The parties gave the court their agreement"),
        {"agreement": agreement.reference, "ending": agreement.ending.value, "terms": terms},
    )


def shut(sitting: Sitting, event: DecisionIssued | CaseClosed) -> None:
    """The case was decided, or ended otherwise: what is still open in the room is overtaken."""
    case = event.case
    for offer in offers_of(sitting.session, case, OfferState.OPEN):
        close_offer(sitting, case, offer, OfferState.OVERTAKEN)
    for agreement in agreements_of(sitting.session, case, *LIVE_AGREEMENTS):
        fall(sitting, case, agreement)
