"""What the room of settlement brings."""

from __future__ import annotations

from odr.procedure.hooks import Room
from odr.settlement import acts

ROOM = Room(
    name="settlement",
    acts=("odr.settlement.acts",),
    on_lapse={"offer": acts.offer_lapsed},
    on_event={"decision_issued": acts.shut},
)
