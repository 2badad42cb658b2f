"""Who conducts an action of many, for whom, and what of it needs the consent of those (CPL 56, 57; CPI 76)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import entries_of, parties
from odr.filing import names
from odr.filing.claim.progress import requests_of
from odr.filing.models import RequestKind, RequestState
from odr.filing.parties.details import ALONE, REPRESENTS
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act, Milestone, Topic, bar

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CONDUCTED = frozenset({Stage.PENDING, Stage.HEARING, Stage.DELIBERATION})
"""Where others conduct the case. Against the decision, and for what it gives them, everybody acts themselves."""


def representatives(case: Case) -> list[Party]:
    """Claimants who conduct the case for all; whoever withdrew their own claim conducts nobody's any more."""
    return [
        p for p in parties(case, Role.CLAIMANT) if p.details.get(REPRESENTS) and not p.details.get("withdrew_entry")
    ]


def represented(case: Case) -> list[Party]:
    """Claimants for whom others conduct the case; the consent of who withdrew, or acts alone, is not asked for."""
    mine = [
        p
        for p in parties(case, Role.CLAIMANT)
        if not any(p.details.get(key) for key in (REPRESENTS, "withdrew_entry", ALONE))
    ]
    return mine if representatives(case) else []


@bar("CPL 56, 57")
def conducted_by_others(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why a claimant does not act alone, or the representatives not without whom they represent (CPL 56).

    What the representatives do counts for all; to change, waive, admit or settle they need the consent of everybody they
    represent. A remedy gives nothing up.
    """
    if actor.role is not Role.CLAIMANT or not representatives(case):
        return None
    mine = case.party_if_any(actor.party_id)
    if mine is None or Milestone.OWN_AFFAIR in act.means or mine.details.get(ALONE):
        return None
    if case.stage not in CONDUCTED and act.topic is not Topic.AGREEMENT:
        return None
    if not mine.details.get(REPRESENTS):
        return T("The representatives conduct this case for all claimants.")
    return needs_consent(sitting, case, actor, disposes(act)) if act.special and not act.remedy else None


def disposes(act: Act) -> str | None:
    """Which of the steps of CPL 56 an act is; None for one that may be any of them."""
    if act.name == names.AMEND_CLAIM:
        return "change"
    return "settle" if act.topic is Topic.AGREEMENT else None


def needs_consent(sitting: Sitting, case: Case, actor: Actor, what: str | None) -> Text | None:
    """Reason why a representative does not give up what is the others': they have not all agreed to just that."""
    if not any(p.id == actor.party_id for p in representatives(case)) or not represented(case):
        return None
    asked = requests_of(sitting, case, RequestKind.DISPOSITION, None)
    latest = next((one for one in reversed(asked) if what in (None, one.details["what"])), None)
    if latest is not None and latest.state is RequestState.GRANTED:
        done = entries_of(sitting.session, case, names.AMEND_CLAIM) if what == "change" else []
        # What they agreed to is one change: the next is agreed to anew.
        if not any(e.party_id == actor.party_id and e.number > (latest.decided_entry or 0) for e in done):
            return None
    return T("For this the representatives need the consent of everybody they represent. Propose it first.")
