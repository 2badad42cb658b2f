"""Acts of settlement: offers, agreements, signatures, the mediation statement, withdrawal by agreement.

Everything up to the signed text is for the parties and the mediator alone
(Audience.SETTLEMENT). What the court then gets is the agreed text, and nothing
of how it came about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from odr.docket.models import PARTY_ROLES, Audience, Case, Outcome, Party, Role, Stage
from odr.docket.queries import parties
from odr.docket.visibility import same_side
from odr.errors import ActNotOpen, FieldFault, InvalidInput
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.payments.refunding import order_back
from odr.procedure.models import WindowState
from odr.procedure.sealed import keep_prepared
from odr.procedure.sitting import words_of
from odr.procedure.table import Everyone, Premise, Recorded, act
from odr.procedure.tariff_rules import Ending as FeeEnding
from odr.settlement.inputs import AgreementRef, DeclineAgreementInput, DeclineInput, OfferInput, OfferRef, RefuseAgreementInput, StatementInput, TermsInput
from odr.settlement.lookups import LIVE_AGREEMENTS, agreement_named, agreements_of, offer_named, offers_of, party_labelled
from odr.settlement.models import Agreement, AgreementSignature, AgreementState, Ending, Offer, OfferState
from odr.settlement.paper import prepare_statement, term_words, text_digest
from odr.text import T, Text

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

OPEN_STAGES = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
OFFER = "offer"
CONFIRM_TASK, LEAVE_TASK = "confirm_agreement", "leave_to_withdraw"
PRIVATE = Audience.SETTLEMENT


def nothing_is_agreed(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """While an agreement is being concluded there is nothing to offer."""
    return T("An agreement is being concluded. Sign it or decline it first.") if agreements_of(court.session, case, *LIVE_AGREEMENTS) else None


def check_terms(court: Sitting, case: Case, given: TermsInput) -> tuple[Party | None, list[dict[str, Any]]]:
    """Payer and instalments as kept. Raises InvalidInput for another currency or a day that is past."""
    currency = court.pack(case).currency
    today = court.now.astimezone(court.court.settings.tz).date()
    faults = []
    if given.amount.currency != currency:
        faults.append(FieldFault(("amount",), T("The amount is not in the currency of this court.")))
    faults += [FieldFault(("instalments", i, "on"), T("This day is past.")) for i, part in enumerate(given.instalments) if part.on < today]
    if faults:
        raise InvalidInput(faults)
    payer = party_labelled(case, given.payer, "payer") if given.amount.minor else None
    return payer, [{"on": part.on.isoformat(), "minor": part.amount.minor} for part in given.instalments]


@act(
    title=T("Make an offer"),
    input=OfferInput,
    by=set(PARTY_ROLES),
    at=OPEN_STAGES,
    guard=nothing_is_agreed,
    seen_by=PRIVATE,
    special=True,
    serves=Everyone.BUT_ACTOR,
    page="settlement.room",
    source="CPL 53, 62",
)
def make_offer(court: Sitting, case: Case, given: OfferInput, *, actor: Actor, now: datetime) -> Recorded:
    """Offer terms to another party, open for the days given; the judge never sees it (CPL 53)."""
    me, other = court.party_of(case, actor), party_labelled(case, given.to, "to")
    if other is None or same_side(me, other):
        raise InvalidInput.at("to", T("Make the offer to the other side."))
    payer, instalments = check_terms(court, case, given)
    if payer is not None and payer.id not in (me.id, other.id):
        raise InvalidInput.at("payer", T("You or the other side pays."))
    doer = party_labelled(case, given.deed_by, "deed_by")
    offer = Offer(
        case_id=case.id,
        from_id=me.id,
        to_id=other.id,
        payer_id=payer.id if payer else None,
        amount_minor=given.amount.minor,
        currency=given.amount.currency,
        instalments=instalments,
        accelerates=given.accelerates,
        deed=given.deed,
        doer_id=doer.id if doer else None,
        words=given.words,
        ending=given.ending,
        entry_number=court.next_number(case),
    )
    court.session.add(offer)
    court.session.flush()
    court.start_window(case, OFFER, party=other, start=now, subject=offer.reference, amount=given.days)
    return Recorded(T("Offer of %(amount)s by %(name)s", amount=given.amount, name=me.name), {"offer": offer.reference})


def _open_offer(court: Sitting, case: Case, reference: str, who: int | None, *, mine: bool) -> Offer:
    """An open offer made by, or to, this party."""
    offer = offer_named(court.session, case, reference)
    if (offer.from_id if mine else offer.to_id) != who:
        raise ActNotOpen(T("This offer is not yours to answer."))
    if offer.state is not OfferState.OPEN:
        raise ActNotOpen(T("This offer is not open any more: %(state)s.", state=offer.state.label))
    return offer


def _close(court: Sitting, case: Case, offer: Offer, state: OfferState) -> None:
    offer.state, offer.closed_entry = state, court.next_number(case)
    court.close_windows(case, OFFER, WindowState.MET if state is OfferState.ACCEPTED else WindowState.ENDED, subject=offer.reference)


def offer_state(court: Sitting, case: Case, values: Mapping[str, Any]) -> str:
    """State of the offer an answer is about."""
    offer = next((o for o in offers_of(court.session, case) if o.reference == values.get("offer")), None)
    return f"{offer.reference}:{offer.state.value}" if offer else "none"


@act(
    title=T("Accept the offer"),
    input=OfferRef,
    by=set(PARTY_ROLES),
    at=OPEN_STAGES,
    guard=nothing_is_agreed,
    seen_by=PRIVATE,
    special=True,
    premise=Premise.SUBJECT,
    subject=offer_state,
    page="settlement.room",
    source="CPL 53",
)
def accept_offer(court: Sitting, case: Case, given: OfferRef, *, actor: Actor, now: datetime) -> Recorded:
    """Accept with one act: the offer's maker is bound by it and the one who accepts signs it (CPL 53)."""
    offer = _open_offer(court, case, given.offer, actor.party_id, mine=False)
    for other in offers_of(court.session, case, OfferState.OPEN):
        _close(court, case, other, OfferState.ACCEPTED if other.id == offer.id else OfferState.OVERTAKEN)
    payee = next((p for p in (offer.from_id, offer.to_id) if p != offer.payer_id), None) if offer.payer_id else None
    agreement = Agreement(
        case_id=case.id,
        offer_id=offer.id,
        payer_id=offer.payer_id,
        payee_id=payee,
        amount_minor=offer.amount_minor,
        currency=offer.currency,
        instalments=offer.instalments,
        accelerates=offer.accelerates,
        deed=offer.deed,
        doer_id=offer.doer_id,
        ending=offer.ending,
        entry_number=court.next_number(case),
        state=AgreementState.SIGNING,
    )
    court.session.add(agreement)
    court.session.flush()
    for party_id in (offer.from_id, offer.to_id):
        sign(court, case, agreement, party_id, now)
    conclude(court, case, agreement)
    return Recorded(
        T("Offer of %(amount)s accepted by %(name)s", amount=offer.amount, name=court.party_of(case, actor).name), {"agreement": agreement.reference}
    )


