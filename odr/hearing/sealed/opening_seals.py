"""Opening what was said under a seal: by the clock, all at the same moment, with an entry."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.ground.background import each_alone
from odr.ground.errors import ActNotOpen
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.hearing import desks, names
from odr.hearing.examination.phases import end_seal_next
from odr.hearing.examination.statement_rows import write_opened
from odr.hearing.inputs import SealInput
from odr.hearing.models import Seal, SealedPosting
from odr.hearing.sealed.words import can_open, open_rows, opening_of, rows_under
from odr.identity.actors import Actor
from odr.procedure.acts.table import Recorded, act
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


SEALED_AWAY = frozenset({names.POST_STATEMENT, names.ANSWER_QUESTION, names.GIVE_OPINION, names.GIVE_OPINIONS})
"""The acts that speak into a sealed phase."""
SPOKEN_IN = {Stage.HEARING, Stage.DELIBERATION}
"""Where a seal ends and is opened: the last may speak as the hearing closes."""


@act(
    title=T("A seal has ended"),
    input=SealInput,
    by={Role.CLOCK},
    at=SPOKEN_IN,
    listed=False,
    source=law("COURT plan"),
    seen_by=Audience.HEARING,
    in_record=False,
)
def end_seal(sitting: Sitting, case: Case, given: SealInput, *, actor: Actor, now: datetime) -> Recorded:
    """All sides have spoken, or their time has ended: what was said under the seal may be opened.

    The vault lets the words out only against this entry in the log it signs: nobody, whatever they have taken over,
    reads them before without leaving it there.
    """
    seal = sitting.session.scalars(select(Seal).where(Seal.case_id == case.id, Seal.reference == given.seal)).one()
    seal.ended_by = sitting.next_number(case)
    court = sitting.court
    sitting.after_commit.append(lambda: court.beside(open_waiting))
    return Recorded(T("What was said under a seal is opened"), {"seal": seal.reference})


@act(
    title=T("Sealed postings opened"),
    input=SealInput,
    by={Role.CLOCK},
    at=SPOKEN_IN,
    listed=False,
    source=law("COURT plan"),
    seen_by=Audience.HEARING,
    in_record=True,
)
def open_sealed(sitting: Sitting, case: Case, given: SealInput, *, actor: Actor, now: datetime) -> Recorded:
    """Open what was sealed, all at the same moment: the log holds the entry that ended the seal.

    The entry holds what was said, with the salts, so that everybody can compare it
    with the digests of the entries it was said in. What does not open, or is not what
    its digest says, is named in the entry and put before the judge.
    """
    seal = sitting.session.scalars(select(Seal).where(Seal.case_id == case.id, Seal.reference == given.seal)).one()
    opening = opening_of(sitting.court, sitting.session, seal)
    if opening is None:
        raise ActNotOpen(T("The entry that ends this seal is not in the log yet."))
    number = sitting.next_number(case)
    opened: list[dict[str, Any]] = []
    broken: list[int] = []
    for one in open_rows(sitting.court, case, seal, rows_under(sitting.session, seal), opening):
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
    """Open seals that have ended, right after the entry that says so; returns how many are due.

    The worker's sweep opens what was due while the vault or the log did not answer.
    """
    with court.database.read() as session:
        due = session.execute(
            built_once(
                lambda: (
                    select(Seal.id, Seal.case_id)
                    .join(Case, Case.id == Seal.case_id)
                    .where(Seal.opened_at.is_not(None), Seal.opened_by.is_(None), Case.stage.in_(SPOKEN_IN))
                    .order_by(Seal.id)
                    .limit(limit)
                )
            )
        ).all()
    if due:
        court.settle()
    return each_alone(due, lambda one: _open(court, *one), "a seal that has ended could not be opened")


def _open(court: Court, seal_id: int, case_id: int) -> int:
    with court.sit() as sitting:
        sitting.follow(sitting.session.get_one(Case, case_id), lambda: _again(sitting, seal_id))
    return 1


def _again(sitting: Sitting, seal_id: int) -> None:
    seal = sitting.session.get_one(Seal, seal_id)
    if seal.opened_by is not None or seal.opened_at is None:
        return
    if seal.ended_by is None:
        # Due before seals were ended by an entry of their own.
        end_seal_next(sitting, seal, seal.opened_at)
    elif can_open(sitting.court) and opening_of(sitting.court, sitting.session, seal) is not None:
        sitting.then(names.OPEN_SEALED, SealInput(seal=seal.reference), effective_at=seal.opened_at)


def sealed_away_now(session: Session, case: Case) -> frozenset[str]:
    """The acts whose words are sealed away at this moment: while a phase of the case is sealed and not opened, what either
    side is writing lies in the vault alone (OLR 14).
    """
    waiting = session.scalar(
        built_once(lambda: select(Seal.id).where(Seal.case_id == case.id, Seal.opened_at.is_(None)).limit(1))
    )
    return SEALED_AWAY if waiting is not None else frozenset()
