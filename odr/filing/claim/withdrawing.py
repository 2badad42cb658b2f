"""Withdrawing a claim: asked for, and the leave of the court (CPL 148; CPI 237 to 239, 408)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Outcome, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing import desks
from odr.filing.claim import retried
from odr.filing.claim.announcements import asked_together
from odr.filing.claim.going_on import fee_when_left, leave_claim, will_go_on
from odr.filing.claim.progress import ask, decide, end_case, own_claim, requests_of, retrial_heard, standing_claim
from odr.filing.inputs import Answer, Reasons
from odr.filing.models import Claim, RequestKind, RequestState
from odr.filing.parties.details import claims_themselves
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.events import ClaimChanged
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, RefTo, field
from odr.procedure.papers.rulings import NO_APPEAL
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BEFORE_ACCEPTANCE = {Stage.LODGED, Stage.RETURNED}
BEFORE_DECISION = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}


@guard("COURT one-at-a-time")
def no_withdrawal_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why leave cannot be asked for: it was."""
    mine = [one for one in requests_of(sitting, case, RequestKind.WITHDRAWAL) if one.party_id == actor.party_id]
    return T("You have already asked to withdraw; the judge decides.") if mine else None


@guard("CPL 54, 148")
def something_to_withdraw(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing of the actor's own to withdraw. Until the claim is accepted, who claims along without a sum
    of their own may leave it too.
    """
    me = case.party_if_any(actor.party_id)
    along = me is not None and me.role is Role.CLAIMANT and me.ordinal > 1 and case.stage in BEFORE_ACCEPTANCE
    return None if along else own_claim(sitting, case, actor)


@guard("CPL 55")
def nobody_claims_along(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why whoever lodged a claim does not take it back before it is accepted: others joined it, and what one does has
    no effect for them.
    """
    me = case.party_if_any(actor.party_id)
    if me is None or me.ordinal != 1 or case.stage not in BEFORE_ACCEPTANCE:
        return None
    others = [p.name for p in parties(case, Role.CLAIMANT) if p.id != me.id and claims_themselves(p)]
    if not others:
        return None
    return T(
        "Others have joined this claim: %(names)s. Once it is accepted you can withdraw yours, and theirs goes on.",
        names=side_by_side(others),
    )


class WithdrawInput(CourtModel):
    """Why a claim is given up for now."""

    reasons: Annotated[
        str | None, CourtText(0, 2000), field(T("Reasons, if you want to give them"), widget="textarea")
    ] = None


@act(
    title=T("Withdraw your claim"),
    input=WithdrawInput,
    by=set(PARTY_ROLES),
    at=BEFORE_DECISION | BEFORE_ACCEPTANCE,
    to={Stage.CLOSED},
    guard=(something_to_withdraw, nobody_claims_along, no_withdrawal_waits),
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party wants to withdraw their claim"),
        T(
            "There is nothing you have to do now. Where the case is accepted already, the judge rules on it and the ruling is sent to you; until then the case goes on."
        ),
    ),
    source=law("CPL 148"),
    means={Milestone.OWN_AFFAIR},
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "After acceptance the judge gives leave. Half the court fee is due, paid or not: what you paid beyond it goes back. You may bring the claim again later, but not where it is withdrawn in a retrial: there everybody else has to agree, and the first decision falls with it."
    ),
)
def withdraw_claim(sitting: Sitting, case: Case, given: WithdrawInput, *, actor: Actor, now: datetime) -> Recorded:
    """Ask for leave to withdraw; before acceptance no leave is needed and the case is over (CPL 148)."""
    me = sitting.party_of(case, actor)
    claim = standing_claim(sitting, case, me.id)
    if case.stage in BEFORE_ACCEPTANCE:
        return _withdrawn_before(sitting, case, me, claim, now)
    assert claim is not None
    request = ask(sitting, case, RequestKind.WITHDRAWAL, me, given.reasons or "", subject=claim.reference)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.WITHDRAWAL,
        T("%(name)s asks for leave to withdraw.", name=me.name),
        risk=45,
        subject=request.reference,
    )
    return Recorded(
        T("%(name)s asked for leave to withdraw", name=me.name),
        {"request": request.reference, "claim": claim.reference},
    )


