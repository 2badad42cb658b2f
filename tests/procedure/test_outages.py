"""The ledger of outages: how the court notices one, what everybody is told, and the time each party is given back."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.ground.canonical import sha256_hex
from odr.ground.clock import arrived, forget_arrival, note_arrival
from odr.ground.errors import InvalidInput
from odr.ground.silence import begin_silence, end_silence
from odr.operations import worker
from odr.operations.watch import Watcher
from odr.procedure.audit.docket_audit import audit as docket_faults
from odr.procedure.models import Window, WindowState
from odr.procedure.outages import ledger
from odr.procedure.outages.heart import Heart
from odr.procedure.outages.ledger import WEB, WORKER
from odr.procedure.outages.models import Cause, Outage, Pulse
from odr.procedure.outages.sweep import audit, give_time_back
from odr.service.models import Packet
from tests.peers.http import serving
from tests.scene import Scene

ANSWER = "answer"
TOKEN = "w" * 32


def last_day(scene: Scene, kind: str = ANSWER) -> date:
    """The last day of the respondent's time limit."""
    due = limit(scene, kind).due_at
    assert due is not None
    return due.astimezone(scene.court.settings.tz).date()


def limit(scene: Scene, kind: str = ANSWER) -> Window:
    """The respondent's newest time limit of a kind."""
    with scene.court.database.read() as session:
        found = select(Window).where(Window.case_id == scene.case_id, Window.kind == kind)
        return session.scalars(found.order_by(Window.id.desc())).first() or pytest.fail(f"no time limit {kind}")


def evening(scene: Scene, hour: int = 20) -> datetime:
    """An hour of the last day to answer."""
    return datetime.combine(last_day(scene), datetime.min.time(), scene.court.settings.tz) + timedelta(hours=hour)


