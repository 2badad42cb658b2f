"""The time to apply that a mediation statement be heard again, for statements that took effect before the court could hear one again:
it runs since they took effect, as the law has it, whenever the court records it (CPI 127, 382).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from weakref import WeakSet

from sqlalchemy import exists, select

from odr.docket.models import Case, DocketEntry, Document, Party, Role
from odr.docket.queries import parties
from odr.ground.background import each_alone
from odr.ground.errors import ActNotOpen
from odr.ground.keyset import judged
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, last_day
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.judgment import names
from odr.judgment.enforcement.effect import RETRIAL
from odr.judgment.inputs import StatementTimeInput
from odr.judgment.remedies.retrial import BINDING
from odr.judgment.remedies.retrial_rules import statement_that_binds
from odr.notary.notary import Notary
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act
from odr.procedure.models import Window
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

STATEMENT = "mediation_statement"
_passed: WeakSet[Notary] = WeakSet()
"""Courts in which this process has found nothing left: a statement that takes effect now gets its time with it."""


def who_can_still_apply(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """The parties whose time has not ended when the court records it; the others are written nothing, since they can do nothing."""
    runs = {
        window.party_id
        for window in sitting.windows(case, RETRIAL, state=None)
        if window.opened_by == entry.number and window.due_at is not None and window.due_at >= sitting.now
    }
    return [party for party in parties(case) if party.id in runs]


@act(
    title=T("The time to apply for a retrial is recorded"),
    input=StatementTimeInput,
    by={Role.CLOCK},
    at=BINDING,
    listed=False,
    while_stayed=True,
    source=law("CPL 212", "CPI 127, 382"),
    serves=Everyone.CONCERNED,
    concerns=who_can_still_apply,
    letter=Letter(
        PaperKind.NOTICE,
        T("You can apply that the mediation statement be heard again"),
        T(
            "Only where the mediation was not of your own free will, or what was agreed is against the law. If you do nothing, the statement stands and is performed."
        ),
        when_due=T(
            "Until the end of %(day)s, and only where the mediation was not of your own free will, or what was agreed is against the law. If you do nothing, the statement stands and is performed.",
            day=DAY,
        ),
    ),
    topic=Topic.DECISION,
    in_record=False,
)
def record_statement_time(
    sitting: Sitting, case: Case, given: StatementTimeInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Record for each party the six months in which to apply that a mediation statement be heard again, from the day on which it took
    effect (CPI 382). Nothing lengthens them (CPI 127): of an old statement they may be over. Raises ActNotOpen where nothing is missing.
    """
    binds = statement_that_binds(sitting, case)
    known = sitting.windows(case, RETRIAL, subject=given.statement, state=None)
    if binds is None or binds.paper.reference != given.statement or known:
        raise ActNotOpen(T("The time to apply for a retrial of this statement is recorded, or none runs."))
    last: date | None = None
    for party in parties(case):
        window = sitting.start_window(case, RETRIAL, party=party, start=binds.effective_at, subject=given.statement)
        assert window.due_at is not None
        last = last_day(window.due_at, sitting.pack(case).tz)
    return Recorded(
        T("Against the mediation statement a retrial is applied for until the end of %(day)s", day=last),
        {"statement": given.statement},
    )


def record_times(court: Court, limit: int = 50) -> int:
    """The worker: record the time for every statement in effect that has none; gives how many got one.

    No step of an upgrade does it: what runs for a party stands on the docket, and they are told of it.
    """
    if court.notary in _passed:
        return 0
    found = _without_time(court)
    if not found:
        _passed.add(court.notary)
    return each_alone(
        found[:limit], lambda one: _record(court, *one), "the time to apply for a retrial could not be recorded"
    )


def _without_time(court: Court) -> list[tuple[int, str]]:
    """Cases with the reference of a statement that is in effect and for whose retrial no time was ever recorded."""
    with court.database.read() as session:
        look = court.look(session)
        rows = session.execute(
            built_once(
                lambda: (
                    select(Case, Document.reference)
                    .join(Document, Document.case_id == Case.id)
                    .where(
                        Document.kind == STATEMENT,
                        Document.void_by.is_(None),
                        judged(Case.stage).in_(BINDING),
                        ~exists().where(Window.subject == Document.reference, Window.kind == RETRIAL),
                    )
                    .order_by(Document.id)
                )
            )
        ).all()
        return [
            (case.id, reference)
            for case, reference in rows
            if (binds := statement_that_binds(look, case)) is not None and binds.paper.reference == reference
        ]


def _record(court: Court, case_id: int, statement: str) -> int:
    try:
        with court.sit() as sitting:
            case = sitting.session.get_one(Case, case_id)
            given = StatementTimeInput(statement=statement)
            sitting.perform(names.RECORD_STATEMENT_TIME, case, given, actor=CLOCK_ACTOR)
    except ActNotOpen:
        return 0
    return 1
