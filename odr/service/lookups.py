"""Finding packets of a case as somebody may see them."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, Case, Party
from odr.identity.actors import Actor
from odr.procedure.models import Task
from odr.procedure.resolvers import resolver
from odr.procedure.working import text_from_json
from odr.service import desks
from odr.service.kinds import LIVE_ATTEMPT_STATES, Channel, FactKind, PacketState
from odr.service.models import Packet, ServiceAbroad, ServiceAttempt, ServiceFact
from odr.text import T, Text

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from odr.procedure.sitting import Sitting

SERVED_STATES = (PacketState.SERVED, PacketState.PRESUMED)
FAILURES = frozenset({FactKind.BOUNCED, FactKind.FAILED, FactKind.RETURNED, FactKind.NOBODY_THERE, FactKind.REFUSED})
BODILY = frozenset(
    {Channel.POST, Channel.DIRECT, Channel.RESIDENCE, Channel.ENTRUSTED, Channel.INSTITUTION, Channel.ABROAD}
)


def packets_of(session: Session, case: Case, *states: PacketState, party_id: int | None = None) -> list[Packet]:
    """Packets of a case, the newest first."""
    query = select(Packet).where(Packet.case_id == case.id).order_by(Packet.id.desc())
    if states:
        query = query.where(Packet.state.in_(states))
    if party_id is not None:
        query = query.where(Packet.party_id == party_id)
    return list(session.scalars(query))


@resolver("packet")
def find_packet(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Packet | None:
    """A packet by its reference: the court's people find all, a party its own."""
    found = sitting.session.scalar(select(Packet).where(Packet.case_id == case.id, Packet.reference == reference))
    if found is None or actor.role in COURT_ROLES:
        return found
    return found if actor.party_id == found.party_id else None


def party_of_packet(case: Case, packet: Packet) -> Party:
    """Whom a packet is for."""
    return next(p for p in case.parties if p.id == packet.party_id)


def packet_words(packet: Packet) -> Text:
    """A packet in one line: what, to whom, where it stands."""
    return T(
        "%(what)s, to %(party)s (%(state)s)",
        what=text_from_json(packet.title),
        party=packet.recipient_name,
        state=packet.state.label,
    )


def facts_of(session: Session, packet: Packet) -> list[ServiceFact]:
    """What is on record of a packet, in the order it happened."""
    return list(
        session.scalars(
            select(ServiceFact).where(ServiceFact.packet_id == packet.id).order_by(ServiceFact.at, ServiceFact.id)
        )
    )


def why_not_announced(session: Session, packet: Packet) -> Text | None:
    """Why announcement is not open yet: it is the last resort, after every other way failed on record (CPL 95)."""
    if packet.is_call:
        return T("A notice to somebody who is no party is not announced.")
    if packet.state in SERVED_STATES:
        return T("This paper has been served.")
    if packet.state in (PacketState.HELD, PacketState.UNDONE):
        return T("This paper has not gone out.")
    if session.scalar(
        select(ServiceAttempt.id)
        .where(ServiceAttempt.packet_id == packet.id, ServiceAttempt.state.in_(LIVE_ATTEMPT_STATES))
        .limit(1)
    ):
        return T("Another way is still being tried.")
    if not any(f.kind in FAILURES and f.channel in BODILY for f in facts_of(session, packet)):
        return T("There is no record yet that post or handing over failed. Try them first and record what came of it.")
    return None


def causes_recorded(session: Session, packet: Packet) -> bool:
    """Whether the record of why every other way failed stands (CPL 95)."""
    return any(f.kind is FactKind.CAUSES_RECORDED for f in facts_of(session, packet))


def contested(sitting: Sitting, case: Case) -> list[Packet]:
    """Packets whose service a party has rebutted and no judge has decided on."""
    subjects = [
        task.subject
        for task in sitting.session.scalars(
            select(Task).where(Task.case_id == case.id, Task.kind == desks.REBUTTAL.kind, Task.done_at.is_(None))
        )
    ]
    return [p for p in packets_of(sitting.session, case) if p.reference in subjects]


def instant(day: date, hour: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    """A day and an hour of the court's zone as an instant; without an hour the end of the day, and never later than
    now.

    The later instant is the safer one: no time limit begins before what is shown.
    """
    at = datetime.combine(day, time.fromisoformat(hour) if hour else time(23, 59, 59), tzinfo=zone)
    return min(at, now) if hour is None else at


def abroad_of(session: Session, case: Case) -> list[ServiceAbroad]:
    """Services abroad of a case, the newest first."""
    return list(
        session.scalars(select(ServiceAbroad).where(ServiceAbroad.case_id == case.id).order_by(ServiceAbroad.id.desc()))
    )


@resolver("service_abroad")
def find_abroad(sitting: Sitting, case: Case, actor: Actor, reference: str) -> ServiceAbroad | None:
    """A service abroad by its reference; of the court's people only."""
    if actor.role not in COURT_ROLES:
        return None
    return sitting.session.scalar(
        select(ServiceAbroad).where(ServiceAbroad.case_id == case.id, ServiceAbroad.reference == reference)
    )
