"""Places of the public in hearings (CTR 9): in the order of asking or by a lot anybody can draw again, relatives first, and
nobody who may not watch.
"""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, NotFound
from odr.hearing.courtroom.calendar.models import CourtRoom, RoomKind
from odr.hearing.models import Hearing, Motion, Witness
from odr.hearing.vocabulary import RequestState, TestimonyManner as Manner
from odr.identity.models import Account, AccountLetter, AccountState
from odr.identity.sign_in.sessions import open_session
from odr.notary.models import LogCheckpoint, LogCosignature, LogEntry, Receipt
from odr.register.calendar.attending import places
from odr.register.calendar.attending.inputs import AnswerInput, DoorInput, PlaceInput
from odr.register.calendar.attending.models import PlaceRecord, PlaceRequest, PlacesOfHearing, PlaceState, Way
from odr.register.calendar.attending.rules import Asks, who_gets_one
from odr.web.presence import session_cookie_name
from tests.conftest import MORNING
from tests.judgment.web import ORIGIN, Options, Visitor
from tests.kept import kept
from tests.scene import Scene

PUBLIC = ("ann", "bo", "cai", "dai", "ed")
ROOM = "Courtroom 3"


@pytest.fixture
def fixed(scene: Scene) -> Scene:
    """A hearing fixed in a courtroom with two seats, and five people who are in no case."""
    fix(scene)
    return scene


@kept
def fix(scene: Scene) -> None:
    """The courtroom, the five, and a case that is brought to its hearing."""
    with scene.court.database.write() as session:
        now = scene.clock.now()
        session.add(
            CourtRoom(
                name=ROOM,
                kind=RoomKind.COURTROOM,
                seats=2,
                from_on=now.date(),
                set_by=scene.people["president"],
                at=now,
            )
        )
        for name in PUBLIC:
            account = Account(
                email=f"{name}@people.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=now,
                confirmed_at=now,
                locale="en",
            )
            session.add(account)
            session.flush()
            scene.people[name] = account.id
    scene.pend()
    scene.pay()
    scene.later(days=16)
    scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=14)).date()
    scene.do("summon", "clerk", mode="offline", on=day.isoformat(), at="09:30", place=ROOM)


def hearing(scene: Scene) -> Hearing:
    """The hearing that is fixed."""
    with scene.court.database.read() as session:
        return session.scalars(select(Hearing).order_by(Hearing.id.desc())).first()  # type: ignore[return-value]


def pack(scene: Scene):  # type: ignore[no-untyped-def]
    """The rules of today."""
    return scene.court.packs.in_force(scene.court.settings.pack, scene.clock.now().date())


def asks(scene: Scene, who: str, **told: object) -> PlaceRequest:
    """Somebody asks for a place."""
    asked = PlaceInput.model_validate({"name": who.title(), "tie": "none", **told})
    with scene.court.database.write() as session:
        account = session.get_one(Account, scene.people[who])
        return places.ask(
            scene.court, session, pack(scene), hearing(scene).reference, account, asked, scene.clock.now()
        )


def gives_back(scene: Scene, who: str) -> None:
    """Somebody gives their place back."""
    with scene.court.database.write() as session:
        places.give_back(
            scene.court, session, pack(scene), of(scene, who).reference, scene.people[who], scene.clock.now()
        )


def answers(scene: Scene, who: str, by: str = "clerk", **told: object) -> None:
    """The registry answers somebody's request."""
    given_ = AnswerInput.model_validate({"words": "As the rules say.", **told})
    with scene.court.database.write() as session:
        clerk = session.get_one(Account, scene.people[by])
        places.answer(scene.court, session, pack(scene), of(scene, who).reference, given_, clerk, scene.clock.now())


def door(scene: Scene, who: str, **told: object) -> None:
    """The clerk at the door checks somebody's pass."""
    with scene.court.database.write() as session:
        clerk = session.get_one(Account, scene.people["clerk"])
        places.at_the_door(
            scene.court,
            session,
            pack(scene),
            of(scene, who).reference,
            DoorInput.model_validate(told),
            clerk,
            scene.clock.now(),
        )


def of(scene: Scene, who: str) -> PlaceRequest:
    """Somebody's request as it stands."""
    with scene.court.database.read() as session:
        return session.scalars(select(PlaceRequest).where(PlaceRequest.account_id == scene.people[who])).one()


