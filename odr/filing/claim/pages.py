"""Pages of filing: the draft's task list and steps, joining by code, the answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pydantic import BaseModel

from odr.docket.models import Case, PartyKind, Role
from odr.docket.visibility import READS_FILE
from odr.filing import names
from odr.filing.claim.acts import AnswerInput
from odr.filing.claim.queries import claims_of, facts_of, reliefs_of, review_return_of
from odr.filing.claim.statements import statements
from odr.filing.counter.assisting import COUNTER
from odr.filing.draft import drafts
from odr.filing.draft.draft_versions import (
    ANSWER,
    answer_draft,
    answer_sent,
    keep_answer as keep_answer_draft,
    need_writable,
)
from odr.filing.draft.facts_of_files import facts_told, filled, numbered, options_of, proved_by_facts, shown_by
from odr.filing.draft.files_along import (
    all_along,
    fetched_files,
    fetches_of,
    not_looked_at,
    still_fetching,
    unexplained,
    with_fetched,
)
from odr.filing.draft.guide import COOKIE, opened_answers
from odr.filing.draft.outlook import outlook
from odr.filing.draft.particulars import day_told, form_for, not_asked_before, told, told_of
from odr.filing.draft.sharing import EXHIBITS, files_in, shares_of, who_lodges, writers
from odr.filing.inputs import JoinInput
from odr.filing.models import DraftState
from odr.filing.parties.asking_to_take_part import TakePartInput, ask_to_take_part, requests_from_outside
from odr.filing.parties.joining_by_code import (
    Invitation,
    invitation_for,
    join,
)
from odr.filing.registry.same_dispute import alike_of_mine
from odr.ground.db import new_reference
from odr.ground.errors import ActNotOpen, FieldFault, Forbidden, InvalidInput
from odr.ground.text import T
from odr.identity.accounts import links
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.procedure.case.before_doing import by_when, cost_words, said_before
from odr.procedure.forms import fields as forms
from odr.procedure.forms.doubts import doubts_of, mark_of
from odr.procedure.forms.form_data import Raw, money_text
from odr.procedure.forms.two_windows import BUTTONS, Merged, Theirs, marks, merge
from odr.procedure.forms.typed_again import typed_again
from odr.service.packet.notice_codes import look_up
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import (
    behind_code,
    case_page,
    count_named,
    current_court,
    current_locale,
    current_person,
    current_session,
    public,
    signed_in,
)
from odr.web.pages import Page, keeping, look, pack_today, submit_act, sure_mark, to_receipt, typed_before

filing = Blueprint("filing", __name__)
TAKING_PART = form_outside("taking_part", TakePartInput, "filing.take_part", T("Request to take part in a case"))
DOORS = (
    names.ACKNOWLEDGE_SERVICE,
    names.ASK_EXTENSION,
    names.FILE_COUNTERCLAIM,
    names.OBJECT_TO_JURISDICTION,
    names.SHOW_IDENTITY,
    names.APPOINT_REPRESENTATIVE,
)
"""What a respondent may do besides paying, admitting and defending, where it is open."""


def _me() -> Actor:
    person = current_person()
    assert person is not None
    return Actor(Role.CLAIMANT, person.account_id, person.name)


def _values() -> dict[str, Any]:
    return request.form.to_dict(flat=False)


@filing.post("/claim")
@signed_in
def begin() -> Response:
    """Begin a claim with its first part; answers of the guided start come along."""
    court = current_court()
    with court.database.write() as writing:
        draft = drafts.open_draft(writing, _me().account_id or 0, court.clock.now(), _carried())
        first = drafts.STEPS[0]
        if not_asked_before(pack_today(), drafts.cause_of(draft)) and not _faults(
            draft, first, draft.values[first.key]
        ):
            # There the first part asks the kind of dispute alone, and that is chosen.
            draft.done_steps, first = [first.key], drafts.STEPS[1]
    answer = redirect(url_for("filing.step", draft=draft.reference, step=first.key), 303)
    answer.delete_cookie(COOKIE, path=url_for("filing.begin"))
    return answer  # type: ignore[return-value]


def _carried() -> dict[str, Any]:
    """Answers of the guided start, from the visitor's own browser; what the form says now goes before."""
    kept: dict[str, Any] = opened_answers(current_court(), request.cookies.get(COOKIE, ""))
    known = {k: request.form[k] for k in ("cause", "platform", "shop", "order_number") if request.form.get(k)}
    matter = {**kept.get("matter", {}), **known}
    return {**kept, "matter": matter} if matter else {}


