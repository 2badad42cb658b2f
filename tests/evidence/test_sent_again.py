"""A request whose answer was lost is sent again under its name: what it brought the first time answers it, and nothing comes
twice, on both databases.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from odr.evidence.intake.sent_again import sent_as
from odr.evidence.intake.sent_together import receive
from odr.evidence.intake.tus import PIECE
from odr.evidence.intake.upload import Announced, UploadDesk, UploadLimits
from odr.evidence.intake.upload_errors import InfectedFile
from odr.evidence.models import Upload, UploadState
from odr.evidence.store.store import FolderStore
from odr.ground.clock import FixedClock
from odr.ground.db import Database
from odr.ground.errors import CourtError, InvalidInput
from odr.notary.models import LogEntry
from odr.notary.notary import Notary
from odr.notary.vault import FileVault
from tests.evidence.conftest import ALICE, BOB, NOW, Tus, metadata, text_of

BOUNDARY = "b"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[UploadDesk]:
    """A desk on either database."""
    database, clock = Database(database_url, synchronous="OFF"), FixedClock(NOW)
    notary = Notary(database, vault=FileVault(tmp_path / "vault"), origin="court.test/log", clock=clock, log_dir=None)
    notary.establish()
    limits = UploadLimits(max_size=2**20, small=1024)
    yield UploadDesk(database, FolderStore(tmp_path / "blobs"), tmp_path / "parts", notary, clock, limits)
    database.dispose()


def form(*files: tuple[str, bytes]) -> io.BytesIO:
    """A form of these files as it is sent."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + data
        + b"\r\n"
        for name, data in files
    ]
    return io.BytesIO(b"".join(parts) + f"--{BOUNDARY}--\r\n".encode())


def references(taken: list[tuple[str, Upload | CourtError]]) -> list[str]:
    """What was kept of a form."""
    return [one.reference for _, one in taken if isinstance(one, Upload)]


def counted(desk: UploadDesk) -> tuple[int, int]:
    """How many uploads there are, and how many lines for the log."""
    with desk.database.read() as session:
        return tuple(session.scalar(select(func.count()).select_from(kind)) or 0 for kind in (Upload, LogEntry))  # type: ignore[return-value]


SCREENSHOTS = [(f"{number}.txt", f"Message {number}.".encode()) for number in range(100)]


def test_a_form_sent_again_brings_no_file_twice(desk: UploadDesk) -> None:
    """The same references and receipts in the same order; without a name, or from somebody else, it is another request."""
    first = references(receive(desk, ALICE, form(*SCREENSHOTS), FORM, "shop 1"))
    assert len(set(first)) == len(SCREENSHOTS)
    assert references(receive(desk, ALICE, form(*SCREENSHOTS), FORM, "shop 1")) == first
    assert counted(desk) == (100, 100)
    others = (
        receive(desk, ALICE, form(*SCREENSHOTS[:1]), FORM),
        receive(desk, BOB, form(*SCREENSHOTS[:1]), FORM, "shop 1"),
    )
    assert not set(first) & {one for taken in others for one in references(taken)}


def test_a_form_that_was_kept_half_is_brought_to_its_end(desk: UploadDesk) -> None:
    """The process ended between two commits: what is there stays as it is, what is missing comes."""
    first = references(receive(desk, ALICE, form(*SCREENSHOTS[:64]), FORM, "shop 1"))
    again = references(receive(desk, ALICE, form(*SCREENSHOTS), FORM, "shop 1"))
    assert (again[:64], len(set(again)), counted(desk)) == (first, 100, (100, 100))


@pytest.mark.parametrize("other", [("0.txt", b"Message 1."), ("1.txt", b"Message 0."), ("0.txt", b"Message 0. More.")])
def test_another_request_under_the_same_name_is_refused_whole(desk: UploadDesk, other: tuple[str, bytes]) -> None:
    """Other bytes or another name of a file: nothing of it is kept."""
    receive(desk, ALICE, form(*SCREENSHOTS[:2]), FORM, "shop 1")
    with pytest.raises(InvalidInput):
        receive(desk, ALICE, form(other, *SCREENSHOTS[1:]), FORM, "shop 1")
    with pytest.raises(InvalidInput):
        receive(desk, ALICE, form(*SCREENSHOTS), FORM, "x" * 101)
    assert counted(desk) == (2, 2)


def test_the_same_form_twice_at_one_moment_brings_each_file_once(desk: UploadDesk) -> None:
    """A sender that gave up waiting sends it again while the first is still taken in: both get the same answer."""
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: references(receive(desk, ALICE, form(*SCREENSHOTS), FORM, "shop 1")), range(4)))
    assert all(one == taken[0] for one in taken) and counted(desk) == (100, 100)


def test_the_same_large_file_twice_at_one_moment_is_kept_once(desk: UploadDesk) -> None:
    """Both senders get the same answer, and the store holds its bytes once."""
    data, mark = text_of(50_000), sent_as(ALICE, "film 1")

    def send(_: int) -> str:
        return desk.receive(ALICE, "a.txt", None, io.BytesIO(data), sent_as=mark).reference

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(4)))) == 1
    assert counted(desk) == (1, 1) and len(list(desk.store.names())) == 1


@pytest.mark.parametrize("size", [500, 5000])
def test_one_file_sent_again_is_the_same_file(desk: UploadDesk, size: int) -> None:
    """By the plain request and by tus, small and large: the same upload, whole or as far as it came; other bytes are refused."""
    data, mark = text_of(size), sent_as(ALICE, "film 1")
    kept = [desk.receive(ALICE, "a.txt", None, io.BytesIO(data), sent_as=mark).reference for _ in range(2)]
    assert kept[0] == kept[1]
    with pytest.raises(InvalidInput):
        desk.receive(ALICE, "a.txt", None, io.BytesIO(data[:-1] + b"x"), sent_as=mark)
    tus = Tus(desk)
    sent = {"Upload_Length": str(size), "Upload_Metadata": metadata(filename="a.txt"), "Content_Type": PIECE}
    begun = [tus("POST", body=data[:300], Idempotency_Key="film 2", **sent) for _ in range(2)]
    assert begun[0].headers["Location"] == begun[1].headers["Location"]
    assert begun[1].headers["Upload-Offset"] == "300"
    tus.patch(begun[0].headers["Location"].rpartition("/")[2], 300, data[300:])
    whole = [tus("POST", body=data, Idempotency_Key=key, **sent) for key in ("film 2", "film 3", "film 3")]
    assert all(one.headers["Upload-Offset"] == str(size) for one in whole)
    assert whole[0].headers["Location"] == begun[0].headers["Location"] != whole[1].headers["Location"]
    assert whole[1].headers["Location"] == whole[2].headers["Location"]
    assert counted(desk) == (3, 3)


def test_what_is_gone_comes_anew_under_its_name(desk: UploadDesk) -> None:
    """An upload that ran out, was given up or refused answers nothing."""
    announced = Announced("a.txt", 5000, sent_as=sent_as(ALICE, "film 1"))
    first = desk.begin(ALICE, announced)
    assert desk.begin(ALICE, announced).reference == first.reference
    desk.clock.advance(timedelta(days=8))  # type: ignore[attr-defined]
    second = desk.begin(ALICE, announced)
    assert second.reference != first.reference
    desk.give_up(ALICE, second.reference)
    third = desk.begin(ALICE, announced)
    with desk.database.write() as session:
        row = session.get_one(Upload, third.id)
        row.state, row.refusal = UploadState.REFUSED, InfectedFile.problem
    assert desk.begin(ALICE, announced).reference not in {first.reference, second.reference, third.reference}
