"""The office of a firm, its cases, the roll of representatives, and the registry's desk for both."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from pydantic import BaseModel
from sqlalchemy.orm import Session

from odr.docket.models import Role
from odr.filing.parties.firm import handing, offices, roll
from odr.filing.parties.firm.models import Firm, FirmMember, Place
from odr.filing.parties.firm.offices import InviteInput, OpenOfficeInput
from odr.filing.parties.firm.roll import RollInput
from odr.ground.errors import CourtError, FieldFault, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import site_of
from odr.identity.mandates import QUALIFICATION_WORDS
from odr.identity.models import Account
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.forms import fields as forms
from odr.web.guards import current_court, current_locale, current_session, public, require_strong, signed_in, staff
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page, look, my_account, my_account_id

firm = Blueprint("firm", __name__)
MOST_REASON = 1000


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def _site() -> str:
    return site_of(current_court().settings.base_url)


def _mine(session: Session) -> tuple[Firm, FirmMember]:
    found = offices.membership(session, my_account_id())
    if found is None:
        raise NotFound
    return found


@firm.get("/roll")
@public
def show_roll() -> Page:
    """Who represents parties before this court by profession, as the registry has seen it (CPL 61)."""
    words = words_asked()
    return render_template(
        "filing/roll.html",
        words=words,
        found=roll.listed(current_session(), _today(), words, after_asked()),
        qualification_words=QUALIFICATION_WORDS,
    )


@firm.get("/firm")
@signed_in
def office() -> Page:
    """One's office: who belongs to it, one's place on the roll, and what waits."""
    return _office()


def _office(
    which: str = "", values: dict[str, Any] | None = None, error: InvalidInput | None = None, status: int = 200
) -> Page:
    session, account = current_session(), my_account()
    found = offices.membership(session, account.id)
    faults = error.faults if error is not None else []
    models: dict[str, type[BaseModel]] = {"open": OpenOfficeInput, "invite": InviteInput, "roll": RollInput}
    shown = {
        name: forms.fields_of(
            model, current_locale(), (values or {}) if name == which else {}, faults if name == which else [], {}
        )
        for name, model in models.items()
    }
    listed = forms.summary(shown[which]) if which in shown else []
    main = [("main", fault.message.render(current_locale())) for fault in faults if fault.location == ("main",)]
    return render_template(
        "filing/firm.html",
        firm=found[0] if found else None,
        me=found[1] if found else None,
        runs=found is not None and found[1].place is Place.HEAD,
        refused=offices.last_refused(session, account.id) if found is None else None,
        people=offices.people_of(session, found[0]) if found else [],
        invitations=offices.invitations(session, account) if found is None else [],
        entry=roll.newest(session, account.id) if found else None,
        today=_today(),
        places=offices.PLACES,
        kinds=offices.KINDS,
        fields=shown,
        faults=listed or main,
        summary=listed or main,
    ), status


def _again(which: str, error: CourtError) -> Page:
    values = request.form.to_dict(flat=False)
    told = error if isinstance(error, InvalidInput) else InvalidInput([FieldFault(("main",), error.message)])
    return _office(which, values, told, error.status)


@firm.post("/firm")
@signed_in
@require_strong()
def open_office() -> Page:
    """Ask the registry for an office."""
    court = current_court()
    try:
        given: OpenOfficeInput = forms.parse(OpenOfficeInput, request.form.to_dict(flat=False))
        with court.database.write() as session:
            offices.open_office(session, my_account_id(), given, court.clock.now())
    except CourtError as error:
        return _again("open", error)
    return redirect(url_for("firm.office"), 303)


@firm.post("/firm/invite")
@signed_in
@require_strong()
def invite() -> Page:
    """Ask somebody to join; the answer is the same whoever has an account with the address."""
    court = current_court()
    try:
        given: InviteInput = forms.parse(InviteInput, request.form.to_dict(flat=False))
        with court.database.write() as session:
            found, _ = offices.run_by(session, my_account_id())
            ring = keyring(court.settings.secret_key)
            rate_limits.take(session, ring, Counted.NAMED_BY, str(my_account_id()), court.clock.machine_now())
            member = offices.invite(session, found, given, my_account_id(), court.clock.now())
            inviter = session.get_one(Account, my_account_id())
            outbox.write(court, session, [offices.invitation_letter(found, member, inviter, _site())])
    except NotFound:
        raise
    except CourtError as error:
        return _again("invite", error)
    outbox.send_soon(court)
    return redirect(url_for("firm.office", _anchor="people"), 303)


@firm.post("/firm/invitations/<reference>")
@signed_in
@require_strong()
def answer_invitation(reference: str) -> Page:
    """Join an office, or decline."""
    court = current_court()
    try:
        with court.database.write() as session:
            if request.form.get("answer") == "join":
                offices.join(session, my_account_id(), reference, court.clock.now())
            else:
                offices.decline(session, my_account_id(), reference, court.clock.now())
    except NotFound:
        raise
    except CourtError as error:
        return _again("", error)
    return redirect(url_for("firm.office"), 303)


@firm.post("/firm/people/<reference>")
@signed_in
@require_strong()
def change_member(reference: str) -> Page:
    """Leave; or, for who runs the office, take somebody off it or say as what they belong to it."""
    court, wanted = current_court(), request.form.get("change", "")
    try:
        with court.database.write() as session:
            found, mine = _mine(session)
            member = offices.of_firm(session, found, reference)
            if member.id != mine.id and mine.place is not Place.HEAD:
                raise NotFound
            if wanted in {place.value for place in Place} and mine.place is Place.HEAD:
                offices.give_place(session, found, reference, Place(wanted), court.clock.now())
            elif wanted == "leave":
                offices.leave(session, court.notary, member, my_account_id(), court.clock.now())
            else:
                raise NotFound
    except InvalidInput as error:
        return _again("", error)
    return redirect(url_for("firm.office", _anchor="people"), 303)


@firm.post("/firm/roll")
@signed_in
@require_strong()
def ask_for_roll() -> Page:
    """Ask to be put on the roll of representatives."""
    court = current_court()
    try:
        given: RollInput = forms.parse(RollInput, request.form.to_dict(flat=False))
        with court.database.write() as session:
            found, mine = _mine(session)
            if mine.place is Place.CLERK:
                raise NotFound
            roll.ask(session, my_account_id(), found, given, court.clock.now(), _today())
    except InvalidInput as error:
        return _again("roll", error)
    return redirect(url_for("firm.office", _anchor="roll"), 303)


@firm.get("/firm/cases")
@signed_in
def cases() -> Page:
    """The cases the office conducts: all of them for who runs it, one's own for everybody else."""
    return _cases([])


