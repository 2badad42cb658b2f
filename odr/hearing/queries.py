"""Finding the rows of a hearing: examination, exhibits and opinions, questions, statements, facts, witnesses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from odr.docket.models import COURT_ROLES, PARTY_ROLES, Case, Party, Role
from odr.docket.visibility import Viewer
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import Exhibit, ExhibitState
from odr.filing.parties.known_identity import OFFLINE
from odr.ground.db import Base
from odr.ground.errors import ActNotOpen
from odr.ground.memory.asked_once import AskedOnce, remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import T
from odr.hearing.models import (
    AgreedFact,
    Examination,
    Hearing,
    ModeConsent,
    Motion,
    Opinion,
    Phase,
    Posting,
    Question,
    Witness,
    WrittenHearing,
)
from odr.hearing.vocabulary import OPEN_QUESTIONS, Axis, Mode, MotionKind, RequestState, Stance
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver
from odr.procedure.models import Window

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

WINDOW = "examination"
"""The pack's window for a turn; its length is the plan's, its subject the phase."""

STANDING = (ExhibitState.SUBMITTED, ExhibitState.LATE)
"""An exhibit in these states is examined."""


_STANDING = select(Examination).where(Examination.replaced_by.is_(None)).where(Examination.case_id == bindparam("case"))
_TO_LOOK = _STANDING.options(joinedload(Examination.phases).joinedload(Phase.duties))
_TO_ACT = _STANDING.options(joinedload(Examination.phases).lazyload(Phase.duties))


@remembered
def examination_of(session: Session, case: Case) -> Examination | None:
    """The examination of a case, once it was opened; where it is heard again, the new one. A page shows who is due in each of
    its phases; an act looks at the phase that runs.
    """
    reads = not isinstance(session, AskedOnce) or session.is_reading
    return session.scalars(_TO_LOOK if reads else _TO_ACT, {"case": case.id}).unique().one_or_none()


_ANEW = select(func.max(Examination.replaced_by)).where(Examination.case_id == bindparam("case"))


def heard_anew_by(session: Session, case: Case) -> int:
    """The entry by which what was heard before counts for nothing, so that the case is heard anew; 0 where it was not (CPL 41;
    COL 3, 4).
    """
    return session.scalar(_ANEW, {"case": case.id}) or 0


def closed_by_order(session: Session, case: Case) -> bool:
    """Whether the judge has ruled that the case is not heard in public: what is secret stays so when it is heard anew, until
    somebody rules otherwise (CPL 137).
    """
    return bool(closing_orders(session, case))


def closing_orders(session: Session, case: Case) -> Sequence[Motion]:
    """The motions by which a case is not heard in public, as far as the judge has not ruled otherwise since."""
    asked = (Motion.case_id == case.id, Motion.kind == MotionKind.CLOSED_DOORS, Motion.state == RequestState.GRANTED)
    return session.scalars(select(Motion).where(*asked, Motion.lifted_by.is_(None)).order_by(Motion.id)).all()


_TURNS = select(Window).where(Window.case_id == bindparam("case"), Window.kind == WINDOW).order_by(Window.id)


def turn_windows(sitting: Sitting, case_id: int) -> list[Window]:
    """Every window of the hearing, whatever its state."""
    return list(sitting.session.scalars(_TURNS, {"case": case_id}))


def participants(case: Case) -> list[Party]:
    """Parties that act here themselves or through somebody."""
    return [
        p
        for p in case.parties
        if p.role in PARTY_ROLES
        and p.left_at is None
        and (p.online or p.account_id is not None)
        and OFFLINE not in p.details
    ]


def away(case: Case) -> list[Party]:
    """Claimants and respondents that never joined: they are heard otherwise, never presumed to agree (OLR 4)."""
    here = {p.id for p in participants(case)}
    return [
        p for p in case.parties if p.role in (Role.CLAIMANT, Role.RESPONDENT) and p.left_at is None and p.id not in here
    ]


def consents(session: Session, case: Case) -> dict[int, bool]:
    """Party → whether they agree to be heard in writing, by the newest row of the ledger."""
    rows = session.execute(
        select(ModeConsent.party_id, ModeConsent.agrees)
        .where(ModeConsent.case_id == case.id, ModeConsent.mode == Mode.ASYNCHRONOUS)
        .order_by(ModeConsent.id)
    )
    return dict(iter(rows))


def without_consent(session: Session, case: Case) -> list[Party]:
    """Participating parties that have not agreed to be heard in writing."""
    said = consents(session, case)
    return [p for p in participants(case) if not said.get(p.id, False)]


def standing_exhibits(session: Session, case: Case) -> list[Exhibit]:
    """Exhibits open to opinions in the order of EV 62: the claimant's, the respondent's, third parties', the court's own."""
    order = {Role.CLAIMANT: 0, Role.RESPONDENT: 1, Role.THIRD_PARTY: 2}
    roles = {p.id: (order[p.role], p.ordinal) for p in case.parties}
    rows = [exhibit for exhibit in exhibits_of(session, case) if exhibit.state in STANDING]
    # What the court made itself comes last: the judge explains it, and then everybody speaks on it.
    return sorted(rows, key=lambda e: (e.of_court, *roles[e.party_id], e.number))


def exhibits_stand_of_others(session: Session, case: Case, party_id: int | None) -> bool:
    """Whether an exhibit that is open to opinions is not a party's own."""
    owners = built_once(
        lambda: select(Exhibit.party_id, Exhibit.of_court).where(
            Exhibit.case_id == case.id, Exhibit.state.in_(STANDING)
        )
    )
    return any(of_court or owner != party_id for owner, of_court in session.execute(owners))


