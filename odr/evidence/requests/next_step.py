"""What the time to answer a request about evidence asks of its party just now. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case
from odr.evidence import time_limits
from odr.evidence.requests.queries import requests_of, title_of
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.hooks import StepWords
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def reply_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """Which request waits for an answer: there may be several at a time. None for a window of another kind."""
    if window.kind != time_limits.EVIDENCE_REPLY:
        return None
    found = (one for one in requests_of(sitting.session, case) if one.reference == window.subject)
    request = next(found, None)
    if request is None or actor.party_id not in (window.party_id, request.party_id):
        return None
    return StepWords(
        T(
            "Answer the request about evidence in entry %(number)s: %(request)s",
            number=request.entry_number,
            request=title_of(case, request),
        )
    )
