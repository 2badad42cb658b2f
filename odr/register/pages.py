"""Public pages, and the page everybody lands on after signing in."""

from __future__ import annotations

import re
from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import func, select

from odr.docket.models import Case, Document
from odr.evidence.intake.unsubmitted_uploads import count_of
from odr.filing.draft.drafts import drafts_of
from odr.filing.draft.sharing import invited
from odr.filing.registry.queue import queue_of
from odr.ground.db import REFERENCE_FORM
from odr.ground.errors import InvalidInput
from odr.ground.keyset import Listed
from odr.ground.text import T
from odr.hearing.courtroom.seat_offers import offered_to
from odr.identity.accounts import links
from odr.identity.mandates import asked_to_act
from odr.identity.models import Account
from odr.procedure.case.waiting_for_me import my_cases, seated_cases, waiting
from odr.procedure.hooks import DeskPage
from odr.procedure.time.written_working import text_from_json
from odr.register.first_pages.home_page import case_lines, draft_title, unread_papers
from odr.register.first_pages.promises import fees_told, gone_elsewhere, times_told
from odr.register.publication.public_views import address_of
from odr.service.packet.notice_codes import look_up
from odr.service.sending.letter_words import LetterWords
from odr.web.forms_outside import begun_outside
from odr.web.guards import behind_code, current_court, current_person, current_session, guard_of, public, signed_in
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page, pack_today
from odr.web.presence import Person

register = Blueprint("register", __name__)
_HEX = re.compile(r"[0-9a-f]{64}")
ACCESSIBILITY_CHECKED = date(2026, 11, 27)
"""When the pages were last looked at as a whole; the accessibility statement names it."""


def today_here() -> date:
    """The day it is where the court sits."""
    return current_court().clock.now().astimezone(pack_today().tz).date()


def today_causes() -> dict[str, object]:
    """What the court hears today."""
    return dict(pack_today().causes_on(today_here()))


@register.get("/")
@public
def start() -> Page:
    """What the court hears, what it costs, how long it takes; one button."""
    pack, causes = pack_today(), today_causes()
    return render_template(
        "register/start.html",
        causes=causes,
        gone=gone_elsewhere(pack, today_here()),
        fees=fees_told(pack, next(iter(causes))),
        times=times_told(pack),
    )


@register.get("/start")
@public
def claim_start() -> Page:
    """Where a claim begins: sign in or go on signed out with the questions that need no account."""
    return render_template("register/claim_start.html", causes=today_causes(), chosen=request.args.get("cause", ""))


HOME = 30
"""Cases on a page of one's own; in each of them the next step is looked up."""


def _desk_pages(person: Person) -> list[DeskPage]:
    """The pages of the rooms that are open to the person, in their order."""
    found = []
    for page in sorted(current_court().hooks.desk_pages, key=lambda one: one.order):
        guard = guard_of(page.endpoint)
        if guard is not None and (not guard.roles or guard.roles & person.roles):
            found.append(page)
    return found


@register.get("/home")
@signed_in
def home() -> Page:
    """Own drafts and cases; for staff, what waits first."""
    court, person, session = current_court(), current_person(), current_session()
    assert person is not None
    me, sitting = person.account_id, court.look(session)
    words = words_asked()
    cases = my_cases(session, me, court.clock.now(), words=words, after=after_asked("cases"), size=HOME)
    seated = seated_cases(session, me, words=words, after=after_asked("seated")) if person.is_staff else Listed([], 0)
    shown = [case.id for case in (*cases.rows, *seated.rows)]
    return render_template(
        "register/home.html",
        begun=begun_outside(),
        drafts=[(draft, draft_title(draft, today_causes())) for draft in drafts_of(session, me)],
        unread=unread_papers(sitting, me, after_asked("papers")),
        lines=case_lines(sitting, session.get_one(Account, me), cases.rows),
        invited=invited(session, session.get_one(Account, me)),
        asked=asked_to_act(session, me),
        places=offered_to(session, me),
        cases=cases,
        seated=seated,
        ahead={one.case_id: one for one in reversed(court.hooks.ahead(sitting, shown))},
        words=words,
        queue=[line for line in queue_of(sitting, me) if line.is_review] if person.is_staff else [],
        waiting=waiting(
            session, me, court.table, rules=sitting.pack, words=words, after=after_asked("tasks"), folded=True
        )
        if person.is_staff
        else Listed([], 0),
        desk=person.is_staff,
        desk_pages=_desk_pages(person),
        ending=count_of(session, me),
    )


@register.get("/check")
@public
def check() -> Page:
    """Is a paper the court's, and unchanged? Files are read in the browser; nothing is uploaded."""
    code, digest = request.args.get("code", "").strip(), request.args.get("digest", "").strip().lower()
    notice, paper, fault = None, None, None
    if links.typed_code(code):
        page = behind_code(lambda: links.page_behind(current_session(), code, current_court().clock.machine_now()))
        if page is not None:
            return redirect(page, 303)
        fault = T("This code has been used or is too old. Ask for a new one where you asked for this one.")
    elif code:
        try:
            if REFERENCE_FORM.fullmatch(code.lower()):
                paper = behind_code(lambda: _paper(code.lower()))
            else:
                notice = behind_code(lambda: look_up(current_session(), code))
        except InvalidInput as error:
            fault = error.message
    unknown = bool(code) and notice is None and paper is None and fault is None
    document = _public_document(digest) if _HEX.fullmatch(digest) else None
    shown = paper or document
    address = address_of(current_session(), shown.id) if shown is not None and shown.is_public else None
    return render_template(
        "register/check.html",
        code=code,
        notice=notice,
        reckoned=text_from_json(notice.packet.reckoned)
        if notice and notice.packet and notice.packet.reckoned
        else None,
        words=LetterWords.of(notice.packet, current_court().settings.tz) if notice and notice.packet else None,
        paper=paper,
        unknown=unknown,
        fault=fault,
        digest=digest,
        document=document,
        address=address,
    )


def _paper(code: str) -> Document | None:
    """The sealed paper that bears a document code: whoever holds it has the code from nowhere else."""
    return current_session().scalar(select(Document).where(Document.reference == code, Document.sha256 != ""))


def _public_document(digest: str) -> Document | None:
    """Only papers the court has published or notified are matched by digest alone: an exhibit never is."""
    return current_session().scalar(select(Document).where(Document.sha256 == digest, Document.is_public.is_(True)))


@register.get("/check/<code>")
@public
def check_code(code: str) -> Response:
    """The short address printed on letters."""
    return redirect(url_for("register.check", code=code), 303)  # type: ignore[return-value]


@register.get("/verify")
@public
def verify() -> Page:
    """How to verify anything the court gave out, with programs the court did not write."""
    court = current_court()
    return render_template(
        "register/verify.html",
        vkeys=court.notary.log_vkeys(),
        origin=court.settings.origin,
        renews=court.notary.tsa_512_pem() is not None,
    )


@register.get("/<any(about, accessibility, privacy, contact):page>")
@public
def plain(page: str) -> Page:
    """A page of plain words."""
    cases = (
        current_session().scalar(select(func.count()).select_from(Case).where(Case.accepted_at.is_not(None)))
        if page == "about"
        else None
    )
    return render_template(f"register/{page}.html", cases=cases, checked_on=ACCESSIBILITY_CHECKED)
