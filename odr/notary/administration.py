"""Acts that belong to no case: what was done is kept byte for byte, and its digest stands in the public log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from odr.ground.canonical import canonical, sha256_hex
from odr.notary.canonical import JSON
from odr.notary.notary import Notary

FORMAT = "court-administration/1"
KIND = "administration"


def administration_act(
    notary: Notary, session: Session, said: Mapping[str, JSON], *, now: datetime, kind: str = KIND
) -> tuple[str, str]:
    """Put an act of the court that belongs to no case on record; gives the record and its receipt's reference.

    The record is canonical JSON, kept by the caller as it is: whoever checks it hashes these very
    bytes. ``kind`` is what the receipt calls it.
    """
    record = canonical(said)
    subject: dict[str, JSON] = {
        "sha256": sha256_hex(record),
        "size": len(record),
        "media_type": "application/json",
        "kind": kind,
    }
    return record.decode(), notary.record(session, subject, now=now).reference
