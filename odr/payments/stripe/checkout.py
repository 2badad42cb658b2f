"""Going to the payment page: one usable page per fee, asked for outside any transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.errors import ActNotOpen
from odr.ground.text import Money, T
from odr.payments.books.bookings import outstanding
from odr.payments.models import AssessmentState, CheckoutSession, CheckoutState, EventOrigin, FeeAssessment
from odr.payments.stripe.gateway import CheckoutOrder, Gateway, GatewayRefused
from odr.payments.stripe.stripe_reports import SESSION_EXPIRED, SESSION_PAID, SESSION_PROCESSING
from odr.payments.stripe.webhook import take

if TYPE_CHECKING:
    from odr.procedure.court import Court

USABLE = (CheckoutState.ASKED, CheckoutState.OPEN, CheckoutState.PROCESSING)
NOT_OF_THE_ORDER = frozenset({"IdempotencyError", "AuthenticationError", "PermissionError", "api_key_expired"})
"""Refusals that say nothing of what was asked: under its key a page may have been made before, and asked again it is the same."""
PAGE_LIFE = timedelta(hours=24)
"""How long Stripe keeps a page open unless it says otherwise."""


def payment_page(court: Court, assessment: str, *, locale: str, email: str | None = None) -> str:
    """Address of Stripe's page where this fee can be paid.

    However often and by however many at once it is asked for, there is one usable
    page: the same row gives the same idempotency key. A page over more than is owed by now,
    because a part came another way meanwhile, is closed first. Raises ActNotOpen where
    nothing is to be paid, GatewayUnavailable and GatewayRefused.
    """
    gateway: Gateway = court.ports.payments
    for _ in range(4):
        visit, case_reference, number, left = _reserve(court, assessment, locale, email)
        if visit.stripe_id is not None and _is_over(court, gateway, visit):
            continue
        if visit.stripe_id is not None and visit.amount_minor != left:
            close_page(court, gateway, visit.stripe_id)
            continue
        if visit.url is not None and visit.state is CheckoutState.OPEN:
            return visit.url
        try:
            page = gateway.create_checkout(_order(court, visit, assessment, case_reference, number))
        except GatewayRefused as refused:
            _refused(court, visit.id, refused.code)
            raise
        url = _keep(court, visit.id, page)
        if visit.amount_minor == left:
            return url
    raise ActNotOpen(
        T("Nothing is to be paid here now."), T("Look at the fee page again in a minute."), court.cited_today("FEE 22")
    )


def close_page(court: Court, gateway: Gateway, stripe_id: str) -> bool:
    """Close a page on which nothing is to be paid any more; returns whether it was open. One that was paid is learnt as paid."""
    try:
        take_page(court, gateway.expire_checkout(stripe_id))
    except GatewayRefused:
        take_page(court, gateway.retrieve_checkout(stripe_id))
        return False
    return True


def _reserve(court: Court, assessment: str, locale: str, email: str | None) -> tuple[CheckoutSession, str, str, int]:
    """The usable page of a fee, or a new one, in a transaction of its own; and what is owed now, in minor units."""
    with court.database.write() as session:
        row = session.scalar(select(FeeAssessment).where(FeeAssessment.reference == assessment).with_for_update())
        if row is None or row.state not in (AssessmentState.DUE, AssessmentState.DEFERRED):
            raise ActNotOpen(T("Nothing is to be paid here now."), source=court.cited_today("FEE 22"))
        case = session.get_one(Case, row.case_id)
        visit = usable(session, row)
        if visit is None:
            visit = _new(court, session, row, locale, email)
        return visit, case.reference, case.number or case.reference, outstanding(session, row).minor


def usable(session: Session, row: FeeAssessment) -> CheckoutSession | None:
    """The one page on which a fee can still be paid."""
    return session.scalar(
        select(CheckoutSession).where(CheckoutSession.assessment_id == row.id, CheckoutSession.state.in_(USABLE))
    )


def _new(court: Court, session: Session, row: FeeAssessment, locale: str, email: str | None) -> CheckoutSession:
    left = outstanding(session, row)
    if left.minor <= 0:
        raise ActNotOpen(T("Nothing is to be paid here now."), source=court.cited_today("FEE 22"))
    now = court.clock.machine_now()
    attempt = (
        session.scalar(select(func.max(CheckoutSession.attempt)).where(CheckoutSession.assessment_id == row.id)) or 0
    ) + 1
    visit = CheckoutSession(
        assessment_id=row.id,
        attempt=attempt,
        amount_minor=left.minor,
        currency=row.currency,
        # Kept, because a request repeated under one key must be the same to the letter.
        locale=locale,
        email=email,
        state=CheckoutState.ASKED,
        asked_at=now,
        expires_at=now + PAGE_LIFE,
    )
    session.add(visit)
    session.flush()
    return visit


def _order(court: Court, visit: CheckoutSession, assessment: str, case_reference: str, number: str) -> CheckoutOrder:
    base = f"{court.settings.base_url.rstrip('/')}/cases/{case_reference}/fee"
    return CheckoutOrder(
        reference=visit.reference,
        assessment=assessment,
        amount=Money(visit.amount_minor, visit.currency),
        what=T("Court fee, case %(number)s", number=number).render(visit.locale),
        locale=visit.locale,
        done_url=f"{base}/return",
        back_url=f"{base}/back",
        email=visit.email,
    )


def _keep(court: Court, visit_id: int, page: dict[str, Any]) -> str:
    url = str(page["url"])
    with court.database.write() as session:
        visit = session.scalars(select(CheckoutSession).where(CheckoutSession.id == visit_id).with_for_update()).one()
        visit.stripe_id = visit.stripe_id or str(page["id"])
        if visit.state is CheckoutState.ASKED:
            visit.state, visit.url = CheckoutState.OPEN, url
            if page.get("expires_at"):
                visit.expires_at = datetime.fromtimestamp(int(page["expires_at"]), UTC)
    return url


def _refused(court: Court, visit_id: int, code: str) -> None:
    """No page was made, and none will be for what was asked: the next time it is asked as things stand then, with an e-mail address
    that was mended.
    """
    with court.database.write() as session:
        visit = session.scalars(select(CheckoutSession).where(CheckoutSession.id == visit_id).with_for_update()).one()
        if visit.state is CheckoutState.ASKED and visit.stripe_id is None and code not in NOT_OF_THE_ORDER:
            visit.state = CheckoutState.EXPIRED


def _is_over(court: Court, gateway: Gateway, visit: CheckoutSession) -> bool:
    """Ask Stripe about a page that should have ended or was completed; never open a second beside a paid one."""
    if visit.state is CheckoutState.OPEN and visit.expires_at > court.clock.machine_now():
        return False
    found = gateway.retrieve_checkout(str(visit.stripe_id))
    take_page(court, found)
    return bool(found["status"] != "open")


def take_page(court: Court, found: dict[str, Any]) -> bool:
    """Learn a page as Stripe gave it on our question, as an event of our own making; returns whether it told something."""
    if found["status"] == "open":
        return False
    paid = found.get("payment_status") == "paid"
    rank = SESSION_EXPIRED if found["status"] == "expired" else SESSION_PAID if paid else SESSION_PROCESSING
    kind = "checkout.session.expired" if rank == SESSION_EXPIRED else "checkout.session.completed"
    event = {
        "id": f"retrieved/{found['id']}/{rank}",
        "type": kind,
        "created": int(found["created"]),
        "data": {"object": found},
    }
    return take(court, event, EventOrigin.RETRIEVED)
