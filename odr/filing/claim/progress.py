"""How far a case has come, requests and their rulings, and how a case ends with its time limits."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Outcome, Party, Role, Stage
from odr.docket.queries import entries_of
from odr.filing.models import Claim, Request, RequestKind, RequestState
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.availability import goes_on_for_part
from odr.procedure.acts.events import CaseClosed
from odr.procedure.acts.table import Milestone, acts_that_mean, guard
from odr.procedure.acts.tasks import DESKS, outliving
from odr.procedure.acts.windows import TIME_LIMITS
from odr.procedure.case.heard_again import acts_beginning_or_ending_anew, that_go_on
from odr.procedure.models import Task, WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

AFTER_INVESTIGATION = {"debate", "final", "record"}
AFTER_DEBATE = {"final", "record"}


def last_heard_again(session: Session, cases: Collection[int]) -> dict[int, DocketEntry]:
    """Of some cases those that began anew, each with the last entry by which it did (CPL 41): one look for all."""
    rows = session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id.in_(cases), DocketEntry.act.in_(acts_beginning_or_ending_anew()))
        .order_by(DocketEntry.number)
    )
    return {case: standing[-1] for case, standing in that_go_on(rows).items() if standing}


def heard_again_by(sitting: Sitting, case: Case) -> list[DocketEntry]:
    """The entries by which the case began anew, in order: sent back, or a retrial was ordered (CPL 41). A retrial that ended
    without a judgment counts no more (CPI 404).
    """

    acts = acts_beginning_or_ending_anew()

    def look() -> list[DocketEntry]:
        rows = sitting.session.scalars(
            built_once(
                lambda: (
                    select(DocketEntry)
                    .where(DocketEntry.case_id == case.id, DocketEntry.act.in_(acts))
                    .order_by(DocketEntry.number)
                )
            )
        )
        return that_go_on(rows).get(case.id, [])

    # Many guards ask for it: a page asks the database once.
    return sitting.once(("heard again", case.id), look) if sitting.reading else look()


def is_heard_again(sitting: Sitting, case: Case) -> bool:
    """Whether the case was sent back, or is heard again on a retrial (CPL 41; CPI 257)."""
    return bool(heard_again_by(sitting, case))


def retrial_heard(sitting: Sitting, case: Case) -> DocketEntry | None:
    """The entry that ordered the retrial the case is heard on; None where it is not heard on one (CPL 215)."""
    again = heard_again_by(sitting, case)
    return again[-1] if again and json.loads(again[-1].payload)["result"].get("ordered") else None


def _since_begun(sitting: Sitting, case: Case, milestone: Milestone) -> list[DocketEntry]:
    """Entries of a milestone, of the round in hand alone: where the case is heard again, or what was heard without somebody
    who was never called is heard anew, those before carry nothing (CPL 41, 177; CPI 251).
    """
    found = [entry for act in acts_that_mean(milestone) for entry in entries_of(sitting.session, case, act)]
    if not found:
        return []
    rounds = [*heard_again_by(sitting, case)]
    for opening in acts_that_mean(Milestone.EXAMINATION_OPENED):
        rounds += entries_of(sitting.session, case, opening)
    since = max((entry.number for entry in rounds), default=0)
    return [entry for entry in found if entry.number >= since]


def _opened(sitting: Sitting, case: Case) -> set[str]:
    """Keys of the phases that have opened, and of those closed, as the docket tells."""
    found: set[str] = set()
    for entry in _since_begun(sitting, case, Milestone.PHASE_MOVED):
        result = json.loads(entry.payload)["result"]
        found |= {key for key in (result.get("next"),) if key}
    return found


def investigation_is_open(sitting: Sitting, case: Case) -> bool:
    """Whether the court still investigates: until then a lowered claim lowers the fee (FEE 21)."""
    return case.stage is Stage.PENDING or (
        case.stage is Stage.HEARING and not _opened(sitting, case) & AFTER_INVESTIGATION and not _heard(sitting, case)
    )


def debate_is_open(sitting: Sitting, case: Case) -> bool:
    """Whether the debate has not ended: until then a claim may be raised and a counterclaim brought (CPI 232)."""
    return case.stage is Stage.PENDING or (
        case.stage is Stage.HEARING and not _opened(sitting, case) & AFTER_DEBATE and not _heard(sitting, case)
    )


def _heard(sitting: Sitting, case: Case) -> bool:
    return bool(_since_begun(sitting, case, Milestone.HEARING_CLOSED))


def hearing_has_begun(sitting: Sitting, case: Case) -> bool:
    """Whether a first hearing was held, or the first part of a hearing in writing is over (CPI 216)."""
    return case.stage not in (Stage.LODGED, Stage.RETURNED, Stage.PENDING) and (
        _heard(sitting, case)
        or bool(_since_begun(sitting, case, Milestone.HEARING_HELD))
        or bool(_since_begun(sitting, case, Milestone.PHASE_MOVED))
    )


@guard("CPI 232")
def before_end_of_debate(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a claim can no longer be changed: the debate has ended, or the case is heard again on a retrial, which
    keeps to what was asked for at first.
    """
    if retrial_heard(sitting, case) is not None:
        return T(
            "A retrial keeps to what was asked for at first. Whoever asks for something else brings a claim of its own."
        )
    return (
        None if debate_is_open(sitting, case) else T("The debate has ended; claims can no longer be changed or added.")
    )


