"""What the case page shows of an examination, gathered in a few queries each. No flask."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select

from odr.docket.models import HEARD_ROLES, PARTY_ROLES, Case, Party, Role
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import Exhibit, Upload
from odr.filing.models import Draft, DraftState
from odr.ground.keyset import judged
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text
from odr.hearing.appraisal.models import Appraisal, AppraisalState
from odr.hearing.examination.plan import days_of, latest_end, title_of
from odr.hearing.models import Examination, Opinion, Phase, Posting, Question, SealedPosting, Witness
from odr.hearing.queries import (
    READERS,
    WINDOW,
    examination_of,
    hearings_of,
    questions_of,
    reads_posting,
    reads_question,
    turn_windows,
    witnesses_of,
)
from odr.hearing.sealed.words import UNREACHABLE, SealNotReached, closed_rows, pad, unpad
from odr.hearing.trial_limit.excluded_time import excluded_of
from odr.hearing.vocabulary import Axis, DutyState, Mode, PhaseState, PostingKind, QuestionState
from odr.identity.actors import Actor
from odr.notary.vault import VaultRefused
from odr.procedure.acts.availability import Availability, refusal
from odr.procedure.acts.windows import TIME_LIMITS
from odr.procedure.court import Court
from odr.procedure.forms import fields
from odr.procedure.models import Window, WindowState
from odr.procedure.sitting import Sitting

SHOWN = 200
"""Postings on one page; older ones are a link away."""


@dataclass(frozen=True)
class PhaseView:
    """A phase as the plan shows it: over, now, or by when at the latest."""

    number: int
    title: Text
    phase: Phase
    until: datetime | None

    @property
    def when(self) -> str:
        """Class of the line: "", "now" or "later"."""
        return {
            PhaseState.PLANNED: "later",
            PhaseState.OPEN: "now",
            PhaseState.CLOSING: "now",
            PhaseState.HALTED: "now",
        }.get(self.phase.state, "")


@dataclass(frozen=True)
class SealedView:
    """That something was said under a seal: by whom, when, in which entry. Nobody sees more."""

    row: SealedPosting
    name: str
    is_mine: bool


@dataclass(frozen=True)
class KeptDraft:
    """What its author typed and has not sent."""

    words: str
    saved_at: datetime


class Said(NamedTuple):
    """The columns of a posting that a page shows. Hundreds stand on one page: they are read as plain rows, not as
    objects a session watches over.
    """

    kind: PostingKind
    question_id: int | None
    role: Role
    party_id: int | None
    account_id: int | None
    speaker: str
    words: str
    exhibits: list[int]
    uploads: list[str]
    corrects: int | None
    seal_id: int | None
    late: bool
    entry_number: int
    at: datetime


SAID = [getattr(Posting, name) for name in Said._fields]


@dataclass(frozen=True, slots=True)
class PostingView:
    """A posting for one viewer."""

    posting: Said
    is_mine: bool
    is_open: bool
    exhibits: list[Exhibit]
    files: list[Upload]


@dataclass(frozen=True)
class QuestionView:
    """A question with its addressee and the answers a viewer may know of."""

    question: Question
    to: str
    exhibit: Exhibit | None
    answers: list[PostingView]
    sealed: list[SealedView]
    is_mine: bool
    draft: KeptDraft | None
    until: datetime | None

    @property
    def is_under_seal(self) -> bool:
        """Whether an answer given now would be sealed."""
        return self.question.seal is not None and self.question.seal.opened_at is None

    @property
    def waits_for_me(self) -> bool:
        """Whether the viewer has to answer, or may still answer late."""
        return self.is_mine and self.question.state in (
            QuestionState.PUT,
            QuestionState.ASKED_AGAIN,
            QuestionState.UNANSWERED,
        )


@dataclass(frozen=True)
class OpinionView:
    """What a party said of an exhibit in one act."""

    exhibit: Exhibit
    party: Party
    by_axis: dict[Axis, Opinion]
    counter: Exhibit | None
    is_mine: bool

    @property
    def any(self) -> Opinion:
        """What the three have in common: time, entry, reason, seal."""
        return next(iter(self.by_axis.values()))


@dataclass(frozen=True)
class Left:
    """Time left for the viewer: their next window, and until when."""

    window: Window | None
    at: datetime

    @property
    def minutes(self) -> int:
        """Whole minutes left."""
        return (
            int((self.window.due_at - self.at).total_seconds() // 60)
            if self.window is not None and self.window.due_at
            else 0
        )


@dataclass
class ExaminationPage:
    """The whole page but its frame."""

    examination: Examination
    plan: list[PhaseView]
    left: Left
    questions: list[QuestionView]
    others: list[QuestionView]
    opinions: list[OpinionView]
    statements: list[PostingView]
    acts: list[Availability]
    to_examine: int
    more: bool
    sealed: list[SealedView] = field(default_factory=list)
    hearings: list[object] = field(default_factory=list)
    uploads: list[fields.Option] = field(default_factory=list)
    exhibits: list[Exhibit] = field(default_factory=list)

    @property
    def has_sealed_questions(self) -> bool:
        """Whether answers to some question are sealed."""
        return any(q.question.seal is not None for q in (*self.questions, *self.others))


def draft_key(reference: str) -> str:
    """Kind under which the draft of an answer is kept."""
    return f"answer/{reference}"


def _draft_context(account_id: int | None, kind: str) -> bytes:
    return f"court-draft/1 {account_id} {kind}".encode()


def kept_values(court: Court, account_id: int | None, kind: str, words: str, *, sealed: bool) -> dict[str, str]:
    """A draft as it is kept: of what will be sealed, encrypted by the vault. Raises :class:`SealNotReached`."""
    if not sealed:
        return {"words": words}
    try:
        closed = court.notary.vault.seal(pad(words.encode()), _draft_context(account_id, kind))
    except UNREACHABLE as error:
        raise SealNotReached from error
    return {"sealed": base64.b64encode(closed).decode()}


def draft_values(court: Court, question: Question, account_id: int | None, words: str) -> dict[str, str]:
    """The draft of an answer as it is kept."""
    under_seal = question.seal is not None and question.seal.opened_by is None
    return kept_values(court, account_id, draft_key(question.reference), words, sealed=under_seal)


def _draft_words(sitting: Sitting, draft: Draft) -> str:
    closed = draft.values.get("sealed")
    if closed is None:
        return str(draft.values.get("words", ""))
    try:
        return unpad(
            sitting.court.notary.vault.unseal(base64.b64decode(closed), _draft_context(draft.account_id, draft.kind))
        ).decode()
    except (*UNREACHABLE, VaultRefused):
        return ""


def drafts_of(sitting: Sitting, case: Case, actor: Actor) -> dict[str, KeptDraft]:
    """The actor's own drafts of answers in the case, by question."""
    rows = sitting.session.scalars(
        built_once(
            lambda: select(Draft).where(
                Draft.account_id == actor.account_id,
                Draft.case_id == case.id,
                Draft.state == DraftState.OPEN,
                Draft.kind.startswith("answer/"),
            )
        )
    )
    return {
        draft.kind.removeprefix("answer/"): KeptDraft(_draft_words(sitting, draft), draft.saved_at) for draft in rows
    }


