"""From a case to its fee: what the fee is computed on, the computation, and the notice's row."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, bindparam, false, not_, or_, select, true
from sqlalchemy.orm import Session

from odr.docket.models import Audience, Case, DocketEntry, Party, PartyKind
from odr.docket.visibility import Viewer, reads_entry
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money
from odr.payments import names
from odr.payments.books.bookings import paid_on
from odr.payments.fee.fee_computation import FIRST_INSTANCE, REMEDIES, Assessment, FeeQuestion, FeeRelief, Matter
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis, ReliefRequest, ReliefState
from odr.procedure.acts.windows import named_among
from odr.procedure.rules.pack import RulePack
from odr.procedure.rules.tariff import ReliefKind

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

WINDOWS = {
    Matter.COUNTERCLAIM: "counterclaim_fee",
    Matter.APPEAL: "appeal_fee",
    Matter.APPEAL_RULING: "appeal_fee",
    Matter.RETRIAL: "retrial_fee",
}
"""Matter → the time limit its fee is paid in; every other runs as for the claim."""
FEE_WINDOW, TOPUP_WINDOW = "fee_payment", "fee_topup"
NO_AMOUNT = "other_non_property"
CODE = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def pack_track(pack: RulePack, case: Case) -> str | None:
    """The pack's own name of the case's track."""
    names = (case.track.value, f"{case.track.value}_claims", pack.tracks.default)
    return next((name for name in names if name in pack.tracks.list), None)


def keep_basis(
    session: Session,
    case: Case,
    party: Party,
    matter: Matter,
    amounts: list[int],
    non_property: int,
    now: datetime,
    *,
    joined: bool = False,
    ground: str | None = None,
) -> FeeBasis:
    """Keep what a fee will be computed on, in place of what stood before for the same party and matter.

    In an action of many it is kept for the end (CPI 194).
    """
    of_many = False
    if not case.is_blank:
        for old in session.scalars(
            select(FeeBasis).where(
                FeeBasis.case_id == case.id,
                FeeBasis.party_id == party.id,
                FeeBasis.matter == matter,
                FeeBasis.until.is_(None),
            )
        ):
            old.until = now
        at_end = select(FeeBasis.id).where(FeeBasis.case_id == case.id, FeeBasis.at_end.is_(True)).limit(1)
        of_many = matter in FIRST_INSTANCE and session.scalar(at_end) is not None
    basis = FeeBasis(
        case_id=case.id,
        party_id=party.id,
        matter=matter,
        amounts=amounts,
        non_property=non_property,
        joined=joined,
        ground=ground,
        at_end=of_many,
        since=now,
    )
    session.add(basis)
    session.flush()
    return basis


def standing_basis(
    session: Session, case: Case, matter: Matter = Matter.CLAIM, party_id: int | None = None
) -> FeeBasis | None:
    """The basis in force for a matter."""
    query = select(FeeBasis).where(FeeBasis.case_id == case.id, FeeBasis.matter == matter, FeeBasis.until.is_(None))
    if party_id is not None:
        query = query.where(FeeBasis.party_id == party_id)
    return session.scalar(query.order_by(FeeBasis.id.desc()))


def standing_bases(session: Session, case: Case, matter: Matter = Matter.CLAIM) -> list[FeeBasis]:
    """The bases in force for a matter, one for each party that has such a claim."""
    query = select(FeeBasis).where(FeeBasis.case_id == case.id, FeeBasis.matter == matter, FeeBasis.until.is_(None))
    return list(session.scalars(query.order_by(FeeBasis.id)))


def end_basis(session: Session, case: Case, party: Party, matter: Matter, now: datetime) -> None:
    """A claim stands no longer: nothing that happens to the case changes its fee any more, but for how it ended."""
    for basis in standing_bases(session, case, matter):
        if basis.party_id == party.id:
            basis.until = now


def question_for(sitting: Sitting, case: Case, basis: FeeBasis, *, with_relief: bool = True) -> FeeQuestion:
    """Everything the fee depends on, as the case stands."""
    pack = sitting.pack(case)
    question = FeeQuestion(
        matter=basis.matter,
        cause=case.cause,
        amounts=tuple(basis.amounts),
        non_property_claims=basis.non_property,
        track=pack_track(pack, case),
        joined=basis.joined,
        ground=basis.ground,
        relief=granted_relief(sitting.session, case, basis.party_id, basis.matter, sitting.today)
        if with_relief
        else None,
    )
    return priced(pack, question)


@remembered
def helped(session: Session, case_id: int) -> list[int]:
    """Parties of a case that were granted help with the fee, asked once for all."""
    granted = select(ReliefRequest.party_id).where(
        ReliefRequest.case_id == case_id, ReliefRequest.state == ReliefState.GRANTED
    )
    return list(session.scalars(granted))


def _for(matter: Matter) -> ColumnElement[bool]:
    """Help that counts for a matter: what was granted for the claim counts for an appeal and a retrial too, but not the other way about."""
    return true() if matter in REMEDIES else ReliefRequest.for_appeal.is_(False)


def granted_relief(
    session: Session, case: Case, party_id: int, matter: Matter = Matter.CLAIM, today: date | None = None
) -> FeeRelief | None:
    """The relief a party was granted for a matter, as the tariff takes it; with ``today``, no deferral whose day is over (FEE 47)."""
    over = ReliefRequest.until_on < today if today is not None else false()
    row = session.scalar(
        select(ReliefRequest)
        .where(
            ReliefRequest.case_id == case.id,
            ReliefRequest.party_id == party_id,
            ReliefRequest.state == ReliefState.GRANTED,
            or_(ReliefRequest.until_on.is_(None), not_(over)),
            _for(matter),
        )
        .order_by(ReliefRequest.for_appeal.desc(), ReliefRequest.id.desc())
    )
    if row is None or row.granted_kind is None:
        return None
    share = (
        Fraction(row.granted_percent, 100)
        if row.granted_percent is not None and row.granted_kind is ReliefKind.REDUCTION
        else None
    )
    person = case.party(party_id).kind is PartyKind.PERSON
    return FeeRelief(row.granted_kind, share, person)


def put_off_until(session: Session, case: Case, party_id: int, matter: Matter = Matter.CLAIM) -> date | None:
    """The day until which a party may put its payment for a matter off."""
    return session.scalar(
        select(ReliefRequest.until_on)
        .where(
            ReliefRequest.case_id == case.id,
            ReliefRequest.party_id == party_id,
            ReliefRequest.granted_kind == ReliefKind.DEFERRAL,
            _for(matter),
        )
        .order_by(ReliefRequest.for_appeal.desc(), ReliefRequest.id.desc())
    )


def priced(pack: RulePack, question: FeeQuestion) -> FeeQuestion:
    """The question as the tariff can answer it: a claim without an amount pays as one not about property (FEE 13(2))."""
    kind = (
        pack.tariff.kinds[pack.cause(question.cause).fee_kind]
        if question.cause and question.matter.value in pack.tariff.by_cause
        else None
    )
    if kind is None or question.amounts or kind.base is not None or NO_AMOUNT not in pack.tariff.kinds:
        return question
    return replace(question, kind=NO_AMOUNT)


def write_assessment(
    sitting: Sitting,
    case: Case,
    party: Party,
    basis: FeeBasis | None,
    matter: Matter,
    found: Assessment,
    window_kind: str,
) -> FeeAssessment:
    """The notice's row, with a code a payer writes on a bank transfer."""
    state = AssessmentState.DUE
    if found.total.minor == 0:
        state = AssessmentState.NOTHING
    elif found.deferred:
        state = AssessmentState.DEFERRED
    row = FeeAssessment(
        case_id=case.id,
        party_id=party.id,
        basis_id=basis.id if basis else None,
        matter=matter,
        window_kind=window_kind,
        amount_minor=found.total.minor,
        full_minor=found.full.minor,
        currency=found.total.currency,
        steps=[step.to_json() for step in found.steps],
        transfer_code=transfer_code(),
        state=state,
        entry_number=sitting.next_number(case),
        assessed_at=sitting.now,
    )
    sitting.session.add(row)
    sitting.session.flush()
    return row


