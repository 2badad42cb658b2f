"""The box of a case for a party with something to do: the duty with its day and way, remedies behind it, and who is waited
for when nothing is asked.
"""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.ground.text import Money
from odr.hearing.examination.next_step import _of_phase
from odr.hearing.models import Phase
from odr.payments.fee.fee_computation import Matter
from odr.payments.fee.next_step import _pay
from odr.procedure.case.next_box import NextBox, next_box
from odr.procedure.models import Task, Window
from tests.faults.forks import pay_fee
from tests.scene import Scene
from tests.test_bad_input import signed_in


def box(scene: Scene, who: str) -> NextBox:
    """What somebody sees first."""
    with scene.court.database.read() as session:
        found = next_box(scene.court.look(session), session.get_one(Case, scene.case_id), scene.actor(who))
        assert found is not None
        return found


def party(scene: Scene, label: str) -> str:
    """Reference of a party by its label."""
    return next(one.reference for one in scene.case().parties if one.label == label)


def test_from_lodging_to_the_answer_everybody_knows_whose_turn_it_is(small_scene: Scene) -> None:
    """Lodged: the registry. Accepted: the fee. Served: the answer. Answered: the judge or whoever still has time."""
    scene = small_scene
    scene.lodge()
    lodged = box(scene, "li")
    assert lodged.is_quiet and lodged.until is not None and "the registry is reading" in str(lodged.waits)
    assert len(lodged.ifs) == 3, "what may come of it is told"
    scene.accept()
    scene.work()
    scene.join()
    scene.work()
    fee, answer = box(scene, "li"), box(scene, "haiyun")
    assert fee.step is not None and fee.step.window.kind == "fee_payment" and fee.step.page == "payments.fee"
    assert answer.step is not None and answer.step.window.kind in ("answer", "evidence")
    kinds = [answer.step.window.kind, *(s.window.kind for s in answer.later)]
    assert set(kinds) == {"answer", "evidence"} and answer.step.consequence is not None
    scene.do("file_answer", "haiyun", position="defend", statement="The label is lawful.")
    assert box(scene, "haiyun").step.window.kind == "evidence"  # type: ignore[union-attr]
    with scene.court.database.read() as session:
        kinds = session.scalars(select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))).all()
    assert "open_examination" in kinds, "a case that is ready waits for nobody"
    scene.pay()
    scene.later(days=30)
    assert box(scene, "haiyun").is_quiet and box(scene, "haiyun").waits
    scene.do("open_examination", "judge", mode="offline")
    with scene.court.database.read() as session:
        kinds = session.scalars(select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))).all()
    assert "open_examination" not in kinds, "nobody is asked for what is done"


def test_after_an_act_one_is_told_who_is_waited_for(small_scene: Scene) -> None:
    """Whoever has nothing to do after what they did reads it on the receipt, with who is waited for."""
    small_scene.pend()
    small_scene.pay()
    small_scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    small_scene.later(days=30)
    assert box(small_scene, "haiyun").is_quiet
    client, _ = signed_in(small_scene, create_app(court=small_scene.court), "haiyun")
    page = client.get(f"/cases/{small_scene.case().reference}/docket/2?done=1").text
    assert "Nothing for you to do" in page.split("</h1>")[1]


def test_whoever_is_summoned_is_told_what_staying_away_may_bring(small_scene: Scene) -> None:
    """A claimant may lose the claim, a respondent may be judged without being heard (CPL 146, 147)."""
    small_scene.pend()
    pay_fee(small_scene, "pi_summoned")
    small_scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    small_scene.later(days=30)
    small_scene.do("open_examination", "judge", mode="offline")
    day = (small_scene.clock.now() + timedelta(days=14)).date().isoformat()
    small_scene.do("summon", "clerk", mode="offline", on=day, at="09:30", place="Courtroom 3")
    for who, feared in (("li", "treated as withdrawn"), ("haiyun", "decide the case without you")):
        found = box(small_scene, who)
        (line,) = [one for one, _ in found.ifs if str(one.when) == "If you do not come"]
        assert feared in str(line.then) and "art. 14" in str(line.then)
        assert found.owed is None
        assert "Hearing" in str(found.waits) or any("Hearing" in str(one.when) for one, _ in found.ifs)


