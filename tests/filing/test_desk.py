"""What waits on a desk of the court goes off it: with its act, with the decision, or by a word."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import select

from odr import wiring
from odr.docket.models import Audience, Case, DocketEntry, Role, Stage
from odr.filing.models import RequestKind
from odr.ground import migrate
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.procedure.acts.table import TABLE
from odr.procedure.acts.tasks import DESKS
from odr.procedure.models import Task
from tests.parsed import files, nodes_of
from tests.scene import Scene

SOURCE = Path(__file__).resolve().parents[2]


def put(scene: Scene, kind: str, role: Role = Role.CLERK) -> str:
    """Lay something on a desk; returns its reference."""
    with scene.court.database.write() as session:
        title = {"en": "Read it.", "zh-Hans": "请阅读。"}
        task = Task(case_id=scene.case_id, role=role, kind=kind, title=title, opened_at=scene.clock.now())
        session.add(task)
        session.flush()
        return task.reference


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


def closed_somewhere() -> set[str]:
    """Names of the desks that a call of ``close_tasks`` takes something off, itself or through a list of desks."""
    found: set[str] = set()
    for path in files():
        nodes = nodes_of(path)
        lists = {
            target.id: node.value
            for node in nodes
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Tuple)
        }
        loops: dict[str, list[ast.AST]] = {}
        for node in nodes:
            if isinstance(node, ast.For) and isinstance(node.target, ast.Name):
                over = lists.get(node.iter.id, node.iter) if isinstance(node.iter, ast.Name) else node.iter
                loops.setdefault(node.target.id, []).append(over)
        if "ALARMS" in lists:
            found |= {each.attr for each in ast.walk(lists["ALARMS"]) if isinstance(each, ast.Attribute)}
        for node in nodes:
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "close_tasks" and len(node.args) > 1:
                asked = node.args[1]
                several = loops.get(asked.id, [asked]) if isinstance(asked, ast.Name) else [asked]
                found |= {each.attr for one in several for each in ast.walk(one) if isinstance(each, ast.Attribute)}
    return found


def test_nothing_lies_on_a_desk_for_ever() -> None:
    """Every kind of task is closed somewhere, goes with the decision, or may be taken off by hand."""
    for room in wiring.ROOMS:
        wiring.declarations(room)
    # A request is off the desk when it is decided, by its own kind (filing/progress.py).
    ended = {name.lower() for name in closed_somewhere()} | {kind.value for kind in RequestKind}
    assert sorted(d.kind for d in DESKS if d.kind not in ended and not d.by_hand and not d.until_decided) == []
    assert sorted(d.kind for d in DESKS if d.by_hand and (d.by_itself or any(d in act.desk for act in TABLE))) == []


def test_what_the_table_says_ends_a_task_is_listed_and_open_to_its_desk() -> None:
    """Whoever has a task of a kind on the desk may perform an act that ends it, unless it ends by hand or by itself."""
    for room in wiring.ROOMS:
        wiring.declarations(room)
    lacking = {
        f"{desk.kind}: {role.value}"
        for desk in DESKS
        for role in desk.roles
        if any(desk in act.desk for act in TABLE)
        and not any(desk in act.desk and role in act.by for act in TABLE)
        and not desk.by_itself
    }
    assert sorted(lacking) == []


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
        migrate.upgrade(sqlite_url)
        assert waiting(small_scene) & {"decide", "absence", "countersign"} == left
