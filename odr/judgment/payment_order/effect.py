"""A payment order is served, comes into effect, falls with its service, and is set aside (CPL 227; CPI 430, 431, 441)."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from odr.docket.models import Audience, Case, Document, Outcome, Party, Role, Stage
from odr.docket.queries import void
from odr.filing.claim.progress import end_case
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, last_day
from odr.identity.actors import Actor
from odr.judgment import desks, names
from odr.judgment.enforcement.effect import ENFORCE, set_aside
from odr.judgment.enforcement.paid_in_full import follow_up
from odr.judgment.models import Obligation
from odr.judgment.payment_order.acts import AT, RULE, need_number
from odr.judgment.payment_order.inputs import DoubtInput, NothingSaid, OtherDebtInput, SetAsidePaymentOrderInput
from odr.judgment.payment_order.lapse import FEE, leave_effect
from odr.judgment.payment_order.models import PaymentOrder, PaymentOrderState
from odr.judgment.payment_order.papers import SET_ASIDE
from odr.judgment.payment_order.queries import (
    applicant_of,
    debtor_of,
    payment_order_of,
    standing,
    sued_since,
    sum_of,
    the_order,
    waiting_objection,
)
from odr.judgment.payment_order.rules import time_to_serve_is_over
from odr.judgment.time_limits import PAYMENT_ORDER_LAWSUIT, PAYMENT_ORDER_OBJECTION, PAYMENT_ORDER_SERVICE
from odr.judgment.vocabulary import Instrument
from odr.procedure.acts.events import CaseClosed, CaseEffective, Served, ServiceFell, TimeGivenBack
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.base import law
from odr.service.queries import begun

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def on_served(sitting: Sitting, event: Served) -> None:
    """The debtor received the order: fifteen days to pay or object begin. The applicant received a ruling by which something
    lapsed: seven days to say no to a lawsuit begin (CPL 227; CPI 438).
    """
    case, party = event.case, event.party
    row = payment_order_of(sitting.session, case)
    if row is None:
        return
    if party.id == debtor_of(case).id and row.issued_entry in event.entries and row.state is PaymentOrderState.ISSUED:
        _order_served(sitting, case, row, party, event)
    if party.id == applicant_of(case).id:
        for one in row.lapses:
            subject = str(one["entry"])
            asked = one["goes_over"] and one["case"] is None and not one["refused"]
            if (
                asked
                and one["entry"] in event.entries
                and not begun(sitting, case, PAYMENT_ORDER_LAWSUIT, subject=subject)
            ):
                sitting.start_window(
                    case, PAYMENT_ORDER_LAWSUIT, party=party, start=event.at, subject=subject, proof=event.proof
                )


def _order_served(sitting: Sitting, case: Case, row: PaymentOrder, party: Party, event: Served) -> None:
    if begun(sitting, case, PAYMENT_ORDER_OBJECTION, party=party):
        return
    row.served_at = event.at
    sitting.close_windows(case, PAYMENT_ORDER_SERVICE, WindowState.MET)
    if row.withdrawn_entry is None:
        # What was taken back before it was received is ended however late that is ruled (CPI 430(3)).
        sitting.close_tasks(case, desks.PAYMENT_ORDER_TO_END)
    window = sitting.start_window(case, PAYMENT_ORDER_OBJECTION, party=party, start=event.at, proof=event.proof)
    _write_owed(sitting, case, row, window)


def _write_owed(sitting: Sitting, case: Case, row: PaymentOrder, window: Window) -> None:
    """What is owed under the order, to be paid by the end of the fifteen days; served again, only the day is another."""
    due_on = last_day(window.due_at or sitting.now, sitting.pack(case).tz)
    lines = [(str(number), one["minor"], one["what"]) for number, one in standing(row)]
    if row.fee_minor:
        lines.append((FEE, row.fee_minor, None))
    known = dict(row.owed)
    for key, minor, what in lines:
        there = sitting.session.get(Obligation, known[key]) if key in known else None
        if there is not None:
            there.due_on = due_on
            continue
        made = Obligation(
            case_id=case.id,
            instrument=Instrument.PAYMENT_ORDER,
            debtor_id=debtor_of(case).id,
            creditor_id=applicant_of(case).id,
            amount_minor=minor,
            currency=row.currency,
            what=what,
            due_on=due_on,
            entry_number=row.issued_entry,
        )
        sitting.session.add(made)
        sitting.session.flush()
        known[key] = made.id
    row.owed = known


def not_served(sitting: Sitting, case: Case, window: Window) -> None:
    """Thirty days passed and the order did not reach the debtor: the judge ends the procedure; the clock does not (CPI 430)."""
    row = payment_order_of(sitting.session, case)
    if row is not None and row.state is PaymentOrderState.ISSUED and row.served_at is None:
        _ask_to_end(sitting, case)


def _ask_to_end(sitting: Sitting, case: Case) -> None:
    if not sitting.tasks(case, desks.PAYMENT_ORDER_TO_END):
        title = T(
            "The payment order could not be served within [time payment_order_service]. End the procedure [CPI 430]."
        )
        sitting.open_task(case, Role.JUDGE, desks.PAYMENT_ORDER_TO_END, title, risk=60)


def not_made_in_time(sitting: Sitting, case: Case, window: Window) -> None:
    """Fifteen days passed without an order: it is put on the judge's desk again (CPL 227)."""
    row = payment_order_of(sitting.session, case)
    if (
        row is not None
        and row.state is PaymentOrderState.TAKEN
        and not sitting.tasks(case, desks.PAYMENT_ORDER_TO_MAKE)
    ):
        title = T("Make the payment order, or dismiss the application with reasons [CPL 227].")
        sitting.open_task(case, Role.JUDGE, desks.PAYMENT_ORDER_TO_MAKE, title, risk=80)


