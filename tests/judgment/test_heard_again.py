"""A case that comes back is heard anew: other judges, a panel, ordinary procedure, new time, a new examination (CPL 41; CPI
45, 257; EV 55).
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Role, Seat, Stage, Track
from odr.filing.models import Relief
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.hearing.models import Examination, Hearing
from odr.hearing.vocabulary import HearingState, Mode
from odr.identity.actors import Actor
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.decision.papers import orders_words
from odr.judgment.models import AppealPetition, Decision, Finding, Order
from odr.judgment.vocabulary import AppealState, DecisionState, OrderKind
from odr.procedure.models import Window, WindowState
from tests.judgment.bench import Bench

OUTCOME = {"court": "Intermediate Court", "number": "(2026) 7", "summary": "See it."}


def let_in(bench: Bench, **people: Role) -> None:
    with bench.court.database.write() as session:
        for name, role in people.items():
            account = Account(
                email=f"{name}@people.example",
                name=name.title(),
                state=AccountState.ACTIVE,
                created_at=bench.clock.now(),
            )
            session.add(account)
            session.flush()
            session.add(AccountRole(account_id=account.id, role=role, granted_at=bench.clock.now()))


def sat(bench: Bench, role: Role) -> list[str]:
    with bench.court.database.read() as session:
        return list(
            session.scalars(
                select(Account.name)
                .join(Seat, Seat.account_id == Account.id)
                .where(Seat.case_id == bench.case_id, Seat.role == role, Seat.until_at.is_(None))
            )
        )


def appealed(bench: Bench) -> None:
    bench.issue()
    for who in ("claimant/1", "respondent/1"):
        bench.serve_decision(who)
    bench.do("respondent/1", "appeal_decision", {"asks": "Dismiss.", "grounds": "No.", "challenged": "8,000.00"})
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})


def come_back(bench: Bench) -> None:
    let_in(bench, other=Role.JUDGE, ann=Role.ASSESSOR, ben=Role.ASSESSOR)
    appealed(bench)
    bench.do("clerk", "record_appeal_outcome", {**OUTCOME, "decided_on": bench.today, "outcome": "sent_back"})


def acting(bench: Bench, name: str, role: Role) -> Actor:
    account = bench.account(name)
    return Actor(role, account.id, account.name, bench.case_id, strong_at=bench.clock.now())


def as_judge(bench: Bench, act: str, **values: object) -> None:
    bench.do("judge", act, values, actor=acting(bench, "other", Role.JUDGE))


def test_what_comes_back_is_heard_anew_before_others(bench: Bench) -> None:
    """Another judge, ordinary procedure, at least fifteen days for evidence for everybody, nothing found any more; the
    hearing begins only before a panel, in an examination of its own.
    """
    come_back(bench)
    case = bench.case()
    assert (case.stage, case.track) == (Stage.PENDING, Track.ORDINARY) and sat(bench, Role.JUDGE) == ["Other"]
    assert case.pronounced_at is None, (
        "what was pronounced before is set aside, and fees and service are as before a judgment"
    )
    with bench.court.database.read() as session:
        running = session.scalars(
            select(Window).where(
                Window.case_id == bench.case_id, Window.kind == "evidence", Window.state == WindowState.OPEN
            )
        ).all()
        assert len(running) == len(case.parties)
        assert all(w.due_at is not None and (w.due_at - bench.clock.now()).days >= 15 for w in running)
        assert not session.scalars(select(Finding).where(Finding.replaced_by.is_(None))).all()
    with pytest.raises(ActNotOpen, match="Only a panel"):
        as_judge(bench, "open_examination", mode="live")
    as_judge(bench, "convene_panel", size=3, reasons="The case came back.")
    assert sorted(sat(bench, Role.ASSESSOR)) == ["Ann", "Ben"]
    bench.wait(days=20)
    as_judge(bench, "open_examination", mode="live")
    with bench.court.database.read() as session:
        old, new = session.scalars(select(Examination).order_by(Examination.id)).all()
    assert (old.replaced_by is not None, new.replaced_by, new.closed_at) == (True, None, None)


def test_a_hearing_of_before_fixes_no_day_and_uses_up_no_adjournment(bench: Bench) -> None:
    """The month between two hearings and the number of times one is put off count within the trial that counts: what was
    heard before the judgment that fell is over (EXT 3, 5; CPL 41).
    """
    with bench.court.database.write() as session:
        for ordinal, state in enumerate((HearingState.HELD, HearingState.ADJOURNED, HearingState.ADJOURNED), 90):
            earlier = Hearing(case_id=bench.case_id, ordinal=ordinal, mode=Mode.OFFLINE, place="3")
            earlier.begins_at, earlier.state, earlier.summoned_by = bench.clock.now(), state, 1
            session.add(earlier)
    come_back(bench)
    as_judge(bench, "convene_panel", size=3, reasons="The case came back.")
    bench.wait(days=40)
    as_judge(bench, "open_examination", mode="offline")
    day = (bench.clock.now() + timedelta(days=10)).date().isoformat()
    bench.do("clerk", "summon", {"mode": "offline", "on": day, "at": "09:30", "place": "Courtroom 3"})
    with bench.court.database.read() as session:
        fixed = session.scalars(select(Hearing.reference).where(Hearing.state == HearingState.SUMMONED)).one()
    as_judge(bench, "adjourn_hearing", hearing=fixed, ground="absent_with_reason", reasons="They are ill.")


def test_nobody_who_decided_sits_again(bench: Bench) -> None:
    """Neither by lot nor in the place of somebody who leaves: whoever sat in the earlier round stays away (CPI 45)."""
    come_back(bench)
    with bench.court.database.read() as session:
        seat = session.scalars(
            select(Seat.id).where(Seat.case_id == bench.case_id, Seat.role == Role.JUDGE, Seat.until_at.is_(None))
        ).one()
    with bench.court.database.write() as session:
        president = bench.account("president").id
        session.add(Seat(case_id=bench.case_id, account_id=president, role=Role.PRESIDENT, from_at=bench.clock.now()))
    sits = sat(bench, Role.JUDGE)
    with pytest.raises(InvalidInput, match="Nobody is here"):  # The only other judge has decided the case already.
        bench.do("president", "reassign_seat", {"seat": str(seat), "reasons": "Illness of the judge."})
    assert sat(bench, Role.JUDGE) == sits, "no seat is emptied that way"


def test_no_simple_procedure_for_what_came_back(bench: Bench) -> None:
    """Sent back, the case stays in ordinary procedure (CPI 257)."""
    come_back(bench)
    with pytest.raises(InvalidInput, match="sent back"):
        as_judge(bench, "convert_track", to="simple", reasons="The facts are clear.")


def test_nothing_is_sent_back_twice(bench: Bench) -> None:
    """A second sending back is not recorded: the higher court decides itself (CPL 177(2))."""
    come_back(bench)
    with bench.court.database.write() as session:
        session.scalars(select(Decision)).one().state = DecisionState.ISSUED
        session.scalars(select(AppealPetition)).one().state = AppealState.SENT
        session.get_one(Case, bench.case_id).stage = Stage.APPEALED
    with pytest.raises(InvalidInput, match="sent back once already"):
        bench.do("clerk", "record_appeal_outcome", {**OUTCOME, "decided_on": bench.today, "outcome": "sent_back"})


def test_what_comes_back_on_appeal_may_be_claimed_otherwise(bench: Bench) -> None:
    """The judgment that fell keeps nobody from changing the claim that it had decided: sent back on appeal, without leave (CPI
    251).
    """
    come_back(bench)
    relief = [{"kind": "money", "what": "the price back", "amount": "9,000.00"}]
    bench.do("claimant/1", "amend_claim", {"relief": relief, "reasons": "The damage grew."})
    with bench.court.database.read() as session:
        assert [one.amount_minor for one in session.scalars(select(Relief))] == [900_000]
        assert all(one.relief_id is None for one in session.scalars(select(Order)))


def test_the_orders_of_a_judgment_that_fell_read_as_they_were_written(bench: Bench) -> None:
    """The claim is changed after it came back: what the old judgment says of a head of the old claim stays what it says of that head,
    and is no order on everything else.
    """
    come_back(bench)
    with bench.court.database.write() as session:
        decision = session.scalars(select(Decision)).one()
        head = session.scalars(select(Relief.id)).first()
        last = max(one.number for one in decision.orders)
        for more, (relief, what) in enumerate([(head, None), (head, "the interest")], 1):
            order = Order(decision_id=decision.id, number=last + more, kind=OrderKind.DISMISS, relief_id=relief)
            order.what = what
            session.add(order)
    before = ordered(bench)
    assert len(set(before)) == len(before) >= 4
    relief = [{"kind": "money", "what": "the price back", "amount": "9,000.00"}]
    bench.do("claimant/1", "amend_claim", {"relief": relief, "reasons": "The damage grew."})
    assert ordered(bench) == before


def ordered(bench: Bench) -> list[str]:
    """What the page of the old judgment says that it orders."""
    with bench.court.database.read() as session:
        case, decision = session.get_one(Case, bench.case_id), session.scalars(select(Decision)).one()
        return [words.render("en") for words in orders_words(bench.court.look(session), case, decision)]
