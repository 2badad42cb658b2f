"""Numbers in addresses: what the database cannot hold is no number of ours."""

from __future__ import annotations

from typing import Any, overload

from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter, Map

MOST_DIGITS = 18
"""Every number of so many digits fits into a column (below 2⁶³)."""


class BoundedNumber(IntegerConverter):
    """``<int:…>`` of a route: a longer number leads nowhere (404)."""

    regex = rf"\d{{1,{MOST_DIGITS}}}"

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **kwargs)


def register_numbers(app: Flask) -> None:
    """Let every route's numbers be bounded."""
    app.url_map.converters["int"] = BoundedNumber


@overload
def number_in(given: MultiDict[str, str], name: str, default: int) -> int: ...
@overload
def number_in(given: MultiDict[str, str], name: str, default: None = None) -> int | None: ...
def number_in(given: MultiDict[str, str], name: str, default: int | None = None) -> int | None:
    """A number of an address or form; ``default`` for what is none, or too long to be one of ours."""
    raw = given.get(name, "").strip()
    digits = raw.removeprefix("-")
    return int(raw) if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else default
