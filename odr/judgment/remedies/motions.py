"""Motions and the rulings on them (CPL 103–111, 153, 157)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from odr.docket.models import PARTY_ROLES, Audience, Case, Outcome, Party, Role, Stage
from odr.docket.visibility import side_and_court
from odr.filing import desks as filing_desks
from odr.filing.course.ending_rulings import APPEAL_DISMISSAL, ending_that_waits, wait_for_appeals
from odr.filing.course.time_limit_changes import go_on, halt
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T, words_of
from odr.identity.actors import Actor
from odr.judgment import desks, names as act_names
from odr.judgment.decision.papers import lines, ruling_paper
from odr.judgment.enforcement.beginning import not_enforced
from odr.judgment.enforcement.queries import enforced_in, goes_on_from, open_enforcement
from odr.judgment.models import Motion, Ruling
from odr.judgment.preservation.measures import (
    RUNNING,
    SECURED,
    URGENT,
    apply_for,
    refused_application,
    who_is_told,
)
from odr.judgment.preservation.reviews import after_ruling
from odr.judgment.queries import motions_of, next_ruling, party_labelled, petitions_of
from odr.judgment.remedies.absence import hear_again
from odr.judgment.vocabulary import PRESERVATIONS, AppealState, MotionKind, MotionState
from odr.procedure.acts.act_versions import upcast
from odr.procedure.acts.letter import LIMITS, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, Topic, act
from odr.procedure.acts.windows import waits_in_a_stay
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtMoney, CourtMoneyOrZero, CourtText, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.frame import keep_prepared, sealed_paper
from odr.procedure.papers.language import CaseLanguage
from odr.procedure.papers.rulings import is_appealable
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

ELSEWHERE = {
    MotionKind.SET_ASIDE: T("This has its own time and its own act, where the rules of the case know it."),
    MotionKind.PRESERVATION_REVIEW: T("A review is asked for within its own time, from the service of the ruling."),
    MotionKind.EVIDENCE_PRESERVATION: T(
        "Ask for this with “Ask for preservation of evidence”: the court needs to know who has it and how it is preserved."
    ),
    MotionKind.RETRIAL: T(
        "A retrial is asked for with “Apply for retrial”, once a decision is in effect: the court needs to know its grounds."
    ),
}
"""What is asked for by an act of its own."""

RULED_AFTERWARDS = frozenset({MotionKind.CORRECTION, MotionKind.OTHER})
"""What was asked for while the case went on and is not for its sake alone: it is ruled on although the case is over (CPL 157)."""


class MotionInput(CourtModel):
    """What a party asks the court to rule on."""

    kind: Annotated[MotionKind, Choice(MotionKind), field(T("What is it about?"))]
    asks: Annotated[str, CourtText(1, 2000), field(T("What should the court do?"), widget="textarea")]
    grounds: Annotated[
        str, CourtText(1, 8000), field(T("Why"), T("The facts, and what shows them."), widget="textarea")
    ]
    amount: Annotated[CourtMoney | None, field(T("Amount to be secured"), T("Only for preservation of property."))] = (
        None
    )
    urgent: Annotated[
        bool,
        field(
            T("It cannot wait"),
            T("Urgent preservation is decided within [time preservation_ruling] [CPL 103, 104]."),
        ),
    ] = False

    @model_validator(mode="after")
    def _amount_belongs(self) -> MotionInput:
        if self.amount is not None and self.kind is not MotionKind.PRESERVATION:
            raise InvalidInput([FieldFault(("amount",), T("Only preservation of property has an amount."))])
        return self


@act(
    title=T("Ask for a ruling"),
    input=MotionInput,
    by=set(PARTY_ROLES),
    at=RUNNING,
    while_stayed=True,
    serves=Everyone.NOBODY,
    source=law("CPL 103, 104, 157"),
    means={Milestone.RULING_ASKED},
    topic=Topic.DECISION,
    in_record=False,
)
def ask_for_ruling(sitting: Sitting, case: Case, given: MotionInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask the court to rule; an urgent preservation is on the judge's desk with its 48 hours (CPL 103).

    An application for preservation pays its own fee (FEE 14). The other side reads
    it when it has been carried out, since a preservation known beforehand is none.
    """
    if given.kind in ELSEWHERE:
        raise InvalidInput.at("kind", ELSEWHERE[given.kind])
    me = sitting.party_of(case, actor)
    if given.kind is MotionKind.PRESERVATION and petitions_of(sitting.session, case, AppealState.SENT):
        raise InvalidInput.at(
            "kind",
            T("The file lies with the court of second instance: ask that court [CPI 161, 162]."),
        )
    if given.kind is MotionKind.ENFORCEMENT_TIME:
        _owes_what_is_enforced(sitting, case, me)
    motion = Motion(
        case_id=case.id,
        party_id=me.id,
        kind=given.kind,
        asks=given.asks,
        grounds=given.grounds,
        amount_minor=given.amount.minor if given.amount else None,
        currency=given.amount.currency if given.amount else None,
        urgent=given.urgent,
        entry_number=sitting.next_number(case),
    )
    title = T("%(name)s asks for a ruling: %(kind)s.", name=me.name, kind=given.kind.label)
    words = T("%(name)s asks for a ruling: %(kind)s", name=me.name, kind=given.kind.label)
    if given.kind is MotionKind.PRESERVATION:
        apply_for(sitting, case, me, motion, title, now)
        return Recorded(words, {"motion": motion.reference}, audience=Audience.NAMED, named=side_and_court(me.id))
    sitting.session.add(motion)
    sitting.session.flush()
    sitting.open_task(
        case, Role.JUDGE, desks.RULING_ASKED, title, risk=90 if given.urgent else 40, subject=motion.reference
    )
    return Recorded(words, {"motion": motion.reference})


