"""What all acts of the private room share: when the room is open, who reads it, which terms may be agreed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odr.docket.models import Audience, Case, Party, Stage
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import guard
from odr.settlement.inputs import TermsInput
from odr.settlement.offers.queries import LIVE_AGREEMENTS
from odr.settlement.queries import agreements_of, party_labelled

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OPEN_STAGES = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
ROOM_STAGES = OPEN_STAGES | {Stage.MEDIATING}
"""When the private room is open: until the decision, and in a mediation before a claim."""
PRIVATE = Audience.SETTLEMENT


@guard("COURT one-at-a-time")
def nothing_is_agreed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """While an agreement is being concluded there is nothing to offer."""
    return (
        T("An agreement is being concluded. Sign it or decline it first.")
        if agreements_of(sitting.session, case, *LIVE_AGREEMENTS)
        else None
    )


def check_terms(sitting: Sitting, case: Case, given: TermsInput) -> tuple[Party | None, list[dict[str, Any]]]:
    """Payer and instalments as kept. Raises InvalidInput for another currency or a day that is past."""
    currency = sitting.pack(case).currency
    today = sitting.today
    faults = []
    if given.amount.currency != currency:
        faults.append(FieldFault(("amount",), T("The amount is not in the currency of this court.")))
    faults += [
        FieldFault(("instalments", i, "on"), T("This day is past."))
        for i, part in enumerate(given.instalments)
        if part.on < today
    ]
    if faults:
        raise InvalidInput(faults)
    payer = party_labelled(case, given.payer, "payer") if given.amount.minor else None
    return payer, [{"on": part.on.isoformat(), "minor": part.amount.minor} for part in given.instalments]
