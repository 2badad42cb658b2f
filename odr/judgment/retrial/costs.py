"""The two cases in which a retrial costs: new evidence overturns the decision, or whoever applies had not appealed (FEE 9, 19, 23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from odr.docket.models import Case, Party, Role
from odr.filing.claim.queries import claims_of
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment.enforcement.effect import is_appealable
from odr.judgment.models import Decision, RetrialApplication
from odr.judgment.queries import petitions_of
from odr.judgment.vocabulary import AppealState, OrderKind
from odr.procedure.acts.events import RetrialCosts
from odr.procedure.forms.inputs import CourtMoneyOrZero, field

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

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
        T(
            "Whoever applied with it then pays the fee of the retrial in advance (Litigation Costs Measures, art. 9(1), 23)."
        ),
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
            "A retrial has a fee only where it is ordered on your new evidence, or where you could have appealed and did not (%(article)s). You get a notice then; unless you pay within %(days)s days or ask to pay less, what you ask counts as taken back. Every other retrial costs nothing.",
            article=pack.cite(rule.free),
            days=window.amount,
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
