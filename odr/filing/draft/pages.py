"""Pages around a draft: shared, filled from a file, earlier versions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pydantic import BaseModel

from odr.filing.draft import drafts
from odr.filing.draft.draft_versions import bring_back, need_writable, revisions_of
from odr.filing.draft.evidence_list import as_rows, read_list, template
from odr.filing.draft.facts_of_files import facts_told, filled, options_of, proved_by_facts
from odr.filing.draft.files_along import all_along, fetched_files, fetches_of
from odr.filing.draft.importing import MOST_BYTES, read_document, read_table
from odr.filing.draft.pleading import as_steps, read_pleading
from odr.filing.draft.sharing import (
    accept,
    decline,
    end_share,
    files_in,
    invitation,
    invited,
    share,
    shares_of,
    writers,
)
from odr.filing.models import Draft
from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.models import Account
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.forms import fields as forms
from odr.procedure.forms.form_data import Raw
from odr.procedure.forms.two_windows import marks
from odr.procedure.forms.typed_again import typed_again
from odr.web.guards import current_court, current_locale, current_person, current_session, signed_in
from odr.web.pages import Page, file_answer, look, pack_today
from odr.web.presence import Person

pages = Blueprint("drafts", __name__)
FORM = MOST_BYTES + 64 * 1024
IMPORTED = "imported"
ROW = ("upload", "title", "proves", "source", "secret", "why_secret", "fetched")


def _person() -> Person:
    person = current_person()
    assert person is not None
    return person


def _find(reference: str) -> Draft:
    return drafts.find_draft(current_session(), _person().account_id, reference)


def _sent_file() -> tuple[str, bytes]:
    """Name and bytes of the file of the form. Raises InvalidInput at ``file``."""
    sent = request.files.get("file")
    data = sent.read(MOST_BYTES + 1) if sent is not None else b""
    if not data or sent is None:
        raise InvalidInput.at("file", T("Choose a file."))
    if len(data) > MOST_BYTES:
        raise InvalidInput.at(
            "file", T("This file is larger than 8 MB. Take the pictures out and send them as evidence.")
        )
    return (sent.filename or "")[:200], data


def _words(faults: list[FieldFault]) -> list[str]:
    return [fault.message.render(current_locale()) for fault in faults]


# -- a claim written in Word -------------------------------------------------------


@pages.get("/claim/<draft>/import")
@signed_in
def import_page(draft: str) -> Page:
    """Where a Word document is sent; afterwards what was read from it and what was not."""
    return _import_page(_find(draft), [])


def _import_page(found: Draft, faults: list[FieldFault], status: int = 200) -> Page:
    read = found.values.get(IMPORTED)
    steps = [s for s in drafts.STEPS if read and s.key in read["steps"]]
    page = render_template(
        "filing/import.html", draft=found, read=read, steps=steps, faults=_words(faults), count=_count
    )
    return page, status


def _count(draft: Draft, key: str) -> int:
    return len(Raw(draft.values.get(key, {})).rows(key))


@pages.post("/claim/<draft>/import")
@signed_in(most=FORM)
def import_document(draft: str) -> Page:
    """Put a document into the draft's parts; what stood there is kept as an earlier version."""
    court, person = current_court(), _person()
    pack = pack_today()
    try:
        name, data = _sent_file()
        read = read_pleading(read_document(data), pack.currency)
        steps = as_steps(read, person.email)
        if not steps:
            raise InvalidInput.at(
                "file",
                T(
                    "No parts of a claim were found. Headings such as “Respondent:”, “What I ask for” and “Facts” show them."
                ),
            )
    except InvalidInput as error:
        return _import_page(_find(draft), error.faults, 422)
    with court.database.write() as session:
        found = drafts.find_draft(session, person.account_id, draft)
        need_writable(found)
        for key, values in steps.items():
            whole = {**found.values.get(key, {}), **values} if key == "matter" else values
            drafts.save_step(
                session,
                found,
                key,
                whole,
                court.clock.now(),
                by=person.account_id,
                is_done=_is_right(found, key, whole),
            )
        found.values = {**found.values, IMPORTED: {"file": name, "steps": list(steps), "rest": read.rest}}
    return redirect(url_for("drafts.import_page", draft=draft), 303)


