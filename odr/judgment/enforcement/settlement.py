"""Settling within an enforcement: signed it halts, performed it is over, not kept the instrument is enforced again (CPL
241; CPI 464 to 466).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from odr.docket.models import PARTY_ROLES, Case, Role, Stage
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.agreed_terms import (
    covered,
    creditor_of,
    is_late,
    is_settled_whole,
    paid_in_all,
    paid_towards,
    proposed_to,
    signed_by_creditor,
    terms_to_answer,
    under_agreement,
)
from odr.judgment.enforcement.beginning import begin
from odr.judgment.enforcement.effect import ENFORCE
from odr.judgment.enforcement.ending import halt
from odr.judgment.enforcement.part import goes_to
from odr.judgment.enforcement.queries import enforced_in, enforcement_settlements, open_enforcement, unconfirmed
from odr.judgment.models import EnforcementCase, EnforcementSettlement, Obligation
from odr.judgment.queries import obligations_of
from odr.judgment.vocabulary import EnforcementState, SettlementState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Premise, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtMoney, CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 241")
def settles_here(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Creditor and debtor of the enforcement settle what no other agreement is proposed or signed about."""
    found = open_enforcement(sitting.session, case)
    if found is None:
        return T("No enforcement is under way.")
    still = [o for o in enforced_in(sitting.session, case, found) if o.done_at is None]
    if not still:
        return T("Everything that is enforced has been performed: nothing is left to settle.")
    if actor.party_id not in {found.party_id, *(one for o in still for one in o.debtors)}:
        return T("Only the creditor and the debtor of the enforcement settle it.")
    if not _other_side(sitting, case, found, actor.party_id):
        return T("An agreement in the enforcement is proposed or signed already.")
    return None


def _other_side(sitting: Sitting, case: Case, found: EnforcementCase, me: int | None) -> list[int]:
    """With whom a side of the enforcement can settle: of what is not performed, only what nothing is agreed about yet."""
    agreed = under_agreement(sitting, case, SettlementState.PROPOSED, SettlementState.SIGNED)
    rows = enforced_in(sitting.session, case, found)
    still = [o for o in rows if o.done_at is None and o.reference not in agreed]
    if me == found.party_id:
        return sorted({one for o in still for one in o.debtors})
    return [found.party_id] if any(me in o.debtors for o in still) else []


class PartInput(CourtModel):
    """One payment and its day."""

    on: Annotated[CourtDate, field(T("Last day for this payment"))]
    amount: Annotated[CourtMoney, field(T("Amount"))]


class EnforcementSettlementInput(CourtModel):
    """What is paid and done in the place of the instrument."""

    amount: Annotated[CourtMoney, field(T("Amount in all"), T("In the place of everything that is enforced."))]
    instalments: Annotated[
        list[PartInput],
        Field(min_length=1, max_length=60),
        field(T("Payment"), T("One payment, or several over time.")),
    ]
    deed: Annotated[str | None, CourtText(0, 2000), field(T("What else"), widget="textarea")] = None

    @model_validator(mode="after")
    def _adds_up(self) -> EnforcementSettlementInput:
        faults = []
        if sum(i.amount.minor for i in self.instalments) != self.amount.minor:
            faults.append(
                FieldFault(("instalments",), T("The payments must add up to %(amount)s.", amount=self.amount))
            )
        if [i.on for i in self.instalments] != sorted({i.on for i in self.instalments}):
            faults.append(
                FieldFault(("instalments",), T("Give the payments in the order of their days, one for each day."))
            )
        if faults:
            raise InvalidInput(faults)
        return self


