"""A dispute on the full plan: two sides and a third party, questions, seals, lateness, time, conversion, record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from odr.docket.models import Audience, Stage, Track
from odr.ground.errors import ActNotOpen, CaseMovedOn, Forbidden, InvalidInput, StepUpNeeded
from odr.hearing.examination.statements import NothingInput
from odr.hearing.queries import agreed_facts, matrix, opinions_of, postings_of
from odr.hearing.record.papers import record_digest
from odr.hearing.vocabulary import DutyState, Mode, PhaseState, QuestionState, Stance
from odr.procedure.case.next_box import next_box
from odr.procedure.models import Task
from odr.procedure.time.reckoned_again import reckon_working
from tests.hearing.scene import BAIHUA, CHEN, HAIYUN, LI, Scene, agreed_to_writing, allow_writing, opinion
from tests.kept import kept


@pytest.fixture
def full(scene_of: Callable[..., Scene]) -> Scene:
    """A case in simple procedure with a third party and two exhibits a side, its examination open in writing."""
    scene = scene_of(track=Track.SIMPLE, third=True)
    scene.exhibits(2)
    return scene


def say_all(scene: Scene, *names: str) -> None:
    """Each of them has nothing to add in the phase that runs."""
    with scene.sit() as (sitting, case):
        for name in names:
            sitting.perform("finish_turn", case, NothingInput(), actor=scene.actor(sitting, name))


@kept
def to_exhibits(scene: Scene, **plan: object) -> None:
    """Open the examination and go through opening and pleadings."""
    scene.act(CHEN, "open_examination", mode="asynchronous", **plan)
    say_all(scene, LI, HAIYUN, BAIHUA, LI, HAIYUN, BAIHUA)
    assert scene.current() == "cross_examination"


@kept
def to_questions(scene: Scene) -> None:
    """Go on until the judge's questions."""
    to_exhibits(scene)
    say_all(scene, HAIYUN, BAIHUA, LI, BAIHUA)
    assert scene.current() == "judge_questions"


@kept
def to_debate(scene: Scene) -> None:
    """Everybody agreed to writing: the judge ends what is left of the exchange and allows the hearing in writing too."""
    agreed_to_writing(scene, LI, HAIYUN, BAIHUA)
    to_questions(scene)
    while scene.current() is not None:
        scene.act(CHEN, "end_phase", reasons="Nothing more is needed.")
    allow_writing(scene)
    assert scene.current() == "debate"


def judge_tasks(scene: Scene) -> list[str]:
    """Kinds of what waits on the judge's desk."""
    from sqlalchemy import select

    with scene.look() as (court, case):
        return list(
            court.session.scalars(
                select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None)).order_by(Task.id)
            )
        )


def test_turns_follow_one_another_in_the_order_of_the_law(full: Scene) -> None:
    """The respondent and the third party answer the claimant's exhibits first, then the claimant theirs (EV 62)."""
    to_exhibits(full)
    with full.look() as (court, _):
        waiting = {d.party_id for d in full.examination(court).current.duties if d.state is DutyState.WAITING}  # type: ignore[union-attr]
    assert waiting == {full.parties[HAIYUN], full.parties[BAIHUA]}
    for name in (HAIYUN, BAIHUA):
        lines = [opinion(full.refs[owner, n]) for owner in (LI, HAIYUN) for n in (1, 2) if owner != name]
        full.act(name, "give_opinions", opinions=lines)
    with full.look() as (court, _):
        phase = full.examination(court).current
        assert phase is not None and phase.turn == 1
        assert {d.party_id for d in phase.duties if d.state is DutyState.WAITING} == {full.parties[LI]}, (
            "the third party has spoken on all"
        )


