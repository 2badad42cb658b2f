"""Who stands against an outsider: the parties of the decision that is attacked, and nobody else (CPI 296)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role
from odr.docket.queries import parties
from odr.docket.same_person import plain
from odr.filing.claim.outsider_action.queries import outsider_action_of
from odr.filing.parties.invitation import call_in, note_addresses

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def role_in_action(party: Party, owing: Collection[int]) -> Role:
    """As what a party of the attacked decision stands: as respondent, or as third party where they only were one and the decision
    lays nothing on them (CPI 296). ``owing``: ids of whoever it lays something on.
    """
    spared = party.role is Role.THIRD_PARTY and party.id not in owing
    return Role.THIRD_PARTY if spared else Role.RESPONDENT


def put_in_parties(sitting: Sitting, case: Case, attacked: Case, owing: Collection[int]) -> list[str]:
    """The parties of the attacked decision are the respondents and third parties of the action, before it is accepted; whom the claim
    named else is no party. Gives their labels.
    """
    free = [p for p in case.parties if p.role is Role.RESPONDENT and p.left_at is None]
    labels = []
    for one in parties(attacked):
        role = role_in_action(one, owing)
        there = next((p for p in free if role is Role.RESPONDENT and _is_same(p, one)), None)
        if there is not None:
            free.remove(there)
        else:
            there = _new(case, role, one)
        there.name, there.kind, there.abroad = one.name, one.kind, one.abroad
        there.email, there.phone, there.address = one.email, one.phone, one.address
        sitting.session.flush()
        note_addresses(sitting, there, "attacked_decision")
        labels.append(there.label)
    for surplus in free:
        surplus.left_at = sitting.now
    sitting.session.flush()
    return labels


def call_third_parties(sitting: Sitting, case: Case) -> None:
    """Who is a third party in an outsider's action that is accepted gets the notice to take part, as the respondents get the claim (CPI
    296).
    """
    if outsider_action_of(sitting.session, case) is not None:
        for party in parties(case, Role.THIRD_PARTY):
            call_in(sitting, case, party)


def _is_same(mine: Party, theirs: Party) -> bool:
    return plain(mine.name) == plain(theirs.name) or (bool(mine.email) and plain(mine.email) == plain(theirs.email))


def _new(case: Case, role: Role, like: Party) -> Party:
    ordinal = 1 + max((p.ordinal for p in case.parties if p.role is role), default=0)
    party = Party(
        case_id=case.id, role=role, ordinal=ordinal, name=like.name, kind=like.kind, locale=like.locale, details={}
    )
    case.parties.append(party)
    return party