def states(scene: Scene) -> dict[str, PlaceState]:
    """What became of each who asked."""
    with scene.court.database.read() as session:
        rows = {row.account_id: row.state for row in session.scalars(select(PlaceRequest))}
    return {who: rows[scene.people[who]] for who in PUBLIC if scene.people[who] in rows}


def letters(scene: Scene) -> int:
    """Letters kept or sent to people with an account."""
    with scene.court.database.read() as session:
        return len(session.scalars(select(AccountLetter.id)).all())


# The rule


@st.composite
def hearings(draw: st.DrawFn) -> tuple[list[Asks], int, int, Way, str]:
    """A few who ask, some with passes already, and a room."""
    seats = draw(st.integers(0, 6))
    asking = [
        Asks(
            f"{number:02}",
            MORNING + timedelta(minutes=draw(st.integers(0, 9))),
            draw(st.booleans()),
            False,
            draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 12)))
    ]
    have = draw(st.sets(st.sampled_from(asking), max_size=seats)) if asking else set()
    asking = [Asks(a.reference, a.at, a.first, a in have, a.late) for a in asking]
    return (
        asking,
        seats,
        draw(st.integers(0, seats)),
        draw(st.sampled_from(Way)),
        draw(st.text("0123456789abcdef", min_size=64, max_size=64)),
    )


@given(hearings())
def test_places_are_given_to_who_comes_first_by_the_rule_and_never_more_than_there_are(
    case: tuple[list[Asks], int, int, Way, str],
) -> None:
    """Whoever has a place keeps it; at the end no seat stays empty while somebody waits, and no relative waits while one
    without a tie gets a seat then; before the end what is kept stays kept, and a lot gives nothing.
    """
    asking, seats, kept, way, seed = case
    by_name, having = {one.reference: one for one in asking}, [one for one in asking if one.has]
    early = who_gets_one(asking, seats, kept, way, is_closed=False)
    late = who_gets_one(asking, seats, kept, way, is_closed=True, seed=seed)
    for found in (early, late):
        assert len(set(found)) == len(found) and not set(found) & {one.reference for one in having}
        assert len(found) + len(having) <= seats
    assert len(late) == min(seats - len(having), len(asking) - len(having))
    turned = [by_name[reference].first for reference in late]
    assert turned == sorted(turned, reverse=True)
    waiting = [one for one in asking if not one.has and one.reference not in late]
    assert not (any(one.first for one in waiting) and not all(turned))
    if way is Way.LOT:
        assert early == []
    else:
        without = sum(not by_name[r].first for r in early) + sum(not one.first for one in having)
        had = sum(not one.first for one in having)
        assert without <= max(seats - kept, had)


# The court


def test_in_the_order_of_asking_with_what_is_kept_given_out_at_the_end(fixed: Scene) -> None:
    """One of two seats has nobody's name on it, none is kept of two at a quarter: the third waits, and gets the place that is
    given back at once, by letter; every step stands in the log, without a name.
    """
    for who in ("ann", "bo", "cai"):
        fixed.later(hours=1)
        asks(fixed, who)
    assert states(fixed) == {"ann": PlaceState.GIVEN, "bo": PlaceState.GIVEN, "cai": PlaceState.ASKED}
    with pytest.raises(ActNotOpen):
        asks(fixed, "ann")
    told = letters(fixed)
    gives_back(fixed, "ann")
    assert states(fixed)["cai"] is PlaceState.GIVEN and of(fixed, "cai").number == 3 and letters(fixed) == told + 1
    asks(fixed, "ann")
    assert states(fixed)["ann"] is PlaceState.ASKED
    with fixed.court.database.read() as session:
        records = session.scalars(select(PlaceRecord)).all()
        assert all(session.get(Receipt, each.receipt) is not None for each in records)
        assert len(records) == 8 and not [each for each in records if "Ann" in each.record]


