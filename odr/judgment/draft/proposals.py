"""Findings drafted by the judge's assistant: no part of the file until the judge adopts them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.filing.models import Draft, DraftState
from odr.judgment.vocabulary import STORAGE

KIND = "finding/"
"""How the kind of such a draft begins; the exhibit or fact it is on follows."""
KEPT = ("result", "reasons", "rests_on", "basis", "witness", "weak", *STORAGE)


def proposals(session: Session, case: Case) -> dict[str, Draft]:
    """Subject → the newest draft on it that the judge has neither used nor left aside."""
    rows = select(Draft).where(Draft.case_id == case.id, Draft.state == DraftState.OPEN, Draft.kind.startswith(KIND))
    return {d.kind.removeprefix(KIND): d for d in session.scalars(rows.order_by(Draft.id))}


def propose(
    session: Session, case: Case, account_id: int, name: str, subject: str, values: Mapping[str, Any], now: datetime
) -> None:
    """Put a draft on ``subject`` before the judge; the one before on the same is replaced."""
    settle(session, case, [subject], DraftState.EXPIRED)
    session.add(
        Draft(
            account_id=account_id,
            case_id=case.id,
            kind=KIND + subject,
            values={**{key: values[key] for key in KEPT if key in values}, "by": name},
            done_steps=[],
            state=DraftState.OPEN,
            created_at=now,
            saved_at=now,
        )
    )


def settle(session: Session, case: Case, subjects: list[str], state: DraftState) -> None:
    """Close the drafts on these: the judge has found on them, or leaves them aside."""
    wanted = [KIND + subject for subject in subjects]
    for row in session.scalars(
        select(Draft).where(Draft.case_id == case.id, Draft.state == DraftState.OPEN, Draft.kind.in_(wanted))
    ):
        row.state = state
