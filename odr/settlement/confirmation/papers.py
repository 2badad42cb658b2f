"""The ruling on a joint application for confirmation, and on an objection to it, as sealed papers (CPL 206; CPI 358,
372).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from odr.docket.models import Case, Role
from odr.docket.papers import Reason, RulingPaper, Words
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import InvalidInput
from odr.ground.text import PaperDay, T, Text
from odr.identity.actors import Actor
from odr.procedure.papers.form import APPLICANT, Basis, basis, head, party_block, side, signatures
from odr.procedure.papers.frame import sealed_paper
from odr.procedure.rules.court_rules import NotConfirmed
from odr.settlement.confirmation.inputs import ConfirmationRulingInput, ObjectionRulingInput
from odr.settlement.confirmation.queries import confirmation_of
from odr.settlement.models import Agreement, Confirmation
from odr.settlement.statement.papers import term_words

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

RULING, OBJECTION = "confirmation_ruling", "confirmation_objection"


def grounds(sitting: Sitting, case: Case, result: str) -> dict[str, NotConfirmed]:
    """The grounds on which the rules let the court not take an application up, or dismiss it."""
    rules = sitting.pack(case).mediation
    if rules is None:
        return {}
    return rules.not_accepted if result == "not_accepted" else {**rules.not_confirmed, **rules.not_accepted}


def ground_named(sitting: Sitting, case: Case, given: ConfirmationRulingInput) -> NotConfirmed | None:
    """The ground of a ruling. Raises InvalidInput for one the rules do not know for this ruling."""
    if given.ground is None:
        return None
    found = grounds(sitting, case, given.result).get(given.ground)
    if found is None:
        raise InvalidInput.at("ground", T("Choose one of those listed."))
    return found


def agreement_behind(sitting: Sitting, row: Confirmation) -> Agreement:
    """What is to be confirmed."""
    return sitting.session.get_one(Agreement, row.agreement_id)


def order_words(sitting: Sitting, case: Case, row: Confirmation, given: ConfirmationRulingInput) -> list[Words]:
    """What is ruled, in sentences."""
    match given.result:
        case "confirmed":
            terms = term_words(case, agreement_behind(sitting, row), closing=None)
            first = T(
                "The mediated agreement that binds since %(day)s, made before %(organisation)s, is valid.",
                day=row.effective_on,
                organisation=row.organisation,
            )
            last = T(
                "If somebody does not perform it, or not in full, the others may apply to this court for enforcement [CPL 206]."
            )
            return [first, *terms, last]
        case "withdrawn":
            return [T("The application for confirmation is withdrawn by leave.")]
        case "not_accepted":
            return [T("The application for confirmation is not accepted.")]
        case _:
            return [T("The application for confirmation is dismissed.")]


def remedy_words(sitting: Sitting, case: Case, result: str) -> Text:
    """What one may do next."""
    if result == "confirmed":
        rule = sitting.pack(case).window(OBJECTION)
        return T(
            "A party may object in this court within %(length)s of receiving this ruling; others whose rights it touches within [time mediation.others_object] (%(article)s).",
            length=rule.words,
            article=sitting.pack(case).cite(rule.article),
        )
    return T("The parties may change the agreement or make a new one before a mediator, or sue [CPL 206].")


def _paper(
    sitting: Sitting,
    case: Case,
    language: str,
    orders: list[Words],
    reasons: list[Words],
    remedy: Words,
) -> RulingPaper:
    block = [replace(line, role=APPLICANT) for line in party_block(sitting, case)]
    day = PaperDay((case.accepted_at or case.lodged_at).astimezone(sitting.court.settings.tz).date())
    who = side(case, Role.CLAIMANT, Role.RESPONDENT)
    return RulingPaper(
        **head(sitting, case, language, sitting.now),
        subject=T("Confirmation of a mediated agreement"),
        signatories=signatures(sitting, case),
        parties=block,
        history=[
            T(
                "On %(day)s this court took up the application of %(names)s to confirm an agreement reached in mediation, and has examined it.",
                day=day,
                names=who,
            )
        ],
        basis=basis(sitting.pack(case), ["CPL 206"], of=Basis.RULING),
        orders=orders,
        reasons=[Reason(line) for line in reasons],
        remedy=remedy,
    )


def digest(case: Case, row: Confirmation, agreement: Agreement, given: BaseModel) -> str:
    """What must be the same when the ruling is kept as when it was set."""
    terms = [
        agreement.amount_minor,
        agreement.currency,
        agreement.instalments,
        agreement.accelerates,
        agreement.deed,
        agreement.payer_id,
        agreement.doer_id,
    ]
    people = [[p.label, p.name] for p in case.parties]
    return sha256_hex(
        canonical([case.number, row.applied, row.ruled_entry, terms, people, given.model_dump(mode="json")])
    )


def prepare_confirmation(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the ruling before the Sitting; nothing where the number typed is not this case's."""
    assert isinstance(given, ConfirmationRulingInput)
    with court.database.read() as session:
        sitting, mine = court.look(session), session.get_one(Case, case.id)
        row = confirmation_of(session, mine)
        if row is None or given.case_number != mine.number:
            return {}
        ground = ground_named(sitting, mine, given)
        why: list[Words] = (
            []
            if ground is None
            else [T("%(ground)s (%(article)s).", ground=ground.title, article=sitting.pack(mine).cite(ground.article))]
        )
        why += [line for line in given.reasons.splitlines() if line.strip()]
        orders, remedy = order_words(sitting, mine, row, given), remedy_words(sitting, mine, given.result)
        paper = _paper(sitting, mine, given.language, orders, why, remedy)
        text = digest(mine, row, agreement_behind(sitting, row), given)
        reason = T("Ruling in case %(number)s", number=mine.number)
        return {RULING: sealed_paper(court, paper, given.language, text, reason=reason, signer=actor.name)}


def prepare_objection(court: Court, case: Case, given: BaseModel, actor: Actor) -> Mapping[str, Any]:
    """Set and seal the ruling on an objection before the Sitting."""
    assert isinstance(given, ObjectionRulingInput)
    with court.database.read() as session:
        sitting, mine = court.look(session), session.get_one(Case, case.id)
        row = confirmation_of(session, mine)
        if row is None:
            return {}
        order: Words = (
            T("The confirmation is set aside, and the application dismissed.")
            if given.result == "set_aside"
            else T("The objection is dismissed; the confirmation stands.")
        )
        why: list[Words] = [line for line in given.reasons.splitlines() if line.strip()]
        remedy = (
            T("No appeal lies against this ruling [CPI 372].")
            if given.result == "stands"
            else remedy_words(sitting, mine, "dismissed")
        )
        paper = _paper(sitting, mine, given.language, [order], why, remedy)
        text = digest(mine, row, agreement_behind(sitting, row), given)
        reason = T("Ruling in case %(number)s", number=mine.number or "")
        return {OBJECTION: sealed_paper(court, paper, given.language, text, reason=reason, signer=actor.name)}
