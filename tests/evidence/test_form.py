"""The plain form: files stream through, broken and hostile forms are refused by name."""

from __future__ import annotations

import io
import os
import random
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from odr.evidence.intake.multipart_form import FormField, FormFile, StreamedForm
from odr.evidence.intake.upload import UploadDesk
from odr.evidence.intake.upload_errors import BadForm, BodyCut, EmptyFile, FileTooLarge
from odr.evidence.models import UploadState
from odr.ground.clock import FixedClock
from odr.ground.errors import CourtError
from tests.spent import now

from .conftest import ALICE, BOB, Tus, metadata, sha256, text_of

BOUNDARY = "----court7MA4YWxk"
KIND = f"multipart/form-data; boundary={BOUNDARY}"


def form(*parts: tuple[str, str | None, bytes]) -> bytes:
    out = b""
    for name, filename, data in parts:
        extra = f'; filename="{filename}"\r\nContent-Type: text/plain' if filename is not None else ""
        out += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + data + b"\r\n"
    return out + f"--{BOUNDARY}--\r\n".encode()


def read(body: Any, kind: str = KIND) -> Iterator[tuple[str, bytes]]:
    for part in StreamedForm(body, kind).parts():
        if isinstance(part, FormField):
            yield part.name, part.value.encode()
        else:
            data = b""
            while piece := part.body.read(1000):
                data += piece
            yield part.filename, data


def test_fields_and_files_come_in_order() -> None:
    """Every field and file comes as it was sent, with names in any script."""
    body = form(
        ("csrf_token", None, b"t"),
        ("file", "合同.txt", text_of(100_000)),
        ("file", "b.txt", b"\r\n--\r\n"),
        ("note", None, "备注".encode()),
    )
    assert list(read(io.BytesIO(body))) == [
        ("csrf_token", b"t"),
        ("合同.txt", text_of(100_000)),
        ("b.txt", b"\r\n--\r\n"),
        ("note", "备注".encode()),
    ]


class Trickle:
    """A body that gives a few bytes at a time."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.stream, self.sizes = io.BytesIO(data), sizes

    def read(self, size: int = -1) -> bytes:
        taken = self.sizes.pop() if self.sizes else 4096
        return self.stream.read(min(size, taken))


@given(st.binary(max_size=6000), st.lists(st.integers(1, 120), max_size=90))
@settings(max_examples=100)
def test_any_bytes_survive_any_cutting(data: bytes, sizes: list[int]) -> None:
    """Content with boundaries' beginnings in it, cut anywhere by the network, comes through unchanged."""
    data = data.replace(b"\x00", f"\r\n--{BOUNDARY[:9]}".encode())
    assert list(read(Trickle(form(("file", "x", data), ("end", None, b"1")), sizes))) == [("x", data), ("end", b"1")]


ALMOST = [
    b"",
    b"\r",
    b"\r\n",
    b"\r\n--",
    b"\r\r\n-",
    f"\r\n--{BOUNDARY[:-1]}x".encode(),
    f"--{BOUNDARY}\r\n".encode()[2:],
]


@pytest.mark.parametrize("data", ALMOST)
def test_a_cut_at_any_single_byte_changes_nothing(data: bytes) -> None:
    """Wherever the network cuts the body once, also inside a boundary, the content is the same (Werkzeug's own decoder
    adds a byte here).
    """
    body = form(("file", "x", data), ("end", None, b"1"))
    for at in range(1, len(body)):
        assert list(read(Trickle(body, [len(body), at]))) == [("x", data), ("end", b"1")]
        assert list(read(Trickle(body, [1] * at))) == [("x", data), ("end", b"1")]


@pytest.mark.parametrize("data", [b"\r\n", f"\r\n--{BOUNDARY[:-1]}\r".encode()])
def test_two_cuts_at_any_two_bytes_change_nothing(data: bytes) -> None:
    """Wherever the network cuts the body twice, the content is the same: every pair of places."""
    body = form(("file", "x", data), ("end", None, b"1"))
    for first in range(1, len(body)):
        for second in range(1, len(body) - first):
            assert list(read(Trickle(body, [len(body), second, first]))) == [("x", data), ("end", b"1")]


