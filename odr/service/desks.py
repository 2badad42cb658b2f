"""Kinds of tasks of the service room."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

ABROAD = desk("abroad", T("Service abroad to look after"), Role.CLERK, Role.JUDGE)
ANNOUNCE = desk("announce", T("An announcement to make"), Role.CLERK, by_hand=True)
CALL_IN = desk("call_in", T("Somebody to call in"), Role.CLERK)
CLAIM_UNSERVED = desk("claim_unserved", T("A claim not yet served"), Role.CLERK, until_decided=True, by_hand=True)
NOT_SERVED = desk("not_served", T("A paper that was not served"), Role.CLERK)
READ_REPLY = desk("read_reply", T("An answer by mail to read"), Role.CLERK, by_hand=True)
REBUTTAL = desk("rebuttal", T("A service that is contested"), Role.JUDGE)
