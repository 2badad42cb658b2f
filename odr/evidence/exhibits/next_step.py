"""What the time for evidence asks of its party, in the words of the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, false, select

from odr.docket.models import Case
from odr.evidence import time_limits
from odr.evidence.exhibits.facts_of_exhibits import STANDING
from odr.evidence.models import Exhibit
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.hooks import StepWords
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


_MINE = (
    select(Exhibit.id)
    .where(
        Exhibit.case_id == bindparam("case"),
        Exhibit.party_id == bindparam("party"),
        Exhibit.of_court.is_(false()),
        Exhibit.state.in_(STANDING),
    )
    .limit(1)
)


def bring_evidence(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """To bring evidence, or only what one still has: who has brought some has not failed to."""
    if window.kind != time_limits.EVIDENCE or window.party_id != actor.party_id:
        return None
    has_some = sitting.session.scalar(_MINE, {"case": case.id, "party": actor.party_id}) is not None
    return StepWords(T("Bring the evidence you still have, if any") if has_some else T("Bring your evidence"))
