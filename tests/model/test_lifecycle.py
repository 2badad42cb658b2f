"""Anybody tries anything at any time: the court does exactly what the reference says, and refuses exactly the rest."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from odr.docket.models import Case, DocketEntry
from odr.filing.models import Request
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import CourtError
from odr.procedure.audit.docket_audit import audit_case
from odr.procedure.audit.row_audit import audit_projections
from odr.service.packet.occasions import REGISTRY
from odr.service.queries import packets_of
from odr.service.vocabulary import PacketState
from odr.settlement.models import Agreement, Offer, OfferState
from tests.conftest import MORNING
from tests.model.reference import Reference
from tests.scene import Scene, claim, open_court

STEPS = 50
EXAMPLES = 2_000 if os.environ.get("ODR_PROVE") else 40
"""Times :data:`STEPS`: 2,000 steps, or 100,000."""
WHO = ("li", "haiyun", "clerk", "judge", "stranger")
REASONS = "The rules named in the request are read as they stand."
OFFER = {
    "amount": "6,000.00",
    "payer": "respondent/1",
    "instalments": [{"on": "2027-12-20", "amount": "6,000.00"}],
    "days": 7,
}
ACTS = sorted(name.removeprefix("_may_") for name in vars(Reference) if name.startswith("_may_"))
HUMAN = {*ACTS, "lodge_claim"} - {"refuse_withdrawal"}


class Lifecycle(RuleBasedStateMachine):
    """One case of a court that has many; the clock goes on from one to the next."""

    scene: Scene
    said = ""
    done = 0
    tried = 0

    @initialize()
    def lodge(self) -> None:
        """Li lodges a claim in the registry's hours."""
        clock = self.scene.clock
        clock.set(MORNING)
        self.scene.lodge()
        calendar = self.scene.court.packs.get(
            self.scene.case().pack_id, self.scene.case().pack_version
        ).working_calendar
        self.model = Reference(calendar.next_working, clock.now())

    @rule(act=st.sampled_from(ACTS), who=st.sampled_from(WHO))
    def attempt(self, act: str, who: str) -> None:
        """Somebody tries something."""
        self.tries(act, who)

    @precondition(lambda self: self.open_now())
    @rule(lot=st.integers(0, 999))
    def attempt_what_is_open(self, lot: int) -> None:
        """Somebody does one of the things that may be done now: by lot alone one try in fifty would be one."""
        able = self.open_now()
        self.tries(*able[lot % len(able)])

    def open_now(self) -> list[tuple[str, str]]:
        """What is open to whom."""
        return [(act, who) for act in ACTS for who in WHO if self.model.may(act, who)]

    def tries(self, act: str, who: str) -> None:
        expected = self.model.may(act, who)
        type(self).tried += 1
        assert self.performed(act, who) is expected, f"{act} by {who}: {self.said}; {self.model}"
        if expected:
            type(self).done += 1
            self.model.do(act, who)

    @rule(hours=st.integers(1, 30))
    def wait_hours(self, hours: int) -> None:
        """Some hours pass."""
        self.wait(timedelta(hours=hours))

    @rule(days=st.integers(2, 9))
    def wait_days(self, days: int) -> None:
        """Some days pass."""
        self.wait(timedelta(days=days))

    @precondition(lambda self: self.model.stage == "returned" and not self.model.told)
    @rule()
    def letters_arrive(self) -> None:
        """The worker brings the claimant the letter that says what is missing; in a round of its own come those of earlier cases."""
        self.scene.work()
        if self.letter_is_there():
            self.model.letters_arrive()

    def letter_is_there(self) -> bool:
        with self.scene.court.database.read() as session:
            letters = packets_of(session, session.get_one(Case, self.scene.case_id))
            return all(one.state is PacketState.SERVED for one in letters if one.occasion == REGISTRY.key)

    def wait(self, by: timedelta) -> None:
        while by:
            # Day by day: the fee is paid on the day on which the claim counts as accepted, as it is where the registry accepts it.
            some = min(by, timedelta(days=1))
            by, before = by - some, len(self.model.entries)
            self.model.wait(some)
            self.scene.clock.advance(some)
            with self.scene.court.sit() as sitting:
                sitting.perform_due(sitting.session.get_one(Case, self.scene.case_id))
            if "accept_claim" in self.model.entries[before:]:
                self.scene.pay()

    @invariant()
    def agrees(self) -> None:
        """Stage and entries are the reference's, the docket is whole, and every row is what it makes it."""
        if not hasattr(self, "model"):
            return
        with self.scene.court.database.read() as session:
            case = session.get_one(Case, self.scene.case_id)
            acts = session.scalars(
                select(DocketEntry.act).where(DocketEntry.case_id == case.id).order_by(DocketEntry.number)
            ).all()
            assert case.stage.value == self.model.stage
            assert [act for act in acts if act in HUMAN] == self.model.entries
            assert audit_case(session, case) == audit_projections(self.scene.court, session, case) == []

    # What the acts are given

    def performed(self, act: str, who: str) -> bool:
        """Whether the court did it."""
        try:
            if act == "join_case":
                # Who holds the letter's code joins; only Haiyun got the letter.
                self.scene.join(who) if who == "haiyun" else self.scene.actor("stranger")
            else:
                self.scene.do("rule_on_withdrawal" if act == "refuse_withdrawal" else act, who, **self.given(act, who))
        except (CourtError, LookupError, IndexError) as error:
            self.said = str(error)
            return False
        self.said = "done"
        if act == "accept_claim":
            self.scene.pay()
        return True

    def given(self, act: str, who: str) -> dict[str, Any]:
        """A sound input for an act, about what there is."""
        match act:
            case "return_claim":
                return {"defects": [{"part": "facts", "what": "Say when."}], "days": 7}
            case "correct_claim":
                return claim().model_dump(mode="json")
            case "accept_claim":
                return {"track": "small_claims"}
            case "refuse_claim" | "propose_refusal":
                return {"reasons": REASONS, "article": "CPL 122"}
            case "decline_refusal":
                return {"reasons": REASONS}
            case "file_answer":
                return {"position": "defend", "statement": "The goods were inspected on entry."}
            case "rule_on_withdrawal" | "refuse_withdrawal":
                return {
                    "request": self.newest(Request),
                    "answer": "allow" if act.startswith("rule") else "refuse",
                    "reasons": REASONS,
                }
            case "open_examination":
                return {"mode": "offline"}
            case "make_offer":
                return {**OFFER, "to": "claimant/1" if who == "haiyun" else "respondent/1"}
            case "accept_offer" | "decline_offer" | "withdraw_offer":
                return {"offer": self.newest(Offer, Offer.state == OfferState.OPEN)}
            case "decline_agreement":
                return {"agreement": self.newest(Agreement)}
            case "change_consent":
                return {"agrees": True}
        return {}

    def newest(self, model: Any, *where: Any) -> str:
        with self.scene.court.database.read() as session:
            found = session.scalar(
                select(model.reference)
                .where(model.case_id == self.scene.case_id, *where)
                .order_by(model.id.desc())
                .limit(1)
            )
        return found or "x" * 26


@pytest.fixture
def machine(sqlite_template: Path) -> Any:
    """The machine on a court of its own, whose disk does not matter."""
    folder = Path(tempfile.mkdtemp(prefix="odr-model-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    Lifecycle.scene = open_court(database, FixedClock(MORNING), folder / "court")
    Lifecycle.done = Lifecycle.tried = 0
    yield Lifecycle
    database.dispose()
    shutil.rmtree(folder)


@pytest.mark.slow
def test_the_court_does_what_the_reference_says(machine: type[Lifecycle]) -> None:
    """Two thousand steps (a hundred thousand with ODR_PROVE=1): of each attempt the reference says whether it is open,
    and the court agrees.
    """
    run_state_machine_as_test(machine, settings=settings(max_examples=EXAMPLES, stateful_step_count=STEPS))
    # How many of the attempts are open is by lot: 8 of 655 were, and 3 of 147.
    assert machine.done > machine.tried / 100
    with machine.scene.court.database.read() as session:
        assert machine.scene.court.notary.audit(session) == []
