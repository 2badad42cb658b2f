"""The day of the hearing fixed by the judge who opens the examination: one form, two acts, or neither."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import DocketEntry
from odr.ground.errors import InvalidInput
from odr.hearing.examination.acts import OpenInput, way_agreed_to
from odr.hearing.models import Examination, Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.procedure.forms.faults import validate
from odr.procedure.models import Task
from tests.filing.visitor import Forms, Visitor
from tests.scene import Scene


@pytest.fixture
def scene(small_scene: Scene) -> Scene:
    """An answered case that is ripe to be examined."""
    small_scene.lodge()
    small_scene.do("accept_claim", "clerk", track="ordinary")
    small_scene.pay()
    small_scene.join()
    small_scene.do("file_answer", "haiyun", position="defend", statement="It was inspected.")
    small_scene.later(days=20)
    return small_scene


def day(scene: Scene, days: int) -> date:
    """A day so many days on."""
    return (scene.clock.now() + timedelta(days=days)).date()


def acts_of(scene: Scene) -> list[str]:
    """The acts of the case so far."""
    with scene.court.database.read() as session:
        entries = select(DocketEntry.act).where(DocketEntry.case_id == scene.case().id).order_by(DocketEntry.number)
        return [str(one) for one in session.scalars(entries)]


def open_desks(scene: Scene) -> set[str]:
    """What waits on a desk."""
    with scene.court.database.read() as session:
        waiting = select(Task.kind).where(Task.case_id == scene.case().id, Task.done_at.is_(None))
        return set(session.scalars(waiting))


def test_the_judge_fixes_the_day_with_the_opening(scene: Scene) -> None:
    """The examination is opened and the summons goes out, as two entries of the same moment; no clerk has it on a desk."""
    scene.do("open_examination", "judge", mode="offline", on=day(scene, 18), at="9:30", place="Courtroom 3", length=90)
    assert acts_of(scene)[-2:] == ["open_examination", "summon"]
    assert "summon" not in open_desks(scene)
    with scene.court.database.read() as session:
        hearing = session.scalars(select(Hearing).where(Hearing.case_id == scene.case().id)).one()
        assert (hearing.state, hearing.length, hearing.place) == (HearingState.SUMMONED, 90, "Courtroom 3")
        assert hearing.mode is Mode.OFFLINE


def test_without_a_day_the_clerk_fixes_it(scene: Scene) -> None:
    """Left empty, it is the clerk's, as before."""
    scene.do("open_examination", "judge", mode="offline")
    assert acts_of(scene)[-1] == "open_examination"
    assert "summon" in open_desks(scene)


@pytest.mark.parametrize(
    ("changed", "at"),
    [({"on": 1}, "on"), ({"on": -1}, "on"), ({"here": True, "mode": "offline"}, "here"), ({"mode": "live"}, "mode")],
)
def test_a_day_that_cannot_be_is_said_at_its_field_and_nothing_is_opened(
    scene: Scene, changed: dict[str, Any], at: str
) -> None:
    """Too near for a summons (CPL 139), past, by a video the court has not, by video without agreement (OLR 4): neither act
    is performed, and the fault stands at the field that is to be mended.
    """
    if "mode" in changed:
        scene.do("choose_steps", "haiyun", hearing="offline")
    given = {"mode": "offline", "on": 18, "at": "09:30", "place": "Courtroom 3"} | changed
    given["on"] = day(scene, given["on"])
    before = acts_of(scene)
    with pytest.raises(InvalidInput) as refused:
        scene.do("open_examination", "judge", **given)
    assert at in {fault.location[0] for fault in refused.value.faults}
    assert acts_of(scene) == before
    with scene.court.database.read() as session:
        assert session.scalar(select(Examination.id).where(Examination.case_id == scene.case().id)) is None


@pytest.mark.parametrize("left_out", ["on", "at", "place"])
def test_a_day_is_whole(left_out: str) -> None:
    """A day without its hour or place calls nobody, and what is missing is named at its field."""
    given = {"mode": "offline", "on": date(2026, 5, 4), "at": "09:30", "place": "Courtroom 3"}
    del given[left_out]
    with pytest.raises(InvalidInput) as refused:
        validate(OpenInput, given)
    assert [fault.location for fault in refused.value.faults] == [(left_out,)]


def test_in_writing_has_no_day() -> None:
    """Whoever wants a day chooses how everybody is heard."""
    given = {"mode": "asynchronous", "on": date(2026, 5, 4), "at": "09:30", "place": "Courtroom 3"}
    with pytest.raises(InvalidInput):
        validate(OpenInput, given)


@pytest.mark.parametrize(
    ("said", "proposed"),
    [
        ({"li": "online", "haiyun": "online"}, Mode.LIVE),
        ({"li": "online", "haiyun": "offline"}, Mode.HYBRID),
        ({"li": "offline", "haiyun": "offline"}, Mode.OFFLINE),
    ],
)
def test_what_is_proposed_is_what_everybody_said(scene: Scene, said: dict[str, str], proposed: Mode) -> None:
    """By video where all agreed, both ways where some did, in the courtroom where none did; in writing never (OLR 4, 20)."""
    for who, way in said.items():
        with suppress(InvalidInput):  # The ledger may say so already.
            scene.do("choose_steps", who, hearing=way)
    with scene.court.sit() as sitting:
        assert way_agreed_to(sitting, scene.case(), scene.actor("judge")) == {"mode": proposed.value}


def test_the_page_keeps_what_was_typed(scene: Scene) -> None:
    """A day too near is said at the day; hour, place and the notice stand as they were typed."""
    app = create_app(court=scene.court)
    judge = Visitor(app, scene, "judge")
    judge.sign_in("judge")
    path = f"/cases/{scene.case().reference}/do/open_examination"
    forms = Forms()
    forms.feed(judge.get(path))
    near = day(scene, 1)
    typed = {
        "mode": "offline",
        "on-year": str(near.year),
        "on-month": str(near.month),
        "on-day": str(near.day),
        "at": "09:30",
        "place": "Courtroom 3",
        "words": "Bring the bottle.",
    }
    answer = judge.client.post(
        path, base_url=judge.origin, data={**forms.found[""], **typed}, headers={"Origin": judge.origin}
    )
    assert answer.status_code == 422
    for one in ("Choose a day after that", "Courtroom 3", "Bring the bottle.", 'value="09:30"'):
        assert one in answer.text, one
