"""Confirmation of an agreement made before a mediator: applied for by all, looked at, confirmed or not; then it is
enforced like a judgment (CPL 205, 206).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from odr.docket.models import PARTY_ROLES, Case, Document, Outcome, Role, Stage
from odr.docket.queries import parties, void
from odr.filing.claim.case_without_claim import note_applicant, write_to
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, words_of
from odr.identity.actors import Actor
from odr.procedure.acts.events import CaseClosed, InstrumentSetAside, Served, SettlementReached
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.frame import keep_prepared
from odr.procedure.rules.base import law
from odr.service.queries import begun
from odr.settlement import desks
from odr.settlement.before_filing.opening_mediation import APPLICATION, application_ends, since
from odr.settlement.confirmation.inputs import ConfirmationRulingInput, ObjectionRulingInput
from odr.settlement.confirmation.papers import (
    OBJECTION,
    RULING,
    agreement_behind,
    digest,
    ground_named,
    grounds,
    prepare_confirmation,
    prepare_objection,
)
from odr.settlement.confirmation.queries import confirmation_of
from odr.settlement.inputs import ConfirmationInput, OpenedInput
from odr.settlement.mediation.acts import Nothing
from odr.settlement.models import Agreement, AgreementState, Confirmation, Ending
from odr.settlement.statement.acts import obligations
from odr.settlement.statement.papers import term_words

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

REVIEW, SUPPLEMENT = "confirmation_review", "confirmation_supplement"

LOOKED_AT = (
    desks.CONFIRM_MEDIATED,
    desks.CONFIRMATION_NOT_JOINT,
    desks.CONFIRMATION_SUPPLEMENT,
    desks.CONFIRMATION_REVIEW,
    desks.CONFIRMATION_WITHDRAWN,
)
"""What waits on a desk until an agreement is confirmed or not."""

LETTER = "confirmation"


def begin_review(sitting: Sitting, case: Case) -> None:
    """Everybody has applied: thirty days for the ruling, and the judge looks at it (CPL 187)."""
    window = sitting.start_window(case, REVIEW, start=sitting.now)
    title = T("Look at the mediated agreement: confirm it, or refuse with reasons [CPL 206].")
    sitting.open_task(case, Role.JUDGE, desks.CONFIRM_MEDIATED, title, risk=40, due_at=window.due_at)


@act(
    title=T("Confirmation asked for by everybody"),
    input=OpenedInput,
    by={Role.CLOCK},
    at={Stage.CONFIRMING},
    listed=False,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Everybody has asked to have the agreement confirmed"),
        T("There is nothing you have to do now. The judge looks at the agreement, and the ruling is sent to you."),
    ),
    source=law("CPL 205"),
)
def open_confirmation(sitting: Sitting, case: Case, given: OpenedInput, *, actor: Actor, now: datetime) -> Recorded:
    """Take over the agreed text of a mediation of this court, and nothing of how it came about (CPL 205)."""
    row = _row(sitting, case)
    begin_review(sitting, case)
    return Recorded(
        T("Everybody asks that an agreement made before a mediator of this court be confirmed"),
        _told(sitting, case, row),
    )


def _row(sitting: Sitting, case: Case) -> Confirmation:
    found = confirmation_of(sitting.session, case)
    if found is None:
        raise ActNotOpen(T("There is no application for confirmation."))
    return found


def _told(sitting: Sitting, case: Case, row: Confirmation) -> dict[str, Any]:
    terms = [words_of(term) for term in term_words(case, agreement_behind(sitting, row), closing=None)]
    return {"organisation": row.organisation, "effective_on": row.effective_on.isoformat(), "terms": terms}


@act(
    title=T("Ask for the confirmation of an agreement"),
    input=ConfirmationInput,
    by={Role.CLAIMANT},
    at={Stage.CONFIRMING},
    listed=False,
    source=law("CPL 205", "CPI 351, 353, 354", "FEE 8"),
)
def ask_for_confirmation(
    sitting: Sitting, case: Case, given: ConfirmationInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask for it; the other party to the agreement is written to, and the court looks at it when they have applied too
    (CPL 205).

    Raises InvalidInput where the thirty days since the agreement binds are over, or it is dated in the future.
    """
    me, other = sitting.party_of(case, actor), parties(case, Role.RESPONDENT)[0]
    ends = application_ends(sitting, case, given.effective_on)
    if ends is None:
        raise InvalidInput.at("effective_on", T("This day is still to come."))
    if ends < now:
        words = T(
            "The time for the application ended on %(day)s. You may still sue on the agreement [CPL 205].",
            day=ends,
        )
        raise InvalidInput.at("effective_on", words)
    agreement = _agreement(sitting, case, given, me.id, other.id)
    row = Confirmation(
        case_id=case.id,
        agreement_id=agreement.id,
        organisation=given.organisation,
        effective_on=given.effective_on,
        words=given.words,
        applied=[me.id],
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    note_applicant(sitting, case, me, given.applicant)
    number = sitting.next_number(case)
    write_to(
        sitting,
        case,
        other,
        letter=LETTER,
        title=T("A mediated agreement is to be confirmed"),
        entry_number=number,
        occasion="confirmation",
    )
    sitting.start_window(
        case, APPLICATION, party=other, start=since(sitting, case, given.effective_on), proof=T("the agreement itself")
    )
    return Recorded(T("%(name)s asks that a mediated agreement be confirmed", name=me.name), _told(sitting, case, row))


def _agreement(sitting: Sitting, case: Case, given: ConfirmationInput, me: int, other: int) -> Agreement:
    currency = sitting.pack(case).currency
    if given.amount is not None and given.amount.currency != currency:
        raise InvalidInput.at("amount", T("The amount is not in the currency of this court."))
    payer = {"me": me, "other": other}.get(given.payer)
    agreement = Agreement(
        case_id=case.id,
        payer_id=payer,
        payee_id=next(p for p in (me, other) if p != payer) if payer is not None else None,
        amount_minor=given.amount.minor if given.amount else 0,
        currency=currency,
        instalments=[{"on": part.on.isoformat(), "minor": part.amount.minor} for part in given.instalments],
        accelerates=given.accelerates,
        deed=given.deed,
        doer_id={"me": me, "other": other}.get(given.deed_by or ""),
        ending=Ending.STATEMENT,
        state=AgreementState.EFFECTIVE,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(agreement)
    sitting.session.flush()
    return agreement


@act(
    title=T("Join the application for confirmation"),
    input=Nothing,
    by={Role.RESPONDENT},
    at={Stage.CONFIRMING},
    window=APPLICATION,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("The other side also asks for the confirmation"),
        T("There is nothing you have to do now. The judge looks at the agreement, and the ruling is sent to you."),
    ),
    source=law("CPL 205", "CPI 351"),
    topic=Topic.AGREEMENT,
)
def join_application(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """Apply too, for the same agreement in the same words: only a joint application is looked at (CPL 205)."""
    row, me = _row(sitting, case), sitting.party_of(case, actor)
    row.applied = [*row.applied, me.id]
    begin_review(sitting, case)
    return Recorded(T("%(name)s asks for the same; the application is joint", name=me.name), {"joint": True})


def application_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """The other party did not apply in time: a ruling not to accept is prepared for the judge; the clock does not rule."""
    if case.stage is Stage.CONFIRMING and not sitting.tasks(case, desks.CONFIRMATION_NOT_JOINT):
        title = T("The application for confirmation was not made by everybody in time. Do not accept it [CPL 205].")
        sitting.open_task(case, Role.JUDGE, desks.CONFIRMATION_NOT_JOINT, title, risk=40)


def review_overdue(sitting: Sitting, case: Case, window: Window) -> None:
    """Thirty days passed without a ruling: the president learns of it (CPL 187)."""
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.CONFIRMATION_REVIEW,
        T("An agreement waits for its confirmation longer than [time confirmation_review]."),
        risk=70,
    )


@guard("CPL 205")
def it_is_joint(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The court asks and confirms when everybody has applied."""
    row = confirmation_of(sitting.session, case)
    joint = row is not None and all(p.id in row.applied for p in parties(case))
    return None if joint else T("Not everybody has applied for confirmation yet; the court looks at it when all have.")


class SupplementRequestInput(CourtModel):
    """What the court still wants to know about an agreement."""

    what: Annotated[str, CourtText(1, 4000), field(T("What is missing or in doubt"), widget="textarea")]
    days: Annotated[int | None, Field(ge=1, le=30), field(T("Days to answer"))] = None


@act(
    title=T("Ask what is missing about the agreement"),
    input=SupplementRequestInput,
    by={Role.JUDGE},
    at={Stage.CONFIRMING},
    guard=it_is_joint,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The court asks about your agreement"),
        T(
            "Answer what the court asks. If what is asked for does not come, the application may be treated as withdrawn."
        ),
        when_due=T(
            "Answer by the end of %(day)s. If what is asked for does not come, the application may be treated as withdrawn.",
            day=DAY,
        ),
    ),
    source=law("CPI 354, 356", "OMR 23"),
    topic=Topic.AGREEMENT,
)
def ask_about_agreement(
    sitting: Sitting, case: Case, given: SupplementRequestInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask both sides for what is missing or in doubt, within a time (CPI 356)."""
    for party in parties(case):
        sitting.close_windows(case, SUPPLEMENT, WindowState.ENDED, party=party)
        sitting.start_window(case, SUPPLEMENT, party=party, start=now, amount=given.days)
    return Recorded(T("The court asks about the agreement: %(what)s", what=given.what))


class SupplementInput(CourtModel):
    """A party's answer to what the court asked."""

    words: Annotated[
        str,
        CourtText(1, 8000),
        field(T("Your answer"), T("Documents can be submitted as exhibits."), widget="textarea"),
    ]


@act(
    title=T("Answer what the court asked about the agreement"),
    input=SupplementInput,
    by=set(PARTY_ROLES),
    at={Stage.CONFIRMING},
    window=SUPPLEMENT,
    late=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party has answered the court about the agreement"),
        T("There is nothing you have to do. It is on the docket."),
    ),
    source=law("CPI 356"),
    topic=Topic.AGREEMENT,
)
def answer_about_agreement(
    sitting: Sitting, case: Case, given: SupplementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Answer it (CPI 356)."""
    return Recorded(T("%(name)s answered about the agreement", name=sitting.party_of(case, actor).name))


def supplement_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """Nothing came: the judge may treat the application as withdrawn (CPI 357)."""
    if case.stage is Stage.CONFIRMING and not sitting.tasks(case, desks.CONFIRMATION_SUPPLEMENT):
        title = T(
            "What was asked about the agreement did not come. The application may be treated as withdrawn [CPI 357]."
        )
        sitting.open_task(case, Role.JUDGE, desks.CONFIRMATION_SUPPLEMENT, title, risk=45)


@act(
    title=T("Take the application for confirmation back"),
    input=Nothing,
    by=set(PARTY_ROLES),
    at={Stage.CONFIRMING},
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party takes the application for confirmation back"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPI 357"),
    topic=Topic.AGREEMENT,
)
def withdraw_confirmation(sitting: Sitting, case: Case, given: Nothing, *, actor: Actor, now: datetime) -> Recorded:
    """Take it back before the ruling; the judge gives leave (CPI 357)."""
    me = sitting.party_of(case, actor)
    if not sitting.tasks(case, desks.CONFIRMATION_WITHDRAWN):
        title = T("%(name)s takes the application for confirmation back. Give leave.", name=me.name)
        sitting.open_task(case, Role.JUDGE, desks.CONFIRMATION_WITHDRAWN, title, risk=35)
    return Recorded(T("%(name)s takes the application for confirmation back", name=me.name))


@act(
    title=T("Rule on the confirmation"),
    input=ConfirmationRulingInput,
    by={Role.JUDGE},
    at={Stage.CONFIRMING},
    to={Stage.EFFECTIVE, Stage.CLOSED},
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the confirmation of the agreement"),
        T(
            "If it is confirmed, do what the agreement says: otherwise it can be enforced; if you think the confirmation is wrong, object within the time the law gives for it, counted from the day after the ruling is served on you. If it is not confirmed, you may change the agreement, make a new one or bring a claim."
        ),
        runs="confirmation_objection",
    ),
    prepare=prepare_confirmation,
    source=law("CPL 157, 206", "CPI 355, 357, 358"),
    desk=LOOKED_AT,
    topic=Topic.AGREEMENT,
)
def rule_on_confirmation(
    sitting: Sitting, case: Case, given: ConfirmationRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Confirm the agreement, which can then be enforced, or refuse on a named ground; sealed, with reasons and what one
    may do next (CPL 206).

    Raises ActNotOpen for a confirmation not everybody asked for, and for a leave nobody asked for.
    """
    if case.number is None or given.case_number != case.number:
        raise InvalidInput.at("case_number", T("This is not the number of this case. Nothing was issued."))
    row = _row(sitting, case)
    ground_named(sitting, case, given)
    reason = it_is_joint(sitting, case, actor) if given.result == "confirmed" else None
    if given.result == "withdrawn" and not (
        sitting.tasks(case, desks.CONFIRMATION_WITHDRAWN) or sitting.tasks(case, desks.CONFIRMATION_SUPPLEMENT)
    ):
        reason = T("Nobody has taken the application back, and nothing that was asked for is missing.")
    if reason is not None:
        raise ActNotOpen(reason)
    agreement = agreement_behind(sitting, row)
    title = words_of(T("Ruling: %(kind)s", kind=T("Confirmation of a mediated agreement")))
    document = keep_prepared(
        sitting, case, RULING, digest(case, row, agreement, given), kind="ruling", title=title, locale=given.language
    )
    row.ruled_entry, row.document_id = sitting.next_number(case), document.id
    for kind in (REVIEW, SUPPLEMENT, APPLICATION):
        sitting.close_windows(case, kind, WindowState.ENDED)
    for desk in LOOKED_AT:
        sitting.close_tasks(case, desk)
    _carry_out(sitting, case, agreement, given.result, now)
    words = T("Ruling on the confirmation: %(result)s", result=RESULT_WORDS[given.result])
    facts = {
        "document": document.reference,
        "sha256": document.sha256,
        "document_receipt": document.receipt,
        "ground": given.ground,
    }
    return Recorded(words, facts)


RESULT_WORDS = {
    "confirmed": T("The agreement is valid"),
    "dismissed": T("The application is dismissed"),
    "not_accepted": T("The application is not accepted"),
    "withdrawn": T("The application is withdrawn"),
}

ENDINGS = {"dismissed": Outcome.DISMISSED, "not_accepted": Outcome.REFUSED, "withdrawn": Outcome.WITHDRAWN}


def _carry_out(sitting: Sitting, case: Case, agreement: Agreement, result: str, now: datetime) -> None:
    if result != "confirmed":
        agreement.state = AgreementState.FAILED
        case.outcome, case.closed_at = ENDINGS[result], now
        sitting.move(case, Stage.CLOSED)
        sitting.announce(CaseClosed(case))
        return
    case.effective_at = now
    sitting.move(case, Stage.EFFECTIVE)
    sitting.announce(SettlementReached(case, "confirmation", obligations(case, agreement)))


def on_served(sitting: Sitting, event: Served) -> None:
    """A party received the ruling that confirms: their time to object runs (CPI 372)."""
    case, party = event.case, event.party
    row = confirmation_of(sitting.session, case)
    if row is None or row.ruled_entry not in event.entries or case.stage is Stage.CLOSED:
        return
    if not begun(sitting, case, OBJECTION, party=party):
        sitting.start_window(case, OBJECTION, party=party, start=event.at, proof=event.proof)


class ObjectionInput(CourtModel):
    """Why a confirmation is wrong (CPI 372)."""

    words: Annotated[str, CourtText(1, 8000), field(T("Why the confirmation is wrong"), widget="textarea")]


@act(
    title=T("Object to the confirmation"),
    input=ObjectionInput,
    by=set(PARTY_ROLES),
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    window=OBJECTION,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party objects to the confirmation"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPI 372"),
    topic=Topic.AGREEMENT,
)
def object_to_confirmation(
    sitting: Sitting, case: Case, given: ObjectionInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Say within fifteen days of receiving it why the confirmation is wrong; the same court looks again (CPI 372)."""
    me = sitting.party_of(case, actor)
    title = T("%(name)s objects to the confirmation. Rule on it.", name=me.name)
    sitting.open_task(case, Role.JUDGE, desks.CONFIRMATION_OBJECTION, title, risk=55)
    return Recorded(T("%(name)s objects to the confirmation", name=me.name))


@guard("CPI 372")
def an_objection_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be an objection."""
    return None if sitting.tasks(case, desks.CONFIRMATION_OBJECTION) else T("Nobody objects to the confirmation.")


@act(
    title=T("Rule on an objection to the confirmation"),
    input=ObjectionRulingInput,
    by={Role.JUDGE},
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    to={Stage.CLOSED},
    guard=an_objection_waits,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the objection to the confirmation"),
        T(
            "If the confirmation stands, do what the agreement says: otherwise it can be enforced. If it is set aside, nothing can be enforced under it; the parties may agree anew or bring a claim."
        ),
    ),
    prepare=prepare_objection,
    source=law("CPL 157", "CPI 372"),
    desk=desks.CONFIRMATION_OBJECTION,
    topic=Topic.AGREEMENT,
)
def rule_on_objection(
    sitting: Sitting, case: Case, given: ObjectionRulingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Let it stand, or set it aside: then nothing can be enforced under it, and the parties may agree anew or sue (CPI
    372).
    """
    row = _row(sitting, case)
    agreement = agreement_behind(sitting, row)
    title = words_of(T("Ruling: %(kind)s", kind=T("Objection to the confirmation")))
    document = keep_prepared(
        sitting, case, OBJECTION, digest(case, row, agreement, given), kind="ruling", title=title, locale=given.language
    )
    sitting.close_tasks(case, desks.CONFIRMATION_OBJECTION)
    facts = {"document": document.reference, "sha256": document.sha256, "document_receipt": document.receipt}
    if given.result == "stands":
        return Recorded(T("The objection is dismissed; the confirmation stands"), facts)
    agreement.state = AgreementState.FAILED
    confirmed = sitting.session.get(Document, row.document_id) if row.document_id is not None else None
    if confirmed is not None:
        void(confirmed, sitting.next_number(case), now)
    sitting.announce(InstrumentSetAside(case))
    case.outcome, case.closed_at = Outcome.DISMISSED, now
    sitting.move(case, Stage.CLOSED)
    sitting.announce(CaseClosed(case))
    return Recorded(T("The confirmation is set aside"), facts)


@choice_source("grounds_not_to_confirm")
def grounds_not_to_confirm(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Grounds on which an agreement is not confirmed, by the rules of the case."""
    return [
        Option(key, ground.title, sitting.pack(case).cite(ground.article))
        for key, ground in grounds(sitting, case, "dismissed").items()
    ]
