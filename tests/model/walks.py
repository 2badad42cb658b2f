"""Walks of one case: short beginnings that bring it somewhere, and steps that anybody may take from there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from odr.docket.models import Role, Stage
from odr.ground.errors import CourtError, Forbidden, StepUpNeeded
from tests.conftest import MORNING
from tests.model.hands import JOINS, Hands

Beginning = Callable[[Hands, Random], None]


def lodged(hands: Hands, lot: Random) -> None:
    """A claim before the registry: against one, two or three; small, or above small claims."""
    hands.lodge(lot.choice([1, 1, 2, 3]), lot.choice(["8,000.00", "8,000.00", "90,000.00"]))


def accepted(hands: Hands, lot: Random) -> None:
    """Accepted, and on its way to the respondents."""
    lodged(hands, lot)
    track = lot.choice(["small_claims", "simple", "simple", "ordinary", "ordinary"])
    pays = lot.random() < 0.85
    if not hands.accept(lot, track, pays=pays):
        hands.accept(lot, "ordinary", pays=pays)
    hands.wait(hours=1)


def served(hands: Hands, lot: Random) -> None:
    """Served on everybody by post or by joining; some answer, some bring evidence, time goes by or not."""
    accepted(hands, lot)
    if lot.random() < 0.7:
        hands.do("submit_exhibit", Role.CLAIMANT, lot)
    for who in JOINS:
        if lot.random() < 0.6:
            hands.joins(who, in_writing=lot.random() < 0.8)
    hands.everything_served(lot, "claim")
    if lot.random() < 0.4:
        hands.do("file_answer", Role.RESPONDENT, lot, position="defend", statement="It was inspected.")
    if lot.random() < 0.6:
        hands.wait(days=lot.choice([3, 16, 22]))


def heard(hands: Hands, lot: Random) -> None:
    """Heard at one hour in the courtroom, or opened in writing."""
    served(hands, lot)
    hands.do("open_examination", Role.JUDGE, lot)
    hands.do("summon", Role.CLERK, lot)
    hands.wait(hours=2)
    hands.everything_served(lot, "summons")
    hands.wait(days=lot.choice([2, 8, 15]))
    hands.do("record_hearing", Role.CLERK, lot)


def hurried(hands: Hands, lot: Random) -> None:
    """Everything as fast as the court lets it, up to a judgment where it lets it."""
    served(hands, lot)
    hurry_on(hands, lot, Stage.PRONOUNCED, 20)


def judged(hands: Hands, lot: Random, track: str | None = None, *, joined: bool = False) -> None:
    """By the book: served, time for everything, summoned, heard in the courtroom, found, signed, rested, pronounced."""
    track = track or lot.choice(["small_claims", "simple", "ordinary"])
    hands.lodge(lot.choice([1, 1, 2]))
    hands.accept(lot, track)
    hands.wait(hours=1)
    if lot.random() < 0.7:
        hands.do("submit_exhibit", Role.CLAIMANT, lot)
    if joined or lot.random() < 0.6:
        hands.joins("haiyun", in_writing=lot.random() < 0.5)
    hands.everything_served(lot, "claim")
    hands.wait(days=22)
    by_the_book(hands, lot)


def by_the_book(hands: Hands, lot: Random) -> None:
    """From a case whose times are over to its judgment."""
    hands.do("open_examination", Role.JUDGE, lot, mode="offline")
    day = (hands.scene.clock.now() + timedelta(days=12)).date()
    hands.do("summon", Role.CLERK, lot, mode="offline", on=day.isoformat(), at="09:30", place="Courtroom 3")
    hands.wait(hours=2)
    hands.everything_served(lot, "summons")
    hands.wait(days=13)
    hands.careful = lot.random() < 0.9
    hands.do("record_hearing", Role.CLERK, lot)
    hands.careful = False
    hands.do("close_hearing", Role.JUDGE, lot, reasons="Everything was heard.")
    hands.wait(days=13)
    hands.decides_without(lot)
    for name in ("record_findings", "draft_decision", "send_for_signing"):
        hands.do(name, Role.JUDGE, lot)
    hands.wait(hours=27)
    hands.do("issue_decision", Role.JUDGE, lot)
    hands.do("countersign_decision", Role.CLERK, lot)
    hands.wait(hours=1)


def binding(hands: Hands, lot: Random) -> None:
    """Judged and served on everybody; nobody appeals, or somebody does."""
    judged(hands, lot)
    hands.everything_served(lot, "decision")
    hands.wait(days=lot.choice([2, 17, 17, 40]))


def unpaid(hands: Hands, lot: Random) -> None:
    """Judged, served and binding; the day to pay goes by, and the claimant applies to have it enforced."""
    judged(hands, lot, joined=True)
    hands.everything_served(lot, "decision")
    hands.wait(days=40)
    hands.do("certify_effect", Role.CLERK, lot)
    hands.wait(days=lot.choice([1, 17]))
    hands.do("apply_for_enforcement", Role.CLAIMANT, lot)


def rebutted(hands: Hands, lot: Random) -> None:
    """Judged, served and binding; then the judgment, or the claim, is found not to have reached the respondent."""
    judged(hands, lot, joined=True)
    hands.everything_served(lot, "decision")
    hands.wait(days=lot.choice([2, 17, 40]))
    hands.rebut(lot, lot.choice(["decision", "decision", "claim"]))


def appealed(hands: Hands, lot: Random) -> None:
    """Judged, appealed, and sent back or upheld."""
    judged(hands, lot, lot.choice(["simple", "ordinary"]))
    hands.everything_served(lot, "decision")
    hands.do("appeal_decision", Role.CLAIMANT, lot)
    hands.wait(days=lot.choice([1, 17]))
    hands.do("send_file_up", Role.CLERK, lot)
    hands.do("record_appeal_outcome", Role.CLERK, lot)


def hurry_on(hands: Hands, lot: Random, until: Stage, most: int) -> None:
    """Those in a hurry go on until a stage; where nothing is open papers arrive and days go by."""
    later = [Stage.PRONOUNCED, Stage.APPEALED, Stage.EFFECTIVE, Stage.ENFORCEMENT, Stage.CLOSED]
    for _ in range(most):
        if hands.scene.case().stage in (until, *later):
            return
        if not hands.hurry(lot):
            hands.everything_served(lot, lot.choice(["claim", "summons", "decision"]))
            hands.wait(days=lot.choice([1, 2, 3, 9]))


BEGINNINGS: tuple[Beginning, ...] = (
    lodged,
    accepted,
    served,
    heard,
    hurried,
    judged,
    binding,
    unpaid,
    rebutted,
    appealed,
)


def begin(hands: Hands, lot: Random, beginning: Beginning) -> None:
    """A new case on a morning of the registry."""
    hands.scene.clock.set(MORNING)
    beginning(hands, lot)


def step(hands: Hands, lot: Random) -> None:
    """Anybody does anything: something open, something forbidden, the next thing of who is in a hurry, or time goes by."""
    which = lot.random()
    if which < 0.35:
        hands.something(lot)
    elif which < 0.50:
        refused = hands.forbidden(lot)
        if refused is not None:
            says_why(*refused)
    elif which < 0.75:
        hands.hurry(lot)
    elif which < 0.87:
        hands.served(lot, returned=lot.random() < 0.2)
    elif which < 0.91:
        hands.joins(lot.choice(JOINS), in_writing=lot.random() < 0.8)
    elif which < 0.95:
        hands.wait(hours=lot.choice([1, 5, 27]))
    else:
        hands.wait(days=lot.choice([2, 5, 11, 17]))


def says_why(act: str, error: CourtError) -> None:
    """A refusal is a sentence in both languages, and names the article it rests on, save where only a role is asked for."""
    for locale in ("en", "zh-Hans"):
        assert error.message.render(locale).strip(), act
    assert error.message.render("en") != error.message.render("zh-Hans"), f"{act}: {error.message} is not translated"
    assert error.source or isinstance(error, Forbidden | StepUpNeeded), f"{act}: {error.message} names no article"
