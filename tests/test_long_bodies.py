"""A long body is read as it came, however it was cut on the way and in whatever steps it is read."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings, strategies as st

from odr.web.limits import TooSlow
from odr.web.long_bodies import LongBody

STEPS = st.lists(st.integers(1, 400), min_size=1, max_size=30)


class Coming:
    """A connection that gives at most so many bytes at a time, then breaks or ends."""

    def __init__(self, data: bytes, steps: list[int], breaks: bool = False) -> None:
        self.data, self.steps, self.breaks, self.turn = data, steps, breaks, 0

    def recv_into(self, room: memoryview, /) -> int:
        if not self.data and self.breaks:
            raise TooSlow
        taken = self.data[: min(len(room), self.steps[self.turn % len(self.steps)])]
        room[: len(taken)] = taken
        self.data, self.turn = self.data[len(taken) :], self.turn + 1
        return len(taken)


@settings(deadline=None)
@given(
    data=st.binary(max_size=4000), ahead=st.integers(0, 4000), behind=st.binary(max_size=20), steps=STEPS, reads=STEPS
)
def test_a_body_is_read_whole_and_nothing_behind_it(
    data: bytes, ahead: int, behind: bytes, steps: list[int], reads: list[int]
) -> None:
    """Each reading is filled, but for the last; what follows the body stays in the connection."""
    source = Coming(data[ahead:] + behind, steps)
    body, read, turn = LongBody(source, data[:ahead], len(data)), b"", 0
    while part := body.read(reads[turn % len(reads)]):
        read, turn = read + part, turn + 1
        assert len(part) == reads[(turn - 1) % len(reads)] or len(read) == len(data)
    assert read == data
    assert source.data == behind
    assert not body.failed


@settings(deadline=None)
@given(data=st.binary(max_size=4000), more=st.integers(1, 4000), steps=STEPS, reads=STEPS)
def test_what_came_before_it_broke_is_read_first(data: bytes, more: int, steps: list[int], reads: list[int]) -> None:
    """Then every reading says that it broke, without waiting again."""
    body, read, turn = LongBody(Coming(data, steps, breaks=True), b"", len(data) + more), b"", 0
    with pytest.raises(TooSlow):
        while True:
            read += body.read(reads[turn % len(reads)])
            turn += 1
    assert read == data
    assert body.failed
    with pytest.raises(TooSlow):
        body.read(1)


def test_a_body_that_ends_early_is_not_whole() -> None:
    """The other side has gone: what came is there, then it is said that more should have come."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"half of")
        theirs.shutdown(socket.SHUT_WR)
        body = LongBody(ours, b"only ", 100)
        assert body.read(100) == b"only half of"
        with pytest.raises(ConnectionResetError):
            body.read(100)
