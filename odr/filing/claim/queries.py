"""Finding what a case seeks and alleges, as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.filing.models import Claim, Fact, FactAnswer, Relief, ReviewReturn
from odr.ground.memory.asked_once import remembered
from odr.ground.memory.built_once import built_once
from odr.ground.text import Money
from odr.identity.actors import Actor
from odr.procedure.acts.resolvers import resolver

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@dataclass(frozen=True)
class FactView:
    """A fact with every answer to it."""

    fact: Fact
    answers: list[FactAnswer]

    @property
    def is_disputed(self) -> bool:
        """Whether somebody denies it, in whole or in part."""
        return any(a.stance.value in ("denied", "partly") for a in self.answers)


_CLAIMS = select(Claim).where(Claim.case_id == bindparam("case"), Claim.withdrawn_at.is_(None)).order_by(Claim.id)


@remembered
def claims_of(session: Session, case: Case) -> list[Claim]:
    """Claims that stand, the first one first."""
    return list(session.scalars(_CLAIMS, {"case": case.id}))


@remembered
def reliefs_of(session: Session, case: Case) -> list[Relief]:
    """Everything asked for, by claim and number."""
    ids = [c.id for c in claims_of(session, case)]
    return list(
        session.scalars(
            built_once(lambda: select(Relief).where(Relief.claim_id.in_(ids)).order_by(Relief.claim_id, Relief.number))
        )
    )


@dataclass(frozen=True)
class Asked:
    """What one party asks for, in numbered parts, and what comes to a sum of money together; None where nothing does."""

    claim: Claim
    party: Party | None
    reliefs: list[Relief]

    @property
    def total(self) -> Money | None:
        """The sums of money asked for together."""
        sums = [r.amount_minor for r in self.reliefs if r.amount_minor is not None]
        return Money(sum(sums), self.claim.currency) if sums else None


def asked_for(session: Session, case: Case) -> list[Asked]:
    """Every claim that stands with what it asks for, the first one first."""
    reliefs = reliefs_of(session, case)
    return [
        Asked(claim, case.party_if_any(claim.party_id), [r for r in reliefs if r.claim_id == claim.id])
        for claim in claims_of(session, case)
    ]


def facts_of(session: Session, case: Case) -> list[FactView]:
    """Numbered facts with their answers, in two queries."""
    facts = list(session.scalars(built_once(lambda: select(Fact).where(Fact.case_id == case.id).order_by(Fact.number))))
    by_fact: dict[int, list[FactAnswer]] = {f.id: [] for f in facts}
    for answer in session.scalars(
        select(FactAnswer).where(FactAnswer.fact_id.in_(list(by_fact))).order_by(FactAnswer.id)
    ):
        by_fact[answer.fact_id].append(answer)
    return [FactView(f, by_fact[f.id]) for f in facts]


def review_return_of(session: Session, case: Case) -> ReviewReturn | None:
    """The one return of the claim, if there was one."""
    return session.scalar(
        select(ReviewReturn).where(ReviewReturn.case_id == case.id).order_by(ReviewReturn.id.desc()).limit(1)
    )


@resolver("fact")
def find_fact(sitting: Sitting, case: Case, actor: Actor, reference: str) -> Fact | None:
    """A numbered fact of the case."""
    return sitting.session.scalar(select(Fact).where(Fact.case_id == case.id, Fact.reference == reference))


@resolver("fact_number")
def find_fact_number(sitting: Sitting, case: Case, actor: Actor, number: str) -> Fact | None:
    """A fact of the case by its number in the pleadings."""
    return (
        sitting.session.scalar(select(Fact).where(Fact.case_id == case.id, Fact.number == int(number)))
        if number.isdecimal()
        else None
    )
