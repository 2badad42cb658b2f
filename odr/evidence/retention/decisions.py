"""A person's decision on files that nobody submitted: an administration act, since they belong to no case; the log
holds its digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from odr.evidence.intake.unsubmitted_uploads import held_accounts, named_in_writing, open_notices, ruled, why_not
from odr.evidence.models import UploadState
from odr.evidence.retention.models import NoticeState, UploadDecision, UploadNotice
from odr.evidence.retention.rules import erase_uploads
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.notary.administration import FORMAT, administration_act
from odr.notary.canonical import JSON

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

ACT = "decide_on_unsubmitted"
MOST = 200
"""Files on one page of the list, and in one decision."""


@dataclass(frozen=True)
class Line:
    """A file on the list, and why it may not be erased yet."""

    notice: UploadNotice
    reason: Text | None


def listed(court: Court, session: Session, most: int = MOST) -> tuple[list[Line], int]:
    """The list: those that may be erased first; and how many there are in all. Neither name nor content of a file is on
    it.
    """
    standing = open_notices(session)
    rule, held, named = (
        ruled(court),
        held_accounts(session),
        named_in_writing(court, session, {one.account_id for one in standing}),
    )
    lines = [Line(one, why_not(court, session, one, rule, held, named)) for one in standing]
    return sorted(lines, key=lambda line: (line.reason is not None, line.notice.id))[:most], len(lines)


def decisions(session: Session, most: int = 50) -> Sequence[tuple[UploadDecision, int]]:
    """Earlier decisions with how many files each was about, the newest first."""
    rows = session.execute(
        select(UploadDecision, func.count(UploadNotice.id))
        .join(UploadNotice, UploadNotice.decision_id == UploadDecision.id)
        .group_by(UploadDecision.id)
        .order_by(UploadDecision.id.desc())
        .limit(most)
    )
    return [(row, count) for row, count in rows]


def decision(session: Session, reference: str) -> UploadDecision:
    """One decision. Raises NotFound."""
    found = session.scalar(select(UploadDecision).where(UploadDecision.reference == reference))
    if found is None:
        raise NotFound
    return found


def decide(
    sitting: Sitting, account_id: int, name: str, references: Sequence[str], *, erased: bool, reasons: str
) -> UploadDecision:
    """Erase files whose sender was told and let the time pass, or keep them longer; on record with its reasons.

    Checked again at this hour: a hold, a letter that was not accepted, a time that runs,
    or a sender who goes on with the file refuses the whole. Raises InvalidInput, ActNotOpen.
    """
    session, court = sitting.session, sitting.court
    if not reasons.strip():
        raise InvalidInput.at("reasons", T("Fill this in."))
    wanted = select(UploadNotice).where(
        UploadNotice.reference.in_(references), UploadNotice.state.in_((NoticeState.WAITING, NoticeState.TOLD))
    )
    notices = session.scalars(wanted.order_by(UploadNotice.id).with_for_update(of=UploadNotice)).all()
    if not references or len(notices) != len(set(references)):
        raise InvalidInput.at("files", T("Choose one of those listed."))
    if erased:
        _need_erasable(court, session, notices)
    row = _on_record(sitting, account_id, name, notices, erased, reasons.strip()[:2000])
    for notice in notices:
        notice.state, notice.decision_id = NoticeState.ERASED if erased else NoticeState.KEPT, row.id
        if not erased:
            notice.upload.kept_from = sitting.now
    if erased:
        uploads = [notice.upload for notice in notices]
        erase_uploads(sitting, uploads)
        for upload in uploads:
            upload.state = UploadState.ERASED
    session.flush()
    return row


def _need_erasable(court: Court, session: Session, notices: Sequence[UploadNotice]) -> None:
    rule, held, named = (
        ruled(court),
        held_accounts(session),
        named_in_writing(court, session, {one.account_id for one in notices}),
    )
    for notice in notices:
        reason = why_not(court, session, notice, rule, held, named)
        if reason is not None:
            raise ActNotOpen(reason, source=court.cited_today("COURT retention"))


def _on_record(
    sitting: Sitting, account_id: int, name: str, notices: Sequence[UploadNotice], erased: bool, reasons: str
) -> UploadDecision:
    files: list[JSON] = [
        {
            "upload": one.upload.reference,
            "sha256": one.upload.sha256,
            "size": one.upload.size,
            "rule": one.rule,
            "rules": one.pack,
            "kept_until": one.due_on.isoformat(),
            "told_at": one.told_at.isoformat() if one.told_at else None,
            "could_be_kept_until": one.until_on.isoformat() if one.until_on else None,
        }
        for one in notices
    ]
    act: dict[str, JSON] = {
        "type": FORMAT,
        "act": ACT,
        "erased": erased,
        "files": files,
        "reasons": reasons,
        "decided_by": name,
        "decided_at": sitting.now.isoformat(),
    }
    record, receipt = administration_act(sitting.court.notary, sitting.session, act, now=sitting.now)
    row = UploadDecision(
        account_id=account_id,
        decided_by=name,
        decided_at=sitting.now,
        erased=erased,
        reasons=reasons,
        record=record,
        receipt=receipt,
    )
    sitting.session.add(row)
    sitting.session.flush()
    return row
