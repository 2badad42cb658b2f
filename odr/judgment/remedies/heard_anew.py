"""Who decides has heard: where somebody sits who did not take part in the hearing, it is held again before those who sit
now, and what was found and drafted falls (COL 3, 4; CPL 211(7)). And a case that is heard again after a retrial is ordered or a
judgment sent back: everything anew, before others (CPL 41).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import DECIDING_ROLES, Case, Role, Seat, Stage
from odr.filing import desks as filing_desks
from odr.filing.registry.seats import HEARD_BY_OTHERS, take_seat
from odr.ground.text import T, Text
from odr.hearing import desks as hearing_desks
from odr.hearing.inputs import OrderInput
from odr.hearing.queries import examination_of
from odr.hearing.ripeness.basis import did_not_sit, held, without_basis
from odr.identity.actors import Actor
from odr.judgment import desks
from odr.judgment.models import Finding
from odr.judgment.queries import decisions_of, is_spoken
from odr.judgment.vocabulary import DecisionState
from odr.procedure.acts.events import BenchChanged, ExaminationVoid, HeardAgain
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.models import WindowState
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def void_what_was_heard(sitting: Sitting, case: Case) -> None:
    """What was heard so far counts for nothing: findings and drafts fall, the case goes back to preparation and is
    examined anew. Only before a decision is pronounced.
    """
    number = sitting.next_number(case)
    for decision in decisions_of(sitting.session, case, DecisionState.DRAFT, DecisionState.COOLING):
        sitting.close_windows(case, "cooling_off", WindowState.ENDED, subject=decision.reference)
        decision.state, decision.signed_entry = DecisionState.DROPPED, None
    standing = select(Finding).where(Finding.case_id == case.id, Finding.replaced_by.is_(None))
    for finding in sitting.session.scalars(standing):
        finding.replaced_by = number
    for desk in (desks.PRONOUNCE, desks.DRAFT_DECISION):
        sitting.close_tasks(case, desk)
    sitting.announce(ExaminationVoid(case))
    sitting.move(case, Stage.PENDING)


def _hearing_is_closed(sitting: Sitting, case: Case) -> bool:
    examination = examination_of(sitting.session, case)
    return examination is not None and (examination.hearing_closed_at or examination.closed_at) is not None


def who_did_not_hear(sitting: Sitting, case: Case) -> list[str]:
    """Names of those who decide now and did not sit in a hearing without which no judgment stands; empty where it
    stands on others, or on a hearing in writing.
    """
    names = {name for hearing in held(sitting, case) for name in did_not_sit(sitting, case, hearing)}
    return sorted(names) if names and next(without_basis(sitting, case, whole=False), None) is not None else []


def on_bench_changed(sitting: Sitting, event: BenchChanged) -> None:
    """Somebody new decides: while the hearing goes on another one is fixed, afterwards the judge has it held again."""
    case = event.case
    if is_spoken(sitting.session, case):
        return  # what was pronounced stands, whoever sits when its text is made (CPI 242)
    names = who_did_not_hear(sitting, case) if case.stage in (Stage.HEARING, Stage.DELIBERATION) else []
    if not names:
        return
    if _hearing_is_closed(sitting, case):
        if not sitting.tasks(case, desks.NOT_HEARD_BY_ALL):
            words = T("%(name)s did not sit when the hearing was held. Have it held again.", name=names[0])
            sitting.open_task(case, Role.JUDGE, desks.NOT_HEARD_BY_ALL, words, risk=80)
    elif not sitting.tasks(case, hearing_desks.SUMMON):
        words = T("%(name)s did not sit when the hearing was held. Fix another, and summon everybody.", name=names[0])
        sitting.open_task(case, Role.CLERK, hearing_desks.SUMMON, words, risk=60)


@guard("COL 3, 4")
def somebody_did_not_hear(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why nothing is held again: everybody who decides has heard the case, or the hearing still goes on."""
    if not who_did_not_hear(sitting, case):
        return T("Everybody who decides sat when the case was heard.")
    if not _hearing_is_closed(sitting, case):
        return T("The hearing is not over: fix another day for it, with the judges who sit now.")
    return None


@act(
    title=T("Have the hearing held again"),
    input=OrderInput,
    by={Role.JUDGE},
    at={Stage.HEARING, Stage.DELIBERATION},
    to={Stage.PENDING},
    guard=somebody_did_not_hear,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("Your case is heard again: who decides has changed"),
        T(
            "Everything you filed stays in the case. A letter tells you when the examination begins and when it is your turn; until then there is nothing you have to do."
        ),
    ),
    source=law("COL 3, 4", "CPL 131, 144"),
    desk=desks.NOT_HEARD_BY_ALL,
    topic=Topic.HEARING,
    in_record=False,
)
def hold_hearing_again(sitting: Sitting, case: Case, given: OrderInput, *, actor: Actor, now: datetime) -> Recorded:
    """Have a case heard again before those who decide now: all of them take part in the hearing alike, so that what
    was heard before others carries no judgment (COL 3, 4; CPL 211(7)). What was filed stays.
    """
    names = who_did_not_hear(sitting, case)
    void_what_was_heard(sitting, case)
    sitting.close_tasks(case, desks.NOT_HEARD_BY_ALL)
    return Recorded(
        T("The hearing is held again: %(name)s did not sit in it", name=names[0]),
        {"reasons": given.reasons, "did_not_sit": names},
    )


def begin_anew(sitting: Sitting, case: Case) -> None:
    """The case goes back to preparation: other judges, ordinary procedure, a new time for evidence, a new examination;
    what was found is found no more (CPL 41; CPI 45, 257; EV 55(3)).
    """
    sitting.move(case, Stage.PENDING)
    case.pronounced_at = None
    number = sitting.next_number(case)
    standing = select(Finding).where(Finding.case_id == case.id, Finding.replaced_by.is_(None))
    for finding in sitting.session.scalars(standing):
        finding.replaced_by = number
    new_bench(sitting, case)
    sitting.announce(HeardAgain(case))


def new_bench(sitting: Sitting, case: Case) -> None:
    """Other judges hear it, drawn by rule: as many as decided, none of those who ever sat (CPL 41; CPI 45); where
    nobody is free the president is told. One judge alone does not hear it: the new one convenes a panel.
    """
    seats = sitting.session.scalars(select(Seat).where(Seat.case_id == case.id, Seat.role.in_(DECIDING_ROLES))).all()
    leaving = [s for s in seats if s.until_at is None]
    for seat in leaving:
        seat.until_at, seat.reason = sitting.now, HEARD_BY_OTHERS
    sitting.session.flush()
    for seat in leaving:
        take_seat(sitting, case, seat.role)
    words = T(
        "A case you have not decided is to be heard again. Read the file, hear the parties, then find and decide."
    )
    sitting.open_task(case, Role.JUDGE, desks.HEARD_AGAIN, words, risk=60)
    if len(leaving) < 2:
        words = T("Convene a panel: a case that is heard again is decided by several.")
        sitting.open_task(case, Role.JUDGE, filing_desks.PANEL, words, risk=70)
