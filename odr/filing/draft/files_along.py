"""What belongs to the files of a claim: further pictures of one chat, copies for the others, and their sealing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from odr.filing.inputs import ClaimInput, ExhibitLine
from odr.ground.errors import FieldFault
from odr.ground.text import T
from odr.procedure.hooks import GoesAlong

if TYPE_CHECKING:
    from odr.procedure.court import Court


def going_along(court: Court, session: Session, reference: str) -> GoesAlong:
    """What goes along with a file."""
    return all_along(court, session, [reference]).get(reference, GoesAlong())


def all_along(court: Court, session: Session, references: Iterable[str]) -> Mapping[str, GoesAlong]:
    """What goes along with some files, for those with which something does."""
    sent, named = court.hooks.sent_files, [each for each in references if each]
    return sent.along(session, named) if sent is not None and named else {}


def unexplained(court: Court, session: Session, lines: Sequence[ExhibitLine]) -> list[FieldFault]:
    """Files of which the others are to see a copy, and nobody said what is blurred in it and why."""
    words = T("Say what you blurred or cut away in the copy, and why.")
    along = all_along(court, session, [line.upload for line in lines])
    return [
        FieldFault(("exhibits", i, "why_secret"), words)
        for i, line in enumerate(lines)
        if not line.why_secret and along.get(line.upload, GoesAlong()).copies
    ]


def sealed_of(court: Court, claim: ClaimInput, senders: Sequence[int]) -> Mapping[str, Any]:
    """The files of a claim that are to be kept from others, encrypted, as a Sitting takes them."""
    sent = court.hooks.sent_files
    asked = {line.upload: line.secret for line in claim.exhibits if line.why_secret}
    return sent.sealed(court, senders, asked) if sent is not None and asked else {}
