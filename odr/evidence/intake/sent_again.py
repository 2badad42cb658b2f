"""A request that is sent again because its answer was lost: what it brought the first time answers it, and nothing comes
twice. Its sender gives it a name (``Idempotency-Key``); each file of it carries that name and its place in the request, so
that also a request that was kept half is only brought to its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, joinedload, undefer

from odr.evidence.models import Blob, NamedFile, Upload, UploadState
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.ground.text import T

HEADER = "Idempotency-Key"
LONGEST = 100


def sent_as(account_id: int, key: str | None, place: int = 0) -> str | None:
    """What marks the file at this place of a request of this name; None where the sender gave it no name. Raises InvalidInput
    for a name that is too long.
    """
    key = (key or "").strip()
    if len(key) > LONGEST:
        raise InvalidInput.at(HEADER, T("Use a key of at most 100 characters."))
    return hashlib.sha256(f"{account_id}\n{place}\n{key}".encode()).hexdigest() if key else None


def once_from(account_id: int, page: str | None, filename: str, sha256: str) -> str | None:
    """What marks a file of a page for files, which gives its form a reference: the same bytes under the same name from one page
    are one file, however often its button is pressed. Other files from a page one went back to are others.
    """
    named = f"{account_id}\n{page}\n{sha256}\n{filename}"
    return hashlib.sha256(f"page\n{named}".encode()).hexdigest() if page else None


def brought(database: Database, account_id: int, marks: Sequence[str | None], now: datetime) -> dict[str, Upload]:
    """By its mark, each file that came already and is here. One that was refused, given up or erased meanwhile may come anew
    under the same name.
    """
    wanted = [mark for mark in marks if mark is not None]
    if not wanted:
        return {}
    named = select(NamedFile.mark, Upload).join(Upload, Upload.id == NamedFile.upload_id)
    mine = named.where(NamedFile.mark.in_(wanted), Upload.account_id == account_id)
    with database.read() as session:
        rows = session.execute(mine.options(joinedload(Upload.blob).options(undefer(Blob.content)))).all()
        session.expunge_all()
    here = {mark: upload for mark, upload in rows if _is_here(upload, now)}
    if gone := [upload.id for mark, upload in rows if mark not in here]:
        with database.write() as session:
            forget_name(session, gone)
    return here


def name_files(session: Session, named: Sequence[tuple[str | None, int]]) -> None:
    """Write the marks of uploads, by their numbers, in the transaction that keeps them. Raises ``IntegrityError`` where the
    same request has brought one meanwhile.
    """
    rows = [{"mark": mark, "upload_id": upload_id} for mark, upload_id in named if mark is not None]
    if rows:
        session.execute(insert(NamedFile), rows)


def forget_name(session: Session, uploads: Sequence[int]) -> None:
    """Uploads that answer no request any more."""
    session.execute(delete(NamedFile).where(NamedFile.upload_id.in_(uploads)))


def same(upload: Upload, filename: str, size: int, sha256: str | None) -> Upload:
    """The file that came already. Raises InvalidInput where another one comes under the same name."""
    is_other = sha256 is not None and (upload.sha256 or upload.declared_sha256 or sha256) != sha256
    if is_other or (upload.filename, upload.size) != (filename, size):
        raise InvalidInput.at(HEADER, T("This key was already used for another request."))
    return upload


def _is_here(upload: Upload, now: datetime) -> bool:
    if upload.state is UploadState.RECEIVING:
        return upload.expires_at > now
    return upload.state in {UploadState.COMPLETE, UploadState.ANCHORED}
