"""What new evidence costs the others: whoever could have brought it in the first trial and brings it in the retrial bears travel,
lodging, meals and lost work that it added for them, where the judgment is changed on it (CPI 409).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import model_validator
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Audience, Case, Role, Stage
from odr.filing.claim.progress import debate_is_open, retrial_heard
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money, T, Text, side_by_side
from odr.identity.actors import Actor
from odr.judgment.decision.retried import SumOrdered, after_the_first, order_beside_the_claims
from odr.judgment.models import Decision, NewEvidenceCost, Order, RetrialApplication
from odr.judgment.queries import current_draft, decisions_of, names_of, party_labelled
from odr.judgment.vocabulary import REPLACING, DecisionKind, DecisionState, RetrialState
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, CourtMoneyOrZero, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NEW_EVIDENCE = "new_evidence"
"""Key of the ground of new evidence that overturns the decision (CPL 211(1))."""

ITEMS = {
    "travel": T("Travel"),
    "lodging": T("Lodging"),
    "meals": T("Meals"),
    "lost_work": T("Lost work"),
}
"""What is made good (CPI 409)."""

_COSTS = select(NewEvidenceCost).where(NewEvidenceCost.case_id == bindparam("case")).order_by(NewEvidenceCost.id)


@remembered
def costs_asked(session: Session, case: Case) -> Sequence[NewEvidenceCost]:
    """Everything that was ever asked in a case for costs of new evidence."""
    return session.scalars(_COSTS, {"case": case.id}).all()


def costs_of_this_retrial(sitting: Sitting, case: Case) -> list[NewEvidenceCost]:
    """What is asked in the retrial that is heard; nothing where none is."""
    began = retrial_heard(sitting, case)
    if began is None:
        return []
    return [row for row in costs_asked(sitting.session, case) if row.entry_number > began.number]


def _with_new_evidence(sitting: Sitting, case: Case) -> set[int]:
    """Who applied for the retrial that is heard with new evidence."""
    began = retrial_heard(sitting, case)
    if began is None:
        return set()
    rows = sitting.session.scalars(
        select(RetrialApplication).where(
            RetrialApplication.case_id == case.id, RetrialApplication.state == RetrialState.ORDERED
        )
    )
    return {row.party_id for row in rows if NEW_EVIDENCE in row.grounds and (row.closed_entry or 0) >= began.number}


@choice_source("who_brought_new_evidence")
def who_brought_new_evidence(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Of whom costs may be asked that new evidence adds."""
    brought = _with_new_evidence(sitting, case)
    return [Option(p.label, p.name, p.role.label) for p in case.parties if p.id in brought and p.id != actor.party_id]