OPINIONS = "examination/opinions"
"""Kind under which the draft of a party's opinions is kept."""


def opinions_draft(sitting: Sitting, case: Case, actor: Actor) -> tuple[dict[str, dict[str, str]], datetime] | None:
    """What the actor typed of their opinions and has not sent, by exhibit, and when it was kept."""
    found = sitting.session.scalar(
        select(Draft).where(
            Draft.account_id == actor.account_id,
            Draft.case_id == case.id,
            Draft.state == DraftState.OPEN,
            Draft.kind == OPINIONS,
        )
    )
    words = _draft_words(sitting, found) if found is not None else ""
    return (json.loads(words), found.saved_at) if found is not None and words else None


def plan_view(sitting: Sitting, case: Case, examination: Examination, windows: Sequence[Window]) -> list[PhaseView]:
    """The plan with latest dates: what runs until its windows end, what comes after that in full length."""
    pack = sitting.pack(case)
    dues = [w.due_at for w in windows if w.state is WindowState.OPEN and w.due_at is not None]
    found, end = [], sitting.now
    shown = [p for p in examination.phases if p.state is not PhaseState.DROPPED]
    for number, phase in enumerate(shown, 1):
        until = phase.closed_at
        if phase.state in (PhaseState.OPEN, PhaseState.CLOSING):
            rest = days_of(phase, from_turn=phase.turn + 1) if not phase.sealed else []
            until = end = latest_end(pack, rest, max(dues, default=end))
        elif phase.state is PhaseState.PLANNED and examination.mode is Mode.ASYNCHRONOUS:
            until = end = latest_end(pack, days_of(phase), end)
        found.append(PhaseView(number, title_of(phase), phase, until))
    return found


def time_left(sitting: Sitting, case: Case, actor: Actor) -> Left:
    """The viewer's next window; for the court, the next of anybody."""
    query = select(Window).where(Window.case_id == case.id, Window.kind == WINDOW, Window.state == WindowState.OPEN)
    if actor.role in PARTY_ROLES:
        query = query.where(Window.party_id == actor.party_id)
    return Left(sitting.session.scalar(query.order_by(judged(Window.due_at)).limit(1)), sitting.now)


