"""Which court decides on an application for retrial, what is not taken a second time (CPL 210; CPI 377, 381, 424), and in which two
cases a retrial costs: new evidence overturns the decision, or whoever applies had not appealed (FEE 9, 19, 23).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind, Role, Stage
from odr.docket.queries import parties, seat
from odr.filing.claim.progress import retrial_heard
from odr.filing.claim.queries import claims_of
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.enforcement.effect import is_appealable
from odr.judgment.models import Decision, RetrialApplication
from odr.judgment.queries import petitions_of
from odr.judgment.vocabulary import AppealState, OrderKind, RetrialState
from odr.procedure.acts.events import RetrialCosts
from odr.procedure.forms.inputs import CourtMoneyOrZero, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

NOT_SMALL = "not_small"
"""Key of the ground that the case was no small claim (CPI 424(2))."""
MANY = 10
"""From how many on one side a side counts as many (CPI 75)."""
OPINION, REVIEW = "retrial_opinion", "retrial_review"
UNDECIDED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}
"""Where a retrial is heard."""


def of_this_retrial(sitting: Sitting, case: Case) -> list[RetrialApplication]:
    """The applications on which the case is heard again and that have not ended: to what they ask the retrial keeps (CPI 403)."""
    began = retrial_heard(sitting, case)
    if began is None:
        return []
    rows = sitting.session.scalars(
        select(RetrialApplication)
        .where(RetrialApplication.case_id == case.id, RetrialApplication.state == RetrialState.ORDERED)
        .order_by(RetrialApplication.id)
    )
    return [row for row in rows if (row.closed_entry or 0) >= began.number]


def require_here(sitting: Sitting, case: Case, decision: Decision) -> None:
    """Raises ActNotOpen where this court cannot be chosen: another court decided last, or the law names only the higher
    one (CPL 210).
    """
    pack = sitting.pack(case)
    above = T("Apply at the higher court: choose it in the form.")
    if any(
        p.decision_id == decision.id and p.state is not AppealState.WITHDRAWN
        for p in petitions_of(sitting.session, case)
    ):
        raise ActNotOpen(
            T("The higher court decided on appeal; this court is not the one that decided last."),
            above,
            pack.cited("CPL 210, 215"),
        )
    sides = [parties(case, role) for role in (Role.CLAIMANT, Role.RESPONDENT)]
    persons = all(p.kind is PartyKind.PERSON for side in sides for p in side)
    if is_appealable(sitting, case) and not persons and all(len(side) < MANY for side in sides):
        raise ActNotOpen(
            T(
                "This court decides itself only on small claims, between natural persons, or with ten or more on one side."
            ),
            above,
            pack.cited("CPL 210", "CPI 377, 424"),
        )


def require_first(sitting: Sitting, case: Case) -> None:
    """Raises ActNotOpen for an application against what was decided on a retrial (CPI 381)."""
    if retrial_heard(sitting, case) is not None:
        raise ActNotOpen(
            T("This was decided on a retrial; the court takes no second application."),
            T("You may ask the prosecution to advise a retrial or to protest."),
            sitting.pack(case).cited("CPI 381", "CPL 220"),
        )


def is_small(sitting: Sitting, case: Case) -> bool:
    """Whether the case was heard as small claims, without an appeal (CPL 165)."""
    return not is_appealable(sitting, case)


def begin_review(sitting: Sitting, case: Case, row: RetrialApplication, name: str) -> None:
    """The president gets it on the desk; three months run (CPL 215; CPI 129)."""
    if seat(sitting.session, case, Role.PRESIDENT) is None:
        take_seat(sitting, case, Role.PRESIDENT)
    window = sitting.start_window(case, REVIEW, subject=row.reference)
    sitting.open_task(
        case,
        Role.PRESIDENT,
        desks.RETRIAL_HERE,
        T("%(name)s applies to this court for retrial. Decide when the others have spoken.", name=name),
        risk=45,
        due_at=window.due_at,
        subject=row.reference,
    )


NEW_EVIDENCE: Literal["new_evidence"] = "new_evidence"
"""Key of the ground of new evidence that overturns the decision (CPL 211(1)); the case of the tariff is called so, too."""
NOT_APPEALED: Literal["not_appealed"] = "not_appealed"

Contested = Annotated[
    CourtMoneyOrZero | None,
    field(
        T("How much of the decision do you contest?"),
        T(
            "If the retrial has a fee, it is computed on it. Nothing, if it is not about money; leave it empty if you contest all of what was decided against you."
        ),
    ),
]
OnNewEvidence = Annotated[
    bool,
    field(
        T("It is ordered on new evidence that overturns the decision"),
        T("Whoever applied with it then pays the fee of the retrial in advance [FEE 9(1), 23]."),
    ),
]


def what_a_retrial_costs(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Before anybody applies: in which cases a retrial has a fee, and what follows if it is not paid (FEE 9, 23)."""
    pack = sitting.pack(case)
    rule, window = pack.tariff.retrial, pack.windows.rules.get("retrial_fee")
    if rule is None or window is None:
        return []
    return [
        T(
            "A retrial has a fee only where it is ordered on your new evidence, or where you could have appealed and did not (%(article)s). You get a notice then; unless you pay within %(length)s or ask to pay less, what you ask counts as taken back. Every other retrial costs nothing.",
            article=pack.cite(rule.free),
            length=window.words,
        )
    ]


