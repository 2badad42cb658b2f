"""In a round of the worker one thing over which it fails keeps no other waiting: one case that is broken stops no other case."""

from __future__ import annotations

import ast
import logging
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy.exc import OperationalError

from odr.ground.background import each_alone
from tests.parsed import ROOT, files, nodes_in, nodes_of

ALONE: dict[str, str] = {
    "assist/line/answering.py answer": "one message, tried again",
    "docket/readings.py enter": "files of one journal, in their order",
    "evidence/store/erasing.py erase_now": "what the caller let go of; it hears of a store that fails",
    "filing/bulk/lodging.py lodge_waiting": "parts of one bulk; each line stands alone in it",
    "hearing/live/media/composite/working.py due": "a note, made of the rows that were just read",
    "hearing/live/media/moving.py move_on": "the hosts of one hearing, tried one after the other",
    "hearing/live/media/moving.py finish": "the hosts of one hearing",
    "hearing/live/obeying.py asked": "the orders of one hearing, in their order",
    "hearing/live/transcript/making.py hear": "the people of one piece",
    "hearing/live/transcript/making.py hear_due": "what can fail in a piece stands in its own try",
    "notary/notary.py _take_all": "leaves of one log, in their order",
    "notary/rehash/renewal_tokens.py renew": "what fails with one is told, and the next is tried",
    "notary/time/renewal.py renew": "what fails with one is told, and the next is tried",
    "payments/stripe/checkout.py payment_page": "one payment, tried again",
    "payments/stripe/webhook.py apply_waiting": "each event has a savepoint of its own",
    "procedure/outages/sweep.py give_time_back": "each case has its own try",
    "procedure/rules/cli.py activate": "an operator's command",
    "register/statistics/counting.py rebuild": "an operator's command",
    "service/registry/failed_together.py do_together": "a form: whoever sent it is told of each line",
    "service/registry/outcome_batch.py record_batch": "a form: whoever sent it is told of each line",
    "service/replies/tracking.py import_tracking": "a list somebody sends: sent again it does no harm",
    "service/sending/dispatch.py dispatch_due": "batches of attempts, each with its outcome",
}
"""Loops over transactions that break off where one fails, and why they may."""
OUTSIDE = ("training", "operations")
OPENS = (".sit()", ".write()")


def opens(node: ast.AST) -> bool:
    """Whether a transaction is opened somewhere in it."""
    return any(
        ast.unparse(item.context_expr).endswith(OPENS) or ".sit(" in ast.unparse(item.context_expr)
        for each in ast.walk(node)
        if isinstance(each, ast.With)
        for item in each.items
    )


class InLoop(ast.NodeVisitor):
    """Looks for a transaction in the body of a loop, but in a ``try`` that keeps whatever goes wrong."""

    def __init__(self, opening: set[str]) -> None:
        self.opening, self.found = opening, False

    def visit_Try(self, node: ast.Try) -> None:
        kept = any(one.type is None or ast.unparse(one.type) == "Exception" for one in node.handlers)
        if not kept:
            self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        self.found |= opens(ast.With(node.items, [ast.Pass()]))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.found |= ast.unparse(node.func).split(".")[-1] in self.opening
        self.generic_visit(node)


def loops_over_transactions(path: Path) -> set[str]:
    """The functions of a module in which a loop opens a transaction for each of its things, itself or by another of the module."""
    functions = [one for one in nodes_of(path) if isinstance(one, ast.FunctionDef)]
    opening = {one.name for one in functions if opens(one)}
    found = set()
    for function in functions:
        for node in nodes_in(function):
            if isinstance(node, ast.For | ast.While | ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp):
                look = InLoop(opening - {function.name})
                for part in node.body if isinstance(node, ast.For | ast.While) else [node]:
                    look.visit(part)
                if look.found:
                    found.add(function.name)
    return found


def test_what_is_done_one_by_one_is_done_alone() -> None:
    """A loop that opens a transaction for each of its things goes through :func:`each_alone`, or says why it breaks off."""
    found = {
        f"{path.relative_to(ROOT / 'odr')} {name}"
        for path in files("odr")
        if path.relative_to(ROOT / "odr").parts[0] not in OUTSIDE
        for name in loops_over_transactions(path)
    }
    assert found == set(ALONE)


@given(st.lists(st.integers(-3, 3), max_size=8))
def test_what_fails_keeps_no_other(things: list[int]) -> None:
    """Whatever fails: all others are done, in their order, and what they gave is added up."""
    done: list[int] = []

    def do(thing: int) -> int:
        if thing < 0:
            raise ValueError(thing)
        done.append(thing)
        return thing

    logging.disable(logging.CRITICAL)
    try:
        assert each_alone(things, do, "a number could not be done") == sum(thing for thing in things if thing > 0)
    finally:
        logging.disable(logging.NOTSET)
    assert done == [thing for thing in things if thing >= 0]


def test_a_database_that_does_not_answer_ends_the_round(caplog: pytest.LogCaptureFixture) -> None:
    """No thing is to blame for it: the others are not tried, and it is said once."""
    tried: list[int] = []

    def do(thing: int) -> None:
        tried.append(thing)
        raise OperationalError("select", {}, Exception("gone"))

    with pytest.raises(OperationalError):
        each_alone([1, 2], do, "a number could not be done")
    assert tried == [1] and not caplog.records
