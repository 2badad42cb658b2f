"""Complaints about the court's work: answered by nobody they are about, passed on, all of them on one desk with a figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Outcome, Role, Seat
from odr.docket.visibility import reads_entry
from odr.filing.complaints.models import ComplaintDuty
from odr.filing.complaints.naming import DutyInput, name_answerer, records_kept as duties_kept
from odr.filing.complaints.queries import complaints, figures
from odr.filing.complaints.rules import Concerned, Standing, may_answer, who_answers
from odr.filing.course.time_limit_changes import halt
from odr.filing.models import Request, RequestKind, RequestState, StaffLeave
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.bench.all_cases import all_cases
from odr.identity.models import Account, AccountRole, AccountState
from odr.procedure.models import Task, Window, WindowState
from odr.service.models import Packet
from tests.filing.visitor import Visitor
from tests.scene import Scene

Door = Callable[[str | None], Visitor]
HERE = "/registry/complaints"
WAITED_FOR = ("me", "clerk", "president", "party", "clock")
CSRF = re.compile(r'name="csrf_token" value="[^"]*"')


@pytest.fixture
def app(pending: Scene) -> Flask:
    """The court's pages."""
    return create_app(court=pending.court)


def second(scene: Scene, name: str = "cashier") -> int:
    """Somebody else of the court gets the president's office too."""
    with scene.court.database.write() as session:
        session.add(AccountRole(account_id=scene.people[name], role=Role.PRESIDENT, granted_at=scene.clock.now()))
    return scene.people[name]


def complain(scene: Scene, whom: Role | None = None, about: str = "delay", who: str = "li") -> str:
    """A complaint about whoever holds a seat; its reference."""
    with scene.court.database.read() as session:
        seat = session.scalar(
            select(Seat.id).where(Seat.case_id == scene.case_id, Seat.role == whom, Seat.until_at.is_(None))
        )
    named = {} if whom is None else {"whom": str(seat)}
    scene.do("complain", who, about=about, words="Nothing has happened for a month.", **named)
    with scene.court.database.read() as session:
        return (
            session.scalars(
                select(Request.reference).where(Request.kind == RequestKind.COMPLAINT).order_by(Request.id.desc())
            ).first()
            or ""
        )


def answer(scene: Scene, reference: str, who: str = "president") -> None:
    scene.do("answer_complaint", who, request=reference, found="founded", words="The file lay unread.")


def seat_president(scene: Scene, name: str = "president") -> None:
    """They have looked after something in the case before."""
    with scene.court.sit() as sitting:
        seat = Seat(case_id=scene.case_id, account_id=scene.people[name], role=Role.PRESIDENT, from_at=sitting.now)
        sitting.session.add(seat)


def of_office(scene: Scene) -> list[int]:
    """Who holds a president's seat in the case."""
    with scene.court.database.read() as session:
        return list(
            session.scalars(
                select(Seat.account_id).where(
                    Seat.case_id == scene.case_id, Seat.role == Role.PRESIDENT, Seat.until_at.is_(None)
                )
            )
        )


accounts = st.integers(1, 6)


@given(st.frozensets(accounts), st.none() | accounts, st.none() | accounts, st.lists(accounts), st.lists(accounts))
def test_nobody_ever_answers_a_complaint_about_themselves(
    about: frozenset[int], charged: int | None, named: int | None, seated: list[int], free: list[int]
) -> None:
    """Whoever is charged, named, seated or free: who is chosen is not complained about, and somebody is chosen wherever one
    of the court could (REG 13).
    """
    complaint = Concerned(about, charged)
    chosen = who_answers(complaint, named=named, seated=seated, free=free)
    assert not any(may_answer(one, complaint) for one in about)
    if chosen is None:
        assert not any(may_answer(one, complaint) for one in [*seated, *free])
    else:
        assert chosen not in about and may_answer(chosen, complaint) and chosen in [*seated, *free]


