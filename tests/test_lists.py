"""Every long list of a desk: true counts, pages that lose and repeat nothing, words that survive paging, and as many
statements for fifty cases as for five.
"""

from __future__ import annotations

import base64
import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from odr.app import create_app
from odr.docket.models import Case
from odr.ground.keyset import FAR, Listed, page_of_lines, place, values_at
from odr.identity.models import Mandate, MandateScope
from odr.procedure.case.waiting_for_me import seated_cases, waiting
from odr.web.lists import list_address, words_asked
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

DESKS = {
    "/home": "clerk",
    "/registry": "clerk",
    "/service-desk": "clerk",
    "/administration/people": "admin",
    "/payments/desk": "cashier",
    "/today": "judge",
    "/today/cases": "judge",
    "/today/sign": "judge",
}
"""Pages of the court with lists, and who works there."""


@contextmanager
def counted(scene: Scene) -> Iterator[list[str]]:
    """The statements made meanwhile for whoever counts them: what the court's threads do beside any request, such as taking
    leaves into the log, falls into one page or another by chance and is no page's.
    """
    made: list[str] = []
    mine = threading.get_ident()

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if threading.get_ident() == mine:
            made.append(statement)

    engine = scene.court.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_only_the_statements_of_the_page_are_counted(small_scene: Scene) -> None:
    """A thread of the court that asks meanwhile is not taken for the page."""

    def ask() -> None:
        with small_scene.court.database.read() as session:
            session.scalars(select(Case.id)).all()

    with counted(small_scene) as made:
        beside = threading.Thread(target=ask)
        beside.start()
        beside.join()
        assert made == []
        ask()
    assert len(made) == 1


def lodge(scene: Scene, number: int) -> None:
    """That many claims, every third against somebody with another name, and every second accepted."""
    for each in range(number):
        name = "Osmanthus Tea House" if each % 3 == 0 else "Haiyun Information Technology Co., Ltd."
        scene.lodge(
            claim(
                respondents=[
                    {"name": name, "kind": "company", "email": "post@parties.example", "address": "8 Harbour Road"}
                ]
            )
        )
        if each % 2:
            scene.accept()


@pytest.fixture
def app(small_scene: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=small_scene.court)


def test_desks_ask_as_much_for_fifty_cases_as_for_five(small_scene: Scene, app: Flask) -> None:
    """However many cases lie there, a page of a desk makes the same statements."""
    visitors = {who: Visitor(app, small_scene, who) for who in set(DESKS.values())}

    def asked() -> dict[str, int]:
        found = {}
        for path, who in DESKS.items():
            visitors[who].get(path)
            with counted(small_scene) as made:
                visitors[who].get(path)
            found[path] = len(made)
        return found

    lodge(small_scene, 5)
    few = asked()
    lodge(small_scene, 45)
    assert asked() == few


