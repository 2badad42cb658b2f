"""The act by which a party chooses the steps in which they take part online (OLR 4, 5)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import model_validator

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.hearing import desks
from odr.hearing.mode.consent_effects import back_to_video, left_the_video
from odr.hearing.mode.consents import Step, note_step, stands
from odr.identity.actors import Actor
from odr.procedure.acts.events import StepsChosen
from odr.procedure.acts.table import Everyone, Recorded, Topic, act
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OFFLINE_STEP = "offline_step"
WAYS = {"online": T("Online"), "offline": T("In person, or on paper")}
Way = Literal["online", "offline"]


class StepsInput(CourtModel):
    """What a party says to each step; what is left out stays as it is."""

    filing: Annotated[Way | None, field(Step.FILING.label, options=WAYS, widget="radios")] = None
    mediation: Annotated[Way | None, field(Step.MEDIATION.label, options=WAYS, widget="radios")] = None
    evidence: Annotated[Way | None, field(Step.EVIDENCE.label, options=WAYS, widget="radios")] = None
    questioning: Annotated[Way | None, field(Step.QUESTIONING.label, options=WAYS, widget="radios")] = None
    hearing: Annotated[Way | None, field(Step.HEARING.label, options=WAYS, widget="radios")] = None
    words: Annotated[
        str | None, CourtText(0, 1000), field(T("Why, if you no longer take part online"), widget="textarea")
    ] = None

    @model_validator(mode="after")
    def _says_something(self) -> StepsInput:
        if not self.said:
            raise InvalidInput.at("filing", T("Choose for at least one step."))
        return self

    @property
    def said(self) -> dict[Step, bool]:
        """The steps that were chosen."""
        return {step: value == "online" for step in Step if (value := getattr(self, step.value)) is not None}


@act(
    title=T("Say in which steps you take part online"),
    input=StepsInput,
    by=set(PARTY_ROLES),
    at={Stage.LODGED, Stage.RETURNED, Stage.PENDING, Stage.HEARING},
    while_stayed=True,
    serves=Everyone.NOBODY,
    seen_by=Audience.PARTIES_AND_COURT,
    before_identity=True,
    source=law("OLR 4, 5"),
    desk=desks.OFFLINE_STEP,
    topic=Topic.TAKING_PART,
    in_record=False,
    help=T(
        "Step by step: what you agree to for one is not taken for another. You can change it in good time before the step."
    ),
)
def choose_steps(sitting: Sitting, case: Case, given: StepsInput, *, actor: Actor, now: datetime) -> Recorded:
    """Write into the ledger for which steps a party takes part online or no longer (OLR 4); the others go on as they
    chose (OLR 4(3)).

    Who goes over to paper keeps everything they did online (OLR 21); the registry
    prepares for them, and where a hearing runs the judge looks whether it is in good time (OLR 5).
    """
    party = sitting.party_of(case, actor)
    before = stands(sitting.session, party)
    changed = {step: online for step, online in given.said.items() if before.get(step) is not online}
    if not changed:
        raise InvalidInput.at("filing", T("This is what the ledger says already."))
    for step, online in changed.items():
        note_step(sitting, case, party, step, online)
    if Step.HEARING in changed:
        (back_to_video if changed[Step.HEARING] else left_the_video)(sitting, case, party)
    sitting.announce(StepsChosen(case, party, {step.value: online for step, online in changed.items()}))
    leaving = [step for step, online in changed.items() if not online]
    sitting.close_tasks(case, desks.OFFLINE_STEP, party.reference)
    if leaving:
        desk = Role.JUDGE if case.stage is Stage.HEARING else Role.CLERK
        title = T(
            "%(name)s does not take part online in %(count)s steps. Prepare for it, and take their papers at the counter.",
            name=party.name,
            count=len(leaving),
        )
        sitting.open_task(case, desk, desks.OFFLINE_STEP, title, risk=30, subject=party.reference)
    words = T(
        "%(name)s takes part online in %(online)s steps more, and in person in %(offline)s",
        name=party.name,
        online=len(changed) - len(leaving),
        offline=len(leaving),
    )
    return Recorded(words, {step.value: "online" if online else "offline" for step, online in changed.items()})
