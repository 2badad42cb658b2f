"""Kinds of tasks of the register."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

APPROVE_PUBLICATION = desk("approve_publication", T("A public text to approve"), Role.JUDGE)
CLOSE_VOLUME = desk("close_volume", T("A file to look through and close"), Role.CLERK)
COPY_TO_HAND_OVER = desk("copy_to_hand_over", T("A certified copy to print and hand over"), Role.CLERK)
DECIDE_ON_PUBLIC = desk("decide_on_public", T("A published decision that lost its effect"), Role.JUDGE, by_hand=True)
HAND_ON_VOLUME = desk("hand_on_volume", T("A sealed volume to hand on"), Role.CLERK)
MAKE_PUBLIC = desk("make_public", T("A decision to make public"), Role.CLERK)
PUBLISH = desk("publish", T("An approved public text to publish"), Role.CLERK)
TAKE_UP_AGAIN = desk(
    "take_up_again",
    T("A decision that is not public because it had no effect, and has it now"),
    Role.JUDGE,
    by_hand=True,
)
WITHOUT_EFFECT = desk("without_effect", T("A decision that can have no effect any more"), Role.JUDGE)
WITHHOLD = desk("withhold", T("A decision that as a rule is not published"), Role.JUDGE)
BAR_STANDS = desk(
    "bar_stands",
    T("A bar on costly consumption that stands after its enforcement ended"),
    Role.JUDGE,
    by_hand=True,
)
CONSUMPTION_BAR = desk("consumption_bar", T("A bar on costly consumption to decide on"), Role.PRESIDENT)
CONSUMPTION_LEAVE = desk("consumption_leave", T("One costly thing to allow or not"), Role.JUDGE)
CONSUMPTION_LIFTING = desk(
    "consumption_lifting", T("A bar on costly consumption that is asked to be lifted"), Role.JUDGE
)
CORRECT_LISTING = desk("correct_listing", T("An entry of the list to put right"), Role.CLERK)
LISTING = desk("listing", T("A debtor proposed for the list"), Role.PRESIDENT)
LISTING_OBJECTION = desk("listing_objection", T("A request about an entry in the list"), Role.JUDGE)
LISTING_REQUEST = desk("listing_request", T("A request to put a debtor on the list"), Role.JUDGE)
LISTING_REVIEW = desk("listing_review", T("A request to the higher court about an entry in the list"), Role.CLERK)
NO_REPORT = desk("no_report", T("A debtor who did not report property"), Role.JUDGE, by_hand=True)
PROPERTY_REPORT = desk("property_report", T("A report of property to check"), Role.JUDGE, by_hand=True)
DETENTION = desk("detention", T("A detention to carry out"), Role.CLERK, outlives=True)
FINE_BY_SLIP = desk("fine_by_slip", T("A fine to be paid to the treasury by a slip, or to go back"), Role.CASHIER)
FINE_UNPAID = desk("fine_unpaid", T("A fine that was not paid"), Role.JUDGE, by_hand=True, outlives=True)
RELEASE = desk("release", T("An early release to decide on"), Role.PRESIDENT, outlives=True)
SANCTION = desk("sanction", T("A fine or detention to decide on"), Role.PRESIDENT, outlives=True)
SANCTION_HANDING = desk("sanction_handing", T("A proposed or ordered penalty to hand over"), Role.CLERK, outlives=True)
SANCTION_REQUEST = desk("sanction_request", T("A request for a fine or detention"), Role.JUDGE)
SANCTION_REVIEW = desk(
    "sanction_review", T("A request to the higher court about a fine or detention"), Role.CLERK, outlives=True
)
