"""Finding requests about evidence, and the ruling on one as a paper. No flask."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Party
from odr.docket.papers import Reason, RulingPaper
from odr.docket.queries import entry, rows_of
from odr.evidence import names
from odr.evidence.models import Upload
from odr.evidence.requests.models import EvidenceRequest, RequestKind, RequestState
from odr.ground.memory.asked_once import remembered
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.papers.form import Basis, basis, head, opening, party_block, signatures

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@remembered
def requests_of(session: Session, case: Case, *states: RequestState) -> list[EvidenceRequest]:
    """Requests of a case in order, all or those in certain states."""
    return rows_of(session, EvidenceRequest, case, *states)


# One function for each act: what its list offers, what opens it and what it takes are the same.


def to_answer(sitting: Sitting, case: Case, actor: Actor) -> list[EvidenceRequest]:
    """Requests of others that wait for the judge (EV 46)."""
    return [r for r in requests_of(sitting.session, case, RequestState.OPEN) if r.party_id != actor.party_id]


def to_rule_on(sitting: Sitting, case: Case, actor: Actor) -> list[EvidenceRequest]:
    """Requests for an order that wait for the judge; late evidence and inspections have rulings of their own (CPI 101, 124)."""
    return [r for r in requests_of(sitting.session, case, RequestState.OPEN) if not r.kind.has_own_ruling]


def late_ones(sitting: Sitting, case: Case, actor: Actor) -> list[EvidenceRequest]:
    """Late evidence that waits for the judge (CPI 101, 102)."""
    return [r for r in requests_of(sitting.session, case, RequestState.OPEN) if r.kind is RequestKind.LATE]


def with_fine(sitting: Sitting, case: Case, actor: Actor) -> list[EvidenceRequest]:
    """Late evidence with a fine that waits for the president (CPL 119)."""
    return [r for r in requests_of(sitting.session, case) if r.fine_minor is not None and r.fine_approved is None]


def ordered_of(sitting: Sitting, case: Case, actor: Actor) -> list[EvidenceRequest]:
    """Orders to produce that are directed at the actor and not obeyed yet (EV 46, 48)."""
    found = requests_of(sitting.session, case, RequestState.ORDERED, RequestState.NOT_OBEYED)
    return [r for r in found if r.against_id is not None and r.against_id == actor.party_id]


def not_obeyed(sitting: Sitting, case: Case, actor: Actor) -> list[EvidenceRequest]:
    """Orders that were not obeyed (EV 48)."""
    return requests_of(sitting.session, case, RequestState.NOT_OBEYED)


def to_collect(sitting: Sitting, case: Case, actor: Actor) -> list[EvidenceRequest]:
    """What the court is to collect outside the case and has not yet (CPL 67)."""
    found = requests_of(sitting.session, case, RequestState.ORDERED)
    return [r for r in found if r.kind is RequestKind.COLLECTION]


def produced_by(sitting: Sitting, case: Case, party: Party, upload: Upload) -> DocketEntry | None:
    """The entry by which a party produces a file it was ordered to produce, where the exhibit in hand follows from it. Such a
    file is due when the order says, whatever became of the party's own time for evidence (EV 45, 46).
    """
    if not sitting.has_written(DocketEntry):
        return None  # It follows in the Sitting that records the production.
    before = entry(sitting.session, case, sitting.next_number(case) - 1)
    if before is None or before.act != names.PRODUCE_ORDERED or before.party_id != party.id:
        return None
    return before if json.loads(before.payload)["input"]["upload"] == upload.reference else None


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
    return RulingPaper(
        **head(sitting, case, language, at),
        subject=request.kind.label,
        signatories=signatures(sitting, case),
        parties=party_block(sitting, case),
        orders=[order],
        history=[opening(sitting, case), T("Before the court is: %(what)s.", what=title_of(case, request))],
        basis=basis(sitting.pack(case), ["CPL 67"], of=Basis.RULING),
        reasons=[Reason(line.strip()) for line in reasons.splitlines() if line.strip()],
        remedy=T("No appeal lies against this ruling; it may be raised together with an appeal against the judgment."),
    )
