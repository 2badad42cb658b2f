"""No way to a judgment that would be set aside: nothing is examined too early, nothing decided without a hearing, nothing
found on what the other side never saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Stage, Track
from odr.evidence.models import Exhibit
from odr.evidence.requests.models import EvidenceRequest
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.hearing.models import Hearing, Question
from odr.hearing.ripeness.basis import without_basis
from odr.hearing.ripeness.times import nothing_found_yet
from odr.hearing.vocabulary import Mode
from odr.judgment.decision.file_before_judge import case_file
from odr.procedure.models import WindowState
from odr.service.models import Packet
from odr.service.vocabulary import PacketState
from tests.hearing.scene import BAIHUA, CHEN, HAIYUN, LI, WANG, Scene, agreed_to_writing, allow_writing, opinion
from tests.hearing.test_courtroom import fixed
from tests.scene import Scene as Court, open_court

ANSWER = {"position": "defend", "statement": "The label is lawful."}
OBJECTION = {"ground": "place", "words": "This belongs before the court at our seat."}
DRAFT = {"language": "en", "claims": "The price back.", "reasons": [{"text": "It was not."}], "orders": []}


@pytest.fixture
def ordinary(sqlite_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Court]:
    """A case in ordinary procedure, served; the respondent is there and has not answered."""
    database = Database(sqlite_url, synchronous="OFF")
    court = open_court(database, clock, tmp_path / "court")
    court.lodge()
    court.accept("ordinary")
    court.pay()
    court.work()
    court.join()
    yield court
    database.dispose()


def bring(court: Court, who: str, title: str) -> str:
    """An exhibit of somebody's; gives its label."""
    sent = court.upload(who, title.encode())
    court.do("submit_exhibit", who, upload=sent.reference, title=title, proves="It was so", source="My phone")
    with court.court.database.read() as session:
        return session.scalars(select(Exhibit.label).order_by(Exhibit.id.desc())).first() or ""


def test_nothing_is_examined_while_the_respondent_may_still_answer(ordinary: Court) -> None:
    """Opened on the ninth day of fifteen, a judgment would fall (CPL 128, 177)."""
    ordinary.later(days=9)
    for mode in ("offline", "live", "asynchronous"):
        with pytest.raises(ActNotOpen, match="to answer is not over"):
            ordinary.do("open_examination", "judge", mode=mode)
    ordinary.later(days=10)
    ordinary.do("open_examination", "judge", mode="offline")


def test_nothing_is_examined_while_an_objection_to_jurisdiction_waits(ordinary: Court) -> None:
    """Whether this court decides at all is ruled on first (CPL 130)."""
    ordinary.do("object_to_jurisdiction", "haiyun", **OBJECTION)
    ordinary.later(days=30)
    with pytest.raises(ActNotOpen, match="objection to jurisdiction is not ruled on"):
        ordinary.do("open_examination", "judge", mode="offline")


def test_no_hearing_is_fixed_for_a_day_on_which_evidence_may_still_come(ordinary: Court) -> None:
    """She answered at once; her fifteen days for evidence run on (EV 51)."""
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    early, late = ((ordinary.clock.now() + timedelta(days=n)).date().isoformat() for n in (8, 20))
    given = {"mode": "offline", "at": "09:30", "place": "Courtroom 3"}
    with pytest.raises(InvalidInput, match="may bring evidence until"):
        ordinary.do("summon", "clerk", on=early, **given)
    ordinary.do("summon", "clerk", on=late, **given)


def test_nothing_is_found_and_nothing_signed_before_the_time_is_over(ordinary: Court) -> None:
    """Findings wait as the hearing does; a draft is signed only after the examination (CPL 144, EV 51)."""
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    with pytest.raises(ActNotOpen, match="to bring evidence is not over"):
        ordinary.do("record_findings", "judge", adopt_undisputed=True)
    ordinary.later(days=20)
    with ordinary.court.database.read() as session:
        look, case = ordinary.court.look(session), session.get_one(Case, ordinary.case_id)
        assert any("not closed yet" in str(reason) for reason in without_basis(look, case))


