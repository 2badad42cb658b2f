"""What a browser shows while there is no network, in place of its own error; the one page it keeps, and no other."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for

from odr.ground.canonical import sha256_hex
from odr.ground.text import LOCALES, T
from odr.web.guards import current_court, public

offline = Blueprint("offline", __name__)
WORDS = {
    "heading": T("There is no network"),
    "saved": T(
        "Your device cannot reach the court at the moment. What you sent and saw confirmed is here, and what was saved while you wrote is kept. A time limit does not wait for the network: if one ends today, look for another network or telephone the court."
    ),
    "again": T("When the network is back, load this page again. Nothing of a case is stored on this device."),
    "button": T("Load it again"),
}
STYLES = ("vendor/govuk-frontend-6.6.0.court.css", "court.css", "seal.svg")
"""Files of ``static/`` without which the page would be unreadable."""


def kept() -> list[str]:
    """Addresses of everything that is kept: the page and its styles."""
    return [url_for("offline.page"), *(url_for("static", filename=name) for name in STYLES)]


@offline.get("/offline")
@public(shared=True)
def page() -> str:
    """That there is no network, what that means for what one wrote, and how to go on; in both languages, of nobody."""
    return _page()


def _page() -> str:
    styles = [url_for("static", filename=name) for name in STYLES if name.endswith(".css")]
    told = [(locale, {name: text.render(locale) for name, text in WORDS.items()}) for locale in LOCALES]
    return render_template("register/offline.html", told=told, styles=styles, settings=current_court().settings)


@offline.get("/service-worker.js")
@public(shared=True)
def worker() -> Response:
    """The script that keeps that page. It stands at the root, for it answers for every page of the site.

    It may be an hour old: what it keeps then is the page of an hour ago.
    """
    text = render_template("register/service-worker.js", kept=kept(), version=_version())
    return Response(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "max-age=3600"})


def _version() -> str:
    """Another one whenever what is kept has changed, so that it is fetched anew."""
    folder = Path(current_app.static_folder or "")
    return sha256_hex(b"".join([_page().encode(), *((folder / name).read_bytes() for name in STYLES)]))[:16]
