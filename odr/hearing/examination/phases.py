"""How phases open, close and follow each other: by the clock and by what was done, never early, never by a worker.

A turn is over when each of its duties is done or its window has lapsed. Every
act calls :func:`settle` after itself, so the next phase opens in the same
Sitting in which the last one became complete, dated by the act that completed it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, or_, select, true

from odr.docket.models import Case, DocketEntry, Party, Role, Stage
from odr.evidence.models import Exhibit
from odr.ground.text import T
from odr.hearing import desks, names
from odr.hearing.examination.inputs import CloseInput, PhaseInput
from odr.hearing.examination.plan import days_of, latest_end
from odr.hearing.inputs import SealInput
from odr.hearing.models import Duty, Examination, Opinion, Phase, Question, Seal
from odr.hearing.queries import (
    STANDING,
    WINDOW,
    examination_of,
    open_questions_to,
    participants,
    turn_windows,
    written_hearing_of,
)
from odr.hearing.sealed.words import closed_rows
from odr.hearing.vocabulary import OPEN_QUESTIONS, Axis, DutyState, Mode, PhaseState, QuestionState, RequestState
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import Period
from odr.procedure.rules.court_rules import Invariant
from odr.procedure.time.changed_limits import note_changed
from odr.procedure.time.reckoned_again import extension_to_json
from odr.procedure.time.reckoning import Extension, Reckoning, reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

EXHIBITS = "cross_examination"
STEP = 100
"""Ordinals leave room for phases that are put in later."""
_WINDOW = select(Window).where(Window.reference == bindparam("reference"))
_SAID = select(Opinion.exhibit_id, Opinion.axis).where(
    Opinion.case_id == bindparam("case"),
    Opinion.party_id == bindparam("party"),
    Opinion.retracted_by.is_(None),
    Opinion.entry_number >= bindparam("since"),
)
_SHOWN_BY_OTHERS = (
    select(Exhibit.id)
    .where(
        Exhibit.case_id == bindparam("case"),
        Exhibit.state.in_(STANDING),
        or_(Exhibit.party_id != bindparam("party"), Exhibit.of_court.is_(true())),
    )
    .order_by(Exhibit.id)
)
_OPEN_SEALS = select(Seal).where(Seal.case_id == bindparam("case"), Seal.opened_at.is_(None)).order_by(Seal.id)


def window_of(sitting: Sitting, reference: str | None) -> Window | None:
    """A window by its reference."""
    return sitting.session.scalar(_WINDOW, {"reference": reference}) if reference else None


def turn_parties(sitting: Sitting, case: Case, phase: Phase, who: str) -> list[Party]:
    """Who has to act in a turn. Third parties answer exhibits of both sides; addressees are found by their questions."""
    here = participants(case)
    if who == "each":
        return here
    if who == "addressee":
        return []
    role = Role(who)
    beside = {Role.THIRD_PARTY} if phase.key == EXHIBITS or role is Role.RESPONDENT else set()
    chosen = [p for p in here if p.role is role or p.role in beside]
    if phase.key == EXHIBITS:
        chosen = [p for p in chosen if unanswered_exhibits(sitting, case, p)]
    return chosen


def unanswered_exhibits(sitting: Sitting, case: Case, party: Party) -> list[int]:
    """Exhibits of others on which the party has not spoken on all three axes in the examination that stands: what was said
    before others is said anew (CPL 41; CPI 103).
    """
    return sitting.once((unanswered_exhibits, case.id, party.id), lambda: _unanswered(sitting, case, party))


def _unanswered(sitting: Sitting, case: Case, party: Party) -> list[int]:
    examination = examination_of(sitting.session, case)
    since = examination.opened_by if examination is not None else 0
    rows = sitting.session.execute(_SAID, {"case": case.id, "party": party.id, "since": since})
    said: dict[int, set[Axis]] = {}
    for exhibit_id, axis in rows:
        said.setdefault(exhibit_id, set()).add(axis)
    for row in (each for each in closed_rows(sitting.session, case, party.id) if each.entry_number >= since):
        said.update({exhibit_id: set(Axis) for exhibit_id in row.covers})
    # Their numbers alone: whether somebody has spoken on a file is asked at every answer, and no file is looked at.
    of_others = sitting.session.scalars(_SHOWN_BY_OTHERS, {"case": case.id, "party": party.id})
    return [number for number in of_others if said.get(number, set()) != set(Axis)]


def add_duty(
    sitting: Sitting,
    case: Case,
    phase: Phase,
    party: Party | None,
    days: int,
    at: datetime,
    *,
    subject: str | None = None,
) -> Window:
    """Somebody has to act in the turn in hand: their window and the duty that the turn waits for."""
    window = sitting.start_window(case, WINDOW, party=party, start=at, amount=days, subject=subject or phase.reference)
    phase.duties.append(
        Duty(turn=phase.turn, party_id=party.id if party else None, window=window.reference, state=DutyState.WAITING)
    )
    sitting.session.flush()
    return window


def open_turn(sitting: Sitting, case: Case, phase: Phase, at: datetime) -> bool:
    """Open the turn in hand for everybody who has to act; False when nobody has.

    Turns of a sealed phase run side by side: neither side sees the other's first.
    """
    turns = phase.turns if phase.sealed else [phase.turns[phase.turn]]
    seen: set[int] = set()
    for turn in turns:
        for party in turn_parties(sitting, case, phase, turn["who"]):
            if party.id not in seen and not _already_done(phase, party):
                add_duty(sitting, case, phase, party, turn["days"], at)
                seen.add(party.id)
    if not seen and turns[0]["who"] == "addressee" and _judge_is_asked(sitting, case, phase):
        add_duty(sitting, case, phase, None, turns[0]["days"], at)
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.PUT_QUESTIONS,
            T("Put your questions to the parties, or say that you have none."),
            risk=20,
            subject=phase.reference,
        )
    return bool(seen) or any(d.state is DutyState.WAITING for d in phase.duties)


def _already_done(phase: Phase, party: Party) -> bool:
    return any(d.party_id == party.id and d.turn == phase.turn and d.state is DutyState.DONE for d in phase.duties)


def _judge_is_asked(sitting: Sitting, case: Case, phase: Phase) -> bool:
    """Whether the judge has something to do in a turn of addressees: their own questions, or leave asked for."""
    if len(phase.turns) == 1:
        return True
    return (
        sitting.session.scalar(
            select(Question.id)
            .where(Question.case_id == case.id, Question.state == QuestionState.PENDING_LEAVE)
            .limit(1)
        )
        is not None
    )


def open_phase(sitting: Sitting, case: Case, phase: Phase, at: datetime) -> bool:
    """Open a phase with its first turn that anybody has to act in; False when there is none."""
    phase.state, phase.opened_at = PhaseState.OPEN, phase.opened_at or at
    if phase.sealed and seal_of(sitting, phase) is None:
        sitting.session.add(Seal(case_id=case.id, phase_id=phase.id))
        sitting.session.flush()
    while not open_turn(sitting, case, phase, at):
        if phase.sealed or phase.turn + 1 >= len(phase.turns):
            return False
        phase.turn += 1
    return True


def go_on(sitting: Sitting, case: Case, examination: Examination, phase: Phase | None, at: datetime) -> Phase | None:
    """After a phase: open the next that needs somebody, and give it. None when nothing opens: the plan is at its end
    and the examination closes, or what comes next waits for a ruling or a hearing.
    """
    waiting = [
        p for p in examination.phases if p.state is PhaseState.PLANNED and (phase is None or p.ordinal > phase.ordinal)
    ]
    for each in waiting:
        if waits(sitting, case, examination, each, at):
            return None
        if open_phase(sitting, case, each, at):
            examination.ends_by = projected_end(sitting, case, examination)
            return each
        close(each, at, "nobody")
    finish_examination_next(sitting, examination, at)
    return None


def waits(sitting: Sitting, case: Case, examination: Examination, phase: Phase, at: datetime) -> bool:
    """Whether a phase may not open by itself: somebody took their consent to writing back (OLR 5), or it belongs to the
    hearing and nobody has allowed that in writing (OLR 20(2)).

    With the exchange over and no application waiting, the case goes over to a hearing with everybody at the same time.
    """
    if examination.mode is not Mode.ASYNCHRONOUS or examination.hearing_closed_at is not None:
        return False
    if examination.doubted_by is not None:
        return True  # as a court rule, the step itself waits for the ruling
    if phase.part == "exchange" or not sitting.pack(case).keeps(Invariant.HEARING_BEFORE_JUDGMENT):
        return False
    examination.exchanged_at = examination.exchanged_at or at
    asked = written_hearing_of(sitting.session, case)
    if asked is not None and asked.state is RequestState.GRANTED:
        return False
    if asked is not None and asked.state is RequestState.ASKED:
        sitting.open_task(
            case,
            Role.JUDGE,
            desks.WRITTEN_HEARING,
            T("The exchange in writing is over. Rule on the hearing in writing that was applied for."),
            risk=40,
            subject=asked.reference,
        )
        return True
    to_one_hour(sitting, case, examination)
    return True


def doubt(sitting: Sitting, case: Case, examination: Examination, party: Party) -> None:
    """A party takes back that they agree to writing: the next step waits until the judge has ruled (OLR 5)."""
    examination.doubted_by = sitting.next_number(case)
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.MODE_DOUBT,
        T("%(name)s would rather be heard live. Decide how the case goes on.", name=party.name),
        risk=50,
        subject=party.reference,
    )


def doubt_over(
    sitting: Sitting, case: Case, examination: Examination, at: datetime, party: Party | None = None
) -> None:
    """A party agrees again, or the judge has ruled on everybody's doubt: once nobody doubts, what waited opens."""
    sitting.close_tasks(case, desks.MODE_DOUBT, party.reference if party is not None else None)
    if examination.doubted_by is None or sitting.tasks(case, desks.MODE_DOUBT):
        return
    examination.doubted_by = None
    if examination.mode is Mode.ASYNCHRONOUS and examination.current is None:
        go_on(sitting, case, examination, None, at)


