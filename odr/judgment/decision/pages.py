"""Pages of judgment: the desk, issuing, the decision and its paper."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from pydantic import Field

from odr.docket.models import BENCH_ROLES, Case, Role
from odr.docket.visibility import READS_FILE, reads_document
from odr.filing.models import DraftState
from odr.ground.db import new_reference
from odr.ground.errors import FieldFault, InvalidInput, NotFound
from odr.ground.text import T
from odr.hearing.models import Witness
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.decision import issuing
from odr.judgment.decision.acts import FindingInput, FindingsInput, IssueInput
from odr.judgment.decision.case_views import decision_page, desk as judges_desk, from_cases, looked_at
from odr.judgment.decision.drafting import draft_values
from odr.judgment.decision.file_before_judge import ExhibitOnFile, case_file
from odr.judgment.decision.inputs import DraftInput
from odr.judgment.decision.issuing import document_of
from odr.judgment.decision.retried import not_asked
from odr.judgment.draft.beside import beside as beside_draft
from odr.judgment.draft.by_standard import found_by_standard
from odr.judgment.draft.proposals import proposals, propose, settle
from odr.judgment.draft.standard_sentences import insert, insertions
from odr.judgment.group.judgments import pronounced
from odr.judgment.models import Decision
from odr.judgment.panel.rules import is_panel
from odr.judgment.queries import current_draft, decision_named, issued
from odr.judgment.vocabulary import STORAGE, Basis, DecisionState, FindingResult
from odr.procedure.acts.availability import refusal
from odr.procedure.forms import fields as forms
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import Choice, CourtModel, CourtText, Widget, field
from odr.procedure.papers.language import language_of
from odr.procedure.sitting import Sitting
from odr.web.guards import case_page, current_court, current_locale, current_session
from odr.web.pages import Page, keeping, look, submit_act, submit_form, sure_mark, typed_before

judgment = Blueprint("judgment", __name__, url_prefix="/cases/<reference>/decision")


BENCH = tuple(BENCH_ROLES)

FINDING = "findings-0-"

TOGETHER = "together-"

GROUP, PROPOSE = "group", "propose"


@judgment.get("")
@case_page(*READS_FILE)
def decision(case: Case, actor: Actor) -> Page:
    """The decision for who reads the file; before there is one, the bench is led to its desk."""
    found = issued(current_session(), case)
    if found is None and actor.role in BENCH_ROLES:
        return redirect(url_for("judgment.desk", reference=case.reference), 303)
    return _decision(case, actor, found)


@judgment.get("/<reference_of>/page")
@case_page(*READS_FILE)
def one_decision(case: Case, actor: Actor, reference_of: str) -> Page:
    """One of several decisions of a case: a partial judgment, or one that was set aside since."""
    found = decision_named(current_session(), case, reference_of)
    if found.issued_at is None:
        raise NotFound
    return _decision(case, actor, found)


def _decision(case: Case, actor: Actor, found: Decision | None) -> Page:
    page = decision_page(look(), case, found) if found is not None else None
    every = pronounced(current_session(), case)
    return render_template(
        "judgment/decision.html", case=case, actor=actor, page=page, every=every, draft=False, tab="decision"
    )


@judgment.get("/draft")
@case_page(*BENCH)
def draft(case: Case, actor: Actor) -> Page:
    """The draft as its readers would see it; for the bench only."""
    found = current_draft(current_session(), case)
    if found is None:
        raise NotFound
    return render_template(
        "judgment/decision.html",
        case=case,
        actor=actor,
        page=decision_page(look(), case, found),
        every=[],
        draft=True,
        tab="decision",
    )


@judgment.get("/desk")
@case_page(*BENCH)
def desk(case: Case, actor: Actor) -> Page:
    """Findings and draft, with every check that still fails."""
    return _desk(case, actor, request.args.get("on"), None, {}, [])


def _desk(
    case: Case,
    actor: Actor,
    on: str | None,
    tried: str | None,
    values: dict[str, Any],
    faults: list[Any],
    status: int = 200,
    moved_on: bool = False,
) -> Page:
    sitting, locale = look(), current_locale()
    page = judges_desk(sitting, case, on)
    subject = {f"{FINDING}subject": page.chosen.subject} if page.chosen else {}
    drafted = proposals(sitting.session, case)
    mine = drafted.get(page.chosen.subject) if page.chosen else None
    kept = {
        FINDING + name: value for name, value in (mine.values if mine else {}).items() if name != "by"
    } or _found_before(sitting, page.chosen)
    told = tried in (names.RECORD_FINDINGS, PROPOSE)
    table, judges = sitting.court.table, actor.role is Role.JUDGE
    if page.chosen and judges:
        kept = typed_before(case, actor, table[names.RECORD_FINDINGS], subject) or kept
    finding = _finding_fields(
        sitting, case, actor, page.chosen, {**subject, **(values if told else kept)}, faults if told else []
    )
    group = _group_fields(sitting, case, actor, values if tried == GROUP else {}, faults if tried == GROUP else [])
    begun = typed_before(case, actor, table[names.DRAFT_DECISION], {})
    proposed = begun or draft_values(sitting, case, page.decision)
    written = {**(values if tried == names.DRAFT_DECISION else proposed), "language": language_of(sitting, case)}
    choices = forms.choices_for(DraftInput, sitting, case, actor)
    fields = forms.fields_of(DraftInput, locale, written, faults if tried == names.DRAFT_DECISION else [], choices)
    fields = [one for one in fields if one.name not in not_asked(sitting, case)]
    wrong = forms.summary(fields if tried == names.DRAFT_DECISION else group if tried == GROUP else finding)
    breaches = {
        name: refusal(sitting, sitting.court.table[name], case, actor)
        for name in (names.RECORD_FINDINGS, names.DRAFT_DECISION, names.SEND_FOR_SIGNING, names.REOPEN_DECISION)
    }
    may = {name: breach is None for name, breach in breaches.items()}
    closed, held_up = breaches[names.RECORD_FINDINGS], breaches[names.SEND_FOR_SIGNING]
    return render_template(
        "judgment/desk.html",
        case=case,
        actor=actor,
        page=page,
        beside=beside_draft(sitting, case, actor, page.file),
        from_cases=from_cases(sitting, case, page),
        read=issuing.draft_read(sitting, case, {}),
        finding=finding,
        group=group,
        grouped=tried == GROUP,
        drafted=drafted,
        drafted_by=mine.values.get("by") if mine else None,
        fields=fields,
        faults=wrong,
        may=may,
        closed=closed.message if closed is not None else None,
        held_up=held_up.message if judges and held_up is not None else None,
        panel=is_panel(sitting, case),
        insertions=insertions(page.file, case.cause, language_of(sitting, case)),
        paragraphs=_paragraphs(fields),
        moved_on=moved_on,
        tab="decision",
        key=new_reference(),
        writing=keeping(case, actor, table[names.DRAFT_DECISION], fields, written, {}),
        noting=keeping(case, actor, table[names.RECORD_FINDINGS], finding, values if told else kept, subject)
        if subject and judges
        else None,
        sure=sure_mark(faults),
        tried=tried,
    ), status


def _reference(sitting: Sitting, witness_id: int | None) -> str:
    witness = sitting.session.get(Witness, witness_id) if witness_id is not None else None
    return witness.reference if witness is not None else ""


def _found_before(sitting: Sitting, chosen: Any) -> dict[str, Any]:
    """The finding that stands, to be changed."""
    found = chosen.finding if chosen else None
    if found is None:
        return {}
    return {
        f"{FINDING}result": found.result.value,
        f"{FINDING}reasons": found.reasons or "",
        f"{FINDING}rests_on": list(found.rests_on),
        f"{FINDING}basis": found.basis.value if found.basis is not None else "",
        f"{FINDING}witness": _reference(sitting, found.witness_id),
        f"{FINDING}weak": found.weak.value if found.weak is not None else "",
        **{FINDING + name: words for name, words in (found.storage or {}).items()},
    }


def _paragraphs(fields: list[forms.FormField]) -> list[tuple[str, Any]]:
    """The texts of the draft into which something can be put."""
    found: list[tuple[str, Any]] = [(f.name, f.label) for f in fields if f.kind is Widget.TEXTAREA]
    for group in fields:
        if group.name == "reasons":
            found += [
                (one.name, f"{one.label} {n}")
                for n, row in enumerate(group.rows, 1)
                for one in row.fields
                if one.kind is Widget.TEXTAREA
            ]
    return found


def _finding_fields(
    sitting: Sitting, case: Case, actor: Actor, chosen: Any, values: dict[str, Any], faults: list[Any]
) -> list[forms.FormField]:
    """The fields of the one finding in hand, with the four points of a store only where it is doubted; faults of the group are those of its only row."""
    inner = _without(FINDING, values)
    told = [type(f)(f.location[2:], f.message) if f.location[:2] == ("findings", 0) else f for f in faults]
    fields = forms.fields_of(
        FindingInput, current_locale(), inner, told, forms.choices_for(FindingInput, sitting, case, actor)
    )
    doubted = isinstance(chosen, ExhibitOnFile) and chosen.storage_doubted
    fields = [one for one in fields if doubted or one.name not in STORAGE]
    for one in fields:
        one.name = FINDING + one.name
    return fields


def _group_fields(
    sitting: Sitting, case: Case, actor: Actor, values: dict[str, Any], faults: list[Any]
) -> list[forms.FormField]:
    """The fields of one finding on several, under names of their own on the page."""
    fields = forms.fields_of(
        GroupFindingInput,
        current_locale(),
        _without(TOGETHER, values),
        faults,
        forms.choices_for(GroupFindingInput, sitting, case, actor),
    )
    for one in fields:
        one.name = TOGETHER + one.name
    return fields


def _without(prefix: str, values: dict[str, Any]) -> dict[str, Any]:
    """Those values whose names begin so, without that beginning."""
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


@judgment.post("/findings")
@case_page(Role.JUDGE)
def find(case: Case, actor: Actor) -> Page:
    """Record one finding, or all that nobody disputes; the desk then shows what is next."""
    on = request.form.get(f"{FINDING}subject")
    page = submit_form(
        case,
        actor,
        names.RECORD_FINDINGS,
        lambda v, f, s, m: _desk(case, actor, on, names.RECORD_FINDINGS, v, f, s, m),
        keeps=bool(on),
        named={f"{FINDING}subject": on} if on else {},
    )
    return _found(case, page, [on] if on else [])


def _found(case: Case, page: Page, subjects: list[str]) -> Page:
    """Back to the desk; what the assistant drafted on what was found is used up."""
    if not isinstance(page, tuple | str) and subjects:
        with current_court().database.write() as session:
            settle(session, case, subjects, DraftState.LODGED)
    return _to_desk(case, page)


@judgment.post("/findings/group")
@case_page(Role.JUDGE)
def find_together(case: Case, actor: Actor) -> Page:
    """One finding with the same reasons on everything that was ticked."""
    values = request.form.to_dict(flat=False)
    every, listed = values.pop(f"{TOGETHER}every", None), values.pop(f"{TOGETHER}shown", [""])
    if every:
        # One tick for the list the page showed: what has found its finding meanwhile is found again by nobody.
        shown = {option.value for option in findings_waiting(look(), case, actor)}
        values[f"{TOGETHER}subjects"] = sorted(shown & set(listed[0].split()))
    try:
        given: GroupFindingInput = forms.parse(GroupFindingInput, _without(TOGETHER, values))
    except InvalidInput as error:
        return _desk(case, actor, None, GROUP, values, error.faults, 422)
    whole = forms.flatten(given.single().model_dump(mode="json"))

    def again(faults: list[FieldFault], status: int, moved: bool) -> Page:
        # What is wrong with one of them is said beside the field they share.
        shared = [
            FieldFault((str(fault.location[-1]) if fault.location[-1] != "subject" else "subjects",), fault.message)
            for fault in faults
        ]
        return _desk(case, actor, None, GROUP, values, shared, status, moved)

    return _found(
        case, submit_act(case, actor, current_court().table[names.RECORD_FINDINGS], whole, again), given.subjects
    )


@judgment.post("/findings/draft")
@case_page(Role.ASSISTANT)
def draft_finding(case: Case, actor: Actor) -> Page:
    """The assistant puts a finding before the judge; it is no finding until the judge records it."""
    values = request.form.to_dict(flat=False)
    inner = _without(FINDING, values)
    on = (inner.get("subject") or [""])[0]
    try:
        given: FindingInput = forms.parse(FindingInput, inner)
        if case_file(look(), case).find(given.subject) is None:
            raise InvalidInput.at("subject", T("This is not in the case, or you cannot see it."))
    except InvalidInput as error:
        return _desk(case, actor, on, PROPOSE, values, error.faults, 422)
    assert actor.account_id is not None
    with current_court().database.write() as session:
        propose(
            session,
            case,
            actor.account_id,
            actor.name,
            given.subject,
            given.model_dump(mode="json"),
            current_court().clock.now(),
        )
    return _to_desk(case, redirect(url_for("judgment.desk", reference=case.reference)))


@judgment.post("/findings/leave")
@case_page(Role.JUDGE)
def leave_finding(case: Case, actor: Actor) -> Page:
    """The judge leaves a drafted finding aside."""
    with current_court().database.write() as session:
        settle(session, case, [request.form.get("subject", "")], DraftState.EXPIRED)
    return redirect(
        url_for("judgment.desk", reference=case.reference, on=request.form.get("subject"), _anchor="finding"), 303
    )


@judgment.post("/draft")
@case_page(*BENCH)
def write(case: Case, actor: Actor) -> Page:
    """Keep the draft; rows are added and taken out here too, and references put into a paragraph."""
    if "insert" in request.form or "put" in request.form:
        values = _inserted(case, actor, request.form.to_dict(flat=False))
        return _desk(case, actor, None, names.DRAFT_DECISION, values, [])
    page = submit_form(
        case,
        actor,
        names.DRAFT_DECISION,
        lambda v, f, s, m: _desk(case, actor, None, names.DRAFT_DECISION, v, f, s, m),
        keeps=True,
        named={},
    )
    return _to_desk(case, page, "write")


def _inserted(case: Case, actor: Actor, values: dict[str, Any]) -> dict[str, Any]:
    """What was typed, with the chosen reference or sentence, or what stands beside the draft, at the end of the chosen
    paragraph; nothing is kept yet.
    """
    sitting = look()
    file = case_file(sitting, case)
    known = {i.key: i.words for i in insertions(file, case.cause, language_of(sitting, case))}
    into, what = (values.get("insert_into") or [""])[0], (values.get("insert_what") or [""])[0]
    if "put" in values:
        known, what = beside_draft(sitting, case, actor, file).insertions, values["put"][0]
    if what in known and into in values:
        values[into] = [insert(values[into][0], known[what])]
    return values


@judgment.post("/sign")
@case_page(Role.JUDGE)
def sign(case: Case, actor: Actor) -> Page:
    """Close the draft; it rests."""
    return _to_desk(
        case,
        submit_form(case, actor, names.SEND_FOR_SIGNING, lambda v, f, s, m: _desk(case, actor, None, None, v, f, s, m)),
    )


@judgment.post("/reopen")
@case_page(Role.JUDGE)
def reopen(case: Case, actor: Actor) -> Page:
    """Take a resting decision back."""
    return _to_desk(
        case,
        submit_form(case, actor, names.REOPEN_DECISION, lambda v, f, s, m: _desk(case, actor, None, None, v, f, s, m)),
    )


def _to_desk(case: Case, page: Page, anchor: str = "findings") -> Page:
    """After an act of the desk one stays at the desk."""
    if isinstance(page, tuple | str):
        return page
    return redirect(url_for("judgment.desk", reference=case.reference, _anchor=anchor), 303)


@judgment.get("/issue")
@case_page(Role.JUDGE)
def issue(case: Case, actor: Actor) -> Page:
    """The last look: orders and costs once more, the number typed by hand."""
    return _issue(case, actor, {}, [])


def _issue(
    case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200, moved_on: bool = False
) -> Page:
    sitting = look()
    act = sitting.court.table[names.ISSUE_DECISION]
    breach = refusal(sitting, act, case, actor)
    found = current_draft(sitting.session, case)
    if breach is not None or found is None or found.state is not DecisionState.COOLING:
        raise breach or NotFound
    fields = forms.fields_of(IssueInput, current_locale(), {**values, "decision": found.reference}, faults)
    return render_template(
        "judgment/issue.html",
        case=case,
        actor=actor,
        page=decision_page(sitting, case, found),
        fields=fields,
        faults=forms.summary(fields),
        premise=sitting.premise_now(act, case, actor, {}),
        looked=looked_at(sitting, case, found),
        beside={"standard": found_by_standard(sitting, case, case_file(sitting, case))},
        moved_on=moved_on,
        tab="decision",
        key=new_reference(),
    ), status


@judgment.post("/issue")
@case_page(Role.JUDGE)
def pronounce(case: Case, actor: Actor) -> Page:
    """Pronounce, seal and serve."""
    return submit_form(case, actor, names.ISSUE_DECISION, lambda v, f, s, m: _issue(case, actor, v, f, s, m))


@judgment.get("/<reference_of>/decision.pdf")
@case_page()
def pdf(case: Case, actor: Actor, reference_of: str) -> Response:
    """The sealed paper."""
    document = document_of(current_session(), decision_named(current_session(), case, reference_of))
    if document is None or not reads_document(actor, document):
        raise NotFound
    headers = {"Content-Disposition": f'attachment; filename="decision-{document.reference}.pdf"'}
    return Response(document.content, mimetype="application/pdf", headers=headers)


@choice_source("findings_waiting")
def findings_waiting(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Exhibits that were open to cross-examination, and facts, on which nothing is found yet."""
    waiting = [i for i in case_file(sitting, case).unfinished if not isinstance(i, ExhibitOnFile) or i.examined]
    return [
        Option(
            i.subject, f"{i.label} {i.exhibit.title}" if isinstance(i, ExhibitOnFile) else f"{i.label}. {i.fact.what}"
        )
        for i in waiting
    ]


