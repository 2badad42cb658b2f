"""What the API answers, as plain values: one function a thing, each as its viewer may see it."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import undefer

from odr.assist.standards.meter import Meter
from odr.docket.models import BENCH_ROLES, COURT_ROLES, HEARD_ROLES, PARTY_ROLES, Case, Document
from odr.docket.queries import entries
from odr.docket.visibility import READS_FILE, reads_document, reads_entry
from odr.evidence.exhibits.access import why_closed
from odr.evidence.models import NOT_DECIDED, Exhibit, PartKind
from odr.evidence.sources.models import DigestBatch, DigestLine
from odr.ground.text import Money, T, Text, words_of, write
from odr.hearing.examination.case_views import examination_page
from odr.hearing.record.papers import record_digest
from odr.identity.actors import Actor
from odr.judgment.decision.issuing import document_of
from odr.judgment.enforcement.account_queries import accounts_shown
from odr.judgment.queries import decisions_of
from odr.judgment.vocabulary import DecisionState
from odr.notary.log.handed_out import ReceiptFiles
from odr.payments.fee.case_views import fee_views
from odr.procedure.acts.availability import Availability, acts_for
from odr.procedure.acts.windows import shown_windows, window_title
from odr.procedure.case.next_box import NextBox, next_box
from odr.procedure.case.overview import entry_view
from odr.procedure.case.waiting_for_me import DeskLine
from odr.procedure.forms import fields
from odr.procedure.rules.standards import since, standard_of
from odr.procedure.sitting import ActReceipt, Sitting
from odr.service.models import InboxItem, Packet
from odr.service.sending.letter_words import LetterWords

ENTRIES = 200
"""Entries of a docket in one answer; ``after`` asks for the next."""


def instant(at: datetime | None) -> str | None:
    """An instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat() if at else None


def money(amount: Money) -> dict[str, Any]:
    """An amount in minor units, as the inputs take it."""
    return {"minor": amount.minor, "currency": amount.currency}


def receipt(given: ActReceipt) -> dict[str, Any]:
    """What an act earned."""
    return {
        "case": given.case_reference,
        "case_number": given.case_number,
        "entry": given.number,
        "act": given.act,
        "digest": given.digest,
        "receipt": given.receipt,
        "recorded_at": instant(given.recorded_at),
        "words": dict(given.words),
    }


def digest_batch(batch: DigestBatch) -> dict[str, Any]:
    """A list of digests as it was anchored."""
    return {
        "batch": batch.reference,
        "title": batch.title,
        "count": batch.count,
        "list_sha256": batch.list_sha256,
        "received_at": instant(batch.received_at),
    }


def digest_line(line: DigestLine) -> dict[str, Any]:
    """One digest, its receipt, and the file if it is here."""
    said = {name: getattr(line, name) for name in ("position", "sha256", "name", "size", "made_at", "note", "receipt")}
    return {**said, "upload": line.upload.reference if line.upload else None}


def proof(files: ReceiptFiles) -> dict[str, Any]:
    """A receipt's files in base64 under their file names; what is still being sequenced is left out."""
    found = {name: base64.b64encode(data).decode() for name, data in files.named.items()}
    return {"log": files.log, "index": files.index, "witnessed_by": files.witnessed_by, "files": found}


def case(look: Sitting, found: Case, actor: Actor, hats: list[Actor], locale: str, after: int) -> dict[str, Any]:
    """The case as its viewer sees it: parties, time limits, what is open and why the rest is not, docket, papers; a
    witness only their own.
    """
    is_heard = actor.role in HEARD_ROLES
    rows = [
        e for e in entries(look.session, found, after=after, limit=ENTRIES) if not is_heard or reads_entry(actor, e)
    ]
    return {
        "reference": found.reference,
        "number": found.number,
        "title": found.title,
        "stage": found.stage.value,
        "track": found.track.value,
        "outcome": found.outcome.value if found.outcome else None,
        "role": actor.role.value,
        "acting_for": actor.hat,
        "may_act_for": [hat.hat for hat in hats] or [actor.hat],
        "parties": [
            {
                "reference": p.reference,
                "label": p.label,
                "name": p.name,
                "name_mark": words_of(p.name_mark) if p.name_mark else None,
                "online": p.online,
            }
            for p in found.parties
            if not is_heard
        ],
        "windows": [
            {
                "kind": w.kind,
                "title": words_of(window_title(look, found, w)),
                "due_at": instant(w.due_at),
                "mine": w.party_id == actor.party_id,
                "working": w.working,
            }
            for w in ([] if is_heard else shown_windows(look, found, actor))
        ],
        "next": _next(next_box(look, found, actor)),
        "acts": [act_state(look, found, actor, a) for a in acts_for(look, found, actor)],
        "docket": [_entry(look, found, actor, e, locale) for e in rows],
        "exhibits": _exhibits(look, found, actor),
        "documents": [_document(d) for d in documents(look, found, actor)],
    }


