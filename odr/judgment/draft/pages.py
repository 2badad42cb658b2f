"""Pages of the desk besides the draft itself: its versions compared, comments of the bench, and a judge's own text blocks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from odr.docket.models import BENCH_ROLES, Case, DocketEntry, Role
from odr.docket.visibility import reads_entry
from odr.ground.errors import InvalidInput
from odr.ground.keyset import Key, page_of
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.judgment import names
from odr.judgment.decision.inputs import DraftInput
from odr.judgment.draft.comments import PARTS, CommentInput, comments_on, say, settle_comment
from odr.judgment.draft.text_blocks import TextBlockInput, blocks_of, keep, newest_of, put_aside, versions_of
from odr.judgment.draft.versions import Compared, compare
from odr.judgment.queries import current_draft
from odr.procedure.acts.act_versions import input_of
from odr.procedure.forms import fields as forms, once
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import case_page, current_court, current_locale, current_session, staff
from odr.web.lists import after_asked, words_asked
from odr.web.pages import Page, look, my_account_id

drafting = Blueprint("drafting", __name__, url_prefix="/cases/<reference>/decision")
blocks = Blueprint("text_blocks", __name__, url_prefix="/today/texts")
NEW_TEXT = form_outside("text", TextBlockInput, "text_blocks.listing", T("A new text for drafts"))
CHANGED_TEXT = form_outside("text_changed", TextBlockInput, "text_blocks.one", T("A text for drafts"), ("series",))
BENCH = tuple(BENCH_ROLES)


# Versions


@drafting.get("/versions")
@case_page(*BENCH)
def versions(case: Case, actor: Actor) -> Page:
    """Every version of the draft, and two of them side by side with the words that differ."""
    query = select(DocketEntry).where(DocketEntry.case_id == case.id, DocketEntry.act == names.DRAFT_DECISION)
    page = page_of(current_session(), query, (Key(DocketEntry.number, int, descending=True),), after_asked())
    rows = [row[0] for row in page.rows if reads_entry(actor, row[0])]
    newer = _version(case, actor, request.args.get("newer", "")) or (rows[0] if rows else None)
    older = _version(case, actor, request.args.get("older", "")) or next(
        (row for row in rows if newer is not None and row.number < newer.number), None
    )
    return render_template(
        "judgment/versions.html",
        case=case,
        actor=actor,
        page=page.of(rows),
        newer=newer,
        older=older,
        parts=_compared(case, actor, older, newer) if older is not None and newer is not None else [],
        tab="decision",
    )


def _version(case: Case, actor: Actor, number: str) -> DocketEntry | None:
    if not number.isdecimal() or len(number) > 9:
        return None
    row = current_session().scalar(
        select(DocketEntry).where(
            DocketEntry.case_id == case.id,
            DocketEntry.act == names.DRAFT_DECISION,
            DocketEntry.number == int(number),
        )
    )
    return row if row is not None and reads_entry(actor, row) else None


def _compared(case: Case, actor: Actor, older: DocketEntry, newer: DocketEntry) -> list[tuple[str, list[Compared]]]:
    """Each part of the draft under its name, compared; parts that are alike are left out."""
    before, after = _told(case, actor, older), _told(case, actor, newer)
    found = []
    for label in [*after, *(one for one in before if one not in after)]:
        lines = compare(before.get(label, []), after.get(label, []))
        if any(not one.is_alike for one in lines):
            found.append((label, lines))
    return found


def _told(case: Case, actor: Actor, entry: DocketEntry) -> dict[str, list[str]]:
    """A version as its form shows it: parts by their names, each in paragraphs."""
    sitting = look()
    choices = forms.choices_for(DraftInput, sitting, case, actor)
    fields = forms.fields_of(DraftInput, current_locale(), forms.flatten(input_of(entry)), [], choices)
    return {one.label: _lines(one) for one in fields}


def _lines(one: forms.FormField) -> list[str]:
    if one.rows:
        return [line for row in one.rows for each in row.fields for line in _lines(each)]
    if one.children:
        return [line for each in one.children for line in _lines(each)]
    return [line for line in one.shown.splitlines() if line.strip()]


# Comments


@drafting.get("/comments")
@case_page(*BENCH)
def comments(case: Case, actor: Actor) -> Page:
    """What the bench remarked on the draft; deliberation, in no file."""
    return _comments(case, actor, {}, [])


def _comments(case: Case, actor: Actor, values: dict[str, Any], faults: list[Any], status: int = 200) -> Page:
    fields = forms.fields_of(CommentInput, current_locale(), values, faults)
    return render_template(
        "judgment/comments.html",
        case=case,
        actor=actor,
        found=comments_on(current_session(), case, actor, after=after_asked()),
        parts=PARTS,
        fields=fields,
        faults=forms.summary(fields),
        once=once.given(values),
        tab="decision",
    ), status


@drafting.post("/comments")
@case_page(*BENCH)
def comment(case: Case, actor: Actor) -> Page:
    """Say something to the others on the bench."""
    values = request.form.to_dict(flat=False)
    try:
        given: CommentInput = forms.parse(CommentInput, values)
    except InvalidInput as error:
        return _comments(case, actor, values, error.faults, 422)
    found = current_draft(current_session(), case)
    with current_court().database.write() as session:
        number = found.entry_number if found else None
        say(session, case, actor, given, number, current_court().clock.now(), once.given(values))
    return redirect(url_for("drafting.comments", reference=case.reference), 303)


@drafting.post("/comments/<remark>/settled")
@case_page(*BENCH)
def settled(case: Case, actor: Actor, remark: str) -> Page:
    """A comment is dealt with; it stays to be read."""
    with current_court().database.write() as session:
        settle_comment(session, case, actor, remark, current_court().clock.now())
    return redirect(url_for("drafting.comments", reference=case.reference), 303)


# Text blocks


@blocks.get("")
@staff(Role.JUDGE)
def listing() -> Page:
    """One's own texts for drafts."""
    return _listing(typed(NEW_TEXT), [])


