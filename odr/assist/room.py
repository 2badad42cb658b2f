"""What the room that helps brings."""

from odr.assist.checks.gather import look_at
from odr.procedure.hooks import Room

ROOM = Room(name="assist", text_check=look_at)
