"""Pages of filing at the counter: the clerk takes down, the person confirms on paper or on their own telephone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import segno
from flask import Blueprint, Response, redirect, render_template, request, url_for

from odr.docket.models import Case, Party, Role
from odr.filing import names
from odr.filing.claim.acts import AnswerInput
from odr.filing.claim.queries import facts_of
from odr.filing.counter import assisting
from odr.filing.counter.acts import ONLY_IN_WRITING, may_be_taken
from odr.filing.counter.inputs import Confirmation, Manner, TakenInput
from odr.filing.draft import drafts
from odr.filing.draft.particulars import told
from odr.filing.inputs import ClaimInput
from odr.filing.models import Draft
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T, Text, write, write_day
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import site_of
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.table import Act
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import COURT_CURRENCY, Widget
from odr.procedure.forms.reading import read_day, read_money
from odr.web.guards import (
    case_page,
    current_court,
    current_locale,
    current_person,
    current_session,
    public,
    require_strong,
    staff,
)
from odr.web.pages import Page, look, pack_today, to_receipt

counter = Blueprint("counter", __name__)


def _me() -> Actor:
    person = current_person()
    assert person is not None
    return Actor(Role.CLERK, person.account_id, person.name, strong_at=person.strong_at)


def _taken_fields(values: dict[str, Any], faults: list[FieldFault]) -> list[forms.FormField]:
    return forms.fields_of(
        TakenInput, current_locale(), values, faults, forms.choices_for(TakenInput, look(), None, _me())
    )


# -- a claim -----------------------------------------------------------------------


@counter.get("/registry/counter")
@staff(Role.CLERK)
def begin_page() -> Page:
    """What filing at the counter is, and the claims that are being written there."""
    mine = [d for d in drafts.drafts_of(current_session(), _me().account_id or 0) if assisting.COUNTER in d.values]
    return render_template("filing/counter.html", drafts=mine)


@counter.post("/registry/counter")
@staff(Role.CLERK)
def begin() -> Response:
    """Begin to write a claim for somebody."""
    court = current_court()
    with court.database.write() as session:
        draft = drafts.open_draft(session, _me().account_id or 0, court.clock.now(), {assisting.COUNTER: {"yes": "1"}})
        reference = draft.reference
    return redirect(url_for("filing.task_list", draft=reference), 303)  # type: ignore[return-value]


@counter.get("/registry/counter/<draft>")
@staff(Role.CLERK)
def confirm_claim(draft: str) -> Page:
    """How the claim was filed, and how the person confirms it."""
    return _claim_page(_counter_draft(draft), {}, [])


def _counter_draft(reference: str) -> Draft:
    found = drafts.find_draft(current_session(), _me().account_id or 0, reference)
    if assisting.COUNTER not in found.values:
        raise NotFound
    return found


def _claim_page(draft: Draft, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    fields = _taken_fields(values, faults)
    return render_template(
        "filing/counter_claim.html", draft=draft, fields=fields, faults=forms.summary(fields)
    ), status


@counter.post("/registry/counter/<draft>")
@staff(Role.CLERK)
@require_strong()
def lodge_claim(draft: str) -> Page:
    """Open the case of a claim that was signed for, or ask the person to confirm it."""
    court, found, values = current_court(), _counter_draft(draft), request.form.to_dict(flat=False)
    pack = pack_today()
    try:
        claim = drafts.claim_of(found, pack)
    except InvalidInput as error:
        return redirect(url_for("filing.step", draft=draft, step=error.faults[0].location[0], check=1), 303)
    try:
        taken = forms.parse(TakenInput, values)
        if taken.confirmation is Confirmation.LINK:
            name = claim.claimant.name
            token = assisting.ask_to_confirm(
                court, name=name, act=names.LODGE_CLAIM, given=claim, taken=taken, clerk=_me(), of_draft=found.id
            )
            return _asked(token, claim.claimant.name, taken.email, url_for("counter.begin_page"))
        receipt = assisting.take_claim(court, found, claim, taken, current_session().get_one(Account, _me().account_id))
    except InvalidInput as error:
        return _claim_page(found, values, error.faults, 422)
    return to_receipt(receipt.case_reference, receipt.number)


def _asked(token: str, name: str, address: str | None, back: str) -> Page:
    """The link on the clerk's screen, for the person to scan; and by e-mail where they have one."""
    court = current_court()
    link = f"{court.settings.base_url.rstrip('/')}{url_for('counter.confirm_page', token=token)}"
    if address and court.ports.mail is not None:
        outbox.post(
            court,
            [
                assisting.letter_to_confirm(
                    address,
                    pack_today().language,
                    site_of(court.settings.base_url),
                    token,
                    name,
                )
            ],
        )
    picture = segno.make_qr(link, error="m").svg_data_uri(scale=5, border=2)
    return render_template(
        "filing/counter_asked.html", link=link, picture=picture, name=name, address=address, back=back
    )


