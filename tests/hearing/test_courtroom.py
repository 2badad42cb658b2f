"""A dispute with a silent respondent heard in the courtroom, and witnesses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, select

from odr.docket.models import Case, Party, Role, Stage, Track
from odr.docket.queries import entries_of
from odr.filing.models import Claim
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.ground.text import Text
from odr.hearing import desks
from odr.hearing.courtroom.hearings import RecordHearingInput
from odr.hearing.examination.plan import clock_of
from odr.hearing.live.seen.showing import is_closed_to_the_public
from odr.hearing.mode.consent_effects import stayed_away_rightly
from odr.hearing.models import Hearing, Interpreter, Motion, Summons, TrialExtension, Witness
from odr.hearing.queries import closed_by_order, hearings_of, postings_of
from odr.hearing.record.papers import paper_of
from odr.hearing.vocabulary import HearingState, QuestionState
from odr.procedure.forms.faults import validate
from odr.procedure.forms.form_data import parse
from odr.procedure.models import Task
from odr.service.models import Packet
from tests.hearing.scene import CHEN, DENG, DING, HAIYUN, LI, WANG, Scene, put_upload
from tests.judgment.test_gate import serve
from tests.kept import kept


def tasks(scene: Scene) -> list[str]:
    """Kinds of what waits on any desk of the court."""
    with scene.look() as (court, case):
        return list(
            court.session.scalars(
                select(Task.kind).where(Task.case_id == case.id, Task.done_at.is_(None)).order_by(Task.id)
            )
        )


def fixed(scene: Scene) -> str:
    """Reference of the hearing that is fixed."""
    with scene.look() as (court, _):
        return court.session.scalars(select(Hearing.reference).where(Hearing.state == HearingState.SUMMONED)).one()


def in_court(scene_of: Callable[..., Scene], track: Track = Track.ORDINARY) -> Scene:
    """A case whose respondent never joined, heard in the courtroom on 12 March."""
    scene = scene_of(track=track, joined=False)
    summoned(scene)
    return scene


@kept
def summoned(scene: Scene) -> None:
    """The judge takes the case to the courtroom, the clerk fixes the day."""
    scene.act(CHEN, "open_examination", mode="offline")
    scene.act(WANG, "summon", mode="offline", on="2026-03-12", at="09:30", place="Courtroom 3")


def held(scene: Scene, **more: object) -> None:
    """The hearing took place; the respondent stayed away."""
    scene.act(WANG, "record_hearing", **record(scene, **more))


def record(scene: Scene, **more: object) -> dict[str, object]:
    """What the clerk writes down of it."""
    ref = fixed(scene)
    scene.clock.set(scene.clock.now().replace(month=3, day=12, hour=6, minute=0))
    attendance = [
        {"who": scene.party(LI), "presence": "courtroom", "identity": "document"},
        {"who": scene.party(HAIYUN), "presence": "absent"},
    ]
    return {
        "hearing": ref,
        "begun": "09:32",
        "ended": "11:05",
        "attendance": attendance,
        "minutes": "The claimant was heard.",
        "debated": "yes",
        "last_words": "yes",
        **more,
    }


def test_heard_recorded_confirmed_signed(scene_of: Callable[..., Scene]) -> None:
    """Summons, attendance, minutes and recording are in the same record; the party confirms the checksum and signs;
    nobody decides by absence.
    """
    scene = in_court(scene_of)
    assert scene.windows() == []
    with scene.sit() as (sitting, _):
        recording = put_upload(sitting, scene.accounts[WANG], "recording").reference
    held(scene, recording=recording)
    with scene.look() as (court, case):
        hearing = hearings_of(court.session, case)[0]
        assert hearing.recording_sha256 == "ab" * 32 and [a.presence.value for a in hearing.attendances] == [
            "courtroom",
            "absent",
        ]
        assert [s.party_id for s in hearing.summonses] == [scene.parties[LI], scene.parties[HAIYUN]]
        ref = hearing.reference
    assert "absence" in tasks(scene) and scene.stage() is Stage.HEARING
    scene.act(LI, "confirm_recording", hearing=ref, confirms="yes")
    with pytest.raises(ActNotOpen):
        scene.act(LI, "confirm_recording", hearing=ref, confirms="no")
    scene.act(CHEN, "close_hearing", reasons="Everything was heard.")
    assert scene.current() == "record"
    with scene.look() as (court, case):
        from odr.hearing.record.papers import record_digest

        digest = record_digest(court, case)
    scene.act(LI, "sign_record", digest=digest)
    assert scene.stage() is Stage.DELIBERATION, "who never joined does not keep the record open"


@pytest.mark.parametrize(
    ("reached", "withdrawn"), [(None, False), (date(2026, 3, 11), False), (date(2026, 3, 4), True)]
)
def test_a_claim_is_deemed_withdrawn_only_after_a_summons_in_time(
    scene_of: Callable[..., Scene], reached: date | None, withdrawn: bool
) -> None:
    """A claimant who did not come is put before the judge with what the law allows: without a summons that arrived in time
    that is nothing yet, as for a decision in default (CPL 139, 146, 147).
    """
    scene = in_court(scene_of)
    with scene.court.database.write() as session:
        case, mine = session.get_one(Case, scene.case_id), session.get_one(Party, scene.parties[LI])
        session.add(
            Claim(case_id=case.id, party_id=mine.id, kind="claim", amount_minor=100, currency="CNY", entry_number=1)
        )
        row = session.scalars(select(Summons).where(Summons.party_id == mine.id)).one()
        session.execute(delete(Packet).where(Packet.party_id == mine.id, Packet.occasion == "summons"))
        if reached is not None:
            serve(session, case, mine, "summons", row.sent_by, datetime.combine(reached, time(2), UTC))
    attendance = [
        {"who": scene.party(LI), "presence": "absent"},
        {"who": scene.party(HAIYUN), "presence": "courtroom", "identity": "document"},
    ]
    held(scene, attendance=attendance, minutes="Nobody came for the claimant.")
    with scene.look() as (court, case):
        (task,) = court.tasks(case, desks.ABSENCE)
        words = task.title["en"]
    assert ("may be deemed withdrawn by ruling" in words) is withdrawn
    assert ("that is not held against them" in words) is not withdrawn


@pytest.mark.parametrize("left_out", ["debated", "last_words"])
def test_a_hearing_that_left_something_out_makes_the_registry_fix_another(
    scene_of: Callable[..., Scene], left_out: str
) -> None:
    """Without debate or last words it cannot be closed (CPL 144), and the case does not wait for nobody: the clerk is asked for
    the rest, and told what. What was held whole asks for nothing.
    """
    scene = in_court(scene_of)
    held(scene, held_exhibits=True, **{left_out: "no"})
    with pytest.raises(ActNotOpen, match="is not on record"):
        scene.act(CHEN, "close_hearing", reasons="Everything was heard.")
    with scene.look() as (court, case):
        (task,) = court.tasks(case, desks.SUMMON)
        assert "is not on record" in task.title["en"] and "arts. 144, 162" in task.title["en"]
        assert "，请另行排期开庭。" in task.title["zh-Hans"]
    scene.act(WANG, "summon", mode="offline", on="2026-03-19", at="09:30", place="Courtroom 3")
    assert "summon" not in tasks(scene)


def test_a_hearing_held_whole_asks_for_no_other(scene_of: Callable[..., Scene]) -> None:
    """The judge closes it."""
    scene = in_court(scene_of)
    held(scene, held_exhibits=True)
    assert "summon" not in tasks(scene)


def test_a_closed_hearing_leaves_no_other_hanging(scene_of: Callable[..., Scene]) -> None:
    """Once the hearing is closed, one that was fixed besides does not take place, and no further one is fixed; a hearing
    that was held is recorded first.
    """
    scene = in_court(scene_of)
    held(scene)
    scene.act(WANG, "summon", mode="offline", on="2026-03-20", at="09:30", place="Courtroom 3")
    scene.clock.set(scene.clock.now().replace(day=20))
    with pytest.raises(ActNotOpen, match="not recorded yet"):
        scene.act(CHEN, "close_hearing", reasons="Everything was heard.")
    scene.clock.set(scene.clock.now().replace(day=13))
    scene.act(CHEN, "close_hearing", reasons="Everything was heard.")
    with scene.look() as (court, case):
        assert [h.state for h in hearings_of(court.session, case)] == [HearingState.HELD, HearingState.CALLED_OFF]
    assert "record_hearing" not in tasks(scene) and "summon" not in tasks(scene)
    with pytest.raises(ActNotOpen, match="record is being read"):
        scene.act(WANG, "summon", mode="offline", on="2026-03-25", at="09:30", place="Courtroom 3")


def test_a_failure_is_not_absence(scene_of: Callable[..., Scene]) -> None:
    """Prevented by network, equipment or power is recorded as such, and no consequence of absence is prepared (OLR 25)."""
    scene = in_court(scene_of)
    held(
        scene,
        attendance=[
            {"who": scene.party(LI), "presence": "courtroom", "identity": "document"},
            {"who": scene.party(HAIYUN), "presence": "absent", "by_failure": True},
        ],
    )
    assert "absence" not in tasks(scene)


def test_nobody_is_called_to_a_video_she_has_not_agreed_to(scene_of: Callable[..., Scene]) -> None:
    """By video alone only with everybody's consent on the ledger; else who has not agreed is called to the courtroom
    (OLR 4).
    """
    scene = scene_of(track=Track.SIMPLE)
    scene.act(CHEN, "open_examination", mode="live")
    scene.act(LI, "choose_steps", hearing="online")
    given = {"on": "2026-03-04", "at": "9:30", "place": "Room 1"}
    with pytest.raises(InvalidInput, match="Haiyun"):
        scene.act(WANG, "summon", mode="live", **given)
    scene.act(WANG, "summon", mode="hybrid", **given)
    with scene.look() as (court, case):
        called = json.loads(entries_of(court.session, case, "summon")[-1].payload)["result"]["called_to"]
    assert called == {"claimant/1": "video", "respondent/1": "courtroom"}


def test_staying_away_from_a_video_one_no_longer_agrees_to_is_no_absence(scene_of: Callable[..., Scene]) -> None:
    """Consent taken back before the hearing: the clerk is told to fix it in the courtroom, the judge gets no absence to
    rule on (OLR 4, 5).
    """
    scene = scene_of(track=Track.SIMPLE)
    scene.act(CHEN, "open_examination", mode="live")
    for who in (LI, HAIYUN):
        scene.act(who, "choose_steps", hearing="online")
    scene.act(WANG, "summon", mode="live", on="2026-03-04", at="9:30", place="Room 1")
    scene.act(HAIYUN, "choose_steps", hearing="offline", words="Our camera is broken.")
    assert "hearing_place" in tasks(scene)
    scene.days(3)
    attendance = [
        {"who": scene.party(LI), "presence": "online", "identity": "online"},
        {"who": scene.party(HAIYUN), "presence": "absent"},
    ]
    scene.act(
        WANG,
        "record_hearing",
        hearing=fixed(scene),
        begun="09:32",
        ended="10:15",
        attendance=attendance,
        debated="yes",
        last_words="yes",
        minutes="Nobody came for the respondent.",
    )
    assert "absence" not in tasks(scene) and "hearing_place" in tasks(scene)
    with scene.look() as (court, case):
        hearing, respondent = (
            hearings_of(court.session, case)[0],
            next(p for p in case.parties if p.role is Role.RESPONDENT),
        )
        assert stayed_away_rightly(court, case, hearing, respondent)


def test_a_summons_in_ordinary_procedure_leaves_three_days(scene_of: Callable[..., Scene]) -> None:
    """In ordinary procedure the summons goes out three days before (CPL 139); a hearing is at one hour, and the hour
    can be read.
    """
    scene = scene_of(track=Track.ORDINARY, joined=False)
    scene.act(CHEN, "open_examination", mode="live")
    for wrong in ({"on": "2026-03-04"}, {"mode": "asynchronous"}, {"at": "half"}, {"on": "2026-02-20"}):
        with pytest.raises((InvalidInput, ValidationError)):
            scene.act(
                WANG, "summon", **{"mode": "hybrid", "on": "2026-03-20", "at": "09:30", "place": "Room 1", **wrong}
            )


def test_simple_procedure_summons_by_simple_means(scene_of: Callable[..., Scene]) -> None:
    """In simple procedure a hearing may be fixed for the day after tomorrow."""
    scene = scene_of(track=Track.SIMPLE, joined=False)
    scene.act(CHEN, "open_examination", mode="live")
    scene.act(WANG, "summon", mode="hybrid", on="2026-03-04", at="9:30", place="Room 1")
    assert fixed(scene)


def test_put_off_as_often_as_the_track_allows(scene_of: Callable[..., Scene]) -> None:
    """Ordinary procedure allows two adjournments, simple one (EXT 3)."""
    scene = in_court(scene_of)
    for day in ("2026-03-19", "2026-03-26"):
        scene.act(CHEN, "adjourn_hearing", hearing=fixed(scene), ground="evidence", reasons="A witness is ill.")
        scene.act(WANG, "summon", mode="offline", on=day, at="09:30", place="Courtroom 3")
    with pytest.raises(ActNotOpen, match="at most 2"):
        scene.act(CHEN, "adjourn_hearing", hearing=fixed(scene), ground="evidence", reasons="Once more.")


def test_force_majeure_needs_the_president_and_the_next_day_comes_soon(scene_of: Callable[..., Scene]) -> None:
    """Put off for force majeure only once the president approves (EXT 6); the next hearing is within a month unless the
    parties agree (EXT 5).
    """
    scene = in_court(scene_of)
    scene.act(CHEN, "adjourn_hearing", hearing=fixed(scene), ground="other", reasons="The river has flooded the town.")
    with scene.look() as (court, case):
        ref = hearings_of(court.session, case)[0].reference
    assert "adjournment" in tasks(scene)
    scene.act(DENG, "rule_on_adjournment", hearing=ref, answer="refuse", reasons="The road is open again.")
    assert fixed(scene) == ref
    scene.act(CHEN, "adjourn_hearing", hearing=ref, ground="other", reasons="It has flooded again.")
    scene.act(DENG, "rule_on_adjournment", hearing=ref, answer="allow", reasons="Nobody can come.")
    with pytest.raises(InvalidInput, match="within a month"):
        scene.act(WANG, "summon", mode="offline", on="2026-04-14", at="09:30", place="Courtroom 3")
    scene.act(WANG, "summon", mode="offline", on="2026-04-14", at="09:30", place="Courtroom 3", gap="agreed")
    scene.act(
        CHEN,
        "adjourn_hearing",
        hearing=fixed(scene),
        ground="absent_with_reason",
        reasons="The claimant is in hospital.",
    )
    scene.act(WANG, "summon", mode="offline", on="2026-05-14", at="09:30", place="Courtroom 3")


def test_the_president_extends_the_trial_limit_once_and_in_time(scene_of: Callable[..., Scene]) -> None:
    """Asked for fifteen days before the end, the limit grows by what the law gives the track, once; a plan may then end
    later; refused it stays (EXT 1).
    """
    scene = scene_of(track=Track.SMALL)
    with scene.look() as (court, case):
        first = clock_of(court, case)
        assert first is not None
    scene.days(40)
    with pytest.raises(ActNotOpen, match="trial limit"):
        scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(CHEN, "ask_limit_extension", reasons="An expert is awaited.")
    with pytest.raises(ActNotOpen):
        scene.act(CHEN, "ask_limit_extension", reasons="And again, please.")
    with scene.look() as (court, case):
        refs = [e.reference for e in court.session.scalars(select(TrialExtension))]
    scene.act(DENG, "rule_on_limit_extension", extension=refs[0], answer="refuse", reasons="He was heard.")
    with scene.look() as (court, case):
        assert clock_of(court, case) == first
    scene.act(CHEN, "ask_limit_extension", reasons="The expert fell ill.")
    with scene.look() as (court, case):
        refs = [e.reference for e in court.session.scalars(select(TrialExtension).order_by(TrialExtension.id))]
    scene.act(DENG, "rule_on_limit_extension", extension=refs[1], answer="allow", reasons="That is beyond control.")
    with scene.look() as (court, case):
        longer = clock_of(court, case)
        assert longer is not None and longer.ends.result == date(2026, 6, 2) and first.ends.result == date(2026, 5, 6)
    scene.act(CHEN, "open_examination", mode="asynchronous")
    with pytest.raises(ActNotOpen, match="no further"):
        scene.act(CHEN, "ask_limit_extension", reasons="The expert is still ill.")


def test_an_extension_is_not_asked_for_too_late(scene_of: Callable[..., Scene]) -> None:
    """In the last fifteen days nothing can be asked for any more (EXT 1)."""
    scene = scene_of(track=Track.SMALL)
    scene.days(60)
    with pytest.raises(ActNotOpen, match="had to be asked for"):
        scene.act(CHEN, "ask_limit_extension", reasons="An expert is awaited.")


def test_an_interpreter_is_ordered_appointed_seated_heard_with_and_paid(scene_of: Callable[..., Scene]) -> None:
    """Granted, the clerk appoints; the court provides her unless the case is foreign-related; what she was paid is on
    file (CPL 11, 273; FEE 12).
    """
    scene = in_court(scene_of)
    scene.act(LI, "ask_hearing_order", kind="interpreter", words="I speak Yi only.")
    with scene.look() as (court, _):
        motion = court.session.scalars(select(Motion.reference)).one()
    given = {"motion": motion, "name": DING, "email": "ding@x.example", "language": "Yi and Chinese"}
    with pytest.raises(ActNotOpen):
        scene.act(WANG, "appoint_interpreter", **given, pay="court")
    scene.act(CHEN, "rule_on_hearing_order", motion=motion, answer="allow", reasons="She does not speak Chinese.")
    assert "interpreter" in tasks(scene)
    with pytest.raises(InvalidInput, match="foreign-related"):
        scene.act(WANG, "appoint_interpreter", **given, pay="party")
    scene.act(WANG, "appoint_interpreter", **given, pay="court")
    with scene.look() as (court, _):
        row = court.session.scalars(select(Interpreter)).one()
        assert scene.viewer(court, DING).role is Role.INTERPRETER and row.party_id is None
    held(
        scene,
        attendance=[
            {"who": scene.party(LI), "presence": "courtroom", "identity": "document"},
            {"who": scene.party(HAIYUN), "presence": "absent"},
            {"who": row.reference, "presence": "online", "identity": "online"},
        ],
    )
    with scene.look() as (court, case):
        assert [(a.role, a.presence.value) for a in hearings_of(court.session, case)[0].attendances][-1] == (
            Role.INTERPRETER,
            "online",
        )
    assert "interpreter_pay" in tasks(scene)
    scene.act(WANG, "record_interpreter_paid", interpreter=row.reference, amount="600.00", words="Receipt 12")
    with pytest.raises(ActNotOpen):
        scene.act(WANG, "record_interpreter_paid", interpreter=row.reference, amount="600.00")
    assert "interpreter_pay" not in tasks(scene)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"presence": "courtroom"}, "who this is"),
        ({"presence": "online"}, "who this is"),
        ({"presence": "terminal"}, "who this is"),
        ({"presence": "absent", "identity": "document"}, "was absent"),
        ({"presence": "courtroom", "identity": "other"}, "in the note"),
    ],
)
def test_nobody_took_part_whose_identity_was_not_checked_again(
    scene_of: Callable[..., Scene], line: dict[str, str], why: str
) -> None:
    """Of each who took part the record says how it was made sure, in the hearing, who they are; of the absent nobody can
    (OLR 7(3); CPL 140; CTR 6).
    """
    scene = in_court(scene_of)
    with pytest.raises(InvalidInput) as refused:
        held(
            scene,
            attendance=[
                {"who": scene.party(LI), "presence": "courtroom", "identity": "document"},
                {"who": scene.party(HAIYUN), **line},
            ],
        )
    (fault,) = refused.value.faults
    assert fault.location[:2] == ("attendance", 1) and why in fault.message.render("en")
    with scene.look() as (court, case):
        assert hearings_of(court.session, case)[0].state is HearingState.SUMMONED


def test_the_record_says_how_each_one_was_known(scene_of: Callable[..., Scene]) -> None:
    """Who reads the record of the hearing sees of everybody there how their identity was checked, of the absent nothing."""
    scene = in_court(scene_of)
    held(
        scene,
        attendance=[
            {"who": scene.party(LI), "presence": "online", "identity": "other", "note": "Known to the judge."},
            {"who": scene.party(HAIYUN), "presence": "absent"},
        ],
    )
    with scene.look() as (court, case):
        lines = {line.name: line.presence for line in paper_of(court, case, scene.clock.now()).present}
        assert isinstance(lines[LI], Text) and isinstance(lines[HAIYUN], Text)
        assert lines[LI].render("en").endswith("; in another way, see the note")
        assert lines[LI].render("zh-Hans").endswith("；以其他方式核实，见备注")
        assert ";" not in lines[HAIYUN].render("en")
    assert scene.payload(len(scene.entries()))["result"]["attendance"][0]["identity"] == "other"


def test_said_for_everybody_is_said_only_of_rows_that_say_nothing_else(scene_of: Callable[..., Scene]) -> None:
    """Who is noted as absent or cut off is never recorded as having been in the courtroom."""
    scene = in_court(scene_of)
    li, haiyun = {"who": scene.party(LI)}, {"who": scene.party(HAIYUN)}
    for more in (
        {"by_failure": True, "note": "did not come"},
        {"note": "did not come"},
        {"by_failure": True},
        {"identity": "online"},
    ):
        with pytest.raises(InvalidInput) as refused:
            validate(RecordHearingInput, record(scene, everybody=True, attendance=[li, {**haiyun, **more}]))
        assert [one.location for one in refused.value.faults] == [("attendance", 1, "presence")]
        assert "nothing else is said" in refused.value.faults[0].message.render("en")
    held(
        scene, everybody=True, attendance=[li, {**haiyun, "presence": "absent", "by_failure": True, "note": "no power"}]
    )
    came = scene.payload(len(scene.entries()))["result"]["attendance"]
    assert [(one["presence"], one["failure"], one["identity"]) for one in came] == [
        ("courtroom", False, "document"),
        ("absent", True, None),
    ]


def test_the_whole_is_not_said_beside_its_contrary(scene_of: Callable[..., Scene]) -> None:
    """Each answer that says otherwise is told at its own field; a box a form left without a tick is no answer."""
    scene = in_court(scene_of)
    for more in ({"held_exhibits": False}, {"debated": "no"}, {"last_words": "no"}):
        with pytest.raises(InvalidInput) as refused:
            validate(RecordHearingInput, record(scene, whole=True, **more))
        assert [one.location for one in refused.value.faults] == [(name,) for name in more]
        assert "Take that tick out" in refused.value.faults[0].message.render("en")
    rest = {"hearing": "a" * 26, "begun": "09:32", "ended": "10:15", "minutes": "Heard.", "attendance-0-who": "b" * 26}
    given = parse(RecordHearingInput, {**rest, "everybody": "true", "whole": "true"})
    assert (given.held_exhibits, given.debated, given.last_words) == (True, "yes", "yes")
    with pytest.raises(InvalidInput) as refused:
        parse(RecordHearingInput, {**rest, "everybody": "true", "whole": "true", "debated": "no"})
    assert [one.location for one in refused.value.faults] == [("debated",)]


def test_no_hearing_is_recorded_before_it_ended(scene_of: Callable[..., Scene]) -> None:
    """A record is made after the hearing, with minutes."""
    scene = in_court(scene_of)
    with pytest.raises(InvalidInput):
        scene.act(
            WANG,
            "record_hearing",
            hearing=fixed(scene),
            begun="09:32",
            ended="11:05",
            attendance=[{"who": scene.party(LI), "presence": "courtroom", "identity": "document"}],
            debated="yes",
            last_words="yes",
            minutes="x",
        )
    with pytest.raises(ActNotOpen):
        scene.act(CHEN, "close_hearing", reasons="Nothing was heard.")


def test_live_goes_over_to_writing_when_everybody_agrees(scene_of: Callable[..., Scene]) -> None:
    """A case opened live and converted gets the plan of its track before its record."""
    scene = scene_of(track=Track.SMALL)
    scene.act(CHEN, "open_examination", mode="live")
    scene.act(CHEN, "convert_mode", mode="asynchronous", reasons="Everybody agrees.")
    assert scene.current() == "opening"
    with scene.look() as (court, _):
        assert [p.key for p in scene.examination(court).phases] == ["opening", "cross_examination", "final", "record"]


def admitted(scene: Scene, manner: str = "written") -> str:
    """A witness whom the judge has admitted; gives her reference."""
    scene.act(CHEN, "open_examination", mode="asynchronous")
    scene.act(
        LI,
        "ask_leave_for_witness",
        name=DING,
        email="ding@x.example",
        about="Saw the delivery.",
        manner=manner,
        ground="distance",
    )
    with scene.look() as (court, _):
        ref = court.session.scalars(select(Witness.reference)).one()
    scene.act(CHEN, "rule_on_witness", witness=ref, answer="allow", reasons="She lives far away.")
    return ref


def test_a_witness_promises_first_and_reads_nothing_else(scene_of: Callable[..., Scene]) -> None:
    """Leave, undertaking, testimony; a question of the judge; nothing of the file is open to her (EV 68, 71, 74)."""
    scene = scene_of()
    ref = admitted(scene)
    with pytest.raises(ActNotOpen):
        scene.act(DING, "testify", words="I saw it.")
    scene.act(DING, "give_undertaking", promise="yes")
    scene.act(CHEN, "put_question", addressees=[ref], words="What did you see?")
    statement = scene.act(LI, "post_statement", words="She knows.")
    testimony = scene.act(DING, "testify", question=scene.question(1).reference, words="Thirty bottles arrived.")
    assert scene.question(1).state is QuestionState.ANSWERED
    assert scene.reads(DING, testimony.number) and not scene.reads(DING, statement.number)
    assert scene.reads(LI, testimony.number) and scene.reads(HAIYUN, testimony.number)
    with scene.look() as (court, case):
        assert postings_of(court.session, case)[-1].speaker == DING


def test_writing_needs_a_ground(scene_of: Callable[..., Scene]) -> None:
    """Testimony in writing or recorded needs a ground of CPL 76 or agreement."""
    scene = scene_of()
    with pytest.raises(ValueError, match="faults"):
        scene.act(
            LI, "ask_leave_for_witness", name=DING, email="ding@x.example", about="Saw the delivery.", manner="recorded"
        )


def test_a_party_is_no_witness(scene_of: Callable[..., Scene]) -> None:
    """Whoever is a party or serves the court in the case is not heard as a witness."""
    scene = scene_of()
    scene.act(
        HAIYUN,
        "ask_leave_for_witness",
        name=LI,
        email="li.wen@x.example",
        about="Knows everything.",
        manner="written",
        ground="agreed",
    )
    with scene.look() as (court, _):
        ref = court.session.scalars(select(Witness.reference)).one()
    with pytest.raises(ActNotOpen):
        scene.act(CHEN, "rule_on_witness", witness=ref, answer="allow", reasons="Why not.")


def test_closed_doors_hold_for_every_hearing_fixed_after(scene_of: Callable[..., Scene]) -> None:
    """Granted with reasons, the next hearing is closed to the public (CPL 137); an interpreter becomes the clerk's task
    (CPL 11).
    """
    scene = scene_of(track=Track.SIMPLE, joined=False)
    with pytest.raises(ActNotOpen):
        scene.act(LI, "ask_hearing_order", kind="closed_doors", words="My health is discussed.")
    scene.act(CHEN, "open_examination", mode="live")
    for kind in ("closed_doors", "interpreter"):
        scene.act(LI, "ask_hearing_order", kind=kind, words="My health is discussed.")
        with scene.look() as (court, _):
            ref = court.session.scalars(select(Motion.reference).order_by(Motion.id.desc())).first()
        scene.act(CHEN, "rule_on_hearing_order", motion=ref, answer="allow", reasons="It is private.")
    scene.act(WANG, "summon", mode="hybrid", on="2026-03-20", at="09:30", place="Room 1")
    with scene.look() as (court, case):
        assert hearings_of(court.session, case)[0].closed_doors
    assert "interpreter" in tasks(scene)


def closed(scene: Scene) -> None:
    """Opened, and closed to the public by the judge."""
    scene.act(CHEN, "open_examination", mode="live")
    scene.act(LI, "ask_hearing_order", kind="closed_doors", words="My health is discussed.")
    with scene.look() as (court, _):
        ref = court.session.scalars(select(Motion.reference)).one()
    scene.act(CHEN, "rule_on_hearing_order", motion=ref, answer="allow", reasons="It is private.")


def doors(scene: Scene) -> list[bool]:
    """Which hearings are closed to the public, in order."""
    with scene.look() as (court, case):
        return [one.closed_doors for one in hearings_of(court.session, case)]


def test_open_doors_is_recorded_and_holds_for_what_is_to_come(scene_of: Callable[..., Scene]) -> None:
    """A hearing that is fixed is in public again, and so is one fixed afterwards; nothing carries over any more (CPL 137)."""
    scene = scene_of(track=Track.SIMPLE, joined=False)
    closed(scene)
    scene.act(WANG, "summon", mode="hybrid", on="2026-03-20", at="09:30", place="Room 1")
    assert doors(scene) == [True]
    scene.act(CHEN, "open_doors", reasons="The reports are withdrawn; nothing private is said any more.")
    assert doors(scene) == [False]
    with scene.look() as (court, case):
        assert not closed_by_order(court.session, case)
        assert not is_closed_to_the_public(court.session, hearings_of(court.session, case)[0])
    with pytest.raises(ActNotOpen, match="in public"):
        scene.act(CHEN, "open_doors", reasons="Once more, to be sure of it.")


def test_what_was_heard_behind_closed_doors_stays_closed(scene_of: Callable[..., Scene]) -> None:
    """A hearing that has begun is opened to nobody afterwards."""
    scene = scene_of(track=Track.SIMPLE, joined=False)
    closed(scene)
    scene.act(WANG, "summon", mode="hybrid", on="2026-03-20", at="09:30", place="Room 1")
    with scene.look() as (court, case):
        begins = hearings_of(court.session, case)[0].begins_at
    scene.clock.advance(begins + timedelta(minutes=10) - scene.clock.now())
    scene.act(CHEN, "open_doors", reasons="The reports are withdrawn; nothing private is said any more.")
    assert doors(scene) == [True]


def test_open_doors_is_refused(scene_of: Callable[..., Scene]) -> None:
    """To the parties and the clerk, before the examination, and where the case is heard in public."""
    scene = scene_of(track=Track.SIMPLE, joined=False)
    with pytest.raises(ActNotOpen):
        scene.act(CHEN, "open_doors", reasons="Nothing was ever closed here.")
    scene.act(CHEN, "open_examination", mode="live")
    for who in (LI, WANG):
        with pytest.raises(Forbidden):
            scene.act(who, "open_doors", reasons="I should like it in public.")
    with pytest.raises(ActNotOpen, match="in public"):
        scene.act(CHEN, "open_doors", reasons="Nothing was ever closed here.")