def _next(box: NextBox | None) -> dict[str, Any] | None:
    """What waits for a party first, or who is waited for and until when; None for whoever is no party."""
    if box is None:
        return None
    act = box.step.act if box.step is not None else box.owed_act
    words = T("Next for you: %(what)s", what=box.step.title) if box.step is not None else box.waits
    return {
        "words": words_of(words) if words is not None else words_of(T("Nothing waits for you at the moment.")),
        "until": instant(box.until),
        "act": act.name if act is not None else None,
        "asks": not box.is_quiet,
        "awaited": [{"words": words_of(one.words), "until": instant(one.window.due_at)} for one in box.awaited],
    }


def act_state(look: Sitting, found: Case, actor: Actor, a: Availability) -> dict[str, Any]:
    """Whether an act is open, why not, and what the request must carry."""
    return {
        "act": a.act.name,
        "open": a.is_open,
        "reason": words_of(a.reason) if a.reason else None,
        "rule": words_of(a.rule) if a.rule else None,
        "premise": look.premise_now(a.act, found, actor, {}) if a.is_open else None,
        "code_needed": a.act.strong,
    }


def act(look: Sitting, found: Case, actor: Actor, a: Availability, locale: str) -> dict[str, Any]:
    """An act with what its form offers to choose from: field or kind of reference → values and words."""
    choices = fields.choices_for(a.act.input, look, found, actor) if a.is_open else {}
    offered = {
        source: [{"value": o.value, "label": _words(o.label, locale)} for o in options]
        for source, options in choices.items()
    }
    return {**act_state(look, found, actor, a), "version": a.act.version, "source": a.act.articles, "choices": offered}


def _words(label: str | Text, locale: str) -> str:
    return str(write(label, locale))


def _entry(look: Sitting, found: Case, actor: Actor, row: Any, locale: str) -> dict[str, Any]:
    v = entry_view(look, found, actor, row, locale)
    by = v.by_name or v.by.render(locale)
    return {
        "entry": v.number,
        "act": v.act,
        "by": by,
        "effective_at": instant(v.effective_at),
        "recorded_at": instant(v.recorded_at),
        "digest": v.digest,
        "receipt": v.receipt,
        "content": v.payload,
    }


def _exhibits(look: Sitting, found: Case, actor: Actor) -> list[dict[str, Any]]:
    if actor.role not in READS_FILE:
        return []
    rows = look.session.scalars(select(Exhibit).where(Exhibit.case_id == found.id).order_by(Exhibit.id))
    return [
        {
            "label": e.label,
            "reference": e.reference,
            "title": e.title,
            "state": e.state.value,
            "of_court": e.of_court,
            "facts": e.facts,
            # Without a salt, a digest tells whoever guesses what a sealed file says that they guessed right.
            "sha256": e.upload.sha256 if why_closed(actor, e) is None else None,
            "size": e.upload.size if why_closed(actor, e) is None else None,
            "media_type": e.upload.media_type,
            "files": [
                {
                    "place": place,
                    "as": (part.part_kind or PartKind.PAGE).value,
                    "sha256": part.sha256 if why_closed(actor, e, part) is None else None,
                    "size": part.size if why_closed(actor, e, part) is None else None,
                    "media_type": part.media_type,
                }
                for place, part in enumerate(e.along, 2)
            ],
            "entry": e.entry_number,
        }
        for e in rows
    ]


def documents(look: Sitting, found: Case, actor: Actor) -> list[Document]:
    """The court's papers in the case that the viewer may read."""
    rows = look.session.scalars(
        select(Document)
        .where(Document.case_id == found.id, Document.sha256 != "")
        .order_by(Document.id)
        .options(undefer(Document.size))
    )
    return [d for d in rows if reads_document(actor, d)]


def _document(d: Document) -> dict[str, Any]:
    return {
        "reference": d.reference,
        "kind": d.kind,
        "title": d.title,
        "sha256": d.sha256,
        "size": d.size,
        "entry": d.entry_number,
        "receipt": d.receipt,
        "made_at": instant(d.made_at),
    }


def fees(look: Sitting, found: Case, actor: Actor) -> list[dict[str, Any]]:
    """The fees of the case, how each was reckoned, and what is left to pay."""
    return [
        {
            "assessment": v.row.reference,
            "payer": v.payer.label,
            "matter": v.row.matter.value,
            "what": words_of(v.row.matter.label),
            "state": v.row.state.value,
            "amount": money(v.row.amount),
            "left": money(v.left),
            "steps": [
                {"words": words_of(s.text), "amount": money(s.amount), "article": words_of(s.article)} for s in v.steps
            ],
            "due_at": instant(v.window.due_at) if v.window else None,
            "paid_at": instant(v.row.paid_at),
            "transfer_code": v.row.transfer_code,
            "payable": v.is_payable,
        }
        for v in fee_views(look, found, actor)
    ]