def test_seats_kept_for_relatives_go_to_them_first_and_to_the_others_at_the_end(fixed: Scene) -> None:
    """Of the seats some are kept until the day before; a relative gets one though others asked before, and what no relative
    took is given out by the worker.
    """
    with fixed.court.database.write() as session:
        row = session.get_one(Hearing, hearing(fixed).id)
        kept = places.places_of(session, row, pack(fixed))
        assert kept is not None
        kept.kept = 1
        session.add(kept)
    for who in ("ann", "bo"):
        asks(fixed, who)
    assert states(fixed) == {"ann": PlaceState.GIVEN, "bo": PlaceState.ASKED}
    with pytest.raises(InvalidInput):
        asks(fixed, "cai", tie="relative")
    asks(fixed, "cai", tie="relative", tie_words="Sister of Li Wen")
    assert states(fixed)["cai"] is PlaceState.GIVEN
    gives_back(fixed, "cai")
    assert states(fixed)["bo"] is PlaceState.ASKED and places.give_out_due(fixed.court) == 0
    fixed.clock.set(hearing(fixed).begins_at - timedelta(hours=3))
    assert places.give_out_due(fixed.court) == 1 and places.give_out_due(fixed.court) == 0
    assert states(fixed)["bo"] is PlaceState.GIVEN


def test_a_lot_is_drawn_from_a_root_nobody_knew_and_anybody_can_draw_it_again(fixed: Scene) -> None:
    """Chosen before anybody asked; nothing is given before the end, the end stands in the log first, and whoever knows the
    root finds the same who got a place.
    """
    with fixed.court.database.write() as session:
        clerk = session.get_one(Account, fixed.people["clerk"])
        places.set_way(fixed.court, session, pack(fixed), hearing(fixed).reference, Way.LOT, clerk, fixed.clock.now())
    for who in PUBLIC:
        asks(fixed, who)
    with pytest.raises(ActNotOpen), fixed.court.database.write() as session:
        clerk = session.get_one(Account, fixed.people["clerk"])
        places.set_way(fixed.court, session, pack(fixed), hearing(fixed).reference, Way.ORDER, clerk, fixed.clock.now())
    assert set(states(fixed).values()) == {PlaceState.ASKED}
    public = create_app(court=fixed.court).test_client()
    lot = f"/attending/{hearing(fixed).reference}/lot"
    assert public.get(lot).status_code == 404
    fixed.clock.set(hearing(fixed).begins_at - timedelta(hours=3))
    assert places.give_out_due(fixed.court) == 0 and set(states(fixed).values()) == {PlaceState.ASKED}
    fixed.court.notary.sequence()
    assert places.give_out_due(fixed.court) == 1
    told = public.get(lot).get_json()
    again = sorted(told["requests"], key=lambda one: sha256(f"{told['seed']}\n{one['reference']}".encode()).hexdigest())
    assert [one["reference"] for one in again if one["place"]] == [one["reference"] for one in again][:2]
    assert [one["place"] for one in again][:2] == [1, 2]
    assert sum(state is PlaceState.GIVEN for state in states(fixed).values()) == 2
    assert not [who for who in PUBLIC if who.title() in str(told)]


def test_who_may_not_watch_does_not(fixed: Scene) -> None:
    """Parties enter from their case, a witness waits outside, a minor needs leave, and nobody answers their own request."""
    with pytest.raises(ActNotOpen):
        asks(fixed, "li")
    with fixed.court.database.write() as session:
        session.add(
            Witness(
                case_id=fixed.case_id,
                role=Role.WITNESS,
                name="Dai",
                email="dai@people.example",
                about="The parcel",
                manner=Manner.LIVE,
                state=RequestState.GRANTED,
                account_id=fixed.people["dai"],
                entry_number=1,
            )
        )
    with pytest.raises(ActNotOpen):
        asks(fixed, "dai")
    asks(fixed, "ann", is_minor=True)
    assert states(fixed)["ann"] is PlaceState.LEAVE
    with pytest.raises(Forbidden):
        answers(fixed, "ann", by="ann", answer="leave")
    with pytest.raises(InvalidInput):
        answers(fixed, "ann", answer="refuse")
    answers(fixed, "ann", answer="leave")
    assert states(fixed)["ann"] is PlaceState.GIVEN
    asks(fixed, "bo")
    answers(fixed, "bo", answer="refuse", ground="disorder")
    asks(fixed, "cai")
    assert states(fixed)["bo"] is PlaceState.REFUSED and states(fixed)["cai"] is PlaceState.GIVEN
    with pytest.raises(ActNotOpen):
        asks(fixed, "bo")


