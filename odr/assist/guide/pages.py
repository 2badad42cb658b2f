"""Pages of the guide: asking, help pages, decision paths; and the registry's desk for what it could not answer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from odr.assist.guide import gaps, handing
from odr.assist.guide.asking import LONGEST, Answer, Outcome, guide_of, language_of
from odr.assist.guide.handing import CallMade, HandOverInput, RegistryAnswer
from odr.assist.guide.models import GapKind
from odr.assist.guide.passages import topics_of
from odr.docket.models import Role
from odr.ground.errors import FieldFault, InvalidInput, NotFound, TooMany
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.procedure.forms import fields as forms
from odr.procedure.rules.standards import standard_of
from odr.procedure.rules.troubles import PathEnd
from odr.web.forms_outside import form_outside, keeps, typed, unsent
from odr.web.guards import current_court, current_locale, current_person, current_session, public, staff
from odr.web.lists import after_asked
from odr.web.pages import Page, look, my_account_id, pack_today, wording_of

ask = Blueprint("ask", __name__)
DESK = (Role.CLERK, Role.ADMIN, Role.PRESIDENT)
ANSWERING = form_outside("guide_answer", RegistryAnswer, "ask.desk_one", T("Answer to a question"), ("reference",))
_OF_OUTCOME = {Outcome.UNKNOWN: GapKind.UNKNOWN, Outcome.NOT_OURS: GapKind.NOT_OURS}


def _today() -> Any:
    court = current_court()
    return court.clock.now().astimezone(court.settings.tz).date()


def ask_guide(question: str) -> Answer:
    """The guide's answer; what it does not answer is counted, without who asked."""
    answer = guide_of(pack_today(), _today(), current_court().settings).ask(question)
    if answer.outcome in _OF_OUTCOME:
        gaps.note_safely(
            current_court(), _OF_OUTCOME[answer.outcome], question, answer.locale, request.remote_addr or ""
        )
    return answer


@ask.get("/guide")
@public
def start() -> Page:
    """Ask in one's own words, and the answer: passages, word for word."""
    typed_words = request.args.get("q", "")
    question = " ".join(typed_words.split())
    if not question:
        return _start(typed_words)
    if len(question) > LONGEST:
        fault = T("Ask in at most %(most)s characters; there are %(have)s.", most=LONGEST, have=len(question))
        return _start(typed_words, fault=FieldFault(("q",), fault), status=422)
    return _start(question, ask_guide(question))


def _start(
    question: str,
    answer: Answer | None = None,
    *,
    fault: FieldFault | None = None,
    handing_over: bool = False,
    values: dict[str, Any] | None = None,
    faults: list[FieldFault] | None = None,
    status: int = 200,
) -> Page:
    pack = pack_today()
    asks_registry = handing_over or (answer is not None and answer.outcome is Outcome.UNKNOWN)
    fields = forms.fields_of(HandOverInput, current_locale(), values or {"question": question}, faults or [])
    return render_template(
        "assist/guide.html",
        question=question,
        answer=answer,
        found=Outcome.FOUND,
        not_ours=Outcome.NOT_OURS,
        pack=pack,
        topics=topics_of(pack),
        troubles=pack.troubles.list if pack.troubles else {},
        fault=fault.message if fault else None,
        asks_registry=asks_registry,
        fields=fields,
        faults=forms.summary(fields),
        most=LONGEST,
    ), status


@ask.post("/guide/was")
@public
def was() -> Page:
    """Was this it? Yes leaves nothing behind; no counts the question, and offers the registry."""
    question = " ".join(request.form.get("q", "").split())[:LONGEST]
    if request.form.get("was") == "yes" or not question:
        return redirect(url_for("ask.start", thanks=1), 303)
    _count_try()
    gaps.note_safely(current_court(), GapKind.NOT_IT, question, language_of(question), request.remote_addr or "")
    return _start(question, handing_over=True)


@ask.post("/guide/registry")
@public
def to_registry() -> Page:
    """Hand a question to the registry."""
    values = request.form.to_dict(flat=False)
    words = str(request.form.get("question", ""))
    try:
        given: HandOverInput = forms.parse(HandOverInput, values, currency=pack_today().currency)
        court = current_court()
        _count_try()
        with court.database.write() as session:
            row = handing.hand_over(court, session, given, language_of(given.question))
            due = row.due_at
    except InvalidInput as error:
        return _start(words, handing_over=True, values=values, faults=error.faults, status=422)
    except TooMany as error:
        fault = FieldFault(("question",), error.message)
        return _start(words, handing_over=True, values=values, faults=[fault], status=error.status)
    return render_template("assist/guide_handed.html", due=due)


