"""What the pages of service show. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Document, Role, Seat
from odr.identity.actors import Actor
from odr.procedure.working import text_from_json
from odr.service.deemed import Conclusion, Reason, Weight
from odr.service.kinds import Channel, PacketState, TaskReason
from odr.service.ledger import Ledger, service_ledger
from odr.service.lookups import packets_of
from odr.service.models import InboxItem, Packet, ProofOfService, ServiceAddress, ServiceAttempt, ServiceConsent, ServiceFact, ServiceTask
from odr.service.pack_rules import rules_for
from odr.service.packets import consents_of, weigh_packet
from odr.service.proof import count_proofs
from odr.text import T, Text

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

TINTS = {
    PacketState.HELD: "wait",
    PacketState.OUT: "wait",
    PacketState.SERVED: "ok",
    PacketState.PRESUMED: "ok",
    PacketState.NOT_SERVED: "bad",
    PacketState.UNDONE: "none",
}
WEIGHT_WORDS = {
    Weight.EFFECTIVE: (T("Effective"), "ok"),
    Weight.PRESUMED: (T("Presumed"), "ok"),
    Weight.PENDING: (T("Counts later"), "wait"),
    Weight.NOTHING: (T("Not service"), "none"),
}
NEXT_STEPS = {
    TaskReason.NO_ADDRESS: T("Search for an address, then send it again"),
    TaskReason.REFUSED: T("Serve by another way, or send it again to another address"),
    TaskReason.GIVEN_UP: T("Serve by another way, or send it again to another address"),
    TaskReason.BOUNCED: T("Post is the next way; record what comes of it"),
    TaskReason.NOT_SERVED: T("Hand it over, or order announcement where it is open"),
    TaskReason.REPLY: T("Read the answer and enter it"),
}


@dataclass(frozen=True)
class Step:
    """One thing that happened to a packet and what it is worth."""

    fact: ServiceFact
    reason: Reason
    where: str

    @property
    def worth(self) -> Text:
        """What the fact is worth, in words."""
        return WEIGHT_WORDS[self.reason.weight][0]

    @property
    def tint(self) -> str:
        """The shape of the status."""
        return WEIGHT_WORDS[self.reason.weight][1]


@dataclass(frozen=True)
class PacketView:
    """A packet as a page shows it: where it stands, why, with which papers and proofs."""

    packet: Packet
    title: Text
    tint: str
    conclusion: Conclusion
    steps: Sequence[Step]
    papers: Sequence[Document]
    proofs: Sequence[tuple[ProofOfService, Document | None]]

    @property
    def rule(self) -> Reason | None:
        """The reason that made it service."""
        return next((r for r in self.conclusion.reasons if r.at == self.conclusion.effective_at and r.weight in (Weight.EFFECTIVE, Weight.PRESUMED)), None)


def packet_view(court: Sitting, case: Case, packet: Packet) -> PacketView:
    """Gather one packet with its reasoning as the rules give it now."""
    session = court.session
    conclusion = weigh_packet(session, packet, rules_for(court.court)(session, packet), now=court.now)
    facts = {f.event_id: f for f in session.scalars(select(ServiceFact).where(ServiceFact.packet_id == packet.id))}
    used = session.execute(
        select(ServiceAttempt.id, ServiceAddress.value)
        .join(ServiceAddress, ServiceAttempt.address_id == ServiceAddress.id)
        .where(ServiceAttempt.packet_id == packet.id)
    )
    where: dict[int, str] = {}
    for attempt_id, value in used:
        where[attempt_id] = value
    steps = [Step(facts[r.event_id], r, where.get(facts[r.event_id].attempt_id or 0, "")) for r in conclusion.reasons if r.event_id in facts]
    references = [paper["reference"] for paper in packet.documents]
    papers = session.scalars(select(Document).where(Document.case_id == case.id, Document.reference.in_(references), Document.sha256 != "")).all()
    proofs = session.scalars(select(ProofOfService).where(ProofOfService.packet_id == packet.id).order_by(ProofOfService.ordinal)).all()
    digests = [p.document_sha256 for p in proofs if p.document_sha256]
    sealed = {d.sha256: d for d in session.scalars(select(Document).where(Document.case_id == case.id, Document.sha256.in_(digests)))}
    return PacketView(
        packet, text_from_json(packet.title), TINTS[packet.state], conclusion, steps, papers, [(p, sealed.get(p.document_sha256 or "")) for p in proofs]
    )


@dataclass(frozen=True)
class AddressView:
    """Where a party can be reached, and what it agreed to."""

    name: str
    addresses: Sequence[ServiceAddress]
    consent: ServiceConsent | None


@dataclass(frozen=True)
class ServicePage:
    """The service page of a case for one viewer."""

    packets: Sequence[PacketView]
    reach: Sequence[AddressView]
    inbox: Sequence[InboxItem]


def service_page(court: Sitting, case: Case, actor: Actor) -> ServicePage:
    """A party sees what goes to it; the people of the court see everything."""
    session = court.session
    packets = [packet_view(court, case, p) for p in packets_of(session, case, party_id=actor.party_id)]
    shown = [p for p in case.parties if actor.party_id in (None, p.id)]
    return ServicePage(packets, [_reach(session, p.id, p.name) for p in shown], inbox_items(session, actor))


def _reach(session: Session, party_id: int, name: str) -> AddressView:
    addresses = session.scalars(
        select(ServiceAddress).where(ServiceAddress.party_id == party_id, ServiceAddress.ended_at.is_(None), ServiceAddress.channel != Channel.PLATFORM)
    ).all()
    live = [c for c in consents_of(session, party_id) if c.withdrawn_at is None]
    return AddressView(name, addresses, live[-1] if live else None)


def inbox_items(session: Session, actor: Actor) -> list[InboxItem]:
    """A party's inbox, the newest first."""
    if actor.party_id is None:
        return []
    return list(
        session.scalars(select(InboxItem).where(InboxItem.party_id == actor.party_id).order_by(InboxItem.placed_at.desc(), InboxItem.id.desc()).limit(200))
    )


