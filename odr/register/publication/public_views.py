"""What anybody sees of publications: the list, one decision with its versions, the account of a month. No flask.

Everything here comes from what was published and from the ledger’s records; nothing is taken from a case file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, extract, func, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, DocketEntry, Document
from odr.ground.errors import NotFound
from odr.ground.text import T, Text
from odr.judgment.models import Decision
from odr.judgment.names import RECORD_APPEAL_OUTCOME, RECORD_OUTSIDER_JUDGMENT
from odr.judgment.vocabulary import AppealOutcome
from odr.notary.models import LogEntry, Receipt
from odr.procedure.rules.pack import RulePack
from odr.register.publication import ledger
from odr.register.publication.models import (
    Publication,
    PublicationState,
    PublicationVersion,
    PublishedText,
    RegisterRecord,
)
from odr.register.redaction.structure import PublicText

if TYPE_CHECKING:
    from odr.notary.notary import Notary

PAGE = 50
PART = 200
"""Records of the ledger given out at once, with their proofs."""
FORMAT = "court-ledger/1"
PENDING_STATES = (PublicationState.PENDING, PublicationState.PROPOSED, PublicationState.APPROVED)
CORRECTED = and_(Publication.state.in_(PENDING_STATES), Publication.reason.is_not(None))
IN_STATE: dict[str, ColumnElement[bool]] = {
    "published": Publication.state == PublicationState.PUBLISHED,
    "withheld": Publication.state == PublicationState.WITHHELD,
    "pending": and_(Publication.state.in_(PENDING_STATES), Publication.reason.is_(None)),
    "withdrawn": or_(Publication.state == PublicationState.WITHDRAWN, CORRECTED),
}
"""The four states of the ledger's account; each number is in exactly one."""


@dataclass(frozen=True)
class Account:
    """What became of some numbers. ``rest`` is what is left over, and must be nothing."""

    decided: int
    counts: Mapping[str, int]
    late: int
    corrected: int
    first: int | None
    last: int | None

    @property
    def rest(self) -> int:
        """Decided less everything that is accounted for."""
        return self.decided - sum(self.counts.values())


@dataclass(frozen=True)
class LedgerLine:
    """One number as the ledger tells it."""

    row: Publication
    case_number: str | None
    state: str
    kind: Text
    reason: Text | None
    article: Text | None
    by: str | None
    is_late: bool
    versions: int
    place: int | None


@dataclass(frozen=True)
class Published:
    """A decision that is public now, with every version there was."""

    row: Publication
    case_number: str | None
    version: PublicationVersion
    text: PublicText
    versions: Sequence[PublicationVersion]
    readable: frozenset[int]
    original_sha256: str
    receipt: str
    place: int | None
    changed: ChangedAbove | None
    """What took its place in part, where a higher court or an action of an outsider changed it."""


@dataclass(frozen=True)
class ChangedAbove:
    """A judgment that changed a decision of this court: a higher court's (CPL 177), whose orders take the place of these, or one in an
    action of somebody outside (CPI 298).
    """

    court: str
    number: str
    served_on: date
    for_outsider: bool = False
    """By this court itself, in an action of somebody outside (CPI 298); ``court`` is empty then."""


@dataclass(frozen=True)
class OfTheCase:
    """Another decision of a case that is public, such as the ruling that corrects a slip in its judgment."""

    address: str
    kind: Text
    decided_on: date


def in_month(month: date | None) -> ColumnElement[bool]:
    """Decided in this month; in any, without one."""
    if month is None:
        return Publication.id.is_not(None)
    after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return and_(Publication.decided_on >= month, Publication.decided_on < after)


def account_of(session: Session, month: date | None, today: date) -> Account:
    """The account of a month, or of everything: two statements, and none that reads a text."""
    these = in_month(month)
    late = and_(IN_STATE["pending"], Publication.due_on < today)
    told = session.execute(
        select(
            func.count(),
            func.min(Publication.number),
            func.max(Publication.number),
            *(_how_many(where) for where in (*IN_STATE.values(), late)),
        ).where(these)
    ).one()
    decided, first, last, *counted = told
    again = (
        select(func.count(PublicationVersion.publication_id.distinct()))
        .join(Publication, Publication.id == PublicationVersion.publication_id)
        .where(these, IN_STATE["published"], PublicationVersion.number > 1)
    )
    counts = {name: int(count or 0) for name, count in zip(IN_STATE, counted, strict=False)}
    return Account(decided, counts, int(counted[-1] or 0), session.scalar(again) or 0, first, last)


def _how_many(where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((where, 1), else_=0))


MONTHS = 60
"""Months that are listed."""


def months_of(session: Session) -> list[tuple[date, int]]:
    """The newest months in which anything was decided, with how much: one statement."""
    year, month = extract("year", Publication.decided_on), extract("month", Publication.decided_on)
    rows = session.execute(
        select(year, month, func.count()).group_by(year, month).order_by(year.desc(), month.desc()).limit(MONTHS)
    )
    return [(date(int(each[0]), int(each[1]), 1), each[2]) for each in rows]