def _listing(values: dict[str, Any], faults: list[Any], status: int = 200) -> Page:
    words = words_asked()
    fields = _fields(values, faults)
    return render_template(
        "judgment/text_blocks.html",
        desk=True,
        found=blocks_of(current_session(), my_account_id(), words=words, after=after_asked()),
        words=words,
        unsent=unsent(NEW_TEXT, fields, values),
        fields=fields,
        faults=forms.summary(fields),
        causes=_causes(),
    ), status


def _causes() -> dict[str, Any]:
    return {one.value: one.label for one in forms.choices_for(TextBlockInput, look(), None, None)["causes"]}


def _read(values: dict[str, Any]) -> TextBlockInput:
    """The text as it was typed. Raises InvalidInput, also for a kind of dispute the court does not know."""
    given: TextBlockInput = forms.parse(TextBlockInput, values)
    if given.cause and given.cause not in _causes():
        raise InvalidInput.at("cause", T("Choose one of those listed."))
    return given


def _fields(values: dict[str, Any], faults: list[Any]) -> list[forms.FormField]:
    choices = forms.choices_for(TextBlockInput, look(), None, None)
    return forms.fields_of(TextBlockInput, current_locale(), values, faults, choices)


@blocks.post("")
@staff(Role.JUDGE)
@keeps(NEW_TEXT)
def add() -> Page:
    """Keep a new text."""
    values = request.form.to_dict(flat=False)
    try:
        given = _read(values)
        with current_court().database.write() as session:
            keep(session, my_account_id(), given, current_court().clock.now())
    except InvalidInput as error:
        return _listing(values, error.faults, 422)
    return redirect(url_for("text_blocks.listing"), 303)


@blocks.get("/<series>")
@staff(Role.JUDGE)
def one(series: str) -> Page:
    """One text with every version of it, to be changed."""
    return _one(series, typed(CHANGED_TEXT, series=series) or None, [])


def _one(series: str, values: dict[str, Any] | None, faults: list[Any], status: int = 200) -> Page:
    newest = newest_of(current_session(), my_account_id(), series)
    found = versions_of(current_session(), my_account_id(), series, after_asked())
    kept = {"title": newest.title, "words": newest.words, "language": newest.language, "cause": newest.cause}
    fields = _fields(kept if values is None else values, faults)
    changes = [
        (row, compare(before.words.splitlines() if before else [], row.words.splitlines()))
        for row, before in found.rows
    ]
    return render_template(
        "judgment/text_block.html",
        desk=True,
        newest=newest,
        unsent=unsent(CHANGED_TEXT, fields, values or kept, series=series),
        found=found,
        changes=changes,
        fields=fields,
        faults=forms.summary(fields),
    ), status


@blocks.post("/<series>")
@staff(Role.JUDGE)
@keeps(CHANGED_TEXT)
def change(series: str) -> Page:
    """Keep another version; what was before stays readable."""
    values = request.form.to_dict(flat=False)
    try:
        given = _read(values)
        with current_court().database.write() as session:
            keep(session, my_account_id(), given, current_court().clock.now(), series)
    except InvalidInput as error:
        return _one(series, values, error.faults, 422)
    return redirect(url_for("text_blocks.one", series=series), 303)


@blocks.post("/<series>/aside")
@staff(Role.JUDGE)
def aside(series: str) -> Page:
    """Put a text aside: it is offered no more."""
    with current_court().database.write() as session:
        put_aside(session, my_account_id(), series)
    return redirect(url_for("text_blocks.listing"), 303)