def sign(court: Sitting, case: Case, agreement: Agreement, party_id: int, now: datetime, *, statement: bool = False) -> None:
    """One signature; a second of the same party is refused."""
    if any(s.party_id == party_id and s.statement is statement for s in agreement.signatures):
        raise ActNotOpen(T("You have already signed this."))
    agreement.signatures.append(AgreementSignature(party_id=party_id, statement=statement, entry_number=court.next_number(case), at=now))
    court.session.flush()


def missing(case: Case, agreement: Agreement, *, statement: bool = False) -> list[Party]:
    """Parties whose signature is still wanted."""
    signed = {s.party_id for s in agreement.signatures if s.statement is statement}
    return [p for p in parties(case) if p.id not in signed]


def conclude(court: Sitting, case: Case, agreement: Agreement) -> None:
    """When the last party has signed, the agreed text goes to the court, as an entry of its own."""
    if missing(case, agreement):
        return
    agreement.state = AgreementState.SIGNED
    court.then("submit_agreement", AgreementRef(agreement=agreement.reference), actor=CLOCK_ACTOR)


@act(title=T("Decline the offer"), input=DeclineInput, by=set(PARTY_ROLES), at=OPEN_STAGES, seen_by=PRIVATE, page="settlement.room", source="CPL 53")
def decline_offer(court: Sitting, case: Case, given: DeclineInput, *, actor: Actor, now: datetime) -> Recorded:
    """Decline an offer; the door stays open for another."""
    offer = _open_offer(court, case, given.offer, actor.party_id, mine=False)
    _close(court, case, offer, OfferState.DECLINED)
    return Recorded(T("Offer declined by %(name)s", name=court.party_of(case, actor).name), {"offer": offer.reference})


