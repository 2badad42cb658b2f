"""The record of an examination as a sealed paper: what was said, by whom and when, with digests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from odr.docket.models import DECIDING_ROLES, Audience, Case, DocketEntry, Document, Role, Seat
from odr.docket.papers import Attendance as AttendanceLine, PostingLine, RecordPaper, Signatory, clerk, judge, typeset
from odr.docket.visibility import reads_entry
from odr.evidence.models import Exhibit
from odr.ground.background import each_alone
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.memory.built_once import built_once
from odr.ground.text import LOCALES, T, Text, side_by_side
from odr.hearing.live.journal import as_minutes, lines_of
from odr.hearing.live.queries import room_of, segments_of
from odr.hearing.live.transcript.reading import Said, as_captions, said_in, version_of
from odr.hearing.live.vocabulary import BY_PHONE, ONLY_BY_PHONE
from odr.hearing.models import Examination, Opinion, RecordCorrection, RecordSignature
from odr.hearing.queries import examination_of, heard_anew_by, hearings_of, participants, postings_of
from odr.hearing.ripeness.basis import resumed_by
from odr.hearing.vocabulary import HearingState, Presence, RequestState
from odr.identity.actors import Actor
from odr.identity.models import Account
from odr.procedure.papers.frame import anchored
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting


def record_entries(sitting: Sitting, case: Case) -> Sequence[DocketEntry]:
    """Entries of the hearing in order: of the acts that stand in its record."""
    heard = [act.name for act in sitting.court.table if act.in_record]
    return sitting.session.scalars(
        select(DocketEntry)
        .where(DocketEntry.case_id == case.id, DocketEntry.act.in_(heard))
        .order_by(DocketEntry.number)
    ).all()


def record_digest(sitting: Sitting, case: Case) -> str:
    """One digest over the digests of every entry of the hearing: what is read is what is signed."""
    return sha256_hex(canonical([[e.number, e.digest] for e in record_entries(sitting, case)]))


def corrections_of(sitting: Sitting, case: Case) -> Sequence[RecordCorrection]:
    """Corrections asked for, in order."""
    return sitting.session.scalars(
        select(RecordCorrection).where(RecordCorrection.case_id == case.id).order_by(RecordCorrection.id)
    ).all()


def signatures_of(sitting: Sitting, case: Case) -> Sequence[RecordSignature]:
    """Who has signed the record that stands, or refused to. Who signed what was recorded before the case was heard anew has
    signed nothing of this one, and who signed before it was heard further not all of it.
    """
    mine = select(RecordSignature).where(RecordSignature.case_id == case.id).order_by(RecordSignature.id)
    rows = sitting.session.scalars(mine).all()
    if not rows:
        return []
    resumed = resumed_by(sitting, case)
    since = max(heard_anew_by(sitting.session, case), resumed.number if resumed is not None else 0)
    return [row for row in rows if row.entry_number > since]


@dataclass(frozen=True)
class _Names:
    bench: list[tuple[Role, int, str]]
    parties: dict[int, str]

    def of_court(self, entry: DocketEntry) -> str | None:
        """Who of the court spoke in an entry; whoever sits in that capacity now, where they sit no more."""
        by_account = {account_id: name for _, account_id, name in self.bench}
        return by_account.get(entry.account_id or 0) or self.holder(entry.role) or None

    def holder(self, role: Role) -> str:
        """Who sits in a capacity; of several the one who came last."""
        return next((name for one, _, name in reversed(self.bench) if one is role), "")


def _names(sitting: Sitting, case: Case) -> _Names:
    rows = sitting.session.execute(
        select(Seat.role, Seat.account_id, Account.name)
        .join(Account, Account.id == Seat.account_id)
        .where(Seat.case_id == case.id, Seat.until_at.is_(None))
        .order_by(Seat.id)
    )
    return _Names([(role, account_id, name) for role, account_id, name in rows], {p.id: p.name for p in case.parties})


@dataclass(frozen=True)
class SaidLine:
    """One entry of the record with everything that was said in it, and whether a reader may read it yet."""

    number: int
    line: PostingLine
    is_shown: bool


def said_in_record(sitting: Sitting, case: Case, viewer: Actor) -> list[SaidLine]:
    """The record as one signs it: what was said, asked, answered and ruled, entry by entry, as the paper will hold it."""
    entries, lines = record_entries(sitting, case), _lines(sitting, case, _names(sitting, case))
    return [SaidLine(e.number, line, reads_entry(viewer, e)) for e, line in zip(entries, lines, strict=True)]


def _lines(sitting: Sitting, case: Case, names: _Names) -> list[PostingLine]:
    """Entry by entry, the words as they stood; opinions and postings in full."""
    said: dict[int, Text | str] = {p.entry_number: p.words for p in postings_of(sitting.session, case) if p.words}
    said.update(_opinions(sitting, case))
    minutes = _journals(sitting, case)
    lines = []
    for entry in record_entries(sitting, case):
        payload = json.loads(entry.payload)
        words = said.get(entry.number) or _words(payload, minutes.get(entry.number))
        speaker = names.parties.get(entry.party_id) if entry.party_id else names.of_court(entry)
        mark = (
            T("late")
            if payload["late"]
            else T("was sealed until entry %(number)s", number=entry.opened_by)
            if entry.opened_by
            else None
        )
        lines.append(
            PostingLine(
                T("Entry %(number)s", number=entry.number).render("en"),
                entry.effective_at,
                speaker or entry.role.label,
                entry.role.label,
                words,
                entry.digest,
                mark,
            )
        )
    return lines


def _journals(sitting: Sitting, case: Case) -> dict[int, dict[str, str]]:
    """The journal of each hearing held by the court's own video, by the entry that closed it and by language."""
    zone, found = sitting.pack(case).tz, {}
    for hearing in hearings_of(sitting.session, case):
        room = room_of(sitting.session, hearing) if hearing.held_here else None
        if room is not None and room.closed_by is not None:
            lines = lines_of(sitting.session, room)
            found[room.closed_by] = {locale: as_minutes(lines, zone, locale) for locale in LOCALES}
    return found


