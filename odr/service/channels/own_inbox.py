"""The party's inbox on the court's own platform."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.ground.db import Database
from odr.service.channels import Dispatch, Handover, Outcome
from odr.service.models import InboxItem, ServiceFact
from odr.service.packet.packets import record_fact
from odr.service.vocabulary import Channel, FactKind


class PlatformInbox:
    """Lays a packet into the inbox; it is there as soon as the row is, so the system of the address has been reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def send(self, dispatch: Dispatch) -> Handover:
        """Lay the message in, once per attempt."""
        with self._database.write() as session:
            item = session.scalar(select(InboxItem).where(InboxItem.attempt_id == dispatch.attempt_id))
            if item is None:
                item = InboxItem(
                    attempt_id=dispatch.attempt_id,
                    packet_id=dispatch.packet_id,
                    party_id=dispatch.party_id,
                    subject=dispatch.subject[:300],
                    body=dispatch.text,
                    placed_at=dispatch.at,
                )
                session.add(item)
                session.flush()
            return Handover(Outcome.REACHED, "inbox", item.reference)


def inbox_of(session: Session, party_id: int, limit: int = 100) -> list[InboxItem]:
    """The newest items of a party's inbox."""
    return list(
        session.scalars(
            select(InboxItem).where(InboxItem.party_id == party_id).order_by(InboxItem.placed_at.desc()).limit(limit)
        )
    )


def open_item(session: Session, item: InboxItem, *, account_id: int, now: datetime) -> ServiceFact:
    """The party opened the item: recorded as read, at the first time."""
    if item.read_at is None:
        item.read_at = now
    return record_fact(
        session,
        packet_id=item.packet_id,
        attempt_id=item.attempt_id,
        channel=Channel.PLATFORM,
        kind=FactKind.READ,
        at=item.read_at,
        recorded_at=now,
        event_id=f"inbox:{item.reference}:read",
        account_id=account_id,
    )
