"""Acts with which the court makes an agreement bind: the mediation statement and its signatures, leave to withdraw,
refusal.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import PARTY_ROLES, Case, Document, Outcome, Role, Stage
from odr.docket.queries import parties
from odr.docket.visibility import same_side
from odr.filing.parties.known_identity import everybody_is_known
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text, words_of
from odr.identity.actors import Actor
from odr.payments.refund.orders import order_back
from odr.procedure.acts.events import AgreedPart, CaseClosed, SettlementReached
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Premise, Recorded, RulingForm, Topic, act, guard
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.forms.inputs import CourtText, field
from odr.procedure.models import WindowState
from odr.procedure.papers.frame import keep_prepared
from odr.procedure.papers.language import CaseLanguage
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law
from odr.procedure.rules.tariff import Ending as FeeEnding
from odr.settlement import desks
from odr.settlement.inputs import AgreementRef
from odr.settlement.models import Agreement, AgreementState, Ending
from odr.settlement.offers.agreements import fall, missing, sign, waiting
from odr.settlement.offers.room_rules import OPEN_STAGES
from odr.settlement.queries import agreement_named, agreements_of
from odr.settlement.statement.announced import the_announcement_is_over
from odr.settlement.statement.papers import prepare_statement, text_digest

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("CPL 100", "OMR 20")
def an_agreement_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """The court acts on a text that everybody has signed."""
    return (
        None
        if agreements_of(sitting.session, case, AgreementState.SIGNED)
        else T("No signed agreement is waiting for the court.")
    )


class StatementInput(AgreementRef):
    """Making the mediation statement, with the number of its case typed by hand."""

    case_number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(
            T("Type the number of the case"),
            T("Exactly as it stands above. This keeps a decision from going to the wrong case."),
        ),
    ]
    language: CaseLanguage = ""


@act(
    title=T("Make the mediation statement"),
    input=StatementInput,
    by={Role.JUDGE},
    at=OPEN_STAGES,
    guard=(an_agreement_waits, everybody_is_known, the_announcement_is_over),
    strong=True,
    premise=Premise.DOCKET,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.MEDIATION_STATEMENT,
        T("Mediation statement, for you to read and sign"),
        T(
            "Read it; if you agree, sign it on the page of the case. It binds when the last party has signed; as long as you have not signed you may still refuse, and then the court decides the case."
        ),
        "mediation_statement",
    ),
    prepare=prepare_statement,
    page="settlement.statement",
    source=law("CPL 100"),
    desk=desks.CONFIRM_AGREEMENT,
    topic=Topic.AGREEMENT,
    in_record=False,
)
def sign_mediation(sitting: Sitting, case: Case, given: StatementInput, *, actor: Actor, now: datetime) -> Recorded:
    """Make, seal and serve the mediation statement; it binds when the last party has signed it (CPL 100)."""
    agreement = agreement_named(sitting.session, case, given.agreement)
    if case.number is None or given.case_number != case.number:
        raise InvalidInput.at("case_number", T("This is not the number of this case. Nothing was issued."))
    if agreement.state is not AgreementState.SIGNED or agreement.ending is not Ending.STATEMENT:
        raise ActNotOpen(T("No signed agreement is waiting for the court."))
    digest = text_digest(case, agreement, given.language)
    document = keep_prepared(
        sitting,
        case,
        "statement",
        digest,
        kind="mediation_statement",
        title=words_of(T("Mediation statement")),
        locale=given.language,
    )
    agreement.state, agreement.document_id = AgreementState.CONFIRMED, document.id
    sitting.close_tasks(case, desks.CONFIRM_AGREEMENT, agreement.reference)
    return Recorded(
        T("Mediation statement made"),
        {
            "agreement": agreement.reference,
            "document": document.reference,
            "sha256": document.sha256,
            "document_receipt": document.receipt,
        },
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
    source=law("CPL 100"),
    topic=Topic.AGREEMENT,
    in_record=False,
)
def sign_statement(sitting: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime) -> Recorded:
    """Sign for the statement; with the last signature it binds, the fee is halved and what is owed can be enforced (CPL
    100, FEE 15).
    """
    agreement = waiting(sitting, case, given.agreement, AgreementState.CONFIRMED)
    me = sitting.party_of(case, actor)
    sign(sitting, case, agreement, me.id, now, statement=True)
    left = missing(case, agreement, statement=True)
    if left:
        return Recorded(
            T("Mediation statement signed by %(name)s", name=me.name),
            {"agreement": agreement.reference, "missing": len(left)},
        )
    agreement.state = AgreementState.EFFECTIVE
    case.effective_at = now
    _nothing_is_heard_any_more(sitting, case)
    sitting.move(case, Stage.EFFECTIVE if agreement.instalments or agreement.deed else Stage.CLOSED)
    if case.stage is Stage.CLOSED:
        case.outcome, case.closed_at = Outcome.SETTLED, now
    back = refund(sitting, case, FeeEnding.MEDIATED)
    paper = sitting.session.get_one(Document, agreement.document_id)
    sitting.announce(SettlementReached(case, "statement", obligations(case, agreement), paper=paper.reference))
    return Recorded(
        T("Mediation statement signed by %(name)s; it is in effect", name=me.name),
        {"agreement": agreement.reference, "missing": 0, "back": back},
    )


def _nothing_is_heard_any_more(sitting: Sitting, case: Case) -> None:
    """What a party had time for in the proceedings, such as evidence or a turn in the examination, is asked of nobody now;
    a fee is settled by its own rules.
    """
    for window in sitting.windows(case):
        limit = TIME_LIMITS[window.kind]
        if window.party_id is not None and limit.nature is Nature.DUTY and limit.page != "payments.fee":
            window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)


def refund(sitting: Sitting, case: Case, ending: FeeEnding) -> dict[str, int]:
    """Order back what the ending leaves of everybody's fee; label → minor units."""
    return {p.label: money.minor for p in parties(case) if (money := order_back(sitting, case, p, ending)).minor}


