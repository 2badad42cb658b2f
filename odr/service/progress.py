"""A party has another code made for looking up how far its case has come (PUB 7)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Audience, Case, Stage
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.rules.base import law
from odr.service.packet.progress_codes import make_code

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class NewCodeInput(CourtModel):
    """Nothing is asked: whoever wants another code need not say why."""


@guard("PUB 7", "COURT progress")
def nothing_to_look_up(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no code: letters bear one only when the case has a number."""
    return T("The case has no number yet, so there is no code for looking it up.") if case.number is None else None


@act(
    title=T("Make a new code for looking up the case"),
    help=T(
        "The code on your letters so far opens nothing any more. The new one stands on the page of your papers at once."
    ),
    input=NewCodeInput,
    by=set(PARTY_ROLES),
    at=set(Stage) - {Stage.LODGED, Stage.RETURNED},
    while_stayed=True,
    before_identity=True,
    source=law("PUB 7", "COURT progress"),
    guard=nothing_to_look_up,
    means={Milestone.OWN_AFFAIR},
    seen_by=Audience.OWN_SIDE_AND_COURT,
    topic=Topic.SERVICE,
    in_record=False,
)
def renew_progress_code(sitting: Sitting, case: Case, given: NewCodeInput, *, actor: Actor, now: datetime) -> Recorded:
    """End the code that stands on a party's letters, because somebody has it who should not, and make another. It is shown
    on the page of papers and stands on the next letter; the docket says that it was changed, never what it is.
    """
    party = sitting.party_of(case, actor)
    make_code(sitting, case.number or "", party)
    return Recorded(T("%(name)s has a new code for looking up how far the case has come", name=party.name))
