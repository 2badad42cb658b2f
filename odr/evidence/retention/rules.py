"""How long exhibits are kept, and how one is erased: by a rule of the pack, on a list that a person decides, never by
the clock alone.

Erased are the file, its receipt and the receipt's salt. The leaf stays in the log and
means nothing any more; every other receipt is proven as before. The docket keeps the
digest and the fact that, and why, it was erased.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Party, Role
from odr.evidence import desks
from odr.evidence.exhibits.access import attached_upload, was_moved
from odr.evidence.models import Blob, Exhibit, ExhibitPart, Upload
from odr.evidence.retention.models import ErasureProposal, ErasureState, LegalHold
from odr.evidence.sources.models import EarlierProof
from odr.evidence.sources.proof_queries import proofs_of
from odr.evidence.store.erasing import erase_after
from odr.ground.db import Database
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.models import Mandate
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.counting import months_later

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

RULE = "exhibits"
HOUR = 3600.0
_emptied_at: WeakKeyDictionary[Database, float] = WeakKeyDictionary()
"""When the write-ahead log of a database was last emptied by this process, by the monotonic clock."""


@dataclass(frozen=True)
class Due:
    """An exhibit whose time has run."""

    case: Case
    exhibit: Exhibit
    on: date


def kept_until(pack: RulePack, case: Case, rule: str = RULE) -> date | None:
    """The last day on which the rules have an exhibit of a closed case kept; None where nothing may be erased.

    Calendar time, not rolled: keeping a day longer hurts nobody, and no act is to be done in it.
    """
    found = pack.retention.rules.get(rule) if pack.retention is not None else None
    if found is None or case.closed_at is None:
        return None
    return after(case.closed_at.astimezone(pack.tz).date(), found.after)


def after(day: date, period: Period) -> date:
    """The day so long after another, in plain days of the calendar."""
    if period.unit in (Unit.MONTHS, Unit.TERM_MONTHS, Unit.YEARS):
        return months_later(day, period.amount * (12 if period.unit is Unit.YEARS else 1))
    return day + timedelta(days=period.amount)


def hold_of(session: Session, case: Case) -> LegalHold | None:
    """The hold under which the case stands."""
    return session.scalar(
        built_once(
            lambda: select(LegalHold).where(LegalHold.case_id == case.id, LegalHold.lifted_by.is_(None)).limit(1)
        )
    )


def is_erased(exhibit: Exhibit) -> bool:
    """Whether the file is gone."""
    return exhibit.upload.blob is not None and exhibit.upload.blob.erased_at is not None


def proposals_of(session: Session, case: Case, state: ErasureState | None = None) -> list[ErasureProposal]:
    """Proposals to erase in a case, in order."""
    query = select(ErasureProposal).where(ErasureProposal.case_id == case.id).order_by(ErasureProposal.id)
    return list(session.scalars(query.where(ErasureProposal.state == state) if state else query))


def due(court: Court, session: Session) -> Iterator[Due]:
    """Exhibits of closed cases whose time has run, that are not held, not erased and not proposed yet."""
    today = court.clock.now()
    held = select(LegalHold.case_id).where(LegalHold.lifted_by.is_(None))
    cases = session.scalars(
        select(Case)
        .where(Case.closed_at.is_not(None), Case.closed_at <= today, Case.id.not_in(held))
        .order_by(Case.closed_at)
    )
    for case in cases:
        pack = court.packs.get(case.pack_id, case.pack_version)
        last = kept_until(pack, case)
        if last is None or last >= today.astimezone(pack.tz).date():
            continue
        proposed = select(ErasureProposal.exhibit_id).where(ErasureProposal.case_id == case.id)
        for exhibit in session.scalars(
            select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.id.not_in(proposed)).order_by(Exhibit.id)
        ):
            if not is_erased(exhibit):
                yield Due(case, exhibit, last)


def prepare(court: Court) -> list[Due]:
    """Put what is due on the list and on the judges' desks. Nothing is erased by it."""
    with court.sit() as sitting:
        found = list(due(court, sitting.session))
        for each in found:
            row = ErasureProposal(
                case_id=each.case.id,
                exhibit_id=each.exhibit.id,
                rule=RULE,
                due_on=each.on,
                prepared_at=court.clock.now(),
            )
            sitting.session.add(row)
            if not sitting.tasks(each.case, desks.ERASURE_DUE):
                title = T(
                    "The time for keeping exhibits ended on %(day)s. Decide what is erased and what is kept.",
                    day=each.on,
                )
                sitting.open_task(each.case, Role.JUDGE, desks.ERASURE_DUE, title, risk=5)
        sitting.session.flush()
    return found


