"""Kinds of tasks of the filing room."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

WITHDRAWAL = desk("withdrawal", T("Leave to withdraw a claim"), Role.JUDGE)
JURISDICTION = desk("jurisdiction", T("An objection to jurisdiction"), Role.JUDGE)
RECUSAL = desk("recusal", T("A challenge"), Role.PRESIDENT, Role.JUDGE)
TIME = desk("time", T("More time asked for"), Role.JUDGE)
REBUTTAL_TIME = desk("rebuttal_time", T("Time for evidence again asked for"), Role.JUDGE, until_decided=True)
LATENESS = desk("lateness", T("Relief for lateness asked for"), Role.JUDGE)
REASSIGNMENT = desk("reassignment", T("Another person asked for in a seat"), Role.PRESIDENT)
JOINDER = desk("joinder", T("Somebody to be brought into the case"), Role.JUDGE, before_closing=True)
JURISDICTION_APPEAL = desk("jurisdiction_appeal", T("An appeal on jurisdiction to send up"), Role.CLERK)
RULING_APPEAL = desk("ruling_appeal", T("An appeal from a ruling to send up"), Role.CLERK)
COMPLAINT = desk("complaint", T("A complaint"), Role.PRESIDENT)
LEGAL_AID = desk("legal_aid", T("Legal aid asked for"), Role.CLERK)
FEE_AFTER_CORRECTION = desk("fee_after_correction", T("A fee to look at after a correction"), Role.JUDGE, by_hand=True)
IDENTITY_ASKED = desk("identity_asked", T("Papers of identity asked for"), Role.CLERK, by_itself=True)
IDENTITY_SHOWN = desk("identity_shown", T("Papers of identity to look at"), Role.CLERK)
NO_SEAT = desk("no_seat", T("A seat that nobody could take"), Role.PRESIDENT)
NOT_CORRECTED = desk("not_corrected", T("A claim not corrected in time"), Role.CLERK)
REFUSAL = desk("refusal", T("A claim that may have to be refused"), Role.JUDGE, until_decided=True)
PLATFORM_SILENT = desk(
    "platform_silent", T("A platform that has not answered"), Role.CLERK, until_decided=True, by_hand=True
)
REGISTRATION = desk("registration", T("A registration in an action of many"), Role.CLERK)
NEW_CLAIM = desk("new_claim", T("Leave to claim anew asked for"), Role.JUDGE, before_closing=True)
PROCEDURE = desk("procedure", T("An objection to the procedure"), Role.JUDGE, before_closing=True)
OFFLINE = desk(
    "offline", T("Somebody who changes to taking part offline"), Role.CLERK, until_decided=True, by_hand=True
)
STAY = desk("stay", T("A case that is stayed"), Role.JUDGE)
PANEL = desk("panel", T("A panel to be convened"), Role.JUDGE, until_decided=True)
TRACK = desk("track", T("A procedure that may not fit any more"), Role.JUDGE, until_decided=True)
FILING_MARK = desk("filing_mark", T("A filing that was marked"), Role.CLERK)
PUBLIC_INTEREST = desk(
    "public_interest", T("An action in the public interest to look at"), Role.JUDGE, until_decided=True
)
