"""Kinds of windows of the settlement room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.ground.text import T
from odr.procedure.acts.windows import Nature, time_limit
from odr.settlement import names

AGREEMENT_ANNOUNCEMENT = time_limit(
    "agreement_announcement",
    Nature.OUTSIDE,
    names.SIGN_MEDIATION,
    names.REFUSE_AGREEMENT,
    page="announced.listing",
    waits=T("Nothing for you to do now: the agreement is announced to the public."),
    may_run_out=True,
)
CONFIRMATION_APPLICATION = time_limit(
    "confirmation_application",
    Nature.REMEDY,
    names.APPLY_FOR_CONFIRMATION,
    names.JOIN_APPLICATION,
    ask=T("ask for the confirmation"),
)
CONFIRMATION_OBJECTION = time_limit(
    "confirmation_objection", Nature.REMEDY, names.OBJECT_TO_CONFIRMATION, ask=T("object to the confirmation")
)
CONFIRMATION_REVIEW = time_limit("confirmation_review", Nature.COURT, names.RULE_ON_CONFIRMATION)
CONFIRMATION_SUPPLEMENT = time_limit(
    "confirmation_supplement", Nature.DUTY, names.ANSWER_ABOUT_AGREEMENT, ask=T("answer the court")
)
MEDIATION = time_limit(
    "mediation", Nature.OUTSIDE, names.END_MEDIATION, waits=T("Nothing for you to do now: the mediation goes on.")
)
MEDIATOR_ACCEPTANCE = time_limit(
    "mediator_acceptance",
    Nature.OUTSIDE,
    names.ACCEPT_MEDIATION,
    names.DECLINE_MEDIATION,
    waits=T("Nothing for you to do now: the mediator says whether they take it on."),
)
MEDIATOR_CHOICE = time_limit("mediator_choice", Nature.DUTY, names.CHOOSE_MEDIATOR, ask=T("choose a mediator"))
MEDIATOR_DISCLOSURE = time_limit(
    "mediator_disclosure",
    Nature.DUTY,
    names.KEEP_MEDIATOR,
    names.ASK_OTHER_MEDIATOR,
    ask=T("keep or replace the mediator"),
)
MEDIATOR_DESIGNATION = time_limit(
    "mediator_designation",
    Nature.COURT,
    names.DESIGNATE_MEDIATOR,
    names.AGREE_MEDIATION,
    waits=T(
        "Nothing for you to do now: the other side is asked whether they would mediate. If they do not answer, the court names a mediator, who asks them."
    ),
    may_run_out=True,
)
OFFER = time_limit("offer", Nature.REMEDY, names.ACCEPT_OFFER, names.DECLINE_OFFER, ask=T("answer the offer"))
