"""Fines and detention for disturbing a hearing or obstructing the proceedings: proposed, heard, decided, reviewed, paid (CPL 113 to 119)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Outcome, Party, Role, Seat, Stage
from odr.docket.visibility import reads_entry
from odr.filing.claim.progress import end_clocks
from odr.ground.clock import FixedClock
from odr.ground.db import Database, new_reference
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, OutOfTime
from odr.ground.text import Text
from odr.hearing import vocabulary as hearing_words
from odr.hearing.models import Witness
from odr.hearing.record.papers import said_in_record
from odr.hearing.vocabulary import RequestState
from odr.identity.actors import Actor
from odr.identity.models import AccountRole, Mandate, MandateScope
from odr.payments.models import AssessmentState, FeeAssessment, Refund
from odr.procedure.audit.row_audit import audit_projections
from odr.procedure.case.next_box import next_box
from odr.procedure.case.written import answered_by
from odr.procedure.models import Task, Window
from odr.procedure.papers.rulings import written_ruling
from odr.register.enforcement_list.sanctions.models import ConductSanction, Custody, SanctionState
from odr.register.enforcement_list.sanctions.panel import sanction_panel
from odr.register.enforcement_list.sanctions.people import hearings_to_choose, people_to_choose
from odr.register.publication.redacting import known_in
from odr.service.models import Packet
from odr.service.packet.packets import conclude_packet, record_fact
from odr.service.room import bring_to_docket
from odr.service.vocabulary import Channel, FactKind
from tests.hearing.live.conftest import Live, fixed_here
from tests.hearing.live.room_beside import RoomBeside
from tests.hearing.scene import CHEN, DENG, HAIYUN, LI, WANG, accepted_case, whole_court as whole_hearing_court
from tests.judgment.bench import Bench, held_at
from tests.judgment.test_enforcement_settlement import enforced
from tests.kept import kept
from tests.register.listing import as_person, debtor
from tests.register.publishing import numbered

BORN = "1985-05-12"


def newest(court: Any) -> ConductSanction:
    """The newest fine or detention of this kind."""
    with court.database.read() as session:
        found = session.scalars(select(ConductSanction).order_by(ConductSanction.id.desc())).first()
        assert found is not None
        return found  # type: ignore[no-any-return]


def person(bench: Bench, who: str) -> str:
    """A party as the form names it."""
    return next(f"party/{p.reference}" for p in bench.case().parties if p.label == who)


def proposal(bench: Bench, **changes: Any) -> dict[str, Any]:
    """What a judge fills in about the claimant, a person who gave forged evidence."""
    return {
        "person": person(bench, "claimant/1"),
        "ground": "evidence",
        "done_on": bench.today,
        "facts": "The screenshot was put together from two others.",
        "born_on": BORN,
        "fine": "2,000.00",
        **changes,
    }


def decision(court: Any, **changes: Any) -> dict[str, Any]:
    """What the president fills in to order what was proposed."""
    row = newest(court)
    given: dict[str, Any] = {"sanction": row.reference, "answer": "order", "reasons": "The conditions are met."}
    if row.fine_minor:
        given["fine"] = {"minor": row.fine_minor, "currency": "CNY"}
    if row.days:
        given["days"] = row.days
    return given | changes


def lay_held(bench: Bench) -> str:
    """A hearing in the courtroom was held two days ago; gives its reference."""
    at = bench.clock.now() - timedelta(days=2)
    with bench.court.database.write() as session:
        row = held_at(bench.case_id, at)
        session.add(row)
        session.flush()
        return row.reference


def lay_witness(bench: Bench, *, undertaken: bool) -> str:
    """A witness was admitted; gives them as the form names them."""
    with bench.court.database.write() as session:
        row = Witness(
            case_id=bench.case_id,
            role=Role.WITNESS,
            name="Wu Ming",
            email="wu@people.example",
            about="Saw the parcel.",
            manner=hearing_words.TestimonyManner.LIVE,
            state=RequestState.GRANTED,
            undertaken_by=3 if undertaken else None,
            entry_number=3,
        )
        session.add(row)
        session.flush()
        return f"witness/{row.reference}"


def lay_representative(bench: Bench) -> str:
    """Mei acts for the respondent; gives her as the form names her."""
    with bench.court.database.write() as session:
        party = next(p for p in session.get_one(Case, bench.case_id).parties if p.label == "respondent/1")
        now = bench.clock.now()
        row = Mandate(
            case_id=bench.case_id,
            party_id=party.id,
            account_id=bench.account("mei").id,
            scope=MandateScope.ORDINARY,
            from_at=now,
            signed_at=now,
            accepted_at=now,
        )
        session.add(row)
        session.flush()
        return f"representative/{row.reference}"


def cashier(bench: Bench) -> Actor:
    """The cashier, who has an office and sits in the case."""
    account = bench.account("stranger")
    with bench.court.database.write() as session:
        if session.scalar(select(Seat.id).where(Seat.account_id == account.id)) is None:
            now = bench.clock.now()
            session.add(AccountRole(account_id=account.id, role=Role.CASHIER, granted_at=now))
            session.add(Seat(case_id=bench.case_id, account_id=account.id, role=Role.CASHIER, from_at=now))
    return Actor(Role.CASHIER, account.id, account.name, bench.case_id, strong_at=bench.clock.now())


def desks_of(bench: Bench) -> set[str]:
    """Kinds of task that are open in the case."""
    with bench.court.database.read() as session:
        return set(session.scalars(select(Task.kind).where(Task.case_id == bench.case_id, Task.done_at.is_(None))))


def panel(bench: Bench, who: str) -> str:
    """What somebody reads of it on the page of the case."""
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        found = sanction_panel(look, session.get_one(Case, bench.case_id), bench.actor(who))
        if found is None:
            return ""
        lines = [each for one in found.data["told"] for each in (one.what, one.next) if each is not None]
        return "\n".join(line.render("en") for line in [*lines, *(act.title for act in found.data["acts"])])


@kept
def heard(bench: Bench) -> None:
    """The claimant was told of a fine and three days of detention, and said nothing."""
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench, days=3))
    bench.serve("claimant/1")
    bench.wait(days=8)


@kept
def ordered(bench: Bench) -> None:
    """The president ordered both, and the decision was served."""
    heard(bench)
    bench.do("president", "decide_sanction", decision(bench.court))
    bench.serve("claimant/1")


@kept
def of_witness(bench: Bench) -> None:
    """A fine and two days of detention of a witness who testified falsely are proposed."""
    who = lay_witness(bench, undertaken=True)
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench, person=who, ground="testimony", days=2))


def hand(bench: Bench) -> None:
    """The clerk hands the newest proposal or decision over, today."""
    given = {"sanction": newest(bench.court).reference, "on": bench.today, "how": "In the courtroom, signed for."}
    bench.do("clerk", "hand_over_sanction", given)


def says(bench: Bench, about: str, words: str = "It was not so.") -> None:
    """The clerk takes down today what somebody says."""
    given = {"sanction": newest(bench.court).reference, "about": about, "came_on": bench.today, "words": words}
    bench.do("clerk", "enter_sanction_words", given)


def slip(bench: Bench, what: str, amount: str) -> None:
    """The cashier notes a slip of today."""
    given = {
        "sanction": newest(bench.court).reference,
        "what": what,
        "amount": amount,
        "on": bench.today,
        "slip": "N 7",
    }
    bench.do("cashier", "record_fine_by_slip", given, actor=cashier(bench))


@pytest.fixture
def hall(database: Database, clock: FixedClock, tmp_path: Path) -> Iterator[Live]:
    """A hearing by the court's own video, fixed, on either engine."""
    court = whole_hearing_court(database, clock, tmp_path / "court")
    media = RoomBeside(clock)
    court.ports.media = media
    scene = accepted_case(court, clock)
    scene.exhibits(1)
    fixed_here(scene)
    yield Live(scene, media)