def _cases(faults: list[FieldFault], status: int = 200) -> Page:
    session = current_session()
    found, mine = _mine(session)
    runs, words = mine.place is Place.HEAD, words_asked()
    people = handing.may_assist(session, found)
    who = next((account.id for member, account in people if member.reference == request.args.get("who")), None)
    return render_template(
        "filing/firm_cases.html",
        firm=found,
        runs=runs,
        words=words,
        who=request.args.get("who", ""),
        people=people,
        takers=handing.may_take_over(session, found, _today()),
        found=handing.cases_of(look(), found, only=who if runs else my_account_id(), words=words, after=after_asked()),
        ticked=set(request.form.getlist("mandates")),
        to=request.form.get("to", ""),
        faults=[(fault.location[-1], fault.message.render(current_locale())) for fault in faults],
    ), status


@firm.post("/firm/cases")
@signed_in
@require_strong()
def hand_over() -> Page:
    """Hand the ticked cases to a colleague, or put somebody on them as assistant."""
    court, chosen, to = current_court(), request.form.getlist("mandates"), request.form.get("to", "")
    now = court.clock.now()
    try:
        with court.database.write() as session:
            found, mine = _mine(session)
            if request.form.get("do") == "assist":
                placed = [one for one in handing.put_on(session, found, mine, chosen, to, now) if one.from_at == now]
                if placed:
                    outbox.write(court, session, [handing.told_assistant(session, found, placed, _site())])
            else:
                handing.hand_over(session, found, mine, chosen, to, now, _today())
    except InvalidInput as error:
        return _cases(error.faults, 422)
    outbox.send_soon(court)
    return redirect(url_for("firm.cases", q=words_asked() or None, who=request.args.get("who") or None), 303)


@firm.post("/firm/cases/<reference>")
@signed_in
@require_strong()
def change_case(reference: str) -> Page:
    """Take back what waits to be handed over, or take an assistant off a case."""
    court = current_court()
    with court.database.write() as session:
        found, mine = _mine(session)
        change = handing.take_off if request.form.get("change") == "assistant" else handing.take_back
        change(session, found, mine, reference, court.clock.now())
    return redirect(url_for("firm.cases"), 303)


@firm.get("/registry/roll")
@staff(Role.CLERK)
def desk() -> Page:
    """Offices and people that wait for the registry, and who is on the roll."""
    return _desk({})


def _desk(faults: dict[str, str], status: int = 200) -> Page:
    session, words = current_session(), words_asked()
    return render_template(
        "filing/roll_desk.html",
        offices=offices.waiting_offices(session, after_asked("offices")),
        waiting=roll.waiting(session, after_asked("waiting")),
        found=roll.listed(session, _today(), words, after_asked()),
        words=words,
        kinds=offices.KINDS,
        qualification_words=QUALIFICATION_WORDS,
        wrong=faults,
        typed=request.form.get("reason", ""),
        faults=[(f"reason-{reference}", words) for reference, words in faults.items()],
    ), status


@firm.post("/registry/roll/<reference>")
@staff(Role.CLERK)
def decide(reference: str) -> Page:
    """Let an office in, put somebody on the roll, or take them off; with a reason where it is refused."""
    court, by, now = current_court(), my_account_id(), current_court().clock.now()
    reason, decision = request.form.get("reason", "").strip(), request.form.get("decision", "")
    try:
        if len(reason) > MOST_REASON:
            raise InvalidInput.at("reason", T("Write at most %(most)s characters.", most=MOST_REASON))
        with court.database.write() as session:
            if decision in ("open", "refuse_office"):
                found = offices.decide_office(
                    session, court.notary, reference, decision == "open", reason or None, by, now
                )
                letter = offices.told_of_decision(session, found, _site())
            elif decision in ("admit", "refuse"):
                entry = roll.decide(session, court.notary, reference, decision == "admit", reason or None, by, now)
                letter = roll.told(session, entry, _site())
            elif decision == "off":
                letter = roll.told(session, roll.take_off(session, court.notary, reference, reason, by, now), _site())
            else:
                raise InvalidInput.at("reason", T("Choose what you decide."))
            outbox.write(court, session, [letter])
    except InvalidInput as error:
        return _desk({reference: error.faults[0].message.render(current_locale())}, 422)
    outbox.send_soon(court)
    court.sequence()
    return redirect(url_for("firm.desk"), 303)
