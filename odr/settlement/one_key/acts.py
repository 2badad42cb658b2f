"""Settling with one key: certified statements, the offer worked out from them, the offer of everything, the account for
the payout.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from odr.docket.models import PARTY_ROLES, Audience, Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.docket.visibility import same_side
from odr.filing.claim.queries import reliefs_of
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.identity.sign_in.keys import keyring
from odr.procedure.acts.events import AccountNamed
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, field
from odr.procedure.rules.base import law
from odr.settlement.inputs import AgreementRef
from odr.settlement.models import AgreementState, CertifiedStatement, Ending, Offer, PayoutInstruction
from odr.settlement.offers.acts import put_forward
from odr.settlement.offers.room_rules import OPEN_STAGES, PRIVATE, nothing_is_agreed
from odr.settlement.one_key.accounts import SEALED_FOR, ends_with
from odr.settlement.one_key.certified_statements import certifier_of_figure, check, rules_of, statements_of, worked_out
from odr.settlement.queries import agreement_named, agreements_of, party_labelled

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

PAGE = "one_key.page"
MOST_SIGNS = 8000
"""A signed statement is no longer."""


@guard("COURT certified-facts")
def facts_can_be_certified(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only where the pack says who certifies the facts of this cause."""
    return None if rules_of(sitting, case) is not None else T("For disputes of this kind nobody certifies the facts.")