def test_at_the_door_a_pass_is_checked_once_and_on_its_day(fixed: Scene) -> None:
    """Not the day before; turned away needs a word why; and once."""
    asks(fixed, "ann")
    with pytest.raises(ActNotOpen):
        door(fixed, "ann", entered="came")
    fixed.clock.set(hearing(fixed).begins_at - timedelta(minutes=20))
    with pytest.raises(InvalidInput):
        door(fixed, "ann", entered="turned_away")
    door(fixed, "ann", entered="came")
    with pytest.raises(ActNotOpen):
        door(fixed, "ann", entered="came")


@pytest.mark.parametrize("how", ["moved", "closed"])
def test_a_place_lapses_with_its_hearing_and_who_had_it_is_told(fixed: Scene, how: str) -> None:
    """Moved to another hour, or asked to be held without the public: the pass holds no more, and a letter says so."""
    asks(fixed, "ann")
    before, old = letters(fixed), hearing(fixed)
    if how == "moved":
        day = (old.begins_at + timedelta(hours=0)).date()
        fixed.do(
            "move_hearing",
            "clerk",
            hearing=old.reference,
            on=day.isoformat(),
            at="14:30",
            place=ROOM,
            reasons="The room is needed.",
        )
    else:
        fixed.do("ask_hearing_order", "li", kind="closed_doors", words="My address would be read out.")
    with fixed.court.database.read() as session:
        row = session.scalars(select(PlaceRequest)).one()
        assert (row.state, row.number) == (PlaceState.LAPSED, None)
    assert letters(fixed) == before + 1


def test_without_seats_or_rules_there_is_nothing_to_ask_for(fixed: Scene) -> None:
    """A room the court knows no seats of offers no request; nor does a hearing that is over."""
    with fixed.court.database.write() as session:
        session.scalars(select(CourtRoom)).one().seats = 0
    with pytest.raises(NotFound):
        asks(fixed, "ann")


# The pages


class Browser(Visitor):
    """Somebody signed in who need not be in the case."""

    def __init__(self, app: Flask, scene: Scene, who: str, locale: str = "en") -> None:
        self.client = app.test_client()
        with scene.court.database.write() as session:
            account = session.get_one(Account, scene.people[who])
            account.locale = locale
            token, _ = open_session(
                session, account, scene.clock.machine_now(), device="test", address="127.0.0.1", two_factor=True
            )
        self.client.set_cookie(session_cookie_name(False), token, domain="court.test")

    def sends(self, at: str, to: str, **values: str) -> int:
        """Open a page and send the form on it that goes somewhere, with some values; the answer's status."""
        forms = Options()
        forms.feed(self.page(at))
        sent = {**next(form for action, form in forms.found if action == to), **values}
        return self.client.post(to, base_url=ORIGIN, data=sent, headers={"Origin": ORIGIN}).status_code


def test_seats_kept_for_relatives_are_not_told_as_free(fixed: Scene) -> None:
    """Of eight seats two are kept: six are free, and as many fewer as are given; a relative takes of the kept ones; when the
    time to ask is over all that is left is free. Whoever asks while nothing but kept seats is left has to wait.
    """
    with fixed.court.database.write() as session:
        session.execute(update(CourtRoom).values(seats=8))
    app = create_app(court=fixed.court)
    reader = app.test_client()

    def told() -> str:
        return reader.get("/hearings", headers={"Accept-Language": "en"}).text

    assert "6 of 8 seats of the public are free, and 2 more are kept" in told()
    assert asks(fixed, "ann").state is PlaceState.GIVEN
    assert "5 of 8 seats of the public are free, and 2 more are kept" in told()
    with fixed.court.database.write() as session:
        session.execute(update(PlacesOfHearing).values(seats=3, kept=2))
    assert "Of 3 seats of the public only those kept for near relatives and the interested are free, 2;" in told()
    assert asks(fixed, "bo").state is PlaceState.ASKED
    with fixed.court.database.write() as session:
        session.execute(update(PlacesOfHearing).values(closes_at=fixed.clock.now() - timedelta(hours=1)))
    assert "2 of 3 seats of the public are free" in told()


