"""A panel sits in a hearing held here: the judge presides, the members sit beside them, deliberate alone, and the judgment is
pronounced in the hearing before everybody goes (CPL 40, 45, 151; COL 2, 4, 10, 11).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Role, Seat, Stage, Track
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.desks import SUMMON
from odr.hearing.examination.plan import clock_of
from odr.hearing.live.vocabulary import RoomState, What
from odr.hearing.models import Hearing
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.decision.checks import problems
from odr.judgment.desks import NOT_HEARD_BY_ALL
from odr.judgment.panel.pronouncing import the_judgment_is_spoken
from odr.judgment.queries import current_draft
from odr.judgment.remedies.heard_anew import on_bench_changed
from odr.procedure.acts.events import BenchChanged
from odr.procedure.acts.table import Milestone
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.case.overview import words_in
from odr.procedure.models import WindowState
from odr.procedure.sitting import Sitting
from tests.hearing.live.conftest import BEGINS, Live, fixed_here
from tests.hearing.live.panel_sits import ANN, BEN, convened, draft, drafted, everything_shown, votes
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG, Scene, accepted_case, whole_court
from tests.hearing.test_pages import Browser
from tests.kept import Shelf


@pytest.fixture
def live(sqlite_url: str, clock: FixedClock, tmp_path: Path, shelf: Shelf) -> Iterator[Live]:
    """A hearing by the court's own video before a panel, in ordinary procedure."""
    database = Database(sqlite_url, synchronous="OFF")
    court = whole_court(database, clock, tmp_path / "court", shelf)
    court.ports.media = media = RoomBeside(clock)
    scene = accepted_case(court, clock, track=Track.ORDINARY)
    scene.exhibits(1)
    convened(scene)
    fixed_here(scene)
    yield Live(scene, media)
    database.dispose()


@pytest.fixture
def app(live: Live) -> Flask:
    """The court's pages."""
    return create_app(court=live.scene.court)


def opened(live: Live) -> Live:
    """Everybody is there, the presiding judge opened and admitted both sides."""
    live.clock.set(BEGINS.replace(minute=20))
    for name in (WANG, CHEN, ANN, BEN):
        live.comes(name)
    live.enters(LI)
    live.enters(HAIYUN)
    live.clock.set(BEGINS)
    live.scene.act(CHEN, "open_live_hearing")
    for name in (LI, HAIYUN):
        live.does(CHEN, "admit", name)
    return live


def to_the_last_words(live: Live, *, shown: bool = True) -> Live:
    """Through all stages, none left out; each exhibit is shown in the investigation."""
    opened(live)
    for stage in ("investigation", "debate", "final"):
        live.does(CHEN, "stage")
        assert live.room().stage.value == stage
        if stage == "investigation" and shown:
            everything_shown(live)
    return live


def decided(live: Live, *, shown: bool = True) -> Live:
    """The panel deliberates on a draft and adopts it by two of three."""
    to_the_last_words(live, shown=shown)
    live.does(CHEN, "deliberate")
    live.scene.act(CHEN, "draft_decision", **draft(live.scene))
    live.scene.act(ANN, "deliberate", words="The label was plainly untrue.")
    votes(live.scene, ANN)
    votes(live.scene, BEN, "against", view="I would dismiss the claim.")
    votes(live.scene, CHEN)
    live.does(CHEN, "reassemble")
    return live


def spoken_and_closed(live: Live) -> Scene:
    """The judgment is pronounced, the hearing over, and eight days have passed since: its text is due."""
    decided(live)
    scene = live.scene
    scene.act(CHEN, "pronounce_judgment", grounds="The label was not true.")
    scene.act(CHEN, "close_live_hearing", goes_on="no")
    scene.act(CHEN, "close_hearing", reasons="Everybody was heard.")
    scene.clock.advance(timedelta(days=8))
    scene.due()
    return scene


def test_the_presiding_judge_alone_leads_the_hearing(live: Live, app: Flask) -> None:
    """Each is seen with what they sit as; a member has the floor when it is given, and steers nothing (COL 2, 6)."""
    opened(live)
    for who in (LI, ANN, WANG):
        page = Browser(app, live.scene, who).get("/live/room")
        assert "<span>presiding judge <" in page and page.count("<span>assessor <") == 2
    assert "<span>审判长 <" in Browser(app, live.scene, LI, "zh-Hans").get("/live/room")
    assert f'value="floor:{live.person(ANN).reference}"' in Browser(app, live.scene, CHEN).get("/live/room")
    member = Browser(app, live.scene, ANN).get("/live/room")
    assert 'name="do" value="' not in member.replace('value="message"', "")
    assert "what you can do" not in member and "Steps" not in member, "and is shown no empty column of steps"
    for do in ("admit", "mute", "floor", "stage", "deliberate", "note"):
        with pytest.raises(Forbidden):
            live.does(ANN, do, LI, words="Words")
    live.does(CHEN, "floor", ANN)
    assert live.said()[-1] == f"{ANN} has the floor."
    live.does(CHEN, "floor", LI)
    assert live.person(ANN).mic.value == "open", "whoever decides is never muted"