def test_opinions_need_reasons_and_concern_others_exhibits(full: Scene) -> None:
    """A dispute says why; nobody gives an opinion on her own exhibit; nobody before the phase is open."""
    full.act(CHEN, "open_examination", mode="asynchronous")
    with pytest.raises(ActNotOpen):
        full.act(HAIYUN, "give_opinion", **opinion(full.refs[LI, 1]))
    say_all(full, LI, HAIYUN, BAIHUA, LI, HAIYUN, BAIHUA)
    with pytest.raises(InvalidInput):
        full.act(HAIYUN, "give_opinion", **opinion(full.refs[HAIYUN, 1]))
    with pytest.raises(ValueError, match="faults of a part"):
        full.act(HAIYUN, "give_opinion", **opinion(full.refs[LI, 1], legality="dispute"))
    with pytest.raises(InvalidInput):
        full.act(HAIYUN, "give_opinions", opinions=[opinion(full.refs[LI, 1]), opinion(full.refs[LI, 1])])


def test_a_new_opinion_replaces_and_a_retraction_removes(full: Scene) -> None:
    """What stands is the newest opinion; taken back with reasons it stands no more, and everything stays on record (EV
    9).
    """
    to_exhibits(full)
    full.act(HAIYUN, "give_opinion", **opinion(full.refs[LI, 1]))
    full.act(HAIYUN, "give_opinion", **opinion(full.refs[LI, 1], authenticity="dispute", reason="No address bar."))
    with full.look() as (court, case):
        row = matrix(court.session, case)[0]
        assert [o.stance for o in row.disputes] == [Stance.DISPUTE]
        ref = row.disputes[0].reference
    with pytest.raises(ActNotOpen):
        full.act(LI, "retract_opinion", opinion=ref, reasons="not mine to take")
    full.act(HAIYUN, "retract_opinion", opinion=ref, reasons="The listing was found after all.")
    with full.look() as (court, case):
        assert opinions_of(court.session, case) == []
        from sqlalchemy import func, select

        from odr.hearing.models import Opinion

        assert court.session.scalar(select(func.count()).select_from(Opinion)) == 6


def test_late_opinion_is_kept_and_marked(full: Scene) -> None:
    """After the phase an opinion on an exhibit that was there is late; on one that came only later it is not."""
    to_questions(full)
    late = full.act(HAIYUN, "give_opinion", **opinion(full.refs[LI, 1]))
    full.days(0.01)
    new = full.exhibit(LI, 3)
    fresh = full.act(HAIYUN, "give_opinion", **opinion(new))
    assert [full.payload(r.number)["late"] for r in (late, fresh)] == [True, False]


def test_questions_of_parties_go_through_the_judge(full: Scene) -> None:
    """Asked, not seen by the other side; disallowed with reasons, or allowed in other words; then answered."""
    to_questions(full)
    full.act(HAIYUN, "ask_leave_for_question", addressee=full.party(LI), words="Are you a professional buyer?")
    full.act(
        HAIYUN, "ask_leave_for_question", addressee=full.party(LI), words="Where are the bottles, and why did you lie?"
    )
    assert judge_tasks(full).count("question_leave") == 2
    full.act(CHEN, "disallow_question", question=full.question(1).reference, reasons="It bears on nothing in dispute.")
    full.act(CHEN, "allow_question", question=full.question(2).reference, rephrased="Where are the bottles?", days=3)
    assert full.question(1).state is QuestionState.DISALLOWED
    with pytest.raises(ActNotOpen):
        full.act(CHEN, "allow_question", question=full.question(1).reference)
    with pytest.raises(InvalidInput):
        full.act(LI, "answer_question", question=full.question(1).reference, words="No.")
    receipt = full.act(LI, "answer_question", question=full.question(2).reference, words="At home, all thirty.")
    assert (
        full.question(2).state is QuestionState.ANSWERED
        and full.question(2).why == "Where are the bottles, and why did you lie?"
    )
    assert not full.payload(receipt.number)["late"]
    assert full.current() == "party_questions", "the judge has asked what she wanted: her turn is over"


def test_silence_is_asked_again_before_it_counts(full: Scene) -> None:
    """An unanswered question decides nothing; only after explaining and asking again may the judge take it as admitted
    (EV 4).
    """
    to_questions(full)
    full.act(CHEN, "put_question", addressees=[full.party(LI)], words="Which device was it?", days=2)
    full.days(5)
    full.due()
    question = full.question(1)
    assert question.state is QuestionState.UNANSWERED and "unanswered" in judge_tasks(full)
    with pytest.raises(ActNotOpen):
        full.act(CHEN, "deem_admitted", question=question.reference, reasons="She kept silent.")
    full.act(
        CHEN,
        "ask_again",
        question=question.reference,
        explanation="Say whether it was your own phone; silence may count as agreement.",
        days=2,
    )
    full.days(5)
    full.due()
    assert full.question(1).state is QuestionState.UNANSWERED
    full.act(CHEN, "deem_admitted", question=question.reference, reasons="Explained and asked again in vain.")
    assert full.question(1).state is QuestionState.DEEMED