def _opinions(sitting: Sitting, case: Case) -> dict[int, Text | str]:
    """What each entry says of exhibits, on the three questions with its reason: by entry."""
    labels = dict(iter(sitting.session.execute(select(Exhibit.id, Exhibit.label).where(Exhibit.case_id == case.id))))
    found: dict[tuple[int, int], list[Opinion]] = {}
    for each in sitting.session.scalars(select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.id)):
        found.setdefault((each.entry_number, each.exhibit_id), []).append(each)
    written: dict[int, dict[str, list[str]]] = {}
    for (number, exhibit), axes in found.items():
        stances = side_by_side((side_by_side((o.axis.label, o.stance.label), ":") for o in axes), ";")
        line = T(
            "%(exhibit)s: %(opinions)s. %(reason)s",
            exhibit=labels[exhibit],
            opinions=stances,
            reason=axes[0].reason or "",
        )
        for locale in LOCALES:
            written.setdefault(number, {}).setdefault(locale, []).append(line.render(locale).strip())
    return {number: bilingual("\n".join(by["en"]), "\n".join(by["zh-Hans"])) for number, by in written.items()}


SAID = (
    "words",
    "rephrased",
    "explanation",
    "what",
    "about",
    "page",
    "moment",
    "region",
    "place",
    "reason",
    "reasons",
    "minutes",
)
"""Fields of an input in which somebody says something: they stand in the record under the entry's own sentence."""


TRANSCRIPT = "transcript"
"""Field of a result: the text of a hearing, as the clerk entered it (REC 6)."""


def _words(payload: dict[str, Any], minutes: dict[str, str] | None) -> Text:
    said = [str(payload["input"][name]) for name in SAID if payload["input"].get(name)]
    taken_in = {locale: [text] for locale, text in (minutes or {}).items()}
    if payload["result"].get(TRANSCRIPT):
        said.append(payload["result"][TRANSCRIPT])
    return bilingual(
        *(
            "\n".join([payload["words"].get(locale, payload["words"]["en"]), *said, *taken_in.get(locale, [])])
            for locale in ("en", "zh-Hans")
        )
    )


