"""What everybody sees first after signing in: papers not read yet, one's own next date in each case, and drafts by what
they are about. No flask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import Case, Party
from odr.filing.agenda.agenda import is_acted_for
from odr.filing.models import Draft
from odr.ground.keyset import Key, Listed, page_of
from odr.ground.memory.asked_once import AskedOnce
from odr.ground.text import T, Text
from odr.identity.actors import actors_in_each
from odr.identity.models import Account
from odr.procedure.case.next_box import NextBox, next_box
from odr.procedure.forms.form_data import Raw
from odr.service.models import InboxItem, Packet, UnreadPaper
from odr.service.sending.letter_words import LetterWords

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

A_PAGE_OF_PAPERS, PAPERS_COUNTED = 20, 100
"""Papers on a page; and how many are counted, each of which has to be asked for whom it lies there today."""


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
    theirs = (
        select(InboxItem.id)
        .select_from(UnreadPaper)
        .join(InboxItem, InboxItem.id == UnreadPaper.item_id)
        .join(Party, Party.id == InboxItem.party_id)
        .where(UnreadPaper.account_id == account_id, InboxItem.read_at.is_(None))
        .where(is_acted_for(account_id, sitting.now))
    )
    papers = theirs.with_only_columns(InboxItem, Packet, Case, maintain_column_froms=True)
    papers = papers.join(Packet, Packet.id == InboxItem.packet_id).join(Case, Case.id == Party.case_id)
    keys = (Key(UnreadPaper.placed_at, datetime, descending=True), Key(UnreadPaper.item_id, descending=True))
    counted = theirs.order_by(UnreadPaper.placed_at.desc(), UnreadPaper.item_id.desc())
    page = page_of(sitting.session, papers, keys, after, A_PAGE_OF_PAPERS, PAPERS_COUNTED, counted)
    zone = sitting.court.settings.tz
    today = sitting.now.astimezone(zone).date()
    return page.of(
        [Unread(case, LetterWords.of(packet, zone).heading(today), item.placed_at) for item, packet, case in page.rows]
    )


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
