"""Everybody's time for evidence (EV 51, 54, 55; CPI 99)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from odr.docket.models import Case
from odr.filing.course.time_limit_changes import go_on, halt
from odr.filing.inputs import JoinInput
from odr.filing.models import RequestKind
from odr.filing.parties.joining_by_code import join
from odr.ground.text import T
from odr.hearing.ripeness.times import nothing_found_yet
from odr.procedure.acts.events import Served
from odr.procedure.models import Window, WindowState
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Packet
from tests.filing.test_motions import MONEY, request_of, windows
from tests.scene import Scene, claim

TWO = [
    {"name": "Haiyun Information Technology Co., Ltd.", "kind": "company", "email": "post@haiyun.example"},
    {"name": "Baihua Market Ltd.", "kind": "company", "email": "post@baihua.example", "address": "1 Market Road"},
]
FELLOW = {"name": "Zhou Lan", "kind": "person", "address": "2 Lake Road", "email": "zhou@parties.example"}
LIVE = (WindowState.OPEN, WindowState.HALTED)


def of(scene: Scene, party: str) -> list[Window]:
    """The party's time for evidence that runs or stands still."""
    mine = next(p.id for p in scene.case().parties if p.label == party)
    return [w for w in windows(scene, "evidence") if w.party_id == mine and w.state in LIVE]


def letters(scene: Scene) -> list[Packet]:
    """What goes to anybody in the case."""
    with scene.court.database.read() as session:
        return list(session.scalars(select(Packet).where(Packet.case_id == scene.case_id).order_by(Packet.id)))


def served(scene: Scene, party: str, *entries: int, occasion: str = "claim", at: datetime | None = None) -> None:
    """A paper reaches a party."""
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        who = next(p for p in case.parties if p.label == party)
        event = Served(case, who, occasion, at or scene.clock.now(), T("Signed for."), entries)
        sitting.follow(case, lambda: sitting.announce(event))


def test_a_fellow_respondent_has_their_own_time(small_scene: Scene) -> None:
    """The service on one starts nothing for another who has not been told of the case; theirs begins with their own
    notice.
    """
    small_scene.lodge(claim(respondents=TWO))
    small_scene.accept("simple")
    served(small_scene, "respondent/1")
    assert len(of(small_scene, "respondent/1")) == 1
    assert of(small_scene, "respondent/2") == []
    small_scene.clock.advance(timedelta(days=12))
    served(small_scene, "respondent/2")
    (window,) = of(small_scene, "respondent/2")
    assert window.opened_at == small_scene.clock.now()


def test_a_claimant_has_time_from_their_own_notice_of_acceptance(small_scene: Scene) -> None:
    """The notice of acceptance is the claimant's notice on evidence: their time begins with its arrival, and no service
    on anybody else moves it (EV 50, 51; CPL 129; court rule).
    """
    small_scene.lodge(claim(respondents=TWO, fellows=[FELLOW]))
    code = next(p.code for p in letters(small_scene) if p.recipient_name == FELLOW["name"])
    join(small_scene.court, small_scene.people["stranger"], code, JoinInput(name=FELLOW["name"], email=FELLOW["email"]))
    small_scene.accept("simple")
    served(small_scene, "respondent/1")
    assert of(small_scene, "claimant/1") == of(small_scene, "claimant/2") == []
    small_scene.clock.advance(timedelta(days=2))
    own = small_scene.clock.now()
    served(small_scene, "claimant/1", occasion="acceptance")
    small_scene.clock.advance(timedelta(days=3))
    served(small_scene, "respondent/2")
    served(small_scene, "claimant/2", occasion="acceptance")
    assert [w.opened_at for w in of(small_scene, "claimant/1")] == [own]
    assert [w.opened_at for w in of(small_scene, "claimant/2")] == [small_scene.clock.now()]


def test_the_notice_says_what_the_law_wants_in_it(small_scene: Scene) -> None:
    """Who proves what, when the court collects, until when, and what follows later: on both sides' first letter, once,
    also where it goes out again (EV 50(2)).
    """
    small_scene.lodge()
    small_scene.accept("simple")
    small_scene.work()
    post = next(p for p in letters(small_scene) if p.occasion == "claim").reference
    small_scene.do("serve_again", "clerk", packet=post, email="legal@haiyun.example", source="The register.")
    told = {p.occasion: text_from_json(p.what_next).render("en") for p in letters(small_scene) if p.what_next}
    for occasion in ("claim", "acceptance"):
        for part in ("each party proves", "within 15 days", "ask the court", "before it ends", "Later evidence"):
            assert told[occasion].count(part) == 1, (occasion, part)
    assert "举证通知" in text_from_json(letters(small_scene)[0].what_next or {}).render("zh-Hans")


def test_a_notice_that_comes_while_an_objection_waits_stands_still(small_scene: Scene) -> None:
    """The claimant's time does not run beside an objection to jurisdiction (EV 55(1))."""
    small_scene.lodge()
    small_scene.accept("simple")
    small_scene.join()
    small_scene.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    served(small_scene, "claimant/1", occasion="acceptance")
    assert [w.state for w in of(small_scene, "claimant/1")] == [WindowState.HALTED]


