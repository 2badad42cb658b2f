"""Volumes of a case, and what is ready to be sealed. No flask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry
from odr.evidence.models import Compilation, CompilationState
from odr.register.volume.models import CLOSED, CaseVolume, VolumeState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def volumes_of(session: Session, case: Case) -> list[CaseVolume]:
    """Every volume of the case, the newest first."""
    return list(
        session.scalars(select(CaseVolume).where(CaseVolume.case_id == case.id).order_by(CaseVolume.number.desc()))
    )


def closed_volume(session: Session, case: Case) -> CaseVolume | None:
    """The volume that is closed now; None while the file takes papers."""
    return session.scalar(
        select(CaseVolume)
        .where(CaseVolume.case_id == case.id, CaseVolume.state.in_(CLOSED))
        .order_by(CaseVolume.number.desc())
    )


def opened_again_at(session: Session, case: Case) -> datetime | None:
    """When the newest volume was opened again; None where it was not."""
    row = next(iter(volumes_of(session, case)), None)
    if row is None or row.reopened_entry is None:
        return None
    by = select(DocketEntry.recorded_at).where(DocketEntry.case_id == case.id, DocketEntry.number == row.reopened_entry)
    return session.scalar(by)


def closed_now(sitting: Sitting, case: Case) -> CaseVolume | None:
    """The same, asked once where a page judges every act."""
    if sitting.reading:
        return sitting.once(("closed volume", case.id), lambda: closed_volume(sitting.session, case))
    return closed_volume(sitting.session, case)


def bound(session: Session, case: Case, reference: str) -> tuple[CaseVolume, Compilation] | None:
    """A volume whose archive is put together and waits for its seal; None for any other."""
    row = session.scalar(select(CaseVolume).where(CaseVolume.case_id == case.id, CaseVolume.reference == reference))
    if row is None or row.state is not VolumeState.BINDING:
        return None
    made = session.get_one(Compilation, row.compilation_id)
    is_ready = made.state is CompilationState.READY and made.sha256 is not None and made.size is not None
    return (row, made) if is_ready else None
