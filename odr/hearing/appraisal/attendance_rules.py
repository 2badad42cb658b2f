"""What follows from calling an expert to be heard: who prepays which part, when they come, and when not (EV 38, 39). No
flask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties, rows_of
from odr.ground.text import Money, T, Text
from odr.hearing import desks, names
from odr.hearing.appraisal.inputs import RestInput
from odr.hearing.appraisal.models import LIVE, Appraisal, CallState, ExpertCall, ExpertShare, ShareState
from odr.hearing.appraisal.queries import ATTENDANCE, witness_of
from odr.hearing.courtroom.calling_witnesses import call_to_fixed, tell
from odr.hearing.models import Hearing, Posting, Witness
from odr.hearing.vocabulary import HearingState, PostingKind, Presence, TestimonyManner
from odr.payments.costs.attendance import collect, give_back
from odr.payments.costs.rules import split
from odr.payments.fee.scales import FeeStep
from odr.payments.models import FeeAssessment
from odr.procedure.models import Window, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class ShareView:
    """One party's part as the pages show it, with the time limit it runs in."""

    share: ExpertShare
    party: Party
    window: Window | None

    @property
    def is_overdue(self) -> bool:
        """Whether its time has passed and the judge has found nothing yet."""
        return (
            self.share.state is ShareState.ASKED and self.window is not None and self.window.state is WindowState.LAPSED
        )


@dataclass(frozen=True)
class CallView:
    """A call as the pages show it."""

    call: ExpertCall
    shares: list[ShareView]

    @property
    def passed_on(self) -> Money | None:
        """What the expert was paid."""
        return Money(self.call.passed_on_minor, self.call.currency) if self.call.passed_on_minor is not None else None


"""Tasks: of the judge the first two, of the cashier the last."""
REST = names.SHARE_REST_OF_ATTENDANCE
RATES = "EV 39; CPI 118; FEE 11"


def calls_of(session: Session, case: Case, *states: CallState) -> list[ExpertCall]:
    """Calls of a case in order, all or those in certain states."""
    return rows_of(session, ExpertCall, case, *states)


def calls_to_pay(session: Session, case: Case) -> list[ExpertCall]:
    """Experts who were heard, for whom money was collected, and who were not paid it."""
    return [call for call in calls_of(session, case, CallState.HEARD) if call.passed_on_by is None and call.total.minor]


def calls_on(session: Session, appraisal: Appraisal, *states: CallState) -> list[ExpertCall]:
    """Calls of one appraisal's expert."""
    query = select(ExpertCall).where(ExpertCall.appraisal_id == appraisal.id).order_by(ExpertCall.id)
    return list(session.scalars(query.where(ExpertCall.state.in_(states)) if states else query))


def call_views(sitting: Sitting, case: Case, appraisal: Appraisal) -> list[CallView]:
    """The calls of one appraisal's expert with everybody's part and its time limit."""
    known = {p.id: p for p in case.parties}

    def view(share: ExpertShare) -> ShareView:
        windows = sitting.windows(case, ATTENDANCE, state=None, subject=notice_of(sitting.session, share).reference)
        return ShareView(share, known[share.party_id], windows[-1] if windows else None)

    return [CallView(call, [view(share) for share in call.shares]) for call in calls_on(sitting.session, appraisal)]


def notice_of(session: Session, share: ExpertShare) -> FeeAssessment:
    """The notice by which a part is asked for."""
    return session.get_one(FeeAssessment, share.assessment_id)


def parts(case: Case, payers: Iterable[int], total: Money) -> list[tuple[Party, Money]]:
    """What each who objects prepays: the sides alike, on one side each alike; a third party is a side of its own (EV
    38).

    In minor units; an odd cent falls to the side named first.
    """
    wanted = set(payers)
    objecting = [p for p in parties(case) if p.id in wanted]
    side = {p.label: p.label if p.role is Role.THIRD_PARTY else p.role.value for p in objecting}
    on_side, sides = Counter(side.values()), len(set(side.values()))
    shared = (
        split(total.minor, {p.label: Fraction(1, sides * on_side[side[p.label]]) for p in objecting})
        if objecting
        else {}
    )
    return [(p, Money(shared[p.label], total.currency)) for p in objecting if shared[p.label]]


def ask(
    sitting: Sitting, case: Case, call: ExpertCall, payers: Iterable[int], total: Money, *, rest: bool = False
) -> list[ExpertShare]:
    """Ask each for its part by a notice of its own, with the steps by which it was found, and start its time."""
    name = witness_of(sitting.session, call.appraisal).name
    asked = []
    for party, part in parts(case, payers, total):
        row = collect(sitting, case, party, _steps(call, name, total, part, rest=rest), ATTENDANCE, call.days)
        share = ExpertShare(
            call_id=call.id,
            party_id=party.id,
            assessment_id=row.id,
            amount_minor=part.minor,
            currency=part.currency,
            is_rest=rest,
            state=ShareState.ASKED,
        )
        call.shares.append(share)
        asked.append(share)
    sitting.session.flush()
    return asked


