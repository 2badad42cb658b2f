"""What a file is, by its bytes: names and claims change nothing, programs stay out, active content is never itself."""

from __future__ import annotations

import io
import os
import socket
import struct
import threading
import wave
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PIL import Image

from odr.evidence.intake.media import WINDOW, Group, MediaPolicy, media_of, recognise
from odr.evidence.intake.scan import Clamd, Scan, ScannerUnavailable
from odr.evidence.intake.upload import UploadDesk, UploadLimits, plain_name
from odr.evidence.intake.upload_errors import InfectedFile, TypeRefused
from odr.evidence.models import UploadState

from .conftest import ALICE, Tus, text_of


def kind(data: bytes, name: str = "file") -> tuple[str, Group]:
    media = recognise(data[:WINDOW], data[-WINDOW:], name)
    return media.type, media.group


def picture(form: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, form)
    return out.getvalue()


def zipped(*names: str, first: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(800))
    return out.getvalue()


OOXML = "application/vnd.openxmlformats-officedocument."


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (picture("JPEG"), ("image/jpeg", Group.IMAGE)),
        (picture("PNG"), ("image/png", Group.IMAGE)),
        (picture("GIF"), ("image/gif", Group.IMAGE)),
        (picture("WEBP"), ("image/webp", Group.IMAGE)),
        (picture("TIFF"), ("image/tiff", Group.IMAGE)),
        (picture("BMP"), ("image/bmp", Group.IMAGE)),
        (picture("PDF"), ("application/pdf", Group.PDF)),
        (sound(), ("audio/wav", Group.AUDIO)),
        (b"ID3\x04" + bytes(40), ("audio/mpeg", Group.AUDIO)),
        (b"\xff\xfb\x90\x64" + bytes(100), ("audio/mpeg", Group.AUDIO)),
        (b"\xff\xf1\x50\x80" + bytes(100), ("audio/aac", Group.AUDIO)),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(100), ("video/mp4", Group.VIDEO)),
        (b"\x00\x00\x00\x18ftypheic" + bytes(100), ("image/heic", Group.IMAGE)),
        (b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\x82\x84webm", ("video/webm", Group.VIDEO)),
        (b"#!AMR\n\x3c" + bytes(32), ("audio/amr", Group.AUDIO)),
        (zipped("[Content_Types].xml", "word/document.xml"), (OOXML + "wordprocessingml.document", Group.OFFICE)),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), (OOXML + "spreadsheetml.sheet", Group.OFFICE)),
        (zipped("OFD.xml", "Doc_0/Document.xml"), ("application/ofd", Group.OFFICE)),
        (
            zipped("mimetype", "content.xml", first=b"application/vnd.oasis.opendocument.text"),
            ("application/vnd.oasis.opendocument.text", Group.OFFICE),
        ),
        (zipped("photos/1.jpg"), ("application/zip", Group.ARCHIVE)),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), ("application/x-ole-storage", Group.OFFICE)),
        ("甲：货已收到。\n".encode(), ("text/plain", Group.TEXT)),
        ("乙：货不对版。\n".encode("gb18030"), ("text/plain", Group.TEXT)),
        ("﻿chat\n".encode("utf-16-le"), ("text/plain", Group.TEXT)),
        (b"c2sp.org/tlog-proof@v1\nindex 3\n", ("text/x.c2sp.tlog-proof", Group.PROOF)),
        (b"<html><script>alert(1)</script>", ("text/html", Group.ACTIVE)),
        (
            b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            ("image/svg+xml", Group.ACTIVE),
        ),
        (b"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><a/>", ("application/xml", Group.ACTIVE)),
        (b"MZ\x90\x00" + bytes(200), ("application/x-executable", Group.PROGRAM)),
        (b"\x7fELF\x02\x01\x01" + bytes(200), ("application/x-executable", Group.PROGRAM)),
        (b"\xca\xfe\xba\xbe\x00\x00\x00\x34", ("application/x-executable", Group.PROGRAM)),
        (b"#!/bin/sh\nrm -rf ~\n", ("application/x-executable", Group.PROGRAM)),
        (
            zipped("AndroidManifest.xml", "word/document.xml"),
            ("application/vnd.android.package-archive", Group.PROGRAM),
        ),
        (zipped("META-INF/MANIFEST.MF", "A.class"), ("application/java-archive", Group.PROGRAM)),
        (bytes(range(256)) * 4, ("application/octet-stream", Group.UNKNOWN)),
    ],
)
def test_a_file_is_what_its_bytes_say(data: bytes, expected: tuple[str, Group]) -> None:
    """Type and group come from the content; every known type keeps its group when read back."""
    assert kind(data, "photo.jpg") == expected
    if expected[1] not in {Group.PROGRAM, Group.UNKNOWN}:
        assert media_of(expected[0]).group is expected[1]


