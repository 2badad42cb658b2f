"""What the room of judgment brings."""

from __future__ import annotations

from odr.judgment import acts, effect
from odr.procedure.hooks import Room

ROOM = Room(
    name="judgment",
    acts=("odr.judgment.acts",),
    on_lapse={"cooling_off": acts.rested, "appeal_judgment": effect.appeal_lapsed, "performance": effect.performance_lapsed},
    on_event={"examination_closed": acts.begin_deliberation, "served": acts.on_served, "settlement_reached": effect.settled},
)
