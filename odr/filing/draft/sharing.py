"""Drafts written by several people: who is invited, who has accepted, how it ended, and which files each put into it.

Nobody is drawn into a draft by somebody else: an invitation opens nothing before the
person invited has accepted it, and of their files the others see those that they put into
this draft, and no others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from odr.filing.models import Draft, DraftFile, DraftShare, DraftState
from odr.ground.db import REFERENCE_FORM
from odr.ground.errors import Forbidden, InvalidInput, NotFound
from odr.ground.text import T
from odr.identity.accounts import accounts
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.models import Account, AccountState

if TYPE_CHECKING:
    from odr.procedure.court import Court

MOST_SHARES = 5
EXHIBITS = "exhibits"
_ROW = re.compile(rf"{EXHIBITS}-\d+-upload")


@dataclass(frozen=True)
class Writer:
    """Somebody invited to write in a draft; named only once they have accepted, before that only by the address that
    was typed.
    """

    share: DraftShare
    name: str | None
    ended_by: str | None

    @property
    def email(self) -> str:
        """The address that was invited."""
        return self.share.email


@dataclass(frozen=True)
class Invited:
    """A draft of somebody else's, as the one sees it who was invited to it."""

    share: DraftShare
    draft: Draft
    owner: str
    owner_email: str
    ended_by: str | None

    @property
    def waits(self) -> bool:
        """Whether it can be accepted or declined."""
        return (
            self.share.ended_at is None and self.share.accepted_at is None and self.draft.state is not DraftState.LODGED
        )


def writers(session: Session, draft: Draft) -> list[int]:
    """Accounts that write in a draft, its owner first: who was only invited does not."""
    query = (
        select(DraftShare.account_id)
        .where(DraftShare.draft_id == draft.id, DraftShare.counts())
        .order_by(DraftShare.id)
    )
    return [draft.account_id, *(found for found in session.scalars(query) if found is not None)]


def who_lodges(session: Session, draft: Draft) -> int:
    """The account whose claim it is: who began it, unless the one it belongs to has accepted that."""
    hers = session.scalar(
        select(DraftShare.account_id)
        .where(DraftShare.draft_id == draft.id, DraftShare.lodges, DraftShare.counts())
        .limit(1)
    )
    return hers if hers is not None else draft.account_id


def shares_of(session: Session, draft: Draft, *, ended: bool = False) -> list[Writer]:
    """Who is invited to a draft or writes in it; with ``ended`` those with whom that is over, the latest first."""
    other, ender = aliased(Account), aliased(Account)
    query = (
        select(DraftShare, other.name, ender.name)
        .outerjoin(other, (other.id == DraftShare.account_id) & DraftShare.accepted_at.is_not(None))
        .outerjoin(ender, ender.id == DraftShare.ended_by)
        .where(DraftShare.draft_id == draft.id)
    )
    over = DraftShare.ended_at.is_not(None)
    rows = session.execute(
        query.where(over).order_by(DraftShare.ended_at.desc()).limit(50)
        if ended
        else query.where(~over).order_by(DraftShare.id)
    )
    return [Writer(share, name, by) for share, name, by in rows]


def share(session: Session, draft: Draft, by: int, email: str, *, lodges: bool, now: datetime) -> DraftShare:
    """Invite whoever signs in with an address to write in a draft; ``lodges`` where the claim is theirs. Raises
    InvalidInput, Forbidden.

    The same happens whether or not there is such an account: what is said here tells
    nobody who has one. The files that the draft names and its owner sent come along.
    """
    if draft.account_id != by:
        raise Forbidden(T("Only the person who began this draft can share it."))
    email = accounts.normal_email(email)
    if email == session.get_one(Account, by).email:
        raise InvalidInput.at("email", T("This is your own address."))
    there = shares_of(session, draft)
    if any(one.email == email for one in there):
        raise InvalidInput.at("email", T("This address is invited already. To change something, end that first."))
    if len(there) >= MOST_SHARES:
        raise InvalidInput.at(
            "email", T("A draft is shared with at most %(count)s people. End one first.", count=MOST_SHARES)
        )
    if lodges and any(one.share.lodges for one in there):
        raise InvalidInput.at("lodges", T("Somebody else lodges this claim already. End that first."))
    found = DraftShare(draft_id=draft.id, email=email, shared_at=now, lodges=lodges)
    session.add(found)
    attach(session, draft, by, draft.values.get(EXHIBITS, {}), now)
    session.flush()
    return found


def invitation(court: Court, session: Session, share: DraftShare) -> list[Letter]:
    """The letter to who was invited, if anybody who may write in a draft signs in with that address; it tells nothing
    of the draft.
    """
    other, draft = accounts.by_email(session, share.email), session.get_one(Draft, share.draft_id)
    # Who cannot be invited gets no letter; but one is written, so that the same happens.
    to = other.email if other is not None and _may_write(other, draft) else ""
    owner = session.get_one(Account, draft.account_id)
    words = T(
        "%(name)s invites you to write together in the draft of a claim. Please accept or decline.", name=owner.name
    )
    nothing = T(
        "Before you accept, nobody sees anything of yours. If you do not know this person, you need do nothing."
    )
    locale, site = other.locale if other else "en", site_of(court.settings.base_url)
    return [Letter(to, T("You are invited to a draft"), (words, nothing), locale, site, page=T("Your cases"))]


