"""An agreement of some of the parties in a retrial, of which others say nothing in writing: the judgment states it, and may confirm
it where it breaks no law and harms nobody else (CPI 410).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.progress import retrial_heard
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money, T, Text, side_by_side
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.decision.retried import SumOrdered, after_the_first, order_beside_the_claims
from odr.judgment.models import Decision, Order, PartialAgreement
from odr.judgment.queries import current_draft, decisions_of, names_of, party_labelled
from odr.judgment.vocabulary import REPLACING, DecisionKind, DecisionState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtMoney, CourtText, field
from odr.procedure.hooks import Owed
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

AGREE, REFUSE = "agree", "refuse"
BEFORE_JUDGMENT = {Stage.HEARING, Stage.DELIBERATION}

_AGREEMENTS = (
    select(PartialAgreement).where(PartialAgreement.case_id == bindparam("case")).order_by(PartialAgreement.id)
)


@remembered
def partial_agreements(session: Session, case: Case) -> Sequence[PartialAgreement]:
    """Every agreement of some of the parties that was ever recorded in a case."""
    return session.scalars(_AGREEMENTS, {"case": case.id}).all()


def agreement_of_some(sitting: Sitting, case: Case) -> PartialAgreement | None:
    """The agreement of some in the retrial that is heard; None where there is none, or somebody in it refused it."""
    began = retrial_heard(sitting, case)
    rows = partial_agreements(sitting.session, case) if began is not None else []
    live = [row for row in rows if began is not None and row.entry_number > began.number and not _refused(case, row)]
    return live[-1] if live else None


def _within(case: Case, row: PartialAgreement) -> list[Party]:
    return [case.party(one) for one in row.between]


def _others(case: Case, row: PartialAgreement) -> list[Party]:
    return [party for party in parties(case) if party.id not in row.between]


def _refused(case: Case, row: PartialAgreement) -> bool:
    return any(row.answers.get(party.label) == REFUSE for party in _within(case, row))


def is_made(case: Case, row: PartialAgreement) -> bool:
    """Whether everybody in it has confirmed it."""
    return all(row.answers.get(party.label) == AGREE for party in _within(case, row))


def silent(case: Case, row: PartialAgreement) -> list[Party]:
    """Those not in it who have said nothing in writing."""
    return [party for party in _others(case, row) if party.label not in row.answers]


@guard("CPI 410")
def some_may_agree(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no agreement of some is recorded: no retrial is heard, only two are in the case, or one is recorded."""
    if retrial_heard(sitting, case) is None:
        return T("No retrial is heard in this case.")
    if len(parties(case)) < 3:
        return T("There are only two parties: what they agree on ends the case, and no judgment confirms it.")
    if agreement_of_some(sitting, case) is not None:
        return T("An agreement of some of the parties is recorded already.")
    return None


class AgreedPaymentInput(CourtModel):
    """One payment that those who agree have agreed on."""

    debtor: Annotated[str, CourtText(1, 40, one_line=True), field(T("Who pays"), choices="parties_by_label")]
    creditor: Annotated[str, CourtText(1, 40, one_line=True), field(T("Who is paid"), choices="parties_by_label")]
    amount: Annotated[CourtMoney, field(T("Amount"), T("Without interest."))]


class PartialAgreementInput(CourtModel):
    """What some of the parties have agreed on in the hearing of a retrial."""

    between: Annotated[
        list[str],
        Field(min_length=2, max_length=40),
        field(T("Who has agreed?"), choices="parties_by_label", widget="checkboxes"),
    ]
    terms: Annotated[str, CourtText(10, 8000), field(T("What they have agreed on"), widget="textarea")]
    payments: Annotated[list[AgreedPaymentInput], Field(max_length=20), field(T("Payment"))] = []

    @model_validator(mode="after")
    def _among_themselves(self) -> PartialAgreementInput:
        faults = [
            FieldFault(("payments", i, name), T("Only those who agree pay each other, nobody themselves."))
            for i, one in enumerate(self.payments)
            for name in ("debtor", "creditor")
            if getattr(one, name) not in self.between or one.debtor == one.creditor
        ]
        if faults:
            raise InvalidInput(faults)
        return self


