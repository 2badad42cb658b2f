"""The receipt of a docket entry: one for each number of a case, for ever."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from odr.docket.models import Case
from odr.ground.errors import CourtError
from odr.ground.text import T
from odr.notary.canonical import JSON
from odr.notary.notary import NewReceipt

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

log = logging.getLogger("odr.procedure.audit.entry_receipts")


class NumberGivenBefore(CourtError):
    """Somebody holds a receipt for an entry of this number that is not on the docket any more: no second one is signed."""

    status = 409
    problem = "docket-not-whole"

    def __init__(self, number: int) -> None:
        super().__init__(
            T(
                "Entry %(number)s of this case was receipted before and is no longer on the docket. Nothing more is recorded in this case.",
                number=number,
            ),
            T("Tell the clerk. The court’s administrator must first find out what became of that entry."),
        )


def place_of(case: str, number: int) -> str:
    """Where an entry stands, as its receipt says it in one word: reference of the case and number."""
    return f"{case}/{number}"


def record_entry(sitting: Sitting, case: Case, number: int, *, digest: str, size: int, by: str) -> NewReceipt:
    """Receipt the entry that follows on the case's docket. Raises NumberGivenBefore where its number was receipted
    already.
    """
    place = place_of(case.reference, number)
    subject: dict[str, JSON] = {
        "case": case.reference,
        "entry": number,
        "previous": case.head_digest,
        "sha256": digest,
        "size": size,
        "media_type": "application/json",
        "submitted_by": by,
    }
    try:
        return sitting.court.notary.record(sitting.session, subject, now=sitting.now, docket_place=place)
    except IntegrityError as error:
        if "docket_place" not in str(error.orig):
            raise
        log.error(
            "entry %s was receipted before: somebody has taken it off the docket; see `flask docket audit`", place
        )
        raise NumberGivenBefore(number) from error