def reaches(live: Live, who: str) -> None:
    """Somebody reads what was sent to them."""
    scene, now = live.scene, live.clock.now()
    with scene.court.database.write() as session:
        party = session.get_one(Party, scene.parties[who])
        waiting = select(Packet).where(Packet.party_id == party.id, Packet.docketed_as.is_(None))
        for packet in session.scalars(waiting):
            record_fact(
                session,
                packet_id=packet.id,
                kind=FactKind.ACTED,
                at=now,
                recorded_at=now,
                event_id=new_reference(),
                channel=Channel.PLATFORM,
                account_id=party.account_id,
            )
            conclude_packet(session, packet, now=now)
    bring_to_docket(scene.court)


def test_from_the_disturbance_to_the_review(hall: Live) -> None:
    """Warned, admonished, ordered out; proposed on the record, heard, decided by the president alone, served, reviewed once: on
    either engine (CPL 113, 119; CPI 177, 185, 186).
    """
    live = hall.opened()
    he, court = live.person(LI).reference, live.scene.court
    for rung in ("warned", "admonished", "ordered_out"):
        live.scene.act(CHEN, "keep_order", who=he, step=rung, words="Do not shout.")
    with live.scene.look() as (look, case):
        party = next(p for p in case.parties if p.id == live.scene.parties[LI])
        given: dict[str, Any] = {
            "person": f"party/{party.reference}",
            "ground": "disorder",
            "hearing": live.hearing().reference,
            "order_before": "ordered_out",
            "done_on": live.clock.now().astimezone(court.settings.tz).date().isoformat(),
            "facts": "Shouted for ten minutes and did not leave when ordered to.",
            "born_on": BORN,
            "fine": "1,000.00",
            "days": 2,
        }
    for who in (LI, HAIYUN, WANG):
        with pytest.raises(Forbidden):
            live.scene.act(who, "propose_sanction_in_hearing", **given)
    with pytest.raises(InvalidInput, match="record of this hearing says: Ordered to leave"):
        live.scene.act(CHEN, "propose_sanction_in_hearing", **given | {"order_before": "warned"})
    number = live.scene.act(CHEN, "propose_sanction_in_hearing", **given).number
    assert BORN not in json.dumps(live.scene.payload(number))
    with live.scene.look() as (look, case):
        lines = said_in_record(look, case, live.scene.viewer(look, HAIYUN))
    assert number in {line.number for line in lines}
    with pytest.raises(InvalidInput, match="waits for an answer"):
        live.scene.act(CHEN, "propose_sanction_in_hearing", **given | {"ground": "insult"})
    with pytest.raises(ActNotOpen, match="not reached"):
        live.scene.act(DENG, "decide_sanction", **decision(court))
    reaches(live, LI)
    with pytest.raises(ActNotOpen, match="can still answer"):
        live.scene.act(DENG, "decide_sanction", **decision(court))
    with pytest.raises(ActNotOpen):
        live.scene.act(HAIYUN, "answer_sanction", answer="He did shout.")
    live.scene.act(LI, "answer_sanction", answer="I was not heard on my evidence.")
    for who in (LI, CHEN, WANG):
        with pytest.raises(Forbidden):
            live.scene.act(who, "decide_sanction", **decision(court))
    live.scene.act(DENG, "decide_sanction", **decision(court))
    assert (newest(court).state, newest(court).custody) == (SanctionState.DECIDED, Custody.DUE)
    reaches(live, LI)
    with pytest.raises(ActNotOpen):
        live.scene.act(HAIYUN, "ask_sanction_review", words="It is too little.")
    live.scene.act(LI, "ask_sanction_review", words="It is too much.")
    answer = {"sanction": newest(court).reference, "answer": "changed", "fine": "500.00", "reasons": "Number 9."}
    live.scene.act(WANG, "record_sanction_review", **answer)
    row = newest(court)
    assert (row.fine_minor, row.days, row.custody) == (50_000, 0, Custody.DROPPED)
    with court.database.read() as session:
        due = session.scalars(select(FeeAssessment.amount_minor).where(FeeAssessment.state == AssessmentState.DUE))
        assert 50_000 in due.all()
        assert list(audit_projections(court, session, session.get_one(Case, live.scene.case_id))) == []