def test_the_president_complained_about_does_not_answer(pending: Scene, visitor: Door) -> None:
    """Another of the office gets it; the president who sat first is refused in words, with the article."""
    vice = second(pending)
    seat_president(pending)
    reference = complain(pending, Role.PRESIDENT, about="conduct")
    assert set(of_office(pending)) == {pending.people["president"], vice}
    with pytest.raises(ActNotOpen, match="about themselves"):
        answer(pending, reference)
    assert HERE not in visitor("president").get("/registry") and "complaint" in visitor("cashier").get("/registry")
    answer(pending, reference, "cashier")


def test_the_only_president_passes_a_complaint_about_them_up(pending: Scene) -> None:
    """Nobody else could answer: the task says so, the complaint goes to the higher court, the window ends, and whoever
    complained is told.
    """
    seat_president(pending)
    reference = complain(pending, Role.PRESIDENT, about="conduct")
    with pending.court.database.read() as session:
        title = session.scalars(select(Task.title).where(Task.kind == "complaint", Task.done_at.is_(None))).one()
    assert "higher court" in title["en"]
    with pytest.raises(ActNotOpen):
        answer(pending, reference)
    referred = pending.do("refer_complaint", "president", request=reference, to="above", reasons="It is about me.")
    with pending.court.database.read() as session:
        row = session.scalars(select(Request).where(Request.reference == reference)).one()
        assert row.state is RequestState.OVER
        assert not session.scalars(select(Task).where(Task.kind == "complaint", Task.done_at.is_(None))).all()
    pending.work()
    with pending.court.database.read() as session:
        told = [p.party_id for p in session.scalars(select(Packet)) if referred.number in p.entry_ids]
        assert told == [row.party_id]


def test_a_judge_with_the_office_answers_none_of_their_own_case(pending: Scene) -> None:
    """A complaint that names nobody is about whoever serves in the case: the judge answers it not, whatever else they are."""
    second(pending, "judge")
    reference = complain(pending, about="delay")
    assert of_office(pending) == [pending.people["president"]]
    answer(pending, reference)


def test_one_charged_answers_alone(pending: Scene) -> None:
    """Passed on within the office it is theirs; its day stays, and who had it answers no more."""
    second(pending)
    first = complain(pending)
    (had,) = of_office(pending)
    had_name = next(name for name in ("president", "cashier") if pending.people[name] == had)
    other = "cashier" if had_name == "president" else "president"
    with pending.court.database.read() as session:
        due = session.scalars(select(Task.due_at).where(Task.kind == "complaint")).one()
    with pytest.raises(InvalidInput):
        pending.do("refer_complaint", had_name, request=first, to="nobody-there", reasons="I am away.")
    pending.do("refer_complaint", had_name, request=first, to=pending.account(other).reference, reasons="I am away.")
    with pytest.raises(ActNotOpen):
        answer(pending, first, had_name)
    with pending.court.database.read() as session:
        open_ones = session.scalars(select(Task).where(Task.kind == "complaint", Task.done_at.is_(None))).all()
        assert [one.due_at for one in open_ones] == [due]
    answer(pending, first, other)


def test_only_the_office_passes_on_and_only_while_it_waits(pending: Scene) -> None:
    """A party, the judge or the clerk passes nothing on; answered, nothing is left to pass on."""
    reference = complain(pending)
    given = {"request": reference, "to": "above", "reasons": "It is about me."}
    for who in ("li", "judge", "clerk"):
        with pytest.raises(Forbidden):
            pending.do("refer_complaint", who, **given)
    answer(pending, reference)
    with pytest.raises(ActNotOpen):
        pending.do("refer_complaint", "president", **given)


def test_passed_on_twice_with_one_key_is_one_entry(pending: Scene) -> None:
    """The same sent again is recorded once."""
    reference = complain(pending)
    given = {"request": reference, "to": "above", "reasons": "Another court has to answer this."}
    first = pending.do("refer_complaint", "president", key="one", **given)
    assert pending.do("refer_complaint", "president", key="one", **given).number == first.number