def _may_write(account: Account, draft: Draft) -> bool:
    return account.state is AccountState.ACTIVE and not account.staff_roles and account.id != draft.account_id


def invited(session: Session, account: Account) -> list[Invited]:
    """Every draft to which somebody was invited, the latest first: those that wait, those they write in, and those that
    ended.
    """
    if account.staff_roles:
        return []
    owner, ender = aliased(Account), aliased(Account)
    rows = session.execute(
        select(DraftShare, Draft, owner.name, owner.email, ender.name)
        .join(Draft, Draft.id == DraftShare.draft_id)
        .join(owner, owner.id == Draft.account_id)
        .outerjoin(ender, ender.id == DraftShare.ended_by)
        .where(_addressed_to(account), Draft.account_id != account.id)
        .order_by(DraftShare.id.desc())
        .limit(100)
    )
    return [Invited(*row) for row in rows]


def _addressed_to(account: Account) -> ColumnElement[bool]:
    return or_(
        DraftShare.account_id == account.id, DraftShare.account_id.is_(None) & (DraftShare.email == account.email)
    )


def accept(session: Session, share_id: int, account: Account, now: datetime) -> Draft:
    """Who was invited writes in the draft from now on. Raises NotFound."""
    found = _waiting(session, share_id, account)
    draft = session.get_one(Draft, found.draft_id)
    if not _may_write(account, draft) or draft.state is DraftState.LODGED or account.id in writers(session, draft):
        raise NotFound
    found.account_id, found.accepted_at = account.id, now
    session.flush()
    return draft


def decline(session: Session, share_id: int, account: Account, now: datetime) -> None:
    """Who was invited does not want it. Raises NotFound."""
    found = _waiting(session, share_id, account)
    found.ended_at, found.ended_by = now, account.id


def _waiting(session: Session, share_id: int, account: Account) -> DraftShare:
    open_ = (
        DraftShare.id == share_id,
        DraftShare.accepted_at.is_(None),
        DraftShare.ended_at.is_(None),
        _addressed_to(account),
    )
    found = session.scalar(select(DraftShare).where(*open_).with_for_update())
    if found is None:
        raise NotFound
    return found


def end_share(session: Session, draft: Draft, by: int, share_id: int, now: datetime) -> None:
    """End a share, by who began the draft or by the one who accepted it; that it was, and who ended it, both still see.
    Raises NotFound.

    What they wrote stays; the files they put in and that were not lodged are theirs alone again.
    """
    found = session.scalar(
        select(DraftShare).where(
            DraftShare.id == share_id, DraftShare.draft_id == draft.id, DraftShare.ended_at.is_(None)
        )
    )
    if found is None or by not in (draft.account_id, found.account_id):
        raise NotFound
    found.ended_at, found.ended_by = now, by


# -- files in a draft ------------------------------------------------------------


def attach(session: Session, draft: Draft, by: int, values: Mapping[str, Any], now: datetime) -> None:
    """Keep which files somebody names in the evidence of a draft; what they name no longer, they have taken back.

    Whether a file is theirs is asked where it is used: naming somebody else's does nothing.
    """
    named = set(files_in(values))
    there = {
        row.reference: row
        for row in session.scalars(select(DraftFile).where(DraftFile.draft_id == draft.id, DraftFile.account_id == by))
    }
    for reference in there.keys() - named:
        session.delete(there[reference])
    session.add_all(
        DraftFile(draft_id=draft.id, account_id=by, reference=reference, attached_at=now)
        for reference in sorted(named - there.keys())
    )
    session.flush()


def files_in(values: Mapping[str, Any]) -> list[str]:
    """References of files in the evidence rows of a draft; other words that look like one are words."""
    found = (
        text
        for name, value in values.items()
        if _ROW.fullmatch(name)
        for text in (value if isinstance(value, list) else [value])
    )
    return [text for text in found if isinstance(text, str) and REFERENCE_FORM.fullmatch(text)]


def attached(session: Session, draft: Draft) -> set[tuple[int, str]]:
    """Who has put which file into a draft."""
    rows = session.execute(select(DraftFile.account_id, DraftFile.reference).where(DraftFile.draft_id == draft.id))
    return {(account_id, reference) for account_id, reference in rows}


def files_in_drafts(session: Session, people: Sequence[int]) -> dict[tuple[int, str], datetime]:
    """Files that these people put into drafts, set aside or not, by account and reference, with when such a draft was
    last written in.
    """
    query = (
        select(DraftFile.account_id, DraftFile.reference, func.max(Draft.saved_at))
        .join(Draft, Draft.id == DraftFile.draft_id)
        .where(DraftFile.account_id.in_(people), Draft.state != DraftState.LODGED)
        .group_by(DraftFile.account_id, DraftFile.reference)
    )
    return {(account_id, reference): at for account_id, reference, at in session.execute(query)}
