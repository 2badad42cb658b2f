"""Case files, kits and bundles made in the background: asked for by a person, put together by the worker, fetched by
that person alone.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.evidence.exhibits.access import is_sealed, note_reading, why_closed
from odr.evidence.kit.bundle import make_bundle, pieces
from odr.evidence.kit.casefile import (
    case_file,
    case_slug,
    docket_pdf,
    exhibit_kit,
    pieces_with_progress,
    readings_kit,
)
from odr.evidence.kit.kit import LeftOut, write_kit
from odr.evidence.models import Compilation, CompilationKind, CompilationState, Exhibit
from odr.evidence.store.erasing import erase_now, let_go
from odr.ground.background import each_alone
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.errors import CourtError, TooMany
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, words_of
from odr.ground.typeset import PaperLocale
from odr.identity.actors import Actor, actors_in
from odr.identity.models import Account
from odr.procedure.case.readings import READS_READINGS, record_of
from odr.procedure.papers.frame import anchored

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.evidence.kit.compiling")
KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=10)
"""After so long without a word from the worker another one starts again."""
MOST_WAITING = 3
"""So many compilations of one person wait at the same time."""
_TOLD_EVERY = 4 * 2**20


def ask(
    session: Session,
    case: Case,
    actor: Actor,
    kind: CompilationKind,
    locale: str,
    now: datetime,
    exhibit: Exhibit | None = None,
) -> Compilation:
    """Put a compilation on the worker's list. Raises TooMany where the person has several waiting already."""
    mine = select(Compilation.id).where(
        Compilation.account_id == actor.account_id,
        Compilation.state.in_((CompilationState.WAITING, CompilationState.WORKING)),
    )
    if len(session.scalars(mine).all()) >= MOST_WAITING:
        raise TooMany(T("Several files are being put together for you already."), T("Wait until one of them is ready."))
    row = Compilation(
        case_id=case.id,
        account_id=actor.account_id,
        hat=actor.hat,
        kind=kind,
        locale=locale,
        asked_at=now,
        touched_at=now,
        exhibit_id=exhibit.id if exhibit else None,
    )
    session.add(row)
    session.flush()
    return row


def compilations_of(session: Session, case: Case, actor: Actor, limit: int = 20) -> list[Compilation]:
    """What the person asked for in this case in this capacity, newest first."""
    own = (Compilation.case_id == case.id, Compilation.account_id == actor.account_id, Compilation.hat == actor.hat)
    return list(session.scalars(select(Compilation).where(*own).order_by(Compilation.id.desc()).limit(limit)))


def compile_due(court: Court) -> int:
    """For the worker: put together what was asked for, and forget what has been kept long enough."""
    done = _expire(court)
    while (row := _take(court)) is not None:
        try:
            _compile(court, row)
        except CourtError as error:
            _fail(court, row, words_of(error.message))
        except Exception:
            log.exception("compilation %s could not be made", row.reference)
            _fail(court, row, words_of(T("Something went wrong on our side. Ask again, or tell the clerk.")))
        done += 1
    return done