def test_a_refused_act_leads_back_to_its_case(small_scene: Scene) -> None:
    """The page of a refusal offers the case, not only the start page; the line with what is next stands on every page."""
    scene = small_scene
    scene.lodge()
    app = create_app(court=scene.court)
    client, _ = signed_in(scene, app, "li")
    reference = scene.case().reference
    refused = client.get(f"/cases/{reference}/do/file_counterclaim")
    assert refused.status_code in (403, 409) and f'href="/cases/{reference}"' in refused.text
    assert "court-nextline" in client.get(f"/cases/{reference}/docket").text


def test_links_of_a_list_of_cases_are_told_apart_by_their_words(small_scene: Scene) -> None:
    """Two cases bring papers of one name: the link itself names its case, also for who hears the links alone (WCAG 2.4.4)."""
    scene = small_scene
    for _ in range(2):
        scene.lodge()
        scene.accept()
        scene.work()
    client, _ = signed_in(scene, create_app(court=scene.court), "li")
    page = client.get("/home").text.partition("<main")[2].partition("</main>")[0]
    links: dict[str, set[str]] = {}
    for href, words in re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page, re.S):
        links.setdefault(" ".join(re.sub("<[^>]+>", "", words).split()), set()).add(href)
    assert len(links) > 4 and {words: to for words, to in links.items() if len(to) > 1} == {}


def test_a_fee_comes_before_evidence_that_ends_on_the_same_day(small_scene: Scene) -> None:
    """What is left undone ends the case before what is left unsaid: on one day the fee stands first, and the time for
    evidence is named by what one does in it.
    """
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.work()
    first = box(scene, "li")
    assert first.step is not None and first.step.window.kind == "fee_payment"
    later = {step.window.kind: step for step in first.later}
    assert str(later["evidence"].title) == "Bring your evidence"
    with scene.court.database.write() as session:
        fee, evidence = (
            session.scalars(select(Window).where(Window.case_id == scene.case_id, Window.kind == kind)).one()
            for kind in ("fee_payment", "evidence")
        )
        fee.due_at = evidence.due_at
    assert box(scene, "li").step.window.kind == "fee_payment"  # type: ignore[union-attr]


def test_who_waits_for_a_desk_is_told_its_day(small_scene: Scene) -> None:
    """Whoever has nothing to do reads who of the court acts and by which day, not a day that is over; under appeal they read
    that the higher court has the case, whatever else lies on a desk here.
    """
    scene = small_scene
    scene.pend()
    scene.do("file_answer", "haiyun", position="defend", statement="The label is lawful.")
    scene.later(days=30)
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        for task in session.scalars(select(Task).where(Task.case_id == case.id, Task.done_at.is_(None))):
            task.due_at = scene.clock.now() + timedelta(days=3)
    waiting = box(scene, "haiyun")
    assert waiting.is_quiet and waiting.until == scene.clock.now() + timedelta(days=3)
    scene.clock.advance(timedelta(days=4))
    assert box(scene, "haiyun").until is None
    with scene.court.database.write() as session:
        session.get_one(Case, scene.case_id).stage = Stage.APPEALED
    assert "higher court" in str(box(scene, "haiyun").waits)


def examined(scene: Scene) -> Scene:
    """A small claim whose examination in writing is open."""
    scene.pend()
    pay_fee(scene, "pi_examined")
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    scene.later(days=30)
    scene.do("open_examination", "judge", mode="asynchronous")
    return scene


def test_a_turn_says_what_is_done_in_it_and_what_silence_means_for_the_record(small_scene: Scene) -> None:
    """Not the name of a phase but what one does, with the way to say that one has nothing to add; the other side reads what
    is waited for; the record says what follows if nobody signs. No time limit is listed twice.
    """
    scene = examined(small_scene)
    mine = box(scene, "li")
    assert mine.step is not None and str(mine.step.title).startswith("confirm who you are")
    assert mine.step.act is not None and mine.step.act.name == "post_statement"
    assert [act.name for _, act in mine.step.ifs if act is not None] == ["finish_turn"]
    scene.do("put_question", "judge", addressees=[party(scene, "respondent/1")], words="Who packed it?")
    scene.do("put_question", "judge", addressees=[party(scene, "respondent/1")], words="Who sent it?")
    client, _ = signed_in(scene, create_app(court=scene.court), "haiyun")
    page = client.get(f"/cases/{scene.case().reference}").text
    for part in (page.split("Where the case stands")[1].split("What you can do now")[0], page.split("Time running")[1]):
        told = re.findall(r"<(?:b|dt)>(Answer 2 questions put to you|Acting in the examination)[^<]*<", part)
        assert told == ["Answer 2 questions put to you"], told


