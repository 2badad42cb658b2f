"""Meetings on a case, who attended, and whose signature is missing. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import rows_of
from odr.filing.registry.seats import conflicted
from odr.ground.canonical import canonical, sha256_hex
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.meetings.models import Body, Meeting, MeetingSignature, MeetingState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

SITS_IN = (Role.JUDGE, Role.PRESIDENT)
"""Whose office lets somebody attend a meeting of the court."""
MINUTED_AFTER = (Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT)
"""Stages after the decision in which minutes of what was held before are still taken into the file."""
OVER = frozenset({Stage.RETURNED, Stage.CLOSED})
"""Stages in which nothing is taken into the file any more."""
RUNS = (MeetingState.ASKED, MeetingState.SUBMITTED, MeetingState.MINUTED)


def meetings_of(session: Session, case: Case, *states: MeetingState) -> Sequence[Meeting]:
    """The meetings on a case, the oldest first."""
    return rows_of(session, Meeting, case, *states)


def decided_by_committee(session: Session, case: Case) -> list[Meeting]:
    """What the committee has decided in the case, with signed minutes."""
    return [one for one in meetings_of(session, case, MeetingState.SIGNED) if one.body is Body.COMMITTEE]


def people(sitting: Sitting, case: Case) -> list[Account]:
    """Who may attend: judges and presidents who have nothing to do with a party of the case and did not have to step
    aside from it, by name.
    """
    barred = conflicted(sitting.session, case)
    held = select(AccountRole.account_id).where(AccountRole.role.in_(SITS_IN), AccountRole.revoked_at.is_(None))
    rows = sitting.session.scalars(
        select(Account).where(Account.id.in_(held), Account.state == AccountState.ACTIVE).order_by(Account.name)
    )
    return [one for one in rows if one.id not in barred]


def digest_of(minutes: dict[str, Any]) -> str:
    """The digest of the minutes, which each who attended signs."""
    return sha256_hex(canonical(minutes))


def signed_by(session: Session, meeting: Meeting) -> dict[int, MeetingSignature]:
    """Who has signed the minutes as they stand."""
    rows = session.scalars(
        select(MeetingSignature).where(
            MeetingSignature.meeting_id == meeting.id, MeetingSignature.text_sha256 == (meeting.minutes_sha256 or "")
        )
    )
    return {row.account_id: row for row in rows}


def attended(meeting: Meeting) -> list[dict[str, Any]]:
    """Who attended, with what each said."""
    return list((meeting.minutes or {}).get("views", []))


@dataclass(frozen=True)
class ToSign:
    """Minutes that wait for somebody's signature."""

    meeting: Meeting
    case: Case
    signed: bool
    missing: int


def to_sign(session: Session, account_id: int) -> list[ToSign]:
    """Minutes of meetings somebody attended that not everybody has signed, the oldest first."""
    rows = session.execute(
        select(Meeting, Case)
        .join(Case, Case.id == Meeting.case_id)
        .where(Meeting.state == MeetingState.MINUTED, Case.stage.not_in(OVER))
        .order_by(Meeting.id)
    ).all()
    mine = [(meeting, case) for meeting, case in rows if account_id in {v["account"] for v in attended(meeting)}]
    given: dict[int, set[tuple[int, str]]] = {}
    for one in session.scalars(
        select(MeetingSignature).where(MeetingSignature.meeting_id.in_([meeting.id for meeting, _ in mine]))
    ):
        given.setdefault(one.meeting_id, set()).add((one.account_id, one.text_sha256))
    found = []
    for meeting, case in mine:
        signed = {who for who, digest in given.get(meeting.id, set()) if digest == meeting.minutes_sha256}
        found.append(ToSign(meeting, case, account_id in signed, len(attended(meeting)) - len(signed)))
    return found