def _owes_what_is_enforced(sitting: Sitting, case: Case, me: Party) -> None:
    """Whether somebody may say that the time to apply had passed (CPI 481). Raises InvalidInput for who owes nothing of what is
    enforced, and where an enforcement goes on that had ended for now: applying again is bound to no time (CPI 517).
    """
    found = open_enforcement(sitting.session, case)
    rows = enforced_in(sitting.session, case, found) if found is not None else []
    mine = [o for o in rows if me.id in o.debtors]
    if found is None or not mine:
        raise InvalidInput.at("kind", T("This is for a debtor against whom an enforcement is under way."))
    if {o.reference for o in mine} <= goes_on_from(sitting.session, case, found.party_id):
        raise InvalidInput.at(
            "kind",
            T(
                "This enforcement had ended for now and goes on: applying again is bound to no time (%(article)s).",
                article=sitting.pack(case).cite("CPI 517"),
            ),
        )


def _motion(sitting: Sitting, case: Case, given: RulingInput) -> Motion | None:
    if given.motion is None:
        return None
    found = next((m for m in motions_of(sitting.session, case, MotionState.OPEN) if m.reference == given.motion), None)
    if found is None or found.kind in PRESERVATIONS:
        raise InvalidInput.at("motion", T("Choose one of those listed."))
    return found


def _ruling(sitting: Sitting, case: Case, given: RulingInput) -> Ruling:
    """The ruling's row, not yet in the session."""
    motion = _motion(sitting, case, given)
    kind = motion.kind if motion is not None else given.kind
    assert kind is not None
    if motion is None and kind is MotionKind.SET_ASIDE:
        raise InvalidInput.at(
            "kind", T("A decision given in absence is set aside only when the absent party asks for it.")
        )
    if motion is None and kind is MotionKind.ENFORCEMENT_TIME:
        raise InvalidInput.at(
            "kind", T("Whether the time to apply for enforcement has passed is ruled on only where the debtor says so.")
        )
    waited = motion is not None and case.stage is Stage.CLOSED and kind in RULED_AFTERWARDS
    if case.stage in (Stage.PRESERVING, Stage.CLOSED) and kind is not MotionKind.PRESERVATION_REVIEW and not waited:
        raise InvalidInput.at("kind", T("At this point of the case nothing but the preservation can be ruled on."))
    return Ruling(
        case_id=case.id,
        motion_id=motion.id if motion else None,
        ordinal=next_ruling(sitting.session, case),
        kind=kind,
        result=MotionState(given.result),
        orders=lines(given.orders),
        reasons=given.reasons,
        security_minor=given.security.minor if given.security else None,
        appealable=kind is MotionKind.DISMISSAL
        and given.result != "refused"
        and is_appealable(sitting, case, APPEAL_DISMISSAL),
        entry_number=sitting.next_number(case),
    )


