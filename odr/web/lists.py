"""What an address says of a list: the words looked for and where each page begins; both survive paging."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for

MOST_WORDS = 100
"""Characters of what is looked for."""


def words_asked(name: str = "q") -> str:
    """What is looked for in the lists of this page."""
    asked = request.args.get(name, "").strip()[:MOST_WORDS]
    return "".join(letter for letter in asked if letter.isprintable())


def after_asked(name: str = "after") -> str | None:
    """Where the page of a list begins; None for its first."""
    return request.args.get(name) or None


def list_address(name: str, begins: str | None) -> str:
    """This page with one of its lists at another place, and everything else that was asked for as it is."""
    kept: dict[str, Any] = {key: each for key, each in request.args.to_dict(flat=False).items() if key != name}
    if begins is not None:
        kept[name] = [begins]
    return url_for(request.endpoint or "", **(request.view_args or {}), **kept)


def register_lists(app: Flask) -> None:
    """Let templates lead from page to page."""
    app.jinja_env.globals["list_address"] = list_address
