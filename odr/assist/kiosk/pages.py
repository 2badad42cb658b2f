"""The terminal: what one can do there, one choice a screen; the frame around every other page of the court; and its end.

What the browser keeps of somebody is taken back when they are finished: cookies, session, storage and cache. What stays is the
secret by which the terminal itself is known.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, session as cookie, url_for

from odr.assist.guide import handing
from odr.assist.kiosk import printing_pages, terminals
from odr.assist.kiosk.terminals import ASKED, ENDS, IN_A_HEARING, SEEN_EVERY, KioskInput, Terminal
from odr.docket.models import Role
from odr.ground.errors import InvalidInput
from odr.ground.text import T
from odr.identity.sign_in import sessions
from odr.procedure.case.waiting_for_me import my_cases
from odr.procedure.forms import fields as forms
from odr.web import reader_language
from odr.web.guards import (
    behind_code,
    current_court,
    current_locale,
    current_person,
    current_session,
    is_secure,
    public,
    staff,
)
from odr.web.lists import after_asked
from odr.web.pages import Page, look, my_account_id
from odr.web.presence import session_cookie_name

kiosk = Blueprint("kiosk", __name__)
LASTS = 400 * 24 * 3600
"""Seconds a terminal keeps the secret it is known by."""
A_SCREEN = 6
"""Cases on one screen, so that nothing has to be scrolled."""
LOOKED_THROUGH = 60
"""Cases in which hearings are looked for at a time."""
UNTOUCHED = ("kiosk.still", "kiosk.ended", "kiosk.enrol", "kiosk.start", "kiosk.here")
"""Pages that do not say that somebody is there, or say it themselves."""
OF_A_CASE = {"scan": "exhibits.submit", "pay": "payments.fee", "print": "service.overview"}
"""Where in a case one goes on."""
TITLES = {
    "scan": T("Scan and send papers"),
    "pay": T("Pay"),
    "print": T("Print a sealed paper"),
    "hearing": T("My hearing"),
}


def cookie_name(secure: bool) -> str:
    """The cookie by which a terminal is known; it says nothing of anybody."""
    return "__Host-terminal" if secure else "terminal"


def _here() -> Terminal | None:
    here: Terminal | None = g.get("terminal")
    return here


def _now() -> Any:
    return current_court().clock.machine_now()


@kiosk.before_app_request
def frame() -> Response | None:
    """A request from a terminal: nothing of it is kept by the browser, and where nobody has been there for a while it leads to
    the first screen, whatever page was asked for, also one that does not exist. A browser whose secret opens nothing any more
    was a terminal: it forgets whoever is there before it is a browser like any other.
    """
    token = request.cookies.get(cookie_name(is_secure(current_court().settings)))
    if not token or (request.endpoint or "").rsplit(".", 1)[-1] == "static":
        return None
    g.terminal = terminals.find(current_session(), token, _now())
    here = _here()
    if here is None:
        return _ended(url_for("kiosk.start"))
    g.is_private = True
    if request.endpoint in UNTOUCHED:
        return None
    if here.visit is None or here.is_over:
        return _ended(url_for("kiosk.ended") if here.visit is not None else url_for("kiosk.start"))
    person = current_person()
    signed_in = person.session_id if person is not None else None
    is_stale = here.seen_at is None or _now() - here.seen_at >= SEEN_EVERY
    if is_stale or (signed_in is not None and signed_in != here.session_id):
        with current_court().database.write() as session:
            terminals.touch(session, here, _now(), signed_in)
    return None


@kiosk.after_app_request
def paper(response: Response) -> Response:
    """A paper leaves no file on a terminal: it opens in a page of the court, with buttons to print it and to go back."""
    return printing_pages.at_terminal(response) if _here() is not None else response


@kiosk.app_context_processor
def about() -> dict[str, Any]:
    """What the frame of every page needs at a terminal."""
    seconds = {"asks": ASKED, "ends": ENDS, "tells": SEEN_EVERY, "asks_in_hearing": IN_A_HEARING}
    return {"terminal": _here()} | {f"kiosk_{name}": int(span.total_seconds()) for name, span in seconds.items()}


def _ended(target: str) -> Response:
    """End the visit and its session, and take back what the browser keeps of it."""
    here, court = _here(), current_court()
    token = request.cookies.get(session_cookie_name(is_secure(court.settings)))
    if here is not None or token:
        with court.database.write() as session:
            if here is not None:
                terminals.end(session, here.id, _now())
            if token:
                sessions.end_presented(session, token, _now())
    return _forgotten(redirect(target, 303))  # type: ignore[arg-type]


def _forgotten(response: Response) -> Response:
    secure = is_secure(current_court().settings)
    cookie.clear()
    own = {current_app.config["SESSION_COOKIE_NAME"]} | ({cookie_name(secure)} if _here() is not None else set())
    for name in request.cookies:
        if name not in own:
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


# The terminal


@kiosk.get("/kiosk")
@public
def start() -> Page:
    """The first screen; on a browser that is no terminal of the court, where one makes it one."""
    here = _here()
    if here is None:
        return render_template("assist/kiosk/enrol.html", missed=False)
    if here.visit is None or here.is_over:
        if here.is_over or request.cookies.get(session_cookie_name(is_secure(current_court().settings))):
            return _ended(url_for("kiosk.start"))
        with current_court().database.write() as session:
            terminals.begin(session, here, _now())
        # A browser keeps no cookie for longer than it is told: a terminal in use stays one.
        secret = request.cookies[cookie_name(is_secure(current_court().settings))]
        return _known(
            Response(render_template("assist/kiosk/start.html", signed_in=False), mimetype="text/html"), secret
        )
    with current_court().database.write() as session:
        terminals.touch(session, here, _now(), None)
    return render_template("assist/kiosk/start.html", signed_in=current_person() is not None)


def _known(response: Response, secret: str) -> Response:
    """Give the browser the secret by which it is known as a terminal."""
    secure = is_secure(current_court().settings)
    response.set_cookie(
        cookie_name(secure), secret, max_age=LASTS, secure=secure, httponly=True, samesite="Strict", path="/"
    )
    return response


@kiosk.post("/kiosk")
@public
def enrol() -> Page:
    """Make this browser a terminal, by the code an administrator was given; wrong codes are counted."""
    typed, court = request.form.get("code", "")[:60], current_court()
    found = behind_code(lambda: terminals.waits_for(current_session(), typed))
    if found is None:
        return render_template("assist/kiosk/enrol.html", missed=True), 422
    with court.database.write() as session:
        token = terminals.enrol(session, typed)
    response: Response = redirect(url_for("kiosk.start"), 303)  # type: ignore[assignment]
    return _known(response, token) if token is not None else response


@kiosk.get("/kiosk/<any(scan, pay, print, hearing):act>")
@public
def screen(act: str) -> Page:
    """Who one is; then one's cases, of which one is chosen."""
    if _here() is None:
        return redirect(url_for("kiosk.start"), 303)
    person = current_person()
    title = TITLES[act]
    if person is None:
        return render_template("assist/kiosk/who.html", title=title, act=act)
    sitting, now = look(), current_court().clock.now()
    size = A_SCREEN if act != "hearing" else LOOKED_THROUGH
    found = my_cases(current_session(), person.account_id, now, after=after_asked(), size=size)
    if act != "hearing":
        lines = [(case.caption, case.number, url_for(OF_A_CASE[act], reference=case.reference)) for case in found.rows]
        return render_template("assist/kiosk/cases.html", title=title, act=act, lines=lines, found=found)
    cases = {case.id: case for case in found.rows}
    hearings = [one for one in current_court().hooks.ahead(sitting, list(cases)) if one.at > now - timedelta(hours=12)]
    ahead = [
        (one.title, one.at, cases[one.case_id].caption, url_for(one.endpoint, reference=cases[one.case_id].reference))
        for one in sorted(hearings, key=lambda one: one.at)[:A_SCREEN]
    ]
    return render_template("assist/kiosk/hearings.html", title=title, lines=ahead, found=found)