def test_the_panel_deliberates_alone_and_its_record_stays_with_it(live: Live, app: Flask) -> None:
    """Members and nobody else hear each other; each word and vote is theirs by name, and no party, clerk or assistant reads it."""
    to_the_last_words(live)
    live.does(CHEN, "deliberate")
    live.scene.act(CHEN, "draft_decision", **draft(live.scene))
    asked = next(line.orders for line in live.lines() if line.what is What.DELIBERATES)
    assert asked == [{"do": "deliberate", "persons": [live.person(name).reference for name in (CHEN, ANN, BEN)]}]
    page = Browser(app, live.scene, ANN).get("/live/room")
    assert "Vote in the panel" in page and "Speak in the deliberation" in page
    for who in (WANG, LI, HAIYUN):
        page = Browser(app, live.scene, who).get("/live/room")
        assert "The court deliberates" in page and "Vote in the panel" not in page
    spoken = live.scene.act(ANN, "deliberate", words="The label was plainly untrue.").number
    votes(live.scene, BEN, "against", view="I would dismiss the claim.")
    with live.scene.look() as (court, _):
        vote = live.scene.docket(court)[-1].number
    for entry in (spoken, vote):
        assert all(live.scene.reads(who, entry) for who in (CHEN, ANN, BEN))
        assert not any(live.scene.reads(who, entry) for who in (LI, HAIYUN, WANG))


def test_a_judgment_is_pronounced_in_the_hearing_and_sent_within_ten_days(live: Live, app: Flask) -> None:
    """The orders of the text the panel adopted are read by everybody in the room, with how one appeals and by when the written
    judgment comes; dissent is nowhere; the orders then stand (CPL 45, 151).
    """
    decided(live)
    live.scene.act(CHEN, "pronounce_judgment", grounds="The label was not true.")
    for who in (LI, HAIYUN, ANN, WANG):
        page = Browser(app, live.scene, who).get("/live/room")
        assert "The judgment is pronounced" in page and "8,000" in page and "The label was not true." in page
        assert "19\u00a0March 2026" in page and "may appeal" in page
        assert "dismiss the claim" not in page
    (entry,) = live.entry("pronounce_judgment")
    assert entry["result"]["sent_by"] == "2026-03-19"
    with live.scene.look() as (court, case):
        (window,) = court.windows(case, "send_judgment", state=WindowState.OPEN)
        assert window.due_at is not None and window.due_at - BEGINS >= timedelta(days=10)
    with pytest.raises(ActNotOpen, match="was pronounced"):
        live.scene.act(CHEN, "pronounce_judgment", grounds="Once more.")
    with pytest.raises(ActNotOpen, match="nothing more is decided"):
        live.does(CHEN, "deliberate")
    with pytest.raises(InvalidInput):
        live.scene.act(CHEN, "close_live_hearing", goes_on="another_day")
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    assert "The judgment is pronounced." in (live.hearing().minutes or "")
    changed = draft(live.scene)
    changed["orders"][0]["amount"] = "7,000.00"
    live.scene.act(
        CHEN,
        "draft_decision",
        **changed,
    )
    assert any("not those that were pronounced" in why for why in standing_in_the_way(live))
    live.scene.act(CHEN, "draft_decision", **draft(live.scene))
    assert not any("not those that were pronounced" in why for why in standing_in_the_way(live))


REFUSED = {
    "sealed": "End the sealed part first",
    "private": "This hearing is not public",
    "early": "last words first",
    "nobody": "is not here",
    "cut off": f"The connection of {HAIYUN} is lost",
    "split": "has not voted",
    "away": "is not here yet",
    "unseen": "never open to cross-examination",
    "deliberating": "No hearing is open here now",
}
"""What keeps a judgment from being pronounced now, and how the court says so."""


