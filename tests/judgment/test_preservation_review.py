"""A review of what was not continued, and of what was lifted; freezes older than terms; a freeze while an appeal is pending
(CPL 111; CPI 161, 162, 171, 485).
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case
from odr.docket.queries import entries_of
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.judgment.models import Preservation
from odr.judgment.preservation.measures import TERM
from odr.judgment.preservation.term import ends_by_law, note_terms, terms
from odr.judgment.vocabulary import PreservationState
from odr.procedure.models import WindowState
from odr.procedure.time.counting import months_later
from tests.faults.conftest import without_triggers
from tests.judgment.bench import Bench
from tests.judgment.test_appeal_again import APPEAL, bound
from tests.judgment.test_preservation import ASKED, RULING, motion_of, preserved
from tests.judgment.test_preservation_term import (
    FROZEN,
    GOES_ON,
    frozen,  # noqa: F401
    last_day,
    on_desk,
    ordered,  # noqa: F401
    terms_of,
    to_the_end,
)

REVIEW = {"asks": "Let it go on.", "grounds": "They are selling everything."}
GRANTED = {**RULING, "security": None, "orders": "It goes on."}
LIFTED = {**RULING, "kind": "preservation_review", "security": None, "orders": "It is lifted."}


def refused(bench: Bench) -> None:
    """The continuation is asked for, refused, and the refusal served on who asked."""
    row = preserved(bench).reference
    bench.do("claimant/1", "ask_to_continue_preservation", {"preservation": row, "reasons": "Still needed."})
    bench.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON, "result": "refuse"})
    bench.serve("claimant/1", occasion="rule_on_continuation")


def rows(bench: Bench) -> list[Preservation]:
    with bench.court.database.read() as session:
        return list(session.scalars(select(Preservation).order_by(Preservation.id)))


def test_what_was_not_continued_goes_on_after_a_review(frozen: Bench) -> None:  # noqa: F811
    """Only who asked for it may ask, once, within five days of the service; granted, the term follows the one that runs."""
    first = terms_of(frozen)[0]
    with pytest.raises(ActNotOpen, match="not started"):
        frozen.do("claimant/1", "ask_for_preservation_review", REVIEW)
    refused(frozen)
    frozen.serve("respondent/1", occasion="rule_on_continuation")
    with pytest.raises(ActNotOpen):
        frozen.do("respondent/1", "ask_for_preservation_review", REVIEW)
    frozen.do("claimant/1", "ask_for_preservation_review", REVIEW)
    with pytest.raises(ActNotOpen, match="already"):
        frozen.do("claimant/1", "ask_for_preservation_review", REVIEW)
    assert preserved(frozen).state is PreservationState.EXECUTED, "asking changes nothing"
    frozen.do("judge", "give_ruling", {**GRANTED, "result": "partly", "motion": motion_of(frozen), "months": "6"})
    old, new = terms_of(frozen)
    assert (old.state, new.state) == (WindowState.MET, WindowState.OPEN)
    assert last_day(frozen, new) == months_later(last_day(frozen, first), 6)
    assert len(on_desk(frozen, "continue_measure")) == 1 and len(rows(frozen)) == 1


def test_a_review_that_is_refused_leaves_the_refusal(frozen: Bench) -> None:  # noqa: F811
    """Nothing goes on, nothing is lifted before its term; months are said of nothing that ends."""
    refused(frozen)
    frozen.do("claimant/1", "ask_for_preservation_review", REVIEW)
    with pytest.raises(InvalidInput):
        frozen.do("judge", "give_ruling", {**GRANTED, "result": "refused", "motion": motion_of(frozen), "months": "6"})
    frozen.do("judge", "give_ruling", {**GRANTED, "result": "refused", "motion": motion_of(frozen)})
    assert preserved(frozen).state is PreservationState.EXECUTED
    assert [w.state for w in terms_of(frozen)] == [WindowState.OPEN]
    for kind in ("preservation_review", "stay"):
        with pytest.raises(InvalidInput):
            frozen.do("judge", "give_ruling", {**LIFTED, "kind": kind, "months": "6"})
    to_the_end(frozen)
    frozen.wait(seconds=1)
    assert preserved(frozen).state is PreservationState.LAPSED


def test_a_review_outlives_the_term_and_orders_it_anew(frozen: Bench) -> None:  # noqa: F811
    """The term ended while the five days ran: the right stays, and what ended is ordered again and carried out."""
    to_the_end(frozen, but=timedelta(days=1))
    refused(frozen)
    frozen.wait(days=2)
    assert preserved(frozen).state is PreservationState.LAPSED and len(on_desk(frozen, "undo_preservation")) == 1
    frozen.do("claimant/1", "ask_for_preservation_review", REVIEW)
    with pytest.raises(InvalidInput, match="ordered anew"):
        frozen.do("judge", "give_ruling", {**GRANTED, "motion": motion_of(frozen), "months": "6"})
    frozen.do("judge", "give_ruling", {**GRANTED, "motion": motion_of(frozen)})
    ended, again = rows(frozen)
    assert (ended.state, again.state) == (PreservationState.LAPSED, PreservationState.ORDERED)
    assert on_desk(frozen, "undo_preservation") == [] and len(on_desk(frozen, "execute_preservation")) == 1
    frozen.do("clerk", "execute_preservation", {"preservation": again.reference, **FROZEN})
    assert rows(frozen)[1].state is PreservationState.EXECUTED


def test_what_the_court_lifted_by_itself_is_looked_at_again(frozen: Bench) -> None:  # noqa: F811
    """For who had asked for it alone, and once; granted, it is ordered again, and nobody undoes it meanwhile."""
    frozen.do("judge", "give_ruling", LIFTED)
    for who in ("claimant/1", "respondent/1"):
        frozen.serve(who, occasion="give_ruling")
    with pytest.raises(ActNotOpen):
        frozen.do("respondent/1", "ask_for_preservation_review", REVIEW)
    frozen.do("claimant/1", "ask_for_preservation_review", REVIEW)
    assert len(on_desk(frozen, "undo_preservation")) == 1, "the review halts nothing"
    frozen.do("judge", "give_ruling", {**GRANTED, "motion": motion_of(frozen)})
    assert [r.state for r in rows(frozen)] == [PreservationState.LIFTED, PreservationState.ORDERED]
    assert on_desk(frozen, "undo_preservation") == [] and len(on_desk(frozen, "execute_preservation")) == 1


def test_a_ruling_on_a_review_is_not_reviewed_itself(frozen: Bench) -> None:  # noqa: F811
    """One review: who loses what the other side's review lifted asks for no second one (CPL 111)."""
    frozen.serve("respondent/1")
    frozen.do("respondent/1", "ask_for_preservation_review", {"asks": "Lift it.", "grounds": "I gave a letter."})
    frozen.do("judge", "give_ruling", {**GRANTED, "motion": motion_of(frozen), "orders": "Lifted."})
    frozen.serve("claimant/1", occasion="give_ruling")
    with pytest.raises(ActNotOpen):
        frozen.do("claimant/1", "ask_for_preservation_review", REVIEW)


