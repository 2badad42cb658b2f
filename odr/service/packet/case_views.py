"""What the case page shows of service. No flask."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document, Party, Role, Seat
from odr.docket.visibility import reads_document
from odr.ground.keyset import Key, Listed, holds, page_of, page_of_lines
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor, serving
from odr.identity.sign_in.keys import keyring
from odr.procedure.acts.letter import PaperKind
from odr.procedure.models import Window, WindowState
from odr.procedure.rules.court_rules import Abroad
from odr.procedure.time.reckoning import reckon
from odr.procedure.time.written_working import text_from_json
from odr.service import names
from odr.service.abroad import LETTER, abroad_of, open_methods, translation_of
from odr.service.models import (
    InboxItem,
    Packet,
    ProofOfService,
    ServiceAbroad,
    ServiceAddress,
    ServiceConsent,
    ServiceFact,
    ServiceTask,
)
from odr.service.packet.acts import STATE_ABROAD
from odr.service.packet.deemed import Conclusion, Reason, Weight
from odr.service.packet.packets import addresses_of, attempts_of, consents_of, weigh_packets
from odr.service.packet.progress_codes import live_codes
from odr.service.packet.proof_of_service import count_proofs
from odr.service.queries import is_private, packets_of, told_of
from odr.service.registry.daily_ledger import Ledger, service_ledger
from odr.service.replies.mailbox import count_unknown
from odr.service.rules import cited, rules_for
from odr.service.sending.letter_words import LetterWords
from odr.service.vocabulary import CARRY_ON, AbroadStep, Channel, PacketState, TaskReason, carrier_said

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
    article: Text | str

    @property
    def said(self) -> str | None:
        """What the carrier said of it."""
        return carrier_said(self.fact.words)

    @property
    def address(self) -> str:
        """Where it went; the inbox on the court's platform is no address anybody could write down."""
        return "" if self.fact.channel is Channel.PLATFORM else self.where

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
    articles: Mapping[str, Text | str]
    """The articles of its reasons, written out."""

    @property
    def rule(self) -> Reason | None:
        """The reason that made it service."""
        return next(
            (
                r
                for r in self.conclusion.reasons
                if r.at == self.conclusion.effective_at and r.weight in (Weight.EFFECTIVE, Weight.PRESUMED)
            ),
            None,
        )


def packet_views(sitting: Sitting, case: Case, packets: Sequence[Packet], viewer: Actor) -> list[PacketView]:
    """Packets, a party's own by their titles, with their reasoning as the rules give it now and those of their papers that the
    viewer may open, with one look into the tables for all.
    """
    session, ids = sitting.session, [packet.id for packet in packets]
    conclusions = weigh_packets(session, packets, rules_for(sitting.court), now=sitting.now)
    facts = {
        f.event_id: f
        for f in session.scalars(built_once(lambda: select(ServiceFact).where(ServiceFact.packet_id.in_(ids))))
    }
    where = {
        attempt.id: session.get_one(ServiceAddress, attempt.address_id).value
        for attempt in attempts_of(session, packets)
        if attempt.address_id is not None
    }
    proofs = session.scalars(
        built_once(
            lambda: (
                select(ProofOfService)
                .where(ProofOfService.packet_id.in_(ids))
                .order_by(ProofOfService.packet_id, ProofOfService.ordinal)
            )
        )
    ).all()
    references = {paper["reference"] for packet in packets for paper in packet.documents}
    digests = {p.document_sha256 for p in proofs if p.document_sha256}
    documents = session.scalars(
        select(Document)
        .where(
            Document.case_id == case.id,
            Document.reference.in_(sorted(references)) | Document.sha256.in_(sorted(digests)),
        )
        .order_by(Document.id)
    ).all()
    shelf = _Shelf(facts, where, proofs, [d for d in documents if reads_document(viewer, d)])
    own = viewer.party_id is not None
    return [
        _view(sitting, case, packet, concluded, shelf, own=own)
        for packet, concluded in zip(packets, conclusions, strict=True)
    ]


@dataclass(frozen=True)
class _Shelf:
    """What the tables hold of the packets in hand."""

    facts: Mapping[str, ServiceFact]
    where: Mapping[int, str]
    proofs: Sequence[ProofOfService]
    documents: Sequence[Document]


