"""A letter for information alone that reaches nobody makes no task; any other does."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from odr.procedure.acts.letter import PaperKind
from odr.procedure.models import Task
from odr.service.models import Packet, ServiceTask
from odr.service.packet.consequence import is_for_information
from odr.service.vocabulary import PacketState
from tests.scene import Scene


def comes_back(scene: Scene, occasion: str) -> list[Packet]:
    """Every letter of an occasion comes back, and nothing else is tried."""
    scene.work()
    scene.clock.advance(timedelta(days=2))
    with scene.court.database.read() as session:
        sent = session.scalars(
            select(Packet).where(Packet.occasion == occasion, Packet.state == PacketState.OUT).order_by(Packet.id)
        ).all()
    assert sent, "nothing is on its way"
    day = scene.clock.now().date().isoformat()
    for packet in sent:
        scene.do("record_outcome", "clerk", packet=packet.reference, way="post", what="returned", happened_on=day)
    scene.work()
    scene.later(days=20)
    with scene.court.database.read() as session:
        return list(session.scalars(select(Packet).where(Packet.occasion == occasion).order_by(Packet.id)))


def tasks_for(scene: Scene, packets: list[Packet]) -> int:
    """Tasks that ask somebody to find another way for one of these."""
    with scene.court.database.read() as session:
        numbers, references = [one.id for one in packets], [one.reference for one in packets]
        ours = select(ServiceTask).where(ServiceTask.packet_id.in_(numbers), ServiceTask.closed_at.is_(None))
        desk = select(Task).where(Task.kind == "not_served", Task.subject.in_(references), Task.done_at.is_(None))
        return len(session.scalars(ours).all()) + len(session.scalars(desk).all())


def test_what_a_letter_for_information_is(small_scene: Scene) -> None:
    """A notice that begins no time, changes no day, and tells its reader that there is nothing to do; some are."""
    letters = {act.name: act.letter for act in small_scene.court.table if act.letter and act.letter.for_information}
    assert "order_hold" in letters and "summon" not in letters
    for name, letter in letters.items():
        words = letter.what_next.render("en")
        assert letter.kind is PaperKind.NOTICE and letter.runs is None and letter.when_due is None, name
        assert "nothing you have to do" in words, name


def test_a_letter_for_information_that_came_back_makes_no_task(small_scene: Scene) -> None:
    """Nobody has to find another way to tell that nothing is erased; the paper stays not served, and the docket as it is."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.do("order_hold", "judge", reasons="An audit looks at these files.")
    found = comes_back(small_scene, "order_hold")
    assert found and PacketState.NOT_SERVED in {one.state for one in found}
    assert tasks_for(small_scene, found) == 0


def test_a_claim_that_came_back_makes_a_task(small_scene: Scene) -> None:
    """What brings somebody into the case, or begins their time, is served until it is."""
    small_scene.lodge()
    small_scene.accept()
    found = comes_back(small_scene, "claim")
    assert tasks_for(small_scene, found) > 0
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), small_scene.case()
        assert not any(is_for_information(look, case, one) for one in found)
