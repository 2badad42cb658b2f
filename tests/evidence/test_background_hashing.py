"""A long body goes through a few pieces of memory: hashed and written as it came, and nobody waits for ever."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from odr.evidence.intake.background_hashing import PIECE, ROUND, Alongside, AtOnce
from odr.evidence.intake.part_files import Part
from odr.evidence.intake.upload_errors import BodyCut

BLOCK = os.urandom(PIECE)


def data_of(size: int) -> bytes:
    """Bytes in which no two pieces are alike."""
    return b"".join(bytes([n % 256]) + BLOCK[1:] for n in range(size // PIECE + 1))[:size]


class Stepping:
    """A source that gives what suits it, by reading into memory or not, and ends or breaks at its end."""

    def __init__(self, data: bytes, steps: list[int], breaks: bool) -> None:
        self.rest, self.steps, self.breaks, self.turn = io.BytesIO(data), steps, breaks, 0

    def read(self, size: int = -1, /) -> bytes:
        data = self.rest.read(min(size, self.steps[self.turn % len(self.steps)]))
        self.turn += 1
        if not data and self.breaks:
            raise BodyCut
        return data


class Into(Stepping):
    """The same, straight into memory."""

    def readinto(self, room: memoryview, /) -> int:
        data = self.read(len(room))
        room[: len(data)] = data
        return len(data)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    size=st.integers(0, (ROUND + 3) * PIECE),
    steps=st.lists(st.integers(1000, 2 * PIECE), min_size=1, max_size=8),
    kind=st.sampled_from([Stepping, Into]),
    way=st.sampled_from([AtOnce, Alongside]),
    breaks=st.booleans(),
    every=st.integers(PIECE // 2, 3 * PIECE),
)
def test_what_is_written_is_what_was_hashed(
    tmp_path: Path, size: int, steps: list[int], kind: Any, way: Any, breaks: bool, every: int
) -> None:
    """However it comes: the file holds every byte, the hash is theirs, and a mark tells the hash of what is durable."""
    path, data, marks = tmp_path / "part", data_of(size), []
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
    hasher = hashlib.sha256()

    def told(written: int, states: list[Any]) -> None:
        marks.append((written, states[0].hexdigest()))

    try:
        with way([hasher]) as beside:
            poured = Part(path, descriptor)._pour(kind(data, steps, breaks), size + 1, beside, every, told)
    finally:
        os.close(descriptor)
    assert (poured.size, poured.cut, poured.overflow) == (size, breaks, False)
    assert path.read_bytes() == data
    assert hasher.digest() == hashlib.sha256(data).digest()
    assert marks == [(at, hashlib.sha256(data[:at]).hexdigest()) for at, _ in marks]
    assert [at for at, _ in marks] == sorted({at for at, _ in marks})


class Broken:
    """A hasher that fails at its third piece."""

    def __init__(self) -> None:
        self.pieces = 0

    def update(self, data: Any) -> None:
        self.pieces += 1
        if self.pieces == 3:
            raise MemoryError

    def copy(self) -> Broken:
        return self


def test_a_failure_beside_is_told_and_holds_nobody_up(tmp_path: Path) -> None:
    """Where hashing fails, the memory still goes round, and whoever pours learns of it before it is acknowledged."""
    path = tmp_path / "part"
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    told: list[int] = []
    try:
        with pytest.raises(MemoryError), Alongside([Broken()]) as beside:
            data = io.BytesIO(data_of(5 * ROUND * PIECE))
            Part(path, descriptor)._pour(data, 5 * ROUND * PIECE, beside, 4 * PIECE, lambda at, _: told.append(at))
    finally:
        os.close(descriptor)
    assert told == []


def test_a_disk_that_cannot_sync_acknowledges_nothing(tmp_path: Path) -> None:
    """What fails in syncing or telling is raised to whoever pours, and nothing later is told."""
    told: list[int] = []

    def tell(written: int, states: list[Any]) -> None:
        told.append(written)
        raise OSError("the disk is gone")

    descriptor = os.open(tmp_path / "part", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        with pytest.raises(OSError, match="the disk is gone"), Alongside([hashlib.sha256()]) as beside:
            data = io.BytesIO(data_of(20 * PIECE))
            Part(tmp_path / "part", descriptor)._pour(data, 20 * PIECE, beside, PIECE, tell)
    finally:
        os.close(descriptor)
    assert told == [PIECE]
