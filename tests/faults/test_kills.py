"""kill -9 at random moments of filing, evidence and fee: nothing acknowledged is lost, nothing is half done, nothing is
there that nobody sent.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from odr.app import create_court
from odr.docket.models import Case, DocketEntry, Party, Stage
from odr.evidence.models import Exhibit, Upload, UploadState
from odr.filing.models import Claim
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from odr.payments.models import FeeAssessment, Payment
from odr.service.models import Packet
from tests.faults.conftest import KILLS, PROVE, faults_of
from tests.patience import PATIENCE
from tests.scene import Scene

HUMAN = ("lodge_claim", "accept_claim", "record_payment")


def told_by(url: str, folder: Path) -> list[list[Any]]:
    """What the killed courts told before they died."""
    command = [
        sys.executable,
        "-m",
        "tests.faults.forks",
        url,
        str(folder),
        "court",
        str(KILLS // 2 if not PROVE else KILLS),
    ]
    done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE + KILLS * 5)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.endswith(b"]")]


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_half_done(database_url: str, tmp_path: Path) -> None:
    """Twenty kills over both databases (a thousand on each with ODR_PROVE=1): every acknowledged act stands, every case
    is whole, the court goes on.
    """
    told = told_by(database_url, tmp_path / "court")
    kept = [words[1:] for words in told if words[0] == "kept"]
    sent = Counter(words[1] for words in told if words[0] == "sent")
    assert len(kept) > KILLS // 8 and sum(sent.values()) > len(kept)
    database = Database(database_url)
    settings = Settings(mode="test", data_dir=tmp_path / "court", database_url=database_url, argon2_cheap=True)
    clock = FixedClock(datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")))
    scene = Scene(create_court(settings, clock, database), clock)
    try:
        assert_kept(database, kept)
        assert_none_unsent(database, sent)
        assert_whole(database)
        assert faults_of(scene) == []
        scene.work()
        assert faults_of(scene) == []
    finally:
        database.dispose()


def assert_kept(database: Database, kept: list[list[Any]]) -> None:
    """What was acknowledged stands exactly as acknowledged."""
    with database.read() as session:
        for act, *facts in kept:
            if act == "upload":
                reference, digest = facts
                upload = session.scalars(select(Upload).where(Upload.reference == reference)).one()
                assert (upload.sha256, upload.state) == (digest, UploadState.ANCHORED)
            else:
                reference, number, digest = facts
                where = (Case.reference == reference, DocketEntry.number == number)
                entry = session.scalars(
                    select(DocketEntry).join(Case, Case.id == DocketEntry.case_id).where(*where)
                ).one()
                assert (entry.act, entry.digest) == (act, digest)


def assert_none_unsent(database: Database, sent: Counter[str]) -> None:
    """There is no act that nobody sent, and none twice."""
    with database.read() as session:
        found: dict[str, int] = dict(
            session.execute(
                select(DocketEntry.act, func.count()).where(DocketEntry.act.in_(HUMAN)).group_by(DocketEntry.act)
            ).all()
        )
        assert all(found.get(act, 0) <= sent[act] for act in HUMAN)
        assert (session.scalar(select(func.count()).select_from(Upload)) or 0) <= sent["upload"]


def assert_whole(database: Database) -> None:
    """Each case has everything of its acts or nothing: claim, parties and exhibit; number, fee and letter; payment and
    its entry.
    """
    with database.read() as session:

        def count(model: Any, case: Case) -> int:
            return session.scalar(select(func.count()).select_from(model).where(model.case_id == case.id)) or 0

        for case in session.scalars(select(Case)):
            acts = Counter(session.scalars(select(DocketEntry.act).where(DocketEntry.case_id == case.id)))
            assert (
                acts["lodge_claim"],
                count(Claim, case),
                count(Party, case),
                acts["submit_exhibit"],
                count(Exhibit, case),
            ) == (1, 1, 2, 1, 1)
            accepted = acts["accept_claim"]
            assert (case.number is not None, case.stage is Stage.PENDING) == (accepted == 1, accepted == 1)
            assert (count(FeeAssessment, case), acts["assess_fee"]) == (accepted, accepted)
            assert (count(Packet, case) > 0) == (accepted == 1)
            assert count(Payment, case) == acts["record_payment"] <= accepted