def test_a_complaint_is_answered_although_the_case_is_over(pending: Scene) -> None:
    """The case ends; the complaint's time runs on, the task stays, and it is answered (REG 13)."""
    reference = complain(pending)
    pending.do("withdraw_claim", "li", reasons="We have settled.")
    with pending.court.database.read() as session:
        asked = session.scalars(select(Request.reference).where(Request.kind == RequestKind.WITHDRAWAL)).one()
    pending.do("rule_on_withdrawal", "judge", request=asked, answer="allow", reasons="It is theirs to end.")
    assert pending.case().outcome is Outcome.WITHDRAWN
    with pending.court.database.read() as session:
        assert session.scalars(select(Task.id).where(Task.kind == "complaint", Task.done_at.is_(None))).all()
    pending.later(days=20)
    with pending.court.database.read() as session:
        assert session.scalars(select(Task.risk).where(Task.kind == "complaint", Task.done_at.is_(None))).all() == [90]
    answer(pending, reference)


def name(scene: Scene, who: str) -> None:
    with scene.court.database.write() as session:
        person = session.get_one(Account, scene.people[who]).reference if who else ""
        name_answerer(
            scene.court.notary, session, DutyInput(person=person), scene.people["president"], scene.clock.now()
        )


def test_whoever_is_named_gets_the_next_complaint_unless_it_is_about_them(pending: Scene) -> None:
    """The naming stands in the log byte for byte; naming them again changes nothing; a complaint about them goes to another."""
    vice = second(pending)
    name(pending, "cashier")
    name(pending, "cashier")
    with pending.court.database.read() as session:
        rows = session.scalars(select(ComplaintDuty)).all()
        assert [row.account_id for row in rows] == [vice] and rows[0].receipt and "answers_complaints" in rows[0].record
        kept = duties_kept(pending.court, session, [rows[0].receipt, "somethingelse"])
        assert {each: b"".join(one.chunks()) for each, one in kept.items()} == {
            rows[0].receipt: rows[0].record.encode()
        }
        assert duties_kept in pending.court.hooks.holdings
    reference = complain(pending)
    assert of_office(pending) == [vice]
    answer(pending, reference, "cashier")
    complain(pending, Role.PRESIDENT, who="haiyun")
    assert set(of_office(pending)) == {vice, pending.people["president"]}
    name(pending, "")
    with pending.court.database.read() as session:
        assert [row.until_at is not None for row in session.scalars(select(ComplaintDuty))] == [True]


def test_the_desk_shows_all_with_day_article_and_standing(pending: Scene, app: Flask) -> None:
    """One line a complaint with what it rests on; filters stand in the address; the figures add up."""
    page = Visitor(app, pending, "president")
    assert "No such complaint." in page.get(HERE)
    reference = complain(pending, about="registration")
    desk = page.get(HERE)
    assert "Provisions on Case Registration" in desk and "Waits for its answer" in desk
    assert "Nothing has happened for a month." not in desk, "what was written is read in the case alone"
    answer(pending, reference)
    late = complain(pending, about="delay", who="haiyun")
    pending.later(days=20)
    page.sign_in("president")
    assert "Not answered, and late" in page.get(f"{HERE}?standing=late")
    assert "No such complaint." in page.get(f"{HERE}?standing=waits")
    assert "1 complaints" in page.get(f"{HERE}?about=registration&q=Li")
    with pending.court.database.read() as session:
        found = figures(session, pending.clock.now(), pending.clock.now().replace(month=1, day=1))
        assert (found.came, found.in_time, found.late, found.waiting, found.overdue) == (2, 1, 0, 1, 1)
    answer(pending, late)
    with pending.court.database.read() as session:
        now = pending.clock.now()
        found = figures(session, now, now.replace(month=1, day=1))
        assert (found.in_time, found.late, found.waiting, found.overdue) == (1, 1, 0, 0)
        lines = complaints(session, now, pending.people["president"])
        assert [one.standing for one in lines.rows] == [Standing.ANSWERED_LATE, Standing.ANSWERED]
    assert "All complaints of the court" in page.get("/registry/supervision")


