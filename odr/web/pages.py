"""What every room's pages do alike: submit an act from its form, hand out a receipt, hand out a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from odr.docket.models import COURT_ROLES, Audience, Case
from odr.ground.errors import CaseMovedOn, CourtError, FieldFault, InvalidInput, NotFound, StepUpNeeded
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.availability import refusal, refuse_role
from odr.procedure.acts.table import Act
from odr.procedure.case import act_drafts
from odr.procedure.case.before_doing import said_before
from odr.procedure.case.written import answered_by
from odr.procedure.forms import fields
from odr.procedure.forms.doubts import Doubt, doubts_of, mark_of
from odr.procedure.forms.inputs import Widget
from odr.procedure.forms.two_windows import Merged, marks, merge
from odr.procedure.forms.typed_again import typed_again
from odr.procedure.hooks import Wording
from odr.procedure.papers.language import takes_language
from odr.procedure.papers.rulings import RulingBegun, ruling_begun
from odr.procedure.rules.pack import RulePack
from odr.procedure.sitting import ActReceipt, Sitting
from odr.web.guards import current_court, current_locale, current_person, current_session, need_strong
from odr.web.proof import NotProved, is_answered

Page = str | Answer | tuple[str, int]
"""What a page hands back; a way on to another page is an answer of the library below Flask."""


def look() -> Sitting:
    """The court as it stands at this request, for reading."""
    return current_court().look(current_session())


def pack_today() -> RulePack:
    """The rules a case of today falls under."""
    court = current_court()
    return court.packs.in_force(court.settings.pack, court.clock.now().astimezone(court.settings.tz).date())


def my_account_id() -> int:
    """The account of whoever is signed in; for pages whose guard asks for that."""
    person = current_person()
    assert person is not None
    return person.account_id


def my_account() -> Account:
    """The account of whoever is signed in, with its name and address."""
    return current_session().get_one(Account, my_account_id())


def to_receipt(reference: str, number: int, endpoint: str = "cases.one_entry") -> Page:
    """Send the reader on to the receipt of an entry they have just made in a case."""
    return redirect(url_for(endpoint, reference=reference, number=number, done=1), 303)


def receipt_part(reference: str, part: str) -> Response:
    """A receipt's file by its part, under the names that ``sha256sum -c`` expects."""
    files = current_court().notary.receipt_files(current_session(), reference)
    if part == "renewals" and files.renewing:
        return file_answer(_together(files.renewing), "renewals.zip", "application/zip")
    names = {
        "json": "receipt.json",
        "leaf": "receipt.leaf",
        "proof": "receipt.leaf.tlog-proof",
        "checkpoint": "checkpoint",
        "tsr": "checkpoint.tsr",
    }
    data = files.named.get(names.get(part, ""))
    if data is None:
        raise NotFound
    return file_answer(data, names[part], "application/octet-stream")


