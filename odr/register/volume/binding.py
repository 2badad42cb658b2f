"""For the worker: volumes that are due come onto the clerk's desk, and those that are put together are sealed. No flask."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import exists, select

from odr.docket.models import Case, Role, Stage
from odr.evidence.models import Compilation, CompilationState
from odr.ground.background import each_alone
from odr.ground.errors import CourtError
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR
from odr.procedure.models import Task
from odr.procedure.time.reckoning import reckon
from odr.register import desks, names
from odr.register.volume.inputs import SealVolumeInput
from odr.register.volume.models import CLOSED, CaseVolume, VolumeState
from odr.register.volume.queries import closed_volume, opened_again_at

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger(__name__)
AT_ONCE = 50
"""Volumes looked at in one round of the worker."""


def volumes_due(court: Court) -> int:
    """Put volumes of cases that have been over long enough on the clerk's desk, and seal what is put together."""
    return _onto_desks(court) + _seal(court)


_LIES = exists().where(Task.case_id == Case.id, Task.kind == desks.CLOSE_VOLUME.kind, Task.done_at.is_(None))
_IS_CLOSED = exists().where(CaseVolume.case_id == Case.id, CaseVolume.state.in_(CLOSED))
"""Of a case: its volume lies on a desk to be closed, or is closed."""


def _onto_desks(court: Court) -> int:
    now = court.clock.now()
    pack = court.packs.in_force(court.settings.pack, now.astimezone(court.settings.tz).date())
    rules = pack.volume
    if rules is None:
        return 0
    rested = now - timedelta(days=rules.rest_days)
    with court.database.read() as session:
        due = session.scalars(
            built_once(
                lambda: (
                    select(Case.id)
                    .where(Case.stage == Stage.CLOSED, Case.number.is_not(None), ~_LIES, ~_IS_CLOSED)
                    .where(Case.closed_at <= rested)
                    .order_by(Case.id)
                    .limit(AT_ONCE)
                )
            )
        ).all()

    def put(number: int) -> int:
        with court.sit() as sitting:
            case = sitting.session.get_one(Case, number, with_for_update=True)
            if (
                case.stage is not Stage.CLOSED
                or sitting.tasks(case, desks.CLOSE_VOLUME)
                or closed_volume(sitting.session, case) is not None
            ):
                return 0
            since = max(case.closed_at or now, opened_again_at(sitting.session, case) or case.closed_at or now)
            until = reckon(pack, rules.by, since, article=str(rules.article)).due_at
            words = T("The case is over. Look through the file and close the volume.")
            sitting.open_task(case, Role.CLERK, desks.CLOSE_VOLUME, words, risk=5, due_at=max(until, now))
        return 1

    return each_alone(due, put, "the volume of a case could not be put on a desk")


def _seal(court: Court) -> int:
    with court.database.read() as session:
        waiting = session.execute(
            built_once(
                lambda: (
                    select(CaseVolume, Compilation, Case)
                    .join(Compilation, Compilation.id == CaseVolume.compilation_id)
                    .join(Case, Case.id == CaseVolume.case_id)
                    .where(CaseVolume.state == VolumeState.BINDING)
                    .where(Compilation.state.not_in((CompilationState.WAITING, CompilationState.WORKING)))
                    .order_by(CaseVolume.id)
                    .limit(AT_ONCE)
                )
            )
        ).all()
    return each_alone(waiting, lambda one: _seal_one(court, *one), "a volume could not be sealed")


def _seal_one(court: Court, row: CaseVolume, made: Compilation, case: Case) -> int:
    if made.state is not CompilationState.READY or made.sha256 is None:
        with court.database.write() as session:
            mine = session.get_one(CaseVolume, row.id, with_for_update=True)
            if mine.state is VolumeState.BINDING:  # Somebody may have opened it again meanwhile.
                mine.state = VolumeState.FAILED
        return 1
    given = SealVolumeInput(volume=row.reference, sha256=made.sha256, size=made.size or 0, upto=made.upto or 0)
    try:
        with court.sit(court.prepare(names.SEAL_VOLUME, case, given, CLOCK_ACTOR)) as sitting:
            sitting.perform(names.SEAL_VOLUME, sitting.session.get_one(Case, case.id), given, actor=CLOCK_ACTOR)
    except CourtError:  # The case moved on meanwhile.
        log.info("volume %s could not be sealed now; it is tried again in the next round", row.reference, exc_info=True)
    return 1