@act(title=T("Take the offer back"), input=OfferRef, by=set(PARTY_ROLES), at=OPEN_STAGES, seen_by=PRIVATE, page="settlement.room", source="CPL 53")
def withdraw_offer(court: Sitting, case: Case, given: OfferRef, *, actor: Actor, now: datetime) -> Recorded:
    """Take an own offer back before it is accepted."""
    offer = _open_offer(court, case, given.offer, actor.party_id, mine=True)
    _close(court, case, offer, OfferState.WITHDRAWN)
    return Recorded(T("Offer taken back by %(name)s", name=court.party_of(case, actor).name), {"offer": offer.reference})


@act(
    title=T("Sign the agreement"),
    input=AgreementRef,
    by=set(PARTY_ROLES),
    at=OPEN_STAGES,
    seen_by=PRIVATE,
    special=True,
    page="settlement.room",
    source="CPL 53, 62",
)
def sign_agreement(court: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Sign a text that others have signed or the mediator has put before everybody."""
    agreement = agreement_named(court.session, case, given.agreement)
    if agreement.state is not AgreementState.SIGNING:
        raise ActNotOpen(T("This agreement does not wait for your signature."))
    me = court.party_of(case, actor)
    sign(court, case, agreement, me.id, now)
    conclude(court, case, agreement)
    return Recorded(T("Agreement signed by %(name)s", name=me.name), {"agreement": agreement.reference})


@act(
    title=T("Do not sign"),
    input=DeclineAgreementInput,
    by=set(PARTY_ROLES),
    at=OPEN_STAGES,
    seen_by=PRIVATE,
    page="settlement.room",
    source="CPL 102",
)
def decline_agreement(court: Sitting, case: Case, given: DeclineAgreementInput, *, actor: Actor, now: datetime) -> Recorded:
    """Decline a text, or a statement before it binds; the case goes on (CPL 102)."""
    agreement = agreement_named(court.session, case, given.agreement)
    if agreement.state not in LIVE_AGREEMENTS:
        raise ActNotOpen(T("This agreement does not wait for your signature."))
    reached_court = agreement.state is not AgreementState.SIGNING
    agreement.state = AgreementState.FAILED
    for task in (CONFIRM_TASK, LEAVE_TASK):
        court.close_tasks(case, task, agreement.reference)
    if reached_court:
        court.then("agreement_failed", AgreementRef(agreement=agreement.reference), actor=CLOCK_ACTOR)
    return Recorded(T("%(name)s does not sign the agreement", name=court.party_of(case, actor).name), {"agreement": agreement.reference})


@act(title=T("No agreement came about"), input=AgreementRef, by={Role.CLOCK}, at=OPEN_STAGES, listed=False, source="CPL 102")
def agreement_failed(court: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Tell the court that the text it was given does not bind, without saying who declined: the case goes on (CPL 102)."""
    return Recorded(T("The agreement did not come about; the case goes on"), {"agreement": given.agreement})


@act(title=T("Agreement given to the court"), input=AgreementRef, by={Role.CLOCK}, at=OPEN_STAGES, listed=False, source="CPL 100, 148")
def submit_agreement(court: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Give the court the signed text, and nothing of how it came about; the judge makes the statement or gives leave."""
    agreement = agreement_named(court.session, case, given.agreement)
    terms = [words_of(term) for term in term_words(case, agreement)]
    if agreement.ending is Ending.STATEMENT:
        title = T("The parties have agreed. Look whether the agreement is lawful and make the mediation statement.")
        court.open_task(case, Role.JUDGE, CONFIRM_TASK, title, risk=45, subject=agreement.reference)
    else:
        title = T("The parties have agreed and the claimant withdraws. Give leave, or refuse it with reasons.")
        court.open_task(case, Role.JUDGE, LEAVE_TASK, title, risk=45, subject=agreement.reference)
    return Recorded(T("The parties gave the court their agreement"), {"agreement": agreement.reference, "ending": agreement.ending.value, "terms": terms})


def an_agreement_waits(court: Sitting, case: Case, actor: Actor) -> Text | None:
    """The court acts on a text that everybody has signed."""
    return None if agreements_of(court.session, case, AgreementState.SIGNED) else T("No signed agreement waits for the court.")


@act(
    title=T("Make the mediation statement"),
    input=StatementInput,
    by={Role.JUDGE},
    at=OPEN_STAGES,
    guard=an_agreement_waits,
    strong=True,
    premise=Premise.DOCKET,
    serves=Everyone.PARTIES,
    prepare=prepare_statement,
    page="settlement.statement",
    source="CPL 100",
)
def sign_mediation(court: Sitting, case: Case, given: StatementInput, *, actor: Actor, now: datetime) -> Recorded:
    """Make, seal and serve the mediation statement; it binds when the last party has signed it (CPL 100)."""
    agreement = agreement_named(court.session, case, given.agreement)
    if case.number is None or given.case_number != case.number:
        raise InvalidInput.at("case_number", T("This is not the number of this case. Nothing was issued."))
    if agreement.state is not AgreementState.SIGNED or agreement.ending is not Ending.STATEMENT:
        raise ActNotOpen(T("No signed agreement waits for the court."))
    digest = text_digest(case, agreement, given.language)
    document = keep_prepared(court, case, "statement", digest, kind="mediation_statement", title=words_of(T("Mediation statement")), locale=given.language)
    agreement.state, agreement.document_id = AgreementState.CONFIRMED, document.id
    court.close_tasks(case, CONFIRM_TASK, agreement.reference)
    return Recorded(
        T("Mediation statement made"),
        {"agreement": agreement.reference, "document": document.reference, "sha256": document.sha256, "document_receipt": document.receipt},
    )


@act(
    title=T("Sign the mediation statement"),
    input=AgreementRef,
    by=set(PARTY_ROLES),
    at=OPEN_STAGES,
    to={Stage.EFFECTIVE, Stage.CLOSED},
    special=True,
    strong=True,
    page="settlement.room",
    source="CPL 100",
)
def sign_statement(court: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Sign for the statement; with the last signature it binds, the fee is halved and what is owed can be enforced (CPL 100, FEE 15)."""
    agreement = agreement_named(court.session, case, given.agreement)
    if agreement.state is not AgreementState.CONFIRMED:
        raise ActNotOpen(T("This agreement does not wait for your signature."))
    me = court.party_of(case, actor)
    sign(court, case, agreement, me.id, now, statement=True)
    left = missing(case, agreement, statement=True)
    if left:
        return Recorded(T("Mediation statement signed by %(name)s", name=me.name), {"agreement": agreement.reference, "missing": len(left)})
    agreement.state = AgreementState.EFFECTIVE
    case.effective_at = now
    court.move(case, Stage.EFFECTIVE if agreement.instalments or agreement.deed else Stage.CLOSED)
    if case.stage is Stage.CLOSED:
        case.outcome, case.closed_at = Outcome.SETTLED, now
    back = refund(court, case, FeeEnding.MEDIATED)
    court.announce("settlement_reached", case, kind=agreement.ending.value, agreement=agreement, obligations=obligations(agreement))
    return Recorded(T("Mediation statement signed by %(name)s; it is in effect", name=me.name), {"agreement": agreement.reference, "missing": 0, "back": back})


def refund(court: Sitting, case: Case, ending: FeeEnding) -> dict[str, int]:
    """Order back what the ending leaves of everybody's fee; label → minor units."""
    return {p.label: money.minor for p in parties(case) if (money := order_back(court, case, p, ending)).minor}


def obligations(agreement: Agreement) -> list[dict[str, Any]]:
    """What is owed, part by part, for whoever watches performance."""
    owed: list[dict[str, Any]] = [
        {
            "debtor_id": agreement.payer_id,
            "creditor_id": agreement.payee_id,
            "amount_minor": part["minor"],
            "currency": agreement.currency,
            "due_on": date.fromisoformat(part["on"]),
            "accelerates": agreement.accelerates,
        }
        for part in agreement.instalments
    ]
    if agreement.deed and agreement.doer_id is not None:
        due_on = owed[-1]["due_on"] if owed else None
        owed.append({"debtor_id": agreement.doer_id, "creditor_id": None, "what": agreement.deed, "due_on": due_on, "accelerates": False})
    return owed


@act(
    title=T("Give leave to withdraw by agreement"),
    input=AgreementRef,
    by={Role.JUDGE},
    at=OPEN_STAGES,
    to={Stage.CLOSED},
    guard=an_agreement_waits,
    premise=Premise.DOCKET,
    strong=True,
    serves=Everyone.PARTIES,
    page="settlement.statement",
    source="CPL 148",
)
def allow_agreed_withdrawal(court: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Give leave to withdraw as the parties agreed: the case is over and half the fee goes back (CPL 148, FEE 15)."""
    agreement = agreement_named(court.session, case, given.agreement)
    if agreement.state is not AgreementState.SIGNED or agreement.ending is not Ending.WITHDRAWAL:
        raise ActNotOpen(T("No signed agreement waits for the court."))
    agreement.state = AgreementState.EFFECTIVE
    court.close_tasks(case, LEAVE_TASK, agreement.reference)
    case.outcome, case.closed_at = Outcome.WITHDRAWN, now
    court.move(case, Stage.CLOSED)
    back = refund(court, case, FeeEnding.WITHDRAWN)
    court.announce("settlement_reached", case, kind=agreement.ending.value, agreement=agreement, obligations=[])
    court.announce("case_closed", case)
    return Recorded(T("Leave given: the claim is withdrawn as the parties agreed"), {"agreement": agreement.reference, "back": back})


@act(
    title=T("Do not make a statement of this agreement"),
    input=RefuseAgreementInput,
    by={Role.JUDGE},
    at=OPEN_STAGES,
    guard=an_agreement_waits,
    serves=Everyone.PARTIES,
    page="settlement.statement",
    source="CPL 96, 102",
)
def refuse_agreement(court: Sitting, case: Case, given: RefuseAgreementInput, *, actor: Actor, now: datetime) -> Recorded:
    """Refuse a text that is unlawful or not of the parties' own will, with reasons; the case goes on (CPL 96, 102)."""
    agreement = agreement_named(court.session, case, given.agreement)
    if agreement.state is not AgreementState.SIGNED:
        raise ActNotOpen(T("No signed agreement waits for the court."))
    agreement.state = AgreementState.FAILED
    for task in (CONFIRM_TASK, LEAVE_TASK):
        court.close_tasks(case, task, agreement.reference)
    return Recorded(T("The court makes no statement of the agreement; the case goes on"), {"agreement": agreement.reference})


def offer_lapsed(court: Sitting, case: Case, window: Any) -> None:
    """The time to accept ended: the offer expires by itself."""
    offer = offer_named(court.session, case, window.subject)
    if offer.state is OfferState.OPEN:
        offer.state, offer.closed_entry = OfferState.EXPIRED, court.next_number(case)


def shut(court: Sitting, case: Case, facts: Mapping[str, Any]) -> None:
    """The case was decided: what is still open in the room is overtaken."""
    for offer in offers_of(court.session, case, OfferState.OPEN):
        _close(court, case, offer, OfferState.OVERTAKEN)
    for agreement in agreements_of(court.session, case, *LIVE_AGREEMENTS):
        agreement.state = AgreementState.FAILED
