"""What stands in one case, read by plain queries: entries, papers, windows, hearings. Nothing of it asks the court what
it thinks of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Party, Role, Seat, Track
from odr.evidence.models import Exhibit
from odr.filing.models import Claim, Relief
from odr.hearing.models import Examination, Hearing, Opinion
from odr.hearing.vocabulary import HearingState, PhaseState, Presence
from odr.identity.models import Account
from odr.judgment.models import AppealPetition, Decision, Finding, Obligation
from odr.judgment.vocabulary import AppealState, DecisionKind, DecisionState
from odr.payments.models import AssessmentState, FeeAssessment, ReliefRequest, ReliefState
from odr.procedure.models import Window
from odr.service.models import Packet
from odr.service.vocabulary import PacketState

ARRIVED = (PacketState.SERVED, PacketState.PRESUMED)
SIDES = (Role.CLAIMANT, Role.RESPONDENT)
DECIDING = (Role.JUDGE, Role.ASSESSOR)


@dataclass(frozen=True)
class Entry:
    """One entry of the docket, opened."""

    number: int
    act: str
    role: Role
    party_id: int | None
    account_id: int | None
    at: datetime
    payload: dict[str, Any]

    @property
    def result(self) -> dict[str, Any]:
        """Facts the court added."""
        return self.payload.get("result") or {}

    @property
    def given(self) -> dict[str, Any]:
        """What was given with the act."""
        return self.payload.get("input") or {}


class Record:
    """The record of a case at one instant."""

    def __init__(self, session: Session, case_id: int, now: datetime) -> None:
        self.session, self.now = session, now
        self.case = session.get_one(Case, case_id)

    def _all(self, model: Any) -> list[Any]:
        return list(self.session.scalars(select(model).where(model.case_id == self.case.id).order_by(model.id)))

    @cached_property
    def entries(self) -> list[Entry]:
        """Every entry in order."""
        rows = self.session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == self.case.id).order_by(DocketEntry.number)
        )
        return [
            Entry(e.number, e.act, e.role, e.party_id, e.account_id, e.effective_at, json.loads(e.payload))
            for e in rows
        ]

    def of(self, *acts: str, party: Party | None = None, after: int = 0) -> list[Entry]:
        """Entries of some acts, of one party."""
        return [
            e for e in self.entries if e.act in acts and e.number > after and (party is None or e.party_id == party.id)
        ]

    @cached_property
    def parties(self) -> list[Party]:
        """Who is in the case now."""
        return [p for p in self.case.parties if p.left_at is None]

    @property
    def respondents(self) -> list[Party]:
        """Against whom it goes."""
        return [p for p in self.parties if p.role is Role.RESPONDENT]

    @property
    def track(self) -> Track:
        """The procedure."""
        return self.case.track

    @property
    def bench(self) -> list[Seat]:
        """Who decides now."""
        return [s for s in self.deciding_seats if s.until_at is None]

    @property
    def deciding_seats(self) -> list[Seat]:
        """Every seat of somebody who decides, of now and of before."""
        return [s for s in self._all(Seat) if s.role in DECIDING]

    @property
    def claims(self) -> list[Claim]:
        """What is asked for now."""
        return [c for c in self._all(Claim) if c.withdrawn_at is None]

    @property
    def reliefs(self) -> list[Relief]:
        """Everything asked for now, head by head."""
        standing = [c.id for c in self.claims]
        return list(self.session.scalars(select(Relief).where(Relief.claim_id.in_(standing))))

    # Service

    @cached_property
    def packets(self) -> list[Packet]:
        """Everything that went to anybody."""
        return self._all(Packet)

    def arrived(self, party: Party, occasion: str | None = None, entry: int | None = None) -> Packet | None:
        """The first paper of an occasion, or with an entry, that arrived at a party and still counts as arrived."""
        found = [
            p
            for p in self.packets
            if p.party_id == party.id
            and p.state in ARRIVED
            and p.effective_at is not None
            and (occasion is None or p.occasion == occasion)
            and (entry is None or entry in p.entry_ids)
        ]
        return min(found, key=lambda p: p.effective_at or self.now, default=None)

    def written(self, party: Party, occasion: str | None) -> bool:
        """Whether a paper of an occasion went to a party and was not taken back."""
        return any(
            p.party_id == party.id and p.occasion == occasion and p.state is not PacketState.UNDONE
            for p in self.packets
        )

    # Time limits

    @cached_property
    def windows(self) -> list[Window]:
        """Every time limit ever started."""
        return self._all(Window)

    # Examination

    @cached_property
    def examinations(self) -> list[Examination]:
        """Every examination."""
        return self._all(Examination)

    @property
    def hearings(self) -> list[Hearing]:
        """Hearings at one hour that were held."""
        return [h for h in self._all(Hearing) if h.state is HearingState.HELD and h.recorded_by is not None]

    @cached_property
    def begun_anew(self) -> int:
        """Number of the entry by which the case was sent back or retried; 0 where it was not."""
        found = [e.number for e in self.of("record_appeal_outcome") if e.given.get("outcome") == "sent_back"]
        found += [e.number for e in self.of("record_retrial_outcome") if e.given.get("ordered")]
        found += [e.number for e in self.of("rule_on_retrial") if e.given.get("answer") == "order"]
        return max(found, default=0)

    def heard_since(self, before: int | None = None) -> int:
        """Number of the entry, before another one, since which what is heard counts: the case was sent back or retried, or
        what was heard without somebody who was never called fell. 0 where all of it counts.
        """
        fell = [e.replaced_by for e in self.examinations if e.replaced_by is not None]
        return max([self.begun_anew, *(n for n in fell if before is None or n < before)])

    def closed_phases(self, *keys: str) -> list[Any]:
        """Phases of these kinds that came to their end in the trial that counts."""
        counted = [e for e in self.examinations if e.opened_by > self.heard_since()]
        return [p for e in counted for p in e.phases if p.key in keys and p.state is PhaseState.CLOSED]

    def came(self, party: Party, hearing: Hearing) -> bool:
        """Whether a party took part in a hearing."""
        mine = [a for a in hearing.attendances if a.party_id == party.id]
        return any(a.presence is not Presence.ABSENT and a.away is None for a in mine)

    @property
    def exhibits(self) -> list[Exhibit]:
        """Every exhibit."""
        return self._all(Exhibit)

    @property
    def opinions(self) -> list[Opinion]:
        """Opinions that stand."""
        return [o for o in self._all(Opinion) if o.retracted_by is None]

    @property
    def findings(self) -> list[Finding]:
        """Findings that stand."""
        return [f for f in self._all(Finding) if f.replaced_by is None]

    # Decision and after

    @property
    def decisions(self) -> list[Decision]:
        """Decisions that were issued and stand."""
        return [d for d in self._all(Decision) if d.state is DecisionState.ISSUED]

    @property
    def judgment(self) -> Decision | None:
        """The judgment on the whole that stands."""
        found = [d for d in self.decisions if d.kind is not DecisionKind.PARTIAL]
        return found[-1] if found else None

    @property
    def fees_due(self) -> list[FeeAssessment]:
        """Fees of which money is missing."""
        return [f for f in self._all(FeeAssessment) if f.state is AssessmentState.DUE]

    @property
    def ask_relief(self) -> set[int]:
        """Parties whose request for help with a fee is not decided."""
        return {r.party_id for r in self._all(ReliefRequest) if r.state is ReliefState.PENDING}

    @property
    def appeals(self) -> list[AppealPetition]:
        """Appeals that are neither decided nor withdrawn."""
        live = (AppealState.FILED, AppealState.ANSWERED, AppealState.SENT)
        return [a for a in self._all(AppealPetition) if a.state in live]

    @property
    def obligations(self) -> list[Obligation]:
        """What is owed."""
        return [o for o in self._all(Obligation) if o.done_at is None and o.ended_at is None]

    def name_of(self, account_id: int | None) -> str:
        """An account's name."""
        account = self.session.get(Account, account_id) if account_id is not None else None
        return account.name if account is not None else ""
