"""Every guard and bar is taken out in turn, and the model of law finds it; those it cannot find are named with the reason.

A guard is taken out of a table of its own, in a court that differs from the wired one in nothing else.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from pydantic import BaseModel

from odr.docket.models import Role
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.procedure.acts.table import TABLE, ActTable
from odr.procedure.court import Court
from odr.procedure.forms.faults import label_of
from odr.procedure.forms.inputs import RefTo, marks
from tests.conftest import MORNING
from tests.model import walks
from tests.model.guards_not_of_law import NOT_OF_LAW, Why
from tests.model.hands import Hands, Refused, let_in_more
from tests.model.known import KNOWN
from tests.scene import Scene, open_court

Walk = Callable[[Hands, Random], None]
PROVE = bool(os.environ.get("ODR_PROVE"))


def without(court: Court, name: str) -> Court:
    """The same court with one guard or bar taken out."""
    table = ActTable()
    for act in court.table:
        table.add(replace(act, guards=tuple(g for g in act.guards if short(g.name) != name)))
    hooks = replace(court.hooks, bars=[b for b in court.hooks.bars if bar_name(b) != name])
    return replace(court, table=table, hooks=hooks)


def short(name: str) -> str:
    """A guard's name without the house and without where a factory made it."""
    return name.removeprefix("odr.").replace(".<locals>", "")


def bar_name(bar: object) -> str:
    """A bar's name as of a guard."""
    check = bar.check  # type: ignore[attr-defined]
    return short(f"{check.__module__}.{check.__qualname__}")


# Walks that step over one guard each


def changes_a_claim_after_the_debate(hands: Hands, lot: Random) -> None:
    """Heard and closed; the record is still read, and the claimant raises the claim."""
    heard(hands, lot, days=13)
    hands.do("amend_claim", Role.CLAIMANT, lot)
    hands.do("file_counterclaim", Role.RESPONDENT, lot)