def _view(
    sitting: Sitting, case: Case, packet: Packet, conclusion: Conclusion, shelf: _Shelf, *, own: bool
) -> PacketView:
    pack = sitting.pack(case)
    articles = {r.article: cited(pack, r.article) for r in conclusion.reasons}
    shown = [(shelf.facts[r.event_id], r) for r in conclusion.reasons if r.event_id in shelf.facts]
    steps = [Step(fact, r, shelf.where.get(fact.attempt_id or 0, ""), articles[r.article]) for fact, r in shown]
    title = text_from_json(packet.title) if own else told_of(packet)
    references = {paper["reference"] for paper in packet.documents}
    sealed = {d.sha256: d for d in shelf.documents if d.sha256}
    return PacketView(
        packet,
        title,
        TINTS[packet.state],
        conclusion,
        steps,
        [d for d in shelf.documents if d.reference in references and d.sha256],
        [(p, sealed.get(p.document_sha256 or "")) for p in shelf.proofs if p.packet_id == packet.id],
        articles,
    )


@dataclass(frozen=True)
class AddressView:
    """Where a party can be reached, what it agreed to and for which papers, what was searched, and whether it carries
    on.
    """

    name: str
    addresses: Sequence[ServiceAddress]
    consent: ServiceConsent | None
    scope: Sequence[Text] = ()
    searches: Sequence[tuple[datetime, dict[str, str]]] = ()
    carries_on: bool = True


@dataclass(frozen=True)
class ServicePage:
    """The service page of a case for one viewer."""

    packets: Sequence[PacketView]
    reach: Sequence[AddressView]
    unopened: int
    """Letters in the reader's inbox that they have not opened."""
    progress: str | None = None
    """The code by which anybody who has it looks up how far the case has come; for the party whose code it is."""


def service_page(sitting: Sitting, case: Case, actor: Actor) -> ServicePage:
    """A party sees what goes to it; the people of the court see everything, but for letters from the private room: of them the
    clerk, who has to serve them, knows that there is one, and nobody else of the court does.
    """
    session, is_party = sitting.session, actor.party_id is not None
    found = packets_of(session, case, party_id=actor.party_id)
    if not is_party and actor.role is not Role.CLERK:
        found = [packet for packet in found if not is_private(packet)]
    packets = packet_views(sitting, case, found, actor)
    shown = [p for p in case.parties if actor.party_id in (None, p.id)]
    searches = _searches(session, case) if actor.party_id is None else {}
    return ServicePage(
        packets,
        _reach(session, shown, searches),
        _unopened(session, actor),
        _progress(sitting, actor),
    )


def _progress(sitting: Sitting, actor: Actor) -> str | None:
    if actor.party_id is None:
        return None
    ring = keyring(sitting.court.settings.secret_key)
    return live_codes(sitting.session, ring, [actor.party_id]).get(actor.party_id)


def _searches(session: Session, case: Case) -> dict[str, list[tuple[datetime, dict[str, str]]]]:
    """The record of searches, by party."""
    found: dict[str, list[tuple[datetime, dict[str, str]]]] = {}
    for entry in session.scalars(
        built_once(
            lambda: (
                select(DocketEntry)
                .where(DocketEntry.case_id == case.id, DocketEntry.act == names.RECORD_SEARCH)
                .order_by(DocketEntry.number)
            )
        )
    ):
        told = json.loads(entry.payload)
        found.setdefault(told["result"]["party"], []).append((entry.effective_at, told["words"]))
    return found


def _reach(
    session: Session, parties: Sequence[Party], searches: Mapping[str, Sequence[tuple[datetime, dict[str, str]]]]
) -> list[AddressView]:
    ids = {party.id for party in parties}
    every, consents = addresses_of(session, ids), consents_of(session, *ids)
    found = []
    for party in parties:
        addresses = [
            one
            for one in every
            if one.party_id == party.id and one.ended_at is None and one.channel is not Channel.PLATFORM
        ]
        live = [one for one in consents if one.party_id == party.id and one.withdrawn_at is None]
        consent = live[-1] if live else None
        scope = [PaperKind(value).label for value in consent.scope] if consent else []
        carries_on = party.details.get(CARRY_ON) is not False
        told = searches.get(party.label, ())
        found.append(AddressView(party.name, addresses, consent, scope, told, carries_on))
    return found


def _unopened(session: Session, actor: Actor) -> int:
    if actor.party_id is None:
        return 0
    mine = InboxItem.party_id == actor.party_id, InboxItem.read_at.is_(None)
    return session.scalar(select(func.count()).select_from(InboxItem).where(*mine)) or 0


def inbox_items(session: Session, actor: Actor, zone: ZoneInfo) -> list[tuple[InboxItem, Text]]:
    """A party's inbox, the newest first, with what each is about in the reader's language."""
    if actor.party_id is None:
        return []
    rows = session.execute(
        select(InboxItem, Packet)
        .join(Packet, Packet.id == InboxItem.packet_id)
        .where(InboxItem.party_id == actor.party_id)
        .order_by(InboxItem.placed_at.desc(), InboxItem.id.desc())
        .limit(200)
    )
    return [(item, LetterWords.of(packet, zone).subject) for item, packet in rows]


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
    reason: TaskReason | None = None
    """Why it failed, where it did."""