def _is_right(draft: Draft, key: str, values: dict[str, Any]) -> bool:
    told = facts_told(draft.values.get("facts", {}))
    try:
        forms.parse(drafts.step_of(key).model, filled(values, told) if key == "exhibits" else values)
    except InvalidInput:
        return False
    return True


# -- a list of evidence --------------------------------------------------------------


@pages.get("/claim/evidence-list.csv")
@signed_in
def list_template() -> Response:
    """An empty list of evidence."""
    return file_answer(template(current_locale()), "evidence-list.csv", "text/csv")


@pages.post("/claim/<draft>/exhibits/import")
@signed_in(most=FORM)
def import_list(draft: str) -> Page:
    """Put a list's lines into the evidence of the draft, each beside the file it names."""
    court, person = current_court(), _person()
    found = _find(draft)
    sent = drafts.files_of_writers(court.look(current_session()), found, person.account_id)
    try:
        _, data = _sent_file()
        listed = read_list(read_table(data), {option.value: str(option.label) for option in sent})
    except InvalidInput as error:
        return _exhibits_page(found, error.faults)
    with court.database.write() as session:
        mine = drafts.find_draft(session, person.account_id, draft)
        need_writable(mine)
        values = _with_list(
            mine.values.get("exhibits", {}), as_rows(listed, 0, facts_told(mine.values.get("facts", {})))
        )
        drafts.save_step(
            session,
            mine,
            "exhibits",
            values,
            court.clock.now(),
            by=person.account_id,
            is_done=_is_right(mine, "exhibits", values),
        )
    return redirect(url_for("filing.step", draft=draft, step="exhibits"), 303)


def _with_list(before: dict[str, Any], listed: dict[str, Any]) -> dict[str, Any]:
    """The list's rows, then the rows that were there and speak of other files; facts ticked at a file stay where the
    list names none.
    """
    new = {value: name.removesuffix("-upload") for name, value in listed.items() if name.endswith("-upload") and value}
    raw, rows = Raw(before), dict(listed)
    number = len(Raw(listed).rows("exhibits"))
    for row in raw.rows("exhibits"):
        values = {name: raw.one(f"exhibits-{row}-{name}") for name in ROW}
        facts = list(raw.all(f"exhibits-{row}-facts"))
        if values["upload"] in new:
            rows[f"{new[values['upload']]}-facts"] = rows.get(f"{new[values['upload']]}-facts") or facts
        elif any(values.values()):
            rows |= {f"exhibits-{number}-{name}": value for name, value in (values | {"facts": facts}).items()}
            number += 1
    return rows


def _exhibits_page(found: Draft, faults: list[FieldFault]) -> Page:
    step = drafts.step_of("exhibits")
    sitting, me = look(), _person().account_id
    sent = drafts.files_of_writers(sitting, found, me)
    values = drafts.with_new_files(drafts.own_files(sitting, found, me), dict(found.values.get("exhibits", {})))
    told = options_of(facts_told(found.values.get("facts", {})))
    fields = forms.fields_of(step.model, current_locale(), values, [], {"upload": sent, "facts_of_claim": told})
    if told:
        proved_by_facts(fields, current_locale())
    words = _words(faults)
    about = {
        "list_faults": words,
        "told": bool(told),
        "own": {option.value for option in drafts.own_files(sitting, found, me)},
        "rest": [],
        "along": all_along(current_court(), current_session(), [str(option.value) for option in sent]),
        "fetches": fetches_of(current_court(), current_session(), found, writers(current_session(), found)),
        "fetched": fetched_files(current_court(), current_session(), files_in(values)),
        "me": me,
        "was": marks(found.values.get("exhibits", {})),
        "theirs": [],
        "sure": "",
        "place": drafts.place_of(step.key),
    }
    return render_template(
        "filing/step.html", draft=found, step=step, fields=fields, faults=[("file", w) for w in words], **about
    ), 422


# -- sharing -------------------------------------------------------------------------


@pages.get("/claim/<draft>/share")
@signed_in
def share_page(draft: str) -> Page:
    """With whom the draft is shared, and whose claim it is."""
    return _share_page(_find(draft), {}, {})