def test_the_button_of_a_turn_does_what_the_turn_is_for(small_scene: Scene) -> None:
    """On the list of issues one comments; exhibits are not asked about again there (the first open act is not always it)."""
    scene = examined(small_scene)
    for _ in range(12):
        mine = box(scene, "li")
        if mine.step is not None and mine.step.window.kind == "examination" and "record" in str(mine.step.title):
            break
        if mine.step is not None and mine.step.act is not None and mine.step.act.name == "give_opinions":
            assert "exhibit" in str(mine.step.title), str(mine.step.title)
        scene.later(days=4)


def test_whoever_does_not_sign_the_record_reads_what_follows(small_scene: Scene) -> None:
    """The record counts all the same, and can then not be corrected (CPL 150); it is no turn in which silence says nothing."""
    scene = small_scene
    scene.lodge()
    with scene.court.database.read() as session:
        case, phase = session.get_one(Case, scene.case_id), Phase(key="record", part="record")
        step = _of_phase(scene.court.look(session), case, case.parties[0], phase)
    assert "it counts all the same" in str(step.silence) and "correction" in str(step.silence)


def test_the_fee_of_an_appeal_has_its_name() -> None:
    """Whoever appeals has paid the court fee long ago: what is asked for now is another."""
    said = {
        matter: str(_pay(matter, Money(50_00, "CNY"))) for matter in (Matter.APPEAL, Matter.COUNTERCLAIM, Matter.CLAIM)
    }
    assert "fee of your appeal" in said[Matter.APPEAL] and "fee of your counterclaim" in said[Matter.COUNTERCLAIM]
    assert "court fee" in said[Matter.CLAIM]


def test_whoever_waits_for_the_court_reads_what_it_does(small_scene: Scene) -> None:
    """Not only that the judge or the registry has to act: what for."""
    scene = small_scene
    scene.pend()
    pay_fee(scene, "pi_waits")
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    scene.later(days=30)
    assert "opens the examination" in str(box(scene, "li").waits)
    scene.do("open_examination", "judge", mode="offline")
    assert "fixes the day of the hearing" in str(box(scene, "li").waits)


def test_what_the_clock_keeps_in_order_is_no_news(small_scene: Scene) -> None:
    """Papers that reached oneself and turns whose time is over are not told; that they reached the other side is."""
    scene = examined(small_scene)
    client, _ = signed_in(scene, create_app(court=scene.court), "li")
    address = f"/cases/{scene.case().reference}"
    client.get(address)
    scene.court.readings.enter()
    scene.later(days=20)
    client, _ = signed_in(scene, create_app(court=scene.court), "li")
    news = client.get(address).text.split("Since you last looked")[1].split("What you can do now")[0]
    assert "served on" not in news or "served on Haiyun" in news
    assert "served on Li" not in news and "Acting in the examination" not in news and "closed" in news


def test_who_is_asked_about_a_hearing_in_writing_reads_it_first(small_scene: Scene) -> None:
    """Nobody else, not whoever applied, and not any more once it is answered (OLR 20); what has a day comes before."""
    scene = small_scene
    scene.pend()
    scene.pay()
    scene.do("apply_for_written_hearing", "li", difficulty="I work in shifts and the hours never meet.")
    assert box(scene, "haiyun").step is not None, "her time to answer comes first"
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    scene.later(days=30)
    asked = box(scene, "haiyun")
    assert asked.owed is not None and "hearing in writing" in str(asked.owed.words)
    assert asked.owed_act is not None and asked.owed_act.name == "answer_written_hearing"
    assert box(scene, "li").owed is None
    scene.do("answer_written_hearing", "haiyun", agrees="yes")
    assert box(scene, "haiyun").owed is None
