"""A paper at a terminal: shown page by page by the court itself, with two large buttons, and printed by the browser.

A browser would keep a paper as a file, which a terminal must not, or show it outside the court's frame, where nothing ends it.
So the answer that bears the paper is replaced by a page of the court, drawn from the very bytes the route gave its reader;
without scripts the paper stands in a frame of that page, which ends as every page does.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Response, render_template, request, url_for

from odr.evidence.exhibits.preview import NoPreview
from odr.evidence.store.ports import PREVIEWER
from odr.ground.errors import NotFound
from odr.web import headers, reader_language

PDF = "application/pdf"
MOST = 32 * 2**20
"""Bytes of a paper that is shown; what is longer is no paper of a few sheets, and is asked for at the counter."""
SHEET, WHOLE = "sheet", "whole"
FRAMED = "default-src 'none'; frame-ancestors 'self'"


def at_terminal(response: Response) -> Response:
    """What a terminal is given in place of a paper: the page that shows it, one sheet as a picture, or the paper in the frame."""
    if request.method != "GET" or response.status_code != 200 or response.mimetype != PDF:
        return response
    if (response.content_length or 0) > MOST:
        return _page([], shown=False)
    paper = response.get_data()
    if len(paper) > MOST:
        return _page([], shown=False)
    if request.args.get(WHOLE):
        return _whole(paper)
    number = request.args.get(SHEET, "")
    try:
        if number:
            return _sheet(paper, number)
        words, is_cut = PREVIEWER.words(paper)
        return _page(words, shown=True, is_cut=is_cut)
    except NoPreview:
        return Response("", 422) if number else _page([], shown=False)


def _sheet(paper: bytes, number: str) -> Response:
    try:
        found = PREVIEWER.sheet(paper, int(number) if number.isascii() and number.isdecimal() else 0)
    except NotFound:
        return Response("", 404)
    return Response(found.data, content_type=found.content_type)


def _whole(paper: bytes) -> Response:
    return Response(paper, mimetype=PDF, headers={"Content-Disposition": "inline", "Content-Security-Policy": FRAMED})


def _page(words: list[str], *, shown: bool, is_cut: bool = False) -> Response:
    headers.allow("frame-src", "'self'")
    sheets = [(number, _at(SHEET, str(number)), said) for number, said in enumerate(words, 1)]
    page = render_template(
        "assist/kiosk/paper.html",
        sheets=sheets,
        shown=shown,
        is_cut=is_cut,
        whole=_at(WHOLE, "1"),
        back=_back(),
    )
    return Response(page, mimetype="text/html")


def _at(name: str, value: str) -> str:
    kept = [(key, one) for key, one in request.args.items(multi=True) if key not in (SHEET, WHOLE)]
    return f"{request.path}?{urlencode([*kept, (name, value)])}"


def _back() -> str:
    """The page one came from, where it is one of the court's own."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or came.path == request.path:
        return url_for("kiosk.start")
    path = came.path + (f"?{came.query}" if came.query else "")
    return reader_language.safe_path(path, url_for("kiosk.start"))
