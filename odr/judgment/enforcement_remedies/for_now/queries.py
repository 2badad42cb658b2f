"""The search for property that counts, and whether an enforcement may end for now (CPI 517). No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.docket.queries import rows_of
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.queries import open_enforcement
from odr.judgment.enforcement_remedies.for_now.models import MAY_END, EnforcementSearch, SearchState
from odr.judgment.models import EnforcementCase
from odr.procedure.acts.availability import refusal
from odr.procedure.hooks import Panel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def search_in(sitting: Sitting, case: Case, found: EnforcementCase | None) -> EnforcementSearch | None:
    """The newest search of an enforcement."""
    rows = rows_of(sitting.session, EnforcementSearch, case, newest_first=True) if found is not None else []
    return next((row for row in rows if found is not None and row.enforcement_id == found.id), None)


def search_now(sitting: Sitting, case: Case, *states: SearchState) -> EnforcementSearch | None:
    """The newest search of the enforcement under way, where it is in one of some states, if any are named."""
    row = search_in(sitting, case, open_enforcement(sitting.session, case))
    return row if row is not None and (not states or row.state in states) else None


def why_not_for_now(sitting: Sitting, case: Case, found: EnforcementCase) -> Text | None:
    """Why an enforcement does not end for now yet: nobody of those whose word is needed has agreed (CPI 517)."""
    rules = sitting.pack(case).enforcement_halt
    if rules is None or rules.for_now_article is None:
        return None
    row = search_in(sitting, case, found)
    if row is not None and row.state in MAY_END:
        return None
    return T(
        "An enforcement ends for now only after a search for property that found nothing, with the creditor’s signature, or examined by a panel and approved by the president (%(article)s).",
        article=sitting.pack(case).cite(str(rules.for_now_article)),
    )


READERS = PARTY_ROLES | {Role.JUDGE, Role.CLERK, Role.PRESIDENT}
ACTS = (
    names.TELL_SEARCH_RESULT,
    names.ANSWER_SEARCH_RESULT,
    names.CHECK_SEARCH_RESULT,
    names.APPROVE_ENDING_FOR_NOW,
    names.END_ENFORCEMENT,
)


def search_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """On the page of a case: what the search for property came to, and what each may say to it; whoever owes reads none of it."""
    found = open_enforcement(sitting.session, case) if actor.role in READERS else None
    row = search_in(sitting, case, found)
    if row is None or found is None or (actor.role in PARTY_ROLES and actor.party_id != found.party_id):
        return None
    table = sitting.court.table
    acts = [table[name] for name in ACTS if refusal(sitting, table[name], case, actor) is None]
    return Panel("main", 55, "judgment/_searched.html", {"row": row, "acts": acts})