def test_a_service_known_late_costs_no_day_of_a_standstill(small_scene: Scene) -> None:
    """A claim that reached a fellow respondent while an objection waited, of which the court hears only after the ruling
    on it is final: their time has stood still from its first day, and runs from the day the ruling had effect (EV 55(1)).
    """
    small_scene.lodge(claim(respondents=TWO))
    small_scene.accept("simple")
    small_scene.join()
    served(small_scene, "respondent/1")
    small_scene.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    asked = request_of(small_scene, RequestKind.JURISDICTION).reference
    small_scene.clock.advance(timedelta(days=2))
    reached = small_scene.clock.now()
    small_scene.clock.advance(timedelta(days=1))
    small_scene.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="Delivered here.")
    small_scene.clock.advance(timedelta(days=1))
    served(small_scene, "respondent/2", at=reached)
    (late,) = of(small_scene, "respondent/2")
    assert late.state is WindowState.HALTED and late.halted_at == reached


def _object(scene: Scene, who: str) -> str:
    scene.do("object_to_jurisdiction", who, ground="place", words="Our seat is elsewhere.")
    return request_of(scene, RequestKind.JURISDICTION).reference


def test_evidence_stands_still_until_the_last_objection_is_decided(small_scene: Scene) -> None:
    """Of two respondents who object, the ruling on one sets nothing running while the other's waits (EV 55(1))."""
    small_scene.lodge(claim(respondents=TWO))
    small_scene.accept("small_claims")
    small_scene.work()
    codes = {p.recipient_name: p.code for p in letters(small_scene) if p.first_contact}
    for who, each in zip(("haiyun", "stranger"), TWO, strict=True):
        given = JoinInput(name=each["name"], email=each["email"])
        join(small_scene.court, small_scene.people[who], codes[each["name"]], given)
        served(small_scene, f"respondent/{1 + TWO.index(each)}")
    first, second = _object(small_scene, "haiyun"), _object(small_scene, "stranger")
    refused = {"answer": "refuse", "reasons": "The goods were delivered here."}
    small_scene.do("rule_on_jurisdiction", "judge", request=first, **refused)
    assert {w.state for w in of(small_scene, "respondent/1")} == {WindowState.HALTED}
    small_scene.do("rule_on_jurisdiction", "judge", request=second, **refused)
    assert {w.state for w in of(small_scene, "respondent/1")} == {WindowState.OPEN}


@given(halted=st.integers(0, 6), until=st.integers(0, 40))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_standstill_never_ends_before_it_began(pending: Scene, halted: int, until: int) -> None:
    """Whatever becomes known late, a time limit runs on after a standstill, with every day of it given back and none that
    was not of it.
    """
    with pending.court.sit() as sitting:
        case = sitting.session.get_one(Case, pending.case_id)
        window = sitting.windows(case, "evidence")[0]
        due, start = window.due_at, window.opened_at
        halt([window], start + timedelta(days=halted))
        go_on(sitting, case, [window], start + timedelta(days=until), T("objection to jurisdiction"), "EV 55")
        assert window.state is WindowState.OPEN and window.halted_at is None
        assert due is not None and window.due_at is not None
        if until <= halted:
            assert window.due_at == due
        else:
            assert window.due_at >= due + timedelta(days=until - halted - 1)
        sitting.session.rollback()


def test_a_claim_served_again_gives_time_for_evidence_again(small_scene: Scene) -> None:
    """Where the claim did not reach the respondent, their time fell; with the new service the whole of it begins (EV 51;
    CPL 128).
    """
    small_scene.lodge()
    small_scene.accept("simple")
    served(small_scene, "respondent/1")
    with small_scene.court.database.write() as session:
        for window in session.scalars(select(Window).where(Window.kind.in_(("answer", "evidence")))):
            window.state, window.closed_by = WindowState.ENDED, 3
    small_scene.clock.advance(timedelta(days=40))
    served(small_scene, "respondent/1")
    (window,) = of(small_scene, "respondent/1")
    assert window.opened_at == small_scene.clock.now()


def test_what_changes_before_the_notice_shortens_nothing(small_scene: Scene) -> None:
    """A changed claim before the claimant has their notice begins nothing for them: the notice does (EV 50, 55(4))."""
    small_scene.lodge()
    small_scene.accept("simple")
    small_scene.join()
    small_scene.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    assert of(small_scene, "claimant/1") == []
    small_scene.clock.advance(timedelta(days=3))
    served(small_scene, "claimant/1", occasion="acceptance")
    assert [w.opened_at for w in of(small_scene, "claimant/1")] == [small_scene.clock.now()]


def test_more_time_is_for_all_also_for_whose_own_was_over(pending: Scene) -> None:
    """The asker's longer time holds for the others, up to the same day, though theirs had ended (EV 54)."""
    pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    hers, his = of(pending, "claimant/1")[0], of(pending, "respondent/1")[0]
    with pending.court.database.write() as session:
        row = session.get_one(Window, his.id)
        row.state = WindowState.LAPSED
    pending.do("ask_extension", "li", window=hers.reference, days=5, words="The expert is abroad.")
    asked = request_of(pending, RequestKind.TIME).reference
    pending.do("rule_on_extension", "judge", request=asked, answer="allow", reasons="Fair.")
    assert of(pending, "respondent/1")[0].due_at == of(pending, "claimant/1")[0].due_at != hers.due_at


