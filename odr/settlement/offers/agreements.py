"""An agreement from its first signature to the court: drawn up, signed, given to the judge, or failed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Document, Party, Stage
from odr.docket.queries import parties, void
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR
from odr.procedure.models import WindowState
from odr.settlement import desks, names, time_limits
from odr.settlement.inputs import AgreementRef
from odr.settlement.models import Agreement, AgreementSignature, AgreementState
from odr.settlement.queries import agreement_named

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def draw_up(sitting: Sitting, case: Case, **terms: Any) -> Agreement:
    """An agreement that waits for its signatures; ``terms`` are columns of :class:`Agreement`."""
    agreement = Agreement(
        case_id=case.id, entry_number=sitting.next_number(case), state=AgreementState.SIGNING, **terms
    )
    sitting.session.add(agreement)
    sitting.session.flush()
    return agreement


def waiting(sitting: Sitting, case: Case, reference: str, *states: AgreementState) -> Agreement:
    """The agreement a party answers. Raises ActNotOpen where it is not in one of ``states``."""
    agreement = agreement_named(sitting.session, case, reference)
    if agreement.state not in states:
        raise ActNotOpen(T("This agreement is not waiting for your signature."))
    return agreement


def close_waiting(sitting: Sitting, case: Case, agreement: Agreement) -> None:
    """Take the agreement off the judge's desk."""
    for desk in (desks.CONFIRM_AGREEMENT, desks.LEAVE_TO_WITHDRAW):
        sitting.close_tasks(case, desk, agreement.reference)


def fall(sitting: Sitting, case: Case, agreement: Agreement) -> None:
    """The agreement does not come about: nobody waits for it, and whoever checks a statement made of it is told that it does
    not hold, since it binds only when everybody has signed (CPL 100, 102).
    """
    agreement.state = AgreementState.FAILED
    sitting.close_windows(case, time_limits.AGREEMENT_ANNOUNCEMENT, WindowState.ENDED, subject=agreement.reference)
    close_waiting(sitting, case, agreement)
    paper = sitting.session.get(Document, agreement.document_id) if agreement.document_id is not None else None
    if paper is not None:
        void(paper, sitting.next_number(case), sitting.now)


def sign(
    sitting: Sitting, case: Case, agreement: Agreement, party_id: int, now: datetime, *, statement: bool = False
) -> None:
    """One signature; a second of the same party is refused."""
    if any(s.party_id == party_id and s.statement is statement for s in agreement.signatures):
        raise ActNotOpen(T("You have already signed this."))
    agreement.signatures.append(
        AgreementSignature(party_id=party_id, statement=statement, entry_number=sitting.next_number(case), at=now)
    )
    sitting.session.flush()


def has_signed(agreement: Agreement, party_id: int | None) -> bool:
    """Whether a party has signed the mediation statement, not only the agreement under it."""
    return any(s.party_id == party_id and s.statement for s in agreement.signatures)


def missing(case: Case, agreement: Agreement, *, statement: bool = False) -> list[Party]:
    """Parties whose signature is still wanted."""
    signed = {s.party_id for s in agreement.signatures if s.statement is statement}
    return [p for p in parties(case) if p.id not in signed]


def conclude(sitting: Sitting, case: Case, agreement: Agreement) -> None:
    """When the last party has signed, the agreed text goes to the court, as an entry of its own; before a claim it
    binds the parties by itself (OMR 19).
    """
    if missing(case, agreement):
        return
    if case.stage is Stage.MEDIATING:
        sitting.then(names.CONCLUDE_BEFORE_FILING, AgreementRef(agreement=agreement.reference), actor=CLOCK_ACTOR)
        return
    agreement.state = AgreementState.SIGNED
    sitting.then(names.SUBMIT_AGREEMENT, AgreementRef(agreement=agreement.reference), actor=CLOCK_ACTOR)