def _withdrawn_before(sitting: Sitting, case: Case, me: Party, claim: Claim | None, now: datetime) -> Recorded:
    """No leave is needed. Who only claimed along leaves the case to the others (CPL 55); else it is over."""
    if claim is not None:
        claim.withdrawn_at = now
    told = {"claim": claim.reference if claim is not None else None}
    if me.ordinal == 1:
        end_case(sitting, case, Outcome.WITHDRAWN, now)
        return Recorded(T("%(name)s withdrew the claim before it was accepted", name=me.name), told)
    me.left_at = now
    sitting.session.flush()
    if (together := asked_together(sitting, case)) is not None:
        sitting.announce(ClaimChanged(case, together[0], "claim", together[1], True))
    words = T("%(name)s no longer claims along; the claim of the others goes on", name=me.name)
    return Recorded(words, {**told, "left": [me.label]})


@guard("CPL 148")
def withdrawal_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no leave to give."""
    return None if requests_of(sitting, case, RequestKind.WITHDRAWAL) else T("Nobody asks to withdraw.")


def fee_of_withdrawal(sitting: Sitting, case: Case, given: Any) -> Sequence[Text]:
    """The fee, halved and borne by whoever withdraws (FEE 15, 34); nothing where leave is refused."""
    leaving = _leaving(sitting, case, given)
    return [] if given.answer == "refuse" or leaving is None else fee_when_left(sitting, case, leaving, "withdrawn")


def _leaving(sitting: Sitting, case: Case, given: Any) -> Claim | None:
    """The claim that somebody asks to withdraw."""
    request = next(
        (r for r in requests_of(sitting, case, RequestKind.WITHDRAWAL) if r.reference == given.request), None
    )
    return standing_claim(sitting, case, request.party_id) if request is not None else None


def what_follows(sitting: Sitting, case: Case, given: Any) -> Sequence[Text]:
    """In a retrial that the first decision falls with the claim (CPI 408); else who goes on with a claim of their own, as a
    claimant, and against whom (CPI 237).
    """
    if given.answer == "refuse":
        return []
    if retrial_heard(sitting, case) is not None:
        return [T("The first decision is set aside with it; the claim is not brought again.")]
    leaving = _leaving(sitting, case, given)
    return will_go_on(sitting, case, leaving) if leaving is not None else []


class RequestRuling(CourtModel):
    """A ruling on one request."""

    request: Annotated[str, RefTo("withdrawal"), field(T("Request"), choices="withdrawals")]
    answer: Answer
    reasons: Reasons


@act(
    title=T("Rule on a withdrawal"),
    input=RequestRuling,
    by={Role.JUDGE},
    at=BEFORE_DECISION,
    to={Stage.CLOSED},
    guard=withdrawal_waits,
    while_stayed=True,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on the withdrawal of a claim"),
        T(
            "There is nothing you have to do. The ruling says whether the claim is withdrawn, and whether the case goes on."
        ),
    ),
    paper=RulingForm(
        T("Withdrawal of the claim"),
        NO_APPEAL,
        words={
            "allow": T("The claim is withdrawn by leave of the court."),
            "refuse": T("Leave to withdraw the claim is not given."),
        },
        costs=fee_of_withdrawal,
        more=what_follows,
    ),
    source=law("CPL 148", "CPI 237, 238, 239, 408"),
    desk=desks.WITHDRAWAL,
    topic=Topic.CLAIM,
    in_record=False,
)
def rule_on_withdrawal(sitting: Sitting, case: Case, given: RequestRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Give leave to withdraw, or refuse it; a counterclaim goes on without the claim, and a third party's claim as a case of its
    own (CPL 148; CPI 237, 239).
    """
    request = sitting.resolved("withdrawal", given.request)
    name = case.party(request.party_id).name
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        return Recorded(T("No leave for %(name)s to withdraw", name=name), {"reasons": given.reasons})
    annulled = retried.require_consent(sitting, case, request)
    claim = sitting.session.scalars(select(Claim).where(Claim.reference == request.subject)).one()
    decide(sitting, case, request, RequestState.GRANTED)
    left = leave_claim(sitting, case, claim, Outcome.WITHDRAWN, now)
    result = {"reasons": given.reasons, "claim": claim.reference, "goes_on": left.goes_on, **left.told}
    if left.goes_on:
        return Recorded(T("Leave given: %(name)s withdrew the claim. The rest of the case goes on.", name=name), result)
    if annulled:
        words = T(
            "Leave given: %(name)s withdrew the claim, and with it the first decision falls. The case is over, and the claim is not brought again.",
            name=name,
        )
        return Recorded(words, {**result, "annulled": True})
    if left.into:
        words = T(
            "Leave given: %(name)s withdrew the claim. This case is over; the claim of a third party goes on as %(numbers)s.",
            name=name,
            numbers=side_by_side(left.numbers),
        )
        return Recorded(words, result)
    return Recorded(T("Leave given: %(name)s withdrew the claim. The case is over.", name=name), result)