def test_from_the_list_to_a_pass_and_past_the_door(fixed: Scene) -> None:
    """The list says how many seats are free; who asks sees their pass; the registry sees them, and lets them in on the day."""
    app = create_app(court=fixed.court)
    ann, clerk, bo = (Browser(app, fixed, who) for who in ("ann", "clerk", "bo"))
    assert "2 of 2 seats of the public are free" in ann.page("/hearings")
    at = f"/attending/{hearing(fixed).reference}"
    assert ann.sends(at, at, name="Ann", tie="relative") == 422
    assert ann.sends(at, at, name="Ann", tie="none") == 303
    page = ann.page(at)
    assert "Your pass has the number 1" in page and "Give it back" in page
    assert "1 of 2 seats" in ann.page("/hearings") and at in ann.page("/attending")
    assert "您的旁听证为1号" in Browser(app, fixed, "ann", "zh-Hans").page(at)
    assert "Ann" not in bo.page(at)
    desk, request = f"/attending/desk/{hearing(fixed).reference}", of(fixed, "ann").reference
    assert ROOM in clerk.page("/attending/desk")
    assert "Identity checked" not in clerk.page(desk)
    assert ann.client.get(desk, base_url=ORIGIN).status_code == 404
    answer = f"/attending/desk/requests/{request}/answer"
    assert clerk.sends(f"/attending/desk/requests/{request}", answer, answer="leave", words="Welcome.") == 422
    fixed.clock.set(hearing(fixed).begins_at - timedelta(minutes=20))
    clerk = Browser(app, fixed, "clerk")
    assert "Identity checked" in clerk.page(desk)
    assert clerk.sends(desk, f"/attending/desk/requests/{request}/door") == 303
    assert "Admitted" in clerk.page(desk)


def test_a_place_given_back_by_page_can_be_asked_for_again(fixed: Scene) -> None:
    """The button gives it back, and the form to ask is there again with the name."""
    ann, at = Browser(create_app(court=fixed.court), fixed, "ann"), f"/attending/{hearing(fixed).reference}"
    assert ann.sends(at, at, name="Ann Lee", tie="none") == 303
    assert ann.sends(at, f"{at}/back") == 303
    assert "Ask again" in ann.page(at) and "Ann Lee" in ann.page(at)
    assert ann.sends(at, at) == 303 and states(fixed)["ann"] is PlaceState.GIVEN


def test_the_places_once_kept_stay_as_they_were_announced(fixed: Scene) -> None:
    """A room that gets fewer seats later takes nobody's place."""
    asks(fixed, "ann")
    with fixed.court.database.write() as session:
        session.scalars(select(CourtRoom)).one().seats = 1
    asks(fixed, "bo")
    assert set(states(fixed).values()) == {PlaceState.GIVEN}
    with fixed.court.database.read() as session:
        assert session.scalars(select(PlacesOfHearing)).one().seats == 2


# What goes on at the same time, or comes afterwards


def witness(scene: Scene, email: str, account_id: int | None = None) -> None:
    """Somebody is named as a witness."""
    with scene.court.database.write() as session:
        session.add(
            Witness(
                case_id=scene.case_id,
                role=Role.WITNESS,
                name="Whoever saw it",
                email=email,
                about="The parcel",
                manner=Manner.LIVE,
                state=RequestState.GRANTED,
                account_id=account_id,
                entry_number=1,
            )
        )


def test_who_was_refused_meanwhile_gives_nothing_back(fixed: Scene) -> None:
    """What the registry wrote after the page was read counts: a refused request is not made one that may be put again, and
    a place given meanwhile leaves no number behind.
    """
    asks(fixed, "ann")
    with fixed.court.database.write() as session:
        row = session.scalars(select(PlaceRequest)).one()
        session.execute(
            update(PlaceRequest)
            .values(state=PlaceState.REFUSED, ground="disorder")
            .execution_options(synchronize_session=False)
        )
        with pytest.raises(ActNotOpen):
            places.give_back(fixed.court, session, pack(fixed), row.reference, fixed.people["ann"], fixed.clock.now())


