"""The child that draws one preview: ``original`` in, ``shown`` out, in the folder it stands in.

Run as a program of its own, with none of the court's modules, keys or settings
in reach. Arguments: kind, page, bytes of memory, seconds of processor, bytes of output.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import resource
import sys
from pathlib import Path

ORIGINAL, SHOWN = Path("original"), Path("shown")
WIDTH = 1600
"""Pixels of the longer side of a picture."""
PIXELS = 80_000_000
"""Largest picture drawn: beyond it a few bytes could ask for gigabytes."""


def limit(memory: int, seconds: int, output: int) -> None:
    """Bound this process before it looks at the file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if os.geteuid() == 0:
        # Started by root in a container: be nobody while reading a stranger's file.
        for path in (Path(), ORIGINAL):
            os.chown(path, 65534, 65534)
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def load(kind: str) -> None:
    """Load every library while its files can still be read, and before the file can say which."""
    if kind == "text":
        for name in ("utf-8-sig", "utf-16", "gb18030"):
            codecs.lookup(name)
    if kind == "image":
        from PIL import Image, ImageOps  # noqa: F401

        with contextlib.suppress(ImportError):
            from pillow_heif import register_heif_opener

            register_heif_opener()
        Image.init()


def image() -> None:
    """Decode a picture and encode its pixels anew: metadata, scripts and anything appended are left behind."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(ORIGINAL) as picture:
        if picture.width * picture.height > PIXELS:
            raise SystemExit(3)
        picture.draft("RGB", (WIDTH, WIDTH))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((WIDTH, WIDTH))
        clean = Image.new("RGB", upright.size, "white")
        clean.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
        clean.save(SHOWN, "PNG")


def pdf(page: str) -> None:
    """Become pdftoppm for one page; the limits stay with the process."""
    command = ["pdftoppm", "-q", "-png", "-singlefile", "-f", page, "-l", page, "-scale-to", str(WIDTH), "original", "shown"]
    try:
        pid = os.posix_spawnp("pdftoppm", command, os.environ)
    except FileNotFoundError:
        raise SystemExit(4) from None
    _, status = os.waitpid(pid, 0)
    drawn = Path("shown.png")
    if status or not drawn.exists():
        raise SystemExit(5)
    drawn.rename(SHOWN)


def text() -> None:
    """Write the beginning as UTF-8 without control characters."""
    data = ORIGINAL.read_bytes()
    words = data.decode("utf-16", "replace") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else _decoded(data)
    SHOWN.write_text("".join(c if c.isprintable() or c in "\n\t" else " " for c in words.replace("\r\n", "\n")), encoding="utf-8")


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4:
            return data[: error.start].decode("utf-8-sig")
        return data.decode("gb18030", "replace")


def main() -> None:
    """Bound, then draw."""
    kind, page = sys.argv[1:3]
    memory, seconds, output = (int(value) for value in sys.argv[3:6])
    load(kind)
    limit(memory, seconds, output)
    if kind == "image":
        image()
    elif kind == "pdf":
        pdf(page)
    else:
        text()


if __name__ == "__main__":
    main()
