"""Finding inquiries by other courts. No flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.docket.queries import rows_of
from odr.evidence.entrusted.models import EntrustedInquiry, EntrustedState as S
from odr.identity.actors import Actor

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

WINDOW = "entrusted_inquiry"


def inquiries_of(session: Session, case: Case, *states: S) -> list[EntrustedInquiry]:
    """Inquiries by other courts in order, all or those in certain states."""
    return rows_of(session, EntrustedInquiry, case, *states)


# One function for each act: what its list offers, what opens it and what it takes are the same.


def on_their_way(sitting: Sitting, case: Case, actor: Actor) -> list[EntrustedInquiry]:
    """Letters of which nothing shows yet that the other court received them."""
    return inquiries_of(sitting.session, case, S.ORDERED)


def not_answered(sitting: Sitting, case: Case, actor: Actor) -> list[EntrustedInquiry]:
    """Inquiries that are not over."""
    return inquiries_of(sitting.session, case, S.ORDERED, S.RECEIVED)