@pytest.mark.parametrize("after", [b"x", b"-\r\n", b" \r\n", b"\n", b"\rx"])
def test_a_boundary_inside_a_file_is_refused_at_every_cut(after: bytes) -> None:
    """A sender chooses a boundary that does not occur in what they send (RFC 2046, 5.1.1); a form in which it does is
    refused wherever the network cuts it, and no file of it looks whole.
    """
    body = form(("file", "x", f"1\r\n--{BOUNDARY}".encode() + after), ("end", None, b"1"))
    for at in range(1, len(body)):
        for sizes in ([len(body), at], [1] * at):
            with pytest.raises(BadForm):
                list(read(Trickle(body, sizes)))


def test_a_form_that_broke_off_stays_broken() -> None:
    """Whoever reads on after a refusal meets it again: half a file never looks like a whole one, nor half a form."""
    parts = StreamedForm(io.BytesIO(form(("file", "x", text_of(500)))[:-60]), KIND).parts()
    part = next(parts)
    assert isinstance(part, FormFile) and part.body.read(1000)
    for _ in range(2):
        with pytest.raises(BadForm):
            part.body.read(1000)
    with pytest.raises(BadForm):
        next(parts)


def test_two_hundred_parts_are_taken() -> None:
    """As many fields as a form may have are read; one more is refused below."""
    assert len(list(read(io.BytesIO(form(*((f"f{number}", None, b"x") for number in range(200))))))) == 200


def test_a_skipped_file_is_passed_over() -> None:
    """A file nobody reads does not stop the fields after it."""
    parts = StreamedForm(io.BytesIO(form(("file", "x", text_of(300_000)), ("after", None, b"y"))), KIND).parts()
    assert [part.name for part in parts] == ["file", "after"]