def test_what_was_not_shown_in_the_hearing_grounds_nothing(ordinary: Court) -> None:
    """The clerk notes what was not shown: the other side had no word on it (CPI 103; EV 60)."""
    labels = [bring(ordinary, "li", title) for title in ("Order page", "Chat")]
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    ordinary.later(days=20)
    record(ordinary, not_shown=labels[1:], debated="yes", last_words="yes")
    with ordinary.court.database.read() as session:
        look, case = ordinary.court.look(session), session.get_one(Case, ordinary.case_id)
        assert {e.label: e.examined for e in case_file(look, case).exhibits} == {labels[0]: True, labels[1]: False}
    with pytest.raises(InvalidInput, match="never open to cross-examination"):
        ordinary.do(
            "record_findings",
            "judge",
            findings=[{"subject": f"exhibit/{labels[1]}", "result": "adopted", "reasons": "I saw it."}],
        )


def open_to_all(court: Court) -> dict[str, bool]:
    """Exhibits, and whether each was open to cross-examination."""
    with court.court.database.read() as session:
        look, case = court.court.look(session), session.get_one(Case, court.case_id)
        return {e.label: e.examined for e in case_file(look, case).exhibits}


def test_what_is_kept_from_a_party_was_not_open_to_it(ordinary: Court) -> None:
    """The record says that every exhibit was shown, and the respondent could never open this one: nothing is found on it. Let in,
    they are heard on it in a further hearing (CPL 71; CPI 103).
    """
    bring(ordinary, "li", "Order page")
    sent = ordinary.upload("li", b"Our supplier is Fenghua.")
    given = {"title": "Supplier", "proves": "Where it came from", "source": "Our books", "secret": True}
    ordinary.do("submit_exhibit", "li", upload=sent.reference, why_secret="Our supplier and prices.", **given)
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    ordinary.later(days=20)
    record(ordinary, debated="yes", last_words="yes")
    assert open_to_all(ordinary) == {"C-1": True, "C-2": False}
    with pytest.raises(ActNotOpen, match="sealing was asked for"):
        ordinary.do("close_hearing", "judge", reasons="Enough.")
    with ordinary.court.database.read() as session:
        secret = session.scalars(select(Exhibit.reference).where(Exhibit.label == "C-2")).one()
    why = {"exhibit": secret, "answer": "seal", "reasons": "Its price list is a secret of trade."}
    ordinary.do("order_seal", "judge", **why)
    record(ordinary, debated="yes", last_words="yes")
    assert not open_to_all(ordinary)["C-2"]
    ordinary.do("order_seal", "judge", **why, readers=["respondent/1"])
    assert not open_to_all(ordinary)["C-2"], "they have been let in, and could not say anything of it yet"
    record(ordinary, debated="yes", last_words="yes")
    assert open_to_all(ordinary) == {"C-1": True, "C-2": True}
    ordinary.do("order_seal", "judge", **why, readers=["respondent/1"])
    assert open_to_all(ordinary)["C-2"], "who may open it still has been heard on it"


def test_what_was_sealed_after_everybody_saw_it_was_open_to_who_still_may(ordinary: Court) -> None:
    """The judge closes a file to the public afterwards: whoever examined it and may still open it has examined it (CPI 103)."""
    bring(ordinary, "li", "Order page")
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    ordinary.later(days=20)
    record(ordinary, debated="yes", last_words="yes")
    with ordinary.court.database.read() as session:
        mine = session.scalars(select(Exhibit.reference)).one()
    why = {"exhibit": mine, "answer": "seal", "reasons": "It names a neighbour."}
    ordinary.do("order_seal", "judge", **why, readers=["respondent/1"])
    assert open_to_all(ordinary) == {"C-1": True}
    ordinary.do("order_seal", "judge", **why)
    assert open_to_all(ordinary) == {"C-1": False}


def test_no_hearing_is_closed_over_a_request_about_evidence(ordinary: Court) -> None:
    """What the court is asked in writing to collect is ruled on, and collected or given up, while it can still be examined (CPL
    67, 211(5)).
    """
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    ordinary.later(days=20)
    asked = {"holder": "Baihua Market", "what": "Order log", "fact": "That I ordered", "grounds": "They keep it."}
    ordinary.do("ask_evidence_order", "li", kind="collection", **asked)
    record(ordinary, debated="yes", last_words="yes")
    with pytest.raises(ActNotOpen, match="Rule on this first"):
        ordinary.do("close_hearing", "judge", reasons="Enough.")
    with ordinary.court.database.read() as session:
        request = session.scalars(select(EvidenceRequest.reference)).one()
    ordinary.do("rule_on_evidence", "judge", request=request, result="granted", reasons="She cannot get it.")
    with pytest.raises(ActNotOpen, match="Collect from Baihua Market"):
        ordinary.do("close_hearing", "judge", reasons="Enough.")
    ordinary.do("record_collected", "clerk", request=request, answer="refused", words="They keep none.")
    ordinary.do("close_hearing", "judge", reasons="Enough.")