def test_the_desk_has_pages_and_asks_as_much_for_many_as_for_one(pending: Scene, app: Flask) -> None:
    """Fifty lines a page with the true count; sixty more complaints cost one statement more, which counts them."""
    from sqlalchemy import event

    def asked() -> int:
        seen: list[str] = []
        with pending.court.database.read() as session:
            engine = session.get_bind()

            def note(conn, cursor, statement, *rest):  # type: ignore[no-untyped-def]
                seen.append(statement)

            event.listen(engine, "before_cursor_execute", note)
            complaints(session, pending.clock.now(), pending.people["president"])
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    complain(pending)
    few = asked()
    with pending.court.sit() as sitting:
        one = sitting.session.scalars(select(Request).where(Request.kind == RequestKind.COMPLAINT)).one()
        case = pending.case()
        for _ in range(60):
            more = Request(
                case_id=one.case_id,
                party_id=one.party_id,
                kind=one.kind,
                words="Again.",
                details={"about": "delay"},
                asked_entry=one.asked_entry,
            )
            sitting.session.add(more)
            sitting.session.flush()
            sitting.start_window(case, "complaint_reply", start=sitting.now, subject=more.reference)
    assert asked() == few + 1, "how many there are in all, where another page follows"
    with pending.court.database.read() as session:
        first = complaints(session, pending.clock.now(), pending.people["president"])
        rest = complaints(session, pending.clock.now(), pending.people["president"], after=first.next)
    assert (first.total, len(first.rows), len(rest.rows)) == (61, 50, 11)
    assert not {one.request.id for one in first.rows} & {one.request.id for one in rest.rows}


def test_the_page_names_who_answers(pending: Scene, app: Flask) -> None:
    """Chosen on the desk; somebody without the office is refused at the field; others find no such page."""
    page = Visitor(app, pending, "president")
    page.send(HERE, f"{HERE}/answerer", person=pending.account("president").reference)
    with pending.court.database.read() as session:
        assert session.scalars(select(ComplaintDuty)).one().account_id == pending.people["president"]
    refused = page.send(HERE, f"{HERE}/answerer", 422, person=pending.account("li").reference)
    assert "Choose somebody who holds" in refused.text


def test_who_reads_a_complaint_passed_on(pending: Scene) -> None:
    """Whoever complained and the office; neither the other side nor judge or clerk."""
    reference = complain(pending)
    receipt = pending.do("refer_complaint", "president", request=reference, to="above", reasons="It is about me.")
    with pending.court.database.read() as session:
        entry = session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == pending.case_id, DocketEntry.number == receipt.number)
        ).one()
        readers = {w for w in ("li", "haiyun", "judge", "clerk", "president") if reads_entry(pending.actor(w), entry)}
    assert readers == {"li", "president"}


def charge(scene: Scene, reference: str, holder: str, other: str) -> None:
    """Whoever has it charges somebody else with it."""
    given = {"request": reference, "to": scene.account(other).reference, "reasons": "I am away."}
    scene.do("refer_complaint", holder, **given)


def test_whom_it_is_about_takes_it_from_nobody_who_can_answer(pending: Scene) -> None:
    """It lies with the vice-president: the president it is about neither sends it up nor hands it to another (REG 13)."""
    second(pending)
    seat_president(pending)
    reference = complain(pending, Role.PRESIDENT, about="conduct")
    with pytest.raises(InvalidInput, match="alone pass it on"):
        pending.do("refer_complaint", "president", request=reference, to="above", reasons="I would rather not.")
    with pending.court.database.read() as session:
        now = pending.clock.now()
        lies = {
            who: [one.lies_here for one in complaints(session, now, pending.people[who]).rows]
            for who in ("president", "cashier")
        }
    assert lies == {"president": [False], "cashier": [True]}
    pending.do("refer_complaint", "cashier", request=reference, to="above", reasons="Another court should look.")


@pytest.mark.parametrize("gone", ["office", "leave"])
def test_what_somebody_was_charged_with_who_is_gone_is_taken_back(pending: Scene, gone: str) -> None:
    """Whoever was charged lost the office or is on leave: whoever has the case takes it themselves and answers."""
    second(pending)
    reference = complain(pending)
    (had,) = of_office(pending)
    holder, other = ("president", "cashier") if pending.people["president"] == had else ("cashier", "president")
    charge(pending, reference, holder, other)
    with pytest.raises(InvalidInput, match="alone pass it on"):
        charge(pending, reference, holder, holder)
    leave(pending, other) if gone == "leave" else revoke(pending, other)
    with pytest.raises(ActNotOpen):
        answer(pending, reference, holder)
    charge(pending, reference, holder, holder)
    answer(pending, reference, holder)