def test_a_large_file_passes_through_little_memory(desk: UploadDesk, make_desk: Any) -> None:
    """A form's file of 48 MiB is kept whole while less than 8 MiB of memory are used."""
    size, made = 48 * 2**20, 0
    head = form(("file", "v.txt", b"@")).split(b"@")

    class Endless:
        def __init__(self) -> None:
            self.pending = head[0]

        def read(self, count: int = -1) -> bytes:
            nonlocal made
            if not self.pending and made < size:
                self.pending = b"0123456789abcde\n" * 4096
                made += len(self.pending)
                if made >= size:
                    self.pending += head[1]
            taken, self.pending = self.pending[:count], self.pending[count:]
            return taken

    desk = make_desk()
    desk.receive(
        ALICE, "small.txt", None, io.BytesIO(b"What the first of all files loads for good is no memory of this one.")
    )
    tracemalloc.start()
    part = next(iter(StreamedForm(Endless(), KIND).parts()))
    assert isinstance(part, FormFile)
    upload = desk.receive(ALICE, part.filename, None, part.body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert upload.size == size and upload.sha256 == sha256(b"0123456789abcde\n" * (size // 16)) and peak < 8 * 2**20


NO_FORMS = [
    "",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/mixed; boundary=x",
    f"multipart/form-data; boundary={'x' * 300}",
]


@pytest.mark.parametrize("kind", NO_FORMS)
def test_what_is_no_form_is_refused(kind: str) -> None:
    """A body of another kind is a bad form."""
    with pytest.raises(BadForm):
        list(read(io.BytesIO(form(("a", None, b"b"))), kind))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        form(("a", None, b"b"))[:-8],
        f"--{BOUNDARY}\r\n\r\nno disposition\r\n--{BOUNDARY}--\r\n".encode(),
        f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--{BOUNDARY}--\r\n".encode(),
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--{BOUNDARY}--\r\n'.encode("latin-1"),
        f"--{BOUNDARY}\r\n".encode() + b"X-Long: " + b"a" * 2_000_000,
        form(("a", None, b"b")).replace(
            b"\r\n\r\n", b"\r\nX-Half: " + b"a" * 9000 + b"\r\nX-Half: " + b"a" * 9000 + b"\r\n\r\n"
        ),
        form(("a", None, b"b")).replace(b"\r\n\r\n", b"\r\nX-Many: a" * 8 + b"\r\n\r\n"),
        form(*((f"f{number}", None, b"x") for number in range(201))),
        form(*((f"f{number}", None, b"x") for number in range(300))),
        form(("big", None, b"x" * 100_000)),
        form(("a", None, b"\xff\xfe\xfd")),
    ],
)
def test_a_broken_form_is_a_named_refusal(body: bytes) -> None:
    """Cut, nameless, over-long and over-many parts are refused by name and without delay."""
    before = now()
    with pytest.raises(BadForm):
        list(read(io.BytesIO(body)))
    assert now() - before < 2


def test_files_of_a_form_are_anchored_small_and_large(desk: UploadDesk) -> None:
    """The form's files are kept as those of the protocol are, and only their sender finds them."""
    for size in (700, 90_000):
        upload = desk.receive(ALICE, "note.txt", "text/plain", io.BytesIO(text_of(size)))
        assert upload.state is UploadState.ANCHORED and upload.receipt
        assert b"".join(desk.contents(desk.find(ALICE, upload.reference))) == text_of(size)
        with pytest.raises(CourtError):
            desk.find(BOB, upload.reference)
    assert not list(desk.parts.folder.iterdir())


def test_a_forms_file_that_breaks_off_is_empty_or_too_large_leaves_nothing(desk: UploadDesk) -> None:
    """A form cannot be resumed: what did not come whole is not kept, and nothing is acknowledged."""

    class Cut:
        def __init__(self, data: bytes) -> None:
            self.came = io.BytesIO(data)

        def read(self, size: int = -1, /) -> bytes:
            data = self.came.read(size)
            if not data:
                raise BodyCut
            return data

    too_large = io.BytesIO(text_of(2**20 + 1))
    for body, breach in (
        (Cut(text_of(500)), BodyCut),
        (Cut(text_of(50_000)), BodyCut),
        (io.BytesIO(), EmptyFile),
        (too_large, FileTooLarge),
    ):
        with pytest.raises(breach):
            desk.receive(ALICE, "x.txt", None, body)
    assert not list(desk.parts.folder.iterdir()) and not list(desk.store.names())


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, double, insert or exchange somewhere."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at, kind = chance.randrange(len(out) + 1), chance.randrange(6)
        if kind == 0 and at < len(out):
            out[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del out[at : at + chance.randrange(40)]
        elif kind == 2:
            out[at:at] = out[at : at + chance.randrange(300)]
        elif kind == 3:
            out[at:at] = chance.choice(
                [b"\r\n", b"\n\n", b"--", b"\x00", b"\r" * 500, BOUNDARY.encode(), b'"', b";", b"\xff", b"=" * 90]
            )
        elif kind == 4:
            del out[at:]
        else:
            out[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(out)


def test_mutated_uploads_meet_only_named_refusals(desk: UploadDesk, clock: FixedClock) -> None:
    """A thousand damaged forms and protocol requests (10,000 in ``make prove``): named refusals only, none over two
    seconds, little memory.
    """
    chance, count = random.Random(20260427), 10_000 if os.environ.get("ODR_PROVE") else 1000
    tus, slowest = Tus(desk), 0.0
    whole = form(
        ("csrf_token", None, b"t" * 40),
        ("file", "a.txt", text_of(3000)),
        ("file", "b.png", b"\x89PNG\r\n\x1a\n" + bytes(400)),
    )
    reference = tus.create(10**6)
    tracemalloc.start()
    for number in range(count):
        before = now()
        try:
            if number % 2:
                kind = mutate(KIND.encode(), chance).decode("latin-1") if number % 8 == 1 else KIND
                for part in StreamedForm(io.BytesIO(mutate(whole, chance)), kind).parts():
                    if isinstance(part, FormFile):
                        desk.receive(ALICE, part.filename, part.declared_type, part.body)
            else:
                _mutated_request(tus, reference, chance)
        except (CourtError, BodyCut):
            pass
        slowest = max(slowest, now() - before)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert slowest < 2 and peak < 100 * 2**20


def _mutated_request(tus: Tus, reference: str, chance: random.Random) -> None:
    given = {
        "Upload_Length": str(chance.choice([1, 40, 3000, 2**20, 2**40])),
        "Upload_Metadata": metadata(filename="证据.txt", sha256=sha256(b"x")),
        "Upload_Offset": str(chance.choice([0, 1, 2**63])),
        "Upload_Checksum": "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
        "Content_Type": "application/offset+octet-stream",
    }
    for name in chance.sample(sorted(given), chance.randrange(4)):
        # A line break ends a header before it reaches the court.
        given[name] = mutate(given[name].encode(), chance).translate(None, b"\r\n").decode("latin-1")
    for name in chance.sample(sorted(given), chance.randrange(2)):
        del given[name]
    method = chance.choice(["POST", "POST", "PATCH", "HEAD"])
    tus(method, None if method == "POST" else reference, text_of(chance.choice([0, 1, 40, 3000])), **given)
