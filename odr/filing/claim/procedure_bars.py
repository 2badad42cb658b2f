"""What keeps a case from a procedure, as its record stands now (CPL 165, 166; CPI 257)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from odr.docket.models import Case, Role, Seat
from odr.docket.queries import entries_of, parties
from odr.filing import names
from odr.filing.claim.progress import is_heard_again, requests_of
from odr.filing.claim.queries import claims_of, reliefs_of
from odr.filing.group.models import GroupAction
from odr.filing.models import RequestKind, RequestState
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import guard
from odr.procedure.rules.cases import Bar
from odr.service import names as service_names

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def bars_of(sitting: Sitting, case: Case) -> set[Bar]:
    """Every fact on record that closes a procedure to the case, and what the judge found to close it."""
    holds = {
        Bar.NOT_MONEY: any(relief.amount_minor is None for relief in reliefs_of(sitting.session, case)),
        Bar.FOREIGN: case.foreign_related or any(party.abroad for party in parties(case)),
        Bar.COUNTERCLAIM: any(claim.kind == "counterclaim" for claim in claims_of(sitting.session, case)),
        Bar.MANY_PARTIES: sitting.session.scalar(select(GroupAction.id).where(GroupAction.case_id == case.id))
        is not None,
        Bar.WHEREABOUTS_UNKNOWN: bool(entries_of(sitting.session, case, service_names.ORDER_ANNOUNCEMENT)),
        Bar.RETRIAL: is_heard_again(sitting, case),
    }
    return {bar for bar, is_so in holds.items() if is_so} | judged_bars(sitting, case)


def judged_bars(sitting: Sitting, case: Case) -> set[Bar]:
    """What only a judge can find, as last found: status or title, public interest, facts greatly disputed."""
    found: dict[Bar, bool] = {}
    for entry in entries_of(sitting.session, case, names.FIND_BAR):
        result = json.loads(entry.payload)["result"]
        found[Bar(result["bar"])] = result["holds"]
    return {bar for bar, holds in found.items() if holds}


def panel_is_ordered(sitting: Sitting, case: Case) -> bool:
    """Whether only a panel may decide: an objection to the single judge was upheld, or the case is heard again (CPL 41,
    43).
    """
    upheld = requests_of(sitting, case, RequestKind.PROCEDURE, RequestState.GRANTED)
    return any(one.details["what"] == "one_judge" for one in upheld) or is_heard_again(sitting, case)


@guard("CPL 41, 43")
def the_panel_sits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the hearing cannot begin: only a panel may decide, and it is not convened yet."""
    if not panel_is_ordered(sitting, case):
        return None
    seats = select(func.count()).select_from(Seat).where(Seat.case_id == case.id, Seat.until_at.is_(None))
    sit = sitting.session.scalar(seats.where(Seat.role.in_((Role.JUDGE, Role.ASSESSOR)))) or 0
    return T("Only a panel may hear this case. The judge convenes it first.") if sit < 2 else None


def agreed_to_small_claims(sitting: Sitting, case: Case, *, but: int | None = None) -> bool:
    """Whether every claimant and respondent has agreed on record to small claims procedure (CPL 165(2)); ``but`` is the
    party whose own act is being performed.
    """
    agreed = {entry.party_id for entry in entries_of(sitting.session, case, names.AGREE_SMALL_CLAIMS)} | {but}
    return all(party.id in agreed for role in (Role.CLAIMANT, Role.RESPONDENT) for party in parties(case, role))
