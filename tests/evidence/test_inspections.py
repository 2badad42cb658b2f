"""Inspections: asked for or ordered, told to both sides in time, recorded, signed, and examined before anything rests on them
(CPL 83; CPI 96, 97, 124; EV 12, 13, 43).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry, Document
from odr.evidence.inspections.models import Inspection, InspectionState
from odr.evidence.inspections.queries import inspections_of
from odr.evidence.models import Category, Exhibit
from odr.filing.agenda.agenda import page_of_agenda
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.queries import matrix
from odr.hearing.ripeness.basis import Examined
from odr.identity.models import Account
from odr.judgment.decision.grounds import weights
from odr.judgment.vocabulary import Weakness
from odr.procedure.forms.fields import SOURCES
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Packet
from tests.evidence.test_case_file import signed_in, with_exhibits
from tests.evidence.test_requests import exhibit, tasks
from tests.scene import PAPERS, Scene

ASKED = {
    "manner": "online",
    "what": "The order page of the shop’s back end",
    "place": "The shop’s account, opened by Haiyun",
    "fact": "That the batch was changed after the sale",
    "grounds": "A screenshot can be changed.",
}
WRONG = (InvalidInput, ValidationError)
"""What is wrong in itself is refused while it is read, the rest when it is looked at in the case."""
WHO = "Judge Lin\nClerk Wu"


def newest(scene: Scene) -> Inspection:
    with scene.court.database.read() as session:
        return inspections_of(session, session.get_one(Case, scene.case_id))[-1]


def ask(scene: Scene, who: str = "li", **changes: Any) -> Inspection:
    scene.do("ask_for_inspection", who, **(ASKED | changes))
    return newest(scene)


def fixed(scene: Scene, days: int = 9, **changes: Any) -> dict[str, Any]:
    """When and where, so many days from now."""
    day = scene.clock.now().date().toordinal() + days
    on = type(scene.clock.now().date()).fromordinal(day).isoformat()
    told = {"on": on, "at": "10:00", "manner": "online", "place": "The video room of the case", "inspectors": WHO}
    return told | {"reasons": "It can be seen nowhere else."} | changes


def ordered(scene: Scene, **changes: Any) -> Inspection:
    inspection = ask(scene)
    scene.do("rule_on_inspection", "judge", inspection=inspection.reference, answer="allow", **fixed(scene, **changes))
    scene.work()
    return newest(scene)


def record(scene: Scene, inspection: Inspection, **changes: Any) -> dict[str, Any]:
    assert inspection.begins_at is not None
    begins = inspection.begins_at.astimezone(scene.court.settings.tz)
    sent = scene.upload("clerk", b"signed record")
    return {
        "inspection": inspection.reference,
        "on": begins.date().isoformat(),
        "began": f"{begins:%H:%M}",
        "ended": "10:40",
        "place": "The video room of the case",
        "inspectors": WHO,
        "credentials": True,
        "present": ["claimant/1"],
        "who_came": "Nobody else; Haiyun was told and did not come.",
        "means": "A clean computer of the court, its own browser, wired network.",
        "course": "The page was opened from its address and scrolled to the end.",
        "result": "The batch number was changed on 3 March.",
        "signed": "Lin, Wu and Li.",
        "upload": sent.reference,
    } | changes


def test_asked_for_heard_and_ruled_on(small_scene: Scene) -> None:
    """A party asks, the others are heard, the judge rules under seal; the ruling names what, where, when and who, and the
    letter of each party says the hour (EV 20, 43).
    """
    with_exhibits(small_scene)
    inspection = ask(small_scene)
    with small_scene.court.database.read() as session:
        case, look = session.get_one(Case, small_scene.case_id), small_scene.court.look(session)
        offered = [o.value for o in SOURCES["requests_to_answer"](look, case, small_scene.actor("haiyun"))]
        not_here = [o.value for o in SOURCES["requests_to_rule_on"](look, case, small_scene.actor("judge"))]
    assert len(offered) == 1 and not not_here
    small_scene.do("answer_evidence_request", "haiyun", request=offered[0], objects="no", words="Let them look.")
    small_scene.do("rule_on_inspection", "judge", inspection=inspection.reference, answer="allow", **fixed(small_scene))
    assert newest(small_scene).state is InspectionState.ORDERED
    assert tasks(small_scene, "inspection_asked") == 0 and tasks(small_scene, "inspection_record") == 1
    small_scene.work()
    with small_scene.court.database.read() as session:
        paper = session.scalars(
            PAPERS.where(Document.case_id == small_scene.case_id).order_by(Document.id.desc())
        ).first()
        assert paper is not None and paper.content.startswith(b"%PDF")
        letters = session.scalars(select(Packet).where(Packet.occasion == "rule_on_inspection")).all()
        assert len(letters) == 2 and all("10:00" in text_from_json(one.what_next).render("en") for one in letters)
        assert all(one.held_at == newest(small_scene).begins_at for one in letters)
    page = signed_in(small_scene, "haiyun").get(f"/cases/{small_scene.case().reference}/inspections")
    assert "The video room of the case" in page.get_data(as_text=True)


def test_only_the_judge_orders_and_only_with_notice(small_scene: Scene) -> None:
    """A party or the clerk orders none; an hour too near, one inspector alone, or on site without anybody invited is refused
    (CPL 83; CPI 97; EV 43).
    """
    with_exhibits(small_scene)
    inspection = ask(small_scene)
    for who in ("li", "clerk"):
        with pytest.raises(Forbidden):
            small_scene.do("rule_on_inspection", who, inspection=inspection.reference, answer="refuse", reasons="No.")
    for wrong in (
        {"days": 1},
        {"days": -2},
        {"inspectors": "Judge Lin"},
        {"manner": "on_site", "place": "The warehouse"},
        {"on": None},
    ):
        days = wrong.pop("days", 9)
        with pytest.raises(WRONG):
            given = fixed(small_scene, days) | wrong
            small_scene.do("rule_on_inspection", "judge", inspection=inspection.reference, answer="allow", **given)
    assert newest(small_scene).state is InspectionState.ASKED
    small_scene.do("rule_on_inspection", "judge", inspection=inspection.reference, answer="refuse", reasons="No need.")
    assert newest(small_scene).state is InspectionState.REFUSED
    with pytest.raises(ActNotOpen):
        small_scene.do("rule_on_inspection", "judge", inspection=inspection.reference, answer="refuse", reasons="No.")


def test_court_orders_of_its_own_motion_only_on_a_ground(small_scene: Scene) -> None:
    """Of its own motion the court looks at what was put before it, and then the exhibit is named; else one of the five grounds
    of article 96 is (CPI 96, 124; EV 12, 13).
    """
    with_exhibits(small_scene)
    given = {**fixed(small_scene), "what": "The jar", "fact": "Its seal"}
    with pytest.raises(WRONG):
        small_scene.do("order_inspection", "judge", ground="brought", **given)
    with pytest.raises(WRONG):
        small_scene.do("order_inspection", "judge", ground="because", **given)
    shown = exhibit(small_scene, "R-1").reference
    number = small_scene.do("order_inspection", "judge", ground="brought", exhibit=shown, **given).number
    assert (newest(small_scene).party_id, newest(small_scene).ordered_by) == (None, number)


def test_record_is_an_exhibit_of_the_court_that_both_sides_examine(small_scene: Scene) -> None:
    """The record comes in as the court's own exhibit: its digest stands on the docket, each party says what it thinks of it,
    who asked too, and until both could speak nothing rests on it (CPI 103; EV 62).
    """
    with_exhibits(small_scene)
    inspection = ordered(small_scene)
    with pytest.raises(ActNotOpen):
        small_scene.do("record_inspection", "clerk", **record(small_scene, inspection))
    small_scene.do("note_for_inspection", "haiyun", inspection=inspection.reference, words="Mind the log below.")
    small_scene.later(days=10)
    picture = small_scene.upload("clerk", b"the screen", "screen.txt")
    number = small_scene.do(
        "record_inspection", "clerk", **record(small_scene, inspection, files=[picture.reference])
    ).number
    with small_scene.court.database.read() as session:
        case, sitting = session.get_one(Case, small_scene.case_id), small_scene.court.look(session)
        own = session.scalars(select(Exhibit).where(Exhibit.of_court, Exhibit.case_id == case.id)).all()
        assert [(e.label, e.category, e.owner_id) for e in own] == [
            ("J-1", Category.INSPECTION, None),
            ("J-2", Category.INSPECTION, None),
        ]
        row = next(one for one in matrix(session, case) if one.exhibit.label == "J-1")
        assert {party for party, _ in row.cells} == {p.id for p in case.parties}
        assert not Examined(sitting, case).examined(own[0], [])
        payload = session.scalars(select(DocketEntry).where(DocketEntry.number == number)).one().payload
        told = json.loads(payload)["result"]["exhibits"]
        assert [one["exhibit"] for one in told] == ["J-1", "J-2"] and told[1]["sha256"] == picture.sha256
        assert all(one["receipt"] for one in told)
        mine = [o.value for o in SOURCES["exhibits_to_withdraw"](sitting, case, small_scene.actor("li"))]
        others = [o.value for o in SOURCES["exhibits_of_others"](sitting, case, small_scene.actor("li"))]
    assert own[0].reference in others and own[0].reference not in mine
    assert tasks(small_scene, "inspection_record") == 0
    listed = signed_in(small_scene, "li").get(f"/cases/{small_scene.case().reference}/exhibits").get_data(as_text=True)
    assert "J-1" in listed and "The court" in listed
    one = signed_in(small_scene, "haiyun").get(f"/cases/{small_scene.case().reference}/exhibits/J-1")
    assert one.status_code == 200 and "The court itself" in one.get_data(as_text=True)
    page = signed_in(small_scene, "judge").get(f"/cases/{small_scene.case().reference}/inspections")
    assert "Mind the log below." in page.get_data(as_text=True) and "The batch number" in page.get_data(as_text=True)


def test_record_says_what_the_law_wants(small_scene: Scene) -> None:
    """No record without the credentials shown, two inspectors, for an online one the means, an end after the beginning, and of
    a drawing everything (CPL 83; CPI 97; EV 43).
    """
    with_exhibits(small_scene)
    inspection = ordered(small_scene)
    small_scene.later(days=10)
    for wrong in (
        {"credentials": False},
        {"inspectors": "Judge Lin"},
        {"means": None},
        {"ended": "09:00"},
        {"began": "09:00"},
        {"present": ["claimant/7"]},
        {"drawing": {"drawn_by": "Clerk Wu"}},
    ):
        with pytest.raises(WRONG):
            small_scene.do("record_inspection", "clerk", **record(small_scene, inspection, **wrong))
    assert newest(small_scene).state is InspectionState.ORDERED


def test_who_was_told_hinders_nothing_by_staying_away_and_who_was_not_is_told_first(small_scene: Scene) -> None:
    """Absence does not hinder an inspection; that somebody absent was never told of it does (CPL 83; EV 43)."""
    with_exhibits(small_scene)
    inspection = ordered(small_scene)
    assert set(newest(small_scene).told) == {"claimant/1", "respondent/1"}
    small_scene.later(days=10)
    with small_scene.court.database.write() as session:
        session.get_one(Inspection, inspection.id).told = {"claimant/1": small_scene.clock.now().isoformat()}
    with pytest.raises(ActNotOpen, match="was told"):
        small_scene.do("record_inspection", "clerk", **record(small_scene, inspection))
    small_scene.do(
        "record_inspection", "clerk", **record(small_scene, inspection, present=["claimant/1", "respondent/1"])
    )
    assert newest(small_scene).state is InspectionState.RECORDED


def test_moved_and_called_off(small_scene: Scene) -> None:
    """Another hour is told again, in time; what is called off is recorded no more (EV 43)."""
    with_exhibits(small_scene)
    inspection = ordered(small_scene)
    new = fixed(small_scene, 15)
    with pytest.raises(WRONG):
        small_scene.do(
            "change_inspection", "judge", inspection=inspection.reference, answer="move", reasons="The line is down."
        )
    changed = {"inspection": inspection.reference, "answer": "move", "on": new["on"], "at": "11:00", "reasons": "Line."}
    number = small_scene.do("change_inspection", "judge", **changed).number
    assert newest(small_scene).ordered_by == number and newest(small_scene).told == {}
    small_scene.work()
    assert len(newest(small_scene).told) == 2
    small_scene.do(
        "change_inspection", "judge", inspection=inspection.reference, answer="call_off", reasons="They agree on it."
    )
    small_scene.later(days=20)
    assert newest(small_scene).state is InspectionState.CALLED_OFF and tasks(small_scene, "inspection_record") == 0
    with pytest.raises(ActNotOpen):
        small_scene.do("record_inspection", "clerk", **record(small_scene, inspection))


def test_only_who_was_there_signs_and_once(small_scene: Scene) -> None:
    """A party that attended signs the record or says why not, once; who stayed away has nothing to sign (CPL 83; EV 43)."""
    with_exhibits(small_scene)
    inspection = ordered(small_scene)
    small_scene.later(days=10)
    with pytest.raises(ActNotOpen):
        small_scene.do("sign_inspection", "li", inspection=inspection.reference, answer="sign")
    small_scene.do("record_inspection", "clerk", **record(small_scene, inspection))
    with pytest.raises(ActNotOpen):
        small_scene.do("sign_inspection", "haiyun", inspection=inspection.reference, answer="sign")
    with pytest.raises(WRONG):
        small_scene.do("sign_inspection", "li", inspection=inspection.reference, answer="refuse")
    small_scene.do("sign_inspection", "li", inspection=inspection.reference, answer="sign")
    with pytest.raises(ActNotOpen):
        small_scene.do("sign_inspection", "li", inspection=inspection.reference, answer="sign")
    assert [(s.signed, s.name) for s in newest(small_scene).signatures] == [(True, small_scene.account("li").name)]


def test_asked_too_late_or_after_the_debate(small_scene: Scene) -> None:
    """Before the case is accepted nobody asks, nor once the claim is withdrawn (EV 20)."""
    small_scene.lodge()
    with pytest.raises(ActNotOpen):
        ask(small_scene)


def test_stands_on_the_agenda_of_everybody_who_is_awaited(small_scene: Scene) -> None:
    """Both parties and the judge read the hour on their agenda and on the page of the case; called off, nobody does (EV 43)."""
    with_exhibits(small_scene)
    inspection = ordered(small_scene)

    def awaited(who: str) -> list[str]:
        with small_scene.court.database.read() as session:
            account = session.scalars(select(Account.id).where(Account.id == small_scene.people[who])).one()
            lines = page_of_agenda(small_scene.court.look(session), account).lines
            return [line.key for line in lines if line.window is None]

    assert [awaited(who) for who in ("li", "haiyun", "judge")] == [[inspection.reference]] * 3
    page = signed_in(small_scene, "haiyun").get(f"/cases/{small_scene.case().reference}").get_data(as_text=True)
    assert "Inspection" in page
    small_scene.do(
        "change_inspection", "judge", inspection=inspection.reference, answer="call_off", reasons="They agree on it."
    )
    assert [awaited(who) for who in ("li", "haiyun", "judge")] == [[]] * 3


def compared(scene: Scene, label: str, **changes: Any) -> dict[str, Any]:
    return {
        "exhibit": exhibit(scene, label).reference,
        "kind": "copy",
        "why": "The ledger is in use.",
        "original": "Haiyun, at its office",
        "on": scene.clock.now().date().isoformat(),
        "how": "Page by page, by clerk Wu.",
        "answer": "same",
    } | changes


def test_copy_is_held_against_its_original(small_scene: Scene) -> None:
    """The court enters where the original stays and what came of comparing; what does not match grounds no finding alone (CPL
    73; EV 11, 90). An excerpt says whose seal it has (EV 44).
    """
    with_exhibits(small_scene)
    with pytest.raises(Forbidden):
        small_scene.do("check_copy", "haiyun", **compared(small_scene, "R-1"))
    with pytest.raises(WRONG):
        small_scene.do("check_copy", "clerk", **compared(small_scene, "R-1", kind="excerpt"))
    for answer, weak in (("differs", Weakness.COPY), ("same", None), ("none", Weakness.COPY)):
        small_scene.do("check_copy", "clerk", **compared(small_scene, "R-1", answer=answer))
        with small_scene.court.database.read() as session:
            case, shown = (
                session.get_one(Case, small_scene.case_id),
                session.get_one(Exhibit, exhibit(small_scene, "R-1").id),
            )
            assert weights(small_scene.court.look(session), case, [shown])[shown.id].weak is weak
    page = (
        signed_in(small_scene, "li").get(f"/cases/{small_scene.case().reference}/exhibits/R-1").get_data(as_text=True)
    )
    assert "Haiyun, at its office" in page and "no original is to be had" in page


def test_what_stands_for_a_thing_is_looked_at_with_both_sides(small_scene: Scene) -> None:
    """A picture in place of a thing is compared where all were there, or after an inspection to which they were called (EV 12)."""
    with_exhibits(small_scene)
    with pytest.raises(ActNotOpen, match="Order an inspection"):
        small_scene.do("check_copy", "clerk", **compared(small_scene, "R-1", kind="substitute"))
    shown = exhibit(small_scene, "R-1").reference
    given = {**fixed(small_scene), "what": "The jar", "fact": "Its seal", "exhibit": shown}
    small_scene.do("order_inspection", "judge", ground="brought", **given)
    small_scene.work()
    small_scene.later(days=10)
    small_scene.do("record_inspection", "clerk", **record(small_scene, newest(small_scene)))
    small_scene.do("check_copy", "clerk", **compared(small_scene, "R-1", kind="substitute"))
    assert exhibit(small_scene, "R-1").provenance["held_against"] == "same"
