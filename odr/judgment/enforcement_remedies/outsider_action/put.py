"""What happens in an outsider's action and is to stand on the docket of the attacked case is put there by the worker (CPI 291, 297)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odr.docket.models import Case
from odr.filing.claim.outsider_action.models import OutsiderAction
from odr.filing.parties.kept_outside import put_on_dockets
from odr.identity.actors import CLOCK_ACTOR
from odr.judgment import names
from odr.judgment.enforcement_remedies.outsider_action.inputs import HaltForActionInput, RecordOutsiderActionInput

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


def put_actions(court: Court, limit: int = 50) -> int:
    """The worker's step: tell the parties of a decision of the action against it, and let its enforcement stand still where a judge
    ruled so. Gives how many.
    """
    return put_on_dockets(
        court, OutsiderAction, _put, "an outsider's action could not be put on the docket it is about", limit
    )


def _put(sitting: Sitting, row: OutsiderAction, given: dict[str, Any]) -> None:
    case = sitting.session.get_one(Case, row.attacked_id, with_for_update=True)
    if "halt" in given:
        halted = HaltForActionInput(action=row.reference, reasons=given["halt"])
        sitting.perform(names.HALT_FOR_ACTION, case, halted, actor=CLOCK_ACTOR)
        return
    told = RecordOutsiderActionInput.model_validate({**given, "action": row.reference})
    sitting.perform(names.RECORD_OUTSIDER_ACTION, case, told, actor=CLOCK_ACTOR)
