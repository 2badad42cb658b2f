"""Mediation led by the judge of the case: only where the rules know it and everybody agrees (CPL 97; OMR 24)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import model_validator

from odr.docket.models import PARTY_ROLES, Audience, Case, Role
from odr.docket.queries import parties, seat
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law
from odr.settlement.mediation.acts import MEDIATION, Nothing, close_mediation, everybody_agreed
from odr.settlement.mediation.inputs import MediateInput
from odr.settlement.models import Mediation, MediationState, RoomMessage
from odr.settlement.offers.room_rules import OPEN_STAGES
from odr.settlement.queries import mediation_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

PAGE = "mediation.with_judge"


@guard("COURT known-steps", "COURT one-at-a-time")
def the_rules_know_it(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """A mode the pack switches on; and one mediation at a time."""
    rules = sitting.pack(case).mediation
    if rules is None or rules.judge_led is None:
        return T("By the rules of this case the judge does not mediate.")
    found = mediation_of(sitting.session, case)
    # What a judge led who has left the case since stands in nobody's way.
    waits = found is not None and (not found.judge_led or led_by_judge(sitting, case) is not None)
    return T("A mediation is already proposed or under way.") if waits else None


def led_by_judge(sitting: Sitting, case: Case) -> Mediation | None:
    """The mediation that the judge leads or offered to lead, as long as they are the judge of the case."""
    found = mediation_of(sitting.session, case)
    if found is None or not found.judge_led:
        return None
    taken = seat(sitting.session, case, Role.JUDGE)
    return found if taken is not None and taken.account_id == found.mediator_id else None


def _names(case: Case, mediation: Mediation) -> tuple[str, ...]:
    """Who reads what is said in it: the parties and this judge, nobody else of the court."""
    return (f"account/{mediation.mediator_id}", *(f"party/{p.id}" for p in parties(case)))


@act(
    title=T("Offer to mediate as judge"),
    input=MediateInput,
    by={Role.JUDGE},
    at=OPEN_STAGES,
    guard=the_rules_know_it,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judge offers to mediate"),
        T(
            "Say on the page of the case whether you agree; the same judge decides the case if no agreement comes about. Unless everybody agrees, there is no mediation and the case goes on."
        ),
    ),
    page=PAGE,
    source=law("CPL 96, 97", "OMR 5, 7"),
    topic=Topic.AGREEMENT,
    in_record=False,
)
def offer_to_mediate(sitting: Sitting, case: Case, given: MediateInput, *, actor: Actor, now: datetime) -> Recorded:
    """Offer the parties to mediate oneself; nothing begins unless everybody agrees, knowing that the same judge decides
    (CPL 96, 97).
    """
    assert actor.account_id is not None
    stale = mediation_of(sitting.session, case)
    if stale is not None:
        close_mediation(sitting, case, stale)
    row = Mediation(
        case_id=case.id,
        state=MediationState.PROPOSED,
        consents=[],
        choices={},
        mediator_id=actor.account_id,
        judge_led=True,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(T("The judge offers to mediate"), {"mediation": row.reference})


@guard("CPL 96", "OMR 4")
def it_is_offered(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There is an offer of the judge that this party has not answered."""
    found = led_by_judge(sitting, case)
    if found is None or found.state is not MediationState.PROPOSED:
        return T("The judge has not offered to mediate.")
    return T("You have already agreed that the judge mediates.") if actor.party_id in found.consents else None


class JudgeMediationInput(CourtModel):
    """Agreeing that the judge of the case mediates."""

    aware: Annotated[
        bool,
        field(
            T("I know that this judge decides the case if we do not agree"),
            T(
                "What you concede here to come to terms is not held against you [OMR 18], but the judge will have read it."
            ),
        ),
    ] = False

    @model_validator(mode="after")
    def _aware(self) -> JudgeMediationInput:
        if not self.aware:
            raise InvalidInput.at("aware", T("Tick this, or leave it: you need not agree."))
        return self


@act(
    title=T("Agree that the judge mediates"),
    input=JudgeMediationInput,
    by=set(PARTY_ROLES),
    at=OPEN_STAGES,
    guard=it_is_offered,
    special=True,
    page=PAGE,
    source=law("CPL 96", "OMR 4, 24"),
    topic=Topic.AGREEMENT,
    in_record=False,
)
def agree_judge_mediates(
    sitting: Sitting, case: Case, given: JudgeMediationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Agree, with open eyes; with the last agreement the time for mediation runs (OMR 24)."""
    me, found = sitting.party_of(case, actor), led_by_judge(sitting, case)
    assert found is not None
    found.consents = [*found.consents, me.id]
    if everybody_agreed(case, found):
        found.state = MediationState.RUNNING
        sitting.start_window(case, MEDIATION, start=now, subject=found.reference)
    return Recorded(
        T("%(name)s agrees that the judge mediates", name=me.name), {"runs": found.state is MediationState.RUNNING}
    )


@guard("OMR 4, 24")
def it_runs(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Everybody has agreed, and the time is not over."""
    found = led_by_judge(sitting, case)
    return None if found is not None and found.state is MediationState.RUNNING else T("The judge does not mediate now.")


class ToJudgeInput(CourtModel):
    """Something said to the judge who mediates."""

    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("Your words"), T("The judge who decides the case and the other side read this."), widget="textarea"),
    ]


@act(
    title=T("Say something to the judge who mediates"),
    input=ToJudgeInput,
    by=set(PARTY_ROLES) | {Role.JUDGE},
    at=OPEN_STAGES,
    guard=it_runs,
    seen_by=Audience.NAMED,
    page=PAGE,
    source=law("CPL 97", "OMR 18"),
    topic=Topic.AGREEMENT,
    in_record=False,
)
def say_to_judge(sitting: Sitting, case: Case, given: ToJudgeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Speak in the mediation that the judge leads: they and the parties read it, no clerk, no assistant, no later judge
    (OMR 18).
    """
    found = led_by_judge(sitting, case)
    assert found is not None
    sitting.session.add(
        RoomMessage(
            case_id=case.id,
            party_id=actor.party_id,
            speaker=actor.name,
            words=given.words,
            at=now,
            entry_number=sitting.next_number(case),
            mediation_id=found.id,
        )
    )
    return Recorded(T("%(name)s spoke in the mediation of the judge", name=actor.name), named=_names(case, found))


@guard("OMR 25")
def it_is_there(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There is something to end."""
    return None if led_by_judge(sitting, case) is not None else T("The judge has not offered to mediate.")


@act(
    title=T("End the mediation of the judge"),
    input=Nothing,
    by=set(PARTY_ROLES) | {Role.JUDGE},
    at=OPEN_STAGES,
    guard=it_is_there,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The judge does not mediate, or no longer"),
        T(
            "The case goes on; what is asked of you next comes by letter with its day. There is nothing else you have to do."
        ),
    ),
    page=PAGE,
    source=law("CPL 102", "OMR 21, 25"),
    topic=Topic.AGREEMENT,
    in_record=False,
)
def end_judge_mediation(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """End it, or decline the offer: by anybody at any time, without a reason; the trial goes on (OMR 25)."""
    found = led_by_judge(sitting, case)
    assert found is not None
    close_mediation(sitting, case, found)
    return Recorded(T("The judge does not mediate, or no longer"))
