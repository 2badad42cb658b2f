"""Notes between people of the court: who reads them, when they are closed, and that no word of them reaches the file."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Role, Seat
from odr.identity.actors import Actor
from odr.procedure.case.staff_notes import close, notes_for
from odr.procedure.models import StaffNote
from tests.filing.visitor import Visitor
from tests.scene import Scene

WORDS = "The clerk of before had promised them a call."


@pytest.fixture
def app(pending: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=pending.court)


def here(scene: Scene, more: str = "") -> str:
    """The page of the notes of the case."""
    return f"/cases/{scene.case().reference}/notes{more}"


def test_a_note_goes_to_a_colleague_and_is_closed(pending: Scene, app: Flask) -> None:
    """The clerk writes for the judge on an entry; it waits for the judge alone, stands at the entry, and goes when closed."""
    clerk, judge = Visitor(app, pending, "clerk"), Visitor(app, pending, "judge")
    at = here(pending, "?entry=2")
    clerk.send(at, at, 303, words=WORDS, for_role="judge")
    assert WORDS in judge.get("/notes") and WORDS not in clerk.get("/notes")
    assert "open: 1" in judge.get(f"/cases/{pending.case().reference}/docket/2")
    with pending.court.database.read() as session:
        note = session.scalars(select(StaffNote)).one()
        assert note.entry_number == 2
    judge.send(here(pending), here(pending, f"/{note.reference}/close"), 303)
    assert WORDS not in judge.get("/notes") and f"Closed by {pending.account('judge').name}" in judge.get(here(pending))
    with pending.court.database.write() as session:
        row = session.scalars(select(StaffNote)).one()
        first = row.closed_at
        close(
            session,
            session.get_one(Case, pending.case_id),
            note.reference,
            Actor(Role.CLERK, pending.people["clerk"]),
            pending.clock.now(),
        )
        assert (row.closed_at, row.closed_by) == (first, pending.people["judge"]), "closed once"


def test_nobody_else_reads_a_note_and_it_is_in_no_file(pending: Scene, app: Flask) -> None:
    """Parties find no such page, and neither docket nor any page of theirs has a word of it."""
    clerk = Visitor(app, pending, "clerk")
    clerk.send(here(pending), here(pending), 303, words=WORDS)
    for who in ("li", "haiyun"):
        party = Visitor(app, pending, who)
        party.get(here(pending), 403)
        party.get("/notes", 404)
        for page in ("", "/docket", "/docket/1", "/timeline"):
            assert WORDS not in party.get(f"/cases/{pending.case().reference}{page}")
            assert "Notes of the court" not in party.get(f"/cases/{pending.case().reference}{page}")
    with pending.court.database.read() as session:
        assert all(WORDS not in json.dumps(json.loads(e.payload)) for e in session.scalars(select(DocketEntry)))


def test_who_left_the_seat_or_office_finds_nothing(pending: Scene, app: Flask) -> None:
    """A judge whose seat went to somebody else reads the notes of that case no longer."""
    Visitor(app, pending, "clerk").send(here(pending), here(pending), 303, words=WORDS, for_role="judge")
    with pending.court.database.read() as session:
        assert notes_for(session, pending.people["judge"]).total == 1
    with pending.court.sit() as sitting:
        seat = sitting.session.scalars(
            select(Seat).where(Seat.case_id == pending.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        ).one()
        seat.until_at = sitting.now
    with pending.court.database.read() as session:
        assert notes_for(session, pending.people["judge"]).total == 0
    Visitor(app, pending, "judge").get(here(pending), 404)


def test_what_was_typed_stays_where_it_cannot_be_entered(pending: Scene, app: Flask) -> None:
    """Too short, for nobody of the court, or on an entry that is not there: said at the field, and the words stay."""
    clerk = Visitor(app, pending, "clerk")
    assert "ab" in clerk.send(here(pending), here(pending), 422, words="ab").text
    assert WORDS in clerk.send(here(pending), here(pending), 422, words=WORDS, for_role="claimant").text
    assert WORDS in clerk.send(here(pending, "?entry=900"), here(pending, "?entry=900"), 422, words=WORDS).text
    clerk.send(here(pending), here(pending), 303, here(pending, "/draft"), words="Half a no")
    assert "Half a no" in clerk.get(here(pending))
    with pending.court.database.read() as session:
        assert session.scalars(select(StaffNote)).all() == []
