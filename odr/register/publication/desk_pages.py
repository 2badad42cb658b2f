"""Pages of publication within a case: the desk where the public text is made, its approval, and what the parties read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from odr.docket.models import Case, Role
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, NotFound
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refusal
from odr.procedure.forms import fields as forms
from odr.procedure.sitting import Sitting
from odr.register import names
from odr.register.desks import APPROVE_PUBLICATION
from odr.register.formats.html import run, shown as parts_of
from odr.register.publication import redacting, rules_of_acts as open_when, shown
from odr.register.publication.inputs import ApprovalInput
from odr.register.publication.models import Publication, PublicationState
from odr.register.publication.panel import READABLE, READERS
from odr.register.redaction.known import Choice
from odr.register.redaction.structure import PublicText
from odr.web.guards import case_page, current_locale
from odr.web.pages import Page, look, submit_form

publishing = Blueprint("publishing", __name__, url_prefix="/cases/<reference>/publication")


def _row(case: Case, *acts: str) -> tuple[Publication, str]:
    """The decision the address or form names, or the first for which one of these acts is open; and that act."""
    sitting = look()
    rows = open_when.publications_of(sitting.session, case)
    asked = request.form.get("publication") or request.args.get("of")
    for row in rows:
        for name in acts:
            if open_when.open_in(row, name) and (asked is None or row.reference == asked):
                return row, name
    raise NotFound


def _typed_choices() -> dict[int, str]:
    """What was ticked, by number of the candidate."""
    found = {}
    for name, value in request.form.items():
        head, _, tail = name.partition("-")
        place, _, part = tail.partition("-")
        number = request.form.get(f"choices-{place}-number", "")
        if head == "choices" and part == "choice" and number.isdecimal() and value in {one.value for one in Choice}:
            found[int(number[:6])] = value
    return found


@publishing.get("")
@case_page(Role.CLERK)
def desk(case: Case, actor: Actor) -> Page:
    """The original beside the public text, and every candidate."""
    return _desk(case, actor, [])


def _desk(case: Case, actor: Actor, faults: list[FieldFault], status: int = 200, moved_on: bool = False) -> Page:
    sitting = look()
    row, name = _row(case, names.PROPOSE_PUBLICATION, names.CORRECT_PUBLICATION)
    typed = _typed_choices() if request.method == "POST" and not moved_on else None
    redaction = redacting.redaction_of(sitting, case, row, typed)
    # A page that was opened before may give a choice on what is fixed by now: it is shown as it is.
    set_aside = redacting.fixed(redaction.candidates)
    open_to = {number: choice for number, choice in redaction.choices.items() if number not in set_aside}
    redaction = replace(redaction, choices=open_to)
    reasons = open_when.withdrawn_reasons(sitting, case, actor) if name == names.CORRECT_PUBLICATION else []
    return render_template(
        "register/publication/desk.html",
        case=case,
        actor=actor,
        row=row,
        act=name,
        groups=shown.groups_of(redaction),
        open=redaction.open,
        pairs=shown.pairs_of(redaction),
        all=bool(request.args.get("all")),
        seen=redacting.seen(redaction),
        reasons=reasons,
        reason=request.form.get("reason"),
        pointed=request.form.get("passages-0-words", ""),
        hands=shown.hands_of(sitting, case, row),
        objections=shown.objections_of(sitting, case, row),
        late=open_when.is_late(row, shown.today(sitting, case)),
        deadline=shown.deadline_article(sitting, case),
        errors=_placed(faults, redaction.open),
        moved_on=moved_on,
        kept=status == 200 and request.method == "POST" and not faults,
        key=new_reference(),
        refused=refusal(sitting, sitting.court.table[name], case, actor),
    ), status


def _placed(faults: list[FieldFault], undecided: Sequence[int]) -> list[tuple[str, str]]:
    """Where on the desk each fault is put right, and what it says."""
    places = {"passages": "passages-0-words", "choices": f"c{undecided[0]}-replace" if undecided else "candidates"}
    found: dict[str, str] = {}
    for fault in faults:
        first = str(fault.location[0]) if fault.location else "main"
        found.setdefault(places.get(first, first), fault.message.render(current_locale()))
    return list(found.items())


@publishing.post("")
@case_page(Role.CLERK)
def propose(case: Case, actor: Actor) -> Page:
    """Record every choice and send the text to the parties and the judge; or show the public text as it would read."""
    if request.form.get("do") == "look":
        return _desk(case, actor, [])
    _, name = _row(case, names.PROPOSE_PUBLICATION, names.CORRECT_PUBLICATION)
    return submit_form(case, actor, name, lambda v, f, s, m: _desk(case, actor, f, s, m))


@publishing.get("/text")
@case_page(*READERS)
def text(case: Case, actor: Actor) -> Page:
    """The text that is to be public, for the parties and the court."""
    sitting = look()
    rows = [
        (row, objected)
        for row in open_when.publications_of(sitting.session, case)
        if row.proposed
        and ((objected := open_when.waits_after_objection(sitting.session, row)) or row.state in READABLE)
    ]
    found = next((one for one in rows if request.args.get("of") in (None, one[0].reference)), None)
    if found is None:
        raise NotFound
    row, objected = found
    mine = [
        w for w in sitting.windows(case, "publication_objection", subject=row.reference) if w.party_id == actor.party_id
    ]
    return render_template(
        "register/publication/text.html",
        case=case,
        actor=actor,
        row=row,
        parts=parts_of(PublicText.from_json(row.proposed or {})),
        run=run,
        masked=shown.masked_of(sitting.pack(case), row.masked),
        window=mine[0] if mine and actor.party_id is not None else None,
        is_approved=row.state is PublicationState.APPROVED,
        objected=objected,
        own=[
            one
            for _, one in shown.objections_of(sitting, case, row)
            if actor.party_id is not None and one.party_id == actor.party_id
        ],
        by_when=_by_when(sitting, case, row),
    )


def _by_when(sitting: Sitting, case: Case, row: Publication) -> Text | None:
    """The day that counts for a text that was proposed: when it is to be public or, where that day is over, when the judge is to
    have read it, if that is still to come.
    """
    if row.due_on is not None and not open_when.is_late(row, shown.today(sitting, case)):
        return T("To be public by %(day)s.", day=row.due_on)
    due = next((task.due_at for task in sitting.tasks(case, APPROVE_PUBLICATION, row.reference)), None)
    if due is not None and due > sitting.now:
        return T("That is to be done by %(day)s.", day=due)
    return T("It was to be public by %(day)s, and is late.", day=row.due_on) if row.due_on is not None else None


@publishing.get("/approve")
@case_page(Role.JUDGE)
def approve(case: Case, actor: Actor) -> Page:
    """The proposed text before the judge, beside the original."""
    return _approve(case, actor, {}, [])


def _approve(
    case: Case,
    actor: Actor,
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    sitting = look()
    row, _ = _row(case, names.APPROVE_PUBLICATION)
    hidden = {"publication": row.reference, "text_sha256": row.proposed_sha256 or ""}
    drawn = forms.fields_of(ApprovalInput, current_locale(), {**values, **hidden}, faults)
    kind = open_when.rules_in(sitting, case).kinds[row.kind]
    redaction = redacting.redaction_of(sitting, case, row)
    return render_template(
        "register/publication/approve.html",
        case=case,
        actor=actor,
        row=row,
        kind=kind,
        groups=shown.groups_of(redaction),
        pairs=shown.pairs_of(redaction, PublicText.from_json(row.proposed or {})),
        masked=shown.masked_of(sitting.pack(case), row.masked),
        hands=shown.hands_of(sitting, case, row),
        objections=shown.objections_of(sitting, case, row),
        windows=sitting.windows(case, "publication_objection", subject=row.reference),
        fields=[f for f in drawn if f.name != "publication" and (f.name != "despite" or kind.withheld is not None)],
        errors=forms.summary(drawn),
        moved_on=moved_on,
        key=new_reference(),
        refused=refusal(sitting, sitting.court.table[names.APPROVE_PUBLICATION], case, actor),
        by_when=_by_when(sitting, case, row),
    ), status


@publishing.post("/approve")
@case_page(Role.JUDGE)
def approved(case: Case, actor: Actor) -> Page:
    """Approve the text that was read."""
    return submit_form(case, actor, names.APPROVE_PUBLICATION, partial(_approve, case, actor))
