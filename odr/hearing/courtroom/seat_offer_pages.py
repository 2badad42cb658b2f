"""Where somebody accepts or declines a place in a case that was offered to them."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for

from odr.hearing.courtroom import seat_offers
from odr.web.guards import current_court, current_session, require_strong, signed_in
from odr.web.pages import Page, my_account_id

places = Blueprint("places", __name__)


@places.get("/account/places")
@signed_in
def offered() -> Page:
    """What waits for one's word."""
    offers = seat_offers.offered_to(current_session(), my_account_id())
    return render_template("hearing/places.html", offers=offers, error=None)


@places.post("/account/places/<reference>/accept")
@signed_in
@require_strong()
def accept(reference: str) -> Page:
    """Take the place."""
    court = current_court()
    with court.database.write() as session:
        seat_offers.accept(court, session, reference, my_account_id(), court.clock.now())
    return redirect(url_for("register.home"), 303)


@places.post("/account/places/<reference>/decline")
@signed_in
def decline(reference: str) -> Page:
    """Say no."""
    with current_court().sit() as sitting:
        seat_offers.decline(sitting, reference, my_account_id())
    return redirect(url_for("places.offered"), 303)
