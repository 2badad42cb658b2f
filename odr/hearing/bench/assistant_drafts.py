"""What a judge's assistant may draft: only the words of acts that the judge performs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.filing.models import Draft, DraftState
from odr.ground.text import T, Text
from odr.hearing import names

KIND = "bench/"
"""How the kind of such a draft begins; the name of the act follows."""


@dataclass(frozen=True)
class Drafted:
    """An act of the judge, and the field into which the drafted words go."""

    field: str
    title: Text


DRAFTED = {
    names.PUT_QUESTION: Drafted("words", T("A question to be put")),
    names.NOTE_IN_RECORD: Drafted("words", T("A note for the record")),
    names.LIST_ISSUES: Drafted("issues", T("The list of issues, one to a line")),
    names.CLOSE_HEARING: Drafted("reasons", T("Reasons for closing the hearing")),
}


def open_drafts(session: Session, case: Case) -> list[Draft]:
    """Drafts for the judge that they have neither adopted nor left aside, in order."""
    rows = select(Draft).where(Draft.case_id == case.id, Draft.state == DraftState.OPEN, Draft.kind.startswith(KIND))
    return list(session.scalars(rows.order_by(Draft.id)))


def drafted_words(draft: Draft) -> str:
    """What the assistant wrote."""
    return str(draft.values.get("words", ""))
