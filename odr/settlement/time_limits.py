"""Kinds of windows of the settlement room: to whom each is a duty, a remedy or the court's own, and by which act it is met."""

from __future__ import annotations

from odr.procedure.windows import Nature, time_limit

CONFIRMATION_APPLICATION = time_limit(
    "confirmation_application", Nature.REMEDY, "apply_for_confirmation", "join_application"
)
CONFIRMATION_OBJECTION = time_limit("confirmation_objection", Nature.REMEDY, "object_to_confirmation")
CONFIRMATION_REVIEW = time_limit("confirmation_review", Nature.COURT, "rule_on_confirmation")
CONFIRMATION_SUPPLEMENT = time_limit("confirmation_supplement", Nature.DUTY, "answer_about_agreement")
MEDIATION = time_limit("mediation", Nature.OUTSIDE, "end_mediation")
MEDIATOR_ACCEPTANCE = time_limit("mediator_acceptance", Nature.OUTSIDE, "accept_mediation", "decline_mediation")
MEDIATOR_CHOICE = time_limit("mediator_choice", Nature.DUTY, "choose_mediator")
MEDIATOR_DESIGNATION = time_limit("mediator_designation", Nature.COURT, "designate_mediator", "agree_mediation")
OFFER = time_limit("offer", Nature.REMEDY, "accept_offer", "decline_offer")
