"""What comes in from outside without signing in: a letter passed on, and the reports of carriers."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput
from odr.ground.text import T
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtEmail, CourtModel, CourtPhone, CourtText, field
from odr.service import names
from odr.service.channels.messenger import TIME
from odr.service.channels.seller import SIGNATURE
from odr.service.models import Packet
from odr.service.packet.notice_codes import normalized
from odr.service.packet.outcomes import SERVING
from odr.service.registry.acts import PassedOnRecord, not_passed_on
from odr.service.replies.carriers import MOST_BYTES, Taken, take_receipt
from odr.web.guards import behind_code, current_court, current_locale, current_session, public
from odr.web.pages import Page, look

letters = Blueprint("letters", __name__)


def _letter(code: str) -> tuple[Packet, Case, Party] | None:
    """The first letter behind a code. Raises InvalidInput for a code that is none."""
    session = current_session()
    packet = session.scalar(select(Packet).where(Packet.code == normalized(code), Packet.first_contact.is_(True)))
    case, party = (
        (session.get(Case, packet.case_id), session.get(Party, packet.party_id)) if packet is not None else (None, None)
    )
    if packet is None or case is None or party is None or case.stage not in SERVING:
        return None
    return packet, case, party


@letters.get("/letters/<code>/pass-on")
@public
def pass_on(code: str) -> Page:
    """Who got the letter but may not sign for the company names who may; nothing of the case is shown."""
    return _page(code, {}, [])


def _page(code: str, values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    try:
        found = behind_code(lambda: _letter(code))
    except InvalidInput:
        found = None
    if found is None:
        return redirect(url_for("filing.join_code", code=code), 303)
    packet, case, party = found
    why_not = not_passed_on(look(), case, party)
    fields = forms.fields_of(PassedOnInput, current_locale(), values, faults)
    return render_template(
        "service/pass_on.html",
        code=packet.code,
        party=party,
        fields=fields,
        faults=forms.summary(fields),
        why_not=why_not,
        done="done" in request.args,
    ), status


@letters.post("/letters/<code>/pass-on")
@public
def send_on(code: str) -> Page:
    """Write to the person named, with a code of their own; counted, so that it is no way to write to strangers."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given = forms.parse(PassedOnInput, values)
        found = behind_code(lambda: _letter(code))
    except InvalidInput as error:
        return _page(code, values, error.faults, 422)
    if found is None:
        return redirect(url_for("filing.join_code", code=code), 303)
    with court.database.write() as session:
        rate_limits.take(
            session,
            keyring(court.settings.secret_key),
            Counted.LETTER_FROM,
            rate_limits.network(request.remote_addr or ""),
            court.clock.machine_now(),
        )
    record = PassedOnRecord(packet=found[0].reference, **given.model_dump())
    try:
        with court.sit() as sitting:
            case = sitting.session.get_one(Case, found[1].id)
            sitting.follow(case, lambda: sitting.then(names.PASS_ON_LETTER, record))
    except ActNotOpen as error:
        return _page(code, values, [FieldFault(("name",), error.message)], 409)
    return redirect(url_for("letters.pass_on", code=found[0].code, done=1), 303)


STATUS = {Taken.NEW: 200, Taken.KNOWN: 200, Taken.FORGED: 403, Taken.NOBODYS: 404}


@letters.post("/service/receipts/<provider>")
@public(csrf=False, most=MOST_BYTES)
def receipts(provider: str) -> Response:
    """A carrier's signed report on a message of the court's; sending it again changes nothing."""
    body = request.get_data(cache=False)
    taken = take_receipt(
        current_court(), provider, body, request.headers.get(SIGNATURE, ""), request.headers.get(TIME, "")
    )
    return Response(taken.value, STATUS[taken], mimetype="text/plain")


class PassedOnInput(CourtModel):
    """Whoever got the first letter names the person responsible; nothing of the case is shown for it."""

    name: Annotated[str, CourtText(1, 100, one_line=True), field(T("Name of the person responsible"))]
    position: Annotated[
        str | None,
        CourtText(0, 100, one_line=True),
        field(T("Their position"), T("For example: legal department, managing director.")),
    ] = None
    email: Annotated[str, CourtEmail(), field(T("Their e-mail address at work"))]
    phone: Annotated[str | None, CourtPhone(), field(T("Their telephone, if you know it"))] = None
