"""Previews are drawn in a bounded process of their own, and show nothing that could run."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from odr.evidence.exhibits.preview import (
    CHILD,
    MAX_SHEETS,
    MAX_WORDS,
    NoPreview,
    Preview,
    Previewer,
    PreviewLimits,
)
from odr.evidence.intake.media import WINDOW, recognise
from odr.ground.errors import NotFound
from tests.peers import needed
from tests.spent import now

from .test_media import POLYGLOTS, picture


def make(data: bytes, page: int = 1, previewer: Previewer | None = None) -> Preview:
    media = recognise(data[:WINDOW], data[-WINDOW:], "x")
    return (previewer or Previewer()).make(media, len(data), lambda: iter([data]), page)


def opened(preview: Preview) -> Image.Image:
    assert preview.content_type == "image/png"
    return Image.open(io.BytesIO(preview.data))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP"])
def test_a_picture_is_drawn_anew(form: str) -> None:
    """Each kind of picture becomes a PNG of the same size and colour."""
    image = opened(make(picture(form))).convert("RGB")
    red, green, blue = image.getpixel((20, 15))  # type: ignore[misc]
    assert image.size == (40, 30) and red > 240 and green < 15 and blue < 15


def test_a_photograph_of_a_phone_is_drawn() -> None:
    """HEIC, as telephones take it, becomes a PNG."""
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "blue").save(out, "HEIF")
    assert opened(make(out.getvalue())).size == (64, 48)


def test_a_turned_photograph_stands_upright_and_keeps_no_place() -> None:
    """The camera's turn is applied; its place, device and anything appended are left behind."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretCamera"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif)
    shown = make(out.getvalue() + b"<script>alert(1)</script>")
    assert opened(shown).size == (30, 40)
    assert b"SecretCamera" not in shown.data and b"script" not in shown.data


def test_a_large_picture_is_made_smaller() -> None:
    """A preview's longer side is at most 1600 pixels."""
    out = io.BytesIO()
    Image.new("L", (4000, 2000)).save(out, "PNG")
    assert opened(make(out.getvalue())).size == (1600, 800)


def pdf(pages: int) -> bytes:
    out = io.BytesIO()
    sheets = [Image.new("RGB", (200, 100 * (number + 1)), "white") for number in range(pages)]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


def test_pages_of_a_pdf_are_drawn_one_by_one() -> None:
    """Each page is a picture of its own; beyond the last there is none."""
    needed("pdftoppm")
    data = pdf(2)
    assert [opened(make(data, page)).size for page in (1, 2)] == [(1600, 800), (1600, 1600)]
    with pytest.raises(NoPreview):
        make(data, 3)
    with pytest.raises(NotFound):
        make(data, 11)


