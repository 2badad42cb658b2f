"""Whoever's office was taken away finds nothing any more through the cases they sat in, whatever other office they hold."""

from __future__ import annotations

from sqlalchemy import select

from odr.docket.models import Role, Seat
from odr.identity.accounts import staff
from odr.identity.actors import serving
from odr.identity.models import Account
from odr.procedure.case.waiting_for_me import seated_cases, waiting
from tests.scene import Scene


def test_an_office_taken_away_leaves_no_view_of_its_cases(small_scene: Scene) -> None:
    """A clerk with a case and a task; made cashier and no clerk any more, neither is theirs; a clerk again, both are."""
    scene = small_scene
    scene.lodge()
    clerk, now = scene.people["clerk"], scene.clock.now()

    def seen() -> tuple[int, int, int]:
        with scene.court.database.read() as session:
            seats = session.scalars(select(Seat.id).where(serving(clerk))).all()
            return (
                seated_cases(session, clerk).total,
                waiting(session, clerk, scene.court.table, rules=scene.court.look(session).pack).total,
                len(seats),
            )

    before = seen()
    assert before[0] == 1 and before[2] == 1
    with scene.court.database.write() as session:
        account = session.get_one(Account, clerk)
        staff.grant(session, account, Role.CASHIER, now)
        staff.take_away(session, account, Role.CLERK, now)
    assert seen() == (0, 0, 0)
    with scene.court.database.write() as session:
        staff.grant(session, session.get_one(Account, clerk), Role.CLERK, now)
    assert seen() == before
