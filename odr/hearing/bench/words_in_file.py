"""A word looked for in a judge's files: facts, what is asked for, and exhibits by title and what they show.

Only over cases the judge sits in, and only of what the bench reads: no word of a private room or of a mediation, and none
that is sealed until all have spoken. No flask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.evidence.models import Exhibit
from odr.filing.models import Claim, Fact, Relief
from odr.ground.keyset import holds
from odr.ground.text import T, Text


def in_file(words: str) -> ColumnElement[bool]:
    """Whether a case has the words in its file; asked case by case, so that nobody else's files are gone through."""
    return or_(
        exists().where(Fact.case_id == Case.id, holds(words, Fact.what)),
        exists().where(Claim.case_id == Case.id, Relief.claim_id == Claim.id, holds(words, Relief.what)),
        exists().where(Exhibit.case_id == Case.id, holds(words, Exhibit.title, Exhibit.proves, Exhibit.summary)),
    )


def places_in_file(session: Session, cases: Sequence[int], words: str) -> Mapping[int, list[Text | str]]:
    """Where the words stand in each case, in three statements however many there are."""
    found: dict[int, list[Text | str]] = {}
    if not words or not cases:
        return found
    facts = select(Fact.case_id, Fact.number).where(Fact.case_id.in_(cases), holds(words, Fact.what))
    for case_id, number in session.execute(facts.order_by(Fact.number)):
        found.setdefault(case_id, []).append(T("fact %(number)s", number=number))
    reliefs = (
        select(Claim.case_id, Relief.number)
        .join(Relief, Relief.claim_id == Claim.id)
        .where(Claim.case_id.in_(cases), holds(words, Relief.what))
    )
    for case_id, number in session.execute(reliefs.order_by(Relief.number)):
        found.setdefault(case_id, []).append(T("request %(number)s", number=number))
    exhibits = select(Exhibit.case_id, Exhibit.label).where(
        Exhibit.case_id.in_(cases), holds(words, Exhibit.title, Exhibit.proves, Exhibit.summary)
    )
    for case_id, label in session.execute(exhibits.order_by(Exhibit.id)):
        found.setdefault(case_id, []).append(label)
    return found