def prepare_ruling(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the ruling before the Sitting."""
    if not isinstance(given, RulingInput):
        return {}
    with court.database.read() as session:
        sitting = court.look(session)
        mine = session.get_one(Case, case.id)
        ruling = _ruling(sitting, mine, given)
        paper = ruling_paper(sitting, mine, ruling, given.language, sitting.now)
        reason, text = T("Ruling in case %(number)s", number=mine.number or mine.reference), _digest(mine, ruling)
        return {"ruling": sealed_paper(court, paper, given.language, text, reason=reason, signer=actor.name)}


def _digest(case: Case, ruling: Ruling) -> str:
    people = [[p.label, p.name] for p in case.parties]
    return sha256_hex(
        canonical(
            [
                case.number,
                ruling.ordinal,
                ruling.kind.value,
                ruling.result.value,
                ruling.orders,
                ruling.reasons,
                ruling.security_minor,
                people,
            ]
        )
    )


@choice_source("open_motions")
def open_motions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Motions that wait for a ruling."""
    open_ones = motions_of(sitting.session, case, MotionState.OPEN)
    return [Option(m.reference, m.kind.label, m.asks) for m in open_ones if m.kind not in PRESERVATIONS]


class RulingInput(CourtModel):
    """The ruling on a motion, or of the court's own motion."""

    motion: Annotated[str | None, CourtText(0, 40, one_line=True), field(T("Motion"), choices="open_motions")] = None
    kind: Annotated[MotionKind | None, Choice(MotionKind), field(T("About what, if there is no motion"))] = None
    result: Annotated[
        Literal["granted", "partly", "refused"],
        field(
            T("Result of the ruling"),
            options={"granted": T("Granted"), "partly": T("Granted in part"), "refused": T("Not granted")},
        ),
    ]
    orders: Annotated[str, CourtText(1, 4000), field(T("It is ruled"), T("One order in each line."), widget="textarea")]
    reasons: Annotated[
        str,
        CourtText(10, 8000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]
    security: Annotated[CourtMoneyOrZero | None, field(T("Security to be given"), T("Only for preservation."))] = None
    months: Annotated[
        int | None,
        Field(ge=1, le=120),
        field(
            T("For how many months it goes on"),
            T(
                "Only where a preservation that was not continued goes on after all. Leave it empty for as long as the law allows."
            ),
        ),
    ] = None
    language: CaseLanguage = ""

    @model_validator(mode="after")
    def _about_something(self) -> RulingInput:
        if (self.motion is None) == (self.kind is None):
            raise InvalidInput.at("motion", T("Choose the motion, or say what the ruling is about."))
        return self


@act(
    title=T("Rule on a motion"),
    input=RulingInput,
    by={Role.JUDGE},
    at=SECURED | {Stage.CLOSED},
    to={Stage.CLOSED, Stage.EFFECTIVE, Stage.HEARING},
    while_stayed=True,
    strong=True,
    version=2,
    premise=Premise.SUBJECT,
    subject=lambda court, case, values: str(values.get("motion") or ""),
    serves=Everyone.CONCERNED,
    concerns=who_is_told,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling of the court"),
        T(
            "The ruling says what was decided and why, and what can be done by whoever disagrees. If something is asked of you, this letter names it with its day."
        ),
        when_due=T(
            "%(limits)s The ruling says what was decided and why, and what can be done by whoever disagrees.",
            limits=LIMITS,
        ),
    ),
    prepare=prepare_ruling,
    source=law("CPL 157, 250", "CPI 166, 171, 481"),
    means={Milestone.RULING_GIVEN},
    desk=(desks.RULING_ASKED, desks.LIFT_PRESERVATION, filing_desks.STAY),
    topic=Topic.DECISION,
    in_record=False,
)
def give_ruling(sitting: Sitting, case: Case, given: RulingInput, *, actor: Actor, now: datetime) -> Recorded:
    """Rule on a motion, or of the court's own motion: sealed, with grounds and the remedy, served on everybody (CPL
    157).

    A stay halts every clock of the case, a resumption lets them go on with what
    was left; a dismissal of the action ends the case, and its fee goes back, when
    nobody may appeal from it any longer (CPL 158; FEE 27).
    """
    motion, ruling = _motion(sitting, case, given), _ruling(sitting, case, given)
    title = words_of(T("Ruling: %(kind)s", kind=ruling.kind.label))
    document = keep_prepared(
        sitting, case, "ruling", _digest(case, ruling), kind="ruling", title=title, locale=given.language
    )
    ruling.document_id = document.id
    sitting.session.add(ruling)
    if motion is not None:
        motion.state, motion.ruled_entry = ruling.result, sitting.next_number(case)
        sitting.close_windows(case, URGENT, WindowState.MET, subject=motion.reference)
        sitting.close_tasks(case, desks.RULING_ASKED, motion.reference)
    if ruling.result is not MotionState.REFUSED:
        _carry_out(sitting, case, ruling, motion, now)
    secret = motion is not None and refused_application(sitting.session, case, motion.about) is not None
    after_ruling(sitting, case, ruling, motion, given.months)
    asker = case.party_if_any(motion.party_id) if motion is not None else None
    words = T("Ruling, %(kind)s: %(result)s", kind=ruling.kind.label, result=ruling.result.label)
    facts = {
        "ruling": ruling.reference,
        "document": document.reference,
        "sha256": document.sha256,
        "document_receipt": document.receipt,
    }
    facts |= {"for": asker.label if asker else None}
    if motion is not None and motion.party_id is not None and secret:
        document.audience, document.party_id = Audience.OWN_SIDE_AND_COURT, motion.party_id
        return Recorded(words, facts, Audience.NAMED, side_and_court(motion.party_id))
    return Recorded(words, facts)


@upcast(act_names.GIVE_RULING, from_version=1)
def without_months(given: dict[str, Any]) -> dict[str, Any]:
    """Under the first version no review let a preservation go on that had not been continued."""
    return {**given, "months": None}


def _carry_out(sitting: Sitting, case: Case, ruling: Ruling, motion: Motion | None, now: datetime) -> None:
    """What a ruling does to the case by itself."""
    if ruling.kind is MotionKind.SET_ASIDE:
        hear_again(sitting, case)
    if ruling.kind is MotionKind.ENFORCEMENT_TIME:
        not_enforced(sitting, case, motion.entry_number if motion is not None else ruling.entry_number)
    if ruling.kind is MotionKind.STAY:
        if case.stayed_at is not None:
            raise ActNotOpen(T("The case is stayed already."))
        case.stayed_at = now
        halt(sitting.windows(case), now)
        words = T("The case is stayed. Once the reason has ended, rule that it goes on [CPL 153].")
        sitting.open_task(case, Role.JUDGE, filing_desks.STAY, words, risk=30)
    elif ruling.kind is MotionKind.RESUME:
        if case.stayed_at is None:
            raise ActNotOpen(T("The case is not stayed."))
        stayed_at, case.stayed_at = case.stayed_at, None
        sitting.close_tasks(case, filing_desks.STAY)
        rule = sitting.pack(case).trial_limits.exclusions["stay"]
        for window in sitting.windows(case):  # Opened again in the stay, or begun by a program that let them run.
            if waits_in_a_stay(window.kind):
                halt([window], max(stayed_at, window.opened_at))
        go_on(sitting, case, _halted_by_the_stay(sitting, case, stayed_at), now, rule.title, rule.article)
    elif ruling.kind is MotionKind.DISMISSAL:
        if case.stage not in (Stage.PENDING, Stage.HEARING, Stage.DELIBERATION):
            raise ActNotOpen(T("Not at this point of the case: it is at “%(stage)s”.", stage=case.stage.label))
        if ending_that_waits(sitting, case) is not None:
            raise ActNotOpen(T("A ruling that ends this case has been given already."))
        wait_for_appeals(sitting, case, APPEAL_DISMISSAL, Outcome.DISMISSED)


def _halted_by_the_stay(sitting: Sitting, case: Case, stayed_at: datetime) -> list[Window]:
    """What stands still for no other reason: what stood still before, as the time for evidence does while an objection to
    jurisdiction waits, goes on waiting for that, and so does what began of its kind meanwhile (EV 55).
    """
    halted = sitting.windows(case, state=WindowState.HALTED)
    waits = {w.kind for w in halted if w.halted_at is not None and w.halted_at < stayed_at}
    return [w for w in halted if w.kind not in waits]


def ruling_overdue(sitting: Sitting, case: Case, window: Any) -> None:
    """48 hours passed without a ruling on an urgent preservation: the president sees it."""
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.PRESERVATION_RULING,
        T("An urgent preservation was not ruled on within [time preservation_ruling]."),
        risk=95,
        subject=window.subject,
    )


class DefaultRequestInput(CourtModel):
    """A request to decide against somebody who did not appear."""

    respondent: Annotated[str, CourtText(1, 40, one_line=True), field(T("Against whom"), choices="parties_by_label")]


@act(
    title=T("Ask for a decision in default"),
    input=DefaultRequestInput,
    by={Role.CLAIMANT},
    at={Stage.PENDING, Stage.HEARING, Stage.DELIBERATION},
    source=law("CPL 147"),
    topic=Topic.DECISION,
    in_record=False,
)
def ask_for_default(
    sitting: Sitting, case: Case, given: DefaultRequestInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask that the court decide against a respondent who did not appear; needed where the rules of the case say so."""
    who = party_labelled(case, given.respondent, "respondent")
    if who is None or who.role is not Role.RESPONDENT:
        raise InvalidInput.at("respondent", T("This party is not in the case."))
    return Recorded(
        T("The claimant asks for a decision in default against %(party)s", party=who.name), {"respondent": who.label}
    )
