"""The page on which a claim with certified facts is settled with one key."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from odr.docket.models import Case
from odr.ground.db import new_reference
from odr.ground.errors import NotFound
from odr.identity.actors import Actor
from odr.settlement.names import BRING_STATEMENT
from odr.settlement.offers.pages import WITHIN
from odr.settlement.one_key.acts import MOST_SIGNS
from odr.settlement.one_key.case_views import ANSWERS, forms_of_page, one_key_page
from odr.settlement.one_key.certified_statements import rules_of
from odr.web.guards import case_page, current_court, current_locale
from odr.web.numbers import number_in
from odr.web.pages import Page, look, submit_act

one_key_pages = Blueprint("one_key", __name__, url_prefix="/cases/<reference>/one-key")


@one_key_pages.get("")
@case_page(*WITHIN)
def page(case: Case, actor: Actor) -> Page:
    """Certified statements, what they come to, offer, confirmation and payout, for parties and mediator; never for the
    court.
    """
    return _page(case, actor, None, {}, [])


def _page(
    case: Case,
    actor: Actor,
    tried: str | None,
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    court = look()
    if rules_of(court, case) is None:
        raise NotFound
    shown = one_key_page(court, case, actor, current_locale(), tried, values, faults)
    form = shown.forms.get(tried or "")
    return render_template(
        "settlement/one_key.html",
        case=case,
        actor=actor,
        page=shown,
        faults=form.faults if form else [],
        done=number_in(request.args, "number") if request.args.get("done") else None,
        moved_on=moved_on,
        tab="settlement",
        key=new_reference(),
    ), status


@one_key_pages.post("/<name>")
@case_page(*WITHIN)
def act_with_one_key(case: Case, actor: Actor, name: str) -> Page:
    """Do one of the acts of the page, and come back to it."""
    if name not in forms_of_page() + ANSWERS:
        raise NotFound
    values, act = request.form.to_dict(flat=False), current_court().table[name]
    sent = request.files.get("file")
    if name == BRING_STATEMENT and sent is not None and sent.filename:
        # Read as text and no further than a statement may be long; what is none is refused as such.
        values["statement"] = [sent.stream.read(4 * MOST_SIGNS + 1).decode("utf-8", "replace").removeprefix("\ufeff")]
    return submit_act(case, actor, act, values, partial(_page, case, actor, name, values), "one_key.page")
