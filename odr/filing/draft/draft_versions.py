"""Drafts over time: their earlier versions, abandoned drafts, and drafts of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.filing.draft.drafts import KEPT_FOR, SCHEMA_VERSION, keep_aside, save_step
from odr.filing.models import Draft, DraftRevision, DraftState
from odr.ground.errors import ActNotOpen, NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.identity.accounts import outbox
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.forms.two_windows import BUTTONS, Merged, merge

if TYPE_CHECKING:
    from odr.procedure.court import Court

REMIND_BEFORE = timedelta(days=7)
MOST_REVISIONS = 50
ANSWER = "answer"


# -- earlier versions -----------------------------------------------------------


def revisions_of(session: Session, draft: Draft) -> Sequence[tuple[DraftRevision, str]]:
    """Earlier versions of a draft's steps, newest first, with who had written each."""
    rows = session.execute(
        select(DraftRevision, Account.name)
        .outerjoin(Account, Account.id == DraftRevision.account_id)
        .where(DraftRevision.draft_id == draft.id)
        .order_by(DraftRevision.id.desc())
        .limit(MOST_REVISIONS)
    )
    return [(revision, name or "") for revision, name in rows]


def bring_back(session: Session, draft: Draft, revision_id: int, now: datetime, *, by: int) -> str:
    """Put an earlier version in the place of what stands there, which is kept in turn; gives the step. Raises NotFound,
    ActNotOpen.
    """
    need_writable(draft)
    found = session.scalar(
        select(DraftRevision).where(DraftRevision.id == revision_id, DraftRevision.draft_id == draft.id)
    )
    if found is None:
        raise NotFound
    now_there = draft.values.get(found.step)
    if now_there and now_there != found.values:
        session.add(
            DraftRevision(
                draft_id=draft.id, step=found.step, values=now_there, account_id=draft.saved_by, saved_at=draft.saved_at
            )
        )
        draft.values = {key: value for key, value in draft.values.items() if key != found.step}
    save_step(session, draft, found.step, found.values, now, by=by, is_done=False)
    return found.step


def need_writable(draft: Draft) -> None:
    """Raises ActNotOpen for a claim that was lodged: it is changed in the case."""
    if draft.state is DraftState.LODGED:
        raise ActNotOpen(T("This claim was already lodged."))


# -- what is left lying -----------------------------------------------------------


def keep_drafts(court: Court, limit: int = 256) -> int:
    """For the worker: write to who has left a draft for long, and set aside what nobody touched for ninety days; it
    stays readable.
    """
    now = court.clock.now()
    over = now - KEPT_FOR
    over_soon = over + REMIND_BEFORE
    letters: list[Letter] = []
    with court.database.write() as session:
        left = session.scalars(
            built_once(
                lambda: (
                    select(Draft)
                    .where(Draft.kind == "claim", Draft.state == DraftState.OPEN, Draft.saved_at <= over)
                    .order_by(Draft.id)
                    .limit(limit)
                )
            )
        ).all()
        for draft in left:
            draft.state = DraftState.EXPIRED
        soon = session.scalars(
            built_once(
                lambda: (
                    select(Draft)
                    .where(Draft.kind == "claim", Draft.state == DraftState.OPEN, Draft.reminded_at.is_(None))
                    .where(Draft.saved_at <= over_soon, Draft.saved_at > over)
                    .limit(limit)
                )
            )
        ).all()
        for draft in soon:
            draft.reminded_at = now
            letters.append(_reminder(court, session.get_one(Account, draft.account_id), draft))
        if court.ports.mail is not None:
            outbox.write(court, session, letters)
    if letters:
        outbox.send_soon(court)
    return len(left) + len(soon)


def _reminder(court: Court, account: Account, draft: Draft) -> Letter:
    last = (draft.saved_at + KEPT_FOR).astimezone(court.settings.tz).date()
    return Letter(
        account.email,
        T("Your claim is not lodged yet"),
        (
            T("You began a claim at the court some time ago and have not lodged it. You can go on where you stopped."),
            T(
                "After %(day)s it is set aside. You can still read it then and take it up again; but the time to go to court runs on.",
                day=last,
            ),
        ),
        account.locale,
        site_of(court.settings.base_url),
        page=T("Your cases"),
    )


# -- an answer being written ------------------------------------------------------


def answer_draft(session: Session, case: Case, actor: Actor) -> Draft | None:
    """What a side has written of its answer and not sent: the party and who acts for them see the same."""
    mine = (Draft.case_id == case.id, Draft.kind == f"{ANSWER}/{actor.party_id}", Draft.state == DraftState.OPEN)
    return session.scalar(select(Draft).where(*mine).order_by(Draft.id.desc()).limit(1))


def keep_answer(
    session: Session, case: Case, actor: Actor, values: Mapping[str, Any], was: str | None, now: datetime
) -> tuple[Draft, Merged]:
    """Keep what was typed of an answer; ``was`` are the marks of the page it was typed on (:func:`merging.merge`)."""
    found = answer_draft(session, case, actor)
    if found is None:
        found = Draft(
            account_id=actor.account_id,
            kind=f"{ANSWER}/{actor.party_id}",
            case_id=case.id,
            schema_version=SCHEMA_VERSION,
            values={},
            done_steps=[],
            state=DraftState.OPEN,
            created_at=now,
            saved_at=now,
        )
        session.add(found)
        session.flush()
    by, merged = actor.account_id or 0, merge(found.values.get(ANSWER, {}), values, was)
    save_step(session, found, ANSWER, merged.values, now, by=by, is_done=False)
    if merged.theirs:
        keep_aside(session, found, ANSWER, {k: v for k, v in values.items() if k not in BUTTONS}, now, by=by)
    return found, merged


def answer_sent(session: Session, case: Case, actor: Actor) -> None:
    """The answer was filed: its draft is done with."""
    found = answer_draft(session, case, actor)
    if found is not None:
        found.state = DraftState.LODGED