def test_no_second_period_beside_one_that_stands_still(pending: Scene) -> None:
    """While an objection waits, a changed claim starts a new time that stands still too; there is never another beside
    it (EV 55).
    """
    pending.do("object_to_jurisdiction", "haiyun", ground="place", words="Our seat is elsewhere.")
    pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    assert [w.state for w in (*of(pending, "claimant/1"), *of(pending, "respondent/1"))] == [WindowState.HALTED] * 2
    pending.clock.advance(timedelta(days=4))
    asked = request_of(pending, RequestKind.JURISDICTION).reference
    pending.do("rule_on_jurisdiction", "judge", request=asked, answer="refuse", reasons="Delivered here.")
    for party in ("claimant/1", "respondent/1"):
        (window,) = of(pending, party)
        assert window.state is WindowState.OPEN and window.due_at is not None
        assert window.due_at - pending.clock.now() >= timedelta(days=6)


@pytest.mark.parametrize("waited", [2, 30])
def test_ordinary_procedure_gives_fifteen_days_in_all(pending: Scene, waited: int) -> None:
    """From small claims to ordinary procedure each party has at least fifteen days, also where the seven were over long
    ago (EV 51).
    """
    before = of(pending, "respondent/1")[0]
    pending.later(days=waited)
    pending.do("convert_track", "judge", to="ordinary", reasons="It is not simple.")
    (window,) = of(pending, "respondent/1")
    assert window.due_at is not None and before.due_at is not None
    if waited == 2:
        assert window.due_at - before.opened_at >= timedelta(days=15)
    else:
        assert window.due_at - pending.clock.now() >= timedelta(days=7)


def test_a_changed_claim_gives_time_from_its_own_service(pending: Scene) -> None:
    """Who learns of the change days later loses none of the new time (EV 55(4); court rule: from the own notice)."""
    number = pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.").number
    pending.clock.advance(timedelta(days=3))
    served(pending, "respondent/1", number, occasion="amend_claim")
    (his,), (hers,) = of(pending, "respondent/1"), of(pending, "claimant/1")
    assert his.opened_at == pending.clock.now() and hers.opened_at == pending.clock.now() - timedelta(days=3)


def fallen(scene: Scene, who: str, occasion: str, account: str) -> None:
    """A party shows that a paper did not reach them, and the judge finds so."""
    mine = next(p.id for p in scene.case().parties if p.label == who)
    paper = next(p for p in letters(scene) if p.party_id == mine and p.occasion == occasion)
    scene.do("rebut_service", account, packet=paper.reference, says="not_received", grounds="It is not our address.")
    scene.do(
        "decide_rebuttal", "judge", packet=paper.reference, finding="not_received", reasons="The register shows so."
    )


@pytest.mark.parametrize("change", ["file_counterclaim", "amend_claim"])
def test_nothing_is_begun_for_who_the_claim_was_found_not_to_have_reached(pending: Scene, change: str) -> None:
    """The respondent joined, but the claim did not reach her: a counterclaim or a changed claim begins no time for
    evidence of hers, and nothing is found; the notice served anew does (EV 50, 51, 55(4)).
    """
    fallen(pending, "respondent/1", "claim", "haiyun")
    assert of(pending, "respondent/1") == []
    reason = {"facts": [{"what": "The goods came back."}]} if change == "file_counterclaim" else {}
    pending.do(
        change,
        "haiyun" if change == "file_counterclaim" else "li",
        relief=MONEY,
        **(reason or {"reasons": "The shipping too."}),
    )
    assert of(pending, "respondent/1") == []
    assert len(of(pending, "claimant/1")) == 1
    with pending.court.database.read() as session:
        told = [str(words) for words in nothing_found_yet(pending.court.look(session), pending.case())]
    assert any("notice on evidence has not reached Haiyun" in words for words in told)
    pending.clock.advance(timedelta(days=3))
    served(pending, "respondent/1")
    assert [w.opened_at for w in of(pending, "respondent/1")] == [pending.clock.now()]


def test_a_claimant_whose_notice_of_acceptance_fell_has_time_from_the_next(pending: Scene) -> None:
    """Also where a changed claim had begun a new time meanwhile: the notice on evidence never came, so no time for it has
    begun, and nothing is found until it does (EV 50, 51).
    """
    pending.do("amend_claim", "li", relief=MONEY, reasons="The shipping too.")
    assert len(of(pending, "claimant/1")) == 1
    fallen(pending, "claimant/1", "acceptance", "li")
    assert of(pending, "claimant/1") == []
    pending.clock.advance(timedelta(days=3))
    served(pending, "claimant/1", occasion="acceptance")
    assert [w.opened_at for w in of(pending, "claimant/1")] == [pending.clock.now()]
