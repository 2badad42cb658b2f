"""Somebody in more cases than are counted: their lists are read along indexes, lose nothing, repeat nothing, and say that there is more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Table, event, insert, select

from odr.app import create_app
from odr.docket.models import Party
from odr.ground.db import Base, Database, new_reference
from odr.ground.keyset import COUNTED, Lines, Listed
from odr.identity.accounts.staff import PEOPLE_COUNTED, people
from odr.identity.models import AccountRole
from odr.procedure.acts.letter import PaperKind
from odr.procedure.case.waiting_for_me import every_case, has_very_many, my_cases
from odr.register.first_pages.home_page import unread_papers
from odr.service.models import InboxItem, Packet, ServiceAttempt
from odr.service.vocabulary import AttemptState, Channel, PacketState
from tests.filing.visitor import Visitor
from tests.scene import Scene


def _copied(scene: Scene, table: str, one_of: int, many: int, /, **own: Callable[[int], object]) -> list[int]:
    """So many copies of a row, each with values of its own; their numbers."""
    rows: Table = Base.metadata.tables[table]
    with scene.court.database.write() as session:
        one = dict(session.execute(select(rows).where(rows.c.id == one_of)).mappings().one())
        del one["id"]
        first = (session.scalar(select(rows.c.id).order_by(rows.c.id.desc()).limit(1)) or 0) + 1
        values = [{**one, "id": first + n, **{name: make(n) for name, make in own.items()}} for n in range(many)]
        session.execute(insert(rows), values)
    return [value["id"] for value in values]


def _in_very_many(scene: Scene) -> tuple[list[int], list[int]]:
    """The claimant in more than are counted: the numbers of the cases and of the parties."""
    with scene.court.database.read() as session:
        mine = session.scalars(select(Party).where(Party.account_id == scene.account("li").id)).one()
    unnumbered = {"reference": lambda n: new_reference(), "number": lambda n: None}
    cases = _copied(scene, "case", mine.case_id, COUNTED + 9, **unnumbered)
    parties = _copied(
        scene, "party", mine.id, COUNTED + 9, reference=lambda n: new_reference(), case_id=lambda n: cases[n]
    )
    return [mine.case_id, *cases], [mine.id, *parties]


def _every(page: Callable[[str | None], Listed[Any]], counted: int = COUNTED) -> list[Any]:
    found = page(None)
    assert isinstance(found.total, Lines) and found.total.is_more and str(found.total) == f"{counted}+"
    lines = list(found.rows)
    while found.next is not None:
        found = page(found.next)
        lines += found.rows
    return lines


def test_the_cases_of_a_platform_are_told_the_newest_first(small_scene: Scene) -> None:
    """On its page and over the API: each once, to the last; somebody in few cases still sees what is urgent first."""
    scene = small_scene
    scene.lodge()
    me, now, database = scene.account("li").id, scene.clock.now(), scene.court.database
    with database.read() as session:
        assert not has_very_many(session, me, now) and my_cases(session, me, now).total == 1
    cases, _ = _in_very_many(scene)
    with database.read() as session:
        assert has_very_many(session, me, now)
        mine = _every(lambda after: my_cases(session, me, now, after=after))
        over = _every(lambda after: every_case(session, me, now, serves=False, after=after))
    assert [one.id for one in mine] == [one.id for one in over] == sorted(cases, reverse=True)
    page = Visitor(create_app(court=scene.court), scene, "li").get("/home")
    assert f"{COUNTED}+ in all" in page


def test_a_page_of_very_many_reads_no_further_than_it_shows(small_scene: Scene) -> None:
    """Half as many more cases cost the database of a platform's list nothing."""
    scene = small_scene
    scene.lodge()
    _in_very_many(scene)
    me, now = scene.account("li").id, scene.clock.now()

    def steps() -> int:
        return _steps(scene.court.database, lambda session: every_case(session, me, now, serves=False))

    before = steps()
    with scene.court.database.read() as session:
        party = session.scalars(select(Party).where(Party.account_id == me).order_by(Party.id)).first()
        assert party is not None
    unnumbered = {"reference": lambda n: new_reference(), "number": lambda n: None}
    more = _copied(scene, "case", party.case_id, 600, **unnumbered)
    _copied(scene, "party", party.id, 600, reference=lambda n: new_reference(), case_id=lambda n: more[n])
    assert steps() <= 1.1 * before


def _steps(database: Database, look: Callable[[Any], object]) -> int:
    counted = 0

    def tick() -> None:
        nonlocal counted
        counted += 1

    def on_checkout(connection: Any, *rest: object) -> None:
        connection.set_progress_handler(tick, 10)

    event.listen(database.engine, "checkout", on_checkout)
    try:
        with database.read() as session:
            look(session)
    finally:
        event.remove(database.engine, "checkout", on_checkout)
    return counted