class GroupFindingInput(CourtModel):
    """One finding, with the same reasons, on several exhibits and facts that stand and fall together."""

    subjects: Annotated[
        list[str], Field(min_length=1, max_length=400), field(T("On which"), choices="findings_waiting")
    ]
    result: Annotated[FindingResult, Choice(FindingResult), field(T("Do you rely on it?"))]
    reasons: Annotated[
        str | None,
        CourtText(0, 8000),
        field(
            T("Reasons, as they will stand in the judgment"),
            T("Say why, and answer each objection."),
            widget="textarea",
        ),
    ] = None

    rests_on: Annotated[
        list[str],
        field(T("Rests on"), T("Exhibits on which facts among them rest."), choices="exhibits_examined"),
    ] = []
    basis: Annotated[
        Basis | None,
        Choice(Basis),
        field(
            T("What else a fact rests on"),
            T("Only for a fact: silence alone admits nothing. Leave it empty where it rests on exhibits."),
            widget="select",
        ),
    ] = None

    def single(self) -> FindingsInput:
        """The findings it stands for, one on each; what they rest on is said of facts alone."""
        return FindingsInput(findings=[self._one(subject) for subject in self.subjects])

    def _one(self, subject: str) -> FindingInput:
        grounds = {"rests_on": self.rests_on, "basis": self.basis} if subject.startswith("fact/") else {}
        return FindingInput(subject=subject, result=self.result, reasons=self.reasons, **grounds)
