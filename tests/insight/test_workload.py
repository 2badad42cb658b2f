"""The weight of a case: events times time, as a range, that nobody gains by padding; and coefficients fitted from notes of time."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role
from odr.evidence.models import Exhibit
from odr.ground.text import T
from odr.insight.indicators.counting import count_indicators
from odr.insight.supervision.finding import lay_down
from odr.insight.workload.beside import beside
from odr.insight.workload.durations import NEWEST, Durations, Took, durations_of
from odr.insight.workload.fitting import fit
from odr.insight.workload.models import CaseWork, TimeNote, WorkTurn
from odr.insight.workload.reckoning import NOTES, notes_by_kind, open_work, read_work, reckon_new, rules_today
from odr.insight.workload.rules import Span, WorkFacts, facts_of, weigh
from odr.procedure.rules.insight import WorkloadRules
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.sitting import Sitting
from odr.register.statistics.counting import rebuild
from odr.register.statistics.models import CaseFacts
from tests.evidence.test_bundle import submit
from tests.insight.browser import signed_in
from tests.scene import Scene, claim

PACKS = PackRegistry.load()
TODAY = date(2026, 11, 29)


def rules(pack: str = "cn") -> WorkloadRules:
    found = PACKS.in_force(pack, TODAY).workload
    assert found is not None
    return found


ACTS = sorted({act for event in rules().events.values() for act in event.acts} | {"lodge_claim", "post_statement"})


@pytest.mark.parametrize("pack", ["cn", "ew"])
def test_what_nobody_measured_is_said_to_be_so(pack: str) -> None:
    """The packs as they are shipped have no notes of time: no weight claims to be measured, and what has no interval is open."""
    found = weigh(facts_of(["accept_claim", "deliberate"], 2, 0, rules(pack)), rules(pack))
    assert not found.measured and found.unknown == ("panel",) and found.done.low < found.done.high


def test_a_weight_is_the_sum_of_its_events() -> None:
    """A hearing adds its own time; two more parties add their percentage to everything, once each."""
    rule = rules()
    plain = weigh(facts_of(["accept_claim"], 2, 0, rule), rule)
    heard = weigh(facts_of(["accept_claim", "record_hearing"], 2, 0, rule), rule)
    hearing = rule.events["hearing"]
    assert hearing.low is not None and hearing.high is not None
    assert heard.done == plain.done + Span(hearing.low, hearing.high)
    many = weigh(facts_of(["accept_claim"], 4, 0, rule), rule)
    assert many.done.low == plain.done.low * (100 + 2 * (rule.parties.low or 0)) // 100


@given(st.lists(st.sampled_from(ACTS), max_size=60), st.integers(1, 40), st.integers(0, 500))
def test_a_weight_is_a_range_that_more_events_never_lessen(acts: list[str], parties: int, exhibits: int) -> None:
    """Low is never above high; one more event never takes work away that is done, and what is done is no more ahead."""
    rule = rules()
    before = weigh(facts_of(acts, parties, exhibits, rule), rule)
    assert 0 <= before.done.low <= before.done.high and 0 <= before.left.low <= before.left.high
    for act in ("record_findings", "record_hearing"):
        after = weigh(facts_of([*acts, act], parties, exhibits, rule), rule)
        assert after.done.low >= before.done.low and after.done.high >= before.done.high


@given(st.sampled_from(ACTS), st.integers(1, 400))
def test_nobody_gains_by_more_of_the_same(act: str, times: int) -> None:
    """Of each kind only so many events count; beyond them a docket weighs the same however long it grows."""
    rule = rules()
    most = max(event.most for event in rule.events.values()) + rule.hearings.steps + rule.hearings.above
    assert weigh(facts_of([act] * (most + times), 2, 0, rule), rule) == weigh(facts_of([act] * most, 2, 0, rule), rule)


def test_no_length_is_counted(small_scene: Scene) -> None:
    """Two claims, one of which says the same at great length: their work is the same to the minute."""
    court, rule = small_scene.court, rules()
    small_scene.lodge()
    short = small_scene.case_id
    long_words = "The seller did not send the goods. " * 30
    small_scene.lodge(claim(facts=[{"what": long_words, "happened_on": "2026-01-05"}]))
    with court.database.read() as session:
        found = read_work(session, [short, small_scene.case_id], rule)
    assert found[short].acts == found[small_scene.case_id].acts
    assert weigh(found[short], rule) == weigh(found[small_scene.case_id], rule)
    fields = set(WorkFacts.__dataclass_fields__)
    assert fields == {"acts", "parties", "exhibits"}
    words = json.dumps(rule.model_dump(mode="json")).lower()
    assert not any(one in words for one in ("page", "word", "transcript", "character", "页", "字数", "笔录页"))


def test_the_worker_reckons_new_entries_and_all_again_by_new_rules(scene: Scene) -> None:
    """What is still to be done before a desk is a range; a desk without a reckoned case says that nobody knows."""
    court = scene.court
    scene.pend()
    judge = scene.account("judge").reference
    while reckon_new(court):
        pass
    with court.database.write() as session:
        kept = session.get_one(CaseWork, scene.case_id)
        session.delete(kept)
        session.flush()
        assert open_work(session, [judge], Role.JUDGE)[judge].render("en") == "not known"
        session.get_one(WorkTurn, 1).last_entry = 0
    while reckon_new(court):
        pass
    with court.database.write() as session:
        row = session.get_one(CaseWork, scene.case_id)
        case = session.get_one(Case, scene.case_id)
        assert row.entries == case.entry_count and 0 < row.left_low < row.left_high and not row.measured
        words = open_work(session, [judge], Role.JUDGE)[judge].render("en")
        assert words == f"{row.left_low // 60} to {-(-row.left_high // 60)} hours"
        row.unknown = ["panel"]
        session.flush()
        told = open_work(session, [judge], Role.JUDGE)[judge]
        assert told.render("en") == f"{words}, and more that nobody knows" and "小时" in told.render("zh-Hans")
        session.rollback()
    with court.database.write() as session:
        session.get_one(WorkTurn, 1).rules = "cn/1999-01-01"
        session.get_one(CaseWork, scene.case_id).left_low = 0
    assert reckon_new(court) > 0
    with court.database.read() as session:
        assert session.get_one(CaseWork, scene.case_id).left_low > 0
        assert session.get_one(WorkTurn, 1).rules == rules_today(court).named


def test_a_note_keeps_no_name(small_scene: Scene) -> None:
    """A judge notes how long something took: kind, minutes, Monday of the week; a party has no such page."""
    app = create_app(court=small_scene.court)
    judge = signed_in(app, small_scene, "judge")
    page = judge.get("/workload")
    assert page.status_code == 200 and "assumed, nobody measured it" in page.text and "not known" in page.text
    sent = {"kind": "hearing", "minutes": "95"}
    assert judge.post("/workload", data=sent).status_code == 303
    assert judge.post("/workload", data=sent | {"kind": "lunch"}).status_code == 422
    assert judge.post("/workload", data=sent | {"minutes": "0"}).status_code == 422
    with small_scene.court.database.read() as session:
        (row,) = session.scalars(select(TimeNote)).all()
        assert (row.kind, row.minutes, row.week.weekday()) == ("hearing", 95, 0)
    assert set(TimeNote.__table__.columns.keys()) == {"id", "kind", "minutes", "week"}
    told = judge.get("/workload.json").get_json()
    noted = {one["kind"]: one["noted"] for one in told["events"]}
    assert noted["hearing"] == {"notes": 1, "low": None, "high": None} and noted["decision"] is None
    assert signed_in(app, small_scene, "li").get("/workload").status_code == 404


@given(st.lists(st.integers(1, 600), min_size=30, max_size=60), st.lists(st.integers(1, 600), max_size=29))
def test_a_fit_is_the_same_again_and_says_nothing_of_few(notes: list[int], few: list[int]) -> None:
    """The same notes in any order give the same interval around their mean, and below the minimum there is none."""
    found = fit({"hearing": notes, "decision": few}, 30)
    again = fit({"decision": few, "hearing": notes[::-1]}, 30)
    assert found == again
    one = found["hearing"]
    assert one.low is not None and one.high is not None and one.mean is not None
    assert min(notes) <= one.low + 1 and one.high - 1 <= max(notes) and one.low <= one.mean <= one.high
    assert found["decision"].low is None and found["decision"].notes == len(few)


def test_more_notes_make_the_interval_narrower() -> None:
    """Ten times as many of the same kind: the mean is known better, and the interval is less than half as wide."""
    few, many = ([10, 20, 40, 80, 160] * times for times in (8, 80))
    found = fit({"few": few, "many": many}, 30)
    width = {kind: (one.high or 0) - (one.low or 0) for kind, one in found.items()}
    assert width["many"] * 2 < width["few"]


def test_only_the_newest_notes_of_a_kind_count(small_scene: Scene) -> None:
    """How long a thing took years ago says nothing of today, and no page grows with the years; each kind by itself."""
    with small_scene.court.database.write() as session:
        for place in range(NOTES + 20):
            session.add(TimeNote(kind="hearing", minutes=600 if place < 20 else 10, week=TODAY))
            session.flush()
        session.add(TimeNote(kind="decision", minutes=30, week=TODAY))
    with small_scene.court.database.read() as session:
        assert notes_by_kind(session) == {"hearing": [10] * NOTES, "decision": [30]}


def test_an_entry_the_reckoning_passed_is_found_the_next_day(scene: Scene) -> None:
    """Two entries at one moment can come with the later number first: the case is reckoned again with the daily look."""
    scene.lodge()
    while reckon_new(scene.court):
        pass
    lay_down(scene.court)
    with scene.court.database.write() as session:
        session.get_one(WorkTurn, 1).last_entry = 2**40
    scene.accept()
    assert not reckon_new(scene.court)
    scene.clock.advance(timedelta(days=1))
    lay_down(scene.court)
    with scene.court.database.read() as session:
        assert session.get_one(CaseWork, scene.case_id).entries == session.get_one(Case, scene.case_id).entry_count


def test_an_exhibit_that_was_taken_back_waits_for_nobody(small_scene: Scene) -> None:
    """The judge is told of exhibits nobody said anything of; one that its party took back is not among them."""
    small_scene.pend()
    submit(small_scene, "li", b"one", "one.txt")
    with small_scene.court.database.read() as session:
        (exhibit,) = session.scalars(select(Exhibit).where(Exhibit.case_id == small_scene.case_id)).all()
        assert unexamined(small_scene) == [exhibit.label]
    small_scene.do("withdraw_exhibit", "li", exhibit=exhibit.reference, reason="Wrong file.")
    assert unexamined(small_scene) == []


def unexamined(scene: Scene) -> list[str]:
    """What the judge's page says of exhibits."""
    with scene.court.database.read() as session:
        sitting = Sitting(scene.court, session, scene.clock.now(), reading=True)
        found = beside(sitting, session.get_one(Case, scene.case_id))
        assert found is not None
        return list(found.unexamined)