def to_one_hour(sitting: Sitting, case: Case, examination: Examination) -> None:
    """The case is heard with everybody at the same time from now on, each where they agreed to be (OLR 4, 20, 22)."""
    examination.mode = Mode.HYBRID
    if not sitting.tasks(case, desks.SUMMON):
        sitting.open_task(case, Role.CLERK, desks.SUMMON, T("Fix the hearing and summon everybody."), risk=30)


def another_round(examination: Examination, old: Phase, ordinal: int) -> Phase:
    """A phase once more, still to come, at a place in the plan."""
    return Phase(
        case_id=old.case_id,
        ordinal=ordinal,
        key=old.key,
        title=old.title,
        article=old.article,
        turns=old.turns,
        turn=0,
        sealed=old.sealed,
        part=old.part,
        round=1 + max(p.round for p in examination.phases if p.key == old.key),
        state=PhaseState.PLANNED,
    )


def close(phase: Phase, at: datetime, because: str) -> None:
    """Close a phase; ``because`` "acted", "lapsed", "order" or "nobody"."""
    phase.state, phase.closed_at, phase.closed_because = PhaseState.CLOSED, at, because


def end_duties(sitting: Sitting, case: Case, phase: Phase) -> None:
    """Take back what the turn still waits for: an order made it pointless."""
    for duty in phase.duties:
        if duty.state is DutyState.WAITING:
            duty.state = DutyState.ENDED
            window = window_of(sitting, duty.window)
            if window is not None and window.state is WindowState.OPEN:
                window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)


