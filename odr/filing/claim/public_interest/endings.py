"""What cannot be done in an action in the public interest: nobody in it disposes of what is theirs (CPI 233, 286–288)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Role, Stage
from odr.filing import names
from odr.filing.claim.progress import debate_is_open
from odr.filing.claim.public_interest.queries import public_interest_of
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act, bar

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_TAKEN = {
    names.FILE_COUNTERCLAIM: T(
        "No counterclaim is brought in an action in the public interest: whoever sues has no right of their own in it. Bring a claim of your own."
    ),
    names.FILE_THIRD_PARTY_CLAIM: T(
        "Nothing of one’s own is claimed in an action in the public interest. Bring a claim of your own; this case does not stand in its way."
    ),
    names.ANNOUNCE_REGISTRATION: T(
        "Nobody registers a claim of their own in an action in the public interest: whoever was harmed sues on their own."
    ),
}
"""Claims that somebody brings for themselves, and why they are not heard here."""


@bar("CPI 233, 286")
def nothing_of_ones_own(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why no counterclaim and no claim of one's own is brought in an action in the public interest."""
    why = NOT_TAKEN.get(act.name)
    return why if why is not None and public_interest_of(sitting, case) is not None else None


@bar("CPI 288")
def not_withdrawn_after_the_debate(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why whoever brought an action in the public interest does not withdraw it any more: the debate has ended."""
    if act.name != names.WITHDRAW_CLAIM or actor.role is not Role.CLAIMANT:
        return None
    if case.stage in (Stage.LODGED, Stage.RETURNED) or public_interest_of(sitting, case) is None:
        return None
    if debate_is_open(sitting, case):
        return None
    return T("The debate has ended: an action in the public interest is not withdrawn any more.")