def _take(court: Court) -> Compilation | None:
    now = court.clock.machine_now()
    stale = now - LEASE
    with court.database.write() as session:
        row = session.scalar(
            built_once(
                lambda: (
                    select(Compilation)
                    .where(
                        or_(
                            Compilation.state == CompilationState.WAITING,
                            and_(Compilation.state == CompilationState.WORKING, Compilation.touched_at < stale),
                        )
                    )
                    .order_by(Compilation.id)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
            )
        )
        if row is not None:
            row.state, row.touched_at, row.done, row.total = CompilationState.WORKING, now, 0, 0
            row.expires_at = None
        return row


def _compile(court: Court, row: Compilation) -> None:
    if row.kind is CompilationKind.BUNDLE:
        _compile_bundle(court, row)
        return
    with court.database.read() as session:
        case = session.get_one(Case, row.case_id)
        viewer = _viewer(court, session, case, row)
        docket = _anchored_docket(court, session, case, viewer, row) if row.kind is CompilationKind.CASE_FILE else None
        read = _anchored_readings(court, case, viewer, row) if row.kind is CompilationKind.READINGS else None
    court.notary.sequence()
    with court.database.read() as session:
        case, look = session.get_one(Case, row.case_id), court.look(session)
        if row.kind is CompilationKind.KIT:
            assembled = exhibit_kit(look, case, viewer, session.get_one(Exhibit, row.exhibit_id))
        elif read is not None:
            assembled = readings_kit(look, case, read)
        else:
            assembled = case_file(look, case, viewer, docket)
        _tell(court, row, 0, assembled.size)
        chunks = pieces_with_progress(write_kit(assembled.kit), _teller(court, row))
        _finish(court, row, chunks, f"{assembled.kit.name}.zip", assembled.kit.left_out, assembled.upto)
        if read is None:
            _log_readings(court, session, case, viewer, row)


def _compile_bundle(court: Court, row: Compilation) -> None:
    """Bind the exhibits the person may see, and enter the digest of what was bound in the log."""
    with court.database.read() as session, tempfile.TemporaryDirectory(prefix="odr-bundle-") as folder:
        case, look = session.get_one(Case, row.case_id), court.look(session)
        viewer = _viewer(court, session, case, row)
        mine = session.scalars(select(Exhibit).where(Exhibit.case_id == case.id)).all()
        _tell(court, row, 0, sum(each.upload.size for each in mine))
        bound = make_bundle(
            look, case, viewer, cast(PaperLocale, row.locale), Path(folder), lambda done: _tell(court, row, done, None)
        )
        name = f"bundle-{case_slug(case)}-{case.entry_count}.pdf"
        _finish(
            court,
            row,
            pieces(bound.place),
            name,
            bound.left_out,
            case.entry_count,
            pages=bound.pages,
            of_case=case.reference,
        )
        _log_readings(court, session, case, viewer, row)
    court.notary.sequence()


def _viewer(court: Court, session: Session, case: Case, row: Compilation) -> Actor:
    """The person in the capacity of then, if they still have it: what was asked for is checked again when it is made."""
    account = session.get_one(Account, row.account_id)
    found = next((a for a in actors_in(session, account, case, court.clock.now()) if a.hat == row.hat), None)
    if found is None:
        raise CourtError(T("You no longer take part in the case in this capacity."))
    return found


def _anchored_docket(court: Court, session: Session, case: Case, viewer: Actor, row: Compilation) -> tuple[bytes, str]:
    """The docket as PDF, and the receipt under which its digest stands in the log."""
    pdf = docket_pdf(court.look(session), case, viewer, cast(PaperLocale, row.locale))
    with court.database.write() as writing:
        now, digest = court.clock.now(), sha256_hex(pdf)
        receipt = anchored(court, writing, case.reference, digest, len(pdf), now=now, compilation=row.reference)
    return pdf, receipt


def _anchored_readings(court: Court, case: Case, viewer: Actor, row: Compilation) -> tuple[bytes, str]:
    """Who has read the case, as the viewer may see it, and the receipt under which its digest stands in the log."""
    if viewer.role not in READS_READINGS:
        raise CourtError(T("You no longer take part in the case in this capacity."))
    court.readings.enter()
    with court.database.write() as writing:
        now = court.clock.now()
        record = canonical(record_of(writing, case, viewer, now))
        receipt = anchored(
            court,
            writing,
            case.reference,
            sha256_hex(record),
            len(record),
            now=now,
            media_type="application/json",
            compilation=row.reference,
        )
    return record, receipt


class _Chunks:
    """An iterator of bytes as something a store reads from."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int = 256 * 1024, /) -> bytes:
        while len(self._rest) < size:
            data = next(self._chunks, None)
            if data is None:
                break
            self._rest += data
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def _finish(
    court: Court,
    row: Compilation,
    chunks: Iterator[bytes],
    filename: str,
    left_out: Sequence[LeftOut],
    upto: int,
    *,
    pages: int | None = None,
    of_case: str | None = None,
) -> None:
    """Keep what was made. ``of_case`` names the case under which its own digest is entered in the log."""
    stored = court.ports.store.write(_Chunks(chunks))
    now = court.clock.machine_now()
    with court.database.write() as session:
        mine = session.get_one(Compilation, row.id, with_for_update=True)
        if mine.expires_at is not None:
            # A file was closed to some while it was put together: it is made anew, as its reader may see the case now.
            mine.state, mine.expires_at = CompilationState.WAITING, None
            let_go(session, stored.key)
            return
        mine.state, mine.key, mine.size, mine.sha256 = CompilationState.READY, stored.key, stored.size, stored.sha256
        mine.filename, mine.upto, mine.touched_at, mine.expires_at = filename, upto, now, now + KEPT
        mine.left_out = [{"item": each.item, "why": dict(each.why)} for each in left_out]
        mine.done = mine.total = max(mine.total, mine.done)
        mine.pages = pages
        if of_case is not None:
            mine.receipt = anchored(
                court, session, of_case, stored.sha256, stored.size, now=court.clock.now(), compilation=mine.reference
            )


def _log_readings(court: Court, session: Session, case: Case, viewer: Actor, row: Compilation) -> None:
    """A sealed file that went into what somebody takes along was opened by them."""
    mine = select(Exhibit).where(Exhibit.case_id == case.id)
    if row.exhibit_id is not None:
        mine = mine.where(Exhibit.id == row.exhibit_id)
    opened = [each for each in session.scalars(mine) if is_sealed(each) and why_closed(viewer, each) is None]
    with court.database.write() as writing:
        for exhibit in opened:
            note_reading(
                writing, exhibit, viewer, "bundle" if row.kind is CompilationKind.BUNDLE else "kit", court.clock.now()
            )


def recall(session: Session, case: Case, now: datetime) -> None:
    """What lies ready was made before a file was closed to some: nobody fetches it any more; it can be asked for anew. What
    is being put together is put together anew.
    """
    begun = Compilation.state.in_((CompilationState.READY, CompilationState.WORKING))
    session.execute(update(Compilation).where(Compilation.case_id == case.id, begun).values(expires_at=now))


def _fail(court: Court, row: Compilation, problem: dict[str, str]) -> None:
    with court.database.write() as session:
        mine = session.get_one(Compilation, row.id)
        mine.state, mine.problem, mine.touched_at = CompilationState.FAILED, problem, court.clock.machine_now()


def _teller(court: Court, row: Compilation) -> Callable[[int], None]:
    """Writes down how far the work is, not for every chunk."""
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        if done - told >= _TOLD_EVERY:
            told = done
            _tell(court, row, done, None)

    return tell


def _tell(court: Court, row: Compilation, done: int, total: int | None) -> None:
    with court.database.write() as session:
        mine = session.get_one(Compilation, row.id)
        mine.done, mine.touched_at = done, court.clock.machine_now()
        if total is not None:
            mine.total = total


def _expire(court: Court) -> int:
    now = court.clock.machine_now()
    with court.database.read() as session:
        over = list(
            session.scalars(
                built_once(
                    lambda: (
                        select(Compilation)
                        .where(Compilation.state == CompilationState.READY, Compilation.expires_at <= now)
                        .limit(64)
                    )
                )
            )
        )
    return each_alone(over, partial(_forget, court), "a compilation whose time is over could not be forgotten")


def _forget(court: Court, row: Compilation) -> int:
    with court.database.write() as session:
        mine = session.get_one(Compilation, row.id)
        key, mine.key, mine.state = mine.key, None, CompilationState.EXPIRED
        if key:
            let_go(session, key)
    if key:
        erase_now(court, [key])
    return 1
