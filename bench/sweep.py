"""A hundred thousand windows that lapse: in Sittings of 256 against one by one; and a second sweep, which changes
nothing.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select, update

from bench.acts import fill, fresh, scene_window
from bench.frame import Ratio, compare, report, timed
from odr.docket.models import Case, DocketEntry
from odr.ground.db import new_reference
from odr.operations import worker
from odr.procedure.models import Window, WindowState
from tests.scene import Scene

WINDOWS = 100_000
ONE_BY_ONE = 100
"""Windows of each pair swept one by one: each waits for its own sync, so a thousand would take most of the time and
show the same.
"""
STEP = 10_000


def lay(scene: Scene, ids: list[int]) -> None:
    """An overdue window on each of these cases."""
    due = scene.clock.now() - timedelta(hours=1)
    plain: dict[str, Any] = scene_window(scene)
    with scene.court.database.write() as session:
        for start in range(0, len(ids), STEP):
            part = ids[start : start + STEP]
            rows = [
                {
                    **plain,
                    "reference": new_reference(),
                    "case_id": case_id,
                    "state": WindowState.OPEN,
                    "due_at": due,
                    "opened_at": due,
                }
                for case_id in part
            ]
            session.execute(insert(Window), rows)
            session.execute(
                update(Case)
                .where(Case.id.in_(part))
                .values(next_due_at=due)
                .execution_options(synchronize_session=False)
            )


def entries(scene: Scene) -> int:
    """Entries on all dockets."""
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(DocketEntry)) or 0


def run(windows: int = WINDOWS) -> list[Ratio]:
    """The sweep's rate in pairs over ``windows`` in all, then a sweep with nothing due. Raises when that one changes
    something.
    """
    with tempfile.TemporaryDirectory() as folder:
        scene = fresh(Path(folder))
        fill(scene, windows)
        with scene.court.database.read() as session:
            ids = list(session.scalars(select(Case.id).where(Case.title == "x").order_by(Case.id)))
        pairs = 7
        each = max(1, min(ONE_BY_ONE, windows // 20))
        many = windows // (pairs + 1) - each
        taken = iter(range(len(ids)))

        def lapse(count: int, batch: int) -> float:
            mine = [ids[next(taken)] for _ in range(count)]
            lay(scene, mine)
            before = entries(scene)
            rate = count / timed(lambda: worker.sweep_windows(scene.court, batch))
            if entries(scene) - before != count:
                raise AssertionError(f"{count} windows lapsed, {entries(scene) - before} entries were made")
            return rate

        ratio = compare(
            "sweep of lapsing windows a second",
            ("Sittings of 256", lambda: lapse(many, worker.BATCH)),
            ("one by one", lambda: lapse(each, 1)),
            limit=1.5,
            at_least=True,
            pairs=pairs,
            tell=False,
        )
        before = entries(scene)
        seconds = timed(lambda: worker.sweep_windows(scene.court))
        if entries(scene) != before:
            raise AssertionError("a second sweep changed something")
        ratio.notes.append(
            f"{before} entries after {(many + each) * (pairs + 1)} windows; a second sweep changed nothing and took {seconds * 1000:.1f} ms"
        )
        report(ratio)
        return [ratio]


if __name__ == "__main__":
    import sys

    from bench.frame import keep

    found = run(int(sys.argv[1]) if len(sys.argv) > 1 else WINDOWS)
    if len(sys.argv) == 1:
        keep(found)
    sys.exit(0 if all(ratio.holds for ratio in found) else 1)