@act(
    title=T("Record an agreement of some of the parties"),
    input=PartialAgreementInput,
    by={Role.JUDGE, Role.CLERK},
    at={Stage.HEARING},
    guard=some_may_agree,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Some of the parties have agreed in the retrial"),
        T(
            "If you are one of them, confirm on the page of the case that this is what you agreed on. If you are not, say there in writing what you think of it; if you say nothing, the judgment says so and may confirm what the others agreed, where it does not harm you."
        ),
    ),
    source=law("CPI 410"),
    topic=Topic.DECISION,
    in_record=True,
    help=T(
        "Only in a retrial, where others say nothing to it. What everybody agrees on ends the case by a mediation statement instead."
    ),
)
def record_partial_agreement(
    sitting: Sitting, case: Case, given: PartialAgreementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record what some of the parties agreed on in the hearing of a retrial; they confirm it, the others may speak (CPI 410).

    Raises InvalidInput where everybody is named, somebody is not in the case, or the currency is another.
    """
    within = [party_labelled(case, label, "between") for label in dict.fromkeys(given.between)]
    named = [party for party in within if party is not None]
    if len(named) < 2 or len(named) == len(parties(case)):
        raise InvalidInput.at(
            "between", T("Name some of the parties: two or more, and not all. What all agree on ends the case.")
        )
    currency = sitting.pack(case).currency
    if any(one.amount.currency != currency for one in given.payments):
        raise InvalidInput.at("payments", T("The amount is not in the currency of this court."))
    ids = {party.label: party.id for party in named}
    row = PartialAgreement(
        case_id=case.id,
        between=[party.id for party in named],
        terms=given.terms,
        payments=[[ids[one.debtor], ids[one.creditor], one.amount.minor] for one in given.payments],
        currency=currency,
        answers={},
        words={},
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(
        T("Some of the parties have agreed in the retrial: %(names)s", names=_names(named)),
        {"agreement": row.reference, "between": sorted(ids), "payments": len(row.payments)},
    )


def _names(them: Sequence[Party]) -> Text:
    return side_by_side([party.name for party in them])


@guard("CPI 410")
def an_agreement_of_some_waits_for_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a party has nothing to answer: no agreement of some is recorded, or they have answered it."""
    row, me = agreement_of_some(sitting, case), case.party_if_any(actor.party_id)
    if row is None or me is None:
        return T("No agreement of some of the parties is recorded.")
    return T("You have answered it already.") if me.label in row.answers else None


class AnswerPartialAgreementInput(CourtModel):
    """What a party says to an agreement of some."""

    answer: Annotated[
        Literal["agree", "refuse"],
        field(T("Your answer"), options={AGREE: T("I agree to it"), REFUSE: T("I do not agree to it")}),
    ]
    words: Annotated[str | None, CourtText(0, 4000), field(T("Why?"), widget="textarea")] = None


def what_some_agreed(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Before anybody answers it: what is said to be agreed, and by whom."""
    row = agreement_of_some(sitting, case)
    if row is None:
        return []
    me = case.party_if_any(actor.party_id)
    return [
        T("Agreed between %(names)s: %(terms)s", names=_names(_within(case, row)), terms=row.terms),
        *(
            T("%(debtor)s pays %(creditor)s %(amount)s.", debtor=debtor, creditor=creditor, amount=amount)
            for debtor, creditor, amount in _payments(case, row)
        ),
        *([_if_silent(row, me)] if me is not None else []),
    ]


def _payments(case: Case, row: PartialAgreement) -> list[tuple[str, str, Money]]:
    return [
        (case.name_of(debtor), case.name_of(creditor), Money(minor, row.currency))
        for debtor, creditor, minor in row.payments
    ]


def _if_silent(row: PartialAgreement, me: Party) -> Text:
    """What follows if a party says nothing: without one who is named in it there is no agreement; of the others the judgment says
    that they said nothing.
    """
    if me.id in row.between:
        return T("Until you confirm it, the judgment cannot confirm it either.")
    return T(
        "If you say nothing, the judgment says so, and may confirm what the others agreed where it does not harm you [CPI 410]."
    )


def agreement_of_some_to_answer(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """To confirm an agreement of some, or to say what one thinks of it: it has no day, and the judge may find on it on any."""
    me = case.party_if_any(actor.party_id)
    row = agreement_of_some(sitting, case) if me is not None and case.stage in BEFORE_JUDGMENT else None
    if row is None or me is None or me.label in row.answers:
        return None
    facts = {"names": _names(_within(case, row))}
    words = (
        T("Next for you: confirm what was agreed between %(names)s, or refuse it", **facts)
        if me.id in row.between
        else T("Next for you: say what you think of what was agreed between %(names)s", **facts)
    )
    return Owed(words, True, act=names.ANSWER_PARTIAL_AGREEMENT, otherwise=_if_silent(row, me))


@act(
    title=T("Answer the agreement of some of the parties"),
    input=AnswerPartialAgreementInput,
    by=set(PARTY_ROLES),
    at=BEFORE_JUDGMENT,
    guard=an_agreement_of_some_waits_for_me,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party answers the agreement of some of the parties"),
        T("There is nothing you have to do now. The judgment says what becomes of the agreement."),
    ),
    source=law("CPI 410"),
    says=what_some_agreed,
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Whoever is named in it confirms that this is what they agreed on, or refuses: then there is no agreement. Everybody else says in writing what they think of it."
    ),
)
def answer_partial_agreement(
    sitting: Sitting, case: Case, given: AnswerPartialAgreementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Confirm an agreement of some, or say in writing what one thinks of it; refused by one who is named in it, it is none (CPI
    410).
    """
    row, me = agreement_of_some(sitting, case), sitting.party_of(case, actor)
    assert row is not None
    if any(d.pronounced_entry for d in decisions_of(sitting.session, case, DecisionState.DRAFT)) or decisions_of(
        sitting.session, case, DecisionState.COOLING
    ):
        raise ActNotOpen(T("The judgment is signed or pronounced; nothing is answered any more."))
    row.answers = {**row.answers, me.label: given.answer}
    if given.words:
        row.words = {**row.words, me.label: given.words}
    if row.confirmed is not None:
        # What was found before somebody spoke is found anew.
        row.confirmed, row.reasons = None, None
    sitting.session.flush()
    draft = current_draft(sitting.session, case)
    if draft is not None:
        order_what_some_agreed(sitting, case, draft)
    within = me.id in row.between
    facts = {"agreement": row.reference, "answer": given.answer, "within": within}
    if given.answer == AGREE:
        return Recorded(T("%(name)s agrees to the agreement of some of the parties", name=me.name), facts)
    return Recorded(T("%(name)s does not agree to the agreement of some of the parties", name=me.name), facts)


@guard("CPI 410")
def some_have_agreed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is found on an agreement of some: there is none, or the judgment is signed or pronounced."""
    if agreement_of_some(sitting, case) is None:
        return T("No agreement of some of the parties is recorded.")
    draft = current_draft(sitting.session, case)
    if draft is not None and (draft.state is DecisionState.COOLING or draft.pronounced_entry is not None):
        return T("The judgment is signed or pronounced. Take it back first, if it is only signed.")
    return None


class PartialAgreementFinding(CourtModel):
    """Whether the judgment confirms the agreement of some."""

    answer: Annotated[
        Literal["confirm", "leave"],
        field(
            T("What does the judgment do with it?"),
            options={"confirm": T("Confirm it in its orders"), "leave": T("State it, and not confirm it")},
        ),
    ]
    reasons: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Reasons, as they will stand in the judgment"),
            T("Whether it breaks no law, and harms nobody who is not in it."),
            widget="textarea",
        ),
    ]


@act(
    title=T("Find on the agreement of some of the parties"),
    input=PartialAgreementFinding,
    by={Role.JUDGE},
    at=BEFORE_JUDGMENT,
    guard=some_have_agreed,
    seen_by=Audience.BENCH,
    source=law("CPI 410"),
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "Confirmed only where everybody in it has confirmed it and somebody else has said nothing in writing [CPI 410]."
    ),
)
def find_partial_agreement(
    sitting: Sitting, case: Case, given: PartialAgreementFinding, *, actor: Actor, now: datetime
) -> Recorded:
    """Find whether the judgment confirms the agreement of some; the draft orders what they agreed on at once (CPI 410).

    Raises ActNotOpen where somebody in it has not confirmed it, or everybody else has declared themselves.
    """
    row = agreement_of_some(sitting, case)
    assert row is not None
    if given.answer == "confirm":
        waiting = [party for party in _within(case, row) if party.label not in row.answers]
        if waiting:
            raise ActNotOpen(
                T("What was agreed is still to be confirmed by %(names)s.", names=_names(waiting)),
                source=sitting.pack(case).cited("CPI 410"),
            )
        if not silent(case, row):
            raise ActNotOpen(
                T("Everybody else has declared themselves in writing: then no judgment confirms it."),
                T("What all agree to ends the case by a mediation statement; to what somebody objects, decide."),
                sitting.pack(case).cited("CPI 410", "CPI 148"),
            )
    row.confirmed, row.reasons = given.answer == "confirm", given.reasons
    sitting.session.flush()
    draft = current_draft(sitting.session, case)
    if draft is not None:
        order_what_some_agreed(sitting, case, draft)
    words = (
        T("The judgment confirms the agreement of some of the parties")
        if row.confirmed
        else T("The judgment does not confirm the agreement of some of the parties")
    )
    return Recorded(words, {"agreement": row.reference, "confirmed": row.confirmed})


def order_what_some_agreed(sitting: Sitting, case: Case, decision: Decision) -> None:
    """Put what is confirmed into the orders of a draft."""
    row = agreement_of_some(sitting, case)
    payments = row.payments if row is not None and row.confirmed else []
    order_beside_the_claims(
        sitting,
        decision,
        "partial_agreement",
        (
            SumOrdered(debtor, creditor, Money(minor, row.currency), row.reference)
            for debtor, creditor, minor in payments
            if row is not None
        ),
    )


def not_found_on_agreement(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    """Why a judgment on a retrial is not ready: nothing is found on the agreement of some, or it is confirmed beside a first
    judgment that stays (CPI 410).
    """
    row = agreement_of_some(sitting, case) if decision.kind is DecisionKind.JUDGMENT else None
    if row is None:
        return
    if row.confirmed is None:
        yield T("Nothing is found yet on the agreement of some of the parties [CPI 410].")
    elif row.confirmed and decision.first_judgment not in REPLACING:
        yield T(
            "The agreement of some of the parties is confirmed, and the first judgment is not changed. Change it, or do not confirm the agreement [CPI 410]."
        )


def _of(sitting: Sitting, case: Case, decision: Decision) -> PartialAgreement | None:
    """The agreement a judgment on a retrial speaks of: the last one that was found on since the first judgment."""
    if decision.first_judgment is None or decision.kind is not DecisionKind.JUDGMENT:
        return None
    after, until = after_the_first(sitting, case, decision), decision.issued_entry
    rows = [
        row
        for row in partial_agreements(sitting.session, case)
        if row.entry_number > after and (until is None or row.entry_number < until) and row.confirmed is not None
        if not _refused(case, row)
    ]
    return rows[-1] if rows else None


def agreement_reasons(sitting: Sitting, case: Case, decision: Decision) -> list[Text | str]:
    """That some have agreed and others said nothing, and why it is confirmed or not, as paragraphs of the judgment."""
    row = _of(sitting, case, decision)
    if row is None:
        return []
    said: list[Text | str] = [
        T("In the retrial %(names)s have agreed as follows:", names=_names(_within(case, row)))
        if is_made(case, row)
        else T(
            "In the retrial an agreement of %(names)s was recorded, which not all of them confirmed:",
            names=_names(_within(case, row)),
        ),
        row.terms,
    ]
    quiet, spoke = silent(case, row), [p for p in _others(case, row) if p.label in row.answers]
    if quiet:
        said.append(T("Nothing on it was declared in writing by %(names)s.", names=_names(quiet)))
    agreed, not_agreed = ([p for p in spoke if row.answers[p.label] == answer] for answer in (AGREE, REFUSE))
    if agreed:
        said.append(T("It was agreed to in writing by %(names)s.", names=_names(agreed)))
    if not_agreed:
        said.append(T("It was not agreed to in writing by %(names)s.", names=_names(not_agreed)))
    said.append(row.reasons or "")
    return said


def agreement_order(sitting: Sitting, case: Case, decision: Decision) -> Text | None:
    """The order by which the agreement of some is confirmed; None where none is."""
    row = _of(sitting, case, decision)
    if row is None or not row.confirmed or decision.upholds:
        return None
    return T("The agreement of %(names)s is confirmed: %(terms)s", names=_names(_within(case, row)), terms=row.terms)


def agreed_order_words(case: Case, order: Order, days: int) -> Text:
    """An order to pay what some of the parties agreed on."""
    whom = case.party_if_any(order.creditor_id)
    return T(
        "As agreed, %(debtor)s pays %(creditor)s %(amount)s within %(days)s days after this decision takes effect.",
        debtor=names_of(case, order.debtors),
        creditor=whom.name if whom is not None else "",
        amount=order.amount,
        days=days,
    )


def agreement_shown(sitting: Sitting, case: Case) -> dict[str, object] | None:
    """For the page of the case: who agreed, on what, and what was said to it."""
    row = agreement_of_some(sitting, case)
    if row is None:
        return None
    return {
        "names": _names(_within(case, row)),
        "terms": row.terms,
        "payments": _payments(case, row),
        "answers": [(party.name, row.answers.get(party.label), row.words.get(party.label)) for party in parties(case)],
    }
