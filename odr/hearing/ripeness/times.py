"""Whether a case is ripe: everybody served, every time to answer and to bring evidence over, nothing pending that has to
be ruled on first. Examination, hearing, findings and decision wait for it, each for what concerns it.

CPL 128, 130, 47; CPI 99, 266, 275; EV 50, 51, 56; OLR 7, 10. A decision before that would be set aside (CPL 177). Every reason is
said, with the party it concerns and who can mend it; none is weighed against another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Party, Role
from odr.docket.queries import entries_of, parties
from odr.evidence.models import ExhibitState
from odr.evidence.requests.models import RequestState as AskedState
from odr.evidence.requests.queries import requests_of as evidence_requests, title_of
from odr.filing import names as filing_names
from odr.filing.claim.progress import requests_of
from odr.filing.course.evidence_periods import awaits_notice, is_again
from odr.filing.models import Request, RequestKind, RequestState
from odr.filing.parties.known_identity import unidentified
from odr.ground.text import Kept, T, Text
from odr.hearing.appraisal.queries import reports_awaited
from odr.hearing.queries import examination_of
from odr.hearing.vocabulary import PhaseState
from odr.payments.fee.assessment import assessments_of
from odr.payments.fee.fee_computation import APPEALS
from odr.payments.fee.unpaid import UNPAID_DESKS, is_unpaid_for_good
from odr.procedure.models import Window, WindowState
from odr.service import names as service_names

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

EXCHANGE = "cross_examination"
"""Key of the phase in which exhibits are gone through, in the plans of the packs."""
GONE = (ExhibitState.WITHDRAWN, ExhibitState.EXCLUDED)
RUNNING = (WindowState.OPEN, WindowState.HALTED)
ANSWERS = ("answer", "counterclaim_answer", "third_party_answer")
"""Windows in which somebody may answer what is asked of them."""
BEFORE_EXAMINATION = {
    RequestKind.JURISDICTION: T(
        "The objection to jurisdiction is not ruled on yet; the judge rules on it first [CPL 130]."
    ),
    RequestKind.APPEAL: T("The appeal from the ruling on jurisdiction is not decided yet [CPL 157, 171]."),
    RequestKind.PROCEDURE: T("The objection to the procedure is not ruled on yet [CPL 43, 169; CPI 269, 279]."),
    RequestKind.RECUSAL: T("A challenge is not decided yet [CPL 47–50]."),
}
"""Requests that are ruled on before anything is examined."""
BEFORE_DECISION = BEFORE_EXAMINATION | {
    RequestKind.LATENESS: T("A request for relief from lateness is not ruled on yet [CPL 86]."),
    RequestKind.TIME: T("A request for more time is not ruled on yet."),
    RequestKind.REBUTTAL: T("A request for time for evidence again is not ruled on yet [EV 51; CPI 99]."),
    RequestKind.JOINDER: T("A request to bring somebody into the case is not ruled on yet."),
    RequestKind.WITHDRAWAL: T("A request for leave to withdraw is not ruled on yet [CPL 148]."),
}
"""Requests that are ruled on before the case is decided."""


def not_yet(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Every reason why the examination may not begin: somebody is not served or may still answer, or an objection to
    jurisdiction or a challenge is undecided. The exchange of evidence may come before the time for evidence is over,
    and then ends it (EV 56).
    """
    yield from _answers(sitting, case)
    yield from _unpaid(sitting, case)
    yield from _waiting(sitting, case, BEFORE_EXAMINATION)
    yield from unidentified(sitting, case)


