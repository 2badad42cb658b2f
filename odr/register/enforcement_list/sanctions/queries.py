"""Finding fines and detentions, what bounds them, and who is never fined or detained. No flask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.ground.memory.asked_once import remembered
from odr.ground.text import Money, T, Text
from odr.judgment.enforcement_remedies.successors.bound import why_not_pressed
from odr.judgment.models import EnforcementCase
from odr.judgment.vocabulary import EnforcementState
from odr.payments.models import FeeAssessment
from odr.procedure.papers.form import verified_birthday
from odr.register.enforcement_list.queries import (
    enforced_against,
    has_guardian,
    is_person,
    is_settled,
    replaced_since,
)
from odr.register.enforcement_list.rules import age_on
from odr.register.enforcement_list.sanctions.models import ConductSanction, Custody, Measure, Sanction, SanctionState

if TYPE_CHECKING:
    from odr.procedure.rules.court_rules import ConductGround, ListBar, SanctionGround, SanctionRules
    from odr.procedure.sitting import Sitting

NO_RULES = T("The rules of this court know neither fines nor detention in an enforcement.")
NO_RULES_OUTSIDE = T("The rules of this court know neither fines nor detention outside of an enforcement.")
WAITING = (SanctionState.ASKED, SanctionState.PROPOSED)


def rules_of(sitting: Sitting, case: Case) -> SanctionRules | None:
    """The rules on fines and detention, as they stand today; None where a country has none."""
    return sitting.pack(case).sanctions


_IN_ENFORCEMENT = select(Sanction).where(Sanction.case_id == bindparam("case")).order_by(Sanction.id)
_FOR_CONDUCT = select(ConductSanction).where(ConductSanction.case_id == bindparam("case")).order_by(ConductSanction.id)


@remembered
def in_enforcement(session: Session, case: Case, *states: SanctionState) -> Sequence[Sanction]:
    """Fines and detentions in the enforcement of a case in these states, all if none is named, in their order."""
    rows = session.scalars(_IN_ENFORCEMENT, {"case": case.id}).all()
    return [row for row in rows if not states or row.state in states]


@remembered
def for_conduct(session: Session, case: Case, *states: SanctionState) -> Sequence[ConductSanction]:
    """The same of what was done in a hearing or otherwise in the proceedings."""
    rows = session.scalars(_FOR_CONDUCT, {"case": case.id}).all()
    return [row for row in rows if not states or row.state in states]


def sanctions_of(session: Session, case: Case, *states: SanctionState) -> Sequence[Measure]:
    """Fines and detentions of a case in these states, whatever they are for, in the order in which they came up."""
    rows: list[Measure] = [*in_enforcement(session, case, *states), *for_conduct(session, case, *states)]
    return sorted(rows, key=lambda row: (row.asked_entry or row.entry_number, row.id))


def sanction_named(session: Session, case: Case, reference: str, *states: SanctionState) -> Measure | None:
    """The fine or detention of this case by its reference, if it is in one of these states."""
    return next((row for row in sanctions_of(session, case, *states) if row.reference == reference), None)


def ground_of(rules: SanctionRules, row: Measure) -> SanctionGround | ConductGround | None:
    """What somebody is said to have done, as the rules name it."""
    return (rules.conduct if isinstance(row, ConductSanction) else rules.grounds).get(row.ground)


def end_named(rules: SanctionRules, row: Measure, ground: str) -> ListBar | None:
    """Why a proposal or a detention ends by itself, as the rules name it."""
    return (rules.conduct_ends if isinstance(row, ConductSanction) else rules.ends).get(ground)


def is_no_party(row: Measure) -> bool:
    """Whether it is of somebody who is no party: the registry hands them papers, takes down what they say, and their fine goes to
    the treasury by a slip (decision 0160).
    """
    return row.party_id is None


def in_effect_since(session: Session, case: Case, entry: int | None) -> datetime | None:
    """Since when the decision of this entry has effect; None while it has none.

    A review does not halt it (CPL 119), so it has effect when it is given, until the higher court revokes it or puts another
    measure in its place (CPI 186). A release has it for good.
    """
    for row in sanctions_of(session, case):
        if row.decided_entry == entry:
            return None if row.review_answer in ("changed", "lifted") else row.decided_at
        if row.over_entry == entry:
            return row.free_at
    return None


def in_custody(session: Session, case: Case, *custody: Custody) -> list[Measure]:
    """What is ordered and whose detention stands so."""
    return [row for row in sanctions_of(session, case, SanctionState.DECIDED) if row.custody in custody]


def is_of_person(case: Case, row: Measure) -> bool:
    """Whether a person is fined or detained, and no organisation."""
    return row.officer is not None or row.party_id is None or is_person(case.party(row.party_id))


def name_of(case: Case, row: Measure) -> str | Text:
    """Who is fined or detained, by name: the officer of an organisation with it; never a successor."""
    if isinstance(row, ConductSanction) and row.party_id is None:
        return row.name
    party = case.party(row.party_id)
    name = replaced_since(party, row.asked_entry or row.entry_number) or party.name
    return T("%(officer)s of %(organisation)s", officer=row.officer, organisation=name) if row.officer else name


def notice_of(sitting: Sitting, row: Measure) -> FeeAssessment | None:
    """The notice by which a fine is paid."""
    return sitting.session.get(FeeAssessment, row.assessment_id) if row.assessment_id is not None else None


def fine_of(sitting: Sitting, case: Case, row: Measure) -> Money:
    """The fine as it stands or is proposed."""
    return Money(row.fine_minor, sitting.pack(case).currency)


def never(sitting: Sitting, case: Case, party: Party, done_on: date, born: date | None = None) -> Text | None:
    """Why somebody is never fined or detained, whatever they did: a child, or who cannot act (COURT sanction-age)."""
    rules = rules_of(sitting, case)
    if has_guardian(party):
        return T(
            "A guardian acts for %(name)s: a child, or somebody who cannot act, is never fined or detained.",
            name=party.name,
        )
    pressed = why_not_pressed(sitting, case, party)
    if pressed is not None:
        return pressed
    day = born or (verified_birthday(party.details) if is_person(party) else None)
    if rules is not None and day is not None and age_on(day, done_on) < rules.age:
        return T("Nobody who was under %(age)s is ever fined or detained.", age=rules.age)
    return None


def why_over(sitting: Sitting, case: Case, row: Measure) -> str | None:
    """Why a proposal or a detention has no reason any more by the docket itself; None while it has.

    What presses somebody to perform ends with what it presses for: performed, enforced no more at the creditor's wish or by
    ruling, or settled and kept (PIV 11; CPL 241, 268). Ended for now, everything stays owed and enforceable.
    """
    if row.party_id is None:
        return None
    rules, party = rules_of(sitting, case), case.party(row.party_id)
    if replaced_since(party, row.asked_entry or row.entry_number) is not None:
        return "replaced"
    if row.officer is None and never(sitting, case, party, row.done_on) is not None:
        return "never"
    if isinstance(row, ConductSanction):
        return None  # What was done in a hearing stays done, whatever becomes of the case.
    enforcement = sitting.session.get_one(EnforcementCase, row.enforcement_id)
    owed = enforced_against(sitting, case, row.party_id, enforcement)
    if not owed or enforcement.state is EnforcementState.BARRED:
        return "undone"
    ground = rules.grounds.get(row.ground) if rules is not None else None
    if ground is None or not ground.ends_by_performing:
        return None
    if enforcement.state is EnforcementState.DONE or all(o.done_at is not None for o in owed):
        return "performed"
    if enforcement.state is EnforcementState.ENDED:
        return "ended"
    is_agreed = is_settled(sitting, case, row.asked_entry or row.entry_number, enforcement, row.party_id)
    return "settled" if is_agreed else None
