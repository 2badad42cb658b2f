"""For how long something is preserved: a term of law, told of in time, continued or over, and never longer (CPI 485)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from odr.docket.models import Case, Document, Stage
from odr.docket.queries import entries_of
from odr.filing.course.extensions import own_windows
from odr.filing.models import Request
from odr.ground.clock import FixedClock
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import Text
from odr.judgment.models import Preservation
from odr.judgment.preservation.measures import TERM
from odr.judgment.preservation.term import PropertyKind, _note, note_terms, rule_for
from odr.judgment.vocabulary import PreservationState
from odr.procedure.acts.tasks import DESKS
from odr.procedure.case.next_box import next_box
from odr.procedure.court import Court
from odr.procedure.models import Task, Window, WindowState
from odr.procedure.outages.models import Cause, Outage
from odr.procedure.outages.touched import until_of
from odr.procedure.rules.base import Period, Unit
from odr.procedure.rules.registry import PackRegistry
from odr.procedure.time.counting import months_later
from odr.procedure.time.reckoning import reckon
from odr.service.models import Packet
from tests.judgment.bench import Bench
from tests.judgment.test_before_claim import asked, carried_out
from tests.judgment.test_preservation import ASKED, RULING, motion_of, preserved

FROZEN = {"kind": "deposit", "what": "Account frozen"}
PACK = PackRegistry.load().in_force("cn", date(2026, 3, 2))
GOES_ON: dict[str, Any] = {"result": "continue", "reasons": "The judgment is not in effect yet."}


@pytest.fixture
def ordered(bench: Bench) -> Bench:
    """A case in which a preservation was ordered without security and waits to be carried out."""
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    return bench


@pytest.fixture
def frozen(ordered: Bench) -> Bench:
    """A case with an account frozen today."""
    ordered.do("clerk", "execute_preservation", {"preservation": preserved(ordered).reference, **FROZEN})
    return ordered


def terms_of(bench: Bench) -> list[Window]:
    """Every term of the case, in order."""
    with bench.court.database.read() as session:
        return bench.court.look(session).windows(session.get_one(Case, bench.case_id), TERM, state=None)


def last_day(bench: Bench, window: Window) -> date:
    assert window.due_at is not None
    return window.due_at.astimezone(bench.court.settings.tz).date()


def on_desk(bench: Bench, kind: str) -> list[Task]:
    with bench.court.database.read() as session:
        return bench.court.look(session).tasks(session.get_one(Case, bench.case_id), DESKS[kind])


def to_the_end(bench: Bench, *, but: timedelta = timedelta()) -> None:
    """Let time pass to the end of the term that runs, or so long before it."""
    due = terms_of(bench)[-1].due_at
    assert due is not None
    bench.wait(seconds=(due - but - bench.clock.now()).total_seconds())


def test_whoever_carries_it_out_says_what_was_preserved_and_no_longer_than_the_law(ordered: Bench) -> None:
    """A kind has to be chosen; its months are bounded by law, conduct has none; a refused form changes nothing."""
    row = preserved(ordered).reference
    for more, where in (
        ({"what": "Account frozen"}, "kind"),
        ({**FROZEN, "months": 13}, "months"),
        ({"kind": "movable", "what": "Van sealed", "months": 25}, "months"),
        ({"kind": "property", "what": "Flat sealed", "months": 37}, "months"),
        ({"kind": "conduct", "what": "Page taken down", "months": 1}, "months"),
    ):
        with pytest.raises(InvalidInput) as refused:
            ordered.do("clerk", "execute_preservation", {"preservation": row, **more})
        assert [fault.location for fault in refused.value.faults] == [(where,)]
    assert preserved(ordered).state is PreservationState.ORDERED and terms_of(ordered) == []
    ordered.do("clerk", "execute_preservation", {"preservation": row, "kind": "conduct", "what": "Page taken down"})
    assert preserved(ordered).state is PreservationState.EXECUTED and terms_of(ordered) == []


@given(
    st.dates(date(2024, 1, 2), date(2033, 1, 1)),
    st.times(),
    st.sampled_from(PropertyKind),
    st.integers(1, 36),
)
def test_a_term_ends_on_its_day_of_the_calendar(on: date, clock: time, kind: PropertyKind, months: int) -> None:
    """No holiday lengthens it: the bank counts months, not the days on which courts sit; and the law bounds it."""
    pack, rule, at = PACK, rule_for(PACK, kind), datetime.combine(on, clock, UTC)
    if rule is None:
        assert kind is PropertyKind.CONDUCT
        return
    most = {PropertyKind.DEPOSIT: 12, PropertyKind.MOVABLE: 24, PropertyKind.PROPERTY: 36}[kind]
    assert pack.window(rule).at_most == most == pack.window(rule).amount
    if months > most:
        return
    found = reckon(pack, rule, at, amount=months)
    day = at.astimezone(pack.tz).date()
    assert found.result == months_later(day, months) and found.article == "CPI 156, 485"
    again = reckon(pack, Period(amount=months, unit=Unit.TERM_MONTHS), at)
    assert again.due_at == found.due_at


def test_who_asked_and_the_judge_are_told_a_month_before(frozen: Bench) -> None:
    """Once, by letter with the day, and on the desk; the other side gets no letter."""
    assert note_terms(frozen.court) == 0
    to_the_end(frozen, but=timedelta(days=40))
    assert note_terms(frozen.court) == 0 and on_desk(frozen, "continue_preservation") == []
    to_the_end(frozen, but=timedelta(days=29))
    assert (note_terms(frozen.court), note_terms(frozen.court)) == (1, 0)
    task = on_desk(frozen, "continue_preservation")[0]
    assert task.due_at == terms_of(frozen)[0].due_at
    with frozen.court.database.read() as session:
        packets = session.scalars(select(Packet).where(Packet.occasion == "note_preservation_ends")).all()
        assert [p.party_id for p in packets] == [preserved(frozen).party_id]
        assert len(entries_of(session, session.get_one(Case, frozen.case_id), "note_preservation_ends")) == 1


def test_asked_for_once_and_continued_from_the_end_of_the_term(frozen: Bench) -> None:
    """The applicant alone asks, once; continued, the new term begins where the old one ends, with a paper, a letter and a
    review for who disagrees, and the clerk has it carried on.
    """
    row, first = preserved(frozen).reference, terms_of(frozen)[0]
    asked = {"preservation": row, "reasons": "The judgment is not in effect yet."}
    with pytest.raises(ActNotOpen, match="preserved for you"):
        frozen.do("respondent/1", "ask_to_continue_preservation", asked)
    frozen.do("claimant/1", "ask_to_continue_preservation", asked)
    with pytest.raises(ActNotOpen, match="asked already"):
        frozen.do("claimant/1", "ask_to_continue_preservation", asked)
    assert [task.due_at for task in on_desk(frozen, "continue_preservation")] == [first.due_at]
    with pytest.raises(InvalidInput):
        frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON, "months": 13})
    frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON, "months": 6})
    old, new = terms_of(frozen)
    assert (old.state, new.state) == (WindowState.MET, WindowState.OPEN)
    assert last_day(frozen, new) == months_later(last_day(frozen, old), 6)
    assert on_desk(frozen, "continue_preservation") == [] and len(on_desk(frozen, "continue_measure")) == 1
    with frozen.court.database.read() as session:
        assert "ruling" in session.scalars(select(Document.kind)).all()
        assert {p.party_id for p in session.scalars(select(Packet).where(Packet.occasion == "rule_on_continuation"))}
    frozen.serve("respondent/1")
    review = {"asks": "Lift it.", "grounds": "I gave a bank's letter."}
    frozen.do("respondent/1", "ask_for_preservation_review", review)
    frozen.do("judge", "give_ruling", {**RULING, "motion": motion_of(frozen), "security": None, "orders": "Lifted."})
    assert preserved(frozen).state is PreservationState.LIFTED
    assert terms_of(frozen)[-1].state is WindowState.ENDED and on_desk(frozen, "continue_measure") == []


def test_not_continued_it_ends_with_its_term_and_nobody_holds_it_longer(frozen: Bench) -> None:
    """Refused or forgotten, the clock frees it on the day, and the clerk sees to the bank; then nothing can be continued."""
    row = preserved(frozen).reference
    frozen.do("claimant/1", "ask_to_continue_preservation", {"preservation": row, "reasons": "Still needed."})
    frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON, "result": "refuse"})
    assert on_desk(frozen, "continue_preservation") == [] and preserved(frozen).state is PreservationState.EXECUTED
    to_the_end(frozen)
    assert preserved(frozen).state is PreservationState.EXECUTED, "the last day is whole"
    frozen.wait(seconds=1)
    assert preserved(frozen).state is PreservationState.LAPSED and len(on_desk(frozen, "undo_preservation")) == 1
    with pytest.raises(ActNotOpen, match="still runs"):
        frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON})


def test_a_stay_does_not_lengthen_a_freeze(frozen: Bench) -> None:
    """The bank does not know of it: while the case stands still the term runs, and can be continued."""
    before = terms_of(frozen)[0]
    frozen.do("judge", "give_ruling", {**RULING, "kind": "stay", "security": None, "orders": "The case is stayed."})
    frozen.wait(days=90)
    row = preserved(frozen).reference
    frozen.do("claimant/1", "ask_to_continue_preservation", {"preservation": row, "reasons": "The case stands still."})
    assert terms_of(frozen)[0].state is WindowState.OPEN and terms_of(frozen)[0].due_at == before.due_at
    to_the_end(frozen)
    frozen.wait(days=1)
    with pytest.raises(ActNotOpen, match="still runs"):
        frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON})
    frozen.do("judge", "give_ruling", {**RULING, "kind": "resume", "security": None, "orders": "It goes on."})
    frozen.wait(seconds=1)
    assert preserved(frozen).state is PreservationState.LAPSED


def test_the_box_says_what_may_be_done_about_a_term_also_while_the_case_stands_still(frozen: Bench) -> None:
    """Not "Term of a freeze", and not that no time limit runs: one does, and who asked for the freeze may ask to continue."""
    act = frozen.court.table["ask_to_continue_preservation"]

    def told(who: str) -> tuple[list[Text], Text | None]:
        with frozen.court.database.read() as session:
            case = session.get_one(Case, frozen.case_id)
            box = next_box(frozen.court.look(session), case, frozen.actor(who))
            assert box is not None
            return [step.title for step in box.remedies], box.waits

    assert act.title in told("claimant/1")[0] and act.title not in told("respondent/1")[0]
    with frozen.court.database.write() as session:
        session.get_one(Case, frozen.case_id).stage = Stage.PRONOUNCED
    waits = told("respondent/1")[1]
    assert waits is not None and "freeze" not in waits.render("en"), "nobody waits for the term of the other side"
    with frozen.court.database.write() as session:
        session.get_one(Case, frozen.case_id).stage = Stage.PENDING
    frozen.do("judge", "give_ruling", {**RULING, "kind": "stay", "security": None, "orders": "The case is stayed."})
    mine, theirs = told("claimant/1"), told("respondent/1")
    assert mine[1] is not None and theirs[1] is not None
    assert act.title in mine[0] and "but what is told here" in mine[1].msgid and "told here" not in theirs[1].msgid


def test_two_things_preserved_have_their_own_terms(frozen: Bench) -> None:
    """What is asked and ruled of one touches nothing of the other."""
    frozen.do("claimant/1", "ask_for_ruling", ASKED)
    frozen.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(frozen), "security": None})
    with frozen.court.database.read() as session:
        one, two = session.scalars(select(Preservation.reference).order_by(Preservation.id)).all()
    frozen.do("clerk", "execute_preservation", {"preservation": two, "kind": "movable", "what": "Van sealed"})
    frozen.do("judge", "rule_on_continuation", {"preservation": two, **GOES_ON})
    found = {(w.subject, w.state): w.working["amount"] for w in terms_of(frozen)}
    assert found == {(one, WindowState.OPEN): 12, (two, WindowState.MET): 24, (two, WindowState.OPEN): 24}


def test_nothing_is_continued_twice_ahead(frozen: Bench) -> None:
    """A term that was added has to begin before it is continued itself: stacked, a freeze would outlast the law (CPI 485)."""
    row = preserved(frozen).reference
    frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON})
    with pytest.raises(ActNotOpen, match="continued already"):
        frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON})
    with pytest.raises(ActNotOpen, match="continued already"):
        frozen.do("claimant/1", "ask_to_continue_preservation", {"preservation": row, "reasons": "To be sure."})
    until = terms_of(frozen)[0].due_at
    assert until is not None
    frozen.wait(seconds=(until - frozen.clock.now()).total_seconds() + 1)
    frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON})
    assert last_day(frozen, terms_of(frozen)[-1]) == months_later(last_day(frozen, terms_of(frozen)[0]), 24)


def test_a_short_added_term_is_told_of_once_it_has_begun(frozen: Bench) -> None:
    """A month ends sooner than notice of it is due: it is told of when it begins, and once, however often the worker looks."""
    frozen.do("judge", "rule_on_continuation", {"preservation": preserved(frozen).reference, **GOES_ON, "months": 1})
    begun = terms_of(frozen)[0].due_at
    assert begun is not None
    frozen.wait(seconds=(begun - timedelta(days=3) - frozen.clock.now()).total_seconds())
    assert (note_terms(frozen.court), note_terms(frozen.court)) == (0, 0)
    frozen.wait(days=8)
    assert (note_terms(frozen.court), note_terms(frozen.court)) == (1, 0)


def test_a_ruling_between_two_looks_of_the_worker_is_not_told_of_as_ending(frozen: Bench) -> None:
    """What the worker saw before it held the case is looked at again: another round, or a ruling, was there first."""
    row = preserved(frozen).reference
    to_the_end(frozen, but=timedelta(days=20))
    frozen.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON})
    assert _note(frozen.court, frozen.case_id, row) == 0 and on_desk(frozen, "continue_preservation") == []
    to_the_end(frozen, but=timedelta(days=20))
    assert [_note(frozen.court, frozen.case_id, row) for _ in range(2)] == [1, 0]
    assert len(on_desk(frozen, "continue_preservation")) == 1


def test_sent_to_another_court_the_term_runs_on_there(frozen: Bench) -> None:
    """This court neither frees what is preserved nor waits for its term; the panel still says until when (CPI 160)."""
    frozen.do(
        "claimant/1", "ask_to_continue_preservation", {"preservation": preserved(frozen).reference, "reasons": "Yes."}
    )
    with frozen.court.database.write() as session:
        session.get_one(Case, frozen.case_id).stage = Stage.HEARING
    frozen.do(
        "judge",
        "transfer_case",
        {"ground": "exclusive", "court": "Ningbo Internet Court", "reasons": "The seat is there."},
    )
    assert [w.state for w in terms_of(frozen)] == [WindowState.ENDED]
    assert on_desk(frozen, "continue_preservation") == []
    to_the_end(frozen)
    frozen.wait(days=2)
    assert preserved(frozen).state is PreservationState.EXECUTED and on_desk(frozen, "undo_preservation") == []


def test_what_ended_by_itself_is_not_left_for_the_judge_to_lift(frozen: Bench) -> None:
    """The case is over and nobody has lifted it: the term ends it, and its line leaves the judge's desk."""
    with frozen.court.database.write() as session:
        session.get_one(Case, frozen.case_id).stage = Stage.HEARING
    frozen.do("claimant/1", "withdraw_claim", {"reasons": "We agreed."})
    with frozen.court.database.read() as session:
        request = session.scalars(select(Request.reference)).one()
    frozen.do(
        "judge", "rule_on_withdrawal", {"request": request, "answer": "allow", "reasons": "Nothing stands against it."}
    )
    assert len(on_desk(frozen, "lift_preservation")) == 1
    to_the_end(frozen)
    frozen.wait(seconds=1)
    assert preserved(frozen).state is PreservationState.LAPSED
    assert on_desk(frozen, "lift_preservation") == [] and len(on_desk(frozen, "undo_preservation")) == 1


