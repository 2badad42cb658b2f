"""Rooms, hearing hours, clashes and weeks: nobody decides in two hearings at once, and one room holds one hearing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from pydantic import ValidationError
from sqlalchemy import event, select

from odr.docket.models import Case, Party, Role, Seat, Stage, Track
from odr.filing.models import StaffLeave
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, NotFound
from odr.hearing.courtroom.calendar.away import (
    LONGEST as LONGEST_AWAY,
    AwayInput,
    faults_of,
    take_back as take_back_days,
    tell,
    told_by,
)
from odr.hearing.courtroom.calendar.clashes import Wanted, next_free
from odr.hearing.courtroom.calendar.diary import HOLDS, Span, booked_between, diary, wall
from odr.hearing.courtroom.calendar.hours import (
    HearingHoursInput,
    OwnHoursInput,
    RoomHoursInput,
    RoomInput,
    add_hours,
    add_room,
    end_hours,
    end_room,
    who_hears,
)
from odr.hearing.courtroom.calendar.models import CourtRoom, DaysAway, RoomKind, WeeklyHours
from odr.hearing.courtroom.calendar.moving_many import move_together, moves
from odr.hearing.courtroom.calendar.suggested import Suggestion, suggestions, summon_together
from odr.hearing.courtroom.calendar.week import hearing_list, judges_week, monday_of, waiting_for_a_day
from odr.hearing.courtroom.inputs import SummonInput
from odr.hearing.courtroom.moving import MoveInput
from odr.hearing.models import Hearing, Interpreter, Motion, Summons
from odr.hearing.vocabulary import HearingState, Mode, MotionKind, RequestState
from odr.identity.models import Account, AccountRole, AccountState, Mandate, MandateScope
from odr.procedure.lists.lists import perform_lists, take_back
from odr.procedure.lists.models import ActListLine, LineState
from odr.service.models import Packet, ServiceAttempt
from odr.service.registry.failed_together import do_together
from odr.service.vocabulary import LIVE_ATTEMPT_STATES, PacketState
from tests.hearing.scene import CHEN, DENG, LI, WANG, Scene, accepted_case, open_court, put_case
from tests.scene import Scene as Walk

MONDAY = date(2026, 3, 16)
"""Some Monday long enough after every scene’s beginning."""
OFFICE = {"weekdays": ["0", "1", "2", "3", "4"], "from_on": "2026-01-01"}


def another(scene: Scene, number: int, *, judge: str = CHEN) -> Scene:
    """One more case of the same court, and of the same people unless another judge is named."""
    with scene.court.sit() as sitting:
        if judge not in scene.accounts:
            account = Account(
                email=f"judge{number}@x.example", name=judge, state=AccountState.ACTIVE, created_at=sitting.now
            )
            sitting.session.add(account)
            sitting.session.flush()
            sitting.session.add(AccountRole(account_id=account.id, role=Role.JUDGE, granted_at=sitting.now))
            scene.accounts[judge] = account.id
        made = replace(scene, parties={}, accounts=scene.accounts | {CHEN: scene.accounts[judge]})
        made.case_id = put_case(sitting, made, Track.ORDINARY, False, False, False, number)
    made.act(CHEN, "open_examination", mode="offline")
    return made


def first(scene_of: Callable[..., Scene]) -> Scene:
    """A case that waits for the day of its hearing in the courtroom."""
    scene = scene_of(track=Track.ORDINARY, joined=False)
    scene.act(CHEN, "open_examination", mode="offline")
    return scene


def summon(scene: Scene, on: str = "2026-03-17", at: str = "09:30", place: str = "Courtroom 3", **more: Any) -> None:
    """The clerk fixes a hearing."""
    scene.act(WANG, "summon", mode="offline", on=on, at=at, place=place, **more)


def president(scene: Scene) -> int:
    """Whoever sets rooms and hours."""
    return scene.accounts[DENG]


def furnish(scene: Scene, *rooms: str) -> None:
    """Courtrooms that are open on weekdays, and a judge who hears cases from nine to twelve, in hours."""
    with scene.court.database.write() as session:
        now = scene.clock.now()
        for name in rooms:
            given = RoomInput(name=name, kind=RoomKind.COURTROOM, seats=20, from_on="2026-01-01")  # type: ignore[arg-type]
            room = add_room(session, given, president(scene), now)
            hours = RoomHoursInput(begins="08:00", ends="18:00", **OFFICE)
            add_hours(session, hours, president(scene), now, room_id=room.id)
        own = OwnHoursInput(begins="09:00", ends="12:00", slot=60, **OFFICE)
        add_hours(session, own, scene.accounts[CHEN], now, account_id=scene.accounts[CHEN])


def refused(scene: Scene, *words: str, **given: Any) -> list[str]:
    """The court refuses to fix a hearing, and says all these words."""
    with pytest.raises(InvalidInput) as error:
        summon(scene, **given)
    told = [fault.message.render("en") for fault in error.value.faults]
    for each in words:
        assert any(each in one for one in told), (each, told)
    return told


# -- clashes -----------------------------------------------------------------------


def test_a_judge_hears_one_case_at_a_time(scene_of: Callable[..., Scene]) -> None:
    """The second is refused with what is in the way and who can mend it; one that begins when the other ends is not."""
    one = first(scene_of)
    other = another(one, 7)
    summon(one, length=60)
    refused(other, "Judge Chen hears (2026) 1 from 09:30 to 10:30", "president", at="10:00", place="Courtroom 1")
    refused(other, "Judge Chen hears", at="08:45", place="Courtroom 1", despite=True)
    summon(other, at="10:30", place="Courtroom 1", despite=True)


def test_a_room_holds_one_hearing(scene_of: Callable[..., Scene]) -> None:
    """Rooms written the same are one room, whatever their capitals; another judge may sit next door."""
    one = first(scene_of)
    other = another(one, 7, judge="Judge Lin")
    summon(one)
    refused(other, "In this room (2026) 1 is heard from 09:30 to 10:30", place="courtroom  3", despite=True)
    summon(other, place="Courtroom 1", despite=True)


def test_what_was_put_off_or_called_off_keeps_nothing(scene_of: Callable[..., Scene]) -> None:
    """Once a hearing is put off its hour is free; while the president has not approved it is not (EXT 6)."""
    one = first(scene_of)
    other = another(one, 7)
    summon(one)
    with one.look() as (court, _):
        reference = court.session.scalars(select(Hearing.reference)).one()
    one.act(CHEN, "adjourn_hearing", hearing=reference, ground="other", reasons="The river has flooded the town.")
    refused(other, "Judge Chen hears", despite=True)
    one.act(DENG, "rule_on_adjournment", hearing=reference, answer="allow", reasons="Nobody can come.")
    summon(other, despite=True)


def test_nobody_is_summoned_to_a_judge_on_leave(scene_of: Callable[..., Scene]) -> None:
    """The leave is named with its days; ended, the hearing is fixed."""
    scene = first(scene_of)
    with scene.court.database.write() as session:
        leave = StaffLeave(
            account_id=scene.accounts[CHEN],
            from_on=MONDAY,
            until_on=MONDAY + timedelta(days=4),
            set_by=president(scene),
            at=scene.clock.now(),
        )
        session.add(leave)
        session.flush()
        number = leave.id
    refused(scene, "Judge Chen is on leave from", despite=True)
    with scene.court.database.write() as session:
        session.get_one(StaffLeave, number).ended_at = scene.clock.now()
    summon(scene)


def test_whoever_else_is_called_twice_is_asked_about(scene_of: Callable[..., Scene]) -> None:
    """A party, whoever acts for them and the clerk may be in two hearings only where somebody has said that it is right;
    of the other case no more is said than its hour.
    """
    one = first(scene_of)
    other = another(one, 7, judge="Judge Lin")
    with one.court.database.write() as session:
        for scene in (one, other):
            session.add(
                Mandate(
                    case_id=scene.case_id,
                    party_id=scene.parties[LI],
                    account_id=one.accounts["Ding"],
                    scope=MandateScope.ORDINARY,
                    from_at=one.clock.now(),
                    signed_at=one.clock.now(),
                    accepted_at=one.clock.now(),
                )
            )
    summon(one)
    told = refused(other, "Li Wen (claimant)", "Ding (who acts for a party)", "Clerk Wang (clerk)", place="Courtroom 1")
    assert not any("(2026) 1" in words for words in told)
    summon(other, place="Courtroom 1", despite=True)


def test_what_is_refused_offers_what_is_free(scene_of: Callable[..., Scene]) -> None:
    """The next slots in which the judge hears cases and a room is free, in the room that was wanted where it is."""
    one = first(scene_of)
    furnish(one, "Courtroom 3", "Courtroom 1")
    other = another(one, 7)
    summon(one, at="09:00")
    told = refused(other, "Free next", at="09:00", despite=True)[-1]
    assert "10:00 (Courtroom 3)" in told and "11:00 (Courtroom 3)" in told and "09:00" in told
    refused(other, "Judge Chen does not hear cases at this hour", at="14:00")
    refused(other, "not open all that time", at="17:30")
    summon(other, at="14:00", despite=True)


def test_nobody_is_summoned_to_a_room_that_has_ended(scene_of: Callable[..., Scene]) -> None:
    """However long ago it ended, or if it is only to come; a place that is no room of the court is asked about."""
    scene = first(scene_of)
    furnish(scene, "Courtroom 1", "Courtroom 3")
    with scene.court.database.write() as session:
        closed = session.scalars(select(CourtRoom).where(CourtRoom.name == "Courtroom 3")).one()
        end_room(session, closed.id, date(2026, 3, 2))
        later = RoomInput(name="Courtroom 9", kind=RoomKind.COURTROOM, seats=9, from_on="2027-01-01")  # type: ignore[arg-type]
        add_room(session, later, president(scene), scene.clock.now())
    for place in ("Courtroom 3", "courtroom  9"):
        refused(scene, "not a room of the court", place=place, despite=True)
    refused(scene, "The court knows no room called “Courtroom I”", place="Courtroom I")
    summon(scene, place="Courtroom 1")


@pytest.mark.parametrize("seed", [20260316, 7, 4711])
def test_no_two_hearings_of_a_judge_a_room_or_an_interpreter_overlap(scene_of: Callable[..., Scene], seed: int) -> None:
    """Whatever is summoned, put off, moved, held and interpreted by whomever in whatever order: no judge, no room and no
    interpreter is taken twice at a moment.
    """
    lot = Random(seed)
    one = first(scene_of)
    cases = [one, another(one, 2), another(one, 3, judge="Judge Lin"), another(one, 4, judge="Judge Lin")]
    fixed = appointed = 0
    for _ in range(70):
        scene = lot.choice(cases)
        if lot.random() < 0.2:
            try:
                interpreted(scene, lot.choice(("ma@interpreters.example", "Ma@Interpreters.example", "bo@x.example")))
                appointed += 1
            except InvalidInput:
                pass
            assert_nothing_overlaps(scene)
            continue
        with scene.look() as (court, case):
            waits = court.session.scalar(
                select(Hearing.reference).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
            )
        try:
            what = lot.random()
            day = (MONDAY + timedelta(days=lot.randrange(2))).isoformat()
            hour = f"{lot.randrange(9, 12):02}:{lot.choice(('00', '30'))}"
            place = f"Courtroom {lot.randrange(2)}"
            if waits is not None and what < 0.2:
                scene.act(CHEN, "adjourn_hearing", hearing=waits, ground="evidence", reasons="A witness is ill.")
            elif waits is not None and what < 0.6:
                how = {"on": day, "at": hour, "place": place, "despite": True}
                scene.act(WANG, "move_hearing", hearing=waits, reasons="The room is wanted.", **how)
                fixed += 1
            else:
                summon(scene, on=day, at=hour, place=place, length=lot.choice((30, 60, 90)), despite=True)
                fixed += 1
        except (InvalidInput, ActNotOpen):
            pass
        assert_nothing_overlaps(scene)
    assert fixed > 5 and appointed > 3


def interpreted(scene: Scene, address: str) -> None:
    """A motion for an interpreter was granted, and the clerk appoints somebody."""
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        motion = Motion(
            case_id=case.id,
            party_id=case.parties[0].id,
            kind=MotionKind.INTERPRETER,
            words="Uyghur, please.",
            state=RequestState.GRANTED,
            entry_number=case.entry_count,
        )
        session.add(motion)
        session.flush()
        reference = motion.reference
    scene.act(
        WANG,
        "appoint_interpreter",
        motion=reference,
        name="Ma",
        email=address,
        language="Uyghur to Chinese",
        pay="court",
    )


def test_an_interpreter_is_in_one_hearing_at_a_time(scene_of: Callable[..., Scene]) -> None:
    """Refused when the second hearing is fixed, and when they are appointed to a case whose hearing is fixed already; nobody's
    word that it is right helps, for nobody else says for them what is said.
    """
    one = first(scene_of)
    other, third = another(one, 7, judge="Judge Lin"), another(one, 8, judge="Judge Sun")
    interpreted(one, "ma@interpreters.example")
    interpreted(other, "MA@interpreters.example")
    summon(one, length=60)
    refused(other, "Ma interprets in another hearing", place="Courtroom 1", despite=True)
    summon(third, place="Courtroom 2", despite=True)
    with pytest.raises(InvalidInput):
        interpreted(third, "ma@interpreters.example")
    interpreted(third, "bo@interpreters.example")
    summon(other, at="10:30", place="Courtroom 1", despite=True)


def test_days_on_which_somebody_cannot_come_are_asked_about(scene_of: Callable[..., Scene]) -> None:
    """A party and a judge who told it are named with their days; taken back, nobody is asked; of a stranger nobody is told."""
    scene = first(scene_of)
    today, now = scene.clock.now().date(), scene.clock.now()
    away = AwayInput(first=MONDAY, last=MONDAY + timedelta(days=2))
    with scene.court.database.write() as session:
        li = session.scalars(select(Party).where(Party.id == scene.parties[LI])).one().account_id
        assert li is not None
        for account_id in (li, scene.accounts[CHEN], president(scene)):
            tell(session, account_id, away, today, now)
            tell(session, account_id, away, today, now)
        assert told_by(session, li, today).total == 1, "the same again changes nothing"
    told = refused(scene, "Li Wen (claimant) has told the court", "Judge Chen (judge) has told")
    assert sum("has told the court" in each for each in told) == 2
    with scene.court.database.write() as session:
        for row in session.scalars(select(DaysAway)).all():
            if row.account_id == li:
                with pytest.raises(NotFound):
                    take_back_days(session, scene.accounts[CHEN], row.id, now)
                take_back_days(session, li, row.id, now)
    told = refused(scene, "Judge Chen (judge) has told")
    assert not any("Li Wen" in each for each in told)
    summon(scene, despite=True)


def test_a_day_somebody_has_told_is_no_free_day(scene_of: Callable[..., Scene]) -> None:
    """The judge's own day has no slots and says why; no day of a party or of the judge is suggested for their case, though
    one of a stranger is.
    """
    scene = first(scene_of)
    furnish(scene, "Courtroom 3")
    days = [MONDAY + timedelta(days=number) for number in range(5)]
    now, today = scene.clock.now(), scene.clock.now().date()
    with scene.court.database.write() as session:
        li = session.scalars(select(Party).where(Party.id == scene.parties[LI])).one().account_id
        assert li is not None
        for account_id, day in ((li, days[1]), (scene.accounts[CHEN], days[2]), (president(scene), days[3])):
            tell(session, account_id, AwayInput(first=day, last=day), today, now)
    with scene.court.database.read() as session:
        look = scene.court.look(session)
        week = judges_week(look, scene.accounts[CHEN], MONDAY)
        assert [len(day.free) for day in week.days] == [3, 3, 0, 3, 3]
        off = week.days[2].off
        assert off is not None and off.render("en") == "Cannot come that day"
        line = next(one for one in hearing_list(look, scene.accounts[CHEN], MONDAY, whole_week=True).judges.rows)
        assert [load.capacity for load in line.days[:5]] == [3, 3, 0, 3, 3]
        wanted = Wanted(wall(MONDAY, 0, scene.court.settings.tz), 60, "Courtroom 3")
        found = next_free(look, session.get_one(Case, scene.case_id), wanted, diary(look, MONDAY, days[-1]), most=99)
        offered = {slot.span.begins.astimezone(scene.court.settings.tz).date() for slot, _ in found}
        assert offered == {days[0], days[3], days[4]}


@given(st.integers(-400, 400), st.integers(-400, 400))
def test_days_away_are_in_order_ahead_and_not_endless(begins: int, ends: int) -> None:
    """Whatever two days are given, only days in order that are not over, at most 180 at a stretch, are taken."""
    given = AwayInput(first=MONDAY + timedelta(days=begins), last=MONDAY + timedelta(days=ends))
    right = begins <= ends and ends >= 0 and ends - begins < LONGEST_AWAY
    assert (not faults_of(given, MONDAY)) is right


def assert_nothing_overlaps(scene: Scene) -> None:
    """Of all hearings that hold their room and bench."""
    zone = scene.court.settings.tz
    with scene.court.database.read() as session:
        rows = booked_between(session, wall(MONDAY, 0, zone), wall(MONDAY + timedelta(days=60), 0, zone))
        speaks: dict[int, set[str]] = {}
        for case_id, email in session.execute(select(Interpreter.case_id, Interpreter.email)):
            speaks.setdefault(case_id, set()).add(email.casefold())
    holding = [row for row in rows if row.hearing.state in HOLDS]
    for number, row in enumerate(holding):
        for other in holding[number + 1 :]:
            if row.span.overlaps(other.span):
                assert row.key != other.key
                assert not {who for _, who, _ in row.bench} & {who for _, who, _ in other.bench}
                assert not speaks.get(row.case.id, set()) & speaks.get(other.case.id, set())


minutes = st.integers(0, 600)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes, st.integers(1, 600), minutes, st.integers(1, 600))
def test_spans_overlap_where_they_share_a_moment(a: int, long: int, b: int, wide: int) -> None:
    """Both ways alike, and not where one ends when the other begins."""
    midnight = wall(MONDAY, 0, UTC)
    one, other = Span.of(midnight + timedelta(minutes=a), long), Span.of(midnight + timedelta(minutes=b), wide)
    shares = bool(set(range(a, a + long)) & set(range(b, b + wide)))
    assert one.overlaps(other) == other.overlaps(one) == shares
    assert one.within(other) == (set(range(a, a + long)) <= set(range(b, b + wide)))


# -- rooms and hours -----------------------------------------------------------------


def test_rooms_and_hours_are_dated_and_end(scene_of: Callable[..., Scene]) -> None:
    """A room of a name is there once at a time; hours of one room or person do not overlap; what ends stays until its day
    is over.
    """
    scene = first(scene_of)
    furnish(scene, "Courtroom 3")
    court, now, by = scene.court, scene.clock.now(), president(scene)
    with court.database.write() as session:
        again = RoomInput(name="courtroom 3", kind=RoomKind.COURTROOM, from_on="2026-06-01")  # type: ignore[arg-type]
        with pytest.raises(InvalidInput, match="of this name"):
            add_room(session, again, by, now)
        mine = scene.accounts[CHEN]
        for wrong, words in (
            ({"begins": "11:00", "ends": "13:00"}, "overlap"),
            ({"begins": "15:00", "ends": "14:00"}, "not after"),
            ({"begins": "14:00", "ends": "14:30"}, "longer than"),
            ({"begins": "14:00", "ends": "16:00", "until_on": "2025-12-31"}, "before the first"),
            ({"begins": "half", "ends": "16:00"}, "09:30"),
        ):
            with pytest.raises(InvalidInput, match=words):
                add_hours(session, OwnHoursInput(**OFFICE | wrong), by, now, account_id=mine)
        with pytest.raises(InvalidInput, match="No judge"):
            who_hears(session, "clerk.wang@x.example")
        assert who_hears(session, "Judge.Chen@x.example").id == mine
        assert HearingHoursInput(email="judge.chen@x.example", begins="14:00", ends="16:00", **OFFICE).slot == 60
        room = session.scalars(select(CourtRoom)).one()
        end_room(session, room.id, MONDAY)
        session.flush()
        look = court.look(session)
        assert [
            r.name for r in diary(look, MONDAY, MONDAY).rooms_free(Span.of(wall(MONDAY, 600, court.settings.tz), 60))
        ]
        tuesday = MONDAY + timedelta(days=1)
        assert not diary(look, tuesday, tuesday).rooms
        line = session.scalars(select(WeeklyHours).where(WeeklyHours.account_id == mine)).first()
        assert line is not None
        end_hours(session, line.id, MONDAY)
        assert line.until_on == MONDAY


def test_slots_know_holidays_leave_and_the_length_asked_for(scene_of: Callable[..., Scene]) -> None:
    """No slot on a public holiday of the pack, none on leave; a longer hearing ends within the hours."""
    scene = first(scene_of)
    furnish(scene, "Courtroom 3")
    mine, holiday = scene.accounts[CHEN], date(2026, 5, 1)
    with scene.look() as (court, _):
        days = diary(court, MONDAY, holiday)
        assert len(days.slots(mine, MONDAY)) == 3
        assert len(days.slots(mine, MONDAY, 120)) == 2
        assert days.slots(mine, MONDAY + timedelta(days=5)) == [] and days.slots(mine, holiday) == []
        week = judges_week(court, mine, monday_of(holiday))
        assert [str(day.off.render("en")) for day in week.days if day.off is not None] == ["Public holiday"]


# -- weeks and lists ----------------------------------------------------------------


def test_a_week_shows_what_is_fixed_and_what_is_free(scene_of: Callable[..., Scene]) -> None:
    """A hearing takes its slot; a slot without any room is free of rooms; cases that wait are offered for it."""
    one = first(scene_of)
    furnish(one, "Courtroom 3")
    other = another(one, 7)
    summon(one, at="10:00")
    with one.look() as (court, _):
        week = judges_week(court, one.accounts[CHEN], MONDAY)
        assert (week.hearings, week.free, week.has_hours) == (1, 14, True)
        tuesday = week.days[1]
        assert [f"{at.astimezone(court.court.settings.tz):%H:%M}" for at, _, _ in tuesday.lines] == [
            "09:00",
            "10:00",
            "11:00",
        ]
        waits = waiting_for_a_day(court, one.accounts[WANG], one.accounts[CHEN])
        assert [case.id for case in waits.rows] == [other.case_id]
        assert waiting_for_a_day(court, one.accounts[DENG], one.accounts[CHEN]).total == 0


def test_the_list_is_narrowed_and_counts_truly(scene_of: Callable[..., Scene]) -> None:
    """By day or week, judge and room; a seat given to somebody else afterwards shows as a clash."""
    one = first(scene_of)
    furnish(one, "Courtroom 3", "Courtroom 1")
    other = another(one, 7, judge="Judge Lin")
    summon(one, at="10:00")
    summon(other, at="10:00", place="Courtroom 1", despite=True)
    tuesday = MONDAY + timedelta(days=1)
    with one.court.database.write() as session:
        seat = session.scalars(
            select(Seat).where(Seat.case_id == other.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        ).one()
        seat.until_at = one.clock.now()
        session.add(
            Seat(case_id=other.case_id, account_id=one.accounts[CHEN], role=Role.JUDGE, from_at=one.clock.now())
        )
    with one.look() as (court, _):
        reader = one.accounts[WANG]
        whole = hearing_list(court, reader, MONDAY, whole_week=True)
        assert (whole.page.total, whole.clashes, whole.slots.total) == (2, 2, 14)
        assert hearing_list(court, reader, MONDAY, whole_week=False).page.total == 0
        assert hearing_list(court, reader, tuesday, whole_week=False, room="courtroom 1").page.total == 1
        assert hearing_list(court, reader, tuesday, whole_week=False, judge=1).page.total == 0
        assert all(line.caption for line in whole.page.rows)
        assert not any(line.caption for line in hearing_list(court, president(one), MONDAY, whole_week=True).page.rows)
        chen = next(line for line in whole.judges.rows if line.account_id == one.accounts[CHEN])
        assert (chen.days[1].taken, chen.days[1].capacity) == (1, 3)


def many_hearings(scene: Scene, numbers: range) -> None:
    """So many cases of the judge, each with a hearing that week in a room of its own."""
    zone = scene.court.settings.tz
    with scene.court.sit() as sitting:
        for number in numbers:
            case_id = put_case(sitting, replace(scene, parties={}), Track.ORDINARY, False, False, False, number + 9)
            sitting.session.get_one(Case, case_id).stage = Stage.HEARING
            sitting.session.add(
                Hearing(
                    case_id=case_id,
                    ordinal=1,
                    mode=Mode.OFFLINE,
                    begins_at=wall(MONDAY + timedelta(days=number % 5), 540 + number, zone),
                    place=f"Courtroom {number}",
                    state=HearingState.SUMMONED,
                    summoned_by=1,
                )
            )


def test_the_desk_asks_no_more_for_fifty_hearings_than_for_five(scene_of: Callable[..., Scene]) -> None:
    """The list, the judge’s week and its counts take a number of statements that does not grow."""
    scene = first(scene_of)
    furnish(scene, "Courtroom 3")
    asked: list[str] = []
    event.listen(scene.court.database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    took = []
    for numbers in (range(5), range(5, 50)):
        many_hearings(scene, numbers)
        with scene.court.database.read() as session:
            look, begun = scene.court.look(session), len(asked)
            assert hearing_list(look, scene.accounts[WANG], MONDAY, whole_week=True).page.total == numbers.stop
            assert judges_week(look, scene.accounts[CHEN], MONDAY).hearings == numbers.stop
            took.append(len(asked) - begun)
    assert took[0] == took[1] <= 20, took


# -- suggested from what is ready, and moved together --------------------------------


def fixed_now(scene: Scene) -> list[tuple[str, str]]:
    """Hearings of a case that are fixed: when, by the clock on the wall, and where."""
    with scene.look() as (court, case):
        rows = court.session.scalars(
            select(Hearing).where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
        )
        zone = court.court.settings.tz
        return [(f"{row.begins_at.astimezone(zone):%m-%d %H:%M}", row.place) for row in rows]


def given_of(one: Suggestion) -> tuple[str, SummonInput]:
    """What the page sends back for a line that is ticked."""
    assert one.slot is not None and one.room is not None and one.mode is not None
    begins = one.slot.span.begins.astimezone(ZoneInfo("Asia/Shanghai"))
    minutes = int((one.slot.span.ends - one.slot.span.begins).total_seconds() // 60)
    return one.case.reference, SummonInput(
        mode=one.mode, on=begins.date(), at=f"{begins:%H:%M}", length=minutes, place=one.room.name
    )


def test_what_is_ready_gets_the_first_slots_by_its_trial_limit(scene_of: Callable[..., Scene]) -> None:
    """Two cases of one judge get two slots; on the list they can be taken back, then they are summoned by the real act."""
    one = first(scene_of)
    furnish(one, "Courtroom 3")
    other = another(one, 7)
    with one.court.database.write() as session:
        session.get_one(Case, one.case_id).accepted_at = one.clock.now() + timedelta(days=1)
    with one.look() as (court, _):
        page = suggestions(court, one.accounts[WANG])
    assert [line.case.id for line in page.rows] == [other.case_id, one.case_id]
    slots = [line.slot.span for line in page.rows if line.slot is not None]
    assert len(slots) == 2 and not slots[0].overlaps(slots[1]) and slots[0].begins < slots[1].begins
    reference = summon_together(one.court, one.accounts[WANG], [given_of(line) for line in page.rows], "one key")
    with one.look() as (court, _):
        assert suggestions(court, one.accounts[WANG]).total == 0
    assert perform_lists(one.court) == 0 and take_back(one.court, one.accounts[WANG], reference, [1]) == 1
    one.clock.advance(timedelta(minutes=one.court.settings.list_minutes + 1))
    assert perform_lists(one.court) == 1
    assert len(fixed_now(one)) == 1 and fixed_now(other) == []
    assert "summon" in one.entries() and "summon" not in other.entries()


def test_nothing_is_suggested_without_hours_or_while_evidence_may_come(scene_of: Callable[..., Scene]) -> None:
    """The line says why; a slot is after everybody’s time for evidence."""
    scene = first(scene_of)
    with scene.look() as (court, _):
        (line,) = suggestions(court, scene.accounts[WANG]).rows
        assert line.slot is None and line.reason is not None and "No hearing hours" in line.reason.render("en")
    furnish(scene, "Courtroom 3")
    with scene.sit() as (sitting, case):
        sitting.start_window(case, "evidence", party=case.parties[0], start=sitting.now)
    with scene.look() as (court, case):
        (line,) = suggestions(court, scene.accounts[WANG]).rows
        (window,) = court.windows(case, "evidence", party=case.parties[0])
        assert line.slot is not None and window.due_at is not None and line.slot.span.begins > window.due_at
        assert suggestions(court, scene.accounts[DENG]).total == 0


def test_one_line_nobody_can_read_stops_no_calendar(scene_of: Callable[..., Scene]) -> None:
    """An hour that is none is refused where it is given; a line that was kept with one is passed over, and many lines that
    wait cost no more statements than one.
    """
    with pytest.raises(ValidationError, match="hour_unreadable"):
        SummonInput(mode=Mode.OFFLINE, on=MONDAY, at="9-30", place="Courtroom 3")
    assert SummonInput(mode=Mode.OFFLINE, on=MONDAY, at="9:30", place="Courtroom 3").at == "09:30"
    one = first(scene_of)
    furnish(one, "Courtroom 3")
    others = [another(one, number) for number in range(7, 13)]

    def statements() -> int:
        seen: list[str] = []
        with one.look() as (court, _):
            engine = court.session.get_bind()
            event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
            suggestions(court, one.accounts[WANG])
        return len(seen)

    def put(scene: Scene, day: int) -> None:
        with scene.look() as (_, case):
            ref = case.reference
        given = SummonInput(mode=Mode.OFFLINE, on=date(2026, 3, day), at="09:00", place="Courtroom 3")
        summon_together(one.court, one.accounts[WANG], [(ref, given)], f"key {day}")

    put(others[0], 17)
    before = statements()
    for day, scene in enumerate(others[1:], 18):
        put(scene, day)
    assert statements() <= before
    with one.court.database.write() as session:
        line = session.scalars(select(ActListLine).order_by(ActListLine.id)).first()
        assert line is not None
        line.given = {**line.given, "at": "9-30"}
    with one.look() as (court, _):
        assert [row.case.id for row in suggestions(court, one.accounts[WANG]).rows] == [one.case_id]
    one.clock.advance(timedelta(minutes=one.court.settings.list_minutes + 1))
    assert perform_lists(one.court) == 3, "of a weekend somebody is asked first"
    with one.court.database.read() as session:
        assert session.scalars(select(ActListLine.state).order_by(ActListLine.id)).first() is LineState.REFUSED


def chosen_moves(scene: Scene, **asked: Any) -> list[tuple[str, MoveInput]]:
    """Every hearing that can be moved, as the page sends it back."""
    with scene.look() as (court, _):
        lines = moves(court, MONDAY, MONDAY + timedelta(days=1), **asked).rows
    found = []
    for line in lines:
        if line.span is not None and line.room is not None:
            begins = line.span.begins.astimezone(ZoneInfo("Asia/Shanghai"))
            ref = line.booked.hearing.reference
            values = {"on": begins.date(), "at": f"{begins:%H:%M}", "place": line.room.name, "despite": True}
            found.append((ref, MoveInput(hearing=ref, reasons="The judge has fallen ill.", **values)))
    return found


def test_the_hearings_of_a_judge_who_is_ill_are_moved_together(scene_of: Callable[..., Scene]) -> None:
    """Each gets a day after the illness without a clash and a new summons; what was put off as often as the track allows
    stays and says why (EXT 3, 6).
    """
    one = first(scene_of)
    furnish(one, "Courtroom 3")
    other = another(one, 7)
    summon(one, at="09:00")
    summon(other, at="10:00", despite=True)
    spent = another(one, 8)
    with one.court.database.write() as session:
        session.get_one(Case, spent.case_id).track = Track.SIMPLE
    summon(spent, on="2026-03-24", at="11:00", despite=True)
    with spent.look() as (court, case):
        (reference,) = court.session.scalars(select(Hearing.reference).where(Hearing.case_id == case.id))
    spent.act(CHEN, "adjourn_hearing", hearing=reference, ground="evidence", reasons="A witness is ill.")
    summon(spent, at="11:00", despite=True)
    judge = one.accounts[CHEN]
    with one.look() as (court, _):
        lines = moves(court, MONDAY, MONDAY + timedelta(days=1), judge=judge).rows
        stays = [line for line in lines if line.span is None]
        assert len(lines) == 3 and [line.booked.case.id for line in stays] == [spent.case_id]
        assert stays[0].reason is not None and "at most 1 time" in stays[0].reason.render("en")
    move_together(one.court, president(one), chosen_moves(one, judge=judge), "one key")
    assert chosen_moves(one, judge=judge) == []
    one.clock.advance(timedelta(minutes=one.court.settings.list_minutes + 1))
    assert perform_lists(one.court) == 2
    assert fixed_now(one) == [("03-18 09:00", "Courtroom 3")] and fixed_now(other) == [("03-18 10:00", "Courtroom 3")]
    assert_nothing_overlaps(one)
    with one.look() as (court, case):
        called = court.session.execute(
            select(Summons.sent_by, Hearing.state)
            .join(Hearing, Hearing.id == Summons.hearing_id)
            .where(Hearing.case_id == case.id, Hearing.state == HearingState.SUMMONED)
        ).all()
        assert {number for number, _ in called} == {case.entry_count} and len(called) == len(case.parties)
        states = court.session.scalars(select(Hearing.state).where(Hearing.case_id == case.id).order_by(Hearing.id))
        assert list(states) == [HearingState.ADJOURNED, HearingState.SUMMONED]


def test_a_closed_room_sends_its_hearings_next_door(scene_of: Callable[..., Scene]) -> None:
    """At the same hour, where another room of the kind is free: nobody is put off, so it counts for nothing (EXT 3)."""
    scene = first(scene_of)
    furnish(scene, "Courtroom 1", "Courtroom 3")
    summon(scene, at="09:00")
    move_together(scene.court, president(scene), chosen_moves(scene, room="courtroom 3"), "one key")
    scene.clock.advance(timedelta(minutes=scene.court.settings.list_minutes + 1))
    assert perform_lists(scene.court) == 1
    assert fixed_now(scene) == [("03-17 09:00", "Courtroom 1")]
    with scene.look() as (court, case):
        states = court.session.scalars(select(Hearing.state).where(Hearing.case_id == case.id).order_by(Hearing.id))
        assert list(states) == [HearingState.CALLED_OFF, HearingState.SUMMONED]


def test_the_registry_moves_within_the_day_and_the_president_to_another(scene_of: Callable[..., Scene]) -> None:
    """A clerk cannot put a hearing off by moving it; a judge moves none; what is moved nowhere is refused."""
    scene = first(scene_of)
    other = another(scene, 7)
    summon(scene, at="09:00")
    summon(other, at="11:00", despite=True)
    with scene.look() as (court, case):
        (ref,) = court.session.scalars(select(Hearing.reference).where(Hearing.case_id == case.id))
    how: dict[str, Any] = {"hearing": ref, "place": "Courtroom 3", "reasons": "The judge has to travel."}
    with pytest.raises(ActNotOpen, match="within its day"):
        scene.act(WANG, "move_hearing", on="2026-03-18", at="09:00", **how)
    with pytest.raises(Forbidden):
        scene.act(CHEN, "move_hearing", on="2026-03-17", at="10:00", **how)
    with pytest.raises(InvalidInput, match="fixed already"):
        scene.act(WANG, "move_hearing", on="2026-03-17", at="09:00", **how)
    with pytest.raises(InvalidInput, match="Judge Chen hears"):
        scene.act(WANG, "move_hearing", on="2026-03-17", at="10:30", despite=True, **how)
    scene.act(WANG, "move_hearing", on="2026-03-17", at="09:30", **how)
    assert fixed_now(scene) == [("03-17 09:30", "Courtroom 3")]
    with pytest.raises(ActNotOpen, match="held or put off"):
        scene.act(WANG, "move_hearing", on="2026-03-17", at="09:45", **how)


@pytest.mark.parametrize("track", [Track.SIMPLE, Track.SMALL])
def test_no_hearing_is_moved_to_an_earlier_hour_without_notice(scene_of: Callable[..., Scene], track: Track) -> None:
    """Also where a summons is free: earlier only with the three days of ordinary procedure, and later with two hours (CPL
    139, 162; CPI 261).
    """
    scene = first(scene_of)
    with scene.court.database.write() as session:
        session.get_one(Case, scene.case_id).track = track
    summon(scene, at="16:00")
    with scene.look() as (court, case):
        (ref,) = court.session.scalars(select(Hearing.reference).where(Hearing.case_id == case.id))
    how: dict[str, Any] = {"hearing": ref, "on": "2026-03-17", "place": "Courtroom 3", "reasons": "The room is wanted."}
    scene.clock.advance(wall(date(2026, 3, 17), 9 * 60 + 20, ZoneInfo("Asia/Shanghai")) - scene.clock.now())
    for at, words in (("09:30", "at least 2 hours"), ("14:00", "3 days before")):
        with pytest.raises(InvalidInput) as error:
            scene.act(WANG, "move_hearing", at=at, **how)
        assert words in error.value.faults[0].message.render("en")
    scene.act(WANG, "move_hearing", at="16:30", **how)
    assert fixed_now(scene) == [("03-17 16:30", "Courtroom 3")]


def test_a_room_that_fails_the_day_before_sends_its_hearing_next_door(scene_of: Callable[..., Scene]) -> None:
    """Day and hour stay, so neither three days nor a month are asked for once more: what the page offers the act does (CPL
    139; EXT 5).
    """
    scene = first(scene_of)
    furnish(scene, "Courtroom 1", "Courtroom 3")
    summon(scene, on="2026-03-16", at="09:00")
    with scene.look() as (court, case):
        (ref,) = court.session.scalars(select(Hearing.reference).where(Hearing.case_id == case.id))
    scene.act(CHEN, "adjourn_hearing", hearing=ref, ground="evidence", reasons="A witness is ill.")
    summon(scene, on="2026-04-28", at="09:00", gap="agreed")
    scene.clock.advance(wall(date(2026, 4, 27), 9 * 60, ZoneInfo("Asia/Shanghai")) - scene.clock.now())
    with scene.look() as (court, _):
        (line,) = moves(court, date(2026, 4, 28), date(2026, 4, 28), room="courtroom 3").rows
    assert line.room is not None and line.room.name == "Courtroom 1" and line.reason is None
    ref = line.booked.hearing.reference
    given = {"hearing": ref, "on": "2026-04-28", "at": "09:00", "place": "Courtroom 1"}
    scene.act(WANG, "move_hearing", reasons="A pipe has burst.", **given)
    assert fixed_now(scene) == [("04-28 09:00", "Courtroom 1")]


def test_everybody_gets_the_letter_of_a_moved_hearing(small_scene: Walk) -> None:
    """By the act’s own letter, which is a summons: whether it reached somebody is what a decision in default rests on
    (CPL 147).
    """
    small_scene.pend()
    small_scene.pay()
    small_scene.later(days=16)
    small_scene.do("open_examination", "judge", mode="offline")
    day = (small_scene.clock.now() + timedelta(days=14)).date().isoformat()
    small_scene.do("summon", "clerk", mode="offline", on=day, at="09:30", place="Courtroom 3")
    with small_scene.court.database.read() as session:
        ref = session.scalars(select(Hearing.reference)).one()
    given = {"on": day, "at": "14:00", "place": "Courtroom 1", "reasons": "A pipe has burst in courtroom 3."}
    number = small_scene.do("move_hearing", "clerk", hearing=ref, **given).number
    small_scene.work()
    with small_scene.court.database.read() as session:
        papers = session.scalars(select(Packet).where(Packet.occasion == "summons")).all()
        mine = [paper for paper in papers if number in paper.entry_ids]
        assert {paper.party_id for paper in mine} == {party.id for party in small_scene.case().parties}


def test_the_summons_of_a_moved_hearing_goes_out_no_more(small_scene: Walk) -> None:
    """What is held of it is taken back, what is planned is not tried, and nobody sends it again after the new one, neither
    alone nor together with what failed (CPL 139); the newer summons is sent again as before.
    """
    scene = small_scene
    scene.pend()
    scene.pay()
    scene.later(days=16)
    scene.do("open_examination", "judge", mode="offline")
    day = (scene.clock.now() + timedelta(days=14)).date().isoformat()
    first_number = scene.do("summon", "clerk", mode="offline", on=day, at="09:30", place="Courtroom 3").number
    given = {"on": day, "reasons": "A pipe has burst in courtroom 3."}

    def papers(number: int) -> list[Packet]:
        with scene.court.database.read() as session:
            rows = session.scalars(select(Packet).where(Packet.occasion == "summons").order_by(Packet.id)).all()
            session.expunge_all()
            return [row for row in rows if number in row.entry_ids]

    def fixed() -> str:
        with scene.court.database.read() as session:
            return session.scalars(select(Hearing.reference).where(Hearing.state == HearingState.SUMMONED)).one()

    scene.do("serve_again", "clerk", packet=papers(first_number)[0].reference)
    assert papers(first_number)[-1].state is PacketState.HELD
    number = scene.do("move_hearing", "clerk", hearing=fixed(), at="14:00", place="Courtroom 1", **given).number
    assert papers(first_number)[-1].state is PacketState.UNDONE
    scene.work()
    scene.later(hours=1)
    last = scene.do("move_hearing", "clerk", hearing=fixed(), at="15:00", place="Courtroom 1", **given).number
    with scene.court.database.read() as session:
        ids = [paper.id for paper in papers(number)]
        live = select(ServiceAttempt.id).where(
            ServiceAttempt.packet_id.in_(ids), ServiceAttempt.state.in_(LIVE_ATTEMPT_STATES)
        )
        assert session.scalars(live).all() == []
    scene.later(days=1)
    for paper in papers(number):
        with pytest.raises(ActNotOpen, match="its summons does not go out again"):
            scene.do("serve_again", "clerk", packet=paper.reference)
        done = do_together(scene.court, [paper.reference], "again", scene.people["clerk"], None, "k")
        assert done.done == 0 and len(done.refused) == 1
    scene.do("serve_again", "clerk", packet=papers(last)[0].reference)


def test_two_who_fix_at_once_do_not_take_the_same_room(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    """On both engines: of several clerks who fix a hearing for one hour at the same moment one succeeds, the others are
    told what is in the way.
    """
    one = accepted_case(open_court(database, clock, tmp_path / "court"), clock, track=Track.ORDINARY, joined=False)
    one.act(CHEN, "open_examination", mode="offline")
    cases = [one, *(another(one, number, judge=f"Judge {number}") for number in (2, 3, 4))]

    def fix(scene: Scene) -> bool:
        try:
            summon(scene, despite=True)
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(len(cases)) as pool:
        assert sorted(pool.map(fix, cases)) == [False, False, False, True]
    assert_nothing_overlaps(one)
