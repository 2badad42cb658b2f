"""Somebody outside asks to take part in a case of others by its number (CPL 59; CPI 81).

Whoever asks hears the same whether a case of that number is being heard or not, and as fast: the request is kept, and
put before the judge right after, by whoever does the worker's work. Only a ruling tells that there is such a case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Stage
from odr.filing import names
from odr.filing.models import OutsideRequest, Request, RequestKind, RequestState
from odr.filing.parties.inputs import InterventionInput
from odr.filing.parties.kept_outside import put_on_dockets
from odr.ground.errors import ActNotOpen
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR, actors_in
from odr.identity.models import Account
from odr.procedure.forms.inputs import CourtText, field

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

AGAIN_AFTER = timedelta(days=1)
"""How long after a request without an answer the same may be asked again."""


class TakePartInput(InterventionInput):
    """What somebody outside asks for, with the number of the case."""

    number: Annotated[
        str,
        CourtText(1, 80, one_line=True),
        field(T("Number of the case"), T("As it stands on a paper of the court or in a published notice.")),
    ]


@dataclass(frozen=True)
class OwnRequest:
    """What somebody outside asked for, and what became of it."""

    number: str
    request: Request | None

    @property
    def reasons(self) -> str | None:
        """Why it was refused."""
        return self.request.details.get("reasons") if self.request is not None else None

    @property
    def state(self) -> RequestState:
        """How it stands; no case of the number is as if nobody had decided yet."""
        return self.request.state if self.request is not None else RequestState.ASKED


def requests_from_outside(session: Session, account_id: int) -> list[OwnRequest]:
    """What an account asked for, newest first."""
    rows = session.execute(
        select(OutsideRequest.number, Request)
        .outerjoin(Request, Request.id == OutsideRequest.request_id)
        .where(OutsideRequest.account_id == account_id)
        .order_by(OutsideRequest.id.desc())
        .limit(50)
    )
    return [OwnRequest(number, request) for number, request in rows]


def ask_to_take_part(court: Court, account_id: int, given: TakePartInput) -> None:
    """Keep the request and have it put before the judge, if there is a case. Raises ActNotOpen where the same was asked
    within a day and nobody has decided.
    """
    with court.database.write() as session:
        earlier = select(OutsideRequest, Request).outerjoin(Request, Request.id == OutsideRequest.request_id)
        mine = (OutsideRequest.account_id == account_id, OutsideRequest.number == given.number)
        since = court.clock.now() - AGAIN_AFTER
        for _, request in session.execute(earlier.where(*mine, OutsideRequest.asked_at > since)):
            if request is None or request.state is RequestState.ASKED:
                raise ActNotOpen(
                    T("You have already asked. Wait a day before you ask again."),
                    source=court.cited_today("CPL 59", "CPI 81"),
                )
        words = given.model_dump(mode="json", exclude={"number"})
        kept = {"account_id": account_id, "number": given.number, "given": words}
        session.add(OutsideRequest(**kept, asked_at=court.clock.now()))
    court.beside(put_before_judges)


def put_before_judges(court: Court, limit: int = 50) -> int:
    """The worker's step: put what was asked on the docket of the case it names; what names none rests. Gives how many."""
    return put_on_dockets(court, OutsideRequest, _put, "a request to take part could not be put on its docket", limit)


def _put(sitting: Sitting, row: OutsideRequest, given: dict[str, Any]) -> None:
    running = select(Case).where(Case.number == row.number, Case.stage.in_((Stage.PENDING, Stage.HEARING)))
    case = sitting.session.scalar(running.with_for_update())
    account = sitting.session.get_one(Account, row.account_id)
    if case is None or actors_in(sitting.session, account, case, sitting.now):
        return
    asked = (Request.case_id == case.id, Request.kind == RequestKind.JOINDER)
    mine = (*asked, Request.subject == f"account/{account.id}", Request.state == RequestState.ASKED)
    row.request_id = sitting.session.scalar(select(Request.id).where(*mine).limit(1))
    if row.request_id is not None:
        return
    sitting.perform(names.RECORD_INTERVENTION, case, InterventionInput.model_validate(given), actor=CLOCK_ACTOR)
    made = sitting.session.scalars(select(Request).where(*asked).order_by(Request.id.desc()).limit(1)).one()
    made.subject = f"account/{account.id}"
    row.request_id = made.id