def leave_off(sitting: Sitting, case: Case, examination: Examination) -> None:
    """The case is heard anew: no turn runs out and no question stays unanswered in an examination that counts for nothing.
    Whoever decides puts their questions anew, and nobody speaks under a seal of before any more; silence before others, or while nobody could answer, admits nothing (EV 4).
    """
    for duty in (each for phase in examination.phases for each in phase.duties):
        if duty.state is DutyState.WAITING:
            duty.state = DutyState.ENDED
    sitting.close_windows(case, WINDOW, WindowState.ENDED)
    for seal in open_seals(sitting, case.id):
        seal.opened_at = sitting.now  # Opened when the case is examined again: nothing more is said under it.
    put = Question.state.in_((QuestionState.PENDING_LEAVE, QuestionState.UNANSWERED, *OPEN_QUESTIONS))
    for question in sitting.session.scalars(select(Question).where(Question.case_id == case.id, put)):
        question.state = QuestionState.WITHDRAWN


def duty_of(phase: Phase | None, party_id: int | None, window: str | None = None) -> Duty | None:
    """What a party still has to do in the turn in hand, apart from single questions."""
    if phase is None:
        return None
    return next(
        (
            d
            for d in phase.duties
            if d.party_id == party_id
            and d.turn == phase.turn
            and d.state is DutyState.WAITING
            and (window is None or d.window == window)
        ),
        None,
    )


def done(sitting: Sitting, case: Case, duty: Duty | None) -> None:
    """A duty was fulfilled: its window is met."""
    if duty is None:
        return
    duty.state, duty.done_by = DutyState.DONE, sitting.next_number(case)
    window = window_of(sitting, duty.window)
    if window is not None and window.state is WindowState.OPEN:
        window.state, window.closed_by = WindowState.MET, sitting.next_number(case)


def turn_duty(sitting: Sitting, phase: Phase | None, party_id: int | None) -> Duty | None:
    """A party's own duty of the turn, not that of a question put to them."""
    mine = (
        [d for d in phase.duties if d.party_id == party_id and d.turn == phase.turn and d.state is DutyState.WAITING]
        if phase
        else []
    )
    if phase is None or not mine:
        return None
    own = {w.reference for w in turn_windows(sitting, phase.case_id) if w.subject == phase.reference}
    return next((d for d in mine if d.window in own), None)