def test_a_late_answer_is_kept_and_marked(full: Scene) -> None:
    """An answer after the time is taken, marked late, and closes what waited on the judge's desk."""
    to_questions(full)
    full.act(CHEN, "put_question", addressees=[full.party(LI)], words="Which device was it?", days=2)
    full.days(6)
    receipt = full.act(LI, "answer_question", question=full.question(1).reference, words="My phone.")
    assert full.payload(receipt.number)["late"] is True
    assert full.question(1).state is QuestionState.ANSWERED and "unanswered" not in judge_tasks(full)


def test_answers_sealed_until_both_are_in(full: Scene) -> None:
    """Neither the other side nor the judge reads a sealed answer until all are in; then both open by one entry of their
    own.
    """
    to_questions(full)
    full.act(
        CHEN,
        "put_question",
        addressees=[full.party(LI), full.party(HAIYUN)],
        words="What did the label name?",
        days=3,
        sealed=True,
    )
    first = full.act(LI, "answer_question", question=full.question(1).reference, words="An anti-caking agent.")
    assert full.audience(first.number) is Audience.OWN_SIDE
    assert {n for n in (LI, HAIYUN, BAIHUA, CHEN, "Clerk Wang") if full.reads(n, first.number)} == {LI}, (
        "her own side reads two digests"
    )
    assert set(full.payload(first.number)["input"]) == {"commitment", "ciphertext_sha256"}
    second = full.act(HAIYUN, "answer_question", question=full.question(2).reference, words="Nothing of the kind.")
    assert all(full.reads(n, r.number) for n in (LI, HAIYUN, BAIHUA, CHEN) for r in (first, second))
    assert full.entries()[-2] == "open_sealed" or "open_sealed" in full.entries()[-3:]
    with full.look() as (court, _):
        opened = {e.opened_by for e in full.docket(court) if e.number in (first.number, second.number)}
    assert len(opened) == 1


def test_a_seal_opens_when_the_time_ends(full: Scene) -> None:
    """Whoever stays silent does not keep the other side's answer sealed for ever; what she says later is late and open."""
    to_questions(full)
    full.act(
        CHEN,
        "put_question",
        addressees=[full.party(LI), full.party(HAIYUN)],
        words="What did the label name?",
        days=2,
        sealed=True,
    )
    first = full.act(LI, "answer_question", question=full.question(1).reference, words="An anti-caking agent.")
    full.days(5)
    full.due()
    assert full.reads(HAIYUN, first.number)
    late = full.act(HAIYUN, "answer_question", question=full.question(2).reference, words="Nothing.")
    assert full.audience(late.number) is Audience.HEARING and full.payload(late.number)["late"]


def test_a_sealed_phase_runs_side_by_side(full: Scene) -> None:
    """Sealed cross-examination: both sides act at the same time, nobody sees the other's opinions until the phase
    closes.
    """
    to_exhibits(full, sealed=["cross_examination"])
    with full.look() as (court, _):
        assert len(full.examination(court).current.duties) == 3  # type: ignore[union-attr]
    given = full.act(LI, "give_opinions", opinions=[opinion(full.refs[HAIYUN, n]) for n in (1, 2)])
    assert not full.reads(CHEN, given.number) and not full.reads(HAIYUN, given.number)
    with full.look() as (court, case):
        assert opinions_of(court.session, case) == []
    for name in (HAIYUN, BAIHUA):
        with pytest.raises(ActNotOpen, match="sealed"):
            full.act(name, "finish_turn")
        full.act(
            name,
            "give_opinions",
            opinions=[opinion(full.refs[o, n], relevance="no_view") for o in (LI, HAIYUN) if o != name for n in (1, 2)],
        )
    assert full.reads(CHEN, given.number) and full.current() == "judge_questions"
    with full.look() as (court, case):
        assert len(opinions_of(court.session, case)) == (2 + 2 + 4) * 3
    with pytest.raises(ActNotOpen):
        full.act(CHEN, "open_examination", mode="asynchronous")


