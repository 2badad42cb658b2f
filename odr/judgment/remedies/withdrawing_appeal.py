"""A party takes their appeal back before the file has gone up, and may appeal again while their time runs (CPL 171, 180)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import PARTY_ROLES, Case, Stage
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment.enforcement.effect import APPEAL
from odr.judgment.models import AppealPetition, Decision
from odr.judgment.queries import decisions_of, petitions_of
from odr.judgment.remedies.appeal import APPEALABLE, LIVE, end_petition, without_appeal
from odr.judgment.vocabulary import AppealOutcome, AppealState
from odr.procedure.acts.events import AppealDecided
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

HERE = (AppealState.FILED, AppealState.ANSWERED)
"""States of an appeal whose file is still at this court; once it has gone up, the higher court rules (CPL 180)."""


def _mine(sitting: Sitting, case: Case, actor: Actor) -> list[AppealPetition]:
    return [p for p in petitions_of(sitting.session, case, *HERE) if p.party_id == actor.party_id]


@guard("CPL 180")
def own_appeal_is_here(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no appeal can be taken back here: there is none of theirs, or its file has gone up."""
    if _mine(sitting, case, actor):
        return None
    if any(p.party_id == actor.party_id for p in petitions_of(sitting.session, case, *LIVE)):
        return T("The file has gone to the higher court. Ask that court for leave to take the appeal back.")
    return T("You have no appeal that could be taken back.")


@choice_source("own_appeals")
def own_appeals(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """The actor's own appeals whose file is still here."""
    return [Option(p.reference, T("Your appeal"), p.asks) for p in _mine(sitting, case, actor)]


class WithdrawAppealInput(CourtModel):
    """Which appeal is taken back."""

    appeal: Annotated[str, CourtText(1, 40, one_line=True), field(T("Appeal"), choices="own_appeals")]


@act(
    title=T("Take your appeal back"),
    input=WithdrawAppealInput,
    by=set(PARTY_ROLES),
    at=APPEALABLE,
    to={Stage.PRONOUNCED},
    guard=own_appeal_is_here,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("An appeal was taken back"),
        T(
            "There is nothing you have to do. As long as the time to appeal runs, it may be appealed again; after that the judgment takes effect if nobody else has appealed."
        ),
    ),
    source=law("CPL 171, 180", "FEE 15"),
    topic=Topic.DECISION,
    in_record=False,
    help=T("Until the file goes to the higher court. While your time to appeal runs you may appeal again."),
)
def withdraw_appeal(
    sitting: Sitting, case: Case, given: WithdrawAppealInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Take an own appeal back before its file goes up: half its fee goes back, and what is left of the time to appeal
    runs on (CPL 171, 180; FEE 15). Raises InvalidInput for another's.
    """
    petition = next((p for p in _mine(sitting, case, actor) if p.reference == given.appeal), None)
    if petition is None:
        raise InvalidInput.at("appeal", T("Choose one of those listed."))
    me = sitting.party_of(case, actor)
    end_petition(sitting, case, petition, AppealState.WITHDRAWN, AppealOutcome.WITHDRAWN)
    decision = next(d for d in decisions_of(sitting.session, case) if d.id == petition.decision_id)
    runs_on = _time_runs_on(sitting, case, petition, decision)
    sitting.announce(AppealDecided(case, AppealOutcome.WITHDRAWN.value, me))
    sitting.session.flush()
    without_appeal(sitting, case, decision)
    return Recorded(
        T("%(name)s took their appeal back", name=me.name), {"appeal": petition.reference, "again": runs_on}
    )


def _time_runs_on(sitting: Sitting, case: Case, petition: AppealPetition, decision: Decision) -> bool:
    """Whether the party may appeal again: the time they met by this appeal is open to them until its last day."""
    party = case.party(petition.party_id)
    found = sitting.windows(case, APPEAL, party=party, state=WindowState.MET, subject=decision.reference)
    for window in found:
        if window.due_at is not None and window.due_at >= sitting.now:
            window.state, window.closed_by = WindowState.OPEN, None
            return True
    return False
