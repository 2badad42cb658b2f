"""What the room of service brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select, or_, select, text

from odr.docket.models import Case
from odr.ground.db import Database
from odr.ground.keyset import judged
from odr.ground.memory.built_once import built_once
from odr.ground.silence import outward
from odr.ground.text import T
from odr.ground.unavailable import breach_of
from odr.procedure.acts.events import (
    ClaimAccepted,
    ClaimLodged,
    ClaimRefused,
    ClaimReturned,
    GroupMemberRegistered,
    PartyJoined,
)
from odr.procedure.hooks import DeskPage, NavItem, Room, on
from odr.service import names
from odr.service.abroad import REMINDERS, lapsed_abroad
from odr.service.models import UNDOCKETED, Packet
from odr.service.packet import acts as packet_acts
from odr.service.packet.copies import make_copies
from odr.service.packet.letter_facts import add_facts
from odr.service.packet.papers import seal_proofs
from odr.service.registry.acts import ask_again
from odr.service.registry.figures_by_day import count_days
from odr.service.replies.mailbox import read_mail
from odr.service.rules import rules_for
from odr.service.sending.daily_reminder import send_reminders
from odr.service.sending.dispatch import dispatch_due
from odr.service.sending.due import conclude_due
from odr.service.vocabulary import CONTESTED, PacketState

if TYPE_CHECKING:
    from odr.procedure.court import Court

_seen: WeakKeyDictionary[Database, int] = WeakKeyDictionary()
"""Up to which packet the last round looked: the next one goes on there."""
CONCLUDED = (PacketState.SERVED, PacketState.PRESUMED, PacketState.NOT_SERVED)


def send(court: Court) -> int:
    """Send what is due, conclude what can be concluded."""
    tried = _hand_over(court)
    concluded, _seen[court.database] = conclude_due(
        court.database, court.clock, rules_for(court), after=_seen.get(court.database, 0)
    )
    return tried + concluded


@outward
def _hand_over(court: Court) -> int:
    return dispatch_due(court.ports.service, court.database, court.clock)


_UNDOCKETED = text(f"({UNDOCKETED})")


def undocketed(limit: int) -> Select[int, int]:
    """Concluded packets whose conclusion does not stand on the docket and waits for no judge; the index of that very
    condition finds them.
    """
    return built_once(
        lambda: (
            select(Packet.id, Packet.case_id)
            .join(Case, Case.id == Packet.case_id)
            .where(_UNDOCKETED, judged(Packet.state).in_(CONCLUDED))
            .where(or_(Packet.docketed_as.is_(None), Packet.docketed_as != CONTESTED))
            .order_by(Packet.id)
            .limit(limit)
        )
    )


def bring_to_docket(court: Court, limit: int = 256) -> int:
    """Bring packets' conclusions onto their dockets, ``limit`` at a time.

    One that cannot be brought there holds up no other: then each goes by itself, and the first fault is raised when the
    others are on the docket.
    """
    with court.database.read() as session:
        found = [(packet, case) for packet, case in session.execute(undocketed(limit))]
    if not found:
        return 0
    try:
        _bring(court, found)
    except Exception as error:
        if breach_of(error) is not None or len(found) == 1:
            raise
        faults = [fault for one in found if (fault := _fault_of(court, one)) is not None]
        if faults:
            raise faults[0] from error
    return len(found)


def _bring(court: Court, found: Sequence[tuple[int, int]]) -> None:
    with court.sit() as sitting:
        for packet_id, case_id in found:
            case = sitting.session.get_one(Case, case_id)
            sitting.follow(
                case, partial(packet_acts.follow_packet, sitting, case, sitting.session.get_one(Packet, packet_id))
            )


def _fault_of(court: Court, one: tuple[int, int]) -> Exception | None:
    """What kept one packet from its docket; None where it stands there now."""
    try:
        _bring(court, [one])
    except Exception as error:
        if breach_of(error) is not None:
            raise
        return error
    return None


def is_no_news(act: str, result: Mapping[str, Any], label: str | None) -> bool:
    """That a paper reached the reader themselves: they have it."""
    return act == names.RECORD_SERVICE and result.get("party") == label


ROOM = Room(
    name="service",
    no_news=(is_no_news,),
    routes=(
        "odr.service.packet.pages:service",
        "odr.service.registry.pages:service_desk",
        "odr.service.replies.pages:letters",
    ),
    on_event=(
        on(ClaimLodged, packet_acts.on_claim_lodged),
        on(ClaimAccepted, packet_acts.on_claim_accepted),
        on(ClaimReturned, packet_acts.on_return),
        on(ClaimRefused, packet_acts.on_return),
        on(PartyJoined, packet_acts.on_party_joined),
        on(GroupMemberRegistered, packet_acts.on_member_registered),
    ),
    on_lapse={"serve_claim": packet_acts.claim_not_served, **dict.fromkeys(REMINDERS, lapsed_abroad)},
    nav=(NavItem("service", "service.overview", T("Papers and service"), 60, rarely=True),),
    desk_pages=(
        DeskPage("service.desk", T("Service desk: letters and calls"), 30),
        DeskPage("service_desk.quality", T("How well service works"), 40),
        DeskPage("service.telephone", T("Answering the telephone"), 50),
    ),
    sweeps={
        "papers": make_copies,
        "send": send,
        "service_docket": bring_to_docket,
        "proofs": seal_proofs,
        "mail": read_mail,
        "reminders": send_reminders,
        "service_figures": count_days,
    },
    queue_service=packet_acts.queue_entry,
    after_act=(add_facts, ask_again),
)