def test_the_record_of_a_hearing_that_is_over_is_left_alone(bench: Bench) -> None:
    """What the parties signed does not grow: then it is proposed outside of it."""
    given = proposal(bench, ground="disorder")
    with pytest.raises(ActNotOpen, match="No hearing is going on"):
        bench.do("judge", "propose_sanction_in_hearing", given)
    with pytest.raises(InvalidInput, match="Name the hearing"):
        bench.do("judge", "propose_sanction_for_conduct", given)
    bench.do("judge", "propose_sanction_for_conduct", given | {"hearing": lay_held(bench)})
    assert newest(bench.court).in_hearing is False


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"fine": "100,000.01"}, "at most"),
        ({"fine": None}, "Name a fine"),
        ({"days": 16}, "At most 15"),
        ({"born_on": "2012-01-01"}, "under 18"),
        ({"born_on": None}, "day of birth"),
        ({"done_on": "2030-01-01"}, "still to come"),
        ({"ground": "testimony"}, "undertaking"),
        ({"person": "other"}, "Write the name"),
        ({"name": "Somebody"}, "chosen above"),
        ({"person": "party/none"}, "Choose one"),
        ({"hearing": "none"}, "Choose one"),
        ({"officer": "Zhou Yi"}, "Only an organisation"),
        ({"person": "other", "name": "Zhao Liu", "ground": "statement"}, "Only a party"),
        ({"person": "other", "name": "Zhao Liu", "born_on": "2012-01-01"}, "under 18"),
    ],
)
def test_nothing_is_proposed_outside_the_law(bench: Bench, given: dict[str, Any], fault: str) -> None:
    """Bounds, age, who can have done it, and which hearing it was (CPL 118; CPI 189; EV 63)."""
    with pytest.raises(InvalidInput, match=fault):
        bench.do("judge", "propose_sanction_for_conduct", proposal(bench, **given))


