"""Pages of the court's rules: what governs from when, for everybody; and the administrators' desk, where two of them
put a version in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import Role
from odr.ground.errors import CourtError, FieldFault, InvalidInput, NotFound
from odr.ground.text import T, Text, side_by_side
from odr.identity.models import Account
from odr.procedure.forms import fields as forms
from odr.procedure.forms.fields import Option
from odr.procedure.forms.inputs import CourtDate, CourtModel, CourtText, field
from odr.procedure.rules import activation
from odr.procedure.rules.activation import TooLate
from odr.procedure.rules.models import LaidState, LaidVersion
from odr.procedure.rules.pack import PackError, RulePack
from odr.procedure.rules.registry import Change, Files, pack_diff, sections_in, sections_of
from odr.procedure.time import period_calculator
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_session, public, require_strong, staff
from odr.web.pages import Page, file_answer, my_account_id, receipt_part

rules = Blueprint("rules", __name__)
HEAD = ("id", "version", "effective_from", "based_on")


class RulesInput(CourtModel):
    """A change of the rules as an administrator writes it."""

    pack: Annotated[str, field(T("Rules of"), choices="packs_known", widget="select")]
    effective_from: Annotated[
        CourtDate,
        field(
            T("In force from"),
            T("A day still to come. What was filed or done before it stays under the older version."),
        ),
    ]
    why: Annotated[
        str,
        CourtText(3, 2000),
        field(
            T("What changed in the law"),
            T("Name the source and its day. It is told to everybody with the new version."),
        ),
    ]
    changes: Annotated[
        str,
        CourtText(3, 200_000),
        field(
            T("Keys that change"),
            T("As in the files of the pack (TOML), only what is different. For example: [calendar.years.2027]"),
            widget="textarea",
        ),
    ]


NEW_VERSION = form_outside("rules", RulesInput, "rules.desk", T("A new version of the rules"))


@dataclass(frozen=True)
class Version:
    """One version of a pack for a reader."""

    pack: RulePack
    before: RulePack | None
    laid: LaidVersion | None
    governs: bool


def _today() -> date:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def _versions(pack_id: str) -> list[Version]:
    court = current_court()
    found = court.packs.versions(pack_id)
    laid = activation.told(current_session())
    today = court.packs.in_force(pack_id, _today())
    return [
        Version(pack, found[place - 1] if place else None, laid.get((pack.id, pack.version.isoformat())), pack is today)
        for place, pack in enumerate(found)
    ][::-1]


@rules.get("/rules")
@public
def overview() -> Page:
    """Every version of the court's rules: from when it governs, and who put it in force."""
    packs = period_calculator.packs_known(current_court())
    return render_template("procedure/rules.html", packs=[(pack, _versions(pack.id)) for pack in packs])


@rules.get("/rules/<pack_id>/<version>")
@public
def version(pack_id: str, version: str) -> Page:
    """What one version says differently from the one before it, key by key, and from when for whom."""
    found = next((one for one in _versions(pack_id) if one.pack.version.isoformat() == version), None)
    if found is None:
        raise NotFound
    return render_template("procedure/rules_version.html", one=found, changes=changed(found.before, found.pack))


def changed(before: RulePack | None, after: RulePack) -> list[tuple[str, Text, list[Change]]]:
    """Changes by section, each with the words for when it applies."""
    if before is None:
        return []
    reach = {name: section.applies_to for name, section in sections_of(after)}
    found: dict[str, list[Change]] = {}
    for change in pack_diff(before, after):
        section = change.path.partition(".")[0]
        if section not in ("version", "effective_from"):
            found.setdefault(section, []).append(change)
    return [(section, _reach(reach.get(section), after), listed) for section, listed in found.items()]


def _reach(applies: Any, after: RulePack) -> Text:
    if applies is None:
        return T("with the version of %(day)s", day=after.effective_from)
    if applies.value == "filed_from":
        return T("for claims filed from %(day)s; pending cases keep the rule they began with", day=after.effective_from)
    return T("for every act from %(day)s, in pending cases too", day=after.effective_from)


def _activated(reference: str) -> LaidVersion:
    row = current_session().scalar(
        select(LaidVersion).where(LaidVersion.reference == reference, LaidVersion.state == LaidState.ACTIVATED)
    )
    if row is None:
        raise NotFound
    return row


@rules.get("/rules/activated/<reference>/record.json")
@public
def record(reference: str) -> Response:
    """The exact bytes that were recorded: the files, who approved them, and for which day."""
    row = _activated(reference)
    return file_answer((row.record or "").encode(), f"rules-{row.pack_id}-{row.version}.json", "application/json")


