"""Pages of saved searches: asking for one, confirming it from the mailbox, ending it."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, render_template, request, url_for

from odr.ground.errors import FieldFault, InvalidInput
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.models import LinkPurpose
from odr.procedure.forms import fields as forms
from odr.procedure.forms.inputs import CourtEmail, CourtModel, field
from odr.register.search.asking import Asking
from odr.register.search.desk import reader_of
from odr.register.search.saved import telling
from odr.web.guards import current_court, current_locale, current_session, public
from odr.web.pages import Page, pack_today

saved = Blueprint("saved", __name__)


class SaveInput(CourtModel):
    """Where news of a search goes."""

    email: Annotated[
        str,
        CourtEmail(),
        field(T("Your e-mail address"), T("It is used for this search alone and deleted when you end it.")),
    ]


@saved.get("/decisions/save")
@public
def form() -> Page:
    """The form for the search in the address."""
    return _form({}, [])


@saved.post("/decisions/save")
@public
def save() -> Page:
    """Send the one letter that asks the mailbox; what is known of it is told to nobody."""
    values, court, asking = request.form.to_dict(flat=False), current_court(), Asking.of(request.args)
    try:
        if asking.fault is not None:
            raise InvalidInput.at("email", asking.fault)
        given = forms.parse(SaveInput, values, currency=pack_today().currency)
        letters = telling.ask(court, given.email, current_locale(), asking, request.remote_addr or "")
    except InvalidInput as error:
        return _form(values, error.faults, 422)
    outbox.post(court, letters)
    return render_template(
        "register/search/saved.html", step="sent", words=telling.words_of(asking, reader_of(pack_today()))
    )


def _form(values: dict[str, Any], faults: list[FieldFault], status: int = 200) -> Page:
    asking = Asking.of(request.args)
    drawn = forms.fields_of(SaveInput, current_locale(), values, faults)
    return render_template(
        "register/search/saved.html",
        step="form",
        words=telling.words_of(asking, reader_of(pack_today())),
        target=asking.address(url_for("saved.save")),
        back=asking.address(url_for("search.decisions")),
        fields=drawn,
        faults=forms.summary(drawn),
        can_send=current_court().ports.mail is not None,
    ), status


@saved.get("/decisions/saved/<token>")
@public
def confirm_page(token: str) -> Page:
    """The page the code in the letter leads to; opening it confirms nothing, since mail scanners open pages too."""
    row = telling.behind(current_session(), LinkPurpose.CONFIRM_SEARCH, token, current_court().clock.machine_now())
    words = telling.words_of(telling.asking_of(row), reader_of(pack_today())) if row is not None else ""
    return render_template("register/search/saved.html", step="confirm" if row is not None else "ended", words=words)


@saved.post("/decisions/saved/<token>")
@public
def confirm(token: str) -> Page:
    """From now on the mailbox is told."""
    telling.confirm(current_court(), token)
    return render_template("register/search/saved.html", step="confirmed", words="")


@saved.get("/decisions/saved/stop/<token>")
@public
def stop_page(token: str) -> Page:
    """The page to end a search; opening it ends nothing."""
    row = telling.behind(current_session(), LinkPurpose.STOP_SEARCH, token, current_court().clock.machine_now())
    words = telling.words_of(telling.asking_of(row), reader_of(pack_today())) if row is not None else ""
    return render_template("register/search/saved.html", step="stop" if row is not None else "ended", words=words)


@saved.post("/decisions/saved/stop/<token>")
@public(csrf=False)
def stop(token: str) -> Page:
    """End it: by the button, or by a mail program with one click, which comes from no page of ours (RFC 8058)."""
    telling.stop(current_court(), token)
    return render_template("register/search/saved.html", step="ended", words="")