@pytest.mark.parametrize(("debated", "last_words"), [("no", "yes"), ("yes", "no"), ("no", "no")])
def test_without_debate_and_last_words_no_hearing_is_closed(ordinary: Court, debated: str, last_words: str) -> None:
    """In ordinary procedure both are held before the hearing ends (CPL 144); another hearing makes it good."""
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    ordinary.later(days=20)
    record(ordinary, debated=debated, last_words=last_words)
    with pytest.raises(ActNotOpen, match="is not on record"):
        ordinary.do("close_hearing", "judge", reasons="Enough.")
    record(ordinary, debated="yes", last_words="yes")
    ordinary.do("close_hearing", "judge", reasons="Enough.")


def record(court: Court, **given: object) -> None:
    """A hearing is fixed, held with everybody there, and recorded."""
    day = (court.clock.now() + timedelta(days=10)).date().isoformat()
    court.do("summon", "clerk", mode="offline", on=day, at="09:30", place="Courtroom 3")
    court.later(days=10, hours=9)
    with court.court.database.read() as session:
        case = session.get_one(Case, court.case_id)
        hearing = session.scalars(select(Hearing.reference).order_by(Hearing.id.desc())).first()
        shown = {e.label: e.reference for e in session.scalars(select(Exhibit))}
        there = [{"who": p.reference, "presence": "courtroom", "identity": "document"} for p in case.parties]
    not_shown = [shown[label] for label in given.pop("not_shown", [])]  # type: ignore[attr-defined]
    court.do(
        "record_hearing",
        "clerk",
        hearing=hearing,
        begun="09:32",
        ended="11:05",
        attendance=there,
        minutes="Everybody was there.",
        not_shown=not_shown,
        **given,
    )


def test_ordinary_procedure_is_never_heard_in_writing(scene_of: Callable[..., Scene]) -> None:
    """The exchange may go in writing by consent; then a hearing with everybody at the same time follows by itself (OLR 14, 20, 22)."""
    scene = scene_of(track=Track.ORDINARY, third=True)
    scene.exhibits(1)
    with pytest.raises(ActNotOpen, match="hearing with everybody at the same time"):
        scene.act(LI, "apply_for_written_hearing", difficulty="I work nights, the others by day.")
    scene.act(CHEN, "open_examination", mode="asynchronous")
    exchange(scene)
    assert (mode(scene), scene.stage(), scene.current()) == (Mode.HYBRID, Stage.HEARING, None)
    with pytest.raises(InvalidInput, match="every condition is on record"):
        scene.act(CHEN, "convert_mode", mode="asynchronous", reasons="It is quicker.")
    scene.act(WANG, "summon", mode="hybrid", on=ahead(scene, 10), at="09:30", place="Courtroom 3")
    scene.days(10.3)
    attendance = [
        {"who": scene.party(name), "presence": "courtroom", "identity": "document"} for name in (LI, HAIYUN, BAIHUA)
    ]
    given = {"begun": "09:32", "ended": "11:05", "minutes": "All argued.", "debated": "yes", "last_words": "yes"}
    scene.act(WANG, "record_hearing", hearing=fixed(scene), attendance=attendance, **given)
    scene.act(CHEN, "close_hearing", reasons="Everything was heard.")
    scene.days(20)
    scene.due()
    assert scene.stage() is Stage.DELIBERATION and reasons(scene) == []


def exchange(scene: Scene) -> None:
    """Nobody says anything in the exchange: its phases lapse one after the other."""
    for _ in range(40):
        if scene.current() is None:
            return
        scene.days(2)
        scene.due()


def ahead(scene: Scene, days: int) -> str:
    """A day to come."""
    return (scene.clock.now() + timedelta(days=days)).date().isoformat()


def mode(scene: Scene) -> Mode:
    """How the case is heard now."""
    with scene.look() as (court, _):
        return scene.examination(court).mode


def reasons(scene: Scene) -> list[str]:
    """Why no judgment may rest on what was held."""
    with scene.look() as (court, case):
        return [str(reason) for reason in without_basis(court, case)]


