"""Whether the rows of fines and detentions say what the docket says, and each that was ordered has its number in the ledger."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document
from odr.register import names
from odr.register.enforcement_list.sanctions.models import Custody, SanctionState
from odr.register.enforcement_list.sanctions.queries import sanctions_of
from odr.register.publication.models import Publication

if TYPE_CHECKING:
    from odr.procedure.court import Court


PROPOSED = frozenset({names.PROPOSE_SANCTION, names.PROPOSE_SANCTION_IN_HEARING, names.PROPOSE_SANCTION_FOR_CONDUCT})


@dataclass
class _Told:
    """A fine or detention as the entries of the docket make it."""

    state: SanctionState = SanctionState.ASKED
    custody: Custody = Custody.NONE
    fine: int = 0
    days: int = 0
    decided: int | None = None
    begun: datetime | None = None

    def follow(self, entry: DocketEntry, given: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Take the next entry about it."""
        if entry.act == names.REFUSE_SANCTION:
            self.state = SanctionState.REFUSED
        elif entry.act in PROPOSED:
            self.state, self.fine, self.days = SanctionState.PROPOSED, result["fine"], result["days"]
        elif entry.act == names.DECIDE_SANCTION and "fine" not in result:
            self.state = SanctionState.DECLINED
        elif entry.act == names.DECIDE_SANCTION:
            self.state, self.fine, self.days = SanctionState.DECIDED, result["fine"], result["days"]
            self.decided, self.custody = entry.number, Custody.DUE if self.days else Custody.NONE
        elif entry.act == names.RECORD_DETENTION:
            self.custody = Custody.HELD
            self.begun = datetime.fromisoformat(result["until"]) - timedelta(days=self.days)
        elif entry.act == names.DECIDE_RELEASE and given.get("answer") == "release":
            self.custody = Custody.OVER
        elif entry.act == names.RECORD_SANCTION_REVIEW:
            self._reviewed(entry, given, result)
        elif entry.act == names.END_SANCTION and self.state is SanctionState.PROPOSED:
            self.state = SanctionState.DECLINED
        elif entry.act == names.END_SANCTION:
            self._free()

    def _reviewed(self, entry: DocketEntry, given: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        shorter, self.fine, self.days = result["days"] < self.days, result["fine"], result["days"]
        if given.get("answer") == "lifted":
            self.state = SanctionState.LIFTED
        served = self.begun is not None and self.begun + timedelta(days=self.days) <= entry.effective_at
        if shorter and (not self.days or served):
            self._free()

    def _free(self) -> None:
        self.custody = {Custody.HELD: Custody.OVER, Custody.DUE: Custody.DROPPED}.get(self.custody, self.custody)


def audit_case_sanctions(court: Court, session: Session, case: Case) -> Iterator[str]:
    """Fines and detentions of a case whose row is not what the docket says, or whose decision has no number."""
    rows = sanctions_of(session, case)
    told, papers = _told(session, case)
    for reference in sorted(told.keys() - {row.reference for row in rows}):
        yield f"sanction {reference}: the docket tells of it, and there is no such row"
    for row in rows:
        said = told.get(row.reference)
        if said is None:
            yield f"sanction {row.reference}: the docket tells nothing of it"
            continue
        # A request whose ground fell is answered by the entry that let it fall, which is about something else.
        fell = said.state is SanctionState.ASKED and row.state is SanctionState.REFUSED and row.over_ground is not None
        if not fell and row.state is not said.state:
            yield f"sanction {row.reference}: it is {row.state.value}, the docket says {said.state.value}"
        mine = row.custody, row.fine_minor, row.days, row.decided_entry
        if mine != (said.custody, said.fine, said.days, said.decided):
            yield (
                f"sanction {row.reference}: custody {row.custody.value}, fine {row.fine_minor}, {row.days} days of entry "
                f"{row.decided_entry}; the docket says {said.custody.value}, {said.fine}, {said.days} of entry {said.decided}"
            )
    yield from _without_number(court, session, case, papers)


def _told(session: Session, case: Case) -> tuple[dict[str, _Told], dict[str, tuple[str, str]]]:
    """What the docket says of each by its reference; and the papers of the decisions, with their act and answer."""
    found: dict[str, _Told] = {}
    papers: dict[str, tuple[str, str]] = {}
    entries = session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == case.id, DocketEntry.act.in_(_ABOUT))
        .order_by(DocketEntry.number)
    )
    for entry in entries:
        payload = json.loads(entry.payload)
        given, result = payload.get("input") or {}, payload.get("result") or {}
        found.setdefault(str(result["sanction"]), _Told()).follow(entry, given, result)
        if "document" in result:
            papers[str(result["document"])] = entry.act, str(given.get("answer"))
    return found, papers


_ABOUT = (
    names.ASK_FOR_SANCTION,
    names.REFUSE_SANCTION,
    *sorted(PROPOSED),
    names.DECIDE_SANCTION,
    names.RECORD_DETENTION,
    names.ASK_FOR_RELEASE,
    names.DECIDE_RELEASE,
    names.ASK_SANCTION_REVIEW,
    names.RECORD_SANCTION_REVIEW,
    names.END_SANCTION,
)


def _without_number(court: Court, session: Session, case: Case, papers: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    rules = court.look(session).pack(case).publication
    if rules is None or not papers:
        return
    numbered = set(
        session.scalars(
            select(Document.reference)
            .join(Publication, Publication.document_id == Document.id)
            .where(Publication.case_id == case.id)
        )
    )
    for paper, (act, answer) in papers.items():
        wanted = rules.kind_of("ruling", act, ended=False, answer=answer) is not None
        if wanted and paper not in numbered:
            yield f"paper {paper} of {act}: it has no number in the ledger of decisions"