def standing_claim(sitting: Sitting, case: Case, party_id: int | None) -> Claim | None:
    """A party's claim or counterclaim that stands."""
    query = built_once(
        lambda: (
            select(Claim)
            .where(Claim.case_id == case.id, Claim.party_id == party_id, Claim.withdrawn_at.is_(None))
            .order_by(Claim.id.desc())
            .limit(1)
        )
    )
    return sitting.session.scalar(query)


@guard("CPL 54, 59, 148")
def own_claim(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is nothing of the actor's own to change or withdraw."""
    return None if standing_claim(sitting, case, actor.party_id) is not None else T("You have no claim in this case.")


_REQUESTS = select(Request).where(Request.case_id == bindparam("case")).order_by(Request.id)
_OF_A_KIND = _REQUESTS.where(Request.kind == bindparam("kind"))
_OF_A_KIND_AND_STATE = _OF_A_KIND.where(Request.state == bindparam("state"))


def requests_of(
    sitting: Sitting, case: Case, kind: RequestKind, state: RequestState | None = RequestState.ASKED
) -> list[Request]:
    """Requests of a kind, in order."""
    if sitting.reading:
        # Nearly every act asks for some kind: a page that judges all acts asks the database once.
        known = sitting.once(("requests", case.id), lambda: _requests(sitting, case))
        return [one for one in known if one.kind is kind and state in (None, one.state)]
    asked = {"case": case.id, "kind": kind}
    if state is None:
        return list(sitting.session.scalars(_OF_A_KIND, asked))
    return list(sitting.session.scalars(_OF_A_KIND_AND_STATE, {**asked, "state": state}))


def requests_that_wait(sitting: Sitting, case: Case) -> list[Request]:
    """Everything asked for and not decided, in order; a page that judges its acts has asked for it already."""
    known = sitting.once(("requests", case.id), lambda: _requests(sitting, case))
    return [one for one in known if one.state is RequestState.ASKED]


def waits_for(request: Request) -> Text:
    """Who is waited for."""
    if request.kind is not RequestKind.LEGAL_AID:
        return T("It is not decided yet. You are told what is decided.")
    if "passed_on" in request.details:
        return T(
            "Passed on to %(body)s on %(day)s, which decides. The court tells you what it answers; the case goes on meanwhile.",
            body=request.details.get("body", ""),
            day=date.fromisoformat(request.details["passed_on"]),
        )
    return T("The registry passes it on to the legal-aid body, which decides. The case goes on meanwhile.")


def _requests(sitting: Sitting, case: Case) -> list[Request]:
    return list(sitting.session.scalars(_REQUESTS, {"case": case.id}))


def ask(
    sitting: Sitting,
    case: Case,
    kind: RequestKind,
    party: Party | None,
    words: str,
    *,
    subject: str | None = None,
    **details: object,
) -> Request:
    """Put a request on the docket's side table."""
    made = Request(
        case_id=case.id,
        party_id=party.id if party else None,
        kind=kind,
        subject=subject,
        words=words,
        details=details,
        state=RequestState.ASKED,
        asked_entry=sitting.next_number(case),
    )
    sitting.session.add(made)
    sitting.session.flush()
    return made


def decide(sitting: Sitting, case: Case, request: Request, state: RequestState) -> None:
    """Note the entry in hand as the one that decided the request, and clear its task."""
    request.state, request.decided_entry = state, sitting.next_number(case)
    desk = DESKS.get(request.kind.value)
    if desk is not None:
        sitting.close_tasks(case, desk, request.reference)


def end_case(sitting: Sitting, case: Case, outcome: Outcome, now: datetime) -> None:
    """Close the case: its clocks end, what lay on desks for it is cleared, and its fees are settled by who does that."""
    case.outcome, case.closed_at, case.stayed_at = outcome, now, None
    sitting.move(case, Stage.CLOSED)
    end_clocks(sitting, case, now)
    sitting.announce(CaseClosed(case))


OWN_AFFAIRS = (RequestKind.COMPLAINT,)
"""What is asked of the court as such and is answered although the case is over: a complaint about its work (REG 13)."""


def end_clocks(sitting: Sitting, case: Case, now: datetime) -> None:
    """The trial is over: time limits end, what waits for a ruling is over, and desks are cleared, but the cashier's. A
    complaint about the court's own work is answered all the same, in its time; what a bank holds for the case is held until
    its term ends or somebody frees it, and is seen to all the same. What a part orders that is in effect is owed all the same.
    """
    asked = sitting.session.scalars(
        select(Request).where(Request.case_id == case.id, Request.state == RequestState.ASKED)
    ).all()
    limits, tasks = goes_on_for_part(sitting, case)
    stays = {one.reference for one in asked if one.kind in OWN_AFFAIRS}
    for state in (WindowState.OPEN, WindowState.HALTED):
        for window in sitting.windows(case, state=state):
            if window.subject not in stays and window.kind not in limits and not TIME_LIMITS[window.kind].runs_on:
                window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)
    for request in asked:
        if request.reference not in stays:
            decide(sitting, case, request, RequestState.OVER)
    for task in sitting.session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.done_at.is_(None), Task.role != Role.CASHIER)
        .where(Task.kind.not_in(outliving() | tasks))
    ):
        if task.subject not in stays:
            task.done_at = now
