"""What an address says of a list: the words looked for and where each page begins; both survive paging."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Flask, request

MOST_WORDS = 100
"""Characters of what is looked for."""


def words_asked(name: str = "q") -> str:
    """What is looked for in the lists of this page."""
    asked = "".join(c for c in request.args.get(name, "") if c.isspace() or c.isprintable())
    return " ".join(asked.split())[:MOST_WORDS]


def after_asked(name: str = "after") -> str | None:
    """Where the page of a list begins; None for its first."""
    return request.args.get(name) or None


def list_address(name: str, begins: str | None, at: str | None = None) -> str:
    """This page with one of its lists at another place, and everything else that was asked for as it is. ``at`` is the
    page's own address, where a form that failed is shown at another.
    """
    kept = [(key, each) for key, each in request.args.items(multi=True) if key != name]
    if begins is not None:
        kept.append((name, begins))
    return (at or request.script_root + quote(request.path)) + (f"?{urlencode(kept)}" if kept else "")


def register_lists(app: Flask) -> None:
    """Let templates lead from page to page."""
    app.jinja_env.globals["list_address"] = list_address
