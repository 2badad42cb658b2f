"""What the API brings."""

from odr.procedure.hooks import Room

ROOM = Room(
    name="api",
    routes=(
        "odr.api.pages:api",
        "odr.api.pages_before:api_before",
        "odr.api.pages_case:api_case",
        "odr.api.pages_bulk:api_bulk",
        "odr.api.pages_guide:api_guide",
        "odr.api.pages_standards:api_standards",
        "odr.api.pages_similar:api_similar",
        "odr.api.pages_uploads:api_uploads",
    ),
)
