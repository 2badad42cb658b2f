"""What waits on desks of the court about evidence: to erase, to collect, to rule on."""

from __future__ import annotations

from odr.docket.models import Role
from odr.ground.text import T
from odr.procedure.acts.tasks import desk

ENTRUSTED_LATE = desk(
    "entrusted_late", T("Another court that has not answered"), Role.CLERK, until_decided=True, before_closing=True
)
ENTRUSTED_SEND = desk(
    "entrusted_send", T("A letter of request to send"), Role.CLERK, until_decided=True, before_closing=True
)
ENTRUSTED_UNABLE = desk(
    "entrusted_unable", T("Another court that cannot inquire"), Role.JUDGE, until_decided=True, by_hand=True
)
ERASURE_DUE = desk("erasure_due", T("Files that may be erased"), Role.JUDGE)
EVIDENCE_COLLECT = desk(
    "evidence_collect", T("Evidence to collect"), Role.CLERK, until_decided=True, before_closing=True
)
EVIDENCE_FINE = desk("evidence_fine", T("A fine proposed for evidence withheld"), Role.PRESIDENT)
EVIDENCE_NOT_PRODUCED = desk(
    "evidence_not_produced", T("Evidence ordered and not produced"), Role.JUDGE, until_decided=True
)
EVIDENCE_REQUEST = desk(
    "evidence_request", T("A request about evidence"), Role.JUDGE, until_decided=True, before_closing=True
)
INSPECTION_ASKED = desk(
    "inspection_asked", T("A request for an inspection"), Role.JUDGE, until_decided=True, before_closing=True
)
INSPECTION_RECORD = desk(
    "inspection_record", T("An inspection to record"), Role.CLERK, until_decided=True, before_closing=True
)
LATE_EXHIBIT = desk("late_exhibit", T("Late evidence"), Role.JUDGE, until_decided=True)
SEAL_ASKED = desk("seal_asked", T("A request to keep a file from others"), Role.JUDGE, before_closing=True)
