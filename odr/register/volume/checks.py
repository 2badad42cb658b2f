"""Whether a file is complete: what a clerk looks for before a volume is closed, each answered from the record. No flask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from odr.docket.models import Case, DocketEntry, Document
from odr.filing.desks import COMPLAINT
from odr.filing.time_limits import COMPLAINT_REPLY
from odr.ground.text import T, Text
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.judgment.time_limits import ENFORCEMENT_APPLICATION, RETRIAL_APPLICATION
from odr.payments.models import AssessmentState, FeeAssessment, Refund, RefundState
from odr.procedure.models import Task, Window, WindowState
from odr.register import desks
from odr.register.time_limits import COPY_COST, COPY_HANDING_OVER, PUBLICATION_OBJECTION
from odr.service.models import Packet
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

BESIDE = tuple(
    one.kind
    for one in (
        COMPLAINT,
        desks.APPROVE_PUBLICATION,
        desks.CLOSE_VOLUME,
        desks.COPY_TO_HAND_OVER,
        desks.DECIDE_ON_PUBLIC,
        desks.HAND_ON_VOLUME,
        desks.MAKE_PUBLIC,
        desks.PUBLISH,
        desks.TAKE_UP_AGAIN,
        desks.WITHHOLD,
        desks.WITHOUT_EFFECT,
    )
)
"""What goes on beside the file: making a decision public, copies, complaints, and the volume itself."""


RUNS_ON = (
    COMPLAINT_REPLY,
    COPY_COST,
    COPY_HANDING_OVER,
    ENFORCEMENT_APPLICATION,
    PUBLICATION_OBJECTION,
    RETRIAL_APPLICATION,
)
"""Time that runs beside the file, or in which somebody may begin something new: what they bring opens the volume by itself."""


@dataclass(frozen=True)
class Check:
    """One thing a complete file has; ``missing`` how many of it are not there yet, told in ``words``."""

    what: Text
    missing: int
    words: Text

    @property
    def is_met(self) -> bool:
        """Whether nothing of it is missing."""
        return self.missing == 0


def checks_of(sitting: Sitting, case: Case) -> list[Check]:
    """Time limits and remedies over, desks empty, records, papers in the log, proof of service, money even."""

    def count(column: InstrumentedAttribute[Any], *where: ColumnElement[bool]) -> int:
        return sitting.session.scalar(select(func.count(column)).where(*where)) or 0

    running = (
        Window.case_id == case.id,
        Window.state.in_([WindowState.OPEN, WindowState.HALTED]),
        Window.kind.not_in(RUNS_ON),
    )
    tasks = (Task.case_id == case.id, Task.done_at.is_(None), Task.kind.not_in(BESIDE))
    hearings = (Hearing.case_id == case.id, Hearing.state.in_([HearingState.SUMMONED, HearingState.ADJOURNING]))
    papers = (Document.case_id == case.id, Document.receipt.is_(None))
    entries = (DocketEntry.case_id == case.id, DocketEntry.receipt == "")
    service = (Packet.case_id == case.id, Packet.state.in_([PacketState.HELD, PacketState.OUT]))
    owed = FeeAssessment.state.in_([AssessmentState.DUE, AssessmentState.DEFERRED])
    fees = (FeeAssessment.case_id == case.id, owed)
    refunds = (Refund.case_id == case.id, Refund.state != RefundState.PAID)
    limits, lying, unheard = count(Window.id, *running), count(Task.id, *tasks), count(Hearing.id, *hearings)
    unlogged = count(Document.id, *papers) + count(DocketEntry.id, *entries)
    letters, money = count(Packet.id, *service), count(FeeAssessment.id, *fees) + count(Refund.id, *refunds)
    return [
        Check(
            T("Every time limit and every time for a remedy is over"),
            limits,
            T("Time limits that still run: %(count)s", count=limits),
        ),
        Check(T("Nothing lies on a desk"), lying, T("Things that lie on a desk: %(count)s", count=lying)),
        Check(
            T("Every hearing is recorded or called off"),
            unheard,
            T("Hearings without a record: %(count)s", count=unheard),
        ),
        Check(
            T("Every entry and every paper has its receipt of the log"),
            unlogged,
            T("Entries and papers without a receipt: %(count)s", count=unlogged),
        ),
        Check(
            T("Every service is concluded and has its proof"),
            letters,
            T("Letters whose service is not concluded: %(count)s", count=letters),
        ),
        Check(
            T("The money is even: fees paid or settled, refunds arrived"),
            money,
            T("Fees and refunds that are open: %(count)s", count=money),
        ),
    ]
