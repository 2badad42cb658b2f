"""Many things of one kind in a case are one line on a desk and one box on the case's page, so that they hide nothing else."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import groupby

from hypothesis import given, settings, strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.procedure.case.waiting_for_me import DeskLine, waiting
from odr.procedure.models import Task
from tests.filing.visitor import Visitor
from tests.scene import Scene

Told = tuple[int, str, Role, int, int | None]
LAID = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(["not_served", "motion"]),
        st.sampled_from([Role.CLERK, Role.JUDGE]),
        st.integers(60, 62),
        st.none() | st.integers(1, 3),
    ),
    max_size=14,
)


def lay(session: Session, cases: list[int], told: list[Told], now: datetime) -> None:
    """Only these lie on the desks of some cases."""
    session.execute(delete(Task).where(Task.case_id.in_(cases)))
    session.flush()
    session.add_all(
        Task(
            case_id=cases[number],
            role=role,
            kind=kind,
            subject=str(place),
            title={"en": f"Thing {place}", "zh-Hans": f"事项{place}"},
            risk=risk,
            opened_at=now,
            due_at=now + timedelta(days=days) if days else None,
        )
        for place, (number, kind, role, risk, days) in enumerate(told)
    )
    session.flush()


def desk(scene: Scene, session: Session, *, folded: bool) -> list[DeskLine]:
    """All pages of the desk of whoever is clerk."""
    account, after, found = scene.account("clerk").id, None, list[DeskLine]()
    while True:
        page = waiting(
            session,
            account,
            scene.court.table,
            rules=scene.court.look(session).pack,
            after=after,
            size=3,
            folded=folded,
        )
        found += page.rows
        after = page.next
        if after is None:
            return found


def two_cases(scene: Scene) -> list[int]:
    """Two cases of the same clerk and judge."""
    for _ in range(2):
        scene.lodge()
        scene.accept()
    with scene.court.database.read() as session:
        return list(session.scalars(select(Case.id).order_by(Case.id)))


def test_of_a_kind_the_first_stands_for_all(scene: Scene) -> None:
    """Whatever lies there in whatever order: on the folded desk stands the first of each kind in each case, in its place, with how
    many more there are.
    """
    cases = two_cases(scene)

    @settings(max_examples=25, deadline=None)
    @given(LAID)
    def holds(told: list[Told]) -> None:
        with scene.court.database.read() as session:
            lay(session, cases, told, scene.clock.now())
            every, lines = desk(scene, session, folded=False), desk(scene, session, folded=True)
            kinds = {task.title["en"]: (task.case_id, task.kind) for task in session.scalars(select(Task))}
            session.rollback()

        def of(line: DeskLine) -> tuple[int, str]:
            return kinds[line.title["en"]]

        first = {of(line): line.title for line in reversed(every)}
        many = {kind: len(list(rest)) for kind, rest in groupby(sorted(map(of, every)))}
        expected = [(line.title, many[of(line)] - 1) for line in every if first[of(line)] == line.title]
        assert [(line.title, line.more) for line in lines] == expected

    holds()


def test_what_reached_nobody_hides_no_ruling(small_scene: Scene) -> None:
    """Thirty papers came back and one other thing waits: it stands on the first screen of the clerk's desk and of the case's page,
    where each of the thirty can still be read.
    """
    cases = two_cases(small_scene)
    papers: list[Told] = [(0, "not_served", Role.CLERK, 70, 1)] * 30
    with small_scene.court.database.write() as session:
        lay(session, cases, [*papers, (0, "motion", Role.CLERK, 10, None)], small_scene.clock.now())
        reference = session.get_one(Case, cases[0]).reference
    visitor = Visitor(create_app(court=small_scene.court), small_scene, "clerk")
    home = visitor.get("/home")
    assert "Thing 0<" in home and "Thing 1<" not in home and "Thing 30<" in home
    assert "29 more of this kind wait in the case." in home
    page = visitor.get(f"/cases/{reference}")
    assert len(re.findall(r'<h2[^>]*id="task-', page)) == 2 and "29 more of this kind" in page
    assert all(f"Thing {number}<" in page for number in range(31))


def test_a_few_of_a_kind_stand_one_by_one(small_scene: Scene) -> None:
    """Of four nothing is folded on the case's page: each is a box with its day."""
    cases = two_cases(small_scene)
    with small_scene.court.database.write() as session:
        lay(session, cases, [(0, "not_served", Role.CLERK, 70, 1)] * 3, small_scene.clock.now())
        reference = session.get_one(Case, cases[0]).reference
    page = Visitor(create_app(court=small_scene.court), small_scene, "clerk").get(f"/cases/{reference}")
    assert len(re.findall(r'<h2[^>]*id="task-', page)) == 3 and "more of this kind" not in page
