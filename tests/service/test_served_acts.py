"""What a served act's letter says, and which consent it needs."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from odr import wiring
from odr.docket.models import Party, Role
from odr.ground.text import LOCALES
from odr.procedure.acts.letter import PaperKind
from odr.procedure.acts.table import TABLE, Act, Everyone
from odr.service.models import Packet
from odr.service.vocabulary import Channel
from tests.scene import Scene

FACTS = [{"what": "The shop was right."}]
MONEY = [{"kind": "money", "amount": "1000", "what": "Pay the price"}]


def served_acts() -> list[Act]:
    """Every act that somebody is served with."""
    for room in wiring.ROOMS:
        wiring.declarations(room)
    return [act for act in TABLE if act.serves is not Everyone.NOBODY]


def test_every_letter_says_what_came_and_what_to_do() -> None:
    """Each served act has its own letter in both languages; none says that something is new and no more."""
    letters = {act.name: act.letter for act in served_acts()}
    assert len(letters) > 150
    for name, letter in letters.items():
        assert letter is not None, name
        for locale in LOCALES:
            title, next_step = letter.title.render(locale), letter.what_next.render(locale)
            assert 1 < len(title) <= 60 and next_step[-1] in ".。", (name, locale)
            assert "omething new" not in title and "新情况" not in title, name


@pytest.mark.parametrize(
    "name",
    [
        "lodge_claim", "amend_claim", "file_counterclaim", "file_third_party_claim", "answer_counterclaim", "file_answer",
        "appeal_decision", "answer_appeal", "object_to_jurisdiction", "submit_exhibit",
    ],
)  # fmt: skip
def test_a_pleading_leaves_as_a_pleading(name: str) -> None:
    """What a party pleads is no mere notice: who agreed to notices only does not get it as one (OLR 30; CPL 128, 173)."""
    letters = {act.name: act.letter for act in served_acts()}
    if name in letters:
        letter = letters[name]
        assert letter is not None and letter.kind is PaperKind.PLEADING


def test_who_agreed_to_notices_only_gets_a_counterclaim_by_post_at_once(small_scene: Scene) -> None:
    """A consent to electronic notices does not cover a counterclaim: it is posted with the same hour, not days later."""
    small_scene.pend()
    small_scene.do("confirm_address", "li", email="li@parties.example", address="1 Lake Road", scope=["notice"])
    small_scene.do("file_counterclaim", "haiyun", facts=FACTS, relief=MONEY)
    with small_scene.court.database.read() as session:
        li = session.scalars(select(Party).where(Party.role == Role.CLAIMANT)).one()
        packet = session.scalars(
            select(Packet).where(Packet.occasion == "file_counterclaim", Packet.party_id == li.id)
        ).one()
        starts = {attempt.channel: attempt.starts_at for attempt in packet.attempts}
        assert packet.kind is PaperKind.PLEADING
        assert packet.what_next is not None
        assert starts[Channel.POST] == min(starts.values())
