"""A claim that is withdrawn while its case is heard again on a retrial: with everybody's consent, and for good (CPI 408)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from odr.docket.models import PARTY_ROLES, Case, Party, Stage
from odr.docket.queries import parties
from odr.filing.claim.progress import requests_of, retrial_heard
from odr.filing.models import Request, RequestKind
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

AGREED = "agreed"
"""Key of a request's details: who has agreed to it, by label."""


def _asks_me(sitting: Sitting, case: Case, actor: Actor) -> list[Request]:
    """Withdrawals of others to which the actor has not agreed yet."""
    me = case.party_if_any(actor.party_id)
    if me is None or retrial_heard(sitting, case) is None:
        return []
    waiting = requests_of(sitting, case, RequestKind.WITHDRAWAL)
    return [one for one in waiting if one.party_id != me.id and me.label not in one.details.get(AGREED, [])]


@guard("CPI 408")
def my_consent_is_asked(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing to agree to: no retrial is heard, nobody else asks to withdraw, or they have agreed."""
    return None if _asks_me(sitting, case, actor) else T("Nobody needs your consent to withdraw a claim.")


class AgreeToWithdrawalInput(CourtModel):
    """Nothing more is asked: to agree is to do it."""


@act(
    title=T("Agree that the claim is withdrawn in the retrial"),
    input=AgreeToWithdrawalInput,
    by=set(PARTY_ROLES),
    at={Stage.PENDING, Stage.HEARING, Stage.DELIBERATION},
    guard=my_consent_is_asked,
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.NOTICE,
        T("A party agrees that the claim is withdrawn"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPI 408"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "With the claim the first decision falls too, for good: nothing of it is owed, and the claim is not brought again."
    ),
)
def agree_to_withdrawal(
    sitting: Sitting, case: Case, given: AgreeToWithdrawalInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Agree that a claim is withdrawn while its case is heard again; without everybody's consent it is not (CPI 408)."""
    me = sitting.party_of(case, actor)
    found = _asks_me(sitting, case, actor)
    for one in found:
        one.details = {**one.details, AGREED: [*one.details.get(AGREED, []), me.label]}
    return Recorded(
        T("%(name)s agrees that the claim is withdrawn", name=me.name), {"requests": [one.reference for one in found]}
    )


def require_consent(sitting: Sitting, case: Case, request: Request) -> bool:
    """Whether leave to withdraw lets a first decision fall for good. Raises ActNotOpen where a retrial is heard and somebody has
    not agreed (CPI 408).
    """
    if retrial_heard(sitting, case) is None:
        return False
    missing = [p.name for p in _others(case, request) if p.label not in request.details.get(AGREED, [])]
    if missing:
        raise ActNotOpen(
            T("The case is heard again: %(names)s must agree to the withdrawal.", names=side_by_side(missing)),
            T("Without their consent refuse leave; the retrial goes on."),
            sitting.pack(case).cited("CPI 408"),
        )
    return True


def _others(case: Case, request: Request) -> list[Party]:
    return [party for party in parties(case) if party.id != request.party_id]
