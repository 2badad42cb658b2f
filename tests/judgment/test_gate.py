"""No decision in default without proven service, a summons that arrived, and a hearing that was held and recorded (CPL
147).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Track
from odr.evidence.models import Exhibit
from odr.filing.models import Fact, FactAnswer, FactStance
from odr.ground.canonical import canonical, sha256_hex
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen
from odr.ground.text import T, write
from odr.hearing.models import Attendance, Hearing, Opinion, Summons, TechnicalFailure
from odr.hearing.vocabulary import Axis, HearingState, Mode, Presence, RequestState, Stance
from odr.judgment.decision.default import default_gate, defaulting, not_heard
from odr.judgment.decision.papers import decision_paper
from odr.judgment.queries import current_draft
from odr.procedure.acts.letter import PaperKind
from odr.procedure.court import Court
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet, ProofOfService
from odr.service.packet.packets import Recipient, queue_packet
from odr.service.vocabulary import Channel, PacketState, ServiceStatus
from tests.judgment.bench import Bench, lay_case

SUMMONED_BY = 77
REASONING = {"rule": "CPL 88", "signed": "by the recipient"}


def serve(session: Session, case: Case, party: Party, occasion: str, entry: int, at: datetime) -> Packet:
    """A packet that was handed over and signed for, with its proof, on the docket."""
    packet = queue_packet(
        session,
        case_id=case.id,
        party_id=party.id,
        entry_ids=[entry],
        title=T("Summons to a hearing"),
        first_contact=False,
        now=at,
        documents=[],
        kind=PaperKind.NOTICE,
        recipient=Recipient(party.name, party.kind, "en", original="zh-Hans"),
        due_at=None,
        case_number=case.number,
    )
    packet.occasion, packet.state, packet.effective_at, packet.concluded_at = occasion, PacketState.SERVED, at, at
    packet.docketed_as = PacketState.SERVED.value
    session.add(
        ProofOfService(
            packet_id=packet.id,
            ordinal=1,
            number=f"P-{occasion}",
            conclusion=ServiceStatus.SERVED,
            channel=Channel.DIRECT,
            effective_at=at,
            reasoning=REASONING,
            reasoning_digest=sha256_hex(canonical(REASONING)),
            issued_at=at,
        )
    )
    session.flush()
    return packet


@pytest.fixture
def absent(whole_court: Court, clock: FixedClock) -> Bench:
    """A respondent who never appeared, properly served and summoned, and a hearing in the courtroom without her."""
    bench = lay_case(whole_court, clock, joined=False)
    now = clock.now()
    with whole_court.database.write() as session:
        case = session.get_one(Case, bench.case_id)
        claimant, respondent = case.parties
        serve(session, case, respondent, "claim", 3, now - timedelta(days=40))
        session.add(
            Window(
                case_id=case.id,
                party_id=respondent.id,
                kind="answer",
                state=WindowState.LAPSED,
                opened_at=now - timedelta(days=40),
                due_at=now - timedelta(days=24),
                working={"key": "answer"},
                opened_by=4,
            )
        )
        hearing = Hearing(
            case_id=case.id,
            ordinal=1,
            mode=Mode.OFFLINE,
            begins_at=now - timedelta(days=3),
            place="Courtroom 2",
            state=HearingState.HELD,
            summoned_by=SUMMONED_BY,
            begun_at=now - timedelta(days=3),
            ended_at=now - timedelta(days=3) + timedelta(hours=1),
            minutes="The respondent did not come.",
            recorded_by=90,
            stages=["investigation", "debate", "final"],
            shown=list(session.scalars(select(Exhibit.id).where(Exhibit.case_id == case.id))),
        )
        session.add(hearing)
        session.flush()
        session.add(Summons(hearing_id=hearing.id, party_id=respondent.id, sent_by=SUMMONED_BY))
        serve(session, case, respondent, "summons", SUMMONED_BY, now - timedelta(days=14))
        session.add(
            Attendance(
                hearing_id=hearing.id, party_id=claimant.id, role=Role.CLAIMANT, name="Li", presence=Presence.COURTROOM
            )
        )
        session.add(
            Attendance(
                hearing_id=hearing.id,
                party_id=respondent.id,
                role=Role.RESPONDENT,
                name="Haiyun",
                presence=Presence.ABSENT,
            )
        )
    return bench


def reasons(bench: Bench) -> list[str]:
    """What the gate says about the respondent."""
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        look = bench.court.look(session)
        assert [p.label for p in defaulting(look, case)] == ["respondent/1"]
        return [str(r) for r in default_gate(look, case, case.parties[1])]


def test_after_proven_service_and_a_recorded_hearing_the_gate_is_open(absent: Bench) -> None:
    """Served, summoned in time, heard and recorded: nothing stands in the way."""
    assert reasons(absent) == []


def packets(session: Session, which: str, /, **values: Any) -> object:
    """Change the packet of an occasion."""
    return session.execute(update(Packet).where(Packet.occasion == which).values(**values))


def proofs(session: Session, occasion: str, **values: Any) -> object:
    """Change the proof of an occasion."""
    return session.execute(update(ProofOfService).where(ProofOfService.number == f"P-{occasion}").values(**values))


def ordinary(session: Session) -> object:
    """In ordinary procedure a summons comes three days before (CPL 139, CPI 227)."""
    return session.execute(update(Case).values(track=Track.ORDINARY))


def failed(session: Session, bench: Bench, state: RequestState, entry: int) -> None:
    """The respondent reported that the line broke."""
    session.add(
        TechnicalFailure(
            case_id=bench.case_id,
            party_id=session.scalar(select(Party.id).where(Party.role == Role.RESPONDENT)),
            what="no power",
            state=state,
            reported_at=at(bench, days=3),
            entry_number=entry,
        )
    )


def at(bench: Bench, **ago: float) -> datetime:
    """An instant before now."""
    return bench.clock.now() - timedelta(**ago)


Break = Callable[[Session, Bench], Any]
WAYS: list[tuple[str, Break]] = [
    ("never put on its way", lambda s, b: packets(s, "claim", occasion="notice")),
    ("short hold", lambda s, b: packets(s, "claim", state=PacketState.HELD)),
    ("under way", lambda s, b: packets(s, "claim", state=PacketState.OUT)),
    ("by any means tried", lambda s, b: packets(s, "claim", state=PacketState.NOT_SERVED)),
    ("taken back", lambda s, b: packets(s, "claim", state=PacketState.UNDONE)),
    ("no proof of service", lambda s, b: s.execute(delete(ProofOfService).where(ProofOfService.number == "P-claim"))),
    ("concludes otherwise", lambda s, b: proofs(s, "claim", conclusion=ServiceStatus.NOT_SERVED)),
    ("concludes otherwise", lambda s, b: packets(s, "claim", state=PacketState.PRESUMED, docketed_as="presumed")),
    ("does not match its digest", lambda s, b: proofs(s, "claim", reasoning={"rule": "other"})),
    ("names no day", lambda s, b: proofs(s, "claim", effective_at=None)),
    ("another day", lambda s, b: proofs(s, "claim", effective_at=at(b, days=41))),
    (
        "takes effect only",
        lambda s, b: (
            proofs(s, "claim", effective_at=at(b, days=-2)),
            packets(s, "claim", effective_at=at(b, days=-2)),
        ),
    ),
    ("stand on the docket", lambda s, b: packets(s, "claim", docketed_as=None)),
    ("names no way", lambda s, b: proofs(s, "claim", channel=None)),
    ("text message", lambda s, b: proofs(s, "claim", channel=Channel.SMS)),
    ("announcement", lambda s, b: proofs(s, "claim", channel=Channel.ANNOUNCEMENT)),
    ("has not started", lambda s, b: s.execute(delete(Window).where(Window.kind == "answer"))),
    (
        "still runs",
        lambda s, b: s.execute(
            update(Window).where(Window.kind == "answer").values(state=WindowState.OPEN, due_at=at(b, days=-3))
        ),
    ),
    (
        "is halted",
        lambda s, b: s.execute(update(Window).where(Window.kind == "answer").values(state=WindowState.HALTED)),
    ),
    ("not summoned", lambda s, b: s.execute(delete(Summons))),
    ("summons was never", lambda s, b: s.execute(update(Summons).values(sent_by=5))),
    ("The summons is under way", lambda s, b: packets(s, "summons", state=PacketState.OUT)),
    (
        "too late for the hearing",
        lambda s, b: (
            proofs(s, "summons", effective_at=at(b, days=3)),
            packets(s, "summons", effective_at=at(b, days=3)),
        ),
    ),
    (
        "too late for the hearing",
        lambda s, b: (
            ordinary(s),
            proofs(s, "summons", effective_at=at(b, days=5)),
            packets(s, "summons", effective_at=at(b, days=5)),
        ),
    ),
    (
        "was not held",
        lambda s, b: s.execute(update(Hearing).values(state=HearingState.SUMMONED, begun_at=None, ended_at=None)),
    ),
    ("was put off", lambda s, b: s.execute(update(Hearing).values(state=HearingState.ADJOURNED))),
    ("no record", lambda s, b: s.execute(update(Hearing).values(minutes=None, minutes_sha256=None))),
    ("no record", lambda s, b: s.execute(update(Hearing).values(recorded_by=None))),
    ("in writing needs", lambda s, b: s.execute(update(Hearing).values(mode=Mode.ASYNCHRONOUS))),
    (
        "not decided yet",
        lambda s, b: failed(s, b, RequestState.ASKED, 9),
    ),
    (
        "accepted that a technical failure",
        lambda s, b: failed(s, b, RequestState.GRANTED, SUMMONED_BY + 1),
    ),
    ("is stayed", lambda s, b: s.execute(update(Case).values(stayed_at=at(b, days=1)))),
]


@pytest.mark.parametrize(("words", "spoil"), WAYS, ids=[f"{i}-{w}" for i, (w, _) in enumerate(WAYS)])
def test_the_gate_is_shut_for_every_gap(absent: Bench, words: str, spoil: Break) -> None:
    """Whatever is missing of service, summons, answer time, hearing or record: the gate is shut and says why."""
    with absent.court.database.write() as session:
        spoil(session, absent)
    assert any(words in reason for reason in reasons(absent)), reasons(absent)


def test_a_failure_accepted_before_the_summons_bars_nothing(absent: Bench) -> None:
    """What failed before they were called to this hearing says nothing of why they stayed away from it."""
    with absent.court.database.write() as session:
        party = session.scalar(select(Party.id).where(Party.role == Role.RESPONDENT))
        session.add(
            TechnicalFailure(
                case_id=absent.case_id,
                party_id=party,
                what="no power",
                state=RequestState.GRANTED,
                reported_at=at(absent, days=20),
                entry_number=SUMMONED_BY - 1,
            )
        )
    assert reasons(absent) == []


def test_no_claimant_is_judged_unheard_who_was_not_called_or_could_not_come(absent: Bench) -> None:
    """A claimant whom no summons reached, or whom a failure kept away, has to be heard before judgment as a respondent has; who was
    called in time and stayed away has been (CPL 146, 177(1)(4); OLR 25).
    """
    with absent.court.database.write() as session:
        case = session.get_one(Case, absent.case_id)
        claimant, respondent = case.parties
        number, day = SUMMONED_BY + 1, at(absent, days=1)
        hearing = Hearing(case_id=case.id, ordinal=2, mode=Mode.OFFLINE, begins_at=day, place="Courtroom 2")
        hearing.state, hearing.summoned_by, hearing.recorded_by = HearingState.HELD, number, 91
        hearing.begun_at, hearing.ended_at = day, day + timedelta(hours=1)
        hearing.minutes, hearing.stages, hearing.shown = "The claimant did not come.", ["final"], []
        for party, presence in ((claimant, Presence.ABSENT), (respondent, Presence.COURTROOM)):
            hearing.attendances.append(
                Attendance(party_id=party.id, role=party.role, name=party.name, presence=presence)
            )
        session.add(hearing)

    def unheard() -> list[str]:
        with absent.court.database.read() as session:
            look, case = absent.court.look(session), session.get_one(Case, absent.case_id)
            return [f"{party.label}: {reason}" for party, reason in not_heard(look, case)]

    assert unheard() == ["claimant/1: Li was not summoned to the hearing."]
    with absent.court.database.write() as session:
        case = session.get_one(Case, absent.case_id)
        hearing = session.scalars(select(Hearing).where(Hearing.ordinal == 2)).one()
        hearing.summonses.append(Summons(party_id=case.parties[0].id, sent_by=number))
        proofs(session, "summons", number="P-summons to the first hearing")
        serve(session, case, case.parties[0], "summons", number, at(absent, days=12))
    assert unheard() == []
    with absent.court.database.write() as session:
        failure = TechnicalFailure(case_id=absent.case_id, party_id=case.parties[0].id, what="no network")
        failure.state, failure.reported_at, failure.entry_number = RequestState.GRANTED, day, number + 1
        session.add(failure)
    assert [reason for reason in unheard() if "accepted that a technical failure" in reason]


def test_the_decision_asks_the_gate(absent: Bench) -> None:
    """With a gap in service a decision against somebody who never appeared is not signed; without one it says that it
    is in default.
    """
    file = [
        {"subject": f"fact/{n}", "result": "adopted", "reasons": "Shown by the exhibits.", "rests_on": ["C-1", "C-2"]}
        for n in (1, 2)
    ]
    absent.do("judge", "record_findings", {"adopt_undisputed": True, "findings": file})
    absent.do("judge", "draft_decision", absent.draft(answers=None))
    reference = absent.draft_reference()
    with absent.court.database.write() as session:
        packets(session, "claim", state=PacketState.OUT)
    with pytest.raises(ActNotOpen, match="In default against"):
        absent.do("judge", "send_for_signing", {"decision": reference})
    with absent.court.database.write() as session:
        packets(session, "claim", state=PacketState.SERVED)
    absent.do("judge", "send_for_signing", {"decision": reference})
    absent.wait(hours=26)
    absent.do("judge", "issue_decision", {"decision": reference, "case_number": absent.number})


def test_who_appeared_is_not_decided_against_in_default(bench: Bench) -> None:
    """A respondent who joined is a party to a contested case, whatever she then does."""
    with bench.court.database.read() as session:
        assert defaulting(bench.court.look(session), session.get_one(Case, bench.case_id)) == []


def test_who_joined_once_and_stayed_away_is_decided_against_only_through_the_gate(absent: Bench) -> None:
    """To have joined is not to have been heard: without a summons that arrived nothing is signed against them either."""
    with absent.court.database.write() as session:
        case = session.get_one(Case, absent.case_id)
        case.parties[1].joined_at = absent.clock.now() - timedelta(days=30)
        packets(session, "summons", state=PacketState.OUT)
    assert any("summons" in reason.lower() for reason in reasons(absent))
    file = [
        {"subject": f"fact/{n}", "result": "adopted", "reasons": "Shown by the exhibits.", "rests_on": ["C-1", "C-2"]}
        for n in (1, 2)
    ]
    absent.do("judge", "record_findings", {"adopt_undisputed": True, "findings": file})
    absent.do("judge", "draft_decision", absent.draft(answers=None))
    with pytest.raises(ActNotOpen, match="In default against"):
        absent.do("judge", "send_for_signing", {"decision": absent.draft_reference()})


EXAMINED_BY_ALL = ("exchanged", "dispute", "证据交换", "无异议", "无争议", "未提出异议")
"""What is not true of evidence nobody but one side looked at."""


def told(bench: Bench, language: str) -> str:
    """How the draft tells of the evidence and what is found."""
    with bench.court.database.read() as session:
        look, case = bench.court.look(session), session.get_one(Case, bench.case_id)
        decision = current_draft(session, case)
        assert decision is not None
        paper = decision_paper(look, case, decision, look.now)
        parts = [*paper.evidence, *(w for f in paper.findings for w in (f.found, f.objection, f.said or ""))]
        return "\n".join(write(words, language) for words in parts)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_who_never_came_neither_examined_nor_accepted_the_evidence(absent: Bench, language: str) -> None:
    """They gave that up and the court examined it itself; what they accepted before they stayed away is told as theirs."""
    found = {"subject": "fact/1", "result": "adopted", "reasons": "Shown by the exhibits.", "rests_on": ["C-1", "C-2"]}
    absent.do("judge", "record_findings", {"adopt_undisputed": True, "findings": [found]})
    absent.do("judge", "draft_decision", absent.draft(answers=None))
    silent = told(absent, language)
    assert not [words for words in EXAMINED_BY_ALL if words in silent], silent
    gave_up, accepted, considered = {
        "en": ("gave up examining it", "The other side accepted C-1", "was considered"),
        "zh-Hans": ("视为放弃对证据进行质证的权利", "认可的证据C-1", "一并进行了审查"),
    }[language]
    assert gave_up in silent and accepted not in silent, silent
    with absent.court.database.write() as session:
        case = session.get_one(Case, absent.case_id)
        exhibit = session.scalars(select(Exhibit).where(Exhibit.case_id == case.id, Exhibit.label == "C-1")).one()
        view = {"axis": Axis.AUTHENTICITY, "stance": Stance.ACCEPT, "entry_number": 3, "at": absent.clock.now()}
        session.add(Opinion(case_id=case.id, exhibit_id=exhibit.id, party_id=case.parties[1].id, **view))
        fact = session.scalars(select(Fact).where(Fact.case_id == case.id, Fact.number == 2)).one()
        answer = {"party_id": case.parties[1].id, "stance": FactStance.ADMITTED, "entry_number": 3}
        session.add(FactAnswer(fact_id=fact.id, **answer))
    absent.do("judge", "record_findings", {"adopt_undisputed": True})
    spoken = told(absent, language)
    assert not [words for words in EXAMINED_BY_ALL if words in spoken], spoken
    assert accepted in spoken and considered in spoken and gave_up not in spoken, spoken
    assert {
        "en": "The other side admitted this to the court",
        "zh-Hans": "The listing named the agent”，对方当事人在诉讼中已予承认",
    }[language] in spoken, spoken


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_what_one_of_two_left_open_is_not_called_undisputed(bench: Bench, language: str) -> None:
    """An exhibit and a fact on which nobody spoke for the other side any more are undisputed by nobody (EV 4)."""
    undisputed = {"en": "do not dispute C-1", "zh-Hans": "无异议的证据C-1"}[language]
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    assert undisputed in told(bench, language)
    with bench.court.database.write() as session:
        for opinion in session.scalars(select(Opinion).where(Opinion.case_id == bench.case_id)):
            opinion.retracted_by = 9
        session.execute(delete(FactAnswer))
    said = told(bench, language)
    assert undisputed not in said, said
    assert not [w for w in ("does not dispute this", "对方当事人无异议", "nobody disputes", "无争议") if w in said], (
        said
    )
