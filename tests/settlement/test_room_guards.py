"""Each guard of the private room taken away in turn: what the bench, the other side or the mediator must not read would
be read, and noticed.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import pytest

from odr.app import create_app
from odr.docket import visibility
from odr.docket.models import Audience, Case
from odr.docket.queries import entries_of
from odr.procedure.case import overview, pages as docket_pages
from odr.settlement.mediation import moderation
from odr.settlement.one_key import case_views as one_key_case_views
from tests.judgment.bench import Bench
from tests.judgment.web import ORIGIN, Visitor
from tests.settlement.test_offers import OFFER, agreement_of, settle
from tests.settlement.test_room_pages import mediation, mediator

OFFERED, SPOKEN, ALONE, ACCOUNT = (
    "offered-in-confidence",
    "said-to-everybody",
    "said-to-the-mediator-alone",
    "6222000011112222",
)
THAT_SOMEBODY_SPOKE = "spoke in the private room"
HIDDEN_FROM = {
    "judge": (OFFERED, SPOKEN, ALONE, ACCOUNT, THAT_SOMEBODY_SPOKE),
    "clerk": (OFFERED, SPOKEN, ALONE, ACCOUNT, THAT_SOMEBODY_SPOKE),
    "haiyun": (ALONE,),
    "mei": (ACCOUNT,),
}
ROOMS = ("/settlement", "/one-key")
BENCH = ("judge", "clerk")
Change = Callable[[ast.AST], ast.AST | None]
"""What a guard becomes when somebody forgot it; None where the node is none."""


@contextmanager
def changed(function: FunctionType, change: Change) -> Iterator[None]:
    """The function with the one place changed that ``change`` knows; fails where there is none."""
    inner = inspect.unwrap(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(inner)))
    made_changes = 0

    class Forget(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            nonlocal made_changes
            new = change(node)
            if new is None:
                return self.generic_visit(node)
            made_changes += 1
            return ast.copy_location(new, node)

    whole: ast.Module = Forget().visit(tree)
    assert made_changes == 1, (inner.__name__, made_changes)
    assert isinstance(whole.body[0], ast.FunctionDef)
    whole.body[0].decorator_list = []
    made: dict[str, Any] = {}
    exec(compile(ast.fix_missing_locations(whole), inspect.getfile(inner), "exec"), inner.__globals__, made)
    kept, inner.__code__ = inner.__code__, made[inner.__name__].__code__
    try:
        yield
    finally:
        inner.__code__ = kept


def true() -> ast.Constant:
    return ast.Constant(value=True)


def open_to_all(audience: str) -> Change:
    """The case of one audience in may_read lets everybody in."""

    def change(node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.match_case) and ast.unparse(node.pattern) == f"Audience.{audience}":
            return ast.match_case(pattern=node.pattern, guard=None, body=[ast.Return(value=true())])
        return None

    return change


def asks_nothing(call: str) -> Change:
    """A question asked of visibility is always answered with yes."""
    return lambda node: true() if isinstance(node, ast.Call) and ast.unparse(node.func) == call else None


def no_filter(node: ast.AST) -> ast.AST | None:
    """The condition under which a caucus is left out is gone."""
    return ast.Pass() if isinstance(node, ast.If) and "party_id" in ast.unparse(node.test) else None


FORGOTTEN: dict[str, tuple[FunctionType, Change]] = {
    "who reads the room": (visibility.may_read, open_to_all("SETTLEMENT")),
    "who reads what names its readers": (visibility.may_read, open_to_all("NAMED")),
    "whether an entry is read": (
        visibility.reads_entry,
        lambda n: (
            true() if isinstance(n, ast.Call) and ast.unparse(n).startswith("may_read(viewer, entry.audience") else None
        ),
    ),
    "what the docket tells": (overview.entry_view, asks_nothing("reads_entry")),
    "the bytes of an entry": (docket_pages.entry_payload, asks_nothing("reads_entry")),
    "a caucus in the room": (moderation.messages_for, no_filter),
    "the account on the page": (one_key_case_views._payout, asks_nothing("reads_entry")),
}
ENTRANCES = ("settlement.room", "one_key.page")


@pytest.fixture
def read(bench: Bench) -> Callable[[], list[str]]:
    """Everything said, offered and named in a mediated case; gives what somebody reads who must not."""
    mediation(bench)
    bench.do("claimant/1", "say_in_room", {"words": SPOKEN})
    bench.do("claimant/1", "say_in_room", {"words": ALONE, "alone": "claimant/1"})
    reference = settle(bench, **(OFFER | {"words": OFFERED}))
    bench.do(
        "claimant/1",
        "instruct_payout",
        {"agreement": reference, "holder": "Li", "bank": "Lake Bank", "account": ACCOUNT},
    )
    assert agreement_of(bench).reference == reference and mediator(bench).account_id == bench.account("mei").id
    with bench.court.database.read() as session:
        case = session.get_one(Case, bench.case_id)
        rows = [
            row for act in ("make_offer", "say_in_room", "instruct_payout") for row in entries_of(session, case, act)
        ]
        paths = [
            "",
            "/docket",
            *ROOMS,
            *(f"/docket/{row.number}{file}" for row in rows for file in ("", "/entry.json")),
        ]
        assert {row.audience for row in rows} == {Audience.SETTLEMENT, Audience.NAMED}
    app = create_app(court=bench.court)
    people = {who: Visitor(app, bench, who) for who in HIDDEN_FROM}

    def leaks() -> list[str]:
        found = []
        for who, visitor in people.items():
            for path in paths:
                answer = visitor.client.get(visitor.base + path, base_url=ORIGIN)
                found += [
                    f"{who} reads {secret} at {path}"
                    for secret in HIDDEN_FROM[who]
                    if answer.status_code == 200 and secret in answer.text
                ]
                found += (
                    [f"{who} enters {path}"] if answer.status_code == 200 and who in BENCH and path in ROOMS else []
                )
                if found:
                    return found
        return found

    leaks.app = app  # type: ignore[attr-defined]
    return leaks


def test_each_guard_of_the_room_is_needed(read: Callable[[], list[str]]) -> None:
    """With every guard in its place nobody reads what is not for her; with any one of them gone somebody does."""
    assert read() == []
    unnoticed = []
    for name, (function, change) in FORGOTTEN.items():
        with changed(function, change):
            if not read():
                unnoticed.append(name)
    for endpoint in ENTRANCES:
        guard = read.app.view_functions[endpoint].__guard__  # type: ignore[attr-defined]
        kept = guard.roles
        object.__setattr__(guard, "roles", frozenset())
        if not read():
            unnoticed.append(endpoint)
        object.__setattr__(guard, "roles", kept)
    assert unnoticed == []
    assert read() == []