def transfer_code() -> str:
    """Ten letters and digits that cannot be mistaken for one another, the last a check on the others."""
    body = "".join(secrets.choice(CODE) for _ in range(9))
    return body + check_letter(body)


def check_letter(body: str) -> str:
    """Check letter: one wrong or two exchanged letters do not pass (weights prime to the alphabet's 31)."""
    return CODE[sum((place + 2) * CODE.index(letter) for place, letter in enumerate(body)) % len(CODE)]


def one_letter_off(word: str) -> set[str]:
    """The codes from which ten signs differ in one: at each place just one letter passes the check."""
    found = set()
    for place in range(len(word)):
        rest = word[:place] + word[place + 1 :]
        if len(word) != 10 or any(sign not in CODE for sign in rest):
            continue
        if place == 9:
            letter = check_letter(word[:9])
        else:
            total = sum((at + 2) * CODE.index(sign) for at, sign in enumerate(word[:9]) if at != place)
            letter = CODE[(CODE.index(word[9]) - total) * pow(place + 2, -1, len(CODE)) % len(CODE)]
        found.add(word[:place] + letter + word[place + 1 :])
    return found - {word}


_ASSESSMENTS = select(FeeAssessment).where(FeeAssessment.case_id == bindparam("case")).order_by(FeeAssessment.id)
_ASSESSMENTS_OF = _ASSESSMENTS.where(FeeAssessment.party_id == bindparam("party"))