def test_a_hearing_in_writing_needs_every_condition(scene_of: Callable[..., Scene]) -> None:
    """One applies, everybody agrees, the exchange is over, and the judge records the ground of each; else it is not
    allowed, and a hearing with everybody at the same time follows (OLR 20(2)).
    """
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    scene.act(LI, "apply_for_written_hearing", difficulty="I work nights, the others by day.")
    with pytest.raises(ActNotOpen, match="applied for already"):
        scene.act(HAIYUN, "apply_for_written_hearing", difficulty="We are in another time zone.")
    scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(HAIYUN, "answer_written_hearing", agrees="yes")
    with pytest.raises(ActNotOpen, match="not been exchanged"):
        allow_writing(scene)
    exchange(scene)
    assert mode(scene) is Mode.ASYNCHRONOUS, "it waits for the ruling"
    scene.act(HAIYUN, "answer_written_hearing", agrees="no", words="We would rather come.")
    with pytest.raises(ActNotOpen, match="has not agreed"):
        allow_writing(scene)
    scene.act(CHEN, "rule_on_written_hearing", answer="refuse", reasons="Not everybody agrees.")
    assert mode(scene) is Mode.HYBRID and any("not closed" in reason for reason in reasons(scene))


def test_what_was_applied_for_before_the_case_went_over_is_only_refused(scene_of: Callable[..., Scene]) -> None:
    """In ordinary procedure no hearing in writing is allowed, whenever it was applied for and whoever agrees (OLR 20(2))."""
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    agreed_to_writing(scene, LI, HAIYUN)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    exchange(scene)
    scene.act(CHEN, "convert_track", to="ordinary", reasons="The facts are disputed after all.")
    with pytest.raises(ActNotOpen, match="open only in simple procedure"):
        allow_writing(scene)
    scene.act(CHEN, "rule_on_written_hearing", answer="refuse", reasons="The case has gone over.")
    assert mode(scene) is Mode.HYBRID


def test_an_allowed_hearing_in_writing_carries_a_judgment(scene_of: Callable[..., Scene]) -> None:
    """With every condition on record the stages of the hearing go in writing, and a judgment may rest on them."""
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    agreed_to_writing(scene, LI, HAIYUN)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    exchange(scene)
    allow_writing(scene)
    exchange(scene)
    assert scene.stage() is Stage.DELIBERATION and reasons(scene) == []


@pytest.mark.parametrize("ruling", ["keep_mode", "convert_mode", "agree again"])
def test_consent_taken_back_stops_the_next_step_until_the_judge_rules(
    scene_of: Callable[..., Scene], ruling: str
) -> None:
    """The step that runs ends; the next opens only by a ruling, or when they agree again (OLR 5)."""
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(LI, "consent_to_mode", agrees="no", reason="I cannot write well.")
    exchange(scene)
    scene.days(60)
    scene.due()
    assert (scene.stage(), scene.current()) == (Stage.HEARING, None)
    if ruling == "keep_mode":
        scene.act(CHEN, "keep_mode", ground="late", reasons="It was said on the last day.")
    elif ruling == "convert_mode":
        scene.act(CHEN, "convert_mode", mode="offline", reasons="She cannot write well.")
        assert mode(scene) is Mode.OFFLINE
        return
    else:
        scene.act(LI, "consent_to_mode", agrees="yes")
    assert scene.current() == "pleadings"
    with pytest.raises(ActNotOpen, match="Nobody has taken back"):
        scene.act(CHEN, "keep_mode", ground="late", reasons="It was said on the last day.")


def test_who_was_never_reached_has_not_been_silent(ordinary: Court) -> None:
    """A question that was explained and asked again admits nothing while its letter is on its way, or when it came after the time
    (EV 4).
    """
    ordinary.do("file_answer", "haiyun", **ANSWER)
    ordinary.do("open_examination", "judge", mode="offline")
    with ordinary.court.database.read() as session:
        haiyun = session.get_one(Case, ordinary.case_id).parties[1].reference
    ordinary.do("put_question", "judge", addressees=[haiyun], words="Who wrote the label?")
    ordinary.later(days=8)
    with ordinary.court.database.read() as session:
        question = session.scalars(select(Question.reference)).one()
    again = ordinary.do("ask_again", "judge", question=question, explanation="Silence may count as an admission.")
    ordinary.later(days=8)
    found = {"question": question, "reasons": "Explained and asked again in vain."}
    for state, at in ((PacketState.OUT, None), (PacketState.SERVED, ordinary.clock.now())):
        with ordinary.court.database.write() as session:
            packets = session.scalars(select(Packet).where(Packet.case_id == ordinary.case_id))
            (mine,) = (p for p in packets if again.number in p.entry_ids and p.party_id == _respondent(session))
            mine.state, mine.effective_at = state, at
        with pytest.raises(ActNotOpen, match="reached who was asked"):
            ordinary.do("deem_admitted", "judge", **found)
    with ordinary.court.database.write() as session:
        session.get_one(Packet, mine.id).effective_at = ordinary.clock.now() - timedelta(days=7)
    ordinary.do("deem_admitted", "judge", **found)