@rules.get("/rules/activated/<reference>/receipt.<any(json, leaf, proof, checkpoint, tsr, renewals):part>")
@public
def receipt(reference: str, part: str) -> Response:
    """One file of the log's receipt for a version put in force."""
    return receipt_part(_activated(reference).receipt or "", part)


# The administrators' desk


@rules.get("/administration/rules")
@staff(Role.ADMIN)
def desk() -> Page:
    """What the rules lack, what waits for approval, and a form for a new version."""
    values = {"pack": current_court().settings.pack, **typed(NEW_VERSION), **request.args}
    return _desk(values, [])


@rules.post("/administration/rules")
@staff(Role.ADMIN)
@keeps(NEW_VERSION)
@require_strong()
def lay() -> Page:
    """An administrator lays a version, and thereby approves it first."""
    values, court = request.form.to_dict(), current_court()
    now = court.clock.machine_now()
    try:
        given = forms.parse(RulesInput, values, currency="CNY")
        files = written(given)
        with court.database.write() as session:
            activation.lay(
                session, files, why=given.why, by=session.get_one(Account, my_account_id()), now=now, today=_today()
            )
    except InvalidInput as error:
        return _desk(values, error.faults, 422)
    except PackError as error:
        return _desk(
            values, [FieldFault(("changes",), T("%(path)s: %(reason)s", path=error.path, reason=error.reason))], 422
        )
    except TooLate as error:
        return _desk(values, [FieldFault(("effective_from",), error.message)], 422)
    return redirect(url_for("rules.desk"), 303)


@rules.post("/administration/rules/<reference>")
@staff(Role.ADMIN)
@require_strong()
def decide(reference: str) -> Page:
    """Approve or decline a version that waits; the second approval puts it in force from its day."""
    court, form = current_court(), request.form
    now = court.clock.machine_now()
    try:
        with court.database.write() as session:
            by = session.get_one(Account, my_account_id())
            match form.get("decision"):
                case "approve":
                    activation.approve(court, session, reference, form.get("sha256", ""), by=by, now=now)
                case "decline":
                    activation.decline(session, reference, by=by, now=now)
                case _:
                    activation.waiting_version(session, reference)
                    raise InvalidInput.at("decision", T("Choose whether to approve or to decline."))
    except NotFound:
        raise
    except CourtError as error:
        return _desk(
            {"pack": court.settings.pack},
            [],
            error.status,
            error.faults[0].message if isinstance(error, InvalidInput) else error.message,
        )
    court.packs.renew()
    court.sequence()
    return redirect(url_for("rules.desk"), 303)


def written(given: RulesInput) -> Files:
    """The files of the version that an administrator wrote: named after the next free day, based on the newest. Raises
    PackError, InvalidInput.
    """
    packs = current_court().packs
    if given.pack not in packs.ids():
        raise InvalidInput.at("pack", T("Choose one of those listed."))
    own = [name for name in HEAD if name in sections_in(given.pack, {"changes": given.changes})]
    if own:
        raise InvalidInput.at(
            "changes", T("The form itself says %(names)s; leave it out here.", names=side_by_side(own))
        )
    newest = packs.versions(given.pack)[-1]
    name = max(given.effective_from, newest.version)
    if name == newest.version:
        raise InvalidInput.at(
            "effective_from",
            T("The version of %(version)s is as late as this. Choose a later day.", version=newest.version),
        )
    head = (
        f'id = "{given.pack}"\nversion = {name}\neffective_from = {given.effective_from}\nbased_on = {newest.version}\n'
    )
    return {"pack.toml": head + given.changes + "\n"}


def _desk(values: Mapping[str, Any], faults: list[FieldFault], status: int = 200, refused: Text | None = None) -> Page:
    court, session = current_court(), current_session()
    shown = []
    for view in activation.waiting(session, my_account_id(), _today()):
        changes: list[tuple[str, Text, list[Change]]] = []
        if view.fault is None:
            new, packs = activation.checked(session, view.row.files, _today())
            before = [one for one in packs.versions(new.id) if one.version < new.version]
            changes = changed(before[-1] if before else None, new)
        shown.append((view, changes))
    choices = {"packs_known": [Option(pack.id, pack.title) for pack in period_calculator.packs_known(court)]}
    fields = forms.fields_of(RulesInput, current_locale(), values, faults, choices)
    page = render_template(
        "procedure/rules_desk.html",
        waiting=shown,
        fields=fields,
        faults=forms.summary(fields),
        refused=refused,
        needed=activation.NEEDED,
        unsent=unsent(NEW_VERSION, fields, values),
    )
    return page, status