def objection_lapsed(sitting: Sitting, case: Case, window: Window) -> None:
    """The fifteen days are over: the order is in effect, unless an objection still waits for its ruling (CPL 227; CPI 431)."""
    row = payment_order_of(sitting.session, case)
    if row is not None:
        may_take_effect(sitting, case, row)


def _nothing_keeps_it(sitting: Sitting, case: Case, row: PaymentOrder) -> bool:
    """Whether the time to object is over, no objection waits, and the application was not taken back before the debtor had the order."""
    windows = sitting.windows(case, PAYMENT_ORDER_OBJECTION, state=None)
    is_over = bool(windows) and windows[-1].state is WindowState.LAPSED
    stands = row.state is PaymentOrderState.ISSUED and row.withdrawn_entry is None
    return stands and is_over and waiting_objection(sitting.session, case) is None


def may_take_effect(sitting: Sitting, case: Case, row: PaymentOrder) -> None:
    """The order comes into effect once the time is over and no objection waits."""
    if not _nothing_keeps_it(sitting, case, row):
        return
    if sued_since(sitting.session, case) is None:
        sitting.then(names.PUT_PAYMENT_ORDER_IN_EFFECT, NothingSaid())
    elif not sitting.tasks(case, desks.PAYMENT_ORDER_SUED):
        title = T(
            "The applicant has sued the debtor since. End the procedure if it is over the same debt, or say that it is over another [CPI 430]."
        )
        sitting.open_task(case, Role.JUDGE, desks.PAYMENT_ORDER_SUED, title, risk=70)


@guard("CPI 430")
def a_lawsuit_holds_it_up(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """There must be a lawsuit for which the order waits, and nothing else: no time of the debtor that runs again."""
    row = payment_order_of(sitting.session, case)
    waits = row is not None and sitting.tasks(case, desks.PAYMENT_ORDER_SUED) and _nothing_keeps_it(sitting, case, row)
    return None if waits else T("The payment order waits for no word on a lawsuit.")


@act(
    title=T("Say that a lawsuit is over another debt than the payment order"),
    input=OtherDebtInput,
    by={Role.JUDGE},
    at=AT,
    guard=a_lawsuit_holds_it_up,
    rule=RULE,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The payment order stands beside a lawsuit"),
        T(
            "The lawsuit is over another debt, so the payment order takes effect. Whoever is ordered to pay should pay and say so on the page of the case."
        ),
    ),
    source=law("CPL 227", "CPI 430"),
    desk=desks.PAYMENT_ORDER_SUED,
    topic=Topic.DECISION,
)
def keep_payment_order(sitting: Sitting, case: Case, given: OtherDebtInput, *, actor: Actor, now: datetime) -> Recorded:
    """A lawsuit over another debt ends no payment order: it takes effect (CPI 430(1))."""
    sitting.close_tasks(case, desks.PAYMENT_ORDER_SUED)
    sitting.then(names.PUT_PAYMENT_ORDER_IN_EFFECT, NothingSaid())
    return Recorded(T("The lawsuit is over another debt; the payment order stands"))


@act(
    title=T("The payment order is in effect"),
    input=NothingSaid,
    by={Role.CLOCK},
    at=AT,
    to={Stage.EFFECTIVE},
    listed=False,
    rule=RULE,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.NOTICE,
        T("The payment order is in effect"),
        T(
            "Whoever is ordered to pay should pay now and say so on the page of the case: otherwise it can be enforced, and interest for delay is added. If you are owed it and it is not paid, you can apply for enforcement."
        ),
    ),
    source=law("CPL 227", "CPI 431, 440"),
)
def put_payment_order_in_effect(
    sitting: Sitting, case: Case, given: NothingSaid, *, actor: Actor, now: datetime
) -> Recorded:
    """Neither paid nor objected to in time: it can be enforced like a judgment, within two years (CPL 227, 250; CPI 440)."""
    row = the_order(sitting, case)
    row.state, case.effective_at = PaymentOrderState.IN_EFFECT, now
    sitting.move(case, Stage.EFFECTIVE)
    last = max(
        (
            one.due_on
            for key in row.owed
            if (one := sitting.session.get(Obligation, row.owed[key])) and one.ended_at is None
        ),
        default=sitting.today,
    )
    start = datetime.combine(last, time(23, 59), tzinfo=sitting.court.settings.tz)
    sitting.start_window(case, ENFORCE, party=applicant_of(case), start=start)
    sitting.announce(CaseEffective(case))
    follow_up(sitting, case)
    return Recorded(T("The payment order over %(amount)s is in effect", amount=sum_of(row)))


