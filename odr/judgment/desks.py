"""Kinds of tasks of the judgment room."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

APPEAL = desk("appeal", T("An appeal to send up"), Role.CLERK)
APPEAL_FILE = desk("appeal_file", T("A file not sent up in time"), Role.PRESIDENT, by_itself=True)
APPLY_JUDGMENT = desk(
    "apply_judgment", T("A judgment to apply to who did not register"), Role.JUDGE, until_decided=True
)
CLOSE_CASE = desk(
    "close_case",
    T("A case to close"),
    Role.CLERK,
    waits=T("Nothing for you to do: everything is done, and the registry closes the case."),
)
CONTINUE_PRESERVATION = desk("continue_preservation", T("A preservation whose term ends"), Role.JUDGE, outlives=True)
CONTINUE_MEASURE = desk("continue_measure", T("A measure to have continued"), Role.CLERK, by_hand=True, outlives=True)
COUNTERSIGN = desk(
    "countersign",
    T("A decision to countersign"),
    Role.CLERK,
    waits=T("Nothing for you to do now: the decision is finished and is about to be given."),
)
DRAFT_DECISION = desk(
    "draft_decision",
    T("A decision to write"),
    Role.JUDGE,
    until_decided=True,
    waits=T("Nothing for you to do now: the judge makes the findings and writes the decision."),
)
ENDING_FOR_NOW = desk("ending_for_now", T("An enforcement that may end for now"), Role.JUDGE)
ENDING_TO_APPROVE = desk("ending_to_approve", T("An ending for now to approve"), Role.PRESIDENT)
ENFORCEMENT = desk("enforcement", T("An enforcement applied for"), Role.CLERK)
ENFORCEMENT_OBJECTION = desk("enforcement_objection", T("An objection to an enforcement"), Role.JUDGE)
ENFORCEMENT_INACTION = desk("enforcement_inaction", T("An enforcement that stands still"), Role.PRESIDENT, by_hand=True)
ENFORCEMENT_PAID = desk("enforcement_paid", T("An enforcement to end"), Role.JUDGE, Role.CLERK)
ENFORCEMENT_DEBTOR = desk("enforcement_debtor", T("A debtor in an enforcement to rule on"), Role.JUDGE)
ENFORCEMENT_DEFERRAL = desk("enforcement_deferral", T("Security in an enforcement to decide on"), Role.JUDGE)
ENFORCEMENT_GUARANTOR = desk("enforcement_guarantor", T("A guarantor to enforce against"), Role.JUDGE)
ENFORCEMENT_MOVED = desk("enforcement_moved", T("Security that is being moved away"), Role.JUDGE)
ENFORCEMENT_SECURITY = desk("enforcement_security", T("Security to enforce against"), Role.CLERK, by_hand=True)
ENFORCEMENT_SETTLED = desk("enforcement_settled", T("An enforcement settled by the parties"), Role.JUDGE, Role.CLERK)
EXECUTE_PRESERVATION = desk("execute_preservation", T("A preservation to carry out"), Role.CLERK, outlives=True)
GIVE_BACK = desk("give_back", T("Something to give back after a judgment fell"), Role.CLERK, by_hand=True)
"""As it lay on desks before a judge ruled on it; nothing is put there any more."""
HEARD_AGAIN = desk("heard_again", T("A case to hear again"), Role.JUDGE, until_decided=True, by_hand=True)
LATE_ANSWER = desk("late_answer", T("An answer to an appeal to send after the file"), Role.CLERK, by_hand=True)
LIFT_PRESERVATION = desk("lift_preservation", T("A preservation to lift"), Role.JUDGE)
MEETING_ASKED = desk(
    "meeting_asked", T("A case to put before the committee or the judges’ meeting"), Role.PRESIDENT, until_decided=True
)
MEETING_MINUTES = desk("meeting_minutes", T("Minutes of a meeting to write"), Role.CLERK, until_decided=True)
MEETING_SIGNATURES = desk(
    "meeting_signatures", T("Minutes that wait for signatures"), Role.CLERK, until_decided=True, by_itself=True
)
NOT_HEARD = desk("not_heard", T("Somebody who was never called"), Role.JUDGE, by_hand=True)
NOT_HEARD_BY_ALL = desk("not_heard_by_all", T("A hearing to hold again"), Role.JUDGE)
OBJECTION_CARRY_OUT = desk("objection_carry_out", T("A ruling on an objection to carry out"), Role.CLERK)
OBJECTION_OUTCOME = desk("objection_outcome", T("An objection before the higher court or in an action"), Role.CLERK)
OBJECTION_OUTSIDER = desk("objection_outsider", T("A ruling to serve on an outsider"), Role.CLERK)
OUTSIDER_HALTED = desk("outsider_halted", T("An enforcement halted in an outsider’s action"), Role.JUDGE, by_hand=True)
OUTSIDER_HALT = desk("outsider_halt", T("A halt asked for in an outsider’s action"), Role.JUDGE, until_decided=True)
OUTSIDER_JUDGMENT = desk("outsider_judgment", T("An outsider’s action against a decision"), Role.CLERK)
OWN_RETRIAL = desk("own_retrial", T("An error in a binding decision or mediation statement"), Role.PRESIDENT)
PASS_ON_PRESERVATION = desk(
    "pass_on_preservation", T("A preservation to send to another court"), Role.CLERK, by_hand=True
)
PRESERVATION_RULING = desk(
    "preservation_ruling", T("An urgent preservation not ruled on"), Role.PRESIDENT, by_itself=True
)
PRONOUNCE = desk(
    "pronounce",
    T("A decision to pronounce"),
    Role.JUDGE,
    waits=T("Nothing for you to do now: the decision is finished and is about to be given."),
)
RETRIAL = desk("retrial", T("A retrial applied for"), Role.CLERK)
RETRIAL_BACK = desk(
    "retrial_back",
    T("An application for retrial taken back"),
    Role.JUDGE,
    Role.PRESIDENT,
    waits=T("Nothing for you to do now: the court rules whether the application for retrial is taken back."),
)
RETRIAL_HERE = desk("retrial_here", T("An application for retrial to decide"), Role.PRESIDENT)
PROSECUTION_ADVICE = desk("prosecution_advice", T("Advice of the prosecution to answer"), Role.PRESIDENT)
PROSECUTION_ANSWER = desk("prosecution_answer", T("An answer to send to the prosecution"), Role.CLERK, by_hand=True)
REVERSAL_ASKED = desk("reversal_asked", T("A request to give back what was enforced"), Role.JUDGE, outlives=True)
REVERSAL_DUE = desk("reversal_due", T("What rests on a judgment that fell"), Role.JUDGE, outlives=True)
RULING_ASKED = desk("ruling_asked", T("A ruling asked for"), Role.JUDGE, outlives=True)
UNDO_PRESERVATION = desk("undo_preservation", T("Measures to undo"), Role.CLERK, by_hand=True, outlives=True)
PAYMENT_ORDER_ASKED = desk("payment_order_asked", T("An application for a payment order"), Role.CLERK)
PAYMENT_ORDER_LAWSUIT = desk(
    "payment_order_lawsuit",
    T("A payment order that does not go over by itself"),
    Role.CLERK,
    by_hand=True,
    outlives=True,
)
PAYMENT_ORDER_OBJECTED = desk(
    "payment_order_objected",
    T("An objection to a payment order"),
    Role.JUDGE,
    waits=T("Nothing for you to do now: the judge rules on the objection to the payment order."),
)
PAYMENT_ORDER_SUED = desk("payment_order_sued", T("A payment order beside a lawsuit"), Role.JUDGE)
PAYMENT_ORDER_TO_END = desk("payment_order_to_end", T("A payment order to end"), Role.JUDGE)
PAYMENT_ORDER_WRONG = desk("payment_order_wrong", T("A payment order that seems wrong"), Role.PRESIDENT, by_hand=True)
PAYMENT_ORDER_TO_MAKE = desk("payment_order_to_make", T("A payment order to make or dismiss"), Role.JUDGE)