def examination(look: Sitting, found: Case, actor: Actor) -> dict[str, Any]:
    """The examination: its plan with latest dates, questions to whom, and the digest of the record as it stands."""
    page = examination_page(look, found, actor)
    if page is None:
        return {"mode": None, "phases": [], "questions": [], "record_digest": None}
    return {
        "mode": page.examination.mode.value,
        "phases": [
            {
                "key": v.phase.key,
                "title": words_of(v.title),
                "article": v.phase.article,
                "state": v.phase.state.value,
                "until": instant(v.until),
            }
            for v in page.plan
            if actor.role not in HEARD_ROLES
        ],
        "questions": [
            {
                "reference": v.question.reference,
                "number": v.question.number,
                "to": v.to,
                "words": v.question.words,
                "state": v.question.state.value,
                "mine": v.is_mine,
                "until": instant(v.until),
            }
            for v in [*page.questions, *page.others]
        ],
        "record_digest": record_digest(look, found) if actor.role in PARTY_ROLES | COURT_ROLES else None,
    }


def decisions(look: Sitting, found: Case, actor: Actor) -> list[dict[str, Any]]:
    """Decisions the viewer may see: issued ones, and for the bench those being written or resting."""
    shown = (
        DecisionState.ISSUED,
        DecisionState.SET_ASIDE,
        *((DecisionState.DRAFT, DecisionState.COOLING) if actor.role in BENCH_ROLES else ()),
    )
    rows = []
    for d in decisions_of(look.session, found, *shown):
        paper = document_of(look.session, d)
        readable = paper is not None and reads_document(actor, paper)
        rows.append(
            {
                "reference": d.reference,
                "kind": d.kind.value,
                "state": d.state.value,
                "issued_at": instant(d.issued_at),
                "effective_at": instant(d.effective_at),
                "document": paper.reference if paper is not None and readable else None,
                "sha256": d.document_sha256,
            }
        )
    return rows


def accounts(look: Sitting, found: Case, actor: Actor) -> list[dict[str, Any]]:
    """The accounts to pay into that the viewer may read, each with since when it holds."""
    return [
        {
            "party": one.party.label,
            "holder": one.holder,
            "bank": one.bank,
            "account": one.account,
            "since": instant(one.since),
            "changed": one.is_changed,
        }
        for one in accounts_shown(look, found, actor)
    ]


def evidence_gaps(look: Sitting, found: Case, meter: Meter) -> dict[str, Any]:
    """What the facts of a party lack, and the standard's facts for which something usual is not there; none once nothing can be
    brought any more.
    """
    pack = look.pack(found)
    is_open = found.stage in NOT_DECIDED
    has_one = standard_of(pack, found.cause) is not None
    return {
        "format": "court-evidence-gaps/1",
        "cause": found.cause,
        "standard_since": since(look.court.packs, pack, found.cause).isoformat() if has_one else None,
        "open": is_open,
        "facts": [
            {
                "number": one.fact.fact.number,
                "what": one.fact.fact.what,
                "needs_no_proof": one.needs_none,
                "lacks": [words_of(words) for words in one.lacks],
            }
            for one in meter.facts
        ]
        if is_open
        else [],
        "not_there_yet": [
            {
                "fact": one.key,
                "words": words_of(one.fact.fact),
                "missing": [{"key": item.key, "label": words_of(item.label)} for item in one.missing],
            }
            for one in meter.uncovered
        ]
        if is_open
        else [],
    }


def task(line: DeskLine) -> dict[str, Any]:
    """Something on a desk of the court: of which case, in which capacity, by which act and until when."""
    return {
        "case": line.case.reference,
        "number": line.case.number,
        "title": line.case.title,
        "stage": line.case.stage.value,
        "role": line.role.value,
        "task": line.title,
        "act": line.act.name if line.act is not None else None,
        "risk": line.risk,
        "due_at": instant(line.due_at),
    }


def letter(item: InboxItem, packet: Packet, zone: ZoneInfo) -> dict[str, Any]:
    """A letter in the party's inbox, with what it asks, by when and over which sum; its words only once it was opened."""
    is_read, said = item.read_at is not None, LetterWords.of(packet, zone)
    return {
        "code": said.code,
        "what": words_of(said.what),
        "asked": words_of(said.asked) if said.asked is not None else None,
        "due_at": instant(packet.due_at),
        "held_at": instant(packet.held_at),
        "off_at": instant(packet.off_at),
        "amount": money(said.amount) if said.amount is not None else None,
        "reference": item.reference,
        "subject": item.subject,
        "body": item.body if is_read else None,
        "placed_at": instant(item.placed_at),
        "read_at": instant(item.read_at),
    }