def test_pages_show_every_case_once_and_keep_the_words(small_scene: Scene, app: Flask) -> None:
    """Led from page to page a clerk sees each of their cases once; looking for a name stays so on the next page."""
    lodge(small_scene, 56)
    clerk = Visitor(app, small_scene, "clerk")
    with small_scene.court.database.read() as session:
        first = seated_cases(session, small_scene.people["clerk"])
        assert (first.total, len(first.rows)) == (56, 50)
    seen: list[str] = []
    where: str | None = "/registry?q=co."
    while where is not None:
        page = clerk.get(where)
        seen += re.findall(r'data-row href="([^"]+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        where = html.unescape(following[1]) if following else None
        assert where is None or "q=co." in where
    assert len(seen) == len(set(seen)) == 18
    home = clerk.get("/home?q=osmanthus")
    assert "Osmanthus" in home and "Haiyun" not in home.split("Cases you serve in")[1]


def test_counts_are_true_beyond_a_page(small_scene: Scene) -> None:
    """What waits is counted whole, and the second page goes on where the first ends."""
    lodge(small_scene, 8)
    who = small_scene.people["clerk"]
    with small_scene.court.database.read() as session:
        first = seated_cases(session, who, size=3)
        second = seated_cases(session, who, size=3, after=first.next)
        third = seated_cases(session, who, size=3, after=second.next)
        numbers = [case.id for page in (first, second, third) for case in page.rows]
        assert len(set(numbers)) == first.total == third.total == 8 and third.next is None
        assert (
            waiting(
                session, who, small_scene.court.table, rules=small_scene.court.look(session).pack, words="no such name"
            ).total
            == 0
        )


def test_a_place_that_is_none_of_ours_is_the_beginning() -> None:
    """What anybody writes into an address names no other lines and breaks nothing."""
    for written in ("", "x", "%00", "W10", "é", "[" * 500, place([1, 2]), place(["a"]), place([2**70]), None):
        assert values_at(written, [int]) is None
    assert values_at(place([7, FAR]), [int, type(FAR)]) == (7, FAR)
    page: Listed[int] = page_of_lines([1, 2, 3], lambda n: (n,), place([1]), 1)
    assert (page.rows, page.total, page.begun) == ([2], 3, True)
    assert page_of_lines([], lambda n: (n,), place([1])).rows == []
    assert page_of_lines([1], lambda n: (n,), place([1])).rows == [1], "what stood on the last page is done"
    early = base64.urlsafe_b64encode(b'[["t","0001-01-01T00:00:00+14:00"]]').decode()
    assert values_at(early, [datetime]) is None


@pytest.mark.parametrize("asked", ["endpoint=x", "_scheme=x", "_anchor=x", "_method=x", "_external=1", "number=1"])
def test_whatever_an_address_asks_the_list_goes_on(app: Flask, asked: str) -> None:
    """Names of the reader's own stay in the address and mean nothing else; a form shown at another address leads back."""
    with app.test_request_context(f"/registry?{asked}&after=old"):
        assert list_address("after", "new") == f"/registry?{asked}&after=new"
        assert list_address("after", None, "/home") == f"/home?{asked}"


@pytest.mark.parametrize("where", ["tasks", "seated", "cases"])
def test_no_place_of_an_address_breaks_a_list(scene: Scene, where: str) -> None:
    """Numbers beyond a column and times before all, on both engines."""
    scene.lodge()
    clerk = Visitor(create_app(court=scene.court), scene, "clerk")
    now = scene.clock.now()
    for values in ([2**40, now, 1], [2**62], [now, 2**62], [2**40, 2**40], ["x\0", 1], [now, now, now]):
        clerk.get(f"/home?{where}={place(values)}")


def test_what_cannot_be_printed_reaches_no_database(app: Flask) -> None:
    """PostgreSQL refuses to compare with a NUL: in a place it names none, among the words looked for it is left out."""
    assert values_at(place(("Li\0", 7)), [str, int]) is None
    assert values_at(place(("Li\u3000Wen", 7)), [str, int]) == ("Li\u3000Wen", 7)
    with app.test_request_context("/registry?q=%00Li%00%E3%80%80Wen"):
        assert words_asked() == "Li Wen"


def test_mandates_come_in_pages(small_scene: Scene, app: Flask) -> None:
    """Whoever acts for many, or lets many act, is led to the last of them; each list keeps its own place."""
    small_scene.lodge()
    with small_scene.court.database.write() as session:
        claimant = session.get_one(Case, small_scene.case_id).parties[0]
        session.add_all(
            Mandate(
                case_id=small_scene.case_id,
                party_id=claimant.id,
                account_id=small_scene.people["stranger"],
                scope=MandateScope.ORDINARY,
                from_at=small_scene.clock.now(),
            )
            for _ in range(53)
        )
    for who, name in (("stranger", "held"), ("li", "given")):
        visitor, seen = Visitor(app, small_scene, who), 0
        where: str | None = "/account/mandates"
        while where is not None:
            page = visitor.get(where)
            seen += len(re.findall(rf'aria-labelledby="{name}-\d+"', page))
            following = re.search(r'rel="next" href="([^"]+)"', page)
            where = html.unescape(following[1]) if following else None
            assert where is None or f"{name}=" in where
        assert seen == 53