def test_an_organisation_disturbs_no_hearing_and_is_not_detained(bench: Bench) -> None:
    """A person does: who acted for it, or its officer; for forged evidence the organisation pays from 50,000 (CPL 118)."""
    who, held = person(bench, "respondent/1"), lay_held(bench)
    disorder = proposal(bench, person=who, ground="disorder", hearing=held, born_on=None, fine="60,000.00")
    with pytest.raises(InvalidInput, match="It is a person"):
        bench.do("judge", "propose_sanction_for_conduct", disorder)
    forged = proposal(bench, person=who, born_on=None)
    for given, fault in ((forged, "at least"), (forged | {"fine": "60,000.00", "days": 1}, "not detained")):
        with pytest.raises(InvalidInput, match=fault):
            bench.do("judge", "propose_sanction_for_conduct", given)
    bench.do("judge", "propose_sanction_for_conduct", forged | {"fine": "60,000.00"})
    officer = {"officer": "Zhou Yi, director", "born_on": BORN, "fine": "1,000.00", "days": 1}
    bench.do("judge", "propose_sanction_for_conduct", disorder | officer)
    assert newest(bench.court).officer == "Zhou Yi, director"


def test_for_the_same_conduct_nobody_is_fined_twice(bench: Bench) -> None:
    """Not under another name in the same hearing, nor after the higher court revoked it; what is done afterwards can be (CPI 184)."""
    held = lay_held(bench)
    given = proposal(bench, ground="disorder", hearing=held)
    bench.do("judge", "propose_sanction_for_conduct", given)
    bench.serve("claimant/1")
    bench.wait(days=8)
    bench.do("president", "decide_sanction", decision(bench.court))
    bench.serve("claimant/1")
    for again in (given, given | {"ground": "insult"}):
        with pytest.raises(InvalidInput, match="same conduct"):
            bench.do("judge", "propose_sanction_for_conduct", again)
    bench.do("claimant/1", "ask_sanction_review", {"words": "I was provoked."})
    lifted = {"sanction": newest(bench.court).reference, "answer": "lifted", "reasons": "Number 7 of today."}
    bench.do("clerk", "record_sanction_review", lifted)
    with pytest.raises(InvalidInput, match="same conduct"):
        bench.do("judge", "propose_sanction_for_conduct", given)
    bench.wait(days=2)
    bench.do("judge", "propose_sanction_for_conduct", given | {"done_on": bench.today})
    assert newest(bench.court).state is SanctionState.PROPOSED