def reckoned_again(scene: Scene, name: str) -> datetime:
    """The end that the working of a party's running time leads to by itself."""
    with scene.look() as (court, case):
        mine = [w for w in court.windows(case, "examination") if w.party_id == scene.parties[name]]
        return reckon_working(court.pack(case), mine[-1].working).due_at


def test_more_time_by_agreement_and_by_ruling(full: Scene) -> None:
    """When every other party agrees with a click the time is given; else the judge rules; a plan that would overrun the
    limit is refused.
    """
    full.act(CHEN, "open_examination", mode="asynchronous")
    due = full.due_of(LI)
    full.act(LI, "ask_for_time", days=2, reason="Illness")
    request = full.request()
    full.act(HAIYUN, "agree_extension", request=request)
    assert full.due_of(LI) == due, "the third party has not agreed yet"
    with pytest.raises(InvalidInput):
        full.act(LI, "agree_extension", request=request)
    full.act(BAIHUA, "agree_extension", request=request)
    longer = full.due_of(LI)
    assert longer > due
    assert reckoned_again(full, LI) == longer, "a standstill would take the days away"
    full.act(LI, "ask_for_time", days=3, reason="Still ill")
    full.act(CHEN, "rule_on_time", request=full.request(), answer="refuse", reasons="There was time enough.")
    assert full.due_of(LI) == longer
    full.act(LI, "ask_for_time", days=30, reason="Very ill")
    with pytest.raises(ActNotOpen, match="trial limit"):
        full.act(CHEN, "rule_on_time", request=full.request(), answer="allow", reasons="Of course.")


def test_a_technical_failure_gives_time_back_to_everybody(full: Scene) -> None:
    """Ruled on by the judge, a failure lengthens everybody's running time alike (OLR 25)."""
    full.act(CHEN, "open_examination", mode="asynchronous")
    before = [full.due_of(n) for n in (LI, HAIYUN)]
    full.act(LI, "report_failure", what="The platform did not answer from 9 to 17.")
    with full.look() as (court, _):
        from sqlalchemy import select

        from odr.hearing.models import TechnicalFailure

        ref = court.session.scalars(select(TechnicalFailure.reference)).one()
    full.act(CHEN, "rule_on_failure", failure=ref, answer="allow", days=1, reasons="The log shows it.")
    assert all(full.due_of(n) > b for n, b in zip((LI, HAIYUN), before, strict=True))


def test_conversion_and_back_keeps_what_was_done(full: Scene) -> None:
    """Going live halts the plan, coming back resumes it; who had acted has acted, who had not gets full time (OLR 21)."""
    to_exhibits(full)
    full.act(HAIYUN, "finish_turn")
    full.act(CHEN, "convert_mode", mode="live", reasons="The parties dispute a device.")
    assert not full.windows() and full.current() == "cross_examination"
    with pytest.raises(ActNotOpen):
        full.act(LI, "post_statement", words="Now?")
    full.days(10)
    full.due()
    full.act(CHEN, "convert_mode", mode="asynchronous", reasons="It is settled.")
    with full.look() as (court, _):
        phase = full.examination(court).current
        assert phase is not None and phase.state is PhaseState.OPEN
        assert [d.party_id for d in phase.duties if d.state is DutyState.WAITING] == [full.parties[BAIHUA]]