def test_from_the_spoken_judgment_to_its_text_only_the_text_is_made(live: Live) -> None:
    """Whatever the case could do before and can do no more once its judgment is issued, it can do no more from the spoken one on,
    but for the end of the hearing, its record and the text. Nothing is withdrawn, agreed, mediated, added or heard again
    (CPL 145, 148, 151; CPI 242); the trial limit is over (CPI 243), and the rows say what the docket says.
    """
    decided(live)
    table = live.scene.court.table
    with live.scene.look() as (court, case):
        assert clock_of(court, case) is not None
    live.scene.act(CHEN, "pronounce_judgment", grounds="The label was not true.")
    for who, act, given in (
        (LI, "withdraw_claim", {}),
        (LI, "make_offer", {"text": "Half of it."}),
        (LI, "ask_mediation", {}),
        (HAIYUN, "challenge", {}),
        (CHEN, "offer_to_mediate", {}),
        (CHEN, "hold_hearing_again", {"reasons": "Once more."}),
        (CHEN, "adjourn_hearing", {}),
        (CHEN, "convene_panel", {"size": 3, "reasons": "Others."}),
    ):
        with pytest.raises(ActNotOpen, match="comes in writing next"), live.scene.sit() as (sitting, case):
            of = table[act]
            given_now = of.input.model_construct(**given)
            sitting.perform(act, case, given_now, actor=live.scene.actor(sitting, who))
    with live.scene.look() as (court, case):
        assert case.pronounced_at == BEGINS and clock_of(court, case) is None
        assert refused_now(court, case, live) == {
            a.name
            for a in table
            if case.stage in a.at and Stage.PRONOUNCED not in a.at and Milestone.UNTIL_THE_TEXT not in a.means
        }
        assert audit_projections(live.scene.court, court.session, case) == []
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")


@pytest.mark.parametrize("third", [BEN, "Assessor Cai"])
def test_the_text_follows_the_spoken_judgment_to_its_issuing(live: Live, third: str) -> None:
    """Record, findings, votes, signature and issue are all open after it, also where a member had to be replaced since; the case was
    pronounced on the day of the hearing, and the rows say so with the docket.
    """
    scene = spoken_and_closed(live)
    if third != BEN:
        replaced(live, third)
    scene.act(CHEN, "record_findings", adopt_undisputed=True)
    for who in (ANN, third, CHEN):
        votes(scene, who)
    scene.act(CHEN, "send_for_signing", decision=drafted(scene))
    issue = scene.court.table["issue_decision"]
    with scene.look() as (court, case):
        actor = scene.actor(court, CHEN)
        given = issue.input(decision=drafted(scene), case_number=case.number)
        premise = court.premise_now(issue, case, actor, {})
    prepared = scene.court.prepare(issue.name, case, given, actor)
    with scene.court.sit(prepared) as sitting:
        mine = sitting.session.get_one(Case, case.id)
        sitting.perform(issue.name, mine, given, actor=scene.actor(sitting, CHEN), premise=premise)
    with scene.look() as (court, case):
        assert case.stage is Stage.PRONOUNCED and case.pronounced_at == BEGINS
        assert audit_projections(scene.court, court.session, case) == []


def test_what_was_pronounced_is_not_voted_on_again(live: Live, app: Flask) -> None:
    """A new member would have decided otherwise, as Ann would by now: with two of three against, the text is changed, and once it says
    what was decided it is signed with the orders as spoken. Both views stand in the minutes, for the panel alone (CPL 45, 151; CPI 242; COL 15).
    """
    cai, scene = "Assessor Cai", live.scene
    decided(live)
    with pytest.raises(InvalidInput, match="Nothing was pronounced yet"):
        votes(scene, ANN, "differs", view="I would dismiss it.")
    before = Browser(app, scene, ANN).get("/decision/panel")
    assert 'value="differs"' not in before and "For this decision" in before
    scene.act(CHEN, "pronounce_judgment", grounds="The label was not true.")
    scene.act(CHEN, "close_live_hearing", goes_on="no")
    scene.act(CHEN, "close_hearing", reasons="Everybody was heard.")
    scene.clock.advance(timedelta(days=8))
    scene.due()
    replaced(live, cai)
    scene.act(CHEN, "record_findings", adopt_undisputed=True)
    new = Browser(app, scene, cai)
    page = new.get("/decision/panel")
    assert 'value="differs"' in page and "are not voted on again" in page and "The text is not right yet" in page
    votes(scene, CHEN)
    votes(scene, ANN, "against", view="The reasons do not say why the label was believed.")
    unsaid = new.post("/decision/panel/vote", page, 422, decision=drafted(scene), vote="differs")
    assert "a different view is minuted truthfully" in unsaid
    votes(scene, cai, "against", view="I would dismiss the claim.")
    assert any("Change its reasons as the minutes say" in why for why in standing_in_the_way(live))
    with pytest.raises(ActNotOpen, match="orders were pronounced"):
        scene.act(CHEN, "send_for_signing", decision=drafted(scene))
    scene.act(CHEN, "draft_decision", **draft(scene, answers="The goods were as described, said the respondent."))
    votes(scene, CHEN)
    for who in (ANN, cai):
        votes(scene, who, "differs", view="I would dismiss the claim.")
    scene.act(CHEN, "send_for_signing", decision=drafted(scene))
    with scene.look() as (court, case):
        last = [entry.number for entry in scene.docket(court) if entry.act == "vote_on_decision"][-1]
        assert case.stage is Stage.DELIBERATION
    assert all(scene.reads(who, last) for who in (CHEN, ANN, cai))
    assert not any(scene.reads(who, last) for who in (LI, HAIYUN, WANG))
    minutes = Browser(app, scene, cai, "zh-Hans").get("/decision/panel").split('id="minutes"')[1]
    assert minutes.count("文书无误，但本人对裁判结果持不同意见") == 2