def test_hindering_officers_is_one_conduct_in_the_enforcement_and_outside(bench: Bench) -> None:
    """The same ground of the same debtor is not proposed by the other act (CPI 184)."""
    enforced(bench)
    as_person(bench)
    given = proposal(bench, person=person(bench, "respondent/1"), ground="resists")
    bench.do("judge", "propose_sanction_for_conduct", given)
    other = {"debtor": debtor(bench), "ground": "resists", "done_on": bench.today, "facts": "Blocked the door of it."}
    with pytest.raises(InvalidInput, match="waits for an answer"):
        bench.do("judge", "propose_sanction", other | {"fine": "2,000.00", "born_on": BORN})


def test_it_is_paid_like_other_fines_and_nobody_else_can_act(bench: Bench) -> None:
    """The party pays on the page of the case; it does not end with the case's course, only with a successor (CPL 118)."""
    ordered(bench)
    with bench.court.database.read() as session:
        notice = session.get_one(FeeAssessment, newest(bench.court).assessment_id)
        assert (notice.amount_minor, notice.state) == (200_000, AssessmentState.DUE)
    assert "Next for you: pay" in panel(bench, "claimant/1") or "Still to be paid" in panel(bench, "claimant/1")
    assert "Ordered of Li" in panel(bench, "respondent/1")
    for who in ("respondent/1", "judge", "claimant/1"):
        with pytest.raises((Forbidden, ActNotOpen)):
            bench.do(who, "record_sanction_review", {"sanction": "x", "answer": "lifted", "reasons": "Number 7."})
    bench.wait(days=12)
    assert "fine_unpaid" in desks_of(bench)
    assert newest(bench.court).fine_minor == 200_000


def test_a_detention_runs_its_days_and_ends_by_itself(bench: Bench) -> None:
    """Three days from the hour at the police, released earlier by the president alone (CPL 118; CPI 182)."""
    ordered(bench)
    now = bench.clock.now().astimezone(bench.court.settings.tz)
    begun = {
        "sanction": newest(bench.court).reference,
        "on": now.date().isoformat(),
        "at": now.strftime("%H:%M"),
        "place": "Detention house of the district",
        "family": "His brother was told by telephone.",
    }
    bench.do("clerk", "record_detention", begun)
    assert "In detention until" in panel(bench, "claimant/1")
    bench.do("claimant/1", "ask_for_release", {"words": "I am sorry, and gave the true file."})
    bench.do(
        "president", "decide_release", {"sanction": begun["sanction"], "answer": "stay", "reasons": "It is not true."}
    )
    bench.wait(days=2, hours=23)
    assert newest(bench.court).custody is Custody.HELD
    bench.wait(hours=1, minutes=1)
    assert (newest(bench.court).custody, newest(bench.court).over_ground) == (Custody.OVER, "term")


