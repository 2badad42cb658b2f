"""What an open offer asks of whoever got it, in plain words: whose it is, and over which sum. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.hooks import StepWords
from odr.procedure.models import Window
from odr.settlement import time_limits
from odr.settlement.models import OfferState
from odr.settlement.queries import offers_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def offer_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """To answer an offer; None for a window of another kind or of somebody else."""
    if window.kind != time_limits.OFFER or actor.party_id is None or window.party_id != actor.party_id:
        return None
    offer = next((o for o in offers_of(sitting.session, case, OfferState.OPEN) if o.reference == window.subject), None)
    if offer is None:
        return None
    name = case.party(offer.from_id).name
    if offer.amount_minor == 0:
        return StepWords(T("Answer the offer of %(name)s", name=name))
    return StepWords(T("Answer the offer of %(name)s, %(amount)s", name=name, amount=offer.amount))