@kiosk.get("/kiosk/ask")
@public
def ask() -> Page:
    """What one can ask without an account: a letter's code, how far a case has come, the rules."""
    if _here() is None:
        return redirect(url_for("kiosk.start"), 303)
    return render_template("assist/kiosk/ask.html")


@kiosk.get("/kiosk/person")
@public
def person() -> Page:
    """Call somebody of the court to the terminal."""
    if _here() is None:
        return redirect(url_for("kiosk.start"), 303)
    return render_template("assist/kiosk/person.html", due=None)


@kiosk.post("/kiosk/person")
@public
def call_person() -> Page:
    """Put it on the registry's desk that somebody waits at this terminal; once while they wait."""
    here, court = _here(), current_court()
    if here is None:
        return redirect(url_for("kiosk.start"), 303)
    with court.database.write() as session:
        words = T("Somebody asks for a person at this terminal.").render(current_locale())
        row = handing.ask_for_call(court, session, here.name, words, "", current_locale(), is_waiting=True)
        terminals.note_call(session, here, row.id)
    return render_template("assist/kiosk/person.html", due=True)


@kiosk.get("/kiosk/letters")
@public
def letters() -> Page:
    """Larger letters, or as they were; back to the page one was on."""
    here = _here()
    if here is not None and here.visit is not None:
        with current_court().database.write() as session:
            terminals.set_letters(session, here)
    return redirect(reader_language.safe_path(request.args.get("next"), url_for("kiosk.start")), 303)


