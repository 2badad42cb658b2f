"""What was said of somebody who was away from a hearing: the reasons they told the court, and the rulings, as the docket has them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.docket.queries import entries_of
from odr.hearing import names

WITHDRAWN, DECIDED, EXCUSED = "withdrawn", "decided", "excused"
"""How the judge rules: the claim counts as withdrawn, it is decided without them, or there was a good reason."""


@dataclass(frozen=True)
class Told:
    """Why a party did not come, in their own words."""

    number: int
    hearing: str
    party: str
    why: str


@dataclass(frozen=True)
class Ruled:
    """A ruling on somebody who was away from a hearing."""

    number: int
    hearing: str
    party: str
    answer: str


def told_by(session: Session, case: Case, party: Party) -> list[Told]:
    """What a party told the court of why they did not come, in order."""
    found = []
    for entry in entries_of(session, case, names.EXPLAIN_ABSENCE):
        payload = json.loads(entry.payload)
        result = payload["result"]
        if result["party"] == party.label:
            found.append(Told(entry.number, result["hearing"], result["party"], payload["input"]["why"]))
    return found


def rulings_on(session: Session, case: Case, party: Party) -> list[Ruled]:
    """Rulings on a party who was away, in order."""
    found = []
    for entry in entries_of(session, case, names.RULE_ON_ABSENCE):
        result = json.loads(entry.payload)["result"]
        if result["party"] == party.label:
            found.append(Ruled(entry.number, result["hearing"], result["party"], result["answer"]))
    return found
