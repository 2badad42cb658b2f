"""The child that draws one preview: ``original`` in, ``shown`` out, in the folder it stands in.

Runs in the frame of ``odr/ground/bounded_child.py``, with none of the court's modules, keys or settings
in reach. Arguments: kind, page.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
from pathlib import Path
from typing import IO

ORIGINAL, SHOWN, REHEARSED = Path("original"), Path("shown"), Path("rehearsed")
WIDTH = 1600
"""Pixels of the longer side of a picture."""
PRINTED = 2340
"""The same where it is printed: 200 to the inch on a sheet of A4."""
PIXELS = 80_000_000
"""Largest picture drawn: beyond it a few bytes could ask for gigabytes."""


def rehearse(kind: str, page: str) -> None:
    """Load every library while its files can still be read, and before the file can say which."""
    if kind == "text":
        for name in ("utf-8-sig", "utf-16", "gb18030"):
            codecs.lookup(name)
    if kind == "image":
        from PIL import Image

        with contextlib.suppress(ImportError):
            from pillow_heif import register_heif_opener

            register_heif_opener()
        Image.init()
        for shape in ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "HEIF"):
            if shape in Image.SAVE:
                sample, turned = io.BytesIO(), Image.Exif()
                turned[274] = 6
                Image.new("RGB", (WIDTH + 8, 64)).save(sample, shape, exif=turned)
                _drawn(sample, REHEARSED)
        REHEARSED.unlink()


def work(kind: str, page: str) -> None:
    """Draw."""
    if kind == "image":
        image()
    elif kind == "pdf":
        pdf(page)
    elif kind == "sheet":
        pdf(page, PRINTED)
    elif kind == "words":
        words(page)
    else:
        text()


def image() -> None:
    """Decode a picture and encode its pixels anew: metadata, scripts and anything appended are left behind."""
    with ORIGINAL.open("rb") as source:
        _drawn(source, SHOWN)


def _drawn(source: IO[bytes], where: Path) -> None:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(source) as picture:
        if picture.width * picture.height > PIXELS:
            raise SystemExit(3)
        picture.draft("RGB", (WIDTH, WIDTH))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((WIDTH, WIDTH))
        clean = Image.new("RGB", upright.size, "white")
        clean.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
        clean.save(where, "PNG")


def words(last: str) -> None:
    """Become pdftotext: the words of every page up to ``last``, each page ended by a form feed."""
    _run(["pdftotext", "-q", "-enc", "UTF-8", "-l", last, "original", "shown"])
    if not SHOWN.exists():
        raise SystemExit(5)


def _run(command: list[str]) -> None:
    try:
        pid = os.posix_spawnp(command[0], command, os.environ)
    except FileNotFoundError:
        raise SystemExit(4) from None
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(5)


def pdf(page: str, size: int = WIDTH) -> None:
    """Become pdftoppm for one page; the limits stay with the process."""
    command = [
        "pdftoppm",
        "-q",
        "-png",
        "-singlefile",
        "-f",
        page,
        "-l",
        page,
        "-scale-to",
        str(size),
        "original",
        "shown",
    ]
    _run(command)
    drawn = Path("shown.png")
    if not drawn.exists():
        raise SystemExit(5)
    drawn.rename(SHOWN)


def text() -> None:
    """Write the beginning as UTF-8 without control characters."""
    data = ORIGINAL.read_bytes()
    words = data.decode("utf-16", "replace") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _decoded(data)
    SHOWN.write_text(
        "".join(c if c.isprintable() or c in "\n\t" else " " for c in words.replace("\r\n", "\n")), encoding="utf-8"
    )


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4:
            return data[: error.start].decode("utf-8-sig")
        return data.decode("gb18030", "replace")
