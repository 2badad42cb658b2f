"""A look before an offer or an agreement is answered: what it is about, what follows, and what becomes of the court fee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from odr.docket.models import Case, Stage
from odr.docket.queries import parties
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments.models import FeeAssessment, FeeBasis
from odr.payments.refund.orders import due_when_ended, touched_by, unpaid_rows, would_go_back
from odr.procedure.acts.availability import refusal
from odr.procedure.rules.tariff import Ending as FeeEnding
from odr.settlement import names
from odr.settlement.models import Agreement, AgreementState, Ending, Offer, OfferState
from odr.settlement.offers.agreements import has_signed, missing
from odr.settlement.offers.case_views import agreement_view, offer_terms, offer_view
from odr.settlement.offers.queries import LIVE_AGREEMENTS
from odr.settlement.queries import agreements_of, offers_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Step:
    """What somebody is about to do in the room: heading and button, terms, what follows; ``words`` where one may add some."""

    name: str
    heading: Text
    button: Text
    about: dict[str, str]
    """The hidden fields of the form."""
    terms: list[Text]
    follows: list[Text]
    costs: list[Text] = field(default_factory=list)
    words: bool = False
    counter: str | None = None
    """The offer that one of one's own would answer instead."""
    premise: str = ""


def fee_if_settled(sitting: Sitting, case: Case, ending: Ending) -> list[Text]:
    """What becomes of the court fee if the case ends so: half of it is asked for, the rest goes back to who paid it (FEE
    15); who bears what stays (FEE 31, 34). Nothing before a claim: there is no fee then.
    """
    if case.stage is Stage.MEDIATING:
        return []
    pack = sitting.pack(case)
    how = FeeEnding.MEDIATED if ending is Ending.STATEMENT else FeeEnding.WITHDRAWN
    said: list[Text] = []
    for party in parties(case):
        back, stays = would_go_back(sitting, case, party, how)
        if back.minor or stays.minor:
            said.append(_back(party.name, back, stays))
    unpaid = [_unpaid(sitting, case, row, how) for row in unpaid_rows(sitting, case) if row.matter in touched_by(how)]
    if not said or pack.tariff.refunds.get(how) is None:
        return [*said, *unpaid] or [T("This costs nothing.")]
    said += unpaid
    bears = pack.cited("FEE 31") if ending is Ending.STATEMENT else pack.cited("FEE 34")
    if bears is not None:
        said.append(
            T(
                "Who bears what stays is for you to agree: put it into the terms. If you cannot agree on it, the court decides (%(article)s).",
                article=bears.words,
            )
            if ending is Ending.STATEMENT
            else T("The claimant bears what stays (%(article)s).", article=bears.words)
        )
    return said


def _unpaid(sitting: Sitting, case: Case, row: FeeAssessment, how: FeeEnding) -> Text:
    """What becomes of a fee whose time to pay goes on: half of it stays due (FEE 15), or none where nothing is halved."""
    basis = sitting.session.get(FeeBasis, row.basis_id) if row.basis_id is not None else None
    found = due_when_ended(sitting, case, basis, how) if basis is not None else None
    told = {"fee": row.amount, "name": case.name_of(row.party_id)}
    if found is None or not found.total.minor:
        return T(
            "The court fee of %(fee)s that %(name)s has not paid yet falls away when the case ends so. Until then its time to pay goes on.",
            **told,
        )
    if found.total.minor >= row.amount_minor:
        return T(
            "%(name)s has not paid the court fee of %(fee)s yet. It is already the lower one and stays due when the case ends so. Until then its time to pay goes on.",
            **told,
        )
    return T(
        "%(name)s has not paid the court fee of %(fee)s yet. When the case ends so, only %(half)s of it stays due. Until then its time to pay goes on.",
        half=found.total,
        **told,
    )


def _back(name: str, back: Money, stays: Money) -> Text:
    if not back.minor:
        return T(
            "Of the court fee that %(name)s paid, nothing goes back: it is already the lower one. %(stays)s stays with the court.",
            name=name,
            stays=stays,
        )
    return T(
        "Of the court fee that %(name)s paid, %(back)s goes back to them and %(stays)s stays with the court.",
        name=name,
        back=back,
        stays=stays,
    )


def step_to_check(sitting: Sitting, case: Case, actor: Actor, name: str, reference: str) -> Step | None:
    """The step with what it is about, or None where it is not open to the viewer; without a ``reference`` the newest that
    waits for them.
    """
    made = STEPS.get(name)
    if made is None or actor.party_id is None or refusal(sitting, sitting.court.table[name], case, actor) is not None:
        return None
    return made(sitting, case, actor, reference)


