"""Each guard of availability and of perform taken away in turn: the rules of who may do what when would notice."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import FunctionType
from typing import Any

import pytest

from odr.docket.models import Case, Role, Stage
from odr.ground.errors import CourtError, StepUpNeeded
from odr.ground.text import T
from odr.identity.actors import Actor
from odr.identity.models import MandateScope
from odr.procedure.acts import availability
from odr.procedure.acts.table import Bar
from odr.procedure.models import Window, WindowState
from odr.procedure.performing import Performing
from odr.procedure.rules.base import law
from odr.procedure.sitting import Sitting
from tests.scene import Scene
from tests.test_permissions import attempt, expected, mandate, pending

SKIPPED = {"is_open", "reason", "rule", "acts_for", "window_for", "refuse_role"}
"""Functions of availability that decide nothing by themselves."""


def breaches(function: FunctionType) -> list[ast.stmt]:
    """Every statement of a function that refuses: returns or raises a breach."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return [node for node in ast.walk(tree) if is_refusal(node)]  # type: ignore[misc]


def is_refusal(node: ast.AST) -> bool:
    if isinstance(node, ast.Raise):
        return True
    called = node.value if isinstance(node, ast.Return) else None
    return (
        isinstance(called, ast.Call)
        and isinstance(called.func, ast.Name)
        and called.func.id in {"Forbidden", "ActNotOpen", "OutOfTime", "StepUpNeeded"}
    )