def opinions_of(session: Session, case: Case) -> list[Opinion]:
    """Opinions that stand; what is under a seal is not among them for anybody."""
    return list(
        session.scalars(
            built_once(
                lambda: (
                    select(Opinion)
                    .where(Opinion.case_id == case.id, Opinion.retracted_by.is_(None))
                    .order_by(Opinion.id)
                )
            )
        )
    )


@dataclass(frozen=True)
class MatrixRow:
    """An exhibit with what every party says on each axis; None where nothing was said (silence is no admission)."""

    exhibit: Exhibit
    cells: dict[tuple[int, Axis], Opinion | None]

    @property
    def disputes(self) -> list[Opinion]:
        """Opinions that dispute it."""
        return [o for o in self.cells.values() if o is not None and o.stance is Stance.DISPUTE]

    @property
    def is_disputed(self) -> bool:
        """Whether somebody disputes it on any axis."""
        return bool(self.disputes)

    @property
    def is_undisputed(self) -> bool:
        """Whether every other party that spoke accepts it, and at least one spoke."""
        said = [o for o in self.cells.values() if o is not None]
        return (
            bool(said)
            and all(o.stance is not Stance.DISPUTE for o in said)
            and any(o.stance is Stance.ACCEPT for o in said)
        )


def matrix(session: Session, case: Case) -> list[MatrixRow]:
    """Exhibits × parties × axes; what is still sealed is left out for everybody."""
    newest: dict[tuple[int, int, Axis], Opinion] = {
        (o.exhibit_id, o.party_id, o.axis): o for o in opinions_of(session, case)
    }
    speakers = [p for p in case.parties if p.left_at is None]
    return [
        MatrixRow(
            e, {(p.id, axis): newest.get((e.id, p.id, axis)) for p in speakers if p.id != e.owner_id for axis in Axis}
        )
        for e in standing_exhibits(session, case)
    ]


def disputed_exhibits(session: Session, case: Case) -> list[Exhibit]:
    """Exhibits somebody disputes: the judgment gives reasons for each (EV 97)."""
    return [row.exhibit for row in matrix(session, case) if row.is_disputed]


def undisputed_exhibits(session: Session, case: Case) -> list[Exhibit]:
    """Exhibits that were examined and that nobody disputes."""
    return [row.exhibit for row in matrix(session, case) if row.is_undisputed]


def questions_of(session: Session, case: Case) -> list[Question]:
    """Every question of the case by number; who may read which is :func:`reads_question`'s to say."""
    return list(
        session.scalars(
            built_once(lambda: select(Question).where(Question.case_id == case.id).order_by(Question.number))
        )
    )


def questions_to(session: Session, case: Case, party_id: int) -> list[Question]:
    """Every question to a party, by number."""
    return _put_to(session, case.id, party_id)


_PUT_TO = (
    select(Question)
    .where(Question.case_id == bindparam("case"), Question.party_id == bindparam("party"))
    .order_by(Question.number)
)


@remembered
def _put_to(session: Session, case_id: int, party_id: int) -> list[Question]:
    return list(session.scalars(_PUT_TO, {"case": case_id, "party": party_id}))


def open_questions_to(session: Session, party: Party) -> list[Question]:
    """Questions that wait for a party's answer."""
    return [one for one in _put_to(session, party.case_id, party.id) if one.state in OPEN_QUESTIONS]


def postings_of(session: Session, case: Case, *, limit: int | None = None) -> Sequence[Posting]:
    """Every posting in the order of arrival."""
    return session.scalars(select(Posting).where(Posting.case_id == case.id).order_by(Posting.id).limit(limit)).all()


def agreed_facts(session: Session, case: Case) -> list[AgreedFact]:
    """Facts every participating party has agreed to."""
    needed = {p.id for p in participants(case)}
    rows = session.scalars(
        built_once(lambda: select(AgreedFact).where(AgreedFact.case_id == case.id).order_by(AgreedFact.id))
    )
    return [f for f in rows if needed <= {s.party_id for s in f.stances if s.agrees}]


