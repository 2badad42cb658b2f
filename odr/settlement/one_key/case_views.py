"""The page on which a claim is settled with one key: statements, working, offer, confirmation, payout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.docket.queries import entry
from odr.docket.visibility import reads_entry
from odr.filing.claim.queries import reliefs_of
from odr.ground.errors import FieldFault
from odr.ground.text import Text
from odr.hearing.names import ASK_FOR_APPRAISAL
from odr.identity.actors import Actor
from odr.identity.sign_in.keys import keyring
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Act, Milestone, acts_that_mean
from odr.settlement import names
from odr.settlement.models import AgreementState, CertifiedStatement, Certifier, Ending, OfferState, PayoutInstruction
from odr.settlement.offers.case_views import ActForm, AgreementView, OfferView, act_form, agreement_view, offer_view
from odr.settlement.offers.steps import fee_if_settled
from odr.settlement.one_key.accounts import SEALED_FOR
from odr.settlement.one_key.certified_statements import rules_of, statements_of, worked_out
from odr.settlement.queries import agreements_of, offers_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting
    from odr.settlement.one_key.calculator import Calculation

FORMS = (names.BRING_STATEMENT, names.OFFER_CERTIFIED, names.INSTRUCT_PAYOUT)
"""Acts of this room that have a form on the page; so have those that tell of performance."""
ANSWERS = (
    names.ACCEPT_OFFER,
    names.DECLINE_OFFER,
    names.WITHDRAW_OFFER,
    names.SIGN_AGREEMENT,
    names.SIGN_STATEMENT,
    names.DECLINE_AGREEMENT,
)


def forms_of_page() -> tuple[str, ...]:
    """Names of the acts that have a form on the page."""
    return (*FORMS, *acts_that_mean(Milestone.PERFORMANCE_TOLD))


@dataclass(frozen=True)
class Payout:
    """The account for the payout, as payer and payee read it."""

    holder: str
    bank: str
    account: str
    entry_number: int
    can_be_read: bool = True
    """Whether what was sealed can be opened: not with a key of the court that was changed since."""


@dataclass(frozen=True)
class StatementLine:
    """A statement with its certifier and its figures in words."""

    statement: CertifiedStatement
    certifier: Certifier
    kind: Text
    figures: list[tuple[Text, int, str]]


@dataclass(frozen=True)
class OneKeyPage:
    """Everything for one viewer."""

    statements: list[StatementLine]
    calculation: Calculation | None
    articles: dict[str, Text]
    missing: list[tuple[Text, Text]]
    offer: OfferView | None
    agreement: AgreementView | None
    payout: Payout | None
    receipt: DocketEntry | None
    forms: dict[str, ActForm]
    currency: str
    asked_minor: int
    """What the claim asks for in money, in minor units."""
    costs: list[Text]
    """What becomes of the court fee where the case ends so."""
    appraisal: Act | None
    """Asking the court for an appraisal, where that is open to whoever doubts a figure."""


def one_key_page(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    locale: str,
    tried: str | None,
    values: dict[str, Any],
    faults: list[FieldFault],
) -> OneKeyPage:
    """Gather the page; ``tried`` is the act whose form comes back with what was typed."""
    pack, rules = sitting.pack(case), rules_of(sitting, case)
    calculation = worked_out(sitting, case)
    offers = [o for o in offers_of(sitting.session, case) if o.working is not None]
    agreements = [a for a in agreements_of(sitting.session, case) if a.state is not AgreementState.FAILED]
    agreement = agreements[0] if agreements else None
    offer = next((o for o in offers if o.state is OfferState.OPEN), None)
    payout, appraisal = _payout(sitting, case, actor), sitting.court.table[ASK_FOR_APPRAISAL]
    given = {"agreement": agreement.reference} if agreement is not None else {}
    forms = {
        name: act_form(
            sitting,
            case,
            actor,
            name,
            locale,
            {**given, **values} if name == tried else dict(given),
            faults if name == tried else [],
        )
        for name in forms_of_page()
        if refusal(sitting, sitting.court.table[name], case, actor) is None
    }
    steps = calculation.steps if calculation is not None else ()
    return OneKeyPage(
        statements=_lines(sitting, case),
        calculation=calculation,
        articles={step.article: pack.cite(step.article) for step in steps},
        missing=[
            (rules.figures[name].title, pack.certified.kinds[rules.figures[name].by]) for name in calculation.missing
        ]
        if calculation is not None and rules is not None and pack.certified is not None
        else [],
        offer=offer_view(sitting, case, actor, offer) if offer is not None else None,
        agreement=agreement_view(sitting, case, actor, agreement) if agreement is not None else None,
        payout=payout,
        receipt=entry(sitting.session, case, payout.entry_number) if payout is not None else None,
        forms=forms,
        currency=pack.currency,
        asked_minor=sum(r.amount_minor or 0 for r in reliefs_of(sitting.session, case)),
        costs=fee_if_settled(sitting, case, Ending.STATEMENT) if forms and agreement is None else [],
        appraisal=appraisal if refusal(sitting, appraisal, case, actor) is None else None,
    )


def _payout(sitting: Sitting, case: Case, actor: Actor) -> Payout | None:
    """The newest account named, where the viewer may read the entry that named it."""
    found = sitting.session.scalars(
        select(PayoutInstruction).where(PayoutInstruction.case_id == case.id).order_by(PayoutInstruction.id.desc())
    ).first()
    if found is None:
        return None
    written = entry(sitting.session, case, found.entry_number)
    if written is None or not reads_entry(actor, written):
        return None
    if found.sealed is None:
        return Payout(found.holder, found.bank, found.account, found.entry_number)
    plain = keyring(sitting.court.settings.secret_key).unseal(SEALED_FOR, found.sealed)
    told: list[str] = json.loads(plain) if plain is not None else ["", "", ""]
    holder, bank, account = told
    return Payout(holder, bank, account, found.entry_number, plain is not None)


def _lines(sitting: Sitting, case: Case) -> list[StatementLine]:
    certified, rules = sitting.pack(case).certified, rules_of(sitting, case)
    if certified is None or rules is None:
        return []
    found = []
    for statement in statements_of(sitting.session, case):
        certifier = sitting.session.get_one(Certifier, statement.certifier_id)
        figures = [
            (rules.figures[name].title, value, rules.figures[name].measure.value)
            for name, value in statement.figures.items()
        ]
        found.append(StatementLine(statement, certifier, certified.kinds[statement.kind], figures))
    return found
