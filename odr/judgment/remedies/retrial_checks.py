"""What is looked at before an application for retrial is taken: its grounds, its time, and that it is no second one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party
from odr.ground.errors import ActNotOpen, FieldFault, InvalidInput, OutOfTime
from odr.ground.text import T
from odr.judgment.enforcement.effect import RETRIAL
from odr.judgment.models import Decision, RetrialApplication
from odr.judgment.remedies.retrial_rules import NOT_SMALL, First, grounds_open, is_against, is_small
from odr.judgment.vocabulary import RetrialState
from odr.procedure.time.reckoning import reckon

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LIVE = (RetrialState.FILED, RetrialState.SENT)


def retrials_of(session: Session, case: Case, *states: RetrialState) -> Sequence[RetrialApplication]:
    """Applications for retrial in a case, in order."""
    query = select(RetrialApplication).where(RetrialApplication.case_id == case.id).order_by(RetrialApplication.id)
    return session.scalars(query.where(RetrialApplication.state.in_(states)) if states else query).all()


def check_earlier(
    sitting: Sitting, case: Case, grounds: Sequence[str], known_on: date | None, me: Party, first: First
) -> None:
    """Raises ActNotOpen for who has applied already. Who took an application back applies again only on what counts from the day
    it became known, within six months of that day (CPI 399).
    """
    mine = [r for r in retrials_of(sitting.session, case) if r.party_id == me.id and is_against(r, first)]
    if not mine:
        return
    rules = sitting.pack(case).retrial
    assert rules is not None
    if any(row.state is not RetrialState.WITHDRAWN for row in mine):
        raise ActNotOpen(T("You have applied already; an application is decided once."))
    if not isinstance(first, Decision):
        raise ActNotOpen(
            T("You took an application back; it is not taken again."), source=sitting.pack(case).cited("CPI 399")
        )
    if not all(rules.grounds[key].from_knowledge for key in grounds):
        raise ActNotOpen(
            T("You took an application back; it is not taken again."),
            T(
                "Only new evidence, forgery, a document that fell or a judge who perverted the law is still a ground, within [time retrial_application] of knowing it."
            ),
            sitting.pack(case).cited("CPI 399"),
        )
    check_knowledge(sitting, case, grounds, known_on)


def check_grounds(sitting: Sitting, case: Case, grounds: Sequence[str], *, here: bool) -> None:
    """Raises InvalidInput for a ground the rules do not know, or that this court does not hear (CPL 211; CPI 424)."""
    rules = sitting.pack(case).retrial
    if rules is None:
        raise ActNotOpen(T("The rules of this case know no retrial."))
    known = grounds_open(sitting, case)
    wrong = [
        FieldFault(("grounds", i), T("Choose one of those listed."))
        for i, key in enumerate(grounds)
        if key not in known
    ]
    if wrong:
        raise InvalidInput(wrong)
    if len({known[key].of_statement for key in grounds}) > 1:
        raise InvalidInput.at(
            "grounds",
            T(
                "Against the judgment and against the mediation statement one applies separately, each on its own grounds."
            ),
        )
    if NOT_SMALL in grounds and not (here and is_small(sitting, case)):
        raise InvalidInput.at(
            "grounds",
            T("That it was no small claim is a ground only for small claims, and only at this court [CPI 424]."),
        )


def check_knowledge(sitting: Sitting, case: Case, grounds: Sequence[str], known_on: date | None) -> None:
    """After six months only what became known later still counts, for six months (CPL 216)."""
    rules = sitting.pack(case).retrial
    assert rules is not None
    article = rules.article
    if any(rules.grounds[key].of_statement for key in grounds):
        article = rules.statement or rules.article
    over = OutOfTime(
        T("The time to apply on these grounds has ended (%(article)s).", article=sitting.pack(case).cite(article))
    )
    if not all(rules.grounds[key].from_knowledge for key in grounds):
        raise over
    if known_on is None:
        raise InvalidInput.at("known_on", T("Say on which day you learned of it."))
    if known_on > sitting.today:
        raise InvalidInput.at("known_on", T("This day is still to come."))
    start = datetime.combine(known_on, datetime.min.time(), tzinfo=sitting.pack(case).tz)
    if reckon(sitting.pack(case), RETRIAL, start).due_at < sitting.now:
        raise over