@kiosk.get("/kiosk/still")
@public
def still() -> Page:
    """Are you still here? Without an answer it ends half a minute later."""
    here = _here()
    if here is None or here.visit is None or here.is_over:
        return redirect(url_for("kiosk.ended"), 303)
    return render_template(
        "assist/kiosk/still.html", next=reader_language.safe_path(request.args.get("next"), url_for("kiosk.start"))
    )


@kiosk.post("/kiosk/here")
@public(csrf=False)
def here() -> Response:
    """Somebody touches the page without leaving it: they type, or read. It opens nothing and tells nothing."""
    found = _here()
    if found is None or found.visit is None or found.is_over:
        return Response("", 409)
    with current_court().database.write() as session:
        terminals.touch(session, found, _now(), None)
    return Response("", 204)


@kiosk.get("/kiosk/ended")
@public
def ended() -> Page:
    """I am finished, or nobody was there any more: everything is taken back, and the terminal says so."""
    here = _here()
    if here is None:
        return redirect(url_for("kiosk.start"), 303)
    if here.visit is not None or request.cookies.get(session_cookie_name(is_secure(current_court().settings))):
        return _ended(url_for("kiosk.ended"))
    return _forgotten(Response(render_template("assist/kiosk/ended.html"), mimetype="text/html"))


# The administrator


@kiosk.get("/administration/terminals")
@staff(Role.ADMIN)
def listing() -> Page:
    """The court's terminals."""
    return _listing({}, [])


def _listing(values: dict[str, Any], faults: list[Any], status: int = 200, made: tuple[str, str] | None = None) -> Page:
    fields = forms.fields_of(KioskInput, current_locale(), values, faults)
    with current_court().database.read() as session:
        rows = terminals.standing(session)
        return render_template(
            "assist/kiosk/terminals.html", rows=rows, fields=fields, faults=forms.summary(fields), made=made
        ), status


@kiosk.post("/administration/terminals")
@staff(Role.ADMIN)
def put_up() -> Page:
    """Enter a terminal; its code is shown this once."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given: KioskInput = forms.parse(KioskInput, values)
    except InvalidInput as error:
        return _listing(values, error.faults, 422)
    with court.database.write() as session:
        code = terminals.put_up(session, given, my_account_id(), _now())
    return _listing({}, [], made=(given.name, code))


@kiosk.post("/administration/terminals/<reference>/end")
@staff(Role.ADMIN)
def take_down(reference: str) -> Page:
    """A terminal is none any more; whoever is there is signed out."""
    with current_court().database.write() as session:
        terminals.take_down(session, reference, _now())
    return redirect(url_for("kiosk.listing"), 303)