def outages(scene: Scene) -> list[Outage]:
    """What is on the ledger."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(Outage).order_by(Outage.id)))


def entries(scene: Scene, act: str) -> list[DocketEntry]:
    """The entries of an act in the case."""
    with scene.court.database.read() as session:
        found = select(DocketEntry).where(DocketEntry.case_id == scene.case_id, DocketEntry.act == act)
        return list(session.scalars(found.order_by(DocketEntry.id)))


def out(scene: Scene, began: datetime, hours: float) -> None:
    """The web processes stop at ``began`` and beat again so many hours later."""
    scene.clock.set(began)
    ledger.beat(scene.court, WEB)
    scene.clock.advance(timedelta(hours=hours))
    ledger.beat(scene.court, WEB)


def test_a_limit_that_ended_meanwhile_runs_on_with_a_letter(scene: Scene) -> None:
    """Out on the evening of the last day and through midnight: whoever comes first, worker or party, finds the time
    limit running to the working day after the court was back; the letter names it; nobody is given it twice.
    """
    scene.pend()
    before = last_day(scene)
    out(scene, evening(scene), 6)
    scene.work()
    after = last_day(scene)
    assert after > before and limit(scene).state is WindowState.OPEN
    assert scene.court.packs.in_force("cn", after).working_calendar.is_working(after)
    (entry,) = entries(scene, "extend_after_outage")
    (given,) = [one for one in json.loads(entry.payload)["result"]["limits"] if one["kind"] == ANSWER]
    assert (given["party"], given["until"]) == ("respondent/1", after.isoformat())
    assert limit(scene).working["extensions"][-1]["article"] == "COURT outage; OLR 25; CPL 86"
    with scene.court.database.read() as session:
        letters = session.scalars(select(Packet).where(Packet.occasion == "outage")).all()
        assert all(one.due_at is not None for one in letters)
        assert limit(scene).due_at in {one.due_at for one in letters}
    scene.work()
    ledger.tell(scene.court, Cause.UNREACHED, "next door", *_machine(outages(scene)[0]))
    scene.work()
    assert (last_day(scene), len(entries(scene, "extend_after_outage"))) == (after, 1)
    assert [one.weighed_at is not None for one in outages(scene)] == [True, True]


def _machine(outage: Outage) -> tuple[datetime, datetime]:
    return outage.began_at, outage.ended_at


def test_a_case_that_cannot_be_dealt_with_keeps_no_other_waiting(small_scene: Scene) -> None:
    """One whose rules are not there fails; the next has its time all the same, and the outage stays in hand."""
    small_scene.pend()
    broken = small_scene.case_id
    small_scene.pend()
    evening_of = evening(small_scene)
    with small_scene.court.database.write() as session:
        session.get_one(Case, broken).pack_version = "1999-01-01"
    out(small_scene, evening_of, 3)
    give_time_back(small_scene.court)
    assert len(entries(small_scene, "extend_after_outage")) == 1
    assert [one.weighed_at for one in outages(small_scene)] == [None]


def test_a_party_that_comes_before_the_worker_finds_its_time(small_scene: Scene) -> None:
    """Acts perform what is due first: here that is the longer time, and no lapse."""
    small_scene.pend()
    out(small_scene, evening(small_scene), 6)
    with small_scene.court.sit() as sitting:
        case = sitting.session.merge(small_scene.case())
        sitting.follow(case, lambda: None)
    assert limit(small_scene).state is WindowState.OPEN
    assert len(entries(small_scene, "extend_after_outage")) == 1


def test_nothing_ends_while_nobody_says_that_people_reach_the_court(small_scene: Scene) -> None:
    """The worker goes on and the web processes are gone: what ends meanwhile waits for the ledger."""
    small_scene.pend()
    small_scene.clock.set(evening(small_scene))
    ledger.beat(small_scene.court, WEB)
    small_scene.clock.advance(timedelta(hours=9))
    ledger.beat(small_scene.court, WORKER)
    small_scene.work()
    assert (limit(small_scene).state, outages(small_scene)) == (WindowState.OPEN, [])
    ledger.beat(small_scene.court, WEB)
    small_scene.work()
    assert limit(small_scene).state is WindowState.OPEN
    assert len(outages(small_scene)) == len(entries(small_scene, "extend_after_outage")) == 1


@pytest.mark.parametrize("hours_before", [48, 1])
def test_limits_that_end_before_or_after_are_not_touched(small_scene: Scene, hours_before: int) -> None:
    """An outage two days before the end changes nothing; nor does one that begins when the limit has ended."""
    small_scene.pend()
    before = last_day(small_scene)
    if hours_before == 48:
        out(small_scene, evening(small_scene) - timedelta(days=2), 3)
        small_scene.work()
        assert (last_day(small_scene), limit(small_scene).state) == (before, WindowState.OPEN)
    else:
        small_scene.clock.set(evening(small_scene, 24) + timedelta(minutes=1))
        small_scene.work()
        assert limit(small_scene).state is WindowState.LAPSED
        out(small_scene, evening(small_scene, 25), 3)
        small_scene.work()
        assert (last_day(small_scene), limit(small_scene).state) == (before, WindowState.LAPSED)
        assert entries(small_scene, "offer_relief_after_outage") == []
    assert entries(small_scene, "extend_after_outage") == []


def test_who_lost_a_limit_to_an_outage_told_late_is_offered_relief(small_scene: Scene) -> None:
    """Nobody in the court noticed: the limit had ended. The clock takes nothing back; the party is told until when it may
    ask (CPL 86), once; asking closes the offer.
    """
    small_scene.pend()
    began = evening(small_scene)
    small_scene.clock.set(began + timedelta(days=2))
    small_scene.work()
    assert limit(small_scene).state is WindowState.LAPSED
    for _ in range(2):
        ledger.tell(small_scene.court, Cause.UNREACHED, "next door", began, began + timedelta(hours=6))
        small_scene.work()
    ledger.tell(small_scene.court, Cause.UNREACHED, "another", began, began + timedelta(hours=6))
    small_scene.work()
    offered = [json.loads(one.payload)["result"] for one in entries(small_scene, "offer_relief_after_outage")]
    assert [one["party"] for one in offered if one["kind"] == ANSWER] == ["respondent/1"]
    relief = next(one for one in _all(small_scene, "late_relief") if one.subject == limit(small_scene).reference)
    assert relief.due_at is not None
    back = (began + timedelta(hours=6)).date()
    assert relief.due_at.astimezone(small_scene.court.settings.tz).date() >= back + timedelta(days=10)
    small_scene.do(
        "ask_relief_for_lateness",
        "haiyun",
        window=limit(small_scene).reference,
        ended_on=back.isoformat(),
        words="The court could not be reached on the last evening.",
    )
    states = {one.id: one.state for one in _all(small_scene, "late_relief")}
    assert states[relief.id] is WindowState.MET


def _all(scene: Scene, kind: str) -> list[Window]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Window).where(Window.case_id == scene.case_id, Window.kind == kind)))


def test_a_docket_with_time_given_back_is_whole(small_scene: Scene) -> None:
    """The audit reckons the longer limit again from its own working."""
    small_scene.pend()
    out(small_scene, evening(small_scene), 6)
    small_scene.work()
    with small_scene.court.database.read() as session:
        assert docket_faults(small_scene.court, session) == []
        assert audit(session) == []


def test_a_pulse_counts_for_whom_people_reach(small_scene: Scene) -> None:
    """Short silences are restarts; workers count only where no web process writes; a clock that was set says nothing; and
    a court that is a silent copy was out until somebody said that it is the court.
    """
    court, clock = small_scene.court, small_scene.clock
    assert [ledger.beat(court, WORKER), ledger.beat(court, WORKER)] == [None, None]
    clock.advance(timedelta(minutes=2))
    assert ledger.beat(court, WORKER) is None
    clock.advance(timedelta(minutes=3))
    first = ledger.beat(court, WORKER)
    assert first is not None and (first.ended_at - first.began_at) == timedelta(minutes=3)
    ledger.beat(court, WEB)
    clock.advance(timedelta(hours=1))
    assert ledger.beat(court, WORKER) is None
    assert ledger.beat(court, WEB) is not None
    clock.advance(timedelta(days=2))
    clock.leap = timedelta(days=2)
    assert ledger.beat(court, WEB) is None
    clock.leap = timedelta()
    begin_silence(court.settings, "a copy", clock.machine_now())
    clock.advance(timedelta(hours=5))
    assert ledger.beat(court, WEB) is None
    end_silence(court.settings, by="Keeper", why="this is the court now", now=clock.machine_now())
    last = ledger.beat(court, WEB)
    assert last is not None and last.ended_at - last.began_at == timedelta(hours=5)
    assert len(outages(small_scene)) == 3


def test_files_refused_for_want_of_space_are_an_outage(small_scene: Scene) -> None:
    """From the first refusal until files are taken again; one refusal alone is none."""
    heart = Heart(small_scene.court, WEB)
    assert heart.beat()
    heart.refused_as_full()
    for _ in range(4):
        small_scene.clock.advance(timedelta(minutes=1))
        heart.refused_as_full()
        assert heart.beat() and outages(small_scene) == []
    for _ in range(3):
        small_scene.clock.advance(timedelta(minutes=1))
        assert heart.beat()
    (one,) = outages(small_scene)
    assert (one.cause, one.ended_at - one.began_at) == (Cause.FULL, timedelta(minutes=4))
    heart.refused_as_full()
    for _ in range(3):
        small_scene.clock.advance(timedelta(minutes=1))
        assert heart.beat()
    assert len(outages(small_scene)) == 1


def test_a_web_process_tells_itself_how_long_it_took_no_files(small_scene: Scene) -> None:
    """It knows alone what it refused: its next beat tells it, and so does the next refusal; a time in which nobody
    asked counts for nothing.
    """
    app = create_app(court=small_scene.court)
    heart, clock = app.extensions["heart"], small_scene.clock
    for _ in range(5):
        heart.refused_as_full()
        clock.advance(timedelta(minutes=1))
    clock.advance(timedelta(hours=3))
    heart.refused_as_full()
    (one,) = outages(small_scene)
    assert (one.cause, one.ended_at - one.began_at) == (Cause.FULL, timedelta(minutes=4))
    for _ in range(4):
        clock.advance(timedelta(minutes=1))
        heart.refused_as_full()
    clock.advance(timedelta(minutes=3))
    assert heart.beat()
    assert [one.ended_at - one.began_at for one in outages(small_scene)] == [timedelta(minutes=4)] * 2


def test_a_worker_beats_while_a_step_of_it_takes_long(small_scene: Scene) -> None:
    """A round with many rulings or a slow page lasts longer than the silence that is an outage: the pulse has a thread of
    its own, which ends with the worker.
    """
    court, stop, beating = small_scene.court, threading.Event(), []

    def long_step(of: object) -> int:
        beating.extend(each.name for each in threading.enumerate() if each.name == "heart")
        stop.set()
        return 0

    court.hooks.sweeps["long"] = long_step
    try:
        worker.run(court, stop=stop)
    finally:
        del court.hooks.sweeps["long"]
    assert beating == ["heart"]
    assert "heart" not in {each.name for each in threading.enumerate()}
    with court.database.read() as session:
        assert session.get(Pulse, WORKER) is not None


def test_a_pulse_that_cannot_be_written_is_the_outage_the_next_one_finds(small_scene: Scene) -> None:
    """The database refuses: nothing is raised, and once it is back the ledger says since when."""
    heart = Heart(small_scene.court, WEB)
    assert heart.beat()
    with small_scene.court.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE pulse RENAME TO elsewhere")
    small_scene.clock.advance(timedelta(minutes=30))
    assert not heart.beat()
    with small_scene.court.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO pulse")
    small_scene.clock.advance(timedelta(minutes=1))
    assert heart.beat()
    (one,) = outages(small_scene)
    assert one.ended_at - one.began_at == timedelta(minutes=31)


def test_everybody_reads_the_ledger_and_checks_it(small_scene: Scene) -> None:
    """The page in both languages, the JSON, the record whose digest the receipt carries; and an altered row is a fault."""
    court = small_scene.court
    client = create_app(court=court).test_client()
    assert "No outage is known." in client.get("/status").text
    out(small_scene, small_scene.clock.now(), 2)
    page = client.get("/status").text
    assert "The court did not answer." in page and "60 minutes of the last day" in page and "art. 86" in page
    assert "本院系统未能响应" in client.get("/status", headers={"Accept-Language": "zh"}).text
    (told,) = client.get("/status.json").get_json()["outages"]
    assert (told["cause"], told["seen_by"], told["time_limits_done"]) == ("stopped", "the court", False)
    small_scene.work()
    assert client.get("/status.json").get_json()["outages"][0]["time_limits_done"] is True
    record = client.get(f"/status/outages/{told['reference']}/record.json").data
    receipt = json.loads(client.get(f"/status/outages/{told['reference']}/receipt.json").data)
    assert receipt["sha256"] == sha256_hex(record)
    assert client.get("/status/outages/nothing/record.json").status_code == 404
    with court.database.write() as session:
        row = session.scalars(select(Outage)).one()
        row.ended_at += timedelta(days=1)
    with court.database.read() as session:
        assert audit(session) == [f"outage {told['reference']}: its columns do not say what its record says"]


def test_a_watcher_outside_tells_what_it_saw(small_scene: Scene, tmp_path: Path) -> None:
    """It asks, notices two silences in a row, keeps what it saw through a stop of its own, and tells it when it is
    answered again; without the token there is no such page; nonsense is refused.
    """
    court, clock = small_scene.court, small_scene.clock
    court.settings = court.settings.model_copy(update={"watcher_token": TOKEN})
    app = create_app(court=court)
    kept, nobody = tmp_path / "watched.json", "http://127.0.0.1:9"
    client = app.test_client()
    assert client.post("/status/seen", json={}).status_code == 404
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert client.post("/status/seen", json={"watcher": "x"}, headers=right).status_code == 422
    began = clock.now()
    for _ in range(2):
        assert not Watcher(nobody, "next door", TOKEN, kept, clock.machine_now).look()
        clock.advance(timedelta(minutes=5))
    with serving(app) as address:
        watcher = Watcher(address, "next door", TOKEN, kept, clock.machine_now)
        assert watcher.look() and watcher.look()
        assert not Watcher(nobody, "one", TOKEN, tmp_path / "one.json", clock.machine_now).look()
        assert Watcher(address, "one", TOKEN, tmp_path / "one.json", clock.machine_now).look()
    (one,) = outages(small_scene)
    assert (one.cause, one.seen_by) == (Cause.UNREACHED, "next door")
    assert (one.began_at, one.ended_at) == (began, began + timedelta(minutes=10))


def test_a_watcher_whose_clock_is_ahead_is_heard(small_scene: Scene, tmp_path: Path) -> None:
    """Its answer comes some seconds after the hour it asked at: a clock a minute ahead loses no outage, and told twice it
    stands once.
    """
    court, clock = small_scene.court, small_scene.clock
    court.settings = court.settings.model_copy(update={"watcher_token": TOKEN})
    kept, nobody, began = tmp_path / "watched.json", "http://127.0.0.1:9", clock.now()
    for _ in range(2):
        Watcher(nobody, "next door", TOKEN, kept, lambda: clock.machine_now() + timedelta(minutes=1)).look()
        clock.advance(timedelta(minutes=5))
    seen = kept.read_bytes()
    with serving(create_app(court=court)) as address:
        for _ in range(2):
            kept.write_bytes(seen)
            Watcher(address, "next door", TOKEN, kept, lambda: clock.machine_now() + timedelta(minutes=1)).look()
            clock.advance(timedelta(seconds=10))
    (one,) = outages(small_scene)
    assert (one.began_at, one.ended_at) == (began + timedelta(minutes=1), began + timedelta(minutes=10))


def test_two_who_saw_one_outage_bring_one_offer(small_scene: Scene) -> None:
    """Whoever looks again half a minute later tells of another end: relief is offered once for all that overlaps."""
    small_scene.pend()
    began = evening(small_scene)
    small_scene.clock.set(began + timedelta(days=2))
    small_scene.work()
    for who, more in (("next door", 0), ("another", 30), ("a third", -30)):
        ended = began + timedelta(hours=6, seconds=more)
        ledger.tell(small_scene.court, Cause.UNREACHED, who, began, ended)
        small_scene.work()
    subjects = [one.subject for one in _all(small_scene, "late_relief")]
    assert len(subjects) == len(set(subjects)) >= 1


@pytest.mark.parametrize(
    ("began", "ended"),
    [(-1, -2), (-1, 1), (-24 * 40, -24 * 35), (-24 * 40, -1)],
    ids=["turned", "to come", "old", "long"],
)
def test_what_nobody_can_have_seen_is_refused(small_scene: Scene, began: int, ended: int) -> None:
    """Hours from now: an end before the beginning, one still to come, one too long ago, one too long."""
    now = small_scene.clock.now()
    with pytest.raises(InvalidInput):
        ledger.tell(small_scene.court, Cause.TOLD, "Keeper", now + timedelta(hours=began), now + timedelta(hours=ended))


def test_keepers_enter_and_list(small_scene: Scene) -> None:
    """``flask outage tell`` with both times and a name; a time without a zone is refused."""
    scene = small_scene
    runner = create_app(court=scene.court).test_cli_runner()
    began, ended = (scene.clock.now() - timedelta(hours=h) for h in (3, 1))
    told = runner.invoke(args=["outage", "tell", began.isoformat(), ended.isoformat(), "--by", "Keeper"])
    assert told.exit_code == 0, told.output
    assert (
        runner.invoke(args=["outage", "tell", "2026-03-02T08:00", "2026-03-02T09:00", "--by", "Keeper"]).exit_code == 1
    )
    assert f"{began.astimezone(UTC):%Y-%m-%d %H:%M} to" in runner.invoke(args=["outage", "list"]).output


def test_held_limits_do_not_keep_the_worker_going_round(small_scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """A whole batch that waits for the ledger ends the step instead of beginning it again, and the log says so once."""
    small_scene.pend()
    small_scene.clock.set(evening(small_scene))
    small_scene.work()
    ledger.beat(small_scene.court, WEB)
    small_scene.clock.advance(timedelta(hours=9))
    for _ in range(2):
        assert worker.sweep_windows(small_scene.court, batch=1) == 0
    assert [line.levelname for line in caplog.records if "nothing follows yet" in line.message] == ["WARNING"]
    ledger.beat(small_scene.court, WEB)
    small_scene.work()
    assert worker.sweep_windows(small_scene.court, batch=1) == 0
    assert len([line for line in caplog.records if "nothing follows yet" in line.message]) == 1


def answer_that_took(scene: Scene, seconds: float) -> None:
    """The respondent's answer, whose first byte reached the court so many seconds ago."""
    note_arrival(None, seconds)
    try:
        scene.do("file_answer", "haiyun", position="defend", statement="As described.")
    finally:
        forget_arrival()


