"""What lies at the court: whose desk, how long, and cases in which nothing happens; a part of a desk shared out."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select, update

from odr.app import create_app
from odr.docket.models import Role, Seat
from odr.filing.registry.supervision import AGES, by_age, desks_of_the_court, lying, quiet
from odr.ground.keyset import A_PAGE
from odr.identity.models import Account, AccountRole, AccountState
from odr.procedure.models import Task
from tests.filing.visitor import Visitor
from tests.model.hands import let_in_more
from tests.procedure.test_plans import noted
from tests.scene import Scene

HERE = "/registry/supervision"


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


def accepted(scene: Scene, count: int = 2) -> None:
    """So many accepted claims before the one judge and the one clerk there are; others come."""
    for _ in range(count):
        scene.lodge()
        scene.accept("simple")
    let_in_more(scene)


def lay(scene: Scene, role: Role, *days: int) -> None:
    """A task of that role in the newest case for each of so many days ago."""
    with scene.court.sit() as sitting:
        for ago in days:
            sitting.session.add(
                Task(
                    case_id=scene.case_id,
                    role=role,
                    kind="summon",
                    title={"en": "Fix the hearing and summon everybody."},
                    opened_at=sitting.now - timedelta(days=ago),
                    due_at=sitting.now - timedelta(days=ago - 5),
                )
            )


def test_whose_desk_and_since_when(small_scene: Scene, app: Flask) -> None:
    """Each desk stands by name with its cases, what lies there, what of it is late, and since when the oldest lies."""
    accepted(small_scene)
    with small_scene.court.database.read() as session:
        before = {one.role: one for one in desks_of_the_court(session, small_scene.clock.now()).rows}
    lay(small_scene, Role.CLERK, 1, 12, 40)
    now = small_scene.clock.now()
    with small_scene.court.database.read() as session:
        desks = {one.role: one for one in desks_of_the_court(session, now).rows}
        assert desks[Role.JUDGE].cases == desks[Role.CLERK].cases == 2
        assert desks[Role.CLERK].things == before[Role.CLERK].things + 3
        assert desks[Role.CLERK].late == before[Role.CLERK].late + 2
        assert desks[Role.CLERK].oldest == now - timedelta(days=40)
        assert desks[Role.JUDGE] == before[Role.JUDGE]
        old = lying(session, now - timedelta(days=10), Role.CLERK)
        assert [(one.since, one.names) for one in old.rows] == [
            (now - timedelta(days=ago), (small_scene.account("clerk").name,)) for ago in (40, 12)
        ]
    page = Visitor(app, small_scene, "president").get(f"{HERE}?days=10&role=clerk")
    assert "2 things" in page and small_scene.account("clerk").name in page


def test_whoever_no_longer_has_the_role_and_still_sits_has_a_desk(small_scene: Scene) -> None:
    """Their seats run until somebody else has them: until then they are seen. Whoever sits in no open case has none."""
    accepted(small_scene)
    clerk = small_scene.account("clerk")
    with small_scene.court.database.write() as session:
        session.execute(
            update(AccountRole).where(AccountRole.account_id == clerk.id).values(revoked_at=datetime.now(UTC))
        )
    with small_scene.court.database.read() as session:
        desks = {
            (one.account, one.role): one.cases for one in desks_of_the_court(session, small_scene.clock.now()).rows
        }
    assert desks[clerk.reference, Role.CLERK] == 2
    with small_scene.court.database.write() as session:
        session.execute(update(Seat).where(Seat.account_id == clerk.id).values(until_at=datetime.now(UTC)))
    with small_scene.court.database.read() as session:
        left = desks_of_the_court(session, small_scene.clock.now())
    assert {one.account for one in left.rows} == {account for account, _ in desks} - {clerk.reference}


@pytest.mark.parametrize("people", [3, 60])
def test_the_desks_of_one_page_alone_are_counted(small_scene: Scene, people: int) -> None:
    """However many people the court has, a page of desks is two lists and one count; the rest stands on the next page."""
    accepted(small_scene)
    with small_scene.court.database.write() as session:
        for number in range(people):
            one = Account(
                email=f"j{number}@court.example",
                name=f"Judge {number:02}",
                state=AccountState.ACTIVE,
                locale="en",
                created_at=small_scene.clock.now(),
            )
            session.add(one)
            session.flush()
            session.add(AccountRole(account_id=one.id, role=Role.JUDGE, granted_at=small_scene.clock.now()))
            session.add(
                Seat(case_id=small_scene.case_id, account_id=one.id, role=Role.JUDGE, from_at=small_scene.clock.now())
            )
    with noted(small_scene.court.database) as seen, small_scene.court.database.read() as session:
        first = desks_of_the_court(session, small_scene.clock.now())
    assert max(len(values) for values in seen.values()) < 2 * A_PAGE
    found, page = list(first.rows), first
    while page.next:
        with small_scene.court.database.read() as session:
            page = desks_of_the_court(session, small_scene.clock.now(), page.next)
        found += page.rows
    assert first.total == len(found) == len({(one.account, one.role) for one in found}) >= people + 2
    assert [one.name for one in found] == sorted(one.name for one in found) and len(first.rows) <= A_PAGE


def test_a_quiet_case_is_found_and_one_that_moves_is_not(small_scene: Scene, app: Flask) -> None:
    """Nothing was entered for so many days: the case is listed until something happens in it."""
    accepted(small_scene, 1)
    small_scene.clock.advance(timedelta(days=31))
    now = small_scene.clock.now()
    with small_scene.court.database.read() as session:
        assert [case.id for case in quiet(session, now - timedelta(days=30)).rows] == [small_scene.case_id]
        assert quiet(session, now - timedelta(days=32)).total == 0
    page = Visitor(app, small_scene, "president").get(f"{HERE}?days=30")
    assert small_scene.case().number in page and "counted to the full hour" in page
    small_scene.join()
    with small_scene.court.database.read() as session:
        assert quiet(session, small_scene.clock.now() - timedelta(days=30)).total == 0


@given(days=st.lists(st.integers(0, 60), max_size=12))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_thing_is_counted_once_by_its_age(small_scene: Scene, days: list[int]) -> None:
    """The numbers by age add up to what lies there, and each is what lies in its span."""
    if not small_scene.case_id:
        small_scene.lodge()
    with small_scene.court.sit() as sitting:
        now = sitting.now
        earlier = by_age(sitting.session, now)
        for ago in days:
            sitting.session.add(
                Task(
                    case_id=small_scene.case_id,
                    role=Role.JUDGE,
                    kind="x",
                    title={},
                    opened_at=now - timedelta(days=ago),
                )
            )
        sitting.session.flush()
        found = [number - before for number, before in zip(by_age(sitting.session, now), earlier, strict=True)]
        first, second, third = AGES
        assert found == [
            sum(ago < first for ago in days),
            sum(first <= ago < second for ago in days),
            sum(second <= ago < third for ago in days),
            sum(third <= ago for ago in days),
        ]
        sitting.session.rollback()


def test_a_part_of_a_desk_is_shared_out(small_scene: Scene, app: Flask) -> None:
    """Without any leave the president ticks one of two seats; somebody else is drawn for it, the other stays."""
    accepted(small_scene)
    president = Visitor(app, small_scene, "president")
    here = f"{HERE}/{small_scene.account('judge').reference}"
    assert here in president.get(HERE)
    seats = re.findall(r'name="seat" value="(\d+)"', president.get(here))
    assert len(seats) == 2 and not re.search(r'name="seat" value="\d+" checked', president.get(here))
    president.send(here, here, 422, reasons="So that the work is shared.")
    listed = president.send(here, here, 303, seat=seats[:1], reasons="So that the work is shared.").headers["Location"]
    president.send(listed, f"{listed}/now", 303)
    with small_scene.court.database.read() as session:
        judges = session.scalars(select(Seat.account_id).where(Seat.role == Role.JUDGE, Seat.until_at.is_(None))).all()
    assert len(judges) == 2 and judges.count(small_scene.people["judge"]) == 1


def test_no_seat_is_emptied_by_sharing_out(small_scene: Scene, app: Flask) -> None:
    """Where nobody else of the court could sit, nothing is put on the list, and the page says what to do first."""
    accepted(small_scene, 1)
    president, here = Visitor(app, small_scene, "president"), f"{HERE}/{small_scene.account('clerk').reference}"
    seats = re.findall(r'name="seat" value="(\d+)"', president.get(here))
    answer = president.send(here, here, 422, seat=seats, reasons="So that the work is shared.").text
    assert "Nobody else is there who could sit as clerk" in answer and "So that the work is shared." in answer
    with small_scene.court.database.read() as session:
        assert session.get_one(Seat, int(seats[0])).until_at is None


def test_only_a_president_supervises(small_scene: Scene, app: Flask) -> None:
    """A judge or clerk finds no such page, and who has no desk is not found by name."""
    accepted(small_scene, 1)
    for who in ("judge", "clerk"):
        Visitor(app, small_scene, who).get(HERE, 404)
    president = Visitor(app, small_scene, "president")
    president.get(f"{HERE}/{small_scene.account('li').reference}", 404)
