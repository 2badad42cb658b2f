"""Reminders of a fee that is not paid, sent before its time ends; what follows afterwards is for the judge."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import select

from odr.docket.models import Case, Role, Stage
from odr.ground.background import each_alone
from odr.ground.errors import ActNotOpen
from odr.ground.keyset import judged
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR, Actor
from odr.payments import names
from odr.payments.books.bookings import outstanding
from odr.payments.fee.acts import assessment_named
from odr.payments.fee.addressees import who_is_reminded
from odr.payments.fee.assessment import readers_of
from odr.payments.fee.unpaid import is_pending, leads_to_ruling
from odr.payments.models import AssessmentState, FeeAssessment
from odr.procedure.acts.letter import DAY, Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, act
from odr.procedure.forms.inputs import CourtModel, RefTo, field
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.procedure.time.changed_limits import note_changed

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

RUNNING = set(Stage) - {Stage.CLOSED}


class RemindInput(CourtModel):
    """The clock reminds of a fee that is not paid."""

    assessment: Annotated[str, RefTo("assessment"), field(T("Unpaid fee"), choices="all_fees")]
    due: Annotated[datetime, field(T("To be paid by"))]
    code: Annotated[str, field(T("Payment code"), T("Ten letters and digits, as on the fee page."))]


@act(
    title=T("Reminder of the fee"),
    input=RemindInput,
    by={Role.CLOCK},
    at=RUNNING,
    listed=False,
    source=law("FEE 22", "COURT reminder"),
    serves=Everyone.CONCERNED,
    letter=Letter(
        PaperKind.NOTICE,
        T("Reminder: the court fee is not paid yet"),
        T(
            "Pay it in the time that the notice of the fee gave you. If you do nothing, what the fee is for may count as withdrawn, or the court collects the fee."
        ),
        "fee_reminder",
        when_due=T(
            "Pay it by the end of %(day)s. If you do nothing, what the fee is for may count as withdrawn, or the court collects the fee.",
            day=DAY,
        ),
    ),
    concerns=who_is_reminded,
    in_record=False,
)
def remind_fee(sitting: Sitting, case: Case, given: RemindInput, *, actor: Actor, now: datetime) -> Recorded:
    """Remind the payer once in every period to pay, by a letter of its own; it changes no time limit and decides
    nothing (FEE 22).

    Raises ActNotOpen where the fee is paid, something about it is pending, or the reminder went out before.
    """
    row = assessment_named(sitting, case, given.assessment)
    windows = sitting.windows(case, row.window_kind, subject=row.reference)
    if row.state is not AssessmentState.DUE or row.reminded_at is not None or not windows or is_pending(sitting, row):
        raise ActNotOpen(T("There is nothing to remind of."))
    row.reminded_at = now
    note_changed(sitting.session, windows)
    payer, left = case.party(row.party_id), outstanding(sitting.session, row)
    words = T(
        "Reminder to %(name)s: %(amount)s of the fee is still to be paid, at the latest on %(at)s.",
        name=payer.name,
        amount=left,
        at=windows[-1].due_at,
    )
    if leads_to_ruling(row):
        words = T(
            "Reminder to %(name)s: %(amount)s of the fee is still to be paid, at the latest on %(at)s. "
            "If it is neither paid nor help with it asked for by then, a judge may rule that this is deemed withdrawn.",
            name=payer.name,
            amount=left,
            at=windows[-1].due_at,
        )
    return Recorded(
        words,
        {"assessment": row.reference, "party": payer.label, "left": left.minor, "currency": row.currency},
        *readers_of(sitting.session, case, row),
    )


def sweep(court: Court, limit: int = 50) -> int:
    """The worker: remind of fees whose time ends within the court's days; returns how many reminders went out."""
    now = court.clock.now()
    soon = now + timedelta(days=court.settings.fee_reminder_days)
    with court.database.read() as session:
        look = court.look(session)
        rows = session.execute(
            built_once(
                lambda: (
                    select(FeeAssessment, Window, Case)
                    .join(Window, Window.subject == FeeAssessment.reference)
                    .join(Case, Case.id == FeeAssessment.case_id)
                    .where(
                        FeeAssessment.state == AssessmentState.DUE,
                        FeeAssessment.reminded_at.is_(None),
                        judged(Window.state) == WindowState.OPEN,
                        judged(Window.due_at) > now,
                        judged(Window.due_at) <= soon,
                        Case.stage != Stage.CLOSED,
                        Case.stayed_at.is_(None),
                    )
                    .order_by(judged(Window.due_at), Window.id)
                    .limit(limit)
                )
            )
        )
        found = [
            (case.id, RemindInput(assessment=row.reference, due=window.due_at, code=row.transfer_code))
            for row, window, case in rows
            if _is_late_enough(window, now) and not is_pending(look, row)
        ]
    return each_alone(found, lambda one: _remind(court, *one), "nobody could be reminded of a fee")


def _is_late_enough(window: Window, now: datetime) -> bool:
    """Never before half of the period: a short one would be reminded of in the minute of its notice."""
    assert window.due_at is not None
    return now >= window.opened_at + (window.due_at - window.opened_at) / 2


def _remind(court: Court, case_id: int, given: RemindInput) -> int:
    try:
        with court.sit() as sitting:
            sitting.perform(names.REMIND_FEE, sitting.session.get_one(Case, case_id), given, actor=CLOCK_ACTOR)
    except ActNotOpen:
        return 0
    return 1
