"""Finding requests about evidence, and the ruling on one as a paper. No flask."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role
from odr.docket.papers import PartyLine, Reason, RulingPaper, judge
from odr.docket.queries import parties
from odr.evidence.requests.models import EvidenceRequest, RequestState
from odr.ground.text import T, Text
from odr.procedure.case.overview import sitters

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def requests_of(session: Session, case: Case, *states: RequestState) -> list[EvidenceRequest]:
    """Requests of a case in order, all or those in certain states."""
    query = select(EvidenceRequest).where(EvidenceRequest.case_id == case.id).order_by(EvidenceRequest.id)
    return list(session.scalars(query.where(EvidenceRequest.state.in_(states)) if states else query))


def title_of(case: Case, request: EvidenceRequest) -> Text:
    """A request in a line: who asks for what, about which exhibit."""
    by = case.name_of(request.party_id)
    about = request.exhibit.label if request.exhibit is not None else request.what
    return T("%(kind)s (%(about)s), %(name)s", kind=request.kind.label, about=about, name=by)


def late_consequence(fault: str, basic: bool) -> tuple[bool, bool, bool]:
    """Whether late evidence is admitted, reprimanded, and may be fined (CPI 101, 102).

    Objective reasons or no objection: not late. Neither intent nor gross negligence:
    admitted with a reprimand. Intent or gross negligence: excluded, unless it bears on the
    basic facts; then admitted with a reprimand, and a fine is possible.
    """
    if fault == "none":
        return True, False, False
    if fault == "slight":
        return True, True, False
    return basic, basic, basic


def ruling_on(
    sitting: Sitting,
    case: Case,
    request: EvidenceRequest,
    order: Text,
    reasons: str,
    language: str,
    at: datetime,
) -> RulingPaper:
    """The ruling as it is sealed (CPL 157)."""
    settings = sitting.court.settings
    people: list[Party] = parties(case)
    return RulingPaper(
        court=settings.court_name_zh if language == "zh-Hans" else settings.court_name,
        case_number=case.number,
        subject=request.kind.label,
        issued_on=at.astimezone(settings.tz).date(),
        signatories=[judge(s.name) for s in sitters(sitting, case) if s.role is Role.JUDGE],
        parties=[PartyLine(p.role.label, p.name) for p in people],
        orders=[order],
        history=[title_of(case, request)],
        reasons=[Reason(line.strip()) for line in reasons.splitlines() if line.strip()],
        remedy=T("No appeal lies against this ruling; it may be raised together with an appeal against the judgment."),
    )