def _share_page(found: Draft, typed: dict[str, str], faults: dict[str, str], status: int = 200) -> Page:
    owns, session = found.account_id == _person().account_id, current_session()
    about = {"shares": shares_of(session, found), "ended": shares_of(session, found, ended=True), "owns": owns}
    return render_template("filing/share.html", draft=found, typed=typed, faults=faults, **about), status


@pages.post("/claim/<draft>/share")
@signed_in
def add_share(draft: str) -> Page:
    """Invite somebody to write in the draft too; the answer is the same whether or not anybody has that address here."""
    court, form, me = current_court(), request.form, _person().account_id
    try:
        with court.database.write() as session:
            found = drafts.find_draft(session, me, draft)
            need_writable(found)
            rate_limits.take(
                session,
                keyring(court.settings.secret_key),
                Counted.LETTER_FROM,
                rate_limits.network(request.remote_addr or ""),
                court.clock.machine_now(),
            )
            made = share(
                session, found, me, form.get("email", ""), lodges=form.get("lodges") == "other", now=court.clock.now()
            )
            if court.ports.mail is not None:
                outbox.write(court, session, invitation(court, session, made))
    except InvalidInput as error:
        faults = {str(f.location[0]): f.message.render(current_locale()) for f in error.faults}
        return _share_page(_find(draft), form.to_dict(), faults, 422)
    outbox.send_soon(court)
    return redirect(url_for("drafts.share_page", draft=draft), 303)


@pages.post("/claim/<draft>/share/<int:share_id>/end")
@signed_in
def end(draft: str, share_id: int) -> Page:
    """End a share; the person it was shared with may do so too."""
    court, me = current_court(), _person().account_id
    with court.database.write() as session:
        found = drafts.find_draft(session, me, draft)
        end_share(session, found, me, share_id, court.clock.now())
        mine = found.account_id == me
    return redirect(url_for("drafts.share_page", draft=draft) if mine else url_for("drafts.invitations"), 303)


@pages.get("/claim/invitations")
@signed_in
def invitations() -> Page:
    """To whose drafts one was invited: what waits for an answer, where one writes, and what ended and by whom."""
    found = invited(current_session(), current_session().get_one(Account, _person().account_id))
    return render_template("filing/invitations.html", invited=found)


@pages.post("/claim/invitations/<int:share_id>/accept")
@signed_in
def accept_share(share_id: int) -> Page:
    """Write in somebody's draft from now on."""
    court = current_court()
    with court.database.write() as session:
        reference = accept(
            session, share_id, session.get_one(Account, _person().account_id), court.clock.now()
        ).reference
    return redirect(url_for("filing.task_list", draft=reference), 303)


@pages.post("/claim/invitations/<int:share_id>/decline")
@signed_in
def decline_share(share_id: int) -> Page:
    """Do not write in somebody's draft."""
    court = current_court()
    with court.database.write() as session:
        decline(session, share_id, session.get_one(Account, _person().account_id), court.clock.now())
    return redirect(url_for("drafts.invitations"), 303)


# -- earlier versions ----------------------------------------------------------------


@pages.get("/claim/<draft>/versions")
@signed_in
def versions(draft: str) -> Page:
    """What the parts of the draft said before."""
    found = _find(draft)
    return render_template(
        "filing/versions.html",
        draft=found,
        revisions=revisions_of(current_session(), found),
        step_of=drafts.step_of,
        lines=lambda step, values: typed_again([_asked(found, step)], values, current_locale()),
    )


def _asked(draft: Draft, key: str) -> type[BaseModel]:
    """What a step of the draft asks for."""
    return drafts.asked_by(drafts.step_of(key), draft, pack_today()).model


@pages.post("/claim/<draft>/versions/<int:revision_id>")
@signed_in
def restore(draft: str, revision_id: int) -> Page:
    """Bring an earlier version back."""
    court = current_court()
    with court.database.write() as session:
        found = drafts.find_draft(session, _person().account_id, draft)
        key = bring_back(session, found, revision_id, court.clock.now(), by=_person().account_id)
    return redirect(url_for("filing.step", draft=draft, step=key), 303)
