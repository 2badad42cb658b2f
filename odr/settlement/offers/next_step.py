"""What an open offer asks of whoever got it, in plain words: whose it is, and over which sum. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.filing.claim.public_interest.queries import public_interest_of
from odr.ground.text import T, Text, last_day, side_by_side
from odr.identity.actors import Actor
from odr.procedure.hooks import If, Owed, StepWords
from odr.procedure.models import Window
from odr.settlement import names, time_limits
from odr.settlement.models import Agreement, AgreementState, Ending, OfferState
from odr.settlement.offers.agreements import missing
from odr.settlement.offers.queries import LIVE_AGREEMENTS
from odr.settlement.queries import agreements_of, offers_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


ROOM = ("settlement.room", T("Open the private room"))
STILL = If(
    T("Until it binds"), T("Every time limit goes on, and each of you can still say no in the private room."), page=ROOM
)
OTHERS = If(
    T("Until it binds"), T("Every time limit goes on, and whoever has not signed yet can still say no."), page=ROOM
)
TAKE_BACK = If(
    T("If you change your mind"),
    T("You can take your offer back in the private room until it is answered. If nobody answers, it ends by itself."),
    page=ROOM,
)
WITH_THE_JUDGE = {
    Ending.STATEMENT: T(
        "You have agreed. Nothing for you to do now: the judge looks at the agreement and makes the mediation statement."
    ),
    Ending.WITHDRAWAL: T(
        "You have agreed. Nothing for you to do now: the judge gives leave to withdraw the claim, or refuses it."
    ),
}


AT_THE_JUDGE = {
    Ending.STATEMENT: T("You have agreed. The judge looks at the agreement and makes the mediation statement."),
    Ending.WITHDRAWAL: T("You have agreed. The judge gives leave to withdraw the claim, or refuses it."),
}
"""The same for whoever has something else to do meanwhile, such as a fee to pay."""


def _at_the_court(sitting: Sitting, case: Case, agreement: Agreement) -> tuple[Text, Text]:
    """What the court does with a signed agreement, for whoever has nothing to do, and for whoever has: in an action in the public
    interest it is announced before a judge looks at it (CPI 287).
    """
    until, is_announced = agreement.announced_until, public_interest_of(sitting, case) is not None
    if not is_announced or agreement.ending is not Ending.STATEMENT or (until is not None and until < sitting.now):
        return WITH_THE_JUDGE[agreement.ending], AT_THE_JUDGE[agreement.ending]
    if until is None:
        return (
            T(
                "You have agreed. Nothing for you to do now: the court announces the agreement to the public, and checks it after that."
            ),
            T("You have agreed. The court announces the agreement to the public, and checks it after that."),
        )
    day = last_day(until, sitting.court.settings.tz)
    return (
        T(
            "You have agreed. Nothing for you to do now: the agreement is announced to the public until the end of %(day)s, and then the judge checks it.",
            day=day,
        ),
        T(
            "You have agreed. The agreement is announced to the public until the end of %(day)s, and then the judge checks it.",
            day=day,
        ),
    )


def agreement_owed(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """Where an agreement stands for a party of it, before it binds: to sign, or who is waited for; None where there is none."""
    live = agreements_of(sitting.session, case, *LIVE_AGREEMENTS)
    if not live or actor.party_id is None:
        return None
    agreement = live[-1]
    if agreement.state is AgreementState.SIGNED:
        words, waits = _at_the_court(sitting, case, agreement)
        return Owed(words, False, ifs=(STILL,), status=waits)
    statement = agreement.state is AgreementState.CONFIRMED
    left = missing(case, agreement, statement=statement)
    if not any(party.id == actor.party_id for party in left):
        who = side_by_side(party.name for party in left)
        words = T("You have signed. Nothing for you to do now. Still to sign: %(names)s.", names=who)
        waits = T("You have signed. Still to sign: %(names)s.", names=who)
        return Owed(words, False, ifs=(OTHERS if statement else STILL,), status=waits)
    then = T("Without everybody’s signature it does not bind, and everything goes on as before.")
    say_no = If(T("If you do not want it any more"), T("Say so in the private room."), page=ROOM)
    if statement:
        words = T("Next for you: sign the mediation statement, or say that you do not")
        return Owed(words, True, None, names.SIGN_STATEMENT, then, (say_no,))
    words = T("Next for you: sign the agreement, or say that you do not")
    return Owed(words, True, None, names.SIGN_AGREEMENT, then, (say_no,))


def offer_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """To answer an offer, for whoever got it, and for whoever made it: what the other has to answer, and that it can be
    taken back until then; None for a window of another kind, and for everybody else.
    """
    if window.kind != time_limits.OFFER or actor.party_id is None:
        return None
    offer = next((o for o in offers_of(sitting.session, case, OfferState.OPEN) if o.reference == window.subject), None)
    if offer is None or actor.party_id not in (offer.from_id, offer.to_id):
        return None
    if actor.party_id == offer.from_id:
        asked = (
            T("answer your offer of %(amount)s", amount=offer.amount) if offer.amount_minor else T("answer your offer")
        )
        return StepWords(asked, ifs=(TAKE_BACK,))
    name = case.party(offer.from_id).name
    if offer.amount_minor == 0:
        return StepWords(T("Answer the offer of %(name)s", name=name))
    return StepWords(T("Answer the offer of %(name)s, %(amount)s", name=name, amount=offer.amount))