def test_a_request_is_dealt_with_while_no_act_changes_the_case(fixed: Scene) -> None:
    """The case is locked as an act locks it: a hearing is not closed, nor a witness named, between the look and the place."""
    if fixed.court.database.engine.dialect.name == "sqlite":
        pytest.skip("one writer at a time")
    asked = PlaceInput(name="Ann", tie="none")
    with fixed.court.database.write() as session:
        account = session.get_one(Account, fixed.people["ann"])
        places.ask(fixed.court, session, pack(fixed), hearing(fixed).reference, account, asked, fixed.clock.now())
        with pytest.raises(OperationalError), fixed.court.database.engine.connect() as other:
            other.execute(select(Case.id).where(Case.id == fixed.case_id).with_for_update(nowait=True))


def test_the_place_of_who_will_be_heard_goes_to_who_comes_next(fixed: Scene) -> None:
    """Named by address, also before they came to the case: not admitted any more, and nobody waits beside an empty seat."""
    witness(fixed, "DAI@people.example")
    with pytest.raises(ActNotOpen):
        asks(fixed, "dai")
    for who in ("ann", "bo", "cai"):
        asks(fixed, who)
    witness(fixed, "ann@people.example")
    told = letters(fixed)
    fixed.do("ask_hearing_order", "li", kind="interpreter", words="I speak Uyghur.")
    assert states(fixed) == {"ann": PlaceState.REFUSED, "bo": PlaceState.GIVEN, "cai": PlaceState.GIVEN}
    assert of(fixed, "ann").ground == "witness" and letters(fixed) == told + 2


def test_who_asked_in_vain_to_close_a_hearing_takes_no_place_for_good(fixed: Scene) -> None:
    """While it is not decided requests lapse; once the hearing is public again, the page offers to ask again."""
    asks(fixed, "ann")
    fixed.do("ask_hearing_order", "li", kind="closed_doors", words="My address would be read out.")
    with pytest.raises(ActNotOpen):
        asks(fixed, "ann")
    with fixed.court.database.read() as session:
        motion = session.scalars(select(Motion.reference)).one()
    fixed.do("rule_on_hearing_order", "judge", motion=motion, answer="refuse", reasons="The address is left out.")
    ann, at = Browser(create_app(court=fixed.court), fixed, "ann"), f"/attending/{hearing(fixed).reference}"
    assert "you may ask again" in ann.page(at)
    assert ann.sends(at, at, name="Ann", tie="none") == 303 and states(fixed)["ann"] is PlaceState.GIVEN


def test_whoever_was_answered_is_told_also_where_no_seat_is_free(fixed: Scene) -> None:
    """A minor may come but waits; a tie does not count: each reads by letter that there is an answer."""
    for who in ("ann", "bo"):
        asks(fixed, who)
    asks(fixed, "cai", is_minor=True)
    asks(fixed, "dai", tie="relative", tie_words="Cousin of Li Wen")
    told = letters(fixed)
    answers(fixed, "cai", answer="leave")
    answers(fixed, "dai", answer="no_tie")
    assert {states(fixed)["cai"], states(fixed)["dai"]} == {PlaceState.ASKED} and letters(fixed) == told + 2


def test_after_the_time_to_ask_the_way_stays(fixed: Scene) -> None:
    """A lot chosen after everything was given out would have no seed: whoever asked then would find an error."""

    def chooses(way: Way) -> None:
        with fixed.court.database.write() as session:
            clerk, at = session.get_one(Account, fixed.people["clerk"]), hearing(fixed).reference
            places.set_way(fixed.court, session, pack(fixed), at, way, clerk, fixed.clock.now())

    chooses(Way.ORDER)
    desk = f"/attending/desk/{hearing(fixed).reference}"
    assert "Give them out so" in Browser(create_app(court=fixed.court), fixed, "clerk").page(desk)
    fixed.clock.set(hearing(fixed).begins_at - timedelta(hours=3))
    assert places.give_out_due(fixed.court) == 1
    assert "Give them out so" not in Browser(create_app(court=fixed.court), fixed, "clerk").page(desk)
    with pytest.raises(ActNotOpen):
        chooses(Way.LOT)
    asks(fixed, "ann")
    assert states(fixed)["ann"] is PlaceState.GIVEN


