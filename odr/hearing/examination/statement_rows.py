"""What was said becomes rows: at once in an open phase, with the entry that opens a seal in a sealed one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from odr.docket.models import Case, Role
from odr.evidence.models import Exhibit
from odr.hearing import names
from odr.hearing.examination.inputs import OpinionInput
from odr.hearing.models import Opinion, Posting, Seal
from odr.hearing.vocabulary import Axis, PostingKind
from odr.identity.actors import Actor

if TYPE_CHECKING:
    from odr.hearing.sealed.words import Opened
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class Voice:
    """Who speaks, in which entry, when, and whether late."""

    role: Role
    party_id: int | None
    account_id: int | None
    speaker: str
    entry_number: int
    at: datetime
    late: bool = False


def voice_of(sitting: Sitting, case: Case, actor: Actor, now: datetime) -> Voice:
    """Whoever performs the act in hand."""
    return Voice(actor.role, actor.party_id, actor.account_id, actor.name, sitting.next_number(case), now, sitting.late)


def write_posting(sitting: Sitting, case: Case, voice: Voice, kind: PostingKind, words: str, **more: Any) -> None:
    """Something said in the examination; it is written with the entry it belongs to."""
    posting = Posting(
        case_id=case.id,
        kind=kind,
        role=voice.role,
        party_id=voice.party_id,
        account_id=voice.account_id,
        speaker=voice.speaker,
        words=words,
        late=voice.late,
        entry_number=voice.entry_number,
        at=voice.at,
        **{"exhibits": [], "uploads": [], **more},
    )
    sitting.session.add(posting)


def write_opinion(
    sitting: Sitting,
    case: Case,
    voice: Voice,
    given: OpinionInput,
    exhibit: int,
    counter: int | None,
    *,
    phase_id: int | None,
    seal_id: int | None = None,
) -> None:
    """What a party says to one exhibit; it takes the place of what they said before, and both stay on record. What comes out
    from under a seal later than the party spoke again takes the place of nothing newer.
    """
    mine = (Opinion.exhibit_id == exhibit, Opinion.party_id == voice.party_id)
    earlier = select(Opinion).where(*mine, Opinion.retracted_by.is_(None), Opinion.entry_number < voice.entry_number)
    for old in sitting.session.scalars(earlier):
        old.retracted_by, old.retracted_why = voice.entry_number, None
    newer = select(func.min(Opinion.entry_number)).where(*mine, Opinion.entry_number > voice.entry_number)
    said_since = sitting.session.scalar(newer)
    for axis in Axis:
        sitting.session.add(
            Opinion(
                case_id=case.id,
                exhibit_id=exhibit,
                party_id=voice.party_id,
                axis=axis,
                stance=given.stance(axis),
                reason=given.reason,
                late=voice.late,
                counter_exhibit_id=counter,
                phase_id=phase_id,
                seal_id=seal_id,
                entry_number=voice.entry_number,
                at=voice.at,
                retracted_by=said_since,
            )
        )
    sitting.session.flush()


def _exhibits(sitting: Sitting, case: Case, references: Sequence[str]) -> list[int]:
    known: dict[str, int] = dict(
        iter(sitting.session.execute(select(Exhibit.reference, Exhibit.id).where(Exhibit.case_id == case.id)))
    )
    return [known[r] for r in references if r in known]


def write_opened(sitting: Sitting, case: Case, seal: Seal, opened: Opened) -> None:
    """What came out from under a seal becomes what it would have been at once: the same words, hour and entry."""
    row = opened.row
    voice = Voice(
        Role(opened.role), row.party_id, opened.account_id, opened.speaker, row.entry_number, row.at, opened.late
    )
    given = sitting.court.table[opened.act].input.model_validate(opened.given)
    if opened.act in (names.GIVE_OPINION, names.GIVE_OPINIONS):
        for line in [given] if isinstance(given, OpinionInput) else given.opinions:  # type: ignore[attr-defined]
            counter = _exhibits(sitting, case, [line.counter_exhibit])[0] if line.counter_exhibit else None
            write_opinion(
                sitting,
                case,
                voice,
                line,
                _exhibits(sitting, case, [line.exhibit])[0],
                counter,
                phase_id=seal.phase_id,
                seal_id=seal.id,
            )
        return
    corrects = getattr(given, "corrects", None)
    corrected = (
        sitting.session.scalar(select(Posting.id).where(Posting.case_id == case.id, Posting.reference == corrects))
        if corrects
        else None
    )
    kind = PostingKind.ANSWER if row.question_id else PostingKind.STATEMENT
    write_posting(
        sitting,
        case,
        voice,
        kind,
        given.words,  # type: ignore[attr-defined]
        phase_id=seal.phase_id,
        question_id=row.question_id,
        exhibits=_exhibits(sitting, case, given.exhibits),  # type: ignore[attr-defined]
        corrects=corrected,
        seal_id=seal.id,
    )