def test_a_guardian_appointed_later_ends_it(bench: Bench) -> None:
    """A proposal about somebody who turns out unable to act falls by itself (COURT sanction-age)."""
    heard(bench)
    with bench.court.database.write() as session:
        party = next(p for p in session.get_one(Case, bench.case_id).parties if p.label == "claimant/1")
        party.details = {"guardian": {"name": "Shen"}}
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench, person="other", name="Zhao Liu"))
    with bench.court.database.read() as session:
        first = session.scalars(select(ConductSanction).order_by(ConductSanction.id)).first()
        assert first is not None and (first.state, first.over_ground) == (SanctionState.DECLINED, "never")


def test_a_witness_is_handed_everything_and_answers_at_the_registry(bench: Bench) -> None:
    """Their days run from what the clerk put on record; they are written to as well (CPI 185; COURT sanction-hearing)."""
    of_witness(bench)
    with bench.court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Packet).where(Packet.recipient_name == "Wu Ming")) == 1
    assert "sanction_handing" in desks_of(bench)
    with pytest.raises(ActNotOpen, match="not reached"):
        bench.do("president", "decide_sanction", decision(bench.court))
    hand(bench)
    assert "sanction_handing" not in desks_of(bench)
    with pytest.raises(ActNotOpen, match="can still answer"):
        bench.do("president", "decide_sanction", decision(bench.court))
    for who in ("claimant/1", "judge", "president"):
        with pytest.raises(Forbidden):
            bench.do(
                who,
                "enter_sanction_words",
                {"sanction": newest(bench.court).reference, "about": "answer", "came_on": bench.today, "words": "No."},
            )
    says(bench, "answer")
    bench.do("president", "decide_sanction", decision(bench.court))
    with pytest.raises(ActNotOpen, match="not handed over"):
        says(bench, "review")
    hand(bench)
    says(bench, "review")
    for once_more in ("answer", "review", "release"):
        with pytest.raises(ActNotOpen):
            says(bench, once_more)
    with bench.court.database.read() as session:
        for entry in session.scalars(select(DocketEntry).where(DocketEntry.act == "enter_sanction_words")):
            assert not reads_entry(bench.actor("claimant/1"), entry) and reads_entry(bench.actor("judge"), entry)


def test_the_days_of_whoever_is_no_party_end_too(bench: Bench) -> None:
    """Silence after the days lets the president decide; three days after the decision was handed over it stands (CPI 185)."""
    of_witness(bench)
    hand(bench)
    bench.wait(days=8)
    bench.do("president", "decide_sanction", decision(bench.court))
    hand(bench)
    bench.wait(days=6)
    with pytest.raises(OutOfTime):
        says(bench, "review")


def test_the_fine_of_a_witness_goes_to_the_treasury_and_comes_back(bench: Bench) -> None:
    """By slips on the cashier's desk: never more than is open, and what the higher court took off goes back (CPI 186)."""
    of_witness(bench)
    says(bench, "answer")
    bench.do("president", "decide_sanction", decision(bench.court))
    assert "fine_by_slip" not in desks_of(bench)
    hand(bench)
    assert "fine_by_slip" in desks_of(bench)
    with pytest.raises(InvalidInput, match="More than is open"):
        slip(bench, "came", "2,000.01")
    with pytest.raises(Forbidden):
        bench.do(
            "clerk",
            "record_fine_by_slip",
            {"sanction": "x", "what": "came", "amount": "1.00", "on": bench.today, "slip": "N 7"},
        )
    slip(bench, "came", "2,000.00")
    assert "fine_by_slip" not in desks_of(bench)
    says(bench, "review")
    changed = {"sanction": newest(bench.court).reference, "answer": "changed", "fine": "500.00", "reasons": "Number 3."}
    bench.do("clerk", "record_sanction_review", changed)
    with bench.court.database.read() as session:
        titles = session.scalars(select(Task.kind).where(Task.done_at.is_(None), Task.kind == "fine_by_slip")).all()
        assert len(titles) == 1 and session.scalars(select(Refund)).all() == []
    slip(bench, "back", "1,500.00")
    assert newest(bench.court).paid_minor == 50_000 and "fine_by_slip" not in desks_of(bench)


