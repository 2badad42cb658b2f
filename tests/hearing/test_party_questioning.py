"""A party is questioned in person after an undertaking, and a refusal stands in front of who finds on the facts (CPI 110; EV 64 to
66).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from odr.docket.models import Case
from odr.filing.models import Fact
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.hearing.courtroom.party_questioning.models import PartyQuestioning, QuestioningState
from odr.hearing.courtroom.undertaking import UNDERTAKING
from odr.hearing.models import Hearing
from odr.hearing.vocabulary import HearingState
from odr.procedure.models import Task
from odr.service.models import Packet
from tests.evidence.test_case_file import signed_in
from tests.kept import kept
from tests.scene import Scene


@kept
def summoned(scene: Scene) -> None:
    """A hearing in the courtroom is fixed."""
    scene.pend()
    scene.do("file_answer", "haiyun", position="defend", statement="The label is lawful.")
    scene.do("open_examination", "judge", mode="offline")
    on = (scene.clock.now() + timedelta(days=14)).date().isoformat()
    scene.do("summon", "clerk", mode="offline", on=on, at="09:30", place="Courtroom 3")


def reference_of(scene: Scene, kind: Any, *where: Any) -> str:
    """The reference of the newest row of a kind."""
    with scene.court.database.read() as session:
        rows = select(kind.reference).where(kind.case_id == scene.case_id, *where).order_by(kind.id.desc())
        return str(session.scalars(rows).first())


def given(scene: Scene, party: str = "claimant/1", **more: Any) -> dict[str, Any]:
    """Whom the judge calls, and on which fact."""
    with scene.court.database.read() as session:
        case = session.get_one(Case, scene.case_id)
        who = next(p.reference for p in case.parties if p.label == party)
        fact = session.scalars(select(Fact.reference).where(Fact.case_id == case.id).order_by(Fact.number)).first()
    return {
        "party": who,
        "hearing": reference_of(scene, Hearing, Hearing.state == HearingState.SUMMONED),
        "facts": [fact],
        "about": "What was said on the telephone.",
        "reasons": "Only the two know it.",
        **more,
    }


@kept
def ordered(scene: Scene) -> None:
    """The claimant is called."""
    summoned(scene)
    scene.do("order_party_questioning", "judge", **given(scene))
    scene.work()


def row(scene: Scene) -> PartyQuestioning:
    """The newest order."""
    with scene.court.database.read() as session:
        rows = select(PartyQuestioning).where(PartyQuestioning.case_id == scene.case_id)
        return session.scalars(rows.order_by(PartyQuestioning.id.desc())).first()  # type: ignore[return-value]


def record(scene: Scene, outcome: str = "answered", **more: Any) -> None:
    """The clerk records what became of it."""
    told = {"questioning": row(scene).reference, "outcome": outcome, "words": "I never called.", **more}
    scene.do("record_party_questioning", "clerk", **told)


def on_desks(scene: Scene) -> set[str]:
    """Kinds of what waits about it."""
    with scene.court.database.read() as session:
        rows = select(Task.kind).where(Task.case_id == scene.case_id, Task.done_at.is_(None))
        return {kind for kind in session.scalars(rows) if "questioning" in kind}


def page(scene: Scene, who: str) -> str:
    """The page of parties questioned in person."""
    return signed_in(scene, who).get(f"/cases/{scene.case().reference}/examination/questioned").get_data(as_text=True)


def test_the_party_called_is_told_hour_place_and_consequences(small_scene: Scene) -> None:
    """Only the party called gets the letter, with hour, place and what follows if it does not come (EV 64)."""
    ordered(small_scene)
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        (packet,) = session.scalars(select(Packet).where(Packet.occasion == "order_party_questioning"))
        called = next(p for p in case.parties if p.label == "claimant/1")
        assert packet.party_id == called.id and packet.held_at is not None
        words = str(packet.what_next)
        assert "Courtroom 3" in words and "[EV 64–66]" in words
    assert on_desks(small_scene) == {"record_questioning"}


def test_questioned_after_the_undertaking(small_scene: Scene) -> None:
    """Signed by the party itself, read aloud, answered: nothing is left on a desk, and both sides read it (EV 65)."""
    ordered(small_scene)
    with pytest.raises(ActNotOpen):
        record(small_scene, read_by="self")
    small_scene.do("sign_party_undertaking", "li", promise="yes")
    with pytest.raises(ActNotOpen):
        small_scene.do("sign_party_undertaking", "li", promise="yes")
    small_scene.later(days=14, hours=9)
    with pytest.raises(ValidationError):
        small_scene.court.table["record_party_questioning"].input.model_validate(
            {"questioning": "x", "outcome": "answered", "words": "Yes."}
        )
    with pytest.raises(InvalidInput):
        record(small_scene, "not_signed")
    record(small_scene, read_by="self")
    assert row(small_scene).state is QuestioningState.QUESTIONED and on_desks(small_scene) == set()
    for who in ("li", "haiyun", "judge"):
        words = page(small_scene, who)
        assert "Questioned in person" in words and "I never called." in words and UNDERTAKING[0].msgid in words


def test_nobody_answers_without_an_undertaking(small_scene: Scene) -> None:
    """Who signed neither here nor on paper is not questioned; on paper, the record is the entry it was signed by."""
    ordered(small_scene)
    small_scene.later(days=14, hours=9)
    with pytest.raises(InvalidInput):
        record(small_scene, read_by="clerk")
    record(small_scene, read_by="clerk", on_paper=True)
    assert row(small_scene).undertaken_by == row(small_scene).recorded_by is not None


@pytest.mark.parametrize(
    ("answer", "state"), [("refused", QuestioningState.REFUSED), ("excused", QuestioningState.EXCUSED)]
)
def test_a_refusal_is_the_judges_to_rule_on(small_scene: Scene, answer: str, state: QuestioningState) -> None:
    """The clerk records in which way a party was not questioned; only the judge says whether there was a good reason (EV 66)."""
    ordered(small_scene)
    small_scene.later(days=14, hours=9)
    record(small_scene, "not_come")
    assert row(small_scene).state is QuestioningState.BEFORE_JUDGE and on_desks(small_scene) == {"questioning_refused"}
    reference = row(small_scene).reference
    with pytest.raises(Forbidden):
        small_scene.do("rule_on_refused_questioning", "clerk", questioning=reference, answer=answer, reasons="No word.")
    small_scene.do("rule_on_refused_questioning", "judge", questioning=reference, answer=answer, reasons="No word.")
    assert row(small_scene).state is state and on_desks(small_scene) == set()
    assert state.label.msgid in page(small_scene, "haiyun")


def test_only_the_party_itself_signs(small_scene: Scene) -> None:
    """Nobody who acts for a party undertakes to tell the truth in its place, and who is not called signs nothing (CPI 110)."""
    ordered(small_scene)
    with pytest.raises(ActNotOpen):
        small_scene.do("sign_party_undertaking", "haiyun", promise="yes")
    small_scene.represent("li", "stranger", scope="special")
    with pytest.raises(ActNotOpen):
        small_scene.do("sign_party_undertaking", "stranger", promise="yes")
    small_scene.do("sign_party_undertaking", "li", promise="yes")


def test_whom_and_to_what_a_party_is_called(small_scene: Scene) -> None:
    """To a hearing that is ahead, once at a time; for an organisation a person is named, and for a person nobody else."""
    small_scene.pend()
    with pytest.raises(ActNotOpen):
        small_scene.do("order_party_questioning", "judge", **{**given(small_scene), "hearing": "x" * 26})
    ordered(small_scene)
    wrong: list[Callable[[], dict[str, Any]]] = [
        lambda: given(small_scene),
        lambda: given(small_scene, "respondent/1"),
        lambda: given(small_scene, person="Somebody else"),
    ]
    for told in wrong:
        with pytest.raises(InvalidInput):
            small_scene.do("order_party_questioning", "judge", **told())
    small_scene.do("order_party_questioning", "judge", **given(small_scene, "respondent/1", person="Hai, director"))
    assert row(small_scene).person == "Hai, director"


def test_called_off(small_scene: Scene) -> None:
    """The judge ends an order that is not needed any more; the party is told, and nobody has to record it."""
    ordered(small_scene)
    told = {"questioning": row(small_scene).reference, "reasons": "Both admit it now."}
    small_scene.do("lift_party_questioning", "judge", **told)
    assert row(small_scene).state is QuestioningState.LIFTED and on_desks(small_scene) == set()
    with pytest.raises(ActNotOpen):
        small_scene.do("lift_party_questioning", "judge", **told)


def test_a_hearing_put_off_is_called_to_anew(small_scene: Scene) -> None:
    """Where the hearing does not take place nobody stayed away: the party is called to the next one, and the older order ends."""
    ordered(small_scene)
    first = row(small_scene).reference
    small_scene.do(
        "adjourn_hearing",
        "judge",
        hearing=given(small_scene)["hearing"],
        ground="evidence",
        reasons="Another exhibit is awaited.",
    )
    small_scene.later(days=15)
    with pytest.raises(ActNotOpen):
        record(small_scene, "not_come")
    on = (small_scene.clock.now() + timedelta(days=14)).date().isoformat()
    small_scene.do("summon", "clerk", mode="offline", on=on, at="09:30", place="Courtroom 3")
    small_scene.do("order_party_questioning", "judge", **given(small_scene))
    with small_scene.court.database.read() as session:
        rows = session.scalars(select(PartyQuestioning).where(PartyQuestioning.case_id == small_scene.case_id)).all()
        states = {one.reference: one.state for one in rows}
    assert states.pop(first) is QuestioningState.LIFTED and list(states.values()) == [QuestioningState.ORDERED]
    assert on_desks(small_scene) == {"record_questioning"}


def test_a_witness_reads_the_same_undertaking(small_scene: Scene) -> None:
    """What a party undertakes a witness undertakes too, and both read it before they sign (EV 65, 71)."""
    table = small_scene.court.table
    assert table["give_undertaking"].says is table["sign_party_undertaking"].says is not None
