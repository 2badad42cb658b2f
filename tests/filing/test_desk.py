"""What waits on a desk of the court goes off it: with its act, with the decision, or by a word."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from odr import migrate
from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.errors import ActNotOpen, InvalidInput
from odr.filing.models import RequestKind
from odr.procedure.models import Task
from odr.procedure.tasks import BY_HAND, TASK_ACTS, UNTIL_DECIDED
from odr.text import T
from tests.scene import Scene

SOURCE = Path(__file__).resolve().parents[2]
BY_VARIABLE = {
    "close_tasks": {"odr/payments/alarms.py", "odr/filing/progress.py"},
    "open_task": {"odr/filing/acts_appeals.py", "odr/payments/alarms.py", "odr/payments/effects.py"},
}
"""Files where a kind is a function's argument: a refund's alarms, and a request that is ended by its own kind."""


def put(scene: Scene, kind: str, role: Role = Role.CLERK) -> str:
    """Lay something on a desk; returns its reference."""
    with scene.court.database.write() as session:
        return (
            scene.court.look(session)
            .open_task(session.get_one(Case, scene.case_id), role, kind, T("Read it."))
            .reference
        )


def waiting(scene: Scene) -> set[str]:
    """Kinds of what lies on any desk."""
    with scene.court.database.read() as session:
        return set(session.scalars(select(Task.kind).where(Task.done_at.is_(None))))


def test_who_has_dealt_with_it_says_so(small_scene: Scene) -> None:
    """The word stands on the docket for the court alone, and nothing is taken off twice."""
    small_scene.lodge()
    reference = put(small_scene, "read_reply")
    said = small_scene.do(
        "finish_task", "clerk", task=reference, words="Read; it asks when to pay, which the notice says."
    )
    with small_scene.court.database.read() as session:
        entry = session.scalars(select(DocketEntry).where(DocketEntry.number == said.number)).one()
        assert (entry.act, entry.audience, entry.role) == (
            "finish_task",
            Audience.COURT,
            Role.CLERK,
        ) and "Read it." in entry.payload
    assert "read_reply" not in waiting(small_scene)
    with pytest.raises(ActNotOpen, match="ended by hand"):
        small_scene.do("finish_task", "clerk", task=reference, words="Once more.")


@pytest.mark.parametrize(
    ("kind", "role"), [("countersign", Role.CLERK), ("fee_unpaid", Role.CLERK), ("read_reply", Role.JUDGE)]
)
def test_what_an_act_ends_and_what_lies_on_anothers_desk_stays(small_scene: Scene, kind: str, role: Role) -> None:
    """No word replaces a countersignature or a fee, and nobody clears the desk of somebody else."""
    small_scene.lodge()
    put(small_scene, "read_reply")
    other = put(small_scene, kind, role)
    with pytest.raises(InvalidInput):
        small_scene.do("finish_task", "clerk", task=other, words="It is dealt with.")
    assert {"read_reply", kind} <= waiting(small_scene)


def kinds(called: str, position: int) -> Iterator[tuple[str, str | None]]:
    """File and kind of each call that opens or closes tasks; None where the kind is an argument of the function."""
    for path in sorted((SOURCE / "odr").rglob("*.py")):
        tree = ast.parse(path.read_text())
        name = path.relative_to(SOURCE).with_suffix("")
        loops = {
            node.target.id: node.iter
            for node in ast.walk(tree)
            if isinstance(node, ast.For) and isinstance(node.target, ast.Name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != called or len(node.args) <= position:
                continue
            module = importlib.import_module(".".join(name.parts))
            for asked in _choices(node.args[position]):
                where = loops.get(asked.id) if isinstance(asked, ast.Name) and not hasattr(module, asked.id) else None
                try:
                    value = eval(ast.unparse(where or asked), vars(module))
                except (NameError, AttributeError):
                    value = None
                for one in value if isinstance(value, tuple) else (value,):
                    yield f"{name}.py", one


def _choices(asked: ast.expr) -> tuple[ast.expr, ...]:
    return (asked.body, asked.orelse) if isinstance(asked, ast.IfExp) else (asked,)


def test_nothing_lies_on_a_desk_for_ever() -> None:
    """Every kind of task is closed by an act, by the decision, or may be taken off by hand."""
    opened, closed = list(kinds("open_task", 2)), list(kinds("close_tasks", 1))
    assert {path for path, kind in opened if kind is None} <= BY_VARIABLE["open_task"]
    assert {path for path, kind in closed if kind is None} <= BY_VARIABLE["close_tasks"]
    # A request is off the desk when it is decided, by its own kind (filing/progress.py).
    ended = {kind for _, kind in closed} | {kind.value for kind in RequestKind} | BY_HAND | UNTIL_DECIDED
    assert sorted({f"{kind} ({path})" for path, kind in opened if kind is not None and kind not in ended}) == []
    assert set(TASK_ACTS) & BY_HAND == set()


def test_a_court_that_ran_before_is_cleared_of_what_was_overtaken(small_scene: Scene, sqlite_url: str) -> None:
    """A task nothing ends any more goes, and what a decision overtook in a decided case; what waits in an open one
    stays.
    """
    small_scene.lodge()
    for kind in ("decide", "absence", "countersign"):
        put(small_scene, kind, Role.JUDGE)
    for stage, left in ((Stage.LODGED, {"absence", "countersign"}), (Stage.PRONOUNCED, {"countersign"})):
        with small_scene.court.database.write() as session:
            session.get_one(Case, small_scene.case_id).stage = stage
        migrate.downgrade(sqlite_url, "0087")
        migrate.upgrade(sqlite_url, "0088")
        assert waiting(small_scene) & {"decide", "absence", "countersign"} == left
