"""Pages on uploads that nobody submitted: the sender's own list, and the list on which the court decides."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from odr.docket.models import Role
from odr.evidence.intake.unsubmitted_uploads import erased_of, keep_longer, of_sender, ruled
from odr.evidence.retention import decisions
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput, NotSignedIn
from odr.ground.text import T, Text
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_person, current_session, need_strong, signed_in, staff
from odr.web.numbers import number_in
from odr.web.pages import Page, file_answer, receipt_part
from odr.web.presence import Person
from odr.web.proof import NotProved

unsubmitted = Blueprint("unsubmitted", __name__)
DECIDERS = (Role.CLERK, Role.ADMIN)
MOST_AT_ONCE = 200
"""Files kept longer in one request: as many as the sender's list shows."""


def _person() -> Person:
    person = current_person()
    if person is None:
        raise NotSignedIn(T("Sign in to see this page."))
    return person


def _rule() -> dict[str, Any]:
    """The retention rule and its article, for the page; both None where the court's rules let nothing be erased."""
    in_force = ruled(current_court())
    if in_force is None:
        return {"rule": None, "article": None}
    return {"rule": in_force.rule, "article": in_force.pack.cite(in_force.rule.article)}


class ReasonsInput(CourtModel):
    """Why files are erased or kept."""

    reasons: Annotated[str, CourtText(1, 2000), field(T("Reasons"), widget="textarea")]


DECIDING = form_outside(
    "unsubmitted", ReasonsInput, "unsubmitted.listing", T("Decision on files that nobody submitted")
)


@unsubmitted.get("/uploads/mine")
@signed_in
def mine() -> Page:
    """What the person has sent and not submitted: until when it is kept, how to keep it longer, and what was erased."""
    court, session, account = current_court(), current_session(), _person().account_id
    files = of_sender(court, session, account, most=MOST_AT_ONCE)
    return render_template(
        "evidence/unsubmitted.html",
        files=files,
        noticed=[one for one in files if one.notice],
        erased=erased_of(session, account),
        kept=number_in(request.args, "kept"),
        **_rule(),
    )


@unsubmitted.post("/uploads/mine")
@signed_in
def keep() -> Page:
    """Keep one file, or all of those named, longer."""
    count = keep_longer(current_court(), _person().account_id, request.form.getlist("file")[:MOST_AT_ONCE])
    return redirect(url_for("unsubmitted.mine", kept=count), 303)


@unsubmitted.get("/administration/unsubmitted")
@staff(*DECIDERS)
def listing() -> Page:
    """The list: files whose time has run, whether their senders were told, and which may be erased."""
    return _list({"reasons": "".join(typed(DECIDING).get("reasons", []))}, [])


def _list(values: dict[str, object], faults: list[tuple[str, Text]], status: int = 200) -> Page:
    """The list with what was typed and what is wrong with it, each fault at its field."""
    court, session = current_court(), current_session()
    lines, count = decisions.listed(court, session)
    shown = forms.fields_of(ReasonsInput, current_locale(), values)
    ready = sum(1 for line in lines if line.reason is None)
    return render_template(
        "evidence/unsubmitted_list.html",
        lines=lines,
        count=count,
        ready=ready,
        decisions=decisions.decisions(session),
        values=values,
        unsent=unsent(DECIDING, shown, values),
        faults=faults,
        done=request.args.get("done", ""),
        **_rule(),
    ), status


@unsubmitted.post("/administration/unsubmitted")
@staff(*DECIDERS)
@keeps(DECIDING)
def decide() -> Page:
    """Erase the files that are ticked, or keep them; what was typed stands there again when it cannot be done."""
    answer = request.form.get("answer", "")
    chosen, reasons = request.form.getlist("files"), request.form.get("reasons", "")
    values: dict[str, object] = {"files": chosen, "answer": answer, "reasons": reasons}
    try:
        person = need_strong()
        if answer not in ("erase", "keep"):
            raise InvalidInput([FieldFault(("answer",), T("Choose one of these."))])
        with current_court().sit() as sitting:
            made = decisions.decide(
                sitting, person.account_id, person.name, chosen, erased=answer == "erase", reasons=reasons
            )
    except InvalidInput as error:
        return _list(values, [(str(fault.location[0]), fault.message) for fault in error.faults], 422)
    except NotProved:
        return _list(values, [], 422)
    except ActNotOpen as error:
        return _list(values, [("files", error.message)], 409)
    return redirect(url_for("unsubmitted.listing", done=made.reference), 303)


@unsubmitted.get("/administration/unsubmitted/<reference>/record.json")
@staff(*DECIDERS)
def record(reference: str) -> Response:
    """The record of a decision, byte for byte as the log's receipt proves it."""
    decision = decisions.decision(current_session(), reference)
    return file_answer(decision.record.encode(), f"unsubmitted-{decision.reference}.json", "application/json")


@unsubmitted.get("/administration/unsubmitted/<reference>/receipt.<any(json, leaf, proof, checkpoint, tsr):part>")
@staff(*DECIDERS)
def receipt(reference: str, part: str) -> Response:
    """One file of the log's receipt for a decision."""
    return receipt_part(decisions.decision(current_session(), reference).receipt, part)