def require_new_evidence(rows: Sequence[RetrialApplication], *, ordered: bool, new_evidence: bool) -> None:
    """Raises InvalidInput where new evidence is the ground and nobody brought any, or no retrial is ordered."""
    if new_evidence and not (ordered and any(NEW_EVIDENCE in row.grounds for row in rows)):
        raise InvalidInput.at("new_evidence", T("Nobody applies with new evidence, or no retrial is ordered."))


def announce_costs(
    sitting: Sitting, case: Case, decision: Decision, rows: Sequence[RetrialApplication], *, new_evidence: bool
) -> None:
    """Tell for whose application, on which a retrial is ordered, there is a fee. To be asked before the case is heard again: then
    its procedure is another.
    """
    if sitting.pack(case).tariff.retrial is None:
        return
    both = len({case.party(row.party_id).role for row in rows}) > 1
    for row in rows:
        party = case.party(row.party_id)
        on_evidence = new_evidence and NEW_EVIDENCE in row.grounds
        if on_evidence or _left_appeal_out(sitting, case, decision, party):
            ground = NEW_EVIDENCE if on_evidence else NOT_APPEALED
            amount = _contested(sitting, case, decision, row) or None
            sitting.announce(RetrialCosts(case, party, amount_minor=amount, ground=ground, both_sides=both))


def _left_appeal_out(sitting: Sitting, case: Case, decision: Decision, party: Party) -> bool:
    """Whether a party could have appealed and did not, and the decision of this court took effect as it was given (FEE 9(2))."""
    if not is_appealable(sitting, case):
        return False
    petitions = [one for one in petitions_of(sitting.session, case) if one.decision_id == decision.id]
    return not any(one.party_id == party.id or one.state is AppealState.DECIDED for one in petitions)


def _contested(sitting: Sitting, case: Case, decision: Decision, row: RetrialApplication) -> int:
    """What of the decision an application contests: as it says, or all that was decided against whoever applied (FEE 19)."""
    if row.contested_minor is not None:
        return row.contested_minor
    party = case.party(row.party_id)
    pay = [order for order in decision.orders if order.kind is OrderKind.PAY]
    owed = sum(order.amount_minor or 0 for order in pay if party.id in order.debtors)
    if party.role is Role.RESPONDENT:
        return owed
    asked = sum(claim.amount_minor for claim in claims_of(sitting.session, case) if claim.party_id == party.id)
    given = sum(order.amount_minor or 0 for order in pay if party.id not in order.debtors)
    return owed + max(asked - given, 0)
