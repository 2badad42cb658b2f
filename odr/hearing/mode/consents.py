"""The ledger of consent: who takes part online in which step of a case, in which way, and since when (OLR 4).

Consent to one step is never taken for consent to another. What nobody said stands
as such: then the party is dealt with offline until they say so.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Case, Party
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing.models import ModeConsent, StepConsent
from odr.procedure.acts.events import ClaimLodged, GoesOnOffline, GoesOnOnline, PartyJoined, StepsChosen
from odr.procedure.acts.letter import PaperKind
from odr.service.models import ServiceConsent
from odr.service.packet.packets import consents_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class Step(enum.Enum):
    """A step of a case that can be done online or not (OLR 1, 4)."""

    FILING = "filing"  # filing and getting papers of the case on the platform
    MEDIATION = "mediation"
    EVIDENCE = "evidence"  # exchange of evidence
    QUESTIONING = "questioning"  # being questioned before and beside the hearing
    HEARING = "hearing"  # the hearing, by video

    @property
    def label(self) -> Text:
        """The step in words."""
        return {
            Step.FILING: T("Filing, and reading the case"),
            Step.MEDIATION: T("Mediation"),
            Step.EVIDENCE: T("Exchange of evidence"),
            Step.QUESTIONING: T("Questioning"),
            Step.HEARING: T("Hearing by video"),
        }[self]


@dataclass(frozen=True)
class Said:
    """One thing a party said, and where it stands."""

    online: bool
    at: datetime
    entry: int | None
    words: Text | None = None


@dataclass
class Row:
    """One step of one party: everything said about it, the newest last."""

    title: Text
    said: list[Said] = field(default_factory=list)

    @property
    def stands(self) -> Said | None:
        """What holds now; None where nothing was said."""
        return self.said[-1] if self.said else None


@dataclass(frozen=True)
class Account:
    """What one party said to every step."""

    party: Party
    rows: list[Row]


def note_step(sitting: Sitting, case: Case, party: Party, step: Step, online: bool) -> None:
    """A row of the ledger: person × step × whether online."""
    row = StepConsent(
        case_id=case.id,
        party_id=party.id,
        step=step.value,
        online=online,
        entry_number=sitting.next_number(case),
        at=sitting.now,
    )
    sitting.session.add(row)
    sitting.session.flush()


def stands(session: Session, party: Party) -> dict[Step, bool]:
    """What a party said last to each step."""
    # Asked of one party after another: the same question about all of them is put once.
    rows = session.execute(
        built_once(
            lambda: (
                select(StepConsent.party_id, StepConsent.step, StepConsent.online)
                .where(StepConsent.case_id == party.case_id)
                .order_by(StepConsent.id)
            )
        )
    )
    return {Step(step): online for whose, step, online in rows if whose == party.id}


def on_claim_lodged(sitting: Sitting, event: ClaimLodged) -> None:
    """Who files online has chosen so for filing, and for nothing else (OLR 4(1), (4))."""
    case, claimant = event.case, event.claimant
    if claimant.online and (case.is_blank or Step.FILING not in stands(sitting.session, claimant)):
        note_step(sitting, case, claimant, Step.FILING, True)


def on_party_joined(sitting: Sitting, event: PartyJoined) -> None:
    """Who joins on the platform files and reads there (OLR 10)."""
    note_step(sitting, event.case, event.party, Step.FILING, True)


def on_goes_offline(sitting: Sitting, event: GoesOnOffline) -> None:
    """Who did not register takes no step online, whatever they said before (OLR 10(2)); rooms that prepare steps hear of
    it as of a choice.
    """
    chosen = [step for step, online in stands(sitting.session, event.party).items() if online]
    for step in chosen:
        note_step(sitting, event.case, event.party, step, False)
    if chosen:
        sitting.announce(StepsChosen(event.case, event.party, dict.fromkeys((s.value for s in chosen), False)))


def on_goes_online(sitting: Sitting, event: GoesOnOnline) -> None:
    """Who registered after all files and reads online again; to every other step they say so anew (OLR 4(4))."""
    note_step(sitting, event.case, event.party, Step.FILING, True)


def ledger_of(session: Session, case: Case) -> list[Account]:
    """Everything every party said, step by step."""
    found = []
    speakers = [p for p in case.parties if p.role in PARTY_ROLES and p.left_at is None]
    service = consents_of(session, *(p.id for p in speakers))
    for party in speakers:
        rows = {step: Row(step.label) for step in Step}
        every = session.scalars(select(StepConsent).where(StepConsent.case_id == case.id).order_by(StepConsent.id))
        for one in (one for one in every if one.party_id == party.id):
            rows[Step(one.step)].said.append(Said(one.online, one.at, one.entry_number))
        written = Row(T("Hearing in writing, each when it suits"))
        modes = session.scalars(select(ModeConsent).where(ModeConsent.case_id == case.id).order_by(ModeConsent.id))
        for agreed in (one for one in modes if one.party_id == party.id):
            written.said.append(Said(agreed.agrees, agreed.at, agreed.entry_number))
        found.append(Account(party, [*rows.values(), written, _service(service, party)]))
    return found


def _service(consents: Sequence[ServiceConsent], party: Party) -> Row:
    row = Row(T("Papers of the court by electronic service"))
    for one in (one for one in consents if one.party_id == party.id):
        kinds = [PaperKind(value).label for value in one.scope]
        words = T("%(way)s: %(count)s kinds of papers", way=one.way.label, count=len(kinds))
        row.said.append(Said(True, one.at, one.entry_id, words))
        if one.withdrawn_at is not None:
            row.said.append(Said(False, one.withdrawn_at, None))
    row.said.sort(key=lambda said: said.at)
    return row