def test_how_long_cases_took_is_said_as_it_was_counted_that_day(scene: Scene) -> None:
    """Of those of the same kind and procedure in which judgment was pronounced; of too few nothing, and of a thousand the newest."""
    days = list(range(10, 130, 10))
    for _ in days:
        scene.lodge()
    rebuild(scene.court)
    with scene.court.database.write() as session:
        for case, took in zip(session.scalars(select(Case).order_by(Case.id)).all(), days, strict=True):
            case.pronounced_at = scene.clock.now()
            facts = session.get_one(CaseFacts, case.id)
            ended = case.filed_on + timedelta(days=took)
            facts.facts = {**facts.facts, "filed": case.filed_on.isoformat(), "ended": ended.isoformat()}
        case.pronounced_at = None
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        assert durations_of(session, case, 10) == (None, None), "nothing was counted yet"
    count_indicators(scene.court)
    today = scene.clock.now().astimezone(scene.court.settings.tz).date()
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        assert durations_of(session, case, 11) == (today, Durations(11, 30, 60, 90))
        assert durations_of(session, case, 12) == (today, None)
    with scene.court.database.write() as session:
        newest = Took()
        for number in range(NEWEST + 500):
            newest.add(
                case.cause, case.track.value, {"filed": "2026-01-01", "ended": f"2026-01-{1 + (number >= 500):02d}"}
            )
        newest.keep(session, today + timedelta(days=1))
        assert durations_of(session, case, 10) == (today + timedelta(days=1), Durations(NEWEST, 1, 1, 1))


def test_the_judge_reads_when_durations_were_counted(small_scene: Scene) -> None:
    """Before the first count nothing is said of how many ended; afterwards the day of the court on which they were counted."""
    scene = small_scene
    scene.pend()
    judge = signed_in(create_app(court=scene.court), scene, "judge")
    with scene.court.database.read() as session:
        page = f"/cases/{session.get_one(Case, scene.case_id).reference}/beside"
    before = judge.get(page).get_data(as_text=True)
    assert "It was not counted yet." in before and "Fewer than" not in before and "Counted on" not in before
    rebuild(scene.court)
    count_indicators(scene.court)
    today = scene.clock.now().astimezone(scene.court.settings.tz).date()
    after = judge.get(page).get_data(as_text=True)
    counted = T("Counted on %(at)s: what came in since is not in it.", at=today).render("en")
    assert "Fewer than" in after and counted in after
