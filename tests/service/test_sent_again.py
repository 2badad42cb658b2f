"""A paper that is sent again when what it asked was done, or is asked no more, asks for nothing."""

from __future__ import annotations

from sqlalchemy import select

from odr.payments.models import FeeAssessment
from odr.procedure.time.written_working import text_from_json
from odr.service.models import Packet
from tests.scene import Scene


def test_a_paid_fee_is_not_asked_for_again(small_scene: Scene) -> None:
    """The notice on the fee goes out once more after the payment: it says that it was done (FEE 22)."""
    small_scene.lodge()
    small_scene.accept("simple")
    small_scene.pay()
    small_scene.later(hours=1)
    with small_scene.court.database.read() as session:
        notice = session.scalars(select(Packet).where(Packet.occasion == "fee_notice")).first()
        assert notice is not None and "Pay it" in text_from_json(notice.what_next or {}).render("en")
    small_scene.do("serve_again", "clerk", packet=notice.reference, email="post@parties.example", source="A register.")
    with small_scene.court.database.read() as session:
        again = session.scalars(
            select(Packet).where(Packet.occasion == "fee_notice").order_by(Packet.id.desc())
        ).first()
        assert again is not None and again.id != notice.id
        words = text_from_json(again.what_next or {})
    assert "has been done" in words.render("en") and "Pay it" not in words.render("en")
    assert "已经办理" in words.render("zh-Hans")


def test_a_fee_that_was_computed_anew_is_not_asked_for_in_the_old_words(small_scene: Scene) -> None:
    """The notice of before goes out once more after the judge put the fee right: it asks for nothing (FEE 43)."""
    small_scene.lodge()
    small_scene.accept("simple")
    small_scene.later(hours=1)
    with small_scene.court.database.read() as session:
        notice = session.scalars(select(Packet).where(Packet.occasion == "fee_notice")).one()
        row = session.scalars(select(FeeAssessment)).one()
    small_scene.do("correct_fee", "judge", assessment=row.reference, amount="200.00", reasons="The value was misread.")
    small_scene.do("serve_again", "clerk", packet=notice.reference, email="post@parties.example", source="A register.")
    with small_scene.court.database.read() as session:
        again = session.scalars(select(Packet).order_by(Packet.id.desc())).first()
        assert again is not None and again.occasion == "fee_notice"
        words = text_from_json(again.what_next or {})
    assert "not asked of you any more" in words.render("en") and "Pay it" not in words.render("en")
    assert "不再要求" in words.render("zh-Hans")