@contextmanager
def without(function: FunctionType, number: int) -> Iterator[None]:
    """The function as it would be had somebody forgotten its ``number``-th refusal."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    gone = [node for node in ast.walk(tree) if is_refusal(node)][number]

    class Forget(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return ast.copy_location(ast.Pass(), node) if node is gone else self.generic_visit(node)

    changed = compile(ast.fix_missing_locations(Forget().visit(tree)), inspect.getfile(function), "exec")
    made: dict[str, Any] = {}
    exec(changed, function.__globals__, made)
    kept, function.__code__ = function.__code__, made[function.__name__].__code__
    try:
        yield
    finally:
        function.__code__ = kept


GUARDS: list[tuple[FunctionType, int]] = [
    (function, number)
    for name, function in vars(availability).items()
    if isinstance(function, FunctionType)
    and function.__module__ == "odr.procedure.acts.availability"
    and name not in SKIPPED
    for number in range(len(breaches(function)))
] + [
    (function, number)
    for function in (Performing._check, Performing._check_premise)
    for number in range(len(breaches(function)))
]


@pytest.fixture
def told(small_scene: Scene) -> Callable[[], list[str]]:
    """What the rules say of a case at several of its points: each answer that should be a refusal and is none."""
    scene = small_scene
    pending(scene)
    deputy = mandate(scene, MandateScope.ORDINARY)
    scene.do("file_answer", "haiyun", position="defend", statement="The goods were inspected on entry.")
    judge = scene.actor("judge")
    scene.court.hooks.bars.append(
        Bar(
            lambda court, act, case, actor: T("Another room keeps this closed.") if act.name == "amend_claim" else None,
            law("CPL 1"),
        )
    )

    def look(name: str, actor: Actor, now: Any = None, reading: bool = True, **case_changes: Any) -> CourtError | None:
        with scene.court.database.read() as session:
            case = session.get_one(Case, scene.case_id)
            session.expunge(case)
            for key, value in case_changes.items():
                setattr(case, key, value)
            return availability.refusal(
                Sitting(scene.court, session, now or scene.clock.now(), reading=reading),
                scene.court.table[name],
                case,
                actor,
            )

    def check() -> list[str]:
        now, li, haiyun = scene.clock.now(), scene.actor("li"), scene.actor("haiyun")
        unknown = look("acknowledge_service", haiyun)
        stale = look("rule_on_withdrawal", Actor(Role.JUDGE, judge.account_id, "", scene.case_id), reading=False)
        yesterday = scene.court.clock.machine_now() - timedelta(hours=13)
        old = look("make_offer", replace(li, strong_at=yesterday), reading=False)
        must_refuse = {
            "another role": look("accept_claim", li),
            "another stage": look("accept_claim", scene.actor("clerk")),
            "an act the rules do not know": unknown
            if unknown is not None and "no such step" in str(unknown.message)
            else None,
            "a bar of a room": look("amend_claim", li),
            "a stayed case": look("make_offer", li, stayed_at=now),
            "a window that never started": look("correct_claim", li, stage=Stage.RETURNED),
            "done already": look("file_answer", haiyun),
            "special powers": look("make_offer", deputy),
            "proof of identity of long ago": stale if isinstance(stale, StepUpNeeded) else None,
            "proof of identity of yesterday, in the room": old if isinstance(old, StepUpNeeded) else None,
            "a guard of the act": look("rule_on_withdrawal", judge, reading=False),
            **windows(),
            "a seat given up": attempt_as(
                Actor(Role.JUDGE, scene.people["stranger"], "", scene.case_id), "open_examination"
            ),
            "a case that moved on": attempt_with_premise(),
            "a refusal inside perform": attempt(scene, scene.court.table["open_examination"], li),
        }
        return [what for what, breach in must_refuse.items() if breach is None]

    def windows() -> dict[str, CourtError | None]:
        found: dict[str, CourtError | None] = {}
        li = scene.actor("li")
        for state in (WindowState.LAPSED, WindowState.HALTED, WindowState.ENDED, WindowState.MET):
            with scene.court.database.write() as session:
                party = next(p for p in session.get_one(Case, scene.case_id).parties if p.role is Role.CLAIMANT)
                now = scene.clock.now()
                row = Window(
                    case_id=scene.case_id,
                    party_id=party.id,
                    kind="correction",
                    state=state,
                    opened_at=now,
                    due_at=now - timedelta(days=1),
                    working={},
                    opened_by=1,
                )
                session.add(row)
            breach = look("correct_claim", li, stage=Stage.RETURNED)
            words = {"LAPSED": "ended on", "HALTED": "halted", "ENDED": "no longer needed", "MET": "already done"}[
                state.name
            ]
            found[f"a window that is {state.value}"] = (
                breach if breach is not None and words in str(breach.message) else None
            )
            with scene.court.database.write() as session:
                session.delete(session.get_one(Window, row.id))
        return found

    def attempt_as(actor: Actor, name: str) -> CourtError | None:
        return kept_out(name, {"mode": "offline"}, actor, None)

    def attempt_with_premise() -> CourtError | None:
        name = next(act.name for act in scene.court.table if act.name == "accept_offer")
        return kept_out(name, {"offer": "x" * 26}, scene.actor("li"), "a premise of yesterday", "moved on")

    def kept_out(
        name: str, values: dict[str, Any], actor: Actor, premise: str | None, words: str = ""
    ) -> CourtError | None:
        class Undone(Exception):
            """Nothing is kept."""

        given = scene.court.table[name].input.model_validate(values)
        try:
            with scene.court.sit() as sitting:
                sitting.perform(name, sitting.session.get_one(Case, scene.case_id), given, actor=actor, premise=premise)
                raise Undone
        except CourtError as error:
            return error if words in str(error.message) else None
        except Undone:
            return None

    return check


def test_every_refusal_taken_away_is_noticed(told: Callable[[], list[str]]) -> None:
    """With all of them the rules hold; without any one of them something is let through that must not be."""
    assert told() == []
    assert len(GUARDS) >= 12 and expected()
    missed = []
    for function, number in GUARDS:
        with without(function, number):
            try:
                noticed = bool(told())
            except (AssertionError, AttributeError, LookupError):  # it went past the guard, into the act
                noticed = True
        if not noticed:
            missed.append(f"{function.__qualname__}, refusal {number + 1}")
    assert not missed, ", ".join(missed)
    assert told() == []
