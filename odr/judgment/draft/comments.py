"""What the bench says to each other about a draft: never on the docket, in no file, read by nobody else (CPL 45). No flask."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from odr.docket.models import BENCH_ROLES, Case, Seat
from odr.ground.db import new_reference
from odr.ground.errors import NotFound
from odr.ground.keyset import A_PAGE, Key, Listed, page_of
from odr.ground.text import T, Text
from odr.identity.actors import Actor, serving
from odr.judgment.draft.models import DraftComment
from odr.procedure.forms import once
from odr.procedure.forms.inputs import CourtModel, CourtText, field

PARTS: dict[str, Text] = {
    "whole": T("The whole draft"),
    "history": T("How the case came before the court"),
    "claims": T("What is claimed"),
    "answers": T("What is answered"),
    "issues": T("Questions in dispute"),
    "findings": T("Findings"),
    "reasons": T("Reasons"),
    "orders": T("Orders"),
    "costs": T("Costs"),
}
"""What a comment can be about."""


class CommentInput(CourtModel):
    """A remark for the others on the bench."""

    part: Annotated[
        Literal["whole", "history", "claims", "answers", "issues", "findings", "reasons", "orders", "costs"],
        field(T("About which part"), options=PARTS),
    ] = "whole"
    words: Annotated[
        str,
        CourtText(1, 4000),
        field(T("Comment"), T("Read by the bench of this case alone. It never gets into the file."), widget="textarea"),
    ]


def comments_on(
    session: Session, case: Case, actor: Actor, *, open_only: bool = False, after: str | None = None, size: int = A_PAGE
) -> Listed[DraftComment]:
    """Comments of a case that somebody of its bench may read, the newest first."""
    query = select(DraftComment).where(DraftComment.case_id == case.id, _read_by(case, actor))
    if open_only:
        query = query.where(DraftComment.settled_at.is_(None))
    page = page_of(session, query, (Key(DraftComment.id, int, descending=True),), after, size)
    return page.of([row[0] for row in page.rows])


def _read_by(case: Case, actor: Actor) -> ColumnElement[bool]:
    """Since they took their seat: what was deliberated before, perhaps by others who sit no more, is not theirs to know."""
    return DraftComment.at >= _seated_since(case, actor).scalar_subquery()


def _seated_since(case: Case, actor: Actor) -> Select[datetime]:
    if actor.role not in BENCH_ROLES:
        raise NotFound
    return select(func.min(Seat.from_at)).where(Seat.case_id == case.id, serving(actor.account_id, *BENCH_ROLES))


def say(
    session: Session,
    case: Case,
    actor: Actor,
    given: CommentInput,
    draft_number: int | None,
    now: datetime,
    reference: str | None = None,
) -> DraftComment:
    """Say something to the bench; sent twice under one ``reference``, it is said once."""
    if session.scalar(_seated_since(case, actor)) is None:
        raise NotFound
    assert actor.account_id is not None
    row = DraftComment(
        reference=reference or new_reference(),
        case_id=case.id,
        account_id=actor.account_id,
        name=actor.name,
        role=actor.role,
        part=given.part,
        words=given.words,
        draft_number=draft_number,
        at=now,
    )
    return once.enter(session, row, said=("words", "part"), case_id=case.id, account_id=actor.account_id)


def settle_comment(session: Session, case: Case, actor: Actor, reference: str, now: datetime) -> None:
    """Mark a comment as dealt with; it stays readable. Raises NotFound for one that the actor may not read."""
    row = session.scalar(
        select(DraftComment).where(
            DraftComment.case_id == case.id, DraftComment.reference == reference, _read_by(case, actor)
        )
    )
    if row is None:
        raise NotFound
    if row.settled_at is None:
        row.settled_at, row.settled_by = now, actor.name
