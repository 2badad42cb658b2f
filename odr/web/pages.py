"""What every room's pages do alike: submit an act from its form, hand out a receipt, hand out a file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, url_for

from odr.docket.models import Case
from odr.ground.errors import CaseMovedOn, InvalidInput, NotFound
from odr.identity.actors import Actor
from odr.procedure.acts.availability import refuse_role
from odr.procedure.acts.table import Act
from odr.procedure.forms import fields
from odr.web.guards import current_court, current_session

Page = str | Response | tuple[str, int]


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
    case: Case, actor: Actor, act: Act, values: dict[str, Any], again: Any, endpoint: str = "cases.one_entry"
) -> Page:
    """Parse, perform, and go to the receipt; or show the page again with what was typed.

    ``again`` is called with faults, status and whether the case has moved on.
    """
    refuse_role(act, actor)
    try:
        action = fields.group_action(values)
        if action is not None:
            return again([], 200, False)  # type: ignore[no-any-return]
        given = fields.parse(
            act.input, values, currency=current_court().packs.get(case.pack_id, case.pack_version).currency
        )
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
    except InvalidInput as error:
        return again(error.faults, 422, False)  # type: ignore[no-any-return]
    except CaseMovedOn:
        return again([], 409, True)  # type: ignore[no-any-return]
    current_court().settle()
    return redirect(url_for(endpoint, reference=case.reference, number=receipt.number, done=1), 303)  # type: ignore[return-value]


def _first(values: dict[str, Any], name: str) -> str | None:
    got = values.get(name)
    return (got[0] if isinstance(got, list) else got) or None
