"""No test hangs on how fast the machine is."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.parsed import files, tree_of
from tests.patience import PATIENCE, accepts, until

HERE = Path(__file__).resolve().parent
CLOCKS = frozenset({"monotonic", "perf_counter", "monotonic_ns", "perf_counter_ns"})
TIMED = {
    "patience.py": "what everybody waits with",
    "faults/forks.py": "how long a child lives before it is killed; nothing is asked of it",
    "evidence/test_unsubmitted.py": "whoever waits for a reader waits all of SQLite's patience, twice what is borne here",
    "hearing/live/media/test_relay.py": "packets held back by the network played, not by the machine",
}
"""Files that compare a clock on the wall with a figure, and why they may."""
SLEEP = {
    "patience.py": "what everybody waits with",
    "peers/browser.py": "the same, on a page",
    "evidence/test_capture.py": "a site is played that goes on for ever",
    "notary/test_witness.py": "a witness is played that is slow",
    "peers/smtp.py": "a mail server is played that is slow",
    "service/odd_peers.py": "a mail server is played that never comes to the end of a line",
    "payments/test_hardness.py": "how long a court lives before it is killed, drawn by lot; nothing is asked of it",
    "test_ground.py": "a writer looks away between reading and writing, so that others come between if they can",
    "filing/test_first_of_the_year.py": "a clerk's act stays open, so that another comes between if they can",
    "notary/test_background.py": "the log stays in hand for a while; whoever waits for it is asked only whether it did",
}
"""Files in which something lasts a number of seconds, and why: nobody waits for an event by it."""
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


def sleeps(tree: ast.AST) -> Iterator[int]:
    """Lines that let time pass, instead of waiting for what must happen: a turn for others, of no seconds, is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            name = called.rpartition(".")[2]
            given = node.args[0] if node.args else None
            lasts = not (isinstance(given, ast.Constant) and given.value == 0)
            by_an_event = called.endswith("Event().wait") and given is not None and ast.unparse(given) != "PATIENCE"
            if (name in ("sleep", "wait_for_timeout") and lasts) or by_an_event:
                yield node.lineno


def leaves_at_once(tree: ast.AST) -> Iterator[int]:
    """Lines that open a browser context without patience, or ask whether a page is loaded that has not been left yet."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ("new_context", "wait_for_load_state"):
            yield node.lineno


ASKED = frozenset(
    {
        "count",
        "content",
        "evaluate",
        "inner_text",
        "input_value",
        "is_checked",
        "is_visible",
        "text_content",
        "title",
        "url",
    }
)
ASKS = frozenset({"goto", "reload", "go_back", "url"})
"""What is asked in an assertion, and what is asked or done anywhere, without waiting for the page that answers."""


def goes_on_too_soon(tree: ast.AST) -> Iterator[int]:
    """Lines right after a click that ask the page at once, or leave it: the page that answers may not be there yet."""
    blocks = [getattr(node, field, None) for node in ast.walk(tree) for field in ("body", "orelse", "finalbody")]
    for block in blocks:
        for before, after in pairwise(block if isinstance(block, list) else []):
            called = before.value if isinstance(before, ast.Expr) else None
            if not (isinstance(called, ast.Call) and ast.unparse(called.func).endswith(".click")):
                continue
            used = {part.attr for part in ast.walk(after) if isinstance(part, ast.Attribute)}
            of_a_page = isinstance(after, ast.Assert) and used & ASKED
            if not isinstance(after, ast.With) and (of_a_page or used & ASKS):
                yield after.lineno


def seen_by_its_file(tree: ast.AST) -> Iterator[int]:
    """Lines that take a socket's file for somebody who listens: the file is there a moment earlier."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "until" and len(node.args) > 1:
            happens, what = map(ast.unparse, node.args[:2])
            if "exists" in happens and "listen" in what:
                yield node.lineno


def test_no_test_asks_a_clock_on_the_wall_whether_it_passes() -> None:
    """What is too slow is counted in statements, syncs and processor time; what must happen is waited for patiently."""
    timed, asleep, short, early, hasty, soon = set(), set(), [], [], [], []
    for file in files("tests"):
        tree, name = tree_of(file), str(file.relative_to(HERE))
        if any(on_the_wall(tree)):
            timed.add(name)
        if any(sleeps(tree)):
            asleep.add(name)
        short += [f"{name}:{line}" for line in impatient(tree)]
        if name not in LOADED:
            hasty += [f"{name}:{line}" for line in leaves_at_once(tree)]
        early += [f"{name}:{line}" for line in seen_by_its_file(tree)]
        soon += [f"{name}:{line}" for line in goes_on_too_soon(tree)]
    assert timed == set(TIMED)
    assert asleep == set(SLEEP), "wait with until(…), on a page with until_on(…)"
    assert short == []
    assert early == [], "wait with accepts(…)"
    assert soon == [], "click within answered(page), or wait with expect(…)"
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


@pytest.mark.parametrize(
    "written",
    [
        "time.sleep(0.5)",
        "sleep(seconds)",
        "await asyncio.sleep(1)",
        "page.wait_for_timeout(20)",
        "threading.Event().wait(0.3)",
    ],
)
def test_a_sleep_is_seen(written: str) -> None:
    """Of a program, of a loop, of a page, or by an event that never comes; a turn for others is none, nor is patience."""
    whole = ast.parse(f"async def test():\n    {written}")
    assert list(sleeps(whole)) == [2]
    for fair in (
        "asyncio.sleep(0)",
        "threading.Event().wait()",
        "said.wait(PATIENCE)",
        "until(happens, 'it', every=0.02)",
    ):
        assert list(sleeps(ast.parse(fair))) == []


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
    for asked in (
        "assert page.locator('p').count() == 1",
        "page.goto(next)",
        "at = page.url",
        "if '/code' in page.url: pass",
    ):
        assert list(goes_on_too_soon(ast.parse(f"page.click('a')\n{asked}"))) == [2]
        assert list(goes_on_too_soon(ast.parse(f"with answered(page):\n    page.click('a')\n{asked}"))) == []
    assert list(goes_on_too_soon(ast.parse("button.click()\nexpect(page.locator('p')).to_have_count(1)"))) == []
