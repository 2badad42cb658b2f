"""The mediation statement as a paper: claims, facts in short, what was agreed, its effect (CPL 100)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel

from odr.docket.models import Case
from odr.docket.papers import RulingPaper, Words
from odr.docket.queries import parties
from odr.filing.claim.queries import claims_of, reliefs_of
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.text import Money, PaperDay, T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.papers.form import head, opening, party_block, signatures
from odr.procedure.papers.frame import sealed_paper
from odr.settlement.models import Agreement, AgreementState
from odr.settlement.queries import agreement_named

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True, kw_only=True)
class StatementPaper(RulingPaper):
    """A mediation statement."""

    labels: ClassVar[dict[str, Text]] = RulingPaper.labels | {
        "ruled": T("What the parties agreed"),
        "remedy": T("Effect"),
    }
    kind: Words = T("Mediation statement")


ALL_OF_CASE = T("With this everything asked for in this case is settled.")

THE_DISPUTE = T("With this the dispute is settled.")


def term_words(case: Case, agreement: Agreement, closing: Text | None = ALL_OF_CASE) -> list[Text]:
    """The agreement in sentences; ``closing`` says what is settled with it, or nothing of that."""
    payer, payee = case.party_if_any(agreement.payer_id), case.party_if_any(agreement.payee_id)
    said: list[Text] = []
    for part in agreement.instalments:
        if payer is not None and payee is not None:
            amount, on = Money(part["minor"], agreement.currency), date.fromisoformat(part["on"])
            said.append(
                T(
                    "%(payer)s pays %(payee)s %(amount)s by %(day)s.",
                    payer=payer.name,
                    payee=payee.name,
                    amount=amount,
                    day=PaperDay(on),
                )
            )
    if agreement.accelerates and len(agreement.instalments) > 1:
        said.append(T("If one payment is late, everything left falls due at once."))
    doer = case.party_if_any(agreement.doer_id)
    if agreement.deed and doer is not None:
        said.append(T("%(name)s does this: %(what)s", name=doer.name, what=agreement.deed))
    return [*said, closing] if closing is not None else said


def text_digest(case: Case, agreement: Agreement, language: str) -> str:
    """What must be the same when the statement is kept as when it was set."""
    terms = [
        agreement.payer_id,
        agreement.payee_id,
        agreement.amount_minor,
        agreement.currency,
        agreement.instalments,
        agreement.accelerates,
        agreement.deed,
    ]
    people = [[p.label, p.name] for p in case.parties]
    return sha256_hex(canonical([agreement.reference, case.number, terms, people, language]))


def prepare_statement(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the statement before the Sitting; nothing where the number typed is not this case's."""
    reference, typed, language = (str(getattr(given, name, "")) for name in ("agreement", "case_number", "language"))
    with court.database.read() as session:
        sitting = court.look(session)
        mine = session.get_one(Case, case.id)
        agreement = agreement_named(session, mine, reference)
        if typed != mine.number or agreement.state is not AgreementState.SIGNED:
            return {}
        paper, text = statement_paper(sitting, mine, agreement, language), text_digest(mine, agreement, language)
        reason = T("Mediation statement in case %(number)s", number=mine.number)
        return {"statement": sealed_paper(court, paper, language, text, reason=reason, signer=actor.name)}


def _asked(sitting: Sitting, case: Case) -> list[Words]:
    """What was asked for, in one paragraph by party (CPL 100)."""
    said: list[Words] = []
    for claim in claims_of(sitting.session, case):
        heads = [r for r in reliefs_of(sitting.session, case) if r.claim_id == claim.id]
        numbered = [
            T("(%(number)s) %(what)s", number=n, what=r.what.strip().rstrip("。.；;")) for n, r in enumerate(heads, 1)
        ]
        name = case.name_of(claim.party_id)
        said.append(T("%(name)s asks the court: %(heads)s.", name=name, heads=side_by_side(numbered, ";")))
    return said


def _fee(sitting: Sitting, case: Case) -> list[Text]:
    """The court fee, halved, and who bears it (FEE 15, 31): each party what it paid in, where nothing else is agreed."""
    told = sitting.court.hooks.fee_at_ending
    return [words for party in parties(case) for words in told(sitting, case, party, "mediated")] if told else []


def _basis(agreement: Agreement) -> Text:
    """On what the court confirms it; in an action in the public interest, that it was announced and harms the public nowhere."""
    if agreement.announced_until is None:
        return T(
            "In the course of the case the parties reached the following agreement of their own will; the court has found nothing in it against the law and confirms it:"
        )
    return T(
        "In the course of the case the parties reached the following agreement of their own will. It was announced to the public until %(day)s; the court has found nothing in it against the law or the interest of the public and confirms it:",
        day=agreement.announced_until,
    )


def statement_paper(sitting: Sitting, case: Case, agreement: Agreement, language: str) -> StatementPaper:
    """The whole paper."""
    return StatementPaper(
        **head(sitting, case, language, sitting.now),
        subject=sitting.subject_of(case),
        signatories=signatures(sitting, case),
        parties=party_block(sitting, case),
        history=[opening(sitting, case), *_asked(sitting, case)],
        basis=_basis(agreement),
        orders=term_words(case, agreement),
        costs=_fee(sitting, case),
        remedy=T(
            "This statement binds when the last party has signed it, and can then be enforced like a judgment [CPL 100]."
        ),
    )
