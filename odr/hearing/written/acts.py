"""Acts on a hearing in writing or by recorded video: application, everybody's consent, the judge's ruling (OLR 20(2)).

Exchange of evidence and questions may go in writing on every track by consent. A judgment rests on a hearing in
writing only where every condition of the article holds, and each is recorded by the judge with its ground.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import model_validator

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.docket.queries import parties
from odr.evidence.models import Exhibit
from odr.filing.claim.queries import facts_of
from odr.filing.models import FactStance
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks, names
from odr.hearing.examination import phases
from odr.hearing.examination.acts import the_examination
from odr.hearing.inputs import ANSWERS, Reasons
from odr.hearing.models import Examination, WrittenHearing
from odr.hearing.queries import disputed_exhibits, examination_of, written_hearing_of
from odr.hearing.vocabulary import Mode, RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.papers.rulings import STANDS
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

STANDING = (RequestState.ASKED, RequestState.GRANTED)


def standing(sitting: Sitting, case: Case) -> WrittenHearing | None:
    """The application that waits or was allowed."""
    found = written_hearing_of(sitting.session, case)
    return found if found is not None and found.state in STANDING else None


def _not_on_this_track(sitting: Sitting, case: Case) -> Text | None:
    rules = sitting.pack(case).written_hearings
    if rules is not None and case.track.value in rules.tracks:
        return None
    return T(
        "In this procedure there is a hearing with everybody at the same time; one in writing is open only in simple procedure and small claims."
    )


@guard("OLR 20")
def track_allows_it(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no hearing in writing can be applied for on this track, or none any more."""
    elsewhere = _not_on_this_track(sitting, case)
    if elsewhere is not None:
        return elsewhere
    if standing(sitting, case) is not None:
        return T("A hearing in writing has been applied for already.")
    examination = examination_of(sitting.session, case)
    if examination is not None and (examination.exchanged_at is not None or examination.hearing_closed_at is not None):
        return T("The exchange in writing is over, and a hearing with everybody at the same time follows.")
    return None