def _together(files: Mapping[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return whole.getvalue()


def file_answer(data: bytes, name: str, kind: str) -> Response:
    """A file to be kept, never shown in the page."""
    return Response(data, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def submit_act(
    case: Case,
    actor: Actor,
    act: Act,
    values: dict[str, Any],
    again: Callable[[list[FieldFault], int, bool], Page],
    endpoint: str = "cases.one_entry",
    *,
    keeps: bool = False,
    asks: bool | None = None,
    form: act_drafts.Form | None = None,
    typed: Mapping[str, Any] | None = None,
    named: Mapping[str, Any] | None = None,
) -> Page:
    """Parse, perform, and go to the receipt; or show the page again with what was typed.

    ``again`` is called with faults, status and whether the case has moved on. ``keeps``: what was typed is there again
    when the page is opened later, until the act is done. ``asks``: a sum or day that is seldom meant is asked about, as it
    is wherever what was typed is kept. ``form`` is the page's form where it is not the act's own, ``typed`` what stood in
    it, ``named`` what its address is about.
    """
    refuse_role(act, actor)
    kept = form or act
    written, about = typed if typed is not None else values, named if named is not None else request.args
    try:
        if keeps and fields.group_action(values) is None and is_overtaken(case, actor, kept, written, about):
            raise _NotDone([], 409)
        answer = _submit(
            case, actor, act, values, endpoint, asks=keeps if asks is None else asks, kept=kept, about=about
        )
    except _NotDone as refused:
        if (sent := _sent_before(case, actor, act, values)) is not None:
            return to_receipt(case.reference, sent, endpoint)
        if keeps:
            keep_begun(case, actor, kept, written, about)
        page = again(refused.faults, refused.status, refused.moved_on)
        if refused.unproved is not None and not g.get("identity_drawn"):
            raise refused.unproved from None
        return page
    except CourtError:
        if (sent := _sent_before(case, actor, act, values)) is not None:
            return to_receipt(case.reference, sent, endpoint)
        if keeps:
            keep_begun(case, actor, kept, written, about)
        raise
    return answer


def _sent_before(case: Case, actor: Actor, act: Act, values: Mapping[str, Any]) -> int | None:
    """The entry that this very form has made already, with the same words under the same key: a second click is answered
    with its receipt, whatever refused it, and leaves nothing behind as begun and not sent. Waits for a first one that is
    still under way.
    """
    key = _first(dict(values), "idempotency_key")
    if key is None or actor.account_id is None:
        return None
    court = current_court()
    try:
        given = fields.parse(act.input, values, currency=court.packs.get(case.pack_id, case.pack_version).currency)
        with court.sit() as sitting:
            sitting.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
            receipt = sitting.receipt_for(actor.account_id, key, act.name, given)
    except InvalidInput:
        return None
    return receipt.number if receipt is not None and receipt.case_reference == case.reference else None


def is_overtaken(
    case: Case | None,
    actor: act_drafts.Writer,
    form: act_drafts.Form,
    values: Mapping[str, Any],
    named: Mapping[str, Any],
) -> bool:
    """Whether another window wrote something else in the form since this page was opened: both are shown before anything
    is sent.
    """
    found = begun(case, actor, form, named)
    if found is None or not (was := _first(dict(values), "was")):
        return False
    typed = act_drafts.worth_keeping(form.input, values)
    return bool(merge(act_drafts.answers_of(found), typed, was).theirs)


@dataclass
class _NotDone(Exception):
    """The page is shown again."""

    faults: list[FieldFault]
    status: int
    moved_on: bool = False
    unproved: StepUpNeeded | None = None
    """That who it is was not proved, by what was typed beside the act."""


def proved(case: Case, actor: Actor, act: Act) -> Actor:
    """The actor, having proved who they are where the act asks for it and its form said it beside the act.

    Whether the act is open is asked first, so that no code is used up in vain. Raises StepUpNeeded.
    """
    if not act.strong or not is_answered(request.form):
        return actor
    breach = refusal(look(), act, case, actor)
    if breach is not None:
        raise breach
    return replace(actor, strong_at=need_strong().strong_at)


def _submit(
    case: Case,
    actor: Actor,
    act: Act,
    values: dict[str, Any],
    endpoint: str,
    *,
    asks: bool,
    kept: act_drafts.Form,
    about: Mapping[str, Any],
) -> Page:
    unproved: StepUpNeeded | None = None
    try:
        action = fields.group_action(values)
        if action is not None:
            raise _NotDone([], 200)
        try:
            actor = proved(case, actor, act)
        except NotProved as error:
            unproved = error
        given = fields.parse(
            act.input, values, currency=current_court().packs.get(case.pack_id, case.pack_version).currency
        )
        asked = doubts_of(given, _today()) if asks else []
        if asked and _first(values, "sure") != mark_of(asked):
            raise _NotDone([*asked], 422, unproved=unproved)
        if unproved is not None:
            raise _NotDone([], 422, unproved=unproved)
        prepared = current_court().prepare(act.name, case, given, actor)
        with current_court().sit(prepared) as sitting:
            mine = sitting.session.get_one(Case, case.id)
            receipt = sitting.perform(
                act.name,
                mine,
                given,
                actor=actor,
                key=_first(values, "idempotency_key"),
                premise=_first(values, "premise"),
            )
            act_drafts.forget(sitting.session, mine, actor, kept, act_drafts.about_of(kept, about))
    except InvalidInput as error:
        raise _NotDone(error.faults, 422, unproved=unproved) from None
    except CaseMovedOn:
        raise _NotDone([], 409, True) from None
    current_court().settle()
    return to_receipt(case.reference, receipt.number, endpoint)


def submit_form(
    case: Case,
    actor: Actor,
    name: str,
    again: Callable[[dict[str, Any], list[FieldFault], int, bool], Page],
    endpoint: str = "cases.one_entry",
    *,
    keeps: bool = False,
    named: Mapping[str, Any] | None = None,
) -> Page:
    """Submit an act from the form of this request; ``again`` is given what was typed, then as :func:`submit_act`."""
    values, act = request.form.to_dict(flat=False), current_court().table[name]
    return submit_act(case, actor, act, values, partial(again, values), endpoint, keeps=keeps, named=named)


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def sure_mark(faults: Sequence[FieldFault]) -> str:
    """What a form sends back once somebody says that what is asked about is right; nothing where something is wrong."""
    return mark_of(faults) if faults and all(isinstance(one, Doubt) for one in faults) else ""


def is_confided(session: Session, case: Case | None, act: act_drafts.Form) -> bool:
    """Whether what is written in the form of an act is for the vault alone now: then it lies nowhere else, unsent either."""
    return case is not None and any(act.name in told(session, case) for told in current_court().hooks.confided)


def keep_begun(
    case: Case | None,
    actor: act_drafts.Writer,
    act: act_drafts.Form,
    values: Mapping[str, Any],
    named: Mapping[str, Any] | None = None,
) -> Merged | None:
    """Keep what was typed into the form of an act and not sent; nothing of what is sealed away when it is sent."""
    court, about = current_court(), act_drafts.about_of(act, request.args if named is None else named)
    with court.database.write() as session:
        if is_confided(session, case, act):
            act_drafts.forget(session, case, actor, act, about)
            return None
        return act_drafts.keep(session, case, actor, act, values, about, court.clock.now())


def kept_answer(case: Case | None, actor: act_drafts.Writer, act: act_drafts.Form, back: str, after: str) -> Page:
    """Keep the form of this request, or throw it away; nothing is sent. ``back`` is where it is begun, ``after`` where one
    goes on, unless the writer wants their words looked at. A script is told the marks of what is kept now, and whether another window has overtaken its page.
    """
    if "throw_away" in request.form:
        throw_away(case, actor, act)
        return redirect(back, 303)
    merged = keep_begun(case, actor, act, request.form.to_dict(flat=False))
    if request.headers.get("X-Autosave"):
        if merged is None and case is None:
            return Response(status=413)  # Longer than a form of ours: the page says that it is not saved.
        answer = Response(status=409 if merged is not None and merged.theirs else 204)
        answer.headers["X-Was"] = marks(merged.values if merged is not None else {})
        return answer
    stays = "look" in request.form or (merged is not None and merged.theirs)
    return redirect(back if stays else after, 303)


def keeping(
    case: Case | None,
    actor: act_drafts.Writer,
    act: act_drafts.Form,
    shown: Sequence[fields.FormField],
    values: Mapping[str, Any],
    named: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page of a form that is kept tells besides its fields: what was begun and not sent, what another window
    wrote, and the marks by which the page knows later what it showed.
    """
    about = request.args if named is None else named
    kept = _kept(case, actor, act, act_drafts.about_of(act, about))
    others = [] if request.method == "GET" else [act_drafts.written_elsewhere(kept, values)]
    others += act_drafts.asides_of(kept) if kept is not None and request.method == "GET" else []
    return {
        "keeps": not is_confided(current_session(), case, act),
        "kept": kept if request.method == "GET" else None,
        "about": act_drafts.about_of(act, about),
        "was": act_drafts.page_marks(shown, kept),
        "elsewhere": [told for each in others if (told := typed_again([act.input], each, current_locale()))],
    }


def _kept(case: Case | None, actor: act_drafts.Writer, act: act_drafts.Form, about: str) -> act_drafts.Kept | None:
    if request.method == "GET":
        return act_drafts.draft_of(current_session(), case, actor, act, about)
    # What this very request has kept stands in no snapshot opened before it.
    with current_court().database.read() as session:
        return act_drafts.draft_of(session, case, actor, act, about)


def throw_away(
    case: Case | None, actor: act_drafts.Writer, act: act_drafts.Form, named: Mapping[str, Any] | None = None
) -> None:
    """Keep it no longer."""
    about = act_drafts.about_of(act, request.args if named is None else named)
    with current_court().database.write() as session:
        act_drafts.forget(session, case, actor, act, about)


def begun(
    case: Case | None, actor: act_drafts.Writer, act: act_drafts.Form, named: Mapping[str, Any] | None = None
) -> act_drafts.Kept | None:
    """What somebody typed into the form of an act at this address and did not send."""
    about = act_drafts.about_of(act, request.args if named is None else named)
    return act_drafts.draft_of(current_session(), case, actor, act, about)


def typed_before(
    case: Case | None, actor: act_drafts.Writer, act: act_drafts.Form, named: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The answers that somebody gave in a form and did not send; empty where there are none. The language of a paper is
    none of them: it is that of the case, whatever was kept with an old draft.
    """
    found = begun(case, actor, act, named)
    kept = act_drafts.answers_of(found) if found is not None else {}
    return {name: value for name, value in kept.items() if name != "language"} if takes_language(act.input) else kept


def open_case(
    model: type[BaseModel],
    begin: Callable[..., ActReceipt],
    again: Callable[[dict[str, Any], list[FieldFault], int], Page],
) -> Page:
    """Open a case for whoever is signed in from the form of this request, and go to its first receipt; or show the page
    again with what was typed.

    ``begin`` is given the court, the account, what was read, the key of the request, and by what they are signed in.
    """
    court, values = current_court(), request.form.to_dict(flat=False)
    if fields.group_action(values) is not None:
        return again(values, [], 200)
    try:
        given = fields.parse(model, values, currency=pack_today().currency)
        key, person = _first(values, "idempotency_key"), current_person()
        assert person is not None
        receipt = begin(court, my_account(), given, key=key, sign_in=person.sign_in)
    except InvalidInput as error:
        return again(values, error.faults, 422)
    court.settle()
    return to_receipt(receipt.case_reference, receipt.number)


def about_applicant() -> dict[str, Any]:
    """What a form that opens a case knows of whoever is signed in before they type."""
    account = my_account()
    return {"applicant-name": account.name, "applicant-email": account.email}


def act_page(
    case: Case,
    actor: Actor,
    act: Act,
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
    moved_on: bool = False,
    *,
    tab: str = "overview",
    keeps: bool = False,
    named: Mapping[str, Any] | None = None,
    chosen: Mapping[str, Any] | None = None,
) -> Page:
    """The page of an act that has no other: its form, made from its input; ``keeps`` what is typed, about what is
    ``named``; ``chosen`` is what was chosen last in what stands beside the form, and what is wrong with it.
    """
    sitting = look()
    beside = sitting.court.hooks.beside_form.get(act.name)
    choices = fields.choices_for(act.input, sitting, case, actor)
    shown = fields.fields_of(act.input, current_locale(), values, faults, choices)
    page = render_template(
        "generic/act.html",
        case=case,
        actor=actor,
        act=act,
        fields=shown,
        faults=fields.summary(shown),
        premise=sitting.premise_now(act, case, actor, values),
        moved_on=moved_on,
        tab=tab,
        **(keeping(case, actor, act, shown, values, named) if keeps else {"keeps": False}),
        ruling=ruling_kept(sitting, case, actor, act, values) if keeps else None,
        sure=sure_mark(faults),
        said=said_before(sitting, case, actor, act),
        answered=answered_by(sitting, case, actor, act, values),
        wording=wording_of(sitting, case, shown) if is_written_to_people(act, actor) else None,
        looks_at_words=sitting.court.settings.wording and is_written_to_people(act, actor),
        beside=beside(sitting, case, actor) if beside is not None else None,
        chosen=chosen or {},
    )
    return page, status


def ruling_kept(sitting: Sitting, case: Case, actor: Actor, act: Act, values: Mapping[str, Any]) -> RulingBegun | None:
    """The ruling that the answers kept in this form would make, to be read before it is sealed; None where the act makes none, nothing
    is kept yet, or an answer is still missing.
    """
    if act.paper is None or request.method != "GET" or begun(case, actor, act) is None:
        return None
    try:
        given = fields.parse(act.input, values, currency=sitting.pack(case).currency)
        return ruling_begun(sitting, act, case, given, actor)
    except CourtError:
        return None


TO_PARTIES = frozenset({Audience.PARTIES_AND_COURT, Audience.HEARING, Audience.OWN_SIDE_AND_COURT})
"""What of an entry parties read."""


def is_written_to_people(act: Act, actor: Actor) -> bool:
    """Whether somebody of the court writes what parties read."""
    return actor.role in COURT_ROLES and act.seen_by in TO_PARTIES


def wording_of(sitting: Sitting, case: Case | None, shown: Sequence[fields.FormField]) -> Wording | None:
    """What is suggested about the longer texts of a form that somebody of the court writes to a person."""
    look = sitting.court.hooks.words_check
    if look is None or not sitting.court.settings.wording:
        return None
    return look(sitting, case, [(one.label, one.value) for one in _texts(shown)], current_locale())


def _texts(shown: Sequence[fields.FormField]) -> Iterator[fields.FormField]:
    for one in shown:
        if one.kind is Widget.TEXTAREA and one.value:
            yield one
        yield from _texts(one.children)
        for row in one.rows:
            yield from _texts(row.fields)


def _first(values: dict[str, Any], name: str) -> str | None:
    got = values.get(name)
    return (got[0] if isinstance(got, list) else got) or None