def test_an_outsider_draws_the_lot_again_with_relatives_and_the_late(fixed: Scene) -> None:
    """From what the page gives alone: the record in the log lists all who asked in time, who waits for leave too, and no late
    one; sorted as the guide says, the seats were given from the top.
    """
    with fixed.court.database.write() as session:
        clerk, at = session.get_one(Account, fixed.people["clerk"]), hearing(fixed).reference
        places.set_way(fixed.court, session, pack(fixed), at, Way.LOT, clerk, fixed.clock.now())
    asks(fixed, "ann", is_minor=True)
    asks(fixed, "bo")
    asks(fixed, "cai", tie="relative", tie_words="Sister of Li Wen")
    fixed.clock.set(hearing(fixed).begins_at - timedelta(hours=3))
    asks(fixed, "dai")
    assert places.give_out_due(fixed.court) == 0
    fixed.court.notary.sequence()
    fixed.clock.set(hearing(fixed).begins_at - timedelta(hours=2))
    asks(fixed, "ed")
    fixed.court.notary.sequence()
    with fixed.court.database.write() as session:
        newest = session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size.desc())).first()
        assert newest is not None
        session.add(
            LogCosignature(log_id=newest.log_id, size=newest.size, witness="w", line="w", cosigned_at=fixed.clock.now())
        )
    assert places.give_out_due(fixed.court) == 1
    with fixed.court.database.read() as session:
        index = session.scalars(
            select(LogEntry.log_index)
            .join(Receipt, Receipt.entry_id == LogEntry.id)
            .where(Receipt.reference == session.scalars(select(PlacesOfHearing.closed_by)).one())
        ).one()
        first = session.scalars(select(LogCheckpoint.size).where(LogCheckpoint.size > index)).all()
        assert len(first) > 1
    answers(fixed, "ann", answer="leave")
    told = create_app(court=fixed.court).test_client().get(f"/attending/{hearing(fixed).reference}/lot").get_json()
    in_time = {of(fixed, who).reference for who in ("ann", "bo", "cai")}
    assert set(json.loads(told["record"])["requests"]) == in_time
    with fixed.court.database.read() as session:
        kept = session.scalars(select(PlaceRecord).where(PlaceRecord.receipt == told["end_of_asking"])).one()
    assert kept.record == told["record"] and told["log_size"] == min(first)

    def lot(one: dict[str, object]) -> str:
        return sha256(f"{told['seed']}\n{one['reference']}".encode()).hexdigest()

    again = sorted(
        told["requests"],
        key=lambda one: (not one["first"], one["late"], one["asked_at"] if one["late"] else lot(one)),
    )
    assert again == told["requests"]
    ends = [again[0], again[-2], again[-1]]
    assert [one["reference"] for one in ends] == [of(fixed, who).reference for who in ("cai", "dai", "ed")]
    assert again[0]["place"] == 1 and again[-1]["place"] is None and again[-1]["asked_at"]


def test_who_watched_is_forgotten_a_month_after_the_hearing(fixed: Scene) -> None:
    """Name, tie and account go; what stands in the log names nobody and stays."""
    for who in ("ann", "bo", "cai"):
        asks(fixed, who)
    fixed.clock.set(hearing(fixed).begins_at + timedelta(days=29))
    assert places.erase_due(fixed.court) == 0 and len(states(fixed)) == 3
    fixed.clock.set(hearing(fixed).begins_at + timedelta(days=32))
    with fixed.court.database.read() as session:
        steps = len(session.scalars(select(PlaceRecord.id)).all())
    assert places.erase_due(fixed.court) == 3 and places.erase_due(fixed.court) == 0 and states(fixed) == {}
    with fixed.court.database.read() as session:
        assert len(session.scalars(select(PlaceRecord.id)).all()) == steps


def test_the_courtroom_is_called_one_in_chinese(fixed: Scene) -> None:
    """A word that means a passage of a text elsewhere does not stand beside a room."""
    page = Browser(create_app(court=fixed.court), fixed, "ann", "zh-Hans").page(
        f"/attending/{hearing(fixed).reference}"
    )
    assert "<dt>法庭</dt><dd>Courtroom 3</dd>" in page


def test_who_takes_part_is_told_so_and_offered_no_form(fixed: Scene) -> None:
    """The page of a party's own hearing leads to its case, before anything is typed that would be refused."""
    page = Browser(create_app(court=fixed.court), fixed, "li").page(f"/attending/{hearing(fixed).reference}")
    assert "You take part in this case" in page and "What do you have to do with the case?" not in page