def _offer(sitting: Sitting, case: Case, actor: Actor, reference: str, *, mine: bool) -> Offer | None:
    found = [
        one
        for one in offers_of(sitting.session, case, OfferState.OPEN)
        if (one.from_id if mine else one.to_id) == actor.party_id and reference in ("", one.reference)
    ]
    return found[-1] if found else None


def _decline_offer(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Step | None:
    offer = _offer(sitting, case, actor, reference, mine=False)
    if offer is None:
        return None
    view = offer_view(sitting, case, actor, offer)
    return Step(
        names.DECLINE_OFFER,
        T("Check before you say no to the offer of %(name)s", name=view.maker),
        T("Do not accept"),
        {"offer": offer.reference},
        offer_terms(sitting, case, offer),
        [
            T(
                "The offer ends with this: it cannot be accepted later. You can make another, and so can the other side."
            ),
            T("Everything goes on as before, and every time limit with it. Nobody may use it against you."),
        ],
        words=True,
        counter=offer.reference,
        premise=view.premise,
    )


def _withdraw_offer(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Step | None:
    offer = _offer(sitting, case, actor, reference, mine=True)
    if offer is None:
        return None
    return Step(
        names.WITHDRAW_OFFER,
        T("Check before you take the offer back"),
        T("Take the offer back"),
        {"offer": offer.reference},
        offer_terms(sitting, case, offer),
        [
            T("The other side can then not accept it any more. You can make another."),
            T("Everything goes on as before, and every time limit with it. Nobody may use it against you."),
        ],
        premise=offer_view(sitting, case, actor, offer).premise,
    )


def _agreement(
    sitting: Sitting, case: Case, actor: Actor, reference: str, *states: AgreementState, unsigned: bool
) -> Agreement | None:
    for one in reversed(agreements_of(sitting.session, case, *states)):
        statement = one.state is AgreementState.CONFIRMED
        waits = any(p.id == actor.party_id for p in missing(case, one, statement=statement))
        if reference in ("", one.reference) and (waits or not unsigned):
            return one
    return None


def _decline_agreement(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Step | None:
    found = _agreement(sitting, case, actor, reference, *LIVE_AGREEMENTS, unsigned=False)
    if found is None or has_signed(found, actor.party_id):
        return None
    follows = [T("The agreement then does not come about for anybody, also for those who have signed it.")]
    if case.stage is not Stage.MEDIATING:
        follows.append(
            T("The case goes on, and every time limit with it. The court is not told who did not sign, nor why.")
        )
    return Step(
        names.DECLINE_AGREEMENT,
        T("Check before you say no to the agreement"),
        T("Do not sign"),
        {"agreement": found.reference},
        agreement_view(sitting, case, actor, found).terms,
        follows,
        words=True,
    )


def _sign_agreement(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Step | None:
    found = _agreement(sitting, case, actor, reference, AgreementState.SIGNING, unsigned=True)
    if found is None:
        return None
    follows = (
        [T("Once everybody has signed, the agreement binds all of you. It can then not be undone by one side alone.")]
        if case.stage is Stage.MEDIATING
        else [
            T("When everybody has signed, the court gets the text of the agreement, nothing else."),
            T("The judge checks whether it is lawful and makes the mediation statement with these terms.")
            if found.ending is Ending.STATEMENT
            else T("The judge gives leave to withdraw the claim; with that the case ends."),
            T("Until then you can still say no, in the private room; the case then goes on."),
        ]
    )
    return Step(
        names.SIGN_AGREEMENT,
        T("Check before you sign"),
        T("Sign the agreement"),
        {"agreement": found.reference},
        agreement_view(sitting, case, actor, found).terms,
        follows,
        fee_if_settled(sitting, case, found.ending),
    )


def _sign_statement(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Step | None:
    found = _agreement(sitting, case, actor, reference, AgreementState.CONFIRMED, unsigned=True)
    if found is None:
        return None
    return Step(
        names.SIGN_STATEMENT,
        T("Check before you sign"),
        T("Sign the mediation statement"),
        {"agreement": found.reference},
        agreement_view(sitting, case, actor, found).terms,
        [
            T("With your signature you can no longer say no."),
            T(
                "When everybody has signed, the statement binds like a judgment: nobody can appeal, the case is over, and whoever is not paid can ask the court to enforce it."
            ),
        ],
        fee_if_settled(sitting, case, found.ending),
    )


STEPS: dict[str, Callable[..., Step | None]] = {
    names.DECLINE_OFFER: _decline_offer,
    names.WITHDRAW_OFFER: _withdraw_offer,
    names.DECLINE_AGREEMENT: _decline_agreement,
    names.SIGN_AGREEMENT: _sign_agreement,
    names.SIGN_STATEMENT: _sign_statement,
}
"""What is done in the room only after a look at what follows."""
