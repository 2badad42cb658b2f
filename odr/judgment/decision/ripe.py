"""Whether a case is ripe for a decision: everybody served, every time to answer and to bring evidence over, nothing pending
that has to be ruled on first.

CPL 128, 130, 47; CPI 99, 266, 275; EV 51, 56. A decision before that would be set aside (CPL 177). Every reason is
said, with the party it concerns and who can mend it; none is weighed against another.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from odr.docket.models import Case, Party, Role
from odr.docket.queries import parties
from odr.filing.claim.progress import requests_of
from odr.filing.models import RequestKind, RequestState
from odr.ground.text import T, Text
from odr.hearing.queries import examination_of
from odr.hearing.vocabulary import PhaseState
from odr.procedure.models import WindowState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

EXCHANGE = "cross_examination"
"""Key of the phase in which exhibits are gone through, in the plans of the packs."""
BEFORE_DECISION = {
    RequestKind.JURISDICTION: T(
        "The objection to jurisdiction is not ruled on yet; the judge rules on it first (Civil Procedure Law, art. 130)."
    ),
    RequestKind.APPEAL: T(
        "The appeal from the ruling on jurisdiction is not decided yet (Civil Procedure Law, art. 157, 171)."
    ),
    RequestKind.PROCEDURE: T(
        "The objection to the procedure is not ruled on yet (Civil Procedure Law, art. 43, 169; Interpretation, art. 269, 279)."
    ),
    RequestKind.RECUSAL: T("A challenge is not decided yet (Civil Procedure Law, art. 47 to 50)."),
    RequestKind.LATENESS: T("A request for relief from lateness is not ruled on yet (Civil Procedure Law, art. 86)."),
    RequestKind.TIME: T("A request for more time is not ruled on yet."),
    RequestKind.JOINDER: T("A request to bring somebody into the case is not ruled on yet."),
    RequestKind.WITHDRAWAL: T("A request for leave to withdraw is not ruled on yet (Civil Procedure Law, art. 148)."),
}
"""Requests that are ruled on before the case is decided."""


def unripe(sitting: Sitting, case: Case) -> list[Text]:
    """Every reason why nothing may be decided yet; empty when the case is ripe."""
    found = [reason for party in parties(case) for reason in _times(sitting, case, party)]
    found += [words for kind, words in BEFORE_DECISION.items() if requests_of(sitting, case, kind, RequestState.ASKED)]
    return found


def _times(sitting: Sitting, case: Case, party: Party) -> Iterator[Text]:
    """What of a party's own time still runs. Who was joined late has time of their own (EV 55)."""
    running = (WindowState.OPEN, WindowState.HALTED)
    answers = sitting.windows(case, "answer", party=party, state=None)
    if party.role is Role.RESPONDENT and not answers:
        yield T(
            "The claim is not served on %(party)s yet, so their time to answer has not begun (Civil Procedure Law, art. 128).",
            party=party.name,
        )
    if any(window.state in running for window in answers):
        yield T(
            "The time for %(party)s to answer is not over, and they have neither answered nor given it up.",
            party=party.name,
        )
    evidence = any(window.state in running for window in sitting.windows(case, "evidence", party=party, state=None))
    if evidence and not exchanged(sitting, case):
        yield T(
            "The time for %(party)s to bring evidence is not over; it ends with its day, or with the exchange of evidence (Evidence Provisions, art. 56).",
            party=party.name,
        )


def exchanged(sitting: Sitting, case: Case) -> bool:
    """Whether the exhibits were gone through with both sides: with the exchange of evidence the time for it ends (EV 56)."""
    examination = examination_of(sitting.session, case)
    return examination is not None and any(
        phase.key == EXCHANGE and phase.state is PhaseState.CLOSED for phase in examination.phases
    )
