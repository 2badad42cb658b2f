"""Options of forms about an examination: its phases, and the facts of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case
from odr.filing.models import Fact
from odr.hearing.examination.plan import RECORD, title_of
from odr.hearing.queries import examination_of
from odr.hearing.vocabulary import PhaseState
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
