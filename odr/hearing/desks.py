"""Kinds of tasks of the hearing room."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

ABSENCE = desk("absence", T("Somebody who did not appear"), Role.JUDGE, until_decided=True)
ADJOURNMENT = desk("adjournment", T("An adjournment to approve"), Role.PRESIDENT, until_decided=True)
APPRAISAL_LATE = desk("appraisal_late", T("An expert’s report that is late"), Role.JUDGE, until_decided=True)
APPRAISAL_NOT_ASKED = desk(
    "appraisal_not_asked", T("An appraisal that nobody asked for"), Role.JUDGE, until_decided=True, by_hand=True
)
APPRAISAL_RULE = desk(
    "appraisal_rule", T("An appraisal asked for"), Role.JUDGE, until_decided=True, before_closing=True
)
APPRAISAL_UNPAID = desk("appraisal_unpaid", T("An appraisal that is not paid"), Role.JUDGE, until_decided=True)
ATTENDANCE_PASS_ON = desk("attendance_pass_on", T("An expert’s attendance fee to pass on"), Role.CASHIER)
ATTENDANCE_UNPAID = desk("attendance_unpaid", T("An expert’s attendance fee not paid"), Role.JUDGE, until_decided=True)
BROADCAST = desk("broadcast", T("A broadcast to decide on"), Role.PRESIDENT, until_decided=True)
CLOSE_HEARING = desk(
    "close_hearing",
    T("A hearing to close"),
    Role.JUDGE,
    until_decided=True,
    waits=T("Nothing for you to do now: the judge decides whether the hearing is over or goes on."),
)
CORRECTION = desk("correction", T("A correction of the record"), Role.JUDGE)
EXPERT_APPOINT = desk("expert_appoint", T("An expert to appoint"), Role.JUDGE, until_decided=True, before_closing=True)
EXPERT_ATTENDS = desk("expert_attends", T("An expert’s attendance to settle"), Role.JUDGE, until_decided=True)
EXPERT_HEAR = desk("expert_hear", T("An expert to call"), Role.JUDGE, until_decided=True)
FAILURE = desk("failure", T("A technical failure reported"), Role.JUDGE, before_closing=True)
HEARING_PLACE = desk("hearing_place", T("A place for the hearing to prepare"), Role.CLERK, until_decided=True)
INTERPRETER = desk("interpreter", T("An interpreter to appoint"), Role.CLERK, until_decided=True)
INTERPRETER_PAY = desk("interpreter_pay", T("An interpreter to pay"), Role.CLERK)
LIST_ISSUES = desk(
    "list_issues",
    T("Issues to list"),
    Role.JUDGE,
    until_decided=True,
    waits=T("Nothing for you to do now: the judge lists what is still disputed."),
)
MODE_DOUBT = desk("mode_doubt", T("A doubt about how the case is heard"), Role.JUDGE, until_decided=True)
MOTION = desk("motion", T("A motion"), Role.JUDGE, until_decided=True, before_closing=True)
OBJECTION = desk("objection", T("An objection in the hearing"), Role.JUDGE, until_decided=True, before_closing=True)
OFFLINE_STEP = desk(
    "offline_step", T("Somebody who takes part offline"), Role.JUDGE, Role.CLERK, until_decided=True, by_itself=True
)
OPEN_EXAMINATION = desk(
    "open_examination",
    T("A case ready to be examined"),
    Role.JUDGE,
    until_decided=True,
    waits=T("Nothing for you to do now: the judge checks whether everything is there, and then opens the examination."),
)
PUT_QUESTIONS = desk(
    "put_questions",
    T("Questions to put"),
    Role.JUDGE,
    until_decided=True,
    waits=T("Nothing for you to do now: the judge puts questions to the parties, or says that there are none."),
)
QUESTION_LEAVE = desk("question_leave", T("Leave for a question"), Role.JUDGE, until_decided=True, before_closing=True)
QUESTIONING_REFUSED = desk(
    "questioning_refused",
    T("A party that was not questioned in person"),
    Role.JUDGE,
    until_decided=True,
    before_closing=True,
)
RECORDING_DUE = desk("recording_due", T("A recording that may be erased"), Role.JUDGE)
RECORD_HEARING = desk(
    "record_hearing",
    T("A hearing to record"),
    Role.CLERK,
    until_decided=True,
    waits=T("Nothing for you to do now: the registry writes the record of the hearing."),
)
RECORD_QUESTIONING = desk(
    "record_questioning", T("A party’s questioning to record"), Role.CLERK, until_decided=True, before_closing=True
)
RECORDING_DOUBT = desk("recording_doubt", T("A doubt about a recording"), Role.JUDGE, until_decided=True, by_hand=True)
SEAL_BROKEN = desk("seal_broken", T("A sealed answer that does not open"), Role.JUDGE, until_decided=True, by_hand=True)
SUMMON = desk(
    "summon",
    T("A hearing to fix"),
    Role.CLERK,
    until_decided=True,
    waits=T("Nothing for you to do now: the registry fixes the day of the hearing and summons you."),
)
TIME_REQUEST = desk("time_request", T("More time in the examination asked for"), Role.JUDGE, until_decided=True)
TRIAL_EXTENSION = desk("trial_extension", T("A longer trial limit asked for"), Role.PRESIDENT, until_decided=True)
TRIAL_LIMIT = desk("trial_limit", T("A trial limit that is near"), Role.JUDGE, until_decided=True)
UNANSWERED = desk("unanswered", T("A question without an answer"), Role.JUDGE, until_decided=True)
WITNESS_ACCOUNT = desk("witness_account", T("A witness who needs an account"), Role.CLERK, until_decided=True)
WITNESS_COSTS = desk("witness_costs", T("What a witness is paid, to rule on"), Role.JUDGE)
WITNESS_PAY = desk("witness_pay", T("A witness to pay"), Role.CASHIER)
WRITTEN_HEARING = desk("written_hearing", T("A hearing in writing applied for"), Role.JUDGE, until_decided=True)
WITNESS_LEAVE = desk("witness_leave", T("Leave for a witness"), Role.JUDGE, until_decided=True, before_closing=True)