def test_a_representative_answers_for_themselves(bench: Bench) -> None:
    """The party neither pays nor answers for who acts for it, and the representative is known again (CPL 113)."""
    who = lay_representative(bench)
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench, person=who, ground="retaliation"))
    row = newest(bench.court)
    assert (row.name, row.party_id) == ("Mei", None)
    with pytest.raises(ActNotOpen):
        bench.do("respondent/1", "answer_sanction", {"answer": "She did nothing."})
    with pytest.raises(InvalidInput, match="waits for an answer"):
        bench.do("judge", "propose_sanction_for_conduct", proposal(bench, person=who, ground="retaliation"))


def test_the_end_of_the_case_ends_nothing_of_it(bench: Bench) -> None:
    """The claimant takes the claim back: the president still decides, the registry still hands over, the fine is asked for."""
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench))
    with bench.court.sit() as sitting:
        case = sitting.session.get_one(Case, bench.case_id)
        end_clocks(sitting, case, sitting.now)
        case.outcome, case.closed_at, case.stage = Outcome.WITHDRAWN, sitting.now, Stage.CLOSED
    assert {"sanction"} <= desks_of(bench)
    bench.serve("claimant/1")
    bench.do("claimant/1", "answer_sanction", {"answer": "I was sent it like that."})
    bench.do("president", "decide_sanction", decision(bench.court))
    assert newest(bench.court).assessment_id is not None


def test_a_stay_keeps_nobody_from_answering(bench: Bench) -> None:
    """The days to answer run in a stay, so that the answer and the decision are open in it (CPL 118, 153)."""
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench))
    bench.serve("claimant/1")
    with bench.court.database.write() as session:
        session.get_one(Case, bench.case_id).stayed_at = bench.clock.now()
    bench.do("claimant/1", "answer_sanction", {"answer": "I was sent it like that."})
    bench.do("president", "decide_sanction", decision(bench.court))


def test_what_the_version_before_recorded_as_served_starts_the_days_later(bench: Bench) -> None:
    """A worker that knows no such row leaves the days unbegun; the next act starts them from that service (decision 0159)."""
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench))
    bench.serve("claimant/1")
    with bench.court.database.write() as session:
        begun = session.scalars(select(Window).where(Window.kind == "sanction_answer")).one()
        due_at = begun.due_at
        session.delete(begun)
    bench.clock.advance(timedelta(days=1))
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench, person="other", name="Zhao Liu"))
    with bench.court.database.read() as session:
        assert session.scalars(select(Window.due_at).where(Window.kind == "sanction_answer")).one() == due_at
    bench.do("claimant/1", "answer_sanction", {"answer": "I was sent it like that."})


def above(bench: Bench, who: str, act: str) -> list[str]:
    """What stands above a form: the entries it answers, with what was written in them."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        found = answered_by(look, case, bench.actor(who), bench.court.table[act], {})
        return [
            "\n".join([one.entry.act, *(str(value) for part in one.parts for _, value in part.rows)])
            for one in found.entries
        ]


def test_whoever_answers_and_whoever_decides_has_before_them_what_was_written(bench: Bench) -> None:
    """The form of the claimant shows what is held against them, and that of the president the proposal and the answer to it; before
    it arrived, and when the time is over, the page of the case says so.
    """
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench, days=3))
    assert "on its way to you" in panel(bench, "claimant/1") and "may answer" in panel(bench, "president")
    bench.serve("claimant/1")
    assert next_words(bench) == "Answer a proposed fine or detention"
    (held_against,) = above(bench, "claimant/1", "answer_sanction")
    assert held_against.startswith("propose_sanction_for_conduct") and "put together from two" in held_against
    assert above(bench, "respondent/1", "answer_sanction") == []
    bench.do("claimant/1", "answer_sanction", {"answer": "Both were sent to me as one."})
    answer, told = above(bench, "president", "decide_sanction")
    assert "sent to me as one" in answer and told == held_against
    assert "The person was heard" in panel(bench, "president")


def next_words(bench: Bench) -> str:
    """What is next for the claimant."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        box = next_box(look, case, bench.actor("claimant/1"))
        assert box is not None and box.step is not None
        return box.step.title.render("en")


