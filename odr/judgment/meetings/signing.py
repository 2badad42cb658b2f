"""Those who attended a meeting sign its minutes; once all have, the court takes them into the closed part of the file. No flask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.background import each_alone
from odr.ground.db import insert_once
from odr.ground.errors import CaseMovedOn, CourtError, NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR
from odr.judgment import names
from odr.judgment.meetings.acts import MINUTED_AT, FileMinutesInput
from odr.judgment.meetings.models import Meeting, MeetingSignature, MeetingState
from odr.judgment.meetings.queries import attended, signed_by

if TYPE_CHECKING:
    from odr.procedure.court import Court


def minutes_for(session: Session, account_id: int, reference: str) -> tuple[Meeting, Case]:
    """Minutes with their case, for somebody who attended. Raises NotFound for everybody else."""
    found = session.execute(
        select(Meeting, Case).join(Case, Case.id == Meeting.case_id).where(Meeting.reference == reference)
    ).one_or_none()
    if found is None or account_id not in {view["account"] for view in attended(found[0])}:
        raise NotFound
    return found[0], found[1]


def sign(session: Session, account_id: int, name: str, reference: str, sha256: str, now: datetime) -> None:
    """Sign the minutes that were read; twice changes nothing. Raises NotFound for who did not attend, CaseMovedOn where the
    minutes were written anew meanwhile.
    """
    meeting, _ = minutes_for(session, account_id, reference)
    if meeting.state is not MeetingState.MINUTED or meeting.minutes_sha256 != sha256:
        raise CaseMovedOn(
            T("The minutes were written anew since you opened this page."), T("Read them again before you sign.")
        )
    if account_id not in signed_by(session, meeting):
        mine = MeetingSignature(meeting_id=meeting.id, account_id=account_id, name=name, text_sha256=sha256, at=now)
        insert_once(session, mine)


def file_signed(court: Court) -> int:
    """Take minutes that everybody has signed into the file; returns how many. One that cannot be filed now waits."""
    with court.database.read() as session:
        rows = session.execute(
            built_once(
                lambda: (
                    select(Meeting, Case)
                    .join(Case, Case.id == Meeting.case_id)
                    .where(Meeting.state == MeetingState.MINUTED, Case.stage.in_(MINUTED_AT))
                    .order_by(Meeting.id)
                )
            )
        ).all()
        ready = [
            (case, FileMinutesInput(meeting=meeting.reference, sha256=meeting.minutes_sha256 or ""))
            for meeting, case in rows
            if signed_by(session, meeting).keys() == {view["account"] for view in attended(meeting)}
        ]
    return each_alone(ready, lambda one: _file(court, *one), "minutes that everybody has signed could not be filed")


def _file(court: Court, case: Case, given: FileMinutesInput) -> int:
    try:
        with court.sit(court.prepare(names.FILE_MEETING_MINUTES, case, given, CLOCK_ACTOR)) as sitting:
            mine = sitting.session.get_one(Case, case.id)
            sitting.perform(names.FILE_MEETING_MINUTES, mine, given, actor=CLOCK_ACTOR)
    except CourtError:  # Signed by the last one in two requests at once: the other has filed them.
        return 0
    return 1
