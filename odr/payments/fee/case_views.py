"""What the fee page and its panel show. No flask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Party, Role
from odr.docket.queries import entries_of
from odr.ground.memory.built_once import built_once
from odr.ground.text import Money, T, Text
from odr.identity.actors import Actor
from odr.payments.books.bookings import outstanding
from odr.payments.fee.assessment import assessments_of, shown_fees
from odr.payments.fee.at_end import fee_at_end
from odr.payments.fee.scales import FeeStep
from odr.payments.models import AssessmentState, CheckoutSession, CheckoutState, FeeAssessment, Payment, Refund
from odr.payments.refund.of_retrial import fees_of_retrial, retrial_began
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Act
from odr.procedure.case.before_doing import cost_words
from odr.procedure.hooks import Panel
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.pack import RulePack

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SEES_FEES = PARTY_ROLES | COURT_ROLES | {Role.CASHIER}
"""Who sees the fees of a case, on pages and in the API."""


@dataclass(frozen=True)
class StepView:
    """A step of the computation with its article in words."""

    text: Text
    amount: Money
    article: Text


@dataclass(frozen=True)
class FeeView:
    """One assessed fee as a viewer sees it."""

    row: FeeAssessment
    payer: Party
    steps: list[StepView]
    left: Money
    payments: list[Payment]
    refunds: list[Refund]
    window: Window | None
    processing: bool
    is_mine: bool
    why: dict[int, list[StepView]]
    """Refund → the steps by which it was found; none for money paid beyond the fee."""

    @property
    def is_payable(self) -> bool:
        """Whether the viewer may pay it now."""
        return (
            self.is_mine
            and self.row.state in (AssessmentState.DUE, AssessmentState.DEFERRED)
            and self.left.minor > 0
            and not self.processing
        )


@dataclass(frozen=True)
class _Moved:
    """What has moved of the money of a case, asked for once however many fees there are."""

    payments: Mapping[int, list[Payment]]
    """Assessment → what came for it."""
    refunds: Mapping[int, list[Refund]]
    """Payment → what goes back of it."""
    under_way: Set[int]
    """Assessments for which money is on its way that has not come yet."""


def _moved(session: Session, case: Case) -> _Moved:
    came, back = dict[int, list[Payment]](), dict[int, list[Refund]]()
    for one in session.scalars(
        built_once(lambda: select(Payment).where(Payment.case_id == case.id).order_by(Payment.id))
    ):
        came.setdefault(one.assessment_id, []).append(one)
    # What was ordered back before its payment went along into this case belongs to the case that ordered it.
    going = built_once(
        lambda: (
            select(Refund)
            .join(Payment, Payment.id == Refund.payment_id)
            .where(Payment.case_id == case.id)
            .order_by(Refund.id)
        )
    )
    for each in session.scalars(going) if came else ():
        back.setdefault(each.payment_id, []).append(each)
    under_way = built_once(
        lambda: (
            select(CheckoutSession.assessment_id)
            .join(FeeAssessment, FeeAssessment.id == CheckoutSession.assessment_id)
            .where(FeeAssessment.case_id == case.id, CheckoutSession.state == CheckoutState.PROCESSING)
        )
    )
    return _Moved(came, back, set(session.scalars(under_way)))


def fee_views(sitting: Sitting, case: Case, actor: Actor) -> list[FeeView]:
    """Every fee of the case, the viewer's own first; what a party paid is no secret between the parties (FEE 53), but for
    what only one side may know yet.
    """
    pack, moved = sitting.pack(case), _moved(sitting.session, case)
    found = []
    for row in shown_fees(sitting.session, case, actor, demands=True):
        payments = moved.payments.get(row.id, [])
        refunds = sorted(
            (one for payment in payments for one in moved.refunds.get(payment.id, ())), key=lambda one: one.id
        )
        windows = sitting.windows(case, row.window_kind, state=None, subject=row.reference)
        found.append(
            FeeView(
                row=row,
                payer=case.party(row.party_id),
                steps=_steps(pack, row.steps),
                left=outstanding(sitting.session, row),
                payments=payments,
                refunds=refunds,
                window=next((w for w in windows if w.state is WindowState.OPEN), windows[-1] if windows else None),
                processing=row.id in moved.under_way,
                is_mine=row.party_id == actor.party_id,
                why={one.id: _steps(pack, one.computation.get("steps", ())) for one in refunds},
            )
        )
    return sorted(found, key=lambda view: (not view.is_mine, view.row.state is AssessmentState.CANCELLED, -view.row.id))


def may_cost_yet(sitting: Sitting, case: Case, actor: Actor) -> list[tuple[Act, Text, bool]]:
    """Steps of the actor that cost something when they fail: what they cost, and whether it was taken already and its
    fee not asked for (FEE 13(6)).
    """
    if actor.role not in PARTY_ROLES:
        return []
    asked = {row.matter.value for row in assessments_of(sitting.session, case, party_id=actor.party_id)}
    found = []
    for act in sitting.court.table:
        words = cost_words(sitting, case, act)
        if words is None or act.may_cost in asked:
            continue
        taken = any(one.party_id == actor.party_id for one in entries_of(sitting.session, case, act.name))
        if taken or refusal(sitting, act, case, actor) is None:
            found.append((act, words, taken))
    return found


def at_end_view(sitting: Sitting, case: Case) -> tuple[Money, list[StepView]] | None:
    """The fee of an action of many as it would be today, with its steps; None where fees are paid in advance (CPI 194)."""
    found = fee_at_end(sitting, case)
    return (
        None if found is None else (found.total, _steps(sitting.pack(case), [step.to_json() for step in found.steps]))
    )


def free_retrial(sitting: Sitting, case: Case) -> Text | None:
    """That the retrial that is heard costs nothing, with the article; None where none is heard, or it has a fee (FEE 9)."""
    pack = sitting.pack(case)
    began = retrial_began(sitting.session, case) if pack.tariff.retrial is not None else None
    if began is None or pack.tariff.retrial is None or fees_of_retrial(sitting.session, case, began):
        return None
    return T("This retrial costs no court fee (%(article)s).", article=pack.cite(pack.tariff.retrial.free))


def _steps(pack: RulePack, written: Iterable[Mapping[str, Any]]) -> list[StepView]:
    return [StepView(step.text, step.amount, pack.cite(step.article)) for step in map(FeeStep.from_json, written)]


def fee_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """The fees beside the case, each while something of it is to be paid: the viewer's own first."""
    if actor.role not in SEES_FEES:
        return None
    due = [view for view in fee_views(sitting, case, actor) if view.row.state is AssessmentState.DUE]
    return Panel("aside", 20, "payments/panel.html", {"fees": due}) if due else None
