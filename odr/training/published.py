"""The decisions of the demonstration become public as in any court: proposed, approved by another, published; one is
withheld, one corrected.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from odr.docket.models import Case, Role, Seat
from odr.identity.models import Account
from odr.register.publication import redacting
from odr.register.publication.models import Publication, PublicationState
from odr.training.story import Story

PARTIES_TIME = 7
"""Days in which the parties can object, with what lies between."""


def make_public(story: Story, *, until: datetime, corrected: str | None = None) -> None:
    """Publish or withhold what has effect, as far as there is time ``until`` today; ``corrected`` are words that stood there for a day and should not have."""
    needed = timedelta(days=PARTIES_TIME + (4 if corrected else 2))
    for reference in _waiting(story):
        if story.clock.now() + needed > until:
            return
        _bring(story, reference, corrected)


def _waiting(story: Story) -> list[str]:
    with story.rows() as session:
        mine = Publication.case_id == story.case_id, Publication.state == PublicationState.PENDING
        return list(
            session.scalars(
                select(Publication.reference)
                .where(*mine, Publication.effective_at.is_not(None))
                .order_by(Publication.number)
            )
        )


def _bring(story: Story, reference: str, corrected: str | None) -> None:
    judge, clerk = _seated(story, Role.JUDGE), _seated(story, Role.CLERK)
    reason = _withheld(story, reference)
    if reason is not None:
        story.do("withhold", judge, publication=reference, reason=reason)
        return
    story.do("propose_publication", clerk, publication=reference, **_choices(story, reference))
    story.later(days=PARTIES_TIME)
    _approve(story, reference, judge, clerk)
    if corrected:
        story.later(days=1)
        again = _choices(story, reference)
        passages = [{"words": corrected}]
        story.do("correct_publication", clerk, publication=reference, reason="masking", passages=passages, **again)
        _approve(story, reference, judge, clerk)


def _approve(story: Story, reference: str, judge: str, clerk: str) -> None:
    with story.rows() as session:
        digest = session.scalars(select(Publication.proposed_sha256).where(Publication.reference == reference)).one()
    story.do("approve_publication", judge, publication=reference, text_sha256=digest)
    story.do("publish_decision", clerk, publication=reference)


def _choices(story: Story, reference: str) -> dict[str, Any]:
    """The clerk keeps what is proposed and replaces whatever is open."""
    with story.rows() as session:
        row = session.scalars(select(Publication).where(Publication.reference == reference)).one()
        sitting = story.court.look(session)
        redaction = redacting.redaction_of(sitting, session.get_one(Case, story.case_id), row)
        chosen = {number: choice.value for number, choice in redaction.choices.items()}
        chosen |= dict.fromkeys(redaction.open, "replace")
        return {
            "seen": redacting.seen(redaction),
            "choices": [{"number": number, "choice": choice} for number, choice in sorted(chosen.items())],
        }


def _withheld(story: Story, reference: str) -> str | None:
    with story.rows() as session:
        row = session.scalars(select(Publication).where(Publication.reference == reference)).one()
        rules = story.court.look(session).pack(session.get_one(Case, story.case_id)).publication
        return rules.kinds[row.kind].withheld if rules is not None else None


def _seated(story: Story, role: Role) -> str:
    """Who sits in the case in that office, as the story calls them."""
    with story.rows() as session:
        mine = Seat.case_id == story.case_id, Seat.role == role, Seat.until_at.is_(None)
        account = session.scalars(select(Account.id).join(Seat, Seat.account_id == Account.id).where(*mine)).first()
    return next(name for name, known in story.people.items() if known == account)