@guard("CPI 409")
def new_evidence_costs_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is asked for: no retrial is heard, its debate is over, nobody else applied with new evidence, or it was
    asked already.
    """
    if retrial_heard(sitting, case) is None:
        return T("No retrial is heard in this case.")
    if not debate_is_open(sitting, case):
        return T("The debate has ended; nothing more is asked of the retrial.")
    others = _with_new_evidence(sitting, case) - {actor.party_id}
    if not others:
        return T("Nobody else applied for this retrial with new evidence.")
    asked = {row.against_id for row in costs_of_this_retrial(sitting, case) if row.party_id == actor.party_id}
    return T("You have asked for it already; the judgment decides.") if others <= asked else None


class AskNewEvidenceCostsInput(CourtModel):
    """What new evidence of somebody else costs a party."""

    against: Annotated[
        str,
        CourtText(1, 40, one_line=True),
        field(T("Who brought the new evidence?"), choices="who_brought_new_evidence"),
    ]
    travel: Annotated[CourtMoneyOrZero | None, field(ITEMS["travel"])] = None
    lodging: Annotated[CourtMoneyOrZero | None, field(ITEMS["lodging"])] = None
    meals: Annotated[CourtMoneyOrZero | None, field(ITEMS["meals"])] = None
    lost_work: Annotated[CourtMoneyOrZero | None, field(ITEMS["lost_work"])] = None
    words: Annotated[
        str,
        CourtText(5, 4000),
        field(
            T("Why it could have been brought before, and what shows what it cost you"),
            T("Only what the retrial added, and was necessary."),
            widget="textarea",
        ),
    ]

    @property
    def sums(self) -> dict[str, Money]:
        """What is asked for, item by item; items of nothing are left out."""
        found = {name: getattr(self, name) for name in ITEMS}
        return {name: money for name, money in found.items() if money is not None and money.minor}

    @model_validator(mode="after")
    def _something(self) -> AskNewEvidenceCostsInput:
        if not self.sums:
            raise InvalidInput.at("travel", T("Say what it cost you: at least one of the four."))
        return self


@act(
    title=T("Ask for what the new evidence costs you"),
    input=AskNewEvidenceCostsInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING},
    guard=new_evidence_costs_me,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks for what the new evidence costs them"),
        T(
            "Say in the hearing what you think of it; there is nothing you have to do now. It is paid only if the judgment is changed on evidence that could have been brought before, and the judgment says so."
        ),
    ),
    source=law("CPI 409"),
    topic=Topic.FEE,
    in_record=False,
    help=T(
        "Travel, lodging, meals and lost work that a retrial adds, from whoever could have brought its new evidence in the first trial [CPI 409]. Until the debate ends."
    ),
)
def ask_new_evidence_costs(
    sitting: Sitting, case: Case, given: AskNewEvidenceCostsInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask that whoever brought new evidence too late bears what it costs; the judgment decides on it (CPI 409).

    Raises InvalidInput for somebody who did not apply with new evidence, for another currency, and for a second request.
    """
    me = sitting.party_of(case, actor)
    other = party_labelled(case, given.against, "against")
    if other is None or other.id == me.id or other.id not in _with_new_evidence(sitting, case):
        raise InvalidInput.at("against", T("Choose one of those listed."))
    mine = [row for row in costs_of_this_retrial(sitting, case) if row.party_id == me.id]
    if any(row.against_id == other.id for row in mine):
        raise InvalidInput.at("against", T("You have asked for it already; the judgment decides."))
    currency = sitting.pack(case).currency
    wrong = [
        FieldFault((name,), T("The amount is not in the currency of this court."))
        for name, money in given.sums.items()
        if money.currency != currency
    ]
    if wrong:
        raise InvalidInput(wrong)
    row = NewEvidenceCost(
        case_id=case.id,
        party_id=me.id,
        against_id=other.id,
        items={name: money.minor for name, money in given.sums.items()},
        currency=currency,
        words=given.words,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(row)
    sitting.session.flush()
    return Recorded(
        T(
            "%(name)s asks %(other)s for %(amount)s that the new evidence costs",
            name=me.name,
            other=other.name,
            amount=row.asked,
        ),
        {"costs": row.reference, "items": row.items, "currency": currency},
    )


@choice_source("new_evidence_costs")
def new_evidence_costs(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """What is asked for the costs of new evidence, with its items."""
    return [
        Option(
            row.reference,
            T(
                "%(name)s asks %(other)s for %(amount)s",
                name=case.name_of(row.party_id),
                other=case.name_of(row.against_id),
                amount=row.asked,
            ),
            T("%(items)s. They say: %(words)s", items=items_words(row), words=row.words),
        )
        for row in costs_of_this_retrial(sitting, case)
    ]


def items_words(row: NewEvidenceCost) -> Text:
    """The items of a request, each with its sum."""
    said = [side_by_side((ITEMS[name], Money(minor, row.currency)), ":") for name, minor in row.items.items()]
    return side_by_side(said, ";")


@guard("CPI 409")
def costs_of_new_evidence_are_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is found on such costs: nobody asks for any, or the judgment is signed."""
    if not costs_of_this_retrial(sitting, case):
        return T("Nobody asks for what new evidence costs.")
    if decisions_of(sitting.session, case, DecisionState.COOLING):
        return T("A signed decision is waiting to be pronounced. Take it back first.")
    return None


class NewEvidenceCostsFinding(CourtModel):
    """What the judgment will say on one such request."""

    costs: Annotated[str, CourtText(1, 40, one_line=True), field(T("On which request"), choices="new_evidence_costs")]
    granted: Annotated[
        CourtMoneyOrZero,
        field(
            T("How much is to be paid?"),
            T("Nothing, if it could not have been brought before, or if the judgment is not changed on it."),
        ),
    ]
    reasons: Annotated[
        str, CourtText(5, 4000), field(T("Reasons, as they will stand in the judgment"), widget="textarea")
    ]


@act(
    title=T("Find on the costs of new evidence"),
    input=NewEvidenceCostsFinding,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    guard=costs_of_new_evidence_are_asked,
    seen_by=Audience.BENCH,
    source=law("CPI 409"),
    means={Milestone.UNTIL_THE_TEXT},
    topic=Topic.DECISION,
    in_record=False,
    help=T(
        "It stands in the judgment as an order of its own. Nothing is awarded where the first judgment is upheld [CPI 409]."
    ),
)
def find_new_evidence_costs(
    sitting: Sitting, case: Case, given: NewEvidenceCostsFinding, *, actor: Actor, now: datetime
) -> Recorded:
    """Find how much of the costs of new evidence is to be paid, and why; the draft orders it at once. Only the bench reads it before
    the judgment (CPI 409).

    Raises InvalidInput for more than was asked for.
    """
    row = next((one for one in costs_of_this_retrial(sitting, case) if one.reference == given.costs), None)
    if row is None:
        raise InvalidInput.at("costs", T("Choose one of those listed."))
    if given.granted.currency != row.currency:
        raise InvalidInput.at("granted", T("The amount is not in the currency of this court."))
    if given.granted.minor > row.asked.minor:
        raise InvalidInput.at("granted", T("More than was asked for: %(amount)s.", amount=row.asked))
    draft = current_draft(sitting.session, case)
    if draft is not None and draft.pronounced_entry is not None:
        raise ActNotOpen(
            T("The judgment was pronounced in the hearing: its orders stand."),
            source=sitting.pack(case).cited("CPI 242"),
        )
    row.granted_minor, row.reasons = given.granted.minor, given.reasons
    sitting.session.flush()
    if draft is not None:
        order_costs_of_new_evidence(sitting, case, draft)
    return Recorded(
        T("Found on the costs of new evidence: %(amount)s", amount=given.granted),
        {"costs": row.reference, "granted": given.granted.minor, "currency": row.currency},
    )


def order_costs_of_new_evidence(sitting: Sitting, case: Case, decision: Decision) -> None:
    """Put what was found into the orders of a draft."""
    order_beside_the_claims(
        sitting,
        decision,
        "new_evidence_cost",
        (
            SumOrdered(row.against_id, row.party_id, Money(row.granted_minor, row.currency), row.reference)
            for row in costs_of_this_retrial(sitting, case)
            if row.granted_minor
        ),
    )


def not_found_on_costs(sitting: Sitting, case: Case, decision: Decision) -> Iterator[Text]:
    """Why a judgment on a retrial is not ready: something asked for new evidence is not found on, or awarded although nothing is
    changed (CPI 409).
    """
    if decision.kind is not DecisionKind.JUDGMENT:
        return
    for row in costs_of_this_retrial(sitting, case):
        if row.granted_minor is None:
            yield T(
                "Nothing is found yet on what %(name)s asks for the costs of new evidence [CPI 409].",
                name=case.name_of(row.party_id),
            )
        elif row.granted_minor and decision.first_judgment not in REPLACING:
            yield T(
                "%(name)s is awarded costs of new evidence, and the first judgment is not changed [CPI 409].",
                name=case.name_of(row.party_id),
            )


def costs_order_words(case: Case, order: Order, days: int) -> Text:
    """The order to pay what new evidence cost."""
    whom = case.party_if_any(order.creditor_id)
    return T(
        "%(debtor)s pays %(creditor)s %(amount)s within %(days)s days after this decision takes effect, for travel, lodging, meals and lost work that its late new evidence added.",
        debtor=names_of(case, order.debtors),
        creditor=whom.name if whom is not None else "",
        amount=order.amount,
        days=days,
    )


def costs_reasons(sitting: Sitting, case: Case, decision: Decision) -> list[str]:
    """Why such costs are awarded or not, as paragraphs of the judgment."""
    if decision.first_judgment is None or decision.kind is not DecisionKind.JUDGMENT:
        return []
    # What was asked in this retrial stands with its judgment, also when the case is heard anew later.
    return [
        row.reasons
        for row in costs_asked(sitting.session, case)
        if row.reasons
        and (decision.issued_entry is None or row.entry_number < decision.issued_entry)
        and row.entry_number > after_the_first(sitting, case, decision)
    ]