def test_plans_are_changed_by_order_with_reasons(full: Scene) -> None:
    """The judge ends a phase, leaves phases out, takes one up again; the record and the last words are never left out."""
    agreed_to_writing(full, LI, HAIYUN, BAIHUA)
    to_questions(full)
    with pytest.raises(ValueError, match="text_missing"):
        full.act(CHEN, "end_phase", reasons="")
    full.act(CHEN, "end_phase", reasons="No questions are needed.")
    with full.look() as (court, _):
        phases = full.examination(court).phases
        refs = {(p.key, p.round): p.reference for p in phases}
    for key in ("record", "final"):
        with pytest.raises(ActNotOpen, match="cannot be left out"):
            full.act(CHEN, "change_plan", left_out=[refs[key, 1]], reasons="No need.")
    full.act(
        CHEN,
        "change_plan",
        left_out=[refs["issues", 1], refs["debate", 2]],
        again=[refs["judge_questions", 1]],
        reasons="A new point came up.",
    )
    if full.current() == "party_questions":
        say_all(full, LI, HAIYUN, BAIHUA)
    assert full.current() == "judge_questions"
    say_all(full, CHEN)
    assert full.current() is None
    allow_writing(full)
    assert full.current() == "debate"


def test_the_whole_record_is_read_corrected_and_signed(full: Scene) -> None:
    """Who signs signs what she has read: a record that grew is read again; step-up is needed; refusal is noted; then
    the case is ready.
    """
    to_debate(full)
    while full.current() == "debate":
        full.act(CHEN, "end_phase", reasons="Nothing more is needed.")
    with pytest.raises(ActNotOpen, match="cannot be left out"):
        full.act(CHEN, "end_phase", reasons="Nobody needs the last word.")
    say_all(full, LI, HAIYUN, BAIHUA)
    assert full.current() == "record"
    with full.look() as (court, case):
        digest = record_digest(court, case)
    with pytest.raises(CaseMovedOn):
        full.act(LI, "sign_record", digest="0" * 64)
    full.strong = False
    with pytest.raises(StepUpNeeded):
        full.act(LI, "sign_record", digest=digest)
    full.strong = True
    full.act(HAIYUN, "correct_record", place="entry 5", words="I said nothing of the kind.")
    full.act(LI, "sign_record", digest=digest)
    with pytest.raises(ActNotOpen):
        full.act(LI, "sign_record", digest=digest)
    with full.look() as (court, case):
        from odr.hearing.record.papers import corrections_of

        ref = corrections_of(court, case)[0].reference
    full.act(CHEN, "rule_on_correction", correction=ref, answer="refuse", reasons="The entry says what was said.")
    full.act(HAIYUN, "refuse_record", reasons="See my correction.")
    full.act(BAIHUA, "sign_record", digest=digest)
    assert full.stage() is Stage.DELIBERATION


def test_the_rounds_of_the_debate_are_told_apart(full: Scene) -> None:
    """In the second round nobody reads the words of the first again; once the judge leaves it out, no round is counted."""
    to_debate(full)
    first = asked_of(full, LI)
    assert "(round 1 of 2)" in first["en"] and "（第1轮，共2轮）" in first["zh-Hans"]
    say_all(full, LI)
    assert "(round 1 of 2)" in waited_for(full, LI), "who waits reads which round the other side has time for"
    say_all(full, HAIYUN, BAIHUA)
    assert "(round 2 of 2)" in asked_of(full, LI)["en"]
    with full.look() as (court, _):
        refs = {(p.key, p.round): p.reference for p in full.examination(court).phases}
    full.act(CHEN, "change_plan", again=[refs["debate", 1]], reasons="A new point came up.")
    assert "(round 2 of 3)" in asked_of(full, LI)["en"]
    full.act(CHEN, "end_phase", reasons="Nothing more is needed.")
    full.act(CHEN, "end_phase", reasons="Nothing more is needed.")
    assert full.current() == "final" and "round" not in asked_of(full, LI)["en"]


def asked_of(scene: Scene, who: str) -> dict[str, str]:
    """What the box asks of a party, in both languages."""
    with scene.look() as (court, case):
        box = next_box(court, case, scene.actor(court, who))
        assert box is not None and box.step is not None
        return {locale: box.step.title.render(locale) for locale in ("en", "zh-Hans")}


def waited_for(scene: Scene, who: str) -> str:
    """Whom and what the box says is waited for."""
    with scene.look() as (court, case):
        box = next_box(court, case, scene.actor(court, who))
        assert box is not None and box.step is None
        return str(box.waits)


