"""Answers to what is laid before the supervisor, and its end: nothing closes before the answer, or before the time for it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.ground.errors import ActNotOpen, Cited, NotFound
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.text import Month, T, Text
from odr.insight.supervision.models import MatterKind, SupervisionMatter
from odr.procedure.acts.tasks import DESKS
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.pack import RulePack
from odr.service.vocabulary import Channel

CASES_SHOWN = 100


class MatterAnswer(CourtModel):
    """What the person concerned says."""

    words: Annotated[
        str,
        CourtText(2, 4000),
        field(T("How it came about"), T("The president of the court reads it."), widget="textarea"),
    ]


class MatterClosing(CourtModel):
    """What the supervisor found, and what follows."""

    words: Annotated[str, CourtText(10, 4000), field(T("What you found, and what follows"), widget="textarea")]


@dataclass(frozen=True)
class Shown:
    """A matter with the cases behind it."""

    row: SupervisionMatter
    cases: Sequence[Case]
    more: int


def all_matters(
    session: Session, kind: MatterKind | None, *, closed: bool, after: str | None = None
) -> Listed[SupervisionMatter]:
    """Matters that are open, or closed, the oldest first: by no person and by no number."""
    row = SupervisionMatter
    query = select(row).where(row.closed_at.is_not(None) if closed else row.closed_at.is_(None))
    if kind is not None:
        query = query.where(row.kind == kind)
    page = page_of(session, query, (Key(row.opened_at, datetime), Key(row.id)), after)
    return page.of([one for (one,) in page.rows])


def mine(session: Session, account_id: int, after: str | None = None) -> Listed[SupervisionMatter]:
    """What somebody is asked to answer, and has not, or may still add to."""
    row = SupervisionMatter
    query = select(row).where(row.account_id == account_id, row.closed_at.is_(None))
    page = page_of(session, query, (Key(row.id),), after)
    return page.of([one for (one,) in page.rows])


def one_matter(
    session: Session, reference: str, account_id: int | None = None, *, to_change: bool = False
) -> SupervisionMatter:
    """A matter; with an account only where it is the one that is asked; to change it, one after the other. Raises NotFound."""
    query = select(SupervisionMatter).where(SupervisionMatter.reference == reference)
    found = session.scalar(query.with_for_update() if to_change else query)
    if found is None or (account_id is not None and found.account_id != account_id):
        raise NotFound
    return found


def shown(session: Session, row: SupervisionMatter) -> Shown:
    """The cases behind it, the oldest first."""
    some = row.cases[:CASES_SHOWN]
    cases = session.scalars(select(Case).where(Case.id.in_(some)).order_by(Case.id)).all()
    return Shown(row, cases, len(row.cases) - len(some))


def why_open(row: SupervisionMatter, now: datetime, by: int) -> Text | None:
    """Why somebody cannot close it, or not yet; None where they can."""
    if row.account_id == by:
        return T("Nobody closes a matter about themselves. Another president closes it, or who stands in for you.")
    if row.answered_at is None and row.account_id is not None and now < row.due_at:
        return T("It cannot be closed before the person concerned has answered, or %(at)s has passed.", at=row.due_at)
    return None


def answer(session: Session, row: SupervisionMatter, words: str, now: datetime, law: Cited | None) -> None:
    """Keep what the person concerned says; until it is closed they may say it anew. Raises ActNotOpen."""
    if row.closed_at is not None:
        raise ActNotOpen(T("This matter is closed."), source=law)
    row.answer, row.answered_at = words, now


def close(session: Session, row: SupervisionMatter, words: str, by: int, now: datetime, law: Cited | None) -> None:
    """Close it with what was found. Raises ActNotOpen before the answer or the end of its time, or a second time."""
    if row.closed_at is not None:
        raise ActNotOpen(T("This matter is closed."), source=law)
    waits = why_open(row, now, by)
    if waits is not None:
        raise ActNotOpen(waits, source=law)
    row.closing, row.closed_at, row.closed_by = words, now, by


def law_of(pack: RulePack) -> Cited | None:
    """What supervision rests on, for refusals."""
    return pack.cited(pack.supervision.article) if pack.supervision is not None else None


def words_of(row: SupervisionMatter, pack: RulePack) -> Text:
    """What was found, in a sentence."""
    facts = row.facts
    if row.kind is MatterKind.DEFAULTS:
        return T("One agent acted for the claimant in %(count)s judgments by default.", count=facts["cases"])
    if row.kind is MatterKind.SERIAL:
        return T("One claimant brought %(count)s claims.", count=facts["cases"])
    if row.kind is MatterKind.SERVICE:
        return T(
            "Of %(tried)s papers that went by one channel (%(channel)s) in %(month)s, %(failed)s reached nobody.",
            tried=facts["tried"],
            channel=Channel(facts["channel"]).label,
            month=Month.of(facts["month"]),
            failed=facts["failed"],
        )
    if row.kind is MatterKind.AUDIT:
        return T("Drawn by lot from the cases decided in %(month)s.", month=Month.of(facts["month"]))
    due = datetime.fromisoformat(facts["due"])
    if "window" in facts:
        rule = pack.windows.rules.get(facts["window"])
        return T(
            "%(what)s: the time ended on %(at)s.",
            what=rule.title if rule is not None else MatterKind.LATE.label,
            at=due,
        )
    desk = DESKS.get(facts["task"])
    return T("%(what)s: due on %(at)s.", what=desk.title if desk is not None else MatterKind.LATE.label, at=due)