@filing.get("/claim/<draft>")
@signed_in
def task_list(draft: str) -> Page:
    """What is done and what is left; the fee with its steps as far as it can be told."""
    found = drafts.find_draft(current_session(), _me().account_id or 0, draft)
    if found.state is DraftState.LODGED and found.lodged_as:
        return redirect(url_for("cases.overview", reference=found.lodged_as), 303)
    steps = drafts.steps_of(found)
    needed = [s for s in steps if s.is_needed and s.key not in found.done_steps]
    session, me = current_session(), _me().account_id or 0
    about = {
        "shares": shares_of(session, found),
        "owns": found.account_id == me,
        "lodges": who_lodges(session, found) == me,
        "ahead": outlook(current_court(), found),
        "came": len(not_looked_at(current_court(), session, found, me)),
        "fetching": still_fetching(fetches_of(current_court(), session, found, [me])),
    }
    return render_template(
        "filing/task_list.html", draft=found, steps=steps, needed=needed, fee=_fee_question(found), **about
    )


def _fee_question(draft: Any) -> dict[str, str] | None:
    """Cause, amount and track of a draft as far as it can be told, for the page that works out the fee."""
    court = current_court()
    today = court.clock.now().astimezone(court.settings.tz).date()
    pack = court.packs.in_force(court.settings.pack, today)
    known = drafts.matter_so_far(draft, pack.currency)
    if known is None or known.cause not in pack.causes_on(today):
        return None
    track = drafts.track_of(pack, known.amount, known.is_money, today)
    amount = {"amount": money_text(known.amount, pack.currency)} if known.is_money else {}
    return {"cause": known.cause, "track": track.value, **amount}


@filing.get("/claim/<draft>/<step>")
@signed_in
def step(draft: str, step: str) -> Page:
    """One step, filled with what was typed before."""
    found = drafts.find_draft(current_session(), _me().account_id or 0, draft)
    which = drafts.asked_by(drafts.step_of(step), found, pack_today())
    values = dict(found.values.get(step, {}))
    faults: list[FieldFault] = []
    if not values:
        values = _known(found, step)
    if step == EXHIBITS:
        values = _with_evidence(found, values)
    if values and "check" in request.args and (step not in found.done_steps or step == EXHIBITS):
        faults = _faults(found, which, values)
    return _step_page(found, which, values, faults)