def heard(hands: Hands, lot: Random, days: int, *, close: bool = True) -> None:
    """To the end of a hearing in the courtroom."""
    hands.lodge()
    hands.accept(lot, "simple")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.wait(days=22)
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")
    day = (hands.scene.clock.now() + timedelta(days=12)).date()
    hands.do("summon", Role.CLERK, lot, mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
    hands.wait(hours=1)  # The summons goes out.
    hands.wait(days=days)
    hands.do("record_hearing", Role.CLERK, lot)
    if close:
        hands.do("close_hearing", Role.JUDGE, lot, reasons="Everything was heard.")


def returns_a_claim_twice(hands: Hands, lot: Random) -> None:
    """Returned, mended, returned again."""
    hands.lodge()
    for _ in range(2):
        hands.do("return_claim", Role.CLERK, lot, defects=[{"part": "facts", "what": "Say when."}], days=7)
        hands.do("correct_claim", Role.CLAIMANT, lot)


def refuses_what_may_be_mended(hands: Hands, lot: Random) -> None:
    """Returned, and refused the same day."""
    hands.lodge()
    hands.do("return_claim", Role.CLERK, lot, defects=[{"part": "facts", "what": "Say when."}], days=7)
    for name, role in (("propose_refusal", Role.CLERK), ("refuse_claim", Role.JUDGE)):
        hands.do(name, role, lot, reasons="It was not mended.", article="CPL 122")


def closes_a_hearing_nobody_held(hands: Hands, lot: Random) -> None:
    """Opened for the courtroom, and closed at once."""
    hands.lodge()
    hands.accept(lot, "simple")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.wait(days=22)
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")
    hands.do("close_hearing", Role.JUDGE, lot, reasons="Nothing to hear.")


def closes_what_is_for_a_panel(hands: Hands, lot: Random) -> None:
    """In simple procedure, found to be of wide effect after everything was heard, and closed all the same."""
    heard(hands, lot, days=13, close=False)
    reasons = "Thousands of people bought the same goods of the same batch."
    hands.do("find_bar", Role.JUDGE, lot, bar="wide_effect", holds="yes", reasons=reasons)
    hands.do("close_hearing", Role.JUDGE, lot, reasons="Everything was heard.")


def signed(hands: Hands, lot: Random) -> None:
    """A decision lies signed."""
    heard(hands, lot, days=13)
    hands.wait(days=9)
    hands.decides_without(lot)
    for name in ("record_findings", "draft_decision", "send_for_signing"):
        hands.do(name, Role.JUDGE, lot)


def changes_what_was_signed(hands: Hands, lot: Random) -> None:
    """Another finding while the decision rests."""
    signed(hands, lot)
    hands.do("record_findings", Role.JUDGE, lot)
    hands.wait(hours=30)
    hands.do("issue_decision", Role.JUDGE, lot)


def binds(hands: Hands, lot: Random) -> None:
    """A judgment in effect since a moment."""
    hands.lodge()
    hands.accept(lot, "small_claims")
    hands.wait(hours=1)
    hands.do("submit_exhibit", Role.CLAIMANT, lot)
    hands.joins("haiyun")
    hands.wait(days=22)
    walks.by_the_book(hands, lot)
    hands.everything_served(lot, "decision")
    hands.wait(hours=2)


def closes_what_is_owed(hands: Hands, lot: Random) -> None:
    """In effect, nothing paid, closed."""
    binds(hands, lot)
    hands.do("close_case", Role.CLERK, lot, note="Closed.")


def certifies_what_never_was_judged(hands: Hands, lot: Random) -> None:
    """Withdrawn before it was accepted, and certified."""
    hands.lodge()
    hands.do("withdraw_claim", Role.CLAIMANT, lot)
    hands.do("certify_effect", Role.CLERK, lot, language="en")


def goes_on_after_the_court_said_no(hands: Hands, lot: Random) -> None:
    """The court does not hear the case, and the claim is changed all the same."""
    hands.lodge()
    hands.accept(lot, "ordinary")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.do("object_to_jurisdiction", Role.RESPONDENT, lot)
    hands.do(
        "rule_on_jurisdiction",
        Role.JUDGE,
        lot,
        request=hands.offered("jurisdiction_objections", Role.JUDGE),
        answer="allow",
        reasons="The goods were delivered elsewhere.",
        court="Another court",
    )
    hands.wait(hours=1)
    hands.do("amend_claim", Role.CLAIMANT, lot)


def votes_alone(hands: Hands, lot: Random) -> None:
    """One judge votes."""
    heard(hands, lot, days=13)
    hands.wait(days=9)
    hands.decides_without(lot)
    for name in ("record_findings", "draft_decision", "vote_on_decision", "deliberate"):
        hands.do(name, Role.JUDGE, lot)


def opens_at_once(hands: Hands, lot: Random) -> None:
    """Served, and examined the same day."""
    hands.lodge()
    hands.accept(lot, "ordinary")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")


def finds_at_once(hands: Hands, lot: Random) -> None:
    """Answered at once, and found while both may still bring evidence."""
    hands.lodge()
    hands.accept(lot, "ordinary")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.do("file_answer", Role.RESPONDENT, lot, position="defend", statement="It was inspected.")
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")
    hands.do("record_findings", Role.JUDGE, lot)


def sent_back(hands: Hands, lot: Random) -> None:
    """Judged, appealed, sent back; time for everything again."""
    walks.judged(hands, lot, "ordinary")
    hands.everything_served(lot, "decision")
    hands.do("appeal_decision", Role.CLAIMANT, lot)
    hands.wait(days=17)
    hands.do("send_file_up", Role.CLERK, lot)
    told = {"court": "Intermediate Court", "number": "(2026)浙01民终1号", "summary": "Heard again."}
    day = hands.scene.clock.now().date().isoformat()
    hands.do("record_appeal_outcome", Role.CLERK, lot, outcome="sent_back", decided_on=day, **told)
    hands.wait(days=22)


def examines_alone_what_was_sent_back(hands: Hands, lot: Random) -> None:
    """One judge opens the examination of a case that was sent back."""
    sent_back(hands, lot)
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")


def writes_in_ordinary_procedure(hands: Hands, lot: Random) -> None:
    """A hearing in writing is applied for in ordinary procedure."""
    hands.lodge()
    hands.accept(lot, "ordinary")
    hands.do("apply_for_written_hearing", Role.CLAIMANT, lot, difficulty="I work at night and cannot come.")


def agrees_on_small_claims_over_much(hands: Hands, lot: Random) -> None:
    """Half a million by agreement."""
    hands.lodge(amount="500,000.00")
    hands.accept(lot, "simple")
    hands.do("agree_small_claims", Role.CLAIMANT, lot, final=True)


def challenges_after_the_debate(hands: Hands, lot: Random) -> None:
    """Heard and closed, and then the judge is challenged."""
    heard(hands, lot, days=13)
    hands.do("challenge", Role.RESPONDENT, lot)


def drafts_while_challenged(hands: Hands, lot: Random) -> None:
    """The judge is challenged, and drafts the decision all the same."""
    hands.lodge()
    hands.accept(lot, "simple")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.wait(days=22)
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")
    for _ in range(4):
        hands.do("challenge", Role.RESPONDENT, lot)
    hands.do("draft_decision", Role.JUDGE, lot)


def closes_a_part_at_once(hands: Hands, lot: Random) -> None:
    """Answered at once, and a part closed while both may still bring evidence and nobody was heard."""
    finds_at_once(hands, lot)
    part = {"heads": [hands.offered("reliefs_asked", Role.JUDGE)], "facts": [1], "reasons": "It is clear."}
    hands.do("close_part", Role.JUDGE, lot, **part)


def merges_without_agreement(hands: Hands, lot: Random) -> None:
    """The claimant alone agrees, and the judge merges investigation and debate."""
    hands.lodge()
    hands.accept(lot, "ordinary")
    hands.wait(hours=1)
    hands.joins("haiyun")
    hands.wait(days=22)
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")
    hands.do("answer_merging", Role.CLAIMANT, lot, agrees="yes")
    hands.do("merge_stages", Role.JUDGE, lot, reasons="Both belong together.")


def orders_a_retrial_at_once(hands: Hands, lot: Random) -> None:
    """Small claims, in effect; the respondent applies here, and the president orders it the same hour."""
    binds(hands, lot)
    given = {
        "grounds": ["not_examined"],
        "facts": "Nobody showed us the list.",
        "asks": "Dismiss the claim.",
        "court": "here",
    }
    hands.do("apply_for_retrial", Role.RESPONDENT, lot, **given)
    hands.do("rule_on_retrial", Role.PRESIDENT, lot, answer="order", reasons="The list was never shown.")


FOUND_BY: dict[str, tuple[Walk, str]] = {
    "filing.claim.progress.before_end_of_debate": (
        changes_a_claim_after_the_debate,
        "claims_stand_once_the_debate_has_ended",
    ),
    "filing.claim.acts.not_returned_twice": (returns_a_claim_twice, "a_claim_is_returned_once"),
    "filing.registry.refusing.time_to_mend_is_over": (
        refuses_what_may_be_mended,
        "nothing_is_refused_while_it_may_be_mended",
    ),
    "filing.claim.procedure_bars.the_procedure_fits": (
        closes_what_is_for_a_panel,
        "nothing_ends_in_a_procedure_closed_to_it",
    ),
    "hearing.mode.acts.hearing_was_held": (closes_a_hearing_nobody_held, "no_hearing_is_closed_that_was_not_held"),
    "judgment.decision.acts.nothing_rests": (changes_what_was_signed, "what_is_pronounced_was_signed_and_has_rested"),
    "judgment.enforcement.acts.nothing_is_owed": (
        closes_what_is_owed,
        "nothing_is_closed_as_performed_while_it_is_owed",
    ),
    "filing.course.ending_rulings.stands_still": (
        goes_on_after_the_court_said_no,
        "nothing_goes_on_after_a_ruling_that_ends_the_case",
    ),
    "hearing.examination.acts.everybody_could_answer": (
        opens_at_once,
        "nothing_is_examined_before_everybody_could_answer",
    ),
    "judgment.decision.acts.time_is_over": (finds_at_once, "nothing_is_found_while_evidence_may_come"),
    "filing.claim.procedure_bars.the_panel_sits": (
        examines_alone_what_was_sent_back,
        "a_case_sent_back_is_heard_by_a_panel",
    ),
    "hearing.written.acts.track_allows_it": (writes_in_ordinary_procedure, "a_hearing_in_writing_is_for_simple_cases"),
    "filing.course.procedure_objections.small_claims_may_be_agreed": (
        agrees_on_small_claims_over_much,
        "small_claims_are_small",
    ),
    "filing.course.objections.before_the_debate_ended": (
        challenges_after_the_debate,
        "nobody_is_challenged_after_the_debate",
    ),
    "filing.course.objections.challenged_pauses": (drafts_while_challenged, "nobody_decides_who_had_to_step_aside"),
    "judgment.panel.acts.a_panel_deliberates": (votes_alone, "only_a_panel_votes"),
    "judgment.decision.closed_part.a_part_is_ripe": (
        closes_a_part_at_once,
        "a_part_is_closed_after_everybody_was_heard_on_it",
    ),
    "hearing.examination.merging.everybody_agreed_to_merging": (
        merges_without_agreement,
        "stages_are_merged_with_the_agreement_of_everybody",
    ),
    "judgment.remedies.retrial_here.an_application_is_ready": (
        orders_a_retrial_at_once,
        "a_retrial_is_ruled_on_after_everybody_could_answer",
    ),
}
"""Guard or bar → the walk that steps over it, and the invariant that is broken then."""
SHORTENED = (
    "filing.claim.progress.before_end_of_debate",
    "judgment.decision.acts.nothing_rests",
    "hearing.examination.acts.everybody_could_answer",
    "judgment.decision.acts.time_is_over",
    "filing.course.ending_rulings.stands_still",
    "judgment.decision.closed_part.a_part_is_ripe",
    "hearing.examination.merging.everybody_agreed_to_merging",
    "judgment.remedies.retrial_here.an_application_is_ready",
)
"""What ``make test`` takes out; ``make prove`` takes out all."""


@pytest.fixture(scope="module")
def wired(sqlite_template: Path) -> Iterator[Scene]:
    """A court for all walks: each has a case of its own."""
    folder = Path(tempfile.mkdtemp(prefix="odr-guards-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    scene = open_court(database, FixedClock(MORNING), folder / "court")
    let_in_more(scene)
    yield scene
    database.dispose()
    shutil.rmtree(folder)


@contextmanager
def mutated(scene: Scene, name: str) -> Iterator[Hands]:
    """Hands in the court without a guard."""
    yield Hands(replace(scene, court=without(scene.court, name)))


def names() -> set[str]:
    """Every guard and bar of the court."""
    from odr import wiring

    bars = {bar_name(bar) for room in wiring.rooms() for bar in room.bars}
    return {short(guard.name) for act in TABLE for guard in act.guards} | bars


def rules_broken(hands: Hands) -> set[str]:
    """Names of the invariants that were broken."""
    return {words.partition(" ")[0] for words in hands.broken}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FOUND_BY) if PROVE else SHORTENED)
def test_a_guard_taken_out_is_found(wired: Scene, name: str) -> None:
    """With it the walk breaks nothing of that article; without it the invariant is broken."""
    walk, rule = FOUND_BY[name]
    for scene, expected in ((wired, False), (replace(wired, court=without(wired.court, name)), True)):
        hands = Hands(scene)
        walks.begin(hands, Random(1), walk)
        assert (rule in rules_broken(hands)) is expected, "\n".join([*hands.broken, *hands.story])


def test_every_guard_is_found_or_named_with_the_reason(wired: Scene) -> None:
    """Every guard and bar of the table is in one of the two tables, and none that is gone."""
    there = names()
    assert FOUND_BY.keys() & NOT_OF_LAW.keys() == set()
    assert there - FOUND_BY.keys() - NOT_OF_LAW.keys() == set()
    assert (FOUND_BY.keys() | NOT_OF_LAW.keys()) - there == set()


def test_each_reason_is_so() -> None:
    """Where an act must name what it is about, its input does; where the model does not go, there is a test."""
    tests = Path(__file__).resolve().parents[1]
    for name, (why, where) in NOT_OF_LAW.items():
        acts = [act for act in TABLE if any(short(guard.name) == name for guard in act.guards)]
        assert (why is Why.BEYOND) == (where is not None), name
        if where is not None:
            assert (tests / where).is_file(), name
        if why is Why.NAMED:
            assert all(names_something(act.input) for act in acts), name


def names_something(model: type[BaseModel]) -> bool:
    """Whether a required field refers to something of the case or is chosen from what there is."""
    for info in model.model_fields.values():
        label = label_of(info)
        refers = any(isinstance(mark, RefTo) for mark in marks(info)) or (label is not None and label.choices)
        if info.is_required() and refers:
            return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(NOT_OF_LAW) if PROVE else sorted(NOT_OF_LAW)[::50])
def test_what_is_named_as_no_guard_of_law_is_none(wired: Scene, name: str) -> None:
    """Walks in the court without it break nothing of law, or it belongs into the other table.

    A few of them on three beginnings; every one on all beginnings in ``make prove``, which takes hours.
    """
    for number, beginning in enumerate(walks.BEGINNINGS if PROVE else walks.BEGINNINGS[4:7]):
        with mutated(wired, name) as hands:
            lot = Random(number)
            try:
                walks.begin(hands, lot, beginning)
                for _ in range(12):
                    walks.step(hands, lot)
            except (AssertionError, Refused):
                # What a handler does on nothing is its own affair here: only the law counts.
                continue
            assert rules_broken(hands) <= KNOWN.keys(), "\n".join([*hands.broken, *hands.story])
