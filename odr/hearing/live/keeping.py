"""How long a recording is kept: by a rule of the pack, on a person's list, never by the clock alone (REC 5).

Erased are picture and sound, and what was made of them to be played. The chain stays on the disk and its heads in the
docket: what was recorded, when and of whom can still be said, and that nothing was put in its place.
"""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import exists, or_, select

from odr.docket.models import Audience, Case, Role, Stage
from odr.evidence.retention.models import LegalHold
from odr.evidence.retention.rules import forget_in_database, hold_of, kept_until as kept_by_rule
from odr.ground.background import each_alone
from odr.ground.errors import ActNotOpen
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing import desks
from odr.hearing.inputs import Reasons
from odr.hearing.live.media.hosts import hearing_folders
from odr.hearing.live.models import LiveRoom
from odr.hearing.live.seen.making import folder_of
from odr.hearing.live.seen.replaying import kept_in
from odr.hearing.live.transcript.reading import forget_drafts
from odr.hearing.live.vocabulary import RoomState
from odr.hearing.models import Hearing
from odr.identity.actors import Actor
from odr.procedure.acts.table import Recorded, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, RefTo, field
from odr.procedure.models import Task
from odr.procedure.rules.base import Unit, law
from odr.procedure.rules.pack import RulePack

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

RULE = "recordings"
AT_ONCE = 20
"""Cases of one round of the worker."""
ERASED = 200
"""Hearings, the last erased, of which the worker looks whether anything is left on this machine."""
ASKED_AGAIN = timedelta(days=365)
"""Who keeps a recording is asked again after a year."""
SHORTEST = {Unit.MONTHS: 28, Unit.TERM_MONTHS: 28, Unit.YEARS: 365}
"""Days that a month or a year has at least."""


def kept_until(pack: RulePack, case: Case) -> date | None:
    """The last day on which the rules have the recordings of a closed case kept; None where nothing may be erased."""
    return kept_by_rule(pack, case, RULE)


