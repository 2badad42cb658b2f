"""What keeps a recording although its time is over: an appeal, an enforcement, or a volume that is not handed on (OLR 35)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.ground.text import T, Text
from odr.hearing.names import ERASE_RECORDING
from odr.identity.actors import Actor
from odr.judgment.models import AppealPetition, EnforcementCase
from odr.judgment.vocabulary import AppealState, EnforcementState
from odr.procedure.acts.table import Act, bar
from odr.register.volume.models import VolumeState
from odr.register.volume.queries import volumes_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

APPEAL_OPEN = (AppealState.FILED, AppealState.ANSWERED, AppealState.SENT)
ENFORCED = (EnforcementState.OPEN, EnforcementState.SETTLED, EnforcementState.FOR_NOW)
"""Enforcements that go on, or may go on again."""


@bar("REC 5", "OLR 35", "COURT retention")
def recording_is_needed(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why no recording is erased, whatever its time: something of the case goes on that may need it."""
    if act.name != ERASE_RECORDING or case.closed_at is None:
        return None  # while the case goes on, the act itself says that it is kept
    session = sitting.session
    appeal = select(AppealPetition.id).where(AppealPetition.case_id == case.id, AppealPetition.state.in_(APPEAL_OPEN))
    if session.scalar(appeal.limit(1)) is not None:
        return T("An appeal in this case is not decided: its recordings are kept.")
    running = select(EnforcementCase.id).where(EnforcementCase.case_id == case.id, EnforcementCase.state.in_(ENFORCED))
    if session.scalar(running.limit(1)) is not None:
        return T("An enforcement of this case goes on, or may go on again: its recordings are kept.")
    newest = next(iter(volumes_of(session, case)), None)
    if newest is None or newest.state is not VolumeState.HANDED_ON:
        return T("The volume of this case is not handed to the archive yet: its recordings are kept.")
    return None
