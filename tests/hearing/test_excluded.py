"""What does not count towards the trial limit (CPI 243)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from odr.app import create_app
from odr.docket.models import PartyKind, Track
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import InvalidInput
from odr.hearing.bench.today import today_of
from odr.hearing.examination.plan import clock_of
from odr.hearing.trial_limit.excluded_time import Mark, _marks, lengthened, spans
from odr.procedure.acts.letter import PaperKind
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.limitation import Excluded, trial_limit
from odr.service.models import Packet, ServiceFact
from odr.service.vocabulary import FactKind, PacketState
from tests.hearing.scene import CHEN, HAIYUN, LI, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser

CN = PackRegistry.load().for_case("cn", date(2026, 1, 1))
ZONE = ZoneInfo("Asia/Shanghai")
BEGAN = datetime(2026, 1, 15, 10, tzinfo=ZONE)
GROUNDS = ("stay", "jurisdiction")
MARKS = st.lists(st.tuples(st.sampled_from(GROUNDS), st.booleans(), st.integers(0, 150)), max_size=10)


@given(MARKS)
def test_each_day_that_does_not_count_lengthens_the_limit_by_one(drawn: list[tuple[str, bool, int]]) -> None:
    """However stays and objections begin, end and overlap, the limit ends later by as many days as any of them touches
    before that end, and no more.
    """
    now = BEGAN + timedelta(days=160)
    marks = [
        Mark(ground, begins, BEGAN + timedelta(days=day))
        for ground, begins, day in sorted(drawn, key=lambda one: one[2])
    ]
    excluded = spans(marks, now)
    for ground in GROUNDS:
        mine = sorted((s for s in excluded if s.ground == ground), key=lambda s: s.from_at)
        assert all(a.until_at <= b.from_at for a, b in pairwise(mine))
    plain, longer = trial_limit(CN, "ordinary", BEGAN), trial_limit(CN, "ordinary", BEGAN, excluded=excluded)
    assert plain is not None and longer is not None
    touched = {
        (s.from_at + timedelta(days=n)).date()
        for s in excluded
        for n in range((s.until_at.date() - s.from_at.date()).days + 1)
    }
    last = date(2026, 7, 15)
    day = BEGAN.date()
    while day < last:
        day += timedelta(days=1)
        last += timedelta(days=day in touched)
    while not CN.working_calendar.is_working(last):
        last += timedelta(days=1)
    assert longer.ends.result == last and plain.ends.result <= last


def test_what_runs_is_excluded_up_to_now() -> None:
    """An open stay has no end yet: up to now it does not count; an end without a beginning says nothing."""
    now = BEGAN + timedelta(days=9)
    assert spans([Mark("stay", False, BEGAN), Mark("stay", True, BEGAN), Mark("stay", True, now)], now) == [
        Excluded("stay", BEGAN, now)
    ]


def at(day: int) -> datetime:
    """So many days after the beginning."""
    return BEGAN + timedelta(days=day)


@pytest.mark.parametrize(
    ("acts", "excluded"),
    [
        ([("object_to_jurisdiction", 2), ("rule_on_jurisdiction", 9)], [(2, 9)]),
        (
            [
                ("object_to_jurisdiction", 2),
                ("rule_on_jurisdiction", 9),
                ("appeal_jurisdiction", 15),
                ("record_jurisdiction_appeal", 50),
            ],
            [(2, 9), (9, 50)],
        ),
        ([("object_to_jurisdiction", 2), ("rule_on_jurisdiction", 9), ("appeal_jurisdiction", 15)], [(2, 9), (9, 100)]),
    ],
)
def test_an_appeal_on_jurisdiction_prolongs_what_does_not_count(
    acts: list[tuple[str, int]], excluded: list[tuple[int, int]]
) -> None:
    """The span goes from the objection to the ruling; appealed, the ruling had no effect, and it goes on to the higher
    court's (CPI 243).
    """
    told = [(name, at(day), {"input": {}, "result": {}}) for name, day in acts]
    assert spans(_marks(told), at(100)) == [Excluded("jurisdiction", at(a), at(b)) for a, b in excluded]


@pytest.mark.parametrize(
    ("ended", "excluded"),
    [
        ([("end_mediation", 40)], [(20, 40)]),
        ([("end_mediation", 10)], []),
        ([], [(20, 60)]),
        ([("submit_agreement", 70)], [(20, 60)]),
    ],
)
def test_only_the_days_by_which_a_mediation_was_prolonged_do_not_count(
    ended: list[tuple[str, int]], excluded: list[tuple[int, int]]
) -> None:
    """Prolonged twice, from the first end to the last, or to when it ended before that (OMR 24)."""
    longer = [
        ("lengthen_mediation", at(5), {"result": {"from": at(a).isoformat(), "until": at(b).isoformat()}})
        for a, b in ((20, 40), (40, 60))
    ]
    told = [*longer, *((name, at(day), {"result": {}}) for name, day in ended)]
    assert lengthened(told, at(90)) == [Excluded("extended_mediation", at(a), at(b)) for a, b in excluded]


@pytest.fixture
def scene(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Scene]:
    """An ordinary case in examination."""
    database = Database(sqlite_url, synchronous="OFF")
    scene = accepted_case(whole_court(database, clock, tmp_path / "court"), clock, track=Track.ORDINARY)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    yield scene
    database.dispose()


def ends(scene: Scene) -> date:
    """The last day of the trial limit."""
    with scene.look() as (court, case):
        found = clock_of(court, case)
        assert found is not None
        return found.ends.result


def announce(scene: Scene, days: int) -> None:
    """A paper was announced, and counted as served so many days later."""
    at = scene.clock.now()
    with scene.court.database.write() as session:
        packet = Packet(
            case_id=scene.case_id,
            party_id=scene.parties[HAIYUN],
            entry_ids=[1],
            documents=[],
            kind=PaperKind.NOTICE,
            title={"en": "Summons"},
            letter="notice",
            recipient_name=HAIYUN,
            recipient_kind=PartyKind.PERSON,
            locale="en",
            code="A-CODE",
            first_contact=False,
            queued_at=at,
            state=PacketState.SERVED,
            effective_at=at + timedelta(days=days),
            concluded_at=at + timedelta(days=days),
        )
        session.add(packet)
        session.flush()
        session.add(
            ServiceFact(packet_id=packet.id, event_id="one", kind=FactKind.ANNOUNCED, at=at, recorded_at=at, proofs=[])
        )


def test_a_stay_an_announcement_and_an_appraisal_push_the_limit_on(scene: Scene) -> None:
    """What the docket and service show moves the limit by itself; an appraisal by the judge's order; page, day and plan
    follow, with the days shown.
    """
    first = ends(scene)
    scene.days(1)
    scene.act(LI, "ask_for_ruling", kind="stay", asks="Stay the case.", grounds="Another case must be decided first.")
    scene.act(
        CHEN,
        "give_ruling",
        kind="stay",
        result="granted",
        orders="The case is stayed.",
        reasons="It depends on another case.",
        language="en",
    )
    scene.days(20)
    assert ends(scene) > first
    scene.act(
        CHEN,
        "give_ruling",
        kind="resume",
        result="granted",
        orders="The case goes on.",
        reasons="The other case is decided.",
        language="en",
    )
    stayed = ends(scene)
    assert timedelta(days=21) <= stayed - first <= timedelta(days=24)
    scene.days(30)
    assert ends(scene) == stayed
    announce(scene, 30)
    scene.days(31)
    announced = ends(scene)
    assert timedelta(days=28) <= announced - stayed <= timedelta(days=34)
    on = scene.clock.now().date()
    with pytest.raises(InvalidInput):
        scene.act(
            CHEN,
            "exclude_time",
            ground="appraisal",
            from_on="2020-01-01",
            until_on=on.isoformat(),
            reasons="The device was appraised.",
        )
    with pytest.raises(ValidationError):
        scene.act(
            CHEN,
            "exclude_time",
            ground="appraisal",
            from_on=on.isoformat(),
            until_on="2020-01-01",
            reasons="The device was appraised.",
        )
    scene.act(
        CHEN,
        "exclude_time",
        ground="appraisal",
        from_on=on.isoformat(),
        until_on=(on + timedelta(days=9)).isoformat(),
        reasons="It was appraised.",
    )
    appraised = ends(scene)
    assert timedelta(days=8) <= appraised - announced <= timedelta(days=14)
    page = Browser(create_app(court=scene.court), scene, CHEN).get("/bench")
    for words in (
        "Stay of proceedings",
        "21 days do not count (CPL 153)",
        "Service by announcement",
        "10 days do not count (CPI 243)",
    ):
        assert words in page, words
    assert scene.payload(len(scene.entries()))["result"]["ends"] == appraised.isoformat()
    scene.clock.set(datetime.combine(first, datetime.min.time(), ZONE))
    with scene.look() as (court, _):
        assert all("trial limit" not in line.what["en"].lower() for line in today_of(court, scene.accounts[CHEN]).lines)
