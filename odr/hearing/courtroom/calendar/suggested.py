"""A calendar suggested from what is ready: for each case that waits for a day the first free slot, by its trial limit. No flask.

Nothing is fixed by it. What is ticked goes on a list, and each line is the act of summoning itself, which asks everything
again; until its time has come it can be taken back.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Role, Seat
from odr.filing.claim.progress import last_heard_again
from odr.ground.errors import InvalidInput
from odr.ground.keyset import FAR, Listed, page_of_lines
from odr.ground.text import T, Text
from odr.hearing import desks, names
from odr.hearing.courtroom.calendar.clashes import Wanted, clashes, next_free
from odr.hearing.courtroom.calendar.diary import Diary, FreeSlot, Kept, Span, bench_of, diary
from odr.hearing.courtroom.calendar.models import CourtRoom, RoomKind
from odr.hearing.courtroom.hearings import check_day, in_time
from odr.hearing.courtroom.inputs import SummonInput
from odr.hearing.mode.consent_effects import in_person
from odr.hearing.mode.consents import Step
from odr.hearing.models import Examination, TrialExtension
from odr.hearing.trial_limit.excluded_time import excluded_times
from odr.hearing.vocabulary import Mode, RequestState
from odr.identity.actors import serving
from odr.procedure.forms.faults import validate
from odr.procedure.forms.hours import hour_of
from odr.procedure.lists.kinds import ListKind, list_kind
from odr.procedure.lists.lists import Line, put_on_list
from odr.procedure.lists.models import ActList, ActListLine, LineState
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.time.limitation import is_pronounced, trial_limit

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

log = logging.getLogger(__name__)

A_PAGE = 10
AHEAD = 60
"""Days that are looked at."""


@dataclass(frozen=True)
class Suggestion:
    """A case that waits for a day, and the slot suggested for it, or why there is none."""

    case: Case
    limit: datetime | None
    """End of its trial limit."""
    slot: FreeSlot | None = None
    room: CourtRoom | None = None
    mode: Mode | None = None
    reason: Text | None = None
    asked: Sequence[Text] = ()
    """What is asked about: it is not ticked by itself."""

    @property
    def place(self) -> tuple[datetime, int]:
        """What it is sorted by: whose trial limit ends first."""
        return self.limit or FAR, self.case.id


def _subject(case: Case) -> str:
    return f"hearing/{case.reference}"


def suggestions(sitting: Sitting, clerk: int, after: str | None = None) -> Listed[Suggestion]:
    """Cases in which somebody fixes hearings and that wait for a day, each with the first slot that fits."""
    session = sitting.session
    waits = select(Task.case_id).where(Task.kind == desks.SUMMON.kind, Task.done_at.is_(None))
    mine = select(Seat.case_id).where(serving(clerk, Role.CLERK))
    cases = session.scalars(select(Case).where(Case.id.in_(waits), Case.id.in_(mine), Case.stayed_at.is_(None))).all()
    waiting = _on_lists(sitting)
    taken = {one.subject for one in waiting}
    limits = limits_of(sitting, cases)
    lines = [Suggestion(case, limits.get(case.id)) for case in cases if _subject(case) not in taken]
    page = page_of_lines(sorted(lines, key=lambda one: one.place), lambda one: one.place, after, A_PAGE)
    return page.of(_filled(sitting, [line.case for line in page.rows], page.rows, waiting))


def limits_of(sitting: Sitting, cases: Sequence[Case]) -> dict[int, datetime]:
    """When the trial limit of each ends, in a number of statements that does not grow."""
    ids = [case.id for case in cases]
    granted = Counter(
        sitting.session.scalars(
            select(TrialExtension.case_id).where(
                TrialExtension.case_id.in_(ids), TrialExtension.state == RequestState.GRANTED
            )
        )
    )
    packs = {case.id: sitting.pack(case) for case in cases}
    excluded = excluded_times(sitting.session, cases, packs, sitting.now)
    again = last_heard_again(sitting.session, ids)
    found = {}
    for case in cases:
        entry = again.get(case.id)
        since = entry.effective_at if entry is not None else case.accepted_at
        if since is None or is_pronounced(case, since):
            continue
        clock = trial_limit(
            packs[case.id],
            case.track.value,
            since,
            excluded=excluded.get(case.id, []),
            extensions=granted[case.id],
            foreign=case.foreign_related,
        )
        if clock is not None:
            found[case.id] = clock.ends.due_at
    return found


@dataclass(frozen=True)
class _Waiting:
    """A hearing that waits on a list to be fixed; without its span where what is given cannot be read."""

    subject: str
    case_id: int
    span: Span | None
    place: str


def _on_lists(sitting: Sitting) -> list[_Waiting]:
    """Hearings that wait on lists to be fixed, whoever made them, in one statement. A line that cannot be read keeps no
    slot and is told the operator: it stops nobody’s calendar.
    """
    rows = sitting.session.execute(
        select(ActListLine.subject, ActListLine.given, Case)
        .join(ActList, ActList.id == ActListLine.list_id)
        .join(Case, Case.id == ActListLine.case_id)
        .where(ActListLine.state == LineState.WAITS, ActList.kind == SUMMONED.name)
    )
    found = []
    for subject, written, case in rows:
        try:
            given = validate(SummonInput, written)
            span = Span.of(hour_of(sitting, case, given.on, given.at, "at"), given.length)
            found.append(_Waiting(subject, case.id, span, given.place))
        except InvalidInput:
            log.warning("a hearing waits on a list with an hour or place nobody can read: %s", subject)
            found.append(_Waiting(subject, case.id, None, ""))
    return found


@dataclass
class _Page:
    """What is known for all cases of a page."""

    days: Diary
    bench: dict[int, list[tuple[Role, int, str]]]
    modes: dict[int, Mode]
    evidence: dict[int, datetime]
    kept: list[Kept] = field(default_factory=list)


def _filled(
    sitting: Sitting,
    cases: Sequence[Case],
    lines: Sequence[Suggestion],
    waiting: Sequence[_Waiting],
) -> list[Suggestion]:
    session, ids = sitting.session, [case.id for case in cases]
    today = sitting.today
    days = diary(sitting, today, today + timedelta(days=AHEAD))
    keeps = [(one, one.span) for one in waiting if one.span and days.first <= days.day_of(one.span) <= days.last]
    bench = bench_of(session, {*ids, *(one.case_id for one, _ in keeps)})
    modes = session.execute(
        select(Examination.case_id, Examination.mode).where(
            Examination.case_id.in_(ids), Examination.replaced_by.is_(None)
        )
    )
    ends: dict[int, datetime] = {}
    for case_id, due in session.execute(
        select(Window.case_id, Window.due_at).where(
            Window.case_id.in_(ids), Window.kind == "evidence", Window.state == WindowState.OPEN
        )
    ):
        if due is not None:
            ends[case_id] = max(due, ends.get(case_id, due))
    page = _Page(days, bench, dict(iter(modes)), ends)
    page.kept += [Kept(span, one.place, _accounts(page, one.case_id)) for one, span in keeps]
    return [_one(sitting, line, page) for line in lines]


def _accounts(page: _Page, case_id: int) -> frozenset[int]:
    return frozenset(account_id for _, account_id, _ in page.bench.get(case_id, ()))


def _one(sitting: Sitting, line: Suggestion, page: _Page) -> Suggestion:
    """The first slot in which everything fits, kept for those below; or why there is none."""
    case, mode = line.case, page.modes.get(line.case.id, Mode.OFFLINE)
    if mode is Mode.ASYNCHRONOUS:
        return replace(line, reason=T("The case is heard in writing."))
    if mode is Mode.LIVE and in_person(sitting, case, Step.HEARING):
        mode = Mode.HYBRID
    bench = page.bench.get(case.id, [])
    if not bench or not page.days.has_hours(bench[0][1]):
        return replace(line, reason=T("No hearing hours are set for the judge of this case."))
    begins = max(sitting.now, page.evidence.get(case.id, sitting.now))
    found = next_free(
        sitting,
        case,
        Wanted(begins, 0, ""),
        page.days,
        most=1,
        besides=page.kept,
        bench=bench,
        kind=RoomKind.VIDEO if mode is Mode.LIVE else RoomKind.COURTROOM,
        when=lambda slot: slot.span.begins > begins and in_time(sitting, case, slot.span.begins),
    )
    if not found:
        return replace(line, reason=T("In the next %(days)s days no slot of judge and room is free.", days=AHEAD))
    slot, room = found[0]
    try:
        check_day(sitting, case, slot.span.begins)
    except InvalidInput as error:
        return replace(line, reason=error.message)
    page.kept.append(Kept(slot.span, room.name, _accounts(page, case.id)))
    minutes = int((slot.span.ends - slot.span.begins).total_seconds() // 60)
    met = clashes(sitting, case, Wanted(slot.span.begins, minutes, room.name), page.days)
    return replace(line, slot=slot, room=room, mode=mode, asked=tuple(met.asked))


def summon_together(court: Court, clerk: int, chosen: Sequence[tuple[str, SummonInput]], key: str) -> str:
    """Put the summons of each case chosen on a list and give its reference. Raises InvalidInput where nothing is chosen
    that somebody may fix.
    """
    with court.database.read() as session:
        mine = select(Seat.case_id).where(serving(clerk, Role.CLERK))
        wanted = dict(chosen)
        cases = session.scalars(select(Case).where(Case.reference.in_(wanted), Case.id.in_(mine))).all()
        found = {case.reference: case for case in cases}
        lines = [Line(found[ref].id, given, _subject(found[ref])) for ref, given in wanted.items() if ref in found]
    if not lines:
        raise InvalidInput.at("case", T("Choose at least one case."))
    return put_on_list(court, SUMMONED, clerk, names.SUMMON, lines, key=key, ticked=len(chosen))


def _says(act: str, count: int, ticked: int) -> Text:
    return T("You fix %(count)s of %(ticked)s hearings ticked", count=count, ticked=ticked)


SUMMONED = list_kind(
    ListKind("hearings_suggested", Role.CLERK, T("Hearings to fix"), "hearing_calendar.suggested", _says)
)
