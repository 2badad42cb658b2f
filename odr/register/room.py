"""What the public register brings."""

from odr.procedure.hooks import Room

ROOM = Room(name="register", routes=("odr.register.pages:register", "odr.register.offline_pages:offline"))
