"""What everybody sees first after signing in: papers not read yet, one's own next date in each case, and drafts by what
they are about. No flask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, or_, select

from odr.docket.models import Case, Party
from odr.filing.agenda.agenda import acted_for
from odr.filing.models import Draft
from odr.ground.keyset import Key, Listed, page_of, page_of_parts
from odr.ground.memory.asked_once import AskedOnce
from odr.ground.text import T, Text
from odr.identity.actors import actors_in_each
from odr.identity.models import Account, Mandate
from odr.procedure.case.next_box import NextBox, next_box
from odr.procedure.case.waiting_for_me import has_very_many
from odr.procedure.forms.form_data import Raw
from odr.service.models import InboxItem, Packet
from odr.service.sending.letter_words import LetterWords

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

A_PAGE_OF_PAPERS = 20


@dataclass(frozen=True)
class Unread:
    """A paper in an inbox that nobody has opened. ``title`` is told in the reader's language, whichever it was sent in."""

    case: Case
    title: Text
    placed_at: datetime


@dataclass(frozen=True)
class CaseLine:
    """A case in which somebody is a party or acts for one, with what is next for them."""

    case: Case
    box: NextBox | None

    @property
    def due_at(self) -> datetime | None:
        """When the reader has to act; nobody else's date."""
        return self.box.step.window.due_at if self.box is not None and self.box.step is not None else None


def unread_papers(sitting: Sitting, account_id: int, after: str | None = None) -> Listed[Unread]:
    """Papers that lie unopened in the inboxes of those whom the account is or acts for, the newest first."""
    query = (
        select(InboxItem, Packet, Case)
        .join(Packet, Packet.id == InboxItem.packet_id)
        .join(Party, Party.id == InboxItem.party_id)
        .join(Case, Case.id == Party.case_id)
        .where(InboxItem.read_at.is_(None))
    )
    if has_very_many(sitting.session, account_id, sitting.now):
        page = _of_very_many(sitting, query, account_id, after)
    else:
        keys = (Key(InboxItem.placed_at, datetime, descending=True), Key(InboxItem.id, descending=True))
        mine = query.where(acted_for(account_id, sitting.now))
        page = page_of(sitting.session, mine, keys, after, A_PAGE_OF_PAPERS)
    zone = sitting.court.settings.tz
    today = sitting.now.astimezone(zone).date()
    return page.of(
        [Unread(case, LetterWords.of(packet, zone).heading(today), item.placed_at) for item, packet, case in page.rows]
    )


def _of_very_many(
    sitting: Sitting, query: Select[InboxItem, Packet, Case], account_id: int, after: str | None
) -> Listed[Any]:
    """Of somebody in very many cases: those of their newest cases first, so that no more are gone through than are shown."""
    acts = Party.id.in_(select(Mandate.party_id).where(Mandate.account_id == account_id, Mandate.in_force(sitting.now)))
    is_own = Party.account_id == account_id
    mine = query.where(Party.left_at.is_(None))
    parts = (mine.where(is_own), mine.where(acts, or_(Party.account_id.is_(None), ~is_own)))
    keys = (Key(Party.case_id, descending=True), Key(InboxItem.id, descending=True))
    return page_of_parts(sitting.session, parts, keys, lambda row: (row[2].id, row[0].id), after, A_PAGE_OF_PAPERS)


def case_lines(sitting: Sitting, account: Account, cases: Sequence[Case]) -> list[CaseLine]:
    """The cases with what is next for the reader in each: those in which they have to act first, by their day."""
    lines = []
    hats = actors_in_each(sitting.session, account, cases, sitting.now)
    if isinstance(sitting.session, AskedOnce):
        sitting.session.together(case.id for case in cases)
    for case in cases:
        boxes = [box for hat in hats[case.id] if (box := next_box(sitting, case, hat)) is not None]
        lines.append(CaseLine(case, min(boxes, key=_rank, default=None)))
    return sorted(lines, key=lambda line: (line.box is None, *(_rank(line.box) if line.box is not None else ())))


def _rank(box: NextBox) -> tuple[bool, bool, float]:
    due = box.step.window.due_at if box.step is not None else None
    return box.is_quiet, due is None, due.timestamp() if due is not None else 0.0


def draft_title(draft: Draft, causes: Mapping[str, Any]) -> Text:
    """What a draft is about: against whom, and which kind of dispute, as far as it is written."""
    against = Raw(draft.values.get("respondents", {})).one("respondents-0-name").strip()
    cause = causes.get(Raw(draft.values.get("matter", {})).one("cause"))
    if against and cause is not None:
        return T("Claim against %(name)s: %(what)s", name=against, what=cause.title)
    if against:
        return T("Claim against %(name)s", name=against)
    return T("Claim: %(what)s", what=cause.title) if cause is not None else T("Claim, not lodged yet")