@pytest.mark.parametrize("name", ["run.bat", "photo.jpg.VBS", "page.hta", "x.ps1", "lib.js", "setup.msi"])
def test_a_text_or_container_that_a_computer_runs_by_its_name_is_a_program(name: str) -> None:
    """A name can only make a file worse: a text named ``.bat`` is refused."""
    assert kind(b"echo hello\r\n", name)[1] is Group.PROGRAM
    assert kind(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), name)[1] is Group.PROGRAM
    assert kind(picture("PNG"), name) == ("image/png", Group.IMAGE)


POLYGLOTS = {
    "gif that is a script": b"GIF89a=1;alert(document.cookie)//" + bytes(20),
    "jpeg with a page behind it": picture("JPEG") + b"<html><script>alert(1)</script>",
    "pdf that is a page": b"%PDF-1.4\n<html><script>alert(1)</script>",
    "page with a pdf in it": b"<html><!--\n%PDF-1.4\n--><script>alert(1)</script>",
    "picture that is an archive": picture("PNG") + zipped("evil.exe"),
    "text with svg in the middle": b"hello\n" * 100 + b"<SvG/onload=alert(1)>",
}


@pytest.mark.parametrize("name", list(POLYGLOTS))
def test_a_polyglot_never_leaves_as_active_content(name: str) -> None:
    """Whatever else a file is, it is served as what its first bytes are, and never as a page."""
    media = recognise(POLYGLOTS[name][:WINDOW], POLYGLOTS[name][-WINDOW:], "x.html")
    assert media.served_as in {"image/gif", "image/jpeg", "application/pdf", "application/octet-stream", "image/png"}
    assert "html" not in media.served_as and "svg" not in media.served_as and "xml" not in media.served_as


@given(st.binary(max_size=3000), st.text(max_size=40))
def test_no_bytes_and_no_name_break_the_recognition(data: bytes, name: str) -> None:
    """Recognition answers for any bytes and any name, and active or unknown content is served opaque."""
    media = recognise(data[:WINDOW], data[-WINDOW:], name)
    assert media.group in Group and (
        media.group not in {Group.ACTIVE, Group.UNKNOWN} or media.served_as == "application/octet-stream"
    )


def test_a_court_chooses_what_it_takes() -> None:
    """The allow-list is a setting: a court that takes pictures only refuses a text, by name and with a way out."""
    with pytest.raises(TypeRefused, match="text/plain") as error:
        MediaPolicy(frozenset({Group.IMAGE})).admit(recognise(b"hello", b"hello", "a.txt"))
    assert error.value.status == 415 and error.value.way_out is not None


def test_a_program_is_refused_and_nothing_kept(tus: Tus, desk: UploadDesk) -> None:
    """A program named as a picture and declared as one is refused with 415, small or large."""
    for size in (500, 5000):
        data = b"MZ\x90\x00" + bytes(size)
        reference = tus.create(len(data), filename="holiday.jpg")
        with pytest.raises(TypeRefused):
            tus.patch(reference, 0, data)
        assert desk.find(ALICE, reference).state is UploadState.REFUSED
    assert not list(desk.store.names()) and not list(desk.parts.folder.iterdir())


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\收据.png", "收据.png"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("a\x00b\r\nSet-Cookie: x.txt", "abSet-Cookie_ x.txt"),
        ("..", "file"),
        ("", "file"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("ｆ" * 300 + ".pdf", "ｆ" * 83 + ".pdf"),
    ],
)
def test_a_file_name_is_only_a_name(given_name: str, expected: str) -> None:
    """Paths, control and direction marks are taken out of names; the ending stays visible."""
    assert plain_name(given_name) == expected


@given(st.text(max_size=400))
def test_any_name_becomes_a_short_plain_name(name: str) -> None:
    """No name becomes a path, is empty, or is longer than a file system allows."""
    plain = plain_name(name)
    assert plain and "/" not in plain and "\\" not in plain and plain not in {".", ".."} and len(plain.encode()) <= 255


class ClamdPeer:
    """Speaks clamd's INSTREAM on loopback, as its manual describes: reads length-prefixed chunks to the zero chunk."""

    def __init__(self, limit: int = 10**9, silent: bool = False) -> None:
        self.limit, self.silent = limit, silent
        self.received: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as stream:
                command = b""
                while not command.endswith(b"\0"):
                    command += stream.read(1)
                peer.sendall({b"zPING\0": lambda _: b"PONG\0", b"zINSTREAM\0": self._answer}[command](stream))

    def _answer(self, stream: Any) -> bytes:
        data = bytearray()
        while size := struct.unpack("!I", stream.read(4))[0]:
            data += stream.read(size)
            if len(data) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.received.append(bytes(data))
        if self.silent:
            return b""
        if b"BREAKS" in data:
            return b"stream: Can't allocate memory ERROR\0"
        return b"stream: Eicar-Signature FOUND\0" if b"EICAR-STANDARD" in data else b"stream: OK\0"


@pytest.fixture
def clamd() -> Iterator[Callable[..., ClamdPeer]]:
    peers: list[ClamdPeer] = []

    def start(**options: Any) -> ClamdPeer:
        peers.append(ClamdPeer(**options))
        return peers[-1]

    yield start
    for peer in peers:
        peer.listener.close()


