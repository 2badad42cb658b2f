"""What entries of the docket say, read from their payloads alone and never from a row that repeats it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Stage
from odr.procedure.acts.act_versions import NoUpcaster, current_input
from odr.procedure.acts.table import TABLE


@dataclass(frozen=True)
class EntryFacts:
    """One entry: its number, the row of the party who acted, and what its payload says."""

    number: int
    party_id: int | None
    payload: Mapping[str, Any]

    @property
    def act(self) -> str:
        """The act behind it."""
        return str(self.payload["act"])

    @property
    def result(self) -> Mapping[str, Any]:
        """What came of the act."""
        return self.payload.get("result") or {}

    @property
    def stages(self) -> tuple[Stage, Stage] | None:
        """The stage before and after; None in entries of format 1, which did not say it."""
        written = self.payload.get("stage")
        return (Stage(written["before"]), Stage(written["after"])) if written else None

    @property
    def times(self) -> tuple[datetime, ...]:
        """When it took effect and when it was recorded; where it records what took effect elsewhere before, when that did."""
        told = self.payload["effective_at"], self.payload["recorded_at"], self.result.get("in_effect_at")
        return tuple(datetime.fromisoformat(one) for one in told if one is not None)

    def given(self) -> dict[str, Any]:
        """What was given with the act, in today's form; nothing where today's court cannot read that version."""
        act = TABLE.get(self.act)
        if act is None:
            return {}
        try:
            return current_input(act, self.payload["version"], self.payload["input"])
        except (NoUpcaster, ValidationError, KeyError, TypeError):
            return {}


def entry_facts(session: Session, case: Case, *acts: str) -> Iterator[EntryFacts]:
    """The entries of a case in order, only those of the acts named where some are; read a few hundred at a time."""
    query = select(DocketEntry.number, DocketEntry.party_id, DocketEntry.payload).where(DocketEntry.case_id == case.id)
    if acts:
        query = query.where(DocketEntry.act.in_(acts))
    for number, party_id, payload in session.execute(
        query.order_by(DocketEntry.number).execution_options(yield_per=200)
    ):
        yield EntryFacts(number, party_id, json.loads(payload))
