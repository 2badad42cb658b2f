"""The registry's desk: the queue by its clock, and a claim beside what is needed to accept it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, cast

from flask import Blueprint, redirect, render_template, request, url_for

from odr.docket.models import Case, Role
from odr.filing import names
from odr.filing.claim.queries import claims_of, facts_of, reliefs_of
from odr.filing.draft.particulars import told_of
from odr.filing.registry.claims_of_one_sender import batches_of
from odr.filing.registry.queue import QueueLine, queue_of, returned_count
from odr.filing.registry.review import Check, Found, checks_of, files_of, helpful_of, tracks_for, warned_of
from odr.ground.db import new_reference
from odr.ground.errors import InvalidInput
from odr.ground.keyset import page_of_lines
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.procedure.acts.availability import acts_for, refusal
from odr.procedure.case.act_drafts import PageForm
from odr.procedure.forms import fields as forms
from odr.procedure.forms.articles import articles_of
from odr.procedure.forms.inputs import CourtModel, field
from odr.procedure.papers.language import language_of
from odr.procedure.rules.standards import Covered
from odr.procedure.sitting import Sitting
from odr.web.guards import case_page, current_court, current_locale, current_person, staff
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page, keep_begun, keeping, kept_answer, look, submit_act, typed_before

registry = Blueprint("registry", __name__)
DECISIONS = {"accept": names.ACCEPT_CLAIM, "return": names.RETURN_CLAIM, "refuse": names.PROPOSE_REFUSAL}
BESIDE = (
    names.VERIFY_IDENTITY,
    names.VERIFY_LICENCE,
    names.RECORD_AUTHENTICATION,
    names.ASK_FOR_PAPERS,
    names.END_GUARDIAN,
    names.RECORD_LEGAL_AID,
    names.REQUEST_IDENTITY_REPLY,
    names.RECORD_IDENTITY_REPLY,
    names.ASK_REASSIGNMENT,
    names.ALLOW_MORE_CORRECTION,
    names.FIND_PUBLIC_INTEREST,
)
OWN_DEFECTS = 3
NO_DEFECT = T("To return the claim, tick what has to be mended, or write it under “Another defect”.")


def _queue(sitting: Sitting) -> list[QueueLine]:
    person = current_person()
    assert person is not None
    return queue_of(sitting, person.account_id)


@registry.get("/registry")
@staff(Role.CLERK, Role.PRESIDENT)
def queue() -> Page:
    """What waits by what happens in law if nothing is done: claims of the clerk, complaints of the president."""
    court, person = look(), current_person()
    assert person is not None
    queue, words = _queue(court), words_asked()
    found = [line for line in queue if line.holds(words)] if words else queue
    return render_template(
        "filing/registry.html",
        queue=queue,
        page=page_of_lines(found, lambda line: line.begins, after_asked()),
        words=words,
        returned=returned_count(court, person.account_id),
        batches=batches_of(court.session, person.account_id),
    )


@registry.get("/cases/<reference>/review")
@case_page(Role.CLERK)
def review(case: Case, actor: Actor) -> Page:
    """The claim beside its conditions, and the three ways to decide."""
    return _review_page(case, actor, typed_before(case, actor, FORM), [])


class ReviewForm(CourtModel):
    """What stands in the form of the review, whichever way the clerk decides."""

    decision: Annotated[str | None, field(T("Decision"))] = None
    track: Annotated[str | None, field(T("If accepted: procedure"))] = None
    reasons: Annotated[str | None, field(T("Reasons"), widget="textarea")] = None
    article: Annotated[str | None, field(T("Article"))] = None
    elsewhere: Annotated[str | None, field(T("Where the claim may be brought instead"))] = None
    defect: Annotated[list[str], field(T("Defect"), widget="checkboxes")] = []
    own: Annotated[str | None, field(T("Defect"), widget="textarea")] = None
    days: Annotated[str | None, field(T("Days to mend it"))] = None


FORM = PageForm("review_claim", ReviewForm)


@registry.post("/cases/<reference>/review/draft")
@case_page(Role.CLERK)
def keep(case: Case, actor: Actor) -> Page:
    """Keep what was typed in the review, or throw it away; nothing is decided."""
    here = url_for("registry.review", reference=case.reference)
    return kept_answer(case, actor, FORM, here, url_for("registry.queue"))


def _defects(checks: list[Check]) -> list[Check]:
    return [c for c in checks if c.defect is not None]


def _review_page(
    case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200, moved_on: bool = False
) -> Page:
    sitting = look()
    checks, tracks = checks_of(sitting, case), tracks_for(sitting, case)
    listed = _defects(checks)
    chosen = values.get("defect", [str(i) for i, c in enumerate(listed) if c.found is Found.MISSING])
    decision = _one(values, "decision") or ("return" if any(c.found is Found.MISSING for c in checks) else "accept")
    proposed = _one(values, "track") or next(one.track for one in tracks if one.open)
    shown = {"days": "7", **values, "decision": decision, "track": proposed, "defect": chosen}
    closed = {key: refusal(sitting, sitting.court.table[name], case, actor) for key, name in DECISIONS.items()}
    page = render_template(
        "filing/review.html",
        case=case,
        actor=actor,
        queue=_queue(sitting),
        checks=checks,
        tracks=tracks,
        proposed=proposed,
        helpful=helpful_of(sitting, case, _needed(sitting, case, actor)),
        warned=warned_of(sitting, case),
        files=files_of(sitting, case),
        claims=claims_of(sitting.session, case),
        reliefs=reliefs_of(sitting.session, case),
        facts=facts_of(sitting.session, case),
        speaking=sitting.court.hooks.tells["exhibits_by_fact"](sitting, case, actor),
        told=told_of(sitting, case),
        window=next(iter(sitting.windows(case, "registry_review")), None),
        pack=sitting.pack(case),
        articles=articles_of(sitting.pack(case)),
        defects=list(enumerate(listed)),
        chosen=chosen,
        own=[(i, _one(values, f"own-{i}")) for i in range(OWN_DEFECTS)],
        value=lambda name, default="": _one(values, name) or default,
        decision=decision,
        closed={key: breach.message for key, breach in closed.items() if breach is not None},
        beside=[a for a in acts_for(sitting, case, actor) if a.act.name in BESIDE and a.is_open],
        faults=[(_anchor(f.location), f.message.render(current_locale())) for f in faults],
        moved_on=moved_on,
        key=new_reference(),
        tab="overview",
        **keeping(case, actor, FORM, forms.fields_of(ReviewForm, current_locale(), shown), shown),
    )
    return page, status


def _needed(sitting: Sitting, case: Case, actor: Actor) -> Sequence[Covered]:
    """The evidence standard beside the exhibits, as the room of evidence tells it."""
    return cast(Sequence[Covered], sitting.court.hooks.tells["by_standard"](sitting, case, actor))


def _anchor(location: tuple[str | int, ...]) -> str:
    first = str(location[0]) if location else "decide"
    return "own-0" if first == "defects" else first


def _one(values: dict[str, Any], name: str) -> str:
    got = values.get(name, "")
    return str(got[0] if isinstance(got, list) else got) if got else ""


def _input(case: Case, decision: str, values: dict[str, Any]) -> dict[str, Any]:
    """The chosen act's own fields, out of the page's."""
    kept: dict[str, Any] = {"idempotency_key": _one(values, "idempotency_key")}
    if decision == "accept":
        return kept | {"track": _one(values, "track"), "note": _one(values, "note")}
    if decision == "refuse":
        return kept | {name: _one(values, name) for name in ("reasons", "article", "elsewhere")}
    court = look()
    listed = _defects(checks_of(court, case))
    picked = [listed[int(i)] for i in values.get("defect", []) if i.isdecimal() and int(i) < len(listed)]
    told = [(c.part, c.defect.render(language_of(court, case))) for c in picked if c.defect is not None]
    told += [("other", words) for i in range(OWN_DEFECTS) if (words := _one(values, f"own-{i}").strip())]
    rows = {
        f"defects-{n}-{name}": value
        for n, (part, what) in enumerate(told)
        for name, value in (("part", part), ("what", what))
    }
    return kept | rows | {"days": _one(values, "days")}


@registry.post("/cases/<reference>/review")
@case_page(Role.CLERK)
def decide(case: Case, actor: Actor) -> Page:
    """Record the decision and open the next claim of the queue."""
    values = request.form.to_dict(flat=False)
    decision = _one(values, "decision")
    if decision not in DECISIONS:
        fault = InvalidInput.at("decision", T("Choose what you decide.")).faults
        keep_begun(case, actor, FORM, values)
        return _review_page(case, actor, values, fault, 422)
    given = _input(case, decision, values)
    if decision == "return" and not any(name.startswith("defects-") for name in given):
        keep_begun(case, actor, FORM, values)
        return _review_page(case, actor, values, InvalidInput.at("defects", NO_DEFECT).faults, 422)
    following = [line for line in _queue(look()) if line.case.id != case.id and line.is_review]
    answer = submit_act(
        case,
        actor,
        current_court().table[DECISIONS[decision]],
        given,
        lambda faults, status, moved: _review_page(case, actor, values, faults, status, moved),
        keeps=True,
        form=FORM,
        typed=values,
    )
    if isinstance(answer, tuple) or not following:
        return answer if isinstance(answer, tuple) else redirect(url_for("registry.queue"), 303)
    return redirect(url_for("registry.review", reference=following[0].case.reference), 303)
