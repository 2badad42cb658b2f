"""Options of forms about an examination: its phases, and the facts of the case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.filing.models import Fact
from odr.hearing.examination.plan import RECORD, title_of
from odr.hearing.models import Question, Witness
from odr.hearing.queries import examination_of, questions_of
from odr.hearing.vocabulary import PhaseState, QuestionState, RequestState
from odr.identity.actors import Actor
from odr.procedure.forms.fields import Option, choice_source

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def phase_options(sitting: Sitting, case: Case, *states: PhaseState) -> list[Option]:
    examination = examination_of(sitting.session, case)
    return (
        [Option(p.reference, title_of(p)) for p in examination.phases if p.state in states and p.key != RECORD]
        if examination
        else []
    )


@choice_source("facts")
def facts(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Numbered facts of the claim."""
    rows = sitting.session.scalars(select(Fact).where(Fact.case_id == case.id).order_by(Fact.number))
    return [Option(f.reference, f"{f.number}. {f.what[:100]}") for f in rows]


@choice_source("addressees")
def addressees(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Who may be asked, or attends: parties, admitted witnesses and experts; never oneself."""
    found = [
        Option(p.reference, p.name, p.role.label) for p in case.parties if p.left_at is None and p.id != actor.party_id
    ]
    rows = sitting.session.scalars(
        select(Witness).where(Witness.case_id == case.id, Witness.state == RequestState.GRANTED)
    )
    return found + [Option(w.reference, w.name, w.role.label) for w in rows]


def as_options(rows: Sequence[Question]) -> list[Option]:
    return [Option(q.reference, f"{q.number}. {q.words[:120]}") for q in rows]


@choice_source("my_questions")
def my_questions(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Questions put to the actor."""
    mine = sitting.session.scalars(
        select(Witness.id).where(Witness.case_id == case.id, Witness.account_id == actor.account_id)
    ).all()
    asked = [
        q
        for q in questions_of(sitting.session, case)
        if q.put_by is not None and q.state is not QuestionState.DISALLOWED
    ]
    return as_options(
        [q for q in asked if (q.party_id is not None and q.party_id == actor.party_id) or q.witness_id in mine]
    )
