"""Lines to who objects from outside the case (CPL 236, 238): what they are told beside the ruling that the registry serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import Text
from odr.judgment.enforcement_remedies.objections.models import EnforcementObjection
from odr.service.notices_to_appear import call_in

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def tell_outsider(sitting: Sitting, case: Case, row: EnforcementObjection, words: Text) -> None:
    """Send a line to who is no party, where an address for it is known. It is no service: that is the registry's."""
    if row.outsider and row.email:
        call_in(
            sitting,
            case,
            subject=row.reference,
            name=row.outsider,
            email=row.email,
            own=False,
            title=words,
            due_at=None,
        )