def obligations(case: Case, agreement: Agreement) -> tuple[AgreedPart, ...]:
    """What is owed, part by part, for whoever watches performance: each part to somebody, who can say that it was done, and
    have it enforced.
    """
    owed = []
    for part in agreement.instalments:
        assert agreement.payer_id is not None
        owed.append(
            AgreedPart(
                agreement.payer_id,
                agreement.payee_id,
                date.fromisoformat(part["on"]),
                agreement.accelerates,
                amount_minor=part["minor"],
                currency=agreement.currency,
            )
        )
    if agreement.deed and agreement.doer_id is not None:
        due_on = owed[-1].due_on if owed else None
        owed += [
            AgreedPart(agreement.doer_id, to, due_on, accelerates=False, what=agreement.deed)
            for to in _for_whom(case, agreement, agreement.doer_id)
        ]
    return tuple(owed)


def _for_whom(case: Case, agreement: Agreement, doer_id: int) -> list[int]:
    """To whom what is to be done is owed: to whoever pays the doer or is paid by them; else to each of the other side."""
    two = (agreement.payer_id, agreement.payee_id)
    if doer_id in two:
        return [one for one in two if one is not None and one != doer_id]
    doer = case.party(doer_id)
    sides = [party for party in parties(case) if party.role is not Role.THIRD_PARTY]
    return [party.id for party in sides if not same_side(party, doer)]


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
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling: the claim is withdrawn as the parties agreed"),
        T("The case is over; do what you agreed on. There is nothing else you have to do here."),
    ),
    paper=RulingForm(
        T("Withdrawal of the claim"),
        NO_APPEAL,
        ruled=T("Leave is given to withdraw the claim as the parties agreed."),
        why=T(
            "The parties have signed an agreement by which the claim is withdrawn, and nothing speaks against it [CPL 148]."
        ),
        omits=("agreement",),
    ),
    page="settlement.statement",
    source=law("CPL 148"),
    desk=desks.LEAVE_TO_WITHDRAW,
    topic=Topic.AGREEMENT,
    in_record=False,
)
def allow_agreed_withdrawal(
    sitting: Sitting, case: Case, given: AgreementRef, *, actor: Actor, now: datetime
) -> Recorded:
    """Give leave to withdraw as the parties agreed: the case is over and half the fee goes back (CPL 148, FEE 15)."""
    agreement = agreement_named(sitting.session, case, given.agreement)
    if agreement.state is not AgreementState.SIGNED or agreement.ending is not Ending.WITHDRAWAL:
        raise ActNotOpen(T("No signed agreement is waiting for the court."))
    agreement.state = AgreementState.EFFECTIVE
    sitting.close_tasks(case, desks.LEAVE_TO_WITHDRAW, agreement.reference)
    case.outcome, case.closed_at = Outcome.WITHDRAWN, now
    sitting.move(case, Stage.CLOSED)
    back = refund(sitting, case, FeeEnding.WITHDRAWN)
    sitting.announce(SettlementReached(case, "statement", ()))
    sitting.announce(CaseClosed(case))
    return Recorded(
        T("Leave given: the claim is withdrawn as the parties agreed"), {"agreement": agreement.reference, "back": back}
    )


class RefuseAgreementInput(AgreementRef):
    """Why the court makes no statement of an agreement."""

    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(T("Reasons"), T("Every refusal says why and what one may do next."), widget="textarea"),
    ]


@act(
    title=T("Do not make a statement of this agreement"),
    input=RefuseAgreementInput,
    by={Role.JUDGE},
    at=OPEN_STAGES,
    guard=an_agreement_waits,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The court makes no statement of your agreement"),
        T(
            "The case goes on; what is asked of you next comes by letter with its day. You may come to another agreement."
        ),
    ),
    page="settlement.statement",
    source=law("CPL 96, 102", "CPI 287"),
    means={Milestone.AGREEMENT_LOST},
    topic=Topic.AGREEMENT,
    in_record=False,
)
def refuse_agreement(
    sitting: Sitting, case: Case, given: RefuseAgreementInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Refuse a text that is unlawful or not of the parties' own will, with reasons; the case goes on (CPL 96, 102)."""
    agreement = agreement_named(sitting.session, case, given.agreement)
    if agreement.state is not AgreementState.SIGNED:
        raise ActNotOpen(T("No signed agreement is waiting for the court."))
    fall(sitting, case, agreement)
    return Recorded(
        T("The court makes no statement of the agreement; the case goes on"), {"agreement": agreement.reference}
    )