@guard("COURT certified-facts")
def it_is_worked_out(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There is something to offer when every figure that is needed is certified."""
    found = worked_out(sitting, case)
    return None if found is not None and found.is_complete else T("Certified figures are still missing.")


@guard("COURT offer-in-full")
def only_money_is_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Everything can be offered with one key where everything asked for is an amount of money."""
    asked = reliefs_of(sitting.session, case)
    if asked and all(r.amount_minor and r.currency == sitting.pack(case).currency for r in asked):
        return None
    return T("The claim does not ask for money alone. Make an offer in your own words.")


class BringStatementInput(CourtModel):
    """A signed statement of an accredited certifier, whole."""

    statement: Annotated[
        str,
        CourtText(1, MOST_SIGNS),
        field(
            T("Certified statement"),
            T(
                "Open the file that the police, the hospital, the appraiser, the insurer or the platform gave you, and paste all of it."
            ),
            widget="textarea",
        ),
    ]


@act(
    title=T("Add a certified statement"),
    input=BringStatementInput,
    by=PARTY_ROLES,
    at=OPEN_STAGES,
    guard=facts_can_be_certified,
    page=PAGE,
    means={Milestone.FACTS_CERTIFIED},
    source=law("CPL 96", "OMR 18"),
    seen_by=PRIVATE,
    topic=Topic.AGREEMENT,
    in_record=False,
)
def bring_statement(
    sitting: Sitting, case: Case, given: BringStatementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Bring a statement of an accredited certifier; its signature is checked, and only the same certifier may correct a
    figure.
    """
    found = check(sitting, case, given.statement)
    earlier = statements_of(sitting.session, case)
    if any(s.digest == found.digest for s in earlier):
        raise InvalidInput.at("statement", T("This statement is already here."))
    counted = statements_of(sitting.session, case, counted=True)
    if any(certifier_of_figure(counted, name) not in (None, found.certifier.id) for name in found.text.figures):
        raise InvalidInput.at(
            "statement", T("Somebody else has certified one of these figures already. Only they can correct it.")
        )
    statement = CertifiedStatement(
        case_id=case.id,
        certifier_id=found.certifier.id,
        kind=found.text.kind,
        file_number=found.text.file_number,
        issued_on=found.text.issued_on,
        figures=dict(found.text.figures),
        signed=found.signed,
        signature=found.signature,
        digest=found.digest,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(statement)
    sitting.session.flush()
    now_worth = worked_out(sitting, case)
    missing = list(now_worth.missing) if now_worth is not None else []
    return Recorded(
        T("Statement %(file)s of %(name)s added", file=statement.file_number, name=found.certifier.name),
        {
            "statement": statement.reference,
            "sha256": found.digest,
            "total": now_worth.total.minor if now_worth is not None else 0,
            "missing": missing,
        },
    )


def calculation_state(sitting: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """Changes when a certified figure does: nobody offers another sum than the one they saw."""
    found = worked_out(sitting, case)
    return sha256_hex(canonical([step.to_json() for step in found.steps] if found is not None else []))


def _the_two(sitting: Sitting, case: Case, actor: Actor, to: str | None) -> tuple[Party, Party]:
    """Who offers, and to whom: the only one on the other side, or the one named."""
    me = sitting.party_of(case, actor)
    named = party_labelled(case, to, "to")
    others = [p for p in parties(case) if p.role in (Role.CLAIMANT, Role.RESPONDENT) and not same_side(p, me)]
    other = named or (others[0] if len(others) == 1 else None)
    if other is None or same_side(me, other):
        raise InvalidInput.at("to", T("Make the offer to the other side."))
    return me, other


def _offer(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    given: SimpleOfferInput,
    amount: Money,
    ending: Ending,
    working: list[dict[str, Any]] | None,
) -> Recorded:
    """The offer of an amount that stands already, paid by the respondent's side in one payment."""
    me, other = _the_two(sitting, case, actor, given.to)
    payer = other if me.role is Role.CLAIMANT else me
    day = sitting.today + timedelta(days=given.pay_within)
    offer = Offer(
        case_id=case.id,
        from_id=me.id,
        to_id=other.id,
        payer_id=payer.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        instalments=[{"on": day.isoformat(), "minor": amount.minor}],
        working=working,
        ending=ending,
        entry_number=sitting.next_number(case),
    )
    put_forward(sitting, case, offer, days=given.days)
    kept = {"offer": offer.reference} | ({"working": working} if working is not None else {})
    return Recorded(T("Offer of %(amount)s by %(name)s", amount=amount, name=me.name), kept)


class SimpleOfferInput(CourtModel):
    """An offer whose amount stands already: only when it is paid and how long the offer is open."""

    to: Annotated[
        str | None,
        CourtText(0, 40, one_line=True),
        field(
            T("Who gets the offer?"),
            T("Only needed where there are several on the other side."),
            choices="settling_others",
        ),
    ] = None
    pay_within: Annotated[
        int, Field(ge=1, le=60), field(T("Paid within days"), T("Counted from the day of the offer."))
    ] = 15
    days: Annotated[
        int, Field(ge=1, le=60), field(T("Open for days"), T("Counted from the day after the other side can read it."))
    ] = 7


@act(
    title=T("Offer what was worked out"),
    input=SimpleOfferInput,
    by=PARTY_ROLES,
    at=OPEN_STAGES,
    guard=(nothing_is_agreed, facts_can_be_certified, it_is_worked_out),
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("An offer in the private room"),
        T("The offer is made to somebody else. There is nothing you have to do."),
        when_due=T(
            "Accept or decline the offer in the private room, which the judge never reads, by the end of %(day)s. If you do nothing, it ends on that day and nothing is agreed.",
            day=DAY,
        ),
    ),
    premise=Premise.SUBJECT,
    subject=calculation_state,
    page=PAGE,
    source=law("CPL 53, 62, 96"),
    seen_by=PRIVATE,
    topic=Topic.AGREEMENT,
    in_record=False,
)
def offer_certified(sitting: Sitting, case: Case, given: SimpleOfferInput, *, actor: Actor, now: datetime) -> Recorded:
    """Offer, with one act, the sum that follows from the certified figures; the offer keeps its working (CPL 53, 96)."""
    found = worked_out(sitting, case)
    assert found is not None
    return _offer(sitting, case, actor, given, found.total, Ending.STATEMENT, [step.to_json() for step in found.steps])


class InFullInput(SimpleOfferInput):
    """Offering everything that is asked for."""

    ending: Annotated[Ending, Choice(Ending), field(T("How does the case end?"))] = Ending.STATEMENT


@act(
    title=T("Pay all of it and be done"),
    input=InFullInput,
    by={Role.RESPONDENT},
    at=OPEN_STAGES,
    guard=(nothing_is_agreed, only_money_is_asked),
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("An offer in the private room"),
        T("The offer is made to somebody else. There is nothing you have to do."),
        when_due=T(
            "Accept or decline the offer in the private room, which the judge never reads, by the end of %(day)s. If you do nothing, it ends on that day and nothing is agreed.",
            day=DAY,
        ),
    ),
    source=law("CPL 53, 62"),
    seen_by=PRIVATE,
    page="settlement.room",
    topic=Topic.AGREEMENT,
    in_record=False,
)
def offer_in_full(sitting: Sitting, case: Case, given: InFullInput, *, actor: Actor, now: datetime) -> Recorded:
    """Offer everything that is asked for, with one act: when it is accepted and paid the respondent is done (CPL 53)."""
    asked = sum(r.amount_minor or 0 for r in reliefs_of(sitting.session, case))
    return _offer(sitting, case, actor, given, Money(asked, sitting.pack(case).currency), given.ending, None)


