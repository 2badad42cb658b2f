"""A case under way, and somebody who holds its letter."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from odr.assist.line.answering import Channel, Incoming, Outgoing, answer
from odr.docket.models import Case, Party
from odr.identity.sign_in.keys import keyring
from odr.service.packet.progress_codes import live_codes
from tests.scene import Scene

Says = Callable[..., Outgoing]


@dataclass
class Line:
    """The line of a court, and the number and code of the letter that Li got."""

    scene: Scene
    number: str
    code: str
    names: list[str]
    ids: itertools.count[int] = field(default_factory=itertools.count)

    def says(
        self, text: str, *, peer: str = "+8613800000001", channel: Channel = Channel.SMS, **more: object
    ) -> Outgoing:
        """Somebody sends a message; a new one unless its number is given."""
        message = str(more.pop("message", f"m{next(self.ids)}"))
        phone = peer if channel is Channel.SMS else ""
        came = Incoming.text(channel, peer, message, text, "en", phone=phone, **more)
        return answer(self.scene.court, came)


@pytest.fixture
def line(scene: Scene) -> Line:
    """A case that is accepted, its letters sent, both parties in it."""
    scene.pend()
    scene.work()
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        party = session.scalars(
            select(Party).where(Party.case_id == case.id, Party.account_id == scene.people["li"])
        ).one()
        code = live_codes(session, keyring(scene.court.settings.secret_key), [party.id])[party.id]
        return Line(scene, case.number or "", code, [one.name for one in case.parties])
