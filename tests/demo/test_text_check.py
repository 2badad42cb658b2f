"""The check of the text before the judgments of the demonstration, as they were written by people."""

from __future__ import annotations

from sqlalchemy import select

from odr.assist.checks.gather import look_at
from odr.docket.models import Case
from odr.judgment.models import Decision
from odr.procedure.court import Court


def test_the_judgments_of_the_demonstration_raise_nothing(told: Court) -> None:
    """Nobody would sign a draft under a list of false alarms."""
    with told.database.read() as session:
        rows = session.execute(select(Decision, Case).join(Case, Case.id == Decision.case_id)).all()
        assert len(rows) >= 4
        found = {
            (case.number, one.kind, one.place.render("en"), one.excerpt, one.words.render("en"))
            for decision, case in rows
            for one in look_at(told.look(session), case, decision).remarks
        }
        assert found == set()