def test_what_a_vote_says_is_of_what_lay_before_whoever_voted(live: Live, app: Flask) -> None:
    """Whoever takes the text of a spoken judgment is nowhere said to be for what it decides, nor who wants it changed against that;
    the votes before it was spoken say what they said (CPL 45; COL 15).
    """
    decided(live)
    scene = live.scene
    scene.act(CHEN, "pronounce_judgment", grounds="The label was not true.")
    votes(scene, CHEN)
    votes(scene, ANN, "against", view="The reasons do not say why the label was believed.")
    with scene.look() as (court, _):
        said = [words_in(e.payload)["en"] for e in scene.docket(court) if e.act == "vote_on_decision"]
    assert [words.partition(": ")[2] for words in said] == [
        "For this decision",
        "Against it",
        "For this decision",
        "The text is right",
        "The text is not right yet",
    ]
    sits, minutes = Browser(app, scene, BEN).get("/decision/panel").split('id="minutes"')
    sits = sits.split("<tbody")[1].split("</table>")[0]
    assert [words in sits for words in ("The text is right<", "The text is not right yet<", "Against it<")] == [
        True
    ] * 3
    assert "For this decision" not in sits and minutes.count("For this decision") == 2
    assert minutes.count("The text is right<") == minutes.count("The text is not right yet<") == 1


def test_a_signed_text_is_not_voted_on(live: Live, app: Flask) -> None:
    """The panel's room shows no form that would only be refused, and asks nobody to check what is signed; taken back, it does (COL 15)."""
    scene = spoken_and_closed(live)
    scene.act(CHEN, "record_findings", adopt_undisputed=True)
    for who in (CHEN, ANN, BEN):
        votes(scene, who)
    ann = Browser(app, scene, ANN)
    page = ann.get("/decision/panel")
    check, form = "Check that the text says", "/decision/panel/vote"
    assert [words in ann.get("/decision/panel") for words in (check, form)] == [True, True]
    scene.act(CHEN, "send_for_signing", decision=drafted(scene))
    assert [words in ann.get("/decision/panel") for words in (check, form)] == [False, False]
    with pytest.raises(ActNotOpen, match="not a draft any more"):
        votes(scene, ANN)
    late = ann.post(form, page, 422, decision=drafted(scene), vote="nothing", view="The reasons lack a word.")
    assert "The reasons lack a word.</textarea>" in late, "what was typed is not lost"
    with pytest.raises(ActNotOpen, match="text of the judgment is signed and waits to be issued"):
        scene.act(CHEN, "record_findings", adopt_undisputed=True)
    scene.act(CHEN, "reopen_decision", decision=drafted(scene))
    assert [words in ann.get("/decision/panel") for words in (check, form)] == [True, True]


