"""Rulings that end a case and may be appealed from: they take effect when nobody may appeal any longer (CPL 157, 158,
171).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Outcome, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing import desks, names, time_limits
from odr.filing.claim.progress import ask, decide, end_case, requests_of
from odr.filing.course.time_limit_changes import go_on, halt
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.table import Act, bar
from odr.procedure.models import WindowState
from odr.procedure.papers.rulings import is_appealable
from odr.service import names as service_names
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

APPEAL_JURISDICTION, APPEAL_DISMISSAL = time_limits.APPEAL_JURISDICTION, time_limits.APPEAL_DISMISSAL
APPEAL_REFUSAL = time_limits.APPEAL_RULING
RULING_APPEALS = (APPEAL_JURISDICTION, APPEAL_DISMISSAL, APPEAL_REFUSAL)
"""Windows of the pack in which a ruling is appealed from."""
RUNS = frozenset({Stage.PENDING, Stage.HEARING, Stage.DELIBERATION})
STILL_OPEN = frozenset({names.JOIN_CASE, service_names.REBUT_SERVICE})
"""What one does also while a case stands still, because the ruling itself has to reach somebody."""
STANDSTILL = T("a ruling that was appealed from and set aside")


def wait_for_appeals(
    sitting: Sitting, case: Case, window: str, outcome: Outcome, *, to: str | None = None, ground: str | None = None
) -> bool:
    """The ruling in hand ends the case as soon as nobody may appeal from it; until then the case stands still. Whether
    it waits.

    Where the rules give no appeal, as in small claims (CPI 276, 277), it ends at once.
    Each party's time runs from their own receipt, see :func:`start_appeal`.
    """
    if not is_appealable(sitting, case, window):
        end_case(sitting, case, outcome, sitting.now)
        return False
    # What stood still for the objection, or in a stay, has no other reason any more.
    before = (
        sitting.windows(case, state=WindowState.HALTED)
        if window == APPEAL_JURISDICTION or case.stayed_at is not None
        else []
    )
    running, case.stayed_at = sitting.windows(case), None
    sitting.close_tasks(case, desks.STAY)
    halt(running, sitting.now)
    still = [w.reference for w in (*before, *running)]
    ask(
        sitting,
        case,
        RequestKind.ENDING,
        None,
        "",
        subject=window,
        outcome=outcome.value,
        to=to,
        ground=ground,
        still=still,
    )
    return True


def ending_that_waits(sitting: Sitting, case: Case) -> Request | None:
    """The ruling that ends a running case, while it may be appealed from or an appeal is pending."""
    return next(iter(requests_of(sitting, case, RequestKind.ENDING)), None) if case.stage in RUNS else None


@bar("CPL 157, 158, 171")
def stands_still(sitting: Sitting, act: Act, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing goes on: a ruling that ends the case waits for its time of appeal."""
    if (
        act.while_stayed
        or act.name in STILL_OPEN
        or actor.role is Role.CLOCK
        or ending_that_waits(sitting, case) is None
    ):
        return None
    return T("A ruling that ends this case may still be appealed from. Until then the case stands still.")


# -- each party's time ------------------------------------------------------


def _ruling(sitting: Sitting, case: Case, reference: str | None) -> Request | None:
    return sitting.session.scalar(select(Request).where(Request.case_id == case.id, Request.reference == reference))


def ruling_appealed(sitting: Sitting, case: Case, actor: Actor, window: str) -> Request:
    """The ruling whose time of appeal the act in hand met."""
    mine = sitting.windows(case, window, party=sitting.party_of(case, actor), state=WindowState.MET)
    met = next(w for w in reversed(mine) if w.closed_by == sitting.next_number(case))
    found = _ruling(sitting, case, met.subject)
    assert found is not None
    return found