def left_of(windows: Sequence[Window], actor: Actor, now: datetime) -> Left:
    """The same from the windows a page has read already."""
    mine = [
        w
        for w in windows
        if w.state is WindowState.OPEN and (actor.role not in PARTY_ROLES or w.party_id == actor.party_id)
    ]
    return Left(min(mine, key=lambda w: (w.due_at is not None, w.due_at or now), default=None), now)


def time_tag(case: Case, left: Left) -> str:
    """What changes when the page should be looked at again: the entries of the case and the minute left."""
    return f"{case.entry_count}-{left.minutes}"


def acts_open(sitting: Sitting, case: Case, actor: Actor) -> list[Availability]:
    """The hearing's acts that are open to the viewer now; those of other rooms are not asked about."""
    mine = [
        act
        for act in sitting.court.table
        if act.room == "hearing" and act.listed and actor.role in act.by and case.stage in act.at
    ]
    # What a turn is there for stands first; whatever else one may do comes after it.
    mine.sort(key=lambda act: act.name not in TIME_LIMITS[WINDOW].met_by)
    return [Availability(act, None, None) for act in mine if refusal(sitting, act, case, actor) is None]


def examination_page(sitting: Sitting, case: Case, actor: Actor, *, everything: bool = False) -> ExaminationPage | None:
    """The examination for one viewer; None before it was opened."""
    examination = examination_of(sitting.session, case)
    if examination is None:
        return None
    exhibits = {e.id: e for e in exhibits_of(sitting.session, case)}
    query = select(*SAID).where(Posting.case_id == case.id).order_by(Posting.id.desc())
    newest = [Said._make(row) for row in sitting.session.execute(query if everything else query.limit(SHOWN + 1))]
    windows = turn_windows(sitting, case.id)
    postings = list(reversed(newest if everything else newest[:SHOWN]))
    sent = _files(sitting, postings)
    views = [_posting(actor, p, exhibits, sent) for p in postings]
    closed = _sealed(sitting, case, actor)
    asked = _questions(sitting, case, actor, views, exhibits, closed, {w.reference: w.due_at for w in windows})
    given = _opinions(sitting, case, actor, exhibits)
    spoken = {o.exhibit.id for o in given if o.is_mine and not o.any.retracted_by} | {
        e for v in closed if v.is_mine for e in v.row.covers
    }
    waits = [q for q in asked if q.waits_for_me]
    return ExaminationPage(
        examination=examination,
        plan=plan_view(sitting, case, examination, windows),
        left=left_of(windows, actor, sitting.now),
        questions=waits,
        others=[q for q in asked if not q.waits_for_me],
        opinions=given,
        statements=[v for v in views if v.posting.question_id is None and v.is_open],
        acts=acts_open(sitting, case, actor),
        more=not everything and len(newest) > SHOWN,
        to_examine=sum(e.owner_id != actor.party_id and e.id not in spoken for e in exhibits.values())
        if actor.role in PARTY_ROLES
        else 0,
        sealed=[v for v in closed if v.row.question_id is None],
        exhibits=list(exhibits.values()),
        hearings=list(hearings_of(sitting.session, case)),
        uploads=list(fields.SOURCES["upload"](sitting, case, actor)) if waits else [],
    )


def _sealed(sitting: Sitting, case: Case, actor: Actor) -> list[SealedView]:
    """What is under a seal, for those who read the hearing's record."""
    if actor.role not in READERS:
        return []
    names = {p.id: p.name for p in case.parties}
    return [
        SealedView(row, names[row.party_id], row.party_id == actor.party_id)
        for row in closed_rows(sitting.session, case)
    ]


def _files(sitting: Sitting, postings: Sequence[Said]) -> dict[str, Upload]:
    """The files that go with postings, by reference."""
    wanted = {reference for posting in postings for reference in posting.uploads}
    return (
        {u.reference: u for u in sitting.session.scalars(select(Upload).where(Upload.reference.in_(wanted)))}
        if wanted
        else {}
    )


def _posting(actor: Actor, posting: Said, exhibits: dict[int, Exhibit], sent: dict[str, Upload]) -> PostingView:
    mine = (
        actor.account_id == posting.account_id
        if actor.role in HEARD_ROLES
        else actor.party_id is not None and posting.party_id == actor.party_id
    )
    files = [sent[reference] for reference in posting.uploads if reference in sent]
    return PostingView(
        posting, mine, reads_posting(actor, posting), [exhibits[i] for i in posting.exhibits if i in exhibits], files
    )