@pytest.mark.parametrize("text", ["甲：货已收到。\n", "<html><script>alert(1)</script>", "<svg onload=alert(1)>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_and_markup_are_shown_as_text(text: str, encoding: str) -> None:
    """Text in the encodings Chinese devices write, and the source of pages and drawings, as plain UTF-8."""
    shown = make(text.encode(encoding))
    assert (shown.data.decode(), shown.content_type) == (text.lstrip("\ufeff"), "text/plain; charset=utf-8")


def test_a_long_text_is_cut_between_characters() -> None:
    """Only the beginning is shown, and the last character is whole."""
    shown = make(("字" * 100_000).encode())
    assert set(shown.data.decode()) == {"字"} and 60_000 < len(shown.data) <= 65_536


@pytest.mark.parametrize("name", list(POLYGLOTS))
def test_a_polyglots_preview_is_a_picture_or_plain_text(name: str) -> None:
    """Whatever else a file is, its preview has no script in a form a browser runs."""
    try:
        shown = make(POLYGLOTS[name])
    except NoPreview:
        return
    assert shown.content_type == "text/plain; charset=utf-8" or (
        shown.data.startswith(b"\x89PNG") and b"script" not in shown.data
    )


def test_kinds_without_a_picture_have_no_preview() -> None:
    """Archives, office files and recordings have none; asking is answered as nothing."""
    with pytest.raises(NotFound):
        make(b"PK\x03\x04" + bytes(100))


def png_of(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "data",
    [
        png_of(60_000, 60_000, zlib.compress(bytes(10**6))),
        png_of(8000, 8000, b"junk"),
        b"\xff\xd8\xff" + os.urandom(5000),
        b"%PDF-1.7\n" + os.urandom(5000),
    ],
)
def test_a_bomb_or_a_broken_file_is_no_preview(data: bytes) -> None:
    """A small file that asks for gigabytes, or is damaged, has no preview, and the court goes on at once."""
    before = now()
    with pytest.raises(NoPreview):
        make(data)
    assert now() - before < 20


@pytest.mark.parametrize(
    "limits",
    [
        PreviewLimits(wall=0.01),
        PreviewLimits(cpu=0),
        PreviewLimits(memory=1),
        PreviewLimits(output=100),
        PreviewLimits(input=10),
    ],
)
def test_each_limit_ends_a_preview(limits: PreviewLimits) -> None:
    """Time, processor, memory, output and input are each bounded."""
    out = io.BytesIO()
    # Large enough that no memory the rehearsal gave back serves for it.
    Image.new("RGB", (4000, 4000)).save(out, "PNG")
    with pytest.raises(NoPreview):
        make(out.getvalue(), previewer=Previewer(limits))


def test_a_link_left_by_a_child_is_not_followed(tmp_path: Path) -> None:
    """A child taken over by a file cannot make the court read out a file of its own."""
    (tmp_path / "secret").write_bytes(b"\x89PNG\r\n\x1a\nkey")
    (tmp_path / "shown").symlink_to(tmp_path / "secret")
    with pytest.raises(NoPreview):
        Previewer()._result("image", tmp_path / "shown")


def test_the_child_knows_no_secret_and_is_nobody() -> None:
    """The child gets none of the court's settings, cannot write the court's folders, and leaves no process behind."""
    assert (
        "ODR_" not in CHILD.read_text()
        and "import odr" not in CHILD.read_text()
        and "from odr" not in CHILD.read_text()
    )
    before = children()
    make(picture("PNG"))
    assert children() <= before


def children() -> set[str]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return {line for line in listed.splitlines() if "preview_child" in line}


def test_previews_draw_no_more_than_two_at_a_time() -> None:
    """The number of children of one web process is bounded, so that previews cannot take the machine."""
    previewer = Previewer(PreviewLimits(children=1))
    taken: Callable[[], bool] = lambda: not previewer._slots.acquire(blocking=False)  # noqa: E731
    assert not taken()
    previewer._slots.release()
    with previewer._slots:
        assert taken()


def paper(pages: int, said: str = "Sheet") -> bytes:
    """A paper of some pages, with the same words on each."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
            page.Contents = pdf.make_stream(f"BT /F 9 Tf 72 720 Td ({said}) Tj ET".encode())
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_a_paper_of_just_as_many_sheets_as_are_shown_has_no_more(more: int) -> None:
    """One sheet fewer, exactly as many, and one more: only then is something left for a person to print."""
    words, is_cut = Previewer().words(paper(MAX_SHEETS + more))
    assert len(words) == min(MAX_SHEETS, MAX_SHEETS + more) and is_cut == (more > 0)


def test_words_hidden_in_a_sheet_make_no_page_of_megabytes() -> None:
    """What a file hides in one page is told as far as a page can be, and the sheet is drawn all the same."""
    hides = paper(1, "word " * 200_000)
    words, _ = Previewer().words(hides)
    assert len(words) == 1 and 0 < len(words[0]) <= MAX_WORDS
    assert Previewer().sheet(hides, 1).data.startswith(b"\x89PNG")