def _respondent(session: Session) -> int:
    return session.scalars(select(Party.id).where(Party.role == Role.RESPONDENT)).one()


def no_findings_yet(scene: Scene) -> list[str]:
    """Why nothing may be found yet."""
    with scene.look() as (court, case):
        return [str(reason) for reason in nothing_found_yet(court, case)]


def test_a_time_for_evidence_that_began_after_the_exchange_is_waited_for(scene_of: Callable[..., Scene]) -> None:
    """The exchange ends the times that ran then, not the new one that a changed claim or a newcomer gives everybody (EV 55,
    56).
    """
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    with scene.sit() as (sitting, case):
        before = sitting.start_window(case, "evidence", party=case.party(scene.parties[HAIYUN]), start=sitting.now)
        before.state, before.halted_at = WindowState.HALTED, sitting.now
    scene.act(CHEN, "open_examination", mode="asynchronous")
    while scene.current() != "judge_questions":
        assert any("to bring evidence is not over" in reason for reason in no_findings_yet(scene))
        scene.days(2)
        scene.due()
    assert no_findings_yet(scene) == []
    with scene.sit() as (sitting, case):
        later = sitting.start_window(case, "evidence", party=case.party(scene.parties[HAIYUN]), start=sitting.now)
        later.opened_at += timedelta(seconds=1)
    assert any("to bring evidence is not over" in reason for reason in no_findings_yet(scene))


def test_where_nobody_has_brought_an_exhibit_nothing_was_exchanged(scene_of: Callable[..., Scene]) -> None:
    """A part of the plan that is passed over because there is nothing to go through takes nobody's time for evidence (EV 56)."""
    scene = scene_of(track=Track.SIMPLE)
    with scene.sit() as (sitting, case):
        sitting.start_window(case, "evidence", party=case.party(scene.parties[HAIYUN]), start=sitting.now)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    for who in (LI, HAIYUN, LI, HAIYUN):
        scene.act(who, "finish_turn")
    assert scene.current() == "judge_questions"
    assert any("to bring evidence is not over" in reason for reason in no_findings_yet(scene))


def test_an_exhibit_that_came_after_the_other_sides_turn_is_not_examined(scene_of: Callable[..., Scene]) -> None:
    """A phase that closes is not enough: each on the other side had a turn of their own after it came (CPI 103, EV 62)."""
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    while scene.current() != "cross_examination":
        scene.days(2)
        scene.due()
    scene.act(HAIYUN, "give_opinion", **opinion(scene.refs[LI, 1]))
    scene.exhibit(LI, 2)
    exchange(scene)
    with scene.look() as (court, case):
        file = {e.label: e.examined for e in case_file(court, case).exhibits}
    assert file == {"C-1": True, "R-1": True, "C-2": False}


@pytest.mark.parametrize("again", ["agree again", "keep_mode"])
def test_who_takes_back_that_the_hearing_goes_in_writing_stops_it_too(
    scene_of: Callable[..., Scene], again: str
) -> None:
    """Taken back after it was allowed, the next stage waits; agreed again, or ruled on, it goes on (OLR 5)."""
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    agreed_to_writing(scene, LI, HAIYUN)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    exchange(scene)
    allow_writing(scene)
    assert scene.current() == "debate"
    scene.act(HAIYUN, "answer_written_hearing", agrees="no", words="We would rather come.")
    exchange(scene)
    scene.days(60)
    scene.due()
    assert (scene.stage(), scene.current()) == (Stage.HEARING, None)
    if again == "keep_mode":
        scene.act(CHEN, "keep_mode", ground="dilatory", reasons="It is the third time.")
    else:
        scene.act(HAIYUN, "answer_written_hearing", agrees="yes")
    assert scene.current() in ("debate", "final")