def lines_of(
    session: Session, pack: RulePack, today: date, *, month: date | None, state: str | None, after: int
) -> list[LedgerLine]:
    """One page of the ledger, in the order of the numbers; one more than a page where there are more."""
    query = (
        select(Publication, Case.number)
        .join(Case, Case.id == Publication.case_id)
        .where(in_month(month), Publication.number > after)
        .order_by(Publication.number)
        .limit(PAGE + 1)
    )
    if state == "late":
        query = query.where(IN_STATE["pending"], Publication.due_on < today)
    elif state is not None:
        query = query.where(IN_STATE[state])
    rows = [(row, number) for row, number in session.execute(query)]
    newest = _newest_records(session, [row.id for row, _ in rows])
    versions = session.execute(
        select(PublicationVersion.publication_id, func.count())
        .where(PublicationVersion.publication_id.in_([row.id for row, _ in rows]))
        .group_by(PublicationVersion.publication_id)
    )
    counted = {each[0]: int(each[1]) for each in versions}
    return [_line(row, number, pack, today, newest.get(row.id), counted.get(row.id, 0)) for row, number in rows]


def line_of(session: Session, row: Publication, pack: RulePack, today: date) -> LedgerLine:
    """The line of one number."""
    found = lines_of(session, pack, today, month=None, state=None, after=row.number - 1)
    return found[0]


def _newest_records(session: Session, ids: Sequence[int]) -> dict[int, tuple[dict[str, Any], int | None]]:
    last = select(func.max(RegisterRecord.number)).where(RegisterRecord.publication_id.in_(ids))
    rows = session.execute(
        select(RegisterRecord.publication_id, RegisterRecord.body, LogEntry.log_index)
        .join(Receipt, Receipt.reference == RegisterRecord.receipt)
        .outerjoin(LogEntry, LogEntry.id == Receipt.entry_id)
        .where(RegisterRecord.number.in_(last.group_by(RegisterRecord.publication_id)))
    )
    return {publication: (json.loads(body), place) for publication, body, place in rows}


def _line(
    row: Publication,
    number: str | None,
    pack: RulePack,
    today: date,
    newest: tuple[dict[str, Any], int | None] | None,
    versions: int,
) -> LedgerLine:
    rules, state = pack.publication, ledger.public_state(row)
    body, place = newest if newest is not None else ({}, None)
    listed = {} if rules is None else rules.withheld if state == "withheld" else rules.withdrawn
    reason = listed.get(row.reason) if row.reason is not None else None
    kind = rules.kinds[row.kind].title if rules is not None and row.kind in rules.kinds else T("Decision")
    return LedgerLine(
        row,
        number,
        state,
        kind,
        reason.title if reason is not None else None,
        pack.cite(str(reason.article)) if reason is not None else None,
        body.get("by", {}).get("name"),
        state == "pending" and row.due_on is not None and row.due_on < today,
        versions,
        place,
    )


