"""The page on which whoever pays reads to which account, and whoever is paid names it."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from odr.docket.models import PARTY_ROLES, Case, Role
from odr.ground.db import new_reference
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.enforcement.account_queries import accounts_shown, owed_in_money
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Act
from odr.procedure.forms import fields as forms
from odr.web.guards import case_page, current_court, current_locale
from odr.web.numbers import number_in
from odr.web.pages import Page, look, submit_form

accounts = Blueprint("accounts", __name__, url_prefix="/cases/<reference>/account")

READERS = PARTY_ROLES | {Role.JUDGE, Role.CLERK}


@accounts.get("")
@case_page(*READERS)
def page(case: Case, actor: Actor) -> Page:
    """To whom one pays into which account, since when it holds, and that the court never sends one by mail."""
    court = look()
    shown = accounts_shown(court, case, actor)
    to = {creditor for debtor, creditor in owed_in_money(court, case) if debtor == actor.party_id}
    may_name = actor.role in PARTY_ROLES and refusal(court, _act(), case, actor) is None
    return render_template(
        "judgment/account.html",
        case=case,
        actor=actor,
        shown=shown,
        unnamed=[case.party(one).name for one in sorted(to - {line.party.id for line in shown})],
        may_name=may_name,
        has_own=any(line.is_own for line in shown),
        done=number_in(request.args, "number") if request.args.get("done") else None,
        tab="decision",
    )


@accounts.get("/name")
@case_page(*PARTY_ROLES)
def form(case: Case, actor: Actor) -> Page:
    """The form of an account. Who they are is confirmed in it."""
    return _form(case, actor, {}, [])


@accounts.post("/name")
@case_page(*PARTY_ROLES)
def name(case: Case, actor: Actor) -> Page:
    """Name the account, or another in its place."""
    return submit_form(case, actor, names.NAME_ACCOUNT, partial(_form, case, actor), "accounts.page")


def _act() -> Act:
    return current_court().table[names.NAME_ACCOUNT]


def _form(
    case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200, moved_on: bool = False
) -> Page:
    breach = refusal(look(), _act(), case, actor)
    fields = forms.fields_of(_act().input, current_locale(), values, faults)
    return render_template(
        "judgment/account_form.html",
        case=case,
        actor=actor,
        act=_act(),
        why_not=breach.message if breach is not None else None,
        earlier=next((line for line in accounts_shown(look(), case, actor) if line.is_own), None),
        fields=fields,
        faults=forms.summary(fields),
        moved_on=moved_on,
        key=new_reference(),
        tab="decision",
    ), status