@act(
    title=T("Propose to settle the enforcement"),
    input=EnforcementSettlementInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=settles_here,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A proposal to settle the enforcement"),
        T(
            "If it is made to you, sign or decline it on the page of the case. Until both sides have signed, the enforcement goes on."
        ),
    ),
    source=law("CPL 241"),
    topic=Topic.DECISION,
)
def propose_enforcement_settlement(
    sitting: Sitting, case: Case, given: EnforcementSettlementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Propose another sum, other days or another way to perform; enforcement goes on until both have signed (CPL 241).

    Raises InvalidInput for another currency, a day that is past, or parts that do not add up.
    """
    found, me = open_enforcement(sitting.session, case), sitting.party_of(case, actor)
    assert found is not None
    other = _other_side(sitting, case, found, me.id)[0]
    faults = [
        FieldFault(("instalments", i, "on"), T("This day is past."))
        for i, part in enumerate(given.instalments)
        if part.on < sitting.today
    ]
    if given.amount.currency != sitting.pack(case).currency:
        faults.append(FieldFault(("amount",), T("The amount is not in the currency of this court.")))
    if faults:
        raise InvalidInput(faults)
    row = EnforcementSettlement(
        case_id=case.id,
        enforcement_id=found.id,
        from_id=me.id,
        to_id=other,
        amount_minor=given.amount.minor,
        currency=given.amount.currency,
        instalments=[{"on": part.on.isoformat(), "minor": part.amount.minor} for part in given.instalments],
        deed=given.deed,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(
        T("%(name)s proposes to settle the enforcement for %(amount)s", name=me.name, amount=given.amount),
        {"settlement": row.reference},
    )


@guard("CPL 241")
def one_is_proposed_to_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There is a proposal of the other side."""
    mine = [
        s for s in enforcement_settlements(sitting.session, case, SettlementState.PROPOSED) if s.to_id == actor.party_id
    ]
    return None if mine else T("The other side of the enforcement proposes no agreement to you.")


def proposal_state(sitting: Sitting, case: Case, values: Any) -> str:
    """The proposal an answer is about."""
    return ",".join(
        f"{s.reference}:{s.state.value}"
        for s in enforcement_settlements(sitting.session, case, SettlementState.PROPOSED)
    )


class AnswerSettlementInput(CourtModel):
    """Signing it, or not."""

    answer: Annotated[
        Literal["sign", "decline"], field(T("Your answer"), options={"sign": T("I sign it"), "decline": T("I decline")})
    ]


@act(
    title=T("Answer the proposal to settle the enforcement"),
    input=AnswerSettlementInput,
    by=set(PARTY_ROLES),
    at={Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    guard=one_is_proposed_to_me,
    special=True,
    premise=Premise.SUBJECT,
    subject=proposal_state,
    says=terms_to_answer,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("Answer to the proposal to settle the enforcement"),
        T(
            "If it was signed, do what was agreed; if that is not done, the enforcement can be resumed. If it was declined, the enforcement goes on."
        ),
    ),
    source=law("CPL 241", "CPI 464, 466"),
    topic=Topic.DECISION,
)
def answer_enforcement_settlement(
    sitting: Sitting, case: Case, given: AnswerSettlementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Sign it into the record, or decline. Signed, the two years begin anew after its last day, and the halt lies on
    the desk (CPI 464, 466).
    """
    row = proposed_to(sitting, case, actor.party_id)
    assert row is not None
    me = sitting.party_of(case, actor)
    if given.answer == "decline":
        row.state, row.closed_entry = SettlementState.DECLINED, sitting.next_number(case)
        return Recorded(T("%(name)s declines to settle the enforcement", name=me.name), {"settlement": row.reference})
    if any(date.fromisoformat(part["on"]) < sitting.today for part in row.instalments):
        raise ActNotOpen(
            T("A day of payment in this proposal is past: whoever signed it would be late at once."),
            T("Decline it, and propose later days."),
        )
    _nothing_waits_for_an_answer(sitting, case, row)
    row.state, row.signed_entry = SettlementState.SIGNED, sitting.next_number(case)
    row.paid_before_minor = paid_in_all(sitting, case, row)
    enforcement = sitting.session.get_one(EnforcementCase, row.enforcement_id)
    creditor = case.party_if_any(enforcement.party_id)
    sitting.close_windows(case, ENFORCE, WindowState.ENDED, party=creditor)
    last = max((date.fromisoformat(p["on"]) for p in row.instalments), default=sitting.today)
    # What is due to the same creditor later has its two years from its own last day.
    last = max([last, *(o.due_on for o in _beside(sitting, case, row))])
    sitting.start_window(
        case, ENFORCE, party=creditor, start=datetime.combine(last, time(23, 59), tzinfo=sitting.pack(case).tz)
    )
    to_be_halted(sitting, case)
    return Recorded(
        T("Settled in the enforcement: %(amount)s, signed by both", amount=row.amount), {"settlement": row.reference}
    )


def _beside(sitting: Sitting, case: Case, row: EnforcementSettlement) -> list[Obligation]:
    """What is still owed to the same creditor and not agreed about here."""
    creditor, agreed = creditor_of(sitting, row), covered(sitting, case, row)
    still = [o for o in obligations_of(sitting.session, case) if o.creditor_id == creditor and o.done_at is None]
    return [o for o in still if o not in agreed]


def _nothing_waits_for_an_answer(sitting: Sitting, case: Case, row: EnforcementSettlement) -> None:
    """Raises ActNotOpen while a payment is reported and nobody has said whether it arrived: whether it counts towards what is
    agreed must be plain to whoever signs.
    """
    if any(unconfirmed(sitting.session, o) for o in covered(sitting, case, row)):
        raise ActNotOpen(
            T(
                "A payment is reported, and %(name)s has not said yet whether it arrived.",
                name=case.name_of(creditor_of(sitting, row)),
            ),
            T("What was paid before counts towards nothing that is agreed. First it is said whether it arrived."),
        )


def to_be_halted(sitting: Sitting, case: Case) -> None:
    """Whoever halts an enforcement is asked to once nothing of it is left to carry out that is not agreed about (CPI 464)."""
    found = open_enforcement(sitting.session, case)
    if found is None or not is_settled_whole(sitting, case, found):
        return
    signed = enforcement_settlements(sitting.session, case, SettlementState.SIGNED)
    row = next((one for one in reversed(signed) if one.enforcement_id == found.id), None)
    if row is None or sitting.tasks(case, desks.ENFORCEMENT_SETTLED):
        return
    sitting.open_task(
        case,
        Role(sitting.pack(case).decider("end_enforcement")),
        desks.ENFORCEMENT_SETTLED,
        T("The parties settled in the enforcement. Halt it [CPI 464]."),
        risk=45,
        subject=row.reference,
    )


def after_payment(sitting: Sitting, case: Case) -> None:
    """Paid in full, what was agreed takes the place of the instrument: the rest is not enforced any more (CPI 465). What is
    owed to somebody who did not agree stays owed.
    """
    for row in enforcement_settlements(sitting.session, case, SettlementState.SIGNED):
        # A deed beside the money is performed when the creditor says so, by letting the rest be.
        if row.deed is None and paid_towards(sitting, case, row) >= row.amount_minor:
            for owed in covered(sitting, case, row):
                owed.done_at = owed.done_at or sitting.now
    sitting.session.flush()


def agreements_over(sitting: Sitting, case: Case) -> None:
    """Once nothing is owed to a creditor any more, nothing is owed under their agreement either: signed, it is performed;
    only proposed, there is nothing left to answer.
    """
    over = {SettlementState.SIGNED: SettlementState.PERFORMED, SettlementState.PROPOSED: SettlementState.DECLINED}
    for row in enforcement_settlements(sitting.session, case, *over):
        if all(owed.done_at is not None for owed in covered(sitting, case, row)):
            row.state, row.closed_entry = over[row.state], sitting.next_number(case)
            sitting.close_tasks(case, desks.ENFORCEMENT_SETTLED, row.reference)


@guard("CPL 241", "CPI 465")
def it_is_not_kept(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The creditor asks for it where the agreement is late, or where they were deceived or threatened into it (CPL 241)."""
    if not enforcement_settlements(sitting.session, case, SettlementState.SIGNED):
        return T("No agreement in an enforcement is signed.")
    mine = signed_by_creditor(sitting, case, actor.party_id)
    if not mine:
        return T("Only the creditor asks for enforcement.")
    found = open_enforcement(sitting.session, case)
    if found is not None and found.id != mine[0].enforcement_id:
        name = case.party(found.party_id).name
        return T("The court is enforcing for %(name)s. Once that has ended, you can have yours resumed.", name=name)
    return None


class ResumeInput(CourtModel):
    """Why the instrument is enforced again."""

    ground: Annotated[
        Literal["not_kept", "deceived"],
        field(
            T("Why"), options={"not_kept": T("It is not kept"), "deceived": T("I was deceived or threatened into it")}
        ),
    ]
    facts: Annotated[str, CourtText(1, 4000), field(T("What happened"), widget="textarea")]


@act(
    title=T("Have the enforcement resumed"),
    input=ResumeInput,
    by=set(PARTY_ROLES),
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    of_part=True,
    in_record=False,
    to={Stage.ENFORCEMENT},
    guard=it_is_not_kept,
    window=ENFORCE,
    meets=False,
    late=True,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("The enforcement is resumed"),
        T(
            "Whoever still owes something should pay or do it now. If they do not, the court can take measures of enforcement."
        ),
    ),
    source=law("CPL 241, 250", "CPI 465, 466, 481"),
    desk=desks.ENFORCEMENT_SETTLED,
    topic=Topic.DECISION,
)
def resume_enforcement(sitting: Sitting, case: Case, given: ResumeInput, *, actor: Actor, now: datetime) -> Recorded:
    """Go back to the instrument with one act: what was paid on the agreement is taken off, interest is reckoned to
    today (CPL 241; CPI 465). After the two years it is accepted too, as an application is (CPI 466, 481).

    Raises ActNotOpen where it is kept and no deception or threat is named.
    """
    row = signed_by_creditor(sitting, case, actor.party_id)[0]
    if given.ground == "not_kept" and not is_late(sitting, case, row):
        raise ActNotOpen(T("The agreement is kept so far: nothing that is due under it is missing."))
    row.state, row.closed_entry = SettlementState.BROKEN, sitting.next_number(case)
    sitting.close_tasks(case, desks.ENFORCEMENT_SETTLED, row.reference)
    earlier = open_enforcement(sitting.session, case)
    again = _enforced_again(sitting, case, row, earlier)
    if earlier is not None:
        # Nobody ruled that it ends: it was settled, and goes on under the new number.
        halt(sitting, case, earlier, EnforcementState.SETTLED)
    me = sitting.party_of(case, actor)
    number, rows, total = begin(sitting, case, me, resumed=again)
    goes_to(sitting, case, Stage.ENFORCEMENT)
    words = T(
        "Enforcement resumed for %(name)s: %(amount)s", name=me.name, amount=Money(total, sitting.pack(case).currency)
    )
    return Recorded(words, {"number": number, "claimed": rows, "ground": given.ground})


def _enforced_again(
    sitting: Sitting, case: Case, row: EnforcementSettlement, earlier: EnforcementCase | None
) -> list[Obligation]:
    """What is enforced from now: what the agreement took the place of and, before any halt, what another debtor owes too."""
    agreed = under_agreement(sitting, case)
    rows = enforced_in(sitting.session, case, earlier) if earlier is not None else covered(sitting, case, row)
    return [o for o in rows if o.done_at is None and o.reference not in agreed]
