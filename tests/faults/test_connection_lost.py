"""PostgreSQL restarts, or the connection is lost in a commit: the outcome is found by the key, never by sending blindly
again.
"""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from odr.app import create_app
from odr.docket.models import Case, DocketEntry
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from tests.conftest import lay_tables
from tests.faults.conftest import faults_of
from tests.faults.cutting import Cut, CuttingDoor
from tests.faults.test_double_submit import bearer
from tests.peers.postgres import PostgresCluster
from tests.scene import Scene, claim, open_court


def cases(scene: Scene) -> int:
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


@pytest.fixture
def door(postgres_cluster: PostgresCluster) -> Iterator[CuttingDoor]:
    """A way to the server that can be cut."""
    with tempfile.TemporaryDirectory(prefix="odr-door-") as folder:
        door = CuttingDoor(Path(folder), postgres_cluster.folder)
        yield door
        door.close()


@pytest.fixture
def behind(
    door: CuttingDoor, postgres_court_url: str, postgres_cluster: PostgresCluster, clock: FixedClock, tmp_path: Path
) -> Iterator[Scene]:
    """A court that reaches its database through the door."""
    database = Database(postgres_court_url.replace(str(postgres_cluster.folder), str(door.folder)))
    yield open_court(database, clock, tmp_path / "court", sequencing="at_once")
    database.dispose()


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
@pytest.mark.slow
def test_a_commit_whose_answer_is_lost_is_resolved_by_its_key(behind: Scene, door: CuttingDoor, cut: Cut) -> None:
    """Not acknowledged either way; sent again under its key it is one claim, told as repeated only where the first had
    been kept.
    """
    app = create_app(court=behind.court)
    headers = {"Authorization": f"Bearer {bearer(behind, 'li')}", "Idempotency-Key": "once"}
    assert (
        app.test_client().get("/api/v1/cases", headers=headers).status_code == 200
    )  # notes the token's use, in a commit of its own
    door.cut = cut
    first = app.test_client().post("/api/v1/cases", json=claim().model_dump(mode="json"), headers=headers)
    assert (door.cuts, first.status_code) == (1, 503)
    again = app.test_client().post("/api/v1/cases", json=claim().model_dump(mode="json"), headers=headers)
    assert again.status_code == 201
    assert ("Idempotency-Replayed" in again.headers) is (cut is Cut.AFTER)
    assert cases(behind) == 1
    assert faults_of(behind) == []


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
def test_a_later_act_is_resolved_the_same_way(behind: Scene, door: CuttingDoor, cut: Cut) -> None:
    """An acceptance whose commit was cut is performed once."""
    behind.lodge()
    behind.actor("clerk")
    door.cut = cut
    with pytest.raises(DBAPIError):
        behind.do("accept_claim", "clerk", track="small_claims", key="accept")
    receipt = behind.do("accept_claim", "clerk", track="small_claims", key="accept")
    assert receipt.repeated is (cut is Cut.AFTER)
    with behind.court.database.read() as session:
        assert (
            session.scalar(select(func.count()).select_from(DocketEntry).where(DocketEntry.act == "accept_claim")) == 1
        )
    assert faults_of(behind) == []


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
def test_a_look_that_cannot_end_well_costs_nothing(behind: Scene, door: CuttingDoor, cut: Cut) -> None:
    """What was read was read: that the connection is lost as a look ends is told nobody, and the next one takes another."""
    behind.lodge()
    door.cut, door.looks = cut, True
    assert cases(behind) == 1
    assert door.cuts == 1
    assert cases(behind) == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
@pytest.mark.slow
def test_a_restarted_server_is_found_again(
    own_postgres: PostgresCluster, clock: FixedClock, tmp_path: Path, how: signal.Signals
) -> None:
    """Restarted between two acts, orderly or by a crash, nobody notices; restarted within one, it is refused as a whole
    and can be sent again.
    """
    url = own_postgres.create_database("court")
    own_postgres.as_operated("court")
    lay_tables(url)
    database = Database(url)
    scene = open_court(database, clock, tmp_path / "court", sequencing="at_once")
    scene.lodge()
    own_postgres.restart(how)
    scene.accept()
    with pytest.raises(DBAPIError), scene.court.sit() as sitting:
        sitting.perform(
            "change_consent",
            sitting.session.get_one(Case, scene.case_id),
            consent(scene),
            actor=scene.actor("li"),
            key="consent",
        )
        own_postgres.restart()
    with scene.court.sit() as sitting:
        receipt = sitting.perform(
            "change_consent",
            sitting.session.get_one(Case, scene.case_id),
            consent(scene),
            actor=scene.actor("li"),
            key="consent",
        )
    assert not receipt.repeated
    assert faults_of(scene) == []
    database.dispose()


def consent(scene: Scene) -> Any:
    """The claimant takes her consent to electronic service back."""
    return scene.court.table["change_consent"].input.model_validate({"agrees": False})
