"""How an agreement in an action in the public interest may end the case (CPI 287)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.filing.claim.public_interest.queries import public_interest_of
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.settlement.models import Ending

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NO_WITHDRAWAL = T(
    "In an action in the public interest an agreement ends the case by a mediation statement alone, after it was announced."
)


def check_ending(sitting: Sitting, case: Case, ending: Ending) -> None:
    """Raises InvalidInput for an agreement that would end an action in the public interest by a withdrawal (CPI 287)."""
    if ending is Ending.WITHDRAWAL and public_interest_of(sitting, case) is not None:
        raise InvalidInput.at("ending", NO_WITHDRAWAL)