def examined_all(sitting: Sitting, case: Case, party: Party) -> None:
    """In the phase of the exhibits, a party that has spoken on each and owes no answer has acted."""
    examination = examination_of(sitting.session, case)
    phase = examination.current if examination else None
    if phase is None or phase.key != EXHIBITS:
        return
    if not open_questions_to(sitting.session, party) and not unanswered_exhibits(sitting, case, party):
        done(sitting, case, turn_duty(sitting, phase, party.id))


def on_turn_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """A window of a turn ended: the duty has lapsed; a question stays unanswered, which decides nothing by itself (EV
    4).
    """
    duty = sitting.session.scalar(select(Duty).where(Duty.window == window.reference))
    if duty is not None and duty.state is DutyState.WAITING:
        duty.state = DutyState.LAPSED
    question = sitting.session.scalar(select(Question).where(Question.window == window.reference))
    if question is not None and question.state in OPEN_QUESTIONS:
        again = question.state is QuestionState.ASKED_AGAIN
        question.state = QuestionState.UNANSWERED
        title = (
            T(
                "Question %(number)s was asked again and not answered. Decide what follows [EV 4].",
                number=question.number,
            )
            if again
            else T(
                "Question %(number)s was not answered. Explain it and ask again, or let it rest [EV 4].",
                number=question.number,
            )
        )
        sitting.open_task(case, Role.JUDGE, desks.UNANSWERED, title, risk=30, subject=question.reference)


def open_seals(sitting: Sitting, case_id: int) -> list[Seal]:
    """The unopened seals of a case, oldest first: few, since a turn has one."""
    return list(sitting.session.scalars(_OPEN_SEALS, {"case": case_id}))


def seal_of(sitting: Sitting, phase: Phase | None) -> Seal | None:
    """The unopened seal of a phase."""
    if phase is None:
        return None
    return next((seal for seal in open_seals(sitting, phase.case_id) if seal.phase_id == phase.id), None)


def settle(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """After every act: open seals that are complete, close the turn that is complete. Dated by the act that completed
    it.
    """
    if case.stage is not Stage.HEARING:
        return
    examination = examination_of(sitting.session, case)
    if examination is None or examination.closed_at is not None:
        return
    for seal in open_seals(sitting, case.id):
        if seal.phase_id is not None:
            continue
        states = sitting.session.scalars(select(Question.state).where(Question.seal_id == seal.id)).all()
        if states and not OPEN_QUESTIONS & set(states):
            end_seal_next(sitting, seal, entry.effective_at)
    phase = examination.current
    if phase is None or phase.state is not PhaseState.OPEN:
        return
    if not any(d.state is DutyState.WAITING for d in phase.duties):
        phase.state = PhaseState.CLOSING
        sitting.then(names.CLOSE_PHASE, PhaseInput(phase=phase.reference), effective_at=entry.effective_at)


def end_seal_next(sitting: Sitting, seal: Seal, at: datetime) -> None:
    """Let the seal end by an entry of its own, in this Sitting. It is opened once the log holds that entry, a moment
    later, or when vault and log answer again.
    """
    seal.opened_at = at
    sitting.then(names.END_SEAL, SealInput(seal=seal.reference), effective_at=at)


def finish_examination_next(sitting: Sitting, examination: Examination, at: datetime) -> None:
    """Let the examination close by an entry of its own, in this Sitting."""
    sitting.then(names.CLOSE_EXAMINATION, CloseInput(examination=examination.reference), effective_at=at)


def extend(sitting: Sitting, case: Case, window: Window, days: int, article: str) -> None:
    """Give a running window so many working days more, from the end it had; the working shows both."""
    if window.due_at is None:
        return
    more: Reckoning = reckon(sitting.pack(case), WINDOW, window.due_at, amount=days, article=article)
    longer = Extension(T("more time in the hearing"), article, period=Period(amount=more.amount, unit=more.unit))
    old, new = dict(window.working), more.to_json()
    window.working = {
        **old,
        "due_at": new["due_at"],
        "result": new["result"],
        "steps": [*old["steps"], *new["steps"]],
        "articles": list(dict.fromkeys([*old["articles"], article])),
        # What it is reckoned again from, after a standstill or in an audit.
        "extensions": [*old.get("extensions", []), extension_to_json(longer)],
    }
    window.due_at = more.due_at
    note_changed(sitting.session, [window])


def projected_end(sitting: Sitting, case: Case, examination: Examination) -> datetime | None:
    """When the plan ends at the latest, from what runs now and what is still to come."""
    phase = examination.current
    open_windows = sitting.windows(case, WINDOW)
    ends = [w.due_at for w in open_windows if w.due_at is not None]
    start = max(ends, default=sitting.now)
    lengths = days_of(phase, from_turn=phase.turn + 1) if phase is not None and not phase.sealed else []
    for each in examination.phases:
        if each.state is PhaseState.PLANNED:
            lengths += days_of(each)
    return latest_end(sitting.pack(case), lengths, start)
