"""Reminders: one message a day with what ends soon, by day only, and none to who wants none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from odr.hearing.models import Hearing
from odr.procedure.models import Window
from odr.service.models import ServiceReminder
from odr.service.sending.daily_reminder import endings
from odr.service.sending.ports import message_folder
from tests.scene import Scene
from tests.service.test_days_in_letters import fixed_hearing


def reminders(scene: Scene) -> list[str]:
    """Texts of the reminders that went out, the first one first."""
    return [m.text for m in reversed(message_folder(scene.court.settings).messages()) if "only a reminder" in m.text]


def test_a_hearing_is_called_to_mind_with_its_hour_and_place(small_scene: Scene) -> None:
    """Three days before, and on the day before: when, and where or how; not once it is put off (CPL 139)."""
    scene = small_scene
    day = fixed_hearing(scene)
    begins = datetime.combine(date.fromisoformat(day), time(9, 30), scene.court.settings.tz)
    scene.clock.set(begins - timedelta(hours=71))
    scene.court.hooks.sweeps["reminders"](scene.court)
    mine = [
        m
        for m in message_folder(scene.court.settings).messages()
        if "Courtroom 3" in m.text and "only a remi" in m.text
    ]
    assert len(mine) == 2, "each party"
    for message in mine:
        assert "09:30" in message.text and "09:30" in message.subject and "attend" in message.subject
        assert (scene.case().number or "") in message.text
    scene.clock.set(begins - timedelta(hours=20))
    with scene.court.database.read() as session:
        hearing = session.scalars(select(Hearing.reference)).one()
        named = endings(scene.court, session, 200)
        assert {one.reference for lines in named.values() for one in lines if one.where is not None} == {hearing}
    scene.do("adjourn_hearing", "judge", hearing=hearing, ground="evidence", reasons="The witness is ill.")
    with scene.court.database.read() as session:
        left = endings(scene.court, session, 200)
        assert not any(one.where is not None for lines in left.values() for one in lines)


def test_one_message_a_day_with_everything_that_ends_soon(small_scene: Scene) -> None:
    """Named three days before and again on the last day, never twice a day or at night; the case's content is not in
    it; who wants none gets none.
    """
    scene = small_scene
    scene.lodge()
    scene.accept()
    scene.join()
    with scene.court.database.read() as session:
        due = session.scalars(select(Window.due_at).where(Window.kind == "answer")).one()
    assert due is not None
    scene.clock.set(due - timedelta(hours=71))  # one in the morning
    scene.court.hooks.sweeps["reminders"](scene.court)
    assert reminders(scene) == []
    scene.clock.advance(timedelta(hours=9))
    assert scene.court.hooks.sweeps["reminders"](scene.court) >= 1
    scene.clock.advance(timedelta(hours=2))
    assert scene.court.hooks.sweeps["reminders"](scene.court) == 0
    with scene.court.database.read() as session:
        mine = session.scalars(
            select(ServiceReminder).where(ServiceReminder.account_id == scene.people["haiyun"])
        ).one()
        answer = session.scalars(select(Window.reference).where(Window.kind == "answer")).one()
    assert answer in mine.windows
    (text,) = [t for t in reminders(scene) if "Answer" in t or "answer" in t]
    assert "capsules" not in text
    assert (scene.case().number or "") in text
    scene.do("confirm_address", "haiyun", address="8 Harbour Road", no_reminders=True)
    before = len(reminders(scene))
    scene.clock.set(due - timedelta(hours=12))
    scene.court.hooks.sweeps["reminders"](scene.court)
    with scene.court.database.read() as session:
        again = session.scalars(
            select(ServiceReminder).where(ServiceReminder.account_id == scene.people["haiyun"])
        ).all()
    assert len(again) == 1
    assert len(reminders(scene)) >= before
