"""Drafts over time: shared with somebody, earlier versions, what becomes of one that is left, and the answer being
written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.errors import ActNotOpen, Forbidden, InvalidInput, NotFound
from odr.filing.drafts import KEPT_FOR, SCHEMA_VERSION, save_step
from odr.filing.models import Draft, DraftRevision, DraftShare, DraftState
from odr.identity import accounts, mail
from odr.identity.actors import Actor
from odr.identity.mail import Letter
from odr.identity.models import Account, AccountState
from odr.text import T

if TYPE_CHECKING:
    from odr.procedure.court import Court

REMIND_BEFORE = timedelta(days=7)
MOST_SHARES = 5
MOST_REVISIONS = 50
ANSWER = "answer"


@dataclass(frozen=True)
class Writer:
    """Somebody a draft is shared with."""

    share: DraftShare
    name: str
    email: str


def shares_of(session: Session, draft: Draft) -> list[Writer]:
    """With whom a draft is shared now."""
    rows = session.execute(
        select(DraftShare, Account.name, Account.email)
        .join(Account, Account.id == DraftShare.account_id)
        .where(DraftShare.draft_id == draft.id, DraftShare.ended_at.is_(None))
        .order_by(DraftShare.id)
    )
    return [Writer(share, name, email) for share, name, email in rows]


def who_lodges(session: Session, draft: Draft) -> int:
    """The account whose claim it is: who began it, unless it was shared with the one it belongs to."""
    hers = session.scalar(
        select(DraftShare.account_id)
        .where(DraftShare.draft_id == draft.id, DraftShare.lodges, DraftShare.ended_at.is_(None))
        .limit(1)
    )
    return hers if hers is not None else draft.account_id


def share(session: Session, draft: Draft, by: int, email: str, *, lodges: bool, now: datetime) -> DraftShare:
    """Let somebody with an account write in a draft too; ``lodges`` where the claim is hers. Raises InvalidInput,
    Forbidden.

    Nobody is written to without an account: the address is told nothing of the draft.
    """
    _need_owner(draft, by)
    other = accounts.by_email(session, accounts.normal_email(email))
    if other is None or other.state is not AccountState.ACTIVE or other.id == by or other.staff_roles:
        raise InvalidInput.at(
            "email",
            T(
                "Nobody with that address can write in this draft. She needs an account of her own and may not serve the court."
            ),
        )
    there = shares_of(session, draft)
    if len(there) >= MOST_SHARES:
        raise InvalidInput.at(
            "email", T("A draft is shared with at most %(count)s people. End one first.", count=MOST_SHARES)
        )
    if lodges and any(one.share.lodges and one.share.account_id != other.id for one in there):
        raise InvalidInput.at("lodges", T("Somebody else lodges this claim already. End that first."))
    found = session.scalar(select(DraftShare).where(DraftShare.draft_id == draft.id, DraftShare.account_id == other.id))
    if found is None:
        found = DraftShare(draft_id=draft.id, account_id=other.id, shared_at=now)
        session.add(found)
    found.lodges, found.shared_at, found.ended_at = lodges, now, None
    session.flush()
    return found


def end_share(session: Session, draft: Draft, by: int, share_id: int, now: datetime) -> None:
    """End a share, by who began the draft or by the one it was shared with. What she wrote stays. Raises NotFound."""
    found = session.scalar(
        select(DraftShare).where(
            DraftShare.id == share_id, DraftShare.draft_id == draft.id, DraftShare.ended_at.is_(None)
        )
    )
    if found is None or by not in (draft.account_id, found.account_id):
        raise NotFound
    found.ended_at = now


def _need_owner(draft: Draft, account_id: int) -> None:
    if draft.account_id != account_id:
        raise Forbidden(T("Only who began this draft shares it."))


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
    letters: list[Letter] = []
    with court.database.write() as session:
        open_ = select(Draft).where(Draft.kind == "claim", Draft.state == DraftState.OPEN)
        left = session.scalars(open_.where(Draft.saved_at <= now - KEPT_FOR).order_by(Draft.id).limit(limit)).all()
        for draft in left:
            draft.state = DraftState.EXPIRED
        soon = session.scalars(
            open_.where(
                Draft.saved_at <= now - KEPT_FOR + REMIND_BEFORE,
                Draft.saved_at > now - KEPT_FOR,
                Draft.reminded_at.is_(None),
            ).limit(limit)
        ).all()
        for draft in soon:
            draft.reminded_at = now
            letters.append(_reminder(court, session.get_one(Account, draft.account_id), draft))
    if letters and court.ports.mail is not None:
        mail.post(court.ports.mail, letters)
    return len(left) + len(soon)


def _reminder(court: Court, account: Account, draft: Draft) -> Letter:
    last = (draft.saved_at + KEPT_FOR).astimezone(court.settings.tz).date()
    return Letter(
        account.email,
        T("Your claim is not lodged yet"),
        (
            T("You began a claim at the court and have not gone on with it for some time. You can go on here:"),
            T(
                "After %(day)s it is set aside. You can still read it then and take it up again; but the time to go to court runs on.",
                day=last,
            ),
        ),
        account.locale,
        f"{court.settings.base_url.rstrip('/')}/claim/{draft.reference}",
    )


_FILE = re.compile(r"[a-z2-7]{26}")


def files_in_drafts(session: Session, accounts: Sequence[int]) -> dict[str, datetime]:
    """Files that drafts these people write in name, set aside or not, with when such a draft was last written in."""
    shared = select(DraftShare.draft_id).where(DraftShare.account_id.in_(accounts))
    mine = or_(Draft.account_id.in_(accounts), Draft.id.in_(shared))
    found: dict[str, datetime] = {}
    for draft in session.scalars(select(Draft).where(mine, Draft.state != DraftState.LODGED)):
        for step in draft.values.values():
            for value in step.values() if isinstance(step, dict) else ():
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str) and _FILE.fullmatch(text):
                        found[text] = max(draft.saved_at, found.get(text, draft.saved_at))
    return found


# -- an answer being written ------------------------------------------------------


def answer_draft(session: Session, case: Case, actor: Actor) -> Draft | None:
    """What a side has written of its answer and not sent: the party and who acts for her see the same."""
    mine = (Draft.case_id == case.id, Draft.kind == f"{ANSWER}/{actor.party_id}", Draft.state == DraftState.OPEN)
    return session.scalar(select(Draft).where(*mine).order_by(Draft.id.desc()).limit(1))


def keep_answer(session: Session, case: Case, actor: Actor, values: Mapping[str, Any], now: datetime) -> Draft:
    """Keep what was typed of an answer."""
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
    save_step(
        session,
        found,
        ANSWER,
        {k: v for k, v in values.items() if k != "idempotency_key"},
        now,
        by=actor.account_id or 0,
        is_done=False,
    )
    return found


def answer_sent(session: Session, case: Case, actor: Actor) -> None:
    """The answer was filed: its draft is done with."""
    found = answer_draft(session, case, actor)
    if found is not None:
        found.state = DraftState.LODGED