@pytest.mark.parametrize(("seconds", "clock_was_faster"), [(90, False), (90, True), (30, False), (30, True)])
def test_what_was_under_way_counts_from_its_first_byte(
    small_scene: Scene, seconds: float, clock_was_faster: bool
) -> None:
    """Sent half a minute before the end and whole a minute after it: in time, also where the clock closed the limit
    meanwhile; it takes effect at its first byte, and the docket is whole. Begun after the end it is late.
    """
    small_scene.pend()
    due = limit(small_scene).due_at
    assert due is not None
    small_scene.clock.set(due + timedelta(seconds=60))
    if clock_was_faster:
        small_scene.work()
        assert limit(small_scene).state is WindowState.LAPSED
    answer_that_took(small_scene, seconds)
    (entry,) = entries(small_scene, "file_answer")
    in_time = seconds == 90
    assert limit(small_scene).state is (WindowState.MET if in_time else WindowState.LAPSED)
    assert entry.recorded_at == due + timedelta(seconds=60)
    assert entry.effective_at == (due - timedelta(seconds=30) if in_time else entry.recorded_at)
    assert bool(json.loads(entry.payload).get("late")) is not in_time
    with small_scene.court.database.read() as session:
        assert docket_faults(small_scene.court, session) == []


def test_how_long_something_was_under_way_is_believed_of_a_trusted_proxy_only(small_scene: Scene) -> None:
    """From a proxy of the settings, as seconds and no longer than an hour; nothing else moves an hour of arrival."""
    seen: list[timedelta] = []
    now = small_scene.clock.now()
    for trusted, told in ((1, "12.5"), (1, "999999"), (1, "-3"), (1, "1e9"), (0, "12.5")):
        court = small_scene.court
        court.settings = court.settings.model_copy(update={"trusted_proxies": trusted})
        app = create_app(court=court)
        with app.test_request_context("/status", headers={"X-Request-Time": told}):
            app.preprocess_request()
            seen.append(now - arrived(now))
    assert seen == [timedelta(seconds=12.5), timedelta(hours=1), *[timedelta()] * 3]
    assert arrived(now) == now
