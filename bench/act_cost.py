"""What an act and its place in the log cost: statements counted, and the processor beside that of the same statements put
straight to the driver.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.acts import BOTH, dispute
from bench.frame import PAIRS, Ratio, report
from odr.docket.models import Case
from odr.ground import migrate
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.procedure.sitting import ActReceipt, Sitting
from tests.conftest import MORNING
from tests.scene import Scene, open_court

SIMPLE, DISPUTE, PLACE, PLACE_OF_MANY = (16, 5.0), (26, 9.0), (12, 5.0), (12, 1.0)
"""Aims: statements, and milliseconds of the processor; of a place in the log among sixteen, milliseconds of one leaf."""
TURNS = 9
"""Acts, or rounds of the log, in one figure."""


@dataclass
class Cost:
    """Statements of one piece of work, its processor in milliseconds, and that of the statements alone."""

    statements: list[tuple[str, Any, bool]] = field(default_factory=list)
    spent: float = 0.0
    floor: float = 0.0


@contextlib.contextmanager
def counting(database: Database) -> Iterator[Cost]:
    """What is asked and spent while it lasts; afterwards the same statements are put to the driver, and undone."""
    cost = Cost()

    def note(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        cost.statements.append((statement, values, many))

    event.listen(database.engine, "before_cursor_execute", note)
    began = time.process_time()
    try:
        yield cost
    finally:
        cost.spent = (time.process_time() - began) * 1000
        event.remove(database.engine, "before_cursor_execute", note)


def put_again(database: Database, cost: Cost) -> None:
    """The floor: the statements of a piece of work that was undone, put to the driver and undone again."""
    driver: Any = database.engine.raw_connection()
    try:
        cursor = driver.cursor()
        began = time.process_time()
        cursor.execute("BEGIN IMMEDIATE")
        for statement, values, many in cost.statements:
            # Several rows in one statement come as "many" with the values of one.
            put = cursor.executemany if many and isinstance(values, list) else cursor.execute
            put(statement, values)
            cursor.fetchall()
        cursor.execute("ROLLBACK")
        cost.floor = (time.process_time() - began) * 1000
    finally:
        driver.close()


class _Undo(Exception):
    pass


class Counted(Scene):
    """A scene that counts what each of its acts costs from the first lock to the commit, preparation left out."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene.court, scene.clock, scene.people, scene.case_id)
        self.costs: list[tuple[str, Cost]] = []

    def do(
        self,
        name: str,
        who: str,
        given: Any = None,
        *,
        key: str | None = None,
        premise: str | None = None,
        **values: Any,
    ) -> ActReceipt:
        """As :meth:`Scene.do`, counted; done once and undone, for its floor, and then done."""
        court, act = self.court, self.court.table[name]
        model = given if given is not None else act.input.model_validate(values)
        actor = self.actor(who)
        prepared = court.prepare(name, self.case(), model, actor)

        def perform() -> ActReceipt:
            with court.database.write() as session:
                sitting = Sitting(court, session, self.clock.now())
                sitting.prepared = prepared
                receipt = sitting.perform(name, session.get_one(Case, self.case_id), model, actor=actor, key=key)
                session.flush()
                if undone:
                    raise _Undo
            return receipt

        undone = True
        with contextlib.suppress(_Undo), counting(court.database) as cost:
            perform()
        put_again(court.database, cost)
        self.costs.append((name, cost))
        undone = False
        return perform()


def opened(folder: Path) -> Counted:
    """A case with everybody in it, whose leaves wait until somebody takes them."""
    url = f"sqlite:///{folder / 'court.sqlite'}"
    migrate.upgrade(url)
    scene = Counted(open_court(Database(url), FixedClock(MORNING), folder / "court", sequencing="when_asked"))
    scene.lodge()
    scene.accept()
    scene.join()
    scene.court.notary.sequence()
    return scene


