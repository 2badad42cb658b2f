"""Who stands in a case for somebody who cannot act themselves: guardians of children and of adults without capacity
(CPL 60; CPI 83).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Party, PartyKind
from odr.filing.inputs import ActingPart
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.identity import mandates
from odr.identity.models import Account, Mandate

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def place_guardian(sitting: Sitting, party: Party, account: Account, given: ActingPart) -> Mandate | None:
    """Let whoever brings or answers a claim act in the party's place, where they say that they are the guardian; None
    where they are not.

    Whether they are, the registry looks at in its review, never before (OLR 7, 9).
    Raises InvalidInput for a company, which has no guardian, and for somebody of the other side.
    """
    guardian = given.guardian
    if guardian is None:
        return None
    if party.kind is not PartyKind.PERSON:
        raise InvalidInput.at(
            "acting", T("Only a person has a guardian. For a company, act as the one who may sign for it.")
        )
    try:
        placed = mandates.place_guardian(sitting.session, party, account, sitting.now)
    except mandates.BothSides as error:
        raise InvalidInput.at("acting", error.message) from error
    party.details = {**party.details, "guardian": guardian}
    return placed
