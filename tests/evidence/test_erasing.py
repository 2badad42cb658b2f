"""Bytes that a row let go of are erased, also where the store fails or the process ends right after the act; and what is put
together while a file is closed is put together anew.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from odr.evidence.models import Blob, BytesToErase, CompilationKind
from odr.evidence.retention import rules as retention_rules
from odr.evidence.store.erasing import erase_waiting
from odr.evidence.store.integrity_check import FaultKind, check
from odr.evidence.store.store import FolderStore, Stored
from tests.evidence.test_case_file import made, with_exhibits
from tests.evidence.test_retention import closed, exhibit
from tests.evidence.test_sealing import SECRET, submit_secret
from tests.scene import Scene


class Failing(FolderStore):
    """A store that erases nothing for a while, as an object store that does not answer."""

    answers = False

    def erase(self, key: str) -> None:
        if not self.answers:
            raise OSError("the store does not answer")
        super().erase(key)


@pytest.fixture
def failing(small_scene: Scene) -> Failing:
    """The court's store, failing."""
    store = Failing(small_scene.court.ports.store.root)
    small_scene.court.ports.store = store
    return store


def holding(store: FolderStore, words: bytes) -> list[Path]:
    """Files of the store in which these words are read."""
    return [path for path in store.root.rglob("*") if path.is_file() and words in path.read_bytes()]


def test_what_was_ordered_erased_goes_when_the_store_answers_again(small_scene: Scene, failing: Failing) -> None:
    """The judge's act is done and says so; the bytes are no unclaimed ones meanwhile, and gone as soon as it can be."""
    closed(small_scene)
    small_scene.later(days=365 * 10 + 10)
    retention_rules.prepare(small_scene.court)
    key = exhibit(small_scene, "C-2").upload.blob.key  # type: ignore[union-attr]
    small_scene.do("decide_erasure", "judge", labels=["C-2"], answer="erase", reasons="Ten years are over.")
    assert key in set(failing.names())
    with small_scene.court.database.read() as session:
        assert check(failing, session) == [] and session.scalars(select(BytesToErase.key)).all() == [key]
    failing.answers = True
    assert erase_waiting(small_scene.court) == 1 and erase_waiting(small_scene.court) == 0
    assert key not in set(failing.names())


class OneFails(FolderStore):
    """A store that cannot erase what has this name."""

    broken = ""

    def erase(self, key: str) -> None:
        if key == self.broken:
            raise OSError("a folder that may not be written to")
        super().erase(key)


def test_bytes_that_cannot_be_erased_keep_no_others(small_scene: Scene) -> None:
    """Of three that were let go of the first stays, is told to the operators, and is tried again."""
    store = OneFails(small_scene.court.ports.store.root)
    small_scene.court.ports.store = store
    keys = sorted(store.write(io.BytesIO(words)).key for words in (b"one", b"two", b"three"))
    store.broken = keys[0]
    with small_scene.court.database.write() as session:
        session.add_all(BytesToErase(key=key) for key in keys)
    assert erase_waiting(small_scene.court) == 2
    assert set(store.names()) & set(keys) == {keys[0]}
    store.broken = ""
    assert erase_waiting(small_scene.court) == 1 and not set(store.names()) & set(keys)


def test_the_open_bytes_of_a_sealed_file_go_too(small_scene: Scene, failing: Failing) -> None:
    """A secret stands readable in the store no longer than until the store answers."""
    with_exhibits(small_scene)
    submit_secret(small_scene)
    words = SECRET[:40]
    assert holding(failing, words)
    failing.answers = True
    erase_waiting(small_scene.court)
    assert not holding(failing, words)


class SealedMeanwhile(FolderStore):
    """A store into which something is written while a judge seals what is in it."""

    def __init__(self, root: Path, scene: Scene) -> None:
        super().__init__(root)
        self.scene, self.exhibit = scene, ""

    def write(self, source: Any) -> Stored:
        stored = super().write(source)
        if self.exhibit:
            reference, self.exhibit = self.exhibit, ""
            self.scene.do("order_seal", "judge", exhibit=reference, answer="seal", readers=[], reasons="A secret.")
        return stored


def test_what_is_put_together_while_a_file_is_sealed_is_put_together_anew(small_scene: Scene) -> None:
    """The other side takes along what it may open when it is ready, not when it was asked for."""
    with_exhibits(small_scene)
    store = SealedMeanwhile(small_scene.court.ports.store.root, small_scene)
    small_scene.court.ports.store = store
    assert b"order 8842" in unzipped(made(small_scene, "haiyun", CompilationKind.CASE_FILE)[1])
    store.exhibit = exhibit(small_scene, "C-1").reference
    row, data = made(small_scene, "haiyun", CompilationKind.CASE_FILE)
    assert b"order 8842" not in unzipped(data)
    assert "exhibit C-1" in {each["item"] for each in row.left_out}
    erase_waiting(small_scene.court)
    with small_scene.court.database.read() as session:
        assert [fault for fault in check(store, session) if fault.kind is FaultKind.UNCLAIMED] == []


def unzipped(data: bytes) -> bytes:
    """Everything in an archive, one behind the other."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


def test_a_sealed_file_whose_key_was_altered_is_named(small_scene: Scene) -> None:
    """The check goes on past it, and says which it is."""
    with_exhibits(small_scene)
    mine = submit_secret(small_scene)
    with small_scene.court.database.write() as session:
        blob = session.get_one(Blob, mine.upload.blob_id)
        wrapped = blob.wrapped or b"\x00"
        blob.wrapped = wrapped[:-1] + bytes([wrapped[-1] ^ 1])
    with small_scene.court.database.read() as session:
        faults = check(small_scene.court.ports.store, session, small_scene.court.notary.vault)
    assert [(fault.kind, f"blob {mine.upload.blob_id}" in fault.culprit) for fault in faults] == [
        (FaultKind.ALTERED, True)
    ]
