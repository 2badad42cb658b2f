"""What a judgment given on a retrial makes of the first one: it upholds it, upholds it after its defects are corrected, or
changes it (CPI 405).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select

from odr.docket.models import Case, Document
from odr.docket.papers import Reason
from odr.filing.claim.progress import retrial_heard
from odr.ground.errors import InvalidInput
from odr.ground.text import Money, PaperDay, T, Text
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.models import Decision, Order
from odr.judgment.queries import decision_named, decisions_of
from odr.judgment.vocabulary import DecisionKind, FirstJudgment, OrderKind

if TYPE_CHECKING:
    from odr.judgment.decision.inputs import DraftInput
    from odr.procedure.sitting import Sitting


def not_asked(sitting: Sitting, case: Case) -> tuple[str, ...]:
    """Which fields of a draft are not asked: outside a retrial both about what was decided first; of a mediation statement, what
    becomes of it, since a judgment can only set it aside.
    """
    if first_statement(sitting, case) is not None:
        return ("first_judgment",)
    return () if first_judgment(sitting, case) is not None else ("first_judgment", "first_why")


def first_judgment(sitting: Sitting, case: Case) -> Decision | None:
    """The decision that a retrial is about; None where none is heard, or one of a mediation statement."""
    named = _named(sitting, case, "decision")
    return decision_named(sitting.session, case, named) if named is not None else None


def first_statement(sitting: Sitting, case: Case) -> Document | None:
    """The paper of the mediation statement that a retrial is about; None where none is heard, or one of a decision (CPI 407)."""
    named = _named(sitting, case, "statement")
    return statement_named(sitting, case, named) if named is not None else None


def _named(sitting: Sitting, case: Case, what: Literal["decision", "statement"]) -> str | None:
    began = retrial_heard(sitting, case)
    return json.loads(began.payload)["result"].get(what) if began is not None else None


def statement_named(sitting: Sitting, case: Case, reference: str) -> Document:
    """The paper of a mediation statement, by its reference."""
    named = select(Document).where(Document.case_id == case.id, Document.reference == reference)
    return sitting.session.scalars(named).one()


def require_said_in_a_retrial(given: DraftInput, first: Decision | None, statement: Document | None) -> None:
    """Raises InvalidInput for words on a first judgment where there is none to decide on: outside a retrial, in a part, or where
    it was a mediation statement, which a judgment can only set aside.
    """
    if given.first_judgment is None and given.first_why is None:
        return
    if statement is not None:
        if given.first_judgment is not None:
            raise InvalidInput.at(
                "first_judgment",
                T("A mediation statement is heard again: by a judgment it is set aside, and nothing else [CPI 407]."),
            )
        if given.kind is DecisionKind.PARTIAL:
            raise InvalidInput.at(
                "first_why", T("The judgment on the rest sets the mediation statement aside. Leave it empty here.")
            )
        return
    if first is None:
        raise InvalidInput.at("first_judgment", T("No retrial is heard in this case."))
    if given.kind is DecisionKind.PARTIAL:
        raise InvalidInput.at(
            "first_judgment", T("The judgment on the rest says what becomes of the first one. Leave it empty here.")
        )


def as_it_was_ordered(sitting: Sitting, case: Case, first: Decision) -> list[dict[str, Any]]:
    """The orders of the first judgment as a draft gives them."""
    keys = {relief.id: key for key, (_, relief) in reliefs_by_key(sitting.session, case).items()}
    labels = {party.id: party.label for party in case.parties}
    return [
        {
            "kind": one.kind.value,
            "relief": keys.get(one.relief_id or 0),
            "debtor": labels.get(one.debtor_id or 0),
            "jointly_with": [labels[each] for each in one.joint_ids or ()],
            "creditor": labels.get(one.creditor_id or 0),
            "amount": {"minor": one.amount_minor, "currency": one.currency} if one.amount is not None else None,
            "interest_from": one.interest_from.isoformat() if one.interest_from is not None else None,
            "interest_percent": str(one.interest_percent) if one.interest_percent is not None else None,
            "instalments": one.instalments if one.instalments > 1 else None,
            "what": one.what,
        }
        for one in first.orders
        if not one.is_beside_claims
    ]


def terms_of(orders: Iterable[Order]) -> Counter[tuple[Any, ...]]:
    """What orders on the claims say, whatever their numbers and their sequence."""
    return Counter(
        (
            one.kind,
            one.relief_id,
            frozenset(one.debtors),
            one.creditor_id,
            one.amount_minor,
            one.currency,
            one.interest_from,
            one.interest_percent,
            one.instalments,
            one.what or None,
        )
        for one in orders
        if not one.is_beside_claims
    )


def not_said_of_the_first(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    """Why a judgment given on a retrial is not ready: it does not say what becomes of the first one, or says one thing and orders
    another (CPI 405).
    """
    if decision.kind is DecisionKind.PARTIAL:
        return
    if first_statement(sitting, case) is not None and not decision.first_why:
        yield T("Say which ground against the mediation statement is shown, and by what [CPL 212].")
    first = first_judgment(sitting, case)
    if first is None:
        return
    said = decision.first_judgment
    if said is None or decision.retried != first.reference:
        yield T(
            "Say what becomes of the first judgment: upheld, upheld after its defects are corrected, or changed [CPI 405]."
        )
        return
    same = terms_of(decision.orders) == terms_of(first.orders)
    if decision.upholds and not same:
        yield T(
            "The first judgment is upheld, and the orders are not the same as its orders. Either it is changed, or its orders stay [CPI 405]."
        )
    if said is FirstJudgment.CHANGED and same and decision.performance_days == first.performance_days:
        yield T(
            "The first judgment is said to be changed, and the orders are the same as its orders. Then it is upheld [CPI 405]."
        )
    if said is not FirstJudgment.UPHELD and not decision.first_why:
        yield T(
            "Say what was wrong with the first judgment: the defects that are corrected, or what made its result wrong [CPI 405]."
        )
    if said is FirstJudgment.UPHELD and decision.first_why:
        yield T(
            "Something is said to be wrong with the first judgment, and it is simply upheld. Where it has defects they are corrected in the new judgment [CPI 405]."
        )


def first_order(sitting: Sitting, case: Case, decision: Decision) -> Text | None:
    """The order by which the first judgment is upheld or set aside; None outside a retrial."""
    if decision.first_judgment is None or decision.retried is None:
        return None
    if decision.first_judgment is FirstJudgment.REVOKED:
        paper = statement_named(sitting, case, decision.retried)
        return T("%(statement)s is set aside.", statement=statement_words(sitting, case, paper))
    first = decision_named(sitting.session, case, decision.retried)
    assert first.issued_at is not None
    facts = {
        "number": case.number or "",
        "day": PaperDay((first.pronounced_at or first.issued_at).astimezone(sitting.court.settings.tz).date()),
    }
    if decision.upholds:
        return T("The judgment of this court %(number)s of %(day)s is upheld.", **facts)
    return T("The judgment of this court %(number)s of %(day)s is set aside.", **facts)


def statement_words(sitting: Sitting, case: Case, paper: Document) -> Text:
    """What a mediation statement is called in a ruling or a judgment: by the number of its case, and its day."""
    day = PaperDay(paper.made_at.astimezone(sitting.court.settings.tz).date())
    return T("The mediation statement of this court %(number)s of %(day)s", number=case.number or "", day=day)


def first_reasons(decision: Decision, *, agreed: bool = False) -> list[Reason]:
    """Why the first judgment stands or falls, as a paragraph of the reasons (CPI 405); ``agreed`` where it is changed because an
    agreement of some of the parties is confirmed (CPI 410).
    """
    why = (decision.first_why or "").strip()
    match decision.first_judgment:
        case FirstJudgment.UPHELD:
            return [
                Reason(T("The first judgment found the facts clearly and applied the law rightly. It is to be upheld."))
            ]
        case FirstJudgment.CORRECTED:
            return [
                Reason(T("The first judgment has defects, which the court corrects here:")),
                Reason(why),
                Reason(T("Its result is right all the same. With this correction it is to be upheld.")),
            ]
        case FirstJudgment.CHANGED if agreed:
            return [
                Reason(why),
                Reason(T("What some of the parties have agreed on takes the place of the first judgment.")),
            ]
        case FirstJudgment.CHANGED:
            return [
                Reason(T("The first judgment is wrong in its facts or in the law:")),
                Reason(why),
                Reason(T("Therefore its result is wrong, and the court decides anew.")),
            ]
        case FirstJudgment.REVOKED:
            return [
                Reason(T("A ground against the mediation statement is shown:")),
                Reason(why),
                Reason(T("Therefore it is to be set aside, and the court decides on the claim.")),
            ]
        case None:
            return []


@dataclass(frozen=True)
class SumOrdered:
    """A sum that a judgment on a retrial orders beside the claims, and what it comes from."""

    debtor_id: int
    creditor_id: int
    amount: Money
    by: str
    """Reference of the request or the agreement."""


def order_beside_the_claims(
    sitting: Sitting,
    decision: Decision,
    mark: Literal["new_evidence_cost", "partial_agreement"],
    sums: Iterable[SumOrdered],
) -> None:
    """Put sums into the orders of a draft, after those on the claims; what ``mark`` brought in before falls out. An upheld judgment
    orders nothing of it.
    """
    for order in [one for one in decision.orders if getattr(one, mark) is not None]:
        decision.orders.remove(order)
    sitting.session.flush()
    if decision.kind is not DecisionKind.JUDGMENT or decision.upholds:
        return
    last = max((order.number for order in decision.orders), default=0)
    for number, one in enumerate(sums, last + 1):
        order = Order(
            number=number,
            kind=OrderKind.PAY,
            debtor_id=one.debtor_id,
            creditor_id=one.creditor_id,
            amount_minor=one.amount.minor,
            currency=one.amount.currency,
            instalments=1,
        )
        setattr(order, mark, one.by)
        decision.orders.append(order)
    sitting.session.flush()


def after_the_first(sitting: Sitting, case: Case, decision: Decision) -> int:
    """The entry that gave the judgment heard again: what comes later belongs to the judgment on its retrial."""
    if decision.first_judgment is FirstJudgment.REVOKED and decision.retried is not None:
        return statement_named(sitting, case, decision.retried).entry_number or 0
    first = next((d for d in decisions_of(sitting.session, case) if d.reference == decision.retried), None)
    return (first.issued_entry or 0) if first is not None else 0