@remembered
def assessments_of(
    session: Session, case: Case, *, party_id: int | None = None, demands: bool = False
) -> list[FeeAssessment]:
    """Every fee notice of a case, in order; ``demands`` adds what a costs decision made a party owe (CPI 207)."""
    asked = {"case": case.id} if party_id is None else {"case": case.id, "party": party_id}
    rows = session.scalars(_ASSESSMENTS if party_id is None else _ASSESSMENTS_OF, asked)
    return [one for one in rows if demands or one.basis_id is not None]


def kept_for(session: Session, case: Case, row: FeeAssessment) -> DocketEntry | None:
    """The entry a notice stands in, where only some may read it yet: the fee of a preservation would tell the other side
    what is to be carried out.
    """
    found = named_among(session, case.id, (row.entry_number,))
    return next((entry for entry in found if entry.opened_by is None and _keeps(entry, row)), None)


def _keeps(entry: DocketEntry, row: FeeAssessment) -> bool:
    """Whether a notice is kept as its entry is. Why somebody was granted help is nobody else's business; what they owe of the
    claim since then is no secret between the parties (FEE 53).
    """
    return entry.act != names.DECIDE_RELIEF or row.matter is Matter.PRESERVATION


Readers = tuple[Audience, tuple[str, ...]] | tuple[()]
"""Who reads an entry, as :class:`~odr.procedure.acts.table.Recorded` takes it; empty where everybody in the case does."""


def readers_of(session: Session, case: Case, row: FeeAssessment) -> Readers:
    """Who reads what is entered about a notice: whoever reads the notice."""
    kept = kept_for(session, case, row)
    return (Audience.NAMED, tuple(kept.named)) if kept is not None else ()


def shown_fees(session: Session, case: Case, viewer: Viewer, *, demands: bool = False) -> list[FeeAssessment]:
    """The fee notices of a case whose entry the viewer may read."""
    rows = assessments_of(session, case, demands=demands)
    named = named_among(session, case.id, tuple(sorted({row.entry_number for row in rows})))
    unread = {entry.number: entry for entry in named if not reads_entry(viewer, entry)}
    return [row for row in rows if row.entry_number not in unread or not _keeps(unread[row.entry_number], row)]


def paid_for(session: Session, case: Case, party_id: int, *matters: Matter) -> Money | None:
    """What a party has paid towards its fees of these matters; None where there is no fee."""
    rows = [a for a in assessments_of(session, case, party_id=party_id) if not matters or a.matter in matters]
    if not rows:
        return None
    return Money(sum(paid_on(session, row).minor for row in rows), rows[0].currency)
