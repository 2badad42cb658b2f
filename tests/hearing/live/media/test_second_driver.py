"""What is mediasoup's alone: its worker is a process of its own, which may end, and is told nothing of the court."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from odr.hearing.live.media.reading import Kind, open_segment
from tests.hearing.live.media.house import SECOND, SECRET, House, Visitor, until

pytestmark = pytest.mark.parametrize("driver", [SECOND], indirect=True)


def workers(house: House) -> list[int]:
    """Process numbers of the room's workers."""
    assert house.process is not None
    room = house.process.pid
    children = Path(f"/proc/{room}/task/{room}/children").read_text().split()
    return [int(each) for each in children if "mediasoup" in Path(f"/proc/{each}/comm").read_text()]


def test_the_worker_ends_and_everybody_comes_back(house: House, visitor: Callable[..., Visitor]) -> None:
    """Killed, it is started again: the people meet again without doing anything, the recorder goes on in the same segment, and who
    was muted still is.
    """
    judge, li = visitor("judge").enter(), visitor("li").enter()
    for each in (judge, li):
        house.order("admit", person=each.name)
    judge.hears("li", "audio")
    assert house.media.health()["driver"] == "mediasoup"
    house.order("mute", person="li", lock=True)
    old = workers(house)
    for each in old:
        os.kill(each, signal.SIGKILL)
    until(lambda: (now := workers(house)) and not set(now) & set(old), "another worker")
    since = house.media.state("h1").media_ms
    judge.hears("li", "video")
    li.hears("judge", "audio")
    assert house.person("li").muted and house.media.state("h1").segment == 1
    house.order("close")
    found = list(open_segment(house.recordings / "h1/0001").packets("li"))
    assert any(each.ms > since and each.kind is Kind.VIDEO for each in found)
    assert not any(each.ms > since and each.kind is Kind.AUDIO for each in found)


def test_a_worker_that_confirms_nothing_is_ended(house: House, visitor: Callable[..., Visitor]) -> None:
    """What the court ordered holds when the order is answered: a worker that stands still when somebody is muted is not waited for
    for ever, it is ended, and nothing of them passes any more.
    """
    judge, li = visitor("judge").enter(), visitor("li").enter()
    for each in (judge, li):
        house.order("admit", person=each.name)
    judge.hears("li", "audio")
    old = workers(house)
    for each in old:
        os.kill(each, signal.SIGSTOP)
    house.order("mute", person="li", lock=True)
    assert not set(workers(house)) & set(old)
    judge.hears("li", "video")
    assert judge.packets("li", "audio") == 0


def test_the_worker_knows_no_secret(house: House) -> None:
    """Neither a setting nor a secret of the court stands in what it was started with."""
    (worker,) = workers(house)
    environ = Path(f"/proc/{worker}/environ").read_bytes()
    assert b"PATH=" in environ and SECRET.encode() not in environ and b"ODR_" not in environ