def leave(scene: Scene, who: str, days: int = 5) -> None:
    today = scene.clock.now().date()
    with scene.court.database.write() as session:
        session.add(
            StaffLeave(
                account_id=scene.people[who],
                from_on=today - timedelta(days=1),
                until_on=today + timedelta(days=days),
                set_by=scene.people["clerk"],
                at=scene.clock.now(),
            )
        )


def revoke(scene: Scene, who: str) -> None:
    with scene.court.database.write() as session:
        for role in session.scalars(
            select(AccountRole).where(AccountRole.account_id == scene.people[who], AccountRole.role == Role.PRESIDENT)
        ):
            role.revoked_at = scene.clock.now()


@pytest.mark.parametrize("is_theirs", [False, True])
def test_a_complaint_waits_for_a_president_on_leave(pending: Scene, is_theirs: bool) -> None:
    """Nobody else holds the office: the complaint lies before them when they are back, to answer or, where they served in
    the case themselves, to pass on.
    """
    if is_theirs:
        with pending.court.sit() as sitting:
            account, now = pending.people["president"], sitting.now
            sitting.session.add(
                Seat(case_id=pending.case_id, account_id=account, role=Role.CLERK, from_at=now, until_at=now)
            )
    leave(pending, "president")
    reference = complain(pending)
    assert of_office(pending) == [pending.people["president"]]
    pending.later(days=8)
    if is_theirs:
        pending.do("refer_complaint", "president", request=reference, to="above", reasons="It is about my own work.")
    else:
        answer(pending, reference)


def test_a_stay_of_the_case_lets_no_complaint_lie(pending: Scene) -> None:
    """The case stands still, the answer to a complaint does not: it is no step of the case (REG 13)."""
    reference = complain(pending)
    with pending.court.sit() as sitting:
        case = sitting.session.get_one(Case, pending.case_id)
        halt(sitting.windows(case), sitting.now)
        states = {one.kind: one.state for one in sitting.windows(case, state=None)}
        assert states["complaint_reply"] is WindowState.OPEN and WindowState.HALTED in states.values()
    answer(pending, reference)
    with pending.court.database.read() as session:
        window = session.scalars(select(Window).where(Window.kind == "complaint_reply")).one()
        assert window.state is WindowState.MET


def test_only_who_serves_is_named_to_answer(pending: Scene) -> None:
    """Whoever is stopped from signing in answers nothing."""
    second(pending)
    with pending.court.database.write() as session:
        session.get_one(Account, pending.people["cashier"]).state = AccountState.SUSPENDED
    with pytest.raises(InvalidInput):
        name(pending, "cashier")


def test_whom_a_complaint_is_about_finds_it_on_no_page_of_theirs(pending: Scene, app: Flask) -> None:
    """Neither what waits for whom in the case, nor the list of all cases, nor its filter tells the judge or an assistant that somebody
    complained, while what the registry has to do for the case stands there.
    """

    def seen() -> str:
        page = Visitor(app, pending, "judge")
        lists = [page.get(f"/today/cases{asked}") for asked in ("", *(f"?waits={who}" for who in WAITED_FOR))]
        every = [page.get(f"/cases/{pending.case().reference}/bench"), *lists]
        return "".join(re.search(r"<main.*</main>", each, re.DOTALL)[0] for each in every)  # type: ignore[index]

    before = seen()
    complain(pending, Role.JUDGE, about="conduct")
    assert re.sub(CSRF, "", seen()) == re.sub(CSRF, "", before)
    assert "complains" in Visitor(app, pending, "president").get("/home")


def test_the_day_of_a_complaint_is_not_the_day_a_judge_waits_for(pending: Scene) -> None:
    """In the list of their cases no date stands of which nobody may tell them why."""
    complain(pending, Role.JUDGE, about="conduct")
    with pending.court.database.write() as session:
        for window in session.scalars(select(Window).where(Window.kind != "complaint_reply")):
            window.state = WindowState.ENDED
        for task in session.scalars(select(Task)):
            task.done_at = pending.clock.now()
    with pending.court.database.read() as session:
        (line,) = all_cases(pending.court.look(session), pending.people["judge"]).page.rows
    assert (line.what, line.until) == (None, None)