@pytest.fixture
def old(frozen: Bench) -> Bench:  # noqa: F811
    """The same freeze as the first version recorded it: neither kind nor term."""
    with without_triggers(frozen.court.database), frozen.court.database.write() as session:
        case = session.get_one(Case, frozen.case_id)
        entry = entries_of(session, case, "execute_preservation")[0]
        payload: dict[str, Any] = json.loads(entry.payload)
        payload["version"], payload["input"] = 1, {k: payload["input"][k] for k in ("preservation", "what")}
        entry.act_version = 1
        entry.payload = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
        for window in frozen.court.look(session).windows(case, TERM):
            session.delete(window)
    return frozen


def test_an_old_freeze_has_the_longest_term_of_the_rules(old: Bench) -> None:
    """Read from the docket, row or none: the page says until when by what it is; it is told of, goes on, and ends."""
    assert terms_of(old) == []
    row, begun = preserved(old), old.clock.now()
    with old.court.database.read() as session:
        look, case = old.court.look(session), session.get_one(Case, old.case_id)
        window = terms(look, case, [session.get_one(Preservation, row.id)])[row.reference]
        day = begun.astimezone(old.court.settings.tz).date()
        assert [on for _, on in ends_by_law(look, case, window)] == [months_later(day, n) for n in (12, 24, 36)]
        assert last_day(old, window) == months_later(day, 36)
        due = window.due_at
        assert due is not None
    assert note_terms(old.court) == 0 and terms_of(old) == [], "looking records nothing"
    old.wait(seconds=(due - timedelta(days=20) - begun).total_seconds())
    assert (note_terms(old.court), note_terms(old.court)) == (1, 0)
    assert [w.due_at for w in terms_of(old)] == [due] and len(on_desk(old, "continue_preservation")) == 1
    to_the_end(old)
    old.wait(seconds=1)
    assert preserved(old).state is PreservationState.LAPSED


def test_an_old_freeze_is_continued_from_the_end_the_rules_give(old: Bench) -> None:
    """Nobody has to wait for the notice; and a refusal puts its end on record."""
    row = preserved(old).reference
    old.do("claimant/1", "ask_to_continue_preservation", {"preservation": row, "reasons": "Still needed."})
    old.do("judge", "rule_on_continuation", {"preservation": row, **GOES_ON, "months": 6})
    first, more = terms_of(old)
    assert first.state is WindowState.MET and last_day(old, more) == months_later(last_day(old, first), 6)


def test_an_old_freeze_whose_term_is_long_over_is_told_of_and_freed(old: Bench) -> None:
    """The court learned of terms too late for it: it is on the docket, and the clerk undoes what is still held."""
    old.wait(days=4 * 366)
    assert preserved(old).state is PreservationState.EXECUTED
    assert (note_terms(old.court), note_terms(old.court)) == (1, 0)
    old.wait(seconds=1)
    assert preserved(old).state is PreservationState.LAPSED and len(on_desk(old, "undo_preservation")) == 1


def test_conduct_of_old_has_no_term(old: Bench) -> None:
    """Without an amount it was conduct, by the form's own words: the rules know no term of it, and none is made up."""
    with old.court.database.write() as session:
        session.scalars(select(Preservation)).one().amount_minor = None
    old.wait(days=4 * 366)
    assert note_terms(old.court) == 0 and terms_of(old) == []


def test_while_an_appeal_is_pending_this_court_freezes_until_the_file_is_up(bench: Bench) -> None:
    """Its ruling is sent on to the court of second instance at once; with the file there, that court is asked (CPI 161,
    162).
    """
    bound(bench)
    bench.do("respondent/1", "appeal_decision", APPEAL)
    bench.do("claimant/1", "ask_for_ruling", ASKED)
    bench.do("judge", "rule_on_preservation", RULING | {"motion": motion_of(bench), "security": None})
    assert [t.subject for t in on_desk(bench, "pass_on_preservation")] == [preserved(bench).reference]
    bench.do("clerk", "send_file_up", {"court": "Intermediate Court"})
    with pytest.raises(InvalidInput, match="second instance"):
        bench.do("claimant/1", "ask_for_ruling", ASKED)


def test_a_freeze_in_a_pending_case_is_reported_to_nobody(ordered: Bench) -> None:  # noqa: F811
    """Only an appeal has a court above waiting for it."""
    assert on_desk(ordered, "pass_on_preservation") == []