@dataclass(frozen=True)
class FailedGroup:
    """Papers of one page that failed for one reason; ``total`` counts those of every page."""

    reason: TaskReason
    total: int
    rows: Sequence[DeskRow]


@dataclass(frozen=True)
class DeskPage:
    """The service desk: what needs the clerk first, then what is out; the day's ledger."""

    failed: Listed[DeskRow]
    by_reason: Sequence[FailedGroup]
    overdue: Listed[DeskRow]
    held: Listed[DeskRow]
    out: Listed[DeskRow]
    proved_today: int
    ledger: Ledger
    total: Ledger
    silent: Sequence[tuple[Packet, Case | None]]
    day: datetime
    answers: Listed[tuple[ServiceTask, Packet, Case]]
    unknown_mail: int


def service_desk(
    court: Court,
    session: Session,
    account_id: int,
    *,
    words: str = "",
    after: Callable[[str], str | None] = lambda _: None,
) -> DeskPage:
    """Gather the desk of one clerk: packets of the cases in which they sit; the ledger counts the whole court. ``words``
    are looked for in the case and the addressee; ``after`` says where the page of each list begins.
    """
    now = court.clock.now()
    midnight = now.astimezone(court.settings.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    seats = select(Seat.case_id).where(serving(account_id, Role.CLERK))
    live = (PacketState.HELD, PacketState.OUT, PacketState.NOT_SERVED)
    rows = session.execute(
        select(Packet, Case)
        .join(Case, Case.id == Packet.case_id)
        .where(Packet.case_id.in_(seats), Packet.state.in_(live), *_looked_for(words))
        .order_by(Packet.queued_at, Packet.id)
    ).all()
    tasks: dict[int, list[ServiceTask]] = {}
    for task in session.scalars(
        select(ServiceTask)
        .where(
            ServiceTask.packet_id.in_([p.id for p, _ in rows]),
            ServiceTask.closed_at.is_(None),
            ServiceTask.reason != TaskReason.REPLY,
        )
        .order_by(ServiceTask.id)
    ):
        tasks.setdefault(task.packet_id, []).append(task)
    groups: dict[str, list[DeskRow]] = {"failed": [], "overdue": [], "held": [], "out": []}
    for packet, case in rows:
        name, row = _row(court, case, packet, tasks.get(packet.id, []))
        groups[name].append(row)
    listed = {name: page_of_lines(sorted(lines, key=_place), _place, after(name)) for name, lines in groups.items()}
    ledger, total = (
        service_ledger(session, now=now, machine_now=court.clock.machine_now(), since=since)
        for since in (midnight, None)
    )
    silent = session.execute(
        built_once(
            lambda: (
                select(Packet, Case)
                .outerjoin(Case, Case.id == Packet.case_id)
                .where(Packet.id.in_(total.silent))
                .order_by(Packet.id)
            )
        )
    ).all()
    answers = page_of(
        session,
        select(ServiceTask, Packet, Case)
        .join(Packet, Packet.id == ServiceTask.packet_id)
        .join(Case, Case.id == Packet.case_id)
        .where(ServiceTask.reason == TaskReason.REPLY, ServiceTask.closed_at.is_(None), Packet.case_id.in_(seats))
        .where(*_looked_for(words)),
        (Key(ServiceTask.id),),
        after("answers"),
    )
    return DeskPage(
        **listed,
        by_reason=_by_reason(listed["failed"].rows, groups["failed"]),
        answers=answers,
        unknown_mail=count_unknown(court),
        proved_today=count_proofs(session, since=midnight),
        ledger=ledger,
        total=total,
        silent=[(p, c) for p, c in silent],
        day=now,
    )


def _looked_for(words: str) -> list[ColumnElement[bool]]:
    return [holds(words, Case.number, Case.title, Packet.recipient_name)] if words else []


def _place(row: DeskRow) -> tuple[int, datetime, int]:
    """What failed for one reason stands together; within it, and everywhere else, the oldest first."""
    order = list(TaskReason).index(row.reason) if row.reason is not None else 0
    return order, row.packet.queued_at, row.packet.id


def _by_reason(shown: Sequence[DeskRow], every: Sequence[DeskRow]) -> list[FailedGroup]:
    counts = Counter(row.reason for row in every)
    return [
        FailedGroup(reason, counts[reason], rows)
        for reason in TaskReason
        if (rows := [row for row in shown if row.reason is reason])
    ]


SERVE_CLAIM = "serve_claim"


def _claim_arrives_by(court: Court, case: Case, packet: Packet) -> datetime | None:
    """Until when the rules want the claim served, from the moment it went out (CPL 128); None for another letter."""
    if packet.occasion != "claim":
        return None
    pack = court.rules_of(case, packet.queued_at)
    rules = pack.windows.rules
    return reckon(pack, SERVE_CLAIM, packet.queued_at, track=case.track.value).due_at if SERVE_CLAIM in rules else None


def _row(court: Court, case: Case, packet: Packet, tasks: Sequence[ServiceTask]) -> tuple[str, DeskRow]:
    now = court.clock.now()
    title = told_of(packet)
    if packet.state is PacketState.HELD:
        step = (
            T("Goes out at %(at)s. Nothing to do, or take it back.", at=packet.hold_until)
            if packet.hold_until
            else T("Nothing to do")
        )
        return "held", DeskRow(case, packet, title, packet.state.label, "wait", [], step, names.UNDO_SENDING)
    why: list[Text | str] = []
    for task in tasks:
        why += [task.reason.label, *([task.words] if task.words else [])]
    if tasks or packet.state is PacketState.NOT_SERVED:
        reason = tasks[-1].reason if tasks else TaskReason.NOT_SERVED
        told = why or [packet.state.label]
        return "failed", DeskRow(
            case, packet, title, T("Failed"), "bad", told, NEXT_STEPS[reason], names.SERVE_AGAIN, reason
        )
    limit = packet.due_at or _claim_arrives_by(court, case, packet)
    if limit is not None and limit < now:
        late = T("Overdue %(count)s days", count=max(1, (now - limit).days))
        because = T("Out since %(day)s; nothing shows that it arrived.", day=packet.queued_at)
        return "overdue", DeskRow(
            case,
            packet,
            title,
            late,
            "warn",
            [because],
            T("Trace the letter, or serve by another way"),
            names.RECORD_OUTCOME,
        )
    return "out", DeskRow(case, packet, title, packet.state.label, "wait", [], T("Nothing to do"), None)


# -- abroad ------------------------------------------------------------------------------


@dataclass(frozen=True)
class AbroadView:
    """A service abroad: of which paper, by which method, how far, until when, with its bundle."""

    row: ServiceAbroad
    packet: Packet
    title: Text
    state: Text | str
    due_at: datetime | None
    bundle: Document | None
    translation: Document | None

    @property
    def tint(self) -> str:
        """The shape of the status."""
        return {AbroadStep.SERVED: "ok", AbroadStep.FAILED: "bad"}.get(self.row.step, "wait")


@dataclass(frozen=True)
class AbroadPage:
    """Parties abroad with the methods open towards them, and what is on its way."""

    rules: Abroad | None
    article: Text | str
    parties: Sequence[tuple[str, Text | str, Sequence[Text]]]
    views: Sequence[AbroadView]


def abroad_page(sitting: Sitting, case: Case) -> AbroadPage:
    """Gather what the page on service abroad shows."""
    rules, session = sitting.pack(case).abroad, sitting.session

    def name(code: str) -> Text | str:
        return rules.states[code].title if rules is not None and code in rules.states else code

    parties = []
    for party in case.parties:
        if party.abroad and rules is not None:
            code = party.details.get(STATE_ABROAD, "")
            parties.append(
                (party.name, name(code), [m.label for m in open_methods(sitting.pack(case), party, national=True)])
            )
    views = []
    for row in abroad_of(session, case):
        packet = session.get_one(Packet, row.packet_id)
        window = session.scalar(
            select(Window)
            .where(
                Window.case_id == case.id,
                Window.subject == row.reference,
                Window.state.in_((WindowState.OPEN, WindowState.LAPSED)),
            )
            .order_by(Window.id.desc())
            .limit(1)
        )
        due, papers = window.due_at if window else None, (_bundle(session, case, row), translation_of(session, row))
        views.append(AbroadView(row, packet, told_of(packet), name(row.state), due, *papers))
    return AbroadPage(rules, cited(sitting.pack(case), rules.article) if rules is not None else "", parties, views)


def _bundle(session: Session, case: Case, row: ServiceAbroad) -> Document | None:
    """The bundle of a service abroad: the paper that the entry of its letter made."""
    entries = session.scalars(
        select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == names.MAKE_REQUEST_LETTER)
    ).all()
    number = next((e.number for e in entries if f'"{row.reference}"' in e.payload), None)
    return (
        session.scalar(
            select(Document).where(
                Document.case_id == case.id, Document.kind == LETTER, Document.entry_number == number
            )
        )
        if number
        else None
    )
