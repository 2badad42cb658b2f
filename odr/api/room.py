"""What the API brings."""

from odr.procedure.hooks import Room

ROOM = Room(name="api", routes=("odr.api.routes:api",))