def nothing_found_yet(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Every reason why nothing may be found yet: somebody's time to answer or to bring evidence runs, or it is not
    settled whether this court and these judges decide.
    """
    yield from not_yet(sitting, case)
    yield from _evidence(sitting, case)


def unripe(sitting: Sitting, case: Case) -> list[Text]:
    """Every reason why nothing may be decided yet; empty when the case is ripe."""
    return [
        *_answers(sitting, case),
        *_evidence(sitting, case),
        *_unpaid(sitting, case),
        *_waiting(sitting, case, BEFORE_DECISION),
        *_about_evidence(sitting, case),
        *reports_awaited(sitting, case),
        *unidentified(sitting, case),
    ]


def too_early(sitting: Sitting, case: Case, at: datetime) -> Iterator[Text]:
    """Why a hearing may not begin at ``at``: somebody may still bring evidence then (EV 51; CPI 99)."""
    yield from _notices(sitting, case)
    for party in parties(case):
        for window in _running(sitting, case, party):
            if window.due_at is None or window.state is WindowState.HALTED:
                yield T(
                    "The time for %(party)s to bring evidence stands still. Fix the hearing when it is over [EV 51, 55].",
                    party=party.name,
                )
            elif window.due_at > at:
                yield T(
                    "%(party)s may bring evidence until %(until)s. Choose a day after that [EV 51].",
                    party=party.name,
                    until=window.due_at,
                )


def _waiting(sitting: Sitting, case: Case, kinds: Mapping[RequestKind, Text]) -> list[Text]:
    return [
        words
        for kind, words in kinds.items()
        if any(not _goes_on(one) for one in requests_of(sitting, case, kind, RequestState.ASKED))
    ]


def _about_evidence(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Requests about evidence nobody has ruled on, and orders that still run: a written request that the court passes over is a
    ground of retrial (CPL 67, 211(5); CPI 101, 106; EV 46).
    """
    for request in evidence_requests(sitting.session, case, AskedState.OPEN, AskedState.ORDERED):
        if request.exhibit is not None and request.exhibit.state in GONE:
            continue
        what = title_of(case, request)
        if request.state is AskedState.OPEN:
            yield T("A request about evidence is not ruled on yet: %(what)s [EV 46].", what=what)
        else:
            yield T(
                "What was ordered about evidence has not come yet: %(what)s [CPL 67].",
                what=what,
            )


def _unpaid(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Fees whose time is over, unpaid and with nothing pending: what they are for counts as withdrawn by ruling, and is
    neither examined nor decided before (CPI 213; FEE 22). An appeal that is not paid for holds up the rest of the case no
    more than one that is; nor does what is only collected, as the fee of an objection that failed.
    """
    waiting = [task for desk in UNPAID_DESKS for task in sitting.tasks(case, desk)]
    rows = assessments_of(sitting.session, case) if waiting else []
    ruled = {row.reference for row in rows if row.matter not in APPEALS and is_unpaid_for_good(sitting, case, row)}
    for task in (one for one in waiting if one.subject in ruled):
        yield T("Rule on this first: %(what)s", what=Kept.of(task.title))


def _goes_on(request: Request) -> bool:
    """Whether the case goes on while a request waits: a refused challenge that is looked at again, or one made a second
    time on the same ground (CPL 50; court rule).
    """
    return request.kind is RequestKind.RECUSAL and bool(
        request.details.get("reviewed") or request.details.get("repeat")
    )


def _answers(sitting: Sitting, case: Case) -> Iterator[Text]:
    for party in parties(case):
        yield from _answer(sitting, case, party)


def _answer(sitting: Sitting, case: Case, party: Party) -> Iterator[Text]:
    """What of a party's own time to answer still runs. Who was joined late has time of their own."""
    found = sitting.windows(case, "answer", party=party, state=None)
    answers = [window for window in found if not _fell_with_service(sitting, case, window)]
    if party.role is Role.RESPONDENT and not answers:
        yield T(
            "The claim is not served on %(party)s yet, so their time to answer has not begun [CPL 128].",
            party=party.name,
        )
    others = [w for kind in ANSWERS[1:] for w in sitting.windows(case, kind, party=party, state=None)]
    if any(window.state in RUNNING for window in (*answers, *others)):
        yield T(
            "The time for %(party)s to answer is not over, and they have neither answered nor given it up.",
            party=party.name,
        )


def _fell_with_service(sitting: Sitting, case: Case, window: Window) -> bool:
    """Whether a time limit ended because the service it rested on did not happen."""
    if window.state is not WindowState.ENDED:
        return False
    closing = select(DocketEntry.act).where(DocketEntry.case_id == case.id, DocketEntry.number == window.closed_by)
    return sitting.session.scalar(closing) == service_names.DECIDE_REBUTTAL


def _evidence(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Whose time for evidence still runs; who was joined late has time of their own (EV 55)."""
    yield from _notices(sitting, case)
    for party in parties(case):
        if _running(sitting, case, party):
            yield T(
                "The time for %(party)s to bring evidence is not over; it ends with its day, or with the exchange of evidence [EV 56].",
                party=party.name,
            )


def _running(sitting: Sitting, case: Case, party: Party) -> list[Window]:
    """A party's times for evidence that are not over. The exchange of evidence ends those that ran then (EV 56), save what
    the judge gave once more for rebuttal (EV 51(3)). What began or was given since runs: for a claim changed, a newcomer, a
    fuller procedure, or relief from lateness (EV 51, 55; CPL 86).
    """
    every = [w for w in sitting.windows(case, "evidence", party=party, state=None) if w.state in RUNNING]
    over = exchanged_at(sitting, case) if every else None
    if over is None or _in_another_procedure_since(sitting, case, over):
        return every
    return [w for w in every if is_again(w) or w.opened_at > over or _given_since(w, over)]


def _in_another_procedure_since(sitting: Sitting, case: Case, at: datetime) -> bool:
    return any(entry.effective_at > at for entry in entries_of(sitting.session, case, filing_names.CONVERT_TRACK))


def _given_since(window: Window, at: datetime) -> bool:
    """Whether a time limit was given back or made longer after ``at``, where its working says when."""
    more = window.working.get("extensions", ())
    return any("since" in one and datetime.fromisoformat(one["since"]) > at for one in more)


def _notices(sitting: Sitting, case: Case) -> Iterator[Text]:
    """Who has not got the notice on evidence yet, from which their time runs, or was found not to have got it (EV 50)."""
    if exchanged_at(sitting, case) is not None:
        return
    for party in parties(case):
        if awaits_notice(sitting, case, party):
            yield T(
                "The notice on evidence has not reached %(party)s yet, so their time for evidence has not begun; the registry serves it first [EV 50, 51].",
                party=party.name,
            )


GONE_THROUGH = ("acted", "lapsed")
"""How a phase ends in which everybody had their turn: not where nobody had anything to go through, nor by an order."""


def exchanged_at(sitting: Sitting, case: Case) -> datetime | None:
    """When the exhibits had last been gone through with both sides; None before. With the exchange of evidence the time for it
    ends (EV 56), not with a part of the plan in which there was no exhibit yet, or that was cut short.
    """
    examination = examination_of(sitting.session, case)
    done = (
        phase.closed_at
        for phase in (examination.phases if examination is not None else ())
        if phase.key == EXCHANGE and phase.state is PhaseState.CLOSED and phase.closed_because in GONE_THROUGH
    )
    return max((at for at in done if at is not None), default=None)