def _count_try() -> None:
    """Raises TooMany for a network that hands over too much."""
    court = current_court()
    with court.database.write() as session:
        rate_limits.take(
            session,
            keyring(court.settings.secret_key),
            Counted.GUIDE_FROM,
            rate_limits.network(request.remote_addr or ""),
            court.clock.machine_now(),
        )


@ask.get("/guide/<topic>")
@public
def topic(topic: str) -> Page:
    """A help page: everything the guide may quote about one thing."""
    pack = pack_today()
    found = next((one for one in topics_of(pack) if one.key == topic), None)
    if found is None:
        raise NotFound
    return render_template("assist/help.html", one=found, pack=pack, topics=topics_of(pack))


@ask.get("/guide/paths/<trouble>")
@public
def path(trouble: str) -> Page:
    """A decision path: one question after the other, and where the answers lead. The answers stand in the address alone."""
    pack = pack_today()
    found = pack.troubles.list.get(trouble) if pack.troubles else None
    given = request.args.getlist("a")[:20]
    if found is None or not all(number.isascii() and number.isdigit() and len(number) < 3 for number in given):
        raise NotFound
    try:
        passed, question, end = found.walk(tuple(map(int, given)))
    except ValueError as error:
        raise NotFound from error
    return render_template(
        "assist/path.html",
        key=trouble,
        one=found,
        passed=passed,
        given=given,
        question=question,
        end=end,
        cause=pack.cause(end.cause) if end and end.cause else None,
        is_open=end is not None and end.cause in pack.causes_on(_today()),
        brings=_brings(end),
        has_standard=bool(end and end.cause and standard_of(pack, end.cause)),
        pack=pack,
    )


def _brings(end: PathEnd | None) -> list[tuple[Any, bool]]:
    """The cause's checklist for the claimant, and which of it matters most at this end."""
    if end is None or end.cause is None:
        return []
    return [(item, item.key in end.bring) for item in pack_today().cause(end.cause).claimant]


# The registry


@ask.get("/registry/questions")
@staff(*DESK)
def desk() -> Page:
    """Questions the guide did not answer: those somebody handed over, and what was asked often."""
    session, person = current_session(), current_person()
    return render_template(
        "assist/questions.html",
        found=handing.waiting(current_court(), session, after_asked()),
        now=current_court().clock.now(),
        questions=gaps.listed(session, words=False),
        words=gaps.listed(session, words=True),
        totals=gaps.totals(session),
        fewest=gaps.FEWEST,
        may_answer=person is not None and Role.CLERK in person.roles,
    )


@ask.get("/registry/questions/<reference>")
@staff(Role.CLERK)
def desk_one(reference: str) -> Page:
    """One question before whoever answers it."""
    return _desk_one(reference, typed(ANSWERING, reference=reference), [])


def _desk_one(
    reference: str,
    values: dict[str, Any],
    faults: list[FieldFault],
    status: int = 200,
    call: dict[str, Any] | None = None,
) -> Page:
    handed = handing.one_waiting(current_court(), current_session(), reference)
    fields = forms.fields_of(RegistryAnswer, current_locale(), values, faults if call is None else [])
    call_fields = forms.fields_of(CallMade, current_locale(), call or {}, faults if call is not None else [])
    return render_template(
        "assist/question.html",
        one=handed,
        call_fields=call_fields,
        answer=guide_of(pack_today(), _today(), current_court().settings).ask(handed.question),
        pack=pack_today(),
        fields=fields,
        faults=forms.summary(call_fields if call is not None else fields),
        unsent=unsent(ANSWERING, fields, values, reference=reference),
        wording=wording_of(look(), None, fields) if handed.by_mail else None,
    ), status


@ask.post("/registry/questions/<reference>")
@staff(Role.CLERK)
@keeps(ANSWERING)
def answer_one(reference: str) -> Page:
    """Answer a question: by letter where there is an address, otherwise it was told by telephone."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given: RegistryAnswer = forms.parse(RegistryAnswer, values, currency=pack_today().currency)
    except InvalidInput as error:
        return _desk_one(reference, values, error.faults, 422)
    with court.database.write() as session:
        handing.answer(court, session, reference, given, my_account_id())
    court.beside(outbox.send_letters)
    return redirect(url_for("ask.desk"), 303)


@ask.post("/registry/questions/<reference>/call")
@staff(Role.CLERK)
def note_call(reference: str) -> Page:
    """Note what became of a call that was asked for."""
    values, court = request.form.to_dict(flat=False), current_court()
    try:
        given: CallMade = forms.parse(CallMade, values, currency=pack_today().currency)
    except InvalidInput as error:
        return _desk_one(reference, {}, error.faults, 422, call=values)
    with court.database.write() as session:
        handing.note_call(court, session, reference, given.outcome, my_account_id())
    return redirect(url_for("ask.desk"), 303)