def _present(sitting: Sitting, case: Case, examination: Examination, names: _Names) -> list[AttendanceLine]:
    held = [h for h in hearings_of(sitting.session, case) if h.state is HearingState.HELD]
    lines = [
        AttendanceLine(role.label, name, T("for the court"))
        for role, _, name in names.bench
        if role in DECIDING_ROLES | {Role.CLERK}
    ]
    if not held:
        return lines + [AttendanceLine(p.role.label, p.name, T("in writing")) for p in participants(case)]
    for hearing in held:
        for each in hearing.attendances:
            presence = T("%(how)s, on %(at)s", how=each.presence.label, at=hearing.begun_at or hearing.begins_at)
            if each.presence is Presence.ABSENT and each.by_failure:
                presence = T("prevented by a failure, on %(at)s", at=hearing.begins_at)
            if hearing.held_here and each.note == ONLY_BY_PHONE:
                presence = T("by telephone alone, by voice only, on %(at)s", at=hearing.begun_at or hearing.begins_at)
            if each.identity is not None:
                presence = T("%(presence)s; %(identity)s", presence=presence, identity=each.identity.label)
            if hearing.held_here and each.note == BY_PHONE:
                presence = T("%(presence)s; for a while by telephone, by voice only", presence=presence)
            if each.away is not None:
                presence = T("%(presence)s; %(identity)s", presence=presence, identity=each.away.label)
            lines.append(AttendanceLine(each.role.label, each.name, presence))
    return lines


def _closing(sitting: Sitting, case: Case, names: _Names) -> list[Text]:
    found: list[Text] = []
    for hearing in hearings_of(sitting.session, case):
        if hearing.recording_sha256:
            found.append(
                T(
                    "Recording of the hearing of %(at)s: SHA-256 %(digest)s",
                    at=hearing.begins_at,
                    digest=hearing.recording_sha256,
                )
            )
    signed = {s.party_id: s for s in signatures_of(sitting, case)}
    made = [c.decided_by or 0 for c in corrections_of(sitting, case) if c.state is RequestState.GRANTED]
    for party in participants(case):
        one = signed.get(party.id)
        if one is None:
            found.append(T("%(party)s did not sign within the time given; this is noted.", party=party.name))
        elif one.signed:
            found.append(
                T(
                    "%(party)s read the record and signed it on %(at)s (entry %(number)s).",
                    party=party.name,
                    at=one.at,
                    number=one.entry_number,
                )
            )
            later = [str(number) for number in sorted(made) if number > one.entry_number]
            if later:
                found.append(
                    T(
                        "%(party)s signed before these corrections were made, and signed nothing of them: entry %(numbers)s.",
                        party=party.name,
                        numbers=side_by_side(later),
                    )
                )
        else:
            found.append(T("%(party)s refused to sign: %(words)s", party=party.name, words=one.words or ""))
    found.append(T("Digest of the record: SHA-256 %(digest)s", digest=record_digest(sitting, case)))
    found += _captions(sitting, case)
    earlier = sealed_records(sitting.session, case)
    if earlier:
        found.append(
            T(
                "Version %(number)s of this record, with what was ruled on corrections since. Version %(before)s stays as it was sealed: SHA-256 %(digest)s",
                number=len(earlier) + 1,
                before=len(earlier),
                digest=earlier[-1].sha256,
            )
        )
    return found


def _captions(sitting: Sitting, case: Case) -> list[Text]:
    """The text of each hearing as captions (WebVTT), by its digest: so the seal of the record covers the version that held then."""
    found = []
    for hearing in hearings_of(sitting.session, case):
        room = room_of(sitting.session, hearing) if hearing.held_here else None
        if room is None or room.erased_at is not None:
            continue
        pieces = [piece for piece in segments_of(sitting.session, room) if piece.key is None]
        by: dict[tuple[int, int], list[Said]] = {}
        for one in said_in(sitting.court, sitting.session, room, pieces):
            by.setdefault((one.segment, one.person.id), []).append(one)
        for (segment, _), said in by.items():
            file = as_captions(said, sitting.pack(case).tz)
            found.append(
                T(
                    "Captions of %(name)s, piece %(number)s of the recording, version %(version)s: SHA-256 %(digest)s",
                    name=said[0].person.name,
                    number=segment,
                    version=version_of(said),
                    digest=sha256_hex(file.encode()),
                )
            )
    return found


def sealed_records(session: Session, case: Case) -> list[Document]:
    """The sealed records of the examination that closed last, oldest first: a ruling on a correction adds one and changes none."""
    closed = session.scalar(select(func.max(Examination.closed_by)).where(Examination.case_id == case.id))
    if closed is None:
        return []
    mine = select(Document).where(
        Document.case_id == case.id, Document.kind == "record", Document.entry_number >= closed
    )
    return list(session.scalars(mine.order_by(Document.id)))


