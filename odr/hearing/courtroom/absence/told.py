"""What was said of somebody who was away from a hearing: the reasons they told the court, and the rulings, as the docket has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
    return [
        Told(number, result["hearing"], result["party"], given["why"])
        for number, given, result in _recorded(session, case, party, names.EXPLAIN_ABSENCE)
    ]


def rulings_on(session: Session, case: Case, party: Party) -> list[Ruled]:
    """Rulings on a party who was away, in order."""
    return [
        Ruled(number, result["hearing"], result["party"], result["answer"])
        for number, _, result in _recorded(session, case, party, names.RULE_ON_ABSENCE)
    ]


def _recorded(session: Session, case: Case, party: Party, act: str) -> Iterator[tuple[int, Any, Any]]:
    """Number, input and result of each entry of an act that is about a party."""
    for entry in entries_of(session, case, act):
        payload = json.loads(entry.payload)
        if payload["result"]["party"] == party.label:
            yield entry.number, payload["input"], payload["result"]
