"""The machine's clock goes back or leaps: nothing lapses early, and the log's time never runs backwards. Bits flip and
disks fail in files too.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Stage
from odr.notary.models import TimestampToken
from odr.procedure.models import Window, WindowState
from tests.faults.conftest import faults_of
from tests.faults.test_double_submit import bearer
from tests.scene import Scene


def windows(scene: Scene) -> list[Window]:
    with scene.court.database.read() as session:
        return list(session.scalars(select(Window).where(Window.case_id == scene.case_id).order_by(Window.id)))


def test_a_clock_that_goes_back_ends_no_time_early(scene: Scene) -> None:
    """Set back by a day in the middle of a case: no window closes before its instant, no token is earlier than the one
    before, the audits are clean.
    """
    scene.lodge()
    scene.later(days=2)
    scene.clock.advance(timedelta(days=-1))
    scene.work()
    assert scene.case().stage is Stage.LODGED and windows(scene)[0].state is WindowState.OPEN
    scene.accept()
    scene.join()
    scene.work()
    for window in windows(scene):
        assert window.state is not WindowState.LAPSED
        if window.due_at is not None:
            assert window.due_at > window.opened_at
    with scene.court.database.read() as session:
        tokens = session.scalars(select(TimestampToken.gen_time).order_by(TimestampToken.size)).all()
    assert list(tokens) == sorted(tokens)
    assert faults_of(scene) == []


@pytest.mark.parametrize("leap", [timedelta(seconds=1), timedelta(days=400)])
@pytest.mark.slow
def test_a_leap_forward_closes_what_is_due_and_says_when(small_scene: Scene, leap: timedelta) -> None:
    """To the instant a window ends nothing happens; past it, by however much, it is closed as of its own instant, once."""
    scene = small_scene
    scene.lodge()
    due = windows(scene)[0].due_at
    assert due is not None
    scene.clock.set(due)
    scene.work()
    assert scene.case().stage is Stage.LODGED
    scene.clock.advance(leap)
    scene.work()
    scene.work()
    with scene.court.database.read() as session:
        closed = session.scalars(
            select(DocketEntry).where(DocketEntry.act == "close_window").order_by(DocketEntry.number)
        ).all()
        assert session.get_one(Case, scene.case_id).stage is Stage.PENDING
    assert (closed[0].effective_at, closed[0].recorded_at) == (due, due + leap)
    assert sum(entry.effective_at == due for entry in closed) == 1
    assert faults_of(scene) == []


def test_a_flipped_bit_in_a_file_is_named(small_scene: Scene) -> None:
    """One bit of a large file in the store: the check names the upload's blob, and says which digest was found."""
    scene = small_scene
    app = create_app(court=scene.court)
    scene.upload("li", b"order " * 30_000)
    assert app.test_cli_runner().invoke(args=["store", "check"]).exit_code == 0
    path = next(path for path in (scene.court.settings.data_dir / "blobs").glob("??/*") if path.is_file())
    data = bytearray(path.read_bytes())
    data[12_345] ^= 4
    path.chmod(0o600)
    path.write_bytes(data)
    found = app.test_cli_runner().invoke(args=["store", "check"])
    assert found.exit_code == 1 and "altered" in found.output


def test_a_store_that_fails_acknowledges_nothing(small_scene: Scene, tmp_path: Path) -> None:
    """The store is gone, as when a disk drops out: refused with a 5xx, nothing kept; when it is back the same file is
    taken.
    """
    scene = small_scene
    app = create_app(court=scene.court)
    headers = {"Authorization": f"Bearer {bearer(scene, 'li')}", "Content-Type": "text/plain"}
    store = scene.court.settings.data_dir / "blobs"
    away = store.rename(tmp_path / "away")
    store.write_text("not a folder")
    answer = app.test_client().post("/api/v1/uploads", data=b"order " * 30_000, headers=headers)
    assert answer.status_code >= 500 and "receipt" not in (answer.get_json() or {})
    store.unlink()
    away.rename(store)
    assert app.test_client().post("/api/v1/uploads", data=b"order " * 30_000, headers=headers).status_code == 201
    assert faults_of(scene) == []
