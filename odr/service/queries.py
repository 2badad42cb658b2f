"""Finding packets of a case as somebody may see them."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import COURT_ROLES, Audience, Case, DocketEntry, Party
from odr.docket.queries import entry
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import TABLE
from odr.procedure.models import Window, WindowState
from odr.procedure.time.written_working import text_from_json
from odr.service import names
from odr.service.models import Packet, ServiceFact
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from odr.procedure.sitting import Sitting


def begun(
    sitting: Sitting, case: Case, kind: str, *, party: Party | None = None, subject: str | None = None
) -> list[Window]:
    """The time limits of a kind that have begun with a service, whatever became of them. One whose service was found not to
    have happened, or to have happened on another day, has not: it begins with the service that holds (CPI 135).
    """
    found = sitting.windows(case, kind, party=party, state=None, subject=subject)
    ended = sorted({w.closed_by for w in found if w.state is WindowState.ENDED and w.closed_by is not None})
    if not ended:
        return found
    fell = sitting.session.scalars(
        select(DocketEntry.number).where(
            DocketEntry.case_id == case.id, DocketEntry.number.in_(ended), DocketEntry.act == names.DECIDE_REBUTTAL
        )
    ).all()
    return [w for w in found if w.state is not WindowState.ENDED or w.closed_by not in fell]


SERVED_STATES = (PacketState.SERVED, PacketState.PRESUMED)


PRIVATE_PAPER = T("A letter from the private room")
"""What everybody but its addressee is told of it: the judge never learns who offered what to whom (CPL 53; OMR 16)."""


def is_private(packet: Packet) -> bool:
    """Whether a packet tells of what only the parties and the mediator read."""
    act = TABLE.get(packet.occasion)
    return act is not None and act.seen_by is Audience.SETTLEMENT


def told_of(packet: Packet) -> Text:
    """What a packet is, in words for the docket, the desks and the people of the court; its addressee reads its own title."""
    return PRIVATE_PAPER if is_private(packet) else text_from_json(packet.title)


EVERYBODYS = frozenset({Audience.PARTIES_AND_COURT, Audience.HEARING})


def readers_of(session: Session, case: Case, packet: Packet) -> tuple[Audience | None, tuple[str, ...]]:
    """For whom it stands on the docket that a packet was served, as an audience and its named readers: whoever reads what
    it brought; None for all whom the act says. That a ruling reached who had asked for it tells the other side of a ruling
    that is kept from them (CPL 103, 104).
    """
    if is_private(packet):
        return Audience.SETTLEMENT, ()
    told = [entry(session, case, number) for number in packet.entry_ids]
    kept = [one for one in told if one is not None and one.audience not in EVERYBODYS and one.opened_by is None]
    if not kept:
        return None, ()
    if any(one.audience is Audience.SETTLEMENT for one in kept):
        return Audience.SETTLEMENT, ()
    court = {role.value for role in COURT_ROLES}
    named = [set(one.named) if one.audience is Audience.NAMED else court for one in kept]
    return Audience.NAMED, (f"party/{packet.party_id}", *sorted(set.union(*named) - {f"party/{packet.party_id}"}))


@remembered
def packets_of(session: Session, case: Case, *states: PacketState, party_id: int | None = None) -> list[Packet]:
    """Packets of a case, the newest first."""
    if party_id is None:
        query = built_once(lambda: select(Packet).where(Packet.case_id == case.id).order_by(Packet.id.desc()))
    else:
        query = built_once(
            lambda: (
                select(Packet).where(Packet.case_id == case.id, Packet.party_id == party_id).order_by(Packet.id.desc())
            )
        )
    # A page asks for several states, one after another: they are told apart here, so that it is one question.
    return [packet for packet in session.scalars(query) if not states or packet.state in states]


def reached(session: Session, case: Case, entry_number: int | None) -> dict[int, datetime | None]:
    """Whom an entry was sent to, and since when it counts as served on each; None for whom it has not reached."""
    found: dict[int, datetime | None] = {}
    for packet in packets_of(session, case):
        if entry_number not in packet.entry_ids:
            continue
        before = found.setdefault(packet.party_id, None)
        if packet.docketed_as == packet.state.value and packet.effective_at is not None:
            found[packet.party_id] = min(packet.effective_at, before or packet.effective_at)
    return found


@resolver("packet")
def find_packet(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Packet | None:
    """A packet by its reference: the court's people find all, a party its own."""
    found = sitting.session.scalar(select(Packet).where(Packet.case_id == case.id, Packet.reference == reference))
    if found is None or actor.role in COURT_ROLES:
        return found
    return found if actor.party_id == found.party_id else None


def facts_of(session: Session, packet: Packet) -> list[ServiceFact]:
    """What is on record of a packet, in the order it happened."""
    return list(
        session.scalars(
            select(ServiceFact).where(ServiceFact.packet_id == packet.id).order_by(ServiceFact.at, ServiceFact.id)
        )
    )


def instant(day: date, hour: str | None, zone: ZoneInfo, now: datetime) -> datetime:
    """A day and an hour of the court's zone as an instant; without an hour the end of the day, and never later than
    now.

    The later instant is the safer one: no time limit begins before what is shown.
    """
    at = datetime.combine(day, time.fromisoformat(hour) if hour else time(23, 59, 59), tzinfo=zone)
    return min(at, now) if hour is None else at
