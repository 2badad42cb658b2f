"""Kinds of tasks of the settlement room."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

CONFIRM_AGREEMENT = desk("confirm_agreement", T("An agreement to make bind"), Role.JUDGE)
CONFIRM_MEDIATED = desk("confirm_mediated", T("A mediated agreement to look at"), Role.JUDGE)
CONFIRMATION_NOT_JOINT = desk("confirmation_not_joint", T("An application not made by all"), Role.JUDGE)
CONFIRMATION_OBJECTION = desk("confirmation_objection", T("An objection to a confirmation"), Role.JUDGE)
CONFIRMATION_REVIEW = desk("confirmation_review", T("A confirmation that takes long"), Role.PRESIDENT, by_itself=True)
CONFIRMATION_SUPPLEMENT = desk("confirmation_supplement", T("Something asked for about an agreement"), Role.JUDGE)
CONFIRMATION_WITHDRAWN = desk("confirmation_withdrawn", T("A confirmation taken back"), Role.JUDGE)
LEAVE_TO_WITHDRAW = desk("leave_to_withdraw", T("Leave to withdraw after an agreement"), Role.JUDGE)
MEDIATE_IN_PERSON = desk(
    "mediate_in_person", T("Somebody to meet in person for mediation"), Role.MEDIATOR, Role.CLERK, by_itself=True
)
MEDIATION_ASKED = desk("mediation_asked", T("A mediation before a claim"), Role.CLERK)
MEDIATOR_ACCEPTANCE = desk("mediator_acceptance", T("A mediation to accept"), Role.MEDIATOR)