def test_the_decision_says_who_what_and_until_when(bench: Bench) -> None:
    """In which hearing, as what, what the bench had done, by which article, and the review within three days (CPL 119; CPI 185)."""
    given = proposal(bench, ground="recording", hearing=lay_held(bench), order_before="warned", days=1)
    bench.do("judge", "propose_sanction_for_conduct", given)
    with bench.court.database.read() as session:
        look, act = bench.court.look(session), bench.court.table["decide_sanction"]
        model = act.input.model_validate(decision(bench.court), context={"currency": "CNY"})
        case = session.get_one(Case, bench.case_id)
        _, paper = written_ruling(look, act, case, model, bench.actor("president"))
    lines = [*paper.orders, paper.remedy]
    said = "\n".join(line.render("en") if isinstance(line, Text) else str(line) for line in lines)
    for words in ("Li", "took part as: party", "hearing of", "A warning", "176", "2,000.00", "within 3 days"):
        assert words in said, (words, said)


def test_it_is_numbered_and_the_names_of_others_are_known_to_the_redaction(bench: Bench) -> None:
    """What is ordered stands in the ledger of decisions; whoever is no party is a name that is replaced (JDP 3(8), 8)."""
    of_witness(bench)
    bench.do("judge", "propose_sanction_for_conduct", proposal(bench, person="other", name="Zhao Liu"))
    says(bench, "answer")
    bench.do("president", "decide_sanction", decision(bench.court))
    assert [row.kind for row in numbered(bench)] == ["sanction"]
    with bench.court.database.read() as session:
        look = bench.court.look(session)
        names = {name for one in known_in(look, session.get_one(Case, bench.case_id)) for name in one.names}
    assert {"Wu Ming", "Zhao Liu"} <= names


def test_the_audit_rebuilds_it_from_the_docket(bench: Bench) -> None:
    """A row that says otherwise than the docket is found."""
    ordered(bench)
    with bench.court.database.read() as session:
        found = list(audit_projections(bench.court, session, session.get_one(Case, bench.case_id)))
    assert not [one for one in found if "sanction" in str(one)]
    with bench.court.database.write() as session:
        session.execute(update(ConductSanction).values(fine_minor=1))
    with bench.court.database.read() as session:
        found = list(audit_projections(bench.court, session, session.get_one(Case, bench.case_id)))
    assert any("the docket says" in str(one) for one in found)


def test_a_country_without_such_rules_says_so(bench: Bench) -> None:
    """The example pack knows none: the act is refused with that reason, and nothing is guessed."""
    with bench.court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        case.pack_id, case.pack_version = "ew", "2024-05-01"
    with pytest.raises(ActNotOpen, match="neither fines nor detention outside"):
        bench.do("judge", "propose_sanction_for_conduct", proposal(bench, fine=None, days=1))


def test_everybody_reads_for_what_and_the_judge_gets_a_form(bench: Bench) -> None:
    """The grounds with their articles stand on the public page, in both languages; the form offers whoever took part."""
    app = create_app(court=bench.court)
    for locale, words in (("en", "Broke the rules of the courtroom"), ("zh-Hans", "违反法庭规则")):
        page = app.test_client().get("/enforcement-list", headers={"Accept-Language": locale}).get_data(as_text=True)
        assert words in page and "176" in page
    who = lay_witness(bench, undertaken=True)
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        offered = [option.value for option in people_to_choose(look, case, bench.actor("judge"))]
        hearings = hearings_to_choose(look, case, bench.actor("judge"))
    assert offered == [person(bench, "claimant/1"), person(bench, "respondent/1"), who, "other"] and hearings == []