def put_exhibits(sitting: Sitting, case: Case, actor: Actor) -> set[int]:
    """The exhibits a witness or expert was asked about, or an expert was given for an appraisal they took on (CPL 80)."""
    mine = select(Witness.id).where(Witness.case_id == case.id, Witness.account_id == actor.account_id)
    asked = select(Question.exhibit_id).where(
        Question.witness_id.in_(mine), Question.put_by.is_not(None), Question.exhibit_id.is_not(None)
    )
    given = select(Appraisal.materials).where(
        Appraisal.witness_id.in_(mine), Appraisal.state.in_((AppraisalState.AT_WORK, AppraisalState.REPORTED))
    )
    return {e for e in sitting.session.scalars(asked) if e is not None} | {
        e for each in sitting.session.scalars(given) for e in each
    }


def _questions(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    views: Sequence[PostingView],
    exhibits: dict[int, Exhibit],
    closed: Sequence[SealedView],
    due: dict[str, datetime | None],
) -> list[QuestionView]:
    names = {p.id: p.name for p in case.parties}
    heard: dict[int, Witness] = {w.id: w for w in witnesses_of(sitting.session, case)}
    answers: dict[int, list[PostingView]] = {}
    for view in views:
        if view.posting.question_id is not None and view.is_open:
            answers.setdefault(view.posting.question_id, []).append(view)
    drafts = drafts_of(sitting, case, actor)
    found = []
    for q in questions_of(sitting.session, case):
        witness = heard.get(q.witness_id) if q.witness_id else None
        if not reads_question(actor, q, witness.account_id if witness else None):
            continue
        mine = (q.party_id is not None and q.party_id == actor.party_id) or (
            witness is not None and witness.account_id == actor.account_id
        )
        to = names.get(q.party_id, "") if q.party_id else witness.name if witness else ""
        about = exhibits.get(q.exhibit_id) if q.exhibit_id else None
        under = [v for v in closed if v.row.question_id == q.id]
        mine = mine and q.put_by is not None
        found.append(
            QuestionView(
                q, to, about, answers.get(q.id, []), under, mine, drafts.get(q.reference), due.get(q.window or "")
            )
        )
    return found


def _opinions(sitting: Sitting, case: Case, actor: Actor, exhibits: dict[int, Exhibit]) -> list[OpinionView]:
    """Opinions the viewer may read, newest first, retracted ones too; one view to an act and exhibit."""
    if actor.role not in READERS:
        return []
    people = {p.id: p for p in case.parties}
    grouped: dict[tuple[int, int], dict[Axis, Opinion]] = {}
    for o in sitting.session.scalars(
        built_once(lambda: select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.id.desc()))
    ):
        if o.exhibit_id not in exhibits:
            continue
        grouped.setdefault((o.entry_number, o.exhibit_id), {})[o.axis] = o
    found = []
    for (_, exhibit_id), by_axis in grouped.items():
        one = next(iter(by_axis.values()))
        counter = exhibits.get(one.counter_exhibit_id) if one.counter_exhibit_id else None
        ordered = {axis: by_axis[axis] for axis in Axis if axis in by_axis}
        found.append(
            OpinionView(exhibits[exhibit_id], people[one.party_id], ordered, counter, one.party_id == actor.party_id)
        )
    return found


@dataclass(frozen=True)
class Waits:
    """What waits for whom in a case."""

    name: str
    what: Text | str
    until: datetime | None
    reference: str | None


def waits_for_whom(sitting: Sitting, case: Case) -> list[Waits]:
    """Every open window of the examination with whose it is, and the question where it is one."""
    names = {p.id: p.name for p in case.parties}
    examination = examination_of(sitting.session, case)
    titles = {p.reference: title_of(p) for p in examination.phases} if examination else {}
    asked = {q.reference: q for q in questions_of(sitting.session, case)}
    found = []
    for window in sitting.windows(case, WINDOW):
        question = asked.get(window.subject or "")
        what: Text | str = titles.get(window.subject or "", "")
        if question is not None:
            what = T("Question %(number)s", number=question.number)
        found.append(
            Waits(names.get(window.party_id, "") if window.party_id else "", what, window.due_at, window.reference)
        )
    return found


def acted(phase: Phase | None) -> tuple[int, int]:
    """How many of those who had to act in the turn have."""
    duties = [d for d in phase.duties if d.turn == phase.turn] if phase else []
    return sum(d.state is not DutyState.WAITING for d in duties), len(duties)


@dataclass(frozen=True)
class ExcludedView:
    """A span that does not count towards the trial limit, in local days."""

    title: Text
    article: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def excluded_view(sitting: Sitting, case: Case) -> list[ExcludedView]:
    """What does not count in a case, with its ground and article."""
    pack = sitting.pack(case)
    found = []
    for span in excluded_of(sitting, case):
        ground = pack.trial_limits.exclusions[span.ground]
        found.append(
            ExcludedView(
                ground.title,
                ground.article,
                span.from_at.astimezone(pack.tz).date(),
                span.until_at.astimezone(pack.tz).date(),
            )
        )
    return found
