"""What was heard counts for nothing and the case is heard anew: everybody speaks, agrees and signs again (CPL 41; COL 3, 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Stage, Track
from odr.ground.errors import ActNotOpen
from odr.hearing.models import Motion
from odr.hearing.queries import examination_of, hearings_of, opinions_of
from odr.hearing.record.papers import paper_of, record_digest, signatures_of
from odr.hearing.sealed.opening_seals import open_waiting, sealed_away_now
from odr.hearing.vocabulary import Axis, QuestionState, Stance
from odr.procedure.acts.events import ExaminationVoid
from odr.procedure.models import Task
from tests.hearing.scene import CHEN, HAIYUN, LI, WANG, Scene, agreed_to_writing, allow_writing, opinion
from tests.hearing.test_courtroom import fixed


def begin_anew(scene: Scene) -> None:
    """What was heard is void: the case goes back to preparation, with an entry of its own."""
    with scene.sit() as (sitting, case):
        sitting.announce(ExaminationVoid(case))
        case.stage = Stage.PENDING
    scene.act(LI, "consent_to_mode", agrees="yes")


def hear(scene: Scene) -> None:
    """A hearing in the courtroom, recorded and closed; its record lies for signing."""
    scene.act(CHEN, "open_examination", mode="offline")
    day = (scene.clock.now() + timedelta(days=10)).date().isoformat()
    scene.act(WANG, "summon", mode="offline", on=day, at="09:30", place="Courtroom 3")
    scene.days(10.3)
    attendance = [{"who": scene.party(who), "presence": "courtroom", "identity": "document"} for who in (LI, HAIYUN)]
    given = {"begun": "09:32", "ended": "11:05", "minutes": "All argued.", "debated": "yes", "last_words": "yes"}
    scene.act(WANG, "record_hearing", hearing=fixed(scene), attendance=attendance, **given)
    scene.act(CHEN, "close_hearing", reasons="Everything was heard.")


def current(scene: Scene) -> str | None:
    """Key of the phase that runs in the examination that stands."""
    with scene.look() as (sitting, case):
        standing = examination_of(sitting.session, case)
        phase = standing.current if standing is not None else None
        return phase.key if phase is not None else None


def quickly(scene: Scene) -> None:
    """Everybody says at once that they have nothing to add, until the exchange in writing is over."""
    for who in (LI, HAIYUN, LI, HAIYUN, HAIYUN, LI, CHEN, LI, HAIYUN, LI, HAIYUN):
        scene.act(who, "finish_turn")


def sign(scene: Scene, who: str) -> None:
    """A party signs the record as it stands."""
    with scene.look() as (sitting, case):
        digest = record_digest(sitting, case)
    scene.act(who, "sign_record", digest=digest)


def closing(scene: Scene) -> str:
    """What the record says at its end."""
    with scene.look() as (sitting, case):
        return "\n".join(str(line) for line in paper_of(sitting, case, sitting.now).closing)


def test_who_signed_an_earlier_record_has_not_signed_this_one(scene_of: Callable[..., Scene]) -> None:
    """The record of the second hearing is read and signed as the first was, and says of nobody that they signed it who signed
    another (CPL 150).
    """
    scene = scene_of(track=Track.SIMPLE)
    hear(scene)
    sign(scene, LI)
    begin_anew(scene)
    hear(scene)
    assert "Li Wen read the record and signed it" not in closing(scene)
    sign(scene, LI)
    assert "Li Wen read the record and signed it" in closing(scene)
    with pytest.raises(ActNotOpen, match="You have signed the record"):
        sign(scene, LI)
    with scene.look() as (sitting, case):
        assert len(signatures_of(sitting, case)) == 1


def test_no_time_of_the_earlier_examination_runs_on(scene_of: Callable[..., Scene]) -> None:
    """Nobody is asked to sign a record that counts for nothing, and nothing of it waits on a desk."""
    scene = scene_of(track=Track.SIMPLE)
    hear(scene)
    with scene.look() as (sitting, case):
        assert len(sitting.windows(case, "examination")) == 2
    begin_anew(scene)
    with scene.look() as (sitting, case):
        assert sitting.windows(case, "examination") == []
        waits = select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None))
        assert "close_hearing" not in sitting.session.scalars(waits).all()


def test_silence_before_others_admits_nothing(scene_of: Callable[..., Scene]) -> None:
    """A question that was explained and asked again waits for no answer when nobody can give one any more: whoever decides now
    puts it anew (EV 4).
    """
    scene = scene_of(track=Track.SIMPLE)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    asked = {"addressees": [scene.party(HAIYUN)], "words": "Who wrote the label?"}
    scene.act(CHEN, "put_question", **asked)
    scene.days(8)
    scene.due()
    scene.act(CHEN, "ask_again", question=scene.question(1).reference, explanation="Silence may count as an admission.")
    begin_anew(scene)
    scene.days(8)
    scene.due()
    scene.act(CHEN, "open_examination", mode="asynchronous")
    assert scene.question(1).state is QuestionState.WITHDRAWN
    with pytest.raises(ActNotOpen, match="No question stayed unanswered"):
        scene.act(CHEN, "deem_admitted", question=scene.question(1).reference, reasons="Nothing was said.")


def test_exhibits_are_gone_through_again(scene_of: Callable[..., Scene]) -> None:
    """What a party said of an exhibit in the earlier examination does not take its turn in the new one (CPI 103)."""
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    for _ in range(2):
        scene.act(CHEN, "open_examination", mode="asynchronous")
        for who in (LI, HAIYUN, LI, HAIYUN):
            scene.act(who, "finish_turn")
        assert current(scene) == "cross_examination"
        scene.act(HAIYUN, "give_opinion", **opinion(scene.refs[LI, 1]))
        scene.act(LI, "give_opinion", **opinion(scene.refs[HAIYUN, 1]))
        assert current(scene) == "judge_questions"
        begin_anew(scene)


def test_a_hearing_in_writing_is_agreed_to_and_allowed_again(scene_of: Callable[..., Scene]) -> None:
    """What was allowed for another hearing carries none now: it is applied for anew, and the next part waits for the ruling
    (OLR 20(2)).
    """
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    agreed_to_writing(scene, LI, HAIYUN)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    quickly(scene)
    allow_writing(scene)
    assert current(scene) == "debate"
    begin_anew(scene)
    agreed_to_writing(scene, HAIYUN, LI)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    quickly(scene)
    assert (scene.stage(), current(scene)) == (Stage.HEARING, None)
    allow_writing(scene)
    assert current(scene) == "debate"


def test_what_is_secret_is_not_heard_in_public_the_second_time(scene_of: Callable[..., Scene]) -> None:
    """The judge has ruled that the case is heard behind closed doors: nobody has to ask for that again (CPL 137)."""
    scene = scene_of(track=Track.SIMPLE)
    scene.act(CHEN, "open_examination", mode="offline")
    scene.act(LI, "ask_hearing_order", kind="closed_doors", words="My health is discussed.")
    with scene.look() as (sitting, case):
        motion = sitting.session.scalars(select(Motion.reference).where(Motion.case_id == case.id)).one()
    scene.act(CHEN, "rule_on_hearing_order", motion=motion, answer="allow", reasons="It is private.")
    begin_anew(scene)
    hear(scene)
    with scene.look() as (sitting, case):
        assert [one.closed_doors for one in hearings_of(sitting.session, case)] == [True]


def test_what_lay_under_a_seal_of_before_takes_the_place_of_nothing_newer(scene_of: Callable[..., Scene]) -> None:
    """Opened once the case is examined again, it stands on record; what the party says of the exhibit now is what it says."""
    scene = scene_of(track=Track.SIMPLE)
    scene.exhibits(1)
    scene.act(CHEN, "open_examination", mode="asynchronous", sealed=["cross_examination"])
    for who in (LI, HAIYUN, LI, HAIYUN):
        scene.act(who, "finish_turn")
    scene.act(HAIYUN, "give_opinion", **opinion(scene.refs[LI, 1]))
    begin_anew(scene)
    with scene.look() as (sitting, case):
        assert sealed_away_now(sitting.session, case) == frozenset()
    scene.act(CHEN, "open_examination", mode="asynchronous")
    for who in (LI, HAIYUN, LI, HAIYUN):
        scene.act(who, "finish_turn")
    scene.act(
        HAIYUN, "give_opinion", **opinion(scene.refs[LI, 1], authenticity="dispute", reason="It is another label.")
    )
    for _ in range(2):
        open_waiting(scene.court)
    assert scene.entries().count("open_sealed") == 1
    with scene.look() as (sitting, case):
        stands = {one.axis: one.stance for one in opinions_of(sitting.session, case)}
    assert stands[Axis.AUTHENTICITY] is Stance.DISPUTE
