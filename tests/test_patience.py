"""No test hangs on how fast the machine is."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PATIENCE, accepts, until

HERE = Path(__file__).resolve().parent
CLOCKS = frozenset({"monotonic", "perf_counter", "monotonic_ns", "perf_counter_ns"})
TIMED = {
    "patience.py": "what everybody waits with",
    "faults/forks.py": "how long a child lives before it is killed; nothing is asked of it",
    "evidence/test_unsubmitted.py": "whoever waits for a reader waits all of SQLite's patience, twice what is borne here",
    "hearing/live/media/test_relay.py": "packets held back by the network played, not by the machine",
    "peers/postgres.py": "patience itself, with the server's own words when it ends",
    "peers/s3.py": "patience itself, with the server's own words when it ends",
}
"""Files that compare a clock on the wall with a figure, and why they may."""
LOADED = {
    "peers/browser.py": "what everybody opens contexts with",
    "sound.py": "asks about the page that is there, and sends nothing",
}
RUNS_OUT = 2.0
"""Seconds: a shorter limit is there to run out, with a peer that never answers."""


def on_the_wall(tree: ast.AST) -> Iterator[int]:
    """Lines where the time that passed is compared, or bounds a loop."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(
            isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in CLOCKS
            for part in ast.walk(node)
        ):
            yield node.lineno


def impatient(tree: ast.AST) -> Iterator[int]:
    """Lines that give an event a number of seconds, or milliseconds, of their own."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        given = [word.value for word in node.keywords if word.arg == "timeout"]
        given += node.args[:1] if name in ("wait", "join", "settimeout", "result") else []
        for each in given:
            seconds = each.value if isinstance(each, ast.Constant) else None
            worked_out = isinstance(each, ast.BinOp) and "PATIENCE" not in ast.unparse(each) and name != "join"
            if worked_out or (isinstance(seconds, int | float) and (RUNS_OUT <= seconds < PATIENCE or seconds >= 1000)):
                yield node.lineno


def leaves_at_once(tree: ast.AST) -> Iterator[int]:
    """Lines that open a browser context without patience, or ask whether a page is loaded that has not been left yet."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("new_context", "wait_for_load_state"):
            yield node.lineno


def seen_by_its_file(tree: ast.AST) -> Iterator[int]:
    """Lines that take a socket's file for somebody who listens: the file is there a moment earlier."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "until" and len(node.args) > 1:
            happens, what = map(ast.unparse, node.args[:2])
            if "exists" in happens and "listen" in what:
                yield node.lineno


def test_no_test_asks_a_clock_on_the_wall_whether_it_passes() -> None:
    """What is too slow is counted in statements, syncs and processor time; what must happen is waited for patiently."""
    timed, short, early, hasty = set(), [], [], []
    for file in sorted(HERE.rglob("*.py")):
        tree, name = ast.parse(file.read_text(encoding="utf-8")), str(file.relative_to(HERE))
        if any(on_the_wall(tree)):
            timed.add(name)
        short += [f"{name}:{line}" for line in impatient(tree)]
        if name not in LOADED:
            hasty += [f"{name}:{line}" for line in leaves_at_once(tree)]
        early += [f"{name}:{line}" for line in seen_by_its_file(tree)]
    assert timed == set(TIMED)
    assert short == []
    assert early == [], "wait with accepts(…)"
    assert hasty == [], "open contexts with patient(…), and send forms within answered(page): tests/peers/browser.py"


@pytest.mark.parametrize(
    "written",
    [
        "thread.join(5)",
        "process.wait(10)",
        "get(url, timeout=30)",
        "page.click('a', timeout=20_000)",
        "connection.settimeout(5)",
        "future.result(10)",
        "run(program, timeout=KILLS * 5 + 60)",
    ],
)
def test_an_impatient_wait_is_seen(written: str) -> None:
    """Threads, programs, requests and pages alike; what waits with patience, or is there to run out, is not."""
    assert list(impatient(ast.parse(written))) == [1]
    assert list(on_the_wall(ast.parse("assert time.monotonic() - began < 5"))) == [1]
    for fair in ("thread.join(PATIENCE)", "send(peer, timeout=0.3)", "'/'.join(parts)", "print(time.monotonic() - a)"):
        assert list(impatient(ast.parse(fair))) == list(on_the_wall(ast.parse(fair))) == []


def test_a_wait_ends_when_its_event_comes() -> None:
    """Not a look later."""
    looks = iter((False, False, True))
    until(lambda: next(looks), "the third look", every=0.001)
    with pytest.raises(StopIteration):
        next(looks)


def test_a_socket_is_called_and_not_looked_at(tmp_path: Path) -> None:
    """Neither an address nobody has, nor one bound by somebody who does not listen yet, accepts."""
    address = tmp_path / "s"
    assert not accepts(address)()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as owner:
        owner.bind(str(address))
        assert address.exists() and not accepts(address)()
        owner.listen()
        assert accepts(address)()
    assert list(seen_by_its_file(ast.parse("until(path.exists, 'the room listens')"))) == [1]
    assert list(seen_by_its_file(ast.parse("until(accepts(path), 'the room listens')"))) == []


def test_a_page_that_is_not_left_yet_is_seen() -> None:
    """A click is answered later: whether the page is loaded is asked of the old one."""
    assert list(leaves_at_once(ast.parse("button.click()\npage.wait_for_load_state()"))) == [2]
    assert list(leaves_at_once(ast.parse("browser.new_context()"))) == [1]
    assert list(leaves_at_once(ast.parse("with answered(page):\n    button.click()"))) == []