def _served_with(sitting: Sitting, case: Case, numbers: Collection[int]) -> list[tuple[Request, str]]:
    """Rulings among these entries from which one may appeal, each with the window for it."""
    found = [(r, r.subject or "") for r in requests_of(sitting, case, RequestKind.ENDING) if r.asked_entry in numbers]
    refused = requests_of(sitting, case, RequestKind.JURISDICTION, RequestState.REFUSED)
    return found + [
        (r, APPEAL_JURISDICTION)
        for r in refused
        if r.decided_entry in numbers and is_appealable(sitting, case, APPEAL_JURISDICTION)
    ]


def start_appeal(
    sitting: Sitting, case: Case, party: Party, numbers: Collection[int], at: datetime, proof: Text | None
) -> None:
    """A party was served with entries: for each ruling among them their ten days run from that day (CPL 171)."""
    for ruling, window in _served_with(sitting, case, numbers):
        if not begun(sitting, case, window, party=party, subject=ruling.reference):
            sitting.start_window(case, window, party=party, start=at, subject=ruling.reference, proof=proof)


def hold_still(sitting: Sitting, case: Case) -> None:
    """What else began while the case stands still, as by a late service of the claim, stands still with it."""
    ending = ending_that_waits(sitting, case)
    begun = [w for w in sitting.windows(case) if w.kind not in RULING_APPEALS] if ending is not None else []
    if ending is not None and halt(begun, sitting.now):
        ending.details = {**ending.details, "still": [*ending.details["still"], *(w.reference for w in begun)]}


def is_final(sitting: Sitting, case: Case, ruling: Request, window: str) -> bool:
    """Everybody who is reached in the case was served, no time to appeal runs, no appeal is pending (CPL 158)."""
    windows = begun(sitting, case, window, subject=ruling.reference)
    served = {w.party_id for w in windows}
    appealed = [
        a
        for kind in (RequestKind.APPEAL, RequestKind.RULING_APPEAL)
        for a in requests_of(sitting, case, kind)
        if a.subject == ruling.reference
    ]
    runs = any(w.state in (WindowState.OPEN, WindowState.HALTED) for w in windows)
    return not runs and not appealed and all(p.id in served for p in _concerned(sitting, case, ruling))


def stands_on_appeal(sitting: Sitting, case: Case, entry: int | None) -> bool | None:
    """Whether the ruling of an entry that keeps a case here stands: None while somebody can appeal from it or has, false where it was
    set aside (CPL 157, 158, 171). From every other ruling that ends nothing, nobody can appeal.
    """
    refused = requests_of(sitting, case, RequestKind.JURISDICTION, RequestState.REFUSED)
    ruling = next((one for one in refused if one.decided_entry == entry), None)
    if ruling is None or not is_appealable(sitting, case, APPEAL_JURISDICTION):
        return True
    won = requests_of(sitting, case, RequestKind.APPEAL, RequestState.GRANTED)
    if any(one.subject == ruling.reference for one in won):
        return False
    return True if is_final(sitting, case, ruling, APPEAL_JURISDICTION) else None


def _concerned(sitting: Sitting, case: Case, ruling: Request) -> list[Party]:
    """Whose time has to end. A claim that was not accepted concerns the claimant alone; whom no paper has reached yet
    is not waited for.
    """
    if ruling.kind is RequestKind.ENDING and ruling.party_id is not None:
        return [p for p in parties(case) if p.id == ruling.party_id]
    return [p for p in parties(case) if p.joined_at is not None or sitting.windows(case, "answer", party=p, state=None)]


def goes_on(sitting: Sitting, case: Case, ruling: Request, now: datetime) -> None:
    """The higher court set the ruling aside: what stood still runs again (CPI 330)."""
    decide(sitting, case, ruling, RequestState.REFUSED)
    still = set(ruling.details["still"])
    halted = [w for w in sitting.windows(case, state=WindowState.HALTED) if w.reference in still]
    go_on(sitting, case, halted, now, STANDSTILL, "CPI 330")
    for kind in RULING_APPEALS:
        sitting.close_windows(case, kind, WindowState.ENDED, subject=ruling.reference)
