"""What the committee holds up: no decision is signed or given while the case lies before it. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment.meetings.models import Body
from odr.judgment.meetings.queries import RUNS, meetings_of
from odr.procedure.acts.table import guard

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("COL 5, 12, 13")
def the_committee_is_waited_for(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The panel carries out what the committee decides, so it decides nothing while the case lies there. The judges'
    professional meeting advises and holds up nothing.
    """
    runs = any(one.body is Body.COMMITTEE for one in meetings_of(sitting.session, case, *RUNS))
    return (
        T(
            "The case is put before the adjudication committee. It is decided once the minutes are signed, or the request is declined or taken back."
        )
        if runs
        else None
    )