def test_what_is_to_be_undone_is_undone_although_the_case_closes_meanwhile(frozen: Bench) -> None:
    """The account was freed and the bank not told yet, when the claim is withdrawn: the clerk's line stays."""
    to_the_end(frozen)
    frozen.wait(seconds=1)
    with frozen.court.database.write() as session:
        session.get_one(Case, frozen.case_id).stage = Stage.HEARING
    frozen.do("claimant/1", "withdraw_claim", {"reasons": "We agreed."})
    with frozen.court.database.read() as session:
        request = session.scalars(select(Request.reference)).one()
    frozen.do(
        "judge", "rule_on_withdrawal", {"request": request, "answer": "allow", "reasons": "Nothing stands against it."}
    )
    assert frozen.case().stage is Stage.CLOSED and len(on_desk(frozen, "undo_preservation")) == 1


def test_an_own_case_is_over_with_the_last_term_in_it(whole_court: Court, clock: FixedClock) -> None:
    """Preserved before a claim that nobody brought, and lifted by nobody: when the term ends, so does the own case."""
    bench = asked(whole_court, clock)
    carried_out(bench)
    bench.wait(days=40)
    assert len(on_desk(bench, "lift_preservation")) == 1
    to_the_end(bench)
    bench.wait(seconds=1)
    assert preserved(bench).state is PreservationState.LAPSED and on_desk(bench, "lift_preservation") == []
    with bench.court.database.read() as session:
        assert session.get_one(Case, bench.case_id).stage is Stage.CLOSED


