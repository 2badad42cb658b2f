"""After each act: a decision that was sealed gets its number, and what the docket says of its effect is taken over.

Nothing is published here. What takes effect opens a task with its last day; what lost its effect is put before the judge.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from odr.docket.models import FROM_ACCEPTANCE, Audience, Case, DocketEntry, Document, Role, Stage
from odr.filing.models import Request, RequestKind, RequestState
from odr.ground.db import new_reference
from odr.ground.text import T, words_of
from odr.judgment import names as judgment_names
from odr.judgment.enforcement.queries import in_effect_since as served_on_all_since
from odr.judgment.enforcement_remedies.objections.queries import is_replaced
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionState
from odr.procedure.acts.windows import TIME_LIMITS, Nature
from odr.procedure.papers.frame import SealedPaper
from odr.procedure.time.reckoning import end_of
from odr.register import desks, names
from odr.register.enforcement_list.sanctions.queries import in_effect_since
from odr.register.formats.published import new_public_id
from odr.register.publication import ledger
from odr.register.publication.models import Publication, PublicationState
from odr.register.redaction.structure import text_of
from odr.settlement.models import Agreement, AgreementState

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import PublicationRules
    from odr.procedure.sitting import Sitting

AFTER = FROM_ACCEPTANCE
"""Stages at which a decision may be there whose effect comes or goes: a case that is heard again is pending, and a partial
judgment takes effect while the rest is heard (CPL 156).
"""
JUDGMENT = "decision"
STATEMENT = "mediation_statement"
BINDING = frozenset({Stage.CLOSED, Stage.EFFECTIVE, Stage.ENFORCEMENT})
"""Where a case stands once what ended it binds."""
SANCTIONING = frozenset({names.DECIDE_SANCTION, names.DECIDE_RELEASE})
ENFORCING = frozenset(
    {
        judgment_names.HALT_ENFORCEMENT,
        judgment_names.END_ENFORCEMENT,
        judgment_names.RULE_ON_ENFORCEMENT_OBJECTION,
        judgment_names.RULE_ON_REVERSAL,
    }
)
MASKING, NOT_ORIGINAL = "masking", "not_original"
"""The reasons, the first in every pack, of what was withdrawn because its public text is wrong (JDP 16)."""
NO_EFFECT = "no_effect"
"""The reason, in every pack, of what is not public because nobody can rely on it; it is over when the effect comes."""


def follow_decisions(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """Number what this act sealed, and weigh the effect of what has a number."""
    rules = sitting.pack(case).publication
    if rules is None:
        return
    if sitting.prepared:
        _number(sitting, case, entry, rules)
    if case.stage in AFTER and not case.is_blank:
        for row in sitting.session.scalars(select(Publication).where(Publication.case_id == case.id)).all():
            _weigh(sitting, case, row, rules)


def _number(sitting: Sitting, case: Case, entry: DocketEntry, rules: PublicationRules) -> None:
    papers = {one.reference: one for one in sitting.prepared.values() if isinstance(one, SealedPaper) and one.said}
    if not papers:
        return
    payload = json.loads(entry.payload)
    given, ended = payload.get("input") or {}, _ends_the_case(sitting.session, case, entry, payload)
    answer = given.get("answer") or given.get("result")
    mine = Document.case_id == case.id, Document.entry_number == entry.number, Document.reference.in_(papers)
    for document in sitting.session.scalars(
        select(Document).where(*mine).order_by(Document.id).options(undefer(Document.size))
    ).all():
        kind = rules.kind_of(document.kind, entry.act, ended=ended, answer=answer)
        known = select(Publication.id).where(Publication.document_id == document.id)
        if (
            kind is None
            or document.audience is not Audience.PARTIES_AND_COURT
            or sitting.session.scalar(known) is not None
        ):
            continue
        paper = papers[document.reference]
        row = Publication(
            reference=new_reference(),
            address=new_public_id(),
            number=ledger.next_number(sitting.session),
            case_id=case.id,
            document_id=document.id,
            kind=kind,
            rules=sitting.pack(case).named,
            language=paper.language,
            decided_on=sitting.today,
            original=text_of(paper.said, paper.language).as_json(),  # type: ignore[arg-type]
            state=PublicationState.PENDING,
            since_at=sitting.now,
            choices={},
            pointed=[],
            naming={},
            masked=[],
        )
        sitting.session.add(row)
        sitting.session.flush()
        ledger.enter(sitting, case, row, document, entry, words_of(rules.kinds[kind].title))


def _ends_the_case(session: Session, case: Case, entry: DocketEntry, payload: dict[str, Any]) -> bool:
    """Whether an act closed the case, or ruled that it ends once nobody can appeal from that any more (CPL 157, 158). What is ruled
    in a case that is over ends nothing.
    """
    stage = payload["stage"]
    if stage["after"] == Stage.CLOSED.value:
        return bool(stage["before"] != Stage.CLOSED.value)
    return _ending(session, case, entry.number) is not None


def _ending(session: Session, case: Case, number: int | None) -> RequestState | None:
    """What became of the ruling of an entry that ends the case once nobody can appeal from it; None where it is no such ruling."""
    mine = Request.case_id == case.id, Request.kind == RequestKind.ENDING, Request.asked_entry == number
    return session.scalar(select(Request.state).where(*mine))


def effect_of(sitting: Sitting, case: Case, row: Publication) -> datetime | None:
    """Since when a numbered decision has effect; None while it has none: it can still be appealed, or it was undone.

    Of a judgment the docket of judgment says it; of a fine, a detention and an early release what was decided on it (decision
    99); a ruling in an enforcement has effect once it is served on everybody, wherever the case stands, until another decision takes
    its place (CPL 269; decision 165). What ends a case has effect once nobody can appeal from it any more, and never where it was set aside on appeal; a
    mediation statement once everybody has signed it, the confirmation of an agreement until it is set aside.
    """
    decision = sitting.session.scalar(select(Decision).where(Decision.document_id == row.document_id))
    if decision is not None:
        return decision.effective_at if decision.state is DecisionState.ISSUED else None
    rules = sitting.pack(case).publication
    kind = rules.kinds.get(row.kind) if rules is not None else None
    paper = select(Document.kind, Document.entry_number, Document.void_by).where(Document.id == row.document_id)
    of, entry, void_by = sitting.session.execute(paper).one()
    if kind is not None and not SANCTIONING.isdisjoint(kind.acts):
        return in_effect_since(sitting.session, case, entry)
    if kind is not None and not ENFORCING.isdisjoint(kind.acts):
        is_over = void_by is not None or is_replaced(sitting.session, case, entry)
        return None if is_over else served_on_all_since(sitting.session, case, entry)
    if case.stage not in BINDING or void_by is not None or not _binds(sitting.session, case, row, of, entry):
        return None
    remedies = {limit.kind for limit in TIME_LIMITS if limit.nature is Nature.REMEDY and "appeal" in limit.kind}
    if any(window.kind in remedies for window in sitting.windows(case)):
        return None
    return row.effective_at or sitting.now


def _binds(session: Session, case: Case, row: Publication, paper: str, entry: int | None) -> bool:
    """Whether it was this paper that bound the parties: a statement that somebody did not sign never did (CPL 100, 102), nor a ruling
    that was set aside on appeal, however the case ended then (CPI 330).
    """
    if paper == STATEMENT:
        signed = session.scalar(select(Agreement.state).where(Agreement.document_id == row.document_id))
        return signed is AgreementState.EFFECTIVE
    return _ending(session, case, entry) in (None, RequestState.GRANTED)


def _weigh(sitting: Sitting, case: Case, row: Publication, rules: PublicationRules) -> None:
    at = effect_of(sitting, case, row)
    if at is not None and row.effective_at is None:
        _took_effect(sitting, case, row, rules, at)
    elif at is None and row.effective_at is not None:
        _lost_effect(sitting, case, row)


def last_day(sitting: Sitting, case: Case, rules: PublicationRules, effective_at: datetime) -> date | None:
    """The last day on which it is public in time: so many working days after it took effect (JDP 7); None where only an
    order publishes.
    """
    if rules.working_days is None:
        return None
    pack = sitting.pack(case)
    return pack.working_calendar.add_working(effective_at.astimezone(pack.tz).date(), rules.working_days)


def _took_effect(sitting: Sitting, case: Case, row: Publication, rules: PublicationRules, at: datetime) -> None:
    row.effective_at, row.lost_at = at, None
    row.due_on = last_day(sitting, case, rules, at)
    due_on = row.due_on.isoformat() if row.due_on is not None else None
    day = at.astimezone(sitting.pack(case).tz).date()
    ledger.record(sitting, row, ledger.IN_EFFECT, on=day.isoformat(), due_on=due_on)
    sitting.close_tasks(case, desks.DECIDE_ON_PUBLIC, row.reference)
    if row.state.is_pending and row.due_on is not None:
        put_on_desk(sitting, case, row, rules)
        return
    to_be_corrected(sitting, case, row)
    if row.reason == NO_EFFECT and row.state in (PublicationState.WITHHELD, PublicationState.WITHDRAWN):
        due_at = end_of(sitting.pack(case), row.due_on) if row.due_on is not None else None
        words = T(
            "Number %(number)s of the ledger is not public because it had no effect, and has it now. Put it back, or tick off that it stays",
            number=row.number,
        )
        sitting.open_task(case, Role.JUDGE, desks.TAKE_UP_AGAIN, words, risk=40, due_at=due_at, subject=row.reference)


def put_on_desk(sitting: Sitting, case: Case, row: Publication, rules: PublicationRules) -> None:
    """What is owed lies on a desk: to be made public on the clerk's, to be withheld as a rule on the judge's."""
    due_at = end_of(sitting.pack(case), row.due_on) if row.due_on is not None else None
    if rules.kinds[row.kind].withheld is not None:
        words = T(
            "Decide whether number %(number)s of the ledger is withheld, as its kind is as a rule", number=row.number
        )
        sitting.open_task(case, Role.JUDGE, desks.WITHHOLD, words, risk=20, due_at=due_at, subject=row.reference)
    else:
        words = T("Make the public text of number %(number)s of the ledger", number=row.number)
        sitting.open_task(case, Role.CLERK, desks.MAKE_PUBLIC, words, risk=30, due_at=due_at, subject=row.reference)


def to_be_corrected(sitting: Sitting, case: Case, row: Publication) -> None:
    """What was withdrawn because its public text is wrong lies on the clerk's desk: put right, it is published again (JDP 16)."""
    if row.state is not PublicationState.WITHDRAWN or row.reason not in (MASKING, NOT_ORIGINAL):
        return
    if row.effective_at is not None and not sitting.tasks(case, desks.MAKE_PUBLIC, row.reference):
        words = T(
            "Number %(number)s of the ledger was withdrawn because its public text is wrong. Correct it, so that it is public again",
            number=row.number,
        )
        sitting.open_task(case, Role.CLERK, desks.MAKE_PUBLIC, words, risk=50, subject=row.reference)


def _lost_effect(sitting: Sitting, case: Case, row: Publication) -> None:
    """The effect is gone: what was proposed goes no further by itself, and what is public stays so only by a person's word."""
    row.effective_at, row.due_on, row.lost_at = None, None, sitting.now
    ledger.record(sitting, row, ledger.EFFECT_LOST)
    for desk in (desks.MAKE_PUBLIC, desks.WITHHOLD, desks.APPROVE_PUBLICATION, desks.PUBLISH, desks.TAKE_UP_AGAIN):
        sitting.close_tasks(case, desk, row.reference)
    if row.state is PublicationState.PUBLISHED:
        words = T(
            "Number %(number)s of the ledger is public and has no effect any more. Withdraw it, or tick off that it stays",
            number=row.number,
        )
        sitting.open_task(case, Role.JUDGE, desks.DECIDE_ON_PUBLIC, words, risk=70, subject=row.reference)