@guard("REC 5", "COURT retention")
def recording_may_go(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no recording is erased: none is here, the case goes on, the time runs, or the case is held."""
    if not _kept(sitting, case):
        return T("No recording of this case is kept here.")
    if hold_of(sitting.session, case) is not None:
        return T("The case is under a legal hold: nothing of it is erased.")
    last = kept_until(sitting.pack(case), case)
    if last is None:
        return T("The case is not closed, or the rules of this court let no recording be erased.")
    if sitting.now.astimezone(sitting.pack(case).tz).date() <= last:
        return T("Under the rules it is kept until %(day)s.", day=last)
    return None


@guard("COURT once")
def recording_is_asked_about(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nobody has to say that a recording is kept: it is not on a desk, and stays without a word."""
    if not sitting.tasks(case, desks.RECORDING_DUE):
        return T("Nobody is asked now whether these recordings are erased: they are kept.")
    return None


def _kept(sitting: Sitting, case: Case) -> list[tuple[LiveRoom, Hearing]]:
    rows = sitting.session.execute(
        built_once(
            lambda: (
                select(LiveRoom, Hearing)
                .join(Hearing, Hearing.id == LiveRoom.hearing_id)
                .where(
                    LiveRoom.case_id == case.id,
                    LiveRoom.state == RoomState.CLOSED,
                    LiveRoom.erased_at.is_(None),
                    Hearing.recording_sha256.is_not(None),
                )
                .order_by(LiveRoom.id)
            )
        )
    )
    return [(row[0], row[1]) for row in rows]


@choice_source("recordings_kept")
def recordings_kept(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Hearings whose recording is kept."""
    return [
        Option(h.reference, T("The hearing of %(at)s", at=h.begins_at), h.recording_sha256)
        for _, h in _kept(sitting, case)
    ]


class EraseRecordingInput(CourtModel):
    """Which recording goes, and why nothing needs it any more."""

    hearing: Annotated[
        str,
        RefTo("hearing"),
        field(T("Recording"), T("Picture and sound; this cannot be undone."), choices="recordings_kept"),
    ]
    reasons: Reasons


@act(
    title=T("Erase the recording of a hearing"),
    input=EraseRecordingInput,
    by={Role.JUDGE, Role.PRESIDENT},
    at=frozenset(Stage),
    guard=recording_may_go,
    while_stayed=True,
    strong=True,
    source=law("REC 5", "COURT retention"),
    seen_by=Audience.HEARING,
    desk=desks.RECORDING_DUE,
    topic=Topic.HEARING,
    in_record=True,
)
def erase_recording(
    sitting: Sitting, case: Case, given: EraseRecordingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Erase picture and sound of a hearing whose time is over; its chain and the digests in the docket stay (REC 5)."""
    hearing: Hearing = sitting.resolved("hearing", given.hearing)
    room = next((room for room, one in _kept(sitting, case) if one.id == hearing.id), None)
    if room is None:
        raise ActNotOpen(T("No recording of this hearing is kept here."))
    room.erased_at, room.erased_by = now, sitting.next_number(case)
    forget_in_database(sitting)
    forget_drafts(sitting.session, room)
    court = sitting.court
    sitting.after_commit.append(lambda: _take_away(court, hearing))
    if len(_kept(sitting, case)) == 0:
        sitting.close_tasks(case, desks.RECORDING_DUE)
    return Recorded(
        T("Picture and sound of the hearing of %(at)s are erased; the chain stays", at=hearing.begins_at),
        {"hearing": hearing.reference, "sha256": hearing.recording_sha256, "reasons": given.reasons},
    )


class RetainRecordingInput(CourtModel):
    """Why the recordings of a case are still needed."""

    reasons: Reasons


@act(
    title=T("Keep the recordings longer"),
    input=RetainRecordingInput,
    by={Role.JUDGE, Role.PRESIDENT},
    at=frozenset(Stage),
    guard=recording_is_asked_about,
    while_stayed=True,
    source=law("REC 5", "COURT retention"),
    seen_by=Audience.HEARING,
    desk=desks.RECORDING_DUE,
    topic=Topic.HEARING,
    in_record=False,
)
def retain_recording(
    sitting: Sitting, case: Case, given: RetainRecordingInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Keep what may be erased, and say why; whoever reads the case reads it. Asked again after a year (REC 5)."""
    sitting.close_tasks(case, desks.RECORDING_DUE)
    return Recorded(
        T("The recordings of this case are kept longer; the court looks at it again after a year"),
        {"recordings": [one.recording_sha256 for _, one in _kept(sitting, case)], "reasons": given.reasons},
    )


def _take_away(court: Court, hearing: Hearing) -> None:
    for path in _left(court, hearing):
        path.unlink(missing_ok=True)
    for folder in _derived(court, hearing):
        shutil.rmtree(folder, ignore_errors=True)


def _left(court: Court, hearing: Hearing) -> list[Path]:
    folders = hearing_folders(court.settings, hearing.reference)
    return sorted(path for folder in folders for path in folder.glob("*/*.rtp"))


def _derived(court: Court, hearing: Hearing) -> list[Path]:
    played = court.settings.data_dir / "played" / hearing.reference
    return [path for path in (played, folder_of(court, hearing), kept_in(court, hearing)) if path.exists()]


def take_away_erased(court: Court) -> int:
    """For the worker: what was erased and still lies on this machine goes, since the process that erased it stopped in
    between, or the recordings lie where another machine answers. The number of hearings.
    """
    erased = built_once(
        lambda: (
            select(Hearing)
            .join(LiveRoom, LiveRoom.hearing_id == Hearing.id)
            .where(LiveRoom.erased_at.is_not(None))
            .order_by(LiveRoom.erased_at.desc())
            .limit(ERASED)
        )
    )
    with court.database.read() as session:
        found = [one for one in session.scalars(erased) if _left(court, one) or _derived(court, one)]
    return each_alone(
        found, partial(_taken_away, court), "an erased recording could not be taken away from this machine"
    )


def _taken_away(court: Court, hearing: Hearing) -> int:
    _take_away(court, hearing)
    return 1


_ON_A_DESK = (Task.kind == desks.RECORDING_DUE.kind, Task.case_id == Case.id)
_IS_HELD = exists().where(LegalHold.case_id == Case.id, LegalHold.lifted_by.is_(None))


def recordings_due(court: Court) -> int:
    """For the worker: put on a judge's desk what may be erased. Nothing is erased by the clock. The number of cases."""
    now = court.clock.now()
    pack = court.packs.in_force(court.settings.pack, now.astimezone(court.settings.tz).date())
    rule = pack.retention.rules.get(RULE) if pack.retention is not None else None
    if rule is None:
        return 0
    # No later than this was it closed whose time may be over; to the day the rule itself says.
    before = now - timedelta(days=rule.after.amount * SHORTEST.get(rule.after.unit, 1))
    asked = now - ASKED_AGAIN
    kept = built_once(
        lambda: (
            select(LiveRoom.case_id)
            .join(Hearing, Hearing.id == LiveRoom.hearing_id)
            .join(Case, Case.id == LiveRoom.case_id)
            .where(LiveRoom.closed_at < before, LiveRoom.erased_at.is_(None), Hearing.recording_sha256.is_not(None))
            .where(Case.closed_at < before)
            .where(~exists().where(*_ON_A_DESK, or_(Task.done_at.is_(None), Task.done_at > asked)), ~_IS_HELD)
            .order_by(LiveRoom.closed_at, LiveRoom.id)
            .limit(AT_ONCE)
        )
    )
    with court.database.read() as session:
        looked = court.look(session)
        due = [
            case.id
            for case in (session.get_one(Case, number) for number in dict.fromkeys(session.scalars(kept)))
            if _is_due(looked, case)
        ]
    return each_alone(due, partial(_put_on_desk, court), "recordings whose time is over could not be put on a desk")


def _put_on_desk(court: Court, number: int) -> int:
    with court.sit() as sitting:
        title = T("The time for keeping the recordings of this case is over. Decide whether they are erased.")
        sitting.open_task(sitting.session.get_one(Case, number), Role.JUDGE, desks.RECORDING_DUE, title, risk=5)
    return 1


def _is_due(sitting: Sitting, case: Case) -> bool:
    last = kept_until(sitting.pack(case), case)
    over = last is not None and last < sitting.now.astimezone(sitting.pack(case).tz).date()
    return over and hold_of(sitting.session, case) is None and not sitting.tasks(case, desks.RECORDING_DUE)