# -- an act in a case ----------------------------------------------------------------


@counter.get("/cases/<reference>/counter")
@case_page(Role.CLERK)
def acts(case: Case, actor: Actor) -> Page:
    """For whom, and what can be filed now."""
    return render_template(
        "filing/counter_acts.html",
        case=case,
        actor=actor,
        parties=assisting.open_at_the_counter(look(), case, actor),
        tab="overview",
    )


def _party_and_act(case: Case, party: str, name: str) -> tuple[Party, Act]:
    who = next((p for p in case.parties if p.reference == party and p.left_at is None), None)
    act = current_court().table.get(name)
    if who is None or act is None or not act.listed or not may_be_taken(act) or who.role not in act.by:
        raise NotFound
    return who, act


@counter.get("/cases/<reference>/counter/<party>/<name>")
@case_page(Role.CLERK)
def act_page(case: Case, actor: Actor, party: str, name: str) -> Page:
    """The act's own form, and how it was filed and is confirmed."""
    who, act = _party_and_act(case, party, name)
    values: dict[str, Any] = {}
    if act.input is AnswerInput:
        others = (f for f in facts_of(current_session(), case) if f.fact.party_id != who.id)
        values = {f"facts-{i}-fact": fact.fact.reference for i, fact in enumerate(others)}
    return _act_page(case, actor, who, act, values, [], [])


def _act_page(
    case: Case,
    actor: Actor,
    who: Party,
    act: Act,
    values: dict[str, Any],
    faults: list[FieldFault],
    about: list[FieldFault],
    status: int = 200,
    why: Text | None = None,
) -> Page:
    acting = assisting.acting_for(who, actor)
    fields = forms.fields_of(
        act.input, current_locale(), values, faults, forms.choices_for(act.input, look(), case, acting)
    )
    taken = _taken_fields(values, about)
    facts = {f.fact.reference: f.fact for f in facts_of(current_session(), case)}
    page = render_template(
        "filing/counter_act.html",
        case=case,
        actor=actor,
        who=who,
        act=act,
        fields=fields,
        taken=taken,
        faults=forms.summary(fields) + forms.summary(taken),
        why=why,
        facts=facts,
        key=new_reference(),
        tab="overview",
    )
    return page, status


@counter.post("/cases/<reference>/counter/<party>/<name>")
@case_page(Role.CLERK)
@require_strong()
def take_act(case: Case, actor: Actor, party: str, name: str) -> Page:
    """File what was signed for, or ask the person to confirm it."""
    who, act = _party_and_act(case, party, name)
    court, values = current_court(), request.form.to_dict(flat=False)
    if forms.group_action(values) is not None:
        return _act_page(case, actor, who, act, values, [], [])
    about: list[FieldFault] = []
    try:
        taken = forms.parse(TakenInput, values)
    except InvalidInput as error:
        about = error.faults
    else:
        if act.in_writing and taken.manner is Manner.ORAL:
            about = [FieldFault(("manner",), ONLY_IN_WRITING)]
    try:
        given = forms.parse(act.input, values, currency=look().pack(case).currency)
        if about:
            return _act_page(case, actor, who, act, values, [], about, 422)
        if taken.confirmation is Confirmation.LINK:
            token = assisting.ask_to_confirm(
                court, name=who.name, act=act.name, given=given, taken=taken, clerk=actor, case=case, party=who
            )
            return _asked(token, who.name, taken.email, url_for("counter.acts", reference=case.reference))
        receipt = assisting.take(
            court, case, who, act.name, given, taken, actor, key=request.form.get("idempotency_key")
        )
    except InvalidInput as error:
        return _act_page(case, actor, who, act, values, error.faults, about, 422)
    court.settle()
    return to_receipt(receipt.case_reference, receipt.number)