def on_service_fell(sitting: Sitting, event: ServiceFell) -> None:
    """The order had not reached the debtor, or on another day: its time runs from the new service (OLR 31; CPI 135)."""
    case = event.case
    row = payment_order_of(sitting.session, case)
    if row is None or event.party.id != debtor_of(case).id or row.issued_entry not in event.entries:
        return
    sitting.close_windows(case, PAYMENT_ORDER_OBJECTION, WindowState.ENDED)
    for window in sitting.windows(case, PAYMENT_ORDER_OBJECTION, state=WindowState.LAPSED):
        window.state, window.closed_by = WindowState.ENDED, sitting.next_number(case)
    leave_effect(sitting, case, row)
    sitting.close_tasks(case, desks.PAYMENT_ORDER_SUED)
    row.served_at = None
    if event.moved or row.state is not PaymentOrderState.ISSUED:
        return
    if time_to_serve_is_over(sitting, case):
        _ask_to_end(sitting, case)
    elif not sitting.windows(case, PAYMENT_ORDER_SERVICE):
        sitting.start_window(case, PAYMENT_ORDER_SERVICE, start=row.issued_at)


def on_time_given_back(sitting: Sitting, event: TimeGivenBack) -> None:
    """The debtor has time to object again, by a paper posted in time or by relief for lateness: the order binds nobody while it
    runs (CPL 85, 86).
    """
    row = payment_order_of(sitting.session, event.case)
    if row is not None and event.kind == PAYMENT_ORDER_OBJECTION:
        leave_effect(sitting, event.case, row)
        sitting.close_tasks(event.case, desks.PAYMENT_ORDER_SUED)


def on_case_closed(sitting: Sitting, event: CaseClosed) -> None:
    """Whatever ended the case ended the procedure."""
    row = payment_order_of(sitting.session, event.case)
    if row is not None:
        row.state = PaymentOrderState.OVER


@guard("CPI 441")
def the_order_binds(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only an order that is in effect is set aside: before, there is the objection."""
    row = payment_order_of(sitting.session, case)
    in_effect = row is not None and row.state is PaymentOrderState.IN_EFFECT
    return None if in_effect else T("No payment order is in effect here.")


@act(
    title=T("Put the payment order before the president"),
    input=DoubtInput,
    by={Role.JUDGE, Role.CLERK},
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    guard=the_order_binds,
    rule=RULE,
    seen_by=Audience.COURT,
    source=law("CPI 441"),
    topic=Topic.DECISION,
    help=T("Only the court reads it. The president puts an order that is wrong before the adjudication committee."),
)
def doubt_payment_order(sitting: Sitting, case: Case, given: DoubtInput, *, actor: Actor, now: datetime) -> Recorded:
    """Tell the president that an order in effect seems wrong: setting it aside is a matter of the committee (CPI 441)."""
    title = T("A payment order in effect seems wrong. Put it before the adjudication committee, or leave it as it is.")
    sitting.open_task(case, Role.PRESIDENT, desks.PAYMENT_ORDER_WRONG, title, risk=70)
    return Recorded(T("The payment order is put before the president"))


@act(
    title=T("Set the payment order aside"),
    input=SetAsidePaymentOrderInput,
    by={Role.PRESIDENT},
    at={Stage.EFFECTIVE, Stage.ENFORCEMENT},
    to={Stage.CLOSED},
    guard=the_order_binds,
    rule=RULE,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("The payment order is set aside"),
        T(
            "Nothing can be enforced under it any more, and the application is dismissed. What was paid can be claimed back; whoever is owed something may bring a claim."
        ),
    ),
    paper=SET_ASIDE,
    source=law("CPI 441"),
    topic=Topic.DECISION,
)
def set_aside_payment_order(
    sitting: Sitting, case: Case, given: SetAsidePaymentOrderInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The president found that it is wrong, and the adjudication committee discussed and decided so: it is set aside and the
    application dismissed (CPI 441). Raises InvalidInput for a meeting that is still to come.
    """
    need_number(case, given.case_number)
    if given.committee_on > sitting.today:
        raise InvalidInput.at("committee_on", T("This day is still to come."))
    row = the_order(sitting, case)
    sitting.close_tasks(case, desks.PAYMENT_ORDER_WRONG)
    set_aside(sitting, case)
    paper = sitting.session.get(Document, row.document_id) if row.document_id is not None else None
    if paper is not None:
        void(paper, sitting.next_number(case), now)
    end_case(sitting, case, Outcome.DISMISSED, now)
    return Recorded(
        T("The payment order is set aside; the adjudication committee discussed it on %(day)s", day=given.committee_on)
    )