class WrittenHearingInput(CourtModel):
    """Why a party cannot come to a hearing with everybody at the same time."""

    difficulty: Annotated[
        str,
        CourtText(10, 2000),
        field(
            T("Why is it hard for you to attend at the same time as the others?"),
            T("For example: shifts at work, illness, another time zone. The judge decides on it."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Apply for a hearing in writing"),
    input=WrittenHearingInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=track_allows_it,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("The other side applies for a hearing in writing"),
        T(
            "Say on the page of the case whether you agree. Without the agreement of everybody there is a hearing with everybody at the same time, by video or in the courtroom, and a summons tells you when."
        ),
        names.APPLY_FOR_WRITTEN_HEARING,
    ),
    source=law("OLR 20"),
    seen_by=Audience.HEARING,
    topic=Topic.TAKING_PART,
    in_record=True,
    help=T("Every side then gives its arguments and last words by a day, each when it suits them, instead of meeting."),
)
def apply_for_written_hearing(
    sitting: Sitting, case: Case, given: WrittenHearingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Apply that the hearing itself, and not only the exchange before it, goes in writing; who applies agrees."""
    party = sitting.party_of(case, actor)
    row = WrittenHearing(
        case_id=case.id,
        party_id=party.id,
        difficulty=given.difficulty,
        agreed=[party.id],
        refused=[],
        state=RequestState.ASKED,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(T("%(party)s applies for a hearing in writing", party=party.name), {"application": row.reference})


@guard("OLR 20")
def one_is_asked_for(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no application to answer."""
    return None if standing(sitting, case) is not None else T("Nobody has applied for a hearing in writing.")


class AnswerInput(CourtModel):
    """Whether a party agrees to a hearing in writing."""

    agrees: Annotated[
        Literal["yes", "no"],
        field(
            T("Do you agree to a hearing in writing?"),
            T("You can take it back in good time before it begins."),
            options={"yes": T("Yes"), "no": T("No, I would rather be heard with everybody at the same time")},
        ),
    ]
    words: Annotated[str | None, CourtText(0, 1000), field(T("Why, if you want to say"), widget="textarea")] = None


@act(
    title=T("Say whether you agree to a hearing in writing"),
    input=AnswerInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=one_is_asked_for,
    source=law("OLR 4, 5, 20"),
    seen_by=Audience.HEARING,
    topic=Topic.TAKING_PART,
    in_record=True,
)
def answer_written_hearing(
    sitting: Sitting, case: Case, given: AnswerInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Agree, or not, or take it back. Taken back after it was allowed, the next step waits for the judge (OLR 5)."""
    party = sitting.party_of(case, actor)
    row = standing(sitting, case)
    if row is None:
        raise ActNotOpen(T("Nobody has applied for a hearing in writing."))
    agrees = given.agrees == "yes"
    row.agreed = [*(p for p in row.agreed if p != party.id), *([party.id] if agrees else [])]
    row.refused = [*(p for p in row.refused if p != party.id), *([] if agrees else [party.id])]
    examination = examination_of(sitting.session, case)
    if row.state is RequestState.GRANTED and examination is not None and examination.closed_at is None:
        if agrees:
            phases.doubt_over(sitting, case, examination, now, party)
        else:
            phases.doubt(sitting, case, examination, party)
    words = (
        T("%(party)s agrees to a hearing in writing", party=party.name)
        if agrees
        else T("%(party)s does not agree to a hearing in writing", party=party.name)
    )
    return Recorded(words, {"application": row.reference, "agrees": agrees})


@guard("OLR 20")
def one_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no application to rule on."""
    row = standing(sitting, case)
    if row is None or row.state is not RequestState.ASKED:
        return T("No application for a hearing in writing is waiting for you.")
    return None


class WrittenHearingRuling(CourtModel):
    """The judge's ruling, with the ground of each condition."""

    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    difficulty: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("Why is it really hard for the parties to attend at the same time?"),
            T("Fill this in if you allow it [OLR 20]."),
            widget="textarea",
        ),
    ] = None
    undisputed: Annotated[
        str | None,
        CourtText(0, 4000),
        field(
            T("Why is there no dispute on the main facts and evidence after the exchange?"),
            T(
                "Fill this in if you allow it. Of everything that is denied or disputed on file, say why it does not touch the main facts or evidence."
            ),
            widget="textarea",
        ),
    ] = None
    reasons: Reasons

    @model_validator(mode="after")
    def _every_condition_has_its_ground(self) -> WrittenHearingRuling:
        if self.answer == "allow":
            for name in ("difficulty", "undisputed"):
                if not (getattr(self, name) or "").strip():
                    raise InvalidInput.at(name, T("Each condition is recorded with its ground [OLR 20]."))
        return self


ALLOWED = {
    "allow": T("The hearing is held in writing."),
    "refuse": T("The case is heard with everybody at the same time."),
}


@act(
    title=T("Rule on a hearing in writing"),
    input=WrittenHearingRuling,
    by={Role.JUDGE},
    at={Stage.HEARING},
    guard=one_waits,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Decision on a hearing in writing"),
        T(
            "If it is allowed, a letter names the day when it is your turn. If it is refused, a summons tells you when and how the case is heard."
        ),
    ),
    paper=RulingForm(T("A hearing in writing"), STANDS, words=ALLOWED, is_decision=True),
    source=law("OLR 20"),
    seen_by=Audience.HEARING,
    desk=desks.WRITTEN_HEARING,
    topic=Topic.HEARING,
    in_record=True,
)
def rule_on_written_hearing(
    sitting: Sitting, case: Case, given: WrittenHearingRuling, *, actor: Actor, now: datetime
) -> Recorded:
    """Allow a hearing in writing where every condition holds, each with its ground, or refuse it (OLR 20(2)).

    Raises ActNotOpen, with what is missing, where one does not hold.
    """
    row, examination = standing(sitting, case), the_examination(sitting, case)
    if row is None or row.state is not RequestState.ASKED:
        raise ActNotOpen(T("This is decided already."))
    row.why, row.decided_by = given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.WRITTEN_HEARING)
    if given.answer == "allow":
        _require_conditions(sitting, case, row, examination)
        row.state = RequestState.GRANTED
        row.found_difficult, row.found_undisputed = given.difficulty, given.undisputed
    else:
        row.state = RequestState.REFUSED
    if examination.exchanged_at is not None and examination.mode is Mode.ASYNCHRONOUS:
        phases.go_on(sitting, case, examination, None, now)
    result = {"application": row.reference, "answer": given.answer, "disputed": disputed_on_file(sitting, case)}
    words = (
        T("A hearing in writing is allowed") if given.answer == "allow" else T("A hearing in writing is not allowed")
    )
    return Recorded(words, result)


def _require_conditions(sitting: Sitting, case: Case, row: WrittenHearing, examination: Examination) -> None:
    source = sitting.pack(case).cited("OLR 20")
    elsewhere = _not_on_this_track(sitting, case)
    if elsewhere is not None:  # The case went over to ordinary procedure after somebody had applied.
        raise ActNotOpen(elsewhere, T("Refuse it, and hear the case with everybody at the same time."), source)
    missing = next((p for p in parties(case) if p.id not in row.agreed), None)
    if missing is not None:
        raise ActNotOpen(
            T("%(name)s has not agreed to a hearing in writing.", name=missing.name),
            T("Ask for the agreement, or hear the case with everybody at the same time."),
            source,
        )
    if examination.mode is not Mode.ASYNCHRONOUS or not _exchanged(examination):
        raise ActNotOpen(
            T("The evidence has not been exchanged online yet, so it is not known what is in dispute."),
            T("Rule on it when the exchange is over."),
            source,
        )


def _exchanged(examination: Examination) -> bool:
    return any(p.part == "exchange" for p in examination.phases) and all(
        p.is_over for p in examination.phases if p.part == "exchange"
    )


def disputed_on_file(sitting: Sitting, case: Case) -> list[str]:
    """Exhibits somebody disputes and facts somebody denies, by their labels: the ruling is read beside them."""
    exhibits: list[Exhibit] = disputed_exhibits(sitting.session, case)
    denied = [
        str(view.fact.number)
        for view in facts_of(sitting.session, case)
        if any(a.stance in (FactStance.DENIED, FactStance.PARTLY) for a in view.answers)
    ]
    return [*(e.label for e in exhibits), *denied]
