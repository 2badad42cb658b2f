"""After each act: a decision that was sealed gets its number, and what the docket says of its effect is taken over.

Nothing is published here. What takes effect opens a task with its last day; what lost its effect is put before the judge.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import undefer

from odr.docket.models import Audience, Case, DocketEntry, Document, Role, Stage
from odr.docket.queries import entry as entry_of
from odr.ground.db import new_reference
from odr.ground.text import T, words_of
from odr.procedure.papers.frame import SealedPaper
from odr.procedure.time.reckoning import end_of
from odr.register import desks
from odr.register.formats.published import new_public_id
from odr.register.publication import ledger
from odr.register.publication.effect import BY_THE_CASE, effect_of, ends_the_case
from odr.register.publication.models import HeldRuling, Publication, PublicationState
from odr.register.redaction.structure import text_of

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import PublicationRules
    from odr.procedure.sitting import Sitting

MASKING, NOT_ORIGINAL = "masking", "not_original"
"""The reasons, the first in every pack, of what was withdrawn because its public text is wrong (JDP 16)."""
NO_EFFECT = "no_effect"
"""The reason, in every pack, of what is not public because nobody can rely on it; it is over when the effect comes."""


def follow_decisions(sitting: Sitting, case: Case, entry: DocketEntry) -> None:
    """Number what this act sealed or made known, and weigh the effect of what has a number."""
    rules = sitting.pack(case).publication
    if rules is None:
        return
    if sitting.prepared:
        _number(sitting, case, entry, rules)
    if case.is_blank:
        return
    _number_what_is_known(sitting, case, rules)
    for row in sitting.session.scalars(select(Publication).where(Publication.case_id == case.id)).all():
        _weigh(sitting, case, row, rules)


def _number(sitting: Sitting, case: Case, entry: DocketEntry, rules: PublicationRules) -> None:
    papers = {one.reference: one for one in sitting.prepared.values() if isinstance(one, SealedPaper) and one.said}
    if not papers:
        return
    payload = json.loads(entry.payload)
    given, told = payload.get("input") or {}, payload.get("result") or {}
    ended = ends_the_case(sitting.session, case, entry, payload)
    answer = given.get("answer") or given.get("result")
    mine = Document.case_id == case.id, Document.entry_number == entry.number, Document.reference.in_(papers)
    for document in sitting.session.scalars(
        select(Document).where(*mine).order_by(Document.id).options(undefer(Document.size))
    ).all():
        kind = rules.kind_of(document.kind, entry.act, ended=ended, answer=answer, about=told.get("about"))
        known = select(Publication.id).where(Publication.document_id == document.id)
        if kind is None or sitting.session.scalar(known) is not None:
            continue
        paper = papers[document.reference]
        ruling = HeldRuling(
            case_id=case.id,
            document_id=document.id,
            kind=kind,
            language=paper.language,
            decided_on=sitting.today,
            original=text_of(paper.said, paper.language).as_json(),  # type: ignore[arg-type]
        )
        if document.audience is Audience.PARTIES_AND_COURT:
            _give_number(sitting, case, ruling, document, entry, rules)
        elif rules.kinds[kind].effect != BY_THE_CASE:
            sitting.session.add(ruling)


def _number_what_is_known(sitting: Sitting, case: Case, rules: PublicationRules) -> None:
    """Number what was kept from somebody in the case and is so no more: they were told, or the case is over and nothing can be asked
    for in it (CPL 103, 106).
    """
    held = sitting.session.scalars(select(HeldRuling).where(HeldRuling.case_id == case.id)).all()
    for ruling in held:
        document = sitting.session.get_one(Document, ruling.document_id, options=[undefer(Document.size)])
        is_over = case.stage is Stage.CLOSED and not sitting.windows(case)
        if not is_over and document.audience is not Audience.PARTIES_AND_COURT:
            continue
        assert document.entry_number is not None
        entry = entry_of(sitting.session, case, document.entry_number)
        assert entry is not None
        _give_number(sitting, case, ruling, document, entry, rules)
        sitting.session.delete(ruling)


def _give_number(
    sitting: Sitting, case: Case, ruling: HeldRuling, document: Document, entry: DocketEntry, rules: PublicationRules
) -> None:
    row = Publication(
        reference=new_reference(),
        address=new_public_id(),
        number=ledger.next_number(sitting.session),
        case_id=case.id,
        document_id=document.id,
        kind=ruling.kind,
        rules=sitting.pack(case).named,
        language=ruling.language,
        decided_on=ruling.decided_on,
        original=ruling.original,
        state=PublicationState.PENDING,
        since_at=sitting.now,
        choices={},
        pointed=[],
        naming={},
        masked=[],
    )
    sitting.session.add(row)
    sitting.session.flush()
    ledger.enter(sitting, case, row, document, entry, words_of(rules.kinds[ruling.kind].title))


def _weigh(sitting: Sitting, case: Case, row: Publication, rules: PublicationRules) -> None:
    effect = effect_of(sitting, case, row)
    if effect.since is not None and row.effective_at is None:
        _took_effect(sitting, case, row, rules, effect.since)
    elif effect.since is None and row.effective_at is not None:
        _lost_effect(sitting, case, row)
    elif effect.over and row.state.is_pending and row.reason is None:
        _without_effect(sitting, case, row)


def _without_effect(sitting: Sitting, case: Case, row: Publication) -> None:
    """No number is pending for ever: that it can have no effect any more lies before the judge, who withholds it with that reason."""
    if not sitting.tasks(case, desks.WITHOUT_EFFECT, row.reference):
        words = T(
            "Number %(number)s of the ledger can have no effect any more. Withhold it, with that reason, so that nobody waits for it",
            number=row.number,
        )
        sitting.open_task(case, Role.JUDGE, desks.WITHOUT_EFFECT, words, risk=20, subject=row.reference)


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
    for desk in (desks.DECIDE_ON_PUBLIC, desks.WITHOUT_EFFECT):
        sitting.close_tasks(case, desk, row.reference)
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