def _steps(call: ExpertCall, name: str, total: Money, part: Money, *, rest: bool) -> list[FeeStep]:
    if rest:
        words = T(
            "Who shared with you did not prepay; the rest for the expert %(name)s falls to who still objects.",
            name=name,
        )
        found = [FeeStep(words, total, "rest", "EV 38")]
    else:
        heads = (
            (T("Travel of the expert %(name)s.", name=name), call.travel_minor, "travel"),
            (T("Lodging and board of the expert %(name)s.", name=name), call.board_minor, "board"),
            (T("Earnings the expert %(name)s loses.", name=name), call.earnings_minor, "earnings"),
        )
        found = [FeeStep(words, Money(minor, call.currency), rule, RATES) for words, minor, rule in heads if minor]
    if part != total:
        found.append(
            FeeStep(
                T("Shared with the others who object."),
                Money(part.minor - total.minor, call.currency),
                "shared",
                "EV 38",
            )
        )
    return found


def advance(sitting: Sitting, case: Case, call: ExpertCall) -> None:
    """Once no part is awaited any more: they come, the rest is asked of who still objects, or nobody objects any more
    (EV 38).
    """
    if (
        call.state is not CallState.PREPAYING
        or call.shares_in(ShareState.ASKED)
        or case.stage not in (Stage.PENDING, Stage.HEARING)
    ):
        return
    if not call.shares_in(ShareState.PAID):
        call.state, call.ended_by = CallState.GIVEN_UP, sitting.next_number(case)
        witness = witness_of(sitting.session, call.appraisal)
        tell(sitting, case, witness, T("You need not come to be heard on your report: nobody objects to it any more"))
    elif rest_of(call).minor:
        sitting.then(REST, RestInput(call=call.reference))
    else:
        come(sitting, case, call)


def rest_of(call: ExpertCall) -> Money:
    """What of the prepayment has not come."""
    return Money(call.total.minor - sum(share.amount_minor for share in call.shares_in(ShareState.PAID)), call.currency)


def come(sitting: Sitting, case: Case, call: ExpertCall) -> None:
    """From now on they are called to every hearing, one already fixed too (CPI 227; EV 79)."""
    call.state = CallState.COMING
    witness = witness_of(sitting.session, call.appraisal)
    witness.manner = TestimonyManner.LIVE
    tell(sitting, case, witness, T("You are heard on your report; the court tells you the day"))
    call_to_fixed(sitting, case, witness)
    title = T(
        "The expert %(name)s is to be heard. Then find how the attendance ended [EV 39].",
        name=witness.name,
    )
    sitting.open_task(case, Role.JUDGE, desks.EXPERT_ATTENDS, title, risk=40, subject=call.reference)


def end(sitting: Sitting, case: Case, call: ExpertCall, state: CallState) -> None:
    """The call is over: nothing of it waits any more, and they are called to no further hearing unless another call
    stands.
    """
    call.state, call.ended_by = state, sitting.next_number(case)
    sitting.close_tasks(case, desks.EXPERT_ATTENDS, call.reference)
    for share in call.shares:
        sitting.close_tasks(case, desks.ATTENDANCE_UNPAID, share.reference)
    if not calls_on(sitting.session, call.appraisal, CallState.COMING):
        witness_of(sitting.session, call.appraisal).manner = TestimonyManner.WRITTEN


def return_all(sitting: Sitting, case: Case, call: ExpertCall, why: Text, article: str) -> Money:
    """Ask for nothing more and order back what came; returns how much goes back."""
    back = 0
    for share in call.shares_in(ShareState.ASKED, ShareState.PAID):
        back += give_back(sitting, case, notice_of(sitting.session, share), why, article).minor
        share.state = ShareState.ENDED if share.state is ShareState.ASKED else share.state
    return Money(back, call.currency)


def drop(sitting: Sitting, case: Case, calls: Iterable[ExpertCall]) -> None:
    """They need not come any more: what came goes back, and they are told."""
    for call in calls:
        return_all(sitting, case, call, T("The expert need not come any more."), "EV 39")
        end(sitting, case, call, CallState.NOT_NEEDED)
        tell(
            sitting,
            case,
            witness_of(sitting.session, call.appraisal),
            T("You need not come to be heard on your report any more"),
        )


def drop_live(sitting: Sitting, case: Case) -> None:
    """The case is over before they were heard."""
    drop(sitting, case, calls_of(sitting.session, case, *LIVE))


def _attendances(session: Session, case: Case, witness: Witness) -> list[Presence]:
    held = session.scalars(select(Hearing).where(Hearing.case_id == case.id, Hearing.state == HearingState.HELD))
    return [
        a.presence
        for h in held
        for a in h.attendances
        if a.role is Role.EXPERT and a.name == witness.name and not a.by_failure
    ]


def was_heard(session: Session, case: Case, witness: Witness) -> bool:
    """Whether the record shows them at a hearing, or testimony of theirs in the examination."""
    spoke = session.scalar(
        select(Posting.id).where(Posting.witness_id == witness.id, Posting.kind == PostingKind.TESTIMONY).limit(1)
    )
    return spoke is not None or any(
        presence is not Presence.ABSENT for presence in _attendances(session, case, witness)
    )


def stayed_away(session: Session, case: Case, witness: Witness) -> bool:
    """Whether the record shows that they did not come to a hearing; a failure of network or power is none (OLR 25)."""
    return Presence.ABSENT in _attendances(session, case, witness)