def replaced(live: Live, name: str) -> None:
    """Somebody else takes the seat of Ben, who cannot go on; nobody is asked to hear the case again."""
    scene = live.scene
    with scene.sit() as (sitting, case):
        account = Account(email="cai@x.example", name=name, state=AccountState.ACTIVE, created_at=sitting.now)
        sitting.session.add(account)
        sitting.session.flush()
        scene.accounts[name] = account.id
        sitting.session.add(AccountRole(account_id=account.id, role=Role.ASSESSOR, granted_at=sitting.now))
        mine = select(Seat).where(Seat.case_id == case.id, Seat.account_id == scene.accounts[BEN])
        sitting.session.scalars(mine).one().until_at = sitting.now
        sitting.session.add(Seat(case_id=case.id, account_id=account.id, role=Role.ASSESSOR, from_at=sitting.now))
        sitting.session.flush()
        before = len(sitting.tasks(case, NOT_HEARD_BY_ALL)) + len(sitting.tasks(case, SUMMON))
        on_bench_changed(sitting, BenchChanged(case))
        assert len(sitting.tasks(case, NOT_HEARD_BY_ALL)) + len(sitting.tasks(case, SUMMON)) == before == 0


def refused_now(court: Sitting, case: Case, live: Live) -> set[str]:
    """Every act of this stage that nobody does because the judgment was spoken."""
    return {
        act.name
        for act in live.scene.court.table
        if case.stage in act.at
        and all(
            the_judgment_is_spoken(court, act, case, Actor(role, 1, "", case.id)) is not None
            for role in Role
            if role is not Role.CLOCK
        )
    }


def test_who_bears_the_costs_is_spoken_and_stands(live: Live, app: Flask) -> None:
    """It is read by everybody with the orders; a text in which somebody else bears them is not signed (CPL 155)."""
    decided(live)
    live.scene.act(CHEN, "pronounce_judgment", grounds="The label was not true.")
    assert (
        "court fee" in Browser(app, live.scene, LI).get("/live/room").split('id="h-judgment"')[1].split("</section>")[0]
    )
    live.scene.act(CHEN, "close_live_hearing", goes_on="no")
    before = standing_in_the_way(live)
    with live.scene.sit() as (sitting, case):
        decision = current_draft(sitting.session, case)
        assert decision is not None
        shares = [{**share, "bears": 0 if share["bears"] else 100} for share in decision.costs["shares"]]
        decision.costs = {**decision.costs, "shares": shares}
    assert any("not those that were pronounced" in why for why in standing_in_the_way(live))
    assert not any("not those that were pronounced" in why for why in before)


def standing_in_the_way(live: Live) -> list[str]:
    """What keeps the draft from being signed."""
    with live.scene.look() as (court, case):
        decision = current_draft(court.session, case)
        assert decision is not None
        return [why.render("en") for why in problems(court, case, decision)]


@pytest.mark.parametrize("what", [*REFUSED])
def test_nothing_is_pronounced_before_it_may_be(live: Live, what: str) -> None:
    """In public, after everybody's last words, before the whole bench and both sides, on what was examined, and only what a
    majority adopted.
    """
    scene, reason = live.scene, REFUSED[what]
    if what == "early":
        opened(live)
    elif what == "split":
        to_the_last_words(live)
        scene.act(CHEN, "draft_decision", **draft(scene))
        votes(scene, ANN, "against", view="I would dismiss it.")
        votes(scene, BEN)
    else:
        decided(live, shown=what != "unseen")
    if what == "sealed":
        scene.act(CHEN, "seal_part", reason="secret", outside=[live.person(HAIYUN).reference], words="A secret.")
    if what == "private":
        with scene.sit() as (sitting, _):
            sitting.session.get_one(Hearing, live.hearing().id).closed_doors = True
    if what == "nobody":
        step(live, HAIYUN)
    if what in ("away", "cut off"):
        live.media.happens("left", live.person(BEN if what == "away" else HAIYUN).reference)
        live.follow()
        assert live.room().state is RoomState.OPEN, "nobody is gone for long enough that the hearing stands still"
    if what == "deliberating":
        live.does(CHEN, "deliberate")
    with pytest.raises(ActNotOpen, match=reason):
        scene.act(CHEN, "pronounce_judgment", grounds="It follows from the label.")
    assert What.PRONOUNCED not in {line.what for line in live.lines()}


def step(live: Live, who: str) -> None:
    """Somebody is removed from the room, rung by rung."""
    for rung in ("warned", "admonished", "ordered_out"):
        live.scene.act(CHEN, "keep_order", who=live.person(who).reference, step=rung, words="Leave, please.")


def test_nobody_but_the_presiding_judge_pronounces(live: Live) -> None:
    """A member votes, and does not speak for the panel (CPL 44; COL 6)."""
    decided(live)
    for who in (ANN, WANG, LI):
        with pytest.raises(Forbidden):
            live.scene.act(who, "pronounce_judgment", grounds="It follows from the label.")
    assert live.room().state is RoomState.OPEN and drafted(live.scene)
