"""The judge's signing list: rulings that are alike signed together after a look at those that differ."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Role
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, InvalidInput
from odr.payments.fee.to_sign import TOGETHER, sign_together, to_sign
from odr.procedure.lists.lists import lists_waiting
from odr.web.guards import current_court, current_locale, current_session, need_strong, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, look, my_account_id
from odr.web.proof import NotProved

signing = Blueprint("to_sign", __name__)


def _page(faults: list[FieldFault], values: dict[str, Any], status: int = 200) -> Page:
    found = to_sign(look(), my_account_id(), after=after_asked(), singly=after_asked("singly"))
    chosen = values.get("ruling", [one.fee.reference for one in found.alike.rows] if not faults else [])
    asked = [(str(f.location[0]) if f.location else "ruling", f.message.render(current_locale())) for f in faults]
    page = render_template(
        "payments/to_sign.html",
        desk=True,
        found=found,
        chosen=chosen,
        faults=asked,
        waits=lists_waiting(current_session(), my_account_id()),
        most=TOGETHER,
        key=(values.get("key") or [new_reference()])[0],
    )
    return page, status


@signing.get("/today/sign")
@staff(Role.JUDGE)
def listing() -> Page:
    """What is to be signed: alike together, the rest singly."""
    return _page([], {})


@signing.post("/today/sign")
@staff(Role.JUDGE)
def sign() -> Page:
    """Put those that are ticked on a list to be signed; who signs has proved who they are within a quarter of an hour, once for all."""
    values = request.form.to_dict(flat=False)
    try:
        need_strong()
        made = sign_together(
            current_court(),
            my_account_id(),
            values.get("ruling", []),
            (values.get("count") or [""])[0],
            (values.get("key") or [new_reference()])[0][:60],
        )
    except InvalidInput as error:
        return _page(error.faults, values, 422)
    except NotProved:
        return _page([], {**values, "ruling": values.get("ruling", [])}, 422)
    return redirect(url_for("lists.one", reference=made), 303)