def _with_evidence(draft: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Rows for what came since: files the person sent, and what the court fetched for them."""
    court, session, me = current_court(), current_session(), _me().account_id or 0
    came = not_looked_at(court, session, draft, me)
    sent = drafts.own_files(look(), draft, me)
    # What the court fetched knows what it is; only for other files is that asked.
    fetched = [*came, *(one for one in fetched_files(court, session, [str(each.value) for each in sent]))]
    return drafts.with_new_files(sent, with_fetched(court, session, draft, values, current_locale(), fetched))


def _known(draft: Any, step: str) -> dict[str, Any]:
    """What a step not opened before starts with: the person's own account, and the shop they named as the other side."""
    person = current_person()
    if step == "claimant" and person is not None and COUNTER not in draft.values:
        return {"name": person.name, "email": person.email, "kind": PartyKind.PERSON.value}
    matter = Raw(draft.values.get("matter", {}))
    shop = matter.one("shop").strip() or matter.one("platform").strip()
    if step == "respondents" and shop:
        return {"respondents-0-name": shop, "respondents-0-kind": PartyKind.COMPANY.value}
    return {}


def _whole(draft: Any, which: drafts.Step, values: dict[str, Any]) -> dict[str, Any]:
    """What was typed in a step, with what the draft says already."""
    return filled(values, facts_told(draft.values.get("facts", {}))) if which.key == EXHIBITS else values


def _faults(draft: Any, which: drafts.Step, values: dict[str, Any]) -> list[FieldFault]:
    try:
        given = forms.parse(which.model, _whole(draft, which, values), currency=pack_today().currency)
    except InvalidInput as error:
        return error.faults
    return unexplained(current_court(), current_session(), given.exhibits) if which.key == EXHIBITS else []


def _step_page(
    draft: Any,
    which: drafts.Step,
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
    *,
    theirs: Theirs | None = None,
) -> Page:
    choices, me = forms.choices_for(which.model, look(), None, _me()), _me().account_id or 0
    if "upload" in choices:
        choices["upload"] = drafts.files_of_writers(look(), draft, me)
    if "facts_of_claim" in choices:
        choices["facts_of_claim"] = options_of(facts_told(draft.values.get("facts", {})))
    if which.key == "facts" and not values:
        values = day_told(draft.values.get("particulars", {}))
    fields = forms.fields_of(which.model, current_locale(), values, faults, choices)
    if which.key == drafts.STEPS[0].key:
        unasked = not_asked_before(pack_today(), drafts.cause_of(draft))
        fields = [each for each in fields if each.name not in unasked or each.value or each.error]
    for each in (
        inner for field in fields if which.key == "exhibits" for row in field.rows[1:] for inner in row.fields
    ):
        # Left empty, a file comes from where the one before it does.
        each.required = each.required and not each.name.endswith("-source")
    if which.key == EXHIBITS and choices.get("facts_of_claim"):
        proved_by_facts(fields, current_locale())
    mine = forms.SOURCES["upload"](look(), None, _me())
    named = set(files_in(values))
    rest = [option for option in mine if option.value not in named] if which.key == EXHIBITS else []
    about = {
        "told": bool(choices.get("facts_of_claim")),
        "own": {option.value for option in mine},
        "rest": rest,
        "along": all_along(current_court(), current_session(), named) if which.key == EXHIBITS else {},
        **(_fetching(draft, named) if which.key == EXHIBITS else {}),
    }
    page = render_template(
        "filing/step.html",
        draft=draft,
        step=which,
        fields=fields,
        faults=forms.summary(fields),
        was=marks(draft.values.get(which.key, {})),
        theirs=_written_elsewhere(which.model, theirs),
        list_faults=[],
        sure=sure_mark(faults),
        place=drafts.place_of(which.key),
        **about,
    )
    return page, status


def _fetching(draft: Any, named: set[str]) -> dict[str, Any]:
    """What the court was asked to fetch for a draft, and which of the files in its evidence it fetched."""
    court, session = current_court(), current_session()
    return {
        "fetches": fetches_of(court, session, draft, writers(session, draft)),
        "fetched": fetched_files(court, session, named),
        "me": _me().account_id,
    }


@filing.post("/claim/<draft>/<step>")
@signed_in
def save_step(draft: str, step: str) -> Page:
    """Keep what was typed, then go on when it is right; rows are added and taken out here too."""
    values, court = _values(), current_court()
    action, ticked, was = forms.group_action(values), values.pop("attach", []), values.pop("was", [""])[0]
    sure = values.pop("sure", [""])[-1]
    # What a script saves meanwhile puts nothing in: that takes a button.
    picked = [] if request.headers.get("X-Autosave") else ticked
    with court.database.write() as session:
        found = drafts.find_draft(session, _me().account_id or 0, draft)
        if picked and step == EXHIBITS:
            mine = forms.SOURCES["upload"](court.look(session), None, _me())
            chosen = [option for option in mine if option.value in picked]
            known = list(fetched_files(court, session, [str(option.value) for option in chosen]))
            values = drafts.with_new_files(chosen, with_fetched(court, session, found, values, current_locale(), known))
        which = drafts.asked_by(drafts.step_of(step), found, pack_today())
        need_writable(found)
        by, now = _me().account_id or 0, court.clock.now()
        merged = merge(found.values.get(step, {}), values, was)
        faults = _faults(found, which, merged.values)
        drafts.save_step(
            session,
            found,
            step,
            merged.values,
            now,
            by=by,
            is_done=not faults and action is None and not picked and not merged.theirs,
        )
        if merged.theirs:
            drafts.keep_aside(session, found, step, {k: v for k, v in values.items() if k not in BUTTONS}, now, by=by)
    if request.headers.get("X-Autosave"):
        return _autosaved(found.values.get(step, {}), merged)
    if merged.theirs:
        return _step_page(found, which, values, [], 409, theirs=merged.theirs)
    if action is not None or picked:
        buttons: dict[str, Any] = {name: values[name] for name in ("add", "remove") if name in values}
        return _step_page(found, which, {**merged.values, **buttons}, [])
    if "later" in request.form:
        return redirect(url_for("filing.task_list", draft=draft), 303)
    asked = faults or _asked_about(found, which, merged.values)
    if faults or (asked and sure != mark_of(asked)):
        return _step_page(found, which, merged.values, asked, 422)
    return redirect(_after(found, step), 303)


def _asked_about(draft: Any, which: drafts.Step, values: dict[str, Any]) -> list[FieldFault]:
    """What is seldom meant in a part that is right otherwise: asked at its field, and once more before all is lodged."""
    pack = pack_today()
    given = forms.parse(which.model, _whole(draft, which, values), currency=pack.currency)
    return [*doubts_of(given, current_court().clock.now().astimezone(pack.tz).date())]


def _autosaved(there: Mapping[str, Any], merged: Merged) -> Response:
    """What a script is told: the marks of what stands there now, or that the page was overtaken."""
    answer = Response(status=409 if merged.theirs else 204)
    answer.headers["X-Was"] = marks(there)
    return answer


def _written_elsewhere(model: type[BaseModel], theirs: Theirs | None) -> list[tuple[str, str]]:
    """What somebody else, or another window, wrote meanwhile: each question and its words."""
    flat = {name: words for answers in (theirs or {}).values() for name, words in answers.items()}
    return typed_again([model], flat, current_locale())


def _after(draft: Any, key: str) -> str:
    """The next step on the way that is not done; when nothing is left, the check before lodging."""
    keys = [s.key for s in drafts.STEPS]
    for later in drafts.STEPS[keys.index(key) + 1 :]:
        if later.key not in draft.done_steps and drafts.on_the_way(later):
            return url_for("filing.step", draft=draft.reference, step=later.key)
    return url_for("filing.check", draft=draft.reference)


@filing.get("/claim/<draft>/check-answers")
@signed_in
def check(draft: str) -> Page:
    """Everything once more before it is lodged."""
    court = look()
    found = drafts.find_draft(court.session, _me().account_id or 0, draft)
    pack, me = pack_today(), _me().account_id or 0
    if not_looked_at(court.court, court.session, found, me):
        # Nobody lodges past evidence that came since they last looked.
        return redirect(url_for("filing.step", draft=draft, step=EXHIBITS), 303)
    try:
        claim = drafts.claim_of(found, pack, court)
    except InvalidInput as error:
        return redirect(url_for("filing.step", draft=draft, step=error.faults[0].location[0], check=1), 303)
    track = drafts.track_for(claim, pack, court.now.astimezone(pack.tz).date())
    said, hers = told(pack, claim.matter.cause, claim.particulars), who_lodges(court.session, found) == _me().account_id
    asked = doubts_of(claim, court.now.astimezone(pack.tz).date())
    about = {"told": said, "shown": shown_by(claim), "lodges": hers, "asked": asked, "sure": mark_of(asked)}
    about |= {"ahead": outlook(court.court, found), "fee": _fee_question(found)}
    about |= {"fetching": still_fetching(fetches_of(court.court, court.session, found, [me]))}
    about["alike"] = alike_of_mine(court, _me().account_id or 0, claim)
    about["once"] = pack.cited("CPI 247")
    looks = court.court.hooks.claim_check
    today, wording = court.now.astimezone(pack.tz).date(), court.court.settings.wording
    about["looked"] = looks(pack, claim, current_locale(), today, wording) if looks else None
    return render_template(
        "filing/check.html", draft=found, claim=claim, pack=pack, track=track, steps=drafts.steps_of(found), **about
    )


@filing.post("/claim/<draft>/lodge")
@signed_in
def lodge(draft: str) -> Page:
    """Lodge the claim and go to its receipt."""
    court = current_court()
    with court.database.read() as session:
        found = drafts.find_draft(session, _me().account_id or 0, draft)
        account = session.get_one(Account, _me().account_id)
        if found.state is DraftState.LODGED and found.lodged_as:
            return redirect(url_for("cases.overview", reference=found.lodged_as), 303)
        if who_lodges(session, found) != account.id or COUNTER in found.values:
            raise Forbidden(T("The claim is lodged by the one to whom it belongs. You can go on writing in it."))
    pack = pack_today()
    try:
        claim = drafts.claim_of(found, pack, look())
    except InvalidInput as error:
        return redirect(url_for("filing.step", draft=draft, step=error.faults[0].location[0], check=1), 303)
    asked = doubts_of(claim, court.clock.now().astimezone(pack.tz).date())
    if asked and request.form.get("sure") != mark_of(asked):
        return redirect(url_for("filing.check", draft=draft, _anchor="asked"), 303)
    key, person = f"draft/{found.reference}", current_person()
    assert person is not None
    receipt = drafts.lodge(court, account, claim, key=key, draft=found, sign_in=person.sign_in)
    return to_receipt(receipt.case_reference, receipt.number)


@filing.get("/cases/<reference>/claim")
@case_page(*READS_FILE)
def claim(case: Case, actor: Actor) -> Page:
    """The pleadings as they stand: what is asked for, the numbered facts, who says what to each."""
    sitting = look()
    return render_template(
        "filing/claim.html",
        case=case,
        actor=actor,
        tab="claim",
        claims=claims_of(sitting.session, case),
        reliefs=reliefs_of(sitting.session, case),
        facts=facts_of(sitting.session, case),
        speaking=sitting.court.hooks.tells["exhibits_by_fact"](sitting, case, actor),
        told=told_of(sitting, case),
        statements=statements(sitting, case, actor),
    )


@filing.get("/cases/<reference>/correct")
@case_page(Role.CLAIMANT)
def correct(case: Case, actor: Actor) -> Page:
    """The returned claim, with every defect beside what was written."""
    act = current_court().table[names.CORRECT_CLAIM]
    closed = refusal(look(), act, case, actor)
    if closed is not None:
        raise closed
    typed = typed_before(case, actor, act)
    return _correct_page(case, actor, typed or forms.flatten(_lodged_input(case)), [])


def _lodged_input(case: Case) -> dict[str, Any]:
    from odr.docket.queries import entries_of

    told = [e for act in (names.LODGE_CLAIM, names.CORRECT_CLAIM) for e in entries_of(current_session(), case, act)]
    return input_of(max(told, key=lambda e: e.number))


def _correct_page(
    case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200, moved_on: bool = False
) -> Page:
    pack = look().pack(case)
    cause = Raw(values).one("matter-cause")
    asked = form_for(pack, cause if cause in pack.causes.list else case.cause)
    choices = {**forms.choices_for(asked, look(), case, actor), "facts_of_claim": options_of(facts_told(values))}
    # What went with the claim is an exhibit already, and no file that waits; the corrected claim names it still.
    choices["upload"] = [
        *(forms.Option(line["upload"], line["title"]) for line in _lodged_input(case)["exhibits"]),
        *choices["upload"],
    ]
    fields = forms.fields_of(asked, current_locale(), values, faults, choices)
    returned = review_return_of(current_session(), case)
    sitting, table = look(), current_court().table
    identity = table[names.SHOW_IDENTITY]
    return render_template(
        "filing/correct.html",
        case=case,
        actor=actor,
        fields=fields,
        faults=forms.summary(fields),
        returned=returned,
        identity=identity if refusal(sitting, identity, case, actor) is None else None,
        said=said_before(sitting, case, actor, table[names.CORRECT_CLAIM]),
        moved_on=moved_on,
        tab="overview",
        sure=sure_mark(faults),
        **keeping(case, actor, current_court().table[names.CORRECT_CLAIM], fields, values),
    ), status


@filing.post("/cases/<reference>/correct")
@case_page(Role.CLAIMANT)
def send_correction(case: Case, actor: Actor) -> Page:
    """Send the corrected claim."""
    values = _values()
    facts = facts_told(values)
    told = numbered(filled(values, facts), facts)
    return submit_act(
        case,
        actor,
        current_court().table[names.CORRECT_CLAIM],
        told,
        lambda faults, status, moved: _correct_page(case, actor, values, faults, status, moved),
        keeps=True,
        typed=values,
    )


@filing.get("/cases/<reference>/answer")
@case_page(Role.RESPONDENT)
def answer(case: Case, actor: Actor) -> Page:
    """The answer: fact by fact, then in the respondent's own words; what was saved and not sent stands there."""
    kept = answer_draft(current_session(), case, actor)
    values: dict[str, Any] = dict(kept.values.get(ANSWER, {})) if kept is not None else {}
    if request.args.get("position") == "defend":
        # They have just said so. That somebody admits is asked where it is written, and ticked for nobody.
        values.setdefault("position", "defend")
    for i, fact in enumerate(f for f in facts_of(current_session(), case) if f.fact.party_id != actor.party_id):
        values[f"facts-{i}-fact"] = fact.fact.reference
    return _answer_page(case, actor, values, [])


def _answer_page(
    case: Case,
    actor: Actor,
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
    moved_on: bool = False,
    *,
    there: Mapping[str, Any] | None = None,
    theirs: Theirs | None = None,
) -> Page:
    fields = forms.fields_of(
        AnswerInput, current_locale(), values, faults, forms.choices_for(AnswerInput, look(), case, actor)
    )
    facts = {f.fact.reference: f.fact for f in facts_of(current_session(), case)}
    about = {
        "facts": facts,
        "moved_on": moved_on,
        "key": new_reference(),
        "kept_at": _answer_kept_at(case, actor),
        "was": marks(_answer_kept(case, actor) if there is None else there),
        "theirs": _written_elsewhere(AnswerInput, theirs),
        "sure": sure_mark(faults),
        "tab": "overview",
        "said": said_before(look(), case, actor, current_court().table[names.FILE_ANSWER]),
        **_in_the_way(case, actor),
    }
    return render_template(
        "filing/answer.html", case=case, actor=actor, fields=fields, faults=forms.summary(fields), **about
    ), status


def _in_the_way(case: Case, actor: Actor) -> dict[str, Any]:
    """What comes before an answer can be sent: showing who one is, by when and what follows otherwise; else nothing."""
    sitting, table = look(), current_court().table
    closed, identity = refusal(sitting, table[names.FILE_ANSWER], case, actor), table[names.SHOW_IDENTITY]
    is_open = closed is not None and refusal(sitting, identity, case, actor) is None
    first = by_when(sitting, case, actor, identity)
    return {"identity": identity if is_open and first else None, "first": first}


def _answer_kept(case: Case, actor: Actor) -> dict[str, Any]:
    kept = answer_draft(current_session(), case, actor)
    return dict(kept.values.get(ANSWER, {})) if kept is not None else {}


def _answer_kept_at(case: Case, actor: Actor) -> datetime | None:
    kept = answer_draft(current_session(), case, actor)
    return kept.saved_at if kept is not None else None


@filing.post("/cases/<reference>/answer/draft")
@case_page(Role.RESPONDENT)
def keep_answer(case: Case, actor: Actor) -> Page:
    """Keep what was typed of the answer; nothing is filed."""
    court = current_court()
    values = _values()
    was = values.pop("was", [""])[0]
    with court.database.write() as session:
        kept, merged = keep_answer_draft(session, case, actor, values, was, court.clock.now())
        there = dict(kept.values.get(ANSWER, {}))
    if request.headers.get("X-Autosave"):
        return _autosaved(there, merged)
    if merged.theirs:
        return _answer_page(case, actor, values, [], 409, there=there, theirs=merged.theirs)
    return redirect(url_for("cases.overview", reference=case.reference), 303)


@filing.post("/cases/<reference>/answer")
@case_page(Role.RESPONDENT)
def send_answer(case: Case, actor: Actor) -> Page:
    """File the answer."""
    values = _values()
    was = values.pop("was", [""])[0]
    try:
        answered = _send_answer(case, actor, values)
    except ActNotOpen as refused:
        _keep_typed(case, actor, values, was)
        if _in_the_way(case, actor)["identity"] is None:
            raise
        return _answer_page(case, actor, values, [], refused.status)
    if isinstance(answered, Response) and answered.status_code == 303:
        with current_court().database.write() as session:
            answer_sent(session, case, actor)
    else:
        _keep_typed(case, actor, values, was)
    return answered


def _keep_typed(case: Case, actor: Actor, values: dict[str, Any], was: str) -> None:
    """What was refused is there again when the page is opened later, with scripts or without."""
    court = current_court()
    with court.database.write() as session:
        keep_answer_draft(session, case, actor, values, was, court.clock.now())


def _send_answer(case: Case, actor: Actor, values: dict[str, Any]) -> Page:
    return submit_act(
        case,
        actor,
        current_court().table[names.FILE_ANSWER],
        values,
        lambda faults, status, moved: _answer_page(case, actor, values, faults, status, moved),
        asks=True,
    )


@filing.get("/join")
@public
def join_code() -> Page:
    """The one door for every code of a message: what the letter shows and not more, or the page that a mailed code opens."""
    code, fault, found = request.args.get("code", "").strip(), None, None
    if links.typed_code(code):
        return redirect(url_for("register.check", code=code), 303)
    try:
        found = behind_code(lambda: invitation_for(look(), code) or look_up(current_session(), code)) if code else None
    except InvalidInput as error:
        fault = error.faults[0].message
    invitation = found if isinstance(found, Invitation) else None
    if found is not None and invitation is None:
        return redirect(url_for("register.check", code=code), 303)
    status = 200 if found or not code else 422 if fault else 404
    return render_template(
        "filing/join.html",
        code=code,
        fault=fault,
        unknown=bool(code) and found is None and fault is None,
        invitation=invitation,
    ), status


@filing.get("/join/<code>/details")
@signed_in
def join_details(code: str) -> Page:
    """Who joins, where papers reach them, what they agree to."""
    return _join_page(code, {}, [])


def _join_page(code: str, values: dict[str, Any], faults: list[Any], status: int = 200) -> Page:
    try:
        found = behind_code(lambda: invitation_for(look(), code))
    except InvalidInput:
        found = None
    if found is None:
        return redirect(url_for("filing.join_code", code=code), 303)
    person = current_person()
    assert person is not None
    start = values or {"name": found.party.name, "email": person.email}
    fields = forms.fields_of(JoinInput, current_locale(), start, faults)
    return render_template(
        "filing/join_details.html", code=code, invitation=found, fields=fields, faults=forms.summary(fields)
    ), status


@filing.post("/join/<code>/details")
@signed_in
def join_case(code: str) -> Page:
    """Link the person to the case; their own appearance is recorded."""
    values, person = _values(), current_person()
    assert person is not None
    try:
        given = forms.parse(JoinInput, values)
        invited = behind_code(lambda: invitation_for(look(), code))
        receipt = join(current_court(), person.account_id, code, given, sign_in=person.sign_in)
    except InvalidInput as error:
        return _join_page(code, values, error.faults, 422)
    answers = invited is not None and invited.party.role is Role.RESPONDENT and _may_be_answered(invited.case)
    page = "filing.choose" if answers else "cases.overview"
    return redirect(url_for(page, reference=receipt.case_reference), 303)


def _may_be_answered(case: Case) -> bool:
    """Whether a respondent still has a claim to answer: there is one, and it is not decided, nor being decided."""
    return not case.is_without_claim and case.stage in current_court().table[names.FILE_ANSWER].at


@filing.get("/cases/<reference>/choose")
@case_page(Role.RESPONDENT)
def choose(case: Case, actor: Actor) -> Page:
    """The ways of a respondent: pay or offer, admit, defend; more time, a claim in return, another court; who acts for
    them.
    """
    court = look()
    if not _may_be_answered(case):
        return redirect(url_for("cases.overview", reference=case.reference), 303)
    window = next(iter(court.windows(case, "answer", party=court.party_of(case, actor))), None)
    doors = {name: refusal(court, current_court().table[name], case, actor) for name in DOORS}
    may = {name for name, breach in doors.items() if breach is None}
    certified = [current_court().table[name] for name in acts_that_mean(Milestone.FACTS_CERTIFIED)]
    company = court.party_of(case, actor).kind is not PartyKind.PERSON
    sought = reliefs_of(court.session, case)
    return render_template(
        "filing/choose.html",
        objection_costs=cost_words(court, case, court.court.table[names.OBJECT_TO_JURISDICTION]),
        case=case,
        actor=actor,
        window=window,
        may=may,
        no_more_time=doors[names.ASK_EXTENSION],
        certified=[act.page for act in certified if refusal(court, act, case, actor) is None],
        company=company,
        reliefs=sought,
        tab="overview",
        **_in_the_way(case, actor),
    )


@filing.get("/take-part")
@signed_in
def take_part() -> Page:
    """Where somebody asks to take part in a case of others, and sees what became of it."""
    return _take_part_page(typed(TAKING_PART), [])


def _take_part_page(values: dict[str, Any], faults: list[Any], status: int = 200, refused: Any = None) -> Page:
    person = current_person()
    assert person is not None
    start = values or {"name": person.name, "email": person.email}
    fields = forms.fields_of(TakePartInput, current_locale(), start, faults)
    asked = requests_from_outside(current_session(), person.account_id)
    return render_template(
        "filing/take_part.html",
        fields=fields,
        faults=forms.summary(fields),
        asked=asked,
        refused=refused,
        unsent=unsent(TAKING_PART, fields, values),
    ), status


@filing.post("/take-part")
@signed_in
@keeps(TAKING_PART)
def send_take_part() -> Page:
    """Put the request before the judge of the case."""
    values = _values()
    try:
        given = forms.parse(TakePartInput, values)
        count_named(_me().account_id or 0)
        ask_to_take_part(current_court(), _me().account_id or 0, given)
    except InvalidInput as error:
        return _take_part_page(values, error.faults, 422)
    except ActNotOpen as error:
        return _take_part_page(values, [], error.status, error.message)
    return redirect(url_for("filing.take_part"), 303)