def paper_of(sitting: Sitting, case: Case, issued_on: datetime) -> RecordPaper:
    """The record as a paper, for the typesetter. Raises LookupError before there is an examination."""
    examination = examination_of(sitting.session, case)
    if examination is None:
        raise LookupError("no examination")
    names = _names(sitting, case)
    settings = sitting.court.settings
    signatories: list[Signatory] = [judge(names.holder(Role.JUDGE)), clerk(names.holder(Role.CLERK))]
    stands = {
        RequestState.ASKED: T("not decided"),
        RequestState.GRANTED: T("made"),
        RequestState.REFUSED: T("not made"),
    }
    return RecordPaper(
        court=bilingual(settings.court_name, settings.court_name_zh),
        issued_on=issued_on,
        signatories=[s for s in signatories if s.name],
        case_number=case.number,
        subject=sitting.subject_of(case),
        hearing=T("Heard %(mode)s", mode=examination.mode.label),
        opened_at=examination.opened_at,
        closed_at=examination.hearing_closed_at,
        present=_present(sitting, case, examination, names),
        postings=_lines(sitting, case, names),
        corrections=[
            T(
                "%(party)s, %(place)s: %(words)s (%(state)s)",
                party=names.parties.get(c.party_id, ""),
                place=c.place,
                words=c.words,
                state=T("made; it reads: %(words)s", words=c.reads) if c.reads else stands[c.state],
            )
            for c in corrections_of(sitting, case)
        ],
        closing=_closing(sitting, case, names),
    )


_RULED_SINCE = exists().where(
    RecordCorrection.case_id == Document.case_id, RecordCorrection.decided_by > Document.entry_number
)
_IS_SEALED = exists().where(
    Document.case_id == Examination.case_id,
    Document.kind == "record",
    Document.entry_number >= Examination.closed_by,
    ~_RULED_SINCE,
)
"""Of an examination: there is a record, and no correction was ruled on since."""


def seal_records(court: Court, limit: int = 8) -> int:
    """The worker's sweep: set and seal the record of each examination that closed and has none yet, in both languages; and
    another version where a correction was ruled on since, beside the one that was signed.
    """
    with court.database.read() as session:
        cases = list(
            session.scalars(
                built_once(
                    lambda: (
                        select(Case)
                        .join(Examination, Examination.case_id == Case.id)
                        .where(Examination.closed_at.is_not(None), Examination.replaced_by.is_(None), ~_IS_SEALED)
                        .order_by(Case.id)
                        .limit(limit)
                    )
                )
            )
        )
    return each_alone([case.id for case in cases], partial(_seal, court), "the record of a hearing could not be sealed")


def _seal(court: Court, case_id: int) -> int:
    now = court.clock.machine_now()
    with court.database.read() as session:
        case = session.get_one(Case, case_id)
        paper, reaches = paper_of(court.look(session), case, court.clock.now()), _reaches(session, case)
    # What somebody wrote or a program heard is not asked for its signs: one without a face keeps no record from being sealed.
    pdf = typeset(court.ports.typesetter, paper, "both", at=now, by_number=True)
    sealed = court.ports.sealer.seal_pdf(
        pdf, reason="Record of the hearing", signer_name=court.settings.court_name, now=now
    )
    return _keep(court, case_id, reaches, sealed)


def _reaches(session: Session, case: Case) -> int:
    """Up to which entry a record made now takes in what there is: the one that closed the examination, or the last ruling on a
    correction.
    """
    examination = examination_of(session, case)
    ruled = session.scalar(select(func.max(RecordCorrection.decided_by)).where(RecordCorrection.case_id == case.id))
    return max(ruled or 0, (examination.closed_by if examination is not None else None) or 0)


def _keep(court: Court, case_id: int, reaches: int, pdf: bytes) -> int:
    """Keep the sealed paper unless another worker was faster, or more was ruled meanwhile; and anchor its digest."""
    with court.sit() as sitting:
        case = sitting.session.get_one(Case, case_id, with_for_update=True)
        if _reaches(sitting.session, case) != reaches:
            return 0
        before = sealed_records(sitting.session, case)
        if before and (before[-1].entry_number or 0) >= reaches:
            return 0
        words = (
            T("Record of the hearing, version %(number)s", number=len(before) + 1)
            if before
            else T("Record of the hearing")
        )
        title = {locale: words.render(locale) for locale in LOCALES}
        digest = sha256_hex(pdf)
        receipt = anchored(court, sitting.session, case.reference, digest, len(pdf), now=sitting.now)
        sitting.session.add(
            Document(
                case_id=case.id,
                kind="record",
                title=title,
                locale="both",
                audience=Audience.HEARING,
                entry_number=reaches,
                sha256=digest,
                content=pdf,
                receipt=receipt,
                made_at=sitting.now,
            )
        )
        return 1
