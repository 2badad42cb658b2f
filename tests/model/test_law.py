"""Anybody tries anything at any time, with papers that arrive and papers that do not: no way leads to a judgment that
would have to be set aside, and nobody's time is shorter than the law.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.conftest import MORNING
from tests.model import walks
from tests.model.hands import JOINS, Hands, let_in_more
from tests.model.known import KNOWN
from tests.model.law import LAW
from tests.model.papers import set_once_each
from tests.scene import Scene, open_court

ROUNDS, EXAMPLES, STEPS = (1_200, 4, 40) if os.environ.get("ODR_PROVE") else (10, 4, 42)
LEAST = 100_000 if os.environ.get("ODR_PROVE") else 2_000
"""Acts tried and stretches of time in all; what a beginning does is counted and looked at like every other step."""
PAIRS = 250 if os.environ.get("ODR_PROVE") else 150
"""Pairs of act and stage that are reached at least."""
ALWAYS = {
    ("issue_decision", "deliberation"),
    ("countersign_decision", "pronounced"),
    ("appeal_decision", "pronounced"),
    ("record_appeal_outcome", "appealed"),
    ("certify_effect", "effective"),
    ("record_hearing", "hearing"),
    ("close_hearing", "hearing"),
    ("apply_for_enforcement", "effective"),
}
"""What the machine must come to, or its invariants say little. Each stands on a beginning of its own: what is drawn differs
with the modules a process has loaded, whose constants Hypothesis tries.
"""
LOT = st.integers(0, 2**24)


class Law(RuleBasedStateMachine):
    """One case of a court that has many."""

    scene: Scene
    number = 0
    """Of the round: the same choices come to something else in every one."""
    reached: Counter[tuple[str, str]]
    steps: Counter[str]
    time_went_by = False
    """Whether it is looked at who has to act."""

    @initialize(lot=LOT)
    def begin(self, lot: int) -> None:
        """A claim is lodged, and the case brought somewhere."""
        self.hands, self.drawn = Hands(self.scene, self.reached, self.steps), ""
        lots = self.by_lot(lot)
        walks.begin(self.hands, lots, lots.choice(walks.BEGINNINGS))
        self.fees_come_in()

    def fees_come_in(self) -> None:
        """In the last rounds what is due is paid, so that no unpaid fee hides who else has to act."""
        if self.number >= ROUNDS:
            self.hands.pays()

    def by_lot(self, lot: int) -> Random:
        """A lot of its own for each step, from the round and everything drawn before."""
        self.drawn += f"/{lot}"
        return Random(f"{self.number}{self.drawn}")

    @rule(lot=LOT)
    def somebody_does_something_open(self, lot: int) -> None:
        """An act that is open to somebody, with what the court offers for it."""
        self.hands.something(self.by_lot(lot))

    @rule(lot=LOT)
    def somebody_tries_something_closed(self, lot: int) -> None:
        """An act that is closed to somebody: nothing is done, and a sentence says why."""
        refused = self.hands.forbidden(self.by_lot(lot))
        if refused is not None:
            walks.says_why(*refused)

    @rule(lot=LOT)
    def somebody_is_in_a_hurry(self, lot: int) -> None:
        """The furthest step towards judgment and enforcement that the court lets somebody do."""
        self.hands.hurry(self.by_lot(lot))

    @rule(lot=LOT, returned=st.booleans())
    def the_post_comes(self, lot: int, returned: bool) -> None:
        """The return of one paper, signed or not."""
        lots = self.by_lot(lot)
        self.hands.served(lots, returned=returned and lots.random() < 0.4)

    @rule(who=st.sampled_from(JOINS), in_writing=st.booleans())
    def a_respondent_joins(self, who: str, in_writing: bool) -> None:
        """By the code of their letter; one of three never does."""
        self.hands.joins(who, in_writing=in_writing)

    @rule(hours=st.sampled_from((1, 5, 27, 72, 200, 410)))
    def time_goes_by(self, hours: int) -> None:
        """Hours or days."""
        self.hands.wait(hours=hours)
        self.fees_come_in()
        self.time_went_by = True

    @invariant()
    def no_case_waits_for_nobody(self) -> None:
        """A party has a duty whose time ends, or the court a task whose act is open to a named person. Asked where time
        went by; ``test_waits_for_nobody.py`` asks at every step.
        """
        if self.time_went_by:
            self.time_went_by = False
            found = self.hands.waits_for_nobody()
            assert found == [], "\n".join([*found, *self.hands.story])

    @invariant()
    def nothing_breaks_the_law(self) -> None:
        """What stands in the case holds against every article of the model."""
        if not hasattr(self, "hands"):
            return
        found = [words for words in self.hands.broken if words.partition(" ")[0] not in KNOWN]
        assert found == [], "\n".join([*found, *self.hands.story])

    @invariant()
    def no_desk_asks_for_what_cannot_be_done(self) -> None:
        """Every task in the case can be ended at its stage."""
        if hasattr(self, "hands"):
            assert self.hands.stalled() == [], "\n".join([*self.hands.stalled(), *self.hands.story])


@pytest.fixture
def machine(sqlite_template: Path) -> Iterator[type[Law]]:
    """The machine on a court of its own, whose disk does not matter."""
    folder = Path(tempfile.mkdtemp(prefix="odr-law-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    Law.scene = open_court(database, FixedClock(MORNING), folder / "court")
    let_in_more(Law.scene)
    set_once_each(Law.scene.court)
    Law.reached, Law.steps = Counter(), Counter()
    yield Law
    database.dispose()
    shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.timeout(0 if os.environ.get("ODR_PROVE") else 3600)  # minutes, and more beside others; to prove it, hours
def test_no_way_leads_to_a_judgment_that_falls(machine: type[Law], capsys: pytest.CaptureFixture[str]) -> None:
    """Two thousand steps (a hundred thousand with ODR_PROVE=1): no invariant of law is broken, and the machine came as
    far as judgments, defaults, appeals and enforcement.
    """
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    chosen = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, phases=phases, derandomize=True)
    for machine.number in range(ROUNDS + ROUNDS // 4):
        run_state_machine_as_test(machine, settings=chosen)
    lines = [f"  {act} at {stage}: {times}" for (act, stage), times in sorted(machine.reached.items())]
    with capsys.disabled():
        sys.stdout.write(
            "\n".join([f"\n{sum(machine.steps.values())} steps, {len(lines)} pairs of act and stage:", *lines, ""])
        )
    assert sum(machine.steps.values()) >= LEAST
    assert len(machine.reached) >= PAIRS
    assert machine.reached.keys() >= ALWAYS, f"never reached: {ALWAYS - machine.reached.keys()}"


def test_every_invariant_names_its_articles() -> None:
    """Each invariant stands under a name of its own and on an article, and what is known to be broken is one of them."""
    assert len({rule.name for rule in LAW}) == len(LAW)
    assert all(rule.articles for rule in LAW)
    assert KNOWN.keys() <= {rule.name for rule in LAW}
