"""Reading, correcting and signing the record (CPL 150)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.ground.errors import CaseMovedOn, InvalidInput
from odr.ground.text import T, Text
from odr.hearing import desks, names
from odr.hearing.examination import phases
from odr.hearing.examination.plan import RECORD
from odr.hearing.inputs import ANSWERS, Reasons
from odr.hearing.live.transcript.reading import Said, sentence_named
from odr.hearing.models import Phase, RecordCorrection, RecordSignature
from odr.hearing.queries import asked_for, examination_of, is_asked, row_named, undecided
from odr.hearing.record.papers import record_digest, signatures_of
from odr.hearing.vocabulary import PhaseState, RequestState
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.papers.rulings import ASKED, WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def record_phase(sitting: Sitting, case: Case) -> Phase | None:
    """The record phase that runs."""
    examination = examination_of(sitting.session, case)
    phase = examination.current if examination else None
    return phase if phase is not None and phase.key == RECORD and phase.state is PhaseState.OPEN else None


@guard("CPL 150")
def record_is_read(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the record is not signed now."""
    return (
        None
        if record_phase(sitting, case) is not None
        else T("The record is read and signed at the end of the examination.")
    )


@guard("COURT once")
def not_signed_yet(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a party does not sign again."""
    signed = any(one.party_id == actor.party_id for one in signatures_of(sitting, case))
    return T("You have signed the record, or said why you do not.") if signed else None


def _put_down(
    sitting: Sitting, case: Case, actor: Actor, signed: bool, digest: str, words: str | None, now: datetime
) -> str:
    party = sitting.party_of(case, actor)
    sitting.session.add(
        RecordSignature(
            case_id=case.id,
            party_id=party.id,
            signed=signed,
            digest=digest,
            words=words,
            entry_number=sitting.next_number(case),
            at=now,
        )
    )
    phases.done(sitting, case, phases.turn_duty(sitting, record_phase(sitting, case), party.id))
    return party.name


class SignInput(CourtModel):
    """Signing the record that stands under a digest."""

    digest: Annotated[
        str, CourtText(64, 64, one_line=True), field(T("Digest of the record you have read"), widget="hidden")
    ]


@act(
    title=T("Sign the record"),
    input=SignInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(record_is_read, not_signed_yet),
    strong=True,
    source=law("CPL 150", "OLR 33, 34"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=False,
    page="hearing.record",
)
def sign_record(sitting: Sitting, case: Case, given: SignInput, *, actor: Actor, now: datetime) -> Recorded:
    """Sign the record that was read: the digest on the page must be the record's digest now (CPL 150)."""
    digest = record_digest(sitting, case)
    if given.digest != digest:
        raise CaseMovedOn(T("The record has grown since you opened it."), T("Read what is new, then sign."))
    name = _put_down(sitting, case, actor, True, digest, None, now)
    return Recorded(T("%(party)s signed the record", party=name), {"digest": digest})


class RefuseSignatureInput(CourtModel):
    """Not signing; it is noted with the reason (CPL 150)."""

    reasons: Reasons


@act(
    title=T("Refuse to sign the record"),
    input=RefuseSignatureInput,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=(record_is_read, not_signed_yet),
    source=law("CPL 150"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=False,
)
def refuse_record(
    sitting: Sitting, case: Case, given: RefuseSignatureInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Not sign; the record stands and the refusal is noted in it (CPL 150)."""
    name = _put_down(sitting, case, actor, False, record_digest(sitting, case), given.reasons, now)
    return Recorded(T("%(party)s refused to sign the record", party=name), {"reasons": given.reasons})


class CorrectionInput(CourtModel):
    """A correction of the record (CPL 150)."""

    place: Annotated[str, CourtText(1, 200), field(T("Where in the record"), T("For example: entry 21."))]
    words: Annotated[
        str, CourtText(3, 2000), field(T("What is missing or wrong, and how it should read"), widget="textarea")
    ]
    sentence: Annotated[
        str | None, CourtText(0, 80, one_line=True), field(T("Sentence of what was said"), widget="hidden")
    ] = None


@upcast(names.CORRECT_RECORD, from_version=1)
def _nowhere_beside(given: dict[str, Any]) -> dict[str, Any]:
    """At first a place was named in words alone."""
    return {**given, "sentence": None}


@act(
    title=T("Ask for a correction of the record"),
    input=CorrectionInput,
    version=2,
    by=set(PARTY_ROLES),
    at={Stage.HEARING},
    guard=record_is_read,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party asks for a correction of the record"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPL 150"),
    seen_by=Audience.HEARING,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=False,
)
def correct_record(sitting: Sitting, case: Case, given: CorrectionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask for a correction; the record shows what was asked and what became of it, and is never overwritten."""
    party = sitting.party_of(case, actor)
    one = None
    if given.sentence:
        one = sentence_named(sitting.court, sitting.session, case, given.sentence)
        if one is None:
            raise InvalidInput.at("sentence", T("The text in the record has no such sentence."))
    correction = RecordCorrection(
        case_id=case.id,
        party_id=party.id,
        place=given.place,
        words=given.words,
        state=RequestState.ASKED,
        entry_number=sitting.next_number(case),
        sentence=one.name if one is not None else None,
    )
    sitting.session.add(correction)
    sitting.session.flush()
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.CORRECTION,
        T("%(party)s asks for a correction of the record.", party=party.name),
        risk=25,
        subject=correction.reference,
    )
    return Recorded(
        T("%(party)s asked for a correction of the record", party=party.name),
        {"correction": correction.reference} | ({"sentence": _as_it_stood(one)} if one is not None else {}),
    )


def _as_it_stood(one: Said) -> dict[str, Any]:
    """The sentence as the entry keeps it: what it is about stays readable when the draft is gone with the recording."""
    return {
        "name": one.name,
        "speaker": one.person.name,
        "at": one.at.isoformat(),
        "begin_ms": one.start_ms,
        "heard": one.heard,
        "reads": one.words,
    }


@guard("CPL 150")
def correction_was_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no correction to rule on."""
    return None if is_asked(sitting, case, RecordCorrection) else T("Nobody asks for a correction of the record.")


@resolver("correction")
def find_correction(sitting: Sitting, case: Case, actor: Actor, reference: str) -> RecordCorrection | None:
    """A correction asked for."""
    return row_named(sitting, case, RecordCorrection, reference)


@choice_source("corrections")
def corrections(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Corrections of the record that wait for a ruling."""
    rows = asked_for(sitting, case, RecordCorrection)
    return [Option(c.reference, c.place, c.words) for c in rows]


class CorrectionRulingInput(CourtModel):
    """The judge's word on a correction."""

    correction: Annotated[str, RefTo("correction"), field(T("Correction"), choices="corrections")]
    answer: Annotated[Literal["allow", "refuse"], field(T("Result of the ruling"), options=ANSWERS)]
    reasons: Reasons
    reads: Annotated[
        str | None,
        CourtText(0, 2000),
        field(
            T("How the sentence reads from now on"),
            T("Only for a sentence of what was said. Left empty, it reads as it was proposed."),
            widget="textarea",
        ),
    ] = None


@upcast(names.RULE_ON_CORRECTION, from_version=1)
def _as_proposed(given: dict[str, Any]) -> dict[str, Any]:
    """At first a sentence could only read as it was proposed."""
    return {**given, "reads": None}


@act(
    title=T("Rule on a correction of the record"),
    input=CorrectionRulingInput,
    version=2,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=correction_was_asked,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on a correction of the record"),
        T(
            "There is nothing you have to do. The ruling says what was decided and why, and what can be done by whoever disagrees."
        ),
    ),
    paper=RulingForm(T("Correction of the record"), WITH_THE_JUDGMENT, words=ASKED),
    source=law("CPL 150"),
    seen_by=Audience.HEARING,
    desk=desks.CORRECTION,
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.HEARING,
    in_record=False,
)
def rule_on_correction(
    sitting: Sitting, case: Case, given: CorrectionRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Make a correction, or note why it is not made (CPL 150). A sentence of what was said reads by it from now on; what it read
    before is kept beside it, in every version.
    """
    correction: RecordCorrection = undecided(sitting.resolved("correction", given.correction))
    granted = given.answer == "allow"
    if given.reads and (not granted or correction.sentence is None):
        raise InvalidInput.at("reads", T("Leave this empty: no sentence of what was said changes by this ruling."))
    if granted and correction.sentence is not None:
        correction.reads = given.reads or correction.words
    correction.state = RequestState.GRANTED if granted else RequestState.REFUSED
    correction.why, correction.decided_by = given.reasons, sitting.next_number(case)
    sitting.close_tasks(case, desks.CORRECTION, correction.reference)
    words = (
        T("Correction of the record made: %(place)s", place=correction.place)
        if granted
        else T("Correction of the record not made: %(place)s", place=correction.place)
    )
    if correction.reads is not None and given.reads:
        words = T(
            "Correction of the record made: %(place)s. It reads: %(words)s",
            place=correction.place,
            words=correction.reads,
        )
    ruled = {"correction": correction.reference, "reasons": given.reasons}
    if correction.reads is not None:
        ruled |= {"sentence": str(correction.sentence), "reads": correction.reads}
    return Recorded(words, ruled)
