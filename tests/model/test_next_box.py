"""In whatever state a case comes to, each party sees first what waits for them, or who is waited for and until when."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from odr.docket.models import Case
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.identity.actors import Actor
from tests.box import looked_at
from tests.conftest import MORNING
from tests.letter_days import days_missing
from tests.model import walks
from tests.model.hands import Hands, let_in_more
from tests.model.papers import set_once_each
from tests.scene import open_court

WALKS, STEPS = (60, 40) if os.environ.get("ODR_PROVE") else (2, 12)
"""Walks from each beginning, and steps of each."""


@pytest.fixture
def hands(sqlite_template: Path) -> Iterator[Hands]:
    """Everybody in a court of its own, whose disk does not matter."""
    folder = Path(tempfile.mkdtemp(prefix="odr-box-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    shutil.copyfile(sqlite_template, folder / "court.sqlite")
    database = Database(f"sqlite:///{folder / 'court.sqlite'}", synchronous="OFF")
    scene = open_court(database, FixedClock(MORNING), folder / "court")
    let_in_more(scene)
    set_once_each(scene.court)
    yield Hands(scene)
    database.dispose()
    shutil.rmtree(folder)


def look_round(hands: Hands, seen: Counter[str]) -> None:
    """Every party of the case looks at its page now."""
    court = hands.scene.court
    with court.database.read() as session:
        look, case = court.look(session), session.get_one(Case, hands.scene.case_id)
        for party in case.parties:
            actor = Actor(party.role, party.account_id, party.name, case.id, party.id)
            try:
                box = looked_at(look, case, actor)
            except AssertionError as error:
                raise AssertionError("\n".join([str(error), *hands.story])) from error
            seen["step" if box.step is not None else "owed" if box.owed is not None else "quiet"] += 1
            seen["remedy"] += bool(box.remedies)
            seen["halted"] += bool(box.halted)
        dated, wrong = days_missing(session, case.id)
        seen["dated"] += dated
        assert not wrong, "\n".join([*wrong, *hands.story])


def test_the_box_tells_everybody_what_is_next_in_every_state_a_walk_comes_to(hands: Hands) -> None:
    """After each step of walks from every beginning, for every party: see :mod:`tests.box`; and whoever was written to
    about it has its day in the letter: see :mod:`tests.letter_days`.
    """
    seen: Counter[str] = Counter()
    for beginning in walks.BEGINNINGS:
        for number in range(WALKS):
            lot = Random(f"box/{beginning.__name__}/{number}")
            walks.begin(hands, lot, beginning)
            look_round(hands, seen)
            for _ in range(STEPS):
                walks.step(hands, lot)
                look_round(hands, seen)
    assert seen["dated"]
    assert seen["step"] and seen["quiet"] and seen["remedy"] and seen["owed"], seen
