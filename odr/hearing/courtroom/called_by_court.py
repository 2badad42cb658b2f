"""A witness whom the court calls without being asked (EV 69; CPI 96, 117)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Audience, Case, Role, Stage
from odr.evidence.inspections.models import OwnGround
from odr.ground.text import T
from odr.hearing.courtroom.calling_witnesses import call_to_fixed
from odr.hearing.courtroom.seating import seat
from odr.hearing.examination.acts import the_hearing_goes_on
from odr.hearing.inputs import Reasons
from odr.hearing.models import Witness
from odr.hearing.vocabulary import RequestState, TestimonyManner
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act
from odr.procedure.forms.inputs import CourtEmail, CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class CallWitnessInput(CourtModel):
    """Whom the court calls of its own motion, on which of the five grounds (EV 69; CPI 96)."""

    ground: Annotated[
        Literal["public_interest", "status", "public_action", "collusion", "procedure"],
        field(
            T("Why may the court do so without being asked?"),
            options={one.value: one.label for one in OwnGround if one is not OwnGround.BROUGHT},
            widget="radios",
        ),
    ]
    name: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name"))]
    email: Annotated[str, CourtEmail(), field(T("E-mail address"))]
    about: Annotated[str, CourtText(5, 1000), field(T("What are they to be asked about?"), widget="textarea")]
    reasons: Reasons


@act(
    title=T("Call a witness of the court’s own motion"),
    input=CallWitnessInput,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING},
    guard=the_hearing_goes_on,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The court calls a witness"),
        T(
            "There is nothing you have to do now. You may put questions to the witness in the hearing. The court advances what it costs them to come; whoever loses bears it in the end."
        ),
    ),
    source=law("EV 69, 70", "CPI 96, 117", "CPL 77"),
    seen_by=Audience.HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def call_witness(sitting: Sitting, case: Case, given: CallWitnessInput, *, actor: Actor, now: datetime) -> Recorded:
    """Call somebody whom no party named, where the court has to look into it by itself (EV 69; CPI 96); they are heard in
    person, and told where a hearing is fixed.
    """
    witness = Witness(
        case_id=case.id,
        role=Role.WITNESS,
        name=given.name,
        email=given.email,
        called_by=None,
        about=given.about,
        manner=TestimonyManner.LIVE,
        ground=None,
        state=RequestState.GRANTED,
        why=given.reasons,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(witness)
    sitting.session.flush()
    seat(sitting, case, witness, witness.role, needed=False)
    call_to_fixed(sitting, case, witness)
    facts = {"witness": witness.reference, "ground": given.ground, "reasons": given.reasons}
    return Recorded(T("The court calls %(name)s as a witness", name=witness.name), facts)