def test_no_unread_paper_of_very_many_cases_is_lost(small_scene: Scene) -> None:
    """Each paper that nobody opened, whether the newest case has it or the oldest, those of the newest cases first."""
    scene = small_scene
    scene.lodge()
    scene.accept("simple")
    database, me = scene.court.database, scene.account("li").id
    with database.write() as session:
        mine = session.scalars(select(Party).where(Party.account_id == me)).one()
        paper = Packet(
            case_id=mine.case_id,
            party_id=mine.id,
            entry_ids=[],
            documents=[],
            kind=PaperKind.NOTICE,
            occasion="notice",
            title={"text": "Notice"},
            letter="notice",
            recipient_name=mine.name,
            recipient_kind=mine.kind,
            locale="en",
            code="first",
            first_contact=False,
            queued_at=scene.clock.now(),
            state=PacketState.SERVED,
        )
        session.add(paper)
        session.flush()
        attempt = ServiceAttempt(
            packet_id=paper.id,
            party_id=mine.id,
            channel=Channel.PLATFORM,
            state=AttemptState.SENT,
            starts_at=scene.clock.now(),
            tries=1,
        )
        session.add(attempt)
        session.flush()
        item = InboxItem(
            attempt_id=attempt.id,
            packet_id=paper.id,
            party_id=mine.id,
            subject="Notice",
            body="Notice",
            placed_at=scene.clock.now(),
            read_at=scene.clock.now(),
        )
        session.add(item)
        session.flush()
        packet, theirs = paper.id, select(InboxItem).where(InboxItem.party_id == mine.id, InboxItem.read_at.is_(None))
        already = session.scalars(theirs).all()
    cases, parties = _in_very_many(scene)
    chosen = [0, 1, 2, 500, 501, len(parties) - 1] * 5
    packets = _copied(
        scene,
        "service_packet",
        packet,
        len(chosen),
        reference=lambda n: new_reference(),
        code=lambda n: new_reference()[:20],
        case_id=lambda n: cases[chosen[n]],
        party_id=lambda n: parties[chosen[n]],
    )
    attempts = _copied(scene, "service_attempt", item.attempt_id, len(chosen), packet_id=lambda n: packets[n])
    items = _copied(
        scene,
        "service_inbox",
        item.id,
        len(chosen),
        reference=lambda n: new_reference(),
        packet_id=lambda n: packets[n],
        attempt_id=lambda n: attempts[n],
        party_id=lambda n: parties[chosen[n]],
        read_at=lambda n: None,
    )
    sitting_of = scene.court.look
    with database.read() as session:
        sitting = sitting_of(session)
        first = unread_papers(sitting, me)
        found, page = list(first.rows), first
        while page.next is not None:
            page = unread_papers(sitting, me, page.next)
            found += page.rows
    assert first.total == len(found) == len(items) + len(already)
    told = [one.case.id for one in found]
    assert [one.placed_at for one in found] == sorted((one.placed_at for one in found), reverse=True)
    assert {told.count(cases[each]) for each in (1, 2, 500, 501, len(parties) - 1)} == {5}


def test_people_of_the_court_beyond_what_is_counted(small_scene: Scene) -> None:
    """Each once, in order, however many roles they hold; words still find them."""
    scene, now = small_scene, small_scene.clock.now()
    clerk = scene.account("clerk")
    emails = {"email": lambda n: f"more{n}@court.example", "reference": lambda n: new_reference()}
    accounts = _copied(scene, "account", clerk.id, COUNTED + 3, **emails)
    with scene.court.database.write() as session:
        roles = [
            {"account_id": one, "role": role, "granted_at": now}
            for one in accounts
            for role in list(clerk.staff_roles) * 2
        ]
        session.execute(insert(AccountRole), roles)
    with scene.court.database.read() as session:
        found = _every(lambda after: people(session, after=after), PEOPLE_COUNTED)
        assert people(session, words="more77@").total == 1
    numbers = [one.id for one in found]
    assert numbers == sorted(set(numbers)) and set(accounts) <= set(numbers)


def test_a_count_says_how_far_it_goes() -> None:
    """A thousand is a thousand; one more is *1000+*, which still compares as a number."""
    assert str(Lines(COUNTED)) == "1000" and not Lines(COUNTED).is_more
    assert str(Lines(COUNTED + 1)) == "1000+" and f"{Lines(COUNTED + 1)}" == "1000+" and Lines(COUNTED + 1) > 5