def test_neither_an_outage_nor_relief_makes_a_freeze_longer(frozen: Bench) -> None:
    """The court's site was down on the last day: the bank has freed the account all the same, and a judge who gives back
    missed time gives back no freeze that has ended (CPI 485).
    """
    due = terms_of(frozen)[0].due_at
    assert due is not None
    with frozen.court.database.write() as session:
        session.add(
            Outage(
                cause=Cause.STOPPED,
                seen_by="court",
                began_at=due - timedelta(hours=9),
                ended_at=due - timedelta(hours=1),
                noted_at=due - timedelta(hours=1),
                record="{}",
                receipt="",
            )
        )
    with frozen.court.database.read() as session:
        look, case = frozen.court.look(session), session.get_one(Case, frozen.case_id)
        assert until_of(look, case, look.windows(case, TERM)[0]) is None
    frozen.wait(seconds=(due - frozen.clock.now()).total_seconds() + 1)
    assert preserved(frozen).state is PreservationState.LAPSED and terms_of(frozen)[0].state is WindowState.LAPSED
    with frozen.court.database.read() as session:
        look, case = frozen.court.look(session), session.get_one(Case, frozen.case_id)
        assert TERM not in [w.kind for w in own_windows(look, case, frozen.actor("claimant/1"), WindowState.LAPSED)]
