"""No list on a page is cut silently: every ``.limit(…)`` of more than one row stands in ``limits.tsv`` with its reason, and
pages are cut by :mod:`odr.ground.keyset`, which counts all and leads on.
"""

from __future__ import annotations

import ast
from pathlib import Path

from tests.parsed import files, tree_of

ROOT = Path(__file__).resolve().parents[1]
KINDS = {
    "worker",  # a batch of work: what is left is done in the next round
    "paged",  # one more than a page is read, and the page leads on
    "newest",  # only the newest or first ones are asked for, and nobody is told that these are all
    "bounded",  # a rule bounds how many there can be
    "left",  # a cap on a page that does not lead on yet
}
MOST_LEFT = 9
"""How many lists may still be cut without a pager: the number goes down, never up."""


def limits() -> dict[tuple[str, str], int]:
    """Module and function of each limit of more than one row → how many stand there."""
    found: dict[tuple[str, str], int] = {}
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if name == "odr/ground/keyset.py":
            continue
        for owner in tree_of(path).body:
            for node in ast.walk(owner):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                if node.func.attr != "limit" or not node.args:
                    continue
                if isinstance(node.args[0], ast.Constant) and node.args[0].value == 1:
                    continue
                key = name, getattr(owner, "name", "module")
                found[key] = found.get(key, 0) + 1
    return found


def table() -> dict[tuple[str, str], str]:
    """The reasons, by module and function."""
    rows = [line.split("\t") for line in (ROOT / "tests" / "limits.tsv").read_text(encoding="utf-8").splitlines()]
    return {(row[0], row[1]): row[2] for row in rows if row and not row[0].startswith("#")}


def test_every_limit_has_its_reason() -> None:
    """A list that is shown is cut by the keyset alone; whoever writes a limit says what it is."""
    found, told = limits(), table()
    assert found.keys() - told.keys() == set(), "cut by odr.ground.keyset.page_of, or say why in tests/limits.tsv"
    assert told.keys() - found.keys() == set(), "these lines of tests/limits.tsv are about nothing"
    assert set(told.values()) <= KINDS


def test_the_lists_left_without_a_pager_become_fewer() -> None:
    """What is still cut silently is counted, and no new one joins."""
    assert sum(kind == "left" for kind in table().values()) <= MOST_LEFT


def test_no_desk_of_the_court_is_cut_silently() -> None:
    """Home, registry, service desk, people, pay desk and the judge's day hold no limit of their own."""
    desks = (
        "odr/procedure/case/waiting_for_me.py",
        "odr/filing/registry/queue.py",
        "odr/register/first_pages/home_page.py",
        "odr/identity/accounts/staff.py",
        "odr/payments/books/cashier.py",
        "odr/payments/books/pages.py",
        "odr/hearing/bench/today.py",
    )
    assert [path for path, _ in limits() if path in desks] == []