@guard("OMR 19")
def something_is_paid_to_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Whoever is owed money under an agreement says where it goes."""
    states = (AgreementState.SIGNED, AgreementState.CONFIRMED, AgreementState.EFFECTIVE)
    mine = any(a.payee_id == actor.party_id for a in agreements_of(sitting.session, case, *states))
    return None if mine else T("No agreement says that you are paid.")


class PayoutInput(AgreementRef):
    """To which account what was agreed is paid."""

    holder: Annotated[str, CourtText(1, 200, one_line=True), field(T("Name of the account holder"))]
    bank: Annotated[str, CourtText(1, 200, one_line=True), field(T("Bank or payment service"))]
    account: Annotated[
        str,
        CourtText(4, 60, one_line=True),
        field(T("Account number"), T("Only you and the payer read it. The court never holds this money.")),
    ]


@act(
    title=T("Say to which account it is paid"),
    input=PayoutInput,
    by=PARTY_ROLES,
    at=OPEN_STAGES | {Stage.EFFECTIVE, Stage.ENFORCEMENT},
    guard=something_is_paid_to_me,
    special=True,
    strong=True,
    serves=Everyone.NOBODY,
    page=PAGE,
    source=law("OMR 19"),
    seen_by=PRIVATE,
    topic=Topic.AGREEMENT,
    in_record=False,
)
def instruct_payout(sitting: Sitting, case: Case, given: PayoutInput, *, actor: Actor, now: datetime) -> Recorded:
    """Name the account for the payout; payer and payee alone read it, and its receipt proves that it was not changed
    afterwards (OMR 19).

    The number lies sealed beside the docket, whose entry keeps a keyed digest of it and its last four digits.
    """
    agreement = agreement_named(sitting.session, case, given.agreement)
    if agreement.payee_id != actor.party_id or agreement.state in (AgreementState.SIGNING, AgreementState.FAILED):
        raise ActNotOpen(T("No agreement says that you are paid."))
    ring, plain = (
        keyring(sitting.court.settings.secret_key),
        canonical([given.holder, given.bank, given.account]).decode(),
    )
    sitting.session.add(
        PayoutInstruction(
            case_id=case.id,
            agreement_id=agreement.id,
            sealed=ring.seal(SEALED_FOR, plain),
            entry_number=sitting.next_number(case),
        )
    )
    sitting.session.flush()
    me = sitting.party_of(case, actor)
    sitting.announce(AccountNamed(case, me, given.holder, given.bank, given.account))
    words = T("%(name)s named the account for the payout", name=me.name)
    return Recorded(
        words,
        {"agreement": agreement.reference},
        audience=Audience.NAMED,
        named=(f"party/{agreement.payer_id}", f"party/{agreement.payee_id}"),
        kept={
            "agreement": agreement.reference,
            "account": ends_with(given.account),
            "digest": ring.mac(SEALED_FOR, plain),
        },
    )
