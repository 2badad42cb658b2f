"""Pages on reading decisions: of who applies, and the desk of registry and president."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import Role
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.models import Account
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtModel
from odr.register.formats.html import run, shown as parts_of
from odr.register.publication.ledger import public_state
from odr.register.publication.models import Publication, PublicationState
from odr.register.redaction.structure import PublicText
from odr.register.viewing import applications
from odr.register.viewing.applications import AnswerInput, ObjectionInput, ReviewInput, ViewingInput
from odr.register.viewing.models import ViewingApplication, ViewingState
from odr.register.viewing.rules import Ground, is_readable
from odr.web.forms_outside import FormOutside, form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_person, current_session, signed_in, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, my_account, my_account_id, pack_today

viewing = Blueprint("viewing", __name__, url_prefix="/reading")
ANSWER = (Role.CLERK, Role.PRESIDENT)
APPLICATION = form_outside("reading", ViewingInput, "viewing.mine", T("Application to read a decision"))
OBJECTION = form_outside(
    "reading_review", ObjectionInput, "viewing.one", T("Why a decision should be open to you after all"), ("reference",)
)
ANSWERING = form_outside(
    "reading_answer", AnswerInput, "viewing.desk_one", T("Answer to an application to read"), ("reference",)
)
REVIEWING = form_outside(
    "reading_reviewed", ReviewInput, "viewing.desk_one", T("Review of a refusal to read a decision"), ("reference",)
)


@viewing.get("")
@signed_in
def mine() -> Page:
    """Apply to read a decision, and one's own applications with their answers."""
    return _mine(typed(APPLICATION), [])


def _mine(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    pack = pack_today()
    rules = applications.rules_of(pack)
    drawn = forms.fields_of(ViewingInput, current_locale(), values, faults)
    return render_template(
        "register/reading.html",
        fields=drawn,
        faults=forms.summary(drawn),
        unsent=unsent(APPLICATION, drawn, values),
        found=applications.mine(current_session(), my_account_id(), after_asked()),
        article=(pack.cited("CPL 159", "CPI 254, 255") or pack.cited(str(rules.article))),
    ), status


@viewing.post("")
@signed_in
@keeps(APPLICATION)
def apply() -> Page:
    """Lodge an application."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(ViewingInput, values, currency=pack_today().currency)
    except InvalidInput as error:
        return _mine(values, error.faults, 422)
    with court.database.write() as session:
        row = applications.apply(court, session, pack_today(), my_account_id(), given, court.clock.now())
    return redirect(url_for("viewing.one", reference=row.reference), 303)


def _own(reference: str) -> ViewingApplication:
    query = select(ViewingApplication).where(
        ViewingApplication.reference == reference, ViewingApplication.account_id == my_account_id()
    )
    row = current_session().scalar(query)
    if row is None:
        raise NotFound
    return row


@viewing.get("/<reference>")
@signed_in
def one(reference: str) -> Page:
    """One application of one's own: its answer, and the redacted text where it may be read."""
    return _one(_own(reference), typed(OBJECTION, reference=reference), [])


def _one(row: ViewingApplication, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    pack = pack_today()
    decision = current_session().get(Publication, row.publication_id) if row.publication_id else None
    text = decision is not None and row.state is ViewingState.GRANTED and is_readable(decision)
    drawn = forms.fields_of(ObjectionInput, current_locale(), values, faults)
    until = row.review_until if row.state is ViewingState.REFUSED and row.objection is None else None
    return render_template(
        "register/reading_one.html",
        row=row,
        decision=decision,
        is_out=decision is not None and public_state(decision) == PublicationState.PUBLISHED.value,
        parts=parts_of(PublicText.from_json(decision.proposed or {})) if text and decision is not None else None,
        run=run,
        ground=Ground(row.ground) if row.ground else None,
        article=pack.cite(Ground(row.ground).article) if row.ground and pack.cited("CPI 255") else None,
        unsent=unsent(OBJECTION, drawn, values, reference=row.reference),
        may_object=until is not None and until >= current_court().clock.now(),
        fields=drawn,
        faults=forms.summary(drawn),
    ), status


@viewing.post("/<reference>/review")
@signed_in
@keeps(OBJECTION)
def object_to(reference: str) -> Page:
    """Ask the president to look at a refusal again."""
    row, values, court = _own(reference), request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(ObjectionInput, values, currency=pack_today().currency)
    except InvalidInput as error:
        return _one(row, values, error.faults, 422)
    with court.database.write() as session:
        applications.object_to(court, session, pack_today(), row.reference, my_account_id(), given, court.clock.now())
    return redirect(url_for("viewing.one", reference=row.reference), 303)


def _is_president() -> bool:
    person = current_person()
    return person is not None and Role.PRESIDENT in person.roles


def _answering() -> FormOutside:
    """What whoever looks writes: an answer of the registry, or the president's review."""
    return REVIEWING if _is_president() else ANSWERING


def _states() -> tuple[ViewingState, ...]:
    """What lies on the desk of whoever looks: the registry's applications, or the president's reviews."""
    return (ViewingState.REVIEW,) if _is_president() else (ViewingState.WAITING,)


@viewing.get("/desk")
@staff(*ANSWER)
def desk() -> Page:
    """What waits for an answer of the registry, or for the president, the next day due first."""
    found = applications.waiting(current_session(), _states(), after_asked())
    return render_template(
        "register/reading_desk.html", found=found, now=current_court().clock.now(), is_review=_is_president()
    )


@viewing.get("/desk/<reference>")
@staff(*ANSWER)
def desk_one(reference: str) -> Page:
    """One application before whoever answers it."""
    return _desk_one(reference, typed(_answering(), reference=reference), [])


def _desk_one(reference: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    session = current_session()
    row = session.scalar(
        select(ViewingApplication).where(
            ViewingApplication.reference == reference, ViewingApplication.state.in_(_states())
        )
    )
    if row is None:
        raise NotFound
    found = applications.decision_in(session, row.about)
    model: type[CourtModel] = ReviewInput if _is_president() else AnswerInput
    if not values and model is AnswerInput and found is not None:
        values = {"number": [row.about]}
    drawn = forms.fields_of(model, current_locale(), values, faults)
    return render_template(
        "register/reading_answer.html",
        row=row,
        applicant=session.get_one(Account, row.account_id).name,
        found=found,
        ground=Ground(row.ground) if row.ground else None,
        fields=drawn,
        faults=forms.summary(drawn),
        unsent=unsent(_answering(), drawn, values, reference=reference),
        is_review=_is_president(),
    ), status


@viewing.post("/desk/<reference>")
@staff(*ANSWER)
@keeps(_answering)
def decide(reference: str) -> Page:
    """Answer an application, or decide on its refusal; who applied gets a letter."""
    values, court, pack = request.form.to_dict(flat=False), current_court(), pack_today()
    try:
        with court.database.write() as session:
            now, by = court.clock.now(), session.get_one(Account, my_account().id)
            if _is_president():
                decided = forms.parse(ReviewInput, values, currency=pack.currency)
                row = applications.review(court, session, pack, reference, decided, by, now)
            else:
                given = forms.parse(AnswerInput, values, currency=pack.currency)
                row = applications.answer(court, session, pack, reference, given, by, now)
            outbox.write(court, session, [applications.letter_to(court, session.get_one(Account, row.account_id), row)])
    except InvalidInput as error:
        return _desk_one(reference, values, error.faults, 422)
    outbox.send_soon(court)
    return redirect(url_for("viewing.desk"), 303)
