"""Everybody who may have to do with a case, around the furnished court: seats of each kind, representatives of each kind,
mandates in each state, and the same people of another case.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from odr.docket.models import Case, Party, PartyKind, Role, Seat, office_of
from odr.identity.models import Licence, Mandate, MandateScope, Qualification
from tests.test_routes import House, person

SEATED = {
    "assessor": Role.ASSESSOR,
    "panel_judge": Role.PANEL_JUDGE,
    "assistant": Role.ASSISTANT,
    "expert": Role.EXPERT,
    "interpreter": Role.INTERPRETER,
}
"""Served by a seat in the case; court roles hold the role as well."""
ELSEWHERE = {
    "other_assessor": Role.ASSESSOR,
    "other_assistant": Role.ASSISTANT,
    "other_president": Role.PRESIDENT,
    "other_mediator": Role.MEDIATOR,
    "other_witness": Role.WITNESS,
    "other_expert": Role.EXPERT,
    "other_interpreter": Role.INTERPRETER,
}
"""The same of another case."""
KINDS = {
    "lawyer": Qualification.LAWYER,
    "legal_worker": Qualification.LEGAL_WORKER,
    "relative": Qualification.RELATIVE,
    "employee": Qualification.EMPLOYEE,
}
"""Who represents the claimant, and by what right (CPL 61)."""
OF_THE_COURT = {Role.JUDGE, Role.ASSESSOR, Role.ASSISTANT, Role.PRESIDENT, Role.MEDIATOR}


def gather(house: House) -> None:
    """Add all of them to the furnished court."""
    scene = house.scene
    for name, role in {**SEATED, **ELSEWHERE}.items():
        house.people[name] = person(scene, name, office_of(role) if office_of(role) in OF_THE_COURT else None)
    names = (*KINDS, "guardian", "other_side", "offered", "unsigned", "early", "third_party", "other_lawyer")
    for name in (*names, "former_party", "former_clerk"):
        house.people[name] = person(scene, name)
    now = scene.clock.now()
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        other = session.scalars(select(Case).where(Case.id != case.id).order_by(Case.id)).first()
        assert other is not None
        claimant, respondent = (
            next(p for p in case.parties if p.role is role) for role in (Role.CLAIMANT, Role.RESPONDENT)
        )
        for name, role in SEATED.items():
            session.add(Seat(case_id=case.id, account_id=house.people[name], role=role, from_at=now))
        for name, role in ELSEWHERE.items():
            session.add(Seat(case_id=other.id, account_id=house.people[name], role=role, from_at=now))
        # A seat that was left when the role of the court was taken away opens nothing.
        session.add(Seat(case_id=case.id, account_id=house.people["former_clerk"], role=Role.CLERK, from_at=now))
        for name, kind in KINDS.items():
            session.add(_mandate(case, claimant, house.people[name], now))
            one = case.id if kind in (Qualification.RELATIVE, Qualification.EMPLOYEE) else None
            session.add(
                Licence(
                    account_id=house.people[name],
                    kind=kind,
                    firm="Lakeside Partners",
                    case_id=one,
                    verified_by=house.people["clerk"],
                    **_when(now),
                )
            )
        session.add(_mandate(case, claimant, house.people["guardian"], now, scope=MandateScope.STATUTORY))
        session.add(_mandate(case, respondent, house.people["other_side"], now))
        session.add(_mandate(case, claimant, house.people["offered"], now, accepted_at=None))
        session.add(_mandate(case, claimant, house.people["unsigned"], now, signed_at=None))
        session.add(_mandate(case, claimant, house.people["early"], now, from_at=now + timedelta(days=400)))
        session.add(_mandate(other, other.parties[0], house.people["other_lawyer"], now))
        for name, left in (("third_party", None), ("former_party", now)):
            session.add(
                Party(
                    case_id=case.id,
                    role=Role.THIRD_PARTY,
                    ordinal=1 if left is None else 2,
                    name=name.replace("_", " ").title(),
                    kind=PartyKind.PERSON,
                    account_id=house.people[name],
                    email=f"{name}@house.example",
                    online=True,
                    joined_at=now,
                    left_at=left,
                )
            )


def _mandate(case: Case, party: Party, account_id: int, now: Any, **changed: Any) -> Mandate:
    began = now - timedelta(days=9)
    dates = {"from_at": began, "signed_at": began, "accepted_at": began, "scope": MandateScope.SPECIAL} | changed
    return Mandate(case_id=case.id, party_id=party.id, account_id=account_id, **dates)


def _when(now: Any) -> dict[str, Any]:
    return {"verified_at": now}
