"""How well service works, by channel, and the register of service as a table to take along."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from odr.docket.models import Case, Role, Seat
from odr.ground.text import Text
from odr.identity.actors import serving
from odr.service.models import Packet, ProofOfService, ServiceAttempt, ServiceFact, ServiceTask
from odr.service.queries import told_of
from odr.service.vocabulary import AttemptState, Channel, FactKind, TaskReason

SENT = (AttemptState.SENT, AttemptState.DONE, AttemptState.BOUNCED)
FAILED = (AttemptState.FAILED, AttemptState.BOUNCED, AttemptState.GIVEN_UP)
UPHELD = (FactKind.REBUTTED, FactKind.ARRIVAL_PROVED, FactKind.FOUND_NOT_SERVED)


@dataclass
class ChannelFigures:
    """One channel in a span of time. ``hours`` from queueing to service, by tenths, the middle one, the lower of two; None without any."""

    channel: Channel
    sent: int = 0
    proven: int = 0
    beside: int = 0
    """Proven of those that were not sent by this channel: somebody opened on the platform what came by e-mail."""
    hours: float | None = None
    failed: int = 0
    reasons: Counter[TaskReason] = field(default_factory=Counter)
    upheld: int = 0

    @property
    def share(self) -> str:
        """Proven of those sent, in per cent; a dash without any."""
        return f"{100 * (self.proven - self.beside) / self.sent:.0f} %" if self.sent else "–"


def figures(session: Session, *, since: datetime, until: datetime) -> list[ChannelFigures]:
    """Every channel used for packets queued in the span, in the order of the channels, counted now."""
    return figures_of(counted(session, Packet.queued_at >= since, Packet.queued_at < until))


def figures_of(counts: Mapping[str, int]) -> list[ChannelFigures]:
    """What was counted, by channel. Pure."""
    table = {channel: ChannelFigures(channel) for channel in Channel}
    hours: dict[Channel, Counter[int]] = defaultdict(Counter)
    for key, count in counts.items():
        name, what, *more = key.split("/")
        one = table[Channel(name)]
        if what == "sent":
            one.sent += count
        elif what == "failed":
            one.failed += count
        elif what == "upheld":
            one.upheld += count
        elif what == "beside":
            one.beside += count
        elif what == "reason":
            one.reasons[TaskReason(more[0])] += count
        else:
            one.proven += count
            hours[one.channel][int(more[0])] += count
    for channel, tenths in hours.items():
        table[channel].hours = _middle(tenths) / 10
    return [one for one in table.values() if one.sent or one.failed or one.proven]


def _middle(values: Counter[int]) -> int:
    """The middle one of some values, each so many times; the lower of two."""
    before, wanted = 0, (values.total() + 1) // 2
    for value, count in sorted(values.items()):
        before += count
        if before >= wanted:
            return value
    raise ValueError("there is no value")


def counted(session: Session, *which: ColumnElement[bool]) -> Counter[str]:
    """What became of those packets, by channel: attempts sent and failed, tasks by their reason, objections upheld, and proofs by
    the tenths of hours they took. What is counted of two sets of packets apart is counted of both by adding.
    """
    found: Counter[str] = Counter()
    joined = select(ServiceAttempt.channel, ServiceAttempt.state, func.count()).join(
        Packet, Packet.id == ServiceAttempt.packet_id
    )
    for channel, state, count in session.execute(
        joined.where(*which).group_by(ServiceAttempt.channel, ServiceAttempt.state)
    ):
        if state in SENT:
            found[f"{channel.value}/sent"] += count
        if state in FAILED:
            found[f"{channel.value}/failed"] += count
    for channel, hours, was_sent in _proven(session, which):
        found[f"{channel.value}/proven/{round(10 * hours)}"] += 1
        if not was_sent:
            found[f"{channel.value}/beside"] += 1
    tasks = select(ServiceAttempt.channel, ServiceTask.reason, func.count()).join(
        ServiceTask, ServiceTask.attempt_id == ServiceAttempt.id
    )
    for channel, reason, count in session.execute(
        tasks.join(Packet, Packet.id == ServiceAttempt.packet_id)
        .where(*which)
        .group_by(ServiceAttempt.channel, ServiceTask.reason)
    ):
        found[f"{channel.value}/reason/{reason.value}"] += count
    objections = select(ServiceFact.channel, func.count(func.distinct(ServiceFact.packet_id))).join(
        Packet, Packet.id == ServiceFact.packet_id
    )
    for contested, count in session.execute(
        objections.where(*which, ServiceFact.kind.in_(UPHELD), ServiceFact.channel.is_not(None)).group_by(
            ServiceFact.channel
        )
    ):
        assert contested is not None, "the query leaves facts without a channel out"
        found[f"{contested.value}/upheld"] += count
    return found


def _proven(session: Session, which: tuple[ColumnElement[bool], ...]) -> Iterator[tuple[Channel, float, bool]]:
    """By which channel each packet was served, after how many hours, and whether it was sent by it: the last proof of each counts."""
    was_sent = exists().where(
        ServiceAttempt.packet_id == ProofOfService.packet_id,
        ServiceAttempt.channel == ProofOfService.channel,
        ServiceAttempt.state.in_(SENT),
    )
    rows = session.execute(
        select(
            ProofOfService.packet_id, ProofOfService.channel, ProofOfService.effective_at, Packet.queued_at, was_sent
        )
        .join(Packet, Packet.id == ProofOfService.packet_id)
        .where(*which)
        .order_by(ProofOfService.packet_id, ProofOfService.ordinal)
    )
    last = {packet_id: (channel, effective, queued, sent) for packet_id, channel, effective, queued, sent in rows}
    for channel, effective, queued, sent in last.values():
        if channel is not None and effective is not None:
            yield channel, max(0.0, (effective - queued).total_seconds() / 3600), sent


# -- the register as a table --------------------------------------------------------------

HEADINGS = ("packet", "case", "addressee", "paper", "queued", "state", "channel", "served", "proof", "code")


def register_of(
    session: Session, account_id: int, *, locale: str, zone: ZoneInfo, since: datetime, until: datetime
) -> str:
    """Every packet of the cases in which a clerk sits, as CSV with CRLF line ends; words in ``locale``, times in
    ``zone``.
    """
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(HEADINGS)
    writer.writerows(_lines(session, account_id, locale, zone, since, until))
    return sheet.getvalue()


def _lines(
    session: Session, account_id: int, locale: str, zone: ZoneInfo, since: datetime, until: datetime
) -> Iterator[list[str]]:
    seats = select(Seat.case_id).where(serving(account_id, Role.CLERK))
    later = aliased(ProofOfService)
    # Of each packet apart: gathered beforehand, the newest would be those of every packet of the court.
    newest = select(func.max(later.ordinal)).where(later.packet_id == Packet.id).scalar_subquery()
    rows = session.execute(
        select(Packet, Case, ProofOfService)
        .join(Case, Case.id == Packet.case_id)
        .outerjoin(ProofOfService, (ProofOfService.packet_id == Packet.id) & (ProofOfService.ordinal == newest))
        .where(Packet.case_id.in_(seats), Packet.queued_at >= since, Packet.queued_at < until)
        .order_by(Packet.queued_at, Packet.id)
    )
    for packet, case, proof in rows:
        channel: Text | str = proof.channel.label if proof is not None and proof.channel is not None else ""
        yield [
            harmless(value if isinstance(value, str) else value.render(locale))
            for value in (
                packet.reference,
                case.number or case.reference,
                packet.recipient_name,
                told_of(packet),
                _at(packet.queued_at, zone),
                packet.state.label,
                channel,
                _at(packet.effective_at, zone),
                proof.number if proof is not None else "",
                packet.code,
            )
        ]


def _at(instant: datetime | None, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat(timespec="minutes") if instant is not None else ""


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
