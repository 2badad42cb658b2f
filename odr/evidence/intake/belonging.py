"""Files that belong to another: the further pictures of one chat, and a copy in which something is blurred or cut away.

Said when the file is sent, so that a chat of twenty pictures is one exhibit, in order, and a copy is known as a copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from odr.evidence.intake.upload_errors import BadUploadRequest
from odr.evidence.models import PartKind, Upload, UploadState
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.procedure.hooks import GoesAlong

HERE = (UploadState.RECEIVING, UploadState.COMPLETE, UploadState.ANCHORED)
MOST = 100
"""Files that belong to one."""


@dataclass(frozen=True)
class Belongs:
    """To which file another belongs, by its reference, and as what."""

    to: str
    kind: PartKind


def row_of(database: Database, account_id: int, belongs: Belongs | None) -> dict[str, Any]:
    """Columns of a new upload that belongs to another of the same sender. Raises BadUploadRequest where it cannot."""
    if belongs is None:
        return {"part_of": None, "part_kind": None}
    with database.read() as session:
        base = session.scalar(
            select(Upload).where(
                Upload.reference == belongs.to, Upload.account_id == account_id, Upload.state.in_(HERE)
            )
        )
        if base is None:
            raise BadUploadRequest(T("The file to which this one belongs is not here. Send that one first."))
        if base.part_kind is PartKind.COPY:
            raise BadUploadRequest(T("Nothing belongs to a copy. Name the file of which it is the copy."))
        head = base.part_of if belongs.kind is PartKind.PAGE and base.part_of else base.reference
        first = session.scalar(select(Upload).where(Upload.reference == (base.part_of or base.reference)))
        if first is None or first.used_at is not None:
            raise BadUploadRequest(T("That file is in a case already. Send this one by itself."))
        if len(session.scalars(select(Upload.id).where(_of(session, first))).all()) >= MOST:
            raise BadUploadRequest(T("At most %(most)s files belong together. Send the rest by themselves.", most=MOST))
    return {"part_of": head, "part_kind": belongs.kind}


def _of(session: Session, head: Upload) -> ColumnElement[bool]:
    pages = select(Upload.reference).where(Upload.part_of == head.reference, Upload.account_id == head.account_id)
    return (Upload.account_id == head.account_id) & (
        (Upload.part_of == head.reference) | Upload.part_of.in_(pages.scalar_subquery())
    )


def stands_alone() -> ColumnElement[bool]:
    """What makes an upload one that is offered by itself: it belongs to none that is still here."""
    base = aliased(Upload)
    return ~exists(select(base.id).where(base.reference == Upload.part_of, base.state.in_(HERE)))


def belonging_to(session: Session, head: Upload) -> list[Upload]:
    """Everything that goes along with a file, in the order in which it was sent. Raises InvalidInput at ``upload`` while
    some of it is still on its way.
    """
    rows = list(session.scalars(select(Upload).where(_of(session, head), Upload.state.in_(HERE)).order_by(Upload.id)))
    if any(row.state is not UploadState.ANCHORED for row in rows):
        words = T("A picture that belongs to this file has not arrived whole. Send it again, or remove it, then go on.")
        raise InvalidInput.at("upload", words)
    return rows


def pages_of(head: Upload, along: Sequence[Upload]) -> list[Upload]:
    """The file and its further pictures, in order."""
    return [head, *(each for each in along if each.part_kind is PartKind.PAGE)]


def copied(along: Sequence[Upload]) -> set[str]:
    """References of the files of which there is a copy for the others."""
    return {each.part_of or "" for each in along if each.part_kind is PartKind.COPY}


def kept_from_others(head: Upload, along: Sequence[Upload], *, whole: bool) -> list[Upload]:
    """The files that others may not open while sealing is asked for: all pictures, or those of which they see a copy."""
    hidden = copied(along)
    return [page for page in pages_of(head, along) if whole or page.reference in hidden]


def along(session: Session, references: Sequence[str]) -> dict[str, GoesAlong]:
    """What goes along with files that were sent, for those with which something does."""
    found: dict[str, GoesAlong] = {}
    for head in session.scalars(select(Upload).where(Upload.reference.in_(references))):
        rows = session.scalars(
            select(Upload).where(_of(session, head), Upload.state.in_(HERE)).order_by(Upload.id)
        ).all()
        if rows:
            copies = sum(1 for row in rows if row.part_kind is PartKind.COPY)
            found[head.reference] = GoesAlong(len(rows) - copies, copies, tuple(rows))
    return found


def take_alone(session: Session, account_id: int, reference: str) -> None:
    """A file that was sent as part of another, and is in no case, stands by itself again."""
    upload = session.scalar(select(Upload).where(Upload.reference == reference, Upload.account_id == account_id))
    if upload is not None and upload.used_at is None:
        upload.part_of = upload.part_kind = None
