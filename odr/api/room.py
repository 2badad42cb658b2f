"""What the API brings."""

from odr.procedure.hooks import Room

ROOM = Room(
    name="api",
    routes=(
        "odr.api.routes:api",
        "odr.api.routes_before:api_before",
        "odr.api.routes_case:api_case",
        "odr.api.routes_bulk:api_bulk",
        "odr.api.routes_uploads:api_uploads",
    ),
)