def test_agreed_facts_bind_who_agreed(full: Scene) -> None:
    """A fact is agreed when every participating party has said so (EV 3, 6)."""
    full.act(LI, "propose_fact", words="Thirty bottles were delivered on 9 November.")
    with full.look() as (court, case):
        from odr.hearing.queries import proposed_facts

        ref = proposed_facts(court.session, case)[0].reference
    full.act(HAIYUN, "answer_fact", fact=ref, agrees="yes")
    with full.look() as (court, case):
        assert agreed_facts(court.session, case) == []
    full.act(BAIHUA, "answer_fact", fact=ref, agrees="yes")
    with full.look() as (court, case):
        assert [f.words for f in agreed_facts(court.session, case)] == ["Thirty bottles were delivered on 9 November."]


def test_nobody_does_another_roles_acts(full: Scene) -> None:
    """A party does not put questions of the court, the judge gives no opinions, nobody but the clock closes a phase."""
    to_exhibits(full)
    with pytest.raises(Forbidden):
        full.act(LI, "put_question", addressees=[full.party(HAIYUN)], words="Why is that so?")
    with pytest.raises(Forbidden):
        full.act(CHEN, "give_opinion", **opinion(full.refs[LI, 1]))
    with full.look() as (court, _):
        ref = full.examination(court).current.reference  # type: ignore[union-attr]
    for who in (LI, CHEN):
        with pytest.raises(Forbidden):
            full.act(who, "close_phase", phase=ref)


def test_writing_needs_everybodys_consent(scene_of: Callable[..., Scene]) -> None:
    """Without the consent of each participating party, or with a party that never came, there is no hearing in writing
    (OLR 20).
    """
    scene = scene_of(agree=False)
    with pytest.raises(ActNotOpen, match="agreed"):
        scene.act(CHEN, "open_examination", mode="asynchronous")
    for name in (LI, HAIYUN):
        scene.act(name, "consent_to_mode", agrees="yes")
    scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(LI, "consent_to_mode", agrees="no", reason="I cannot write well.")
    assert "mode_doubt" in judge_tasks(scene)
    with scene.look() as (court, _):
        assert scene.examination(court).mode is Mode.ASYNCHRONOUS, "the judge decides, nothing is lost meanwhile"


def test_a_silent_respondent_is_not_heard_in_writing(scene_of: Callable[..., Scene]) -> None:
    """Somebody who never joined has agreed to nothing."""
    scene = scene_of(joined=False)
    with pytest.raises(ActNotOpen, match="joined"):
        scene.act(CHEN, "open_examination", mode="asynchronous")


def test_a_plan_that_overruns_the_limit_is_not_opened(scene_of: Callable[..., Scene]) -> None:
    """No plan may end less than ten days before the trial limit; shortened it opens."""
    scene = scene_of(track=Track.SMALL)
    scene.days(40)
    with pytest.raises(ActNotOpen, match="trial limit"):
        scene.act(CHEN, "open_examination", mode="asynchronous")
    short = [{"phase": key, "days": 1} for key in ("opening", "cross_examination", "final", "record")]
    scene.act(CHEN, "open_examination", mode="asynchronous", lengths=short)
    assert scene.stage() is Stage.HEARING


def test_a_hearing_at_one_hour_is_opened_however_late(scene_of: Callable[..., Scene]) -> None:
    """The margin is for plans of windows: past the trial limit a plan in writing is refused and the case is still
    heard, live or in the courtroom.
    """
    scene = scene_of(track=Track.SMALL)
    scene.days(90)
    with pytest.raises(ActNotOpen, match="trial limit"):
        scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(CHEN, "open_examination", mode="offline")
    assert scene.stage() is Stage.HEARING


def test_postings_are_append_only(full: Scene) -> None:
    """A correction is another posting; the database itself refuses to change the first."""
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    full.act(CHEN, "open_examination", mode="asynchronous")
    full.act(LI, "post_statement", words="It was on 9 November.")
    with full.look() as (court, case):
        first = postings_of(court.session, case)[0].reference
    full.act(LI, "post_statement", words="It was on 10 November.", corrects=first)
    with pytest.raises(InvalidInput):
        full.act(HAIYUN, "post_statement", words="No.", corrects=first)
    with pytest.raises(DatabaseError), full.sit() as (sitting, _):
        sitting.session.execute(text("UPDATE posting SET words = 'changed'"))
