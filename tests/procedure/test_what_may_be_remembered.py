"""What a function is remembered by is all that its answer rests on: rows, numbers and words given to it, and the session."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

import pytest

from tests.parsed import files, nodes_of

TAKEN = re.compile(r"(Case|Party|int|str|bool|date|datetime|\w+State)( \| None)?|tuple\[int, \.\.\.\]")
"""Rows, numbers, words and days: told from each other, and never changed where they stand."""
GIVEN = re.compile(r"(list|Sequence)\[.+\]|\w+ \| None|bool")
"""A list, of which each caller has their own, one row, or yes or no: a caller may change nothing that another is given."""
OUTSIDE = re.compile(r"current_\w+|request|g|os|environ|today|machine_now|now|utcnow|locale\w*")
"""What says something else at another moment, or to somebody else."""


def remembered_in(nodes: Iterable[ast.AST]) -> Iterator[ast.FunctionDef]:
    """Functions of a module whose answers are remembered."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(one, ast.Name) and one.id == "remembered" for one in node.decorator_list
        ):
            yield node


def wrong_with(function: ast.FunctionDef) -> list[str]:
    """What the answer of a function rests on beside what it is remembered by, or what others could change in it."""
    session, *taken = [*function.args.posonlyargs, *function.args.args]
    if function.args.vararg is not None:
        taken.append(function.args.vararg)
    taken += function.args.kwonlyargs
    named = {one.arg: ast.unparse(one.annotation) if one.annotation else "" for one in taken}
    found = [f"takes {name}: {kind}" for name, kind in named.items() if not TAKEN.fullmatch(kind)]
    if session.arg != "session" or function.args.kwarg is not None:
        found.append("takes something else than a session first, or anything at all")
    given = ast.unparse(function.returns) if function.returns else ""
    if not GIVEN.fullmatch(given):
        found.append(f"gives {given}")
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id not in named and OUTSIDE.fullmatch(node.id):
            found.append(f"looks at {node.id}")
        elif isinstance(node, ast.Attribute) and OUTSIDE.fullmatch(node.attr):
            found.append(f"looks at {node.attr}")
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            found.append("gives its answer once")
    return found


def test_no_answer_rests_on_more_than_it_is_remembered_by() -> None:
    """Every remembered function takes and gives what can be remembered, and looks at nothing else."""
    functions = {
        f"{path.stem}.{function.name}": wrong_with(function)
        for path in files()
        for function in remembered_in(nodes_of(path))
    }
    assert len(functions) > 20
    assert {name: wrong for name, wrong in functions.items() if wrong} == {}


@pytest.mark.parametrize(
    "written",
    [
        "def f(session: Session, sitting: Sitting) -> list[Note]: ...",
        "def f(session: Session, actor: Actor) -> list[Note]: ...",
        "def f(session: Session, wanted: list[int]) -> list[Note]: ...",
        "def f(session: Session, case: Case) -> dict[int, Note]: ...",
        "def f(session: Session, case: Case) -> Iterator[Note]: ...",
        "def f(session: Session, case: Case, **how: int) -> list[Note]: ...",
        "def f(session: Session, case: Case) -> list[Note]: return of(case, datetime.now(UTC))",
        "def f(session: Session, case: Case) -> list[Note]: return of(case, current_locale())",
    ],
)
def test_what_would_be_wrong_is_seen(written: str) -> None:
    """Each kind of function that must not be remembered is told, and one that may be is not."""
    (function,) = remembered_in(ast.walk(ast.parse(f"@remembered\n{written}")))
    assert len(wrong_with(function)) == 1
    good = "@remembered\ndef f(session: Session, case: Case, now: datetime) -> list[Note]: return g2(now)"
    (right,) = remembered_in(ast.walk(ast.parse(good)))
    assert wrong_with(right) == []