@remembered
def proposed_facts(session: Session, case: Case) -> list[AgreedFact]:
    """Every fact proposed as agreed, with each party's word to it."""
    return list(
        session.scalars(
            built_once(lambda: select(AgreedFact).where(AgreedFact.case_id == case.id).order_by(AgreedFact.id))
        )
    )


@remembered
def hearings_of(session: Session, case: Case) -> list[Hearing]:
    """Hearings at one hour, in order."""
    return list(
        session.scalars(built_once(lambda: select(Hearing).where(Hearing.case_id == case.id).order_by(Hearing.ordinal)))
    )


def hearings_that_count(session: Session, case: Case) -> list[Hearing]:
    """Hearings at one hour of the examination that stands: where the case is heard again, those of before are over (CPL
    41; CPI 45).
    """
    examination = examination_of(session, case)
    since = examination.opened_by if examination is not None else 0
    return [h for h in hearings_of(session, case) if h.summoned_by >= since]


@remembered
def written_hearing_of(session: Session, case: Case) -> WrittenHearing | None:
    """The newest application for a hearing in writing, whatever became of it. Where the case is heard anew, what was agreed
    to and allowed before was for another hearing (OLR 4, 20).
    """
    newest = session.scalars(
        built_once(
            lambda: (
                select(WrittenHearing)
                .where(WrittenHearing.case_id == case.id)
                .order_by(WrittenHearing.id.desc())
                .limit(1)
            )
        )
    ).one_or_none()
    # Most cases have none, and are asked nothing more.
    return newest if newest is not None and newest.entry_number > heard_anew_by(session, case) else None


def witnesses_of(session: Session, case: Case) -> list[Witness]:
    """Witnesses and experts, asked for or admitted."""
    return list(
        session.scalars(built_once(lambda: select(Witness).where(Witness.case_id == case.id).order_by(Witness.id)))
    )


READERS = PARTY_ROLES | COURT_ROLES


class Spoken(Protocol):
    """What must be known of a posting to say who reads it."""

    @property
    def account_id(self) -> int | None:
        """The account that spoke."""


def reads_posting(viewer: Viewer, posting: Spoken) -> bool:
    """Whether a viewer may read a posting: parties and court, a witness only their own. What is under a seal is no
    posting yet.
    """
    if viewer.role in (Role.WITNESS, Role.EXPERT):
        return posting.account_id == viewer.account_id
    return viewer.role in READERS


def reads_question(viewer: Viewer, question: Question, witness_account: int | None = None) -> bool:
    """Whether a viewer may read a question: before leave, who asks it and the court; a witness only those put to them."""
    if viewer.role in (Role.WITNESS, Role.EXPERT):
        return witness_account is not None and witness_account == viewer.account_id and question.put_by is not None
    if viewer.role not in READERS:
        return False
    if question.put_by is None and viewer.role in PARTY_ROLES:
        return question.asked_by_party == viewer.party_id
    return True


Row = TypeVar("Row")


def row_named(sitting: Sitting, case: Case, kind: type[Row], reference: str) -> Row | None:
    table: Any = kind
    found: Row | None = sitting.session.scalar(_named(table), {"case": case.id, "reference": reference})
    return found


@cache
def _named(kind: Any) -> Select[Any]:
    return select(kind).where(kind.case_id == bindparam("case"), kind.reference == bindparam("reference"))


def is_asked(sitting: Sitting, case: Case, kind: type[Base]) -> bool:
    """Whether something of a kind was asked for and waits for the judge."""
    table: Any = kind
    waits = built_once(
        lambda: select(table.id).where(table.case_id == case.id, table.state == RequestState.ASKED).limit(1)
    )
    return sitting.session.scalar(waits) is not None


def asked_for(sitting: Sitting, case: Case, kind: type[Row]) -> Sequence[Row]:
    """What of a kind was asked for and waits for the judge."""
    table: Any = kind
    return sitting.session.scalars(
        select(table).where(table.case_id == case.id, table.state == RequestState.ASKED)
    ).all()


def undecided(row: Row) -> Row:
    """What the judge rules on now. Raises ActNotOpen where it was ruled on before."""
    if cast(Any, row).state is not RequestState.ASKED:
        raise ActNotOpen(T("This is decided already."))
    return row


@resolver("question")
def find_question(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Question | None:
    """A question the actor may read."""
    question = row_named(sitting, case, Question, reference)
    witness = (
        sitting.session.get(Witness, question.witness_id) if question is not None and question.witness_id else None
    )
    return (
        question
        if question is not None and reads_question(actor, question, witness.account_id if witness else None)
        else None
    )


@resolver("addressee")
def find_addressee(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Party | Witness | None:
    """A party, or an admitted witness or expert."""
    party = next((p for p in case.parties if p.reference == reference and p.left_at is None), None)
    if party is not None:
        return party
    witness = row_named(sitting, case, Witness, reference)
    return witness if witness is not None and witness.state is RequestState.GRANTED else None
