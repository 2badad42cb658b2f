"""That somebody is asked whether the hearing may go in writing, told in the box of a case. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import T
from odr.hearing import names
from odr.hearing.vocabulary import RequestState
from odr.hearing.written.acts import standing
from odr.identity.actors import Actor
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.hooks import Owed

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def asked_about_writing(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """To say whether one agrees to a hearing in writing (OLR 20): it has no day, so what has one comes first."""
    asked = standing(sitting, case)
    if asked is None or asked.state is not RequestState.ASKED or actor.party_id is None:
        return None
    if actor.party_id in (*asked.agreed, *asked.refused):
        return None
    mine = (window for window in sitting.windows(case) if window.party_id == actor.party_id)
    if any(TIME_LIMITS[window.kind].nature is Nature.DUTY for window in mine):
        return None
    return Owed(
        T("Next for you: say whether you agree to a hearing in writing"),
        True,
        act=names.ANSWER_WRITTEN_HEARING,
        otherwise=T(
            "Without everybody’s agreement there is a hearing with everybody at the same time, and a summons tells you when."
        ),
    )
