"""The box of a case for a party with something to do: the duty with its day and way, remedies behind it, and who is waited
for when nothing is asked.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, Stage
from odr.procedure.case.next_box import NextBox, next_box
from odr.procedure.models import Task, Window
from tests.scene import Scene
from tests.test_bad_input import signed_in


def box(scene: Scene, who: str) -> NextBox:
    """What somebody sees first."""
    with scene.court.database.read() as session:
        found = next_box(scene.court.look(session), session.get_one(Case, scene.case_id), scene.actor(who))
        assert found is not None
        return found


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
    small_scene.do("file_answer", "haiyun", position="defend", statement="The goods were as described.")
    small_scene.later(days=30)
    small_scene.do("open_examination", "judge", mode="offline")
    day = (small_scene.clock.now() + timedelta(days=14)).date().isoformat()
    small_scene.do("summon", "clerk", mode="offline", on=day, at="09:30", place="Courtroom 3")
    for who, feared in (("li", "treated as withdrawn"), ("haiyun", "decide the case without you")):
        found = box(small_scene, who)
        (line,) = [one for one, _ in found.ifs if str(one.when) == "If you do not come"]
        assert feared in str(line.then) and "art. 14" in str(line.then)
        # The claimant has not paid the fee either: that comes first, and the hearing stays in view.
        assert (found.owed is not None) is (who == "li")
        assert (who == "haiyun") or any("Hearing" in str(one.when) for one, _ in found.ifs)


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
