"""Finding actions of outsiders, by their own case and by the case whose decision they attack. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.filing.claim.outsider_action.models import OutsiderAction
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import guard

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

_OF = select(OutsiderAction).where(OutsiderAction.case_id == bindparam("case"))
_AGAINST = select(OutsiderAction).where(OutsiderAction.attacked_id == bindparam("case")).order_by(OutsiderAction.id)


@remembered
def outsider_action_of(session: Session, case: Case) -> OutsiderAction | None:
    """Which decision in effect the claim of a case attacks; None for every other claim."""
    return session.scalar(_OF, {"case": case.id})


@remembered
def actions_against(session: Session, case: Case) -> Sequence[OutsiderAction]:
    """Actions of outsiders against the decision of a case, in their order."""
    return session.scalars(_AGAINST, {"case": case.id}).all()


def waits_for_the_judge(session: Session, case: Case) -> bool:
    """Whether a judge has still to look whether an outsider's action is taken (CPI 291)."""
    row = outsider_action_of(session, case)
    return row is not None and row.taken_entry is None


@guard("CPI 291")
def a_judge_took_the_action(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the registry accepts nothing: the claim attacks a decision in effect, and a judge looks whether it is taken."""
    if not waits_for_the_judge(sitting.session, case):
        return None
    return T(
        "This claim attacks a decision in effect. A judge takes it or refuses it within [time outsider_action_review]."
    )
