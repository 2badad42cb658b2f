"""Another court is asked to inquire, has thirty days from receiving the letter, and what it sends is before the parties (CPL 134)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case, Document
from odr.evidence.entrusted.models import EntrustedInquiry, EntrustedState
from odr.evidence.models import Exhibit
from odr.evidence.requests.models import EvidenceRequest, RequestState
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.procedure.models import Task, Window, WindowState
from tests.evidence.test_case_file import signed_in
from tests.kept import kept
from tests.scene import Scene

ASKED: dict[str, Any] = {
    "ground": "collusion",
    "court": "People’s Court of Lake District",
    "address": "1 Lake Road, civil division",
    "items": "Ask the carrier who took the parcel on 2 March.",
    "demands": "A record that whoever is asked signs.",
    "fact": "Who took the parcel",
    "reasons": "The carrier sits by the lake, and both sides may be acting together.",
}


@kept
def ordered(scene: Scene) -> None:
    """The judge asks the other court, unasked by the parties."""
    scene.pend()
    scene.do("entrust_inquiry", "judge", **ASKED)


def inquiry(scene: Scene) -> EntrustedInquiry:
    """The inquiry as it stands."""
    with scene.court.database.read() as session:
        return session.scalars(select(EntrustedInquiry).where(EntrustedInquiry.case_id == scene.case_id)).one()


def today(scene: Scene) -> date:
    """The day in the court."""
    return scene.clock.now().astimezone(scene.court.settings.tz).date()


def received(scene: Scene, on: date | None = None) -> None:
    """The other court has the letter."""
    given = {
        "inquiry": inquiry(scene).reference,
        "on": (on or today(scene)).isoformat(),
        "words": "Receipt of the post.",
    }
    scene.do("record_entrusted_received", "clerk", **given)


def answered(scene: Scene, answer: str = "answered", **more: Any) -> None:
    """The clerk enters what came of it."""
    given = {"inquiry": inquiry(scene).reference, "answer": answer, "words": "The neighbour took it.", **more}
    scene.do("record_entrusted_answer", "clerk", **given)


def window(scene: Scene) -> Window:
    """The thirty days."""
    with scene.court.database.read() as session:
        rows = select(Window).where(Window.case_id == scene.case_id, Window.kind == "entrusted_inquiry")
        return session.scalars(rows).one()


def on_desks(scene: Scene) -> set[str]:
    """Kinds of what waits on the desks about it."""
    with scene.court.database.read() as session:
        rows = select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))
        return {kind for kind in session.scalars(rows) if kind.startswith("entrusted")}


def test_thirty_days_run_from_the_day_of_receipt_and_the_answer_is_an_exhibit_of_the_court(small_scene: Scene) -> None:
    """The letter is a sealed paper; the answer’s papers are the court's own exhibits, on which every party speaks (CPL 134; CPI 103)."""
    scene = small_scene
    ordered(scene)
    assert on_desks(scene) == {"entrusted_send"}
    with scene.court.database.read() as session:
        paper = session.scalars(select(Document).where(Document.case_id == scene.case_id).order_by(Document.id.desc()))
        assert paper.first() is not None
    received(scene)
    limit = window(scene)
    assert limit.due_at is not None and on_desks(scene) == set()
    assert limit.due_at.astimezone(scene.court.settings.tz).date() == today(scene) + timedelta(days=30)
    answered(scene, uploads=[scene.upload("clerk", b"what was found").reference])
    assert (inquiry(scene).state, window(scene).state) == (EntrustedState.ANSWERED, WindowState.MET)
    with scene.court.database.read() as session:
        exhibit = session.scalars(select(Exhibit).where(Exhibit.label == inquiry(scene).exhibits[0])).one()
        assert exhibit.of_court and exhibit.proves == "Who took the parcel"
    with pytest.raises(ActNotOpen):
        answered(scene, "unable")
    for who in ("li", "haiyun", "judge", "clerk"):
        page = signed_in(scene, who).get(f"/cases/{scene.case().reference}/entrusted").text
        assert "People’s Court of Lake District" in page and "The neighbour took it." in page


def test_the_clerk_reminds_when_the_thirty_days_are_over(small_scene: Scene) -> None:
    """Nothing follows for the parties; an answer that comes later is taken all the same."""
    scene = small_scene
    ordered(scene)
    received(scene)
    scene.later(days=32)
    assert on_desks(scene) == {"entrusted_late"} and window(scene).state is WindowState.LAPSED
    answered(scene, uploads=[scene.upload("clerk", b"what was found").reference])
    assert on_desks(scene) == set()


def test_a_court_that_cannot_says_why_and_the_judge_decides_what_follows(small_scene: Scene) -> None:
    """It writes within the time; what is not needed any more ends without a question."""
    scene = small_scene
    ordered(scene)
    received(scene)
    answered(scene, "unable", words="The carrier has moved away.")
    assert on_desks(scene) == {"entrusted_unable"} and inquiry(scene).state is EntrustedState.UNABLE


def test_what_is_not_needed_any_more_ends(small_scene: Scene) -> None:
    """Also before the letter was received: nothing waits for it."""
    ordered(small_scene)
    answered(small_scene, "dropped", words="The parties agree on it now.")
    assert on_desks(small_scene) == set() and inquiry(small_scene).state is EntrustedState.DROPPED


def test_a_collection_that_was_granted_is_done_by_the_other_court(small_scene: Scene) -> None:
    """What a party asked for needs no ground of the court's own, and is done when the answer is here."""
    scene = small_scene
    scene.pend()
    asked = {"kind": "collection", "holder": "The carrier", "what": "The list of 2 March", "fact": "Who took it"}
    scene.do("ask_evidence_order", "li", **asked, grounds="They give it to courts only.")
    with scene.court.database.read() as session:
        request = session.scalars(select(EvidenceRequest.reference)).one()
    scene.do("rule_on_evidence", "judge", request=request, result="granted", reasons="It matters.")
    scene.do("entrust_inquiry", "judge", **{**ASKED, "ground": None, "request": request})
    received(scene)
    answered(scene, uploads=[scene.upload("clerk", b"what was found").reference])
    with scene.court.database.read() as session:
        assert session.scalars(select(EvidenceRequest.state)).one() is RequestState.OBEYED


def test_others_entrust_nobody_and_exactly_one_reason_is_named(small_scene: Scene) -> None:
    """Only the judge asks another court, on a request or on a ground of their own; no day to come is recorded."""
    scene = small_scene
    scene.pend()
    for who in ("clerk", "li"):
        with pytest.raises(Forbidden):
            scene.do("entrust_inquiry", who, **ASKED)
    with pytest.raises((InvalidInput, ValidationError)):
        scene.do("entrust_inquiry", "judge", **{**ASKED, "ground": None})
    scene.do("entrust_inquiry", "judge", **ASKED)
    with pytest.raises(InvalidInput):
        received(scene, today(scene) + timedelta(days=1))
    with scene.court.database.read() as session:
        assert session.get_one(Case, scene.case_id).closed_at is None
