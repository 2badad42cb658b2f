"""Opening what was said under a seal: by the clock, all at the same moment, with an entry."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.ground.text import T
from odr.hearing import desks
from odr.hearing.examination.phases import open_seal_next
from odr.hearing.examination.statement_rows import write_opened
from odr.hearing.inputs import SealInput
from odr.hearing.models import Seal, SealedPosting
from odr.hearing.sealed.words import open_rows, rows_under
from odr.identity.actors import Actor
from odr.procedure.acts.table import Recorded, act
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


@act(
    title=T("Sealed postings opened"),
    input=SealInput,
    by={Role.CLOCK},
    at={Stage.HEARING},
    listed=False,
    source=law("COURT plan"),
    seen_by=Audience.HEARING,
    in_record=True,
)
def open_sealed(sitting: Sitting, case: Case, given: SealInput, *, actor: Actor, now: datetime) -> Recorded:
    """Open what was sealed, all at the same moment: all sides have filed, or their time has ended.

    The entry holds what was said, with the salts, so that everybody can compare it
    with the digests of the entries it was said in. What does not open, or is not what
    its digest says, is named in the entry and put before the judge.
    """
    seal = sitting.session.scalars(select(Seal).where(Seal.case_id == case.id, Seal.reference == given.seal)).one()
    number = sitting.next_number(case)
    opened: list[dict[str, Any]] = []
    broken: list[int] = []
    for one in open_rows(sitting.court, case, seal, rows_under(sitting.session, seal)):
        if isinstance(one, SealedPosting):
            broken.append(one.entry_number)
            continue
        write_opened(sitting, case, seal, one)
        opened.append(
            {
                "entry": one.row.entry_number,
                "act": one.act,
                "input": one.given,
                "salt": one.salt,
                "commitment": one.row.commitment,
            }
        )
    seal.opened_by, seal.opened_at = number, now
    numbers = sorted([*broken, *(one["entry"] for one in opened)])
    for entry in sitting.session.scalars(
        select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.number.in_(numbers))
    ):
        if entry.opened_by is None:
            entry.opened_by = number
    for entry_number in broken:
        title = T(
            "What was sealed in entry %(number)s does not open. Ask the party to say it again, and have the vault looked at.",
            number=entry_number,
        )
        sitting.open_task(
            case, Role.JUDGE, desks.SEAL_BROKEN, title, risk=70, subject=f"{seal.reference}/{entry_number}"
        )
    words = T("Sealed postings opened together: %(count)s", count=len(numbers))
    return Recorded(words, {"seal": seal.reference, "entries": numbers, "opened": opened, "broken": broken})


def open_waiting(court: Court, limit: int = 50) -> int:
    """The worker's sweep: open seals that were due while the vault did not answer; returns how many."""
    with court.database.read() as session:
        due = session.execute(
            select(Seal.id, Seal.case_id)
            .where(Seal.opened_at.is_not(None), Seal.opened_by.is_(None))
            .order_by(Seal.id)
            .limit(limit)
        ).all()
    for seal_id, case_id in due:
        with court.sit() as sitting:
            case = sitting.session.get_one(Case, case_id)
            sitting.follow(case, lambda sitting=sitting, seal_id=seal_id: _again(sitting, seal_id))  # type: ignore[misc]
    return len(due)


def _again(sitting: Sitting, seal_id: int) -> None:
    seal = sitting.session.get_one(Seal, seal_id)
    if seal.opened_by is None and seal.opened_at is not None:
        open_seal_next(sitting, seal, seal.opened_at)
