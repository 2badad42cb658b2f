"""Names of the acts of the room that helps: all that other rooms may know of them. Checked when the court opens."""

from typing import Final

RECORD_SIMILAR_SEARCH: Final = "record_similar_search"