def sevenths(values: Sequence[float]) -> Sequence[float]:
    """The values, or where there are more than two times seven of them seven means, of every seventh each."""
    return values if len(values) < 2 * PAIRS else [statistics.fmean(values[at::PAIRS]) for at in range(PAIRS)]


def figure(name: str, costs: list[Cost], aim: tuple[int, float], leaves: int = 1) -> list[Ratio]:
    """Statements beside their aim, and the processor beside the same statements put straight to the driver; what is more
    than a few is told as means of every seventh.
    """
    counts = [len(cost.statements) for cost in costs]
    spent = [cost.spent / leaves for cost in costs]
    asked = Ratio(f"{name}, statements", "counted", "their aim", 1.0, False, [(n, aim[0]) for n in sevenths(counts)])
    taken = Ratio(
        f"{name}, ms of the processor", "taken", "its aim", 1.0, False, [(n, aim[1]) for n in sevenths(spent)]
    )
    asked.notes.append(f"median {statistics.median(counts):g}, mean {statistics.fmean(counts):.1f}, most {max(counts)}")
    taken.notes.append(f"median {statistics.median(spent):.2f} ms, mean {statistics.fmean(spent):.2f} ms")
    if any(cost.floor for cost in costs):
        floors = [cost.floor / leaves for cost in costs]
        taken.notes.append(
            f"the same statements by the driver alone: {statistics.median(floors):.2f} ms; "
            f"÷ {statistics.median(a / b for a, b in zip(spent, floors, strict=True)):.1f}"
        )
    for one in (asked, taken):
        report(one)
    return [asked, taken]


def simple(scene: Counted) -> list[Ratio]:
    """Statements of one party."""
    scene.costs.clear()
    for number in range(TURNS + 2):
        words = f"On point {number}: " + "the parcel came on the day the page shows, and nobody opened it before. " * 4
        scene.do("post_statement", BOTH[number % 2], words=words)
    return figure("simple act", [cost for _, cost in scene.costs[2:]], SIMPLE)


def whole_dispute(scene: Counted) -> list[Ratio]:
    """Every act of the bench's dispute."""
    scene.costs.clear()
    dispute(scene)
    found = figure("act of a dispute", [cost for _, cost in scene.costs], DISPUTE)
    for name in sorted({name for name, _ in scene.costs}):
        costs = [cost for of, cost in scene.costs if of == name]
        counts = [len(cost.statements) for cost in costs]
        ms = statistics.median(cost.spent for cost in costs)
        line = f"{name}: {len(costs)} times, {statistics.median(counts):g} statements (most {max(counts)}), {ms:.2f} ms"
        found[0].notes.append(line)
        print(f"     {line}")
    return found


def place(scene: Counted, leaves: int, aim: tuple[int, float]) -> list[Ratio]:
    """So many leaves that waited are taken into the log, signed, stamped and published, as the thread beside the requests
    does it.
    """
    notary, costs = scene.court.notary, []

    def write() -> None:
        with scene.court.database.write() as session:
            for number in range(leaves):
                notary.record(session, {"what": f"leaf {number}"}, now=scene.clock.now())

    for _ in range(max(PAIRS, TURNS) + 1):
        write()
        with counting(scene.court.database) as cost:
            assert notary.sequence() == leaves
        costs.append(cost)
    return figure(f"place in the log, {leaves} at once", costs[1:], aim, leaves)


def run() -> list[Ratio]:
    """Every figure of this module."""
    found: list[Ratio] = []
    steps: list[Callable[[Counted], list[Ratio]]] = [
        whole_dispute,
        simple,
        lambda scene: place(scene, 1, PLACE),
        lambda scene: place(scene, 16, PLACE_OF_MANY),
    ]
    with tempfile.TemporaryDirectory() as folder:
        scene = opened(Path(folder))
        for step in steps:
            scene.court.notary.sequence()
            found += step(scene)
    return found