def test_the_scanner_reads_every_byte(clamd: Callable[..., ClamdPeer], make_desk: Callable[..., UploadDesk]) -> None:
    """With a scanner set, small and large files are read by it whole before they are anchored, and the receipt says so."""
    peer = clamd()
    desk = make_desk(scanner=Clamd(peer.address), limits=UploadLimits(small=1000))
    for size in (500, 400_000):
        reference = Tus(desk).create(size)
        Tus(desk).patch(reference, 0, text_of(size))
        assert desk.find(ALICE, reference).state is UploadState.ANCHORED
    assert peer.received == [text_of(500), text_of(400_000)]


def test_an_infected_file_is_refused_by_name(
    clamd: Callable[..., ClamdPeer], make_desk: Callable[..., UploadDesk]
) -> None:
    """What the scanner knows is refused with the signature's name, and nothing is kept."""
    desk = make_desk(scanner=Clamd(clamd().address))
    reference = Tus(desk).create(68)
    with pytest.raises(InfectedFile, match="Eicar-Signature"):
        Tus(desk).patch(reference, 0, b"EICAR-STANDARD" + b"." * 54)
    assert desk.find(ALICE, reference).refusal == "infected-file" and not list(desk.parts.folder.iterdir())


def test_a_file_too_large_for_the_scanner_says_so(clamd: Callable[..., ClamdPeer]) -> None:
    """The scanner's own limit is not an infection and not a clean bill."""
    assert Clamd(clamd(limit=1000).address).scan(iter([b"x" * 900, b"x" * 900])) is Scan.TOO_LARGE


def test_without_its_scanner_a_file_waits_and_is_anchored_later(
    clamd: Callable[..., ClamdPeer], make_desk: Callable[..., UploadDesk], tmp_path: Path
) -> None:
    """A scanner that does not answer lets nothing through: the file waits, whole, and is finished when it answers."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    down = make_desk(scanner=Clamd(nobody, timeout=1), limits=UploadLimits(small=1000))
    tus, refs = Tus(down), []
    for size in (500, 5000):
        reply = tus("POST", body=text_of(size), Upload_Length=str(size), Content_Type="application/offset+octet-stream")
        assert reply.headers["Upload-State"] == "complete" and reply.headers["Upload-Offset"] == str(size)
        refs.append(reply.headers["Location"].rsplit("/", 1)[-1])
    assert down.finish_waiting() == 0 and not list(down.store.names())
    up = make_desk(scanner=Clamd(clamd().address), limits=UploadLimits(small=1000))
    assert up.finish_waiting() == 2 and up.finish_waiting() == 0
    assert [b"".join(up.contents(up.find(ALICE, ref))) for ref in refs] == [text_of(500), text_of(5000)]


def test_a_file_that_lost_bytes_while_it_waited_is_not_kept_as_whole(
    clamd: Callable[..., ClamdPeer], make_desk: Callable[..., UploadDesk]
) -> None:
    """Its end is gone from the disk, or all of it: it is refused, and no receipt says that this was sent."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    down, refs = make_desk(scanner=Clamd(nobody, timeout=1)), []
    for left in (1000, 0):
        refs.append(Tus(down).create(5000))
        Tus(down).patch(refs[-1], 0, text_of(5000))
        os.truncate(down.parts.path(refs[-1]), left)
    up = make_desk(scanner=Clamd(clamd().address))
    assert up.finish_waiting() == 2
    found = [up.find(ALICE, ref) for ref in refs]
    assert [(one.state, one.refusal, one.receipt) for one in found] == [(UploadState.REFUSED, "part-lost", None)] * 2


def test_files_over_which_the_scanner_fails_keep_none_behind_them_waiting(
    clamd: Callable[..., ClamdPeer], make_desk: Callable[..., UploadDesk]
) -> None:
    """As many as are looked at together wait for good; the one that came after them is finished."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        nobody = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    down, refs = make_desk(scanner=Clamd(nobody, timeout=1)), []
    for data in (b"BREAKS THE SCANNER 1", b"BREAKS THE SCANNER 2", b"an order of March"):
        refs.append(Tus(down).create(len(data)))
        Tus(down).patch(refs[-1], 0, data)
    up = make_desk(scanner=Clamd(clamd().address))
    assert up.finish_waiting(most=2) == 1
    assert [up.find(ALICE, ref).state for ref in refs] == [UploadState.COMPLETE] * 2 + [UploadState.ANCHORED]


def test_a_silent_or_strange_scanner_is_unavailable_not_clean(clamd: Callable[..., ClamdPeer]) -> None:
    """No answer, an unknown answer and a scanner that hangs up are all unavailable."""
    with pytest.raises(ScannerUnavailable):
        Clamd(clamd(silent=True).address).scan(iter([b"x"]))
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(ScannerUnavailable):
        Clamd(f"tcp://127.0.0.1:{deaf.getsockname()[1]}", timeout=0.3).scan(iter([b"x"]))