def newest_of(session: Session, before: int | None) -> list[tuple[Publication, PublicText]]:
    """Published decisions, the last decided first; one more than a page where there are more."""
    query = (
        select(Publication, PublishedText.text)
        .join(PublicationVersion, PublicationVersion.publication_id == Publication.id)
        .join(PublishedText, PublishedText.version_id == PublicationVersion.id)
        .where(IN_STATE["published"], PublicationVersion.number == newest_version())
        .order_by(Publication.number.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(Publication.number < before)
    return [(row, PublicText.from_json(text)) for row, text in session.execute(query)]


def newest_version() -> Any:
    """The number of the newest version of a decision."""
    other = PublicationVersion.__table__.alias("other")
    return (
        select(func.max(other.c.number))
        .where(other.c.publication_id == Publication.id)
        .correlate(Publication)
        .scalar_subquery()
    )


def at_address(session: Session, address: str) -> Publication:
    """The numbered decision at an address. Raises NotFound for none, and for one that never was public."""
    row = session.scalar(select(Publication).where(Publication.address == address))
    if row is None or ledger.public_state(row) not in ("published", "withdrawn"):
        raise NotFound
    return row


def address_of(session: Session, document_id: int) -> str | None:
    """Where the decision is read whose sealed public text a paper is."""
    return session.scalar(
        select(Publication.address)
        .join(PublicationVersion, PublicationVersion.publication_id == Publication.id)
        .where(PublicationVersion.document_id == document_id)
    )


def published(session: Session, row: Publication) -> Published:
    """A decision that is public now, with its versions."""
    versions = session.scalars(
        select(PublicationVersion)
        .where(PublicationVersion.publication_id == row.id)
        .order_by(PublicationVersion.number.desc())
    ).all()
    kept = session.scalars(select(PublishedText).where(PublishedText.version_id.in_([each.id for each in versions])))
    texts = {each.version_id: each.text for each in kept}
    shown = versions[0]
    record = session.scalars(
        select(RegisterRecord)
        .where(RegisterRecord.publication_id == row.id)
        .order_by(RegisterRecord.number.desc())
        .limit(1)
    ).one()
    place = session.scalar(
        select(LogEntry.log_index)
        .join(Receipt, Receipt.entry_id == LogEntry.id)
        .where(Receipt.reference == record.receipt)
    )
    return Published(
        row,
        session.scalar(select(Case.number).where(Case.id == row.case_id)),
        shown,
        PublicText.from_json(texts[shown.id]),
        versions,
        frozenset(each.number for each in versions if each.id in texts),
        session.scalar(select(Document.sha256).where(Document.id == row.document_id)) or "",
        record.receipt,
        place,
        _changed_above(session, row),
    )


def _changed_above(session: Session, row: Publication) -> ChangedAbove | None:
    mine = session.scalar(select(Decision.reference).where(Decision.document_id == row.document_id))
    if mine is None:
        return None
    if (outside := _changed_for_outsider(session, row)) is not None:
        return outside
    told = session.scalars(
        select(DocketEntry.payload)
        .where(DocketEntry.case_id == row.case_id, DocketEntry.act == RECORD_APPEAL_OUTCOME)
        .order_by(DocketEntry.number.desc())
    )
    for payload in map(json.loads, told):
        given = payload["input"]
        if payload["result"].get("decision") == mine and given["outcome"] == AppealOutcome.CHANGED.value:
            return ChangedAbove(given["court"], given["number"], date.fromisoformat(given["decided_on"]))
    return None


def _changed_for_outsider(session: Session, row: Publication) -> ChangedAbove | None:
    told = session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == row.case_id, DocketEntry.act == RECORD_OUTSIDER_JUDGMENT)
        .order_by(DocketEntry.number.desc())
    )
    for entry in told:
        result = json.loads(entry.payload)["result"]
        if result["answer"] != "stands" and result["case"] is not None:
            return ChangedAbove("", result["case"], entry.effective_at.date(), for_outsider=True)
    return None


def others_of_the_case(session: Session, row: Publication, pack: RulePack) -> list[OfTheCase]:
    """Whatever else of the case is public, in the order of the numbers."""
    kinds = pack.publication.kinds if pack.publication is not None else {}
    rows = session.scalars(
        select(Publication)
        .where(Publication.case_id == row.case_id, Publication.id != row.id, IN_STATE["published"])
        .order_by(Publication.number)
    )
    return [
        OfTheCase(one.address, kinds[one.kind].title if one.kind in kinds else T("Decision"), one.decided_on)
        for one in rows
    ]


def newest_receipt(session: Session, row: Publication) -> str:
    """The receipt of what was last recorded of a decision."""
    query = select(RegisterRecord.receipt).where(RegisterRecord.publication_id == row.id)
    return session.scalars(query.order_by(RegisterRecord.number.desc()).limit(1)).one()


def as_json(one: Published) -> dict[str, Any]:
    """A published decision for programs."""
    return {
        "format": "court-decision/1",
        "address": one.row.address,
        "ledger_number": one.row.number,
        "case_number": one.case_number,
        "kind": one.row.kind,
        "decided_on": one.row.decided_on.isoformat(),
        "language": one.row.language,
        "in_effect": one.row.effective_at is not None,
        "changed_by": {
            "court": one.changed.court,
            "number": one.changed.number,
            "served_on": one.changed.served_on.isoformat(),
        }
        if one.changed is not None
        else None,
        "version": one.version.number,
        "text_sha256": one.version.sha256,
        "original_sha256": one.original_sha256,
        "receipt": one.receipt,
        "text": one.text.as_json(),
        "masked": list(one.version.masked),
        "versions": [
            {
                "number": each.number,
                "at": each.at.isoformat(),
                "change": each.change.value,
                "reason": each.reason,
                "text_sha256": each.sha256,
                "readable": each.number in one.readable,
            }
            for each in one.versions
        ],
    }


def ledger_part(notary: Notary, session: Session, after: int) -> dict[str, Any]:
    """A part of the chain with everything an outsider needs to check it: each record with its receipt and the proof that it
    stands in the log, and the log's keys, of which one believes only what has a fingerprint from elsewhere.
    """
    found = ledger.records(session, after, PART)
    return {
        "format": FORMAT,
        "after": after,
        "next": found[-1].number if len(found) == PART else None,
        "log_keys": keys_of(notary),
        "records": notary.with_proofs(session, [(each.body, each.receipt) for each in found]),
    }


def keys_of(notary: Notary) -> list[str]:
    """The public keys of every log of the court."""
    names = dict.fromkeys(key.partition("+")[0].rsplit("/", 1)[-1] for key in notary.log_vkeys())
    return [notary.log_public_pem(name) for name in names]