# -- on the person's own telephone -----------------------------------------------------


@counter.get("/confirm/<token>")
@public
def confirm_page(token: str) -> Page:
    """What was written down, for the person to read; opening it uses nothing up."""
    return _confirm_page(token, None)


def _confirm_page(token: str, fault: InvalidInput | None, status: int = 200) -> Page:
    court = current_court()
    waiting = assisting.waiting_for(current_session(), token, court.clock.machine_now())
    act = court.table[waiting.act]
    model = act.input.model_validate(waiting.given)
    title = court.table[waiting.act].title
    words = fault.faults[0].message.render(current_locale()) if fault is not None else ""
    said: list[tuple[str, str]] = []
    if isinstance(model, ClaimInput):
        pack = pack_today()
        found = told(pack, model.matter.cause, model.particulars)
        said = [
            (one.label.render(current_locale()), write(one.value, current_locale(), court.settings.tz)) for one in found
        ]
    lines = _lines(act, model, said)
    return render_template(
        "filing/counter_confirm.html", waiting=waiting, title=title, lines=lines, fault=words, token=token
    ), status


def _lines(act: Act, model: Any, after_first: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Label and words of everything that was written, in the reader's language; ``after_first`` follows the first part,
    which says what the dispute is.
    """
    values = forms.flatten(
        model.model_dump(mode="json", exclude={"particulars"} if isinstance(model, ClaimInput) else None)
    )
    found: list[tuple[str, str]] = []

    def walk(fields: list[forms.FormField], of: str = "") -> None:
        """Field by field; ``of`` names the row they stand in."""
        for one in fields:
            if (words := _shown(one)) is not None:
                found.append(
                    (T("%(row)s, %(field)s", row=of, field=one.label).render(one.locale) if of else one.label, words)
                )
            walk(one.children, of)
            for row in one.rows:
                walk(row.fields, row.title)

    parts = forms.fields_of(act.input, current_locale(), values, [], _words_of_choices(act))
    walk(parts[:1])
    found.extend(after_first)
    walk(parts[1:])
    return found


def _shown(one: forms.FormField) -> str | None:
    """What a field says, in words; a day as one writes it, and what is agreed to with a yes."""
    if one.kind is Widget.CHECKBOX:
        return T("Yes").render(one.locale) if one.chosen else None
    if one.kind is Widget.DATE and one.value:
        return write_day(read_day(one.value), one.locale)
    if one.kind is Widget.MONEY and one.value:
        return write(read_money(one.value, COURT_CURRENCY), one.locale)
    return one.shown or None


def _words_of_choices(act: Act) -> dict[str, Any]:
    """Options that need no case: of these a person reads the words, of the others the value."""
    known: dict[str, Any] = {}
    for name in forms.sources_needed(act.input) & {"causes", "positions"}:
        known[name] = forms.SOURCES[name](look(), None, None)
    return known


@counter.post("/confirm/<token>")
@public
def confirm(token: str) -> Page:
    """The person confirms by writing their name; it is filed in this moment."""
    court = current_court()
    try:
        receipt = assisting.confirm(court, token, request.form.get("name", ""))
    except InvalidInput as error:
        if any(fault.location[:1] == ("name",) for fault in error.faults):
            return _confirm_page(token, error, 422)
        raise
    court.settle()
    return render_template(
        "filing/counter_confirmed.html", receipt=receipt, words=receipt.words.get(current_locale(), "")
    )