def why_not(sitting: Sitting, case: Case, exhibit: Exhibit, together: Sequence[int] = ()) -> Text | None:
    """Why an exhibit may not be erased now, whatever a list says; ``together``: exhibits that are erased with it."""
    if hold_of(sitting.session, case) is not None:
        return T("The case is under a legal hold: nothing of it is erased.")
    last = kept_until(sitting.pack(case), case)
    if last is None:
        return T("The rules of this court let nothing be erased here.")
    if sitting.now.astimezone(sitting.pack(case).tz).date() <= last:
        return T("Under the rules it is kept until %(day)s.", day=last)
    if is_erased(exhibit):
        return T("It is erased already.")
    mine = (exhibit.upload, *exhibit.along)
    if any(is_needed_elsewhere(sitting.session, exhibit, each, together) for each in mine):
        return T(
            "A file of exhibit %(label)s is also the proof of another exhibit, or was given to the court in another case: it is kept there.",
            label=exhibit.label,
        )
    return None


def erased_by_rule(session: Session, receipts: Sequence[str]) -> set[str]:
    """Those of these receipts whose file was erased: its row says so and stays."""
    query = (
        select(Upload.receipt)
        .join(Blob, Blob.id == Upload.blob_id)
        .where(Upload.receipt.in_(receipts), Blob.erased_at.is_not(None))
    )
    return {receipt for receipt in session.scalars(query) if receipt is not None}


def is_needed_elsewhere(session: Session, exhibit: Exhibit, upload: Upload, together: Sequence[int] = ()) -> bool:
    """Whether a file that goes with an exhibit is another one's file or proof too, or stands in the docket of another case."""
    return _others_of(session, exhibit, upload, together) or _stands_in_another_case(session, exhibit, upload)


def _others_of(session: Session, exhibit: Exhibit, upload: Upload, together: Sequence[int]) -> bool:
    part = select(ExhibitPart.exhibit_id).where(ExhibitPart.upload_id == upload.id)
    proof = select(EarlierProof.exhibit_id).where(
        or_(EarlierProof.upload_id == upload.id, EarlierProof.beside_id == upload.id)
    )
    has_it = or_(Exhibit.upload_id == upload.id, Exhibit.id.in_(part), Exhibit.id.in_(proof))
    others = session.scalars(select(Exhibit).where(Exhibit.id.not_in([exhibit.id, *together]), has_it))
    return any(not is_erased(other) for other in others)


def _stands_in_another_case(session: Session, exhibit: Exhibit, upload: Upload) -> bool:
    """Whether its sender gave it to an act of another case. An exhibit that was moved stands in the docket it came from."""
    if was_moved(exhibit):
        return False
    own = select(Party.case_id).where(Party.account_id == upload.account_id)
    acted = select(Mandate.case_id).where(Mandate.account_id == upload.account_id)
    entries = select(DocketEntry).where(
        DocketEntry.case_id.in_(own.union(acted)),
        DocketEntry.case_id != exhibit.case_id,
        DocketEntry.account_id == upload.account_id,
        DocketEntry.payload.contains(upload.reference, autoescape=True),
    )
    return any(attached_upload(session, entry, upload.reference) is not None for entry in session.scalars(entries))


def erase(sitting: Sitting, exhibit: Exhibit) -> None:
    """Erase file, receipt and salt, of earlier proofs too, but of none that something else still stands on."""
    beside = [
        each
        for proof in proofs_of(sitting.session, exhibit)
        for each in (proof.upload, proof.beside)
        if each is not None and not is_needed_elsewhere(sitting.session, exhibit, each)
    ]
    erase_uploads(sitting, [exhibit.upload, *exhibit.along, *beside])


def erase_uploads(sitting: Sitting, uploads: Iterable[Upload]) -> None:
    """Erase each file with its receipt and salt. The bytes in the store go once that is committed; those in the
    database are overwritten.
    """
    forget_in_database(sitting)
    for upload in uploads:
        _erase_upload(sitting, upload)


def forget_in_database(sitting: Sitting) -> None:
    """What this transaction takes out of a row is overwritten in the file, and in the write-ahead log once it is
    committed.
    """
    if sitting.session.get_bind().dialect.name == "sqlite":
        # Otherwise what was deleted stays readable in free pages of the file.
        sitting.session.execute(text("PRAGMA secure_delete=ON"))
        _emptied_at.pop(sitting.court.database, None)
        sitting.after_commit.append(lambda: empty_journal(sitting.court))


def empty_journal(court: Court) -> int:
    """Once an hour, and until it succeeds: the write-ahead log may still hold pages as they were before something was
    erased.

    It is tried where something is erased, too; but there the page that asked for it still reads.
    """
    last = _emptied_at.get(court.database)
    if last is not None and time.monotonic() - last < HOUR:
        return 0
    if court.database.empty_journal():
        _emptied_at[court.database] = time.monotonic()
    return 0


def _erase_upload(sitting: Sitting, upload: Upload) -> None:
    session = sitting.session
    blob = session.get_one(Blob, upload.blob_id)
    if blob.erased_at is not None:
        return
    key = blob.key
    blob.key, blob.content, blob.wrapped, blob.erased_at = None, None, None, sitting.now
    if upload.receipt is not None:
        sitting.court.notary.erase(session, upload.receipt, now=sitting.now)
    session.flush()
    if key is not None:
        erase_after(sitting, key)