# -- the clerk's desk ------------------------------------------------------------------


@dataclass(frozen=True)
class DeskRow:
    """One packet that needs the clerk, or is out: whose, what, why, what next."""

    case: Case
    packet: Packet
    title: Text
    state: Text
    tint: str
    why: Sequence[Text | str]
    next_step: Text
    act: str | None


@dataclass(frozen=True)
class DeskPage:
    """The service desk: what needs the clerk first, then what is out; the day's ledger."""

    failed: Sequence[DeskRow]
    overdue: Sequence[DeskRow]
    held: Sequence[DeskRow]
    out: Sequence[DeskRow]
    proved_today: int
    ledger: Ledger
    total: Ledger
    silent: Sequence[tuple[Packet, Case | None]]
    day: datetime


def service_desk(court: Court, session: Session, account_id: int, limit: int = 200) -> DeskPage:
    """Gather the desk of one clerk: packets of the cases in which she sits; the ledger counts the whole court."""
    now = court.clock.now()
    midnight = now.astimezone(court.settings.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    seats = select(Seat.case_id).where(Seat.account_id == account_id, Seat.role == Role.CLERK, Seat.until_at.is_(None))
    live = (PacketState.HELD, PacketState.OUT, PacketState.NOT_SERVED)
    rows = session.execute(
        select(Packet, Case)
        .join(Case, Case.id == Packet.case_id)
        .where(Packet.case_id.in_(seats), Packet.state.in_(live))
        .order_by(Packet.queued_at, Packet.id)
        .limit(limit)
    ).all()
    tasks: dict[int, list[ServiceTask]] = {}
    for task in session.scalars(
        select(ServiceTask).where(ServiceTask.packet_id.in_([p.id for p, _ in rows]), ServiceTask.closed_at.is_(None)).order_by(ServiceTask.id)
    ):
        tasks.setdefault(task.packet_id, []).append(task)
    groups: dict[str, list[DeskRow]] = {"failed": [], "overdue": [], "held": [], "out": []}
    for packet, case in rows:
        name, row = _row(case, packet, tasks.get(packet.id, []), now)
        groups[name].append(row)
    ledger, total = (service_ledger(session, now=now, machine_now=court.clock.machine_now(), since=since) for since in (midnight, None))
    silent = session.execute(select(Packet, Case).outerjoin(Case, Case.id == Packet.case_id).where(Packet.id.in_(total.silent)).order_by(Packet.id)).all()
    return DeskPage(**groups, proved_today=count_proofs(session, since=midnight), ledger=ledger, total=total, silent=[(p, c) for p, c in silent], day=now)


CLAIM_DAYS = timedelta(days=5)
"""Within so many days after acceptance the claim is to be served (CPL 128)."""


def _row(case: Case, packet: Packet, tasks: Sequence[ServiceTask], now: datetime) -> tuple[str, DeskRow]:
    title = text_from_json(packet.title)
    if packet.state is PacketState.HELD:
        step = T("Goes out at %(at)s. Nothing to do, or take it back.", at=packet.hold_until) if packet.hold_until else T("Nothing to do")
        return "held", DeskRow(case, packet, title, packet.state.label, "wait", [], step, "undo_sending")
    why: list[Text | str] = []
    for task in tasks:
        why += [task.reason.label, *([task.words] if task.words else [])]
    if tasks or packet.state is PacketState.NOT_SERVED:
        step = NEXT_STEPS[tasks[-1].reason if tasks else TaskReason.NOT_SERVED]
        return "failed", DeskRow(case, packet, title, T("Failed"), "bad", why or [packet.state.label], step, "serve_again")
    limit = packet.due_at or (packet.queued_at + CLAIM_DAYS if packet.occasion == "claim" else None)
    if limit is not None and limit < now:
        late = T("Overdue %(count)s days", count=max(1, (now - limit).days))
        because = T("Out since %(day)s; nothing shows that it arrived.", day=packet.queued_at)
        return "overdue", DeskRow(case, packet, title, late, "warn", [because], T("Trace the letter, or serve by another way"), "record_outcome")
    return "out", DeskRow(case, packet, title, packet.state.label, "wait", [], T("Nothing to do"), None)
