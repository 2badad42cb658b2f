"""Help with a fee that was asked for and not decided when the case ends: decided where something is due, else without object (FEE 48)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import Audience, Case, DocketEntry, Outcome, Party, Role, Stage
from odr.docket.visibility import named_among
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.payments import desks, names
from odr.payments.fee.relief import RELIEF_WINDOW, relief_of
from odr.payments.inputs import ReliefOverInput
from odr.payments.models import ReliefState
from odr.payments.refund.orders import unpaid_rows
from odr.procedure.acts.events import CaseClosed, SettlementReached
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, act
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def on_case_over(sitting: Sitting, event: CaseClosed | SettlementReached) -> None:
    """What is due of a fee is due all the same, and the request stays on its desk; where nothing is due, it ends and whoever asked is told."""
    case = event.case
    settled_again = isinstance(event, SettlementReached) and case.outcome is not Outcome.SETTLED
    if case.stage is not Stage.CLOSED or settled_again:  # Agreed and withdrawn, the case tells of its end itself.
        return
    owing = {row.party_id for row in unpaid_rows(sitting, case)}
    for row in relief_of(sitting, case, ReliefState.PENDING):
        if row.party_id not in owing:
            sitting.then(names.DROP_RELIEF, ReliefOverInput(request=row.reference))


def who_asked_in_vain(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Whoever asked for the help that an entry says is decided on no more."""
    return named_among(case.parties, entry)


@act(
    title=T("Help with the fee has no object any more"),
    input=ReliefOverInput,
    by={Role.CLOCK},
    at={Stage.CLOSED},
    listed=False,
    source=law("FEE 45–48"),
    serves=Everyone.CONCERNED,
    concerns=who_asked_in_vain,
    seen_by=Audience.OWN_SIDE_AND_COURT,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your request for help with the fee is no longer decided"),
        T("The case is over and nothing of its fee is due from you. There is nothing you have to do."),
    ),
    in_record=False,
)
def drop_relief(sitting: Sitting, case: Case, given: ReliefOverInput, *, actor: Actor, now: datetime) -> Recorded:
    """Record that a request for help ends with its case, because nothing is due that anybody could be helped with (FEE 48).

    Raises ActNotOpen where it was decided.
    """
    row = next((one for one in relief_of(sitting, case, ReliefState.PENDING) if one.reference == given.request), None)
    if row is None:
        raise ActNotOpen(T("This request was decided before."))
    row.state, row.decided_at = ReliefState.OVER, now
    sitting.close_windows(case, RELIEF_WINDOW, WindowState.ENDED, subject=row.reference)
    sitting.close_tasks(case, desks.FEE_RELIEF, row.reference)
    name = case.party(row.party_id).name
    named = (f"party/{row.party_id}", Role.JUDGE.value, Role.CLERK.value, Role.PRESIDENT.value, Role.ASSISTANT.value)
    words = T(
        "The case is over, and nothing is due: help with the fee is not decided on any more for %(name)s", name=name
    )
    return Recorded(words, {"request": row.reference}, Audience.NAMED, named)
