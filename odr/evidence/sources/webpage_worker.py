"""The worker's part of a web page's capture: look at the page, keep its files, have them entered."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import entries_of
from odr.evidence import names
from odr.evidence.models import CaptureState, UploadState, WebCapture
from odr.evidence.sources.early_fetches import nothing_came, page_came
from odr.evidence.sources.inputs import CaptureRecord
from odr.evidence.sources.models import EarlyFetch, EarlyKind
from odr.evidence.sources.webpage.capturer import Captured, NotCaptured
from odr.evidence.store.ports import capturer_of, desk_of
from odr.ground.errors import CourtError
from odr.ground.memory.built_once import built_once
from odr.ground.silence import outward
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR
from odr.identity.models import Account

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.evidence.sources.webpage_worker")
SPARE = timedelta(minutes=1)
"""So long after a look must have ended, without a word from its worker, another one looks again."""
ATTEMPTS = 3
_AGAIN = {"not_begun", "unreachable", "unknown", "crashed"}
"""What may go better another time."""
Asked = TypeVar("Asked", WebCapture, EarlyFetch)


@outward
def capture_due(court: Court) -> int:
    """For the worker: one page a round, so that a slow one holds up nothing but the next page."""
    row = _take(court, WebCapture)
    if row is None:
        return 0
    given = _looked(court, row, row.url)
    if given is None:
        return 1
    with court.sit() as sitting:
        sitting.perform(
            names.RECORD_CAPTURE,
            sitting.session.get_one(Case, row.case_id),
            given,
            actor=CLOCK_ACTOR,
            key=f"capture-{row.reference}",
        )
    court.sequence()
    return 1


@outward
def capture_early_due(court: Court) -> int:
    """For the worker: one page a round that somebody wants for a claim they still write. No docket tells of it yet."""
    row = _take(court, EarlyFetch)
    if row is None:
        return 0
    given = _looked(court, row, row.url or "")
    if given is None:
        return 1
    with court.sit() as sitting:
        if given.why is not None:
            nothing_came(sitting, row.reference, given.why)
        else:
            page_came(sitting, row.reference, given)
    court.sequence()
    return 1


def _looked(court: Court, row: Asked, url: str) -> CaptureRecord | None:
    """What the court's browser brought, or why it brought nothing; None where another round looks again."""
    with court.database.read() as session:
        locale = session.get_one(Account, row.account_id).locale
    began = court.clock.machine_now()
    try:
        made = capturer_of(court).capture(url, locale)
        return _kept(court, row, made, began)
    except NotCaptured as error:
        if error.why in _AGAIN and row.attempts < ATTEMPTS:
            _leave(court, row)
            return None
        return CaptureRecord(capture=row.reference, why=error.why)
    except CourtError:
        log.exception("what was captured for %s could not be kept", row.reference)
        _leave(court, row)
        return None


def _take(court: Court, table: type[Asked]) -> Asked | None:
    now = court.clock.machine_now()
    lease = timedelta(seconds=capturer_of(court).limits.longest) + SPARE
    stale = (table.state == CaptureState.WORKING) & (table.touched_at < now - lease)
    again = (table.attempts == 0) | (table.touched_at < now - timedelta(seconds=30))
    with court.database.write() as session:
        query = select(table).where(((table.state == CaptureState.WAITING) & again) | stale)
        if table is EarlyFetch:
            query = query.where(EarlyFetch.kind == EarlyKind.PAGE)
        row = session.scalar(query.order_by(table.id).limit(1).with_for_update(skip_locked=True))
        if row is not None:
            row.state, row.touched_at, row.attempts = CaptureState.WORKING, now, row.attempts + 1
        return row


def _leave(court: Court, row: Asked) -> None:
    """Put it back on the list for a later round."""
    with court.database.write() as session:
        mine = session.get_one(type(row), row.id)
        mine.state, mine.touched_at = CaptureState.WAITING, court.clock.machine_now()


def _kept(court: Court, row: Asked, made: Captured, began: datetime) -> CaptureRecord:
    """The files as uploads of who asked, each anchored in the log, and what the entry says of them."""
    desk, said = desk_of(court), made.record
    record = json.dumps({**said, "began_at": f"{began.astimezone(UTC):%FT%TZ}"}, indent=1, ensure_ascii=False).encode()
    name = str(said.get("url") or row.url).split("/")[2].split(":")[0][:60]
    files = {
        "screenshot": (f"{name}.png", "image/png", made.screenshot),
        "archive": (f"{name}.mhtml", "multipart/related", made.archive),
        "record": (f"{name}.json", "application/json", record),
    }
    uploads = {}
    for kind, (filename, media, data) in files.items():
        upload = desk.receive(row.account_id, filename, media, io.BytesIO(data))
        if upload.state is not UploadState.ANCHORED:
            raise CourtError(T("The malware scanner does not answer at the moment, and nothing was kept."))
        uploads[kind] = upload.reference
    last = said["answers"][-1] if said.get("answers") else {}
    visit: dict[str, Any] = next((v for v in said.get("visits", []) if v.get("host") == name and v.get("address")), {})
    at = began.astimezone(court.settings.tz).isoformat(" ", "seconds")
    return CaptureRecord(
        capture=row.reference,
        url=str(said.get("url"))[:2000],
        page_title=str(said.get("title"))[:300] or None,
        status=last.get("status"),
        address=visit.get("address"),
        certificate=made.certificate,
        browser=str(said.get("browser"))[:60],
        began_at=at,
        seconds=f"{float(said.get('seconds', 0)):.1f}",
        whole=bool(said.get("whole")),
        **uploads,
    )


def exhibits_of_captures(session: Session, case: Case) -> dict[str, list[str]]:
    """Reference of a capture → labels of the exhibits that came of it, as the docket tells."""
    told = [json.loads(entry.payload)["result"] for entry in entries_of(session, case, names.RECORD_CAPTURE)]
    return {str(one["capture"]): [str(file["exhibit"]) for file in one.get("files", ())] for one in told}


def captures_of(session: Session, case: Case) -> list[WebCapture]:
    """Pages the court was asked to capture in a case, newest first."""
    return list(
        session.scalars(
            built_once(
                lambda: select(WebCapture).where(WebCapture.case_id == case.id).order_by(WebCapture.id.desc()).limit(50)
            )
        )
    )
